"""Tables of a PDF: rows of ruled grids made from the pieces inside, and names for columns.

Column names are given only where ruled lines, or edges in line, make clear which cell stands under
which, and the first row is plainly a header. Otherwise a row stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.loading.pdf_layout import Piece, Row, in_line, lines_of
from index.loading.pdf_rules import Grid, Rules
from index.loading.tables import SPANNED, column_names, header_rows

_CELL_CHARS = 1500  #: a cell longer than this is page layout, not a table
_REPEAT_CHARS = 200  #: a longer text is not said again in every row its cell covers
_SAME_EDGE = 3.0  #: points between the edges of a table's columns on two pages
_FULL = (
    0.7  #: of its cell's width a line takes up that was broken because the next word did not fit
)
_NAMED_SHARE = 0.8  #: of the rows below must stand under the names, cell for cell

_Cells = dict[int, list[Piece]]  #: column -> its pieces in reading order


def ruled_rows(
    grid: Grid, pieces: Sequence[Piece], rules: Rules, page: int
) -> tuple[list[Row], set[int]]:
    """Rows of a ruled table and the places of the pieces they took; nothing when it is none."""
    cells: dict[tuple[int, int], list[Piece]] = {}
    taken: set[int] = set()
    for place, piece in enumerate(pieces):
        middle = (piece.top + piece.bottom) / 2
        # A mark in the margin may stand in one piece with the first cell's words.
        left = max(piece.left + 2, min(grid.xs[0], (piece.left + piece.right) / 2))
        row, column = grid.row(middle), grid.column(min(left, piece.right))
        if not (0 <= row < len(grid.ys) - 1 and 0 <= column < len(grid.xs) - 1):
            continue
        cells.setdefault(_owner(grid, row, column), []).append(piece)
        taken.add(place)
    rows = _rows_of(grid, cells)
    lengths = [sum(len(piece.text) for piece in each) for each in cells.values()]
    if all(len(row) < 2 for row in rows) or max(lengths, default=0) > _CELL_CHARS:
        return [], set()
    out: list[Row] = []
    for number, each in enumerate(rows):
        out += [_made(grid, part, number, rules, page) for part in _split(grid, each) if part]
    return out, taken


def _owner(grid: Grid, row: int, column: int) -> tuple[int, int]:
    """The first cell of the merged cell that this one is part of."""
    while column > 0 and grid.is_open_left(row, column):
        column -= 1
    while row > 0 and grid.is_open_above(row, column):
        row -= 1
    return row, column


def _rows_of(grid: Grid, cells: dict[tuple[int, int], list[Piece]]) -> list[_Cells]:
    """Cells by row; a short text merged downwards is said in every row, to be read alone."""
    rows: list[_Cells] = [{} for _ in range(len(grid.ys) - 1)]
    for (row, column), pieces in sorted(cells.items()):
        ordered = [piece for line in lines_of(pieces) for piece in line]
        rows[row][column] = ordered
        if sum(len(piece.text) for piece in ordered) > _REPEAT_CHARS:
            continue
        below = row + 1
        while below < len(rows) and grid.is_open_above(below, column):
            rows[below].setdefault(column, ordered)
            below += 1
    alone = [  # what only runs on from above is no row of its own
        {(below, column) for column in row if (below, column) not in cells}
        for below, row in enumerate(rows)
    ]
    return [
        {} if len(alone[place]) == len(row) else dict(sorted(row.items()))
        for place, row in enumerate(rows)
    ]


def _split(grid: Grid, row: _Cells) -> list[_Cells]:
    """A row that holds several without lines between: its cells have as many lines, in line."""
    by_column = {column: lines_of(pieces) for column, pieces in row.items()}
    counts = {len(lines) for lines in by_column.values()}
    if len(row) < 2 or len(counts) > 1 or min(counts) < 3:
        return [row]
    first = next(iter(by_column.values()))
    for column, lines in by_column.items():
        width = grid.xs[column + 1] - grid.xs[column]
        full = sum(line[-1].right - line[0].left > _FULL * width for line in lines[:-1])
        level = all(
            abs(line[0].bottom - other[0].bottom) < 0.3 * other[0].size
            for line, other in zip(lines, first, strict=True)
        )
        if full > 0.3 * len(lines) or not level:
            return [row]  # lines that fill their cell were broken to fit it
    return [
        {column: lines[place] for column, lines in by_column.items()}
        for place in range(min(counts))
    ]


def _made(grid: Grid, cells: _Cells, number: int, rules: Rules, page: int) -> Row:
    columns = [column for column, pieces in cells.items() for _ in pieces]
    pieces = [piece for each in cells.values() for piece in each]
    merged = frozenset(
        column
        for column in range(1, len(grid.xs) - 1)
        if column not in cells and grid.is_open_left(number, column)
    )
    x, y = pieces[0].left + 1, (pieces[0].top + pieces[0].bottom) / 2
    colours = [
        shade.colour
        for shade in rules.shades
        if shade.left <= x <= shade.right and shade.bottom <= y <= shade.top
    ]
    return Row(
        tuple(pieces),
        page,
        grid.xs[0],
        grid.xs[-1],
        columns=tuple(columns),
        edges=grid.xs,
        merged=merged,
        shade=colours[-1] if colours else None,
    )


def with_tables(
    rows: Sequence[Row], tables: Sequence[Sequence[Row]], grids: Sequence[Grid]
) -> list[Row]:
    """The page's rows with each table put where it is read: before what stands below it."""
    out = list(rows)
    for table, grid in zip(tables, grids, strict=True):
        if not table:
            continue
        # Short lines may leave a table beside their column: then the nearest column is its own.
        nearest = min((_apart(row, grid) for row in rows), default=0.0)
        place, last = None, None
        for number, row in enumerate(out):
            if _apart(row, grid) > nearest:
                continue
            if (row.top + row.bottom) / 2 < grid.ys[-1]:
                place = number
                break
            last = number
        if place is None:
            place = len(out) if last is None else last + 1
        out[place:place] = table
    return out


