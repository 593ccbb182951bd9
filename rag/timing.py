"""Seconds by stage of one answer."""

from __future__ import annotations

import time


class Clock:
    """Runs from when it is made; each lap is named when it ends."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """A stage has ended."""
        now = time.perf_counter()
        self._laps[stage] = now - self._last
        self._last = now

    @property
    def laps(self) -> dict[str, float]:
        """Seconds of each stage, and in all up to the last of them."""
        return {**self._laps, "total": self._last - self._started}
