"""An evaluation as a table for the terminal and as JSON. Computes nothing, asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from eval.compare import Comparison
from eval.metrics import wilson_interval
from eval.outcomes import STAGE_MEANINGS, Outcome, Stage
from eval.refusing import refusal_curves
from eval.runner import Evaluation
from eval.summary import Summary

SCHEMA_VERSION = 2
_SHOWN_IDS = 8


def table(evaluation: Evaluation, *, failures: int = 0) -> RenderableType:
    """The figures, set for a terminal of 80 columns; with ``failures``, so many wrong answers too.

    Print it with ``rich.console.Console().print``. Texts of documents are shown as plain text.
    """
    parts: list[RenderableType] = [
        Text(heading(evaluation)),
        *_use(evaluation),
        _overall(evaluation.overall),
        _groups("type", {kind.value: one for kind, one in evaluation.by_type.items()}),
    ]
    if evaluation.by_trait:
        parts.append(_groups("trait", evaluation.by_trait))
    if len(evaluation.by_format) > 1:
        parts.append(_groups("format", evaluation.by_format))
    if evaluation.lost:
        parts.append(_lost(evaluation.lost))
    if evaluation.unlocated:
        lines = "\n".join(f"  {line}" for line in evaluation.unlocated)
        parts.append(
            Text(
                "Evidence found in no indexed document, so citations of it cannot count "
                f"(mend the set or the loader):\n{lines}",
                style="yellow",
            )
        )
    wrong = [outcome for outcome in evaluation.outcomes if not outcome.correct][:failures]
    parts.extend(_failure(outcome) for outcome in wrong)
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _use(evaluation: Evaluation) -> list[Text]:
    use = evaluation.use
    return [] if use is None else [Text(str(use), style="yellow" if use.fell_back else "")]


def heading(evaluation: Evaluation) -> str:
    """What was asked of what, in a line."""
    split = f", {evaluation.split} split" if evaluation.split else ""
    model = f", {evaluation.model}" if evaluation.model else ""
    return f"{evaluation.name}{split}: {evaluation.overall.questions} questions{model}"


def figures(summary: Summary) -> list[tuple[str, str, str]]:
    """Name, value and meaning of every figure, in the order they are shown."""
    interval = wilson_interval(summary.correct, summary.questions)
    span = f"95 % interval {interval[0]:.0%}–{interval[1]:.0%}" if interval else ""
    recall, before = summary.retrieval_recall, summary.search_recall
    shares: list[tuple[str, float | None, str]] = [
        ("right", summary.accuracy, f"answers and refusals; {span}"),
        ("  if all were refused", summary.always_refused, "a baseline"),
        ("  first passage found", summary.retrieval_only, "a baseline: shown, never refused"),
        ("right answers", summary.answer_accuracy, f"of {summary.answerable} with an answer"),
        ("right and rightly cited", summary.correct_and_cited, "the same, citing gold evidence"),
        ("exact match", summary.exact_match, "the bare answer, by SQuAD's rules"),
        ("F1", summary.f1, "of its words, by SQuAD's rules"),
        ("citation precision", summary.citation_precision, "citations that show gold evidence"),
        ("citation recall", summary.citation_recall, "answers that cite gold evidence"),
        ("evidence recall", summary.evidence_recall, "pieces of gold evidence cited"),
        ("sentences borne out", summary.supported_sentences, "by their quotes (ALCE, our check)"),
        ("citations needed", summary.needed_citations, "to bear them out (ALCE, our check)"),
        ("quoted word for word", summary.verbatim, "citations that stand so in the document"),
        ("refusal precision", summary.refusal_precision, "refused questions without an answer"),
        ("refusal recall", summary.refusal_recall, "questions without an answer refused"),
        *((f"retrieval recall@{k}", recall[k], f"evidence in the first {k}") for k in (1, 5, 20)),
        ("search alone, recall@1", before[1], "before the reader puts them in order"),
    ]
    sure: list[tuple[str, float | None, str]] = [
        ("confidence AUROC", summary.confidence_auroc, "right above wrong answers; 0.5 is chance"),
        ("calibration error", summary.calibration_error, "of confidence; lower is better"),
        ("Brier score", summary.brier, "of confidence; lower is better"),
        ("risk–coverage area", summary.risk_coverage_area, "mean share wrong; lower is better"),
        ("seconds, median", summary.seconds_p50, "a question"),
        ("seconds, 95th percentile", summary.seconds_p95, "a question"),
    ]
    tokens = [
        ("tokens read", summary.tokens_read, "in passages, a question"),
        ("tokens said", summary.tokens_said, "a question"),
    ]
    return [
        *((name, percent(value), meaning) for name, value, meaning in shares),
        *((name, number(value), meaning) for name, value, meaning in sure),
        *((n, "–" if v is None else f"{v:,.0f}", m) for n, v, m in tokens),
    ]


def _overall(summary: Summary) -> Table:
    out = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    out.add_column()
    out.add_column(justify="right", style="bold")
    out.add_column(style="dim")
    for name, value, meaning in figures(summary):
        if value != "–" or "baseline" not in meaning:
            out.add_row(name, value, meaning)
    return out


def _groups(name: str, groups: Mapping[str, Summary]) -> Table:
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column(name, no_wrap=True)
    for column in ("asked", "right", "share", "cites gold", "found@5", "found@20", "seconds"):
        out.add_column(column, justify="right")
    for key, summary in groups.items():
        out.add_row(
            Text(key),
            str(summary.questions),
            str(summary.correct),
            percent(summary.accuracy),
            percent(summary.citation_recall),
            percent(summary.retrieval_recall[5]),
            percent(summary.retrieval_recall[20]),
            number(summary.seconds_p50),
        )
    return out


def _lost(lost: Mapping[Stage, int]) -> Table:
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column("lost at", no_wrap=True)
    out.add_column("questions", justify="right")
    out.add_column("which means", style="dim")
    for stage, count in lost.items():
        out.add_row(stage.value, str(count), STAGE_MEANINGS[stage])
    return out


def _failure(outcome: Outcome) -> Text:
    question = outcome.question
    rank = "not retrieved" if outcome.retrieved_rank is None else f"rank {outcome.retrieved_rank}"
    found = f"; evidence: {rank}" if outcome.answerable else ""
    stage = f"; {outcome.stage.value}" if outcome.stage else ""
    return Text.assemble(
        (f"{question.id} ", "dim"),
        (question.question, "bold"),
        f"\n  wanted: {wanted(outcome)}{found}{stage}\n  said:   {outcome.answer['text']}",
    )


def wanted(outcome: Outcome) -> str:
    """What would have been right, in words."""
    return " / ".join(outcome.question.answers) or "a refusal"


def percent(value: float | None) -> str:
    """A ratio as it is shown."""
    return "–" if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    """A figure that is no ratio as it is shown."""
    return "–" if value is None else f"{value:.2f}"


def comparison_table(comparison: Comparison) -> RenderableType:
    """What changed since an earlier evaluation."""
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column(f"on {comparison.shared} shared questions", no_wrap=True)
    for column in ("before", "now", "change", "95 % interval"):
        out.add_column(column, justify="right", no_wrap=True)
    for one in comparison.differences:
        style = "" if not one.told_apart else "bold"
        out.add_row(
            one.name,
            f"{one.old:.3f}",
            f"{one.new:.3f}",
            Text(f"{one.change:+.3f}", style=style),
            f"{one.low:+.3f} to {one.high:+.3f}",
        )
    lines = [earlier_run(comparison)] if comparison.earlier else []
    lines += [
        f"{name}: {len(ids)}{' (' + ', '.join(ids[:_SHOWN_IDS]) if ids else ''}"
        f"{', …' if len(ids) > _SHOWN_IDS else ''}{')' if ids else ''}"
        for name, ids in (
            ("wrong before, right now", comparison.mended),
            ("right before, wrong now", comparison.broken),
        )
    ]
    if comparison.only_old or comparison.only_new:
        lines.append(
            f"left out, asked on one side only or changed since: {comparison.only_old} before, "
            f"{comparison.only_new} now"
        )
    return Group(out, Padding(Text("\n".join(lines)), (1, 0)))


def earlier_run(comparison: Comparison) -> str:
    """Which run it is compared with."""
    other = "; this is another set" if comparison.other_set else ""
    return f"The earlier run: {comparison.earlier}{other}"


def to_dict(evaluation: Evaluation, *, answers: bool = True) -> dict[str, object]:
    """JSON-ready form of an evaluation; without ``answers`` only how each question was judged.

    The passages of an answer are left out: they are the documents over again, twenty times.
    """
    outcomes: list[dict[str, object]] = []
    for outcome in evaluation.outcomes:
        row = asdict(outcome)
        said = row.pop("answer")
        if answers:
            row["answer"] = said
        outcomes.append(row)
    return {
        "schema_version": SCHEMA_VERSION,
        "set": evaluation.name,
        "split": evaluation.split,
        "model": evaluation.model,
        "language_model": asdict(evaluation.use) if evaluation.use is not None else None,
        "overall": asdict(evaluation.overall),
        "by_type": {kind.value: asdict(one) for kind, one in evaluation.by_type.items()},
        "by_trait": {name: asdict(one) for name, one in evaluation.by_trait.items()},
        "by_format": {name: asdict(one) for name, one in evaluation.by_format.items()},
        "refusal_curves": {
            name: [asdict(point) for point in curve]
            for name, curve in refusal_curves(evaluation.outcomes).items()
        },
        "lost": {stage.value: count for stage, count in evaluation.lost.items()},
        "unlocated": list(evaluation.unlocated),
        "outcomes": outcomes,
    }


def to_json(evaluation: Evaluation, *, answers: bool = True) -> str:
    """The evaluation as JSON text, indented, not escaped to ASCII."""
    return json.dumps(to_dict(evaluation, answers=answers), ensure_ascii=False, indent=2)
