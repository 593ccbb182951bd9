"""Set the samples in ``sources/`` as PDF and DOCX files in ``documents/``.

Needs reportlab and python-docx: ``python eval/sets/samples/make_documents.py [FOLDER]``. Each
source is plain text with a light markup (headings ``#``, lists ``-`` and ``1.``, tables ``|``,
``caption:``). The output is the same on every run with the same libraries. The
text, Markdown and HTML samples are written by hand and not touched here.
"""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Literal

HERE = Path(__file__).resolve().parent
SOFT_HYPHEN = "\u00ad"
AUTHOR = "Footnote samples"
CM = 72 / 2.54  #: PDF points
FORMATS: Mapping[str, str] = {
    "river-wenlow-report": ".pdf",
    "staff-handbook": ".docx",
    "tarn-e2-manual": ".pdf",
    "tenancy-agreement": ".pdf",
    "travel-policy-2024": ".docx",
    "xiaomi-globalisation-memo": ".docx",
    "xiaomi-patent-briefing": ".pdf",
}

Kind = Literal["heading", "paragraph", "bullet", "number", "row", "caption"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a source: a heading, a paragraph, a list item, a table row …"""

    kind: Kind
    text: str
    level: int = 0  #: of a heading, from 1

    @property
    def cells(self) -> list[str]:
        """The cells of a table row."""
        return [cell.strip() for cell in self.text.strip("|").split("|")]


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source: what stands above its ``===`` line, and its pieces."""

    title: str
    header: str  #: the running header of a PDF
    date: datetime
    two_columns: bool
    paper: str  #: "A4" or "A5"
    points: float  #: type size of the body of a PDF
    pieces: tuple[Piece, ...]


def parse(text: str) -> Source:
    """Read a source; raises KeyError when its title or date is missing."""
    head, _, body = text.partition("\n===\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    pieces = tuple(_piece(line.strip()) for line in body.splitlines() if line.strip())
    return Source(
        title=fields["title"],
        header=fields.get("header", fields["title"]),
        date=datetime.fromisoformat(fields["date"]).replace(hour=12, tzinfo=UTC),
        two_columns=fields.get("layout") == "two-column",
        paper=fields.get("paper", "A4"),
        points=float(fields.get("points", "10.5")),
        pieces=pieces,
    )


def _piece(line: str) -> Piece:
    if match := re.match(r"(#+) (.*)", line):
        return Piece("heading", match[2], level=len(match[1]))
    for mark, kind in _MARKS:
        if match := re.match(mark, line):
            return Piece(kind, line[match.end() :])
    return Piece("paragraph", line)


_MARKS: tuple[tuple[str, Kind], ...] = (
    (r"- ", "bullet"),
    (r"\d+\. ", "number"),
    (r"(?=\|)", "row"),
    (r"caption: ", "caption"),
)


def write_pdf(source: Source) -> bytes:
    """The source as a PDF with running header, page numbers and, if asked for, two columns."""
    # reportlab stamps the file with this instead of the clock, also in its invariant mode
    os.environ["SOURCE_DATE_EPOCH"] = str(int(source.date.timestamp()))
    from reportlab.lib.pagesizes import A4, A5
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate

    paper = A5 if source.paper == "A5" else A4
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=paper, title=source.title, author=AUTHOR, lang="en-GB", invariant=1
    )
    left, bottom = 2.2 * CM, 2.3 * CM
    width, height = paper[0] - 2 * left, paper[1] - 4.9 * CM

    def decorate(canvas: Canvas, _document: object) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.setFillGray(0.35)
        canvas.drawString(left, paper[1] - 1.6 * CM, source.header)
        canvas.drawRightString(left + width, 1.3 * CM, f"Page {canvas.getPageNumber()}")
        canvas.setLineWidth(0.4)
        canvas.line(left, paper[1] - 1.8 * CM, left + width, paper[1] - 1.8 * CM)

    def frame(x: float, y: float, wide: float, high: float) -> object:
        return Frame(x, y, wide, high, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)

    count, gap = (2, 0.7 * CM) if source.two_columns else (1, 0.0)
    column = (width - gap * (count - 1)) / count
    starts = [left + place * (column + gap) for place in range(count)]
    # the title and the line of authors run over both columns of the first page
    banner = 2.6 * CM if source.two_columns else 0.0
    first = [frame(left, bottom + height - banner, width, banner)] if banner else []
    first += [frame(x, bottom, column, height - banner) for x in starts]
    later = [frame(x, bottom, column, height) for x in starts]
    document.addPageTemplates(
        [
            PageTemplate("first", first, onPage=decorate),
            PageTemplate("later", later, onPage=decorate),
        ]
    )
    document.build([NextPageTemplate("later"), *_flowables(source, column)])
    return out.getvalue()


def _flowables(source: Source, width: float) -> list[object]:
    from reportlab.platypus import FrameBreak, Paragraph

    styles = _styles(source.points)
    out: list[object] = []
    for kind, run in groupby(source.pieces, key=lambda piece: piece.kind):
        pieces = list(run)
        if kind == "row":
            out.append(_pdf_table([piece.cells for piece in pieces], width, source.points))
            continue
        for number, piece in enumerate(pieces, start=1):
            text = escape(piece.text)
            if kind == "heading":
                if source.two_columns and piece.text == "Abstract":
                    out.append(FrameBreak())
                out.append(Paragraph(text, styles[f"heading {piece.level}"]))
            elif kind in ("bullet", "number"):
                mark = "•" if kind == "bullet" else f"{number}."
                out.append(Paragraph(text, styles["item"], bulletText=mark))
            else:
                out.append(Paragraph(text, styles[kind]))
    return out


def _styles(points: float) -> dict[str, object]:
    from reportlab.lib.enums import TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=points,
        leading=points * 1.32,
        spaceAfter=points * 0.6,
        alignment=TA_JUSTIFY,
        embeddedHyphenation=1,
    )
    bold = ParagraphStyle("bold", fontName="Helvetica-Bold", spaceAfter=4, keepWithNext=1)
    return {
        "paragraph": body,
        "item": ParagraphStyle(
            "item",
            body,
            leftIndent=14,
            bulletIndent=2,
            bulletFontName=body.fontName,
            bulletFontSize=points,
        ),
        "caption": ParagraphStyle("caption", body, fontName="Times-Italic", fontSize=points - 1),
        "heading 1": ParagraphStyle("h1", bold, fontSize=17, leading=21, spaceAfter=10),
        "heading 2": ParagraphStyle(
            "h2", bold, fontSize=points + 1.5, leading=points + 5, spaceBefore=6
        ),
    }


