"""A language model's words, as they come, to plain sentences with the places they point to.

Markdown, tags, links, template marks and footnote markers are taken off: what is left is text to be
checked. Nothing here is believed; a marker becomes a hint, and whether a sentence stands is decided
in `rag.citations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.sentences import sentence_spans
from rag.prompts import NOT_SAID

LONGEST_SENTENCE = 1_000  #: characters; more without an end is cut, so that checking stays bounded
_SQUARE = re.compile(
    r"\s*[\[【]\s*(?:(?:passages?|sources?|documents?|refs?\.?)\s*)?"
    r"(\d{1,3}(?:\s*(?:[,;–-]|and|&)\s*\d{1,3})*)\s*[\]】](?!\()",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\s*\((?:see\s+)?(?:passages?|sources?|documents?)\s+(\d{1,3}(?:\s*(?:[,;]|and)\s*\d{1,3})*)\)",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:(?:according to|based on|as (?:stated|said|described|mentioned) in|in|from)\s+)?"
    r"(?:the\s+)?(?:passages?|sources?|documents?)\s+(?:number\s+)?"
    r"(\d{1,3}(?:\s*(?:[,;]|and)\s*\d{1,3})*)\s*(?:,|:|(?:also\s+)?"
    r"(?:says?|states?|mentions?|explains?|notes?|shows?|tells us|indicates?|describes?)"
    r"(?:\s+that\b|\s*:)?)\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:answer|final answer|response|assistant)\s*:\s*", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\s?(?:\([^)]{0,2000}\)|\[[^\]]{0,100}\])?")
_LINK = re.compile(r"\[([^\]]{1,300})\]\s?\([^)]{0,2000}\)")
_TAG = re.compile(r"<\|[^|<>]{0,60}\|>|</?[A-Za-z!][^<>]{0,500}>")
# A marker, a link, an image or a tag that is still being written, from its first character on.
_UNFINISHED = re.compile(
    r"!?[\[【][^\]】\n]{0,300}(?:[\]】](?:\([^)\n]{0,2000})?)?$|!$|<(?:[A-Za-z/!|][^<>\n]{0,500})?$"
)
_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+•–]\s+|\(?\d{1,2}[.)]\s+(?=\D))+")
_EMPHASIS = re.compile(
    r"\*\*\*|\*\*|__|~~|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)"
)
_REFUSES = re.compile(
    r"\b(?:passages?|documents?|context|texts?|sources?|information)\b.{0,60}?"
    r"\b(?:do(?:es)? not|don[’']t|doesn[’']t|cannot|never)\s+(?:\w+\s+){0,3}?"
    r"(?:say|state|mention|contain|provide|specify|include|give|answer|indicate|address|tell|hold)\b"
    r"|\bno (?:relevant |such |specific )?(?:information|answer|mention|passage)\b"
    r"|\bnot (?:\w+ )?(?:mentioned|stated|specified|provided|given|enough information)\b"
    r"|\b(?:cannot|can[’']t|could not) (?:be )?(?:answer|answered|find|determine|determined)\b"
    r"|\bunable to (?:answer|find|determine)\b"
    r"|\bi (?:do not|don[’']t|cannot|can[’']t) (?:know|answer|find|say|tell)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a reply, plain, and the passages it points to, counted from 0."""

    text: str
    hints: tuple[int, ...] = ()


class SentenceStream:
    """Feed it pieces; it hands out sentences once they are complete with their markers."""

    def __init__(self) -> None:
        self._held = ""

    @property
    def pending(self) -> str:
        """The sentence that is being written, plain."""
        return plain(self._held[: self._known()]).text

    def _known(self) -> int:
        """Where what is still being written begins."""
        held = self._held
        starts = {held.rfind(mark) for mark in "[【<"} | {len(held) - 1}
        starts |= {at - 1 for at in starts if at > 0 and held[at - 1] == "!"}
        open_at = [at for at in starts if at >= 0 and _UNFINISHED.match(held, at)]
        return min(open_at, default=len(held))

    def feed(self, piece: str) -> list[Said]:
        """The sentences that the piece completes."""
        self._held += piece
        known = self._known()
        # images, links and tags go at once, or the "!" of an image would end a sentence
        self._held = _unmarked(self._held[:known]) + self._held[known:]
        out: list[Said] = []
        while (found := self._next()) is not None:
            if found.text:
                out.append(found)
        return out

    def close(self) -> list[Said]:
        """What is left when the reply has ended by itself."""
        out: list[Said] = []
        held = _unmarked(self._held)
        for start, end in sentence_spans(held):
            piece = held[start:end]
            marks = _leading_markers(piece)
            before, said = plain(piece[:marks]), plain(piece[marks:])
            if before.hints and out:
                out[-1] = Said(out[-1].text, (*out[-1].hints, *before.hints))
            if said.text:
                out.append(said)
        self._held = ""
        return out

    def _next(self) -> Said | None:
        known = self._held[: self._known()]
        spans = sentence_spans(known)
        if not spans:
            return None
        end = min(spans[0][1], LONGEST_SENTENCE)
        cut = spans[1][0] if len(spans) > 1 else len(known)
        goes_on = len(spans) == 1 and "\n" not in known[spans[0][1] :]
        if goes_on and spans[0][1] < LONGEST_SENTENCE:
            return None
        if goes_on:
            cut = end
        after = cut + _leading_markers(known[cut:])
        if after == len(known) < len(self._held) and "\n" not in known[end:]:
            return None  # the marker that is being written may be its own
        said = plain(known[:end] + known[cut:after])
        self._held = self._held[after:]
        return said


def plain(text: str) -> Said:
    """A piece of a reply without markup and markers, on one line."""
    if _FENCE.match(text):
        return Said("")
    bare = _EMPHASIS.sub("", _LINE_START.sub("", _unmarked(text))).strip()
    hints: list[int] = []
    for pattern in (_SQUARE, _NAMED):
        for match in pattern.finditer(bare):
            hints += _numbers(match.group(1))
        bare = pattern.sub("", bare)
    bare = _LABEL.sub("", " ".join(bare.split()))
    prefix = _PREFIX.match(bare)
    if prefix is not None and any(map(str.isalnum, bare[prefix.end() :])):
        hints += _numbers(prefix.group(1))
        bare = bare[prefix.end() :]
        bare = bare[:1].upper() + bare[1:]
    bare = re.sub(r"\s+([.,;:!?])", r"\1", bare).strip()
    return Said(bare if any(map(str.isalnum, bare)) else "", tuple(dict.fromkeys(hints)))


def _unmarked(text: str) -> str:
    return _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))


def is_refusal(text: str) -> bool:
    """Whether a sentence that nothing bears out is the model's way to say that it found nothing."""
    return text.casefold().strip(" .") == NOT_SAID.casefold().strip(" .") or bool(
        _REFUSES.search(text)
    )


def _leading_markers(text: str) -> int:
    position = 0
    while (match := _SQUARE.match(text, position)) is not None:
        position = match.end()
    return position


def _numbers(text: str) -> list[int]:
    """ "2, 3" and "2-4" as places from 0; an absurd range is its two ends."""
    found: list[int] = []
    for part in re.split(r"\s*(?:[,;&]|and)\s*", text):
        ends = [int(one) - 1 for one in re.split(r"\s*[–-]\s*", part) if one.isdigit()]
        if len(ends) == 2 and 0 <= ends[1] - ends[0] <= 20:
            found += range(ends[0], ends[1] + 1)
        else:
            found += ends
    return [one for one in found if one >= 0]
