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
    """Folded text with the days and months written out that are other words as well.

    >>> dates_written_out("sat 25 jul, as we sat in the sun")
    'saturday 25 july, as we sat in the sun'
    """
    for pattern in _SURELY:
        folded = pattern.sub(lambda match: _BESIDE_A_NUMBER[match.group()], folded)
    return folded
