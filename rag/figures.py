"""The figures of a table's cells, and how a sum of them is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from index.analysis import terms

_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d\d|\d+,\d\d(?!\d)|\d+(?:\.\d+)?(?![.,\d])"
)
_CURRENCIES = "[£$€]|GBP|EUR|USD|CHF|SEK|NOK|DKK"
_FIGURE = re.compile(
    rf"(?P<minus>[-−–])?\s*(?P<before>[A-Z]{{0,2}}(?:{_CURRENCIES}|kr))?\s*(?P<number>{_NUMBER})\s*"
    r"(?P<after>[£$€%]|[A-Za-zµ°²³]+(?: [A-Za-z]+)?)?"
)
_RATE = re.compile(r"\b(?:per|each|an?)\b", re.I)
CURRENCY = re.compile(rf"(?<![A-Za-z])(?:{_CURRENCIES})(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure of a cell, and what stands before and after it."""

    number: Decimal
    before: str
    after: str


def figures_of(cells: Sequence[str]) -> list[Figure] | None:
    """The figures of cells; None where one holds anything else, or another unit or sign."""
    found = []
    for cell in cells:
        match = _FIGURE.fullmatch(cell.strip())
        if match is None or _RATE.search(match["after"] or ""):
            return None
        number = match["number"]
        if re.search(r",\d\d$", number):  # "1.234,50"
            number = number.replace(".", "").replace(",", ".")
        elif match["before"] and re.search(r"\.\d{3}$", number):  # "€ 1.200": either
            return None
        value = Decimal(number.replace(",", ""))
        value = -value if match["minus"] else value
        found.append(Figure(value, match["before"] or "", match["after"] or ""))
    if len({(one.before, *terms(one.after)) for one in found}) > 1:
        return None
    return None if len({one.number < 0 for one in found if one.number}) > 1 else found


def written(figures: Sequence[Figure], label: str, *, mean: bool) -> str:
    """The sum or mean, written as the figures are, and of how many rows it is.

    >>> paid = [Figure(Decimal("1.5"), "£", ""), Figure(Decimal(2), "£", "")]
    >>> written(paid, "Paid", mean=False)
    '£3.50 (sum of “Paid” in 2 rows)'
    """
    total = sum((one.number for one in figures), Decimal(0))
    places = max(-int(one.number.as_tuple().exponent) for one in figures)
    money = CURRENCY.search(label)
    before = figures[0].before or (money[0] if money and len(money[0]) == 1 else "")
    if mean or (places == 1 and before):
        places = max(places, 2)
    total = total / len(figures) if mean else total
    total = total.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    after = figures[-1].after if figures[-1].number != 1 else figures[0].after
    if money and not figures[0].before and not after and len(money[0]) > 1:
        after = money[0]
    sign = "−" if total < 0 else ""
    space = " " if before.isalpha() else ""
    tail = f" {after}" if after not in ("", "%") else after
    what = f"{'mean' if mean else 'sum'} of “{label}” in {len(figures)} rows"
    return f"{sign}{before}{space}{abs(total):,.{places}f}{tail} ({what})"


def has_totals(figures: Sequence[Figure]) -> bool:
    """Is a figure the sum of all above it?"""
    above = Decimal(0)
    for place, one in enumerate(figures):
        if place > 2 and one.number == above:
            return True
        above += one.number
    return False
