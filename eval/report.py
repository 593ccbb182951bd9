"""An evaluation as a table for the terminal and as JSON. Computes nothing, asks nothing."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from eval.metrics import wilson_interval
from eval.runner import Evaluation, Outcome, Summary

SCHEMA_VERSION = 1


def table(evaluation: Evaluation, *, failures: int = 0) -> RenderableType:
    """The figures, set for a terminal of 80 columns; with ``failures``, so many wrong answers too.

    Print it with ``rich.console.Console().print``. Texts of documents are shown as plain text.
    """
    split = f", {evaluation.split} split" if evaluation.split else ""
    model = f", {evaluation.model}" if evaluation.model else ""
    heading = Text(f"{evaluation.name}{split}: {evaluation.overall.questions} questions{model}")
    parts: list[RenderableType] = [heading, _overall(evaluation.overall), _by_type(evaluation)]
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


def _overall(summary: Summary) -> Table:
    out = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    out.add_column()
    out.add_column(justify="right", style="bold")
    out.add_column(style="dim")
    interval = wilson_interval(summary.correct, summary.questions)
    span = f"95 % interval {interval[0]:.0%}–{interval[1]:.0%}" if interval else ""
    recall = summary.retrieval_recall
    rows: list[tuple[str, float | None, str]] = [
        ("right", summary.accuracy, f"answers and refusals; {span}"),
        ("right answers", summary.answer_accuracy, f"of {summary.answerable} with an answer"),
        ("right and rightly cited", summary.correct_and_cited, "the same, citing gold evidence"),
        ("citation precision", summary.citation_precision, "citations that show gold evidence"),
        ("citation recall", summary.citation_recall, "answers that cite gold evidence"),
        ("quoted word for word", summary.verbatim, "citations that stand so in the document"),
        ("refusal precision", summary.refusal_precision, "refused questions without an answer"),
        ("refusal recall", summary.refusal_recall, "questions without an answer refused"),
        *((f"retrieval recall@{k}", recall[k], f"evidence in the first {k}") for k in recall),
    ]
    for name, value, meaning in rows:
        out.add_row(name, _percent(value), meaning)
    auroc = summary.confidence_auroc
    ranking = "–" if auroc is None else f"{auroc:.2f}"
    out.add_row("confidence AUROC", ranking, "right above wrong answers; 0.5 is chance")
    out.add_row("seconds, median", _seconds(summary.seconds_p50), "a question")
    out.add_row("seconds, 95th percentile", _seconds(summary.seconds_p95), "a question")
    return out


def _by_type(evaluation: Evaluation) -> Table:
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column("type", no_wrap=True)
    for name in ("asked", "right", "share", "cites gold", "found@5", "found@20", "seconds"):
        out.add_column(name, justify="right")
    for kind, summary in evaluation.by_type.items():
        out.add_row(
            kind.value,
            str(summary.questions),
            str(summary.correct),
            _percent(summary.accuracy),
            _percent(summary.citation_recall),
            _percent(summary.retrieval_recall[5]),
            _percent(summary.retrieval_recall[20]),
            _seconds(summary.seconds_p50),
        )
    return out


def _failure(outcome: Outcome) -> Text:
    question = outcome.question
    wanted = " / ".join(question.answers) or "a refusal"
    rank = "not retrieved" if outcome.retrieved_rank is None else f"rank {outcome.retrieved_rank}"
    found = f"; evidence: {rank}" if outcome.answerable else ""
    return Text.assemble(
        (f"{question.id} ", "dim"),
        (question.question, "bold"),
        f"\n  wanted: {wanted}{found}\n  said:   {outcome.answer['text']}",
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def to_dict(evaluation: Evaluation, *, answers: bool = True) -> dict[str, object]:
    """JSON-ready form of an evaluation; without ``answers`` only how each question was judged.

    The passages of an answer are left out: they are the documents over again, twenty times.
    """
    outcomes: list[dict[str, object]] = []
    for outcome in evaluation.outcomes:
        row = asdict(outcome)
        said = row.pop("answer")
        if answers:
            left_out = {"passages", "conflicts", "refusal", "raw"}
            row["answer"] = {key: value for key, value in said.items() if key not in left_out}
        outcomes.append(row)
    return {
        "schema_version": SCHEMA_VERSION,
        "set": evaluation.name,
        "split": evaluation.split,
        "model": evaluation.model,
        "overall": asdict(evaluation.overall),
        "by_type": {kind.value: asdict(one) for kind, one in evaluation.by_type.items()},
        "unlocated": list(evaluation.unlocated),
        "outcomes": outcomes,
    }


def to_json(evaluation: Evaluation, *, answers: bool = True) -> str:
    """The evaluation as JSON text, indented, not escaped to ASCII."""
    return json.dumps(to_dict(evaluation, answers=answers), ensure_ascii=False, indent=2)
