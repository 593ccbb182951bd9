"""Excel workbooks: each sheet's tables row by row, values as a person sees them in the cells.

Reads the XML itself: openpyxl gives stored values without their formats, and unpacks before it
asks how large a part is. The sheet's number stands for the page. Of a formula the stored result
is read, nothing is computed. Comments stand below their sheet, each with its cell. Left out:
pictures, links to other files. Hidden sheets are read and named in a warning.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.column_names import Cell, CellKind
from index.loading.limits import Limits, RefusedError
from index.loading.number_formats import BUILT_IN, GENERAL, plain, shown, shows_date
from index.loading.office_parts import add_chart_titles, core_facts, drawing_texts, office_kind
from index.loading.office_zip import open_zip, read_xml, relations, stream_xml
from index.loading.sheet_tables import Area, Sheet, add_name, add_sheet
from index.types import BlockKind, SkipReason

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_COLUMN = 16_384  #: Excel's own
_MAX_ROW = 1_048_576
_MAX_SHEETS = 1000
_CELL_CHARS = 80  #: of a cell that a comment repeats


@dataclass(frozen=True, slots=True)
class _Look:
    """How a cell's style shows what it holds."""

    code: str = GENERAL
    bold: bool = False


@dataclass(slots=True)
class _Book:
    """What all sheets share, and what was noticed on the way."""

    container: zipfile.ZipFile
    strings: list[str]
    looks: list[_Look]
    is_1904: bool
    room: int  #: characters that all cells together may still hold
    uncomputed: int = 0
    known: dict[tuple[str, str, str], Cell] = field(default_factory=dict)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a workbook. Raises RefusedError when it is none, a bomb, encrypted or empty."""
    container = open_zip(data)
    root = read_xml(container, "xl/workbook.xml")
    if root is None:
        raise RefusedError(SkipReason.NOT_AS_NAMED, office_kind(container, "an Excel workbook"))
    facts = root.find("{*}workbookPr")
    book = _Book(
        container,
        [],
        _looks(read_xml(container, "xl/styles.xml")),
        facts is not None and facts.get("date1904", "0") in ("1", "true"),
        limits.text_chars,
    )
    book.strings = _strings(book)
    builder = TextBuilder(limits.text_chars)
    parts = relations(container, "xl/workbook.xml")
    sheets = list(root.iter("{*}sheet"))[:_MAX_SHEETS]
    warnings: list[str] = []
    for number, node in enumerate(sheets, 1):
        name = node.get("name", "")
        kind, target = parts.get(_relation_id(node), ("", ""))
        if kind == "worksheet" and target in container.NameToInfo:
            sheet = _sheet(book, target)
            add_sheet(builder, sheet, number, name)
            _add_notes(builder, container, target, sheet, number)
        if target:
            _add_drawings(builder, container, target, number, name)
        if node.get("state", "visible") != "visible":
            warnings.append(
                f'sheet {number}, "{one_line(name)}", is hidden; it was read all the same'
            )
    title, modified = core_facts(container)
    if book.uncomputed:
        warnings.append(f"formulas without a stored result were left out: {book.uncomputed:,}")
    return builder.parsed(
        "xlsx", title=title, modified=modified, pages=len(sheets), warnings=warnings
    )


def _relation_id(node: etree._Element) -> str:
    return next((value for name, value in node.items() if name.endswith("}id")), "")


def _strings(book: _Book) -> list[str]:
    """The texts that cells share, without their phonetic readings."""
    return [
        _rich_text(node) for node in stream_xml(book.container, "xl/sharedStrings.xml", ("si",))
    ]


def _rich_text(node: etree._Element) -> str:
    parts = [
        part.text or ""
        for part in node.iter("{*}t")
        if etree.QName(part.getparent()).localname != "rPh"
    ]
    # Characters that XML cannot hold are written as _x000D_.
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), "".join(parts))


def _looks(root: etree._Element | None) -> list[_Look]:
    """Number format and weight of each cell style."""
    if root is None:
        return []
    codes = dict(BUILT_IN)
    for node in root.iter("{*}numFmt"):
        if node.get("numFmtId", "").isdigit():
            codes[int(node.get("numFmtId"))] = node.get("formatCode", GENERAL)
    bold = [_is_bold(font) for font in root.findall("{*}fonts/{*}font")]
    found: list[_Look] = []
    for style in root.findall("{*}cellXfs/{*}xf"):
        number, font = style.get("numFmtId", "0"), style.get("fontId", "0")
        found.append(
            _Look(
                codes.get(int(number), GENERAL) if number.isdigit() else GENERAL,
                font.isdigit() and int(font) < len(bold) and bold[int(font)],
            )
        )
    return found


def _is_bold(font: etree._Element) -> bool:
    node = font.find("{*}b")
    return node is not None and node.get("val", "1") not in ("0", "false")


def _sheet(book: _Book, part: str) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    merged: list[Area] = []
    head_rows: set[int] = set()
    number = -1
    tags = ("row", "mergeCell", "autoFilter", "pane")
    for node in stream_xml(book.container, part, tags):
        kind = etree.QName(node).localname
        if kind == "row":
            said = node.get("r", "")
            number = (
                int(said) - 1 if said.isdigit() and 0 < int(said[:9]) <= _MAX_ROW else number + 1
            )
            row = dict(_cells(book, node))
            if row:
                rows.setdefault(number, {}).update(row)
        elif kind == "mergeCell":
            merged += _area(node.get("ref", ""))
        elif kind == "autoFilter":
            head_rows.update(area.top for area in _area(node.get("ref", "")))
        elif node.get("state") == "frozen" and node.get("ySplit", "").isdigit():
            head_rows.add(int(node.get("ySplit")) - 1)
    tables: list[Area] = []
    for what, target in relations(book.container, part).values():
        if what == "table":
            tables += _table_area(read_xml(book.container, target))
    return Sheet(rows, merged, tables, frozenset(head_rows))


def _table_area(root: etree._Element | None) -> list[Area]:
    """Where a named table stands, when it has a row of column names."""
    if root is None or root.get("headerRowCount", "1") == "0":
        return []
    return _area(root.get("ref", ""))


def _area(reference: str) -> list[Area]:
    """``B2:D9`` as an area; nothing when it is malformed."""
    first, _, last = reference.partition(":")
    start, end = _place(first), _place(last or first)
    if start is None or end is None:
        return []
    return [
        Area(
            min(start[0], end[0]),
            min(start[1], end[1]),
            max(start[0], end[0]),
            max(start[1], end[1]),
        )
    ]


def _place(reference: str) -> tuple[int, int] | None:
    """``C5`` → row 4, column 2."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match.group(1).upper():
        column = column * 26 + ord(letter) - 64
    row = int(match.group(2))
    return (row - 1, column - 1) if column <= _MAX_COLUMN and 0 < row <= _MAX_ROW else None


