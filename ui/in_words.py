"""An answer as one message for other programs: sentences with markers, then the sources.

Chat programs show messages as Markdown. What comes from a document, a question or a model is kept
from becoming a picture, a named link, a tag or a piece of code there: square brackets, backticks
and the beginnings of tags get a backslash, and line ends become blanks. Pure; the unchanged words
are in the JSON beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Opening,
    Passage,
    Refusal,
    Sentence,
    escape_markers,
    parting,
)
from ui.exporting import place_of
from ui.markup import dated, file_name, shorten
from ui.places import place_of_passage

SOURCES = "Sources:"
NEAREST = "Nearest passages:"
DISAGREE = "These documents disagree:"
SET_ASIDE = (
    "The rest of what the language model wrote is not borne out by the documents, so this is the "
    "answer that stands:"
)
_NEAREST_CHARACTERS = 300  # of a passage near to a question that was declined
_UNREADABLE = 5  # files named
_IN_ONE_PARAGRAPH = 4  # sentences; more are a list or a summary
_LIVE = re.compile(r"(\\*)([\[`]|<(?=[A-Za-z/!?])|~(?=~~))")
_ESCAPED = re.compile(r"\\([\[`<~])")


@dataclass(slots=True)
class Telling:
    """Turns the snapshots of one answer into text that only ever grows.

    Of an answer that is being written only checked sentences are told. Should it be set aside in
    the end, a line says so and the one that stands follows, its markers counted on.
    """

    _told: list[Sentence] = field(default_factory=list)

    def step(self, answer: Answer) -> str:
        """The text that this snapshot adds, often none."""
        sentences = list(answer.sentences)
        if not answer.final:
            written = answer.kind is AnswerKind.WRITTEN and len(answer.struck) <= len(sentences)
            return self._more(sentences) if written and self._continued(sentences) else ""
        aside: list[Sentence] = []
        if not self._continued(sentences):
            aside, self._told = self._told, []
            last = max((c.number for one in aside for c in one.citations), default=0)
            sentences = [counted_on(sentence, last) for sentence in sentences]
        words = self._more(sentences) if sentences else _declined(answer.refusal)
        before = f"\n\n{SET_ASIDE}\n\n" if aside else ""
        return before + words + _tail(replace(answer, sentences=(*aside, *sentences)))

    def _continued(self, sentences: Sequence[Sentence]) -> bool:
        """Does an answer begin with all that was told?"""
        begun = [_said(sentence) for sentence in sentences[: len(self._told)]]
        return begun == [_said(sentence) for sentence in self._told]

    def _more(self, sentences: Sequence[Sentence]) -> str:
        begun, new = bool(self._told), sentences[len(self._told) :]
        self._told = list(sentences)
        many = not begun and len(new) > _IN_ONE_PARAGRAPH
        out = ""
        for sentence in new:
            between = parting(sentence.opening, begun=begun or bool(out))
            many_more = many and bool(out) and sentence.opening is Opening.NOTHING
            out += ("\n\n" if many_more else between) + _said(sentence)
        return out


def in_words(answer: Answer) -> str:
    """The whole message of a finished answer."""
    return Telling().step(answer)


def without_sources(message: str) -> str:
    """What a message of ours said, without what stands under it: the form a history takes."""
    for heading in (DISAGREE, SOURCES, NEAREST):
        message = message.partition(f"\n\n{heading}\n\n")[0]
    return _ESCAPED.sub(r"\1", message).strip()


def inert(words: str) -> str:
    """Words on one line in which Markdown sees no picture, named link, tag or code."""

    def escaped(found: re.Match[str]) -> str:
        slashes, sign = found.groups()
        return slashes + ("\\" if len(slashes) % 2 == 0 else "") + sign

    return _LIVE.sub(escaped, " ".join(words.split()))


def counted_on(sentence: Sentence, offset: int) -> Sentence:
    """A sentence whose footnotes are numbered after others."""
    moved = tuple(replace(one, number=one.number + offset) for one in sentence.citations)
    return replace(sentence, citations=moved)


def _said(sentence: Sentence) -> str:
    markers = "".join(f" [{citation.number}]" for citation in sentence.citations)
    return inert(escape_markers(sentence.text)) + markers


def _declined(refusal: Refusal | None) -> str:
    """Why there is no answer, and what was missing."""
    if refusal is None:
        return ""
    parts = [refusal.reason.value]
    if refusal.missing_words:
        parts.append(f"Found in no document: {', '.join(map(inert, refusal.missing_words))}.")
    for file in refusal.unreadable[:_UNREADABLE]:
        detail = f" ({inert(file.detail)})" if file.detail else ""
        parts.append(f"Not read: {inert(file_name(file.source))} {file.reason.value}{detail}.")
    return " ".join(parts)


def _tail(answer: Answer) -> str:
    """What stands under an answer: notes, what disagrees, and the sources."""
    parts = [inert(note) for note in answer.notes if note]
    if answer.conflicts:
        parts += [DISAGREE, "\n".join(f"- {_place(one)}" for one in answer.conflicts)]
    if answer.citations:
        parts += [SOURCES, *(_source(one, answer) for one in answer.citations)]
    if answer.refusal is not None and answer.refusal.nearest:
        rows = [
            f"- {_place(one)}: “{inert(shorten(one.chunk.text, _NEAREST_CHARACTERS))}”"
            for one in answer.refusal.nearest
        ]
        parts += [NEAREST, "\n".join(rows)]
    return "".join(f"\n\n{part}" for part in parts)


def _source(citation: Citation, answer: Answer) -> str:
    quote = inert(escape_markers(citation.quote))
    return f"[{citation.number}] {inert(escape_markers(place_of(citation, answer)))}: “{quote}”"


def _place(passage: Passage) -> str:
    """Title, page, date and file of a passage."""
    info = passage.document
    facts = (info.title, place_of_passage(passage), dated(info), file_name(info.source))
    return inert(escape_markers(", ".join(fact for fact in facts if fact)))
