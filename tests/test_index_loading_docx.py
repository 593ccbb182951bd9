"""Word files, written by python-docx and read by our own loader."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from hostile_files import W, docx_bytes

from index.loading import docx as loader
from index.loading.builder import Parsed
from index.loading.docx_styles import format_number
from index.loading.limits import Limits


def read(document: WordDocument) -> Parsed:
    out = io.BytesIO()
    document.save(out)
    return loader.parse(out.getvalue(), Limits())


def said(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [
        (block.kind.value, block.level, parsed.text[block.start : block.end])
        for block in parsed.blocks
    ]


def test_the_day_of_a_librarys_template_is_not_the_files() -> None:
    document = docx.Document()
    document.add_paragraph("Quiet is kept after ten.")
    assert read(document).modified is None


def test_headings_lists_tables_in_reading_order() -> None:
    document = docx.Document()
    document.core_properties.title = "House rules"
    document.core_properties.modified = datetime(2024, 5, 1, tzinfo=UTC)
    document.add_heading("Rules", 1)
    paragraph = document.add_paragraph("Quiet is ")
    paragraph.add_run("kept").italic = True
    paragraph.add_run(" after ten.")
    document.add_paragraph("no dogs", style="List Bullet")
    document.add_paragraph("no cats", style="List Bullet 2")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(
        table.rows, (("Model", "Price"), ("X100", "20 €"), ("X200", "30 €")), strict=True
    ):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    document.add_paragraph().add_run("Contact us").bold = True
    document.add_paragraph().add_run("Where is the bell?").bold = True
    document.add_paragraph("Ring the bell.")
    document.sections[0].footer.paragraphs[0].text = "Valid from May 2024"
    parsed = read(document)
    assert (parsed.title, parsed.modified) == ("House rules", "2024-05-01")
    assert said(parsed) == [
        ("heading", 1, "Rules"),
        ("paragraph", 0, "Quiet is kept after ten."),
        ("list item", 1, "no dogs"),
        ("list item", 1, "no cats"),
        ("table row", 0, "Model: X100 | Price: 20 €"),
        ("table row", 0, "Model: X200 | Price: 30 €"),
        ("heading", 2, "Contact us"),
        ("paragraph", 0, "Where is the bell?"),  # stays with its answer
        ("paragraph", 0, "Ring the bell."),
        ("paragraph", 0, "Valid from May 2024"),
    ]


def test_automatic_numbers_are_said() -> None:
    document = docx.Document()
    for words in ("first", "second"):
        document.add_paragraph(words, style="List Number")
    assert [text for _, _, text in said(read(document))] == ["1. first", "2. second"]


def test_merged_cells_are_said_in_every_row() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "left"
    for row in (0, 1):
        table.cell(row, 1).text = f"mid{row}"
        table.cell(row, 2).text = f"right{row}"
    assert [text for _, _, text in said(read(document))] == [
        "left | mid0 | right0",
        "left | mid1 | right1",
    ]


def table_texts(
    rows: list[tuple[str, ...]], merge: tuple[int, int, int] | None = None
) -> list[str]:
    """What is read of a table; ``merge`` is row, first and last column of a merged cell."""
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    if merge:
        number, first, last = merge
        table.cell(number, first).merge(table.cell(number, last)).text = rows[number][first]
    return [text for _, _, text in said(read(document))]


def test_years_name_columns_and_a_title_row_does_not() -> None:
    rows = [
        ("Prices", "", ""),
        ("Model", "2022", "2023"),
        ("X100", "19", "20"),
        ("X200", "29", "29"),
    ]
    assert table_texts(rows, (0, 0, 2)) == [
        "Prices",
        "Model: X100 | 2022: 19 | 2023: 20",
        "Model: X200 | 2022: 29 | 2023: 29",
    ]


def test_two_rows_of_names_and_equal_neighbours() -> None:
    rows = [("Year", "2022", ""), ("", "low", "high"), ("X100", "5", "5"), ("X200", "6", "7")]
    assert table_texts(rows, (0, 1, 2)) == [
        "Year: X100 | 2022 low: 5 | 2022 high: 5",
        "Year: X200 | 2022 low: 6 | 2022 high: 7",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("Surname:", "Okafor", "First name:", "Ngozi"),
            ("Born:", "12/04/88", "Phone:", "077 456"),
        ],
        [("Product", "Oak table", "Colour", "Brown"), ("Weight", "25 kg", "Size", "120 cm")],
    ],
)
def test_labels_and_values_side_by_side_name_no_column(rows: list[tuple[str, ...]]) -> None:
    assert table_texts(rows) == [" | ".join(row) for row in rows]


def test_names_above_empty_columns_are_not_lost() -> None:
    rows = [("Model", "Price", "Remarks"), ("X100", "5", ""), ("X200", "6", "")]
    assert table_texts(rows)[0] == "Model | Price | Remarks"
    assert table_texts(rows)[1] == "Model: X100 | Price: 5"


def test_a_text_box_in_a_page_header_is_said_once() -> None:
    header = (
        f"<w:hdr {W}><w:p><w:r><w:pict><w:txbxContent><w:p>{run('House of the river')}</w:p>"
        "</w:txbxContent></w:pict></w:r></w:p></w:hdr>"
    ).encode()
    assert body(f"<w:p>{run('words')}</w:p>", {"word/header1.xml": header}) == [
        "words",
        "House of the river",
    ]


def body(inner: str, extra: dict[str, bytes] | None = None) -> list[str]:
    xml = f"<w:document {W}><w:body>{inner}</w:body></w:document>"
    return [text for _, _, text in said(loader.parse(docx_bytes(xml, extra), Limits()))]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_deleted_and_hidden_text_is_left_out() -> None:
    inner = (
        f"<w:p>{run('kept')}<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        f"<w:ins>{run(' added')}</w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )
    assert body(inner) == ["kept added"]


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    notes = (
        f"<w:footnotes {W}>"
        f"<w:footnote w:type='separator' w:id='0'><w:p>{run('no')}</w:p></w:footnote>"
        f"<w:footnote w:id='2'><w:p>{run('the note')}</w:p></w:footnote></w:footnotes>"
    ).encode()
    inner = (
        f"<w:p>{run('one')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p><w:p>{run('two')}</w:p>"
    )
    assert body(inner, {"word/footnotes.xml": notes}) == ["one", "the note", "two"]


def test_content_controls_and_text_boxes_are_read_once() -> None:
    inner = (
        f"<w:sdt><w:sdtContent><w:p>{run('inside')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p>{run('anchor')}<w:r><w:pict><w:txbxContent><w:p>{run('boxed')}</w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>"
    )
    assert body(inner) == ["inside", "anchor", "boxed"]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [(4, "upperRoman", "IV"), (27, "lowerLetter", "aa"), (3, "decimal", "3"), (9, "odd", "9")],
)
def test_number_formats(number: int, form: str, text: str) -> None:
    assert format_number(number, form) == text


def test_heading_found_by_outline_level_of_a_localised_style() -> None:
    document = docx.Document()
    style = document.styles.add_style("Überschrift", 1)
    style.element.get_or_add_pPr().append(parse_xml(f"<w:outlineLvl {W} w:val='1'/>"))
    document.add_paragraph("Kapitel", style=style)
    assert said(read(document)) == [("heading", 2, "Kapitel")]


def test_nothing_is_written_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loader.parse(
        docx_bytes(
            f"<w:document {W}><w:body><w:p>{run('x')}</w:p></w:body></w:document>",
            {"../climbed.txt": b"out", "/abs.txt": b"out"},
        ),
        Limits(),
    )
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "climbed.txt").exists()


def test_a_table_inside_a_cell_keeps_its_rows() -> None:
    document = docx.Document()
    outer = document.add_table(rows=2, cols=2)
    for place, (house, fire) in enumerate((("North", "112"), ("South", "113"))):
        outer.cell(place, 0).text = house
        inner = outer.cell(place, 1).add_table(rows=2, cols=2)
        for row, cells in enumerate((("Fire", fire), ("Gas", "0800 111"))):
            for column, text in enumerate(cells):
                inner.cell(row, column).text = text
    assert read(document).text == (
        "North\nSouth\n\nNorth\n\nFire | 112\nGas | 0800 111\n\nSouth\n\nFire | 113\nGas | 0800 111"
    )


def test_figures_above_the_line_are_no_part_of_a_number() -> None:
    def above(text: str) -> str:
        return f"<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>{text}</w:t></w:r>"

    inner = (
        f"<w:p>{run('£45')}{above('1')}{run(' for 20 m')}{above('2')}{run(', the 1')}{above('st')}"
        f"</w:p><w:p>{above('1')}{run(' excl. VAT')}</w:p>"
    )
    assert body(inner) == ["£45¹ for 20 m², the 1st", "1 excl. VAT"]


@pytest.mark.parametrize("mark", ["<w:strike/>", "<w:dstrike w:val='true'/>"])
def test_struck_words_are_left_out_unless_all_are(mark: str) -> None:
    struck = f"<w:r><w:rPr>{mark}</w:rPr><w:t>30 days</w:t></w:r>"
    assert body(f"<w:p>{run('Notice: ')}{struck}{run(' 60 days')}</w:p>") == ["Notice:  60 days"]
    assert body(f"<w:p>{struck}</w:p><w:p>{run('kept')}</w:p>") == ["kept"]
    assert body(f"<w:p>{struck}</w:p>") == ["30 days"]


def test_a_struck_item_keeps_its_number() -> None:
    document = docx.Document()
    for words in ("first", "second", "third"):
        paragraph = document.add_paragraph(words, style="List Number")
        paragraph.runs[0].font.strike = words == "second"
    assert [text for _, _, text in said(read(document))] == ["1. first", "3. third"]


@pytest.mark.parametrize(
    ("words", "heads"),
    [
        ("Warranty exclusions", True),
        ("4.2 Sick leave:", True),
        ("2. Part 2: Payment", True),
        ("Opening hours from 9:00", True),
        ("Set menu £25", True),
        ("Rules for 2024", True),
        ("Wed, Nov. 24: NOT ON MONDAY", False),
        ("Wed, Nov. 24 (not on the day that we gave in spring)", True),
        ("AGREED to spend £1,250 on a new swing", False),
        ("AGREED to spend £1,250", False),
        ("Next meeting: 11 April 2024, 7.30 p.m., Village Hall", False),
        ("3. Date of next meeting: 11 April", False),
        ("Part 2: due by 3 May", False),
        ("The pool stays shut from Monday until 3 May", False),
    ],
)
def test_a_bold_line_that_says_a_fact_is_no_heading(words: str, heads: bool) -> None:
    document = docx.Document()
    document.add_paragraph("All came.")
    document.add_paragraph().add_run(words).bold = True
    document.add_paragraph("The fence was discussed.")
    assert said(read(document))[1][0] == ("heading" if heads else "paragraph")


def test_a_bold_first_line_is_a_title_even_with_figures() -> None:
    document = docx.Document()
    words = "Minutes of the meeting of the parish council on 11 March 2024"
    document.add_paragraph().add_run(words).bold = True
    document.add_paragraph("All came.")
    assert read(document).title == words
