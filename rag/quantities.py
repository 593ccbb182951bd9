"""Numbers, units, dates and times of day in a text, in a form in which two writings compare.

"29,000", "29 000", "29 thousand" and "29k" are one number, "90 minutes" and "1 hour 30 minutes" one
length of time, "6 May 2025" and "2025-05-06" one day. It computes nothing that is not written: no
currency is changed, no years are subtracted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product

from rag.dates import Moment, blank, moments
from rag.quantity_words import (
    DIGITS,
    FRACTIONS,
    LONE,
    ORDINALS,
    SCALES,
    TENS,
    UNITS,
    scale_of,
)

_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))?\s?(?:(?P<half>[ap])\.?m\b\.?|"
    r"(?P<word>o[’']clock)|(?P<sign>h\b|hours\b)(?<=:..h))|"
    r"(?<![\w.,:])(?P<hour24>[01]?\d|2[0-4]):(?P<minute24>[0-5]\d)(?![\w:])",
    re.IGNORECASE,
)
_SPOKEN_HOUR = re.compile(
    rf"\b(?P<hour>{'|'.join(DIGITS)}|1?\d)(?:\s+o[’']clock)?\s+"
    r"(?:in the (?P<part>morning|afternoon|evening)|at (?P<night>night))\b|"
    rf"\b(?P<alone>{'|'.join(DIGITS)})\s+o[’']clock\b|\b(?P<noon>noon|midday|midnight)\b",
    re.IGNORECASE,
)

_GROUPED = r"\d{1,3}(?:[,\u00a0\u202f\u2009 '’]\d{3})+(?!\d)(?:\.\d+)?"
_TOP = "|".join((*DIGITS, *TENS))
_AND_PART = re.compile(
    rf"(?<![\w.,])(?P<whole>\d{{1,4}}|(?:{_TOP})(?:-(?:{_TOP}))?)\s+and\s+(?:a|one)\s+"
    rf"(?P<part>half|quarter|third)\b(?:\s(?P<scale>{'|'.join(SCALES)})\b)?",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"\b(?:one|1)\s+(?:[a-z]+\s+)?in\s+(?:an?\s+|every\s+)?"
    rf"(?P<of>{'|'.join(DIGITS)}|{'|'.join(SCALES)}|\d{{1,3}}(?:,000)?)(?![\w,.]\w|\w)",
    re.IGNORECASE,
)
_WRITTEN_FRACTION = re.compile(r"(?<![\d/.,])(?:([1-9])/([2-9]|10)(?![\d/.,]\d|[\d/])|([½¼¾⅓⅔]))")
_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_PAST = re.compile(
    rf"\b(?P<part>half|(?:a\s+)?quarter|five|ten|twenty)\s+(?P<way>past|to)\s+"
    rf"(?P<hour>{'|'.join(DIGITS)})\b",
    re.IGNORECASE,
)
_PAST_MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_FIGURE = re.compile(
    rf"(?<![\w.,])(?P<sign>[£$€¥]\s?)?(?P<figure>{_GROUPED}|\d+(?:[.,]\d+)*)"
    rf"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?:(?P<short>k|bn|mn|m)\b|[\s-]?(?P<scale>{'|'.join(SCALES)})\b)?"
    r"(?![A-Za-z]*\d)",
    re.IGNORECASE,
)
_SMALL = "|".join((*DIGITS, *TENS))
_NUMBER_WORD = rf"(?:{_SMALL}|{'|'.join(SCALES)})"
_SPELT = re.compile(
    rf"\b(?:(?P<a>an?|half an?)\s+(?=(?:{'|'.join(SCALES)})\b))?"
    rf"(?P<words>{_NUMBER_WORD}(?:(?:[\s-]+|\s+and\s+){_NUMBER_WORD})*)\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    rf"\b(?:(?P<count>an?|one|two|three|four|five|six|seven|eight|nine)[\s-]+)?"
    rf"(?P<part>{'|'.join(FRACTIONS)})\b(?:\s+(?P<of>of\s+an?|an?)\s+(?=\w))?",
    re.IGNORECASE,
)
_SCALE_AFTER = re.compile(rf"\s+an?\s+({'|'.join(SCALES)})\b", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(TENS)})[\s-])?(?P<word>{'|'.join(ORDINALS)})\b", re.IGNORECASE
)
_LONE = re.compile(rf"\b(?:{'|'.join(LONE)})\b", re.IGNORECASE)
_ONE_UNIT = re.compile(r"\b(?:an?|per|each|every|one|single)\s+(?=\w)", re.IGNORECASE)
_UNIT_AND = re.compile(r"\b(?:an?|one)\s+\w+\s+and\s+$", re.IGNORECASE)
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_UNIT = re.compile(
    rf"[\s-]{{0,2}}(?:(?:full|working|calendar|whole|square)[\s-])?"
    rf"(?P<unit>{'|'.join(sorted(map(re.escape, UNITS), key=len, reverse=True))})(?![\w])",
)
_CODE = re.compile(
    r"(?<![\w.-])(?:[A-Z]{1,6}-?\d[\w-]*|[A-Z][a-z]+\d+\w*|\d+[A-Z][\w-]*|[A-Z]{1,6}(?:-\d+)+|"
    r"v?\d+(?:\.\d+){2,})(?![\w])"
)
_HEDGE = re.compile(
    r"\b(?P<near>about|around|approximately|roughly|some|close to|circa)\s+[£$€]?$|[~≈]\s?$|"
    r"(?<!\bno )(?<!\bnot )\b(?P<above>over|more than|at least|upwards of|exceeding)\s+[£$€]?$|"
    r"\b(?P<below>nearly|almost|just under|less than|fewer than)\s+[£$€]?$",
    re.IGNORECASE,
)
_COMPOUND = ("time", "months", "mass", "length")
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


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted or dated in a text, in its order; nothing overlaps but `Quantity`s."""

    quantities: tuple[Quantity, ...]
    moments: tuple[Moment, ...]
    codes: tuple[tuple[int, int], ...]  #: spans of names with digits in them: "TF-20", "3.2.1"


