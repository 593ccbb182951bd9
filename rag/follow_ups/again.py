"""Follow-ups that ask the last question again in another way: "when was that?", "and their VB260?".

English only, pure text. Each gives the whole question, or None where the words do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.follow_ups.dates import DATE, without_dates

_LONGEST = 80  # characters of such a follow-up
_LONGEST_STEM = 300  # of the question before
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
_THEIR = re.compile(rf"{_LEAD}(?P<whose>their|his|her|its) (?P<thing>[\w-]+)\W*$", re.I)
#: What is somebody's: up to a preposition or "is", or to the end of "what is his …".
_SOMEBODYS = (
    r"\b{whose} (?P<thing>[\w-]{{1,30}}(?: [\w-]{{1,30}})?)"
    r"(?= (?:in|on|at|for|of|to|from|by|with|is|was|are|were)\b{end})"
)
_IS = re.compile(r"\W*(?:what|who|where|when|how \w+) (?:is|are|was|were) ", re.I)
_OWNED = re.compile(r"(?P<owner>[\w-]+(?:['’]s|s['’])) (?P<thing>[\w-]+)")
# "Is it still so?", "has that changed since?", "and now?", "who does it now?"
_THAT = r"(?:it|that|this|they|those)(?: (?:date|day|place|rule|figure))?"
_STILL = re.compile(
    rf"{_LEAD}(?:(?:is|are|does|do) {_THAT} still"
    r"(?: (?:so|true|right|the case|the same|valid|there|on|holds?|apply|applies|count|in force"
    r"|(?:that|the same|this) (?:day|date|place|time|price|way|rule)))?"
    rf"|(?:has|have|did) {_THAT} (?:ever )?changed?(?: since| later| after(?:wards| that))?"
    r"|(?:what (?:is|are) (?:it|they)|what about|how about)? ?(?:now|today|nowadays|these days)"
    rf"|(?:(?:is|was) (?:{_THAT} )?)?still (?:her|him|them)|did {_THAT} (?:stick|last|hold)"
    r"|(?:is )?still(?: so| the case)?)\W*$",
    re.I,
)
_IN_THE_END = re.compile(
    rf"{_LEAD}when (?:was|is) {_THAT} (?:really|actually|finally|in the end|then)\W*$", re.I
)
_DAY_PLANNED = re.compile(
    r"^\W*(?:when|(?:what|which) (?:date|day|time)) (?P<be>was|is|were|are) (?P<what>.+?)"
    r"(?: (?:first|originally))?(?: (?:meant|planned|supposed|due|set|fixed)(?: to be| for)?)?$",
    re.I,
)
_BEFORE_THAT = re.compile(
    rf"{_LEAD}(?:(?:what|how much|how many|who|where|when) (?:was|were) {_THAT} )?before"
    r"(?: that| then)?\W*$",
    re.I,
)
_LATEST = re.compile(
    r"\b(?:under|in|by|according to) the (latest|newest|new|current|present)\b", re.I
)
_IS_NOW = re.compile(r"\b(?P<be>is|are|does|do)\b", re.I)
_PAST = {"is": "was", "are": "were", "does": "did", "do": "did"}
_WHO_NOW = re.compile(
    rf"{_LEAD}who (?:(?:does|do|is doing) (?:it|that|this)|is (?:it|that)) (?:now|today|these days)"
    r"\W*$",
    re.I,
)
_WHO_WAS = re.compile(r"^\W*who (?P<be>is|are|was|were) (?P<what>(?:the |our |my )?[^,]+)$", re.I)
_EDITION = re.compile(
    r"\s*\b(?:(?:according to|under|in|from|of|as per) (?:the |our |my )?(?:19|20)\d\d"
    r"(?: [a-z]+){1,2}|according to .+)$",
    re.I,
)
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_NOW = re.compile(r"\b(?:now|currently|today|nowadays|still)\b", re.I)
#: "When was the fire first meant to be?" asks of a day that may have changed.
_AT_FIRST = re.compile(
    r"\b(?:(?:first|originally) (?:meant|planned|supposed|due|set|fixed|arranged)(?: to be)?"
    r"|originally)\b",
    re.I,
)
_WAS = re.compile(r"\b(?P<be>was|were)\b", re.I)
_KIND = re.compile(rf"{_LEAD}(?:the )?(?P<kind>[a-z]+) (?P<which>[a-z]|\d{{1,3}}[a-z]?)\W*$", re.I)


def asked_again(question: str, previous: str) -> str | None:
    """The question in full, None where it asks nothing again.

    >>> asked_again("when was that?", "Why did we pull firmware 4.5.0?")
    'when did we pull firmware 4.5.0?'
    """
    if len(question) > _LONGEST or len(previous) > _LONGEST_STEM:
        return None
    stem = previous.rstrip(" ?.!")
    ways: tuple[Callable[[str, str], str | None], ...] = (
        _when,
        _in_the_end,
        _before,
        _still,
        _who_now,
        _most,
        _their,
        _kind,
    )
    return next((f"{found}?" for way in ways if (found := way(question, stem))), None)


def _when(question: str, stem: str) -> str | None:
    asked, opened = _WHEN_WAS.match(question), _OPENS.match(stem)
    return f"{asked['asks']} {stem[opened.end() :]}" if asked and opened else None


def _in_the_end(question: str, stem: str) -> str | None:
    """ "When was it really?" after "what date was the swim meant to be"."""
    planned = _DAY_PLANNED.match(stem)
    if planned is None or _IN_THE_END.match(question) is None:
        return None
    return f"when {planned['be']} {planned['what']} in the end"


def _before(question: str, stem: str) -> str | None:
    """ "What was it before that?" of what holds now, "under the latest rules"."""
    if _BEFORE_THAT.match(question) is None or DATE.search(_NOW.sub("", stem)):
        return None
    now = _IS_NOW.search(stem)
    if now is None:
        return None
    latest = _LATEST.search(stem)
    if latest is not None:
        stem, tail = f"{stem[: latest.start(1)]}old{stem[latest.end(1) :]}", ""
    else:
        stem, tail = " ".join(_NOW.sub("", stem).split()), " before"
    past = _IS_NOW.sub(lambda be: _PAST[be["be"].casefold()], stem, count=1)
    return f"{past}{tail}"


def _still(question: str, stem: str) -> str | None:
    """ "Is it still so?" after "where was the assembly point in 2024"; what holds now answers."""
    if _STILL.match(question) is None or _NOW.search(stem):
        return None
    timeless = _timeless(stem)
    # of what is asked of no time "is it still on" asks something else
    return f"{timeless} now" if timeless and timeless != stem else None


def _who_now(question: str, stem: str) -> str | None:
    """ "Who does it now?" after "who was site steward in 2024"."""
    was = _WHO_WAS.match(_timeless(stem) or stem)
    return f"who {was['be']} {was['what']} now" if was and _WHO_NOW.match(question) else None


def _timeless(stem: str) -> str | None:
    """A question of some time as one of the present, as far as its "was" and its dates tell; None
    where it names more than one time."""
    kept = _AT_FIRST.sub("", _EDITION.sub("", stem))
    dates = [one for one in DATE.findall(kept) if any(map(str.isdigit, one)) or _MONTH.search(one)]
    if len(dates) > 1:
        return None
    kept = " ".join((without_dates(kept) if dates else kept).split())
    return _WAS.sub(lambda was: "is" if was["be"].casefold() == "was" else "are", kept, count=1)


def _most(question: str, stem: str) -> str | None:
    """ "Which was the cheapest?" after "which firms quoted for a boiler"."""
    asked, of = _WHICH_MOST.match(question), _WHICH_THINGS.match(stem)
    if asked is None or of is None:
        return None
    return f"which of the {of['things']} that {of['rest']} {asked['be']} the {asked['most']}"


def _their(question: str, stem: str) -> str | None:
    """ "And their VB260?" after "when did Fenwright's MH14 ship"."""
    asked, owned = _THEIR.match(question), list(_OWNED.finditer(stem))
    if asked is None:
        return None
    if not owned:
        end = "|$" if _IS.match(stem) else ""
        same = list(re.finditer(_SOMEBODYS.format(whose=asked["whose"], end=end), stem, re.I))
        if len(same) != 1:
            return None
        return f"{stem[: same[0].start('thing')]}{asked['thing']}{stem[same[0].end() :]}"
    if len(owned) != 1:
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
