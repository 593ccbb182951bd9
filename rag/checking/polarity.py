"""Does one text deny what the other says? Negations and opposite words, compared where they meet.

It is cautious: a text is said to contradict another only where the same words stand with a plain
negation on one side and with nothing negative at all on the other, or where one of two opposite
words took the place of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis import QUESTION_WORDS, fold, terms
from rag.checking.opposites import OPPOSITES
from rag.checking.reasons import differently_denied, instead
from rag.checking.wording import wording

# Said with a negation, meant without: put right before anything is compared.
_REWRITES = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\bno(?:t)? (?:later|longer) than\b", "at most"),
        (r"\bno(?:t)? (?:more|greater|higher|larger|bigger|over) than\b", "at most"),
        (r"\bno(?:t)? (?:fewer|less|lower|smaller) than\b", "at least"),
        (r"\bnot (?:only|just|merely)\b", ""),
        (r"\bwhether or not\b", "whether"),
        (r"-only\b", ""),
        (r"\b(?:stay|stays|keep|keeps|kept|remain)\b(.{0,25}?)\baway\b", r"avoid\1"),
        (r"\bturn(?:ed|s)? down\b", "refused"),
        (r"\b(?:no|not any) longer\b|\bno more\b(?! than)", "not"),
        (r"\bfor nothing\b", "free"),
        (r"\bwithout (?:it|them|this|that|one|these|those)\b", "otherwise"),
        (r"\bnothing to do with\b", ""),
        (r"\bno doubt\b|\bno matter\b|\bno\. ?(?=\d)", ""),
        (r"\bnot (?:allowed|permitted)\b", "forbidden"),
        (r"\bcan(?:no|'|’)t\b|\bcan not\b", "can not"),
        (r"n['’]t\b", " not"),
    )
)
_NEGATORS = frozenset("not no never neither nor nobody none nothing nowhere without hardly".split())
#: Negative without a negation: with one of these about, a missing "not" proves nothing.
_NEGATIVE = frozenset(
    """
    only until till except exclude excluding excluded instead rather avoid refuse refused
    reject rejected decline declined deny denied forbid forbidden prohibit prohibited
    ban banned barred fail failed fails failure lack lacks lacking lacked missing absent prevent
    prevents prevented stop stops stopped remove removed lost lapse lapses expire expires
    impossible unable closed shut free rarely seldom against beyond exempt waived void invalid
    unpaid unavailable forfeit forfeited ineligible otherwise nil zero 0 unused unless
    """.split()
)
_UN = re.compile(r"un(?!der|it|iv|iq|io|if|til|to$|cle|less)\w{3}|non")
_NEW_PART = frozenset(
    "the a an your his her its their our my is are was were does do did will would can could may "
    "must shall should has have had it they he she we you".split()
)
_CUT = re.compile(
    r"[.;!?|]|:\s|,?\s(?:but|while|whereas|because|since|unless|although|though|if|when)\s|"
    r",\s(?:and|so|or|which|who|as)\s|,?\sand\s(?=not\b)|,\s(?=not\b)"
)
_FRONTED = re.compile(
    r"^(\W*(?:if|when|after|before|unless|although|while|since|because|where)\b[^,;]*),"
)
_ENDS_SCOPE = frozenset("and then but so because which that who as if when".split())
_BACKWARD = frozenset("nothing none nowhere".split())  # "cost nothing", "there are none"
_SHARED = 0.5  # of the words of the shorter of two clauses, from which they are about the same
_LIGHT = frozenset(
    "need require requir get make take have allow longer been any been much more".split()
)
_NEARLY = 0.75  # of the words of the shorter clause; so much shared, and one "not" is one too many
_ALIKE = 0.65  # of the words of the longer one
_UNIVERSAL = frozenset("any all every everyone anyone everybody anybody always".split())
_RESTRICTED = frozenset("only except unless excluding apart".split())
_MOST_CLAUSES = 30  # of a sentence are compared; more stand only in rubble
_SCOPE = 2  # content words after a negation that it may be about


@dataclass(frozen=True, slots=True)
class Polarity:
    """One clause: its words under a negation, its others, and those negative by themselves."""

    denied: frozenset[str]
    first: frozenset[str]  #: of those denied, the ones next to a negation
    said: frozenset[str]
    negative: frozenset[str]
    forms: frozenset[str]  #: all words, folded, for opposites
    negations: int

    @property
    def size(self) -> int:
        return len(self.denied | self.said)


def contradiction(said: str, held: str, around: str = "") -> str | None:
    """One clause on how a held sentence contradicts what is said; None when it does not.

    ``around`` is the span that the sentence stands in: an opposite word counts only where no clause
    of it about the same has the word itself.
    """
    theirs_all = polarity(held)
    ours_all, elsewhere = polarity(said), polarity(around)
    denied_by_both = _all_denied(ours_all) & _all_denied(theirs_all)
    mine = frozenset(re.findall(r"[^\W_]+", fold(said)))
    for ours in ours_all:
        for place, theirs in enumerate(theirs_all):
            if place and theirs.size == 1 < ours.size and not theirs.negations:
                continue  # "…, when late" says too little to be denied
            shared = _shared(ours, theirs)
            if shared < _SHARED:
                continue
            denied = _denied_alone(ours, theirs) or _denied_alone(theirs, ours)
            denied = denied if shared > _SHARED else None  # an opposite is itself not shared
            denied = denied or _one_sided(ours, theirs, shared, denied_by_both)
            opposite = _opposite(ours, theirs, mine, theirs_all, elsewhere)
            if denied and not opposite:
                return differently_denied(denied, said, held)
            if opposite and not denied:
                return instead(*opposite, said, held)
            only = None if denied or opposite else _restricted(ours, theirs, shared)
            if only:
                return f"the document says “{only}” where the sentence does not"
    return None


@lru_cache(maxsize=8192)
def polarity(text: str) -> tuple[Polarity, ...]:
    """Read, clause by clause, which words of a text are denied."""
    plain = fold(text)
    for pattern, replacement in _REWRITES:
        plain = pattern.sub(replacement, plain)
    plain = _FRONTED.sub(r"\1;", plain)
    pieces = [piece for piece in _CUT.split(plain) if piece.strip()]
    return tuple(_clause(piece) for piece in pieces[:_MOST_CLAUSES])


def _clause(text: str) -> Polarity:
    denied: set[str] = set()
    first: set[str] = set()
    said: set[str] = set()
    negative: set[str] = set()
    before: tuple[str, ...] = ("",)
    scope, negations = 0, 0
    words = re.findall(r"[^\W_]+", text)
    for word in words:
        if word in _NEGATORS:
            negative.add(word)
            scope, negations = _SCOPE, negations + 1
            if word in _BACKWARD:
                denied.update(filter(None, before))
                first.update(filter(None, before))
                said.difference_update(before)
            continue
        if word == "or" and negations and denied >= set(before):
            scope = _SCOPE  # "not heating or water"
        if word in _ENDS_SCOPE or (0 < scope < _SCOPE and word in _NEW_PART):
            scope = 0
        if word in _NEGATIVE or _UN.match(word):
            negative.add(word)
        if word not in QUESTION_WORDS:
            before = wording(word) or tuple(terms(word))
            (denied if scope else said).update(before)
            if scope == _SCOPE or (scope and first <= _LIGHT):
                first.update(before)
            scope = max(0, scope - 1)
    return Polarity(
        denied=frozenset(denied),
        first=frozenset(first),
        said=frozenset(said),
        negative=frozenset(negative),
        forms=frozenset(words),
        negations=negations,
    )


def _all_denied(clauses: Sequence[Polarity]) -> frozenset[str]:
    return frozenset().union(*(one.denied for one in clauses))


def _shared(one: Polarity, other: Polarity) -> float:
    """How much of the words of the shorter clause the other has, 0–1."""
    first, second = one.denied | one.said, other.denied | other.said
    return len(first & second) / max(1, min(len(first), len(second)))


def _denied_alone(one: Polarity, other: Polarity) -> str | None:
    """A word denied by the one and said by the other, which denies nothing else."""
    if one.negations == other.negations:
        # both deny something: it is the same, or each denies what the other says
        ours = (one.first & other.said) - other.denied
        return min(ours) if ours and (other.first & one.said) - one.denied else None
    shared = (one.first & other.said) - one.said - other.denied
    if not shared:
        return None
    itself = {word for word in other.negative if set(wording(word)) & shared}
    unexplained = other.negative - itself - ({"only"} & one.negative)
    if unexplained and not (other.denied and other.denied <= one.denied):
        return None
    return min(shared)


def _one_sided(
    ours: Polarity, theirs: Polarity, shared: float, by_both: frozenset[str]
) -> str | None:
    """A plain "not" on one side of clauses that say nearly the same, and nothing like it on the
    other."""
    if not _nearly_same(ours, theirs, shared):
        return None
    for one, other in ((ours, theirs), (theirs, ours)):
        if one.negations and one.first - by_both and not other.negative:
            return min(one.first - by_both)
    return None


def _restricted(ours: Polarity, theirs: Polarity, shared: float) -> str | None:
    """ "Any" where it is "only"."""
    found = theirs.forms & _RESTRICTED - ours.forms if ours.forms & _UNIVERSAL else None
    return min(found) if found and _nearly_same(ours, theirs, shared) else None


def _nearly_same(ours: Polarity, theirs: Polarity, shared: float) -> bool:
    alike = _common(ours, theirs) / max(ours.size, theirs.size, 1)
    return shared >= _NEARLY and alike >= _ALIKE and min(ours.size, theirs.size) >= 2


def _opposite(
    ours: Polarity,
    theirs: Polarity,
    mine: frozenset[str],
    clauses: Sequence[Polarity],
    around: Sequence[Polarity],
) -> tuple[str, str] | None:
    """A word and its opposite, where the held clause, of all, is the one most like what is said."""
    for pair in OPPOSITES:
        for left, right in (pair, pair[::-1]):
            our_word, their_word = _among(left, ours.forms), _among(right, theirs.forms)
            if not our_word or not their_word or _among(right, mine):
                continue
            likeness = _common(ours, theirs)
            others = [_common(ours, one) for one in clauses if _among(left, one.forms)]
            pairs = left | right | {our_word, their_word}
            negated = bool(ours.negative - pairs) != bool(theirs.negative - pairs)
            if negated:
                continue  # "not open" and "closed" agree
            near = any(_among(left, one.forms) and _besides(ours, one, left) for one in around)
            if (likeness > max(others)) if others else not near:
                return our_word, their_word
    return None


def _besides(ours: Polarity, other: Polarity, words: frozenset[str]) -> bool:
    """Whether two clauses have anything in common besides some words."""
    stems = {stem for word in words for stem in (*wording(word), *terms(word))}
    return bool(((ours.denied | ours.said) & (other.denied | other.said)) - stems)


def _common(one: Polarity, other: Polarity) -> int:
    return len((one.denied | one.said) & (other.denied | other.said))


@lru_cache(maxsize=8192)
def _among(words: frozenset[str], forms: frozenset[str]) -> str | None:
    """One of the words, or a form of one, that is among the others."""
    direct = words & forms
    if direct:
        return min(direct)
    stems = {stem for word in words for stem in terms(word)}
    return next((form for form in sorted(forms) if stems & set(terms(form))), None)
