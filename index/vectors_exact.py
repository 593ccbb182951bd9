"""Exact search by dot product over float32 vectors in memory: FAISS's flat index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.catalog_rows import Numbers
from index.embedding import Vectors

if TYPE_CHECKING:
    import faiss

Scores = npt.NDArray[np.float32]


class ExactVectors:
    """Every vector is looked at. Its file is FAISS's own."""

    kind = "exact (flat, float32)"

    def __init__(self, dimension: int, index: faiss.Index | None = None) -> None:
        import faiss

        self.dimension = dimension
        if index is None:
            index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._index: faiss.Index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        self._index.add_with_ids(vectors, numbers)

    def remove(self, numbers: Numbers) -> None:
        import faiss

        self._index.remove_ids(faiss.IDSelectorBatch(numbers))

    def search(
        self, vectors: Vectors, k: int, allowed: Numbers | None = None
    ) -> tuple[Scores, Numbers]:
        """As `index.vectors.VectorStore.search`."""
        import faiss

        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(  # type: ignore[call-arg]
                sel=faiss.IDSelectorBatch(allowed)
            )
        with one_thread():
            scores, numbers = self._index.search(vectors, k, params=parameters)
        scores[numbers < 0] = -np.inf
        return scores, numbers

    def held(self) -> tuple[Numbers, Vectors]:
        """All numbers and vectors, in the order in which they came."""
        import faiss

        index = self._index
        assert isinstance(index, faiss.IndexIDMap2)
        numbers = faiss.vector_to_array(index.id_map).astype(np.int64)
        rows = faiss.downcast_index(index.index).reconstruct_n(0, len(numbers))
        return numbers, np.asarray(rows, dtype=np.float32)

    def copy(self) -> ExactVectors:
        import faiss

        return ExactVectors(self.dimension, faiss.clone_index(self._index))

    def pieces(self) -> Iterator[bytes]:
        """The bytes of its file."""
        import faiss

        yield faiss.serialize_index(self._index).tobytes()

    @classmethod
    def from_bytes(cls, data: npt.NDArray[np.uint8], dimension: int) -> ExactVectors:
        """Inverse of `pieces`. Raises ValueError when the vectors are of another length."""
        import faiss

        index = faiss.deserialize_index(data)
        if index.d != dimension:
            raise ValueError(f"holds vectors of length {index.d}, not {dimension}")
        return cls(dimension, index)


@contextmanager
def one_thread() -> Iterator[None]:
    """FAISS without helpers, in this thread only.

    It gives each helper queries of its own, so with one query they do nothing; yet it waits for
    them, which on a busy processor made searches of 0.04 ms take 16.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
