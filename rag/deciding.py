"""Yes or no: what the quoted sentence says to a question that asks for either.

From the document's own word where the same question stands there, else by a judge of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from index.analysis import question_terms, terms
from index.sentences import is_question
from rag.asked_limits import by_limit, is_told_of, value_question
from rag.checking.clock import clock_times
from rag.finding import Found
from rag.months import MONTHS, months_in, tells_of_months
from rag.polar_words import NEGATED, Heard, verdict
from rag.quotable import answer_start
from rag.weekdays import WEEKDAYS, tells_of_days, weekdays_in

# In doubt the quoted sentence speaks for itself; the bar was chosen by the table that
# `python -m rag.training.verdicts` prints.
_DECIDED = 0.6
# Not "No more than two" and "No. 5".
_YES_NO = re.compile(r"(?:A:\s*)?(yes|no)(?=\s*(?:[,;:!–—]|\.(?!\s*\d)|$))", re.I)
_EXCEPTED = re.compile(
    r"\b(?:except(?:ed|ing)?|unless|save (?:for|that|in|on|where|when)|other than|apart from)\b",
    re.I,
)
_WHETHER = re.compile(
    r"\b(?:whether|(?:ask|asks|asked|check|see|know|knows|known|find out|unsure|unclear|wonder\w*"
    r"|tell (?:me|us|her|him|them)) if)\b(?P<clause>[^,.;:?!]+)",
    re.I,
)
#: A rule that forbids, or says that something is shut.
_FORBIDS = re.compile(
    r"\b(?:cannot|not|no|never|nobody|no one|none|nothing|closed|shut|forbidden|prohibited|banned"
    r"|refused|barred)\b|n['’]t\b",
    re.I,
)
_AT = re.compile(r"\b(?:at|by|around|about)\s+$", re.I)
_ATS = ("at", "by", "around", "about")
_BUT = re.compile(
    r"\b(?:but|mostly|usually|some|often|(?-i:may)|might|or|moved|postponed|extended|changed"
    r"|put back|due|second|other|alternate|appointment|(?:a|per) month)\b|;",
    re.I,
)
#: What a list of days is not asked for: a part of the day, which it may tell for each apart.
_PART_OF_DAY = re.compile(
    r"\d|\b(?:mornings?|afternoons?|evenings?|nights?|late|early|until|till|after|before|noon)\b",
    re.I,
)
#: What makes the days told those of something more, and says nothing of the others.
_MORE = re.compile(
    r"\b(?:until|till|late|for|extra|also|rest|longer|additional\w*|summer|winter|hourly)\b", re.I
)
#: "At 9" and "before 9", and no 9 weeks.
_BARE = re.compile(
    r"\b(?P<lead>at|by|around|about|after|from|before|until|till) (?P<hour>[01]?\d|2[0-4])(?=\W*$)",
    re.I,
)
_SIDE = re.compile(r"\b(?P<side>after|from|before|until|till)\s+$", re.I)
_YEARS_OLD = re.compile(r"\b(?P<age>\d{1,2})(?:[- ]years?[- ]olds?|[- ]?y/?o)\b", re.I)
_AGE_LIMIT = re.compile(
    r"\b(?P<side>under|below|over|above|younger than|older than)[- ](?P<age>\d{1,2})"
    r"(?!\s?(?:[%°]|(?:k?g|c?m)\b|minutes|hours|days|weeks|months|people|guests))",
    re.I,
)
_OPEN = re.compile(
    r"(?:only|depends?|sometimes|usually|normally|mostly|partly|it varies|on request"
    r"|(?:in|for|on) (?:some|certain|most))\b",
    re.I,
)
_IS_THERE = re.compile(r"\W*(?:is|are|was|were) there\b", re.I)
_THERE_IS_NONE = re.compile(
    r"\W*there(?:(?: is| are| was| were|['’]s) (?:none|not any|no)"
    r"|(?: is| are| was| were)n['’]t (?:any|an?))\b",
    re.I,
)
_NO_DENIAL = re.compile(
    r"\bno (?:less|fewer|more|need|doubt|better|reason|limit|longer|point|problem|rush|harm|charge"
    r"|fee|question|way)\b",
    re.I,
)
_SAME_QUESTION = 0.75  # of the words of two questions, from which they ask the same

#: Probability, 0–1, that a sentence says yes to the question: with its passage, and alone.
Decide = Callable[[Found], tuple[float, float]]


def yes_or_no(question: str, found: Found, decide: Decide) -> tuple[str | None, float]:
    """The word that answers, None where it is in doubt, and how sure it is that either does, 0.5–1.

    "Dogs are not allowed except on a lead" says neither, unless the exception is asked about.
    """
    quote = found.quote
    told = _told(question, quote)
    told = _by_days(question, found) if told is None else told
    if told is None and (told := by_limit(question, quote)) is not None:
        told = told if is_told_of(question, quote) else 0.5  # a figure, and maybe of another thing
    if told is not None:
        return (None if told == 0.5 else "Yes" if told else "No"), max(told, 1.0 - told)
    judged, alone = decide(found)
    heard = Heard(judged, alone, found.answerability)
    yes, no = verdict(question, quote, heard)
    is_there = _IS_THERE.match(question) is not None
    if is_there and _THERE_IS_NONE.match(quote):
        yes, no = 0.0, (_DECIDED if judged < 0.5 else 0.0)
    sure = max(yes, no, 0.5)
    if is_there and _NO_DENIAL.search(quote):
        return None, sure  # "no less than four", "no need to book"
    excepted = _EXCEPTED.search(quote) and not _EXCEPTED.search(question)
    if max(yes, no) < _DECIDED or excepted or _is_of_others(question, quote):
        return None, sure
    if value_question(question) is not None:  # the judge cannot compare figures
        return None, sure
    return ("Yes" if yes > no else "No"), sure


def _is_of_others(question: str, quote: str) -> bool:
    """Does a rule against something hold for other days, hours or ages than those asked about?

    "Nobody may use the lift after 22:00" says nothing of 21:00.
    """
    if not _FORBIDS.search(quote):
        return False
    asked, held = weekdays_in(question), weekdays_in(quote)
    if asked and held:
        return not asked & held
    time, limit = _time_asked(question), _time_limit(quote)
    if time and limit:
        limits, holds_later = limit
        # in doubt between morning and evening neither is said
        return any(one == other or (one > other) != holds_later for one in time for other in limits)
    age, bound = _YEARS_OLD.search(question), _AGE_LIMIT.search(quote)
    if age and bound:
        below = int(age["age"]) < int(bound["age"])
        return below != (bound["side"].casefold() in ("under", "below", "younger than"))
    return False


def _by_days(question: str, found: Found) -> float | None:
    """Yes (1) or no (0) where a quotation tells on which days of the week, or in which months, the
    very thing is that is asked of some: "open Monday to Friday"; else None. Its title and headings
    may say what the thing is."""
    quote = found.quote
    if _PART_OF_DAY.search(question) or any(
        one.search(f"{question} {quote}") for one in (_FORBIDS, _BUT, _EXCEPTED)
    ):
        return None
    said = set(terms(quote))
    around = said | set(terms(found.passage.chunk.context))
    for names, told_in, tells in (
        (WEEKDAYS, weekdays_in, tells_of_days),
        (MONTHS, months_in, tells_of_months),
    ):
        asked, held = told_in(question), told_in(quote)
        sought = set(question_terms(question)) - set(terms(" ".join(names)))
        if not (asked and tells(quote) and sought & said and sought <= around):
            continue
        if asked <= held:
            return 1.0
        return 0.0 if not asked & held and not _MORE.search(quote) else None
    return None


def _time_asked(question: str) -> tuple[float, ...]:
    """The time of day that is asked about, in minutes, as it may be read; none where none is."""
    times, _ = clock_times(question)
    if len(times) == 1 and _AT.search(question[: times[0].start]):
        return times[0].values
    bare = _BARE.search(question)
    return _either(bare) if not times and bare and bare["lead"].casefold() in _ATS else ()


def _time_limit(quote: str) -> tuple[tuple[float, ...], bool] | None:
    """The one time from or until which something holds, as it may be read, and whether from then
    on; None where there is none, or there are two."""
    sides = [(one, _SIDE.search(quote[: one.start])) for one in clock_times(quote)[0]]
    limits = [(one.values, side["side"]) for one, side in sides if side is not None]
    if not sides and (bare := _BARE.search(quote)) and bare["lead"].casefold() not in _ATS:
        limits = [(_either(bare), bare["lead"])]
    if len(limits) != 1:
        return None
    values, lead = limits[0]
    return values, lead.casefold() in ("after", "from")


def _either(bare: re.Match[str]) -> tuple[float, ...]:
    """The hours, in minutes, that a number alone may mean."""
    hour = int(bare["hour"])
    return (60.0 * hour,) if hour > 12 else (60.0 * hour, 60.0 * (hour + 12))


def wonders(question: str, quote: str) -> bool:
    """Does a sentence only ask what is asked here: "Please see whether the gutter is sound"?"""
    asked = set(question_terms(question))
    clauses = [set(question_terms(match["clause"])) for match in _WHETHER.finditer(quote)]
    return any(one and len(one & asked) >= _SAME_QUESTION * len(one) for one in clauses)


def _told(question: str, quote: str) -> float | None:
    """Yes (1) or no (0) where the same question in the document is answered with the word; neither
    (0.5) where the quotation only asks; None where it is to be read."""
    if is_question(quote):
        return 0.5
    start = answer_start(quote)
    word = _YES_NO.match(quote, start)
    if start and word is None and _OPEN.match(quote, start):
        return 0.5
    if start == 0 or word is None:
        return None
    asked, there = _sought(question), _sought(quote[:start])
    turned = bool(NEGATED.search(question)) != bool(NEGATED.search(quote[:start]))
    if turned or len(asked & there) < _SAME_QUESTION * len(asked | there):
        return None  # "Are pets forbidden? No." is no answer to whether they are allowed
    return float(word[1].lower() == "yes")


def _sought(question: str) -> set[str]:
    """The terms of a question without its number among others."""
    return {term for term in question_terms(question) if not term.isdigit()}
