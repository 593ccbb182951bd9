"""A language model's words, as they come, to plain sentences with the places they point to.

Markdown, tags, links, template marks and footnote markers are taken off: what is left is text to be
checked, and where lists had items (`rag.reply_layout`). Nothing here is believed; a marker becomes
a hint, and whether a sentence stands is decided in `rag.citations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.sentences import sentence_spans
from rag.prompts import NOT_SAID
from rag.reply_layout import ITEM, Items, Rows, is_row
from rag.types import Opening

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
_ITEM_START = re.compile(rf"[\s>]*{ITEM}")
_SET_IN = 2  # blanks before a line that goes on with an item
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
    opening: Opening = Opening.NOTHING
    leads: bool = False  #: a heading, or an introduction that ends in a colon


class SentenceStream:
    """Feed it pieces; it hands out sentences once they are complete with their markers."""

    def __init__(self) -> None:
        self._held = ""
        self._gap = "\n"  # what stood between the sentence before and what is held
        self._items = Items()
        self._rows = Rows()
        self._listing = False

    @property
    def pending(self) -> str:
        """The sentence that is being written, plain."""
        known = self._held[: self._known()]
        if self._items.is_next(known):
            return ""
        row = "\n" in self._before(known) and is_row(known)
        return plain((known.replace("|", " ") if row else known).replace(ITEM, "")).text

    def feed(self, piece: str) -> list[Said]:
        """The sentences that the piece completes."""
        self._held += piece
        known = self._known()
        self._held = self._laid_out(self._held[:known]) + self._held[known:]
        return self._complete()

    def close(self) -> list[Said]:
        """What is left when the reply has ended by itself."""
        self._held = self._laid_out(self._held)
        if self._items.counting and self._items.is_next(self._held):
            self._held = ""  # the number of an item that never came
        self._held += "\n"
        out = self._complete(ended=True)
        self._held = ""
        return [*out, *self._rows_left()]

    def _known(self) -> int:
        """Where what is still being written begins."""
        held = self._held
        starts = {held.rfind(mark) for mark in "[【<"} | {len(held) - 1}
        starts |= {at - 1 for at in starts if at > 0 and held[at - 1] == "!"}
        open_at = [at for at in starts if at >= 0 and _UNFINISHED.match(held, at)]
        return min(open_at, default=len(held))

    def _laid_out(self, text: str) -> str:
        """Without images, links and tags, for the "!" of an image would end a sentence; and with
        one mark for an item, for the dot of its number would as well."""
        return self._items.marked(_unmarked(text), fresh="\n" in self._gap)

    def _before(self, known: str) -> str:
        return self._gap + known[: len(known) - len(known.lstrip())]

    def _complete(self, *, ended: bool = False) -> list[Said]:
        out: list[Said] = []
        while (found := self._next(ended)) is not None:
            out += [said for said in found if said.text]
        return out

    def _next(self, ended: bool) -> list[Said] | None:
        """The sentence or row that what is held begins with; None while it is not complete."""
        known = self._held if ended else self._held[: self._known()]
        before = self._before(known)
        if "\n" in before and is_row(known):
            return self._next_row(known)
        spans = sentence_spans(known)
        if not spans or (not ended and self._items.is_next(known)):
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
        said = self._opened(known[:end], known[cut:after], before)
        self._gap = known[end:after]
        self._held = self._held[after:]
        return [*self._rows_left(), said]

    def _opened(self, words: str, markers: str, before: str) -> Said:
        """A sentence and what it opens; a line that is set in belongs to its item."""
        said = plain(words.replace(ITEM, "") + markers)
        opening = Opening.NOTHING
        if _ITEM_START.match(words):
            opening = Opening.ITEM
        elif self._listing and "\n" in before and len(before.rpartition("\n")[2]) < _SET_IN:
            opening = Opening.LINE
        if said.text and opening is not Opening.NOTHING:
            self._listing = opening is Opening.ITEM
        leads = said.text.endswith(":") or words.lstrip().startswith("#")
        return replace(said, opening=opening, leads=leads)

    def _next_row(self, known: str) -> list[Said] | None:
        start = len(known) - len(known.lstrip())
        end = known.find("\n", start)
        if end < 0 and len(known) < LONGEST_SENTENCE:
            return None
        end = end if end >= 0 else LONGEST_SENTENCE
        before = self._rows_left() if "\n" in known[:start] else []  # of another table
        rows = [_row(said) for said in self._rows.feed(known[start:end])]
        self._held, self._gap = self._held[end + 1 :], "\n"
        self._listing = True
        return [*before, *rows]

    def _rows_left(self) -> list[Said]:
        """What was waited with of a table that is over."""
        return [said for said in map(_row, self._rows.end()) if said.text]


def _row(statement: str) -> Said:
    return replace(plain(statement), opening=Opening.ITEM)


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
