"""Numbers with their units in a text, in a form in which two writings of one compare.

"29,000", "29 000", "29 thousand" and "29k" are one number, "90 minutes" and "1 hour 30 minutes" one
length of time. It computes nothing that is not written: no currency is changed, no years are
subtracted. Dates and times of day are read in `rag.checking.dates` and `rag.checking.clock`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.checking.amounts import Quantity
from rag.checking.clock import clock_times
from rag.checking.dates import Moment, blank, moments
from rag.checking.frequencies import rates_of, repetitions
from rag.checking.quantity_words import (
    CURRENCIES,
    DIGITS,
    FRACTIONS,
    LONE,
    ORDINALS,
    SCALES,
    TENS,
    TIMES,
    UNITS,
    scale_of,
)

_GROUPED = r"\d{1,3}(?:[,\u00a0\u202f\u2009 '’]\d{3})+(?!\d)(?:\.\d+)?"
_TOP = "|".join((*DIGITS, *TENS))
_AND_PART = re.compile(
    rf"(?<!between )(?<![\w.,])(?P<whole>\d{{1,4}}|(?:{_TOP})(?:-(?:{_TOP}))?)\s+and\s+"
    rf"(?P<times>a|one|two|three)\s+(?P<part>half|quarters?|thirds?)\b(?:\s(?P<scale>{'|'.join(SCALES)})\b)?",
    re.IGNORECASE,
)
_IN = re.compile(
    rf"(?<![\w.,])(?:(?:one|1)\s+(?:[a-z]+\s+)?in|(?P<count>{'|'.join(DIGITS)}|\d{{1,2}})\s+"
    rf"(?:(?:(?P<noun>[a-z]+)\s+)?in|(?:times\s+)?out\s+of|(?P<plain>of)))\s+(?:an?\s+|every\s+)?"
    rf"(?P<of>{'|'.join(DIGITS)}|{'|'.join(SCALES)}|\d{{1,3}}(?:[,\u00a0\u202f\u2009 ]000)*)"
    rf"(?![\w,.]\w|\w|\s(?:{'|'.join(SCALES)})\b|\s\d{{3}}\b)",
    re.IGNORECASE,
)
_ENDS_SHARE = re.compile(
    r"\s*(?:$|[.,;:)]|(?:is|are|was|were|has|have|had|do|did|pays?|paid|gives?|gave|agrees?|agreed|says?|"
    r"said|uses?|used|lives?|owns?|comes?|came|takes?|took)\b)"
)
_POWER = re.compile(
    r"(?:(?<![\w.,])(?P<by>\d+(?:\.\d+)?)\s?[×x·*]\s?|(?<![\w.,£$€¥]))"
    r"10(?:\^(?P<up>-?\d{1,2})(?!\d)|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_WRITTEN_FRACTION = re.compile(
    r"(?<![\d/.,])(?:(?:(?P<whole>\d{1,3})\s(?!\S+\sof\b))?(?P<over>[1-9])/(?P<under>[2-9]|10)"
    r"(?![\d/.,]\d|[\d/])|(?P<before>\d{1,3})?\s?(?P<sign>[½¼¾⅓⅔⅛]))"
)
_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
_CURRENCY = "|".join(map(re.escape, sorted(CURRENCIES, key=len, reverse=True)))
_MONEY_AFTER = re.compile(rf"\s?(?:euros?|dollars?|pounds?|{_CURRENCY})(?!\w)", re.IGNORECASE)
_FIGURE = re.compile(
    rf"(?<![\w.,])(?P<sign>(?:{_CURRENCY})\s?)?(?P<figure>{_GROUPED}|\d+(?:[.,]\d+)*)"
    rf"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?:\s?(?P<short>k|bn|mn|m)\b|[\s-]?(?P<scale>{'|'.join(SCALES)})\b)?"
    r"(?![A-Za-z]*\d)",
    re.IGNORECASE,
)
_SMALL = "|".join((*DIGITS, *TENS))
_NUMBER_WORD = rf"(?:{_SMALL}|{'|'.join(SCALES)})"
_AFTER_SCALE = f"(?:{'|'.join(f'(?<={scale})' for scale in SCALES if scale != 'dozen')})"
_SPELT = re.compile(
    rf"\b(?:(?P<a>an?|half an?)\s+(?=(?:{'|'.join(SCALES)})\b))?"
    rf"(?P<words>{_NUMBER_WORD}(?:(?:[\s-]+|{_AFTER_SCALE}\s+and\s+){_NUMBER_WORD})*)\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    rf"\b(?:(?P<count>an?|one|two|three|four|five|six|seven|eight|nine)[\s-]+)?"
    rf"(?P<part>{'|'.join(FRACTIONS)})\b(?:(?P<of>\s+of\s+an?\s+|\s+an?\s+|-)(?=\w))?",
    re.IGNORECASE,
)
_SCALE_AFTER = re.compile(rf"\s+an?\s+({'|'.join(SCALES)})\b", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(TENS)})[\s-])?(?P<word>{'|'.join(ORDINALS)})\b", re.IGNORECASE
)
_LONE = re.compile(rf"\b(?:{'|'.join((*LONE, *TIMES))})\b", re.IGNORECASE)
_EVERY_NTH = re.compile(
    rf"\b(?:every\s+(?P<nth>other|{'|'.join(ORDINALS)})|alternate)\s(?=\w)", re.IGNORECASE
)
_ONE_UNIT = re.compile(r"\b(?:an?|per|each|every|one|single)\s+(?=\w)", re.IGNORECASE)
_UNIT_AND = re.compile(r"\b(?:an?|one)\s+\w+\s+and\s+$", re.IGNORECASE)
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_UNIT = re.compile(
    rf"[\s-]{{0,2}}(?:(?:full|working|business|calendar|consecutive|whole)[\s-])?"
    rf"(?P<unit>{'|'.join(sorted(map(re.escape, UNITS), key=len, reverse=True))})(?![\w])",
)
_CODE = re.compile(
    r"(?<![\w.-])(?:[A-Z]{1,6}-?\d[\w-]*|[A-Z][a-z]+\d+\w*|\d+[A-Z][\w-]*|[A-Z]{1,6}(?:-\d+)+|"
    r"v?\d+(?:\.\d+){2,}|\d{13,})(?![\w])"
)
_HEDGE = re.compile(
    r"\b(?P<near>about|around|approximately|roughly|some|close to|circa)\s+[£$€]?$|[~≈]\s?$|"
    r"\b(?P<well_above>well (?:over|above))\s+[£$€]?$|"
    r"(?<!\bno )(?<!\bnot )\b(?P<above>over|more than|at least|upwards of|exceeding)\s+[£$€]?$|"
    r"\b(?P<just_below>(?:just|a little|slightly|not far|a bit|a shade) (?:under|below|short of)|"
    r"not quite)\s+[£$€]?$|"
    r"\b(?P<below>nearly|almost|less than|fewer than)\s+[£$€]?$",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\s+(?!(?:at|until|from|and|or|but|in|on|for|to)\b)[^\W\d_]", re.IGNORECASE)
_DASH = re.compile(r"(?P<before>\S?)(?P<gap>\s*)[-−–‑](?P<after>\s?)$")
_MINUS = re.compile(r"\b(?:minus|negative)\s$", re.IGNORECASE)
_BELOW_ZERO = re.compile(r"\s+below\s+(?:zero|freezing)\b", re.IGNORECASE)
_TEMPERATURES = ("degrees", "°C", "°F")
_COMPOUND = ("time", "months", "mass", "length")


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
    quantities, rest = clock_times(rest)
    quantities += _numbers(rest)
    rates = rates_of(text, quantities)
    quantities = _joined(text, quantities) + repetitions(rest) + rates
    ordered = sorted(quantities, key=lambda one: (one.start, one.end))
    return Figures(tuple(ordered), tuple(sorted(found, key=lambda one: one.start)), tuple(codes))


def _is_measure(word: str) -> bool:
    """ "230V" and "8AM" are a number and its unit, "5G" is a name."""
    letters = word.lstrip("0123456789")
    return letters != word and (letters in UNITS or letters.lower() in ("am", "pm", "k", "bn"))


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


def _every_nth(match: re.Match[str], text: str) -> Quantity | None:
    """ "Every other day", "every fourth year", "alternate weeks": so many units apart; of "every
    fourth pair" the share."""
    nth = (match.group("nth") or "").lower()
    apart = float(ORDINALS.get(nth, 2))
    one = _measured(text, match.start(), match.end() - 1, (apart,))
    if one.dimension and apart > 1:
        return one
    if apart < 3:
        return None
    return replace(one, values=(1 / apart,), dimension="ratio", bare=(1 / apart,), parts=(apart,))


