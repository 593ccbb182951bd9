"""The layout of a PDF page: pieces of lines put into reading order, repeated page edges found.

Pure geometry on what `pdf` extracted; coordinates are PDF points, y upwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_EDGE_ROWS = 3  #: rows at the top and bottom of a page that may be running heads
_EDGE_SHARE = 0.14  #: of the page's height, where they may stand
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|página|pagina|p\.)\s*)?(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|von|de|di)\s*\d{1,5})?\W*",
    re.I,
)
_MAX_COLUMN_DEPTH = 3  #: up to eight columns
_CANDIDATES = 12
_IN_LINE = 3.0  #: points between edges that stand in line


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line without a wide gap: ``text`` is the page's characters start:end."""

    text: str
    start: int
    end: int
    left: float
    bottom: float
    right: float
    top: float
    size: float  #: height of a character's box, in points
    bold: bool
    bullet: int = 0  #: leading characters that are a bullet by their font, whatever they read as


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces on one line within one column, from left to right."""

    pieces: tuple[Piece, ...]
    page: int
    column_left: float
    column_right: float
    columns: tuple[int, ...] = ()  #: of a ruled table's row: each piece's column
    edges: tuple[float, ...] = ()  #: of a ruled table's row: the columns' edges
    merged: frozenset[int] = frozenset()  #: columns that the one to their left reaches over
    shade: tuple[int, int, int] | None = None  #: colour behind a ruled table's row

    @property
    def text(self) -> str:
        """The row's words, pieces apart by a space."""
        return " ".join(piece.text.strip() for piece in self.pieces)

    @property
    def size(self) -> float:
        """Character height of the longest piece."""
        return max(self.pieces, key=lambda piece: len(piece.text)).size

    @property
    def bold(self) -> bool:
        """True when every piece is."""
        return all(piece.bold for piece in self.pieces)

    @property
    def left(self) -> float:
        """Where the row begins."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where the row ends."""
        return self.pieces[-1].right

    @property
    def top(self) -> float:
        """Upper edge."""
        return max(piece.top for piece in self.pieces)

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return min(piece.bottom for piece in self.pieces)


def in_line(left: float, right: float, other_left: float, other_right: float) -> bool:
    """True when two stretches begin, end or are centred at one x."""
    centre = abs(left + right - other_left - other_right) / 2
    return min(abs(left - other_left), abs(right - other_right), centre) < _IN_LINE


def reading_order(pieces: Sequence[Piece], page: int, depth: int = 0) -> list[Row]:
    """Rows in the order a person reads them: column by column, between what spans the columns."""
    if not pieces:
        return []
    gutter = find_gutter(pieces) if depth < _MAX_COLUMN_DEPTH and len(pieces) >= 8 else None
    if gutter is None:
        return _rows(pieces, page)
    spanning = sorted((p for p in pieces if _side(p, gutter) == 0), key=lambda p: -p.top)
    rest = [p for p in pieces if _side(p, gutter) != 0]
    out: list[Row] = []
    for spanner_row in [*_rows(spanning, page), None]:
        # Above this spanning row: first the left column, then the right one.
        floor = spanner_row.top if spanner_row else float("-inf")
        band = [p for p in rest if (p.top + p.bottom) / 2 > floor]
        rest = [p for p in rest if (p.top + p.bottom) / 2 <= floor]
        for side in (-1, 1):
            out += reading_order([p for p in band if _side(p, gutter) == side], page, depth + 1)
        if spanner_row:
            out.append(spanner_row)
    return out


def find_gutter(pieces: Sequence[Piece]) -> float | None:
    """The x of a clear strip between two columns of running text, or None."""
    starts = Counter(round(piece.left) for piece in pieces)
    chars = sum(len(piece.text) for piece in pieces)
    best: tuple[int, float] | None = None
    for start, _ in starts.most_common(_CANDIDATES):
        x = start - 1.0
        left = [p for p in pieces if _side(p, x) == -1]
        right = [p for p in pieces if _side(p, x) == 1]
        spanning = len(pieces) - len(left) - len(right)
        if len(left) < 4 or len(right) < 4 or spanning > 0.3 * len(pieces):
            continue
        share = min(sum(len(p.text) for p in side) for side in (left, right)) / chars
        if share < 0.12 or not (_is_running_text(left) and _is_running_text(right)):
            continue
        if not _side_by_side(left, right):
            continue
        if best is None or spanning < best[0]:
            best = spanning, x
    return best[1] if best else None


