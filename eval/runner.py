"""Ask an assistant every question of a set and judge each answer against the gold evidence.

Evidence is located in the documents' own text, never in what the pipeline says it quoted, so that
a wrong offset cannot pass for a right one. Formulae stand in `eval.metrics`, printing in
`eval.report`.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from eval.datasets import Evidence, Question, QuestionSet, QuestionType
from eval.metrics import (
    Span,
    answer_correct,
    auroc,
    hit_rate,
    mean,
    overlaps,
    percentile,
    refusal_precision,
    refusal_recall,
    token_f1,
)
from index.errors import UsageError
from index.types import Document, DocumentInfo
from rag.types import Answer, Passage


class Answers(Protocol):
    """What the runner needs of an assistant; `rag.assistant.Assistant` is one."""

    def ask(self, question: str, /) -> Answer: ...

    def document(self, document_id: str, /) -> Document | None: ...

    def documents(self) -> Sequence[DocumentInfo]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, its answer, and how right it is."""

    question: Question
    answer: Mapping[str, object]  #: ``Answer.to_dict()``
    declined: bool
    correct: bool  #: a variant occurs in the answer; for an unanswerable question: declined
    cited_gold: bool  #: at least one citation overlaps gold evidence
    citations: int
    gold_citations: int  #: citations that overlap gold evidence
    verbatim_citations: int  #: citations whose quote stands in the document at their offsets
    evidence_found: (
        int  #: pieces of evidence found in the documents' text; all, unless the set errs
    )
    evidence_cited: int  #: pieces of evidence that a citation overlaps
    retrieved_rank: int | None  #: place of the first passage with gold evidence, from 1
    confidence: float | None
    short_f1: float | None  #: F1 of the bare answer; None when there is none or nothing to find
    seconds: float

    @property
    def answerable(self) -> bool:
        """True when the documents hold an answer."""
        return self.question.type is not QuestionType.UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures over some questions: ratios in 0–1, None where nothing was there to measure."""

    questions: int
    answerable: int
    correct: int
    accuracy: float | None  #: right answers and right refusals over all questions
    answer_accuracy: float | None  #: right answers over the answerable questions
    correct_and_cited: float | None  #: right answers that also cite gold, over the answerable
    short_f1: float | None  #: mean F1 of the bare answers given
    citation_precision: float | None  #: citations that overlap gold, over all citations given
    citation_recall: float | None  #: answered answerable questions that cite gold
    evidence_recall: float | None  #: pieces of evidence cited, over those of answered questions
    verbatim: float | None  #: citations that stand in the document as quoted; anything under 1 errs
    refusal_precision: float | None
    refusal_recall: float | None
    retrieval_recall: Mapping[int, float | None]  #: k → answerable questions with evidence in top k
    mean_reciprocal_rank: float | None
    confidence_auroc: float | None  #: does confidence rank right answers above wrong ones
    seconds_p50: float | None
    seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes of a run and their figures, over all questions and by type."""

    name: str
    split: str | None
    model: str
    outcomes: tuple[Outcome, ...]
    overall: Summary
    by_type: Mapping[QuestionType, Summary]
    unlocated: tuple[str, ...]  #: evidence that occurs in no document as "question id: quote"


