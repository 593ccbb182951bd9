"""The months that a text tells of, and a word for what is asked of some."""

from __future__ import annotations

import pytest

from index.types import Chunk, DocumentInfo
from rag.deciding import yes_or_no
from rag.finding import Found
from rag.months import MONTHS, months_in, tells_of_months
from rag.types import Parts, Passage


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("May I swim in June?", {"june"}),
        ("May we swim in May?", {"may"}),
        ("from Sept. to Nov.", {"september", "october", "november"}),
        ("in March, May and July", {"march", "may", "july"}),
        ("Nov–Jan", {"november", "december", "january"}),
        ("the march of time", set()),
        ("open all year", set(MONTHS)),
    ],
)
def test_months_and_those_between(text: str, held: set[str]) -> None:
    assert months_in(text) == held


def test_days_and_years_make_it_one_time_only() -> None:
    assert tells_of_months("May to July")
    assert not tells_of_months("May and July")
    assert not tells_of_months("3 May to 5 July")
    assert not tells_of_months("May to July 2025")


@pytest.mark.parametrize(
    ("question", "quote", "said"),
    [
        ("Is the pool open in June?", "The pool is open from April to October.", "Yes"),
        ("Is the pool open in December?", "The pool is open from April to October.", "No"),
        ("Is the pool open in December?", "Open all year.", "Yes"),
        # another thing, a doubt, one month of several, an exception: left to the judge
        ("Is the café open in December?", "The pool is open from April to October.", None),
        ("Is the pool open in June?", "The pool is mostly open from April to October.", None),
        ("Is the pool open in March or May?", "The pool is open from April to October.", None),
        ("Is the pool open in June?", "Except in June it is open from April to October.", None),
        ("Is the pool open in June?", "Sleeping from April to October.", None),
        ("is the pool open in december?", "The pool is open May to September.", "No"),
        # a date that was moved, a time of the day, a price for some days, days of a dinner
        ("Is the bill due in March?", "The bill for January to March is due in April.", None),
        ("Was it moved to Wednesday?", "It was moved from Monday to Friday.", None),
        ("Is the pool open at 5 on Saturday?", "The pool is open Monday to Saturday.", None),
        ("Is it free on Saturday?", "It costs £2 Monday to Saturday; it is free on Sunday.", None),
        ("Is the pool open on Monday?", "The pool is open late Thursday to Saturday.", None),
        ("Does it come on Saturday?", "It comes within 3 working days.", None),
    ],
)
def test_what_holds_in_some_months_is_told_of_the_others(
    question: str, quote: str, said: str | None
) -> None:
    chunk = Chunk("c", "d", 0, len(quote), quote, (), (), "The town's pool")
    info = DocumentInfo("d", (), "The town's pool", None, None, None, 1)
    found = Found(Passage(chunk, info, 1.0, Parts()), 0, len(quote), 0.9, 0.9, answerability=0.9)
    assert yes_or_no(question, found, lambda _: (0.5, 0.5))[0] == said
