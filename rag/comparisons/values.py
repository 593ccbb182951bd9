"""Figures and dates of sentences as values of which two can be set side by side.

Which value of a sentence answers is told by the reader's span, in a row of a table by the words of
its columns. Values of units that do not compare, such as two currencies, have no order here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from index.analysis import question_terms, terms
from rag.checking.amounts import Quantity
from rag.checking.dates import Moment
from rag.checking.quantities import figures
from rag.checking.quantity_words import CURRENCIES
from rag.comparisons.measures import Asks, Measure
from rag.finding import Found

_CELL = re.compile(r"(?:^|(?<= \| ))(?P<label>[^|:]{1,60}): (?P<value>[^|]*)")
_ENDS = frozenset({"born", "die"})
_LIFE = re.compile(r"\(\s*\d{4}\s*(?:to|–|-|—)\s*\d{4}\s*\)")
_UNIT_WORD = re.compile(r"\s?([A-Za-zµ²³/%]+)")
_PER_DAY = 86_400.0
#: Dimensions that are measured alike: the common one and the factor to it.
_COMMON = {
    "months": ("time", 30.4375 * _PER_DAY),
    "miles": ("length", 1609.344),
    "yards": ("length", 0.9144),
    "feet": ("length", 0.3048),
    "inches": ("length", 0.0254),
    "pounds": ("mass", 453.59237),
    "ounces": ("mass", 28.349523),
    "acres": ("area", 4046.8564),
    "square feet": ("area", 0.09290304),
    "square miles": ("area", 2.589988e6),
    "miles per hour": ("speed", 1.609344),
    "knots": ("speed", 1.852),
    "°C": ("degrees", 1.0),
    "US$": ("$", 1.0),
}
_MONEY = frozenset(CURRENCIES.values())
_LENGTHS = frozenset({"time", "length"})
_KINDS = {"long": _LENGTHS, "heavy": frozenset({"mass"}), "far": frozenset({"length", "time"})}
_NEAR = 0.05  # of months and days, from which one is surely longer than the other
# What a table calls that which a question asks with a verb.
_VERB_LABELS = {
    "cost": "price cost fee amount rent charge rate premium",
    "pay": "price cost fee amount rent premium",
    "charg": "price cost fee amount charge rate",
    "ask": "price cost fee amount",
    "weigh": "weight mass",
    "last": "duration length period term",
    "borrow": "loan",
    "worth": "value",
    "expir": "expiry",
    "carri": "payload load capacity",
    "hold": "capacity volume",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A figure or date as it stands in a sentence; ``low`` and ``high`` differ for a bare year."""

    text: str
    start: int  #: in the quote
    low: float
    high: float
    dimension: str  #: "date", "time", "length", "£" …; "" for a plain number
    unit: str = ""  #: the word after a plain number
    labelled: bool = False  #: told by the column of a table


def order(first: Value, second: Value) -> int | None:
    """1 when the first is the greater or later, -1 the other way, 0 when equal; None: no telling.

    >>> from rag.comparisons.values import values_in
    >>> order(values_in("five years")[0], values_in("90 days")[0])
    1
    """
    if first.dimension != second.dimension or not _same_unit(first, second):
        return None
    if (first.low, first.high) == (second.low, second.high):
        return 0
    slack = _NEAR if first.dimension == "time" else 0.0
    if first.low > second.high * (1 + slack):
        return 1
    return -1 if second.low > first.high * (1 + slack) else None


def values_in(text: str) -> list[Value]:
    """All figures and dates of a text, in its order."""
    read = figures(text)
    found = [_dated(text, one) for one in read.moments]
    whole = [one for one in read.quantities if not one.loose and one.dimension != "ordinal"]
    inner = [
        one
        for one in whole
        if any(w is not one and w.start <= one.start and one.end <= w.end for w in whole)
    ]
    found += [_counted(text, one) for one in whole if one not in inner]
    return sorted((one for one in found if one is not None), key=lambda one: one.start)


def value_of(
    found: Found,
    question: str,
    thing: frozenset[str],
    other: frozenset[str],
    measure: Measure | None,
) -> Value | None:
    """The value of a sentence that answers a question about a thing; None when it is open which.

    ``thing`` and ``other`` are the terms that tell the two things apart.
    """
    if is_row(found.quote):
        best = _best_cell(found.quote, question, thing, other, measure)
        if best is not None:
            return best
    if not _tells(found.quote, question):
        return None
    life = _life(found.quote, question)
    if life is not None:
        return life
    fit = [one for one in values_in(found.quote) if fits(one, measure)]
    if found.short:
        start = found.quote.find(found.short)
        inside = [one for one in fit if start <= one.start < start + len(found.short)]
        fit = inside or fit
    alike = {(one.low, one.high, one.dimension) for one in fit}
    return fit[0] if len(alike) == 1 else None


def kinds_in(quote: str, measure: Measure | None) -> list[Value]:
    """The values of a sentence that a measure may mean, in order, each but once."""
    fit = [one for one in values_in(quote) if fits(one, measure)]
    return list({(one.low, one.high, one.dimension): one for one in reversed(fit)}.values())[::-1]


