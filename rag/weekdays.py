"""The days of the week that a text tells of, those between "Monday" and "Friday" among them."""

from __future__ import annotations

import re

#: In their order, in lower case.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_STEMS = {day[:3]: place for place, day in enumerate(WEEKDAYS)}
_DAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:days?\b|(?:\b\.?))"
_ONE = re.compile(rf"\b{_DAY}", re.I)
_SPAN = re.compile(rf"\b({_DAY})\s*(?:to|until|till|through|-|–|—)\s*({_DAY})", re.I)
_ALL = re.compile(r"\b(?:daily|every ?day|all week|seven days|any day)\b", re.I)
# "3 working days" is a time, and no days of the week.
_WORKING = re.compile(
    r"(?<!\d )(?<!\bone )(?<!\btwo )(?<!\bthree )(?<!\bfour )(?<!\bfive )(?<!\bten )"
    r"\b(?:weekdays?|working days?)\b",
    re.I,
)
_WEEKEND = re.compile(r"\bweekends?\b", re.I)


def weekdays_in(text: str) -> set[str]:
    """The days a text tells of, whole names in lower case.

    >>> sorted(weekdays_in("Fri–Mon, 9 to 5"))
    ['friday', 'monday', 'saturday', 'sunday']
    """
    held = {WEEKDAYS[_place(match[0])] for match in _ONE.finditer(text) if _is_day(match[0])}
    for match in _SPAN.finditer(text):
        first, last = _place(match[1]), _place(match[2])
        held |= {WEEKDAYS[day % 7] for day in range(first, last + 1 + 7 * (last < first))}
    if _ALL.search(text):
        held |= set(WEEKDAYS)
    if _WORKING.search(text):
        held |= set(WEEKDAYS[:5])
    if _WEEKEND.search(text):
        held |= set(WEEKDAYS[5:])
    return held


def _place(word: str) -> int:
    return _STEMS[word[:3].casefold()]


def _is_day(word: str) -> bool:
    """Not the "sun" and "sat" of a sentence: short forms begin with a capital."""
    return word[:1].isupper() or "day" in word


def tells_of_days(text: str) -> bool:
    """Does a text say on which days of the week something is, and so of the others that it is not?

    >>> tells_of_days("Monday to Friday"), tells_of_days("on Monday")
    (True, False)
    """
    return any(one.search(text) for one in (_SPAN, _ALL, _WORKING, _WEEKEND))
