"""Sources set as PDF files with reportlab, the same bytes on every run."""

from __future__ import annotations

import io
import os
from html import escape

from eval.sets.samples.markup import AUTHOR, Source

CM = 72 / 2.54  #: PDF points


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
    for kind, pieces in source.runs():
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
