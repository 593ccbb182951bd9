"""Yes or no where the judge of the sentence is in doubt: what the words themselves decide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table_passages import table_passage

from rag.deciding import yes_or_no
from rag.finding import Found

PASSAGE, _ = table_passage("a", title="Notes")


def word(question: str, quote: str, yes: float) -> str | None:
    chunk = replace(PASSAGE.chunk, text=quote, start=0, end=len(quote))
    found = Found(replace(PASSAGE, chunk=chunk), 0, len(quote), 0.9, 0.9, answerability=0.95)
    return yes_or_no(question, found, lambda _: (yes, yes))[0]


@pytest.mark.parametrize(
    ("question", "quote", "yes", "said"),
    [
        ("Is there video in the rooms?", "There's no camera in the rooms.", 0.4, "No"),
        ("Is there video in the rooms?", "There are no cameras in the rooms.", 0.4, "No"),
        ("Is there video in the rooms?", "There aren't any cameras in the rooms.", 0.4, "No"),
        ("Is there video in the rooms?", "There's no camera in the rooms.", 0.6, None),
        ("Is video used in the rooms?", "There's no camera in the rooms.", 0.4, None),
        ("Is there a court to book?", "There is no need to book a court.", 0.1, None),
        ("May I use the lift at 9?", "Nobody may use it after 22:00.", 0.1, None),
        ("May I use the lift at 11 pm?", "Nobody may use it after 22:00.", 0.1, "No"),
        ("May I use the lift at 22:00?", "Nobody may use it after 22:00.", 0.1, None),
        # days that are told decide, whatever the judge makes of them
        ("Is the library open on Wednesday?", "The library is open Monday to Friday.", 0.1, "Yes"),
        ("Is the library open on Sundays?", "The library is open Monday to Friday.", 0.9, "No"),
        ("Is the library open at the weekend?", "The library is open Mon–Sat.", 0.5, None),
        ("Is the cafe open on Friday?", "The cafe is open daily but not on Monday.", 0.4, None),
        ("Is the cafe open on Monday?", "Waste is collected Monday to Friday.", 0.5, None),
        ("Is the library closed on Monday?", "The library is open Monday to Friday.", 0.5, None),
        # what permits, demands or frees speaks louder than a judge in doubt
        ("Can my kids come?", "Partners and children are welcome.", 0.7, "Yes"),
        # what the rule for limits leaves open, the judge may not tell
        ("Is the rent over £700 a month?", "The rent is £165 per week.", 0.1, None),
        ("Can my kids come?", "Partners and children are welcome.", 0.3, None),
        ("May dogs enter the room?", "Dogs may not enter the room.", 0.6, None),
        ("May dogs enter the room?", "Dogs may not enter the room.", 0.1, "No"),
        # a figure decides about a limit, whatever the judge makes of it
        ("Does it make more than 50 dB?", "It makes 44 dB of noise.", 0.9, "No"),
        ("Is the deposit over £4,000?", "A deposit of £4,350 is due.", 0.1, "Yes"),
        ("Is it open at 10?", "It does not open before 9.", 0.1, None),
        ("Is it open at 8?", "It does not open before 22.", 0.1, "No"),
    ],
)
def test_the_word_that_is_said(question: str, quote: str, yes: float, said: str | None) -> None:
    assert word(question, quote, yes) == said