def _pdf_table(rows: list[list[str]], width: float, size: float) -> object:
    from reportlab.lib.colors import black, whitesmoke
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.platypus import Table, TableStyle

    def widths(points: float) -> list[float]:
        return [
            max(stringWidth(cell, "Helvetica-Bold", points) for cell in column) + 9
            for column in zip(*rows, strict=True)
        ]

    size = size - 1
    while sum(widths(size)) > width:
        size -= 0.25
    wanted = widths(size)
    spare = max(0.0, width - sum(wanted)) / len(wanted)
    style = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", size),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", size),
        ("BACKGROUND", (0, 0), (-1, 0), whitesmoke),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.4, black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, black),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    return Table(
        rows,
        colWidths=[one + spare for one in wanted],
        style=TableStyle(style),
        splitByRow=0,
        hAlign="LEFT",
        spaceBefore=4,
        spaceAfter=8,
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
    for kind, run in groupby(source.pieces, key=lambda piece: piece.kind):
        pieces = list(run)
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
    return _without_clock(out.getvalue())


_DOCX_STYLES: Mapping[str, str] = {
    "paragraph": "Normal",
    "bullet": "List Bullet",
    "number": "List Number",
    "caption": "Caption",
}


def _without_clock(data: bytes) -> bytes:
    """The same ZIP file, its entries sorted and dated 1980, so that every run gives equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def make(folder: Path, names: Iterable[str] = tuple(FORMATS)) -> list[Path]:
    """Write the named documents into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        source = parse((HERE / "sources" / f"{name}.txt").read_text(encoding="utf-8"))
        suffix = FORMATS[name]
        path = folder / f"{name}{suffix}"
        path.write_bytes(write_pdf(source) if suffix == ".pdf" else write_docx(source))
        written.append(path)
    return written


if __name__ == "__main__":
    for made in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "documents"):
        print(made)
