"""Gold evidence found in the documents' own text, never in what the pipeline says it quoted.

So a wrong offset cannot pass for a right one. Judges no answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Protocol

from eval.datasets import Evidence
from eval.metrics import Span, overlaps
from index.types import Chunk, Document, DocumentInfo


class Documents(Protocol):
    """What the library needs of an assistant."""

    def document(self, document_id: str, /) -> Document | None: ...

    def documents(self) -> Sequence[DocumentInfo]: ...


class Library:
    """Finds evidence in the documents an assistant holds; remembers what it has read.

    ``chunks`` hands out every indexed chunk, to tell evidence that fell between chunks.
    """

    def __init__(
        self, assistant: Documents, chunks: Callable[[], Iterable[Chunk]] | None = None
    ) -> None:
        self._assistant = assistant
        self._chunks = chunks
        self._sources = [
            (info.id, source) for info in assistant.documents() for source in info.sources
        ]
        self._located: dict[Evidence, tuple[Span, ...]] = {}
        self._documents: dict[str, Document | None] = {}
        self._spans: dict[str, list[Span]] | None = None

    def locate(self, evidence: Evidence) -> tuple[Span, ...]:
        """Every place where the quote occurs in the documents its source names.

        Evidence without a quote is the whole of these documents.
        """
        if evidence not in self._located:
            ids = dict.fromkeys(
                id_ for id_, source in self._sources if same_source(source, evidence.source)
            )
            found = [(id_, self._document(id_)) for id_ in ids]
            self._located[evidence] = tuple(
                Span(id_, start, end)
                for id_, document in found
                if document is not None
                for start, end in _places(document.text, evidence.quote)
            )
        return self._located[evidence]

    def sources_but(self, left_out: Sequence[str]) -> tuple[str, ...]:
        """All sources but those named."""
        return tuple(
            source
            for _, source in self._sources
            if not any(same_source(source, name) for name in left_out)
        )

    def says(self, span: Span, quote: str) -> bool:
        """True when the document reads so at the span."""
        document = self._document(span.document_id)
        return document is not None and document.text[span.start : span.end] == quote

    def in_a_chunk(self, places: Sequence[Span]) -> bool:
        """True when a chunk of the index holds one of the places, or when that cannot be told."""
        if self._chunks is None:
            return True
        if self._spans is None:
            self._spans = {}
            for chunk in self._chunks():
                span = Span(chunk.document_id, chunk.start, chunk.end)
                self._spans.setdefault(chunk.document_id, []).append(span)
        spans = self._spans
        return any(overlaps(span, at) for at in places for span in spans.get(at.document_id, []))

    def _document(self, document_id: str) -> Document | None:
        if document_id not in self._documents:
            self._documents[document_id] = self._assistant.document(document_id)
        return self._documents[document_id]


def _places(text: str, quote: str) -> list[tuple[int, int]]:
    return find_quote(text, quote) if quote.strip() else [(0, len(text))]


def same_source(one: str, other: str) -> bool:
    """True when one path ends with the other, component by component ("b.txt" ends "a/b.txt")."""
    first, second = _components(one), _components(other)
    shared = min(len(first), len(second))
    return shared > 0 and first[-shared:] == second[-shared:]


def _components(path: str) -> tuple[str, ...]:
    return PurePosixPath(unicodedata.normalize("NFC", path).replace("\\", "/")).parts


def find_quote(text: str, quote: str) -> list[tuple[int, int]]:
    """The spans of ``text`` that read like ``quote`` when white space runs count as one blank.

    Offsets are those of ``text`` itself. White space around the quote is ignored.
    """
    wanted = " ".join(quote.split())
    if not wanted:
        return []
    letters: list[str] = []
    offsets: list[int] = []
    for at, letter in enumerate(text):
        blank = letter.isspace()
        if not (blank and letters and letters[-1] == " "):
            letters.append(" " if blank else letter)
            offsets.append(at)
    plain = "".join(letters)
    spans: list[tuple[int, int]] = []
    at = plain.find(wanted)
    while at >= 0:
        spans.append((offsets[at], offsets[at + len(wanted) - 1] + 1))
        at = plain.find(wanted, at + 1)
    return spans
