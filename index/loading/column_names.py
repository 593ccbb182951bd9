"""Does the first row of a table name its columns? Judged by what the cells hold.

A wrong name does more harm than none: it makes a row say what nobody wrote. So a row counts as
names only on evidence: it is bold where the rest is not, or it holds words or years above columns
of numbers or dates, or it heads three or more columns of words with words that do not recur. Two
columns may as well be names on the left and values on the right, and are asked more
(`index.loading.paired_columns`). The first row of a CSV file nearly always names its columns, so
that there (``loose``) names may recur, be as long as a survey's question and head a single row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

_NAME_CHARS = 80
_LOOSE_NAME_CHARS = 300  #: a survey's whole question
PLAIN_NAME_CHARS = 40  #: where nothing but the words themselves speaks for a header
_SAMPLE_ROWS = 60
_SENTENCE_WORDS = 5
_SIGNS = frozenset("# % № € $ £ ¥ +/-".split())
_FIGURE = re.compile(r"\d+")
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
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
    r"|\d{1,2}\.? (?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.? \d{4}"
)
_AMOUNT = re.compile(r"[<>≤≥±]?\s?\d+(?:[.,]\d+)?\s?(?:[^\W\d_]{1,5}|[%‰]|°\w?)(?:/[^\W\d_]{1,4})?")
_NOTHING = frozenset("- – — n/a N/A".split())


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Shape(StrEnum):
    """What the text of a cell looks like."""

    WORDS = "words"
    SENTENCE = "sentence"
    FIGURES = "figures"  #: a number, a date, or words or a code with digits
    MAIL = "mail"
    LINK = "link"


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


def shape_of(text: str) -> Shape:
    """What a text looks like."""
    if kind_of(text) is not CellKind.TEXT:
        return Shape.FIGURES
    if "://" in text or text.startswith("www."):
        return Shape.LINK
    if "@" in text and " " not in text:
        return Shape.MAIL
    if text.endswith((".", "?", "!")) or len(text.split()) >= _SENTENCE_WORDS:
        return Shape.SENTENCE
    return Shape.FIGURES if any(char.isdigit() for char in text) else Shape.WORDS


def cell_of(text: str, bold: bool = False) -> Cell:
    """A cell of plain text, its kind told from its characters."""
    return Cell(text, kind_of(text), bold)


def can_name(row: Row, columns: int, loose: bool = False) -> bool:
    """True when every cell of a row could name a column, and hardly a column is left out.

    The corner above names on the left is often empty.
    """
    texts = [cell.text for cell in row.values()]
    most = 0.7 * columns if 0 in row else min(0.7 * columns, columns - 1)
    different = max(2, len(texts) / 2) if loose else len(texts)
    if len(texts) < max(2, most) or len(set(texts)) < different:
        return False
    longest = _LOOSE_NAME_CHARS if loose else _NAME_CHARS
    return all(
        len(cell.text) <= longest
        and (cell.kind is CellKind.DATE or _is_wordy(cell) or _is_year(cell))
        for cell in row.values()
    )


def is_marked(row: Row, body: Sequence[Row]) -> bool:
    """True when all of the row is bold and the rows below are not."""
    return _is_bold(row) and not all(_is_bold(other) for other in body[:_SAMPLE_ROWS] if other)


def stands_out(row: Row, body: Sequence[Row], amounts: bool = False) -> bool:
    """True when the row holds words or years above a column of numbers or dates; with ``amounts``
    also of such as "25 kg"."""
    sample = body[:_SAMPLE_ROWS]
    columns = set(row).union(*sample)
    pair = len(columns) == 2
    if pair and (len(sample) < 3 or any(cell.text.endswith(":") for cell in _column(sample, row))):
        return False  # two columns may as well be names on the left and values on the right
    found = False
    for place, name in row.items():
        below = [other[place] for other in sample if place in other]
        below = [cell for cell in below if cell.text not in _NOTHING]
        if not below:
            continue
        unlike = [
            cell
            for cell in below
            if not _same_kind(name, cell) or (amounts and _is_amount(name, cell))
        ]
        if name.kind is not CellKind.TEXT and len(unlike) < 0.8 * len(below):
            return False  # a year above years is a row of data
        if len(unlike) >= 0.8 * len(below) and len(below) >= 0.5 * len(sample):
            found = found or not pair or len({cell.kind for cell in below}) == 1
    return found


def heads_words(row: Row, body: Sequence[Row], loose: bool = False) -> bool:
    """True when short words head three or more columns of words and recur in none of them.

    The corner may be empty where names stand on the left of every row.
    """
    sample = body[:_SAMPLE_ROWS]
    columns = set(row).union(*sample)
    if loose:  # a surplus cell in a row or two is no column
        counts = {place: sum(place in other for other in sample) for place in columns}
        columns = {place for place in columns if place in row or counts[place] > len(sample) / 4}
    left = min(columns)
    corner = left not in row and all(left in other for other in sample)
    if len(columns) < 3 or len(row) < len(columns) - corner or len(sample) < (1 if loose else 2):
        return False
    names = [cell.text for cell in row.values()]
    held = {cell.text for other in sample for place, cell in other.items() if place != left}
    if any(cell.kind is not CellKind.TEXT for cell in row.values()) or held & set(names):
        return False
    return all(
        _heads(cell.text, names, [other[place].text for other in sample if place in other], loose)
        for place, cell in row.items()
    )


def _heads(name: str, names: Sequence[str], below: Sequence[str], loose: bool) -> bool:
    shape = shape_of(name)
    if name in below or shape in (Shape.MAIL, Shape.LINK):
        return False
    if shape is Shape.SENTENCE and below and all(shape_of(text) is shape for text in below):
        return False
    if len(name) > PLAIN_NAME_CHARS and not (loose and _asks(name, below)):
        return False
    return not _FIGURE.search(name) or _is_numbered(name, names, below)


def _asks(name: str, below: Sequence[str]) -> bool:
    """True for a survey's question above answers that are none or much shorter."""
    asked = sum(text.endswith("?") for text in below)
    return (name.endswith("?") and asked <= 0.2 * len(below)) or (
        bool(below) and 2 * median(map(len, below)) < len(name)
    )