@lru_cache(maxsize=8192)
def figures(text: str) -> Figures:
    """Numbers and dates of a text. What belongs to a date or a code is not also a number."""
    found, rest = moments(text)
    codes = [match.span() for match in _CODE.finditer(rest) if not _is_measure(match.group())]
    for start, end in codes:
        rest = blank(rest, start, end)
    quantities, rest = _clock_times(rest)
    quantities += _numbers(rest)
    ordered = sorted(_joined(text, quantities), key=lambda one: (one.start, one.end))
    return Figures(tuple(ordered), tuple(sorted(found, key=lambda one: one.start)), tuple(codes))


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
    if abs(said - held) <= 1e-6 * max(1.0, abs(held)):
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


def _is_measure(word: str) -> bool:
    """ "230V" and "8AM" are a number and its unit, "5G" is a name."""
    letters = word.lstrip("0123456789")
    return letters != word and (letters in UNITS or letters.lower() in ("am", "pm", "k", "bn"))


# ---- numbers -------------------------------------------------------------------------------


def _clock_times(text: str) -> tuple[list[Quantity], str]:
    found: list[Quantity] = []
    rest = text
    for match in _CLOCK.finditer(rest):
        hour = int(match.group("hour") or match.group("hour24"))
        minute = int(match.group("minute") or match.group("minute24") or 0)
        half = (match.group("half") or "").lower()
        found.append(_clock(match, hour, minute, half))
    for match in _SPOKEN_HOUR.finditer(rest):
        if match.group("noon"):
            word = match.group("noon").lower()
            found.append(_clock(match, 0 if word == "midnight" else 12, 0, "x"))
            continue
        word = (match.group("hour") or match.group("alone")).lower()
        late = match.group("part") in ("afternoon", "evening") or match.group("night")
        half = "" if match.group("alone") else "p" if late else "a"
        found.append(_clock(match, int(DIGITS.get(word, 0) or word), 0, half))
    for match in _PAST.finditer(rest):
        word = match.group("part").lower().split()[-1]
        if match.group("way") == "to" and word not in ("quarter",):
            continue  # "five to ten" is rather a range
        minutes = _PAST_MINUTES[word] * (1 if match.group("way") == "past" else -1)
        hour = DIGITS[match.group("hour").lower()]
        one = _clock(match, hour, 0, "")
        values = tuple(value + minutes for value in one.values)
        found.append(replace(one, values=values, bare=values))
    for one in found:
        rest = blank(rest, one.start, one.end)
    return found, rest


