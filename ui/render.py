"""Questions and answers as escaped HTML.

Pure: values in, text out. Whatever comes from a document, a file name, a question or a model is
text and stays text: no link, no image, no tag of theirs reaches the page. Elements that open a
source carry ids and offsets only, never a path. It leaves clicking to the assets, and whole
documents to `ui.shelf`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.types import Answer, Citation, Refusal, Sentence, Verdict
from ui.markup import (
    bdi,
    card,
    count,
    dates_of,
    day,
    file_name,
    joined_facts,
    listed,
    passages,
    prose,
    shorten,
    skipped_line,
    sureness,
    target,
    text,
    tidy,
)
from ui.places import place_of_citation
from ui.under import footer, left_out, notes, tools

__all__ = [
    "Exchange",
    "bdi",
    "conversation",
    "count",
    "day",
    "exchange",
    "file_name",
    "joined_facts",
    "shorten",
    "skipped_line",
    "sureness",
    "target",
    "text",
    "tidy",
]

_VERDICTS = {
    Verdict.SUPPORTED: "",
    Verdict.PARTLY: "supports this in part",
    Verdict.UNSUPPORTED: "does not support this",
}
_TIED_WIDTH = 12  # letters that stay with the mark behind them; one of East Asia counts as two
_TIED_MARKS = 3  # marks that stay together
_JOINER = "\N{ZERO WIDTH JOINER}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and what became of it so far."""

    question: str
    answer: Answer | None = None
    notice: str = ""  #: a sentence shown instead of, or under, the answer: stopped, busy, failed
    turn: int = 0  #: number of the saved turn; 0 when it is not saved
    flags: Mapping[str, str] = field(default_factory=dict)  #: by document: what changed since
    verdict: int = 0  #: 1 a thumb up, -1 down
    correction: str = ""
    within: str = ""  #: which part of the documents was asked, in words; empty for all
    kept: bool = False  #: asked again in vain: the older answer is still there


def exchange(item: Exchange, number: int) -> str:
    """One question with its answer, its sources and what one can do with them."""
    answer = item.answer
    live = not item.notice and (answer is None or not answer.final)
    parts = [question_line(item, live)]
    if answer is not None:
        parts += [understood(item, live), answer_body(answer, item.flags)]
    parts.append(asked_within(item, live))
    if live:
        parts.append(waiting(answer))
    if item.notice:
        parts.append(f'<p class="fn-notice" role="status">{text(item.notice)}</p>')
    if answer is not None and answer.final:
        parts += [left_out(answer), notes(answer), footer(answer)]
    if not live:
        finished = answer if answer is not None and answer.final else None
        parts.append(tools(finished, item.turn, item.verdict, item.correction))
    return (
        f'<article class="fn-turn{" fn-live" if live else ""}" data-turn="{number:d}"'
        f' data-id="{item.turn:d}" aria-busy="{"true" if live else "false"}">'
        f"{''.join(parts)}</article>"
    )


def question_line(item: Exchange, live: bool) -> str:
    """The question, and the button to change it."""
    edit = (
        '<button type="button" class="fn-quiet fn-edit" data-action="edit"'
        ' aria-label="Edit this question and ask again">Edit</button>'
    )
    return (
        f'<div class="fn-asked"><h2 class="fn-question" dir="auto">{text(item.question)}</h2>'
        f"{'' if live or not item.turn else edit}</div>"
    )


def understood(item: Exchange, live: bool) -> str:
    """How a follow-up was understood, where that differs from its own words."""
    assert item.answer is not None
    whole = item.answer.standalone_question.strip()
    if whole in ("", item.question.strip()):
        return ""
    change = (
        ' <button type="button" class="fn-quiet" data-action="understood"'
        ' aria-label="Change how the question was understood">Change</button>'
    )
    return (
        f'<p class="fn-aside fn-understood">Understood as: <span class="fn-whole">{bdi(whole)}'
        f"</span>{'' if live or not item.turn else change}</p>"
    )


def asked_within(item: Exchange, live: bool) -> str:
    """Which part of the documents was asked, where it was not all."""
    if not item.within:
        return ""
    refused = item.answer is not None and item.answer.refusal is not None
    said = "Only a part of your documents was asked:" if refused else "Asked only in:"
    more = (
        ' <button type="button" class="fn-quiet" data-action="again-all">Ask all documents</button>'
    )
    return (
        f'<p class="fn-aside fn-asked-within">{said} {bdi(item.within)}'
        f"{'' if live or not item.turn else more}</p>"
    )


def conversation(exchanges: Sequence[Exchange]) -> str:
    """All exchanges, the oldest first."""
    return "".join(exchange(item, number) for number, item in enumerate(exchanges, start=1))


def waiting(answer: Answer | None) -> str:
    """What is being done right now, in words."""
    if answer is None or not (answer.passages or answer.sentences):
        doing = "Searching your documents"
    elif not answer.sentences:
        doing = f"Reading {count(len(answer.passages), 'passage')}"
    else:
        doing = "Checking each sentence against its source"
    return f'<p class="fn-waiting" role="status"><span class="fn-pulse"></span>{doing}…</p>'


