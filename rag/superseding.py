"""A sentence that says what the best one says has changed: "the gate code is 8125 now".

In a thread of messages, a policy with endorsements or the minutes of a year the older words answer
as well as the newer ones, and often better. Both are shown, the change first. Of a sentence that
tells what was and what is, what is is the bare answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from index.analysis import question_terms, terms
from rag.finding import Found
from rag.quotable import COLUMN
from rag.weekdays import weekdays_in

_TO = (
    r"(?P<now>[^\s.;]*\d(?:[\d.,]*\d)?[^\s.;,]*"
    r"(?: (?:million|days?|weeks?|months?|years?|hours?|minutes?|meals?|places|people|points|pence"
    r"|per cent|degrees|%|°C|[kcmµ]?m|[km]?g|m?l|bar|[km]?[WVA]|kWh|rpm|g?sm))?)"
)
_ENDS = (
    r"(?=\W*$|\s?[.;,:()]|\s+(?:following|with effect|from|since|on|as of|because|after an?|an?|per"
    r"|each)\b)"
)
_CHANGES = (
    r"(?:increased|raised|reduced|lowered|changed|extended|shortened|amended|rises?|rose|moves?|moved"
    r"|(?:goes|go|went|put) up|(?:comes|come|came|goes|go|went) down)"
)
#: What was, and what is now: "increased from £500 to £750", "for "9,000" read "7,500"".
_FROM_TO = (
    re.compile(
        rf"\b{_CHANGES}\s+from (?P<was>(?:[^.;]|\.\d){{1,40}}?) to {_TO}{_ENDS}",
        re.I,
    ),
    re.compile(
        r"\bfor [\"“‘'](?P<was>[^\"”’']+)[\"”’'] read [\"“‘'](?P<now>[^\"”’']+)[\"”’']", re.I
    ),
)
#: "Security changed the gate code: it's 8125 now."
_ROSE_FROM = re.compile(rf"\b{_CHANGES}\s+from $", re.I)
_NOW = re.compile(rf"\bchanged\b.*\b(?:it['’]s|it is|is now|now)\s+(?:now\s+)?{_TO}", re.I)
_PROPOSED = re.compile(
    r"\b(?:if|would|could|might|(?-i:may)|should|can|must|propos\w+|ask(?:ed|s|ing)?|suggest\w*|wants?"
    r"|wanted|plan\w*|discuss\w*|consider\w*|demand\w*|motion|reject\w*|vot(?:e|ed|ing)|against"
    r"|unless|when|(?:not|never)(?: \w+)? \w+ed)\b|n['’]t\b|\?",
    re.I,
)
_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)|on|at|the|a|an"
    r"|about|from|for|in|week|date|time|price|rate|figure|limit|dose|of|until|to)"
)
#: What stands before a figure that holds no longer: "and not 07:45", "the old week (9-13 June)".
_NO_LONGER = re.compile(
    r"(?:\b(?:instead of|rather than|not|no longer|formerly|previously|originally|in place of"
    r"|replac(?:es?|ing)|(?:the|our|your) (?:old|former|previous|original)"
    r"|(?:cannot|can['’]t) (?:do|make|manage))|[(;,]\s*(?:was|were))"
    rf"(?:[^\w.;:!?]+{_DAY}\b\.?){{0,4}}[^\w.;:!?]*$",
    re.I,
)
#: What stands behind it: "9-13 June is off".
_IS_OFF = re.compile(
    r"[^.;|]{0,25}?\b(?:is|are|was|were|has been|have been) (?:now )?(?:off|cancelled|called off"
    r"|dropped|out|withdrawn|replaced|superseded)\b",
    re.I,
)
#: A bare answer that goes on to what it is no longer: "08:00 and not 07:45", "7 June (was 24 May)".
_AND_NOT = re.compile(
    r"(?P<now>.*?\d.*?)(?:[\s,(–-]+(?:(?:and|but) )?(?:not|no longer|instead of|rather than"
    r"|formerly|previously|originally)|\s*[(,]\s*(?:was|were))"
    rf"(?P<was>(?:\W+{_DAY}\b\.?){{0,4}}\W*\d.*)",
    re.I | re.S,
)
_DATED = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b\d{1,2}/\d{1,2}\b|\bday\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.I,
)
_KINDS = (
    re.compile(r"[£$€]|\b(?:pounds?|euros?|dollars?)\b", re.I),
    re.compile(r"%|\bper ?cent\b", re.I),
    re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)|\b\d{1,2} ?[ap]\.?m\b", re.I),
    _DATED,
)
#: Whom or when alone a figure is for: "On Mondays the sauna costs £6 instead of £8."
_ONLY_FOR = re.compile(
    r"\b(?:(?:on|every|each) (?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekends?|weekdays|(?:bank |public )?holidays?"
    r"|evenings|mornings|afternoons|christmas|easter|(?:non-)?members?|child(?:ren)?|students?"
    r"|seniors?|pensioners?|residents?|groups?|concessions?|staff|(?:under|over)[- ]\d+s?)\b",
    re.I,
)
#: What a message begins with: "10/05/2025, 18:20 - ", "[2025-05-10 18:20] ".
_STAMP = re.compile(
    r"^\W*(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d)[,T ]+\d{1,2}:\d\d(?::\d\d)?"
    r"(?:\s?[ap]\.?m\.?)?\W+",
    re.I,
)
_PRESENT = frozenset(terms("now currently current today still present moment"))
#: Who says whom a question is for means them, whatever the documents call them.
_OF_SOMEBODY = re.compile(
    r"\b(?:for (?!how\b)\w+|i am|i['’]m|i belong|we are|as an?|my|older|younger|under|over)\b", re.I
)
_CANDIDATES = 6
_NEARLY = 0.5  # of the best one's score: as likely, for what the reader can tell
_SHARE = 0.04  # of the best one's score, at the least
_LEAST = 2  # words of the question that a figure without what it was before has to share
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FIGURE = re.compile(rf"[£$€]?{_NUMBER.pattern}")
_APART = 12  # characters between two figures of one: "24 to 31 May"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Questions that want both ends of "from £2 to £3".
_BOTH_ENDS = re.compile(
    r"\b(?:from (?:what|which|when|where|how)|by how much|rises?|rose|chang\w+|increas\w+|range"
    r"|when|years?|high)\b",
    re.I,
)
_ASKS_FORMER = re.compile(
    r"^(?!.*\b(?:now|currently|today|these days|nowadays|when|who|why|where|by how much|replac\w+"
    r"|rais\w+|increas\w+|reduc\w+|lower\w*|chang\w+|extend\w+|rose|went|go(?:es)? up)\b).*(?:"
    r"\b(?:was|were|did|had)\b.*\b(?:before|previously|originally|formerly)\b|\bused to\b)",
    re.I | re.S,
)
_ONE_FIGURE = re.compile(r"[£$€]?\d[\d.,]*(?: ?[^\W\d_]+| ?[%°]\w*)?")
_LONGEST_SHORT = 300  # characters of a bare answer; a longer one is told as it is
_PAST = frozenset(terms("before previously originally formerly until used old former previous"))
_OTHER_TIMES = re.compile(r"\b(?:was|were|old|before|original\w*|first)\b", re.I)


def superseding(question: str, found: Sequence[Found]) -> Found | None:
    """The candidate that says the figure of the best one has changed; None where none does, or the
    question asks for what was.

    It or what stands beside it has to name that very figure as the one before, or it to be about
    the same two words and more.
    """
    if not found or _OTHER_TIMES.search(question) or _YEAR.search(question):
        return None
    best, asked = found[0], set(question_terms(question)) - _PRESENT
    held, subject = _figures(best.quote), asked & set(terms(best.quote))
    for other in found[1:_CANDIDATES]:
        if _PROPOSED.search(other.quote):
            continue
        if other.score >= _SHARE * best.score and _displaces(question, other, best, subject):
            return other
        if not subject or not subject <= set(terms(other.quote)):
            continue
        told = next((m for m in (one.search(other.quote) for one in _FROM_TO) if m), None)
        if told is not None and _figures(told["was"]) and _figures(told["was"]) <= held:
            return None if _figures(told["now"]) <= held else other
        said = _STAMP.sub("", other.quote)
        new = None if _YEAR.search(said) else _NOW.search(said)
        if new is not None and len(subject) >= _LEAST and not _figures(new["now"]) <= held:
            return other if held else None
    return None


def usual_first(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, a figure for everybody before one that is nearly as likely and only for some
    people or days of whom the question does not speak: "£8" before "on Mondays £6"."""
    if not found or COLUMN in found[0].quote or _OF_SOMEBODY.search(question):
        return list(found)
    best, asked = found[0], set(question_terms(question))
    if not _is_for_some(best.quote, asked) or weekdays_in(best.quote) & weekdays_in(question):
        return list(found)
    for other in found[1:_CANDIDATES]:
        if other.score < _NEARLY * best.score:
            break
        same = asked & set(terms(best.quote)) == asked & set(terms(other.quote))
        own = other.passage.chunk.document_id == best.passage.chunk.document_id
        figures = bool(_figures(other.short or "")) and _alike(best.short or "", other.short or "")
        if same and own and figures and not _is_for_some(other.quote, asked):
            rest = [one for one in found if one is not other]
            return [replace(other, score=best.score), *rest]
    return list(found)


