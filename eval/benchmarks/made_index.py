"""An index of made-up text and vectors, written straight into a catalog: hundreds of thousands of
passages in a minute or two, where embedding them would take hours.

The passages, their terms, rows and digests are what a sync would write; only the vectors are made
up, and a question's vector is put near that of the passage it asks about.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from eval.benchmarks.made_text import MadePassage, MadeText
from eval.benchmarks.made_vectors import DIMENSION, MadeVectors, asked_about
from index.catalog import Catalog, SourceRow
from index.catalog_rows import digest
from index.catalog_schema import FILE_NAME
from index.deriving import chunk_terms, vector_key
from index.embedding import Embedder
from index.index import Index
from index.seal import unseal
from index.types import Block, BlockKind, Chunk, Document
from index.unit_vectors import Vectors

PASSAGES = 20  #: a document
FOLDERS = 9  #: the documents go to by turns; a search in one of them is filtered to 11 %
ROOT = Path("/made")


class PlantedEmbedder:
    """Gives the texts it was told of the vectors it was told; how long that takes is another's.

    ``inner`` embeds every text as well, and its rows are thrown away: a question is to cost what a
    question costs.
    """

    def __init__(self, inner: Embedder | None = None) -> None:
        self.name = "made-up vectors"
        self.fingerprint = f"made:{DIMENSION}:1"
        self.dimension = DIMENSION
        self.window_tokens = 256
        self.planted: dict[str, Vectors] = {}
        self._inner = inner

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self._inner is not None:
            self._inner.embed(texts)
        return np.stack([self.planted[text] for text in texts])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the text of the passage it was made from, and its vector."""

    question: str
    passage: str
    vector: Vectors


class MadeIndex:
    """Grows an index step by step; `grow_to` may be called again with a larger number."""

    def __init__(self, folder: Path, most: int, seed: int = 1) -> None:
        self.folder = folder
        self._text = MadeText(seed)
        self._rows = _rows(MadeVectors(most, seed))
        self._passages = 0
        Index.open(folder, PlantedEmbedder()).close()

    def grow_to(self, passages: int, questions: int) -> list[Asked]:
        """Add documents until there are so many passages; returns questions about the new ones."""
        embedder = PlantedEmbedder()
        every = max(1, (passages - self._passages) // max(1, questions))
        asked: list[Asked] = []
        unseal(self.folder / FILE_NAME)  # written to below an index, which would do it
        with contextlib.closing(Catalog.create(self.folder)) as catalog:
            while self._passages < passages:
                with catalog.transaction():
                    root = catalog.root_id(str(ROOT))
                    for _ in range(50):
                        if self._passages >= passages:
                            break
                        made = self._text.document(PASSAGES)
                        rows = np.stack(list(islice(self._rows, PASSAGES)))
                        self._add(catalog, root, embedder, made, rows)
                        asked += self._asked(made, rows, every)
                        self._passages += PASSAGES
        with Index.open(self.folder, embedder) as index:
            index.sync([])  # writes the vector file
        return asked[:questions]

    def _asked(self, made: Sequence[MadePassage], rows: Vectors, every: int) -> list[Asked]:
        chosen = [at for at in range(len(made)) if (self._passages + at) % every == 0]
        vectors = asked_about(rows[chosen], seed=self._passages) if chosen else rows[:0]
        return [
            Asked(self._text.question(made[at]), made[at].text, vector)
            for at, vector in zip(chosen, vectors, strict=True)
        ]

    def _add(
        self,
        catalog: Catalog,
        root: int,
        embedder: Embedder,
        made: Sequence[MadePassage],
        rows: Vectors,
    ) -> None:
        number = self._passages // PASSAGES
        document, chunks = _document(number, made)
        keys = [vector_key(embedder, chunk) for chunk in chunks]
        catalog.put_vectors(keys, rows)
        catalog.add_document(document, chunks, keys, [chunk_terms(chunk) for chunk in chunks])
        path = ROOT / str(number % FOLDERS) / f"{number}.txt"
        catalog.put_source(
            root, SourceRow(str(path), document.id, len(document.text), 0, None, "made", None)
        )


def _rows(made: MadeVectors) -> Iterator[Vectors]:
    for block in made.blocks():
        yield from block


def _document(number: int, made: Sequence[MadePassage]) -> tuple[Document, list[Chunk]]:
    text = "\n\n".join(passage.text for passage in made)
    identity = digest("made", number).hex()
    title = " ".join(made[0].content[:2]).capitalize()
    blocks: list[Block] = []
    chunks: list[Chunk] = []
    start = 0
    for passage in made:
        end = start + len(passage.text)
        blocks.append(Block(BlockKind.PARAGRAPH, start, end))
        name = hashlib.sha256(f"{identity} {start}".encode()).hexdigest()[:24]
        chunks.append(Chunk(name, identity, start, end, passage.text, (), (), title))
        start = end + 2
    return Document(identity, title, text, tuple(blocks), "en", "made/1", None), chunks
