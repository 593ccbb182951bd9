"""Bars, lines and columns as SVG text for a report. Pure; measures nothing.

Colours and type come from the page's style sheet by class, so that a chart follows light and dark.
A chart is 440 units wide: that fits a phone without growing small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH = 440
_BAR, _GAP = 18, 8
_LABEL, _VALUE = 112, 108  #: room left and right of bars
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 20, 14, 44
_HEIGHT = 300
_LETTER = 7.4  #: units a letter takes at most, to keep labels inside


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in 0–1 with its name and what stands behind it, e.g. "12 of 20"."""

    name: str
    value: float
    note: str = ""
    low: float | None = None  #: of an interval around the value
    high: float | None = None


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars over 0–1, with whiskers where there are intervals."""
    parts: list[str] = []
    room = WIDTH - _LABEL - _VALUE
    for place, row in enumerate(rows):
        y = _GAP + place * (_BAR + _GAP)
        value = min(max(row.value, 0.0), 1.0)
        parts += [
            _text(_LABEL - 8, y + 14, _fitted(row.name, _LABEL - 10), "end"),
            f'<rect class="track" x="{_LABEL}" y="{y}" width="{room}" height="{_BAR}" rx="3"/>',
            f'<rect class="bar" x="{_LABEL}" y="{y}" width="{room * value:.1f}" '
            f'height="{_BAR}" rx="3"/>',
            _text(_LABEL + room + 8, y + 14, f"{100 * row.value:.0f} %", "start", "strong"),
            _text(WIDTH - 2, y + 14, row.note, "end", "soft"),
        ]
        if row.low is not None and row.high is not None:
            middle = y + _BAR / 2
            low, high = (_LABEL + room * min(max(v, 0.0), 1.0) for v in (row.low, row.high))
            parts.append(f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}"/>')
    height = _GAP + len(rows) * (_BAR + _GAP)
    return _svg(title, height, parts)


@dataclass(frozen=True, slots=True)
class Line:
    """A name and points (x, y), with x from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A name, where it begins and ends, and the values written at it."""

    name: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


SHARE_TICKS = tuple((tenth / 10, f"{tenth * 10} %") for tenth in (0, 2, 4, 6, 8, 10))


def share_axis(name: str) -> Axis:
    """An axis from 0 to 100 %."""
    return Axis(name, 0.0, 1.0, SHARE_TICKS)


def lines(
    title: str,
    across: Axis,
    up: Axis,
    drawn: Sequence[Line],
    *,
    diagonal: bool = False,
    legend: Literal["left", "right"] = "left",
) -> str:
    """Lines over the same axes; ``diagonal`` adds x = y for comparison.

    Several lines are named by a legend, at the bottom on the side where no line goes.
    """
    parts = _frame(across, up)
    if diagonal:
        ends = [(across.low, up.low), (across.high, up.high)]
        (x0, y0), (x1, y1) = (_place(point, across, up) for point in ends)
        parts.append(f'<path class="guide" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>')
    for number, line in enumerate(drawn):
        places = [_place(point, across, up) for point in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        if len(places) > 1:
            parts.append(f'<path class="line c{number % 3}" d="M{path}"/>')
        if line.dots or len(places) == 1:
            parts += [
                f'<circle class="dot c{number % 3}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
                for x, y in places
            ]
        if len(drawn) > 1:
            room = 30 + _LETTER * max(len(one.name) for one in drawn)
            x = _LEFT + 12 if legend == "left" else WIDTH - _RIGHT - room
            y = _HEIGHT - _BOTTOM - 14 - 18 * (len(drawn) - 1 - number)
            parts += [
                f'<path class="line c{number % 3}" d="M{x} {y - 4}h18"/>',
                _text(x + 24, y, line.name, "start"),
            ]
    return _svg(title, _HEIGHT, parts)


def columns(title: str, name: str, values: Sequence[float], unit: str, bins: int = 16) -> str:
    """How often values fall into steps of equal width, from 0 to the largest."""
    top = max(values, default=0.0) or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int(value / top * bins), bins - 1)] += 1
    most = max(counts, default=0) or 1
    across = Axis(
        f"{name} ({unit})", 0.0, top, tuple((top * q / 4, f"{top * q / 4:.2g}") for q in range(5))
    )
    steps = sorted({0, round(most / 2), most})
    up = Axis("questions", 0.0, float(most), tuple((float(step), str(step)) for step in steps))
    parts = _frame(across, up)
    width = (WIDTH - _LEFT - _RIGHT) / bins
    for place, count in enumerate(counts):
        _, y = _place((0.0, float(count)), across, up)
        parts.append(
            f'<rect class="bar" x="{_LEFT + place * width + 1:.1f}" y="{y:.1f}" '
            f'width="{width - 2:.1f}" height="{_HEIGHT - _BOTTOM - y:.1f}"/>'
        )
    return _svg(title, _HEIGHT, parts)


# --- parts --------------------------------------------------------------------------------------


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:g}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _frame(across: Axis, up: Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, WIDTH - _RIGHT
    parts: list[str] = []
    for value, name in across.ticks:
        x, _ = _place((value, up.low), across, up)
        parts += [
            f'<path class="grid" d="M{x:.1f} {_TOP}V{bottom}"/>',
            _text(x, bottom + 17, name, "middle", "soft"),
        ]
    for value, name in up.ticks:
        _, y = _place((across.low, value), across, up)
        parts += [
            f'<path class="grid" d="M{_LEFT} {y:.1f}H{right}"/>',
            _text(_LEFT - 6, y + 4, name, "end", "soft"),
        ]
    return [
        *parts,
        f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>',
        _text((_LEFT + right) / 2, _HEIGHT - 6, across.name, "middle"),
        f'<text x="14" y="{(_TOP + bottom) / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {(_TOP + bottom) / 2})">{escape(up.name)}</text>',
    ]


def _place(point: tuple[float, float], across: Axis, up: Axis) -> tuple[float, float]:
    x = (point[0] - across.low) / (across.high - across.low)
    y = (point[1] - up.low) / (up.high - up.low)
    return (
        _LEFT + x * (WIDTH - _LEFT - _RIGHT),
        _HEIGHT - _BOTTOM - y * (_HEIGHT - _TOP - _BOTTOM),
    )


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _fitted(words: str, room: float) -> str:
    most = int(room / _LETTER)
    return words if len(words) <= most else words[: most - 1] + "…"
