"""What stands in a text for programs rather than people: characters nobody sees, orders to a model.

Computed from stored text when it is asked for; nothing is kept. Nothing is taken out or held back
either: orders change no answer, but a person should know of them. Text that was hidden by the
file's own format is left out when the file is read, which `loading.unseen` tells in a warning.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from index.types import Document

HIDDEN = "hidden text"  #: how a warning begins on words that the file itself does not show
_SHOWN = 80  #: characters of a passage that a note repeats
_NEAR = 6  #: marks of one kind so near to each other are one
_ZERO = "\u200b-\u200f\u2060-\u2064\ufeff\u180e\u00ad"
_LETTER = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_TAGS = "\U000e0000-\U000e007f"
_INVISIBLE = re.compile(
    # A flag such as Scotland's is a black flag with tags behind it.
    f"(?<![\U0001f3f4{_TAGS}])[{_TAGS}]+|\U0001f3f4[{_TAGS}]{{8,}}"
    # Letters in scripts of which none needs a joiner or a mark of direction.
    f"|(?<=[{_LETTER}])[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{{1,2}}(?=[{_LETTER}])"
    f"|[{_ZERO}]{{3,}}|[\U000e0100-\U000e01ef]{{2,}}|[\ufe00-\ufe0f]{{2,}}|[\u3164\uffa0]{{2,}}"
)
_TURNED = re.compile("[\u202d\u202e][^\u202c\n]{0,500}\u202c?")
_UNSEEN = re.compile(f"[{_ZERO}{_TAGS}\u202a-\u202e\u2066-\u2069]+")

_W = r"(?:\W{1,5}\w{1,30})"  #: a word on the way from one to the next
_THINGS = (
    r"(?:instructions?|prompts?|directions|directives?|guidelines|rules|commands|orders"
    r"|system messages?|context|programming|training)"
)
#: Words one of which must be there, in lower case, before the pattern is tried.
_ORDERS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (needed, re.compile(pattern, re.I | re.M))
    for needed, pattern in (
        (
            ("ignor", "disregard", "forget", "overrid", "bypass", "obey", "follow"),
            r"(?<!not )(?<!n['’]t )(?<!never )\b(?:ignor(?:e|ing)|disregard|forget|override|bypass"
            r"|(?:do not|don['’]t|stop) (?:obey|follow)(?:ing)?)\b"
            rf"{_W}{{0,4}}?\W{{1,5}}(?:previous|prior|above|earlier|preceding|foregoing|original"
            rf"|initial|system|all your|your)\b{_W}{{0,3}}?\W{{1,5}}{_THINGS}\b",
        ),
        (
            ("you are now",),
            rf"\byou are now\b{_W}{{0,4}}?\W{{1,5}}(?:assistant|model|AI|bot|chatbot|DAN|mode)\b",
        ),
        (
            ("prompt", "instructions"),
            r"\b(?:reveal|print|show|repeat|output|display|leak|tell me|disclose|write out)\b"
            rf"{_W}{{0,3}}?\W{{1,5}}(?:system prompt|your{_W}{{0,2}}?\W{{1,5}}(?:prompt"
            r"|instructions))\b|^[^\w\n]{0,5}system (?:prompt|override|message)\s*:",
        ),
        (
            ("the user", "the reader", "the human"),
            r"\b(?:do not|don['’]t|never) (?:tell|mention|reveal|inform|disclose)\b"
            rf"{_W}{{0,6}}?\W{{1,5}}the (?:user|reader|human)\b",
        ),
        (
            ("<|", "[inst", "[/inst", "<<sys", "### ", "<system>", "</system>"),
            r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>"
            r"|\[/?INST\]|<</?SYS>>|^### ?(?:instruction|system|response)s?:|</?system>",
        ),
        (
            ("language model", "chatbot", "chatgpt", "llm", "ai"),
            r"\b(?:attention|note to|message (?:for|to)|instructions? (?:for|to)|if you are"
            r"|as)\W{1,3}(?:an? |any |all |the )?(?:large )?(?:AI|LLM|language model|chatbot"
            r"|ChatGPT)s?\b(?= (?:assistant|model|agent|system)s?\b|\W{1,3}(?:you|reading"
            r"|processing|summari[sz]ing|that reads?|which reads?)\b|\W*[:!])",
        ),
        (
            ("from now on", "henceforth"),
            r"\b(?:from now on|henceforth),? (?:you )?(?:must |will |should |shall )?(?:only "
            r"|always |never )?(?:answer|reply|respond)\b",
        ),
        (
            ("instruction",),
            r"\bnew (?:system )?instructions?\s*:|\b(?:begin|end) of instructions\b",
        ),
        (
            ("mode",),
            r"\b(?:developer|god|DAN|jailbreak) mode (?:is )?(?:now )?(?:enabled|on|active)",
        ),
        (
            ("http",),
            r"\b(?:include|insert|render|embed|append|add|output)\b"
            rf"{_W}{{0,5}}?\W{{1,5}}image\b[^\n]{{0,60}}?https?://",
        ),
        (
            ("anweisung", "instruktion", "vorgaben"),
            r"\b(?:ignorier\w{0,4}|missacht\w{0,4}|vergiss|vergessen sie)\b"
            rf"{_W}{{0,4}}?\W{{1,5}}(?:vorherig|bisherig|obig|früher|vorangegangen)\w{{0,3}}\b"
            rf"{_W}{{0,2}}?\W{{1,5}}(?:anweisung|instruktion|vorgabe)\w{{0,3}}\b",
        ),
        (
            ("instructions", "consignes", "instrucciones", "istruzioni", "instruções"),
            r"\b(?:ignore[rz]?|oublie[rz]?|ignora|olvid[ae]|dimentica|esqueça)\b"
            rf"{_W}{{0,4}}?\W{{1,5}}(?:instructions|consignes|instrucciones|istruzioni|instruções)\b"
            rf"{_W}{{0,2}}?\W{{1,5}}(?:précédentes|antérieures|ci-dessus|anteriores|previas"
            r"|precedenti)\b",
        ),
    )
)


class MarkKind(StrEnum):
    """What is odd about a stretch of text; the value completes the sentence "it holds …"."""

    INVISIBLE = "characters that no reader sees"
    TURNED = "characters that turn the order of letters round"
    ORDER = "words that give orders to a language model"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch ``text[start:end]`` that a person should look at twice."""

    start: int
    end: int
    kind: MarkKind
    reads: str = ""  #: what a program reads there and a person does not