def _apart(row: Row, grid: Grid) -> float:
    """How far the row's column stands beside the table; 0 where one is above the other."""
    return max(0.0, row.column_left - grid.xs[-1], grid.xs[0] - row.column_right)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table as it is to be said."""

    columns: tuple[int, ...]  #: of each piece
    names: tuple[str, ...]  #: of each column; "" where none is clear
    first: bool  #: begins a table
    silent: bool = False  #: holds the names, which every row below says
    heads: tuple[Piece | None, ...] = ()  #: where each name stands, if in one piece on this page


def named_rows(rows: Sequence[Row], places: Sequence[int]) -> dict[int, TableRow]:
    """What each place among the rows that is a table's is to say; ``places`` are ascending."""
    found: dict[int, TableRow] = {}
    group: list[int] = []
    for place in places:
        if group and not (place == group[-1] + 1 and _same_table(rows[group[-1]], rows[place])):
            found.update(_named(rows, group))
            group = []
        group.append(place)
    if group:
        found.update(_named(rows, group))
    return found


def _same_table(above: Row, row: Row) -> bool:
    if not above.edges and not row.edges:
        return above.page == row.page
    if len(above.edges) != len(row.edges):
        return False
    return all(abs(a - b) < _SAME_EDGE for a, b in zip(above.edges, row.edges, strict=True))


def _named(rows: Sequence[Row], group: Sequence[int]) -> dict[int, TableRow]:
    table = [rows[place] for place in group]
    ruled = bool(table[0].edges)
    titles = 0
    while ruled and titles < len(table) - 2 and len(set(table[titles].columns)) == 1:
        titles += 1
    body = table[titles:]
    columns = [row.columns for row in body] if ruled else _aligned_columns(body)
    cells = [
        _cells(row, places) if places else [] for row, places in zip(body, columns, strict=True)
    ]
    depth = 0
    if cells and cells[0] and sum(map(bool, cells)) >= _NAMED_SHARE * len(cells):
        # Column names said anew on the next page are no row of data.
        clear = [n for n, each in enumerate(cells) if each and (n < 2 or each not in cells[:2])]
        shaded = body[0].shade is not None and all(
            body[place].shade != body[0].shade for place in clear[1:]
        )
        weights = [body[place].bold for place in clear]
        depth = header_rows([cells[place] for place in clear], weights, shaded)
        depth = depth if clear[:depth] == list(range(depth)) else 0
    names = tuple(column_names(cells[:depth]))
    silent = [at for at in range(len(body)) if at < depth or cells[at] in cells[:depth]]
    filled = {column for at, each in enumerate(columns) if at not in silent for column in each}
    if not set(filter(None, names)) <= {n for at, n in enumerate(names) if at in filled}:
        silent = []  # a name that no row says must not be lost
    heads = _heads(body[0], names) if depth == 1 else ()
    out: dict[int, TableRow] = {}
    for number, place in enumerate(group):
        at, row = number - titles, rows[place]
        known = row.columns if ruled else columns[at]
        has_names = at >= depth and bool(known) and cells[at] not in cells[:depth]
        out[place] = TableRow(
            columns=known or tuple(range(len(row.pieces))),
            names=names if has_names else (),
            first=number == 0,
            silent=at in silent,
            heads=heads if row.page == body[0].page else (),
        )
    return out


def _heads(head: Row, names: Sequence[str]) -> tuple[Piece | None, ...]:
    """The piece that each name stands in whole; None where there is none."""
    found: list[Piece | None] = []
    for name in names:
        found.append(next((p for p in head.pieces if name and p.text.startswith(name)), None))
    return tuple(found)


def _cells(row: Row, columns: Sequence[int]) -> list[str]:
    width = len(row.edges) - 1 if row.edges else max(columns) + 1
    said: list[list[str]] = [[] for _ in range(width)]
    for piece, column in zip(row.pieces, columns, strict=True):
        said[column].append(piece.text.replace("\x02", "-").strip())
    return [
        SPANNED if column in row.merged else " ".join(parts) for column, parts in enumerate(said)
    ]


def _aligned_columns(table: Sequence[Row]) -> list[tuple[int, ...]]:
    """For each row, the column of the first row that each piece stands under; () if unclear."""
    head = table[0].pieces
    out: list[tuple[int, ...]] = [tuple(range(len(head)))]
    for row in table[1:]:
        columns: list[int] = []
        for piece in row.pieces:
            under = [
                n
                for n, name in enumerate(head)
                if in_line(piece.left, piece.right, name.left, name.right)
            ]
            if len(under) != 1 or (columns and under[0] <= columns[-1]):
                columns = []
                break
            columns.append(under[0])
        out.append(tuple(columns))
    return out
