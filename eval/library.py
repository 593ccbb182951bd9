"""Gold evidence found in the documents' own text, never in what the pipeline says it quoted.

So a wrong offset cannot pass for a right one. Judges no answer.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

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
        self._read: dict[str, _Evened] = {}
        self._spans: dict[str, list[Span]] | None = None

    def locate(self, evidence: Evidence) -> tuple[Span, ...]:
        """Every place where the quote occurs in the documents its source names.

        Evidence without a quote is the whole of these documents.
        """
        if evidence not in self._located:
            self._located[evidence] = tuple(
                Span(document.id, start, end)
                for document in self.named(evidence.source)
                for start, end in self._places(document, evidence.quote)
            )
        return self._located[evidence]

    def named(self, source: str) -> list[Document]:
        """The documents that a source names."""
        ids = dict.fromkeys(id_ for id_, path in self._sources if same_source(path, source))
        found = (self._document(id_) for id_ in ids)
        return [document for document in found if document is not None]

    def paths(self, source: str) -> list[str]:
        """The indexed files that a source names."""
        return [path for _, path in self._sources if same_source(path, source)]

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

    def _places(self, document: Document, quote: str) -> list[tuple[int, int]]:
        if not quote.strip():
            return [(0, len(document.text))]
        if document.id not in self._read:
            self._read[document.id] = _evened(document.text)
        return _found(self._read[document.id], quote)


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
    return _found(_evened(text), quote)


class _Evened(NamedTuple):
    """A text with one blank for each run of white space, and where each letter of it stands."""

    plain: str
    offsets: array[int]


def _evened(text: str) -> _Evened:
    letters: list[str] = []
    offsets = array("Q")
    for at, letter in enumerate(text):
        blank = letter.isspace()
        if not (blank and letters and letters[-1] == " "):
            letters.append(" " if blank else letter)
            offsets.append(at)
    return _Evened("".join(letters), offsets)


def _found(text: _Evened, quote: str) -> list[tuple[int, int]]:
    wanted = " ".join(quote.split())
    spans: list[tuple[int, int]] = []
    at = text.plain.find(wanted) if wanted else -1
    while at >= 0:
        spans.append((text.offsets[at], text.offsets[at + len(wanted) - 1] + 1))
        at = text.plain.find(wanted, at + 1)
    return spans
