"""Excel workbooks, written by openpyxl, LibreOffice or by hand, and read by our own loader."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import (
    convert,
    needs_soffice,
    relation_part,
    said,
    text_cell,
    words,
    xlsx_parts,
    zipped,
)

from index.chunking import chunk_document
from index.loading import xlsx
from index.loading.builder import Parsed
from index.loading.formats import parse as parse_file
from index.loading.limits import Limits, RefusedError
from index.loading.number_formats import shown
from index.types import SkipReason

openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl, a dev dependency")
from openpyxl.comments import Comment  # noqa: E402
from openpyxl.styles import Font  # noqa: E402
from openpyxl.worksheet.table import Table  # noqa: E402


def data_of(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(book) -> Parsed:
    return xlsx.parse(data_of(book), Limits())


def sheet_of(*rows: Sequence[object], title: str = "Prices"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book


def by_hand(sheet: str, strings: str = "", workbook: str = "") -> Parsed:
    return xlsx.parse(zipped(xlsx_parts(sheet, strings, workbook)), Limits())


def price_book():
    """Two titled tables, dates, money, percents, a formula, and a hidden sheet."""
    book = sheet_of(
        ("Price list 2023",),
        ("Model", 2022, 2023, "Since", "Share"),
        ("X100", 19, 20, datetime.date(2021, 3, 1), 0.256),
        ("X200", 29, 30.5, datetime.date(2022, 11, 30), 0.5),
    )
    sheet = book.active
    for row in (3, 4):
        sheet.cell(row, 3).number_format = '#,##0.00 "€"'
        sheet.cell(row, 4).number_format = "dd/mm/yyyy"
        sheet.cell(row, 5).number_format = "0.0%"
    hidden = book.create_sheet("Old")
    hidden["A1"] = "old words"
    hidden.sheet_state = "hidden"
    return book


PRICE_ROWS = [
    ("heading", 1, "Prices"),
    ("heading", 1, "Price list 2023"),
    ("table row", 1, "Model: X100 | 2022: 19 | 2023: 20.00 € | Since: 01/03/2021 | Share: 25.6%"),
    ("table row", 1, "Model: X200 | 2022: 29 | 2023: 30.50 € | Since: 30/11/2022 | Share: 50.0%"),
    ("heading", 2, "Old"),
    ("paragraph", 2, "old words"),
]


def test_rows_carry_their_column_names_and_values_as_a_person_sees_them() -> None:
    parsed = read(price_book())
    assert said(parsed) == PRICE_ROWS
    assert parsed.pages == 2
    assert parsed.warnings == ('sheet 2, "Old", is hidden; it was read all the same',)


@needs_soffice
def test_what_libreoffice_makes_of_it_reads_the_same(tmp_path: Path) -> None:
    there = convert(data_of(price_book()), ".xlsx", "ods", tmp_path / "there")
    back = convert(there, ".ods", "xlsx", tmp_path / "back")
    for data, name in ((there, "a.ods"), (back, "a.xlsx")):
        document = parse_file(data, name, Limits())
        lines = [text for _, _, text in PRICE_ROWS]
        assert document.text.split("\n\n") == [*lines[:2], "\n".join(lines[2:4]), *lines[4:]]
        assert "is hidden" in document.warnings[0]


def test_every_row_of_a_long_table_keeps_its_names_through_chunking() -> None:
    rows = [(f"X{number}", number, f"city{number}") for number in range(300)]
    document = parse_file(data_of(sheet_of(("Model", "Price", "City"), *rows)), "p.xlsx", Limits())
    chunks = chunk_document(document, lambda texts: [len(t.split()) for t in texts], 256)
    assert len(chunks) > 5
    lines = [line for chunk in chunks for line in chunk.text.splitlines()]
    assert set(lines) == {f"Model: X{n} | Price: {n} | City: city{n}" for n in range(300)}


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.256, "0.0%", "25.6%"),
        (20, "#,##0.00 [$€-407]", "20.00 €"),
        (-5, "#,##0;(#,##0)", "(5)"),
        (-5, "0.00", "-5.00"),
        (45000, "yyyy-mm-dd", "2023-03-15"),
        (45000.5, "dd/mm/yyyy hh:mm", "15/03/2023 12:00"),
        (45000, "[$-409]mmmm d, yyyy;@", "March 15, 2023"),
        (45000, "[$-F800]dddd, mmmm dd, yyyy", "2023-03-15"),
        (1.5, "[h]:mm", "36:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (1234567, '0.0,,"M"', "1.2M"),
        (0, '0;-0;"none"', "none"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (1.25, "# ?/?", "1 1/4"),
        (5551234, "000-0000", "555-1234"),
        (0.1 + 0.2, "General", "0.3"),
        (12, '[>10]"big" 0;0', "big 12"),
        (2.675, "0.00", "2.68"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (1e300, "#,##0", "1E+300"),
    ],
)
def test_number_formats(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@given(
    st.floats(),
    st.one_of(st.text('0#?.,%;E+-/ymdhsAPGeneral@"\\[]$€ _*<>=159:', max_size=40), st.text()),
    st.booleans(),
)
def test_no_number_and_format_break_it(value: float, code: str, is_1904: bool) -> None:
    assert isinstance(shown(value, code, is_1904), str)


def test_dates_may_count_from_1904() -> None:
    book = sheet_of(("Day",), (datetime.date(2020, 1, 2),))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert words(read(book))[-1] == "2020-01-02"


def test_several_tables_on_one_sheet_stay_apart() -> None:
    book = sheet_of(
        ("Model", "Price", None, None, "City", "People"),
        ("X1", 10, None, None, "Paris", 2_000_000),
        ("X2", 20, None, None, "Rome", 2_800_000),
        ("X3", 30, None, None, "Bonn", 300_000),
        (),
        (),
        ("Name", "Role", "Desk"),
        ("Ann", "cook", 4),
        ("Bob", "baker", 5),
    )
    for cell in book.active[7]:
        cell.font = Font(bold=True)
    assert words(read(book)) == [
        "Prices",
        "Model: X1 | Price: 10",
        "Model: X2 | Price: 20",
        "Model: X3 | Price: 30",
        "City: Paris | People: 2000000",
        "City: Rome | People: 2800000",
        "City: Bonn | People: 300000",
        "Name: Ann | Role: cook | Desk: 4",
        "Name: Bob | Role: baker | Desk: 5",
    ]


def test_a_blank_row_inside_a_table_does_not_end_its_names() -> None:
    book = sheet_of(
        ("Name", "Role", "City"),
        ("Ann", "cook", "Rome"),
        ("Bob", "baker", "Bonn"),
        (),
        ("Cy", "smith", "Paris"),
        ("Di", "clerk", "Lyon"),
    )
    assert "Name: Cy | Role: smith | City: Paris" in words(read(book))


def test_merged_names_and_merged_cells() -> None:
    book = sheet_of(
        (None, 2023, None, 2024, None),
        ("Region", "Q1", "Q2", "Q1", "Q2"),
        ("North", 1, 2, 3, 4),
        (None, 5, 6, 7, 8),
        ("All regions together, without returns",),
    )
    for area in ("B1:C1", "D1:E1", "A3:A4", "A5:E5"):
        book.active.merge_cells(area)
    assert words(read(book)) == [
        "Prices",
        "Region: North | 2023 Q1: 1 | 2023 Q2: 2 | 2024 Q1: 3 | 2024 Q2: 4",
        "Region: North | 2023 Q1: 5 | 2023 Q2: 6 | 2024 Q1: 7 | 2024 Q2: 8",
        "All regions together, without returns",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("Customer:", "Ann"), ("Paid:", 500), ("Owed:", 20), ("Sent:", 3)],
        [("Customer", "Ann"), ("City", "Paris"), ("Paid", 500)],
        [("X1", "red", "Paris"), ("X2", "red", "Rome"), ("X3", "red", "Paris")],
        [(2021, 5, 7), (2022, 6, 8), (2023, 9, 9)],
    ],
)
def test_a_row_of_data_never_becomes_column_names(rows: list[tuple[object, ...]]) -> None:
    assert words(read(sheet_of(*rows)))[1:] == [" | ".join(map(str, row)) for row in rows]


def test_what_the_file_calls_a_table_has_its_names() -> None:
    book = sheet_of(("Key", "Text"), ("a", "b"), ("c", "d"))
    book.active.add_table(Table(displayName="T", ref="A1:B3"))
    assert words(read(book))[1:] == ["Key: a | Text: b", "Key: c | Text: d"]


def test_formulas_give_their_stored_results_or_a_warning() -> None:
    cells = "<c r='A1'><f>1+1</f><v>2</v></c><c r='B1'><f>1+2</f></c>"
    cells += "<c r='C1' t='str'><f>\"\"</f><v></v></c><c r='D1' t='b'><v>1</v></c>"
    cells += "<c r='E1' t='e'><f>1/0</f><v>#DIV/0!</v></c>"
    parsed = by_hand(f"<sheetData><row r='1'>{cells}</row></sheetData>")
    assert words(parsed)[1:] == ["2 | TRUE | #DIV/0!"]
    assert parsed.warnings == ("formulas without a stored result were left out: 1",)


def test_text_boxes_on_a_sheet_are_read() -> None:
    parts = xlsx_parts(f"<sheetData><row>{text_cell('A1', 'words')}</row></sheetData>")
    parts["xl/worksheets/_rels/s.xml.rels"] = relation_part({"rId1": ("drawing", "../d.xml")})
    parts["xl/d.xml"] = (
        "<wsDr xmlns:a='urn:a'><sp><txBody><a:p><a:r><a:t>boxed</a:t></a:r></a:p></txBody></sp>"
        "</wsDr>"
    )
    assert words(xlsx.parse(zipped(parts), Limits())) == ["One", "words", "boxed"]
    parts["xl/worksheets/s.xml"] = "<worksheet><sheetData/></worksheet>"
    assert words(xlsx.parse(zipped(parts), Limits())) == ["One", "boxed"]  # under its own name


def refusal(data: bytes) -> SkipReason:
    with pytest.raises(RefusedError) as refused:
        xlsx.parse(data, Limits())
    return refused.value.reason


def test_links_out_of_the_file_are_not_followed() -> None:
    parts = xlsx_parts(f"<sheetData><row>{text_cell('A1', 'words')}</row></sheetData>")
    parts["xl/_rels/workbook.xml.rels"] = relation_part(
        {"rId1": ("worksheet", "file:///etc/passwd")}, external=["rId1"]
    )
    assert refusal(zipped(parts)) is SkipReason.EMPTY
    parts["xl/_rels/workbook.xml.rels"] = relation_part(
        {"rId1": ("worksheet", "../../../../etc/passwd")}
    )
    assert refusal(zipped(parts)) is SkipReason.EMPTY


def test_one_long_text_in_a_million_cells_is_refused() -> None:
    cells = "<row><c t='s'><v>0</v></c><c t='s'><v>0</v></c></row>" * 3000
    sheet = zipped(xlsx_parts(f"<sheetData>{cells}</sheetData>", f"<si><t>{'x' * 30_000}</t></si>"))
    assert refusal(sheet) is SkipReason.TOO_LARGE


def test_merged_areas_over_everything_cost_little() -> None:
    rows = "".join(f"<row r='{n}'>{text_cell(f'A{n}', 'w')}</row>" for n in range(1, 2000, 2))
    merged = "<mergeCell ref='A1:XFD1048576'/>" * 3000
    parsed = by_hand(f"<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>")
    assert set(words(parsed)[1:]) == {"w"}


def test_cells_out_of_place_are_read_all_the_same() -> None:
    cells = text_cell("", "first") + text_cell("ZZZZ9", "second") + text_cell("XFE1", "third")
    parsed = by_hand(f"<sheetData><row r='99999999999'>{cells}</row></sheetData>")
    assert words(parsed)[1:] == ["first | second | third"]


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        (
            (None, "AquaLift 220", "AquaLift 300"),
            ("Flow (l/min)", 320, 410),
            "Flow (l/min) | AquaLift 220: 320 | AquaLift 300: 410",
        ),
        (
            ("Cost of", "2024 (£)", "2025 (£)"),
            ("Electricity", -2870, -3390),
            "Cost of: Electricity | 2024 (£): -2870 | 2025 (£): -3390",
        ),
    ],
)
def test_an_empty_corner_and_years_with_a_unit_leave_columns_their_names(
    head: tuple[object, ...], row: tuple[object, ...], told: str
) -> None:
    parsed = read(sheet_of(head, row, (row[0], 1, 2), (row[0], 3, 4)))
    assert told in [text for _, _, text in said(parsed)]


def test_comments_stand_below_their_sheet_with_their_cell() -> None:
    book = sheet_of(("Model", "Price"), ("X100", 20))
    book.active["B2"].comment = Comment("Ask Ann\nbefore May.", "Bo")
    book.active["D9"].comment = Comment(
        "[Threaded comment]\n\nOld Excel.\n\nComment:\n    Too dear.", ""
    )
    text = read(book).text
    assert "Comment on B2 (20): Ask Ann before May." in text
    assert text.endswith("Comment on D9: Too dear.")
