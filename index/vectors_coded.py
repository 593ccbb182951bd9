"""Search at size: one-bit codes find candidates, float16 rows score them.

A code is a vector's signs after the mean is taken off, with two correction factors (RaBitQ, Gao and
Long 2024): 56 bytes at 384 dimensions, and a million of them are looked through in some ten
milliseconds. The best candidates are then scored by their float16 rows, so that the codes decide
only who is looked at. There is nothing to train but a mean, so vectors come and go as they please,
and a filtered search looks only at what is allowed; graphs (HNSW) can do neither.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.catalog_rows import Numbers
from index.embedding import Vectors
from index.vectors_exact import Scores, one_thread
from index.vectors_rows import HalfRows, Halves, Places

if TYPE_CHECKING:
    import faiss

MAGIC = b"footnote vectors 1".ljust(23) + b"\n"  # with the head 64 bytes, so that rows are aligned
_HEAD = struct.Struct("<qqqqq")  # dimension, count, candidates, count when tuned, bytes of codes

FEWEST_CANDIDATES = 1_000
MOST_CANDIDATES = 16_000
# Up to so many allowed vectors are simply all scored: about 5 ms.
_SCORED_WHOLE = 5_000
_QUERY_BITS = 4  # of a query's coordinates against the codes; 8 took a fifth longer, found no more


class CodedVectors:
    """Approximate search whose results carry their true scores (to float16)."""

    kind = "coded (RaBitQ, re-scored from float16)"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.candidates = FEWEST_CANDIDATES  #: scored for a search; see `index.vectors_check`
        self.tuned_at = 0  #: how many vectors there were when ``candidates`` was found
        self._numbers: Numbers = np.empty(0, dtype=np.int64)  #: by position in the codes
        self._places: Places = np.empty(0, dtype=np.int64)  #: of the rows, by position
        self._rows = HalfRows(dimension)
        self._codes: faiss.IndexRaBitQ | None = None  #: None until there is a mean to take off
        self._order: Places | None = None  #: positions by number; None when they are in order

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        if self._codes is None:
            self._codes = _empty_codes(self.dimension)
            self._codes.train(vectors)
        self._codes.add(vectors)
        self._places = np.concatenate([self._places, self._rows.append(vectors)])
        self._set_numbers(np.concatenate([self._numbers, numbers]))

    def remove(self, numbers: Numbers) -> None:
        import faiss

        gone = self._positions(numbers)
        if not len(gone) or self._codes is None:
            return
        self._codes.remove_ids(faiss.IDSelectorBatch(gone))  # the others keep their order
        kept = np.ones(len(self), dtype=bool)
        kept[gone] = False
        self._places = self._places[kept]
        self._set_numbers(self._numbers[kept])
        if len(self._rows) > 2 * len(self) + _SCORED_WHOLE:
            self._drop_unused_rows()

    def _drop_unused_rows(self) -> None:
        rows = HalfRows(self.dimension)
        for piece in self._rows.pieces(self._places):
            rows.append(piece.astype(np.float32))
        self._rows, self._places = rows, np.arange(len(rows), dtype=np.int64)

    def search(
        self, vectors: Vectors, k: int, allowed: Numbers | None = None
    ) -> tuple[Scores, Numbers]:
        """As `index.vectors.VectorStore.search`."""
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        numbers = np.full((len(vectors), k), -1, dtype=np.int64)
        inside = None if allowed is None else self._positions(allowed)
        for row, vector in enumerate(vectors):
            found = self._candidates(vector, k, inside)
            values = self._rows.take(self._places[found]) @ vector
            best = best_first(values, self._numbers[found], k)
            scores[row, : len(best)] = values[best]
            numbers[row, : len(best)] = self._numbers[found[best]]
        return scores, numbers

    def _candidates(self, vector: Vectors, k: int, inside: Places | None) -> Places:
        """Positions worth scoring."""
        import faiss

        total = len(self) if inside is None else len(inside)
        wanted = max(self.candidates, 8 * k)
        if self._codes is None or total <= max(wanted, _SCORED_WHOLE):
            return np.arange(len(self), dtype=np.int64) if inside is None else inside
        parameters = None
        if inside is not None:
            mask = np.zeros(len(self), dtype=bool)
            mask[inside] = True
            bits = np.packbits(mask, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        with one_thread():
            _, found = self._codes.search(vector.reshape(1, -1), wanted, params=parameters)
        positions: Places = found[0][found[0] >= 0]
        return positions

    def held(self) -> tuple[Numbers, Places]:
        """Numbers, and the places of their rows for `rows_at`."""
        return self._numbers, self._places

    def rows_at(self, places: Places) -> Vectors:
        return self._rows.take(places)

    def copy(self) -> CodedVectors:
        import faiss

        twin = CodedVectors(self.dimension)
        twin.candidates, twin.tuned_at = self.candidates, self.tuned_at
        twin._places, twin._rows = self._places, self._rows.copy()
        twin._set_numbers(self._numbers)
        twin._codes = None if self._codes is None else _as_codes(faiss.clone_index(self._codes))
        return twin

    # ---- file ----------------------------------------------------------------------------

    def pieces(self) -> Iterator[bytes]:
        """The bytes of its file: numbers, rows and codes, by position."""
        import faiss

        codes = b""
        if self._codes is not None:
            codes = faiss.serialize_index(self._codes).tobytes()
        counts = (self.dimension, len(self), self.candidates, self.tuned_at, len(codes))
        yield MAGIC + _HEAD.pack(*counts)
        yield self._numbers.astype("<i8").tobytes()
        for piece in self._rows.pieces(self._places):
            yield piece.astype("<f2", copy=False).tobytes()
        yield codes

    @classmethod
    def from_bytes(cls, data: npt.NDArray[np.uint8], dimension: int) -> CodedVectors:
        """Inverse of `pieces`; the rows stay views of ``data``. Raises ValueError when malformed.

        Only bytes whose checksum was right may be given: FAISS trusts what it reads.
        """
        import faiss

        start = len(MAGIC) + _HEAD.size
        if len(data) < start:
            raise ValueError("is cut short")
        stated, count, candidates, tuned_at, code_bytes = _HEAD.unpack(
            data[len(MAGIC) : start].tobytes()
        )
        if stated != dimension:
            raise ValueError(f"holds vectors of length {stated}, not {dimension}")
        rows_at = start + 8 * count
        codes_at = rows_at + 2 * count * dimension
        if len(data) != codes_at + code_bytes:
            raise ValueError("is cut short")
        made = cls(dimension)
        made.candidates, made.tuned_at = candidates, tuned_at
        made._set_numbers(np.frombuffer(data[start:rows_at], dtype="<i8").astype(np.int64))
        halves: Halves = np.frombuffer(data[rows_at:codes_at], dtype="<f2").reshape(
            count, dimension
        )
        made._rows = HalfRows.over(halves)
        made._places = np.arange(count, dtype=np.int64)
        if code_bytes:
            made._codes = _as_codes(faiss.deserialize_index(data[codes_at:]))
        return made

    # ---- numbers -------------------------------------------------------------------------

    def _set_numbers(self, numbers: Numbers) -> None:
        self._numbers = numbers
        in_order = bool(np.all(numbers[1:] > numbers[:-1]))
        self._order = None if in_order else np.argsort(numbers, kind="stable")

    def _positions(self, numbers: Numbers) -> Places:
        """Where these numbers stand, ascending; unknown ones are passed over."""
        if not len(self):
            return np.empty(0, dtype=np.int64)
        in_order = bool(np.all(numbers[1:] > numbers[:-1]))
        wanted = numbers if in_order else np.unique(numbers)
        places = np.searchsorted(self._numbers, wanted, sorter=self._order)
        positions = np.minimum(places, len(self) - 1)
        if self._order is not None:
            positions = self._order[positions]
        return np.sort(positions[self._numbers[positions] == wanted])


def best_first(values: Scores, numbers: Numbers, k: int) -> Places:
    """Indices of the ``k`` greatest values, greatest first; equal ones by number."""
    if len(values) > 4 * k:
        chosen = np.argpartition(-values, k - 1)[:k]
        # all that equal the last one are kept, so that the number decides and not chance
        chosen = np.flatnonzero(values >= values[chosen].min())
    else:
        chosen = np.arange(len(values))
    ranked: Places = chosen[np.lexsort((numbers[chosen], -values[chosen]))][:k].astype(np.int64)
    return ranked


def _empty_codes(dimension: int) -> faiss.IndexRaBitQ:
    import faiss

    return _as_codes(faiss.IndexRaBitQ(dimension, faiss.METRIC_INNER_PRODUCT))


def _as_codes(index: faiss.Index) -> faiss.IndexRaBitQ:
    import faiss

    assert isinstance(index, faiss.IndexRaBitQ)
    index.qb = _QUERY_BITS
    return index
