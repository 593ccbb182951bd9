"""What stands under an answer: how sure, how long, why these passages, and what to do with it.

Pure, like `ui.markup`, whose escaping it uses.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import LEFT_OUT, Answer, Passage
from ui.markup import bdi, count, joined_facts, placeless, sureness, target, text
from ui.places import place_of_passage

_SHOWN = 8  #: passages explained


def footer(answer: Answer) -> str:
    """How sure the answer is where that is known, seconds and model, and why these passages."""
    took = answer.timings.get("total", sum(answer.timings.values()))
    facts = [f"{took:.1f} seconds" if took >= 0.95 else f"{max(took, 0.01):.2f} seconds"]
    if answer.model:
        facts.append(answer.model)
    sure = ""
    if answer.confidence is not None and not answer.declined:
        words, percentage = sureness(answer.confidence)
        sure = f'<span class="fn-fact" title="{percentage}">{words}</span> '
    return f'<p class="fn-footer">{sure}{joined_facts(facts)}</p>{why(answer)}'


def notes(answer: Answer) -> str:
    """What a person should know of how the answer came to be."""
    told = [note for note in answer.notes if note]
    if answer.struck:  # told one by one under `left_out`
        told = [note for note in told if not note.endswith(LEFT_OUT)]
    return "".join(f'<p class="fn-aside fn-note">{text(placeless(note))}</p>' for note in told)


def left_out(answer: Answer) -> str:
    """Sentences that a language model wrote and nothing bears out: never shown as fact."""
    if not answer.struck:
        return ""
    rows = "".join(
        f'<li><s dir="auto">{text(item.text)}</s> <span class="fn-detail">{text(item.why)}</span>'
        "</li>"
        for item in answer.struck
    )
    title = f"{count(len(answer.struck), 'sentence')} left out: the documents do not bear them out"
    if len(answer.struck) == 1:
        title = "1 sentence left out: the documents do not bear it out"
    return f'<details class="fn-struck"><summary>{title}</summary><ul>{rows}</ul></details>'


# ---- why these passages ------------------------------------------------------------------


def why(answer: Answer) -> str:
    """Ranks and scores of the passages that were looked at, the cited ones marked."""
    if not answer.passages:
        return ""
    cited: dict[str, str] = {}
    for citation in answer.citations:
        for passage in answer.passages:
            chunk = passage.chunk
            same = chunk.document_id == citation.document_id
            if same and chunk.start < citation.end and citation.start < chunk.end:
                cited.setdefault(chunk.id, str(citation.number))
    shown = [
        (place, passage)
        for place, passage in enumerate(answer.passages, 1)
        if place <= _SHOWN or passage.chunk.id in cited
    ]
    rows = "".join(why_row(place, item, cited.get(item.chunk.id, "")) for place, item in shown)
    details = "".join(f'<p class="fn-aside">{text(one)}</p>' for one in answer.details)
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("Place", "Passage", "By meaning", "By words", "Reader")
    )
    return (
        '<details class="fn-why"><summary>Why these passages</summary>'
        '<p class="fn-aside">Passages are found by meaning and by words, put in one order, then '
        "read: the reader says how likely each one answers. A place is a rank among all passages, "
        "the score stands beside it.</p>"
        f"{details}"
        f'<div class="fn-scroll"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def why_row(place: int, item: Passage, number: str) -> str:
    """One passage with its ranks and scores."""
    parts, chunk = item.parts, item.chunk
    where = place_of_passage(item) or (chunk.headings[-1] if chunk.headings else "")
    badge = f'<span class="fn-number">{text(number)}</span> ' if number else ""
    opens = target(item.document.id, chunk.start, chunk.end)
    name = f'<button type="button" class="fn-inline" {opens}>{bdi(item.document.title)}</button>'
    spot = f' <span class="fn-detail">{bdi(where)}</span>' if where else ""
    twins = "".join(
        f' <span class="fn-detail">same text in {bdi(twin)}</span>' for twin in twins_of(item)
    )
    cells = (
        f"{place:d}",
        f"{badge}{name}{spot}{twins}",
        ranked(parts.dense_rank, parts.dense_score),
        ranked(parts.lexical_rank, parts.lexical_score),
        "–" if parts.reader_score is None else f"{parts.reader_score:.2f}",
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def twins_of(item: Passage) -> Sequence[str]:
    """Names of the files that hold the same passage."""
    return [source.replace("\\", "/").rsplit("/", 1)[-1] for source in item.duplicates[:3]]


def ranked(rank: int | None, score: float | None) -> str:
    """A rank with its score; a dash where it is not among the candidates."""
    place = "–" if rank is None else f"{rank:d}"
    return place if score is None else f'{place} <span class="fn-detail">{score:.2f}</span>'


# ---- what one can do ---------------------------------------------------------------------

#: Filled with the models there are when it is opened; not shown where there is only one.
OTHER = (
    '<details class="fn-pop fn-other"><summary class="fn-quiet">Ask another model</summary>'
    '<div class="fn-menu-body"></div></details>'
)


def tools(answer: Answer | None, turn: int, verdict: int, correction: str) -> str:
    """Buttons under a turn. Without an answer there is only asking again."""
    if not turn:
        return ""
    if answer is None:
        return f'<div class="fn-actions">{button("again", "Ask again")}{OTHER}</div>'
    buttons = [button("copy", "Copy with sources")]
    for value, name, label in ((1, "Right", "right"), (-1, "Wrong", "wrong")):
        pressed = "true" if verdict == value else "false"
        buttons.append(
            f'<button type="button" class="fn-quiet fn-thumb" data-action="judge"'
            f' data-verdict="{value}" aria-pressed="{pressed}"'
            f' aria-label="This answer is {label}">{name}</button>'
        )
    buttons += [button("aloud", "Read aloud", "fn-aloud"), button("again", "Ask again"), OTHER]
    kept = ""
    if correction:
        kept = (
            f'<p class="fn-aside fn-correction">Your correction: <span>{bdi(correction)}</span></p>'
        )
    return f'<div class="fn-actions">{"".join(buttons)}</div>{kept}'


def button(action: str, words: str, kind: str = "") -> str:
    """A quiet button."""
    kinds = f"fn-quiet {kind}".rstrip()
    return f'<button type="button" class="{kinds}" data-action="{action}">{text(words)}</button>'
