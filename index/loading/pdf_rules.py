"""The ruled lines and shaded boxes of a PDF page, and the grids that crossing lines make.

Reads only paths drawn on the page itself; what a form inside it draws is left out.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

_MAX_OBJECTS = 20_000  #: of a page; a drawing with more is no table
_MAX_SEGMENTS = 400  #: of a path
_MAX_LINES = 1500  #: of either direction; a form of 500 rows has fewer
_MAX_CELLS = 10_000  #: of a grid; squared paper has more, a table on one page never
_THIN = 3.0  #: points; a filled box thinner than this is drawn as a line
_SHORT = 4.0  #: a shorter stroke is part of a drawing or letter
_NEAR = 2.5  #: lines nearer than this meet


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line at height ``at``, or a vertical one at that x, from ``low`` to ``high``."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shade:
    """A filled box and its colour."""

    left: float
    bottom: float
    right: float
    top: float
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is ruled and shaded on a page."""

    across: tuple[Line, ...] = ()
    down: tuple[Line, ...] = ()
    shades: tuple[Shade, ...] = ()

    def lowered(self, by: float) -> Rules:
        """The same with heights counted from the page's lower edge, which need not be at 0."""
        if not by:
            return self
        return Rules(
            tuple(replace(line, at=line.at - by) for line in self.across),
            tuple(replace(line, low=line.low - by, high=line.high - by) for line in self.down),
            tuple(replace(box, bottom=box.bottom - by, top=box.top - by) for box in self.shades),
        )

    def between(self, left: float, right: float, y: float) -> bool:
        """True when a vertical line at this height stands between two words."""
        first = bisect_right(self.down, left - 1, key=lambda line: line.at)
        for line in self.down[first:]:
            if line.at > right + 1:
                return False
            if line.low < y < line.high:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's lines: column edges from left to right, row edges from top to bottom."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[Line, ...]
    down: tuple[Line, ...]

    def column(self, x: float) -> int:
        """The column an x lies in; -1 left of all, ``len(xs) - 1`` right of all."""
        return bisect_right(self.xs, x) - 1

    def row(self, y: float) -> int:
        """The row a height lies in, counted from the top; -1 above all."""
        return bisect_right(self.ys, -y, key=lambda edge: -edge) - 1

    def is_open_left(self, row: int, column: int) -> bool:
        """True when no line parts a cell from the one to its left."""
        y, x = (self.ys[row] + self.ys[row + 1]) / 2, self.xs[column]
        return not any(abs(line.at - x) < _NEAR and line.low < y < line.high for line in self.down)

    def is_open_above(self, row: int, column: int) -> bool:
        """True when no line parts a cell from the one above."""
        x, y = (self.xs[column] + self.xs[column + 1]) / 2, self.ys[row]
        return not any(
            abs(line.at - y) < _NEAR and line.low < x < line.high for line in self.across
        )


def read_rules(page: pdfium.PdfPage) -> Rules:
    """The lines and shaded boxes of a page, in the page's own coordinates."""
    across: list[Line] = []
    down: list[Line] = []
    shades: list[Shade] = []
    for index in range(min(_MAX_OBJECTS, raw.FPDFPage_CountObjects(page))):
        path = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(path) != raw.FPDF_PAGEOBJ_PATH:
            continue
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
        for points in _outlines(path):
            if stroke.value:
                _take_edges(points, across, down)
            elif fill.value:
                _take_box(path, points, across, down, shades)
        if len(across) > 20 * _MAX_LINES or len(down) > 20 * _MAX_LINES:
            return Rules()
    merged_across, merged_down = _merged(across), _merged(down)
    if max(len(merged_across), len(merged_down)) > _MAX_LINES:
        return Rules()
    return Rules(tuple(merged_across), tuple(merged_down), tuple(shades))


def _outlines(path: raw.FPDF_PAGEOBJECT) -> Iterator[list[tuple[float, float]]]:
    """Corner points of each part of a path without curves."""
    count = raw.FPDFPath_CountSegments(path)
    if not 1 < count <= _MAX_SEGMENTS:
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            return
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if kind == raw.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        points.append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield points


