"""Nearest vectors: the `VectorStore` protocol and FAISS behind it.

A store is derived from the catalog and can be rebuilt from it at any time. It knows numbers and
vectors only, no text and no models, so that an engine on other machines can stand in for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from index.catalog_rows import Numbers
from index.embedding import Vectors
from index.errors import DamagedError, StoreError
from index.folders import sync_folder
from index.vectors_check import tune
from index.vectors_coded import MAGIC, CodedVectors
from index.vectors_exact import ExactVectors, Scores

__all__ = ["EXACT_UP_TO", "FaissStore", "Scores", "VectorStore"]

#: Exact search takes some 4 ms for so many vectors on one core, and grows with them.
EXACT_UP_TO = 50_000
_TUNED_AGAIN = 1.25  # the candidates to score are found again when there are so many times more


class VectorStore(Protocol):
    """Unit vectors by number. Scores are dot products (cosine similarity), higher is closer."""

    def __len__(self) -> int: ...

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        """Add float32 rows of shape (n, dimension) under new numbers."""
        ...

    def remove(self, numbers: Numbers) -> None:
        """Remove the vectors of these numbers; unknown ones are passed over."""
        ...

    def search(
        self, vectors: Vectors, k: int, allowed: Numbers | None = None
    ) -> tuple[Scores, Numbers]:
        """Best ``k`` of each query row, best first: scores and numbers of shape (q, k).

        ``allowed`` restricts the search to these numbers. Where fewer than ``k`` exist, the rest
        of the row holds number -1 and score -inf.
        """
        ...


class FaissStore:
    """Search by dot product in memory: exact up to some vectors, then coded and re-scored.

    A store that has become coded stays so; rebuilt from the catalog it is what its size asks for.
    """

    def __init__(self, dimension: int, exact_up_to: int | None = None) -> None:
        self.dimension = dimension
        self._exact_up_to = EXACT_UP_TO if exact_up_to is None else exact_up_to
        self._held: ExactVectors | CodedVectors = ExactVectors(dimension)

    def __len__(self) -> int:
        return len(self._held)

    @property
    def kind(self) -> str:
        """How it searches, for people."""
        return self._held.kind

    @property
    def coded(self) -> CodedVectors | None:
        """What searches approximately, None where the search is exact; for `index.vectors_check`"""
        return self._held if isinstance(self._held, CodedVectors) else None

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        if vectors.shape != (len(numbers), self.dimension):
            raise ValueError(
                f"expected vectors of shape {(len(numbers), self.dimension)}, got {vectors.shape}"
            )
        if not len(numbers):
            return
        numbers = np.ascontiguousarray(numbers, dtype=np.int64)
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if self.coded is None and len(self) + len(numbers) > self._exact_up_to:
            self._become_coded(numbers, rows)
        else:
            self._held.add(numbers, rows)

    def _become_coded(self, numbers: Numbers, vectors: Vectors) -> None:
        assert isinstance(self._held, ExactVectors)
        before, rows = self._held.held()
        coded = CodedVectors(self.dimension)
        # In one piece: the mean that is taken off is that of the first vectors added.
        coded.add(np.concatenate([before, numbers]), np.concatenate([rows, vectors]))
        self._held = coded

    def remove(self, numbers: Numbers) -> None:
        if len(numbers) and len(self):
            self._held.remove(np.ascontiguousarray(numbers, dtype=np.int64))

    def search(
        self, vectors: Vectors, k: int, allowed: Numbers | None = None
    ) -> tuple[Scores, Numbers]:
        self._tune_if_grown()
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        inside = None if allowed is None else np.ascontiguousarray(allowed, dtype=np.int64)
        return self._held.search(rows, max(1, k), inside)

    def _tune_if_grown(self) -> None:
        """Where codes choose who is scored, find out how many it takes: a second for a million."""
        coded = self.coded
        if coded is not None and len(coded) > _TUNED_AGAIN * coded.tuned_at:
            tune(coded)

    def copy(self) -> Self:
        """An independent store with the same vectors."""
        twin = type(self)(self.dimension, self._exact_up_to)
        twin._held = self._held.copy()
        return twin

    def save(self, folder: Path, name: str) -> str:
        """Write to ``folder/name`` in whole or not at all; returns the SHA-256 of the bytes.

        Python writes the bytes because FAISS's own ``write_index`` does not report a full disk.
        """
        self._tune_if_grown()
        path = folder / name
        temporary = folder / (name + ".part")
        digest = hashlib.sha256()
        try:
            with temporary.open("wb") as file:
                for piece in self._held.pieces():
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):  # the next generation takes it away
                temporary.unlink(missing_ok=True)
            raise StoreError(
                f"The vector file {path} could not be written: {error.strerror}; free some space. "
                "Nothing is lost: it is made again from the catalog."
            ) from error
        return digest.hexdigest()

    @classmethod
    def load(cls, path: Path, sha256: str, dimension: int) -> Self:
        """Read a saved store. Raises DamagedError before FAISS sees bytes that were altered."""
        try:
            data = np.fromfile(path, dtype=np.uint8)
        except OSError as error:
            raise DamagedError(f"The vector file {path} cannot be read: {error}.") from error
        if hashlib.sha256(data.data).hexdigest() != sha256:
            raise DamagedError(f"The vector file {path} does not match its checksum.")
        store = cls(dimension)
        kind = CodedVectors if data[: len(MAGIC)].tobytes() == MAGIC else ExactVectors
        try:
            store._held = kind.from_bytes(data, dimension)
        except ValueError as error:
            raise DamagedError(f"The vector file {path} {error}.") from error
        return store
