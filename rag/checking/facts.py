"""What a sentence says that can be checked word for word, and whether some other words hold it.

Numbers, dates, codes, names and quotations are either there or they are not. Meaning is weighed
elsewhere (`rag.checking.polarity`, `rag.citations`); this module only looks for what has to occur.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis import fold
from rag.checking.amounts import Quantity, holds_parts, same_quantity
from rag.checking.dates import Moment, same_moment
from rag.checking.derived import is_difference, makes, spans_years
from rag.checking.frequencies import interval
from rag.checking.names import Name, Wording, missing_name, wording_of
from rag.checking.quantities import Figures, figures

_QUOTED = re.compile(
    r"“([^“”]{2,400})”|\"([^\"]{2,400})\"|«\s?([^«»]{2,400}?)\s?»|„([^“”„]{2,400})[“”]"
    r"|(?<![\w’])‘([^‘]{2,400}?)’(?!\w)|(?<!\w)'([^']{2,400}?)'(?!\w)|`([^`]{2,400})`"
)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s)\]>]+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_HOUR = re.compile(
    r"\b(?:at|from|until|till|by|before|after|since|from \d{1,2}(?:[:.]\d\d)? to)\s$", re.IGNORECASE
)
_HOUR_ENDS = re.compile(
    r"\W*$|\s?[.,;:)]|\s(?:to|and|or|until|till|on|in|at|every|each|daily|during|o.clock)\b"
)
_TIMES_MORE = re.compile(r"\s(?:as|more|less|\w+er)\b")
_OF = re.compile(r"[a-z]s of $")
_THE = re.compile(r"\bthe\s+$", re.IGNORECASE)
_NO_NOUN = re.compile(r"\s*(?:$|[.,;:)]|(?:of|and|to|or|instead|rather|at|in|when|because)\b)")
_WORKING = re.compile(r"\b(?:working|business|weekends?|weekdays?)\b", re.IGNORECASE)
_CALENDAR = re.compile(r"\b(?:calendar|consecutive)\b", re.IGNORECASE)
_OMITTED = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*")


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a text that has to be found again elsewhere for the text to be borne out."""

    text: str
    figures: Figures
    codes: tuple[str, ...]
    wording: Wording
    quotations: tuple[str, ...]

    @property
    def names(self) -> tuple[Name, ...]:
        return self.wording.names

    @property
    def stems(self) -> frozenset[str]:
        return self.wording.stems


@dataclass(frozen=True, slots=True)
class Lack:
    """The first thing a text says that other words do not hold."""

    kind: str  #: "quotation", "number", "date", "code" or "name"
    said: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.said} is not in the words it would rest on"


@lru_cache(maxsize=8192)
def facts(text: str) -> Facts:
    """Read a text; the result is kept, since passages are asked about again and again."""
    found = figures(text)
    taken = [(one.start, one.end) for one in found.quantities]
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    taken += [(one.start, one.end) for one in found.moments] + [*found.codes, *addresses]
    return Facts(
        text=text,
        figures=found,
        codes=tuple(_code(text[start:end]) for start, end in (*found.codes, *addresses)),
        wording=wording_of(text, taken),
        quotations=tuple(quotations(text)),
    )


def quotations(text: str) -> list[str]:
    """What stands between quotation marks, as written, in order."""
    found = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    return [one for one in found if any(map(str.isalnum, one))]


def lacking(said: Facts, held: Facts, around: Facts) -> Lack | None:
    """What of ``said`` is not in ``held``; title and headings, ``around``, may hold names."""
    for quotation in said.quotations:
        if not _quoted(quotation, held.text) and not _quoted(quotation, around.text):
            return Lack("quotation", f"“{quotation}”")
    for code in said.codes:
        if not _has_code(code, held) and not _has_code(code, around):
            return Lack("code", _as_written(code, said.text))
    for moment in said.figures.moments:
        if not _has_moment(moment, held, around):
            return Lack("date", said.text[moment.start : moment.end].strip(" -–.,"))
    number = _missing_quantity(said, held, around)
    if number is not None:
        return Lack("number", _whole_words(said.text, number.start, number.end))
    for name in said.names:
        missing = missing_name(name, said.wording, held.wording, around.wording)
        if missing:
            return Lack("name", missing)
    return None


