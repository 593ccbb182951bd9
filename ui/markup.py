"""Words as markup: escaping, and the small forms that all parts of the page share.

Pure: values in, text out. Whatever comes from a document, a file name, a question or a model is
text and stays text: no link, no image, no tag of theirs reaches the page. Elements that open a
source carry ids and offsets only, never a path.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from pathlib import PurePosixPath, PureWindowsPath

from index.types import DocumentInfo, SkippedFile
from rag.types import Answer, Opening, Passage, Sentence
from ui.places import place_of_passage

# Characters that draw nothing but change what is seen around them: C0 and C1 controls, direction
# overrides and isolates, zero-width and invisible signs, tag characters. The joiners U+200C and
# U+200D stay, because Persian, Indic scripts and emoji are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
#: A path in a sentence: whoever is let in at the page has no business with where things lie.
_PATH = re.compile(r"(?<![\w….])[/\\~]|\b[A-Za-z]:[/\\]")
_ADDRESS = re.compile(r"\bhttps?://[\w\[][\w.:\[\]-]*")  # the slashes of a server's are no path
NEAR_CHARACTERS = 240  #: of a passage that is shown without being cited
_SURROGATES = re.compile("[\ud800-\udfff]")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: From which probability on an answer is called so.
_SURENESS = ((0.9, "very likely right"), (0.6, "likely right"), (-math.inf, "uncertain"))


def text(value: str) -> str:
    """Escaped text without characters that would disguise it."""
    seen = _UNSEEN.sub("", _SURROGATES.sub("\ufffd", value.replace("\r\n", "\n")))
    return html.escape(seen, quote=True)


def names_place(sentence: str) -> bool:
    """Whether a sentence names a place on this computer; a server's address is none."""
    return _PATH.search(_ADDRESS.sub("x", sentence)) is not None


def placeless(note: str) -> str:
    """A note on an answer; one that names a place on this computer says only what it is about."""
    if not names_place(note):
        return note
    return "The language model failed; the terminal Footnote runs in says why."


def prose(
    sentences: Sequence[Sentence], said: Callable[[Sentence], str], more: str = "", lang: str = ""
) -> str:
    """Sentences as a paragraph, or as paragraphs and lists; ``more`` follows the last."""
    parts: list[tuple[str, list[str]]] = []
    for sentence in sentences:
        if sentence.opening is Opening.ITEM:
            parts.append(("li", []))
        elif not parts or sentence.opening is Opening.LINE:
            parts.append(("p", []))
        beside = sentence.opening is Opening.BESIDE and bool(parts[-1][1])
        parts[-1][1].append(("<br>" if beside else "") + said(sentence))
    if more:
        parts = parts or [("p", [])]
        parts[-1][1].append(more)
    out = ""
    for kind, group in groupby(parts, key=lambda part: part[0]):
        blocks = "".join(
            f'<{kind} dir="auto"{lang}>{" ".join(words)}</{kind}>' for _, words in group
        )
        out += f"<ul>{blocks}</ul>" if kind == "li" else blocks
    return out


def bdi(value: str) -> str:
    """Escaped text whose writing direction cannot spill over to what stands beside it."""
    return f'<bdi dir="auto">{text(value)}</bdi>'


def target(document_id: str, start: int, end: int) -> str:
    """The attributes that say which words an element opens: ids and offsets, never a path."""
    return f'data-document="{text(document_id)}" data-start="{start:d}" data-end="{end:d}"'


def dates_of(answer: Answer) -> dict[str, str]:
    """Dates, in words, of the documents an answer cites or looked at, as far as they are known."""
    cited = {one.document_id: day(one.modified) for one in answer.citations if one.modified}
    return cited | {item.document.id: dated(item.document) for item in answer.passages}


def passages(heading: str, found: Iterable[Passage]) -> str:
    """Passages one may look at, without numbers."""
    rows = [
        card(
            target(item.document.id, item.chunk.start, item.chunk.end),
            number="",
            title=item.document.title,
            facts=[
                place_of_passage(item),
                dated(item.document),
                file_name(item.document.source),
            ],
            quote=shorten(item.chunk.text, NEAR_CHARACTERS),
        )
        for item in found
    ]
    return listed(heading, rows, "fn-nearest")


def card(
    opens: str, *, number: str, title: str, facts: Sequence[str], quote: str, flag: str = ""
) -> str:
    """One source as a button: what it is, where it is, what it says."""
    badge = f'<span class="fn-number" aria-hidden="true">{text(number)}</span>' if number else ""
    noted = f'<span class="fn-flag">{text(flag)}</span>' if flag else ""
    return (
        f'<li><button type="button" class="fn-card" {opens}>{badge}'
        f'<span class="fn-card-body"><span class="fn-card-title">{bdi(title)}</span>'
        f'<span class="fn-facts">{joined_facts(facts)}</span>'
        f'<span class="fn-quote" dir="auto">{text(tidy(quote))}</span>'
        f"{noted}"
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


def day(stated: str | None) -> str:
    """An ISO date as people write it; what is no date is shown as it stands."""
    if not stated:
        return ""
    try:
        found = date.fromisoformat(stated[:10])
    except ValueError:
        return stated
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def dated(info: DocumentInfo) -> str:
    """The date of a document; that of its file is said to be so."""
    when = day(info.modified)
    return f"file saved {when}" if when and info.file_date else when


def file_name(source: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return PurePosixPath(PureWindowsPath(source).as_posix()).name or source


def place_id(source: str) -> str:
    """What the page calls a file or folder: a path is no client's business."""
    return sha256(source.encode("utf-8", "replace")).hexdigest()[:16]


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
