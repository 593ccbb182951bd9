"""Sentences that say what the best one says has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table_passages import table_passage

from rag.finding import Found
from rag.superseding import superseding

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
    assert superseding(question, [best, replace(change, score=0.01)]) is None


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
        ("What is the excess for theft?", "The excess for theft is £750, no longer £500."),
    ],
)
def test_what_is_no_change_of_it_is_not(question: str, new: str) -> None:
    assert superseding(question, [found("Excess for theft: £500", 1.0), found(new, 0.5)]) is None
