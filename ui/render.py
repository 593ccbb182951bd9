"""Questions and answers as escaped HTML.

Pure: values in, text out. Whatever comes from a document, a file name, a question or a model is
text and stays text: no link, no image, no tag of theirs reaches the page. Elements that open a
source carry ids and offsets only, never a path. It leaves clicking to the assets, and whole
documents to `ui.shelf`.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath, PureWindowsPath

from index.types import SkippedFile
from rag.types import Answer, Citation, Passage, Refusal, Sentence, Verdict

# Characters that draw nothing but change what is seen around them: C0 and C1 controls, direction
# overrides and isolates, zero-width and invisible signs, tag characters. The joiners U+200C and
# U+200D stay, because Persian, Indic scripts and emoji are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VERDICTS = {
    Verdict.SUPPORTED: "",
    Verdict.PARTLY: "supports this in part",
    Verdict.UNSUPPORTED: "does not support this",
}


#: From which probability on an answer is called so.
_SURENESS = ((0.9, "very likely right"), (0.6, "likely right"), (-math.inf, "uncertain"))


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation and what became of it so far."""

    question: str
    answer: Answer | None = None
    notice: str = ""  #: a sentence shown instead of, or under, the answer: stopped, busy, failed


def text(value: str) -> str:
    """Escaped text without characters that would disguise it."""
    seen = _UNSEEN.sub("", _SURROGATES.sub("\ufffd", value.replace("\r\n", "\n")))
    return html.escape(seen, quote=True)


def bdi(value: str) -> str:
    """Escaped text whose writing direction cannot spill over to what stands beside it."""
    return f'<bdi dir="auto">{text(value)}</bdi>'


def conversation(exchanges: Sequence[Exchange]) -> str:
    """All exchanges, the oldest first."""
    return "".join(exchange(item, number) for number, item in enumerate(exchanges, start=1))


def exchange(item: Exchange, number: int) -> str:
    """One question with its answer, its sources and how long it took."""
    answer = item.answer
    live = not item.notice and (answer is None or not answer.final)
    parts = [f'<h2 class="fn-question" dir="auto">{text(item.question)}</h2>']
    if answer is not None:
        if answer.standalone_question.strip() not in ("", item.question.strip()):
            parts.append(
                f'<p class="fn-aside">Understood as: {bdi(answer.standalone_question)}</p>'
            )
        parts.append(answer_body(answer))
    if live:
        parts.append(waiting(answer))
    if item.notice:
        parts.append(f'<p class="fn-notice" role="status">{text(item.notice)}</p>')
    if answer is not None and answer.final:
        parts.append(footer(answer))
    return (
        f'<article class="fn-turn{" fn-live" if live else ""}" data-turn="{number}"'
        f' aria-busy="{"true" if live else "false"}">{"".join(parts)}</article>'
    )


def waiting(answer: Answer | None) -> str:
    """What is being done right now, in words."""
    if answer is None or not (answer.passages or answer.sentences):
        doing = "Searching your documents"
    elif not answer.sentences:
        doing = f"Reading {count(len(answer.passages), 'passage')}"
    else:
        doing = "Checking each sentence against its source"
    return f'<p class="fn-waiting" role="status"><span class="fn-pulse"></span>{doing}…</p>'


def answer_body(answer: Answer) -> str:
    """The sentences with their markers, then the sources; or the refusal."""
    if answer.refusal is not None:
        return refusal(answer.refusal)
    if not answer.sentences:
        return ""
    joined = " ".join(sentence(item, answer.short) for item in answer.sentences)
    short = ""
    if answer.short and not any(answer.short in item.text for item in answer.sentences):
        short = f'<p class="fn-short" dir="auto">{text(answer.short)}</p>'
    return (
        f'<div class="fn-prose">{short}<p dir="auto">{joined}</p></div>'
        f"{disagreement(answer)}{sources(answer)}"
    )


def sentence(item: Sentence, short: str | None = None) -> str:
    """One sentence; the bare answer inside it is set in bold; markers stay on its last line."""
    markers = "".join(marker(citation) for citation in item.citations)
    kind = "" if item.citations else " fn-unverified"
    head, space, last = item.text.rpartition(" ")
    words, tail = head + space, text(last)
    if short and short in item.text:
        if short in words:
            before, _, after = words.partition(short)
            body = f"{text(before)}<strong>{text(short)}</strong>{text(after)}"
        else:  # the bare answer is, or ends with, the last word
            before, _, after = item.text.rpartition(short)
            body, tail = text(before), f"<strong>{text(short)}</strong>{text(after)}"
    else:
        body = text(words)
    fits = len(last) <= 30  # a longer last word, or bare answer, may break
    ending = f'<span class="fn-tail">{tail}{markers}</span>' if fits else tail + markers
    return f'<span class="fn-sentence{kind}">{body}{ending}</span>'


def marker(citation: Citation) -> str:
    """The small number that opens its source."""
    kind = "" if citation.verdict is Verdict.SUPPORTED else " fn-weak"
    label = f"Footnote {citation.number}: {citation.title}"
    return (
        f'<button type="button" class="fn-marker{kind}" '
        f"{target(citation.document_id, citation.start, citation.end)}"
        f' aria-label="{text(label)}">{citation.number}</button>'
    )


