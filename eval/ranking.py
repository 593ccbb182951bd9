"""Figures of ranked lists: recall, hit rate, reciprocal rank, nDCG.

Pure functions, re-exported by `eval.metrics`. A figure over nothing is None, never 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from eval.averages import mean


def recall_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float | None:
    """|relevant ∩ first k| / |relevant|; None when nothing is relevant.

    Source: Manning, Raghavan, Schütze 2008, chapter 8. With one relevant item it is the hit rate.
    """
    if not relevant:
        return None
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def hit_rate(ranks: Sequence[int | None], k: int) -> float | None:
    """Share of questions whose first relevant item stands at rank ≤ k (ranks from 1, None: not)."""
    return mean([float(rank is not None and rank <= k) for rank in ranks])


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1 / rank of the first relevant item, 0 when there is none. Source: Voorhees 1999 (TREC-8)."""
    wanted = set(relevant)
    return next((1 / rank for rank, item in enumerate(ranked, 1) if item in wanted), 0.0)


def ndcg_at_k(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Σ gain(i) / log2(i + 1) over the first k, divided by that of the best order; 0 without gains.

    Source: Järvelin and Kekäläinen 2002 with linear gains, as trec_eval and so BEIR compute it.
    Raises ValueError on an item ranked twice, which would push the figure past 1.
    """
    if len(set(ranked)) != len(ranked):
        raise ValueError("an item is ranked twice; keep its first place only")
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(item, 0.0) for item in ranked[:k]]) / ideal if ideal else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