def _as_written(code: str, text: str) -> str:
    at = text.casefold().find(code)
    return text[at : at + len(code)] if at >= 0 and len(text.casefold()) == len(text) else code


def _whole_words(text: str, start: int, end: int) -> str:
    """A stretch with the rest of its last word, or of both where a hyphen joins them."""
    rest = re.match(r"(?:[-‐‑]?\w)*", text[end:])
    return text[start : end + (rest.end() if rest else 0)]


def wanted_quantities(found: Sequence[Quantity]) -> list[Quantity]:
    """Those that have to occur: no loose ones, and of "1 hour 30 minutes" only the whole."""
    return [
        one
        for one in found
        if not one.loose
        and not any(
            other is not one and other.start <= one.start and other.end >= one.end
            for other in found
        )
    ]


def fold_quotes(text: str) -> str:
    """Folded text in which all quotation marks, dashes and blanks are plain."""
    plain = re.sub("[‘’ʼ]", "'", re.sub("[‐‑‒–—−]", "-", text))
    # without the mark two words may not become one
    plain = re.sub(r'[“”„«»"`]+(?=\w)|(?<=\w)[“”„«»"`]+(?=[^\s.,;:!?)])', " ", plain)
    plain = re.sub('[“”„«»"`]', "", plain)
    return " ".join(fold(plain).split())


def _quoted(quotation: str, text: str) -> bool:
    """Word for word, in order, where an ellipsis may leave words out."""
    haystack, position = fold_quotes(text), 0
    for part in _OMITTED.split(quotation):
        wanted = fold_quotes(part).strip(" .,;:!?'")
        if not wanted:
            continue
        match = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)").search(haystack, position)
        if match is None:
            return False
        position = match.end()
    return True


def _code(text: str) -> str:
    return re.sub(r"[-.\s]+$", "", text).casefold()


def _has_code(code: str, held: Facts) -> bool:
    if code in held.codes:
        return True
    squeezed = re.sub(r"[-\s]", "", code)
    return (
        re.search(rf"(?<![\w.]){re.escape(squeezed)}(?!\w|\.\d)", _squeezed(held.text)) is not None
    )


def _missing_quantity(said: Facts, held: Facts, around: Facts) -> Quantity | None:
    """The first that is not held, or a "twice" where another number of times is held."""
    for one in wanted_quantities(said.figures.quantities):
        ways = (one, *_times_in(one, said.figures.quantities))
        if not any(_has_quantity(way, said, held, around) for way in ways):
            return one
    times = [
        one
        for one in held.figures.quantities
        if one.dimension == "times" and not _TIMES_MORE.match(held.text, one.end)
    ]
    for one in said.figures.quantities:
        is_other = not any(same_quantity(one, other) for other in times)
        if times and one.loose and one.dimension == "times" and is_other:
            return one
    return None


def _times_in(whole: Quantity, found: Sequence[Quantity]) -> list[Quantity]:
    """The "four times" of "four times a year": enough where the rest is told otherwise."""
    return [
        one
        for one in found
        if one is not whole
        and one.dimension == "times"
        and whole.start <= one.start
        and one.end <= whole.end
    ]


def _is_hour(number: Quantity, said: Facts, held: Facts) -> bool:
    """Whether "until ten" is there as 22:00."""
    text = said.text
    if number.dimension or not _HOUR.search(text[: number.start]):
        return False
    if not _HOUR_ENDS.match(text, number.end):
        return False
    hours = {
        value / 60
        for one in held.figures.quantities
        if one.dimension == "clock"
        for value in one.values
    }
    return any(hour in hours or hour + 12 in hours for hour in number.bare)


def _counts_another_thing(said: Quantity, same: Sequence[Quantity], held: Facts) -> bool:
    """ "Every 4 hours" is not in "teams of 4 who change every 2 hours"; "4 to 6 hours" has it."""
    if said.dimension not in ("time", "months") or " | " in held.text:
        return False
    if not any(one.dimension == said.dimension for one in held.figures.quantities):
        return False
    return all(_OF.search(held.text[: one.start]) for one in same)