def former(question: str, found: Sequence[Found]) -> Found | None:
    """The candidate that says what was before the figure of the best one, where that is asked for:
    "reduced from 3.2 to 1.6" where the limit is 1.6; None where none does."""
    if not found or not _ASKS_FORMER.search(question) or _YEAR.search(question):
        return None
    best, asked = found[0], set(question_terms(question)) - _PAST
    held, subject = _figures(best.quote), asked & set(terms(best.quote))
    for other in found[:_CANDIDATES]:
        told = _FROM_TO[0].search(other.quote)
        if told is None or _PROPOSED.search(other.quote) or not _figures(told["was"]):
            continue
        about = len(subject) >= _LEAST and subject <= set(terms(other.quote))
        if other is best or (about and _figures(told["now"]) <= held):
            return other
    return None


def past(question: str, quote: str) -> str | None:
    """What was, where that is asked for: "30 days" of "extended from 30 to 45 days"."""
    told = _FROM_TO[0].search(quote) if _ASKS_FORMER.search(question) else None
    if told is None or not _ONE_FIGURE.fullmatch(told["was"].strip()):
        return None
    was, now = told["was"].strip(), told["now"]
    unit = _FIGURE.sub("", now).strip()
    # the unit is often said once: "from 30 to 45 days"
    return f"{was} {unit}" if unit and _FIGURE.fullmatch(was) and _FIGURE.match(now) else was


