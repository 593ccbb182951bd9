"""The cells of a table's column as values, and which of them is the most or the least.

Nothing is told where a cell cannot be read, or where two cells do not compare: "£12 per week" and
"£300 per year", two currencies, "3 to 5 days" and "4 days".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import terms
from rag.comparisons.measures import Asks, Measure
from rag.comparisons.values import Value, fits, order, values_in

_NOTHING = frozenset(("", "-", "–", "—", "n/a", "none", "?"))
_NEGATIVE = re.compile(r"[-−–]\s*[£$€]?\s*\d|[£$€]\s*[-−–]\s*\d|\([£$€]?\s*\d[\d.,]*\s*%?\)$")
_RANGE = re.compile(r"\d[^\d]*(?:\bto\b|[-–])[^\d]*\d")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"\d{4}")
_COMPOUND = re.compile(
    r"(\d+)\s?(h|hrs?|hours?|min|mins|minutes?|m)\.?\s?(\d{1,2})(?:\s?(?:min|mins|minutes?|m|s|sec|secs|seconds?))?"
)
_RATE = re.compile(r"/\s?(?:s|sec|h|hr|min)\b|\bper (?:second|minute|hour)\b", re.I)
_QUALIFIERS = frozenset(terms("per from up about over under min max each a"))


def cell_value(text: str, measure: Measure) -> Value | None:
    """The one value, or range of values, of a cell; None where it says none or several."""
    both = _COMPOUND.fullmatch(text.strip())
    if both is not None:  # "2 min 40", "1 h 15"
        unit = 3600.0 if both[2].startswith("h") else 60.0
        seconds = unit * (int(both[1]) + int(both[3]) / 60.0)
        return Value(text.strip(), 0, seconds, seconds, "time")
    found = [one for one in values_in(text) if fits(one, measure, named=True)]
    if not found and measure.asks not in (Asks.ORDER, Asks.AGE) and _YEAR.fullmatch(text.strip()):
        found = [Value(text.strip(), 0, float(text), float(text), "")]  # no year here: a price
    if len(found) == 2 and _RANGE.search(text) and _alike(*found):
        low, high = found
        if not low.dimension and (number := _NUMBER.search(high.text)):
            low = replace(low, low=low.low * high.low / max(float(number[0]), 1e-9))  # its unit
        return replace(high, low=low.low) if low.low <= high.high else None
    if len(found) != 1:
        return None
    value = found[0]
    if value.dimension not in ("date", "clock") and _NEGATIVE.match(text.strip()):
        return replace(value, low=-value.high, high=-value.low)
    return value


def is_empty(text: str) -> bool:
    """Does a cell say nothing?"""
    return text.strip().casefold() in _NOTHING


def foremost(cells: Sequence[str], measure: Measure) -> list[int] | None:
    """The places of the cells that have it, level with each other, in a column of at least two
    values; None where that cannot be told.

    >>> from rag.comparisons.measures import measure_of
    >>> foremost(["£4", "£9", "", "£4"], measure_of("cheapest"))
    [0, 3]
    >>> foremost(["£4", "$9"], measure_of("cheapest")) is None
    True
    """
    held = [place for place, text in enumerate(cells) if not is_empty(text)]
    values = [cell_value(cells[place], measure) for place in held]
    told = [value for value in values if value is not None]
    if len(told) < 2 or len(told) < len(held) or not _compare([cells[p] for p in held], told):
        return None
    least = _is_least([cells[place] for place in held], told, measure)
    best = [0]
    for place in range(1, len(told)):
        sign = order(told[place], told[best[0]])
        if sign is None:
            return None
        if sign == (-1 if least else 1):
            best = [place]
        elif sign == 0:
            best.append(place)
    return [held[place] for place in best]


def _compare(cells: Sequence[str], values: Sequence[Value]) -> bool:
    """Are the figures of one unit, and of the same thing as far as the words beside them tell?"""
    units = {one.unit for one in values if not one.dimension and one.unit}
    beside = {
        frozenset(term for term in terms(text) if not any(map(str.isdigit, term))) & _QUALIFIERS
        | frozenset(terms(text.partition(" per ")[2] or text.partition("/")[2]))
        for text in cells
    }
    return len(units) < 2 and (len(beside) < 2 or all(one.dimension == "date" for one in values))


def _is_least(cells: Sequence[str], values: Sequence[Value], measure: Measure) -> bool:
    """Is it the smallest value? The oldest has the earliest date, and the fastest the least time,
    but the greatest speed."""
    if measure.asks is Asks.SPEED:
        speed = any(map(_RATE.search, cells)) or any(one.dimension == "speed" for one in values)
        return measure.more != speed
    return measure.more == (measure.asks is Asks.AGE)


def _alike(one: Value, other: Value) -> bool:
    return one.dimension == other.dimension or not (one.dimension and other.dimension)
