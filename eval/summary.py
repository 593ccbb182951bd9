"""The figures over some outcomes, and groups of outcomes to compare. Formulae: `eval.metrics`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from eval.metrics import (
    auroc,
    brier_score,
    calibration_error,
    hit_rate,
    mean,
    percentile,
    refusal_precision,
)
from eval.outcomes import Outcome, Stage
from eval.selective import area_under_risk_coverage

RECALL_AT = (1, 2, 3, 5, 10, 20)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures over some questions: ratios in 0–1, None where nothing was there to measure."""

    questions: int
    answerable: int
    correct: int
    accuracy: float | None  #: right answers and right refusals over all questions
    answer_accuracy: float | None  #: right answers over the answerable questions
    correct_and_cited: float | None  #: right answers that also cite gold, over the answerable
    exact_match: float | None  #: SQuAD's, of the bare answer; nothing is right for no answer
    f1: float | None  #: SQuAD's, of the same
    short_f1: float | None  #: mean F1 of the bare answers given
    citation_precision: float | None  #: citations that overlap gold, over all citations given
    citation_recall: float | None  #: answered answerable questions that cite gold
    evidence_recall: float | None  #: pieces of evidence cited, over those of answered questions
    supported_sentences: float | None  #: ALCE's citation recall, with our check
    needed_citations: float | None  #: ALCE's citation precision, with our check
    verbatim: float | None  #: citations that stand in the document as quoted; anything under 1 errs
    refusal_precision: float | None
    refusal_recall: float | None  #: of the questions without an answer, those refused or corrected
    retrieval_recall: Mapping[int, float | None]  #: k → answerable questions with evidence in top k
    search_recall: Mapping[int, float | None]  #: the same before the reader puts them in order
    mean_reciprocal_rank: float | None
    confidence_auroc: float | None  #: does confidence rank right answers above wrong ones
    calibration_error: float | None  #: of the confidence of answers given; lower is better
    brier: float | None  #: of the same; lower is better
    risk_coverage_area: float | None  #: mean share of wrong answers over coverage; lower is better
    seconds_p50: float | None
    seconds_p95: float | None
    tokens_read: float | None  #: a question, on average
    tokens_said: float | None
    always_refused: float | None  #: accuracy of refusing everything
    retrieval_only: float | None  #: accuracy of showing the first passage of the search, always


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """The figures over some outcomes."""
    answerable = [o for o in outcomes if o.answerable]
    answered = [o for o in answerable if not o.declined]
    without = [o for o in outcomes if not o.answerable]
    scored = [(o.confidence, o.correct) for o in outcomes if not o.declined]
    sure = [score for score, _ in scored if score is not None]
    right = [is_right for score, is_right in scored if score is not None]
    citations = sum(o.citations for o in outcomes)
    supports = [o.support for o in outcomes if o.support is not None]
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
        exact_match=mean([o.exact for o in outcomes]),
        f1=mean([o.f1 for o in outcomes]),
        short_f1=mean([o.short_f1 for o in answered if o.short_f1 is not None]),
        citation_precision=_share(sum(o.gold_citations for o in outcomes), citations),
        citation_recall=_share(sum(o.cited_gold for o in answered), len(answered)),
        evidence_recall=_share(
            sum(o.evidence_cited for o in answered), sum(len(o.question.evidence) for o in answered)
        ),
        supported_sentences=_share(
            sum(s.supported for s in supports), sum(s.sentences for s in supports)
        ),
        needed_citations=_share(
            sum(s.needed for s in supports), sum(s.citations for s in supports)
        ),
        verbatim=_share(sum(o.verbatim_citations for o in outcomes), citations),
        refusal_precision=refusal_precision(
            [o.declined for o in outcomes], [not o.answerable for o in outcomes]
        ),
        refusal_recall=mean([float(o.held_back) for o in without]),
        retrieval_recall={k: hit_rate(ranks, k) for k in RECALL_AT},
        search_recall={k: hit_rate([o.search_rank for o in answerable], k) for k in RECALL_AT},
        mean_reciprocal_rank=mean([1 / rank if rank else 0.0 for rank in ranks]),
        confidence_auroc=auroc(sure, right),
        calibration_error=calibration_error(sure, right),
        brier=brier_score(sure, right),
        risk_coverage_area=area_under_risk_coverage(sure, right),
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
        tokens_read=mean([float(o.tokens_read) for o in outcomes if o.tokens_read is not None]),
        tokens_said=mean([float(o.tokens_said) for o in outcomes if o.tokens_said is not None]),
        always_refused=_share(len(without), len(outcomes)),
        retrieval_only=_share(sum(o.retrieval_only for o in answerable), len(outcomes)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def grouped(
    outcomes: Sequence[Outcome], keys: Callable[[Outcome], Iterable[Key]], order: Iterable[Key]
) -> dict[Key, Summary]:
    """The figures by group, in the order given; an outcome can stand in several."""
    groups: dict[Key, list[Outcome]] = {key: [] for key in order}
    for outcome in outcomes:
        for key in keys(outcome):
            groups.setdefault(key, []).append(outcome)
    return {key: summarise(group) for key, group in groups.items() if group}


def losses(outcomes: Sequence[Outcome]) -> dict[Stage, int]:
    """How many questions were lost at each stage, in the order of the stages."""
    counts = {stage: sum(o.stage is stage for o in outcomes) for stage in Stage}
    return {stage: count for stage, count in counts.items() if count}
