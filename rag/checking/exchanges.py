"""Does a sentence put another name, number or date where its source has one?

"Jochi died in 1223" beside "Jochi died in 1226" says otherwise, even where 1223 stands somewhere
near. What takes whose place is told by the words on either side. Looks at single sentences that
say nearly the same; facts that are simply nowhere are found in `rag.checking.facts`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.analysis import fold
from rag.checking.linking import Anchor, anchors, of_a_kind, same_anchor
from rag.checking.wording import content

_SAME = 0.6  # of a sentence's wording has to stand in the other, for one to be a version of it
_WORD = re.compile(r"[^\W_]+(?:[.,:'’][^\W_]+)*")
_EDGE = "\0"  # stands for the word before the first and after the last


def exchanged(text: str, held: str) -> str | None:
    """What stands in the text in the place of what, as a clause; None when nothing does."""
    wanted = set(content(text))
    if not wanted or len(wanted & set(content(held))) < _SAME * len(wanted):
        return None
    ours, theirs = anchors(text, openings=True), anchors(held, openings=True)
    for anchor in ours:
        if any(same_anchor(anchor, other) for other in theirs):
            continue
        for other in theirs:
            if any(same_anchor(one, other) for one in ours) or not of_a_kind(anchor, other, ()):
                continue
            # "Employees may …" for "Workers may …" names nobody
            if other.opens or _short_for(anchor, other):
                continue
            if _same_place(text, anchor, held, other):
                put = text[anchor.start : anchor.end].strip()
                there = held[other.start : other.end].strip()
                if fold(put).removesuffix("s") == fold(there).removesuffix("s"):
                    continue  # "on Tuesday", "on Tuesdays"
                return f"it says “{put}” where the document says “{there}”"
    return None


def _short_for(one: Anchor, other: Anchor) -> bool:
    """Whether one of two names is the initials of the other."""
    if not isinstance(one.thing, tuple) or not isinstance(other.thing, tuple):
        return False
    initials = ["".join(word[0] for word in thing) for thing in (one.thing, other.thing)]
    return initials[0] in other.thing or initials[1] in one.thing


def _same_place(text: str, anchor: Anchor, held: str, other: Anchor) -> bool:
    """Whether two words on either side agree with theirs, one of them right beside."""
    ours, theirs = _beside(text, anchor.start, anchor.end), _beside(held, other.start, other.end)
    equal = [one == two for one, two in zip(ours, theirs, strict=True)]
    return sum(equal) >= 2 and (equal[1] or equal[2])


@lru_cache(maxsize=8192)
def _beside(text: str, start: int, end: int) -> tuple[str, str, str, str]:
    """The two words before a span and the two after it, folded."""
    before = [fold(word) for word in _WORD.findall(text[:start])][-2:]
    after = [fold(word) for word in _WORD.findall(text[end:])][:2]
    first, second = ([_EDGE] * 2 + before)[-2:]
    third, fourth = (after + [_EDGE] * 2)[:2]
    return first, second, third, fourth
