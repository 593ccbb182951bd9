"""Dates in a text as year, month and day, in a form in which two writings of one compare.

"6 May 2025", "May 6th, 2025", "06.05.2025" and "2025-05-06" are one day; a year or a month alone is
a date with parts not said. Numbers and times of day are in `rag.checking.quantities`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.checking.quantity_words import MONTHS, ORDINALS, TENS, UNITS

_MONTH = rf"(?P<month>{'|'.join(MONTHS)})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SPELT_DAY = rf"(?P<day>(?:(?:twenty|thirty)[\s-])?(?:{'|'.join(ORDINALS)}))"
_YEAR = r"(?P<year>[12]\d{3})"
_DATES = tuple(
    re.compile(rf"(?<![\w.]){pattern}(?!\w)", re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})",
        rf"{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})?",
        rf"{_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+{_YEAR})?(?!\s*[%:°])",
        rf"(?:the\s+)?{_SPELT_DAY}\s+of\s+{_MONTH}(?:,?\s+{_YEAR})?",
        rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        rf"{_MONTH}\s+[’'](?P<year>\d\d)",
    )
)
# "4 to 17 August": the first day has the month of the second.
_FIRST_DAY = re.compile(r"(?<![\w.,])(\d{1,2})(?:st|nd|rd|th)?\s?(?:to|until|till|and|or|[-–])\s?$")
_NUMERIC_DATE = re.compile(r"(?<![\w./])(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?![\w/])")
_LONE_MONTH = re.compile(rf"(?<!\w){_MONTH}(?!\w)", re.IGNORECASE)
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:in|by|of|since|until|till|from|to|late|early|mid|and|before|after|every|each)|[-–—/])\s*$",
    re.IGNORECASE,
)
_SHORT_RANGE = re.compile(r"(?<![\w.])([12]\d)(\d\d)\s?[-–/]\s?(\d\d)(?![\w-])")
_LONE_YEAR = re.compile(r"(?<![\w.,£$€-])(?:1[5-9]|20|21)\d\d(?![\w]|[.,]\d)")

_FOLLOWED = re.compile(
    rf"\s+(?:\d{{3}}\b|million|billion)|[\s-]?(?:{'|'.join(map(re.escape, UNITS))})(?!\w)"
)
# What a pattern that ignores case takes for another letter, and no table of words holds.
_LOOK_ALIKE = str.maketrans("ıİſ\u212a", "iIsK")
_YEARS = range(1500, 2200)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as written at ``start:end``; the readings are (year, month, day), None if not said."""

    start: int
    end: int
    readings: tuple[tuple[int | None, int | None, int | None], ...]

    @property
    def year_only(self) -> bool:
        return all(month is None and day is None for _, month, day in self.readings)


def same_moment(said: Moment, held: Moment, around: Sequence[Moment] = ()) -> bool:
    """Whether each part said is held; ``around`` (title, headings) may add what is left out."""
    for wanted in said.readings:
        for found in held.readings:
            pairs = list(zip(wanted, found, strict=True))
            if any(a is not None and b is not None and a != b for a, b in pairs):
                continue
            lacking = [place for place, (a, b) in enumerate(pairs) if a is not None and b is None]
            if len(lacking) == sum(part is not None for part in wanted):
                continue  # nothing of it is held
            if all(_said_around(place, wanted[place], around) for place in lacking):
                return True
    return False


def _said_around(place: int, part: int | None, around: Sequence[Moment]) -> bool:
    return any(reading[place] == part for one in around for reading in one.readings)


def blank(text: str, start: int, end: int) -> str:
    """The text with a piece put out of the way, all others where they were."""
    return text[:start] + "\0" * (end - start) + text[end:]


def moments(text: str) -> tuple[list[Moment], str]:
    """The dates of a text, and the text with them blanked out and letters that look like others put
    as those."""
    found: list[Moment] = []
    rest = text.translate(_LOOK_ALIKE)
    for pattern in _DATES:
        for match in pattern.finditer(rest):
            parts = match.groupdict()
            year, day = _in_full(parts.get("year")), _day(parts.get("day"))
            month = _month(parts["month"])
            if day is not None and not 1 <= day <= 31:
                continue
            is_verb = year is None and parts["month"] in ("may", "march")
            if is_verb and re.match(r"\s[a-z]", rest[match.end() :]):
                continue  # "the buyer of T-21 may choose"
            found.append(Moment(match.start(), match.end(), ((year, month, day),)))
            first = _FIRST_DAY.search(rest[: match.start()]) if day is not None else None
            if first is not None and int(first.group(1)) <= 31:
                reading = (year, month, int(first.group(1)))
                found.append(Moment(first.start(), first.end(1), (reading,)))
            rest = blank(rest, match.start(), match.end())
    for match in _NUMERIC_DATE.finditer(rest):
        readings = _numeric(*map(int, match.groups()))
        if readings:
            found.append(Moment(match.start(), match.end(), readings))
            rest = blank(rest, match.start(), match.end())
    for match in _LONE_MONTH.finditer(rest):
        word = match.group("month")
        plain = word.lower() not in ("may", "march", "mar", "sept", "dec", "jan", "sun", "oct")
        if word[0].isupper() and (plain or _BEFORE_MONTH.search(rest[: match.start()])):
            found.append(Moment(match.start(), match.end(), ((None, _month(word), None),)))
            rest = blank(rest, match.start(), match.end())
    found += _years(rest)
    for one in found:
        rest = blank(rest, one.start, one.end)
    return found, rest


def _years(rest: str) -> list[Moment]:
    found: list[Moment] = []
    for match in _SHORT_RANGE.finditer(rest):
        century, first, last = match.groups()
        if int(century + first) in _YEARS and int(last) > int(first):
            found.append(_year(match.start(), match.start() + 4, int(century + first)))
            found.append(_year(match.start() + 4, match.end(), int(century + last)))
            rest = blank(rest, match.start(), match.end())
    for match in _LONE_YEAR.finditer(rest):
        if _FOLLOWED.match(rest, match.end()) is None:
            found.append(_year(match.start(), match.end(), int(match.group())))
    return found


def _year(start: int, end: int, year: int) -> Moment:
    return Moment(start, end, ((year, None, None),))


def _in_full(year: str | None) -> int | None:
    if not year:
        return None
    return int(year) if len(year) == 4 else 2000 + int(year)


def _day(day: str | None) -> int | None:
    if not day or day.isdigit():
        return int(day) if day else None
    *tens, last = re.split(r"[\s-]", day.lower())
    return sum(TENS[word] for word in tens) + ORDINALS[last]


def _month(word: str) -> int:
    return int(word) if word.isdigit() else MONTHS[word.lower()]


def _numeric(first: int, second: int, year: int) -> tuple[tuple[int, int, int], ...]:
    """Day first and month first, as far as they can be."""
    full = year if year > 99 else 2000 + year
    both = dict.fromkeys(((full, second, first), (full, first, second)))
    return tuple(one for one in both if 1 <= one[1] <= 12 and 1 <= one[2] <= 31)
