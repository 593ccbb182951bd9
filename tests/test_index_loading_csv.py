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


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "Name,Email\nAnn Moss,ann@x.org\nBob Lee,bob@y.org\n",
            "Name: Ann Moss | Email: ann@x.org",
        ),
        ("word,meaning\nhygge,cosiness\nsisu,grit\n", "word: hygge | meaning: cosiness"),
        ("Größe;Prix de vente\nbig;low\nsmall;high\n", "Größe: big | Prix de vente: low"),
        ("Gadget,Fixer\nX100,Kim\nX200,Lou\n", "Gadget: X100 | Fixer: Kim"),
        ("Riddle,Reply\nWhat is it?,Snow\nWho did it?,Kim\n", "Riddle: What is it? | Reply: Snow"),
        ("gadget,fixer\nDrill,Kim\nSaw,Lou\n", "gadget: Drill | fixer: Kim"),
        ("Product,Price\nX100,12\n", "Product: X100 | Price: 12"),
        ("Bite,Sip,Dip\nham,tea,mayo\n", "Bite: ham | Sip: tea | Dip: mayo"),
        ("Task,Week 1,Week 2,Who\nDig,x,,Kim\nRake,,x,Lou\n", "Task: Dig | Week 1: x | Who: Kim"),
        ("A,Phone 1,Town\nKim,Elm 4,Bonn\nLou,Oak 9,Ulm\n", "A: Kim | Phone 1: Elm 4 | Town: Bonn"),
        ("A,Jan 24,Feb 24\nDig,x,\nRake,,x\n", "A: Dig | Jan 24: x"),
        (
            "Date,Sum,Date,Sum\n2024-01-01,5,2024-02-01,6\n2024-01-02,7,2024-02-02,8\n",
            "Date: 2024-01-01 | Sum: 5 | Date: 2024-02-01 | Sum: 6",
        ),
        (f"Who,{'How good is it ' * 9}?,Why\nKim,4,tea\nLou,2,pie\n", None),
        (f"Who,{'How good is it ' * 9}?,Why\nKim,fine,tea\nLou,bad,pie\n", None),
        (",Monday,Tuesday\nEarly,Kim,Lou\nLate,Pia,Kim\n", "Early | Monday: Kim | Tuesday: Lou"),
    ],
)
def test_the_first_row_names_the_columns(text: str, row: str | None) -> None:
    first = lines(text)[0]
    assert first == row if row is not None else first.startswith("Who: Kim | How good is it ")


@pytest.mark.parametrize(
    "text",
    [
        "Name,Ann Moss\nAddress,Elm St 4\nPhone,0123 44\n",
        "Name,Ann\nLine 1,Elm St\nLine 2,Bonn\n",
        "Name,Ann\nAbout,We mend old clocks for friends.\nTeam,Three of us work here now.\n"
        "Town,It is Bonn on the Rhine.\n",
        "hello,bonjour\ncat,chat\ndog,chien\n",
        "name,nom\ndate,date\ncity,ville\n",
        "France,Paris\nSpain,Madrid\n",
        "Kim,Park,Elm St 4\nLou,Reed,Oak Rd 9\n",
        "Room 1,Room 2,Room 3\nRoom 4,Room 5,Room 6\n",
        "a@x.org,Ann,low\nb@x.org,Bob,high\n",
        "I like it all the time,yes,no\nI hate it all the more,no,yes\n",
        "2024-01-03,Tesco,food\n2024-01-04,Shell,fuel\n",
        "https://x.org,Ann\nhttps://y.org,Bob\nhttps://z.org,Cy\n",
    ],
)
def test_a_first_row_like_the_others_names_nothing(text: str) -> None:
    assert lines(text) == [" | ".join(row) for row in csv.reader(io.StringIO(text))]
