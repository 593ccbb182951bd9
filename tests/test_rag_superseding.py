"""Sentences that say what the best one says has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table_passages import table_passage

from rag.finding import Found
from rag.superseding import present, superseding, usual_first

PASSAGE, _ = table_passage("a", title="List")


def found(quote: str, score: float) -> Found:
    chunk = replace(PASSAGE.chunk, text=quote, start=0, end=len(quote))
    return Found(replace(PASSAGE, chunk=chunk), 0, len(quote), score, 0.5)


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (
            "gate code?",
            "Gate code 4471.",
            "Security changed the gate code: it's 8125 now, not the one Clive gave you.",
        ),
        (
            "What is the excess for theft?",
            "Excess for theft: £500",
            "The excess for theft is increased from £500 to £750.",
        ),
        (
            "What is the excess for theft?",
            "Excess for theft: £500",
            "The excess for theft is £750, no longer £500.",
        ),
        (
            "What time does the carer come?",
            "We start at 07:45 as now.",
            "It will start at 08:00 and not 07:45, because of the bus.",
        ),
        (
            "How many meals a year?",
            "You will serve 9,000 meals a year.",
            'In clause 4, meals a year, for "9,000" read "7,500".',
        ),
    ],
)
def test_the_change_of_what_answers_is_found(question: str, old: str, new: str) -> None:
    best, change = found(old, 1.0), found(new, 0.2)
    assert superseding(question, [best, change]) == change
    assert superseding(question, [change, best]) is None
    # what names the thing says so however well the old sentence reads; what only says that a
    # figure is old has to be likely itself
    late = replace(change, score=0.01)
    only_old = "no longer" in new or "and not" in new
    assert superseding(question, [best, late]) == (None if only_old else late)


@pytest.mark.parametrize(
    ("question", "new"),
    [
        ("What was the excess for theft?", "The excess for theft is increased to £750."),
        ("What is the excess for theft in 2023?", "The excess for theft is increased to £750."),
        ("What is the excess for theft?", "The excess for fire is increased to £750."),
        ("What is the excess for theft?", "The excess for theft is lowered from £900 to £500."),
        (
            "What is the excess for theft?",
            "They asked that the excess for theft be raised to £750.",
        ),
        ("What is the excess for theft?", "The excess for theft has not increased to £750."),
        ("What is the excess for theft?", "The excess for theft is no longer than 750 words."),
        ("What is the excess for theft?", "The excess for theft is £750."),
        ("What is the excess for theft?", "The excess for theft is now £750 in Wales."),
        ("What is the excess for theft?", "Excess for theft: raised from £500 to £750 for vans."),
        ("What is the excess for theft?", "Excess for theft: raised from £600 to £750."),
        ("What is the excess for theft?", "A motion that the excess for theft is raised to £750."),
        ("What is the excess for theft?", "A theft costs £750 and not less than £500."),
        ("What is the excess for theft?", "Claims of £750, of which £500 is not paid."),
        ("What is the excess for theft?", "Should it be £750 instead of £500?"),
    ],
)
def test_what_is_no_change_of_it_is_not(question: str, new: str) -> None:
    assert superseding(question, [found("Excess for theft: £500", 1.0), found(new, 0.5)]) is None


@pytest.mark.parametrize(
    ("question", "quote", "short", "told"),
    [
        (
            "how long?",
            "It is 14 days, not counting Sundays.",
            *["14 days, not counting Sundays"] * 2,
        ),
        (
            "how many?",
            "2 tablets, not more than 8 a day.",
            *["2 tablets, not more than 8 a day"] * 2,
        ),
        ("when?", "From 9 am to 5 pm, but not on 1 May.", *["9 am to 5 pm, but not on 1 May"] * 2),
        ("which room?", "Room 4 was flooded in 2020.", *["Room 4 was flooded in 2020"] * 2),
        ("By how much did it rise?", "It rose from £2 to £3.", *["from £2 to £3"] * 2),
        ("How high is it?", "It rises from 200 to 650 m.", *["from 200 to 650 m"] * 2),
        ("price?", "It goes up from £2.85 to £3.05 in May.", "£2.85 to £3.05", "£3.05"),
        ("price?", "The price is raised from £500 to £750.", "from £500 to £750", "£750"),
        ("What was the price?", "It rose from £2 to £3.", "£2 to £3", "£2 to £3"),
        ("from when to when?", "It is open from 9 to 17.", "9 to 17", "9 to 17"),
        ("when?", "It starts at 08:00 and not 07:45.", "08:00 and not 07:45", "08:00"),
        ("when?", "Now 27 Feb (was 6 Feb).", "27 Feb (was 6 Feb)", "27 Feb"),
        ("how many?", "No more than 6, not counting 2 babies.", "6", "6"),
        ("who?", "Ida, not Karl.", "Ida, not Karl", "Ida, not Karl"),
        ("price?", "It is free.", None, None),
    ],
)
def test_of_what_was_and_what_is_the_bare_answer_is_what_is(
    question: str, quote: str, short: str | None, told: str | None
) -> None:
    assert present(question, quote, short) == told


@pytest.mark.parametrize(
    ("best", "line", "new", "changes"),
    [
        (
            "A week at Elmhurst House, 24 to 31 May, £1,085 for the week.",
            "Respite: Elmhurst cannot do 24 to 31 May. Now Saturday 7 June to Saturday 14 June.",
            "Now Saturday 7 June to Saturday 14 June.",
            True,
        ),
        (
            "Campaign: 9-13 June 2025, both sites.",
            "The campaign runs from Monday 23 to Friday 27 June. The old week (9-13 June) is off.",
            "The campaign runs from Monday 23 to Friday 27 June.",
            True,
        ),
        (
            "Campaign: 9-13 June 2025, both sites.",
            "The party is on 23 June. The campaign stays in the week of 9-13 June.",
            "The party is on 23 June.",
            False,
        ),
        (
            "Campaign: 9-13 June 2025, both sites.",
            "The party is on 23 June.\nThe old week (9-13 June) is off.",
            "The party is on 23 June.",
            False,
        ),
        (
            "The excess for theft is £500.",
            "My excess was £500 and the repair cost £1,200.",
            "My excess was £500 and the repair cost £1,200.",
            False,
        ),
        (
            "Swimming costs £5.",
            "The sauna costs £8 instead of £5.",
            "The sauna costs £8 instead of £5.",
            False,
        ),
        (
            "Children under 10 years old: 5 ml.",
            "Over 10 years old: 10 ml.",
            "Over 10 years old: 10 ml.",
            False,
        ),
        (
            "Campaign: 9-13 June 2025, both sites.",
            "It costs £300. The old week (9-13 June) is off.",
            "It costs £300.",
            False,
        ),
        (
            "Campaign: 9-13 June 2025, both sites.",
            "The campaign runs from 23 to 27 June. Not 9 or 10 or 13 June.",
            "The campaign runs from 23 to 27 June.",
            False,
        ),
    ],
)
def test_what_stands_beside_may_say_that_the_best_is_old(
    best: str, line: str, new: str, changes: bool
) -> None:
    first, whole = found(best, 1.0), found(line, 0.2)
    begin = line.index(new)
    other = replace(whole, start=begin, end=begin + len(new))
    question = "When is the campaign, the week at Elmhurst, what does swimming cost?"
    assert superseding(question, [first, other]) == (other if changes else None)


SOME, ALL = "On Mondays the sauna costs £6 instead of £8.", "The sauna costs £8."


def usual(question: str, other_score: float = 0.6, all_of_them: str = ALL) -> str:
    first = replace(found(SOME, 0.8), score=1.0, short="£6")
    second = replace(found(all_of_them, 0.7), score=other_score, short="£8")
    return usual_first(question, [first, second])[0].quote


def test_what_holds_for_everybody_goes_before_what_is_as_likely_for_some() -> None:
    assert usual("How much is the sauna?") == ALL
    assert usual("How much is the sauna?", other_score=0.4) == SOME
    assert usual("How much is the sauna on Mondays?") == SOME
    assert usual("How much is the sauna on Mon?") == SOME
    assert usual("How much is the sauna for my mother?") == SOME
    assert usual("How much is the sauna?", all_of_them="A towel costs £8.") == SOME
    assert usual_first("How much?", []) == []
