"""Several passages in one text for the reader: each is seen beside the others.

Read one by one, two passages that look alike get the same score. Here a window of each, around what
may answer in it, stands in one text, apart by [SEP]; the tokens that are left over by a short one
go to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

TOGETHER = 3  #: passages at most
CONTEXT_TOKENS = 24  #: of each one's title and headings
_TOKENS = 256  # of all together, with the question


@dataclass(frozen=True, slots=True)
class Part:
    """A passage as token ids, and which of its tokens the window is laid around."""

    context: Sequence[int]  #: title, headings and the mark behind them
    text: Sequence[int]
    focus: tuple[int, int]  #: first token, and the one after the last


class Placed(NamedTuple):
    """Where the window of a part stands."""

    at: int  #: of the whole text
    begin: int  #: of the part's own
    end: int


def laid_side_by_side(
    head: Sequence[int], parts: Sequence[Part], separator: int
) -> tuple[tuple[int, ...], list[Placed]]:
    """The ids of one pair, ``head`` in front of it, and where the window of each part stands."""
    contexts = [part.context[:CONTEXT_TOKENS] for part in parts]
    room = _TOKENS - len(head) - sum(map(len, contexts)) - len(parts)
    ids, placed = list(head), list[Placed]()
    for part, context, own in zip(
        parts, contexts, _shares([len(part.text) for part in parts], max(room, 0)), strict=True
    ):
        begin = _window_start(len(part.text), part.focus, own)
        ids += context
        placed.append(Placed(len(ids), begin, begin + own))
        ids += (*part.text[begin : begin + own], separator)
    return tuple(ids), placed


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """How many tokens of each are shown: as many of each, but what one lacks the others have."""
    shares = [0] * len(lengths)
    order = sorted(range(len(lengths)), key=lambda number: lengths[number])
    for place, number in enumerate(order):
        shares[number] = min(lengths[number], room // (len(order) - place))
        room -= shares[number]
    return shares


def _window_start(tokens: int, focus: tuple[int, int], room: int) -> int:
    """Where a window of ``room`` tokens begins whose middle is that of the focus, as far as can be.

    A focus longer than the window is shown from its start.
    """
    first, after = focus
    start = first if after - first >= room else (first + after - room) // 2
    return min(max(start, 0), tokens - room)
