"""Nearest vectors: the `VectorStore` protocol and FAISS behind it.

A store is derived from the catalog and can be rebuilt from it at any time. It knows numbers and
vectors only, no text and no models, so that an engine on other machines can stand in for it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import numpy.typing as npt

from index.catalog import Numbers
from index.embedding import Vectors
from index.errors import DamagedError, StoreError

if TYPE_CHECKING:
    import faiss

Scores = npt.NDArray[np.float32]


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
    """Exact search by dot product in memory."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self.dimension = dimension
        self._index: faiss.Index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        if vectors.shape != (len(numbers), self.dimension):
            raise ValueError(
                f"expected vectors of shape {(len(numbers), self.dimension)}, got {vectors.shape}"
            )
        if len(numbers):
            rows = np.ascontiguousarray(vectors, dtype=np.float32)
            self._index.add_with_ids(rows, np.ascontiguousarray(numbers, dtype=np.int64))

    def remove(self, numbers: Numbers) -> None:
        if len(numbers) and len(self):
            import faiss

            ids = np.ascontiguousarray(numbers, dtype=np.int64)
            self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(
        self, vectors: Vectors, k: int, allowed: Numbers | None = None
    ) -> tuple[Scores, Numbers]:
        import faiss

        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, numbers = self._index.search(rows, max(1, k), params=parameters)
        scores[numbers < 0] = -np.inf
        return scores, numbers

    def copy(self) -> Self:
        """An independent store with the same vectors."""
        import faiss

        twin = type(self)(self.dimension)
        twin._index = faiss.clone_index(self._index)
        return twin

    def save(self, folder: Path, name: str) -> str:
        """Write to ``folder/name`` in whole or not at all; returns the SHA-256 of the bytes.

        Python writes the bytes because FAISS's own ``write_index`` does not report a full disk.
        """
        import faiss

        data = faiss.serialize_index(self._index).tobytes()
        path = folder / name
        temporary = folder / (name + ".part")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(folder)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(
                f"The vector file {path} could not be written: {error.strerror}; free some space. "
                "Nothing is lost: it is made again from the catalog."
            ) from error
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, path: Path, sha256: str, dimension: int) -> Self:
        """Read a saved store. Raises DamagedError before FAISS sees bytes that were altered."""
        import faiss

        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"The vector file {path} cannot be read: {error}.") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedError(f"The vector file {path} does not match its checksum.")
        store = cls(dimension)
        store._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        if store._index.d != dimension:
            raise DamagedError(
                f"The vector file {path} holds vectors of length {store._index.d}, not {dimension}."
            )
        return store


def sync_folder(folder: Path) -> None:
    """Make a rename durable. Windows cannot open folders and needs no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
