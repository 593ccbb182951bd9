"""Gold evidence that cannot be right, refused before anything is asked.

A source has to be among the documents that are asked, and a quote has to stand in it. Words that
the file holds and extraction lost are the pipeline's fault, so they are asked and counted as lost
there; so is what a file that could not be read at all is to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from eval.datasets import Evidence, Question
from eval.library import Library, same_source
from eval.raw_text import file_says
from eval.rows import short
from index.analysis import terms
from index.errors import UsageError
from index.sentences import sentence_spans
from index.types import Document, DocumentInfo, SkippedFile

_ALIKE = 0.5  # of the words of a quote in a sentence, from which it may be the one that is meant


class Asked(Protocol):
    """What is needed of an assistant."""

    def document(self, document_id: str, /) -> Document | None: ...

    def documents(self) -> Sequence[DocumentInfo]: ...

    def skipped(self) -> Sequence[SkippedFile]: ...


def refuse_false_gold(questions: Sequence[Question], assistant: Asked) -> None:
    """Raise UsageError for evidence that the documents do not hold, with its line and the remedy.

    Question files name the line; the first fault is told and how many there are.
    """
    found = list(_faults(questions, assistant))
    if not found:
        return
    more = f" (one of {len(found)} such faults)" if len(found) > 1 else ""
    raise UsageError(
        f"{found[0]}{more}; to ask all the same and count such questions as lost, add --lenient."
    )


def _faults(questions: Sequence[Question], assistant: Asked) -> Iterator[str]:
    library = Library(assistant)
    unread = [file.source for file in assistant.skipped()]
    for question in questions:
        for piece in (*question.evidence, *question.contradicted_by):
            if library.locate(piece) or any(same_source(one, piece.source) for one in unread):
                continue
            where = question.place or question.id
            documents = library.named(piece.source)
            if not documents:
                yield (
                    f"{where} holds the source {short(repr(piece.source))}, which is not among the "
                    "documents that are asked: name one of them, or put the file there"
                )
            elif piece.quote and not any(
                file_says(Path(path), piece.quote) for path in library.paths(piece.source)
            ):
                yield (
                    f"{where} holds the quote {short(repr(piece.quote))}, which does not stand in "
                    f"{piece.source}: mend it, word for word{_nearest(piece, documents)}"
                )


def _nearest(piece: Evidence, documents: Sequence[Document]) -> str:
    """The sentence that shares most words with the quote, as the end of an error."""
    wanted = set(terms(piece.quote))
    best, share = "", _ALIKE
    for document in documents:
        for start, end in sentence_spans(document.text):
            sentence = document.text[start:end]
            shared = len(wanted & set(terms(sentence))) / max(1, len(wanted))
            if shared > share or (shared == share and not best):
                best, share = " ".join(sentence.split()), shared
    return f" (perhaps {short(repr(best))})" if best else ""
