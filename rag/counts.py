"""The rows of a table counted: "how often did we buy from Halden?", "how many are in the safe?"

Where a column says how many, or a word of the question is known of no row, there is no answer from
here, and the question goes the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import terms
from rag.asked_rows import AskedRows
from rag.cells import cells_of
from rag.comparisons.columns import is_empty
from rag.figures import CURRENCY, figures_of
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.sums import LIMITED, TOTAL
from rag.tables import (
    MOST_SHOWN,
    NO_QUANTITIES,
    TableAnswer,
    are_days,
    column,
    is_sum,
    tables_of,
)
from rag.types import Passage

_THINGS = re.compile(r"\bhow many\s+(?:of (?:the|our|my|them|these)\s+)?([\w'’-]+)", re.I)
_TIMELESS = frozenset(terms("time times"))
#: "How many are", "how many things": the rows themselves, whatever they are.
_ANYTHING = frozenset(
    terms("thing item one row entry people person are is were was do does did have has went go")
)
_STILL = re.compile(
    r"(?:(?<=\b(?:are|was|has) )|(?<=\bwere ))(?:still|now|currently) "
    r"(?=(?!(?:to|be|being|in|at|on)\b)\w+\W*$)",
    re.I,
)
_NUMBER_OF = re.compile(r"\b(?:no|nr|numbers?|amount|count|total)s?\.? of\b|\bhow many\b", re.I)
_A_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
    r"|hundred|dozens?)\b",
    re.I,
)
_WITHOUT = re.compile(r"\b(?:no(?!\.)|none|never|nobody|lack\w*|missing)\b", re.I)
_TIMES = re.compile(r"\bhow (?:often|many times)\b", re.I)
_COUNTED = re.compile(r"^\W*(?:(?:and|so|but)\s+)?how (?:many|often)\b", re.I)


def counted_rows(
    question: str, passages: Sequence[Passage], documents: Documents
) -> TableAnswer | None:
    """The rows that are counted, of the one table that can tell; None where the question is for a
    figure that stands in a column, or a word of it is known of no row."""
    limits = (LIMITED, TOTAL, _WITHOUT)
    if not _COUNTED.match(question) or any(one.search(question) for one in limits):
        return None
    plain = _STILL.sub("", question)  # "are still open", and not "are still to be paid"
    whole = not _is_told(_things(question), passages)
    told = [_counted(plain, rows, whole=whole) for rows in tables_of(passages, documents)]
    found = [one for one in told if one is not None]
    return found[0] if len(found) == 1 else None


def _is_told(noun: set[str], passages: Sequence[Passage]) -> bool:
    """Does a passage outside its tables say a number of such things: "the club has 140 members"?"""
    return any(
        noun <= set(terms(line)) and _A_NUMBER.search(line) is not None
        for passage in passages
        for line in passage.chunk.text.split("\n")
        if COLUMN not in line
    )


def _counted(question: str, rows: Sequence[Found], *, whole: bool) -> TableAnswer | None:
    """Those of one table; all of them only where a ``whole`` list may be counted."""
    asked = AskedRows.of(question, rows)
    kept = asked.rows
    if not 0 < len(kept) <= MOST_SHOWN or asked.counts:
        return None
    noun = _things(question)
    things = _are_things(noun, asked)
    if things:  # "invoices" are the rows, whatever columns are called "invoice date"
        asked = replace(asked, title=asked.title | noun)
    if len(kept) == sum(not is_sum(row) for row in rows):  # the whole list, by its own name
        if not (whole and things and asked.is_of_all):
            return None
    elif not (things or noun <= _ANYTHING or _TIMES.search(question) or _say(kept, noun)):
        return None
    if not asked.knows(asked.name) or _tells_numbers(noun, asked):
        return None
    short = f"{len(kept)} rows" if len(kept) > 1 else "1 row"
    return TableAnswer(tuple(kept), short, (0.0, 0), frozenset(asked.labels))


def _say(rows: Sequence[Found], noun: set[str]) -> bool:
    """Is the noun what a cell of each row says, "vegetarian"?"""
    return all(any(set(terms(value)) == noun for _, value in cells_of(row.quote)) for row in rows)


def _are_things(noun: set[str], asked: AskedRows) -> bool:
    """Does "how many" ask for as many things as there are rows?"""
    firsts = [label for label in asked.labels[:2] if noun & set(terms(label))]
    if not noun or not (firsts or noun <= asked.title):
        return False
    columns = [column(asked.rows, label) for label in firsts]
    return all(len(set(cells)) == len(cells) for cells in columns)


def _tells_numbers(noun: set[str], asked: AskedRows) -> bool:
    """Does a column say how many, or of how many pieces a row is?"""
    if any(noun & set(terms(label)) and _NUMBER_OF.search(label) for label in asked.labels):
        return True
    for label in asked.labels:
        cells = [cell for cell in column(asked.rows, label) if not is_empty(cell)]
        figures = None if are_days(cells) else figures_of(cells)  # "2 May" is no number of things
        whole = figures and all(
            one.number.as_tuple().exponent == 0 and not one.before for one in figures
        )
        if whole and not (NO_QUANTITIES.search(label) or CURRENCY.search(label)):
            return True
    return False


def _things(question: str) -> set[str]:
    """The terms of what "how many" asks for."""
    things = _THINGS.search(question)
    return set(terms(things[1])) - _TIMELESS if things else set()
