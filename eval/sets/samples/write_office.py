"""Sources set as DOCX, PPTX, XLSX and ODT files, the same bytes on every run.

Needs python-docx, python-pptx and openpyxl; the ODT file is written as plain XML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from eval.sets.samples.markup import (
    AUTHOR,
    SOFT_HYPHEN,
    Kind,
    Piece,
    Source,
    unzipped,
    zipped,
)


def write_docx(source: Source) -> bytes:
    """The source as a DOCX with heading, list and table styles."""
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = source.title, AUTHOR, "en-GB"
    properties.comments = ""
    properties.created = properties.modified = source.date.replace(tzinfo=None)
    document.sections[0].footer.paragraphs[0].text = source.header
    for kind, pieces in source.runs():
        if kind == "row":
            rows = [piece.cells for piece in pieces]
            table = document.add_table(len(rows), len(rows[0]), style="Light Grid Accent 1")
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
            # Word's "repeat as header row", which is how a file says that a row names the columns
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            document.add_paragraph()
            continue
        for piece in pieces:
            text = piece.text.replace(SOFT_HYPHEN, "")
            if kind == "heading":
                document.add_heading(text, level=piece.level)
            else:
                document.add_paragraph(text, style=_DOCX_STYLES[kind])
    out = io.BytesIO()
    document.save(out)
    return zipped(unzipped(out.getvalue()))


_DOCX_STYLES: Mapping[Kind, str] = {
    "paragraph": "Normal",
    "bullet": "List Bullet",
    "number": "List Number",
    "caption": "Caption",
}


def write_pptx(source: Source) -> bytes:
    """The source as slides: a heading begins one, ``notes:`` go under it."""
    from pptx import Presentation

    show = Presentation()
    properties = show.core_properties
    properties.title, properties.author = source.title, AUTHOR
    properties.last_modified_by = AUTHOR
    properties.created = properties.modified = source.date.replace(tzinfo=None)
    for number, (title, pieces) in enumerate(source.parts(level=2)):
        rows = [piece.cells for piece in pieces if piece.kind == "row"]
        lines = [piece.text for piece in pieces if piece.kind in ("paragraph", "bullet")]
        # the layouts of python-pptx's own template: 0 title, 1 title and text, 5 title only
        slide = show.slides.add_slide(show.slide_layouts[0 if number == 0 else 5 if rows else 1])
        slide.shapes.title.text = title
        if lines:
            slide.placeholders[1].text_frame.text = "\n".join(lines)
        if rows:
            _slide_table(slide, rows)
        if notes := [piece.text for piece in pieces if piece.kind == "notes"]:
            slide.notes_slide.notes_text_frame.text = "\n".join(notes)
    out = io.BytesIO()
    show.save(out)
    return zipped(unzipped(out.getvalue()))


def _slide_table(slide: object, rows: list[list[str]]) -> None:
    from pptx.util import Cm, Pt

    size = (Cm(1.2), Cm(4.4), Cm(23), Cm(1.1 * len(rows)))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *size).table  # type: ignore[attr-defined]
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(14)


def write_xlsx(source: Source) -> bytes:
    """The source as a workbook: a heading begins a sheet, its rows are cells with real numbers."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = source.title, AUTHOR
    book.properties.created = source.date.replace(tzinfo=None)
    for title, pieces in source.parts(level=1):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row, piece in enumerate(pieces, start=1):
            for column, text in enumerate(piece.cells, start=1):
                cell = sheet.cell(row, column)
                cell.value, cell.number_format = _cell(text)
                if row == 1:
                    cell.font = Font(name="Calibri", size=11, bold=True)
        for letter, width in zip("ABCDEF", (12, 44, 14, 14, 16, 12), strict=True):
            sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    # openpyxl writes the time of saving there, whatever the properties say
    stamp = source.date.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    files = unzipped(out.getvalue())
    core = files["docProps/core.xml"]
    files["docProps/core.xml"] = re.sub(rb"(?<=W3CDTF\">)[^<]*(?=</dcterms:modified>)", stamp, core)
    return zipped(files)


def _cell(text: str) -> tuple[str | int | float, str]:
    """What a cell holds, and the format in which a person sees ``text`` again."""
    if re.fullmatch(r"£[\d,]+\.\d\d", text):
        return float(text[1:].replace(",", "")), '"£"#,##0.00'
    if re.fullmatch(r"\d+", text):
        return int(text), "0"
    if re.fullmatch(r"\d+\.\d", text):
        return float(text), "0.0"
    return text, "General"


def write_odt(source: Source) -> bytes:
    """The source as an OpenDocument text with headings, lists and tables."""
    body = "".join(_odt_run(kind, pieces) for kind, pieces in source.runs())
    stamp = source.date.strftime("%Y-%m-%dT%H:%M:%S")
    meta = (
        f"<dc:title>{escape(source.title)}</dc:title><dc:creator>{AUTHOR}</dc:creator>"
        f"<meta:creation-date>{stamp}</meta:creation-date><dc:date>{stamp}</dc:date>"
        "<dc:language>en-GB</dc:language>"
    )
    footer = f"<style:footer><text:p>{escape(source.header)}</text:p></style:footer>"
    styles = (
        '<office:automatic-styles><style:page-layout style:name="pm1"/></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Standard" '
        f'style:page-layout-name="pm1">{footer}</style:master-page></office:master-styles>'
    )
    kind = "application/vnd.oasis.opendocument.text"
    parts = ("content.xml", "meta.xml", "styles.xml")
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", kind), *((part, "text/xml") for part in parts))
    )
    return zipped(
        {
            "mimetype": kind,
            "content.xml": _odf(
                "content", f"<office:body><office:text>{body}</office:text></office:body>"
            ),
            "meta.xml": _odf("meta", f"<office:meta>{meta}</office:meta>"),
            "styles.xml": _odf("styles", styles),
            "META-INF/manifest.xml": _XML
            + '<manifest:manifest manifest:version="1.3" xmlns:manifest='
            + f'"{_OASIS}:manifest:1.0">{entries}</manifest:manifest>',
        }
    )


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def _odf(name: str, body: str) -> str:
    spaces = {
        prefix: f"{_OASIS}:{prefix}:1.0" for prefix in ("office", "text", "table", "style", "meta")
    }
    spaces["dc"] = "http://purl.org/dc/elements/1.1/"
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    root = f"office:document-{name}"
    return f'{_XML}<{root} {declared} office:version="1.3">{body}</{root}>'


def _odt_run(kind: Kind, pieces: list[Piece]) -> str:
    texts = [escape(piece.text) for piece in pieces]
    if kind == "heading":
        return "".join(
            f'<text:h text:outline-level="{piece.level}">{text}</text:h>'
            for piece, text in zip(pieces, texts, strict=True)
        )
    if kind in ("bullet", "number"):
        items = "".join(
            f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts
        )
        return f"<text:list>{items}</text:list>"
    if kind == "row":
        return _odt_table([piece.cells for piece in pieces])
    return "".join(f"<text:p>{text}</text:p>" for text in texts)


def _odt_table(rows: list[list[str]]) -> str:
    def row(cells: list[str]) -> str:
        inner = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            "</table:table-cell>"
            for cell in cells
        )
        return f"<table:table-row>{inner}</table:table-row>"

    columns = f'<table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
    head = f"<table:table-header-rows>{row(rows[0])}</table:table-header-rows>"
    body = "".join(row(cells) for cells in rows[1:])
    return f'<table:table table:name="Table1">{columns}{head}{body}</table:table>'
