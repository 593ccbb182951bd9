"""A number with its unit, and whether two of them are the same. Read from text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import isfinite

from rag.checking.quantity_words import SAID_ALIKE

_NEAR = 0.025  # how far off "about" may be
#: How far off "over", "nearly", "well over" and "just under" may be, on their own side only.
_AT_MOST = {"above": 2 * _NEAR, "below": 2 * _NEAR, "well above": 0.2, "just below": 0.12}
_THIRD = 0.011  # "a third" of 33 %, "two thirds" of 66 %


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written at ``start:end`` of the text, with its unit where it has one."""

    start: int
    end: int
    values: tuple[float, ...]  #: in the base of its dimension; more than one when ambiguous
    dimension: str  #: "time", "mass", …, "clock", "ordinal"; "" when there is no known unit
    bare: tuple[float, ...]  #: the same numbers without regard to the unit
    hedge: str = ""  #: "near", "above", "well above", "below" or "just below": about that much
    loose: bool = False  #: said by an article or by "both": counts, but is no figure
    parts: tuple[float, ...] = ()  #: of "two in five", the two and the five


def same_quantity(said: Quantity, held: Quantity) -> bool:
    """Whether what is held is the number said; a missing unit on either side is no difference."""
    dimensions = {said.dimension, held.dimension}
    if dimensions == {"clock", ""}:
        time, number = (said, held) if said.dimension else (held, said)
        if set(time.values) & set(_minutes(number)):
            return True
    if "" in dimensions or dimensions in SAID_ALIKE:
        of = held.parts if not said.dimension else ()
        pairs = list(product(said.bare, (*held.bare, *of)))
    elif len(dimensions) == 1:
        pairs = list(product(said.values, held.values))
    else:
        return False
    return any(_close(a, b, said.hedge) for a, b in pairs)


def with_value(number: Quantity, value: float) -> Quantity:
    """So much, in the base of the number's dimension, where the number stands."""
    factor = number.values[0] / number.bare[0] if number.bare[0] else 1.0
    return replace(number, values=(value,), bare=(value / factor,), hedge="")


def _minutes(number: Quantity) -> tuple[float, ...]:
    """The time of day that a number with two decimals may be, "7.30", in minutes."""
    return tuple(
        60.0 * (value // 1) + round(value % 1 * 100)
        for value in number.bare
        if value % 1 and 0 <= value < 24 and round(value % 1 * 100, 6).is_integer()
    )


def holds_parts(said: Quantity, held: Sequence[Quantity]) -> bool:
    """Whether the numbers of "two of the five" are held, each by itself."""
    numbers = [number for one in held for number in (*one.bare, *one.parts)]
    return bool(said.parts) and all(
        any(_close(part, number, "") for number in numbers) for part in said.parts
    )


def _close(said: float, held: float, hedge: str) -> bool:
    off = abs(said - held)
    if off <= 1e-12 * max(1.0, abs(held)) or (_is_third(said) and off <= _THIRD * abs(held)):
        return True
    if not hedge or not (_round(said) or _is_third(said)):
        return False
    over = (held - said) / max(abs(held), 1e-9)
    if hedge in ("above", "well above"):
        return 0 < over <= _AT_MOST[hedge]
    return -_AT_MOST[hedge] <= over < 0 if hedge in _AT_MOST else abs(over) <= _NEAR


def _round(value: float) -> bool:
    """Two significant digits at most: what one says after "about"."""
    return value == float(f"{value:.2g}")


def _is_third(value: float) -> bool:
    """A third and a multiple of it that is no whole number, as only words say it."""
    if not isfinite(value):
        return False
    return abs(3 * value - round(3 * value)) < 1e-9 and abs(value - round(value)) > 0.1
