"""Rows of float16 in memory, kept in blocks so that copies share what they have in common.

A row is written once and never changed, so a copy only takes the list of full blocks and duplicates
the last, unfinished one. Knows places, no numbers: whose row it is is told outside.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from index.embedding import Vectors

Places = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float16]

_BLOCK = 65_536  # rows; 50 MB at 384 dimensions, of which only what is written takes memory


class HalfRows:
    """Unit vectors as float16: half the memory, and a dot product off by about 0.0001 at most."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._blocks: list[Halves] = []  #: each of ``_BLOCK`` rows, the last one partly filled
        self._used = 0

    @classmethod
    def over(cls, rows: Halves) -> HalfRows:
        """Rows read from a file: full blocks are views of it, only the rest is copied."""
        made = cls(int(rows.shape[1]))
        whole = len(rows) - len(rows) % _BLOCK
        made._blocks = [rows[start : start + _BLOCK] for start in range(0, whole, _BLOCK)]
        made._used = whole
        made._append(rows[whole:])
        return made

    def __len__(self) -> int:
        return self._used

    def append(self, rows: Vectors) -> Places:
        """Add float32 rows of shape (n, dimension); returns their places, which never change."""
        first = self._used
        self._append(rows)
        return np.arange(first, self._used, dtype=np.int64)

    def _append(self, rows: Vectors | Halves) -> None:
        done = 0
        while done < len(rows):
            within = self._used % _BLOCK
            if within == 0:
                self._blocks.append(np.empty((_BLOCK, self.dimension), dtype=np.float16))
            some = rows[done : done + _BLOCK - within]
            self._blocks[-1][within : within + len(some)] = some
            self._used += len(some)
            done += len(some)

    def take(self, places: Places) -> Vectors:
        """The rows at these places as float32 of shape (len(places), dimension)."""
        rows = np.empty((len(places), self.dimension), dtype=np.float32)
        blocks, within = np.divmod(places, _BLOCK)
        for block in np.unique(blocks).tolist():
            chosen = np.flatnonzero(blocks == block)
            rows[chosen] = self._blocks[block][within[chosen]]
        return rows

    def pieces(self, places: Places) -> Iterator[Halves]:
        """The rows at these places as they are kept, some thousands at a time."""
        for start in range(0, len(places), 8192):
            some = places[start : start + 8192]
            rows = np.empty((len(some), self.dimension), dtype=np.float16)
            blocks, within = np.divmod(some, _BLOCK)
            for block in np.unique(blocks).tolist():
                chosen = np.flatnonzero(blocks == block)
                rows[chosen] = self._blocks[block][within[chosen]]
            yield rows

    def copy(self) -> HalfRows:
        """Independent rows; full blocks are shared, since nobody changes them."""
        twin = HalfRows(self.dimension)
        twin._blocks, twin._used = list(self._blocks), self._used
        if self._used % _BLOCK:
            last = np.empty_like(self._blocks[-1])
            last[: self._used % _BLOCK] = self._blocks[-1][: self._used % _BLOCK]
            twin._blocks[-1] = last
        return twin
