"""Threads that compute alone: in each of them torch works with that one thread and no helpers.

Helpers of one operation wait for each other at its end. Where operations are small and the
processor has other work, that waiting costs more than the work: two threads with a batch each
embedded two to four times as much as two threads on one batch while other programs ran.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


_MAKING = threading.Lock()  # torch's common number changes meanwhile


class LoneWorkers:
    """A few such threads, made at once and kept: as many as torch uses, unless told."""

    def __init__(self, count: int | None = None) -> None:
        with _MAKING:
            self._make(count)

    def _make(self, wanted: int | None) -> None:
        import torch

        before = torch.get_num_threads()
        count = before if wanted is None else wanted
        ready = threading.Barrier(count + 1)

        def begin() -> None:
            torch.get_num_threads()  # a thread takes over the common number when first asked ...
            torch.set_num_threads(1)  # ... and keeps its own after that
            ready.wait()

        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="embedder", initializer=begin)
        for _ in range(count):
            self._pool.submit(int)  # a thread is made for each, as none is ready before all are
        ready.wait()
        torch.set_num_threads(before)  # what was set last is the common number

    def map(self, work: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
        """What ``work`` makes of each item, in order. When it is interrupted, the rest is left."""
        return list(self._pool.map(work, items))
