"""Questions whether two things agree: "Is it the same in A and B?", "Did it change since A?"."""

from __future__ import annotations

import re

from rag.comparisons.asked import (
    BE,
    DO,
    PREP,
    Comparison,
    Thing,
    Wants,
    of_frame,
    of_things,
    placed,
)
from rag.comparisons.measures import measure_of
from rag.comparisons.wording import PREPOSITION, Frame

_SAME_PLACE = re.compile(
    rf"^(?P<aux>{BE})\s+(?P<subject>.+?)\s+(?P<word>the same|different)\s+"
    rf"(?P<a>(?P<prep>{PREPOSITION})\s.+?)\s+(?:and|as)\s+(?P<b>.+)$",
    re.I,
)
_SAME = re.compile(
    rf"^(?P<aux>{DO})\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+(?P<verb>[a-z]+)\s+"
    r"(?:the|a)\s+(?P<word>same|different)\b(?P<rest>.*)$",
    re.I,
)
_CHANGE = re.compile(
    r"^(?P<how>how(?: much)?\s+)?(?P<aux>did|has|have)\s+(?P<subject>.+?)\s+"
    r"(?:changed?|differ(?:ed)?)\s+(?P<link>between|from)\s+(?P<a>.+)$",
    re.I,
)
_PAIR = re.compile(r"^(?P<a>.+?)\s+(?:and|to)\s+(?P<b>.+)$", re.I)
_TWO = re.compile(r"^(?:the |both |these |our |my )?(?:two\b|both\b|old(?:er)?\s+and\s)", re.I)


def same(asked: str) -> Comparison | None:
    match = _SAME_PLACE.match(asked)
    if match is not None:
        wants = Wants.CHANGED if match.group("word").lower() == "different" else Wants.SAME
        aux, subject = match.group("aux").lower(), match.group("subject")
        a, b = match.group("a"), match.group("b")
        b = b if PREP.match(b) else f"{match.group('prep')} {b}"
        return of_things(wants, a, b, None, lambda it: f"What {aux} {subject} {it}?")
    match = _SAME.match(asked)
    if match is None:
        return None
    wants = Wants.CHANGED if match.group("word").lower() == "different" else Wants.SAME
    aux, verb, rest = match.group("aux").lower(), match.group("verb"), match.group("rest").strip()
    plain = Frame(measure_of("more"), "does" if aux == "do" else aux, verb, rest)
    if rest and not PREP.match(rest):
        plain = Frame(measure_of("higher"), "does", verb, rest, noun=True)
    found = of_frame(wants, match.group("a"), match.group("b"), plain)
    return Comparison(found.wants, found.first, found.second)


def changed(asked: str) -> Comparison | None:
    match = _CHANGE.match(asked)
    if match is None:
        return None
    wants = Wants.BOTH if match.group("how") else Wants.CHANGED
    subject, pair = match.group("subject"), match.group("a")
    if _TWO.match(pair) or re.search(r"\bold(?:er)? and (?:the )?new", pair, re.I):
        what = re.sub(
            r"^(?:the|both|these|our|my|two|old(?:er)?|new(?:er)?|and|versions|editions|of|\s)+\b",
            "",
            pair,
            flags=re.I,
        )
        asks = f"What is {subject} in the {what}?"
        return Comparison(wants, Thing("the older", asks), Thing("the newer", asks), editions=True)
    both = _PAIR.match(pair)
    if both is None:
        return None
    a, b = both.group("a"), both.group("b")
    if len(a.split()) < len(b.split()) and len(a.split()) <= 2 and not a[0].isdigit():
        a = " ".join([a, *b.split()[len(a.split()) :]])  # "the 2021 and the 2024 policy"
    return of_things(wants, a, b, None, lambda it: f"What was {subject} {placed(it)}?")
