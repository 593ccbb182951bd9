"""Passages about another thing of the kind that a question names: the HX200, where the HX350 is,
the left-hand tap, where the right-hand one is, or up to five miles, where it is more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.analysis import QUESTION_WORDS, fold, terms
from rag.codes import codes, is_certain, is_of_many, kind_of, kinds_in_ranges
from rag.finding import Found, held_back
from rag.questions import is_polar
from rag.quotable import COLUMN

#: Of two things alike, which one: only where the other can be no answer. Not "old" and "new",
#: "first" and "last", or "buy" and "sell", of which one often tells the other.
_WHICH_ONE = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("left", "right"),
        ("upper", "lower"),
        ("front", "rear"),
        ("inner", "outer"),
        ("north northern", "south southern"),
        ("east eastern", "west western"),
        ("summer", "winter"),
        ("spring", "autumn"),
        ("hot", "cold"),
        ("indoor", "outdoor"),
        ("petrol", "diesel"),
        ("male", "female"),
        ("junior", "senior"),
        ("domestic", "commercial"),
        ("minimum", "maximum"),
    )
)
_SIDES = frozenset(("left", "right"))
_OF_A_SIDE = frozenset(
    ("hand", "side")
)  # "the right hand tap", not "the right tap", "14 days left"
_MORE = r"over|above|beyond|more than|longer than|older than|from|after"
_LESS = r"under|below|within|up to|less than|fewer than|younger than|at most|before|until|till"
#: "over 5 miles" is not "up to 5 miles".
_LIMIT = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>no more than|not more than|{_LESS})|(?P<least>at least))"
    r" (?:the )?(?P<number>[£$€]?\d[\d.,:]*(?<![.,]))\s?(?P<unit>[^\W\d_]*)",
    re.I,
)
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = 1  # words between "left" and what is left: "left hand tap"
_APART = re.compile(r"[\W_]+")


class _Opposed(NamedTuple):
    """A word and those that say the same, their opposites, and the stem of what it is said of."""

    own: frozenset[str]
    other: frozenset[str]
    noun: str


class _Limit(NamedTuple):
    """A number with its unit, and whether what is above it is meant."""

    number: str
    unit: str
    above: bool


def without_other_things(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first, but for those about another of its kind than the one asked about.

    Asked for the HX350 a manual of the HX200 says nothing, unless its passage names the asked one,
    too. What may be named in another way ("flat B", "Q3") is held back only.
    """
    asked = {one for one in codes(question) if is_of_many(one)}
    # "Are dogs allowed in the upper hall?" may well be answered by the lower one.
    opposed = set[_Opposed]() if is_polar(question) else _opposed(question)
    limits = set[_Limit]() if is_polar(question) else _limits(question)
    if opposed or limits:
        kept = [held_back(one) if _is_opposed(one, opposed) else one for one in found]
        # twice: the row of "up to 5 miles" tells nothing at all of more
        kept = [
            held_back(held_back(one))
            if COLUMN in one.quote and _is_beyond(one.quote, limits)
            else one
            for one in kept
        ]
        found = sorted(kept, key=lambda one: -one.score)
    if not asked:
        return list(found)
    certain = {one for one in asked if is_certain(one)}
    kept = [one for one in found if not _is_of_another(one, certain)]
    kept = [held_back(one) if _is_of_another(one, asked) else one for one in kept]
    return sorted(kept, key=lambda one: -one.score)


def _is_of_another(one: Found, asked: set[str]) -> bool:
    chunk, info = one.passage.chunk, one.passage.document
    here = codes("\n".join((one.quote, info.called, chunk.context, *chunk.headings)))
    # However it is written: "VD 22" and "VD-22a" are the VD-22 that is asked about.
    around = _APART.sub("", f"{one.quote} {info.called} {chunk.context} {chunk.text}".lower())
    absent = {code for code in asked if _APART.sub("", code) not in around}
    kinds = set(map(kind_of, absent)) - kinds_in_ranges(chunk.text)
    return any(kind_of(code) in kinds for code in here - asked)


def _opposed(text: str) -> set[_Opposed]:
    """What a text says to be left, upper or old."""
    words = _WORD.findall(fold(text))
    found: set[_Opposed] = set()
    for left, right in _WHICH_ONE:
        for own, other in ((left, right), (right, left)):
            for place, word in enumerate(words):
                after = words[place + 1 : place + 2 + _BETWEEN]
                if word in own and (word not in _SIDES or _OF_A_SIDE & set(after)):
                    after = [one for one in after if one not in QUESTION_WORDS]
                    found.update(_Opposed(own, other, noun) for one in after for noun in terms(one))
    return found


def _is_opposed(one: Found, asked: set[_Opposed]) -> bool:
    """Does the candidate say the opposite of the same noun, and nowhere the word asked?"""
    here, said = _opposed(one.quote), set(_WORD.findall(fold(one.quote)))
    return any(
        _Opposed(each.other, each.own, each.noun) in here and not said & each.own for each in asked
    )


def _limits(text: str) -> set[_Limit]:
    """What a text says to be over or under a number."""
    return {
        _Limit(match["number"].rstrip(":"), fold(match["unit"]).rstrip("s"), not match["less"])
        for match in _LIMIT.finditer(text)
    }


def _is_beyond(quote: str, asked: set[_Limit]) -> bool:
    """Does a row speak of the other side alone of the number that is asked about? A sentence may go
    on to the one that is asked: "£10 until 5 May and £15 thereafter"."""
    here = _limits(quote)
    others = {one._replace(above=not one.above) for one in asked}
    return bool(others & here) and not asked & here
