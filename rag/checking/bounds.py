"""Is a day or an hour the other end of what its source says: the beginning for the end, before for
after? English."""

from __future__ import annotations

import re

from rag.checking.amounts import Quantity
from rag.checking.dates import Moment
from rag.checking.linking import Anchor, anchors, same_anchor
from rag.checking.wording import content

_REACH = 40  # characters before a time in which its preposition stands
_BEGINS = "opens? opened starts? started begins? began commences? from departs? leaves?"
_ENDS = "closes? closed ends? ended finish(?:es|ed)? until till to expires? shuts? arrives?"
_BEGINNING = re.compile(
    rf"\b(?:{_BEGINS.replace(' ', '|')})(?: (?:on|at|in|its doors at))?\s+(?:the )?$",
    re.I,
)
_ENDING = re.compile(
    rf"\b(?:{_ENDS.replace(' ', '|')})(?: (?:on|at|in|its doors at))?\s+(?:the )?$",
    re.I,
)
_FROM = re.compile(r"\bfrom\b", re.I)
_UNTIL = re.compile(r"\b(?:until|till|to)\b", re.I)
_EARLY = re.compile(
    r"\b(?:by|before|until|till|(?:no|not) later than|up to|on or before)\s+(?:the )?$", re.I
)
_LATE = re.compile(r"\b(?:after|since|not before|no earlier than|from|as of)\s+(?:the )?$", re.I)
#: With one of these the other side of a limit may say the same: "closed from 5" is "open until 5".
_TURNS = re.compile(
    r"\b(?:not|no|never|closed?|closes|shut|open(?:s|ed)?|ends?|ended|expires?d?|valid|free|stops?"
    r"|unless|until when|late|overdue|afterwards|thereafter|then|off|on from|begins?|starts?"
    r"|between|and)\b|n['’]t\b",
    re.I,
)


def other_bound(said: str, held: str) -> str | None:
    """What a sentence takes for the other end or side of a time, as a clause; None when nothing."""
    return _times(said, held) or _limit(said, held)


def _times(said: str, held: str) -> str | None:
    """ "Ends on 1 May" where it holds from 1 May until 30 June."""
    ours, theirs = (_marked(text, _BEGINNING, _ENDING) for text in (said, held))
    if _FROM.search(said) and not _UNTIL.search(said):
        return None  # "needed from 31 March" begins where another ends
    for begins, one in ours:
        same = [(b, other) for b, other in theirs if same_anchor(one, other)]
        own = [other for b, other in theirs if b == begins]
        if same and all(b != begins for b, _ in same) and own:
            return (
                f"“{said[one.start : one.end]}” is when it {'ends' if begins else 'begins'} there"
            )
    return None


def _limit(said: str, held: str) -> str | None:
    """ "After 5 May" where it is by 5 May."""
    wanted, there = set(content(said)), set(content(held))
    if not wanted <= there or len(there - wanted) > 1 or _TURNS.search(f"{said} {held}"):
        return None  # "after 5 May they are refused" is what "before 5 May" means
    ours, theirs = (_marked(text, _LATE, _EARLY) for text in (said, held))
    for late, one in ours:
        same = [side for side, other in theirs if same_anchor(one, other)]
        if same and late not in same and _is_time(one):
            side = "after" if late else "before"
            return f"it says “{side}” {said[one.start : one.end]}, the other side of that limit"
    return None


def _marked(text: str, first: re.Pattern[str], other: re.Pattern[str]) -> list[tuple[bool, Anchor]]:
    """The numbers and times of a text that the one pattern (True) or the other stands before."""
    found = []
    for one in anchors(text):
        before = text[max(0, one.start - _REACH) : one.start]
        is_first = first.search(before) is not None
        if not isinstance(one.thing, tuple) and (is_first or other.search(before)):
            found.append((is_first, one))
    return found


def _is_time(one: Anchor) -> bool:
    clock = isinstance(one.thing, Quantity) and one.thing.dimension == "clock"
    return clock or isinstance(one.thing, Moment)