def marks(text: str) -> tuple[Mark, ...]:
    """All that is odd, in order; marks of one kind do not overlap. Linear in the text."""
    found = [*_merged(_invisible(text)), *_merged(_turned(text)), *_merged(_orders(text))]
    return tuple(sorted(found, key=lambda mark: (mark.start, mark.end)))


def gives_orders(text: str) -> bool:
    """Whether any words address a language model rather than a reader."""
    return next(_orders(text), None) is not None


def left_out(document: Document) -> tuple[str, ...]:
    """What is told of words that the file holds and does not show: where the text is shown, too."""
    return tuple(warning for warning in document.warnings if warning.startswith(HIDDEN))


def notes(document: Document) -> tuple[str, ...]:
    """A clause on each kind of oddity in a document, for a list that a person looks through."""
    found = marks(document.text)
    out = list(left_out(document))
    for kind in MarkKind:
        some = [mark for mark in found if mark.kind is kind]
        if some:
            places = "1 place" if len(some) == 1 else f"{len(some):,} places"
            out.append(f"it holds {kind.value}, in {places}: “{_shown(document.text, some[0])}”")
    return tuple(out)


def _shown(text: str, mark: Mark) -> str:
    """A mark's words, or those around it when it has none that can be seen."""
    said = mark.reads or text[mark.start : mark.end]
    if not _UNSEEN.sub("", said).strip():
        said = text[max(0, mark.start - _SHOWN // 2) : mark.end + _SHOWN // 2]
    said = " ".join(_UNSEEN.sub("", said).split())
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "…"


def _invisible(text: str) -> Iterator[Mark]:
    for match in _INVISIBLE.finditer(text):
        tags = [chr(ord(char) - 0xE0000) for char in match.group() if char >= "\U000e0020"]
        reads = "".join(char for char in tags if " " <= char <= "~")
        yield Mark(match.start(), match.end(), MarkKind.INVISIBLE, reads)


def _turned(text: str) -> Iterator[Mark]:
    for match in _TURNED.finditer(text):
        yield Mark(match.start(), match.end(), MarkKind.TURNED)


def _orders(text: str) -> Iterator[Mark]:
    """Orders, also those that invisible characters cut to pieces."""
    gone = [match.span() for match in _UNSEEN.finditer(text)]
    seen = _UNSEEN.sub("", text) if gone else text
    starts: list[int] = []  # in what is seen, and how far the text is ahead from there on
    ahead: list[int] = []
    away = 0
    for start, end in gone:
        starts.append(start - away)
        away += end - start
        ahead.append(away)
    lowered = seen.lower()
    found: list[tuple[int, int]] = []
    for needed, pattern in _ORDERS:
        if any(word in lowered for word in needed):
            found += [match.span() for match in pattern.finditer(seen)]
    for start, end in sorted(found):
        before, last = bisect_right(starts, start), bisect_right(starts, end - 1)
        yield Mark(
            start + (ahead[before - 1] if before else 0),
            end + (ahead[last - 1] if last else 0),
            MarkKind.ORDER,
        )


def _merged(found: Iterator[Mark]) -> list[Mark]:
    out: list[Mark] = []
    for mark in found:
        if out and mark.start <= out[-1].end + _NEAR:
            reads = out[-1].reads + mark.reads
            out[-1] = replace(out[-1], end=max(out[-1].end, mark.end), reads=reads)
        else:
            out.append(mark)
    return out
