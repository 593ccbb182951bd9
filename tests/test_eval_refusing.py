"""What refusing more would cost, and the tables for a README: by hand, and against AUROC."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets import Evidence, Question, QuestionType
from eval.html_report import html_report
from eval.markdown import markdown, ratio
from eval.metrics import auroc
from eval.outcomes import Outcome
from eval.refusing import ALL, RefusalPoint, refusal_curve, refusal_curves, refused_at
from eval.report import to_dict
from eval.runner import Evaluation, summarise
from eval.summary import grouped

SCORES = st.lists(st.sampled_from([-1.0, 0.1, 0.2, 0.5, 0.9]), min_size=1, max_size=12)


def test_the_curve_by_hand() -> None:
    curve = refusal_curve(without=[0.1, 0.3, 0.9], answerable=[0.3, 0.5, 0.7, 0.8])
    assert curve == (
        RefusalPoint(0, 0),
        RefusalPoint(0, 1 / 3),
        RefusalPoint(0.25, 2 / 3),
        RefusalPoint(0.5, 2 / 3),
        RefusalPoint(0.75, 2 / 3),
        RefusalPoint(1, 2 / 3),
        RefusalPoint(1, 1),
    )
    assert refused_at(curve, 0.0) == 1 / 3
    assert refused_at(curve, 0.3) == 2 / 3
    assert refused_at(()) is None
    assert refusal_curve([], [0.1]) == refusal_curve([0.1], []) == ()


@given(SCORES, SCORES)
def test_the_area_under_the_curve_is_the_auroc(without: list[float], having: list[float]) -> None:
    curve = refusal_curve(without, having)
    area = sum(
        (b.falsely_refused - a.falsely_refused) * (a.refused + b.refused) / 2
        for a, b in pairwise(curve)
    )
    sure = auroc([*without, *having], [False] * len(without) + [True] * len(having))
    assert area == pytest.approx(sure)
    assert (curve[0], curve[-1]) == (RefusalPoint(0, 0), RefusalPoint(1, 1))


def outcome(
    id_: str, *traits: str, declined: bool = False, sure: float | None = None, gold: str = ""
) -> Outcome:
    kind = QuestionType.FACT if gold else QuestionType.UNANSWERABLE
    evidence = (Evidence("documents/a.txt", gold),) if gold else ()
    answers = (gold,) if gold else ()
    question = Question(id_, f"{id_}?", kind, answers, evidence, "dev", traits=traits)
    return Outcome(
        question=question,
        answer={"text": "x"},
        declined=declined,
        correct=declined is not bool(gold),
        corrected=False,
        cited_gold=bool(gold),
        citations=1,
        gold_citations=1,
        verbatim_citations=1,
        evidence_found=1,
        evidence_cited=1,
        retrieved_rank=1,
        search_rank=1,
        confidence=sure,
        short_f1=None,
        exact=0.0,
        f1=0.0,
        seconds=0.1,
    )


OUTCOMES = (
    outcome("a", gold="1901", sure=0.9),
    outcome("b", gold="1902", sure=0.4),
    outcome("c", gold="1903", sure=0.3, declined=True),
    outcome("d", "look-alike", sure=0.5),
    outcome("e", "off-topic", sure=0.6, declined=True),  # for another reason than its confidence
    outcome("f", "off-topic", sure=0.1, declined=True),
)


def evaluation(outcomes: tuple[Outcome, ...]) -> Evaluation:
    return Evaluation(
        name="town",
        split="dev",
        model="a model",
        outcomes=outcomes,
        overall=summarise(outcomes),
        by_type=grouped(outcomes, lambda o: (o.question.type,), QuestionType),
        by_trait={},
        by_format={},
        lost={},
        unlocated=(),
    )


def test_the_curves_pass_through_the_run_itself() -> None:
    curves = refusal_curves(OUTCOMES)
    assert list(curves) == [ALL, "look-alikes", "off the topic"]
    assert (
        RefusalPoint(1 / 3, 2 / 3) in curves[ALL]
    )  # one of three by mistake, two of three rightly
    assert RefusalPoint(1 / 3, 0) in curves["look-alikes"]
    assert RefusalPoint(1 / 3, 1) in curves["off the topic"]
    assert refused_at(curves["look-alikes"], 0.7) == 1
    assert refusal_curves(OUTCOMES[:3]) == {}


def test_an_evaluation_as_markdown() -> None:
    page = markdown(evaluation(OUTCOMES))
    assert "town, dev half, 6 questions, a model:" in page
    assert "| fact | 3 | .67 | .21–.94 | .00 | .00 | 1.00 | 1.00 |" in page
    assert "| all | 6 | .67 | .30–.90 | .50 | .00 | 1.00 | 1.00 |" in page
    assert "| look-alikes | 1 | .00 | .00 |" in page
    assert "| off the topic | 2 | 1.00 | .50 |" in page
    assert "| all | 3 | .67 | .33 |" in page
    assert page.endswith("Refused by mistake: 1 of 3 with an answer.\n")
    assert "Without an answer" not in markdown(evaluation(OUTCOMES[:3]))
    assert [ratio(one) for one in (None, 0.0, 0.634, 1.0)] == ["–", ".00", ".63", "1.00"]


def test_the_curves_are_in_the_json_and_on_the_page() -> None:
    data = to_dict(evaluation(OUTCOMES))["refusal_curves"]
    assert isinstance(data, dict)
    assert data["look-alikes"][0] == {"falsely_refused": 0.0, "refused": 0.0}
    page = html_report(evaluation(OUTCOMES))
    assert "Refusals, if more or fewer were refused" in page
    assert "By type, beside the baselines" in page
    assert "<td>.21–.94</td>" in page
    assert "Refusals, if" not in html_report(evaluation(OUTCOMES[:3]))
