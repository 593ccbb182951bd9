"""Whether the language model that was asked for gave the answers, and why not where it did not.

Where a model fails, or writes what no passage bears out, an answer is quoted in its place: right
for a reader, but no result of the model. Judges no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eval.outcomes import ModelUse, Outcome
from index.errors import ModelError
from rag.replies import is_refusal
from rag.types import Answer

_WINDOW = "the language model's window"  # in the note on passages that did not fit: no failure
_SHOWN = 3  # reasons in a sentence


@dataclass(frozen=True, slots=True)
class Use:
    """How many questions a language model answered itself."""

    model: str
    answered: int
    right: int  #: of those it answered
    fell_back: int
    not_asked: int
    reasons: Mapping[str, int]  #: why it fell back, most frequent first

    @property
    def questions(self) -> int:
        """All questions of the run."""
        return self.answered + self.fell_back + self.not_asked

    def __str__(self) -> str:
        """In one sentence or two."""
        said = f"{self.model} answered {self.answered} of {self.questions} questions"
        if self.answered and self.fell_back + self.not_asked:
            said += f", {self.right} of them right"
        if self.not_asked:
            said += f"; {self.not_asked} needed no language model"
        if self.fell_back:
            said += f"; {self.fell_back} fell back to the built-in reader: {self.why}"
        return said.rstrip(".") + "."

    @property
    def why(self) -> str:
        """The most frequent reasons with how often each was given."""
        shown = list(self.reasons.items())[:_SHOWN]
        rest = sum(self.reasons.values()) - sum(times for _, times in shown)
        parts = [f"{times} × {reason.rstrip('.')}" for reason, times in shown]
        return "; ".join([*parts, *([f"{rest} for other reasons"] if rest else [])])


def with_use(outcome: Outcome, answer: Answer, model: str) -> Outcome:
    """The outcome with what became of ``model``, the name of the language model asked for."""
    if answer.model == model or _agreed(answer):
        return replace(outcome, use=ModelUse.ANSWERED)
    if "writing" not in answer.timings:
        return replace(outcome, use=ModelUse.NOT_ASKED)
    failed = bool(failure(answer, model))
    use = ModelUse.FELL_BACK
    return replace(outcome, use=use, fell_back=_why(answer), model_failed=failed)


def failure(answer: Answer, model: str) -> str:
    """Why the language model gave no answer at all; empty where it did, or was not asked."""
    if answer.model == model or "writing" not in answer.timings:
        return ""
    return "" if answer.struck or _refused(answer) else _why(answer)


def _why(answer: Answer) -> str:
    if answer.struck:
        return "the passages do not bear out what it wrote"
    told = [note for note in answer.notes if _WINDOW not in note]
    return told[-1] if told else "it wrote no answer"


def _agreed(answer: Answer) -> bool:
    """The reader refused, the model was asked as well and refused too."""
    return answer.declined and not answer.struck and _refused(answer)


def _refused(answer: Answer) -> bool:
    return answer.raw is not None and is_refusal(answer.raw)


def use_of(outcomes: Sequence[Outcome], model: str) -> Use:
    """The uses counted. Raises ModelError where the model answered none of the questions."""
    uses = Counter(outcome.use for outcome in outcomes)
    reasons = Counter(outcome.fell_back for outcome in outcomes if outcome.fell_back)
    answered = [outcome for outcome in outcomes if outcome.use is ModelUse.ANSWERED]
    found = Use(
        model=model,
        answered=len(answered),
        right=sum(outcome.correct for outcome in answered),
        fell_back=uses[ModelUse.FELL_BACK],
        not_asked=uses[ModelUse.NOT_ASKED],
        reasons=dict(reasons.most_common()),
    )
    if not answered:
        why = found.why or "none of them needed a language model"
        raise ModelError(
            f"The language model {model} answered none of the {found.questions} questions, so "
            f"there is no result of it ({why}): mend it, or evaluate the built-in reader with "
            "--model built-in."
        )
    return found
