"""What changed from one document to another: what it says otherwise, leaves out and adds.

Sentences are paired by similarity, never rewritten. Whether a difference matters is for the reader
of the two to say; those in figures are shown first when there are too many.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.analysis import QUESTION_WORDS, words
from index.chunking import span_pages
from index.embedding import Embedder
from index.sentences import sentence_spans
from index.snapshot import Snapshot
from index.types import BlockKind, Document, DocumentInfo
from rag.checking.quantities import figures
from rag.overviews.answers import Overview, answer_of, quoted
from rag.overviews.questions import Request
from rag.overviews.targets import named_documents
from rag.types import Opening, Sentence

MOST_READ = 600  #: sentences of each document that are compared
_MOST_CHANGES = 15  # pairs of sentences that are shown; the note says how many there are
_MOST_ALONE = 6  # sentences of either document alone that are shown
# Not fitted: two sentences this near speak of the same thing more often than not.
_SAME_MATTER = 0.6  # cosine
_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_FEWEST_WORDS = 3
_MOST_OF_A_NAME = 0.5
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BOTH = re.compile(r"\b(?:two|both|(?:versions?|editions?)(?:\s+of)?)\b", re.I)
_ELLIPSIS = frozenset("one ones version versions edition editions that those".split())


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Two documents' sentences side by side: offsets into each ``Document.text``."""

    same: tuple[tuple[Span, Span], ...]  #: sentences that stand in both, word for word
    altered: tuple[tuple[Span, Span], ...]  #: those that say it otherwise, as the second has them
    gone: tuple[Span, ...]  #: in the first alone
    new: tuple[Span, ...]  #: in the second alone
    cut: bool  #: whether either has more than `MOST_READ`


def compared_documents(
    first: str, second: str, infos: Mapping[str, DocumentInfo]
) -> tuple[DocumentInfo, DocumentInfo] | None:
    """The two documents that are meant, the older one first; None unless there are just two.

    "The 2019 and the 2024 lift contract" share "lift contract"; without ``second`` the first names
    both.
    """
    if not second:
        both = named_documents(_BOTH.sub(" ", first), infos, least=_MOST_OF_A_NAME) or []
        return _in_order(both[0], both[1]) if len(both) == 2 else None
    if not _undated(first) and not _undated(second):
        return None  # two years name no document
    tried = (
        (first, second),
        (f"{_undated(second)} {_dated(first)}", second),
        (first, f"{_undated(first)} {_dated(second)}"),
    )
    for one, other in tried:
        named = [named_documents(name, infos, least=_MOST_OF_A_NAME) for name in (one, other)]
        found = [some[0] for some in named if some is not None and len(some) == 1]
        if len(found) == 2 and found[0].id != found[1].id:
            return _in_order(found[0], found[1])
    return None


def _undated(name: str) -> str:
    kept = [word for word in words(name) if word not in QUESTION_WORDS | _ELLIPSIS]
    return " ".join(word for word in kept if not any(map(str.isdigit, word)))


def _dated(name: str) -> str:
    return " ".join(word for word in words(name) if any(map(str.isdigit, word)))


def _in_order(one: DocumentInfo, other: DocumentInfo) -> tuple[DocumentInfo, DocumentInfo]:
    """By their own dates, else by the years in their names, else as they are named."""
    dates = [info.modified for info in (one, other) if not info.file_date and info.modified]
    if len(dates) < 2:
        dates = [
            max(_YEAR.findall(f"{info.title} {info.source}"), default="") for info in (one, other)
        ]
    return (other, one) if all(dates) and dates[0] > dates[1] else (one, other)


def changes(before: Document, after: Document, embedder: Embedder) -> Changes:
    """What the second says otherwise, what it leaves out and what it adds.

    Each sentence is paired once, the most alike first.
    """
    first, second = _spans(before), _spans(after)
    cut = max(len(first), len(second)) > MOST_READ
    first, second = first[:MOST_READ], second[:MOST_READ]
    ours = [before.text[start:end] for start, end in first]
    theirs = [after.text[start:end] for start, end in second]
    same = _same(ours, theirs)
    left = [n for n in range(len(ours)) if n not in same]
    right = [n for n in range(len(theirs)) if n not in same.values()]
    pairs = _pairs([ours[n] for n in left], [theirs[n] for n in right], embedder)
    altered = sorted((right[theirs_at], left[ours_at]) for ours_at, theirs_at in pairs)
    paired, answered = {ours_at for _, ours_at in altered}, {theirs_at for theirs_at, _ in altered}
    return Changes(
        same=tuple((first[ours_at], second[theirs_at]) for ours_at, theirs_at in same.items()),
        altered=tuple((first[ours_at], second[theirs_at]) for theirs_at, ours_at in altered),
        gone=tuple(first[n] for n in left if n not in paired),
        new=tuple(second[n] for n in right if n not in answered),
        cut=cut,
    )


