"""Rows of PDF pages to blocks: paragraphs mended over lines and pages, headings, lists, tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.loading.builder import TextBuilder
from index.loading.mending import ends_in_hyphen, is_soft_hyphen, vocabulary
from index.loading.pdf_layout import Piece, Row
from index.loading.pdf_raised import RAISED
from index.loading.pdf_tables import TableRow, named_rows
from index.types import BlockKind, PageRun

_BULLET = re.compile(r"^[•‣◦▪■□●○·➢➤✓✔\uf0b7\uf0a7\uf0d8*–-]\s*$|^[•‣◦▪■●○➢➤\uf0b7\uf0a7\uf0d8]\s*")
_NUMBER = re.compile(r"^\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+\S|^\(?(?:\d{1,2}|[a-z])[.)]$")
_CLAUSE = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-ZÀ-Þ]")  # "2.3 Life members"
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_UNRAISED = re.compile(f"[^{RAISED}]+")
_HEADING_RATIO = 1.12  #: of body size; book headings begin at about 1.2
_LEADING = 1.6  #: of body size, at most; where no paragraph of two lines tells
_HEADING_CHARS = 160
_BOLD_HEADING_CHARS = 90
_FULL_LINES = 3  # that end alike show how far a column reaches


@dataclass(slots=True)
class _Open:
    """A block being put together."""

    kind: BlockKind
    page: int
    level: int = 0
    left: float = 0.0  #: of its first row
    text: str = ""
    runs: list[PageRun] = field(default_factory=list)
    last: Row | None = None

    def take(self, text: str, page: int, page_start: int) -> None:
        """Append characters as they stand on a page, but for the raised digits among them."""
        start = len(self.text)
        self.text += text
        for same in _UNRAISED.finditer(text):
            first, last = same.span()
            self.runs.append(
                PageRun(start + first, start + last, page, page_start + first, page_start + last)
            )

    def drop_last(self) -> None:
        """Take back the last character, a hyphen."""
        self.text = self.text[:-1]
        if self.runs and self.runs[-1].end > len(self.text):
            run = self.runs.pop()
            if run.end - run.start > 1:
                self.runs.append(
                    PageRun(run.start, run.end - 1, run.page, run.page_start, run.page_end - 1)
                )


def add_rows(builder: TextBuilder, rows: Sequence[Row]) -> None:
    """Add all rows of a document as blocks, in the order given."""
    if not rows:
        return
    _Maker(builder, rows).run()


class _Maker:
    def __init__(self, builder: TextBuilder, rows: Sequence[Row]) -> None:
        self._builder = builder
        self._rows = rows
        self._words = vocabulary(row.text for row in rows)
        self._body = _body_size(rows)
        self._levels = self._heading_levels()
        self._open: _Open | None = None
        self._tables = named_rows(rows, sorted(_table_rows(rows)))
        self._reach = _reach(rows)
        self._leading = self._find_leading()

    def run(self) -> None:
        for place, row in enumerate(self._rows):
            if place in self._tables:
                self._table_row(row, self._tables[place])
            elif self._open is not None and self._continues(self._open, row):
                self._join(self._open, row)
            else:
                self._begin(row)
        self._close()

    def _find_leading(self) -> float:
        """From one line of a paragraph to the next.

        Where most paragraphs are one line long, only lines whose sentence goes on below tell it.
        """
        gaps: list[float] = []
        within: list[float] = []
        for above, row in pairwise(self._rows):
            gap = above.top - row.top
            if above.page != row.page or not 0 < gap < 4 * self._body:
                continue
            gaps.append(gap)
            full = above.right > 0.9 * self._reach.get(_column(above), float("inf"))
            if not _ENDED.search(above.text) and (full or row.text[:1].islower()):
                within.append(gap)
        if within:
            return min(median(within), median(gaps))
        usual = _LEADING * self._body
        return min(median(gaps), usual) if gaps else usual

    def _heading_levels(self) -> dict[float, int]:
        sizes = {_rounded(row.size) for row in self._rows if self._is_large(row)}
        ordered = sorted(sizes, reverse=True)
        return {size: min(6, place + 1) for place, size in enumerate(ordered)}

    def _is_large(self, row: Row) -> bool:
        wordy = any(char.isalpha() for char in row.text)
        return wordy and row.size > _HEADING_RATIO * self._body and len(row.text) <= _HEADING_CHARS

    def _heading_level(self, row: Row) -> int:
        """Level of the heading a row is, 0 when it is none."""
        if self._is_large(row):
            return self._levels[_rounded(row.size)]
        said = row.text
        short = len(said) <= _BOLD_HEADING_CHARS and not said.endswith((".", ",", ";"))
        if row.bold and short and len(row.pieces) == 1 and sum(map(str.isalpha, said)) > 2:
            return min(6, len(self._levels) + 1)
        return 0

    def _begin(self, row: Row) -> None:
        self._close()
        level = self._heading_level(row)
        if level:
            self._open = _Open(BlockKind.HEADING, row.page, level, row.left)
        elif _bullet_end(row.pieces[0]) or _NUMBER.match(row.text):
            self._open = _Open(BlockKind.LIST_ITEM, row.page, 1, row.left)
        else:
            self._open = _Open(BlockKind.PARAGRAPH, row.page, 0, row.left)
        self._append(self._open, row, self._open.kind is BlockKind.LIST_ITEM)

    def _append(self, block: _Open, row: Row, strip_bullet: bool = False) -> None:
        for place, piece in enumerate(row.pieces):
            text, start = piece.text, piece.start
            if place == 0 and strip_bullet:
                cut = _bullet_end(piece)
                text, start = text[cut:], start + cut
            if place and block.text and not block.text[-1].isspace():
                block.text += " "
            soft = text.endswith("\x02")
            block.take(text.rstrip("\x02") if soft else text, row.page, start)
            if soft:
                block.text += "-"  # pdfium keeps a mark for it; `_join` decides what it was
        block.last = row

    def _join(self, block: _Open, row: Row) -> None:
        following = row.pieces[0].text
        if is_soft_hyphen(block.text, following, self._words):
            block.drop_last()
        elif not ends_in_hyphen(block.text):
            last = block.last
            block.text += "\n" if last is not None and self._broke_early(last, row) else " "
        self._append(block, row)

    def _broke_early(self, above: Row, row: Row) -> bool:
        """The next word would have fitted, so whoever wrote this wanted a new line."""
        if above.page != row.page or above.column_left != row.column_left:
            return False
        word = row.pieces[0].text.split(maxsplit=1)[0] if row.pieces[0].text.strip() else ""
        width = (above.right - above.left) / max(1, len(above.text))
        reach = self._reach.get(_column(above), above.column_right)
        return above.right + width * (len(word) + 3) < reach - width * 2

    def _continues(self, block: _Open, row: Row) -> bool:
        last = block.last
        if last is None or abs(last.size - row.size) > 0.15 * self._body:
            return False
        ended = bool(_ENDED.search(block.text))
        level = self._heading_level(row)
        if block.kind is BlockKind.HEADING or level:
            close = last.page == row.page and 0 < last.top - row.top < 1.6 * row.size
            same = level == block.level and len(block.text) < _HEADING_CHARS
            if block.kind is BlockKind.LIST_ITEM:
                same = not ended and row.text[:1].islower()  # its sentence goes on in bold
            return close and same
        begins = _NUMBER.match(row.text) or (ended and _CLAUSE.match(row.text))
        if begins or _bullet_end(row.pieces[0]):
            return False
        if last.page != row.page or last.column_left != row.column_left or row.top > last.top:
            # Over the edge of a column or page: only a sentence that goes on.
            return not ended and row.text[:1].islower()
        near = last.top - row.top <= max(1.3 * self._leading, 1.45 * row.size)
        if block.kind is BlockKind.LIST_ITEM:
            return near and self._in_item(block, last, row, ended)
        indented = row.left > last.left + 0.8 * self._body and last.left <= row.column_left + 2
        return near and not (indented and ended)

    def _in_item(self, item: _Open, last: Row, row: Row, ended: bool) -> bool:
        """Does a near row go on with the item, rather than stand below its list?"""
        indent = 0.5 * self._body
        outside = row.left < item.left + indent and not row.text[:1].islower()
        # Words at the margin, below a line with room for them, begin something new.
        if outside and not item.text.endswith(":") and self._broke_early(last, row):
            return False
        return row.left >= last.column_left + indent or not ended

    def _table_row(self, row: Row, table: TableRow) -> None:
        self._close()
        if table.first:
            self._builder.start_table()
        if table.silent:
            return
        block = _Open(BlockKind.TABLE_ROW, row.page)
        column = -1
        for piece, at in zip(row.pieces, table.columns, strict=True):
            following = piece.text
            if at != column:
                name = table.names[at] if at < len(table.names) else ""
                block.text += " | " if block.text else ""
                if name and not (name == following and table.columns.count(at) == 1):
                    head = table.heads[at] if at < len(table.heads) else None
                    if head is not None:
                        block.take(name, row.page, head.start)
                    else:
                        block.text += name
                    block.text += ": "
            elif is_soft_hyphen(block.text, following, self._words):
                block.drop_last()
            elif not ends_in_hyphen(block.text):
                block.text += " "
            column = at
            soft = following.endswith("\x02")
            block.take(following.rstrip("\x02") if soft else following, row.page, piece.start)
            block.text += "-" if soft else ""
        self._builder.add(block.kind, block.text, page=block.page, page_runs=block.runs)

    def _close(self) -> None:
        block, self._open = self._open, None
        if block is not None:
            self._builder.add(block.kind, block.text, block.level, block.page, block.runs)


def _column(row: Row) -> tuple[int, float, float]:
    return row.page, row.column_left, row.column_right


def _reach(rows: Sequence[Row]) -> dict[tuple[int, float, float], float]:
    """How far the lines of a column go, where several end alike.

    A head or foot across the page makes a column seem wider than it is: the outermost lines have no
    say.
    """
    lines: dict[tuple[int, float, float], list[Row]] = {}
    for row in rows:
        lines.setdefault(_column(row), []).append(row)
    found: dict[tuple[int, float, float], float] = {}
    for column, some in lines.items():
        inner = sorted(some, key=lambda row: row.top)[1:-1]
        furthest = max((row.right for row in inner), default=column[2])
        near = furthest - 0.1 * (furthest - column[1])
        if sum(row.right > near for row in inner) >= _FULL_LINES:
            found[column] = furthest
    return found


def _bullet_end(piece: Piece) -> int:
    """How many characters at the start of a piece are a bullet."""
    match = _BULLET.match(piece.text)
    return piece.bullet or (match.end() if match else 0)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _body_size(rows: Sequence[Row]) -> float:
    """Character height that most of the text has."""
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[_rounded(row.size)] += len(row.text)
    return sizes.most_common(1)[0][0] or 10.0


def _table_rows(rows: Sequence[Row]) -> set[int]:
    """Places of rows that are a table's: two or more in a row, cells apart, edges in line."""
    found = {place for place, row in enumerate(rows) if row.edges}
    for place in range(1, len(rows)):
        above, row = rows[place - 1], rows[place]
        if above.edges or row.edges:
            continue
        if above.page == row.page and _is_cells(above) and _is_cells(row) and _aligned(above, row):
            found.update((place - 1, place))
    return found


def _is_cells(row: Row) -> bool:
    first = row.pieces[0].text
    marked = _bullet_end(row.pieces[0]) or _NUMBER.match(first)
    return len(row.pieces) - bool(marked and len(first) < 4) >= 2


def _aligned(above: Row, row: Row) -> bool:
    """Some cell after the first begins, ends or is centred where one above does."""
    for piece in row.pieces[1:]:
        for other in above.pieces[1:]:
            centre = abs(piece.left + piece.right - other.left - other.right) / 2
            if min(abs(piece.left - other.left), abs(piece.right - other.right), centre) < 3:
                return True
    return False
