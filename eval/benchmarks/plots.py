"""Line charts as SVG text, for pages that show how a figure grows. Pure; draws no measurement.

Both axes are logarithmic, as sizes and times that span decades ask for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 24, 44, 64
# Told apart in print, in the dark and by most who see few colours (Okabe and Ito).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")


@dataclass(frozen=True, slots=True)
class Line:
    """A name and its points (x, y), both greater than zero."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over the same axes."""

    name: str
    x_axis: str
    y_axis: str
    lines: tuple[Line, ...]


def svg(plot: Plot) -> str:
    """The plot as a self-contained SVG. Raises ValueError where nothing can be drawn."""
    points = [point for line in plot.lines for point in line.points]
    if not points or any(value <= 0 for point in points for value in point):
        raise ValueError(f"{plot.name}: a logarithmic plot needs points greater than zero")
    across = _Scale.over([x for x, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _Scale.over([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [*_frame(plot, across, up)]
    for number, line in enumerate(plot.lines):
        parts += _drawn(line, _COLOURS[number % len(_COLOURS)], across, up)
    parts += _legend([line.name for line in plot.lines])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
            f' width="{_WIDTH}" height="{_HEIGHT}" role="img"'
            ' font-family="system-ui, sans-serif" font-size="13" fill="#333">',
            f"<title>{escape(plot.name)}</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Whole decades, from a power of ten to another, over a stretch of pixels."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> _Scale:
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _frame(plot: Plot, across: _Scale, up: _Scale) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for tick in across.ticks():
        x = f"{across.at(tick):.1f}"
        parts += [
            f'<path d="M{x} {_TOP}V{bottom}" stroke="#e4e4e4"/>',
            f'<text x="{x}" y="{bottom + 20}" text-anchor="middle">{_said(tick)}</text>',
        ]
    for tick in up.ticks():
        y = up.at(tick)
        parts += [
            f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#e4e4e4"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_said(tick)}</text>',
        ]
    middle = (_TOP + bottom) / 2
    return [
        *parts,
        f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#888"/>',
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 14}" text-anchor="middle">'
        f"{escape(plot.x_axis)}</text>",
        f'<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">'
        f"{escape(plot.y_axis)}</text>",
    ]


def _drawn(line: Line, colour: str, across: _Scale, up: _Scale) -> list[str]:
    places = [(across.at(x), up.at(y)) for x, y in sorted(line.points)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}">'
        f"<title>{escape(line.name)}: {_said(value[1])} at {_said(value[0])}</title></circle>"
        for (x, y), value in zip(places, sorted(line.points), strict=True)
    ]
    return [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots]


def _legend(names: Sequence[str]) -> list[str]:
    parts, x = [], float(_LEFT)
    for number, name in enumerate(names):
        colour = _COLOURS[number % len(_COLOURS)]
        parts += [
            f'<rect x="{x:.0f}" y="16" width="14" height="4" fill="{colour}"/>',
            f'<text x="{x + 20:.0f}" y="23">{escape(name)}</text>',
        ]
        x += 44 + 6.6 * len(name)
    return parts


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
