"""Does a sentence say what its source denies, in other words than the whole of it?

`rag.checking.polarity` compares clauses that say nearly the same. Here a single denied word is
enough, "twist, do not cut", where the sentence says that word, denies nothing and has much else in
common with the source. The other way round is not tried: "not washed with white things" denies
little of "washed", and rejected as many true sentences as false ones.
"""

from __future__ import annotations

import re

from index.analysis import fold
from rag.checking.polarity import Polarity, polarity
from rag.checking.reasons import differently_denied
from rag.checking.wording import content, wording

_SAME = 0.4  # of a sentence's wording that has to stand in the source beside the denied word
_WITHOUT = re.compile(r"\bwithout (?:(?:a|an|the|any|its|his|her|their) )?([^\W\d_]{3,})")
_WITH = re.compile(r"\bwith (?:(?:a|an|the|any|its|his|her|their) )?([^\W\d_]{3,})")


def denied(said: str, held: str) -> str | None:
    """What a sentence says and its source denies, as a clause; None when nothing."""
    wanted = frozenset(content(said))
    word = _denied_in(polarity(held), polarity(said))
    if word and len((wanted & frozenset(content(held))) - {word}) >= _SAME * len(wanted - {word}):
        return differently_denied(word, said, held)
    word = _without(said, held) or _without(held, said)
    return word and differently_denied(word, said, held)


def _denied_in(one: tuple[Polarity, ...], other: tuple[Polarity, ...]) -> str | None:
    """A word right after a negation on the one side that the other says, which denies nothing."""
    if any(clause.negations or clause.negative for clause in other):
        return None
    said = frozenset().union(*(clause.said for clause in one))
    plain = frozenset().union(*(clause.said for clause in other))
    for clause in one:
        itself = {word for word in clause.negative if set(wording(word)) & clause.denied}
        if clause.negations != 1 or len(clause.negative - itself) > 1:
            continue  # "not before", "not unless"
        found = (clause.first & plain) - said
        if found:
            return min(found)
    return None


def _without(one: str, other: str) -> str | None:
    """ "Without a tool" on one side, "with a tool" on the other."""
    first, second = fold(one), fold(other)
    lacking = {stem for word in _WITHOUT.findall(first) for stem in wording(word)}
    having = {stem for word in _WITH.findall(second) for stem in wording(word)}
    if lacking & having and not _WITHOUT.search(second) and not _WITH.search(first):
        return min(lacking & having)
    return None
