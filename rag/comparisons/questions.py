"""Is a question a comparison of two things, of which two, and what is to be asked of each?

Told by English patterns alone; a question that fits none is not one and goes the usual way.
Comparisons with a number ("more than £50") or with all others are not meant here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.comparisons.asked import Comparison, Thing, Wants
from rag.comparisons.choices import either, which
from rag.comparisons.degrees import before_after, than
from rag.comparisons.sameness import changed, same

__all__ = ["Comparison", "Thing", "Wants", "comparison"]

_POLITE = re.compile(
    r"^(?:(?:can|could) you (?:please )?tell me|please tell me|tell me)[,:]?\s+", re.I
)
_SHORT_IS = re.compile(r"^(which|who|what|where)['’]s\b", re.I)
# "more urgent", "less often", "cheaper than expected" and what follows a second question
_OTHERWISE = re.compile(
    r"\b(?:more|less|most|least)\s+(?!than\b|recent|expensive)"
    r"\w*(?:often|ly|ful|ent|ular|ant|icated|ous|ive|"
    r"able|ible)\b|,\s*and\s+(?:how|why|what|when|where)\b",
    re.I,
)
_LONGEST = 300  # characters
_NO_THING = frozenset(
    "that this it before ever expected usual planned others other average all any average normal"
    " one last now then needed necessary possible once the first second third former latter old"
    " new me".split()
)


def comparison(question: str) -> Comparison | None:
    """The comparison that a question asks for; None when it asks for none.

    >>> found = comparison("Are barometers guaranteed for longer than the espresso machine?")
    >>> found.second.question if found else None
    'How long is the espresso machine guaranteed?'
    """
    asked = " ".join(question.split()).rstrip(" ?.!")
    asked = _SHORT_IS.sub(r"\1 is", _POLITE.sub("", asked))
    if len(asked) > _LONGEST or _OTHERWISE.search(asked):
        return None
    readers: tuple[Callable[[str], Comparison | None], ...] = (
        which,
        than,
        either,
        before_after,
        same,
        changed,
    )
    for read in readers:
        found = read(asked)
        if found is not None:
            return found if _is_thing(found.first.name) and _is_thing(found.second.name) else None
    return None


def _is_thing(name: str) -> bool:
    words = re.findall(r"\w+", name.lower())
    return bool(words) and not set(words) <= _NO_THING
