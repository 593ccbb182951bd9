"""Is it said of the right one? Names around a verb, and what a number counts.

"Ben sold the mill to Ada" has every word of "Ada sold the mill to Ben", and 143 members are not
143 tools. Numbers, dates and names that were put where another belongs in a list or a table are
found in `rag.checking.linking`.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise

from index.analysis import fold
from rag.checking.amounts import Quantity, same_quantity
from rag.checking.facts import Facts, facts, wanted_quantities
from rag.checking.linking import Anchor, anchors, clauses, same_anchor
from rag.checking.wording import content, wording

_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|gets?|got) (?:\w+ly )?\w+\b[^.;,]{0,40}?\bby\b"
)
_COUNTED = re.compile(r"\s*(?:of\s+)?(?:the\s+|all\s+|a\s+)?(?P<words>[^\W\d_][\w’' -]*)")
_NUMBER_AFTER = re.compile(r"^ \d+\w*")
_CROSSED = 3  # words that stand with the other name, of both together
_AFTER_NUMBER = 2  # words in which what a number counts is looked for; further on in a source


def turned_round(said: str, held: str) -> str | None:
    """ "Ada sold it to Ben" where Ben sold it to Ada, as a clause: both names, the other way round.

    What stands between them has to agree, and neither or both have to be passive.
    """
    ours = _names(said)
    if len(ours) < 2:
        return None
    theirs = _names(held)
    for first, second in pairwise(ours):
        between = frozenset(content(said[first.end : second.start]))
        if not between or same_anchor(first, second):
            continue
        crossed = [
            (one, two)
            for one, two in _pairs(theirs)
            if same_anchor(first, two) and same_anchor(second, one)
        ]
        straight = any(
            same_anchor(first, one) and same_anchor(second, two) for one, two in _pairs(theirs)
        )
        if straight or bool(_PASSIVE.search(said)) != bool(_PASSIVE.search(held)):
            continue
        for one, two in crossed:
            inside = held[one.end : two.start]
            if between <= frozenset(content(inside)) and not re.search(r"[.;|\n]", inside):
                names = said[first.start : first.end], said[second.start : second.end]
                return f"“{names[0]}” and “{names[1]}” are exchanged"
    return None


def told_of_other(said: str, held: str) -> str | None:
    """ "A takes milk, and B lemon" where B takes milk and A lemon, as a clause.

    Of two names, each in a clause without the other, the words of both clauses stand with the
    other name in the source, and none with its own.
    """
    both = _called(said) & _called(held)
    ours, theirs = _by_name(said, both), _by_name(held, both)
    for one, other in combinations(sorted(ours.keys() & theirs.keys()), 2):
        own = (ours[one] & theirs[one]) | (ours[other] & theirs[other])
        crossed = (ours[one] & theirs[other], ours[other] & theirs[one])
        if all(crossed) and not own and sum(map(len, crossed)) >= _CROSSED:
            return f"“{one}” and “{other}” are exchanged"
    return None


def _by_name(text: str, names: frozenset[str]) -> dict[str, frozenset[str]]:
    """The content words of the clauses that have one of the names alone, by that name."""
    out: dict[str, frozenset[str]] = {}
    for clause in clauses(text):
        named = _called(clause) & names
        if len(named) == 1:
            name = min(named)
            words = frozenset(content(clause)) - frozenset(content(name))
            out[name] = out.get(name, frozenset()) | words
    return out


def _called(text: str) -> frozenset[str]:
    """The names of a text, folded, each with the number after it: "flat 3"."""
    return frozenset(
        fold(text[one.start : one.end] + "".join(_NUMBER_AFTER.findall(text[one.end :])))
        for one in _names(text)
    )


def _names(text: str) -> list[Anchor]:
    return [one for one in anchors(text, openings=True) if isinstance(one.thing, tuple)]


def _pairs(found: list[Anchor]) -> list[tuple[Anchor, Anchor]]:
    return [(one, two) for place, one in enumerate(found) for two in found[place + 1 :]]


def counts_other(said: str, held: str) -> str | None:
    """ "143 members" where there are 154 members, though 143 stands there too, as a clause."""
    ours, theirs = facts(said), facts(held)
    for one in wanted_quantities(ours.figures.quantities):
        counted = frozenset() if one.hedge else _counted(ours, one, 1)
        there = [
            other
            for other in theirs.figures.quantities
            if other.dimension == one.dimension and counted & _counted(theirs, other, _AFTER_NUMBER)
        ]
        bare = any(
            same_quantity(one, other) and not _counted(theirs, other, 1)
            for other in theirs.figures.quantities
        )  # "at most eighteen can take part": of what is said before
        if there and not bare and not any(same_quantity(one, other) for other in there):
            number, other = said[one.start : one.end], held[there[0].start : there[0].end]
            return f"it counts {number} where the document counts {other}"
    return None


def _counted(found: Facts, number: Quantity, words: int) -> frozenset[str]:
    """The stems of the words right after a number: what it counts."""
    after = re.split(r"[.,;:|()\n]", found.text[number.end : number.end + 60])[0]
    named = _COUNTED.match(after)
    return frozenset(
        stem for word in (named["words"].split() if named else [])[:words] for stem in wording(word)
    )
