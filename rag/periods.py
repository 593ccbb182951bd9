"""Periods in a text, and whether a day or month lies in them: "1 Sept 2026 – 31 Aug 2028"."""

from __future__ import annotations

import re

from rag.checking.dates import Moment, moments

#: Year, month and day, so that two compare.
Day = tuple[int, int, int]

_JOINED = re.compile(r"\s*(?:[-–—]|to|until|till|up to)\s*(?:the\s+)?", re.I)
_SINCE = re.compile(r"\b(?:from|since|starting|beginning)\W+(?:the\s+)?$", re.I)
_UNTIL = re.compile(r"\b(?:to|until|till|up to|ending)\W+(?:the\s+)?$", re.I)
#: Of what a day is asked when it is not what holds on it that is asked.
_OF_A_DATE = re.compile(
    r"\b(?:before|after|until|till|since|by|start\w*|beg[aiu]n\w*|end(?:s|ed|ing)?|expir\w+|sign\w*"
    r"|due|when|between)\b",
    re.I,
)
_FIRST, _LAST = 1, 31
_MIDDLE = 15  # of a month that is asked about, in whose middle what begins in it has begun


def asked_day(question: str) -> Day | None:
    """The one day or month with its year on which something holds that is asked; else None.

    >>> asked_day("What is the rent from September 2026?")
    (2026, 9, 15)
    """
    if _OF_A_DATE.search(question):
        return None
    found = [day for one in moments(question)[0] if (day := _day(one, _MIDDLE))]
    return found[0] if len(found) == 1 else None


def covers(text: str, day: Day) -> bool | None:
    """Does the period that a cell tells of hold the day? None where it tells of none.

    >>> covers("Deposit from 1 Sept 2025: £90", (2025, 10, 15))
    True
    >>> covers("Period: 1 Sept 2024 – 31 Aug 2026", (2026, 9, 15))
    False
    """
    found = moments(text)[0]
    if len(found) == 2 and _JOINED.fullmatch(text[found[0].end : found[1].start]):
        end = _day(found[1], _LAST)
        start = _day(found[0], _FIRST, None if end is None else end[0])
        if start is not None and end is not None and start > end:
            start = (start[0] - 1, *start[1:])  # "1 Nov – 28 Feb 2026"
        return None if start is None or end is None else start <= day <= end
    if len(found) != 1:
        return None
    before = text[: found[0].start]
    if _SINCE.search(before):
        start = _day(found[0], _FIRST)
        return None if start is None else start <= day
    if _UNTIL.search(before):
        end = _day(found[0], _LAST)
        return None if end is None else day <= end
    return None


def names_day(text: str, day: Day) -> bool | None:
    """True where a text has that very day, or the month where the day is not said; else None."""
    days = [_day(one, _MIDDLE) for one in moments(text)[0]]
    return True if day in days else None


def _day(moment: Moment, missing: int, year: int | None = None) -> Day | None:
    """The moment with a day put in for one that is not said; None without year or month."""
    readings = set(moment.readings)
    if len(readings) != 1:
        return None
    said, month, day = readings.pop()
    said = said or year
    return None if said is None or month is None else (said, month, day or missing)