def _side(piece: Piece, x: float) -> int:
    """-1 left of x, 1 right of it, 0 across."""
    if piece.right <= x + 1.5:
        return -1
    return 1 if piece.left >= x - 1.5 else 0


def _is_running_text(pieces: Sequence[Piece]) -> bool:
    """Most of the text stands in lines that fill their column, as those of a table do not.

    By characters: a table inside a column has as many pieces as all the text around it.
    """
    width = max(p.right for p in pieces) - min(p.left for p in pieces)
    lines = lines_of(pieces)
    chars = [sum(len(piece.text) for piece in line) for line in lines]
    full = [sum(piece.right - piece.left for piece in line) > 0.7 * width for line in lines]
    filling = sum(count for count, fills in zip(chars, full, strict=True) if fills)
    return filling >= 0.5 * sum(chars) and sum(chars) >= 16 * len(lines)


def _side_by_side(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    low = max(min(p.bottom for p in left), min(p.bottom for p in right))
    high = min(max(p.top for p in left), max(p.top for p in right))
    heights = [max(p.top for p in side) - min(p.bottom for p in side) for side in (left, right)]
    return high - low > 0.5 * min(heights)


def _rows(pieces: Sequence[Piece], page: int) -> list[Row]:
    """Pieces whose middles stand at one height, top to bottom."""
    if not pieces:
        return []
    column = min(p.left for p in pieces), max(p.right for p in pieces)
    return [Row(tuple(line), page, *column) for line in lines_of(pieces)]


def lines_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces by line, top to bottom, each line from left to right."""
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-(p.top + p.bottom), p.left)):
        middle = (piece.top + piece.bottom) / 2
        if groups and groups[-1][0].bottom < middle < groups[-1][0].top:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [sorted(group, key=lambda p: (p.left, p.start)) for group in groups]


def repeated_edges(
    pages: Sequence[Sequence[Row]], heights: Sequence[float]
) -> set[tuple[int, int]]:
    """(page index, row index) of running heads, feet and page numbers to leave out.

    What counts as repeated is the same words, but for a number that counts the pages: "Leaf 7 says
    49" on page 7 is content. A repeated head stays where it first stands, so that nothing is lost.
    """
    seen: dict[tuple[str, str, int | None], list[tuple[int, int]]] = {}
    bare: set[tuple[int, int]] = set()
    for index, (rows, height) in enumerate(zip(pages, heights, strict=True)):
        for place, edge in _edges(rows, height):
            text = " ".join(rows[place].text.split()).casefold()
            if _PAGE_NUMBER.fullmatch(text):
                bare.add((index, place))
            for mark, offset in _marks(text, index):
                seen.setdefault((edge, mark, offset), []).append((index, place))
    enough = 2 if len(pages) <= 4 else 3
    drop: set[tuple[int, int]] = set()
    for (_, _, offset), places in seen.items():
        alone = all(place in bare for place in places)
        needed = enough if alone else max(enough, 0.15 * len(pages))
        if len({index for index, _ in places}) >= needed and (offset is not None or not alone):
            drop.update(places if alone else places[1:])
    return drop


def _marks(text: str, index: int) -> list[tuple[str, int | None]]:
    """The text itself, and the text with each of its numbers read as a page number.

    The second part is by how much that number is ahead of the page's place.
    """
    marks: list[tuple[str, int | None]] = [(text, None)]
    for match in re.finditer(r"\d{1,5}|(?<!\w)[ivxl]{1,7}(?!\w)", text):
        said = match.group()
        number = int(said) if said.isdecimal() else _roman_value(said)
        marks.append((f"{text[: match.start()]}#{text[match.end() :]}", number - index))
    return marks


def _roman_value(text: str) -> int:
    values = {"i": 1, "v": 5, "x": 10, "l": 50}
    numbers = [values[letter] for letter in text]
    return sum(
        -number if number < after else number
        for number, after in zip(numbers, [*numbers[1:], 0], strict=True)
    )


def _edges(rows: Sequence[Row], height: float) -> list[tuple[int, str]]:
    by_height = sorted(range(len(rows)), key=lambda place: -rows[place].top)
    found: list[tuple[int, str]] = []
    for place in by_height[:_EDGE_ROWS]:
        if rows[place].bottom > height * (1 - _EDGE_SHARE):
            found.append((place, "top"))
    for place in by_height[-_EDGE_ROWS:]:
        if rows[place].top < height * _EDGE_SHARE:
            found.append((place, "bottom"))
    return found