def _clock(match: re.Match[str], hour: int, minute: int, half: str) -> Quantity:
    """Minutes since midnight; "5:00" may be morning or afternoon, "17:00" and "5 pm" may not."""
    if half in ("a", "p"):
        hours = [hour % 12 + (12 if half == "p" else 0)]
    else:
        hours = [hour] if hour > 12 or half == "x" else [hour, hour + 12]
    values = tuple(float(60 * one + minute) for one in hours)
    return Quantity(match.start(), match.end(), values, "clock", values)


def _numbers(rest: str) -> list[Quantity]:
    found: list[Quantity] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(rest):
            one = read(match, rest)
            if one is not None:
                found.append(one)
                rest = blank(rest, match.start(), max(match.end(), one.end))
    for match in _ONE_UNIT.finditer(rest):
        one = _measured(rest, match.start(), match.end() - 1, (1.0,))
        if one.dimension:
            half = _AND_A_HALF.match(rest, one.end)
            if half is not None:
                values = tuple(1.5 * value for value in one.values)
                found.append(replace(one, end=half.end(), values=values, bare=(1.5,)))
            is_one = match.group().lower().startswith("one")
            found.append(replace(one, loose=half is not None or not is_one))
    return found


def _and_part(match: re.Match[str], text: str) -> Quantity:
    """ "three and a half hours", "nine and a half thousand"."""
    whole = match.group("whole").lower()
    value = float(whole) if whole.isdigit() else _spoken(whole)
    value += FRACTIONS[match.group("part").lower()]
    value *= scale_of(match.group("scale") or "")
    return _measured(text, match.start(), match.end(), (value,))


def _one_in(match: re.Match[str], _: str) -> Quantity:
    word = match.group("of").lower().replace(",", "")
    of = float(word) if word.isdigit() else SCALES.get(word) or _spoken(word)
    return Quantity(match.start(), match.end(), (1 / max(1.0, of),), "ratio", (1 / max(1.0, of),))


def _written_fraction(match: re.Match[str], text: str) -> Quantity:
    over, under, sign = match.groups()
    value = _SIGNS[sign] if sign else int(over) / int(under)
    one = _measured(text, match.start(), match.end(), (value,))
    return one if one.dimension else replace(one, dimension="ratio")


def _figure(match: re.Match[str], text: str) -> Quantity | None:
    figure = match.group("figure")
    if figure.count(".") > 1:
        return None  # a version or an address, not a number
    values = _values(figure)
    if match.group("ordinal"):
        return Quantity(match.start(), match.end(), values, "ordinal", values)
    sign = (match.group("sign") or "").strip()
    scale = match.group("scale") or match.group("short") or ""
    end = match.end()
    if scale.lower() == "m" and not sign:  # "5 m" is a length, "£5m" an amount
        scale, end = "", match.end("figure")
    values = tuple(value * scale_of(scale) for value in values)
    if sign:
        return Quantity(match.start(), end, values, sign, values, _hedge(text, match.start()))
    return _measured(text, match.start(), end, values)


def _values(figure: str) -> tuple[float, ...]:
    if re.fullmatch(_GROUPED, figure):
        return (float(re.sub(r"[^\d.]", "", figure)),)
    parts = re.split(r"[.,]", figure)
    if len(parts) == 1:
        return (float(figure),)
    whole = float("".join(parts))
    if "." in figure and len(parts) == 2:
        exact = float(f"{parts[0]}.{parts[1]}")
        return (exact, whole) if len(parts[1]) == 3 and parts[0] != "0" else (exact,)
    return (float(f"{parts[0]}.{parts[1]}"),) if len(parts) == 2 else (whole,)


