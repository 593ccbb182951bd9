"""PowerPoint files: for each slide its title, texts, lists and tables in reading order, then notes.

Reads the XML itself: python-pptx loads every part, pictures included, before it can be asked about
sizes, and passes over SmartArt and charts. The slide's number is the page. Left out: comments,
pictures, dates and slide numbers; a footer that slides share comes once, at the end. Hidden
slides are read and named in a warning.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field

from lxml import etree

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.docx_styles import format_number
from index.loading.limits import Limits, RefusedError
from index.loading.office_parts import (
    add_chart,
    add_slide,
    core_facts,
    office_kind,
    paragraph_text,
    slide_warnings,
)
from index.loading.office_zip import open_zip, read_xml, relations
from index.loading.pptx_shapes import Layout, Shape, role, shapes_of, whole
from index.loading.slide_order import reading_order
from index.loading.tables import SPANNED, add_table, header_rows
from index.types import BlockKind, SkipReason

_TITLES = ("title", "ctrTitle")
_LEFT_OUT = ("dt", "sldNum", "hdr")
_MAX_SLIDES = 5000
_MAX_COLUMNS = 60
_NUMBER_FORMS = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "arabic": "decimal",
}


@dataclass(slots=True)
class _Deck:
    container: zipfile.ZipFile
    builder: TextBuilder
    room: int  #: characters
    feet: dict[str, int] = field(default_factory=dict)  #: footer -> slide where it first stands
    silent: list[int] = field(default_factory=list)  #: slides with pictures and no words
    first_title: str = ""


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a presentation. Raises RefusedError when it is none, a bomb, encrypted or empty."""
    container = open_zip(data)
    root = read_xml(container, "ppt/presentation.xml")
    if root is None:
        kind = office_kind(container, "a PowerPoint presentation")
        raise RefusedError(SkipReason.NOT_AS_NAMED, kind)
    deck = _Deck(container, TextBuilder(limits.text_chars), limits.text_chars)
    parts = relations(container, "ppt/presentation.xml")
    numbers = [
        next((value for name, value in node.items() if name.endswith("}id")), "")
        for node in root.iterfind("{*}sldIdLst/{*}sldId")
    ][:_MAX_SLIDES]
    hidden: list[int] = []
    for number, slide_id in enumerate(numbers, 1):
        part = parts.get(slide_id, ("", ""))[1]
        slide = read_xml(container, part) if part else None
        if slide is not None:
            _add_slide(deck, slide, part, number)
            if slide.get("show", "1") in ("0", "false"):
                hidden.append(number)
    for text, number in deck.feet.items():
        deck.builder.add(BlockKind.PARAGRAPH, text, page=number)
    if deck.silent and not deck.builder.blocks:
        raise RefusedError(SkipReason.IMAGE_ONLY)
    title, modified = core_facts(container)
    return deck.builder.parsed(
        "pptx",
        title=title or deck.first_title,
        modified=modified,
        pages=len(numbers),
        warnings=slide_warnings(hidden, deck.silent),
    )


def _add_slide(deck: _Deck, slide: etree._Element, part: str, number: int) -> None:
    parts = relations(deck.container, part)
    layout = next((to for kind, to in parts.values() if kind == "slideLayout"), "")
    shapes = list(shapes_of(slide.find("{*}cSld/{*}spTree"), Layout(deck.container, layout)))
    titles = [shape for shape in shapes if shape.role in _TITLES and _words(shape.node)]
    title = " ".join(one_line(_words(shape.node)) for shape in titles)
    deck.first_title = deck.first_title or title
    rest = [shape for shape in shapes if shape.role not in (*_TITLES, *_LEFT_OUT)]
    body = TextBuilder(deck.room)
    for place in reading_order([shape.place for shape in rest]):
        _add_shape(deck, body, rest[place], parts, number)
    notes = next((to for kind, to in parts.values() if kind == "notesSlide"), "")
    _add_notes(deck, body, notes, number)
    add_slide(deck.builder, title, body, number)
    if not title and not body.blocks and next(slide.iter("{*}pic"), None) is not None:
        deck.silent.append(number)


def _add_notes(deck: _Deck, builder: TextBuilder, part: str, number: int) -> None:
    root = read_xml(deck.container, part) if part else None
    if root is None:
        return
    for node in root.iter("{*}sp"):
        if role(node) == "body":
            for paragraph in node.iterfind("{*}txBody/{*}p"):
                builder.add(BlockKind.PARAGRAPH, paragraph_text(paragraph), page=number)


