"""Tables, row by row: every row says its column names, so that it can be read alone."""

from __future__ import annotations

from collections.abc import Sequence

from index.loading.builder import TextBuilder, one_line
from index.types import BlockKind

_HEADER_CELL_CHARS = 80


def add_table(
    builder: TextBuilder, rows: Sequence[Sequence[str]], header: bool, page: int | None = None
) -> None:
    """Add one block a row: ``Model: X100 | Price: 20 €``; without a header ``X100 | 20 €``.

    With ``header`` the first row names the columns and is not emitted itself, unless it is alone.
    """
    cleaned = [[one_line(cell) for cell in row] for row in rows]
    cleaned = [row for row in cleaned if any(row)]
    if not cleaned:
        return
    builder.start_table()
    names: list[str] = []
    if header and len(cleaned) > 1:
        names = [cell.rstrip(" :") for cell in cleaned[0]]
        cleaned = cleaned[1:]
    for row in cleaned:
        builder.add(BlockKind.TABLE_ROW, row_text(row, names), page=page)


def row_text(cells: Sequence[str], names: Sequence[str]) -> str:
    """One row as text; empty cells are left out, a merged cell is said once."""
    said: list[str] = []
    for place, cell in enumerate(cells):
        if not cell:
            continue
        name = names[place] if place < len(names) else ""
        part = f"{name}: {cell}" if name and name != cell else cell
        if not said or said[-1] != part:
            said.append(part)
    return " | ".join(said)


def looks_like_header(row: Sequence[str]) -> bool:
    """True when a row can name columns: two or more short, different, mostly wordy cells."""
    cells = [one_line(cell) for cell in row]
    named = [cell for cell in cells if cell]
    if len(named) < 2 or len(named) < len(cells) - 1 or len(set(named)) < len(named):
        return False
    if any(len(cell) > _HEADER_CELL_CHARS for cell in named):
        return False
    return all(any(char.isalpha() for char in cell) for cell in named)
