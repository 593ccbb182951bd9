"""What confidence is worth: risk by coverage, and shares of right answers by stated probability.

Pure functions beside those of `eval.metrics`. Equal scores stand or fall together everywhere, so
that the order of questions changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics import mean


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only what scores at least ``threshold``."""

    threshold: float
    coverage: float  #: share answered, 0–1
    risk: float  #: share of these that is wrong, 0–1


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[RiskPoint]:
    """One point for each distinct score, from the most to the least sure.

    Source: El-Yaniv and Wiener 2010; here the risk is the share of wrong answers.
    """
    pairs = sorted(zip(scores, right, strict=True), key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    wrong = 0
    for place, (score, is_right) in enumerate(pairs, 1):
        wrong += not is_right
        if place == len(pairs) or pairs[place][0] != score:
            points.append(RiskPoint(score, place / len(pairs), wrong / place))
    return points


def area_under_risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> float | None:
    """Mean risk over the coverages 1/n … 1; lower is better. None of nothing.

    Source: Geifman, Uziel and El-Yaniv 2019 (AURC). Among equal scores the wrong answers are
    spread evenly, which is their expectation over all orders.
    """
    points = risk_coverage(scores, right)
    if not points:
        return None
    total, before, wrong_before = 0.0, 0, 0.0
    count = len(scores)
    for point in points:
        after = round(point.coverage * count)
        wrong = point.risk * after
        each = (wrong - wrong_before) / (after - before)
        total += math.fsum(
            (wrong_before + each * step) / (before + step) for step in range(1, after - before + 1)
        )
        before, wrong_before = after, wrong
    return total / count


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence."""

    count: int
    confidence: float  #: mean, 0–1
    right: float  #: share that is right, 0–1


def reliability(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Answers by confidence in bins of equal width over 0–1; empty bins are left out.

    Source: the reliability diagram of DeGroot and Fienberg 1983. 1 belongs to the last bin.
    """
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, is_right in zip(scores, right, strict=True):
        if not 0 <= score <= 1:
            raise ValueError(f"a probability lies in 0–1, not at {score}")
        groups[min(int(score * bins), bins - 1)].append((score, is_right))
    return [
        Bin(
            count=len(group),
            confidence=mean([score for score, _ in group]) or 0.0,
            right=mean([float(is_right) for _, is_right in group]) or 0.0,
        )
        for group in groups
        if group
    ]
