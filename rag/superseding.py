"""A sentence that says what the best one says has changed: "the gate code is 8125 now".

In a thread of messages, a policy with endorsements or the minutes of a year the older words answer
as well as the newer ones, and often better. Both are shown, the change first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import question_terms, terms
from rag.finding import Found

_TO = (
    r"(?P<now>[^\s.;]*\d(?:[\d.,]*\d)?[^\s.;,]*"
    r"(?: (?:million|days?|weeks?|months?|years?|hours?|meals?))?)"
)
_ENDS = r"(?=\W*$|[.;,:)]|\s+(?:following|with effect|from|since|on|as of|because|after an?)\b)"
#: What was, and what is now: "increased from £500 to £750", "for "9,000" read "7,500"".
_FROM_TO = (
    re.compile(
        r"\b(?:increased|raised|reduced|lowered|changed|extended|shortened|amended|went up"
        r"|came down)"
        rf"\s+from (?P<was>[^.;]{{1,40}}?) to {_TO}{_ENDS}",
        re.I,
    ),
    re.compile(
        r"\bfor [\"“‘'](?P<was>[^\"”’']+)[\"”’'] read [\"“‘'](?P<now>[^\"”’']+)[\"”’']", re.I
    ),
)
#: "Security changed the gate code: it's 8125 now."
_NOW = re.compile(rf"\bchanged\b.*\b(?:it['’]s|it is|is now|now)\s+(?:now\s+)?{_TO}", re.I)
_PROPOSED = re.compile(
    r"\b(?:if|would|could|might|may|should|can|must|propos\w+|ask(?:ed|s|ing)?|suggest\w*|wants?"
    r"|wanted|plan\w*|discuss\w*|consider\w*|demand\w*|motion|reject\w*|vot(?:e|ed|ing)|against"
    r"|unless|when|(?:not|never)(?: \w+)? \w+ed)\b|n['’]t\b|\?",
    re.I,
)
_CANDIDATES = 6
_SHARE = 0.04  # of the best one's score, at the least
_LEAST = 2  # words of the question that a figure without what it was before has to share
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OTHER_TIMES = re.compile(r"\b(?:was|were|old|before|original\w*|first)\b", re.I)


def superseding(question: str, found: Sequence[Found]) -> Found | None:
    """The candidate that says the figure of the best one has changed; None where none does, or the
    question asks for what was.

    It has to name that very figure as the one before, or to be about the same two words and more.
    """
    if not found or _OTHER_TIMES.search(question) or _YEAR.search(question):
        return None
    best, asked = found[0], set(question_terms(question))
    held, subject = _figures(best.quote), asked & set(terms(best.quote))
    for other in found[1:_CANDIDATES]:
        if other.score < _SHARE * best.score:
            break
        if _PROPOSED.search(other.quote) or not subject or not subject <= set(terms(other.quote)):
            continue
        told = next((m for m in (one.search(other.quote) for one in _FROM_TO) if m), None)
        if told is not None and _figures(told["was"]) and _figures(told["was"]) <= held:
            return None if _figures(told["now"]) <= held else other
        new = None if _YEAR.search(other.quote) else _NOW.search(other.quote)
        if new is not None and len(subject) >= _LEAST and not _figures(new["now"]) <= held:
            return other if held else None
    return None


def _figures(text: str) -> set[str]:
    return {term for term in terms(text) if any(map(str.isdigit, term))}
