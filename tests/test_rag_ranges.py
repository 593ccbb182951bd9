"""Rows that hold for a range of what is asked about."""

from __future__ import annotations

import pytest
from test_rag_rows import found

from rag.finding import Found
from rag.ranges import prefer_fitting_rows

NOTICE = ("up to 2 years | Notice: 4 weeks", "3 to 7 years | Notice: 8 weeks")
NOTICE = tuple(f"Length of service: {row}" for row in (*NOTICE, "8 years and more | Notice: 12"))
POST = tuple(f"Weight (kg): {row}" for row in ("0–2 | Price: 4", "2–5 | Price: 7", "over 5 | P: 9"))
COPIES = tuple(f"Copies: {row}" for row in ("1-10 | Price: £4", "11-50 | Price: £3", "51+ | P: £2"))
AGES = tuple(
    f"Age: {row}" for row in ("under 6 | Fee: 0", "6 to 15 | Fee: £3", "16 and over | F: £6")
)
BARE = ("less than £500 | 10 %", "£500 to £2,000 | 8 %", "more than £2,000 | 5 %")


def ranked(question: str, rows: tuple[str, ...]) -> list[Found]:
    return prefer_fitting_rows(question, [found(row, 0.9 - n / 10) for n, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("question", "rows", "fitting"),
    [
        ("What notice applies after five years?", NOTICE, [1]),
        ("And after 12 months?", NOTICE, [0]),
        ("And after 10 years?", NOTICE, [2]),
        ("What does a parcel of 3.5 kg cost?", POST, [1]),
        ("And one of 700 g?", POST, [0]),
        ("And one of 5 kg?", POST, [1]),  # "over 5" leaves five out
        ("And one of 5.1 kg?", POST, [2]),
        ("What do 20 copies cost each?", COPIES, [1]),
        ("What do 51 copies cost each?", COPIES, [2]),
        ("What does a 7-year-old pay?", AGES, [1]),
        ("What discount is there on an order of £750?", BARE, [1]),
        ("What discount is there on £2,000?", BARE, [1]),
    ],
)
def test_rows_that_leave_the_amount_out_are_held_back(
    question: str, rows: tuple[str, ...], fitting: list[int]
) -> None:
    kept = [one for one in ranked(question, rows) if one.score >= 0.5]
    assert [rows.index(one.quote) for one in kept] == fitting


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What notice applies?", NOTICE),
        ("What notice applies after 30 kg?", NOTICE),  # nothing of the kind
        ("What notice applies after 7.5 years?", NOTICE),  # in none of them
        ("What notice applied in 2019?", NOTICE),
        ("What do 20 posters cost?", COPIES),
        (
            "What does a parcel of 3.5 kg cost?",
            ("It costs 4 up to 2 kg.", "Colour: red | Fee: 3"),
        ),
    ],
)
def test_without_a_row_that_holds_it_nothing_changes(question: str, rows: tuple[str, ...]) -> None:
    assert [one.score for one in ranked(question, rows)] == [0.9 - n / 10 for n in range(len(rows))]


def test_rows_of_another_document_stay() -> None:
    other = found(NOTICE[2], 0.9, "other")
    kept = prefer_fitting_rows("Notice after five years?", [other, found(NOTICE[1], 0.4)])
    assert kept == [other, found(NOTICE[1], 0.4)]


CANCELLING = (
    "When: Saturday and Sunday | Per hour: £29.80",
    "Notice you give: Less than 24 hours | Charge: Full",
    "Notice you give: 24 to 48 hours | Charge: Half",
)


def test_the_one_row_whose_range_is_of_what_is_named_comes_first() -> None:
    first, *others = ranked("What do we pay with 30 hours' notice on a Saturday?", CANCELLING)
    assert first.quote == CANCELLING[2]
    assert first.probability == pytest.approx(0.7)
    assert first.short is None
    assert [one.quote for one in others] == [CANCELLING[0], CANCELLING[1]]
    # "hours" alone names nothing: a visit may take as long
    first, *_ = ranked("What is a visit of 30 hours on a Saturday?", CANCELLING)
    assert first.quote == CANCELLING[0]
