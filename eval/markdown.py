"""An evaluation as Markdown for a README: right answers by type beside the baselines, and refusals.

Short on purpose: everything else stands in the report page and the JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.metrics import wilson_interval
from eval.refusing import FALSE_REFUSALS, KINDS, refusal_curves, refused_at
from eval.runner import Evaluation
from eval.summary import Summary

BY_TYPE = (
    "Type",
    "Asked",
    "Right",
    "95 % interval",
    "Refusing all",
    "First passage",
    "Citations right",
    "Found in 5",
)


def markdown(evaluation: Evaluation) -> str:
    """Two tables; ratios as in ".63"."""
    split = f", {evaluation.split} half" if evaluation.split else ""
    parts = [
        f"{evaluation.name}{split}, {evaluation.overall.questions} questions, "
        f"{evaluation.model or 'no model'}:",
        str(evaluation.use or ""),
        _table(BY_TYPE, by_type(evaluation)),
        _table(("Without an answer", "Asked", "Refused", _AT), list(_refusals(evaluation))),
        _mistaken(evaluation),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_AT = f"Refused at {FALSE_REFUSALS:.0%} false refusals".replace("%", " %")


def by_type(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """A row for each type and one for all, under `BY_TYPE`.

    "Right" counts right answers and right refusals; the baselines beside it refuse everything, or
    always show the first passage that the search found.
    """
    groups = [*((kind.value, one) for kind, one in evaluation.by_type.items())]
    return [_row(name, one) for name, one in (*groups, ("all", evaluation.overall))]


def _row(name: str, one: Summary) -> tuple[str, ...]:
    interval = wilson_interval(one.correct, one.questions)
    return (
        name,
        str(one.questions),
        ratio(one.accuracy),
        f"{ratio(interval[0])}–{ratio(interval[1])}" if interval else "–",
        ratio(one.always_refused),
        ratio(one.retrieval_only),
        ratio(one.citation_precision if one.answerable else None),
        ratio(one.retrieval_recall[5]),
    )


def _refusals(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    """How many of each kind were refused, and could be at a fixed price."""
    without = [one for one in evaluation.outcomes if not one.answerable]
    curves = refusal_curves(evaluation.outcomes)
    traits: Mapping[str, str] = {**KINDS, "false-premise": "false premises"}
    kinds = [
        (name, [o for o in without if key in o.question.traits]) for key, name in traits.items()
    ]
    for name, group in (*kinds, ("all", without)):
        if group:
            curve = curves.get(name) if name != "all" else next(iter(curves.values()), ())
            at = refused_at(curve) if curve else None
            held = sum(one.held_back for one in group) / len(group)
            yield name, str(len(group)), ratio(held), ratio(at)


def _mistaken(evaluation: Evaluation) -> str:
    answerable = [one for one in evaluation.outcomes if one.answerable]
    refused = sum(one.declined for one in answerable)
    return (
        f"Refused by mistake: {refused} of {len(answerable)} with an answer." if answerable else ""
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    ruler = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ruler, *rows))


def ratio(value: float | None) -> str:
    """A ratio as a README shows it: .63, 1.00, – for nothing."""
    return "–" if value is None else f"{value:.2f}".removeprefix("0")