def _is_numbered(name: str, others: Sequence[str], below: Sequence[str]) -> bool:
    """True for ``Phone 1`` or ``Week 1, Week 2`` or ``Jan 24, Feb 24``, but not above ``Phone 2``.

    A number that stands alone, as in ``Elm St 4``, is more likely data.
    """
    stem, figures = _FIGURE.sub("#", name), _FIGURE.findall(name)
    if any(_FIGURE.sub("#", text) == stem for text in below):
        return False
    if figures == ["1"] or _ANY_YEAR.search(name):
        return True
    return any(
        other != name and (_FIGURE.sub("#", other) == stem or _FIGURE.findall(other) == figures)
        for other in others
    )


def _column(rows: Sequence[Row], like: Row) -> list[Cell]:
    first = min(like)
    return [row[first] for row in rows if first in row]


def _same_kind(name: Cell, cell: Cell) -> bool:
    if name.kind is CellKind.NUMBER:  # a year, or `can_name` would not have let it in
        return _is_year(cell) or cell.kind is CellKind.TEXT
    return name.kind is cell.kind


def _is_amount(name: Cell, cell: Cell) -> bool:
    """True for "25 kg" below words."""
    return not _FIGURE.match(name.text) and _AMOUNT.fullmatch(cell.text) is not None


def _is_wordy(cell: Cell) -> bool:
    letters = any(char.isalpha() for char in cell.text)
    return cell.kind is CellKind.TEXT and (letters or cell.text in _SIGNS)


def _is_year(cell: Cell) -> bool:
    return _YEAR.fullmatch(cell.text) is not None


def _is_bold(row: Row) -> bool:
    return bool(row) and all(cell.bold for cell in row.values())