def in_figures(one: str, other: str) -> bool:
    """Whether two sentences differ in a number or date."""
    said, held = figures(one), figures(other)
    values = [sorted(quantity.values for quantity in some.quantities) for some in (said, held)]
    dates = [sorted(str(moment.readings) for moment in some.moments) for some in (said, held)]
    return values[0] != values[1] or dates[0] != dates[1]


def _spans(document: Document) -> list[Span]:
    found: list[Span] = []
    for block in document.blocks:
        if block.kind is BlockKind.TABLE_ROW:
            found.append((block.start, block.end))
        elif block.kind in _KINDS:
            found += sentence_spans(document.text, block.start, block.end)
    return [span for span in found if len(words(document.text[slice(*span)])) >= _FEWEST_WORDS]


def _same(ours: Sequence[str], theirs: Sequence[str]) -> dict[int, int]:
    """Which of theirs each of ours is, word for word; each once."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number in reversed(range(len(theirs))):
        places[tuple(words(theirs[number]))].append(number)
    found: dict[int, int] = {}
    for number, text in enumerate(ours):
        left = places.get(tuple(words(text)))
        if left:
            found[number] = left.pop()
    return found


def _pairs(ours: list[str], theirs: list[str], embedder: Embedder) -> list[tuple[int, int]]:
    if not ours or not theirs:
        return []
    vectors = embedder.embed([*ours, *theirs])
    alike = vectors[: len(ours)] @ vectors[len(ours) :].T
    found: list[tuple[int, int]] = []
    for place in np.argsort(-alike, axis=None, kind="stable"):
        one, other = divmod(int(place), len(theirs))
        if alike[one, other] < _SAME_MATTER:
            break
        if all(one != a and other != b for a, b in found):
            found.append((one, other))
    return found


def what_changed(
    wish: Request, snapshot: Snapshot, infos: dict[str, DocumentInfo], embedder: Embedder
) -> Overview | None:
    """What the newer of two documents says otherwise: both sentences in a line, the older first."""
    meant = compared_documents(wish.target, wish.other, infos)
    if meant is None:
        return None
    documents = [snapshot.document(info.id) for info in meant]
    older, newer = documents
    if older is None or newer is None:
        return None
    found = changes(older, newer, embedder)
    if not (found.same or found.altered):
        return None  # two that have nothing to do with each other
    ranked = sorted(
        found.altered,
        key=lambda pair: not in_figures(older.text[slice(*pair[0])], newer.text[slice(*pair[1])]),
    )
    kept = set(ranked[:_MOST_CHANGES])
    lines = [[(0, one), (1, other)] for one, other in found.altered if (one, other) in kept]
    lines += [[(0, span)] for span in found.gone[:_MOST_ALONE]]
    lines += [[(1, span)] for span in found.new[:_MOST_ALONE]]
    if not lines:  # nothing changed: one sentence shows it
        lines = [[(0, one), (1, other)] for one, other in found.same[:1]]
    sentences: list[Sentence] = []
    for line in lines:
        for place, (which, (start, end)) in enumerate(line):
            document = (older, newer)[which]
            pages = span_pages(document.blocks, start, end)
            told = quoted(len(sentences) + 1, meant[which], start, document.text[start:end], pages)
            opening = Opening.NOTHING if place else Opening.ITEM
            sentences.append(replace(told, opening=opening))
    read = 2 * (len(found.same) + len(found.altered)) + len(found.gone) + len(found.new)
    answer = answer_of(tuple(sentences))
    return Overview(answer, read, read, _note(meant, found, len(kept)))


def _note(meant: tuple[DocumentInfo, DocumentInfo], found: Changes, altered: int) -> str:
    older, newer = (info.title for info in meant)
    if not (found.altered or found.gone or found.new):
        return f"{older} and {newer} say the same in all of their {len(found.same):,} sentences."
    said = f"{len(found.same):,} sentences stand in both {older} and {newer}"
    if found.altered:
        of = f"{altered} of the {len(found.altered):,}" if altered < len(found.altered) else "Those"
        said += f". {of} that the two say otherwise come first, the older beside the newer"
    for spans, title in ((found.gone, older), (found.new, newer)):
        if spans:
            shown = min(len(spans), _MOST_ALONE)
            some = f"{shown} of {len(spans):,}" if shown < len(spans) else f"{shown:,}"
            said += f"; then {some} that stand in {title} alone"
    cut = f"; only the first {MOST_READ} of each were compared" if found.cut else ""
    return f"{said}{cut}."
