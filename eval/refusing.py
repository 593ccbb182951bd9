"""What refusing more would cost: refused questions without an answer, over answerable ones refused.

Questions are taken in the order in which a run would give them up: those it refused, the least sure
first, then its answers, the least sure first. So each curve passes through the run itself. Pure;
what a curve is worth for the confidence alone stands in `eval.selective`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.outcomes import Outcome

FALSE_REFUSALS = 0.05  #: answerable questions refused that a person may put up with
ALL = "all without an answer"
#: Kinds of questions without an answer that get a curve of their own where a set marks them.
KINDS: Mapping[str, str] = {"look-alike": "look-alikes", "off-topic": "off the topic"}


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """Refusing so many: shares in 0–1."""

    falsely_refused: float  #: of the questions with an answer
    refused: float  #: of those without


def refusal_curve(
    without: Sequence[float], answerable: Sequence[float]
) -> tuple[RefusalPoint, ...]:
    """From refusing nothing to refusing all; equal scores go together, the lowest first.

    The receiver operating characteristic (Fawcett 2006) of refusing, with what is refused rightly
    upward. Empty when one of the two kinds is missing.
    """
    if not without or not answerable:
        return ()
    steps = sorted({*without, *answerable})
    return (
        RefusalPoint(0.0, 0.0),
        *(
            RefusalPoint(_share_up_to(step, answerable), _share_up_to(step, without))
            for step in steps
        ),
    )


def _share_up_to(score: float, scores: Sequence[float]) -> float:
    return sum(one <= score for one in scores) / len(scores)


def refused_at(
    curve: Sequence[RefusalPoint], falsely_refused: float = FALSE_REFUSALS
) -> float | None:
    """The most that can be refused with so many refused by mistake; None without a curve."""
    return max(
        (point.refused for point in curve if point.falsely_refused <= falsely_refused), default=None
    )


def refusal_curves(outcomes: Sequence[Outcome]) -> dict[str, tuple[RefusalPoint, ...]]:
    """The curve of all questions without an answer, and of each kind that the set marks."""
    answerable = [_score(one) for one in outcomes if one.answerable]
    without = [one for one in outcomes if not one.answerable]
    groups = {ALL: without} | {
        name: [one for one in without if trait in one.question.traits]
        for trait, name in KINDS.items()
    }
    curves = {
        name: refusal_curve([_score(one) for one in group], answerable)
        for name, group in groups.items()
    }
    return {name: curve for name, curve in curves.items() if curve}


def _score(outcome: Outcome) -> float:
    """When a question is given up, the lowest first.

    A false premise that was put right needs no refusal and counts as held back throughout.
    """
    if outcome.corrected and not outcome.answerable:
        return -2.0
    sure = outcome.confidence
    if outcome.declined:
        return -1.0 + (sure or 0.0) / 2
    return 1.0 if sure is None else sure