def _and_part(match: re.Match[str], text: str) -> Quantity:
    """ "three and a half hours", "nine and a half thousand"."""
    whole = match.group("whole").lower()
    value = float(whole) if whole.isdigit() else _spoken(whole)
    times = DIGITS.get(match.group("times").lower(), 1)
    value += times * FRACTIONS[match.group("part").lower()]
    value *= scale_of(match.group("scale") or "")
    return _measured(text, match.start(), match.end(), (value,))


def _in(match: re.Match[str], text: str) -> Quantity | None:
    """ "One user in a hundred", "two guests in five"; not "two in five days" and "one of 700 g"."""
    count, of = _count(match.group("count") or "one"), _count(match.group("of"))
    if count == 1 and match.group("plain"):
        return None
    if count > 1 and (count >= of or _measured(text, match.start(), match.end(), (of,)).dimension):
        return None
    noun = match.group("noun")
    # "5 mg in 20 drops", "3 goals in 5 games" are no share
    if noun and (noun in UNITS or count == 1 or not _ENDS_SHARE.match(text, match.end())):
        return None
    share, parts = (count / max(1.0, of),), (count, of) if count > 1 else ()
    return Quantity(match.start(), match.end(), share, "ratio", share, parts=parts)


def _count(word: str) -> float:
    word = re.sub(r"[,\s]", "", word.lower())
    return float(word) if word.isdigit() else SCALES.get(word) or _spoken(word)


