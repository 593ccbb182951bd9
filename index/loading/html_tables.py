"""Tables of a page: merged cells said in every row they cover, names of columns, captions.

A cell over the whole width is no row of data: it heads the rows below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml.html import HtmlElement as Element

from index.loading import furniture
from index.loading.builder import TextBuilder, one_line
from index.loading.page_marks import BLOCKS, is_bold
from index.loading.tables import add_table, all_said, header_rows, row_text
from index.types import BlockKind

_CELL_CHARS = 1500  #: a cell longer than this is page layout, not a table
_CAPTION_CHARS = 120  #: longer words over the whole width are a note
_MAX_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[str]
    names: bool  #: the page marks it as names of columns
    headed: bool  #: some cell is a name
    bold: bool
    whole: bool  #: one cell over the whole width


def is_data_table(table: Element) -> bool:
    """False for tables that only lay out a page."""
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    cells = list(table.iter("td", "th"))
    rows = sum(1 for _ in table.iter("tr"))
    if rows == 0 or len(cells) <= rows:
        return False
    return all(len(cell.text_content()) <= _CELL_CHARS for cell in cells)


def add_html_table(builder: TextBuilder, table: Element) -> None:
    """Add the rows of a table, each under what heads it."""
    for caption in table.findall("caption")[:1]:
        builder.add(BlockKind.CAPTION, one_line(_seen_text(caption)))
    rows = [row for row in _rows(table) if not row.whole or row.cells[0]]
    while rows and rows[0].whole:
        _add_whole(builder, rows.pop(0), heads=bool(rows))
    names = _names(rows)
    plain = [row.cells for row in rows[names:] if not row.whole]
    pairs = _are_pairs(rows)
    if len(plain) == len(rows) - names and (names or not pairs):
        add_table(builder, [*_joined(rows[:names]), *plain], header=names > 0)
        return
    said = _joined(rows[:names])[0] if names else []
    if not all_said(said, plain):  # a name above nothing
        builder.start_table()
        builder.add(BlockKind.TABLE_ROW, row_text(said, []))
    groups = [(whole, list(group)) for whole, group in groupby(rows[names:], lambda r: r.whole)]
    for place, (whole, group) in enumerate(groups):
        builder.start_table()
        for row in group:
            if whole:
                _add_whole(builder, row, heads=place + 1 < len(groups))
            else:
                filled = [cell for cell in row.cells if cell]
                pair = (filled[1:], [filled[0].rstrip(" :")]) if not names and pairs else None
                builder.add(BlockKind.TABLE_ROW, row_text(*(pair or (row.cells, said))))


def _add_whole(builder: TextBuilder, row: _Row, heads: bool) -> None:
    heads = heads and len(row.cells[0]) <= _CAPTION_CHARS
    builder.add(BlockKind.CAPTION if heads else BlockKind.PARAGRAPH, row.cells[0])


def _names(rows: Sequence[_Row]) -> int:
    """How many of the first rows name the columns."""
    plain = [row for row in rows if not row.whole]
    marked = next((n for n, row in enumerate(rows) if not row.names or row.whole), len(rows))
    if marked or len(plain) < 2 or _are_pairs(rows):
        return marked if marked < len(plain) else 0
    return header_rows([row.cells for row in plain], [row.bold for row in plain])


def _are_pairs(rows: Sequence[_Row]) -> bool:
    """A name in the first column and its value in the second, and the page says so."""
    plain = [row for row in rows if not row.whole]
    named = any(row.headed for row in plain)
    return named and all(len([cell for cell in row.cells if cell]) == 2 for row in plain)


def _joined(heads: Sequence[_Row]) -> list[list[str]]:
    """The names of each column over all rows that hold some, as one row."""
    if not heads:
        return []
    columns = zip(*(row.cells for row in heads), strict=True)
    return [[" ".join(dict.fromkeys(filter(None, column))) for column in columns]]


def _rows(table: Element) -> list[_Row]:
    """The rows of a table, all of one width, merged cells repeated."""
    found: list[tuple[Element, list[Element], list[str]]] = []
    carried: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, text
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if cells:
            found.append((row, cells, _line(cells, carried)))
    alone = [len(cells) == 1 and len(line) == _columns(cells[0]) for _, cells, line in found]
    lines = [line for _, _, line in found]
    width = max((len(line) for line, one in zip(lines, alone, strict=True) if not one), default=0)
    return [
        _Row(
            cells=(line + [""] * (width - len(line)))[:width] if width else line,
            names=row.getparent().tag == "thead" or all(cell.tag == "th" for cell in cells),
            headed=any(cell.tag == "th" for cell in cells),
            bold=is_bold(row),
            whole=one and 1 < width <= len(line),
        )
        for (row, cells, line), one in zip(found, alone, strict=True)
    ]


def _line(cells: Sequence[Element], carried: dict[int, tuple[int, str]]) -> list[str]:
    """One row of words; what goes on below is noted in ``carried``."""
    line: list[str] = []
    for cell in cells:
        _fill(line, carried)
        said = one_line(_seen_text(cell))
        down = _span(cell, "rowspan", 500)
        for _ in range(_columns(cell)):
            if len(line) < _MAX_COLUMNS:
                if down > 1:
                    carried[len(line)] = (down - 1, said)
                line.append(said)
    _fill(line, carried)
    return line


def _fill(line: list[str], carried: dict[int, tuple[int, str]]) -> None:
    while len(line) in carried:
        left, said = carried.pop(len(line))
        if left > 1:
            carried[len(line)] = (left - 1, said)
        line.append(said)


def _columns(cell: Element) -> int:
    return _span(cell, "colspan", _MAX_COLUMNS)


def _span(cell: Element, name: str, most: int) -> int:
    value = cell.get(name) or "1"
    return min(most, max(1, int(value))) if value.isascii() and value.isdigit() else 1


def _seen_text(node: Element) -> str:
    """All text below a node with a space between blocks."""
    return "".join(_pieces(node))


def _pieces(node: Element) -> Iterator[str]:
    for part in node.iter():
        if isinstance(part.tag, str) and part.tag not in furniture.UNSEEN:
            yield " " if part.tag in BLOCKS or part.tag == "br" else ""
            yield part.text or ""
        if part is not node:
            yield part.tail or ""
