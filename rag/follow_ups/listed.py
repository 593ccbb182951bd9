"""What an answer lists: rows of a table, points of a list, "in a tent or a hut".

Pure text. A row is called by its first cell.
"""

from __future__ import annotations

import re

_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
ORDINALS = "|".join(_PLACES)
_MARKERS = re.compile(r"(?:\s?\[\d+\])+")  # footnotes
_POINT = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+(?=\S)", re.M)
_PARTS = re.compile(r"\s*(?:[,;]\s*(?:and|or)?|\b(?:and|or)\b)\s+", re.I)
_LEAD_IN = re.compile(r"^(?:at|in|on|to|from|with|by|for|or|and)\s+", re.I)
_ARTICLE = re.compile(r"^(?:The|An?)\b")
_CELLS = " | "
_LONGEST = 8  # words; longer pieces between commas are clauses


def nth(ordinal: str, answer: str) -> str | None:
    """The nth of the things an answer lists, None when it lists none or not as many.

    >>> nth("second", "Size: small | Price: £2 [1] Size: large | Price: £3 [2]")
    'Size: large'
    """
    place = _PLACES.get(ordinal.casefold())
    found = listed(answer)
    if place is None or not -len(found) <= place < len(found):
        return None
    return _ARTICLE.sub(lambda article: article.group().lower(), found[place])


def is_cell(item: str) -> bool:
    """Whether a listed thing is a cell with its heading, which no sentence can hold as a noun."""
    return ": " in item


def cell_value(item: str) -> str:
    """The cell without its heading, which all rows share: "3 to 7 years" tells which is meant."""
    return item.partition(": ")[2]


def listed(answer: str) -> list[str]:
    """The things an answer lists, in order; empty unless there are two or more of one kind."""
    pieces = [piece.strip() for piece in _MARKERS.split(answer) if piece.strip()]
    for way in (_rows, _points, _short, _parts):
        found = way(answer, pieces)
        if len(found) > 1:
            return found
    return []


def _rows(_answer: str, pieces: list[str]) -> list[str]:
    """The first cells of rows whose first column is the same."""
    lines = [line.strip(" |") for piece in pieces for line in piece.split("\n")]
    cells = [line.partition(_CELLS)[0].strip() for line in lines if _CELLS in line]
    headings = {cell.partition(": ")[0] for cell in cells if is_cell(cell)}
    return cells if len(headings) == 1 and all(map(is_cell, cells)) else []


def _points(answer: str, _pieces: list[str]) -> list[str]:
    """What stands behind dashes and numbers, up to the first stop or comma."""
    points = _POINT.split(answer)[1:] if _POINT.search(answer) else []
    firsts = [_MARKERS.sub("", point.strip().split("\n")[0]) for point in points]
    return [re.split(r"[.,:;] |[.:;]$| [–-] ", first)[0].strip() for first in firsts]


def _short(_answer: str, pieces: list[str]) -> list[str]:
    """Short pieces with a footnote each."""
    return _all_short([piece.strip(" .!?;,") for piece in pieces])


def _parts(_answer: str, pieces: list[str]) -> list[str]:
    """ "In a tent, in the hostel, or at the Net Loft." """
    whole = " ".join(pieces)
    return _all_short([_LEAD_IN.sub("", part.strip(" .!?")) for part in _PARTS.split(whole)])


def _all_short(items: list[str]) -> list[str]:
    return items if all(0 < len(item.split()) <= _LONGEST for item in items) else []
