"""Rows are told apart by the codes that a question names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Chunk, DocumentInfo
from rag.finding import Found
from rag.rows import codes, prefer_named_rows
from rag.types import Parts, Passage

VD17 = "Part: VD-17 | Price (EUR): 91.00 | Year: 2025"
VD22 = "Part: VD-22 | Price (EUR): 164.00 | Year: 2025"


def found(quote: str, score: float, document: str = "d") -> Found:
    info = DocumentInfo(document, ("d.csv",), "Prices", "en", None, None, 1)
    chunk = Chunk(quote, document, 0, len(quote), quote, (), (), "")
    return Found(Passage(chunk, info, 4.0, Parts()), 0, len(quote), score, score)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did the VD-22 cost in Q3 2024?", {"vd-22", "q3", "2024"}),
        ("the 4th of May, 220 volts, 1,999 pieces, 2024-05", {"2024-05"} - {"2024-05"}),
        ("error E06 of the M1183b", {"e06", "m1183b"}),
        ("", set()),
    ],
)
def test_codes_have_letters_and_digits_or_are_years(text: str, expected: set[str]) -> None:
    assert codes(text) == expected


def test_the_row_that_holds_the_code_comes_before_one_that_reads_better() -> None:
    first, second = prefer_named_rows(
        "What does the VD-22 cost in 2025?", [found(VD17, 0.9), found(VD22, 0.4)]
    )
    assert (first.quote, first.score) == (VD22, 0.4)
    assert (second.quote, second.score) == (VD17, pytest.approx(0.09))
    assert second.probability == pytest.approx(0.09)


@pytest.mark.parametrize(
    "question", ["What does the seal cost?", "What does the VD-99 cost?", "Which part is of 2025?"]
)
def test_without_a_row_that_holds_it_nothing_changes(question: str) -> None:
    some = [found(VD17, 0.9), found(VD22, 0.4)]
    assert prefer_named_rows(question, some) == some


def test_rows_of_other_documents_and_sentences_stay() -> None:
    some = [found("It costs £4.", 0.9), found(VD17, 0.8, "other"), found(VD22, 0.4)]
    assert prefer_named_rows("What does the VD-22 cost?", some) == some


def test_a_code_in_the_heading_above_counts_for_its_rows() -> None:
    paint, brush = (
        found("Item: Paint | Price: 30", 0.9),
        found("Item: Brush for Q3 | Price: 9", 0.3),
    )
    chunk = replace(paint.passage.chunk, headings=("Prices", "Q3"))
    paint = replace(paint, passage=replace(paint.passage, chunk=chunk))
    assert prefer_named_rows("What is the price of paint in Q3?", [paint, brush]) == [paint, brush]