def _cells(book: _Book, row: etree._Element) -> Iterator[tuple[int, Cell]]:
    column = -1
    for node in row.iterchildren("{*}c"):
        place = _place(node.get("r", ""))
        column = place[1] if place else column + 1
        cell = _cell(book, node)
        if cell is not None and column < _MAX_COLUMN:
            book.room -= len(cell.text)
            if book.room < 0:
                raise RefusedError(SkipReason.TOO_LARGE, "the cells hold more text than the limit")
            yield column, cell


def _cell(book: _Book, node: etree._Element) -> Cell | None:
    kind, style = node.get("t", "n"), node.get("s", "0")
    stored = node.find("{*}v")
    value = (stored.text or "") if stored is not None else ""
    if kind == "inlineStr":
        inline = node.find("{*}is")
        value = _rich_text(inline) if inline is not None else ""
    if not value:
        # A formula may rightly give an empty text ("str"); otherwise nothing was computed.
        book.uncomputed += kind != "str" and node.find("{*}f") is not None
        return None
    key = kind, style, value
    known = book.known.get(key)
    if known is None:
        look = (
            book.looks[int(style)] if style.isdigit() and int(style) < len(book.looks) else _Look()
        )
        known = _shown(book, kind, value, look)
        if len(book.known) < 200_000:
            book.known[key] = known
    return known if known.text else None


def _shown(book: _Book, kind: str, value: str, look: _Look) -> Cell:
    """A stored value as the cell shows it."""
    if kind == "s":
        place = int(value) if value.isdigit() else -1
        text = book.strings[place] if 0 <= place < len(book.strings) else ""
        return Cell(one_line(text), CellKind.TEXT, look.bold)
    if kind == "b":
        return Cell("TRUE" if value.strip() in ("1", "true") else "FALSE", CellKind.TEXT, look.bold)
    if kind == "d":
        return Cell(_iso(value), CellKind.DATE, look.bold)
    if kind != "n":  # "str", "inlineStr", "e" for an error such as #DIV/0!
        return Cell(one_line(value), CellKind.TEXT, look.bold)
    try:
        number = float(value)
    except ValueError:
        return Cell(one_line(value), CellKind.TEXT, look.bold)
    if look.code.lower() == GENERAL.lower():
        text = plain(number) if abs(number) < float("inf") else ""
    else:
        text = shown(number, look.code, book.is_1904)
    dated = shows_date(look.code)
    return Cell(one_line(text), CellKind.DATE if dated else CellKind.NUMBER, look.bold)


def _iso(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value.strip().rstrip("Z"))
    except ValueError:
        return one_line(value)
    return f"{moment:%Y-%m-%d %H:%M}" if moment.hour or moment.minute else f"{moment:%Y-%m-%d}"


def _add_notes(
    builder: TextBuilder, container: zipfile.ZipFile, part: str, sheet: Sheet, page: int
) -> None:
    """The comments that people left on cells, each with its cell and what the cell says."""
    for what, target in relations(container, part).values():
        root = read_xml(container, target) if what == "comments" else None
        if root is None:
            continue
        for node in root.iter("{*}comment"):
            words = node.find("{*}text")
            said = one_line(_rich_text(words)) if words is not None else ""
            # What stands before it tells people with an old Excel to get a new one.
            if said.startswith("[Threaded comment]"):
                said = said.partition("Comment: ")[2] or said
            place = _place(node.get("ref", ""))
            cell = sheet.rows.get(place[0], {}).get(place[1]) if place else None
            whose = f" ({cell.text[:_CELL_CHARS]})" if cell is not None and cell.text else ""
            if said:
                lead = f"Comment on {node.get('ref', '')}{whose}: "
                builder.add(BlockKind.PARAGRAPH, lead + said, page=page)


def _add_drawings(
    builder: TextBuilder, container: zipfile.ZipFile, part: str, page: int, name: str
) -> None:
    """Text boxes on the sheet, and the titles of its charts; its name, if no cell is above them."""
    for what, target in relations(container, part).values():
        if what != "drawing":
            continue
        drawing = read_xml(container, target)
        if drawing is None:
            continue
        shown = TextBuilder()
        for text in drawing_texts(drawing):
            shown.add(BlockKind.PARAGRAPH, text, page=page)
        add_chart_titles(shown, container, target, page)
        if shown.blocks and (not builder.blocks or builder.blocks[-1].page != page):
            add_name(builder, name, page)
        for block in shown.blocks:
            builder.add(block.kind, shown.text[block.start : block.end], block.level, block.page)
