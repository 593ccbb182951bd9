"""The refusal threshold fitted to a set of questions, with the error to expect.

An error is a wrong answer, or a refusal of a question that has an answer. Every question is asked
once with nothing refused for want of confidence; thresholds are then compared on paper. The error
to expect is cross-validated: on each tenth of the questions with a threshold fitted to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from eval.metrics import wilson_interval
from eval.outcomes import Outcome
from index.errors import UsageError

FOLDS = 10
LEAST = 20  #: questions from which a fit is worth anything
LEAST_OF_EACH = 5  #: with an answer, and without
NO_CONFIDENCE = (
    "This answer model states no confidence, so there is no threshold to fit: use the built-in "
    'reader (reader = "built-in", model = "built-in").'
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question asked with nothing refused: how sure the answer was, and whether it is right.

    ``confidence`` is None where the question was refused for another reason.
    """

    confidence: float | None
    right: bool  #: if the answer is given
    answerable: bool

    def declined(self, threshold: float) -> bool:
        return self.confidence is None or self.confidence < threshold

    def wrong(self, threshold: float) -> bool:
        """True when the threshold makes an error of it."""
        return self.answerable if self.declined(threshold) else not self.right


@dataclass(frozen=True, slots=True)
class Effect:
    """What a threshold does to the questions, shares in 0–1."""

    threshold: float
    error: float  #: wrong answers and wrong refusals over all questions
    wrong_answers: float | None  #: of the answers given; None when none is
    answered: float  #: of all questions
    wrongly_refused: float | None  #: of the questions with an answer


@dataclass(frozen=True, slots=True)
class Fit:
    """The threshold that errs least, beside the one in use."""

    questions: int
    answerable: int
    before: Effect
    after: Effect
    expected_error: float  #: cross-validated
    expected_low: float  #: its 95 % interval
    expected_high: float
    expected_wrong_answers: float | None  #: of the answers given, cross-validated

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form."""
        return asdict(self)


def judged(outcomes: Sequence[Outcome]) -> list[Judged]:
    """Outcomes of a run with threshold 0. Raises UsageError where no answer has a confidence."""
    found = [
        Judged(None if o.declined else o.confidence, o.correct, o.answerable) for o in outcomes
    ]
    if any(o.confidence is None and not o.declined for o in outcomes):
        raise UsageError(NO_CONFIDENCE)
    return found


def fit_threshold(
    found: Sequence[Judged], current: float, *, wrong_at_most: float | None = None
) -> Fit:
    """The threshold with the fewest errors; with ``wrong_at_most``, of those that keep the share of
    wrong answers among those given at or under it. Ties go to the nearest to the current one.

    Raises UsageError with too few questions, or when no threshold does.
    """
    answerable = sum(one.answerable for one in found)
    without = len(found) - answerable
    if len(found) < LEAST or min(answerable, without) < LEAST_OF_EACH:
        raise UsageError(
            f"{len(found)} questions, {without} of them without an answer, are too few to fit a "
            f"threshold: have at least {LEAST}, {LEAST_OF_EACH} of each kind."
        )
    chosen = _best(found, current, wrong_at_most)
    if chosen is None:
        raise UsageError(
            f"No threshold keeps wrong answers at or under {wrong_at_most:g} of those given: allow "
            "more, or improve the documents."
        )
    errors, given, wrong = 0, 0, 0
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(found) if place % FOLDS != fold]
        fitted = _best(rest, current, wrong_at_most)
        for one in found[fold::FOLDS]:
            threshold = 1.01 if fitted is None else fitted  # nothing does: everything is refused
            errors += one.wrong(threshold)
            given += not one.declined(threshold)
            wrong += not one.declined(threshold) and not one.right
    low, high = wilson_interval(errors, len(found)) or (0.0, 1.0)
    return Fit(
        questions=len(found),
        answerable=answerable,
        before=effect(found, current),
        after=effect(found, chosen),
        expected_error=errors / len(found),
        expected_low=low,
        expected_high=high,
        expected_wrong_answers=wrong / given if given else None,
    )


def effect(found: Sequence[Judged], threshold: float) -> Effect:
    """What a threshold does to these questions."""
    given = [one for one in found if not one.declined(threshold)]
    answerable = [one for one in found if one.answerable]
    return Effect(
        threshold=threshold,
        error=sum(one.wrong(threshold) for one in found) / len(found),
        wrong_answers=sum(not one.right for one in given) / len(given) if given else None,
        answered=len(given) / len(found),
        wrongly_refused=(
            sum(one.declined(threshold) for one in answerable) / len(answerable)
            if answerable
            else None
        ),
    )


def _best(found: Sequence[Judged], current: float, wrong_at_most: float | None) -> float | None:
    """Midpoints between neighbouring confidences are all that can differ; rounded to read well."""
    sure = sorted({one.confidence for one in found if one.confidence is not None})
    middles = [(one + other) / 2 for one, other in pairwise(sure)]
    candidates = {0.0, current, *middles, min(1.0, (sure[-1] + 1) / 2) if sure else 1.0}
    fitting = []
    for threshold in candidates:
        what = effect(found, threshold)
        if wrong_at_most is None or (what.wrong_answers or 0.0) <= wrong_at_most:
            fitting.append((what.error, abs(threshold - current), threshold))
    return min(fitting)[2] if fitting else None
