"""The months that a text tells of, those between "April" and "July" among them."""

from __future__ import annotations

import re

from rag.checking.quantity_words import MONTHS as _NUMBERS

#: In their order, in lower case.
MONTHS = tuple(name for name in _NUMBERS if len(name) > 4 or name in ("may", "june", "july"))

# "March" and short forms with a capital, since "march" and "sep" are words; "May" opens questions.
_PLAIN = "|".join(name for name in MONTHS if name not in ("march", "may"))
_NAMES = "|".join(sorted((name.capitalize() for name in _NUMBERS), key=len, reverse=True))
_MONTH = rf"(?:(?i:{_PLAIN})|{_NAMES})\b\.?"
_ONE = re.compile(
    rf"(?<!\w)(?!May\b){_MONTH}|(?<=\w[ ,–-])May\b|(?<=\w, )May\b|(?<=\bin )(?:may|march)\b"
)
_SPAN = re.compile(rf"\b({_MONTH})\s*(?:to|until|till|through|-|–|—)\s*({_MONTH})")
_ALL = re.compile(r"\ball (?:the )?year(?: round)?\b|\bevery month\b|\bthroughout the year\b", re.I)
_DAY = re.compile(rf"\d\s*(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d|\d{{4}}")


def months_in(text: str) -> set[str]:
    """The months a text tells of, whole names in lower case.

    >>> sorted(months_in("open from November to January"))
    ['december', 'january', 'november']
    """
    held = {MONTHS[_place(match[0])] for match in _ONE.finditer(text)}
    for match in _SPAN.finditer(text):
        first, last = _place(match[1]), _place(match[2])
        held |= {MONTHS[month % 12] for month in range(first, last + 1 + 12 * (last < first))}
    return held | set(MONTHS) if _ALL.search(text) else held


def tells_of_months(text: str) -> bool:
    """Does a text say in which months of every year something is, and so that it is not in the
    others? With days and years it tells of one time only.

    >>> tells_of_months("April to July"), tells_of_months("4 April to 6 July")
    (True, False)
    """
    return bool(_SPAN.search(text) or _ALL.search(text)) and not _DAY.search(text)


def _place(word: str) -> int:
    return _NUMBERS[word.rstrip(".").casefold()] - 1
