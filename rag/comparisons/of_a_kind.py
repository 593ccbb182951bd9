"""Which of a kind has the most or least, with no thing named: "Which tent is lighter?".

Told by English patterns alone. "Which is lighter, the Solo or the Duo?" names two and is not meant
here, nor is what compares with something named: "lighter than the Solo".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.comparisons.asked import BE
from rag.comparisons.choices import framed
from rag.comparisons.measures import Asks, Measure, measure_of
from rag.comparisons.wording import PREPOSITION, question_of

_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?P<asks>which|what|who)(?P<body>(?:['’]s)?\b.+?)\W*$", re.I
)
_OF_THEM = re.compile(
    r"^\s*(?:one\s+)?of\s+(?:the|my|our|your|these|those)\s+"
    r"(?:(?:two|three|four|five|both)\s+)?(?P<noun>[\w'’-]+(?:\s+[\w'’-]+)??)\s+"
    rf"(?=(?:{BE}|has|have|had|[a-z]+s|[a-z]+ed)\b)",
    re.I,
)
_OTHERWISE = re.compile(
    r"\bfirst-|\bnot\b|n['’]t\b|\d|[,;:]|\b(?:than|or|without|except|besides|apart|over|under|above|below"
    r"|between|before|after|since|until|if|when|while|every|each|all|any|ever|most of"
    r"|no longer|any ?more|at (?:the )?(?:least|most|latest|earliest)|last|next"
    r"|first(?=\s+\w)|(?:second|third|fourth|fifth)[ -]\w+)\b",
    re.I,
)
_TAIL = re.compile(rf"^(?P<noun>[\w'’-]+(?:\s+(?!{PREPOSITION}\b)[\w'’-]+)?)(?P<rest>.*)$")
_NO_KIND = re.compile(
    r"\b(?:ones?|of|it|this|that|these|those|things?|something|i|you|we|he|she|they|do|does|did|can"
    r"|should|could|will|would|must|may|and|date|day|time|version|edition)\b",
    re.I,
)
_SOMEBODY = "the person"


@dataclass(frozen=True, slots=True)
class OfAKind:
    """A question for the one of a kind that has the most or least of something."""

    measure: Measure
    noun: str  #: what the things are: "tent"; empty after "who"
    question: str  #: what to ask of one of them: "How heavy is the tent?"
    counted: str  #: what is counted or named with the measure: "members"; empty where nothing is


def of_a_kind(question: str) -> OfAKind | None:
    """What a question wants the most or least of, and among what; None where it wants neither.

    >>> found = of_a_kind("Which tent is lighter?")
    >>> found and (found.noun, found.question)
    ('tent', 'How heavy is the tent?')
    >>> found = of_a_kind("Which club has the fewest members?")
    >>> found and (found.noun, found.question, found.counted)
    ('club', 'How many members does the club have?', 'members')
    >>> of_a_kind("Which is lighter, the Solo or the Duo?")
    """
    match = _ASKS.match(" ".join(question.split()))
    if match is None or _OTHERWISE.search(match["body"]):
        return None
    body, noun = re.sub(r"^['’]s\b", " is", match["body"]).strip(), ""
    chosen = _OF_THEM.match(body)
    if chosen is not None:
        noun, body = chosen["noun"], body[chosen.end() :]
    found = framed(body, whose=False)
    if found is None:
        return None
    named, frame = found
    if frame.verb == "weigh":
        heavier = measure_of("heavier" if frame.measure.more else "lighter")
        frame = replace(frame, measure=heavier, auxiliary="is", verb="")
    kind = noun or named
    if not kind and not frame.verb:  # "Which is the lightest tent?"
        tail = _TAIL.match(frame.rest.strip())
        if tail is not None:
            kind, frame = tail["noun"], replace(frame, rest=tail["rest"].strip())
    if _NO_KIND.search(kind) or not (kind or match["asks"].lower() == "who"):
        return None
    thing = f"each of the {noun}" if noun else f"the {kind}" if kind else _SOMEBODY
    counted = frame.rest if frame.noun or frame.measure.asks is Asks.AMOUNT else ""
    counted = re.split(rf"\b{PREPOSITION}\b", counted)[0].strip()
    asked = question_of(frame, thing)
    if not kind and frame.measure.asks is Asks.AGE:
        asked = f"When was {_SOMEBODY} born?"
    return OfAKind(frame.measure, kind, asked, counted)
