"""Rows of a table and what a question names: a row of another thing is no answer, and a list has
all that hold what is named.

That is a code ("VD-22"), a unit ("flat B", "level 2"), a year, a month, a day, or all the words of
a cell.
Which cell of a row answers is in ``rag.cells``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.analysis import question_terms, terms
from index.chunking import span_pages
from index.types import Block, BlockKind, Document
from rag.cells import cells_of, is_named
from rag.checking.dates import Moment, moments
from rag.codes import codes
from rag.finding import Found, held_back
from rag.quotable import COLUMN
from rag.weekdays import WEEKDAYS

#: Before a day that is a limit and not the day of what is asked for.
_LIMIT = re.compile(
    r"\b(?:before|after|until|till|since|by|from|between|to|than|up to|as of|on or)\s+(?:the\s+)?$",
    re.I,
)
#: Before the last month of several: "jan-mar 2025", "May and June 2025".
_SPAN = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*"
    r"(?:[-–/,&]|to|till|until|through|and|or)\s*$",
    re.I,
)
_NOT_ALL = re.compile(
    r"\b(?:not|no|never|without|or|and|but|except|besides|other than|apart from|more|less|fewer|"
    r"least|most|over|under|above|below|before|after|since|until|between)\b|n['’]t\b",
    re.I,
)
_HOW_MANY = re.compile(r"\bhow many\s+(?P<things>[\w'’-]+(?:\s+[\w'’-]+)?)", re.I)
_QUANTITY = frozenset(terms("quantity number count amount stock pieces"))
#: Labels of days from which or up to which a row holds.
_BOUND = re.compile(r"\b(?:from|since|until|till|valid|starts?|ends?|before|after|by|due)\b", re.I)
_MOST_ROWS = 15  # of a list; more are a table to be read where it stands
_MEANT = 0.7  # how far a row is believed for what the reader says of one beside it
_WEEKDAYS = frozenset(terms(" ".join(WEEKDAYS)))
_LONGEST_DAY = 24  # characters of a cell that is a day: "Saturday 25 July 2026"


def prefer_named_rows(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first, rows held back that lack something named which another row holds.

    "Price of the VD-22" wants the row of the VD-22, however well that of the VD-17 reads, told
    apart document by document; "Ann Lee's phone" wants the row of Ann Lee, though it may hold no
    number, told apart table by table. Held back, too, are rows of another day than the one asked
    about, and those that name as much as one of the same document but lack the column asked for.
    In the place of a row that is held back comes that beside it which names more. Sentences stay as
    they are.
    """
    asked = _Asked.of(question)
    tables: dict[str, list[_Fit]] = defaultdict(list)
    for chunk in {one.passage.chunk.id: one.passage.chunk for one in found}.values():
        # The row that is asked about may hold no answer, and so be no candidate.
        rows = [line for line in chunk.text.split("\n") if COLUMN in line]
        tables[chunk.document_id] += [asked.fit(row, chunk.headings) for row in rows]
    fits = [
        asked.fit(one.quote, one.passage.chunk.headings) if COLUMN in one.quote else None
        for one in found
    ]
    codes_held: dict[str, int] = defaultdict(int)
    for one, fit in zip(found, fits, strict=True):
        held = codes_held[one.passage.chunk.document_id]
        codes_held[one.passage.chunk.document_id] = max(held, fit.codes if fit else 0)
    of_day = any(
        row.day is not None and asked.days and row.is_of_day
        for rows in tables.values()
        for row in rows
    )
    kept: dict[tuple[str, int, int], Found] = {}
    for one, fit in zip(found, fits, strict=True):
        document = one.passage.chunk.document_id
        told = [one]
        if fit is not None and (
            fit.codes < codes_held[document]
            or (of_day and not fit.is_of_day)
            or _is_other(fit, tables[document])
        ):
            told = [held_back(one), *_meant(one, fit, asked)]
        for some in told:
            key = (document, some.start, some.end)
            if key not in kept or kept[key].score < some.score:
                kept[key] = some
    return sorted(kept.values(), key=lambda one: -one.score)


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a row fits what a question names."""

    labels: frozenset[str]
    codes: int  #: codes of the question that it or a heading above it holds
    named: int  #: these and all else that is named by both
    shared: int  #: words of the question in its values
    has_column: bool  #: whether it has a column that is asked for
    day: Moment | None  #: its one day
    is_of_day: bool  #: whether that is the day asked about; True where none is

    def is_beside(self, other: _Fit) -> bool:
        """Are both rows of one table? Empty cells are left out of a row, with their labels."""
        if not self.labels or not other.labels:
            return self.labels == other.labels
        return 2 * len(self.labels & other.labels) >= len(self.labels | other.labels)


def _is_other(fit: _Fit, rows: Sequence[_Fit]) -> bool:
    """Is a row of another thing than the one asked about, of which there is one among the rows?"""
    table = [row for row in rows if fit.is_beside(row)]
    days = {row.day.readings for row in table if row.day is not None}
    lacks_column = not fit.has_column and any(
        row.has_column and row.named == fit.named > 0 for row in rows
    )
    other_day = not fit.is_of_day and len(days) > 1
    # "Ann Lee-Smith" is not behind "Ann" where Ann Lee is asked about. Without labels a first cell
    # is one: "Guarantor | Mrs Lee".
    other = any(
        row.named > fit.named and (row.shared > fit.shared or not row.labels) for row in table
    )
    return lacks_column or other_day or other


def _meant(one: Found, fit: _Fit, asked: _Asked) -> list[Found]:
    """The row beside one of another thing that names most of what is asked, where it is one alone
    and does not lack the column that the other has.

    The reader may know the table and not the row: that row is nearly as likely.
    """
    chunk, at = one.passage.chunk, one.passage.chunk.start
    beside: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for line in chunk.text.split("\n"):
        row = asked.fit(line, chunk.headings) if COLUMN in line else None
        if (
            row is not None
            and row.labels
            and fit.is_beside(row)
            and row.is_of_day
            and row.named > fit.named
            and (row.has_column or not fit.has_column)
        ):
            beside[row.named, row.shared].append((at, at + len(line)))
        at += len(line) + 1
    best = beside[max(beside)] if beside else []
    return [
        replace(
            one,
            start=start,
            end=end,
            short=None,
            score=one.score * _MEANT,
            probability=one.probability * _MEANT,
        )
        for start, end in (best if len(best) == 1 else ())
    ]


def rows_alike(question: str, best: Found, document: Document) -> list[Found]:
    """All rows of the best one's table that hold what it holds of the question.

    "Which members play tennis?" is answered by every row whose sport is tennis. Empty where the
    best one holds nothing of the question, where it is alone, where there are too many, and where
    the question leaves some out or compares ("not", "or", "more than").
    """
    if _NOT_ALL.search(question):
        return []
    asked, names = set(question_terms(question)), codes(question)
    cells = cells_of(best.quote)
    keys = {(label, value) for label, value in cells if is_named(value, asked, names, label)}
    labels = {label for label, _ in cells}
    rows = []
    for block in section_of(document, best.start) if keys else ():
        text = document.text[block.start : block.end]
        if block.kind is not BlockKind.TABLE_ROW or not keys <= set(cells_of(text)):
            continue
        own = {label for label, _ in cells_of(text)}
        if own <= labels or labels <= own:
            rows.append(row_beside(best, document, block.start, block.end))
    return rows if 2 <= len(rows) <= _MOST_ROWS else []


def counts_rows(question: str, row: str) -> bool:
    """Does "how many" ask for rows like this one, and for no figure that stands in it?

    "How many members play tennis?" counts them, "how many packs of D-20 are left" does not where a
    column says how many packs.
    """
    match = _HOW_MANY.search(question)
    if match is None:
        return False
    counted = set(question_terms(match["things"])) | _QUANTITY
    return not any(
        counted & {*terms(label), *terms(value)}
        and any(map(str.isdigit, value))
        and not _days(value)
        for label, value in cells_of(row)
    )


def section_of(document: Document, place: int) -> list[Block]:
    """What stands between the heading above a place and the next one."""
    blocks = document.blocks
    headings = [n for n, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    first = max((n for n in headings if blocks[n].start <= place), default=-1)
    last = min((n for n in headings if blocks[n].start > place), default=len(blocks))
    return list(blocks[first + 1 : last])


def row_beside(best: Found, document: Document, start: int, end: int) -> Found:
    """Another row of the document, believed as the best one is, as a passage of its own."""
    pages = tuple(span_pages(document.blocks, start, end))
    chunk = replace(
        best.passage.chunk, start=start, end=end, text=document.text[start:end], pages=pages
    )
    passage = replace(best.passage, chunk=chunk)
    return replace(best, passage=passage, start=start, end=end, short=None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question names."""

    codes: frozenset[str]
    words: frozenset[str]  #: its terms but small words: "no" names no cell that says "No"
    pairs: frozenset[tuple[str, str]]  #: neighbours: "level 2"
    days: tuple[Moment, ...]  #: the day or month that is no limit

    @classmethod
    def of(cls, question: str) -> _Asked:
        found, _ = moments(question)
        days = tuple(
            one
            for one in found
            if _is_day(one) or (_is_month(one) and not _SPAN.search(question[: one.start]))
            if not _LIMIT.search(question[: one.start])
        )
        return cls(
            frozenset(codes(question)),
            frozenset(question_terms(question)),
            frozenset(pairwise(terms(question))),
            days if len(found) == 1 else (),
        )

    def fit(self, row: str, headings: Iterable[str] = ()) -> _Fit:
        """How the row fits; the headings count for its codes, as a table may be all about Q3."""
        held = count = len(self.codes & codes(" ".join((row, *headings))))
        has_column, told = False, list[Moment]()
        cells = cells_of(row)
        for label, value in cells:
            days = [] if _BOUND.search(label) else _days(value)
            told += days if len(days) == 1 else ()
            if (
                is_named(value, self.words, self.codes)
                or (*terms(label)[-1:], value) in self.pairs
                or any(_may_be_one(asked, one) for asked in self.days for one in days)
                or (days and self.words & _WEEKDAYS & set(terms(value)))
            ):
                count += 1
            elif label and set(question_terms(label)) <= self.words:
                has_column = True
        day = told[0] if len(told) == 1 else None
        # "Invoice May | 02/06/2026" is of the month that it names
        of_month = any(_is_month(one) and self._named_in(cells, one) for one in self.days)
        return _Fit(
            frozenset(label for label, _ in cells if label),
            held,
            count,
            len(self.words & {term for _, value in cells for term in terms(value)}),
            has_column,
            day,
            not self.days or day is None or of_month or _may_be_one(self.days[0], day),
        )

    @staticmethod
    def _named_in(cells: Iterable[tuple[str, str]], month: Moment) -> bool:
        """Does a cell that is no day hold the month?"""
        return any(
            _may_be_one(month, one)
            for _, value in cells
            if not _days(value)
            for one in moments(value)[0]
            if not one.year_only
        )


def _is_month(one: Moment) -> bool:
    return all(month is not None and day is None for _, month, day in one.readings)


def _may_be_one(one: Moment, other: Moment) -> bool:
    """Does no part of two days differ? The year of a row may stand in the title."""
    return any(
        all(a is None or b is None or a == b for a, b in zip(wanted, held, strict=True))
        for wanted in one.readings
        for held in other.readings
    )


def _days(value: str) -> list[Moment]:
    """The days of a cell that holds little else."""
    if len(value) > _LONGEST_DAY:
        return []
    return [one for one in moments(value)[0] if _is_day(one)]


def _is_day(one: Moment) -> bool:
    return all(month is not None and day is not None for _, month, day in one.readings)
