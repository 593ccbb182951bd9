"""The figures an evaluation is made of: one small pure function per metric, its formula and source.

Every figure is a ratio in 0–1, higher is better, unless its docstring says otherwise. A ratio over
nothing is None, never 0 or 1. The functions stand by subject in the modules imported here; this is
the one place to import them from.
"""

from __future__ import annotations

from eval.answer_words import answer_correct, exact_match, holds, squad_normalise, token_f1, words
from eval.averages import cohens_kappa, mean, percentile, wilson_interval
from eval.confidence import (
    auroc,
    best_overall_f1,
    brier_score,
    calibration_error,
    refusal_precision,
    refusal_recall,
)
from eval.ranking import hit_rate, ndcg_at_k, recall_at_k, reciprocal_rank
from eval.spans import Span, citation_precision, citation_recall, overlaps

__all__ = [
    "Span",
    "answer_correct",
    "auroc",
    "best_overall_f1",
    "brier_score",
    "calibration_error",
    "citation_precision",
    "citation_recall",
    "cohens_kappa",
    "exact_match",
    "hit_rate",
    "holds",
    "mean",
    "ndcg_at_k",
    "overlaps",
    "percentile",
    "recall_at_k",
    "reciprocal_rank",
    "refusal_precision",
    "refusal_recall",
    "squad_normalise",
    "token_f1",
    "wilson_interval",
    "words",
]
