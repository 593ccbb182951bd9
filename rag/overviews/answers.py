"""Overviews as ordinary extractive answers: each sentence is a span of its document, quoted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.types import DocumentInfo
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Refusal,
    RefusalReason,
    Sentence,
    Verdict,
)

MODEL = "overview"  #: what stands under ``Answer.model``


@dataclass(frozen=True, slots=True)
class Overview:
    """An answer about the whole, with how much was read for it."""

    answer: Answer
    checked: int  #: passages or sentences looked at …
    total: int  #: … of so many that are there
    note: str  #: one sentence for the reader: "312 of 312 passages checked, 4 hold deadlines."


def quoted(
    number: int, info: DocumentInfo, start: int, quote: str, pages: tuple[int, ...]
) -> Sentence:
    """A sentence that is its own footnote: the document's words from ``start`` on."""
    citation = Citation(
        number=number,
        document_id=info.id,
        source=info.source,
        title=info.title,
        pages=pages,
        start=start,
        end=start + len(quote),
        quote=quote,
        verdict=Verdict.SUPPORTED,  # a quotation supports itself, word for word
        score=1.0,
        modified=None if info.file_date else info.modified,
    )
    return Sentence(" ".join(quote.split()), (citation,))


def declined() -> Answer:
    """An overview that found nothing."""
    refusal = Refusal(RefusalReason.NOT_SAID)
    return replace(answer_of(()), kind=AnswerKind.REFUSED, refusal=refusal)


def answer_of(sentences: tuple[Sentence, ...]) -> Answer:
    """The answer that these sentences are; the question is filled in by who was asked it."""
    return Answer(
        question="",
        standalone_question="",
        kind=AnswerKind.EXTRACTIVE,
        sentences=sentences,
        model=MODEL,
    )
