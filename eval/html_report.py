"""An evaluation as one web page that needs nothing else: figures, plots, every failed question.

No script and no outside resource; it follows the reader's light or dark setting and fits a phone.
Every text from documents, questions and answers is escaped. What is drawn stands in
`eval.html_plots`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.compare import Comparison
from eval.html_plots import plots
from eval.html_style import STYLE
from eval.markdown import BY_TYPE, by_type
from eval.model_use import Use
from eval.outcomes import STAGE_MEANINGS, Outcome
from eval.report import earlier_run, figures, heading, percent, wanted
from eval.runner import Evaluation
from eval.summary import Summary

_TILES = (
    ("right", "accuracy"),
    ("right answers", "answer_accuracy"),
    ("citation precision", "citation_precision"),
    ("refusal recall", "refusal_recall"),
)
_NO_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html_report(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """The whole page."""
    title = heading(evaluation)
    parts = [
        f"<h1>{escape(title)}</h1>",
        _use(evaluation.use),
        _tiles(evaluation.overall),
        _unlocated(evaluation.unlocated),
        _compared(comparison) if comparison is not None else "",
        f'<h2>Plots</h2><div class="plots">{"".join(plots(evaluation))}</div>',
        _by_type(evaluation),
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


def _use(use: Use | None) -> str:
    kind = ' class="warning"' if use is not None and use.fell_back else ""
    return f"<p{kind}>{escape(str(use))}</p>" if use is not None else ""


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


# --- tables and failures ------------------------------------------------------------------------


def _by_type(evaluation: Evaluation) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in BY_TYPE)
    rows = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in by_type(evaluation)
    )
    return (
        "<h2>By type, beside the baselines</h2><p>Right counts answers and refusals. The baselines "
        "are to refuse everything, and to show the first passage found whatever is asked.</p>"
        f'<div class="wide"><table class="types"><tr>{head}</tr>{rows}</table></div>'
    )


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
        f"<p>{escape(earlier_run(comparison))}</p>"
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
