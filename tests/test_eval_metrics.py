"""Every metric against hand-computed values and, where one is installed, another implementation."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import (
    Span,
    answer_correct,
    auroc,
    best_overall_f1,
    brier_score,
    calibration_error,
    citation_precision,
    citation_recall,
    exact_match,
    hit_rate,
    holds,
    mean,
    ndcg_at_k,
    overlaps,
    percentile,
    recall_at_k,
    reciprocal_rank,
    refusal_precision,
    refusal_recall,
    squad_normalise,
    token_f1,
    wilson_interval,
    words,
)
from rag.training.measure import calibration_error as training_error


def test_squad_normalise_follows_the_official_order() -> None:
    assert squad_normalise("  The  U.S.A., an ally ") == "usa ally"
    assert squad_normalise("3.5") == "35"  # punctuation goes first: why `words` exists


def test_exact_match_and_f1_by_hand() -> None:
    assert exact_match("The Eiffel Tower!", ["Louvre", "eiffel tower"]) == 1
    assert exact_match("Eiffel", ["eiffel tower"]) == 0
    # predicted 3 tokens, wanted 2, shared 2: P = 2/3, R = 1, F1 = 0.8
    assert token_f1("big eiffel tower", ["the Eiffel Tower"]) == pytest.approx(0.8)
    # a repeated word counts as often as both have it: shared 1 of 2 and 1
    assert token_f1("no no", ["no"]) == pytest.approx(2 / 3)
    assert token_f1("x", ["a b", "x"]) == 1
    assert token_f1("", []) == exact_match("", []) == 1
    assert token_f1("something", []) == exact_match("something", []) == 0
    assert token_f1("the", ["an"]) == 1  # both normalise to nothing


@given(st.text(max_size=40), st.text(max_size=40))
def test_f1_is_symmetric_bounded_and_one_where_exact(one: str, other: str) -> None:
    score = token_f1(one, [other])
    assert 0 <= score <= 1
    assert score == pytest.approx(token_f1(other, [one]))
    assert score >= exact_match(one, [other])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29,000 patents", ("29000", "patents")),
        ("29\u202f000 and 1’234’567", ("29000", "and", "1234567")),
        ("in 2010 300 people", ("in", "2010", "300", "people")),
        ("3.5 kg, 1,5 l", ("3.5", "kg", "1,5", "l")),
        ("-5 °C, 2010-2022, −3", ("-5", "c", "2010", "2022", "-3")),
        ("15 per cent = 15 percent = 15%", ("15", "%", "15", "%", "15", "%")),
        ("Xiaomi's E-61 at 10:30.", ("xiaomi", "s", "e", "61", "at", "10:30")),
        ("北京2022", ("北", "京", "2022")),
        ("1,2345 and 1,234,56", ("1,2345", "and", "1,234,56")),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("said", "short", "variants", "right"),
    [
        ("They hold 29,000 patents.", None, ["29000"], True),
        ("They hold 129,000 patents.", None, ["29000"], False),
        ("It weighs 3.5 kg.", None, ["35"], False),
        ("It weighs 3.5 kg.", None, ["3.5"], True),
        ("The museum opened late.", None, ["muse"], False),
        ("It joined the Navy.", None, ["a navy"], True),
        ("It is grade A.", None, ["A"], True),
        ("See the report.", "four weeks", ["4 weeks", "four weeks"], True),
        ("It is -5 °C.", None, ["5 °C"], False),
        ("There is no charge.", None, ["no"], False),
        ("No, there is a charge.", None, ["no"], True),
        ("Pets are not allowed.", "No", ["no"], True),
        ("Anything", None, [], False),
        ("Anything", None, ["…"], False),
        ("", None, ["x"], False),
    ],
)
def test_answer_correct(said: str, short: str | None, variants: list[str], right: bool) -> None:
    assert answer_correct(said, short, variants) is right


@given(
    st.lists(st.sampled_from(["oak", "12", "3.5", "%", "ash"]), min_size=1, max_size=5), st.data()
)
def test_every_run_of_words_is_held(there: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(there) - 1))
    end = data.draw(st.integers(start + 1, len(there)))
    assert holds(" ".join(there), " ".join(there[start:end]))
    assert not holds(" ".join(there), " ".join([*there[start:end], "elm"]))


def test_ranked_lists_by_hand() -> None:
    ranked = ["d", "a", "x", "b"]
    assert recall_at_k(ranked, ["a", "b"], 2) == 0.5
    assert recall_at_k(ranked, ["a", "b"], 4) == 1
    assert recall_at_k(ranked, [], 4) is None
    assert hit_rate([1, None, 6, 5], 5) == 0.5
    assert hit_rate([], 5) is None
    assert reciprocal_rank(ranked, {"x", "b"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranked, {"z"}) == 0
    # gains 0, 2, 0, 1 against the ideal 2, 1
    expected = (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3))
    assert ndcg_at_k(ranked, {"a": 2, "b": 1}, 10) == pytest.approx(expected)
    assert ndcg_at_k(ranked, {}, 10) == 0
    # relevant documents that were not ranked still belong to the ideal
    assert ndcg_at_k(["a"], {"a": 1, "z": 1}, 2) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    with pytest.raises(ValueError, match="twice"):
        ndcg_at_k(["a", "a"], {"a": 1}, 10)


def test_ndcg_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = random.Random(7)
    for _ in range(50):
        size, k = rng.randint(2, 30), rng.randint(1, 15)
        gains = [float(rng.randint(0, 3)) for _ in range(size)]
        scores = [rng.random() for _ in range(size)]
        ranked = sorted(range(size), key=lambda i: -scores[i])
        ours = ndcg_at_k([str(i) for i in ranked], {str(i): g for i, g in enumerate(gains)}, k)
        assert ours == pytest.approx(metrics.ndcg_score([gains], [scores], k=k))


def test_spans_overlap_by_half_of_the_shorter_in_one_document() -> None:
    gold = Span("d", 100, 120)
    assert overlaps(Span("d", 0, 500), gold)
    assert overlaps(Span("d", 105, 110), gold)
    assert overlaps(Span("d", 90, 110), gold)
    assert not overlaps(Span("d", 90, 101), gold)
    assert not overlaps(Span("d", 120, 140), gold)
    assert not overlaps(Span("e", 100, 120), gold)
    assert not overlaps(Span("d", 110, 110), gold)


def test_citation_precision_and_recall_by_hand() -> None:
    gold = [Span("d", 0, 10), Span("d", 50, 60)]
    cited = [Span("d", 0, 10), Span("d", 20, 30), Span("e", 0, 10)]
    assert citation_precision(cited, gold) == pytest.approx(1 / 3)
    assert citation_precision([], gold) is None
    assert citation_precision(cited, []) == 0
    # two pieces of evidence, the first of which occurs in two places
    assert citation_recall(cited, [[gold[0], Span("f", 0, 10)], [gold[1]]]) == 0.5
    assert citation_recall(cited, []) is None
    assert citation_recall([], [[gold[0]]]) == 0


def test_refusals_by_hand() -> None:
    declined = [True, True, True, False, False]
    without = [True, False, True, True, False]
    assert refusal_precision(declined, without) == pytest.approx(2 / 3)
    assert refusal_recall(declined, without) == pytest.approx(2 / 3)
    assert refusal_precision([True, True], [True, False]) == 0.5
    assert refusal_recall([True, True], [True, False]) == 1
    assert refusal_precision([False], [True]) is None
    assert refusal_recall([True], [False]) is None
    with pytest.raises(ValueError, match="zip"):
        refusal_precision([True], [])


def test_auroc_by_hand_and_against_scikit_learn() -> None:
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert auroc([0.2, 0.9], [True, True]) is None
    metrics = pytest.importorskip("sklearn.metrics")
    rng = random.Random(11)
    for _ in range(50):
        scores = [rng.randint(0, 6) / 6 for _ in range(30)]  # coarse, so that there are ties
        positive = [True, False, *(rng.random() < 0.4 for _ in range(28))]
        assert auroc(scores, positive) == pytest.approx(metrics.roc_auc_score(positive, scores))


def test_best_overall_f1_by_hand_and_against_every_threshold() -> None:
    # all declined: 2 of 5; from 0.7 on: 1 + 0.5 + 2; then a false one, and 0 for a wrong one
    scores, f1 = [0.9, 0.7, 0.6, 0.5, 0.1], [1, 0.5, 0, 0, 1]
    assert best_overall_f1(scores, f1, [True, True, False, True, False]) == pytest.approx(0.7)
    assert best_overall_f1([0.5, 0.5], [1, 0], [True, False]) == 0.5  # told apart by no threshold
    assert best_overall_f1([0.5, 0.5], [0, 1], [False, True]) == 0.5
    assert best_overall_f1([], [], []) is None
    with pytest.raises(ValueError, match="zip"):
        best_overall_f1([0.5], [1], [])
    rng = random.Random(5)
    for _ in range(50):
        asked = [(rng.randint(0, 6) / 6, rng.random(), rng.random() < 0.6) for _ in range(20)]
        tried = [
            sum((said if has else 0) if score >= least else not has for score, said, has in asked)
            for least in [score for score, _, _ in asked] + [2]
        ]
        rows = [(score, said if has else 0, has) for score, said, has in asked]
        assert best_overall_f1(*zip(*rows, strict=True)) == pytest.approx(max(tried) / 20)


def test_brier_score_by_hand() -> None:
    assert brier_score([0.8, 0.4, 0.5], [True, True, False]) == pytest.approx(0.65 / 3)
    assert brier_score([1, 0], [True, False]) == 0
    assert brier_score([1, 0], [False, True]) == 1
    assert brier_score([], []) is None


def test_calibration_error_by_hand() -> None:
    probabilities, outcomes = [0.9, 0.1, 0.7, 0.2], [True, True, False, False]
    # two bins of two: |0.15 - 0.5| and |0.8 - 0.5|; in one bin |0.475 - 0.5|
    assert calibration_error(probabilities, outcomes, 2) == pytest.approx((0.35 + 0.3) / 2)
    assert calibration_error(probabilities, outcomes, 1) == pytest.approx(0.025)
    # three bins: 0.1 and 0.2 first, for the first are the longer, then one each
    assert calibration_error(probabilities, outcomes, 3) == pytest.approx((0.7 + 0.7 + 0.1) / 4)
    # more bins than questions: each its own
    assert calibration_error(probabilities, outcomes) == pytest.approx((0.1 + 0.9 + 0.7 + 0.2) / 4)
    assert calibration_error([0.5] * 20, [True] * 10 + [False] * 10) == 0
    assert calibration_error([1, 1, 0], [False, False, True]) == 1
    assert calibration_error([], []) is None


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=60, unique=True), st.integers(1, 12)
)
def test_calibration_error_agrees_with_the_one_of_training(values: list[float], bins: int) -> None:
    outcomes = [round(1e6 * value) % 3 == 0 for value in values]
    other = training_error(np.array(values), np.array(outcomes, dtype=np.float64), bins)
    assert calibration_error(values, outcomes, bins) == pytest.approx(other, abs=1e-9)


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=30),
    st.floats(0, 100),
)
def test_percentile_agrees_with_numpy(values: list[float], percent: float) -> None:
    ours = percentile(values, percent)
    assert ours == pytest.approx(float(np.percentile(values, percent)), rel=1e-9, abs=1e-6)


def test_percentile_and_mean_of_little() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([1, 2], 50) == 1.5
    assert percentile([], 50) is None
    assert mean([]) is None
    assert mean([1, 2]) == 1.5
    with pytest.raises(ValueError, match="0–100"):
        percentile([1], 101)


def test_wilson_interval_by_hand() -> None:
    # the textbook case 8 of 10: 0.4902 to 0.9433
    low, high = wilson_interval(8, 10) or (0, 0)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson_interval(0, 0) is None
    assert wilson_interval(0, 5) == (0, pytest.approx(0.4345, abs=1e-4))
    assert (wilson_interval(5, 5) or (0, 0))[1] == 1
