"""Conversations to take along: Markdown, a web page that stands alone, and text to paste.

Pure. Each answer brings its quotes, where they stand, and the SHA-256 of the files they come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.types import Answer, Citation, Passage, Sentence, laid_out
from ui.conversations import Kept, Summary
from ui.markup import (
    NEAR_CHARACTERS,
    dated,
    dates_of,
    day,
    file_name,
    placeless,
    prose,
    shorten,
    sureness,
    text,
    tidy,
)
from ui.places import place_of_citation, place_of_passage
from ui.render import Exchange

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
#: Where renderers of Markdown would see an address and make a link of it.
_ADDRESS = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
STYLE = (
    ":root{color-scheme:light dark;--ink:#1b2430;--soft:#4d5764;--line:#d9dad5;--paper:#fafaf7;"
    "--mark:#ffe066}@media(prefers-color-scheme:dark){:root{--ink:#e9e8e2;--soft:#b4b9bf;"
    "--line:#39424c;--paper:#14181d}}body{max-width:42rem;margin:3rem auto;padding:0 1.2rem;"
    "background:var(--paper);color:var(--ink);font:1.05rem/1.65 Charter,Georgia,serif;"
    "overflow-wrap:anywhere}h1{font-size:1.7rem;line-height:1.2}h2{margin-top:2.6rem;font:600 "
    "1.1rem/1.4 system-ui,sans-serif}.facts,footer{color:var(--soft);font:.82rem/1.5 system-ui,"
    "sans-serif}blockquote{margin:.3rem 0 .6rem;padding-left:.9rem;border-left:3px solid "
    "var(--mark);white-space:pre-line}sup{padding:.05rem .28rem;border-radius:4px;"
    "background:var(--mark);color:#1b2430;font:700 .7rem system-ui}h3{font:600 .9rem system-ui,"
    "sans-serif}ol,ul{padding-left:1.4rem}"
    "code{font-size:.78rem}@media print{body{margin:0}}"
)


# ---- text --------------------------------------------------------------------------------


def with_sources(answer: Answer) -> str:
    """An answer with its footnotes as plain text, to paste somewhere."""
    lines = [answer.text, ""]
    for citation in answer.citations:
        lines.append(f"[{citation.number}] {place_of(citation, answer, with_date=False)}")
        lines.append(f"    “{' '.join(citation.quote.split())}”")
    return "\n".join(lines).rstrip() + "\n"


def place_of(citation: Citation, answer: Answer, with_date: bool = True) -> str:
    """Title, page, date and file of a footnote."""
    when = dates_of(answer).get(citation.document_id, "") if with_date else ""
    where = place_of_citation(citation, answer.passages)
    facts = [citation.title, where, when, file_name(citation.source)]
    return ", ".join(fact for fact in facts if fact)


def where(passage: Passage) -> str:
    """Title, page, date and file of a passage."""
    info = passage.document
    facts = [info.title, place_of_passage(passage), dated(info), file_name(info.source)]
    return ", ".join(fact for fact in facts if fact)


def beside(answer: Answer) -> list[tuple[str, Sequence[Passage]]]:
    """What the page shows beside an answer: passages that disagree, or those near to a refusal."""
    nearest = answer.refusal.nearest if answer.refusal is not None else ()
    headed = [("These documents disagree", answer.conflicts), ("The nearest passages", nearest)]
    return [(heading, found) for heading, found in headed if found]


def lacking(answer: Answer) -> list[str]:
    """What a refusal lacked: words that no document holds, files that could not be read."""
    refusal = answer.refusal
    if refusal is None:
        return []
    words = ", ".join(f"“{word}”" for word in refusal.missing_words)
    found = [f"In no document: {words}"] if words else []
    for file in refusal.unreadable:
        detail = f" ({file.detail})" if file.detail else ""
        found.append(f"Not read: {file_name(file.source)} {file.reason.value}{detail}")
    return found


def limits_of(item: Exchange) -> str:
    """Which part of the documents was asked, where it was not all."""
    return f"Asked only in: {item.within}" if item.within else ""


def facts_of(answer: Answer, asked: str) -> str:
    """How sure, which model, how long, and when."""
    facts = [answer.model, f"{answer.timings.get('total', 0.0):.2f} seconds", day(asked)]
    if answer.confidence is not None and not answer.declined:
        facts.insert(0, sureness(answer.confidence)[0])
    return " · ".join(fact for fact in facts if fact)


# ---- Markdown ----------------------------------------------------------------------------


def as_markdown(talk: Summary, kept: Sequence[Kept], shown: Sequence[Exchange]) -> str:
    """A conversation as Markdown; what documents say is escaped, so that it stays text."""
    lines = [f"# {plain(talk.title)}", "", f"Saved from Footnote. Begun {day(talk.created)}.", ""]
    for turn, item in zip(kept, shown, strict=True):
        lines += [f"## {plain(turn.question)}", ""]
        answer = turn.answer
        if answer is None:
            lines += [plain(item.notice), ""]
            continue
        if answer.standalone_question.strip() not in ("", turn.question.strip()):
            lines += [f"*Understood as: {plain(answer.standalone_question)}*", ""]
        lines += [said(answer), ""]
        lines += [f"*{plain(words)}*\n" for words in (*lacking(answer), limits_of(item)) if words]
        lines += [f"*{plain(placeless(note))}*\n" for note in (*answer.notes, item.notice) if note]
        lines += footnotes(answer, turn.hashes, item.flags)
        lines += near(answer)
        if turn.correction:
            lines += [f"Your correction: {plain(turn.correction)}", ""]
        lines += [f"*{plain(facts_of(answer, turn.asked))}*", ""]
    return "\n".join(lines).rstrip() + "\n"


def said(answer: Answer) -> str:
    """The sentences with their markers, or the refusal."""
    if answer.refusal is not None:
        return answer.refusal.reason.value
    return laid_out(answer.sentences, plain)


def footnotes(answer: Answer, hashes: Mapping[str, str], flags: Mapping[str, str]) -> list[str]:
    """Each footnote with its quote, and the hash of its file where that is known."""
    lines: list[str] = []
    for citation in answer.citations:
        lines += [f"{citation.number}. {plain(place_of(citation, answer))}", ""]
        quote = tidy(citation.quote).split("\n")
        lines += [*(f"   > {plain(line)}" for line in quote), ""]
        if citation.document_id in flags:
            lines += [f"   {plain(flags[citation.document_id])}", ""]
        if citation.document_id in hashes:
            lines += [f"   SHA-256 of the file: `{hashes[citation.document_id]}`", ""]
    return lines


def near(answer: Answer) -> list[str]:
    """Passages that stand beside an answer, each with where it stands."""
    lines: list[str] = []
    for heading, found in beside(answer):
        lines += [f"{heading}:", ""]
        for passage in found:
            quote = shorten(passage.chunk.text, NEAR_CHARACTERS).split("\n")
            lines += [f"- {plain(where(passage))}", "", *(f"  > {plain(one)}" for one in quote), ""]
    return lines


def plain(words: str) -> str:
    """Words on one line in which Markdown sees no marks."""
    return _ADDRESS.sub(r"\\\g<0>", _SIGNS.sub(r"\\\1", " ".join(words.split())))


# ---- a web page --------------------------------------------------------------------------


def as_html(talk: Summary, kept: Sequence[Kept], shown: Sequence[Exchange]) -> str:
    """A conversation as one page that needs nothing else, and runs and fetches nothing."""
    body = "".join(turn_html(turn, item) for turn, item in zip(kept, shown, strict=True))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(talk.title)}</title><style>{STYLE}</style></head><body>"
        f'<h1 dir="auto">{text(talk.title)}</h1>'
        f'<p class="facts">Saved from Footnote. Begun {text(day(talk.created))}.</p>{body}'
        "</body></html>\n"
    )


def turn_html(turn: Kept, item: Exchange) -> str:
    """One question with its answer, quotes and hashes."""
    parts = [f'<h2 dir="auto">{text(turn.question)}</h2>']
    answer = turn.answer
    if answer is None:
        return "".join([*parts, f"<p>{text(item.notice)}</p>"])
    if answer.standalone_question.strip() not in ("", turn.question.strip()):
        parts.append(f'<p class="facts">Understood as: {text(answer.standalone_question)}</p>')
    if answer.refusal is not None:
        parts.append(f"<p>{text(answer.refusal.reason.value)}</p>")
    else:
        parts.append(prose(answer.sentences, sentence_html))
    parts += [line(words) for words in (*lacking(answer), limits_of(item))]
    parts += [line(placeless(note)) for note in (*answer.notes, item.notice) if note]
    parts.append(sources_html(answer, turn.hashes, item.flags))
    parts.append(near_html(answer))
    if turn.correction:
        parts.append(f'<p>Your correction: <span dir="auto">{text(turn.correction)}</span></p>')
    parts.append(f'<p class="facts">{text(facts_of(answer, turn.asked))}</p>')
    return "".join(parts)


def sentence_html(sentence: Sentence) -> str:
    """A sentence with the numbers of its footnotes."""
    return text(sentence.text) + "".join(f" <sup>{c.number:d}</sup>" for c in sentence.citations)


def sources_html(answer: Answer, hashes: Mapping[str, str], flags: Mapping[str, str]) -> str:
    """The footnotes as a list."""
    rows = "".join(
        f'<li value="{one.number:d}"><span dir="auto">{text(place_of(one, answer))}</span>'
        f'<blockquote dir="auto">{text(tidy(one.quote))}</blockquote>'
        f"{line(flags.get(one.document_id, ''))}{hash_line(hashes.get(one.document_id, ''))}</li>"
        for one in answer.citations
    )
    return f"<ol>{rows}</ol>" if rows else ""


def near_html(answer: Answer) -> str:
    """Passages that stand beside an answer, as lists."""
    parts = []
    for heading, found in beside(answer):
        rows = "".join(
            f'<li><span dir="auto">{text(where(one))}</span><blockquote dir="auto">'
            f"{text(shorten(one.chunk.text, NEAR_CHARACTERS))}</blockquote></li>"
            for one in found
        )
        parts.append(f"<h3>{heading}</h3><ul>{rows}</ul>")
    return "".join(parts)


def line(words: str) -> str:
    """A quiet line, or nothing."""
    return f'<p class="facts">{text(words)}</p>' if words else ""


def hash_line(digest: str) -> str:
    """The hash of a file, or nothing."""
    return (
        f'<p class="facts">SHA-256 of the file: <code>{text(digest)}</code></p>' if digest else ""
    )