def _power(match: re.Match[str], text: str) -> Quantity:
    up = int(match.group("up") or match.group("raised").translate(_RAISED))
    return _measured(text, match.start(), match.end(), (float(match.group("by") or 1) * 10.0**up,))


def _written_fraction(match: re.Match[str], text: str) -> Quantity:
    whole, sign = match.group("whole") or match.group("before"), match.group("sign")
    part = _SIGNS[sign] if sign else int(match.group("over")) / int(match.group("under"))
    one = _measured(text, match.start(), match.end(), (int(whole or 0) + part,))
    return one if one.dimension or whole else replace(one, dimension="ratio")


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
    money = bool(sign) or _MONEY_AFTER.match(text, end) is not None
    apart = match.group("short") and match.start("short") > match.end("figure")
    # "5 m" is a length, "£5m" and "5 M euros" are amounts, "300 K" is neither
    if (scale.lower() == "m" and not money) or (apart and (not money or scale in "mkK")):
        scale, end = "", match.end("figure")
    values = tuple(value * scale_of(scale) for value in values)
    if sign:
        hedge = _hedge(text, match.start())
        return Quantity(match.start(), end, values, CURRENCIES[sign.upper()], values, hedge)
    return _measured(text, match.start(), end, values)


def _values(figure: str) -> tuple[float, ...]:
    if re.fullmatch(_GROUPED, figure):
        return (float(re.sub(r"[^\d.]", "", figure)),)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", figure):  # "1.250,00"
        return (float(figure.replace(".", "").replace(",", ".")),)
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
    hedge = _hedge(text, match.start())
    return Quantity(match.start(), match.end("part"), (value,), "ratio", (value,), hedge)


