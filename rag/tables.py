"""Whole tables behind the passages that show rows of them, their columns, and the rows that a
question names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.analysis import terms
from index.types import Block, BlockKind, Document
from rag.cells import cells_of, is_named
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.rows import row_beside, section_of
from rag.types import Passage

_TABLES = 5  # passages whose tables are looked at
_MOST_ROWS = 500
_BELIEVED = 0.75  # as two things compared by named rows and columns are
_SAID_OF_IT = re.compile(r"[,;(]|\b(?:in|of|for|to|with|on|per|at|from|and|or)\b", re.I)
_SUM = re.compile(
    r"(?:[Gg]rand |[Ss]ub-?)?\s*(?:[Tt]otals?|TOTALS?|[Ss]ubtotals?|[Ss]ums?|[Aa]verage|[Mm]ean"
    r"|[Oo]verall)\b|[Aa]ll(?: [a-z]\w*)?$"
)


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """The rows of a table that answer together, and the bare answer; no rows where the table has
    the column that is meant and cannot tell."""

    rows: tuple[Found, ...]
    short: str | None
    fit: tuple[float, int]  #: how well the column's name fits what is asked, and the table's own
    labels: frozenset[str]  #: of the table


def the_one(told: Iterable[TableAnswer | None]) -> TableAnswer | None:
    """The answer of the table that fits best; None where it has none, or another of its shape fits
    as well: they may be parts of one, and nothing says which of them is meant."""
    answers = [one for one in told if one is not None]
    best = max((one.fit for one in answers), default=(0.0, 0))
    level = [one for one in answers if one.fit == best]
    if not level or not level[0].rows or any(one.labels == level[0].labels for one in level[1:]):
        return None
    return level[0]


def tables_of(passages: Sequence[Passage], documents: Documents) -> Iterator[list[Found]]:
    """The whole tables that the best passages show rows of, at least two rows each, each once."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for passage in passages[:_TABLES]:
        yield from _tables(passage, documents, seen)


def column(rows: Sequence[Found], label: str) -> list[str]:
    """What each row says in a column, nothing where it leaves it out."""
    return [dict(cells_of(row.quote)).get(label, "") for row in rows]


def labels_of(rows: Sequence[Found]) -> list[str]:
    """The names of the columns, each once, in their order."""
    return list(dict.fromkeys(label for row in rows for label, _ in cells_of(row.quote) if label))


def is_sum(row: Found) -> bool:
    """Is it the row of totals or of averages?"""
    return any(_SUM.match(value) for _, value in cells_of(row.quote)[:2])


def is_name(value: str) -> bool:
    """Does a cell say in words what a row is of?"""
    return sum(map(str.isalpha, value)) > 2


def is_running(numbers: Sequence[float]) -> bool:
    """Are they running numbers, each one more than that before it?"""
    return len(numbers) > 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def rows_named(
    rows: Sequence[Found], asks: set[str], names: set[str], around: set[str]
) -> Sequence[Found]:
    """The rows that hold what the question names, or are called by a word of it; all where it names
    nothing of theirs.

    A word that stands ``around`` the rows as well tells no row from another but where it is what a
    row is: of doors and windows "Stable door" is a door, "Vents in every window" is no window.
    """
    cells = [cells_of(row.quote) for row in rows]
    named = {
        (label, value)
        for some in cells
        for label, value in some
        if label and is_named(value, asks, names, label) and not set(terms(value)) <= around
    }
    kept = [row for row, some in zip(rows, cells, strict=True) if named <= set(some)]
    for term in asks - {term for _, value in named for term in terms(value)}:
        holding = [row for row in kept if term in terms(_thing(row))]
        if not holding and term not in around:
            holding = [row for row in kept if term in words_of(row)]
        kept = holding or kept
    return kept


def words_of(row: Found) -> set[str]:
    """The terms of its values."""
    return {term for _, value in cells_of(row.quote) for term in terms(value)}


def _tables(
    passage: Passage, documents: Documents, seen: dict[str, list[tuple[int, int]]]
) -> Iterator[list[Found]]:
    """Those of one passage; ``seen`` are the places of tables, by document."""
    chunk = passage.chunk
    if COLUMN not in chunk.text or (document := documents(chunk.document_id)) is None:
        return
    whole = Found(passage, chunk.start, chunk.end, _BELIEVED, 1.0)
    known = seen.setdefault(document.id, [])
    at = chunk.start
    for line in chunk.text.split("\n"):
        labels = _labels(line) if COLUMN in line else frozenset()
        if labels and not any(start <= at < end for start, end in known):
            rows = [b for b in section_of(document, at) if b.kind is BlockKind.TABLE_ROW]
            beside = _beside(document, rows, labels) if len(rows) <= _MOST_ROWS else []
            ends = beside or rows or [Block(BlockKind.TABLE_ROW, at, at + 1)]
            known.append((ends[0].start, ends[-1].end))
            if len(beside) > 1:
                yield [row_beside(whole, document, one.start, one.end) for one in beside]
        at += len(line) + 1


def _beside(document: Document, rows: Sequence[Block], labels: frozenset[str]) -> list[Block]:
    """The rows that share half of the labels: empty cells are left out of a row, with theirs."""
    beside = []
    for row in rows:
        own = _labels(document.text[row.start : row.end])
        if own and 2 * len(labels & own) >= min(len(labels), len(own)):
            beside.append(row)
    return beside


def _labels(row: str) -> frozenset[str]:
    return frozenset(label for label, _ in cells_of(row) if label)


def _thing(row: Found) -> str:
    """What a row is of, without what is said of it: "Sash window" of "Sash window, single"."""
    called = next((value for _, value in cells_of(row.quote) if is_name(value)), "")
    return _SAID_OF_IT.split(called)[0]
