"""Times of day in a text as minutes since midnight: "17:00", "5 pm", "half past nine", "noon"."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.checking.amounts import Quantity
from rag.checking.dates import blank
from rag.checking.quantity_words import DIGITS

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

_PAST = re.compile(
    rf"\b(?P<part>half|(?:a\s+)?quarter|five|ten|twenty)\s+(?P<way>past|to)\s+"
    rf"(?P<hour>{'|'.join(DIGITS)})\b"
    r"(?:\s+(?:in the|at) (?P<day>morning|afternoon|evening|night)\b)?",
    re.IGNORECASE,
)
_AT = re.compile(r"\b(?:at|until|till)\s$", re.IGNORECASE)
_NO_HOUR = re.compile(r"\s?%|\s(?!(?:in|on|at|and|or|to|until|till|every|each)\b)\w", re.IGNORECASE)
_PAST_MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}


def clock_times(text: str) -> tuple[list[Quantity], str]:
    """The times of a text, and the text with them blanked out."""
    found: list[Quantity] = []
    rest = text
    for match in _CLOCK.finditer(rest):
        hour = int(match.group("hour") or match.group("hour24"))
        minute = int(match.group("minute") or match.group("minute24") or 0)
        half = (match.group("half") or "").lower()
        found.append(_clock(match, hour, minute, half))
    for match in _PAST.finditer(rest):
        word = match.group("part").lower().split()[-1]
        is_to = match.group("way") == "to"
        said_at = _AT.search(rest[: match.start()]) and not _NO_HOUR.match(rest, match.end())
        if is_to and word != "quarter" and not said_at:
            continue  # "five to ten" is rather a range
        minutes = _PAST_MINUTES[word] * (-1 if is_to else 1)
        hour = DIGITS[match.group("hour").lower()]
        one = _clock(match, hour, 0, _half(match["day"]))
        values = tuple(value + minutes for value in one.values)
        found.append(replace(one, values=values, bare=values))
        rest = blank(rest, match.start(), match.end())
    for match in _SPOKEN_HOUR.finditer(rest):
        if match.group("noon"):
            word = match.group("noon").lower()
            found.append(_clock(match, 0 if word == "midnight" else 12, 0, "x"))
            continue
        word = (match.group("hour") or match.group("alone")).lower()
        half = "" if match.group("alone") else _half(match["part"] or match["night"])
        found.append(_clock(match, int(DIGITS.get(word, 0) or word), 0, half))
    for one in found:
        rest = blank(rest, one.start, one.end)
    return found, rest


def _half(part: str | None) -> str:
    """Of the day, as "a" and "p" say it; either where no part of it is named."""
    if part is None:
        return ""
    return "a" if part.lower() == "morning" else "p"


def _clock(match: re.Match[str], hour: int, minute: int, half: str) -> Quantity:
    """Minutes since midnight; "5:00" may be morning or afternoon, "17:00" and "5 pm" may not."""
    if half in ("a", "p"):
        hours = [hour % 12 + (12 if half == "p" else 0)]
    else:
        hours = [hour] if hour > 12 or half == "x" else [hour, hour + 12]
    values = tuple(float(60 * one + minute) for one in hours)
    return Quantity(match.start(), match.end(), values, "clock", values)
