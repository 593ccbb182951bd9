"""An evaluation as one web page that needs nothing else: figures, plots, every failed question.

No script and no outside resource; it follows the reader's light or dark setting and fits a phone.
Every text from documents, questions and answers is escaped. Computes nothing but what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.charts import Axis, Bar, Line, bars, columns, lines, share_axis
from eval.compare import Comparison
from eval.html_style import STYLE
from eval.metrics import wilson_interval
from eval.outcomes import STAGE_MEANINGS, Outcome
from eval.report import figures, heading, percent, wanted
from eval.runner import Evaluation
from eval.selective import reliability, risk_coverage
from eval.summary import RECALL_AT, Summary

_TILES = (
    ("right", "accuracy"),
    ("right answers", "answer_accuracy"),
    ("citation precision", "citation_precision"),
    ("refusal recall", "refusal_recall"),
)
_MANY = 150  # answers, from which ten bins of confidence are shown
_NO_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html_report(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """The whole page."""
    title = heading(evaluation)
    parts = [
        f"<h1>{escape(title)}</h1>",
        _tiles(evaluation.overall),
        _unlocated(evaluation.unlocated),
        _compared(comparison) if comparison is not None else "",
        f'<h2>Plots</h2><div class="plots">{"".join(plots(evaluation))}</div>',
        _all_figures(evaluation.overall),
        _failures(evaluation),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_NO_SCRIPT}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _tiles(summary: Summary) -> str:
    cells = "".join(
        f"<div><b>{percent(getattr(summary, field))}</b><span>{escape(name)}</span></div>"
        for name, field in _TILES
    )
    return f'<div class="tiles">{cells}</div>'


def _unlocated(found: Sequence[str]) -> str:
    if not found:
        return ""
    rows = "".join(f"<li>{escape(line)}</li>" for line in found)
    return (
        '<div class="warning"><p>Evidence found in no indexed document, so citations of it cannot '
        f"count. Mend the set or the loader.</p><ul>{rows}</ul></div>"
    )


# --- plots --------------------------------------------------------------------------------------


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
    found += _confidence_plots([o for o in outcomes if not o.declined])
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


# --- tables and failures ------------------------------------------------------------------------


def _all_figures(summary: Summary) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td><td>{escape(meaning)}</td></tr>"
        for name, value, meaning in figures(summary)
    )
    return f'<h2>All figures</h2><div class="wide"><table class="figures">{rows}</table></div>'


def _compared(comparison: Comparison) -> str:
    rows = "".join(
        f"<tr{' class=apart' if one.told_apart else ''}><th>{escape(one.name)}</th>"
        f"<td>{one.old:.3f}</td><td>{one.new:.3f}</td><td>{one.change:+.3f}</td>"
        f"<td>{one.low:+.3f} to {one.high:+.3f}</td></tr>"
        for one in comparison.differences
    )
    lists = "".join(
        f"<p>{name}: {len(ids)}{' – ' if ids else ''}{escape(', '.join(ids))}</p>"
        for name, ids in (
            ("Wrong before, right now", comparison.mended),
            ("Right before, wrong now", comparison.broken),
        )
    )
    return (
        f"<h2>Since the earlier run, on {comparison.shared} shared questions</h2>"
        '<div class="wide"><table><tr><th></th><th>before</th><th>now</th><th>change</th>'
        f"<th>95 % interval</th></tr>{rows}</table></div>{lists}"
    )


def _failures(evaluation: Evaluation) -> str:
    lost = [outcome for outcome in evaluation.outcomes if outcome.stage is not None]
    if not lost:
        return "<h2>Questions lost</h2><p>None.</p>"
    parts = [f"<h2>Questions lost: {len(lost)} of {evaluation.overall.questions}</h2>"]
    for stage in evaluation.lost:
        inside = "".join(_failure(one) for one in lost if one.stage is stage)
        parts.append(
            f"<h3>{escape(stage.value)} <small>{evaluation.lost[stage]}</small></h3>"
            f"<p>{escape(STAGE_MEANINGS[stage].capitalize())}.</p>{inside}"
        )
    return "".join(parts)


def _failure(outcome: Outcome) -> str:
    question = outcome.question
    rows = [
        ("expected", escape(wanted(outcome))),
        ("came", escape(str(outcome.answer.get("text", "")))),
    ]
    if question.evidence:
        rank = outcome.retrieved_rank
        where = "found in no passage" if rank is None else f"first found in passage {rank}"
        quotes = "".join(
            f"<blockquote>{escape(piece.quote or 'anything it says')} "
            f"<cite>{escape(piece.source)}</cite></blockquote>"
            for piece in question.evidence
        )
        rows.append((f"evidence ({where})", quotes))
    cited = _cited(outcome)
    if cited:
        rows.append(("cited", cited))
    if question.history:
        talk = "".join(
            f"<p><b>{escape(turn.question)}</b> {escape(turn.answer)}</p>"
            for turn in question.history
        )
        asked = escape(str(outcome.answer.get("standalone_question", "")))
        rows += [("before it", talk), ("asked as", asked)]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{text}</dd>" for name, text in rows)
    sure = "" if outcome.confidence is None else f", confidence {outcome.confidence:.2f}"
    return (
        f"<details><summary>{escape(question.question)} <small>{escape(question.id)}, "
        f"{escape(question.type.value)}{sure}</small></summary><dl>{listed}</dl></details>"
    )


def _cited(outcome: Outcome) -> str:
    citations = outcome.answer.get("citations")
    if not isinstance(citations, list | tuple):
        return ""
    return "".join(
        f"<blockquote>{escape(str(one.get('quote', '')))} "
        f"<cite>{escape(str(one.get('title', '')))}</cite></blockquote>"
        for one in citations
        if isinstance(one, Mapping)
    )
