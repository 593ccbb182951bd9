"""What a table leaves empty: "which invoices are not paid?", "what is Ann Lee's locker?".

A reader answers with words and cannot point at a cell that holds none; it takes another one. Here
the row is quoted, and said that it leaves the column empty. In doubt the question goes the usual
way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.analysis import question_terms, terms
from rag.cells import cells_of, is_named
from rag.codes import codes
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.tables import (
    TableAnswer,
    column,
    is_sum,
    labels_of,
    of_day,
    repeats,
    rows_named,
    tables_of,
    title_of,
    words_of,
)
from rag.types import Passage

_NOT = re.compile(
    r"\b(?:not|never|no|without|lacks?|lacking|missing|nobody|no[ -]one)\b|n['’]?t\b"
    r"|\bun(?=paid\b)",
    re.I,
)
_NEVER = re.compile(r"\b(?:never|ever)\b", re.I)
_WHICH = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?:which|what|who|whose|when|how many|list|show|are there)\b",
    re.I,
)
_LIMITED = re.compile(
    r"\b(?:more|less|fewer|over|under|above|below|before|after|since|until|between|except|besides"
    r"|or|why|how (?!many)|if|when .+ not|who (?:should|can|must|does|may)"
    r"|what (?:do|does|should)\b.+\bno|not (?:an?|the))\b",
    re.I,
)
_NO = frozenset(("no", "n", "false", "not yet", "✗", "✘"))
_YES = frozenset(("yes", "y", "true", "✓", "✔", "x"))
_SAYS_NONE = frozenset("none nil n/a na closed unknown tbc tba nobody nothing".split()) | {"no one"}
_DASHES = frozenset(("", "-", "–", "—"))
_MOST_SHOWN = 30
#: Words of a question that say nothing of a row.
_LIGHT = frozenset(
    terms(
        "number no name date day one have has had been be do did does get got give given yet still "
        "any all list show there row entry people person not never without lack lacks lacking "
        "missing outstanding open item hasn haven didn isn aren doesn don hasnt havent didnt down "
        "what which when where who come came bring brought sent send put book booked run ran "
        "anything anybody nobody nothing hasnt"
    )
)
_MONEY = frozenset(terms("pay paid deposit fee subs amount"))
_ENDS = frozenset(terms("end ends until due date"))
_DONE = re.compile(
    r"\b(?:signed|paid|returned|received|checked|done|approved|collected|confirmed)$", re.I
)
#: What a column may be called for a word of the question.
_FORMS = {
    terms(word)[0]: set(terms(forms))
    for word, forms in {
        "pay": "pay payment",
        "payment": "pay payment",
        "unpaid": "pay payment",
        "sign": "sign signature",
        "unsigned": "sign signature",
        "back": "return back",
        "return": "return back",
    }.items()
}


def rows_without(
    question: str, passages: Sequence[Passage], documents: Documents
) -> TableAnswer | None:
    """All rows of the one table with the column asked for that leave it empty or say no, where
    those without are asked for."""
    if not (_NOT.search(question) and _WHICH.match(question)):
        return None
    return _the_one(question, passages, documents, _without)


def blank_row(
    question: str, passages: Sequence[Passage], documents: Documents
) -> TableAnswer | None:
    """The row of the thing asked about, where it leaves the column asked for empty."""
    if _NOT.search(question):
        return None
    return _the_one(question, passages, documents, _blank)


def _the_one(
    question: str, passages: Sequence[Passage], documents: Documents, tell: _Tell
) -> TableAnswer | None:
    """What the one table tells of which that can be told.

    Every word of the question has to be known of the column, the rows, the table or its title.
    """
    asks = set(question_terms(question))
    if _LIMITED.search(question):
        return None
    shown = [p for p in passages if any(_is_said(label, asks) for label in _shown(p))]
    told = [tell(question, rows, asks) for rows in tables_of(shown, documents)]
    found = [one for one in told if one is not None]
    return found[0] if len(found) == 1 else None


_Tell = Callable[[str, Sequence[Found], set[str]], TableAnswer | None]


def _shown(passage: Passage) -> set[str]:
    rows = [line for line in passage.chunk.text.split("\n") if COLUMN in line]
    return {label for row in rows for label, _ in cells_of(row) if label}


def _blank(question: str, rows: Sequence[Found], asks: set[str]) -> TableAnswer | None:
    label = _label(rows, asks, frozenset())
    if label is None:
        return None
    rest, names = _rest(label, asks), codes(question)
    named = [
        row
        for row in rows
        if any(name and is_named(value, rest, names, name) for name, value in cells_of(row.quote))
    ]
    kept = _of_all_asked(named, rows, rest, names)
    return _told(kept, label, "") if len(kept) == 1 and not column(kept, label)[0] else None


def _without(question: str, rows: Sequence[Found], asks: set[str]) -> TableAnswer | None:
    label = _label(rows, asks, _NO)
    none = _NOT.search(question)
    left_out = set(terms(question[none.end() :])) - _LIGHT if none else set()
    if label is not None and left_out and not _is_said(label, left_out):
        return None  # "which locker has no key?" where no locker is told
    if label is None or (_NEVER.search(question) and repeats(question, rows)):
        return None  # what one row leaves empty another may tell
    if any(cell.strip().casefold() in _SAYS_NONE for cell in column(rows, label)):
        return None
    items, days = of_day(question, [row for row in rows if not is_sum(row)], title_of(rows))
    kept = _of_all_asked(items, rows, _rest(label, asks) - days, codes(question))
    cells = [cell.strip().casefold() for cell in column(kept, label)]
    if any(cell in _NO for cell in cells):
        if not all(cell in _NO | _YES for cell in cells):
            return None
        some = [row for row, cell in zip(kept, cells, strict=True) if cell in _NO]
        return _told(some, label, column(some, label)[0])
    some = [row for row, cell in zip(kept, cells, strict=True) if cell in _DASHES]
    return _told(some, label, "") if some else None


def _label(rows: Sequence[Found], asks: set[str], also: frozenset[str]) -> str | None:
    """The one column that is asked for and that some rows leave empty, others not."""
    found = []
    for label in labels_of(rows):
        cells = [cell.strip().casefold() for cell in column(rows, label)]
        empty = sum(cell in _DASHES | also for cell in cells)
        if _is_said(label, asks) and 0 < empty < len(cells):
            found.append((label, tuple(cell in _DASHES | also for cell in cells)))
    return found[0][0] if len({empty for _, empty in found}) == 1 else None


def _rest(label: str, asks: set[str]) -> set[str]:
    """What is asked beside the column."""
    rest = {term for term in asks if not _FORMS.get(term, {term}) & set(terms(label))} - _LIGHT
    return rest - _MONEY if _MONEY & set(terms(label)) else rest  # "who has not paid a deposit"


def _of_all_asked(
    some: Sequence[Found], rows: Sequence[Found], asks: set[str], names: set[str]
) -> Sequence[Found]:
    """Those of some rows of a table that are of what is asked; none where that is not known."""
    if not some:
        return []
    around = set(terms(f"{' '.join(labels_of(rows))} {title_of(rows)}"))
    kept = rows_named(some, asks, names, around)
    held = set.intersection(*map(words_of, kept)) if kept else set()
    return [] if asks - held - around else kept


def _is_said(label: str, asks: set[str]) -> bool:
    own = set(question_terms(label)) - _LIGHT
    meant = asks.union(*(_FORMS.get(term, ()) for term in asks))
    done = _DONE.search(label)  # "Form signed", "Guarantee ends"
    said = bool(own - _ENDS) and own - _ENDS <= meant
    return said or (done is not None and set(terms(done[0])) <= meant)


def _told(rows: Sequence[Found], label: str, value: str) -> TableAnswer | None:
    if len(rows) > _MOST_SHOWN:
        return None
    several = f"{len(rows)} rows" if len(rows) > 1 else "1 row"
    if value:
        short = f"{several} {'say' if len(rows) > 1 else 'says'} “{value}” under “{label}”"
    else:
        short = f"{several} leave “{label}” empty" if len(rows) > 1 else f"“{label}” is left empty"
    return TableAnswer(tuple(rows), short, (0.0, 0), frozenset(labels_of(rows)))
