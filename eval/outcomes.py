"""What became of one question, and at which stage it was lost. Values only, and their JSON.

How they are judged stands in `eval.judging`, the figures over many in `eval.summary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from eval.datasets import Evidence, Question, QuestionType
from rag.types import Turn


class Stage(StrEnum):
    """Where a question was lost; the value completes "the evidence was …" or "it was …"."""

    NOT_EXTRACTED = "not extracted"
    NOT_IN_A_CHUNK = "not in a chunk"
    NOT_RETRIEVED = "not retrieved"
    WRONGLY_REFUSED = "wrongly refused"
    NOT_READ = "not read"
    NOT_SAID = "not said"
    NOT_CITED = "not cited"
    NOT_REFUSED = "not refused"


#: What each stage means, for people.
STAGE_MEANINGS: Mapping[Stage, str] = {
    Stage.NOT_EXTRACTED: "the evidence stands in no text that was read from the documents",
    Stage.NOT_IN_A_CHUNK: "the evidence was read but is in no passage of the index",
    Stage.NOT_RETRIEVED: "the evidence is in the index, but the search did not find it",
    Stage.WRONGLY_REFUSED: "the evidence was found, and the question refused all the same",
    Stage.NOT_READ: "the evidence was found, but other words were chosen as the answer",
    Stage.NOT_SAID: "the evidence is cited, but the answer does not say what was asked",
    Stage.NOT_CITED: "the answer is right but cites other words",
    Stage.NOT_REFUSED: "the documents hold no answer, and one was given",
}


class ModelUse(StrEnum):
    """What became of the language model that was asked for, at one question."""

    ANSWERED = "answered"  #: its answer or its refusal is the one given
    FELL_BACK = "fell back"  #: the answer of the built-in reader was given in its place
    NOT_ASKED = "not asked"  #: the question needed no language model


@dataclass(frozen=True, slots=True)
class Support:
    """What the check of citations makes of an answer's sentences; see `eval.alce`."""

    sentences: int
    supported: int  #: sentences that all their citations together bear out
    citations: int
    needed: int  #: citations that bear a supported sentence out, or without which it falls


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, its answer, and how right it is."""

    question: Question
    answer: Mapping[str, object]  #: ``Answer.to_dict()`` without passages
    declined: bool
    correct: bool  #: a variant occurs in the answer; for an unanswerable question: see `held_back`
    corrected: bool  #: a false premise was answered with the words that contradict it
    cited_gold: bool  #: at least one citation overlaps gold evidence
    citations: int
    gold_citations: int  #: citations that overlap gold evidence
    verbatim_citations: int  #: citations whose quote stands in the document at their offsets
    evidence_found: int  #: pieces of evidence found in the documents' text
    evidence_cited: int  #: pieces of evidence that a citation overlaps
    retrieved_rank: int | None  #: place of the first passage with gold evidence, from 1
    search_rank: int | None  #: the same in the order of search alone, before the reader
    confidence: float | None
    short_f1: float | None  #: F1 of the bare answer; None when there is none or nothing to find
    exact: float  #: SQuAD's exact match: the bare answer, or nothing where declined, with gold
    f1: float  #: SQuAD's F1 of the same
    seconds: float
    retrieval_only: bool = False  #: would the first passage of the search alone have been right
    support: Support | None = None  #: None when it was not checked, or nothing was said
    tokens_read: int | None = None  #: of the passages an answer was looked for in
    tokens_said: int | None = None
    stage: Stage | None = None  #: where it was lost; None when it was not
    use: ModelUse | None = None  #: of the language model asked for; None without one
    fell_back: str = ""  #: why its answer was not given
    model_failed: bool = False  #: it fell back for no fault of its words: worth asking again

    @property
    def answerable(self) -> bool:
        """True when the documents hold an answer."""
        return self.question.type is not QuestionType.UNANSWERABLE

    @property
    def held_back(self) -> bool:
        """True when no answer was given, or only the words that contradict a false premise."""
        return self.declined or self.corrected


def outcome_to_dict(outcome: Outcome) -> dict[str, object]:
    """JSON-ready form; `outcome_from_dict` turns it back."""
    return asdict(outcome)


def outcome_from_dict(data: Mapping[str, object], question: Question) -> Outcome:
    """The outcome of a question as it was kept. Raises KeyError, TypeError or ValueError."""
    names = {field.name for field in fields(Outcome)}
    if set(data) != names:
        raise ValueError("the fields of an outcome have changed")
    values = dict(data)
    support, stage, use = values["support"], values["stage"], values["use"]
    values["support"] = Support(**support) if isinstance(support, dict) else None
    values["stage"] = Stage(str(stage)) if stage is not None else None
    values["use"] = ModelUse(str(use)) if use is not None else None
    return Outcome(**{**values, "question": question})  # type: ignore[arg-type]


def question_to_dict(question: Question) -> dict[str, object]:
    """A question as a line of a set holds it; what it does not have is left out."""
    row: dict[str, object] = {
        "id": question.id,
        "question": question.question,
        "type": question.type.value,
        "answers": list(question.answers),
        "evidence": [_pair(piece) for piece in question.evidence],
    }
    if question.contradicted_by:
        row["contradicted_by"] = [_pair(piece) for piece in question.contradicted_by]
    if question.history:
        row["history"] = [_turn(turn) for turn in question.history]
    if question.traits:
        row["traits"] = list(question.traits)
    if question.without:
        row["without"] = list(question.without)
    return {**row, "split": question.split}


def _pair(piece: Evidence) -> dict[str, str]:
    return {"source": piece.source, "quote": piece.quote}


def _turn(turn: Turn) -> dict[str, str]:
    return {"question": turn.question, "answer": turn.answer}
