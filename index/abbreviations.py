"""Clipped words and abbreviations as the words they stand for, so that a search for either finds
both.

Only those that stand for one thing in most documents: "min" is a minute or a minimum, "HR" no hour,
and Max, Jan and Tel Aviv are names.
"""

from __future__ import annotations

import re

_WHOLE = {
    short: whole
    for whole, shorts in {
        "monday": "mon",
        "tuesday": "tue tues",
        "wednesday": "weds",
        "thursday": "thu thur thurs",
        "friday": "fri",
        "february": "feb",
        "august": "aug",
        "september": "sept",
        "october": "oct",
        "november": "nov",
        "december": "dec",
        "week": "wk",
        "weeks": "wks",
        "years": "yrs",
        "hours": "hrs",
        "minutes": "mins",
        "seconds": "secs",
        "kilogram": "kg",
        "kilograms": "kgs",
        "kilometer": "km kms",
        "centimeter": "cm",
        "millimeter": "mm",
        "milliliter": "ml",
        "teaspoon": "tsp",
        "tablespoon": "tbsp",
        "telephone": "phone",
        "telephones": "phones",
        "refrigerator": "fridge",
        "refrigerators": "fridges",
        "photograph": "photo",
        "photographs": "photos",
        "laboratory": "lab",
        "laboratories": "labs",
        "examination": "exam",
        "examinations": "exams",
        "bicycle": "bike",
        "bicycles": "bikes",
        "influenza": "flu",
        "quotation": "quote",
        "quotations": "quotes",
        "advertisement": "advert",
        "advertisements": "adverts",
        "memorandum": "memo",
        "memoranda": "memos",
        "information": "info",
        "department": "dept",
        "government": "govt",
        "average": "avg",
        "quantity": "qty",
        "approximately": "approx",
        "limited": "ltd",
        "including": "incl",
        "excluding": "excl",
    }.items()
    for short in shorts.split()
}
# Days and months that are words or names besides, where they are surely meant: before or behind a
# day or a year, and alone in a cell.
_BESIDE_A_NUMBER = {
    "wed": "wednesday",
    "sat": "saturday",
    "sun": "sunday",
    "jan": "january",
    "mar": "march",
    "apr": "april",
    "jun": "june",
    "jul": "july",
    "sep": "september",
}
_NUMERIC_DATE = re.compile(
    r"(?<![\w./-])(?:(?P<first>\d{1,2})(?:/(?P<second>\d{1,2})/(?:\d{4}|\d\d)"
    r"|\.(?P<dotted>\d{1,2})\.\d{4})|\d{4}-(?P<month>\d\d)-(?P<day>\d\d))(?![\w/])"
)
_MONTH_NAMES = (
    "january february march april may june july august september october november december".split()
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SURELY = tuple(
    re.compile(pattern, re.M)
    for pattern in (
        r"\b(?:wed|sat|sun)(?=[.,]?\s+\d{1,2}"
        rf"(?:st|nd|rd|th)?(?:\s*$|[.:,;|/]|\s+(?:\||of\b|[ap]m\b|{_MONTHS})))",
        r"(?<=\d[-\s])(?:jan|mar|apr|jun|jul|sep)\b",
        r"\b(?:jan|mar|apr|jun|jul|sep)(?=[-.\s]{1,2}(?:19|20)\d\d\b)",
        r"(?:(?<=: )|(?<=\| )|^)(?:wed|sat|sun|jan|mar|apr|jun|jul|sep)(?=\s*(?:$|\|))",
    )
)


def written_out(word: str) -> str:
    """The word that a folded one stands for, itself where it is none of them.

    >>> [written_out(word) for word in ("thurs", "phone", "table")]
    ['thursday', 'telephone', 'table']
    """
    return _WHOLE.get(word, word)


def dates_written_out(folded: str) -> str:
    """Folded text with the days and months written out that are other words as well, and with those
    of dates in figures beside them.

    >>> dates_written_out("sat 25 jul, as we sat in the sun")
    'saturday 25 july, as we sat in the sun'
    >>> dates_written_out("paid 23/05/2024")
    'paid 23/05/2024 23 may'
    """
    for pattern in _SURELY:
        folded = pattern.sub(lambda match: _BESIDE_A_NUMBER[match.group()], folded)
    return _NUMERIC_DATE.sub(_with_its_month, folded)


def _with_its_month(match: re.Match[str]) -> str:
    """ "23/05/2024" with "23 may" behind it; where the month may come first, with both."""
    if match["month"]:
        pairs = [(match["day"], match["month"])]
    else:
        one, other = match["first"], match["second"] or match["dotted"]
        pairs = [(one, other)] if one == other else [(one, other), (other, one)]
    said = [
        f"{int(day)} {_MONTH_NAMES[int(month) - 1]}"
        for day, month in pairs
        if 1 <= int(day) <= 31 and 1 <= int(month) <= 12
    ]
    return " ".join((match.group(), *said))
