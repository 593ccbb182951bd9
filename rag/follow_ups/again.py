"""Follow-ups that ask the last question again in another way: "when was that?", "and their VB260?".

English only, pure text. Each gives the whole question, or None where the words do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LONGEST = 80  # characters of such a follow-up
_LEAD = r"^\W*(?:(?:and|but|so|what about|how about)\s+)?"
_AUXILIARY = r"am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must"
_WHEN_WAS = re.compile(
    rf"{_LEAD}(?P<asks>when|where)(?: exactly)? (?:was|is|did) (?:that|this|it)(?: happen)?\W*$",
    re.I,
)
_OPENS = re.compile(rf"^\W*(?:why|how|when|where)\s+(?=(?:{_AUXILIARY})\b)", re.I)
_WHICH_MOST = re.compile(
    rf"{_LEAD}which(?: one)? (?P<be>is|was|are|were) (?:the )?"
    r"(?P<most>\w+est|best|worst|(?:most|least) \w+)\W*$",
    re.I,
)
_WHICH_THINGS = re.compile(
    r"^\W*(?:which|what) (?P<things>[a-z]+(?<![su])s) (?P<rest>(?!(?:is|are|was|were)\b).+)$", re.I
)
_THEIR = re.compile(rf"{_LEAD}(?:their|his|her|its) (?P<thing>[\w-]+)\W*$", re.I)
_OWNED = re.compile(r"(?P<owner>[\w-]+(?:['’]s|s['’])) (?P<thing>[\w-]+)")
_KIND = re.compile(rf"{_LEAD}(?:the )?(?P<kind>[a-z]+) (?P<which>[a-z]|\d{{1,3}}[a-z]?)\W*$", re.I)


def asked_again(question: str, previous: str) -> str | None:
    """The question in full, None where it asks nothing again.

    >>> asked_again("when was that?", "Why did we pull firmware 4.5.0?")
    'when did we pull firmware 4.5.0?'
    """
    if len(question) > _LONGEST:
        return None
    stem = previous.rstrip(" ?.!")
    ways: tuple[Callable[[str, str], str | None], ...] = (_when, _most, _their, _kind)
    return next((f"{found}?" for way in ways if (found := way(question, stem))), None)


def _when(question: str, stem: str) -> str | None:
    asked, opened = _WHEN_WAS.match(question), _OPENS.match(stem)
    return f"{asked['asks']} {stem[opened.end() :]}" if asked and opened else None


def _most(question: str, stem: str) -> str | None:
    """ "Which was the cheapest?" after "which firms quoted for a boiler"."""
    asked, of = _WHICH_MOST.match(question), _WHICH_THINGS.match(stem)
    if asked is None or of is None:
        return None
    return f"which of the {of['things']} that {of['rest']} {asked['be']} the {asked['most']}"


def _their(question: str, stem: str) -> str | None:
    """ "And their VB260?" after "when did Fenwright's MH14 ship"."""
    asked, owned = _THEIR.match(question), list(_OWNED.finditer(stem))
    if asked is None or len(owned) != 1:
        return None
    return f"{stem[: owned[0].start('thing')]}{asked['thing']}{stem[owned[0].end() :]}"


def _kind(question: str, stem: str) -> str | None:
    """ "And group A?" after "is there money off group C parts"."""
    asked = _KIND.match(question)
    if asked is None:
        return None
    same = re.compile(rf"\b{re.escape(asked['kind'])} (?P<which>[a-z]|\d{{1,3}}[a-z]?)\b", re.I)
    found = list(same.finditer(stem))
    if len(found) != 1:
        return None
    return f"{stem[: found[0].start('which')]}{asked['which']}{stem[found[0].end() :]}"
