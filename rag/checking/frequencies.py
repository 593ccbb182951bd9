"""How often something is: "weekly", "twice a year", "every three months".

Two writings of one frequency compare by what lies between two times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.checking.amounts import Quantity
from rag.checking.quantity_words import EVERY, UNITS

_EACH = "each "  # before the dimension of what lies between two times
_EVERY = re.compile(
    rf"(?<![-\w])(?<!twice )(?<!times )(?<!once )(?:{'|'.join(EVERY)})\b", re.IGNORECASE
)
_RATE = re.compile(rf"[\s-]+(?:(?P<every>{'|'.join(EVERY)})\b|(?:in\s+)?(?=\w))", re.IGNORECASE)
_INTERVAL = re.compile(r"\b(?:every|each)\s+$", re.IGNORECASE)


def repetitions(text: str) -> list[Quantity]:
    """The words that say how often: "weekly" is one week, "yearly" twelve months."""
    return list(map(_every, _EVERY.finditer(text)))


def rates_of(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """How far apart "four times a year" and "twice weekly" are: three months, half a week.

    The number of times stays, marked by lying inside the whole. Such a rate is no length of time:
    its dimension begins with "each ".
    """
    ordered = sorted(found, key=lambda one: one.start)
    units = {one.start: one for one in ordered if one.loose and one.dimension in ("time", "months")}
    rates = []
    for one in ordered:
        if one.dimension != "times" or one.bare[0] <= 1:
            continue
        after = _RATE.match(text, one.end)
        if after is None:
            continue
        word = after.group("every")
        unit = _every(after, "every") if word else units.get(after.end())
        if unit is not None:
            apart = (unit.values[0] / one.bare[0],)
            rates.append(replace(one, end=unit.end, values=apart, dimension=_EACH + unit.dimension))
    return rates


def interval(one: Quantity, text: str) -> tuple[str, float] | None:
    """Dimension and length of what lies between two times; None of what is no interval.

    "Quarterly", "every three months" and "four times a year" are one; "three months" is none.
    """
    if one.dimension.startswith(_EACH):
        return one.dimension.removeprefix(_EACH), one.values[0]
    said = text[one.start : one.end].lower()
    if one.dimension not in ("time", "months"):
        return None
    if (
        said in EVERY
        or said.startswith(("every ", "alternate "))
        or _INTERVAL.search(text[: one.start])
    ):
        return one.dimension, one.values[0]
    return None


def _every(match: re.Match[str], group: str | int = 0) -> Quantity:
    number, unit = EVERY[match.group(group).lower()]
    dimension, factor = UNITS[unit]
    values = (number * factor,)
    return Quantity(*match.span(group), values, dimension, (number,), loose=True)
