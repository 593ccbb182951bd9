"""Risk by coverage, reliability and agreement: worked out by hand, and against other programs."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import cohens_kappa, ndcg_at_k, recall_at_k, reciprocal_rank
from eval.selective import RiskPoint, area_under_risk_coverage, reliability, risk_coverage


def test_risk_by_coverage_by_hand() -> None:
    points = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert points == [
        RiskPoint(0.9, 0.25, 0.0),
        RiskPoint(0.5, 0.75, 1 / 3),
        RiskPoint(0.1, 1, 0.5),
    ]
    # distinct scores: risks 0, 1/2, 1/3, 2/4
    area = area_under_risk_coverage([0.9, 0.6, 0.5, 0.1], [True, False, True, False])
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert risk_coverage([], []) == []
    assert area_under_risk_coverage([], []) is None


def test_equal_scores_count_as_the_mean_over_their_orders() -> None:
    right = [True, False, False]
    each = [
        area_under_risk_coverage([0.9, 0.8, 0.7], [right[at] for at in order])
        for order in permutations(range(3))
    ]
    mean = sum(one for one in each if one is not None) / len(each)
    assert area_under_risk_coverage([0.5] * 3, right) == pytest.approx(mean)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.4, 0.8, 1.0]), st.booleans()), min_size=1))
def test_order_changes_nothing_and_full_coverage_is_the_error(
    pairs: list[tuple[float, bool]],
) -> None:
    scores, right = [score for score, _ in pairs], [is_right for _, is_right in pairs]
    points = risk_coverage(scores, right)
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(1 - sum(right) / len(right))
    mixed = pairs[:]
    random.Random(3).shuffle(mixed)
    other = area_under_risk_coverage([s for s, _ in mixed], [r for _, r in mixed])
    assert area_under_risk_coverage(scores, right) == pytest.approx(other)


def test_reliability_by_hand() -> None:
    low, high = reliability([0.05, 0.15, 0.95, 1.0], [False, True, True, True], bins=2)
    assert (low.count, low.right) == (2, 0.5)
    assert low.confidence == pytest.approx(0.1)
    assert (high.count, high.right) == (2, 1.0)
    with pytest.raises(ValueError, match="lies in 0–1"):
        reliability([1.2], [True])


def test_kappa_by_hand() -> None:
    # agreement 3/4, chance 1/2 · 3/4 + 1/2 · 1/4 = 1/2
    assert cohens_kappa([True, True, False, False], [True, True, True, False]) == 0.5
    assert cohens_kappa([True, False], [True, False]) == 1
    assert cohens_kappa([], []) is None
    assert cohens_kappa([True], [True]) is None


def test_ranked_lists_agree_with_trec_eval() -> None:
    pytrec_eval = pytest.importorskip("pytrec_eval")
    chance = random.Random(7)
    items = [f"d{number}" for number in range(40)]
    for _ in range(50):
        gains = {item: chance.choice([0, 0, 0, 1, 2, 3]) for item in items}
        if not any(gains.values()):
            continue
        ranked = chance.sample(items, 25)
        run = {"q": {item: float(100 - place) for place, item in enumerate(ranked)}}
        measures = {"ndcg_cut_10", "recip_rank", "recall_5", "recall_20"}
        theirs = pytrec_eval.RelevanceEvaluator({"q": gains}, measures).evaluate(run)["q"]
        relevant = [item for item, gain in gains.items() if gain]
        assert ndcg_at_k(ranked, gains, 10) == pytest.approx(theirs["ndcg_cut_10"])
        assert reciprocal_rank(ranked, relevant) == pytest.approx(theirs["recip_rank"])
        assert recall_at_k(ranked, relevant, 5) == pytest.approx(theirs["recall_5"])
        assert recall_at_k(ranked, relevant, 20) == pytest.approx(theirs["recall_20"])
