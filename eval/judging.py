"""How right one answer is: against accepted answers, gold evidence and, if asked, the check.

Formulae stand in `eval.metrics`; evidence is found by `eval.library`. Asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.alce import Entails, support_of
from eval.datasets import Question
from eval.library import Library
from eval.metrics import Span, answer_correct, exact_match, overlaps, token_f1
from eval.outcomes import Outcome, Stage
from index.types import Chunk
from rag.types import Answer, Passage

_LEFT_OUT = (
    "passages",
    "conflicts",
    "raw",
    "pending",
    "final",
)  #: documents over again, or nothing


@dataclass(frozen=True, slots=True)
class Instruments:
    """What an evaluation can measure with, beside the answers themselves."""

    entails: Entails | None = None  #: for ALCE's figures
    count_tokens: Callable[[Sequence[str]], Sequence[int]] | None = None
    chunks: Callable[[], Iterable[Chunk]] | None = None  #: every chunk of the index


def judge(
    question: Question, answer: Answer, library: Library, seconds: float, with_: Instruments
) -> Outcome:
    """The outcome of a question."""
    gold = [library.locate(piece) for piece in question.evidence]
    against = [place for one in question.contradicted_by for place in library.locate(one)]
    places = [place for piece in gold for place in piece]
    cited = [Span(c.document_id, c.start, c.end) for c in answer.citations]
    hits = [any(overlaps(span, place) for place in [*places, *against]) for span in cited]
    corrected = bool(against) and any(hits)
    # The bare sentences: in ``answer.text`` the marker "[1]" would pass for the number 1.
    said = " ".join(sentence.text for sentence in answer.sentences)
    right = not answer.declined and answer_correct(said, answer.short, question.answers)
    bare = "" if answer.declined else answer.short or said
    found = _ranked(answer)
    first = min(found, key=_search_place, default=None)
    outcome = Outcome(
        question=question,
        answer=_kept(answer),
        declined=answer.declined,
        correct=right if question.answers else answer.declined or corrected,
        corrected=corrected,
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
        retrieved_rank=_rank(found, places),
        search_rank=_rank(sorted(found, key=_search_place), places),
        confidence=answer.confidence,
        short_f1=token_f1(answer.short, question.answers)
        if answer.short and question.answers
        else None,
        exact=exact_match(bare, question.answers),
        f1=token_f1(bare, question.answers),
        seconds=seconds,
        retrieval_only=first is not None
        and answer_correct(first.chunk.text, None, question.answers),
        support=support_of(answer.sentences, with_.entails) if with_.entails else None,
    )
    return _counted(replace(outcome, stage=_stage(outcome, places, library)), answer, with_)


def _stage(outcome: Outcome, places: Sequence[Span], library: Library) -> Stage | None:
    """The first stage that failed, in the order a question passes them."""
    if not outcome.answerable:
        return None if outcome.correct else Stage.NOT_REFUSED
    if outcome.correct and outcome.cited_gold:
        return None
    steps: Mapping[Stage, bool] = {
        Stage.NOT_CITED: outcome.correct,
        Stage.NOT_EXTRACTED: not places,
        Stage.NOT_IN_A_CHUNK: not library.in_a_chunk(places),
        Stage.NOT_RETRIEVED: outcome.retrieved_rank is None,
        Stage.WRONGLY_REFUSED: outcome.declined,
        Stage.NOT_READ: not outcome.cited_gold,
    }
    return next((stage for stage, failed in steps.items() if failed), Stage.NOT_SAID)


def _counted(outcome: Outcome, answer: Answer, with_: Instruments) -> Outcome:
    """The outcome with its tokens."""
    if with_.count_tokens is None:
        return outcome
    return replace(
        outcome,
        tokens_read=sum(with_.count_tokens([one.chunk.text for one in answer.passages])),
        tokens_said=sum(with_.count_tokens([one.text for one in answer.sentences])),
    )


def _kept(answer: Answer) -> dict[str, object]:
    """The answer as it is kept: without what is the documents over again, twenty times."""
    row = answer.to_dict()
    refusal = row.get("refusal")
    if isinstance(refusal, dict):
        row["refusal"] = {"reason": refusal["reason"], "missing_words": refusal["missing_words"]}
    return {key: value for key, value in row.items() if key not in _LEFT_OUT}


def _ranked(answer: Answer) -> tuple[Passage, ...]:
    """The passages retrieved; a refusal may keep them as the nearest ones only."""
    return answer.passages or (answer.refusal.nearest if answer.refusal else ())


def _search_place(passage: Passage) -> int:
    rank = passage.parts.fused_rank
    return rank if rank is not None else 1_000_000  # not among the candidates of the search


def _rank(passages: Sequence[Passage], places: Sequence[Span]) -> int | None:
    for rank, passage in enumerate(passages, 1):
        chunk = Span(passage.chunk.document_id, passage.chunk.start, passage.chunk.end)
        if any(overlaps(chunk, place) for place in places):
            return rank
    return None