def _spelt(match: re.Match[str], text: str) -> Quantity | None:
    value = _spoken(match.group("words").lower())
    if (match.group("a") or "").lower().startswith("half"):
        value /= 2
    one = _measured(text, match.start(), match.end(), (value,))
    return None if value == 1 and not one.dimension else one  # "one of them" counts nothing


def _spoken(words: str) -> float:
    """ "two hundred and twelve" as a number."""
    total, part = 0.0, 0.0
    for word in re.split(r"[\s-]+", words):
        if word in SCALES:
            part = max(part, 1.0) * SCALES[word]
            if SCALES[word] >= 1000:
                total, part = total + part, 0.0
        else:
            part += DIGITS.get(word, 0) + TENS.get(word, 0)
    return total + part


def _fraction(match: re.Match[str], text: str) -> Quantity | None:
    part, count = match.group("part").lower(), (match.group("count") or "").lower()
    if part == "halves":  # two of them are the whole, of which nothing is counted
        return Quantity(match.start(), match.end("part"), (0.5,), "ratio", (0.5,), loose=True)
    number = DIGITS.get(count, 1)
    if not part.startswith("hal") and not count:
        return None  # an ordinal, or the quarter of a year
    if _UNIT_AND.search(text[: match.start()]):
        return None  # the rest of "an hour and a half"
    value = number * FRACTIONS[part]
    if scale := _SCALE_AFTER.match(text, match.end("part")):  # "half a million"
        return _measured(text, match.start(), scale.end(), (value * scale_of(scale.group(1)),))
    if match.group("of"):  # "half an hour" is 30 minutes, "a quarter of a mile" none of a ratio
        one = _measured(text, match.start(), match.end() - 1, (value,))
        if one.dimension:
            return one
    return Quantity(match.start(), match.end("part"), (value,), "ratio", (value,))


def _ordinal(match: re.Match[str], _: str) -> Quantity | None:
    word = match.group("word").lower()
    value = float(TENS.get((match.group("tens") or "").lower(), 0) + ORDINALS[word])
    if value <= 2:  # "first" and "second" order what is said more often than they count
        return None
    return Quantity(match.start(), match.end(), (value,), "ordinal", (value,))


def _lone(match: re.Match[str], _: str) -> Quantity:
    values = (LONE[match.group().lower()],)
    return Quantity(match.start(), match.end(), values, "", values, loose=True)


def _measured(text: str, start: int, end: int, values: tuple[float, ...]) -> Quantity:
    """The number at ``start:end`` with the unit that follows it."""
    match = _UNIT.match(text, end) or _UNIT.match(text[:end] + text[end:].lower(), end)
    hedge = _hedge(text, start)
    if match is None:
        return Quantity(start, end, values, "", values, hedge)
    dimension, factor = UNITS[match.group("unit")]
    scaled = tuple(value * factor for value in values)
    return Quantity(start, match.end(), scaled, dimension, values, hedge)


def _hedge(text: str, start: int) -> str:
    match = _HEDGE.search(text[max(0, start - 24) : start])
    return "" if match is None else match.lastgroup or "near"


def _joined(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Durations and weights in two parts as one more quantity: "1 hour 30 minutes" is 90 minutes.

    The parts stay, marked by lying inside the whole.
    """
    ordered = sorted(found, key=lambda one: one.start)
    out = list(ordered)
    for first, second in pairwise(ordered):
        between = text[first.end : second.start]
        same = first.dimension == second.dimension and first.dimension in _COMPOUND
        descending = same and first.values[0] > second.values[0]
        if descending and re.fullmatch(r"\s*(?:,|and)?\s*", between) and first.bare[0] >= 1:
            total = (first.values[0] + second.values[0],)
            out.append(replace(first, end=second.end, values=total, bare=total))
    return out


#: In this order: what an earlier one reads is not read again.
_READERS = (
    (_AND_PART, _and_part),
    (_ONE_IN, _one_in),
    (_WRITTEN_FRACTION, _written_fraction),
    (_FIGURE, _figure),
    (_FRACTION, _fraction),
    (_SPELT, _spelt),
    (_ORDINAL, _ordinal),
    (_LONE, _lone),
)
