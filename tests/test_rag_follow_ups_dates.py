"""Dates are found whole, and one takes another's place."""

from __future__ import annotations

import pytest

from rag.follow_ups.dates import DATE, is_date, put_date
from rag.follow_ups.kinds import Kind
from rag.follow_ups.mentions import mentions
from rag.rewriting import standalone
from rag.types import Turn


@pytest.mark.parametrize(
    "date",
    [
        "30 September 2022",
        "September 30, 2022",
        "the 3rd of May 2021",
        "September 2022",
        "Sept. 2022",
        "Q3 2022",
        "the autumn of 2022",
        "mid-2022",
        "2022-09-30",
        "30/09/2022",
        "between 2014 and 2019",
        "2022/23",
        "early 1990s",
        "a Thursday",
        "weekends",
        "last year",
    ],
)
def test_a_date_is_one_span(date: str) -> None:
    assert is_date(date)
    assert [one.group() for one in DATE.finditer(f"what was paid {date} there")] == [date]


@pytest.mark.parametrize("words", ["who may march", "30 tools", "room 114", "a marching band"])
def test_what_is_no_date(words: str) -> None:
    assert DATE.search(words) is None


@pytest.mark.parametrize(
    ("question", "piece", "expected"),
    [
        ("What was paid in September 2022", "in 2014", "What was paid in 2014"),
        ("What was paid on 30 September 2022", "in 2014", "What was paid in 2014"),
        ("What was paid on September 30, 2022", "2014", "What was paid in 2014"),
        ("What was paid in the autumn of 2022", "in 2014", "What was paid in 2014"),
        ("What was paid between 2014 and 2019 to us", "in 2020", "What was paid in 2020 to us"),
        ("What was paid in 2014", "on 3 May 2015", "What was paid on 3 May 2015"),
        ("What was paid in 2014", "3 May 2015", "What was paid on 3 May 2015"),
        ("What was paid in September 2022", "in October", "What was paid in October 2022"),
        ("What was paid last year", "in 2014", "What was paid in 2014"),
        ("What was paid in 2014", "this year", "What was paid this year"),
        ("What does the 2021 report say", "in 2014", "What does the 2014 report say"),
        ("Is it open on a Thursday", "on Sundays", "Is it open on Sundays"),
        ("Is it open on Thursdays", "in August", None),
        ("Who may sell it", "in 2014", None),
        ("What was paid in 2014", "for tools", None),
    ],
)
def test_the_old_date_goes_whole(question: str, piece: str, expected: str | None) -> None:
    assert put_date(question, piece) == expected


def test_dates_beside_names_are_no_part_of_them() -> None:
    for text in (
        "On 30 September 2022 Xiaomi had 29,000 patents.",
        "In 2014 Xiaomi had none.",
        "Since September 2022 Xiaomi has had some.",
        "Between 2014 and 2019 the company Xiaomi filed few.",
    ):
        named = [one for one in mentions(text, question=False) if one.named]
        assert [one.text for one in named if one.kind is not Kind.TIME] == ["Xiaomi"]


def test_two_dates_of_different_kinds_stand_beside_each_other() -> None:
    history = [Turn("How late is the library open on Thursdays?", "Until 8 pm.")]
    found = standalone("and in August?", history)
    assert found == "How late is the library open on Thursdays in August?"


def test_a_name_after_a_date_is_what_it_means() -> None:
    question = "How many patents did Xiaomi have in September 2022?"
    history = [Turn(question, "On 30 September 2022 Xiaomi had more than 29,000 patents in force.")]
    assert standalone("and in 2014?", history) == "How many patents did Xiaomi have in 2014?"
    assert standalone("Who founded it?", history) == "Who founded Xiaomi?"
