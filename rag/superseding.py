"""A sentence that says what the best one says has changed: "the gate code is 8125 now".

In a thread of messages, a policy with endorsements or the minutes of a year the older words answer
as well as the newer ones, and often better. Both are shown, the change first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import question_terms, terms
from rag.finding import Found

_CHANGED = re.compile(
    r"\b(?:changed|(?:is|are|it['’]s|they['’]re|stands?)\b[^.;]{0,40}\bnow"
    r"|now\b[^.;]{0,20}\b(?:is|are)|no longer(?! than)|instead of|(?:in|de)creased|raised|reduced"
    r"|lowered|replaced|superseded|amended|extended|shortened|in place of"
    r"|for [\"“‘'][^\"”’']+[\"”’'] read)\b",
    re.I,
)
_PROPOSED = re.compile(
    r"\b(?:if|would|could|might|may|propos\w+|ask(?:ed|s|ing)?|suggest\w*|wants?|wanted|plan\w*"
    r"|discuss\w*|consider\w*|(?:not|never)(?: \w+)? \w+ed)\b|n['’]t\b|\?",
    re.I,
)
_FROM_TO = re.compile(r"\bfrom (?P<was>[^.;]{1,40}?) to (?P<now>\S+)", re.I)
_CANDIDATES = 6
_SHARE = 0.04  # of the best one's score, at the least
_OTHER_YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\b(?:was|were|old|before|original\w*|first)\b", re.I
)


def superseding(question: str, found: Sequence[Found]) -> Found | None:
    """The candidate that says the figure of the best one has changed; None where none does, or the
    question asks for what was."""
    if not found or _OTHER_YEARS.search(question) or not (held := _figures(found[0].quote)):
        return None
    best, asked = found[0], set(question_terms(question))
    subject = asked & set(terms(best.quote))
    for other in found[1:_CANDIDATES]:
        if other.score < _SHARE * best.score:
            break
        if not _CHANGED.search(other.quote) or _PROPOSED.search(other.quote):
            continue
        new = _FROM_TO.search(other.quote)
        figures = _figures(new["now"] if new else other.quote)
        if subject and subject <= set(terms(other.quote)) and figures and not figures <= held:
            return other
    return None


def _figures(text: str) -> set[str]:
    return {term for term in terms(text) if any(map(str.isdigit, term))}