def present(question: str, quote: str, short: str | None) -> str | None:
    """The bare answer without what was: "£3.05" of "goes up from £2.85 to £3.05"."""
    if short is None or len(short) > _LONGEST_SHORT or _OTHER_TIMES.search(question):
        return past(question, quote) or short
    was, _, now = short.removeprefix("from ").partition(" to ")
    before = quote[: max(0, quote.find(short))] + ("from " if short.startswith("from ") else "")
    whole = _BOTH_ENDS.search(question) or _YEAR.search(was)
    if not whole and _figures(was) and _figures(now) and _ROSE_FROM.search(before):
        return now
    parted = _AND_NOT.fullmatch(short)
    return parted["now"].strip() if parted and _alike(parted["was"], parted["now"]) else short


def _displaces(question: str, other: Found, best: Found, subject: set[str]) -> bool:
    """Does the line that another candidate stands in say that the figures of the best are old, and
    not only for some people or days?"""
    was, now = best.short or best.quote, other.short or other.quote
    held = {one for one in _figures(was) if not _YEAR.fullmatch(one)}
    if not held or _figures(now) <= held or COLUMN in other.quote or not _alike(was, now):
        return False
    text, base = other.passage.chunk.text, other.passage.chunk.start
    begin = text.rfind("\n", 0, other.start - base) + 1
    stop = text.find("\n", other.end - base)
    line = text[begin : stop if stop >= 0 else len(text)]
    # Another thing may have the same figure: the sauna costs £8 instead of £5. Not so often the
    # same days.
    shared = subject & set(terms(line))
    if shared != subject and not (shared and len(held) > 1 and _DATED.search(was)):
        return False
    known = {*question_terms(question), *terms(best.quote)}
    if not _DATED.search(was) and _is_for_some(line, known):
        return False
    return any(_is_old(line, held, match) for match in _FIGURE.finditer(line))


def _is_for_some(text: str, known: AbstractSet[str]) -> bool:
    """Does a text hold only for some people or days, other than those that are known?"""
    return any(not known & set(terms(match.group())) for match in _ONLY_FOR.finditer(text))


def _alike(was: str, now: str) -> bool:
    """Do two answers tell of money, shares, times or days alike; or of none of these?"""
    first, second = ({n for n, kind in enumerate(_KINDS) if kind.search(one)} for one in (was, now))
    return second <= first and bool(second) == bool(first)


def _is_old(line: str, held: set[str], first: re.Match[str]) -> bool:
    """Do these figures, which begin here, stand beside a word for what holds no longer?"""
    end, seen = first.end(), _figures(first.group())
    for match in _FIGURE.finditer(line, end):
        if match.start() - end > _APART or not _figures(match.group()) <= held:
            break
        end, seen = match.end(), seen | _figures(match.group())
    if seen != held and not (len(seen) > 1 and seen < held):
        return False
    return bool(_NO_LONGER.search(line[: first.start()]) or _IS_OFF.match(line[end:]))


def _figures(text: str) -> set[str]:
    return {one.replace(",", "") for one in _NUMBER.findall(text)}
