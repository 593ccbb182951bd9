"""Yes or no to a question that asks about a limit, by the one figure of a sentence.

"Does it make more than 50 decibels?" is answered by "44 dB". Of several figures, one of another
unit, a part, a range or a rise nothing is told, and of a limit ("up to 60") only what it rules out.
The sentence is found by asking for the figure: what is near to "more than seven days" is often
another limit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from index.analysis import question_terms, terms
from rag.checking.quantity_words import CURRENCIES
from rag.comparisons.values import Value, order, values_in
from rag.questions import is_polar
from rag.quotable import COLUMN

_LIMIT = re.compile(
    r"\b(?:(?P<over>more than|over|above|at least|exceeds?|exceeding)"
    r"|(?P<under>less than|under|below|fewer than|at most|up to|no more than|within)"
    r"|(?P<degree>longer|heavier|taller|higher|wider|deeper|bigger|larger|dearer|louder"
    r"|shorter|lighter|lower|narrower|smaller|cheaper|quieter) than)\s+(?=[£$€\w])",
    re.I,
)
_DEGREES = {
    "long": "longer shorter",
    "heavy": "heavier lighter",
    "tall": "taller",
    "high": "higher lower",
    "wide": "wider narrower",
    "deep": "deeper",
    "large": "bigger larger smaller",
    "much": "dearer cheaper",
    "loud": "louder quieter",
}
_ASKED_BY = {word: how for how, some in _DEGREES.items() for word in some.split()}
_LESS = frozenset("shorter lighter lower narrower smaller cheaper quieter".split())
_MEETS = re.compile(r"at least|at most|up to|no more than|within", re.I)  # the figure itself holds
_COUNT = r"\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen"
#: A figure that is a limit, a part or a guess says nothing of the other side of another.
_OPEN = re.compile(
    r"\b(?:up to|at (?:least|most)|more than|less than|fewer than|over|under|above|below|from"
    r"|between|about|around|some|nearly|almost|roughly|approx\w*|circa|ca|no more than|not"
    r"|maximum|minimum|max|min|every|each|per|extra|another|further|first|to|or|only|within"
    r"|plus|by|rose|risen|rises?|raised|increased|fell|starts?|late|twice)\b|n['’]t\b|\+"
    rf"|\b(?:{_COUNT})\s+[a-z]+s\s+(?:costs?|are|weigh|take)\s+$",
    re.I,
)
_MONEY = frozenset(CURRENCIES.values())
_AWAY = re.compile(r"\b(?:away|from)\b", re.I)
_AN = re.compile(r"an?\s+(?=[a-z])", re.I)
_CLAUSE = re.compile(r"[;:(]\s|,\s|\.\s|\)")
_OF = re.compile(r"\s+of\s+(?P<what>[a-z]+)", re.I)
_AFTER = 3  # words
#: The same after the figure.
_OPEN_AFTER = re.compile(
    r"\b(?:or|to|per|each|every|extra|another|further|more|less|plus|maximum|minimum|max|min"
    r"|hourly|daily|weekly|monthly|quarterly|yearly|annually|above|over|below|after|before|late|not"
    r"|against|excl\w*|up|upwards|p\.?[ampwh])\b"
    rf"|^(?:[a-z]+ )?an?\b|\+|n['’]t\b|^[-–—/]|^\d|\bfor (?:{_COUNT})\b",
    re.I,
)
#: What makes a figure of a sentence a limit.
_BOUND = re.compile(
    r"\b(?:(?P<upper>up to|at most|not? more than|a maximum of|less than|fewer than|under|below)"
    r"|at least|more than|not? less than|not? fewer than|a minimum of|over|above)\s+$",
    re.I,
)
#: What a limit of a sentence is said with: "costs up to", not "orders over".
_SAYS = re.compile(
    r"\b(?:is|are|was|were|be|been|costs?|weighs?|takes?|lasts?|has|have|makes?|uses?|holds?|seats?"
    r"|borrow|keep|take out|stay(?: for)?)\s+$",
    re.I,
)
_NEGATION = re.compile(r"\b(?:not|no|never)\s+$", re.I)
#: What may stand behind the figure of a question: "from the station", "a month". A predicate makes
#: the limit one of a class: "are children up to five years free?"
_BEHIND = re.compile(
    r"\W*(?:$|(?:an?|per|away|in|of|from|for|at|on|to|by|with|since|last|this)\b)", re.I
)
_CLASSING = frozenset("over above under below within".split()) | {"up to", "at most", "at least"}
_OF_WHAT = re.compile(r"\b(?P<what>\w+)\s+of\s+(?:the\s+|an?\s+)?$", re.I)
_DAYS_OF = re.compile(r"of (?:the )?(?P<what>[a-z]+)", re.I)
_ADJECTIVE = re.compile(r"\b(?:long|wide|deep|high|tall|thick|heavy|old|away)\b", re.I)
_ALIKE = frozenset({"high", "tall"})
_MAY = re.compile(r"\W*(?:may|can|could|am I allowed|are we allowed)\b", re.I)
_SHORT = 2  # letters of a word that names nothing one counts
#: What is told by the month or year where nobody says so.
_USUAL = {"month": re.compile(r"\brents?\b", re.I), "year": re.compile(r"\bsalar(?:y|ies)\b", re.I)}
_EVERY = re.compile(
    r"\b(?:per|an?|each|every)\s+(?:calendar\s+)?(?P<period>hour|day|night|week|month|quarter|year)\b",
    re.I,
)


class _Limit(NamedTuple):
    """What a question asks about: more or less than how much."""

    found: re.Match[str]
    value: Value
    end: int  #: of the value and its unit in the question

    @property
    def degree(self) -> str:
        """The adjective of "longer than", or nothing."""
        return (self.found["degree"] or "").lower()


class ValueQuestion(NamedTuple):
    """A question for a figure, and the words that say whose."""

    question: str
    about: str


def value_question(question: str) -> ValueQuestion | None:
    """The question for the figure itself; None where no limit is asked about.

    >>> value_question("Is the rent more than £700?")
    ValueQuestion(question='How much is the rent?', about='is the rent')
    >>> value_question("Did more than 20 people come?").question
    'How many people did come?'
    """
    limit = _limit(question) if is_polar(question) else None
    if limit is None:
        return None
    unit = question[limit.value.start : limit.end]
    unit = unit.removeprefix(limit.value.text).strip() or re.sub(r"^\S+\s*", "", limit.value.text)
    of = _OF.match(question, limit.end)
    if of and limit.value.dimension in ("", "ratio"):
        return None  # "more than half of the wall"
    rest = f"{question[: limit.found.start()]}{question[of.end() if of else limit.end :]}"
    rest = " ".join(rest.strip(" ?.").split())
    if of:
        how = f"much {of['what']}"
    elif limit.degree:
        how = _ASKED_BY[limit.degree]
    elif limit.value.dimension in _MONEY or limit.value.dimension == "mass":
        how = "much"
    elif limit.value.dimension == "time":
        how = "long"
    elif limit.value.dimension == "sound":
        how = "loud"
    elif _AWAY.search(rest):
        how = "far"
    else:
        how = f"many {unit}" if unit else "much"
    about = f"{rest[:1].lower()}{rest[1:]}"
    return ValueQuestion(f"How {how} {about}?", about)


def by_limit(question: str, quote: str, short: str | None = None) -> float | None:
    """Yes (1) or no (0) where the figure of the sentence keeps or breaks the limit that is asked
    about; None where that cannot be told. Of several figures the one in ``short``, the bare
    answer to the question for it, is meant.

    >>> by_limit("Does it make more than 50 decibels?", "It makes 44 dB of noise.")
    0.0
    >>> by_limit("Is the deposit over £4,000?", "A deposit of £4,350 is due.")
    1.0
    >>> by_limit("Is the deposit over £4,000?", "A deposit of up to £4,350 is due.")
    """
    limit = _limit(question)
    if limit is None:
        return None
    told = [  # of a row the one cell counts that holds such a figure
        (one, cell)
        for cell in quote.split(COLUMN)
        for one in values_in(cell)
        if one.dimension == limit.value.dimension and _counts_alike(one, limit.value)
    ]
    meant = [(one, cell) for one, cell in told if short and one.text in short]
    told = meant or told
    if len(told) != 1:
        return None
    sign, (before, after) = order(told[0][0], limit.value), _around(question, limit, *told[0])
    bound = _BOUND.search(before)
    if sign is None or _OPEN.search(_BOUND.sub("", before)) or _OPEN_AFTER.search(after):
        return None
    if bound is not None and not _SAYS.search(before[: bound.start()]):
        return None  # "orders over £60 ship free"
    days_of = after if limit.value.dimension == "time" else ""
    if _is_of_another(question, before, days_of) or _is_otherwise(limit.degree, after):
        return None
    return _by_sign(question, limit, sign, bound)


def _is_of_another(question: str, before: str, after: str) -> bool:
    """Is it a figure of something that the question does not name: "a deposit of £900"?"""
    asked = set(terms(question))
    parts = (_OF_WHAT.search(_BOUND.sub("", before)), _DAYS_OF.match(after))
    return any(part is not None and not asked & set(terms(part["what"])) for part in parts)


def _is_otherwise(degree: str, after: str) -> bool:
    """Is the figure said to be how wide a thing is, where one asks how long?"""
    told = _ADJECTIVE.search(after)
    if not degree or told is None:
        return False
    asked, says = _ASKED_BY[degree], told.group().lower()
    return asked != says and not {asked, says} <= _ALIKE


def _by_sign(question: str, limit: _Limit, sign: int, bound: re.Match[str] | None) -> float | None:
    """Yes or no by which of two figures is the greater: that of the sentence (1) or the limit (-1);
    ``bound`` makes that of the sentence a limit, too."""
    under = bool(limit.found["under"]) or limit.degree in _LESS
    meets = bool(_MEETS.match(limit.found.group()))
    may = _MAY.match(question) is not None
    if bound is None and may and under and meets:
        return 1.0 if sign >= 0 else None  # "can I cancel within 14 days?" of 30 days
    if bound is None:
        return float(meets) if sign == 0 else float((sign < 0) == under)
    # "up to two" lets nobody have more, "at least two" nobody less
    if bound["upper"] and (sign < 0 or (sign == 0 and meets == under)):
        return float(under)
    if not bound["upper"] and (sign > 0 or (sign == 0 and meets != under)):
        return float(not under)
    return 1.0 if may and bound["upper"] and not under and (sign > 0 or meets) else None


def is_told_of(question: str, quote: str) -> bool:
    """Does a sentence hold more than half of the words for what a limit is asked of?"""
    value = value_question(question)
    about = set(question_terms(value.about)) if value is not None else set()
    return 2 * len(about & set(terms(quote))) > len(about)


def _limit(question: str) -> _Limit | None:
    """The one limit of a question with its figure; None where there is none, or several."""
    limits = list(_LIMIT.finditer(question))
    if len(limits) != 1:
        return None
    start = limits[0].end()
    article = _AN.match(question, start)
    cut = article.end() if article else start
    told = "one " if article else ""
    asked = values_in(told + question[cut:])
    if len(asked) != 1 or asked[0].start > 1 or asked[0].dimension in ("date", "clock"):
        return None
    text = asked[0].text.removeprefix(told)
    value = replace(asked[0], text=text, start=cut + max(0, asked[0].start - len(told)))
    if article and not value.dimension:
        return None
    end = value.start + len(value.text)
    if not value.dimension:
        unit = re.match(rf"\s*{re.escape(value.unit)}\b", question[end:], re.I)
        if unit is None or len(value.unit) <= _SHORT:
            return None
        end += unit.end()
    of_class = limits[0].group().strip().lower() in _CLASSING and not _BEHIND.match(question, end)
    if (of_class and value.dimension) or _NEGATION.search(question[: limits[0].start()]):
        return None
    return _Limit(limits[0], value, end)


def _counts_alike(one: Value, other: Value) -> bool:
    """Are two plain numbers of the same things; all others compare by their dimension."""
    return bool(one.dimension) or terms(one.unit) == terms(other.unit)


class _Around(NamedTuple):
    before: str
    after: str


def _around(question: str, limit: _Limit, value: Value, cell: str) -> _Around:
    """The words of the clause before a value and the three after it, without "per month" where the
    question asks by the month, or a rent is meant."""
    after = cell[value.start + len(value.text) :]
    told, asked = _EVERY.match(after.lstrip()), _EVERY.match(question[limit.end :].lstrip())
    if told is not None:
        period = told["period"].lower()
        usual = period in _USUAL and _USUAL[period].search(question)
        if asked["period"].lower() == period if asked else usual:
            after = _EVERY.sub("", after, count=1)
    elif asked is not None:
        after = f" {asked.group()}"  # a price of which nobody says whether it is by the month
    return _Around(
        _CLAUSE.split(cell[: value.start])[-1],
        " ".join(_CLAUSE.split(after)[0].split()[:_AFTER]),
    )
