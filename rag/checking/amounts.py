"""A number with its unit, and whether two of them are the same. Read from text elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

_NEAR = 0.025  # how far off "about" may be; "over" and "nearly" twice that, on their own side only


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written at ``start:end`` of the text, with its unit where it has one."""

    start: int
    end: int
    values: tuple[float, ...]  #: in the base of its dimension; more than one when ambiguous
    dimension: str  #: "time", "mass", …, "clock", "ordinal"; "" when there is no known unit
    bare: tuple[float, ...]  #: the same numbers without regard to the unit
    hedge: str = ""  #: "near", "above" or "below" when it is said to be about that much
    loose: bool = False  #: said by an article or by "both": counts, but is no figure


def same_quantity(said: Quantity, held: Quantity) -> bool:
    """Whether what is held is the number said; a missing unit on either side is no difference."""
    if {said.dimension, held.dimension} == {"ordinal", ""} or not (
        said.dimension and held.dimension
    ):
        pairs = list(product(said.bare, held.bare))
    elif said.dimension == held.dimension:
        pairs = list(product(said.values, held.values))
    else:
        return False
    return any(_close(a, b, said.hedge) for a, b in pairs)


def _close(said: float, held: float, hedge: str) -> bool:
    if abs(said - held) <= 1e-9 * max(1.0, abs(held)):
        return True
    if not hedge or not _round(said):
        return False
    off = (held - said) / max(abs(held), 1e-9)
    if hedge == "above":
        return 0 < off <= 2 * _NEAR
    return -2 * _NEAR <= off < 0 if hedge == "below" else abs(off) <= _NEAR


def _round(value: float) -> bool:
    """Two significant digits at most: what one says after "about"."""
    return value == float(f"{value:.2g}")