def target(document_id: str, start: int, end: int) -> str:
    """The attributes that say which words an element opens: ids and offsets, never a path."""
    return f'data-document="{text(document_id)}" data-start="{start:d}" data-end="{end:d}"'


def sources(answer: Answer) -> str:
    """The numbered list under an answer: title, place and the exact words."""
    dates = {item.document.id: item.document.modified for item in answer.passages}
    rows = [
        card(
            target(citation.document_id, citation.start, citation.end),
            number=str(citation.number),
            title=citation.title,
            facts=[
                pages(citation.pages),
                day(dates.get(citation.document_id)),
                file_name(citation.source),
                _VERDICTS[citation.verdict],
            ],
            quote=citation.quote,
        )
        for citation in answer.citations
    ]
    return listed("Sources", rows, "fn-sources")


def passages(heading: str, found: Iterable[Passage]) -> str:
    """Passages one may look at, without numbers."""
    rows = [
        card(
            target(item.document.id, item.chunk.start, item.chunk.end),
            number="",
            title=item.document.title,
            facts=[
                pages(item.chunk.pages),
                day(item.document.modified),
                file_name(item.document.source),
            ],
            quote=shorten(item.chunk.text, 240),
        )
        for item in found
    ]
    return listed(heading, rows, "fn-nearest")


def card(opens: str, *, number: str, title: str, facts: Sequence[str], quote: str) -> str:
    """One source as a button: what it is, where it is, what it says."""
    badge = f'<span class="fn-number" aria-hidden="true">{text(number)}</span>' if number else ""
    return (
        f'<li><button type="button" class="fn-card" {opens}>{badge}'
        f'<span class="fn-card-body"><span class="fn-card-title">{bdi(title)}</span>'
        f'<span class="fn-facts">{joined_facts(facts)}</span>'
        f'<span class="fn-quote" dir="auto">{text(tidy(quote))}</span>'
        f"</span></button></li>"
    )


def listed(heading: str, rows: Sequence[str], kind: str) -> str:
    """A headed list, or nothing when it would be empty."""
    if not rows:
        return ""
    return (
        f'<section class="fn-list {kind}"><h3>{text(heading)}</h3>'
        f'<ol class="fn-cards">{"".join(rows)}</ol></section>'
    )


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
    if item.unreadable:
        rows = "".join(f"<li>{skipped_line(file)}</li>" for file in item.unreadable)
        parts.append(
            '<details class="fn-unreadable"><summary>'
            f"{count(len(item.unreadable), 'file')} could not be read and might have held it"
            f"</summary><ul>{rows}</ul></details>"
        )
    return "".join(parts)


def footer(answer: Answer) -> str:
    """Seconds and model, and how sure the answer is where that is known."""
    took = answer.timings.get("total", sum(answer.timings.values()))
    facts = [f"{took:.1f} seconds" if took >= 0.95 else f"{max(took, 0.01):.2f} seconds"]
    if answer.model:
        facts.append(answer.model)
    sure = ""
    if answer.confidence is not None and not answer.declined:
        words, percentage = sureness(answer.confidence)
        sure = f'<span class="fn-fact" title="{percentage}">{words}</span> '
    return f'<p class="fn-footer">{sure}{joined_facts(facts)}</p>'


def sureness(confidence: float) -> tuple[str, str]:
    """The probability that an answer is right, in words and as a percentage that is never all."""
    words = next(words for least, words in _SURENESS if confidence >= least)
    return words, f"{min(confidence, 0.99):.0%}"


def skipped_line(file: SkippedFile) -> str:
    """The name of a file that is not in the index, and why."""
    detail = f' <span class="fn-detail">({text(file.detail)})</span>' if file.detail else ""
    return f"{bdi(file_name(file.source))} {text(file.reason.value)}{detail}"


def joined_facts(facts: Iterable[str]) -> str:
    """The facts that are known, side by side."""
    return " ".join(f'<span class="fn-fact">{bdi(fact)}</span>' for fact in facts if fact)


def pages(numbers: Sequence[int]) -> str:
    """``page 3`` or ``pages 3–4``; nothing where there are no pages."""
    if not numbers:
        return ""
    first, last = min(numbers), max(numbers)
    return f"page {first}" if first == last else f"pages {first}–{last}"


def day(stated: str | None) -> str:
    """An ISO date as people write it; what is no date is shown as it stands."""
    if not stated:
        return ""
    try:
        found = date.fromisoformat(stated[:10])
    except ValueError:
        return stated
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def file_name(source: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return PurePosixPath(PureWindowsPath(source).as_posix()).name or source


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``12,000 files``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def tidy(words: str) -> str:
    """Words without needless blanks; lines stay lines, so that table rows stand apart."""
    return "\n".join(" ".join(line.split()) for line in words.split("\n") if line.strip())


def shorten(words: str, limit: int) -> str:
    """The beginning of a text, cut between words."""
    words = tidy(words)
    if len(words) <= limit:
        return words
    return words[: limit + 1].rsplit(maxsplit=1)[0][:limit].rstrip(",;:") + "…"
