"""Rows of a table that hold for a range: "5 years" is asked, "3 to 7 years" is the row; or for a
period, of which a day is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from index.analysis import question_terms, terms
from rag.comparisons.values import Value, values_in
from rag.finding import Found, held_back
from rag.periods import Day, asked_day, covers, names_day
from rag.quotable import COLUMN

_NUMBER = r"[£$€]?\s?\d(?:[\d,]*\d)?(?:\.\d+)?"
_UNIT = r"(?:\s?[^\W\d][\w²³]*|\s?%)?"
_BETWEEN = re.compile(
    rf"(?:from |between )?(?P<low>{_NUMBER})(?P<unit1>{_UNIT})\s*(?:to|and|up to|-|–|—)\s*"
    rf"(?:under |less than )?(?P<high>{_NUMBER})(?P<unit2>{_UNIT})(?! *\d)",
    re.I,
)
_FROM = re.compile(
    rf"(?:(?P<over>more than|over|above|exceeding)|from|at least|min(?:imum|\.)?) "
    rf"(?P<low>{_NUMBER})(?P<unit>{_UNIT})"
    rf"|(?P<low2>{_NUMBER})(?:\+(?P<unit2>{_UNIT})|(?P<unit3>{_UNIT}) ?(?:\+|(?:and|or) "
    r"(?:more|over|above|longer|older|heavier|upwards)))",
    re.I,
)
_UP_TO = re.compile(
    rf"(?:(?P<under>less than|under|below|fewer than)|up to|at most|no more than|not more than"
    rf"|max(?:imum|\.)?) (?P<high>{_NUMBER})(?P<unit>{_UNIT})"
    rf"|(?P<high2>{_NUMBER})(?P<unit2>{_UNIT}) (?:and|or) "
    r"(?:less|fewer|under|below|shorter|younger)",
    re.I,
)
_MEANT = 0.7  # how far a row is believed for what the reader says of a better one
_AGE = frozenset(terms("age ages"))


@dataclass(frozen=True, slots=True)
class _Range:
    """What a cell holds for, in the base of its dimension."""

    low: float
    high: float
    like: Value  #: its dimension and unit
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below


def prefer_fitting_rows(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first, rows held back whose range leaves out an amount of the question.

    Only where another row of the same document has it in its range: "for 5 years of service" wants
    the row of 3 to 7 years, not that of 8 and more. The one row whose range is of what the question
    names, "30 hours' notice" below "Notice you give", is nearly as likely as the best.
    """
    asked = [one for one in values_in(question) if one.dimension != "date"]
    day = asked_day(question)
    if not asked and day is None:
        return list(found)
    fits = [_fit(one, asked, day) if COLUMN in one.quote else None for one in found]
    fitting = {
        one.passage.chunk.document_id for one, fit in zip(found, fits, strict=True) if fit is True
    }
    kept = [
        held_back(one) if fit is False and one.passage.chunk.document_id in fitting else one
        for one, fit in zip(found, fits, strict=True)
    ]
    meant = [
        number
        for number, (one, fit) in enumerate(zip(found, fits, strict=True))
        if fit is True and _is_of(one, asked, question)
    ]
    if len(meant) == 1:
        kept[meant[0]] = _likely(kept[meant[0]], max(kept, key=lambda one: one.score))
    return sorted(kept, key=lambda one: -one.score)


def _likely(row: Found, best: Found) -> Found:
    """The row before the best candidate, and believed nearly as much."""
    if row is best:
        return row
    believed = max(row.probability, _MEANT * best.probability)
    # The reader did not mean this row, so its bare answer is a guess.
    return replace(row, score=1.001 * best.score, probability=believed, short=None)


def _is_of(row: Found, asked: Sequence[Value], question: str) -> bool:
    """Does the question name what the range of the row is of?"""
    words = set(question_terms(question)) - {term for one in asked for term in terms(one.unit)}
    for cell in row.quote.split(COLUMN):
        label, colon, value = cell.partition(": ")
        if colon and words & set(terms(label)) and any(_range(label, value, one) for one in asked):
            return True
    return False


def _fit(row: Found, asked: Sequence[Value], day: Day | None) -> bool | None:
    """Does a range of the row hold an amount that is asked about, or a period of it the day? None
    where none compares."""
    compared: list[bool] = []
    periods: list[bool] = []
    for cell in row.quote.split(COLUMN):
        label, colon, value = cell.partition(": ")
        if day is not None:
            holds = names_day(cell, day) or covers(value if colon else cell, day)
            periods += [] if holds is None else [holds]
        for one in asked:
            within = _range(label if colon else "", value if colon else cell, one)
            if within is not None:
                compared.append(within.holds(one.low))
    told = [any(some) for some in (compared, periods) if some]
    return all(told) if told else None


def _range(label: str, cell: str, asked: Value) -> _Range | None:
    """The range that a cell holds for, if it is of what is asked about."""
    text = cell.strip()
    between, onwards, up_to = (form.fullmatch(text) for form in (_BETWEEN, _FROM, _UP_TO))
    if between:
        unit = between["unit2"] or between["unit1"]
        low, high = (_value(between[part], unit, label, asked) for part in ("low", "high"))
        if low and high:
            return _Range(low.low, high.low, high)
    elif onwards:
        unit = onwards["unit"] or onwards["unit2"] or onwards["unit3"]
        low = _value(onwards["low"] or onwards["low2"], unit, label, asked)
        return _Range(low.low, inf, low, open_low=bool(onwards["over"])) if low else None
    elif up_to:
        unit = up_to["unit"] or up_to["unit2"]
        high = _value(up_to["high"] or up_to["high2"], unit, label, asked)
        return _Range(-inf, high.low, high, open_high=bool(up_to["under"])) if high else None
    return None


def _value(number: str, unit: str | None, label: str, asked: Value) -> Value | None:
    """A number of a cell with its own unit or its column's; None when it is of another kind."""
    units = [unit.strip()] if unit and unit.strip() else re.findall(r"[^\W\d_]+|%", label)
    units += ["years"] if not unit and _AGE & set(terms(label)) else []
    for one in (*units, ""):
        read = values_in(f"{number.strip()} {one}".strip())
        if len(read) == 1 and read[0].dimension == asked.dimension:
            same = set(terms(asked.unit)) & set(terms(f"{one} {label}"))
            if asked.dimension or same:
                return read[0]
    return None