def labels_meant(asked: Iterable[str], measure: Measure | None) -> set[str]:
    """The terms that columns use for what is asked with a verb or a word of comparison."""
    labels = [_VERB_LABELS.get(term, "") for term in asked]
    labels += measure.labels if measure else ()
    return {term for label in labels for term in terms(label)}


def fits(value: Value, measure: Measure | None, *, named: bool = False) -> bool:
    """Is the value of the kind that is asked for? A named column needs no unit."""
    if measure is None:
        return True
    if measure.asks in (Asks.ORDER, Asks.AGE):
        return value.dimension in ("date", "clock")
    if value.dimension in ("date", "clock"):
        return False
    if measure.asks is Asks.MONEY:
        return value.dimension in _MONEY or not value.dimension
    if measure.asks is Asks.SPEED:
        return bool(value.dimension) or named
    kinds = _KINDS.get(measure.how)
    return kinds is None or value.dimension in kinds or (named and not value.dimension)


def is_row(quote: str) -> bool:
    """Is this a row of a table whose cells carry the names of their columns?"""
    return " | " in quote and len(_CELL.findall(quote)) > 1


def row_names(quote: str, thing: frozenset[str], asked: set[str]) -> tuple[int, int, int]:
    """How many terms of a thing and of what is asked a row holds; negative: of its name besides."""
    held = set(terms(quote))
    besides = min((len(name - thing) for name in _names(quote, thing)), default=0)
    return len(thing & held), len(asked & held), -besides


def in_row(quote: str, thing: frozenset[str]) -> float:
    """How much of the cell that names a row is the thing's name, 0–1."""
    cells = [set(terms(cell.group("value"))) for cell in _CELL.finditer(quote)]
    return max((len(cell & thing) / len(cell) for cell in cells if cell), default=0.0)


def _names(quote: str, thing: frozenset[str]) -> list[set[str]]:
    """The labels and cells that hold terms of the thing; cells of figures alone are no names."""
    texts = [text for cell in _CELL.finditer(quote) for text in cell.groups()]
    return [name for name in map(set, map(terms, texts)) if name & thing]


def _tells(quote: str, question: str) -> bool:
    """Not when a death is asked for and a birth is told, or the other way."""
    asked, held = set(terms(question)) & _ENDS, set(terms(quote)) & _ENDS
    return not asked or not held or bool(asked & held)


def _life(quote: str, question: str) -> Value | None:
    """Of "(1907 to 1986)" the year that is asked for when somebody's birth or death is."""
    match, asked = _LIFE.search(quote), set(terms(question))
    if match is None or not asked & _ENDS:
        return None
    born = "born" in asked
    years = [one for one in values_in(match.group()) if one.dimension == "date"]
    if len(years) != 2:
        return None
    year = years[0] if born else years[1]
    return replace(year, start=match.start() + year.start)


def _best_cell(
    quote: str,
    question: str,
    thing: frozenset[str],
    other: frozenset[str],
    measure: Measure | None,
) -> Value | None:
    """The value of the column that is named by the thing, or by what is asked."""
    asked = set(question_terms(question)) - thing
    meant = labels_meant(asked, measure)
    cells = list(_CELL.finditer(quote))
    unnamed = thing - {term for cell in cells for term in terms(cell.group("value"))}
    scored: list[tuple[float, Value]] = []
    for cell in cells:
        label = set(terms(cell.group("label")))
        score = 2.0 * len(label & unnamed) + len(label & asked) + 0.6 * bool(label & meant)
        score -= 2.0 * len(label & other) * (not label & thing)
        if score <= 0:
            continue
        score -= 0.1 * len(label - thing - asked - meant)
        fit = [one for one in values_in(cell.group("value")) if fits(one, measure, named=True)]
        if fit:
            start = cell.start("value") + fit[0].start
            scored.append((score, replace(fit[0], start=start, labelled=True)))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < 0.05):
        return None
    return scored[0][1]


def _counted(text: str, one: Quantity) -> Value:
    dimension, factor = _COMMON.get(one.dimension, (one.dimension, 1.0))
    number = one.values[0] * factor
    written, unit = text[one.start : one.end], ""
    if not dimension:
        match = _UNIT_WORD.match(text, one.end)
        if match is not None:
            unit = match.group(1).lower()
            if len(unit) <= 3:
                written = text[one.start : match.end()]
    return Value(written.strip(), one.start, number, number, dimension, unit)


def _dated(text: str, moment: Moment) -> Value | None:
    year, month, day = moment.readings[0]
    if year is None or len(moment.readings) > 1:
        return None
    try:
        low = date(year, month or 1, day or 1).toordinal()
        high = date(year, month or 12, day or 28).toordinal()
    except ValueError:
        return None
    return Value(text[moment.start : moment.end], moment.start, float(low), float(high), "date")


def _same_unit(first: Value, second: Value) -> bool:
    if first.dimension or first.unit == second.unit or not (first.unit and second.unit):
        return True
    # "23 marked places" and "31 places" count; "400 Nm" and "5 kNm" measure
    return len(first.unit) > 3 and len(second.unit) > 3
