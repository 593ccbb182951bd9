"""RTF's tables as grids: cells over several columns or rows, and tables inside a cell.

A row of an RTF file says only where its cells end, and each row may say so differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.loading.builder import one_line
from index.loading.tables import SPANNED

_SAME_EDGE_TWIPS = 60  #: about a millimetre: programs round
_MAX_COLUMNS = 60  #: as in Word files


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a cell ends on the right, and whether it is merged with the one above."""

    right_twips: int
    goes_on: bool = False


def on_grid(rows: Sequence[list[str]], edges: Sequence[Sequence[Edge]]) -> list[list[str]]:
    """The rows with one cell a column: `SPANNED` where the cell to the left goes on.

    They come back as they are where their edges do not fit them.
    """
    places = [[edge.right_twips for edge in row] for row in edges]
    fits = all(
        len(cells) == len(row) and row == sorted(set(row))
        for cells, row in zip(rows, places, strict=True)
    )
    columns: list[int] = []
    for place in sorted({place for row in places for place in row}):
        if not columns or place - columns[-1] > _SAME_EDGE_TWIPS:
            columns.append(place)
    if not fits or len(columns) > _MAX_COLUMNS:
        return list(rows)
    grid: list[list[str]] = []
    for cells, row in zip(rows, edges, strict=True):
        made: list[str] = []
        for cell, edge in zip(cells, row, strict=True):
            last = sum(column <= edge.right_twips for column in columns)
            above = grid[-1][len(made)] if grid and len(made) < len(grid[-1]) else ""
            said = above if edge.goes_on and not one_line(cell) else cell
            made += [said, *[SPANNED] * (last - len(made) - 1)]
        grid.append(made)
    return grid


@dataclass(slots=True)
class InnerTables:
    """Tables inside the cells of the table at hand, however deep."""

    words: dict[int, list[str]] = field(default_factory=dict)  #: of the cell at hand, by depth
    cells: dict[int, list[str]] = field(default_factory=dict)
    rows: dict[int, list[list[str]]] = field(default_factory=dict)
    done: list[tuple[str, list[list[str]]]] = field(default_factory=list)

    def say(self, said: str, depth: int) -> None:
        """Characters of an inner cell."""
        self.words.setdefault(depth, []).append(said)

    def end_cell(self, depth: int) -> None:
        """End a cell of the table at this depth."""
        self.cells.setdefault(depth, []).append("".join(self.words.pop(depth, ())))

    def end_row(self, depth: int) -> None:
        """End a row of the table at this depth."""
        cells = self.cells.pop(depth, [])
        if any(map(one_line, cells)):
            self.rows.setdefault(depth, []).append(cells)

    def end_outer_row(self, cells: Sequence[str]) -> None:
        """The inner tables of a row of the outermost table are read, its own words their label."""
        for depth in sorted({*self.words, *self.cells}):  # a row that was cut off
            if depth in self.words:
                self.end_cell(depth)
            self.end_row(depth)
        label = " | ".join(filter(None, map(one_line, cells)))
        self.done += [(label, self.rows[depth]) for depth in sorted(self.rows)]
        self.rows.clear()

    def finished(self) -> list[tuple[str, list[list[str]]]]:
        """Each inner table with the words of its outer row."""
        self.end_outer_row(())
        return self.done
