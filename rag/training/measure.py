"""Figures on held-out training articles, from raw scores: span F1, separation, calibration.

These choose and calibrate; the figures that are reported on test data are made by ``eval``.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from rag.reader_model import PairScores, best_spans, span_margin
from rag.reader_network import PackedReader, score
from rag.training.encoding import Example

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the network says of one example."""

    example: Example
    head: float
    margin: float
    log_probability: float  #: of the best span
    f1: float  #: of the best span with the nearest gold span, by tokens; 0 where there is none
    exact: bool
    support: float


def score_all(network: torch.nn.ModuleDict, examples: Sequence[Example]) -> list[Scored]:
    """Raw scores of the examples, in their order: on a processor as the shipped reader scores."""
    network.eval()
    device = next(network.parameters()).device
    scorer = (
        PackedReader(network).score
        if device.type == "cpu"
        else partial(score, network, bfloat16=True)
    )
    order = sorted(range(len(examples)), key=lambda number: len(examples[number].ids))
    out: list[Scored | None] = [None] * len(examples)
    for begin in range(0, len(order), 32):
        batch = order[begin : begin + 32]
        made = scorer(
            [examples[number].ids for number in batch],
            [examples[number].second for number in batch],
        )
        for scores, number in zip(made, batch, strict=True):
            out[number] = _scored(examples[number], scores)
    return [scored for scored in out if scored is not None]


def _scored(example: Example, scores: PairScores) -> Scored:
    count = len(example.ids) - 1 - example.first
    spans = best_spans(scores.start, scores.end, example.first, count, 1)
    first, last, log_probability = spans[0] if spans else (0, 0, 0.0)
    found = [token_f1(example.ids, (first, last), gold) for gold in example.spans]
    return Scored(
        example,
        scores.answerable,
        span_margin(scores.start, scores.end, spans),
        log_probability,
        max(found, default=0.0),
        (first, last) in example.spans,
        scores.support,
    )


def token_f1(ids: Sequence[int], found: tuple[int, int], gold: tuple[int, int]) -> float:
    """F1 of the tokens of two spans, as bags. Close to SQuAD's, which also drops articles."""
    mine = Counter(ids[found[0] : found[1] + 1])
    theirs = Counter(ids[gold[0] : gold[1] + 1])
    same = sum((mine & theirs).values())
    return 2 * same / (sum(mine.values()) + sum(theirs.values())) if same else 0.0


def auc(scores: Sequence[float], labels: Sequence[float]) -> float:
    """Area under the ROC curve by ranks (Mann-Whitney); ties count half, labels > 0.5 are true."""
    values, true = np.asarray(scores), np.asarray(labels) > 0.5
    positives, negatives = int(true.sum()), int((~true).sum())
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[true].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def fit_logistic(
    features: Floats, labels: Floats, ridge: float = 1e-3, counts: Floats | None = None
) -> list[float]:
    """Logistic regression by Newton's method: weights, then bias. ``features`` (rows, columns).

    Labels may lie between 0 and 1; ``counts`` is how often each row counts, once by default.
    """
    often = np.ones(len(labels)) if counts is None else counts
    design = np.hstack([features, np.ones((len(features), 1))])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (often * (chance - labels)) + ridge * weights
        curvature = (design * (often * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature + ridge * np.eye(len(weights)), gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return [float(weight) for weight in weights]


def calibration_error(probabilities: Floats, labels: Floats, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean |mean probability - mean label|."""
    order = np.argsort(probabilities)
    total = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            gap = abs(float(probabilities[part].mean()) - float(labels[part].mean()))
            total += gap * len(part) / len(order)
    return total


def normalised(answer: str) -> str:
    """An answer as SQuAD's rules compare it: lower case, no punctuation, no articles."""
    lowered = "".join(c for c in answer.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())
