"""Things to list that are known by their form: deadlines, dates, prices, names, addresses.

Pure text. What has no such form is looked for by its words in `rag.overview`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.analysis import fold, words
from rag.follow_ups.kinds import Kind
from rag.follow_ups.mentions import mentions

#: (sentence, headings above it, outermost first) → whether the sentence holds such a thing
Holds = Callable[[str, Sequence[str]], bool]

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DATED = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|{_MONTH} (?:19|20)\d\d\b|(?:19|20)\d\d-\d\d?-\d\d?\b|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b)"
)
_DATE = re.compile(rf"\b(?:{_DATED}|(?:1[0-9]|20)\d\d\b)", re.I)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_SPAN = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety)"
    r"(?:\s+(?:working|business|calendar|full))?\s+(?:hour|day|week|fortnight|month|year)s?"
)
_DAY = (
    rf"(?:{_DATED}|{_WEEKDAY}|\d{{1,2}}(?:[:.]\d\d)? ?[ap]\.?m\.?|\d{{1,2}}[:.]\d\d|noon|midnight)"
)
# What says of any date beside it that something is due.
_DUE = re.compile(
    r"\b(?:due|deadlines?|(?:no|not) later than|at the latest|latest|expir\w+|closing date|payable"
    r"|submi\w+|hand(?:ed)? in|must be (?:paid|returned|received|sent)|last (?:day|date)|cut-?off"
    r"|renew\w*|register by|apply by|runs? (?:until|to|for))\b",
    re.I,
)
# "By" and "until" say so of the date they stand before, but not in "from 9:00 until 17:00".
_BY = re.compile(rf"(?<!\bfrom )\b(?:by|until|till|before)\W+(?:\w+\s+){{0,3}}?{_DAY}", re.I)
_HOURS = re.compile(rf"\b(?:from|between)\s+(?:\w+\s+)?{_DAY}\s+(?:until|till|to|and)\b", re.I)
_DATED_OR_DAY = re.compile(rf"\b(?:{_DAY})", re.I)
_TERM = re.compile(
    rf"\bwithin\s+(?:the\s+)?{_SPAN}\b|\b(?:no|not) (?:more|later) than\s+{_SPAN}\b"
    rf"|\b{_SPAN}['’]?s?\s+(?:notice|before|ahead|beforehand|in advance|late|of (?:the|receipt))\b",
    re.I,
)
_DEADLINE_WORD = re.compile(r"\b(?:deadlines?|due dates?|key dates|important dates|terms?)\b", re.I)
_MONEY = re.compile(
    r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|CNY|RMB|JPY|INR)\b)\s?\d|\d\s?(?:[$€£¥₹%]?(?<!%)[$€£¥₹]"
    r"|\b(?:USD|EUR|GBP|CHF|CNY|RMB|dollars?|euros?|pounds?|pence|cents?|yuan|yen|rupees?|francs?)\b)",
    re.I,
)
_TO_PAY = re.compile(
    r"\b(?:fees?|charge[sd]?|fines?|payments?|payable|pays?|paid|costs?|rent|deposits?|prices?|tariffs?)\b",
    re.I,
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<![\w.,])\+?\(?\d[\d\s()/.-]{6,18}\d(?![\w,])")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_PERCENT = re.compile(r"\d\s?%|\bper ?cent\b", re.I)
_DUTY = re.compile(
    r"\b(?:must|shall|have to|has to|required to|obliged to|need(?:s)? to|is to be|are to be)\b"
    r"|\b(?:may|can) not\b|\bforbidden\b|\bprohibited\b",
    re.I,
)


def _deadline(text: str, headings: Sequence[str]) -> bool:
    dated = _DATED_OR_DAY.search(text) is not None
    if dated and (_DUE.search(text) or any(map(_DEADLINE_WORD.search, headings))):
        return True
    if _BY.search(text) and not _HOURS.search(text):
        return True
    return _TERM.search(text) is not None or re.search(r"(?i)\bdeadline", text) is not None


def _fee(text: str, headings: Sequence[str]) -> bool:
    """A sum of money beside a word that says it is to be paid, or under such a heading."""
    if _MONEY.search(text) is None:
        return False
    return any(map(_TO_PAY.search, (text, *headings)))


def _matches(pattern: re.Pattern[str]) -> Holds:
    return lambda text, _: pattern.search(text) is not None


def _phone(text: str, _: Sequence[str]) -> bool:
    """Seven digits or more that are neither a date nor years."""
    found = (match.group() for match in _PHONE.finditer(text))
    return any(len(re.sub(r"\D", "", one)) >= 7 and not _DATE.search(one) for one in found)


def _person(text: str, _: Sequence[str]) -> bool:
    return any(one.named and one.kind is Kind.PERSON for one in mentions(text, question=False))


def _named(text: str, _: Sequence[str]) -> bool:
    found = mentions(text, question=False)
    # one word that opens the sentence may be any word
    sure = [one for one in found if one.start > 0 or " " in one.text]
    return any(one.named and one.kind is not Kind.TIME for one in sure)


_KINDS: dict[str, Holds] = {
    "deadline due-date time-limit": _deadline,
    "date": _matches(_DATE),
    "price cost amount sum": _matches(_MONEY),
    "fee charge payment fine": _fee,
    "email mail email-address e-mail-address mail-address": _matches(_MAIL),
    "phone-number telephone-number phone number telephone": _phone,
    "link url website web-address": _matches(_LINK),
    "percentage percent": _matches(_PERCENT),
    "person people": _person,
    "name": _named,
    "obligation duty requirement": _matches(_DUTY),
}
_BY_NAME = {name: holds for names, holds in _KINDS.items() for name in names.split()}


def pattern_of(thing: str) -> Holds | None:
    """The test for a kind of thing, None when its form does not tell it: "deadlines", "all prices".

    >>> pattern_of("due dates") is not None, pattern_of("kings") is None
    (True, True)
    """
    parts = [_singular(word) for word in words(fold(thing)) if word not in ("and", "the", "all")]
    tests = [_BY_NAME[name] for name in ("-".join(parts), *parts[:1]) if name in _BY_NAME]
    if "-".join(parts) in _BY_NAME or len(parts) == 1:
        return tests[0] if tests else None
    # "names and dates", "dates and deadlines"
    if all(part in _BY_NAME for part in parts):
        chosen = [_BY_NAME[part] for part in parts]
        return lambda text, headings: any(holds(text, headings) for holds in chosen)
    return None


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
