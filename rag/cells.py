"""The cells of a table's row, and which of them answers: that of the column asked for."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.analysis import question_terms
from rag.checking.dates import moments
from rag.codes import codes
from rag.periods import asked_day, covers
from rag.quotable import COLUMN

_LABEL = ": "
_NOTHING = frozenset(("", "-", "–", "—", "n/a"))
_CHOICE = re.compile(r"\bor\b", re.I)
_HOW_MUCH = re.compile(
    r"\bhow (?:much|many|long|old|far|high|tall|wide|deep|big|heavy|hot|cold)\b", re.I
)
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.I)
_WHEN = re.compile(r"\b(?:when|what time|which day|what day|what date)\b", re.I)
_WHICH = re.compile(r"\b(?:which|what)\s+(\w+)", re.I)  # "which weeks"
_SINCE = re.compile(r"\b(?:since|from|until|till|before|after)\b", re.I)
#: Of a question that no column's name can tell the answer of.
_ELSEWHERE = re.compile(r"\b(?:where|why)\b", re.I)
_TIME = re.compile(r"\d:\d\d\b|\d\s?(?:[ap]\.?m|h|Uhr)\b", re.I)
_OLD = re.compile(r"\b(?:original(?:ly)?|old|former(?:ly)?|previous(?:ly)?)\b", re.I)
_NEW = re.compile(
    r"\b(?:new|now|current(?:ly)?|revised|amended|from (?:amendment|version|revision|issue))\b",
    re.I,
)
_FORMER = re.compile(
    r"\b(?:was|were|did|used to|old|original(?:ly)?|former(?:ly)?|previous(?:ly)?|before|until"
    r"|default|initial(?:ly)?|start(?:ing)?|first)\b",
    re.I,
)
_PERSON = re.compile(r"[^\W\d_a-z][\w.'’-]*|and|von|van|de|du")
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
    if _CHOICE.search(question) or _ELSEWHERE.search(question):
        return short
    asked, names = set(question_terms(question)), codes(question)
    named, unnamed = set[str](), list[tuple[str, str]]()
    for place, (label, value) in enumerate(cells_of(row)):
        own = set(question_terms(value))
        if is_named(value, asked, names, label) or (place == 0 and own & asked):
            named |= own | _said(label)
        elif label and value.casefold() not in _NOTHING and _may_answer(question, value):
            unnamed.append((label, value))
    noun = _WHICH.search(question)
    asked_for = set(question_terms(noun[1])) if noun else set()
    if any(asked_for & _said(label) for label, _ in cells_of(row)):  # "which member": no other cell
        unnamed = [
            (label, value)
            for label, value in unnamed
            if asked_for & _said(label) and not _SINCE.search(label)
        ]
    said = [len(_said(label) & (asked - named)) for label, _ in unnamed]
    best = max(said, default=0)
    if best and said.count(best) > 1:  # "lambs" is "Lambs", and not "Lambed"
        said = [
            n + _is_written(label, question) for n, (label, _) in zip(said, unnamed, strict=True)
        ]
        best = max(said)
    if best and said.count(best) == 1:
        return unnamed[said.index(best)][1]
    then = _of_the_day(question, row, short)
    if then is not None:
        return then
    newer = None if _FORMER.search(question) else _newer(row, short)
    if newer is not None:
        return newer
    return None if short is not None and is_named(short, asked, names) else short


def _of_the_day(question: str, row: str, short: str | None) -> str | None:
    """The one cell whose column is of the day asked about, where another or none was taken."""
    day = asked_day(question)
    if day is None:
        return None
    held = [(covers(label, day), value) for label, value in cells_of(row)]
    if short is not None and (False, short) not in held:
        return None
    then = [value for holds, value in held if holds]
    return then[0] if len(then) == 1 else None


def _newer(row: str, short: str | None) -> str | None:
    """Of "Original: 168 | From Amendment 2: 176" the newer, where the older was taken."""
    cells = cells_of(row)
    old = [label for label, value in cells if value == short and _OLD.search(label)]
    new = [value for label, value in cells if _NEW.search(label) and value != short]
    alike = bool(new) and short is not None and _figured(new[0]) == _figured(short)
    return new[0] if old and len(new) == 1 and alike else None


def _figured(value: str) -> bool:
    return any(map(str.isdigit, value))


def _may_answer(question: str, value: str) -> bool:
    """Is the cell of the kind asked for: figures for "how much", a name for "who", a day or a time
    for "when"?"""
    if _HOW_MUCH.search(question):
        return _figured(value)
    if _WHO.search(question):
        named = [word for word in re.split(r"[\s,&]+", value) if word]
        return bool(named) and all(map(_PERSON.fullmatch, named))
    if _WHEN.search(question):
        return bool(moments(value)[0]) or _TIME.search(value) is not None
    return True


def _is_written(label: str, question: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(label)}(?!\w)", question, re.I) is not None


def _said(label: str) -> set[str]:
    """What a column's name says of its own."""
    return set(question_terms(label)) - _FILLING