def _words(node: etree._Element) -> str:
    return "\n".join(map(paragraph_text, node.iterfind("{*}txBody/{*}p"))).strip()


def _add_shape(
    deck: _Deck, builder: TextBuilder, shape: Shape, parts: dict[str, tuple[str, str]], number: int
) -> None:
    if shape.role == "ftr":
        deck.feet.setdefault(one_line(_words(shape.node)), number)
        return
    table = shape.node.find("{*}graphic/{*}graphicData/{*}tbl")
    if table is not None:
        _add_slide_table(builder, table, number)
    elif etree.QName(shape.node).localname == "graphicFrame":
        for reference in shape.node.iterfind("{*}graphic/{*}graphicData/*"):
            for identity in reference.attrib.values():
                kind, part = parts.get(identity, ("", ""))
                root = read_xml(deck.container, part) if kind in _DRAWN else None
                if root is not None and kind == "chart":
                    add_chart(builder, root, number)
                elif root is not None:
                    _add_diagram(builder, root, number)
    else:
        _add_text(builder, shape, number)


_DRAWN = ("chart", "diagramData")


def _add_diagram(builder: TextBuilder, root: etree._Element, number: int) -> None:
    """SmartArt: the text of each of its points."""
    for point in root.iterfind("{*}ptLst/{*}pt"):
        said = " ".join(map(paragraph_text, point.iterfind("{*}t/{*}p")))
        builder.add(BlockKind.LIST_ITEM, one_line(said), 1, number)


def _add_text(builder: TextBuilder, shape: Shape, number: int) -> None:
    paragraphs = list(shape.node.iterfind("{*}txBody/{*}p"))
    filled = [node for node in paragraphs if paragraph_text(node).strip()]
    # The body of a slide is a list by its master, unless it is one paragraph alone.
    listed = shape.role in ("body", "obj") and len(filled) > 1
    counts: dict[int, int] = {}
    for node in filled:
        properties = node.find("{*}pPr")
        depth = int(whole(properties.get("lvl"))) if properties is not None else 0
        depth = min(8, max(0, depth))
        numbered = properties.find("{*}buAutoNum") if properties is not None else None
        marked = properties is not None and properties.find("{*}buChar") is not None
        plain = properties is not None and properties.find("{*}buNone") is not None
        text = paragraph_text(node).strip()
        counts = {level: count for level, count in counts.items() if level <= depth}
        if numbered is not None:
            first = int(whole(numbered.get("startAt", "1")))
            counts[depth] = counts.get(depth, first - 1) + 1
            text = f"{_autonumber(counts[depth], numbered.get('type', ''))} {text}"
        else:
            counts.pop(depth, None)
        if numbered is not None or marked or (listed and not plain):
            builder.add(BlockKind.LIST_ITEM, text, depth + 1, number)
        else:
            builder.add(BlockKind.PARAGRAPH, text, page=number)


def _autonumber(count: int, form: str) -> str:
    """``alphaLcParenBoth``, 2 → ``(b)``."""
    name = next((name for name in _NUMBER_FORMS if form.startswith(name)), "arabic")
    said = format_number(count, _NUMBER_FORMS[name])
    before = "(" if form.endswith("ParenBoth") else ""
    after = ")" if "Paren" in form else "" if form.endswith("Plain") else "."
    return f"{before}{said}{after}"


def _add_slide_table(builder: TextBuilder, table: etree._Element, number: int) -> None:
    rows: list[list[str]] = []
    bold: list[bool] = []
    for row in table.iterfind("{*}tr"):
        line: list[str] = []
        for place, cell in enumerate(row.iterfind("{*}tc")):
            if cell.get("hMerge") in ("1", "true"):
                line.append(SPANNED)
            elif cell.get("vMerge") in ("1", "true") and rows and place < len(rows[-1]):
                line.append(rows[-1][place])  # so that every row can be read alone
            else:
                line.append("\n".join(map(paragraph_text, cell.iterfind("{*}txBody/{*}p"))))
        if any(map(one_line, line)):
            rows.append(line[:_MAX_COLUMNS])
            bold.append(_is_bold(row))
    if rows:
        properties = table.find("{*}tblPr")
        first = properties is not None and properties.get("firstRow") in ("1", "true")
        add_table(builder, rows, header_rows(rows, bold, first), number, repeats=False)


def _is_bold(row: etree._Element) -> bool:
    runs = [run.find("{*}rPr") for run in row.iter("{*}r")]
    return all(run is not None and run.get("b") in ("1", "true") for run in runs)
