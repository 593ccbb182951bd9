"""The last question with a fragment in the place of what it varies: another time, place or thing.

Pure text; which turn to complete from is decided in `rag.follow_ups.conversation`.
"""

from __future__ import annotations

import re

from index.analysis import question_terms
from rag.follow_ups.dates import DATE, PREPOSITIONS, WHENS, is_date, put_date, says_when
from rag.follow_ups.mentions import mentions
from rag.follow_ups.nouns import person_noun, singular
from rag.follow_ups.other_nouns import put_noun

_PHRASE = re.compile(
    rf"(?i)\b({PREPOSITIONS})\s+((?:(?!(?:{PREPOSITIONS}|and|or)\b)[\w’'&.-]++\s*+)++)"
)
_FROM_TO = re.compile(r"from [A-Z][\w-]*(?: [A-Z][\w-]*)* to [A-Z][\w-]*(?: [A-Z][\w-]*)*")
_PLACED = ("in", "on", "at")
_CLOCK = re.compile(r"\w+ (?:\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?|noon|midnight)", re.I)
_STEP = re.compile(
    r"(?:in |for )?(?:the )?(?:year after|next year|following year|year (before)|(previous) year)",
    re.I,
)
_WHO_IS = re.compile(
    r"(?P<who>(?:(?:and|but|so) )?who(?:['’]s| is| are| was| were)) "
    r"(?P<what>(?:the|an?|my|our|your) .+)$",
    re.I,
)
_TITLED = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lady)\b\.? [^\W\d_]")
_OCCASION = re.compile(r"(?:at|on|in) the (?:last|latest|first|next|previous) [a-z]+", re.I)
_WHEN_AT_END = re.compile(rf"\s(?:in|on|at|for|during) (?:{DATE.pattern})$", re.I)


def graft(previous: str, fragment: str) -> str | None:
    """The previous question with the fragment in the place of what it varies, None when unclear."""
    stem = previous.rstrip(" ?.!")
    if not stem or len(question_terms(stem)) > 20:
        return None
    if (other := _who_is(stem, fragment)) is not None:
        return f"{other}?" if other else None
    for way in (
        _next_year,
        put_date,
        _same_occasion,
        _same_preposition,
        put_noun,
    ):
        grafted = way(stem, fragment)
        if grafted is not None:
            return f"{grafted}?"
    if re.match(rf"(?i)(?:{PREPOSITIONS})\b", fragment):
        return f"{stem} {fragment}?"
    if is_date(fragment):
        return f"{stem} {'in ' if fragment.isdigit() else ''}{fragment}?"
    return None


def _same_preposition(stem: str, fragment: str) -> str | None:
    """ "for a DVD" in the place of "for a late book"; the question may go on after it."""
    given = re.match(rf"(?i)({PREPOSITIONS})\s+\S", fragment)
    if way := _FROM_TO.fullmatch(fragment):
        routes = list(_FROM_TO.finditer(stem))
        if len(routes) == 1 and way:
            return f"{stem[: routes[0].start()]}{fragment}{stem[routes[0].end() :]}"
    spot = (
        None if given is None else _after(stem, given[1]) or _place_at_end(stem, given[1], fragment)
    )
    if spot is None or (
        given and says_when(fragment[given.end(1) :].strip()) and not _is_when(stem, spot)
    ):
        return None
    return f"{stem[: spot[0]]}{fragment}{stem[spot[1] :]}"


def _is_when(stem: str, spot: tuple[int, int]) -> bool:
    """Does a phrase say when: "on Mondays", "at noon"? "On a parking permit" does not."""
    phrase = stem[slice(*spot)]
    dated = any(date.end() == len(phrase) for date in DATE.finditer(phrase))
    return dated or bool(WHENS.search(phrase) or _CLOCK.fullmatch(phrase))