def answer_body(answer: Answer, flags: Mapping[str, str]) -> str:
    """The sentences with their markers, then the sources; or the refusal."""
    if answer.refusal is not None:
        return refusal(answer.refusal)
    pending = ""
    if answer.pending and not answer.final:
        pending = (
            f'<span class="fn-sentence fn-unverified fn-pending">{text(answer.pending)}</span>'
        )
    if not answer.sentences and not pending:
        return ""
    words = prose(
        answer.sentences, lambda item: sentence(item, answer.short), pending, language_of(answer)
    )
    short = ""
    if answer.short and not any(answer.short in item.text for item in answer.sentences):
        short = f'<p class="fn-short" dir="auto">{text(answer.short)}</p>'
    return (
        f'<div class="fn-prose">{short}{words}</div>{disagreement(answer)}{sources(answer, flags)}'
    )


def language_of(answer: Answer) -> str:
    """The language of the words, where all cited documents are of one: voices read it by that."""
    cited = {citation.document_id for citation in answer.citations}
    found = {one.document.language for one in answer.passages if one.document.id in cited}
    language = found.pop() if len(found) == 1 else None
    return f' lang="{text(language)}"' if language else ""


def sentence(item: Sentence, short: str | None = None) -> str:
    """One sentence; the bare answer inside it is set in bold; marks stay on its last line.

    Only the end of the last word is tied to the marks, and no more than fits on a narrow page.
    """
    words, kind = item.text, "" if item.citations else " fn-unverified"
    at = words.find(short) if short else -1
    bold = (at, at + len(short or "")) if at >= 0 else (0, 0)
    marks = [marker(citation) for citation in item.citations]
    cut = tied(words)
    tail = _with_bold(words, cut, len(words), bold) + "".join(marks[:_TIED_MARKS])
    return (
        f'<span class="fn-sentence{kind}">{_with_bold(words, 0, cut, bold)}'
        f'<span class="fn-tail">{tail}</span>{"".join(marks[_TIED_MARKS:])}</span>'
    )


def tied(words: str) -> int:
    """Where the end of a sentence begins that may not be parted from its marks.

    The last word, or as much of its end as is not too wide: a text may have no blanks at all.
    """
    place, width = len(words.rstrip()), 0
    while place:
        letter = words[place - 1]
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if letter.isspace() or width > _TIED_WIDTH:
            break
        place -= 1
    while 0 < place < len(words) and (
        unicodedata.category(words[place]).startswith("M") or words[place - 1] == _JOINER
    ):
        place += 1  # never inside what is one sign
    return place


def _with_bold(words: str, start: int, end: int, bold: tuple[int, int]) -> str:
    """A stretch of a sentence, what lies in ``bold`` set so."""
    first, last = (min(max(place, start), end) for place in bold)
    strong = f"<strong>{text(words[first:last])}</strong>" if first < last else ""
    return text(words[start:first]) + strong + text(words[last:end])


def marker(citation: Citation) -> str:
    """The small number that opens its source."""
    kind = "" if citation.verdict is Verdict.SUPPORTED else " fn-weak"
    label = f"Footnote {citation.number}: {citation.title}"
    return (
        f'<button type="button" class="fn-marker{kind}" '
        f"{target(citation.document_id, citation.start, citation.end)}"
        f' aria-label="{text(label)}">{citation.number}</button>'
    )


def sources(answer: Answer, flags: Mapping[str, str]) -> str:
    """The numbered list under an answer: title, place and the exact words."""
    dates = dates_of(answer)
    rows = [
        card(
            target(citation.document_id, citation.start, citation.end),
            number=str(citation.number),
            title=citation.title,
            facts=[
                place_of_citation(citation, answer.passages),
                dates.get(citation.document_id, ""),
                file_name(citation.source),
                _VERDICTS[citation.verdict],
            ],
            quote=citation.quote,
            flag=flags.get(citation.document_id, ""),
        )
        for citation in answer.citations
    ]
    return listed("Sources", rows, "fn-sources")


def disagreement(answer: Answer) -> str:
    """Passages that say otherwise, with their dates."""
    return passages("These documents disagree", answer.conflicts)


def refusal(item: Refusal) -> str:
    """Why there is no answer, and what the person can do next."""
    parts = [f'<p class="fn-refusal">{text(item.reason.value)}</p>']
    if item.missing_words:
        words = ", ".join(f'<q class="fn-word">{bdi(word)}</q>' for word in item.missing_words)
        parts.append(f'<p class="fn-aside">In no document: {words}</p>')
    parts.append(passages("The nearest passages", item.nearest))
    if item.nearest:
        parts.append(
            '<p class="fn-actions"><button type="button" class="fn-tool" data-action="anyway">'
            "Ask anyway with these passages</button></p>"
        )
    if item.unreadable:
        rows = "".join(f"<li>{skipped_line(file)}</li>" for file in item.unreadable)
        parts.append(
            '<details class="fn-unreadable"><summary>'
            f"{count(len(item.unreadable), 'file')} could not be read and might have held it"
            f"</summary><ul>{rows}</ul></details>"
        )
    return "".join(parts)
