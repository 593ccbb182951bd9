"""One committed state of an index to search and read. Ranks nothing: a retriever fuses what it
hands out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from index.catalog import Catalog
from index.embedding import Vectors
from index.types import Chunk, Document, DocumentInfo, Scope, SkippedFile
from index.vectors import FaissStore
from index.vectors_check import RecallCheck, check_recall


class Snapshot:
    """One committed state of an index: dense, lexical and text reads that agree with each other."""

    def __init__(self, catalog: Catalog, store: FaissStore) -> None:
        self._catalog = catalog
        self._store = store
        self.generation = catalog.generation

    def __len__(self) -> int:
        return self._catalog.count_chunks()

    def search_dense(
        self, vector: Vectors, limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and cosine similarities, best first, for one vector of shape (d,)."""
        allowed = self._catalog.full_text.scoped_numbers(scope) if scope else None
        scores, numbers = self._store.search(vector.reshape(1, -1), limit, allowed)
        pairs = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number >= 0]

    def similarities(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """Cosine similarity of one vector of shape (d,) to these chunks."""
        scope = np.array(sorted(numbers), dtype=np.int64)
        if not len(scope):
            return {}
        scores, found = self._store.search(vector.reshape(1, -1), len(scope), scope)
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return {number: score for number, score in pairs if number >= 0}

    def search_lexical(
        self, terms: Sequence[str], limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and BM25 scores, best first, of chunks that hold any of the terms."""
        return self._catalog.full_text.search(terms, limit, scope)

    def chunks(self, numbers: Sequence[int]) -> dict[int, Chunk]:
        """Chunks by number."""
        return self._catalog.chunks(numbers)

    def numbers_in(self, scope: Scope) -> frozenset[int] | None:
        """Chunk numbers inside a scope; None when the scope is everything."""
        numbers = self._catalog.full_text.scoped_numbers(scope)
        return None if numbers is None else frozenset(numbers.tolist())

    def all_chunks(self) -> Iterator[tuple[int, Chunk]]:
        """Every chunk with its number."""
        return self._catalog.all_chunks()

    def infos(self, document_ids: Sequence[str] | None = None) -> dict[str, DocumentInfo]:
        """Light forms of these documents, or of all."""
        return self._catalog.infos(document_ids)

    def infos_in(self, scope: Scope | None) -> dict[str, DocumentInfo]:
        """Light forms of all documents, or of those with a passage inside a scope."""
        numbers = None if scope is None else self.numbers_in(scope)
        if numbers is None:
            return self.infos()
        chunks = self.chunks(sorted(numbers))
        return self.infos(list(dict.fromkeys(chunk.document_id for chunk in chunks.values())))

    def document(self, document_id: str) -> Document | None:
        """A whole document, None when it is not (or no longer) there."""
        return self._catalog.document(document_id)

    def skipped(self) -> list[SkippedFile]:
        """Files that could not be read, with reasons."""
        return self._catalog.skipped()

    def left_out(self) -> list[str]:
        """Paths of the files that a person left out of the folders they lie in."""
        return self._catalog.left_out()

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Weight of each term: BM25's inverse document frequency ln(1 + (N-n+.5)/(n+.5))."""
        total, counts = len(self), self._catalog.full_text.count_holders(terms)
        return {
            term: math.log1p((total - counts[term] + 0.5) / (counts[term] + 0.5)) for term in terms
        }

    def sentence_terms(self, numbers: Sequence[int]) -> dict[int, list[list[str]]]:
        """Per chunk, the analysed terms of its context and then of each of its sentences."""
        return self._catalog.full_text.sentence_terms(numbers)

    def recall(self) -> RecallCheck:
        """How many of the nearest vectors the search finds, asked of its own; exact finds all."""
        return check_recall(self._store)

    def unknown_terms(self, terms: Sequence[str]) -> list[str]:
        """Those analysed terms that no chunk holds."""
        counts = self._catalog.full_text.count_holders(terms)
        return [term for term in terms if not counts[term]]