def _after(stem: str, preposition: str) -> tuple[int, int] | None:
    """From the last such preposition to the end of the phrase it governs."""
    if preposition.casefold() == "of":
        return None
    spots = [spot for spot in _PHRASE.finditer(stem) if spot[1].lower() == preposition.lower()]
    if not spots:
        return None
    spot = spots[-1]
    governed = [
        one for one in mentions(stem, question=True) if spot.start(2) <= one.start < spot.end()
    ]
    if governed:
        return spot.start(), governed[0].start + len(governed[0].text)
    # a verb after the phrase belongs to the question: only a phrase that ends it is replaced
    if spot.end() < len(stem) and len(spot[2].split()) > 3:
        return None
    return spot.start(), spot.start(2) + len(spot[2].rstrip())


def _place_at_end(stem: str, preposition: str, fragment: str) -> tuple[int, int] | None:
    """ "On the pitch" that ends a question, where another place is said: "in the main hall"."""
    if preposition.casefold() not in _PLACED or DATE.search(fragment) or WHENS.search(fragment):
        return None
    spots = [_after(stem, other) for other in _PLACED if other != preposition.casefold()]
    ends = [spot for spot in spots if spot is not None and spot[1] == len(stem)]
    phrases = [stem[slice(*spot)] for spot in ends]
    return ends[0] if len(ends) == 1 and not DATE.search(phrases[0]) else None


def _who_is(stem: str, fragment: str) -> str | None:
    """ "Who is the tenant of Flat 3" for "the tenant", but "What about the deposit of Flat 3".

    None for other questions and for a time, a place or another "of Flat 3"; "" for what cannot be
    put into the question.
    """
    asked = _WHO_IS.match(stem)
    if asked is None or is_date(fragment) or re.match(rf"(?i)(?:{PREPOSITIONS})\b", fragment):
        return None
    if _TITLED.match(fragment):
        return f"{asked['who']} {fragment}"
    if re.match(r"(?i)(?:the |an? )?[^\W_]+$|(?:the|an?|my|our) ", fragment) is None or (
        fragment[0].isupper() and not fragment.startswith(("The ", "A "))
    ):
        return None
    head = re.split(rf"(?i)\s(?:{PREPOSITIONS})\s", fragment)[0].rsplit(maxsplit=1)[-1].casefold()
    owner = re.search(rf"(?i)\s(?:{PREPOSITIONS})\s.*", asked["what"])
    tail = owner.group() if owner is not None and " of " not in fragment else ""
    if person_noun(singular(head)):
        return f"{_agreeing(asked['who'], head)} {fragment}{tail}"
    return f"What about {fragment}{tail}" if tail else ""


def _agreeing(who: str, head: str) -> str:
    several = singular(head) != head
    for one, more in (("is", "are"), ("was", "were")):
        if who.casefold().endswith((f" {one}", f" {more}")):
            return f"{who.rsplit(maxsplit=1)[0]} {more if several else one}"
    return who


def _same_occasion(stem: str, fragment: str) -> str | None:
    """ "At the last weighing" in the place of "in November 2024"."""
    spots = list(_WHEN_AT_END.finditer(stem))
    if _OCCASION.fullmatch(fragment) is None or len(spots) != 1:
        return None
    return f"{stem[: spots[0].start()]} {fragment}"


def _next_year(stem: str, fragment: str) -> str | None:
    """ "The year after" 2023 is 2024."""
    year = re.search(r"\b(?:1\d|20)\d\d\b", stem)
    step = _STEP.fullmatch(fragment)
    if year is None or step is None:
        return None
    number = int(year.group()) + (-1 if step[1] or step[2] else 1)
    return f"{stem[: year.start()]}{number}{stem[year.end() :]}"


def graft_one(previous: str, lead: str | None, which: str) -> str | None:
    """ "in the one in force now", "the one with Blue Spike": the last question about that one.

    With a preposition before it, its phrase gets what follows; without one the phrase that opens
    with the same preposition is replaced.
    """
    stem = previous.rstrip(" ?.!")
    if lead is None:
        grafted = _same_preposition(stem, which)
        return None if grafted is None else f"{grafted}?"
    spot = _after(stem, lead)
    if spot is None:
        return None
    phrase = stem[spot[0] : spot[1]]
    rest = re.sub(r"^\s+(?:of|from|in) (?:1\d|20)\d\d\b", "", stem[spot[1] :])
    return f"{stem[: spot[0]]}{phrase} {which}{rest}?"
