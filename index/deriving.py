"""What the catalog holds beside a document's text and can make again from it: chunks, vectors,
search terms. Used when a document comes in, when versions change, and to check what is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from index.analysis import terms
from index.catalog import Catalog
from index.chunking import chunk_document
from index.embedding import Embedder, Vectors
from index.sentences import sentence_spans
from index.types import Chunk

_SLICE_CHUNKS = 256  # chunks embedded or checked at a time


def vector_key(embedder: Embedder, chunk: Chunk) -> bytes:
    """Under which key a chunk's vector is stored: equal only for equal vectors."""
    text = f"{embedder.fingerprint}\0{chunk.embedding_text}"
    return hashlib.blake2b(text.encode(), digest_size=20).digest()


def chunk_terms(chunk: Chunk) -> list[list[str]]:
    """Terms of the context, then of each sentence."""
    spans = sentence_spans(chunk.text)
    pieces = [chunk.context, *(chunk.text[start:end] for start, end in spans)]
    return [terms(piece) for piece in pieces]


def embed_missing(
    catalog: Catalog, embedder: Embedder, chunks: Sequence[Chunk]
) -> Iterator[dict[bytes, Vectors]]:
    """Vectors by key of those chunks whose vector is not stored yet, a slice at a time."""
    for some in slices(missing_texts(catalog, embedder, chunks), _SLICE_CHUNKS):
        yield embed_texts(embedder, some)


def missing_texts(
    catalog: Catalog, embedder: Embedder, chunks: Sequence[Chunk]
) -> dict[bytes, str]:
    """What to embed of those chunks whose vector is not stored yet, by key."""
    texts = {vector_key(embedder, chunk): chunk.embedding_text for chunk in chunks}
    return {key: texts[key] for key in catalog.missing_vectors(list(texts))}


def slices(texts: Mapping[bytes, str], size: int) -> Iterator[dict[bytes, str]]:
    """The same texts by key, at most ``size`` at a time."""
    pairs = iter(texts.items())
    while some := dict(islice(pairs, size)):
        yield some


def embed_texts(embedder: Embedder, texts: Mapping[bytes, str]) -> dict[bytes, Vectors]:
    """A vector for each text, by its key. Touches no catalog."""
    return dict(zip(texts, embedder.embed(list(texts.values())), strict=True))


def put_new_vectors(catalog: Catalog, keys: Sequence[bytes], vectors: dict[bytes, Vectors]) -> None:
    """Store those of the vectors that are asked for by key; inside the caller's transaction."""
    new = [key for key in dict.fromkeys(keys) if key in vectors]
    if new:
        catalog.put_vectors(new, np.stack([vectors[key] for key in new]))


def derive_again(catalog: Catalog, embedder: Embedder) -> None:
    """Make chunks, terms and missing vectors anew from the stored texts, a document at a time."""
    for document_id in catalog.document_ids():
        document = catalog.document(document_id)
        assert document is not None
        chunks = chunk_document(document, embedder.count_tokens, embedder.window_tokens)
        keys = [vector_key(embedder, chunk) for chunk in chunks]
        vectors: dict[bytes, Vectors] = {}
        for some in embed_missing(catalog, embedder, chunks):
            vectors.update(some)
        with catalog.transaction():
            put_new_vectors(catalog, keys, vectors)
            catalog.replace_chunks(document_id, chunks, keys, [chunk_terms(c) for c in chunks])


def wrong_terms(catalog: Catalog) -> Iterator[str]:
    """Chunks whose stored terms are not those of their text. Raises DamagedError for the text."""
    chunks = catalog.all_chunks()
    while some := dict(islice(chunks, _SLICE_CHUNKS)):
        stored = catalog.full_text.sentence_terms(list(some))
        for number, chunk in some.items():
            if stored.get(number) != chunk_terms(chunk):
                yield f"The search terms of chunk {number} are not those of its text."
