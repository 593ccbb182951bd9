"""Which libraries are being synced right now, and how far each sync is. Knows no files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.sync_report import SyncProgress

Tell = Callable[[SyncProgress], None]


class Syncs:
    """Where the syncs of this process stand, by library."""

    def __init__(self) -> None:
        self._steps: dict[str, SyncProgress | None] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def at(self, library: str) -> SyncProgress | None:
        """How far a library's sync is; None when none runs or it has found nothing to read."""
        with self._lock:
            return self._steps.get(library)

    def busy(self, library: str) -> bool:
        """Whether a sync of a library runs, so that another has to wait."""
        return self._turn(library).locked()

    def _turn(self, library: str) -> threading.Lock:
        with self._lock:
            return self._turns.setdefault(library, threading.Lock())

    @contextmanager
    def running(self, library: str, tell: Tell | None = None) -> Iterator[Tell]:
        """Hand the result to a sync as its progress; ``tell`` hears every step as well.

        One at a time: another sync of the same library waits until this one is over.
        """

        def step(progress: SyncProgress) -> None:
            with self._lock:
                self._steps[library] = progress
            if tell is not None:
                tell(progress)

        with self._turn(library):
            try:
                yield step
            finally:
                with self._lock:
                    self._steps.pop(library, None)
