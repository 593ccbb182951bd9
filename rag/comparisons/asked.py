"""The types of a comparison, and pieces of English that all patterns for it share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rag.checking.quantities import figures
from rag.comparisons.measures import Measure
from rag.comparisons.wording import PREPOSITION, Frame, question_of


class Wants(Enum):
    """What a comparison is to be answered with."""

    WHICH = "which of the two"
    WHETHER = "yes or no: is it more of the first?"
    SAME = "yes or no: are they the same?"
    CHANGED = "yes or no: do they differ?"
    BOTH = "both values"


@dataclass(frozen=True, slots=True)
class Thing:
    """One side of a comparison: as the question names it, and what to ask of it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things and what is compared; ``edition`` where both are versions of one document."""

    wants: Wants
    first: Thing
    second: Thing
    measure: Measure | None = None  #: None where nothing is said but that they may differ
    editions: bool = False  #: the first is the older version, the second the newer one


BE, DO = r"is|are|was|were", r"does|do|did"
HAVE, MODAL = r"has|have|had", r"can|could|may|might|must|should|shall|will|would"
PARTICIPLE = (
    r"(?:\w{2,}ed|\w{2,}en|built|made|born|kept|held|paid|sold|valid|open|sent|hired|lent|cut)"
)
ADVERB = r"(?:\s+(?:for|any|much|even))?"
PREP = re.compile(rf"^{PREPOSITION}\b", re.I)


def of_frame(wants: Wants, a: str, b: str, frame: Frame) -> Comparison:
    full = re.sub(r"^one\b", f"the {_head(a)}", in_full(b, a), flags=re.I)
    return of_things(wants, a, full, frame.measure, lambda it: question_of(frame, it))


def of_things(
    wants: Wants, a: str, b: str, measure: Measure | None, ask: Callable[[str], str]
) -> Comparison:
    return Comparison(wants, Thing(a, ask(a)), Thing(b, ask(b)), measure)


def placed(it: str) -> str:
    return it if PREP.match(it) else f"in {it}"


def in_full(b: str, a: str) -> str:
    """The second thing in full: "that of B" and "the red one" lean on the first."""
    match = re.match(rf"^(?:that|those|the ones?)\s+(?=(?:{PREPOSITION})\b)(.*)$", b, re.I)
    if match is not None:
        head = re.split(rf"\s+(?={PREPOSITION}\b)", a)[0]
        return _without_one(f"{head} {match.group(1)}", a)
    return _without_one(b, a)


def _head(name: str) -> str:
    """The noun of a name: "an urgent transfer in euros" is a transfer."""
    return re.split(rf"\s+(?={PREPOSITION}\b)", name)[0].rsplit(maxsplit=1)[-1]


def without_verb(b: str) -> str:
    """ "… than B is", "… than B opened": the verb is asked anyway."""
    return re.sub(rf"(?<=\w)\s+(?:{BE}|{DO}|{HAVE}|{MODAL}|(?!\w*need)\w{{3,}}ed)$", "", b)


def agreeing(auxiliary: str, name: str) -> str:
    """The auxiliary in the number of the name: "are barometers", but "is the machine"."""
    head = re.split(rf"\s+(?={PREPOSITION}\b)", name)[0]
    plural = bool(re.search(r"[^s]s$", head))
    one = {"are": "is", "were": "was", "do": "does"}
    many = {value: key for key, value in one.items()}
    return (many if plural else one).get(auxiliary, auxiliary)


def _without_one(b: str, a: str) -> str:
    return re.sub(r"\bones?$", a.rsplit(maxsplit=1)[-1], b, flags=re.I)


def is_figure(text: str) -> bool:
    """Is a number meant, and no thing: "more than £50", "longer than two weeks"?"""
    found = figures(text)
    if any(one.start <= 1 and not one.loose for one in found.quantities):
        return True
    return bool(re.match(r"(?:an?|one|the)\s+(?:hour|day|week|month|year|mile|metre)s?$", text))