def evaluate(
    set_: QuestionSet,
    assistant: Answers,
    *,
    split: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask the questions of a split (all when None) in order; ``progress(done, of)`` after each."""
    questions = [q for q in set_.questions if split in {None, q.split}]
    if not questions:
        raise UsageError(f'The set {set_.name} has no question in "{split}": use dev or test.')
    library = _Library(assistant)
    outcomes: list[Outcome] = []
    model = ""
    for question in questions:
        started = time.perf_counter()
        answer = assistant.ask(question.question)
        seconds = time.perf_counter() - started
        model = model or answer.model
        outcomes.append(_judge(question, answer, library, seconds))
        if progress is not None:
            progress(len(outcomes), len(questions))
    kinds = [kind for kind in QuestionType if any(q.type is kind for q in questions)]
    return Evaluation(
        name=set_.name,
        split=split,
        model=model,
        outcomes=tuple(outcomes),
        overall=summarise(outcomes),
        by_type={
            kind: summarise([o for o in outcomes if o.question.type is kind]) for kind in kinds
        },
        unlocated=tuple(
            f"{question.id}: {piece.quote}"
            for question in questions
            for piece in question.evidence
            if not library.locate(piece)
        ),
    )


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """The figures over some outcomes."""
    answerable = [o for o in outcomes if o.answerable]
    answered = [o for o in answerable if not o.declined]
    scored = [(o.confidence, o.correct) for o in outcomes if not o.declined]
    confident = [(score, right) for score, right in scored if score is not None]
    declined, without = [o.declined for o in outcomes], [not o.answerable for o in outcomes]
    citations = sum(o.citations for o in outcomes)
    ranks = [o.retrieved_rank for o in answerable]
    seconds = [o.seconds for o in outcomes]
    return Summary(
        questions=len(outcomes),
        answerable=len(answerable),
        correct=sum(o.correct for o in outcomes),
        accuracy=_share(sum(o.correct for o in outcomes), len(outcomes)),
        answer_accuracy=_share(sum(o.correct for o in answerable), len(answerable)),
        correct_and_cited=_share(
            sum(o.correct and o.cited_gold for o in answerable), len(answerable)
        ),
        short_f1=mean([o.short_f1 for o in answered if o.short_f1 is not None]),
        citation_precision=_share(sum(o.gold_citations for o in outcomes), citations),
        citation_recall=_share(sum(o.cited_gold for o in answered), len(answered)),
        evidence_recall=_share(
            sum(o.evidence_cited for o in answered), sum(len(o.question.evidence) for o in answered)
        ),
        verbatim=_share(sum(o.verbatim_citations for o in outcomes), citations),
        refusal_precision=refusal_precision(declined, without),
        refusal_recall=refusal_recall(declined, without),
        retrieval_recall={k: hit_rate(ranks, k) for k in (1, 5, 20)},
        mean_reciprocal_rank=mean([1 / rank if rank else 0.0 for rank in ranks]),
        confidence_auroc=auroc(
            [score for score, _ in confident], [right for _, right in confident]
        ),
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _judge(question: Question, answer: Answer, library: _Library, seconds: float) -> Outcome:
    gold = [library.locate(piece) for piece in question.evidence]
    places = [place for piece in gold for place in piece]
    cited = [Span(c.document_id, c.start, c.end) for c in answer.citations]
    hits = [any(overlaps(span, place) for place in places) for span in cited]
    # The bare sentences: in ``answer.text`` the marker "[1]" would pass for the number 1.
    said = " ".join(sentence.text for sentence in answer.sentences)
    right = not answer.declined and answer_correct(said, answer.short, question.answers)
    return Outcome(
        question=question,
        answer=answer.to_dict(),
        declined=answer.declined,
        correct=right if question.answers else answer.declined,
        cited_gold=any(hits),
        citations=len(cited),
        gold_citations=sum(hits),
        verbatim_citations=sum(
            library.says(span, citation.quote)
            for span, citation in zip(cited, answer.citations, strict=True)
        ),
        evidence_found=sum(bool(piece) for piece in gold),
        evidence_cited=sum(
            any(overlaps(span, place) for span in cited for place in piece) for piece in gold
        ),
        retrieved_rank=_rank(_ranked(answer), places),
        confidence=answer.confidence,
        short_f1=token_f1(answer.short, question.answers)
        if answer.short and question.answers
        else None,
        seconds=seconds,
    )


def _ranked(answer: Answer) -> tuple[Passage, ...]:
    """The passages retrieved; a refusal may keep them as the nearest ones only."""
    return answer.passages or (answer.refusal.nearest if answer.refusal else ())


def _rank(passages: Sequence[Passage], places: Sequence[Span]) -> int | None:
    for rank, passage in enumerate(passages, 1):
        chunk = Span(passage.chunk.document_id, passage.chunk.start, passage.chunk.end)
        if any(overlaps(chunk, place) for place in places):
            return rank
    return None


# --- gold evidence in the documents' own text ---------------------------------------------------


class _Library:
    """Finds evidence in the documents an assistant holds; remembers what it has read."""

    def __init__(self, assistant: Answers) -> None:
        self._assistant = assistant
        self._sources = [
            (info.id, source) for info in assistant.documents() for source in info.sources
        ]
        self._located: dict[Evidence, tuple[Span, ...]] = {}
        self._documents: dict[str, Document | None] = {}

    def locate(self, evidence: Evidence) -> tuple[Span, ...]:
        """Every place where the quote occurs in the documents its source names."""
        if evidence not in self._located:
            ids = dict.fromkeys(
                id_ for id_, source in self._sources if same_source(source, evidence.source)
            )
            found = [(id_, self._document(id_)) for id_ in ids]
            self._located[evidence] = tuple(
                Span(id_, start, end)
                for id_, document in found
                if document is not None
                for start, end in find_quote(document.text, evidence.quote)
            )
        return self._located[evidence]

    def says(self, span: Span, quote: str) -> bool:
        """True when the document reads so at the span."""
        document = self._document(span.document_id)
        return document is not None and document.text[span.start : span.end] == quote

    def _document(self, document_id: str) -> Document | None:
        if document_id not in self._documents:
            self._documents[document_id] = self._assistant.document(document_id)
        return self._documents[document_id]


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
