"""The plots of a report page, each a figure with its heading and a word on how to read it.

Computes nothing but what is drawn; how it is drawn stands in `eval.charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.charts import Axis, Bar, Line, bars, columns, lines, share_axis
from eval.metrics import wilson_interval
from eval.outcomes import Outcome
from eval.refusing import ALL, FALSE_REFUSALS, refusal_curves, refused_at
from eval.report import percent
from eval.runner import Evaluation
from eval.selective import reliability, risk_coverage
from eval.summary import RECALL_AT, Summary

_MANY = 150  # answers, from which ten bins of confidence are shown


def plots(evaluation: Evaluation) -> list[str]:
    """Every plot that there is something to draw for, each with its heading."""
    overall, outcomes = evaluation.overall, evaluation.outcomes
    by_type = {kind.value: one for kind, one in evaluation.by_type.items()}
    found = [
        _plot("Right, beside the baselines", bars("Right", _baselines(overall)), ""),
        _plot("Right, by type of question", bars("Right by type", _shares(by_type)), _WHISKERS),
    ]
    groups = (
        ("Right, by trait", "Right by trait", evaluation.by_trait),
        ("Right, by format of the evidence", "Right by format", evaluation.by_format),
    )
    for name, title, group in groups:
        if group:
            found.append(_plot(name, bars(title, _shares(group)), _WHISKERS))
    if overall.answerable:
        found.append(_recall(overall))
    found += [*_refusals(outcomes), *_confidence_plots([o for o in outcomes if not o.declined])]
    seconds = [outcome.seconds for outcome in outcomes]
    found.append(
        _plot(
            "Seconds to an answer",
            columns("Seconds to an answer", "time", seconds, "seconds"),
            f"Half of the answers take at most {overall.seconds_p50:.2f} s, 95 in 100 at most "
            f"{overall.seconds_p95:.2f} s.",
        )
    )
    return found


_WHISKERS = "The fine line is the 95 % interval: with few questions it is wide."


def _plot(name: str, chart: str, note: str) -> str:
    words = f"<p>{escape(note)}</p>" if note else ""
    return f"<figure><figcaption>{escape(name)}</figcaption>{chart}{words}</figure>"


def _baselines(summary: Summary) -> list[Bar]:
    rows = (
        ("this run", summary.accuracy),
        ("refuse all", summary.always_refused),
        ("first passage", summary.retrieval_only),
    )
    return [Bar(name, value) for name, value in rows if value is not None]


def _shares(groups: Mapping[str, Summary]) -> list[Bar]:
    rows: list[Bar] = []
    for name, one in groups.items():
        low, high = wilson_interval(one.correct, one.questions) or (None, None)
        share = one.correct / one.questions
        rows.append(Bar(name, share, f"{one.correct} of {one.questions}", low, high))
    return rows


def _recall(summary: Summary) -> str:
    across = Axis(
        "passages looked at",
        0.0,
        float(RECALL_AT[-1]),
        tuple((float(k), str(k)) for k in (1, 5, 10, 20)),
    )
    drawn = [
        Line(name, tuple((float(k), v) for k, v in found.items() if v is not None), dots=True)
        for name, found in (
            ("search and reader", summary.retrieval_recall),
            ("search alone", summary.search_recall),
        )
    ]
    chart = lines("Evidence found, by passages", across, share_axis("questions"), drawn)
    return _plot("Evidence among the first passages", chart, "Of questions with an answer.")


def _refusals(outcomes: Sequence[Outcome]) -> list[str]:
    """Refused rightly over refused by mistake, for each kind of question without an answer."""
    curves = refusal_curves(outcomes)
    if not curves:
        return []
    drawn = [
        Line(name, tuple((point.falsely_refused, point.refused) for point in curve))
        for name, curve in curves.items()
    ]
    at = [
        f"{percent(refused_at(curve))} of {'all' if name == ALL else name}"
        for name, curve in curves.items()
    ]
    answerable = [one for one in outcomes if one.answerable]
    mistaken = percent(sum(one.declined for one in answerable) / len(answerable))
    chart = lines(
        "Refusals",
        share_axis("refused though there is an answer"),
        share_axis("refused rightly"),
        drawn,
        diagonal=True,
        legend="right",
    )
    note = (
        "Further up and left is better; the dashed line is chance. With at most "
        f"{100 * FALSE_REFUSALS:.0f} % refused by mistake: {', '.join(at)}. This run refused "
        f"{mistaken} by mistake."
    )
    return [_plot("Refusals, if more or fewer were refused", chart, note)]


def _confidence_plots(answered: Sequence[Outcome]) -> list[str]:
    known = [(o.confidence, o.correct) for o in answered if o.confidence is not None]
    if not known:
        return []
    scores, right = [score for score, _ in known], [is_right for _, is_right in known]
    points = tuple((point.coverage, point.risk) for point in risk_coverage(scores, right))
    count = 10 if len(known) >= _MANY else 5  # a bin of three answers shows nothing but chance
    bins = tuple((one.confidence, one.right) for one in reliability(scores, right, count))
    return [
        _plot(
            "Risk by coverage",
            lines(
                "Risk by coverage",
                share_axis("answers given, surest first"),
                share_axis("of these wrong"),
                [Line("risk", points)],
            ),
            "Lower is better: how many are wrong if only the surest are given.",
        ),
        _plot(
            "Reliability",
            lines(
                "Reliability",
                share_axis("confidence stated"),
                share_axis("answers right"),
                [Line("answers", bins, dots=True)],
                diagonal=True,
            ),
            "On the dashed line confidence means what it says; above it is too modest.",
        ),
    ]
