"""Numbers that no source writes, but that two numbers of it make: how far apart they are.

"Three days before it fell due" is in "paid 9 July, due 12 July", and "two degrees above the law's"
in "house limit 65 °C, legal 63 °C". Only what a sentence says to be a difference is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from rag.checking.amounts import Quantity, same_quantity, with_value
from rag.checking.dates import Moment
from rag.checking.quantities import Figures
from rag.checking.quantity_words import SAID_ALIKE, UNITS

_APART = re.compile(
    r"\s+(?:earlier|later|sooner|longer|shorter|more|less|fewer|higher|lower|faster|slower|cheaper"
    r"|dearer|older|younger|apart|warmer|colder|heavier|lighter"
    r"|(?:before|after) (?:it|they|he|she)|(?:above|below) (?:what|that of|the law))\b",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\bdifference of (?:\w+ ){0,2}$"
    r"|\b(?:(?:went|gone|goes|go|put|taken?) (?:up|down)|rose|risen|rises?|fell|fallen|falls?"
    r"|grew|grown|increased?|decreased?|dropped|raised|reduced|lowered|cut|shortened|lengthened|extended"
    r"|brought (?:forward|down)|moved) by (?:about )?$",
    re.IGNORECASE,
)
_DAY = UNITS["day"][1]


def is_difference(number: Quantity, text: str) -> bool:
    """Does the text say that the number is how far two things are apart?

    >>> from rag.checking.quantities import figures
    >>> text = "It was paid three days before it fell due."
    >>> is_difference(figures(text).quantities[0], text)
    True
    """
    return bool(_APART.match(text, number.end) or _DIFFERENCE.search(text[: number.start]))


def spans_years(number: Quantity, said: Figures) -> bool:
    """Is it how many years lie between two years that the same text names?

    >>> from rag.checking.quantities import figures
    >>> said = figures("It ran from 1939 until 1945, six years.")
    >>> spans_years(said.quantities[0], said)
    True
    """
    years = [reading[0] for one in said.moments for reading in one.readings if reading[0]]
    gaps = {abs(one - other) * 12.0 for one, other in combinations(years, 2)}
    return number.dimension == "months" and any(gap in number.values for gap in gaps if gap)


def makes(number: Quantity, held: Figures) -> bool:
    """Are two held numbers of its dimension, or two held days, so far apart?"""
    if not number.dimension:
        return False
    same = [
        one
        for one in held.quantities
        if one.dimension == number.dimension
        or frozenset((one.dimension, number.dimension)) in SAID_ALIKE
    ]
    apart = [
        abs(one.values[0] - other.values[0])
        for one, other in combinations(same, 2)
        if not one.loose and not other.loose
    ]
    if number.dimension == "time":
        days = list(_days(held.moments))
        apart += [abs((one - other).days) * _DAY for one, other in combinations(days, 2)]
    return any(gap > 0 and same_quantity(number, with_value(number, gap)) for gap in apart)


def _days(moments: tuple[Moment, ...]) -> Iterator[date]:
    """The moments that are a day of a year, of one reading."""
    for moment in moments:
        whole = {reading for reading in moment.readings if None not in reading}
        if len(whole) == len(moment.readings) == 1:
            year, month, day = next(iter(whole))
            try:
                yield date(year or 0, month or 0, day or 0)
            except ValueError:
                continue
