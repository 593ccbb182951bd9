"""Where the tables of a sheet stand: groups of cells with empty rows and columns between them.

An empty row or column alone may be mere spacing, so what stands on both sides is asked as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from index.loading.column_names import CellKind, Row, can_name, is_marked, stands_out

_MAX_CUTS = 50  #: empty columns in one band; more are a scatter of cells, not tables
_SAMPLE_ROWS = 30  #: below an empty row, asked whether something new begins there

Rows = list[tuple[int, Row]]  #: each row with its number


def regions(cells: Mapping[int, Row], side_by_side: bool = True) -> Iterator[Rows]:
    """Groups of cells with nothing between them and others."""
    ordered: Rows = [(number, cells[number]) for number in sorted(cells) if cells[number]]
    for band in _bands(ordered):
        groups = _beside(band) if side_by_side else [band]
        for group in groups:
            yield from _bands(group) if len(groups) > 1 else [group]


def _bands(rows: Rows) -> Iterator[Rows]:
    """Parted at two empty rows, and at one where something new begins."""
    band: Rows = []
    for place, (number, row) in enumerate(rows):
        gap = number - band[-1][0] - 1 if band else 0
        if gap > 1 or (gap == 1 and _begins(band, rows[place : place + _SAMPLE_ROWS])):
            yield band
            band = []
        band.append((number, row))
    if band:
        yield band


def _begins(band: Rows, following: Rows) -> bool:
    first = following[0][1]
    if len(first) == 1 or all(len(row) == 1 for _, row in band[-3:]):
        return True
    if not set(first) & set(band[-1][1]):
        return True
    body = [row for _, row in following[1:]]
    columns = len(set(first).union(*body))
    named = can_name(first, columns) and bool(body)
    if not named:
        return False
    if is_marked(first, body) or stands_out(first, body):
        return True
    return is_unlike([row for _, row in band], [row for _, row in _until_gap(following)])


def _until_gap(rows: Rows) -> Rows:
    ends = (place for place, (a, b) in enumerate(pairwise(rows), 1) if b[0] - a[0] > 1)
    return rows[: next(ends, len(rows))]


def is_unlike(above: Sequence[Row], below: Sequence[Row]) -> bool:
    """True when rows cannot go on those above: the first fills a column that none above does, or
    words alone stand where numbers or dates stood."""
    if not set(below[0]) <= set().union(*above):
        return True
    for place in below[0]:
        held = [row[place].kind for row in above[1:][-_SAMPLE_ROWS:] if place in row]
        goes_on = [row[place].kind for row in below if place in row]
        figures = sum(kind is not CellKind.TEXT for kind in held)
        if figures < 2 or figures < 0.8 * len(held) or len(goes_on) < 2:
            continue
        if all(kind is CellKind.TEXT for kind in goes_on):
            return True
    return False


def _beside(band: Rows) -> list[Rows]:
    """Tables that stand side by side with an empty column between."""
    columns = sorted(set().union(*(row for _, row in band)))
    cuts = [(a, b) for a, b in pairwise(columns) if b - a > 1]
    if len(cuts) > _MAX_CUTS:
        return [band]
    groups: list[Rows] = []
    rest = band
    for before, after in cuts:
        left, right = _slice(rest, None, before), _slice(rest, after, None)
        following = next((a for a, _ in cuts if a >= after), columns[-1])
        if _are_apart(left, _slice(right, after, following), after - before - 1):
            groups.append(left)
            rest = right
    return [*groups, rest]


def _slice(rows: Rows, first: int | None, last: int | None) -> Rows:
    part: Rows = []
    for number, row in rows:
        kept = {
            place: cell
            for place, cell in row.items()
            if (first is None or place >= first) and (last is None or place <= last)
        }
        if kept:
            part.append((number, kept))
    return part


def _are_apart(left: Rows, right: Rows, gap: int) -> bool:
    """An empty column alone may be mere spacing: then both sides begin and end together."""
    widths = [len(set().union(*(row for _, row in side))) for side in (left, right)]
    if min(widths) == 1:
        return gap > 2
    ends = left[0][0] != right[0][0] or left[-1][0] != right[-1][0]
    again = {c.text for c in left[0][1].values()} & {c.text for c in right[0][1].values()}
    return gap > 1 or ends or bool(again)
