"""Figures of declining and of stated probabilities.

Pure functions, re-exported by `eval.metrics`; curves over all thresholds stand in `eval.selective`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from eval.averages import mean


def refusal_precision(declined: Sequence[bool], unanswerable: Sequence[bool]) -> float | None:
    """Of the questions declined, the share that had no answer; None when none was declined."""
    pairs = zip(declined, unanswerable, strict=True)
    return mean([float(without) for refused, without in pairs if refused])


def refusal_recall(declined: Sequence[bool], unanswerable: Sequence[bool]) -> float | None:
    """Of the questions without an answer, the share declined; None when all have one."""
    return refusal_precision(unanswerable, declined)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Probability that a random positive scores above a random negative, ties counting one half.

    Mann–Whitney U / (positives · negatives). Source: Hanley and McNeil 1982. None with one class.
    """
    pairs = sorted(zip(scores, positive, strict=True), key=lambda pair: pair[0])
    positives = sum(positive)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return None
    rank_sum, at = 0.0, 0
    while at < len(pairs):
        after = at
        while after < len(pairs) and pairs[after][0] == pairs[at][0]:
            after += 1
        rank_sum += (at + 1 + after) / 2 * sum(is_positive for _, is_positive in pairs[at:after])
        at = after
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def best_overall_f1(
    scores: Sequence[float], f1: Sequence[float], answerable: Sequence[bool]
) -> float | None:
    """The mean F1 if all questions scoring under the best threshold were declined; None of nothing.

    ``f1`` is that of what would be said; an unanswerable question declined counts 1, an answerable
    one 0. Source: the SQuAD 2.0 evaluation script. Unlike there, equal scores stand or fall
    together, so the order of the questions does not matter.
    """
    gains: dict[float, list[float]] = {}
    for score, said, has_answer in zip(scores, f1, answerable, strict=True):
        gains.setdefault(score, []).append(said - float(not has_answer))
    total = float(len(answerable) - sum(answerable))  # all declined
    best = total
    for score in sorted(gains, reverse=True):
        total += math.fsum(gains[score])
        best = max(best, total)
    return best / len(answerable) if answerable else None


def brier_score(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Σ (probability - outcome)² / n, outcome 1 or 0; lower is better. None of nothing.

    Source: Brier 1950, who adds up both classes and so gets twice this.
    """
    return mean([(p - float(true)) ** 2 for p, true in zip(probabilities, outcomes, strict=True)])


def calibration_error(
    probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 10
) -> float | None:
    """Σ n(b) / n · |mean probability - share true| over bins b of equal count; lower is better.

    Source: Naeini et al. 2015, with bins of equal count as in Nguyen and O'Connor 2015. Equal
    probabilities share their outcomes, so that a bin's edge among them changes nothing.
    """
    alike: dict[float, list[float]] = {}
    for probability, true in zip(probabilities, outcomes, strict=True):
        alike.setdefault(probability, []).append(float(true))
    gaps = [p - sum(alike[p]) / len(alike[p]) for p in sorted(alike) for _ in alike[p]]
    size, longer = divmod(len(gaps), bins)  # the first bins are one longer
    edges = [number * size + min(number, longer) for number in range(bins + 1)]
    in_bins = [abs(math.fsum(gaps[low:high])) for low, high in pairwise(edges)]
    return math.fsum(in_bins) / len(gaps) if gaps else None