def _is_day(number: Quantity, text: str) -> bool:
    """Whether an ordinal is "the 14th" of a month that is named elsewhere, not "the 3rd floor"."""
    if number.dimension != "ordinal" or not _THE.search(text[: number.start]):
        return False
    return _NO_NOUN.match(text, number.end) is not None


def _days_alike(number: Quantity, said: str, other: Quantity, held: str) -> bool:
    """Whether ten "calendar days" are not there as ten "working days", nor the other way round.

    What is no working day may be said elsewhere: "Working days to reply: 5".
    """
    ours, theirs = said[number.start : number.end], held[other.start : other.end]
    if _WORKING.search(ours):
        return bool(_WORKING.search(held)) and not _CALENDAR.search(theirs)
    return not (_CALENDAR.search(ours) and _WORKING.search(theirs))


@lru_cache(maxsize=8192)
def _squeezed(text: str) -> str:
    """Case and the hyphen or blank between letters and digits left out: "TF 20" is "tf20"."""
    return re.sub(r"(?<=[a-z])[-\s](?=\d)", "", text.casefold())


def _has_moment(moment: Moment, held: Facts, around: Facts) -> bool:
    others = (*_dates_around(around.text), *_only_year(held))
    if any(same_moment(moment, one, others) for one in held.figures.moments):
        return True
    if not moment.year_only:
        return False
    years = {float(reading[0]) for reading in moment.readings if reading[0] is not None}
    if any(years & set(one.bare) for one in held.figures.quantities):
        return True
    return any(same_moment(moment, one) for one in others)


def _only_year(held: Facts) -> tuple[Moment, ...]:
    """The year that stands by itself in the held words, when there is just one."""
    years = [one for one in held.figures.moments if one.year_only]
    return (years[0],) if len({one.readings for one in years}) == 1 else ()


@lru_cache(maxsize=1024)
def _dates_around(text: str) -> tuple[Moment, ...]:
    """Dates of titles and headings; a line with two of them, "2015–2019", says neither."""
    lines = [figures(line).moments for line in text.splitlines()]
    return tuple(line[0] for line in lines if len(line) == 1)


def _has_quantity(quantity: Quantity, said: Facts, held: Facts, around: Facts) -> bool:
    apart = interval(quantity, said.text)
    if apart is not None and any(
        interval(one, held.text) == apart for one in held.figures.quantities
    ):
        return True
    same = [
        one
        for one in held.figures.quantities
        if same_quantity(quantity, one) and _days_alike(quantity, said.text, one, held.text)
    ]
    if any(one.dimension == quantity.dimension for one in same):
        return True
    if same and not _counts_another_thing(quantity, same, held):
        return True
    if holds_parts(quantity, held.figures.quantities) or _is_hour(quantity, said, held):
        return True
    if _is_in_a_date(quantity, said, held):
        return True
    return _is_worked_out(quantity, said, held) or _is_named(quantity, said, around)


def _is_in_a_date(number: Quantity, said: Facts, held: Facts) -> bool:
    readings = [reading for one in held.figures.moments for reading in one.readings]
    if not number.dimension:
        return any(number.bare[0] in reading for reading in readings)
    days = {day for _, _, day in readings if day is not None}
    return _is_day(number, said.text) and days == {number.bare[0]}


def _is_worked_out(number: Quantity, said: Facts, held: Facts) -> bool:
    if spans_years(number, said.figures):
        return True  # both years have to be held, too
    return is_difference(number, said.text) and makes(number, held.figures)


def _is_named(quantity: Quantity, said: Facts, around: Facts) -> bool:
    # "Flat 3" may stand in the title; the number of a section may not stand for any other
    match = re.search(r"[A-Z][a-z]+ $", said.text[: quantity.start])
    named = match and match.group() + said.text[quantity.start : quantity.end]
    return bool(named) and re.search(rf"\b{re.escape(str(named))}\b", around.text) is not None
