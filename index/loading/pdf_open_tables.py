"""Tables ruled only across: vertical lines are put where the words of all their rows leave a gap.

With them such a table is a grid like any other. Nothing is put where the words between two rules
may be several rows, or running text: what is left alone is read as lines in columns are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.loading.pdf_columns import Word
from index.loading.pdf_rules import Line, Rules

_ALIKE = 2.5  #: points between the ends of rules that are one table's
_LEAST_RULES = 3
_GAP = 0.6  #: of a character's height between columns; a space takes up about a quarter
_GROUP_HIGH = 2.2  #: character heights between the rules around a line that heads some rows
_NEAR_RULE = 0.8  #: character heights from the outer rule to words that belong to the table
_TIGHT = 0.4  #: of a character's height between the lines of one cell
_HEAD_LINES = 3
_CELL_LINES = 12
_TEXT_LINES = 4  #: more in every column are text in columns
_CELL_CHARS = 400
_LINE_CHARS = 8  #: on average before a break; shorter lines may be rows of their own
_RUN_ON = 1 / 3  #: of the broken lines at least go on in lower case

_Line = list[Word]
_Strips = list[tuple[float, float]]


def with_columns(rules: Rules, words: Sequence[Word], characters: str) -> Rules:
    """The rules with vertical lines between the columns of tables that have none."""
    down = list(rules.down)
    by_height = sorted(words, key=_middle)
    for stack in _stacks(rules):
        low, high = stack[0].low - _ALIKE, stack[0].high + _ALIKE
        within = [word for word in by_height if low <= word[2] and word[4] <= high]
        for run in _runs(stack, within):
            down += _columns(run, within, characters)
    if len(down) == len(rules.down):
        return rules
    return replace(rules, down=tuple(sorted(down, key=lambda line: line.at)))


def _stacks(rules: Rules) -> list[list[Line]]:
    """Rules that begin and end alike, from top to bottom, without a line that crosses them."""
    stacks: list[list[Line]] = []
    for line in reversed(rules.across):
        for stack in stacks:
            if abs(stack[0].low - line.low) < _ALIKE and abs(stack[0].high - line.high) < _ALIKE:
                stack.append(line)
                break
        else:
            stacks.append([line])
    return [
        stack
        for stack in stacks
        if len(stack) >= _LEAST_RULES
        and not any(
            stack[0].low + _ALIKE < line.at < stack[0].high - _ALIKE
            and line.low < stack[0].at
            and line.high > stack[-1].at
            for line in rules.down
        )
    ]


def _between(words: Sequence[Word], low: float, high: float) -> list[Word]:
    """Those of the words, which are sorted by height, that stand between two heights."""
    return list(
        words[bisect_right(words, low, key=_middle) : bisect_left(words, high, key=_middle)]
    )


def _middle(word: Word) -> float:
    return (word[3] + word[5]) / 2


def _runs(stack: Sequence[Line], words: Sequence[Word]) -> list[list[Line]]:
    """Rules that follow each other with columns, or one line that heads some rows, in between."""
    runs: list[list[Line]] = []
    open_run: list[Line] = []
    kept = 0
    for above, below in pairwise(stack):
        inside = _between(words, below.at, above.at)
        parted = bool(_strips([inside]))
        heads = bool(inside) and above.at - below.at < _GROUP_HIGH * _height(inside)
        if parted:
            open_run = [*(open_run or [above]), below]
            kept = len(open_run)
        elif heads:
            open_run = [*open_run, below] if kept else [above, below]
        else:
            runs.append(open_run[:kept])
            open_run, kept = [], 0
    runs.append(open_run[:kept])
    return [run for run in runs if len(run) >= _LEAST_RULES]


def _height(words: Sequence[Word]) -> float:
    return median(word[5] - word[3] for word in words)


def _strips(rows: Sequence[Sequence[Word]]) -> _Strips:
    """Where no word stands between the words of all rows, wider than a space."""
    words = sorted((word for row in rows for word in row), key=lambda word: word[2])
    if not words:
        return []
    least = _GAP * _height(words)
    out: _Strips = []
    reach = words[0][4]
    for word in words[1:]:
        if word[2] - reach >= least:
            out.append((reach, word[2]))
        reach = max(reach, word[4])
    return out


def _columns(run: Sequence[Line], words: Sequence[Word], characters: str) -> list[Line]:
    """Vertical lines for the table of these rules, none where it is unclear."""
    rows = [_between(words, below.at, above.at) for above, below in pairwise(run)]
    count = len(_strips(rows))
    if not count:
        return []
    high, low = run[0].at, run[-1].at
    head = _outside(rows, [word for word in words if word[3] > high - 1], high)
    if not head and not _strips(rows[:1]):  # a line that heads nothing
        return _columns(run[1:], words, characters) if len(run) > _LEAST_RULES else []
    if head:
        rows.insert(0, head)
        high = max(high + 4.5 * _ALIKE, max(word[5] for word in head) + 1)
    foot = _outside(rows, [word for word in words if word[5] < low + 1], low)
    if foot:
        rows.append(foot)
        low = min(low - 4.5 * _ALIKE, min(word[3] for word in foot) - 1)
    strips = _strips(rows)
    edges = [(left + right) / 2 for left, right in strips]
    table = [[_lines(cell) for cell in _cells(row, edges) if cell] for row in rows]
    named = max(map(len, table[0]), default=0) <= _HEAD_LINES  # names may be broken as they like
    if any(min(map(len, row), default=0) > _TEXT_LINES for row in table):
        return []
    if not _are_cells([cell for row in table[named:] for cell in row], characters):
        return []
    return [Line(edge, low, high) for edge in edges]


def _outside(rows: Sequence[Sequence[Word]], beyond: Sequence[Word], rule: float) -> list[Word]:
    """The row above the first rule or below the last one: near, close, in the same columns."""
    height = _height([word for row in rows for word in row])
    count = len(_strips(rows))
    lines = sorted(_lines(beyond), key=lambda line: abs(_middle(line[0]) - rule))
    above = bool(lines) and lines[0][0][3] > rule - 1
    taken: list[Word] = []
    clear = False
    edge, reach = rule, _NEAR_RULE * height
    for line in lines[: _HEAD_LINES if above else _CELL_LINES]:
        low, high = min(word[3] for word in line), max(word[5] for word in line)
        if (low - edge if above else edge - high) > reach:
            break
        if len(_strips([*rows, taken, line])) != count:
            break
        taken += line
        clear = clear or bool(_strips([line]))
        edge, reach = (high if above else low), _TIGHT * height
    return taken if clear else []


def _cells(row: Sequence[Word], edges: Sequence[float]) -> list[list[Word]]:
    bounds = pairwise([float("-inf"), *edges, float("inf")])
    return [[word for word in row if low < word[2] < high] for low, high in bounds]


def _lines(words: Sequence[Word]) -> list[_Line]:
    """Words by line, top to bottom, each line from left to right."""
    out: list[_Line] = []
    for word in sorted(words, key=_middle, reverse=True):
        if out and out[-1][0][3] < _middle(word) < out[-1][0][5]:
            out[-1].append(word)
        else:
            out.append([word])
    return [sorted(line, key=lambda word: word[2]) for line in out]


def _are_cells(cells: Sequence[Sequence[_Line]], characters: str) -> bool:
    """True when a cell of several lines is one text broken to fit, not one line for each of many.

    Broken texts have long lines with letters in them, and go on in lower case.
    """
    broken: list[str] = []
    lengths: list[int] = []
    for cell in cells:
        said = [" ".join(characters[a:b] for a, b, *_ in line) for line in cell]
        if len(cell) > _CELL_LINES or sum(map(len, said)) > _CELL_CHARS:
            return False
        if len(cell) > 1 and not all(any(map(str.isalpha, line)) for line in said):
            return False
        broken += said[1:]
        lengths += map(len, said[:-1])
    if not broken:
        return True
    run_on = sum(line[:1].islower() for line in broken)
    return run_on >= _RUN_ON * len(broken) and sum(lengths) >= _LINE_CHARS * len(lengths)