def _take_edges(
    points: Sequence[tuple[float, float]], across: list[Line], down: list[Line]
) -> None:
    for (x, y), (to_x, to_y) in pairwise(points):
        if abs(y - to_y) < 1 and abs(x - to_x) > _SHORT:
            across.append(Line((y + to_y) / 2, min(x, to_x), max(x, to_x)))
        elif abs(x - to_x) < 1 and abs(y - to_y) > _SHORT:
            down.append(Line((x + to_x) / 2, min(y, to_y), max(y, to_y)))


def _take_box(
    path: raw.FPDF_PAGEOBJECT,
    points: Sequence[tuple[float, float]],
    across: list[Line],
    down: list[Line],
    shades: list[Shade],
) -> None:
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    bottom, top = min(y for _, y in points), max(y for _, y in points)
    parts = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(path, *map(ctypes.byref, parts))
    colour = (parts[0].value, parts[1].value, parts[2].value)
    if colour == (255, 255, 255):
        return  # white on white
    if top - bottom < _THIN and right - left > _SHORT:
        across.append(Line((top + bottom) / 2, left, right))
    elif right - left < _THIN and top - bottom > _SHORT:
        down.append(Line((left + right) / 2, bottom, top))
    elif right - left > _SHORT and top - bottom > _SHORT:
        shades.append(Shade(left, bottom, right, top, colour))


def _merged(lines: Sequence[Line]) -> list[Line]:
    """Lines drawn piece by piece, cell by cell, made whole; sorted by place."""
    out: list[Line] = []
    for group in _near(lines):
        at = sum(line.at for line in group) / len(group)
        low, high = 0.0, float("-inf")
        for line in sorted(group, key=lambda line: line.low):
            if line.low > high + _NEAR:
                if high > low:
                    out.append(Line(at, low, high))
                low, high = line.low, line.high
            high = max(high, line.high)
        out.append(Line(at, low, high))
    return out


def _near(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that stand at one place, double lines counted as one."""
    group: list[Line] = []
    for line in sorted(lines, key=lambda line: line.at):
        if group and line.at - group[0].at > _NEAR:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def grids(rules: Rules) -> list[Grid]:
    """Tables: lines that cross, with two columns and two rows at least; from top to bottom."""
    found: list[Grid] = []
    for across, down in _crossing(rules):
        left, right = min(line.low for line in across), max(line.high for line in across)
        low, high = min(line.low for line in down), max(line.high for line in down)
        xs = _edges([line.at for line in down], left, right)
        ys = _edges([line.at for line in across], low, high)
        if len(xs) > 2 and len(ys) > 2 and len(xs) * len(ys) < _MAX_CELLS:
            found.append(Grid(tuple(xs), tuple(reversed(ys)), across, down))
    return sorted(found, key=lambda grid: -grid.ys[0])


def _edges(places: Sequence[float], low: float, high: float) -> list[float]:
    """Places of lines, with the open sides of a table that has no frame."""
    out: list[float] = []
    for place in sorted(places):
        if not out or place - out[-1] > _NEAR:
            out.append(place)
    wide = 4 * _NEAR
    return [
        *([low] if out[0] - low > wide else []),
        *out,
        *([high] if high - out[-1] > wide else []),
    ]


def _crossing(rules: Rules) -> Iterator[tuple[tuple[Line, ...], tuple[Line, ...]]]:
    """Groups of lines that hang together."""
    groups: list[int] = list(range(len(rules.across)))  # of each line across

    def root(number: int) -> int:
        while groups[number] != number:
            groups[number] = groups[groups[number]]
            number = groups[number]
        return number

    of_down: list[int] = []
    for line in rules.down:
        first = bisect_right(rules.across, line.low - _NEAR, key=lambda other: other.at)
        met = -1
        for number in range(first, len(rules.across)):
            other = rules.across[number]
            if other.at > line.high + _NEAR:
                break
            if other.low - _NEAR <= line.at <= other.high + _NEAR:
                if met >= 0:
                    groups[root(number)] = root(met)
                met = number
        of_down.append(met)
    for group in sorted({root(met) for met in of_down if met >= 0}):
        across = tuple(line for n, line in enumerate(rules.across) if root(n) == group)
        down = tuple(
            line
            for line, met in zip(rules.down, of_down, strict=True)
            if met >= 0 and root(met) == group
        )
        yield across, down
