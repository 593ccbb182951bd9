"""The fitted threshold errs least, and the error promised is one on questions not fitted to."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.calibration import Judged, effect, fit_threshold
from index.errors import UsageError

SOUND = [Judged(0.6 + at / 100, True, True) for at in range(20)]
FALSE = [Judged(0.2 + at / 100, False, False) for at in range(20)]


def test_what_a_threshold_does_by_hand() -> None:
    found = [
        Judged(0.9, True, True),
        Judged(0.8, False, True),
        Judged(0.3, True, True),
        Judged(0.7, False, False),
        Judged(None, True, False),  # refused for another reason
    ]
    what = effect(found, 0.5)
    assert what.error == 3 / 5  # wrong, wrongly refused, not refused
    assert what.wrong_answers == 2 / 3
    assert what.answered == 3 / 5
    assert what.wrongly_refused == 1 / 3
    nothing = effect(found, 1.01)
    assert (nothing.answered, nothing.wrong_answers, nothing.wrongly_refused) == (0, None, 1)


def test_a_clean_gap_is_found() -> None:
    fit = fit_threshold([*SOUND, *FALSE], 0.15)
    assert 0.39 < fit.after.threshold < 0.6
    assert fit.after.error == 0
    assert fit.before.error == 0.5
    assert fit.expected_error == 0
    assert fit.expected_high > 0.05  # forty questions prove little
    assert (fit.questions, fit.answerable) == (40, 20)


def test_noise_is_not_promised_away() -> None:
    chance = random.Random(5)
    found = [Judged(chance.random(), chance.random() < 0.5, at % 2 == 0) for at in range(60)]
    fit = fit_threshold(found, 0.15)
    assert fit.expected_error > fit.after.error  # fitted to noise, it looks better than it is


def test_wrong_answers_can_be_bounded() -> None:
    mixed = [*SOUND, *FALSE, *(Judged(0.7, False, True) for _ in range(4))]
    strict = fit_threshold(mixed, 0.15, wrong_at_most=0.0)
    assert strict.after.threshold > 0.7
    assert strict.after.wrong_answers in {0, None}
    assert strict.after.answered < fit_threshold(mixed, 0.15).after.answered
    # refusing everything gives no wrong answer, but some answer is surest and wrong here
    sure = [*mixed, Judged(1.0, False, True)]
    with pytest.raises(UsageError, match="No threshold keeps wrong answers"):
        fit_threshold(sure, 0.15, wrong_at_most=0.0)


@given(
    st.lists(
        st.builds(Judged, st.none() | st.floats(0, 1), st.booleans(), st.booleans()),
        min_size=30,
        max_size=50,
    )
)
@settings(max_examples=40, deadline=None)
def test_no_threshold_does_better(found: list[Judged]) -> None:
    answerable = sum(one.answerable for one in found)
    if min(answerable, len(found) - answerable) < 5:
        return
    fit = fit_threshold(found, 0.15)
    assert fit.after.error <= fit.before.error
    assert all(fit.after.error <= effect(found, at / 50).error + 1e-9 for at in range(51))
    assert 0 <= fit.expected_low <= fit.expected_error <= fit.expected_high <= 1


def test_few_questions_are_refused() -> None:
    with pytest.raises(UsageError, match="are too few to fit"):
        fit_threshold(SOUND[:10], 0.15)
    with pytest.raises(UsageError, match="5 of each kind"):
        fit_threshold(SOUND, 0.15)
