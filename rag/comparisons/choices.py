"""Questions for one of two things: "Which is older, A or B?", "Does A or B cost more?"."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.comparisons.asked import (
    ADVERB,
    BE,
    DO,
    MODAL,
    PARTICIPLE,
    PREP,
    Comparison,
    Wants,
    of_frame,
    of_things,
    placed,
)
from rag.comparisons.measures import OF_TWO, WORDS, measure_of
from rag.comparisons.wording import PREPOSITION, Frame, base_form, question_of

_WHICH = re.compile(
    r"^(?:which|who|what|whose|where)\b(?P<body>.+?)\s*[,:–—]\s*"
    r"(?:is it\s+)?(?P<a>.+?),?\s+or\s+(?P<b>.+)$",
    re.I,
)
_BODY_BE = re.compile(
    rf"^(?P<noun>.*?)\b(?P<aux>{BE})\s+(?:the\s+)?(?:(?P<part>{PARTICIPLE}){ADVERB}\s+)?"
    rf"(?P<word>{WORDS})\b(?:\s+ones?\b)?(?P<rest>.*)$",
    re.I,
)
_BODY_WHERE = re.compile(
    rf"^.*?\b(?P<aux>{BE})\s+(?P<subject>.+?)\s+(?P<word>{WORDS})\b(?P<rest>.*)$",
    re.I,
)
_BODY_DO = re.compile(
    rf"^(?:\w+\s+)?(?P<aux>{DO}|{MODAL})\s+(?!be\b)(?P<subject>.+?)\s+(?P<verb>[a-z]+)\s+"
    rf"(?P<word>{WORDS})\b(?P<rest>.*)$",
    re.I,
)
_BODY_VERB = re.compile(
    rf"^(?P<noun>.*?)\b(?P<verb>[a-z]+(?:\s+(?:out|up|back|off|over|in))?){ADVERB}\s+"
    rf"(?P<the>(?:the|a|an)\s+)?(?P<word>{WORDS})\b(?P<rest>.*)$",
    re.I,
)
_EITHER = re.compile(
    rf"^(?P<aux>{BE}|{DO})\s+(?P<a>.+?)\s+or\s+(?P<b>.+?)\s+(?P<verb>[a-z]+\s+)?"
    rf"(?P<the>(?:the|a|an)\s+)?(?P<word>{OF_TWO}|first)\b(?P<rest>.*)$",
    re.I,
)
_EITHER_PLACE = re.compile(
    rf"^(?P<aux>{BE})\s+(?P<subject>.+?)\s+(?P<word>{OF_TWO})\s+"
    rf"(?P<a>{PREPOSITION}\s.+?)\s+or\s+(?P<b>.+)$",
    re.I,
)


def which(asked: str) -> Comparison | None:
    match = _WHICH.match(asked)
    if match is None:
        return None
    body, a, b = match.group("body").strip(), match.group("a"), match.group("b")
    if "," in a or " than " in f"{body} ":
        return None
    where = _BODY_WHERE.match(body) if PREP.match(a) or asked.lower().startswith("where") else None
    if where is not None:
        measure = measure_of(where.group("word"))
        b = b if PREP.match(b) or not PREP.match(a) else f"{a.split()[0]} {b}"
        frame = Frame(measure, where.group("aux"), "", where.group("rest"))
        subject = where.group("subject")
        return of_things(
            Wants.WHICH, a, b, measure, lambda it: question_of(frame, f"{subject} {it}")
        )
    done = _BODY_DO.match(body)
    if done is not None:
        return _which_object(done, a, b, where=asked.lower().startswith("where"))
    found = framed(body, whose=asked.lower().startswith("whose"))
    return None if found is None else of_frame(Wants.WHICH, a, b, found[1])


def _which_object(match: re.Match[str], a: str, b: str, *, where: bool) -> Comparison:
    """ "Which can I keep longer, A or B?", "Where does it cost more, in A or in B?" """
    measure = measure_of(match.group("word"))
    subject, verb = match.group("subject"), match.group("verb")
    frame = Frame(measure, match.group("aux").lower(), verb, match.group("rest"))

    def ask(it: str) -> str:
        if where:
            return question_of(replace(frame, rest=f"{frame.rest} {placed(it)}"), subject)
        return question_of(replace(frame, verb=f"{verb} {it}"), subject)

    return of_things(Wants.WHICH, a, b, measure, ask)


def framed(body: str, *, whose: bool) -> tuple[str, Frame] | None:
    """What "which" asks about, and what of it: of "tent is lighter" the tent, and how heavy it is;
    None where the words compare nothing."""
    match = _BODY_BE.match(body)
    if match is not None:
        noun, measure = match.group("noun").strip(), measure_of(match.group("word"))
        if whose:  # "Whose guarantee is longer …?"
            return noun, Frame(measure, "does", "", noun, noun=True)
        aux, part = match.group("aux").lower(), match.group("part") or ""
        return noun, Frame(measure, aux, part, match.group("rest"))
    match = _BODY_VERB.match(body)
    if match is None or match.group("verb").lower() in ("there", "been"):
        return None
    measure, rest = measure_of(match.group("word")), match.group("rest").strip()
    aux, verb = base_form(match.group("verb"))
    counts = bool(match.group("the")) and bool(rest)
    return match.group("noun").strip(), Frame(measure, aux, verb, rest, noun=counts)


def either(asked: str) -> Comparison | None:
    """ "Does A or B cost more?", "Is the fee higher in A or in B?" """
    match = _EITHER_PLACE.match(asked)
    if match is not None:
        measure = measure_of(match.group("word"))
        a, b, subject = match.group("a"), match.group("b"), match.group("subject")
        b = b if PREP.match(b) else f"{a.split()[0]} {b}"
        frame = Frame(measure, match.group("aux").lower(), "", "")
        return of_things(
            Wants.WHICH, a, b, measure, lambda it: question_of(frame, f"{subject} {it}")
        )
    match = _EITHER.match(asked)
    if match is None:
        return None
    verb, rest = (match.group("verb") or "").strip(), match.group("rest").strip()
    b = match.group("b")
    if " than " in f" {rest} {b} " or re.match(rf"(?:{OF_TWO})\b", b, re.I):
        return None  # "faster or slower than"
    if not verb and match.group("aux").lower() in DO.split("|"):
        return None
    if verb and match.group("aux").lower() in BE.split("|"):
        b, verb = (b, verb) if re.fullmatch(PARTICIPLE, verb) else (f"{b} {verb}", "")
    noun = bool(match.group("the")) and bool(rest)
    frame = Frame(measure_of(match.group("word")), match.group("aux").lower(), verb, rest, noun)
    return of_frame(Wants.WHICH, match.group("a"), b, frame)
