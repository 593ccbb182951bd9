"""The order in which a person reads the shapes of a slide: bands from top to bottom, each from
left to right, a column whole before the next. Pure geometry; y grows downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_DEEPEST = 12  #: cuts within cuts; nobody lays a slide out deeper
_OVERLAP = 0.25  #: of the smaller side: shapes that overlap less than this stand apart


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shape lies, in any unit."""

    left: float
    top: float
    right: float
    bottom: float


def reading_order(places: Sequence[Place | None]) -> list[int]:
    """The shapes' numbers in reading order; one without a place follows the one before it."""
    known = [number for number, place in enumerate(places) if place is not None]
    ordered = _cut({number: place for number in known if (place := places[number])}, known, 0)
    following: dict[int, list[int]] = {}
    last = -1
    for number, place in enumerate(places):
        if place is None:
            following.setdefault(last, []).append(number)
        else:
            last = number
    out = following.get(-1, [])
    for number in ordered:
        out += [number, *following.get(number, [])]
    return out


def _cut(places: dict[int, Place], group: list[int], depth: int) -> list[int]:
    """Part the group by empty strips across, or else by empty strips down, and go on inside."""
    by_corner = sorted(group, key=lambda n: (places[n].top, places[n].left))
    if len(group) < 2 or depth >= _DEEPEST:
        return by_corner
    parts = _strips({n: (places[n].top, places[n].bottom) for n in group})
    if len(parts) == 1:
        parts = _strips({n: (places[n].left, places[n].right) for n in group})
    if len(parts) == 1:
        return by_corner
    return [number for part in parts for number in _cut(places, part, depth + 1)]


def _strips(spans: dict[int, tuple[float, float]]) -> list[list[int]]:
    """Groups of spans that overlap, in order."""
    parts: list[list[int]] = []
    end = float("-inf")
    for number in sorted(spans, key=lambda n: spans[n]):
        low, high = spans[number]
        size = min(high - low, *(spans[n][1] - spans[n][0] for n in parts[-1][-5:])) if parts else 0
        if parts and end - low > _OVERLAP * size:
            parts[-1].append(number)
            end = max(end, high)
        else:
            parts.append([number])
            end = max(end, high) if parts[:-1] else high
    return parts
