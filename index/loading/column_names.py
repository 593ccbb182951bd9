"""Does the first row of a table name its columns? Judged by what the cells hold.

A wrong name does more harm than none: it makes a row say what nobody wrote. So a row counts as
names only on evidence: it is bold where the rest is not, or it holds words or years above columns
of numbers or dates, or it heads three or more columns of words with words that do not recur.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_NAME_CHARS = 80
_PLAIN_NAME_CHARS = 40  #: where nothing but the words themselves speaks for a header
_SAMPLE_ROWS = 60
_SIGNS = frozenset("# % № € $ £ ¥ +/-".split())
_YEAR = re.compile(
    r"(?:FY\s?)?(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?(?:\s?[(\[][^()\[\]]{1,12}[)\]])?"
)
_MONEY = "(?:[€$£¥₹%]|[A-Z]{3}|kr|zł|Kč)"
_NUMBER = re.compile(
    rf"\(?[-+−~<>≈]?\s?{_MONEY}?\s?[-+−]?(?:\d{{1,3}}(?:[ ,.'’\u00a0\u202f]\d{{3}})+|\d+)?"
    rf"(?:[.,]\d+|(?<=\d)[.,])?(?:[eE][+-]?\d+)?\s?{_MONEY}?\)?"
)
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T ][\d:.]+Z?)?|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})"
    r"|\d{4}[./]\d{1,2}[./]\d{1,2}|\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm])?"
)


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a person sees it; never empty."""

    text: str
    kind: CellKind = CellKind.TEXT
    bold: bool = False


Row = Mapping[int, Cell]  #: column from 0 -> cell; empty cells are left out


def kind_of(text: str) -> CellKind:
    """What a cell of plain text holds."""
    if not any(char.isdigit() for char in text):
        return CellKind.TEXT
    if _NUMBER.fullmatch(text):
        return CellKind.NUMBER
    return CellKind.DATE if _DATE.fullmatch(text) else CellKind.TEXT


def cell_of(text: str, bold: bool = False) -> Cell:
    """A cell of plain text, its kind told from its characters."""
    return Cell(text, kind_of(text), bold)


def can_name(row: Row, columns: int) -> bool:
    """True when every cell of a row could name a column, and hardly a column is left out.

    The corner above names on the left is often empty.
    """
    texts = [cell.text for cell in row.values()]
    most = 0.7 * columns if 0 in row else min(0.7 * columns, columns - 1)
    if len(texts) < max(2, most) or len(set(texts)) < len(texts):
        return False
    return all(
        len(cell.text) <= _NAME_CHARS
        and (cell.kind is CellKind.DATE or _is_wordy(cell) or _is_year(cell))
        for cell in row.values()
    )


def is_marked(row: Row, body: Sequence[Row]) -> bool:
    """True when all of the row is bold and the rows below are not."""
    return _is_bold(row) and not all(_is_bold(other) for other in body[:_SAMPLE_ROWS] if other)


def stands_out(row: Row, body: Sequence[Row]) -> bool:
    """True when the row holds words or years above a column of numbers or dates."""
    sample = body[:_SAMPLE_ROWS]
    columns = set(row).union(*sample)
    pair = len(columns) == 2
    if pair and (len(sample) < 3 or any(cell.text.endswith(":") for cell in _column(sample, row))):
        return False  # two columns may as well be names on the left and values on the right
    found = False
    for place, name in row.items():
        below = [other[place] for other in sample if place in other]
        if not below:
            continue
        unlike = [cell for cell in below if not _same_kind(name, cell)]
        if name.kind is not CellKind.TEXT and len(unlike) < 0.8 * len(below):
            return False  # a year above years is a row of data
        if len(unlike) >= 0.8 * len(below) and len(below) >= 0.5 * len(sample):
            found = found or not pair or len({cell.kind for cell in below}) == 1
    return found


def heads_words(row: Row, body: Sequence[Row]) -> bool:
    """True when short words head three or more columns of words and recur in none of them."""
    sample = body[:_SAMPLE_ROWS]
    columns = set(row).union(*sample)
    if len(columns) < 3 or len(row) < len(columns) or len(sample) < 2:
        return False
    for place, name in row.items():
        if len(name.text) > _PLAIN_NAME_CHARS or any(char.isdigit() for char in name.text):
            return False
        if any(place in other and other[place].text == name.text for other in sample):
            return False
    return True


def _column(rows: Sequence[Row], like: Row) -> list[Cell]:
    first = min(like)
    return [row[first] for row in rows if first in row]


def _same_kind(name: Cell, cell: Cell) -> bool:
    if name.kind is CellKind.NUMBER:  # a year, or `can_name` would not have let it in
        return _is_year(cell) or cell.kind is CellKind.TEXT
    return name.kind is cell.kind


def _is_wordy(cell: Cell) -> bool:
    letters = any(char.isalpha() for char in cell.text)
    return cell.kind is CellKind.TEXT and (letters or cell.text in _SIGNS)


def _is_year(cell: Cell) -> bool:
    return _YEAR.fullmatch(cell.text) is not None


def _is_bold(row: Row) -> bool:
    return bool(row) and all(cell.bold for cell in row.values())
