"""CSV and TSV in the shapes that programs write them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.loading import csv_table
from index.loading.builder import Parsed, one_line
from index.loading.csv_table import guess_delimiter
from index.loading.formats import parse as parse_file
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason


def read(text: str, encoding: str = "utf-8") -> Parsed:
    return csv_table.parse(text.encode(encoding), Limits())


def lines(text: str) -> list[str]:
    return read(text).text.splitlines()


NAMED = ["Model: X100 | Price: 20 | City: Paris", "Model: X200 | Price: 30 | City: Rome"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoted", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_separator_quotes_and_encoding_are_found(
    delimiter: str, quoted: int, encoding: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoted)
    writer.writerows([("Model", "Price", "City"), ("X100", 20, "Paris"), ("X200", 30, "Rome")])
    assert read(out.getvalue(), encoding).text.splitlines() == NAMED


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # Ragged rows: what goes beyond the names has none.
        (
            "x,y\nfoo,4,surplus\nbar\nbaz,7\nqux,8\n",
            ["x: foo | y: 4 | surplus", "bar", "x: baz | y: 7", "x: qux | y: 8"],
        ),
        (
            "a;b\n1,5;2,5\n2,5;3,5\n4,5;6,1\n",
            ["a: 1,5 | b: 2,5", "a: 2,5 | b: 3,5", "a: 4,5 | b: 6,1"],
        ),
        ("sep=|\nA|B|C\n1|2|3\n", ["A: 1 | B: 2 | C: 3"]),
        ('n,t,u\n"two\nlines",1,2\n', ["n: two lines | t: 1 | u: 2"]),
        ("Ann\nBob\nCy\nDi\n", ["Ann", "Bob", "Cy", "Di"]),
        ("name,Ann\ncity,Rome\njob,cook\n", ["name | Ann", "city | Rome", "job | cook"]),
        (
            "n,c,d\n=cmd|' /C calc'!A0,\"@SUM(1,2)\",1\n",
            ["n: =cmd|' /C calc'!A0 | c: @SUM(1,2) | d: 1"],
        ),
        ("n,c,d\nA\0l,Ro\0me,1\n", ["n: Al | c: Rome | d: 1"]),
        (
            "Year,Rain,Sun\n2021,5,7\n2022,6,8\n",
            ["Year: 2021 | Rain: 5 | Sun: 7", "Year: 2022 | Rain: 6 | Sun: 8"],
        ),
        ("2021,5,7\n2022,6,8\n", ["2021 | 5 | 7", "2022 | 6 | 8"]),
    ],
)
def test_rows(text: str, rows: list[str]) -> None:
    assert lines(text) == rows


def test_an_open_quotation_mark_swallows_nothing() -> None:
    parsed = read('a,b,c\n1,"open,3\n' + "4,5,6\n" * 1000)
    assert parsed.text.count("a: 4 | b: 5 | c: 6") == 1000
    assert '"open' in parsed.text
    assert "never closed" in parsed.warnings[0]


def test_a_cell_of_fifty_megabytes_is_cut() -> None:
    parsed = csv_table.parse(b'a,b\n"' + b"x" * 49_000_000 + b'",2\n', Limits())
    assert len(parsed.text) < 101_000
    assert parsed.text.endswith(" | 2")
    assert parsed.warnings == ("1 cell is longer than 100,000 characters and cut off there",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n,1,2", SkipReason.NOT_AS_NAMED),
        (b"PK\x03\x04,1,2", SkipReason.NOT_AS_NAMED),
        (bytes(range(256)) * 50, SkipReason.NOT_AS_NAMED),
        (b",,,\n,,,\n", SkipReason.EMPTY),
        (b" \n", SkipReason.EMPTY),
        (b"a,b\n" * 20, SkipReason.TOO_LARGE),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, reason: SkipReason) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_file(data, "a.csv", Limits(text_chars=60))
    assert refused.value.reason is reason


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8))
def test_no_word_of_any_cell_is_lost(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    wanted = [one_line(cell) for row in rows for cell in row]
    assume(any(char.isalnum() for cell in wanted for char in cell))
    text = read(out.getvalue()).text
    for cell in wanted:
        assert all(word in text for word in cell.split() if word.isalnum())


def test_guessing_a_separator_never_fails() -> None:
    assert guess_delimiter("") == ","
    assert guess_delimiter("just words, and a comma\nand more words; indeed") == ","