def _ordinal(match: re.Match[str], _: str) -> Quantity | None:
    word = match.group("word").lower()
    value = float(TENS.get((match.group("tens") or "").lower(), 0) + ORDINALS[word])
    if value <= 2:  # "first" and "second" order what is said more often than they count
        return None
    return Quantity(match.start(), match.end(), (value,), "ordinal", (value,))


def _lone(match: re.Match[str], _: str) -> Quantity:
    word = match.group().lower()
    values = (TIMES.get(word) or LONE[word],)
    dimension = "times" if word in TIMES else ""
    return Quantity(match.start(), match.end(), values, dimension, values, loose=True)


def _measured(text: str, start: int, end: int, values: tuple[float, ...]) -> Quantity:
    """The number at ``start:end`` with the unit that follows it."""
    match = _UNIT.match(text, end) or _UNIT.match(text[:end] + text[end:].lower(), end)
    hedge = _hedge(text, start)
    signs = _signs(text, start, end if match is None else match.end())
    if match is None:
        if -1 in signs:  # which no unit tells
            values = (*values, *(-value for value in values))
        return Quantity(start, end, values, "", values, hedge)
    dimension, factor = UNITS[match.group("unit")]
    if dimension in _TEMPERATURES:
        values = tuple(sign * value for sign in signs for value in values)
    scaled = tuple(value * factor for value in values)
    return Quantity(start, match.end(), scaled, dimension, values, hedge)


def _signs(text: str, start: int, end: int) -> tuple[int, ...]:
    """1, -1 or, where a dash may be either a minus or another dash, both."""
    before = text[max(0, start - 10) : start]
    dash = _DASH.search(before)
    if _BELOW_ZERO.match(text, end) or _MINUS.search(before):
        return (-1,)
    if dash is None or (dash["before"] and not dash["gap"] and dash["before"] not in "(|[:=≤≥<>/"):
        return (1,)  # "10-20"
    doubtful = dash["after"] or dash["before"] in ("\0", "C", "F", "°", "%")  # \0: a number before
    return (1, -1) if doubtful else (-1,)


def _hedge(text: str, start: int) -> str:
    match = _HEDGE.search(text[max(0, start - 24) : start])
    return "" if match is None else (match.lastgroup or "near").replace("_", " ")


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
        elif _goes_on(first, second, text):
            total = (first.values[0] + second.bare[0] * first.values[0] / first.bare[0] / 60,)
            out.append(replace(first, end=second.end, values=total, bare=total))
    return out


def _goes_on(first: Quantity, second: Quantity, text: str) -> bool:
    """ "3 min 10" and "2 h 30": a bare number right after hours or minutes is of the next unit; not
    in "in 2 hours 40 guests came"."""
    if first.dimension != "time" or second.dimension or not first.bare[0]:
        return False
    digits = text[first.start].isdigit() and text[second.start].isdigit()
    if not digits or text[first.end : second.start] != " " or _COUNTS.match(text, second.end):
        return False
    unit = first.values[0] / first.bare[0]
    return unit in (60.0, 3600.0) and 0 < second.bare[0] < 60 and second.bare[0] % 1 == 0


#: In this order: what an earlier one reads is not read again.
_READERS = (
    (_EVERY_NTH, _every_nth),
    (_POWER, _power),
    (_AND_PART, _and_part),
    (_IN, _in),
    (_WRITTEN_FRACTION, _written_fraction),
    (_FIGURE, _figure),
    (_FRACTION, _fraction),
    (_ORDINAL, _ordinal),
    (_SPELT, _spelt),
    (_LONE, _lone),
)
