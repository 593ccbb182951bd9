"""Ask an assistant every question of a set and judge each answer against the gold evidence.

The one entry point is `evaluate`. With a journal a run that was stopped goes on where it was; what
is half done is never reported. Judging stands in `eval.judging`, figures in `eval.summary`,
printing in `eval.report`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.datasets import Question, QuestionSet, QuestionType
from eval.journal import Journal
from eval.judging import Instruments, judge
from eval.library import Library, find_quote, same_source
from eval.model_use import Use, use_of, with_use
from eval.outcomes import Outcome, Stage
from eval.summary import Summary, grouped, losses, summarise
from index.errors import UsageError
from index.types import Document, DocumentInfo, Scope
from rag.types import Answer, Turn

__all__ = [
    "Answers",
    "Evaluation",
    "Instruments",
    "Outcome",
    "Stage",
    "Summary",
    "chosen_questions",
    "evaluate",
    "find_quote",
    "same_source",
    "summarise",
]


class Answers(Protocol):
    """What the runner needs of an assistant; `rag.assistant.Assistant` is one."""

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer: ...

    def document(self, document_id: str, /) -> Document | None: ...

    def documents(self) -> Sequence[DocumentInfo]: ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes of a run and their figures, over all questions and by group."""

    name: str
    split: str | None
    model: str  #: that was asked for: the language model, or else what answered most questions
    outcomes: tuple[Outcome, ...]
    overall: Summary
    by_type: Mapping[QuestionType, Summary]
    by_trait: Mapping[str, Summary]
    by_format: Mapping[str, Summary]  #: by the file ending of the evidence
    lost: Mapping[Stage, int]  #: questions lost at each stage
    unlocated: tuple[str, ...]  #: evidence that occurs in no document as "question id: quote"
    use: Use | None = None  #: how many questions the language model answered; None without one


def chosen_questions(set_: QuestionSet, split: str | None) -> list[Question]:
    """The questions of a split, all when None. Raises UsageError when there is none."""
    questions = [q for q in set_.questions if split in {None, q.split}]
    if not questions:
        raise UsageError(f'The set {set_.name} has no question in "{split}": use dev or test.')
    return questions


def evaluate(
    set_: QuestionSet,
    assistant: Answers,
    *,
    split: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    instruments: Instruments | None = None,
    journal: Journal | None = None,
    model: str | None = None,
) -> Evaluation:
    """Ask the questions of a split (all when None) in order; ``progress(done, of)`` after each.

    ``model`` is the name of the language model that is to answer, None where there is none.
    Questions that ``journal`` holds are not asked again. Raises UsageError when there are no
    questions, ModelError when the language model answered none of them.
    """
    questions = chosen_questions(set_, split)
    with_ = instruments or Instruments()
    library = Library(assistant, with_.chunks)
    known = journal.read(questions) if journal is not None else {}
    outcomes: list[Outcome] = []
    for question in questions:
        outcome = known.get(question.id)
        if outcome is None:
            outcome = _asked(question, assistant, library, with_, model)
            if journal is not None:
                journal.add(outcome)
        outcomes.append(outcome)
        if progress is not None:
            progress(len(outcomes), len(questions))
    if journal is not None:
        journal.discard()
    use = use_of(outcomes, model) if model is not None else None
    return Evaluation(
        name=set_.name,
        split=split,
        model=model if model is not None else _usual_model(outcomes),
        outcomes=tuple(outcomes),
        overall=summarise(outcomes),
        by_type=grouped(outcomes, lambda o: (o.question.type,), QuestionType),
        by_trait=grouped(
            outcomes, lambda o: o.question.traits, sorted({t for q in questions for t in q.traits})
        ),
        by_format=grouped(
            outcomes,
            lambda o: o.question.formats,
            sorted({f for q in questions for f in q.formats}),
        ),
        lost=losses(outcomes),
        unlocated=tuple(
            f"{question.place + ', ' if question.place else ''}{question.id}: "
            f"{piece.quote or piece.source}"
            for question in questions
            for piece in (*question.evidence, *question.contradicted_by)
            if not library.locate(piece)
        ),
        use=use,
    )


def _usual_model(outcomes: Sequence[Outcome]) -> str:
    names = Counter(str(outcome.answer.get("model") or "") for outcome in outcomes)
    return names.most_common(1)[0][0]


def _asked(
    question: Question,
    assistant: Answers,
    library: Library,
    with_: Instruments,
    model: str | None,
) -> Outcome:
    scope = Scope(sources=library.sources_but(question.without)) if question.without else None
    started = time.perf_counter()
    answer = assistant.ask(question.question, question.history, scope=scope)
    outcome = judge(question, answer, library, time.perf_counter() - started, with_)
    return outcome if model is None else with_use(outcome, answer, model)
