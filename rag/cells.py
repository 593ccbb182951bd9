"""The cells of a table's row, and which of them answers: that of the column asked for."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.analysis import question_terms
from rag.codes import codes
from rag.quotable import COLUMN

_LABEL = ": "
_NOTHING = frozenset(("", "-", "–", "—", "n/a"))
_CHOICE = re.compile(r"\bor\b", re.I)
_HOW_MUCH = re.compile(
    r"\bhow (?:much|many|long|old|far|high|tall|wide|deep|big|heavy|hot|cold)\b", re.I
)
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.I)
_FILLING = frozenset(question_terms("per no number name each"))  # of labels, said of many columns


def cells_of(row: str) -> list[tuple[str, str]]:
    """Label and value of each cell, the label empty where it has none.

    >>> cells_of("Part: VD-17 | 91.00")
    [('Part', 'VD-17'), ('', '91.00')]
    """
    found = []
    for cell in row.split(COLUMN):
        label, colon, value = cell.partition(_LABEL)
        found.append((label.strip(), value.strip()) if colon else ("", cell.strip()))
    return found


def is_named(value: str, asked: Collection[str], names: Collection[str], label: str = "") -> bool:
    """Are all words of a cell among the terms asked, and its codes among the ``names`` there?

    A number names nothing but with its label: "level 2".
    """
    if not any(map(str.isalpha, value)):
        value = f"{label} {value}" if label else ""
    own = question_terms(value)
    return bool(own) and all(term in asked for term in own) and codes(value) <= set(names)


def asked_cell(question: str, row: str, short: str | None) -> str | None:
    """The bare answer of a row: the value of the one column whose name says most of the question.

    Cells that only say what was asked are none, nor is the first one if it says some of it. What
    the reader took, ``short``, stays where no column stands out, unless it repeats the question.
    """
    if _CHOICE.search(question):
        return short
    asked, names = set(question_terms(question)), codes(question)
    named, unnamed = set[str](), list[tuple[str, str]]()
    for place, (label, value) in enumerate(cells_of(row)):
        own = set(question_terms(value))
        if is_named(value, asked, names, label) or (place == 0 and own & asked):
            named |= own | _said(label)
        elif label and value.casefold() not in _NOTHING and _may_answer(question, value):
            unnamed.append((label, value))
    said = [len(_said(label) & (asked - named)) for label, _ in unnamed]
    best = max(said, default=0)
    if best and said.count(best) == 1:
        return unnamed[said.index(best)][1]
    return None if short is not None and is_named(short, asked, names) else short


def _may_answer(question: str, value: str) -> bool:
    """Is the value of the kind asked for: figures for "how much", letters for "who"?"""
    if _HOW_MUCH.search(question):
        return any(map(str.isdigit, value))
    return not _WHO.search(question) or any(map(str.isalpha, value))


def _said(label: str) -> set[str]:
    """What a column's name says of its own."""
    return set(question_terms(label)) - _FILLING
