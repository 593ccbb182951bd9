"""Plain statistics: mean, percentile, the interval of a share, agreement beyond chance.

Pure functions, re-exported by `eval.metrics`. A figure over nothing is None, never 0 or 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value that ``percent`` of 100 lie under, linear between neighbours; None of nothing.

    Hyndman and Fan 1996, type 7, the default of numpy. 50 is the median.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentile lies in 0–100, not at {percent}")
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def wilson_interval(successes: int, trials: int) -> tuple[float, float] | None:
    """The 95 % interval of a ratio, also for few trials; None without any. Source: Wilson 1927."""
    if not trials:
        return None
    z = 1.959964  # the 97.5th percentile of the normal distribution
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def cohens_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float | None:
    """(agreement - chance) / (1 - chance), chance from both sides' own shares of each label.

    Source: Cohen 1960. None of nothing, or where both always say the same one thing.
    """
    count = len(one)
    if not count:
        return None
    agreed = sum(a == b for a, b in zip(one, other, strict=True)) / count
    shares, theirs = Counter(one), Counter(other)
    chance = sum(shares[label] * theirs[label] for label in shares) / count**2
    return (agreed - chance) / (1 - chance) if chance < 1 else None
