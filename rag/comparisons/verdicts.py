"""What is said of two values: which thing it is, or yes or no, always with both values."""

from __future__ import annotations

import re

from rag.comparisons.measures import Asks, Measure
from rag.comparisons.questions import Comparison, Wants
from rag.comparisons.values import Value


def verdict(asks: Comparison, first: Value, second: Value, sign: int) -> str:
    """The bare answer; ``sign`` is 1 where the first value is the greater or the later.

    A thing is named as the question names it: "the Luton: £96, against £44".
    """
    if asks.wants is Wants.BOTH:
        return f"from {first.text} to {second.text}" if sign else f"{first.text}, unchanged"
    if asks.wants in (Wants.SAME, Wants.CHANGED):
        yes = (sign == 0) == (asks.wants is Wants.SAME)
        told = f"{first.text} and {second.text}" if sign else f"{first.text} in both"
        return f"{'Yes' if yes else 'No'}: {told}"
    ahead = _ahead(asks.measure, first, sign)
    if asks.wants is Wants.WHETHER:
        told = f"{first.text}, against {second.text}" if sign else f"{first.text} for both"
        return f"{'Yes' if ahead > 0 else 'No'}: {told}"
    if ahead == 0:
        return f"Neither: {first.text} for both"
    named, one, other = (
        (asks.first.name, first, second) if ahead > 0 else (asks.second.name, second, first)
    )
    return f"{_said(named)}: {one.text}, against {other.text}"


def _ahead(measure: Measure | None, value: Value, sign: int) -> int:
    """1 where the first thing is what was asked for: the longer, the cheaper, the older."""
    if measure is None or sign == 0:
        return 0
    if measure.asks is Asks.AGE and value.dimension == "date":
        sign = -sign  # the later, the younger
    if measure.asks is Asks.SPEED and value.dimension in ("time", "clock"):
        sign = -sign
    return sign if measure.more else -sign


def _said(name: str) -> str:
    """The name of a thing as it is said back to who asked."""
    return re.sub(r"\b(?:my|our)\b", "your", name, flags=re.I)
