"""Tables, row by row: every row says its column names, so that it can be read alone."""

from __future__ import annotations

from collections.abc import Sequence

from index.loading.builder import TextBuilder, one_line
from index.loading.column_names import (
    Row,
    can_name,
    cell_of,
    heads_words,
    is_marked,
    stands_out,
)
from index.loading.paired_columns import is_column_word, is_form
from index.loading.units import is_unit_row, with_units
from index.types import BlockKind

_HEADER_CELL_CHARS = 80
_SAMPLE_ROWS = 100
_LEAST_COLUMNS = 3  #: two may as well be names on the left and values on the right
#: Stands for a cell that the one to its left is merged over.
SPANNED = "\x01"


def add_table(
    builder: TextBuilder,
    rows: Sequence[Sequence[str]],
    header: int,
    page: int | None = None,
    repeats: bool = True,
) -> None:
    """Add one block a row: ``Model: X100 | Price: 20 €``; without a header ``X100 | 20 €``.

    The first ``header`` rows (True counts as one) name the columns, with the units below them, and
    are not emitted themselves, unless they are alone or a name stands above nothing. With
    ``repeats``, equal neighbours are one merged cell and said once.
    """
    filled = [row for row in rows if any(one_line(cell) for cell in row)]
    if not filled:
        return
    builder.start_table()
    total = len(filled)
    names: list[str] = []
    if 0 < header < len(filled):
        names = column_names(filled[:header])
        if _starts_with_units(filled[header:]):
            joined = with_units(dict(enumerate(names)), _row(filled[header], bold=False))
            names = [joined.get(place, "") for place in range(max(joined) + 1)]
            header += 1
        if all_said(names, filled[header:]):
            filled = filled[header:]
    for place, row in enumerate(filled):
        named = names if len(filled) < total or place >= header else []
        said = row_text([one_line(cell) for cell in row], named, repeats)
        builder.add(BlockKind.TABLE_ROW, said, page=page)


def _starts_with_units(rows: Sequence[Sequence[str]]) -> bool:
    first, *body = [_row(row, bold=False) for row in rows[:_SAMPLE_ROWS]]
    return is_unit_row(first, body)


def all_said(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """True when every name has something below it, so that some row will say it."""
    filled = {place for row in body for place, cell in enumerate(row) if one_line(cell)}
    return set(filter(None, names)) <= {name for at, name in enumerate(names) if at in filled}


def column_names(head: Sequence[Sequence[str]]) -> list[str]:
    """The name of each column from the rows that hold them; an upper one may span several."""
    said: list[list[str]] = [[] for _ in range(max(map(len, head), default=0))]
    for row in head:
        last = ""
        for place, cell in enumerate(row):
            last = last if cell == SPANNED else one_line(cell)
            if last and last not in said[place]:
                said[place].append(last)
    return [" ".join(names).rstrip(" :") for names in said]


def header_rows(
    rows: Sequence[Sequence[str]], bold: Sequence[bool] = (), said: bool = False
) -> int:
    """How many of the first rows name the columns: 0 unless it is clear.

    ``said``: the file marks the first row as a header; ``bold``: which rows are bold throughout.
    """
    depth = 2 if SPANNED in rows[0][1:] and len(rows) > 2 else 1
    weights = [*bold, *[False] * (len(rows) - len(bold))]
    names = column_names(rows[:depth])
    head = _row(names, all(weights[:depth]))
    body = [_row(row, weights[depth + n]) for n, row in enumerate(rows[depth:_SAMPLE_ROWS])]
    columns = len({place for row in (head, *body) for place in row})
    if not body or not can_name(head, columns):
        return 0
    if said or is_marked(head, body) or is_unit_row(body[0], body[1:]):
        return depth
    if holds_form(rows):
        return 0
    words = sum(map(is_column_word, names))  # a list of people has a first row, too
    named = stands_out(head, body, amounts=words > 0) or (
        heads_words(head, body) and 2 * words >= len(names)
    )
    return depth if columns >= _LEAST_COLUMNS and named else 0


def holds_form(rows: Sequence[Sequence[str]]) -> bool:
    """True when labels and values stand side by side, so that no row names the columns."""
    return is_form([_row(row, bold=False) for row in rows[:_SAMPLE_ROWS]])


def _row(cells: Sequence[str], bold: bool) -> Row:
    said = [one_line(cell) for cell in cells]
    return {place: cell_of(text, bold) for place, text in enumerate(said) if text}


def row_text(cells: Sequence[str], names: Sequence[str], repeats: bool = True) -> str:
    """One row as text; empty cells are left out, a merged cell is said once."""
    said: list[str] = []
    for place, cell in enumerate(cells):
        if not cell:
            continue
        name = names[place] if place < len(names) else ""
        part = f"{name}: {cell}" if name and name != cell else cell
        if not (repeats and said and said[-1] == part):
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
