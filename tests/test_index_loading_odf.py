"""OpenDocument files, written by LibreOffice or by hand, and read by our own loader."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from office_files import convert, needs_soffice, odf_parts, said, words, zipped

from index.loading import docx as docx_loader
from index.loading import odf
from index.loading.builder import Parsed
from index.loading.limits import Limits, RefusedError
from index.types import SkipReason


def read(kind: str, body: str, styles: str = "") -> Parsed:
    return odf.parse(zipped(odf_parts(kind, body, styles)), Limits())


def house_rules() -> bytes:
    """A Word file with headings, numbered lists, a table, a note-like footer."""
    document = docx.Document()
    document.core_properties.title = "House rules"
    document.add_heading("Rules", 1)
    document.add_paragraph("Quiet is kept after ten.")
    document.add_heading("Animals", 2)
    document.add_paragraph("no dogs", style="List Bullet")
    document.add_paragraph("no cats", style="List Bullet")
    document.add_paragraph("ask first", style="List Number")
    document.add_paragraph("then sign", style="List Number")
    table = document.add_table(rows=3, cols=3)
    rows = (("Model", "Price", "Note"), ("X100", "20 €", "old"), ("X200", "30 €", "new"))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    document.sections[0].footer.paragraphs[0].text = "Valid from May 2024"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


RULES = [
    ("heading", None, "Rules"),
    ("paragraph", None, "Quiet is kept after ten."),
    ("heading", None, "Animals"),
    ("list item", None, "no dogs"),
    ("list item", None, "no cats"),
    ("list item", None, "1. ask first"),
    ("list item", None, "2. then sign"),
    ("table row", None, "Model: X100 | Price: 20 € | Note: old"),
    ("table row", None, "Model: X200 | Price: 30 € | Note: new"),
    ("paragraph", None, "Valid from May 2024"),
]


@needs_soffice
def test_a_text_that_libreoffice_converted_reads_as_before(tmp_path: Path) -> None:
    there = convert(house_rules(), ".docx", "odt", tmp_path / "there")
    back = convert(there, ".odt", "docx", tmp_path / "back")
    assert said(docx_loader.parse(house_rules(), Limits())) == RULES
    parsed = odf.parse(there, Limits())
    assert said(parsed) == RULES
    assert parsed.title == "House rules"
    assert [block.level for block in parsed.blocks][:4] == [1, 0, 2, 1]
    assert said(docx_loader.parse(back, Limits())) == RULES


def test_spaces_breaks_links_and_notes() -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    note += "<text:p>the note</text:p></text:note-body></text:note>"
    body = (
        "<text:p>one<text:s text:c='2'/>two<text:tab/>three<text:line-break/>"
        f"<text:a>linked <text:span>deep</text:span> tail</text:a>{note} end</text:p>"
    )
    assert words(read("text", body)) == ["one  two\tthree\nlinked deep tail end", "the note"]


def test_deleted_hidden_and_commented_text_is_left_out() -> None:
    styles = (
        "<style:style style:name='H' style:family='text'>"
        "<style:text-properties text:display='none'/></style:style>"
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>kept<text:span text:style-name='H'>hidden</text:span>"
        "<office:annotation><text:p>comment</text:p></office:annotation></text:p>"
    )
    assert words(read("text", body, styles)) == ["kept"]


def test_text_boxes_follow_the_paragraph_they_hang_on() -> None:
    box = "<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>"
    assert words(read("text", f"<text:p>before {box}after</text:p>")) == ["before after", "boxed"]


def test_numbered_headings_and_lists_say_their_numbers() -> None:
    styles = (
        "<text:list-style style:name='L'>"
        "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.'/>"
        "<text:list-level-style-number text:level='2' style:num-format='a' style:num-suffix=')'/>"
        "</text:list-style>"
    )
    inner = "<text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list>"
    item = "<text:list-item>{}</text:list-item>"
    first = item.format("<text:p>one</text:p>" + inner) + item.format(
        "<text:p>two</text:p>" + inner
    )
    more = item.format("<text:h text:outline-level='1'>three</text:h>")
    body = (
        f"<text:list text:style-name='L'>{first}</text:list>"
        f"<text:list text:style-name='L' text:continue-numbering='true'>{more}</text:list>"
    )
    assert words(read("text", body, styles)) == [
        "1. one",
        "a) deep",
        "2. two",
        "a) deep",
        "3. three",
    ]


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def number(text: str) -> str:
    return cell(text, "office:value-type='float'")


def test_sheets_repeat_rows_and_cells_as_the_file_says() -> None:
    body = (
        "<table:table table:name='One'>"
        + row(cell("Name"), cell("Price"), cell("Stock"))
        + row(cell("nut"), number("5"), number("7"), more="table:number-rows-repeated='2'")
        + row(
            cell("bolt"),
            number("6").replace(
                "table:table-cell ", "table:table-cell table:number-columns-repeated='2' ", 1
            ),
        )
        + row("<table:table-cell/>", more="table:number-rows-repeated='1048000'")
        + "</table:table>"
    )
    parsed = read("spreadsheet", body)
    assert said(parsed) == [
        ("heading", 1, "One"),
        ("table row", 1, "Name: nut | Price: 5 | Stock: 7"),
        ("table row", 1, "Name: nut | Price: 5 | Stock: 7"),
        ("table row", 1, "Name: bolt | Price: 6 | Stock: 6"),
    ]
    assert parsed.pages == 1


@pytest.mark.parametrize(
    "body",
    [
        # A million rows of a thousand cells, each named once in the file.
        row(
            cell("x", "table:number-columns-repeated='1000'"),
            more="table:number-rows-repeated='1000000'",
        ),
        row(cell("long words " * 5000), more="table:number-rows-repeated='1000000'"),
    ],
)
def test_a_sheet_that_unfolds_without_end_is_refused(body: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("spreadsheet", f"<table:table table:name='One'>{body}</table:table>")
    assert refused.value.reason is SkipReason.TOO_LARGE


def test_tables_of_texts_that_unfold_are_cut() -> None:
    repeated = row(
        cell("x", "table:number-columns-repeated='9999999'"),
        more="table:number-rows-repeated='9999999'",
    )
    parsed = read("text", f"<text:p>words</text:p><table:table>{repeated}</table:table>")
    assert words(parsed)[0] == "words"
    assert 1000 < len(parsed.text) < 50_000_000


def test_tables_in_tables_are_read_to_any_depth() -> None:
    inner = "<text:p>deep words</text:p>"
    for _ in range(200):
        inner = f"<table:table-row><table:table-cell>{inner}</table:table-cell></table:table-row>"
        inner = f"<table:table>{inner}</table:table>"
    assert words(read("text", inner)) == ["deep words"]


def test_hidden_sheets_and_slides_are_named() -> None:
    styles = (
        "<style:style style:name='S'><style:table-properties table:display='false'/></style:style>"
        "<style:style style:name='D'><style:drawing-page-properties "
        "presentation:visibility='hidden'/></style:style>"
    )
    sheet = f"<table:table table:name='Old' table:style-name='S'>{row(cell('x'))}</table:table>"
    assert "is hidden" in read("spreadsheet", sheet, styles).warnings[0]
    slide = (
        "<draw:page draw:style-name='D'><draw:frame><draw:text-box><text:p>x</text:p>"
        "</draw:text-box></draw:frame></draw:page>"
    )
    assert read("presentation", slide, styles).warnings == (
        "slide 1 is hidden; it was read all the same",
    )


def test_slides_follow_where_shapes_lie() -> None:
    def frame(text: str, x: int, y: int, role: str = "") -> str:
        mark = f"presentation:class='{role}'" if role else ""
        return (
            f"<draw:frame svg:x='{x}cm' svg:y='{y}cm' svg:width='5cm' svg:height='2cm' {mark}>"
            f"<draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"
        )

    slide = (
        frame("low", 1, 9)
        + frame("right", 9, 4)
        + frame("left", 1, 4)
        + frame("Top", 1, 1, "title")
    )
    notes = f"<presentation:notes>{frame('said aloud', 0, 0, 'notes')}</presentation:notes>"
    parsed = read("presentation", f"<draw:page>{slide}{notes}</draw:page>")
    assert said(parsed) == [
        ("heading", 1, "Top"),
        ("paragraph", 1, "left"),
        ("paragraph", 1, "right"),
        ("paragraph", 1, "low"),
        ("paragraph", 1, "said aloud"),
    ]


def test_a_table_inside_a_cell_keeps_its_rows() -> None:
    def table(*rows: tuple[str, str]) -> str:
        made = "".join(
            f"<table:table-row>{''.join(f'<table:table-cell>{c}</table:table-cell>' for c in row)}"
            "</table:table-row>"
            for row in rows
        )
        return f"<table:table>{made}</table:table>"

    def line(text: str) -> str:
        return f"<text:p>{text}</text:p>"

    inner = [
        table((line("Fire"), line(fire)), (line("Gas"), line("0800"))) for fire in ("112", "113")
    ]
    outer = table((line("North"), inner[0]), (line("South"), inner[1]))
    assert read("text", outer).text == (
        "North\nSouth\n\nNorth\n\nFire | 112\nGas | 0800\n\nSouth\n\nFire | 113\nGas | 0800"
    )
