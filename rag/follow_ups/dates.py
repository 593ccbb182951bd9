"""Dates in a question, each as one span: "30 September 2022", "autumn of 2022", "Saturdays".

English words and the usual figures. Putting one date in the place of another keeps what the new
one leaves out: "in October" after "in September 2022" is October 2022.
"""

from __future__ import annotations

import re

PREPOSITIONS = (
    "in|on|at|for|from|by|with|without|within|to|of|under|over|before|after|during|since|until|till"
    "|around|inside|outside|near|behind|through|above|below"
)
_YEAR = r"(?:1\d|20)\d\d"
_MONTH = (
    r"(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|(?-i:May))\b\.?"
)
_NUMBER = r"(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?"
# A month that is also a word is one only beside figures or after "in" and the like.
_LONE_MONTH = (
    r"(?:(?:January|February|April|June|July|August|September|October|November|December)\b"
    r"|(?<=\bin )(?:March|May)\b|(?<=\b(?:by|of) )(?:March|May)\b"
    r"|(?<=\bsince )(?:March|May)\b|(?<=\buntil )(?:March|May)\b|(?<=\bduring )(?:March|May)\b)"
)
_WEEKDAY = (
    r"(?:(?:an?|the|every|each) )?"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|weekends?|weekdays?)"
)
_PART = (
    r"(?:(?:early|late|mid|spring|summer|autumn|winter|fall|Easter|Christmas)"
    r"(?:[ -]in)?[ -](?:of )?"
    r"|(?:the )?(?:first|second|third|fourth|last) (?:half|quarter) of |[QH][1-4][ -/]?"
    r"|(?:the )?(?:beginning|start|middle|end|spring|summer|autumn|winter|fall|year) (?:of )?)"
)
_CALENDAR = (
    rf"(?:{_YEAR}-\d\d(?:-\d\d)?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|(?:the )?{_NUMBER}(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} (?:{_NUMBER},? )?(?:of )?{_YEAR}|{_MONTH} {_NUMBER}|{_LONE_MONTH}"
    rf"|(?:the )?\d{{3}}0s|{_YEAR}(?:\s?[-–/]\s?\d{{2,4}})?)"
)
_RELATIVE = (
    r"(?:today|tomorrow|yesterday|now|currently|nowadays"
    r"|(?:last|this|next) (?:year|month|week|spring|summer|autumn|winter|season))"
)
_ONE = rf"(?:{_PART})?{_CALENDAR}|{_RELATIVE}|{_WEEKDAY}"
_SPAN = rf"(?:(?:between|from) (?:{_ONE}) (?:and|to|until) (?:{_ONE})|{_ONE})"
DATE = re.compile(rf"\b(?:{_SPAN})(?!\w)", re.I)
#: A date of a calendar with figures in it, as texts name them.
FIGURED = re.compile(rf"\b(?:{_CALENDAR})(?!\w)(?<=\d)", re.I)
#: The same where it cannot be the end of a name, as in "Agenda 2030".
MONTHED = re.compile(
    rf"\b(?:(?:{_NUMBER}(?: of)? )?{_MONTH} (?:{_NUMBER},? )?(?:of )?{_YEAR}"
    rf"|{_NUMBER}(?: of)? {_MONTH}|{_YEAR}-\d\d-\d\d)(?!\w)",
    re.I,
)
#: What ends a phrase that says when or in what way, and names no thing.
WHENS = re.compile(
    r"\b(?:spring|summer|autumn|winter|mornings?|afternoons?|evenings?|nights?|days?|weeks?|months?"
    r"|years?|weekends?|holidays?|terms?|hours?|advance|general|total|full|detail|cash)$",
    re.I,
)
_PLACED = re.compile(rf"\b(?:(?P<lead>{PREPOSITIONS})\s+)?(?P<date>{_SPAN})(?!\w)", re.I)
_YEARS = re.compile(rf"\b{_YEAR}\b")
_IN_WEEK = re.compile(_WEEKDAY, re.I)
_OF_DAY = re.compile(rf"\b{_NUMBER}(?: of)? {_MONTH}|{_MONTH} {_NUMBER}(?!\d)|-\d\d-\d\d", re.I)


def is_date(text: str) -> bool:
    """Whether a text is a date and no more.

    >>> [is_date(text) for text in ("September 2022", "Saturdays", "may", "30 tools")]
    [True, True, False, False]
    """
    return DATE.fullmatch(text) is not None


def says_when(text: str) -> bool:
    """Whether a text is a date or another time and no more: "summer", "mornings"."""
    return is_date(text) or WHENS.fullmatch(text) is not None


def put_date(stem: str, fragment: str) -> str | None:
    """The last date of a question replaced by the one a fragment is; None when either has none.

    A weekday takes a weekday's place only, and a calendar date that of another.

    >>> put_date("How many came on 30 September 2022", "in 2014")
    'How many came in 2014'
    """
    new = _PLACED.fullmatch(fragment)
    if new is None:
        return None
    in_week = _in_week(new["date"])
    spots = [
        one
        for one in _PLACED.finditer(stem)
        if _in_week(one["date"]) == in_week
        # "on Sundays" does not take the place of Saturday in "the Saturday class"
        and not (in_week and new["lead"] and _attributive(stem, one))
    ]
    if not spots:
        return None
    old = spots[-1]
    date, lead = new["date"], new["lead"]
    year = _YEARS.search(old["date"])
    if year is not None and not in_week and _lacks_year(date):
        date = f"{date} {year.group()}"
    if re.fullmatch(_RELATIVE, date, re.I):
        lead = lead if lead is None or lead.casefold() not in ("in", "on", "at") else None
    elif old["lead"] is not None:
        lead = lead or _fitting(old["lead"], date)
    elif _attributive(stem, old):
        lead = None  # "the 2022 report"
    elif lead is None and date[0].isdigit():
        lead = _fitting("in", date)
    return stem[: old.start()] + (f"{lead} {date}" if lead else date) + stem[old.end() :]


def _in_week(date: str) -> bool:
    return _IN_WEEK.fullmatch(date) is not None


def _lacks_year(date: str) -> bool:
    return not re.fullmatch(_RELATIVE, date, re.I) and not re.search(r"\d{3}", date)


def _fitting(lead: str, date: str) -> str:
    """ "On" a day, "in" a month or year."""
    if lead.casefold() not in ("in", "on"):
        return lead
    return "on" if _OF_DAY.search(date) or _in_week(date) else "in"


def _attributive(stem: str, old: re.Match[str]) -> bool:
    before, after = stem[: old.start()], stem[old.end() :]
    noun = re.match(rf"\s+(?!(?:{PREPOSITIONS}|and|or)\b)\w", after, re.I) is not None
    own = re.match(r"(?:the|an?) ", old["date"], re.I) is not None
    led = re.search(r"(?:\b(?:the|an?|our|its|their)|['’]s)\s+$", before, re.I) is not None
    return noun and (own or led)


def without_dates(question: str) -> str:
    """The question without its dates and the prepositions before them.

    >>> without_dates("where did we meet in February 2024")
    'where did we meet'
    """
    return " ".join(_PLACED.sub("", question).split())
