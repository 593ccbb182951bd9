"""Text pieces from a thread that writes to one that reads, so that the reader can always leave.

The writer looks at its `Halt` and ends soon after it is set; the reader does not wait for that.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from rag.language_model import StopFlag

_POLL_S = 0.05

#: What the writer puts: text, then None at the end or what went wrong.
Pieces = SimpleQueue[str | Exception | None]


class HaltedError(Exception):
    """The generation is no longer wanted."""


class Halt:
    """Set when the caller's flag is, or when the reader has gone away."""

    def __init__(self, stop: StopFlag) -> None:
        self._stop = stop
        self._gone = threading.Event()

    def is_set(self) -> bool:
        """Whether the writer is to end."""
        return self._gone.is_set() or self._stop.is_set()

    def abandon(self) -> None:
        """The reader has left."""
        self._gone.set()

    def check(self) -> None:
        """Raise HaltedError when the writer is to end."""
        if self.is_set():
            raise HaltedError


def relayed(pieces: Pieces, halt: Halt) -> Iterator[str]:
    """What the writer puts, until it ends, fails (then its error is raised) or is halted."""
    try:
        while not halt.is_set():
            try:
                piece = pieces.get(timeout=_POLL_S)
            except Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        halt.abandon()
