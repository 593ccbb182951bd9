"""What changed from one document to another: what it says otherwise, leaves out and adds.

Sentences are paired by similarity, never rewritten. Whether a difference matters is for the reader
of the two to say; those in figures are shown first when there are too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.chunking import span_pages
from index.embedding import Embedder
from index.sentences import sentence_spans
from index.snapshot import Snapshot
from index.types import BlockKind, Document, DocumentInfo
from rag.checking.quantities import figures
from rag.overviews.answers import Overview, answer_of, quoted
from rag.overviews.questions import Request
from rag.overviews.versions import compared_documents
from rag.types import Opening, Sentence

MOST_READ = 600  #: sentences of each document that are compared
_MOST_CHANGES = 15  # pairs of sentences that are shown; the note says how many there are
_MOST_ALONE = 6  # sentences of either document alone that are shown
# Not fitted: two sentences this near speak of the same thing more often than not.
_SAME_MATTER = 0.6  # cosine
_SAME_ROW = 0.5  # added where two rows begin alike, taken off where they do not
_SHARED = 0.2  # of the shorter one's sentences, which two versions of one document have in common


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Two documents' sentences side by side: offsets into each ``Document.text``."""

    same: tuple[tuple[Span, Span], ...]  #: sentences that stand in both, word for word
    altered: tuple[tuple[Span, Span], ...]  #: those that say it otherwise, as the second has them
    gone: tuple[Span, ...]  #: in the first alone
    new: tuple[Span, ...]  #: in the second alone
    cut: bool  #: whether either has more than `MOST_READ`


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
        text = document.text[block.start : block.end]
        if block.kind is BlockKind.HEADING and text == document.title:
            continue
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CODE):
            found += sentence_spans(document.text, block.start, block.end)
        else:
            found.append((block.start, block.end))
    return [span for span in found if _says_something(document.text[slice(*span)])]


def _says_something(text: str) -> bool:
    letters = sum(map(str.isalnum, text))
    return letters > 3 and (len(text.split()) > 1 or not text.isascii())


def _same(ours: Sequence[str], theirs: Sequence[str]) -> dict[int, int]:
    """Which of theirs each of ours is, word for word; each once."""
    places: dict[str, list[int]] = defaultdict(list)
    for number in reversed(range(len(theirs))):
        places[_key(theirs[number])].append(number)
    found: dict[int, int] = {}
    for number, text in enumerate(ours):
        left = places.get(_key(text))
        if left:
            found[number] = left.pop()
    return found


def _key(text: str) -> str:
    """All but case, blanks and the full stop: a sign or a currency is a difference."""
    return " ".join(text.casefold().split()).rstrip(".")


def _pairs(ours: list[str], theirs: list[str], embedder: Embedder) -> list[tuple[int, int]]:
    if not ours or not theirs:
        return []
    vectors = embedder.embed([*ours, *theirs])
    alike = vectors[: len(ours)] @ vectors[len(ours) :].T
    for one, text in enumerate(ours):
        for other, held in enumerate(theirs) if " | " in text else ():
            if " | " in held:  # rows are told apart by how they begin, not by equal figures
                same = _key(text.split(" | ")[0]) == _key(held.split(" | ")[0])
                alike[one, other] += _SAME_ROW if same else -_SAME_ROW
    found: list[tuple[int, int]] = []
    left, right = set(range(len(ours))), set(range(len(theirs)))
    for place in np.argsort(-alike, axis=None, kind="stable"):
        one, other = divmod(int(place), len(theirs))
        if alike[one, other] < _SAME_MATTER:
            break
        if one in left and other in right:
            found.append((one, other))
            left.remove(one)
            right.remove(other)
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
    held = len(found.same) + len(found.altered)
    if held == 0 or held < _SHARED * (held + min(len(found.gone), len(found.new))):
        return None  # two that have little to do with each other
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
            opening = Opening.BESIDE if place else Opening.ITEM
            sentences.append(replace(told, opening=opening))
    read = 2 * (len(found.same) + len(found.altered)) + len(found.gone) + len(found.new)
    answer = answer_of(tuple(sentences))
    return Overview(answer, read, read, _note(meant, found, len(kept)))


def _note(meant: tuple[DocumentInfo, DocumentInfo], found: Changes, altered: int) -> str:
    older, newer = (info.title for info in meant)
    cut = f" Only the first {MOST_READ} of each were compared." if found.cut else ""
    if not (found.altered or found.gone or found.new):
        every = "the one sentence" if len(found.same) == 1 else f"all {len(found.same):,} sentences"
        return f"{older} and {newer} say the same in {every}.{cut}"
    said = []
    if found.altered:
        of = f" of {len(found.altered):,}" if altered < len(found.altered) else ""
        said.append(
            f"{_counted(altered, 'line')}{of} with what {older} says and then what {newer} says "
            "instead"
        )
    for spans, title in ((found.gone, older), (found.new, newer)):
        if spans:
            shown = min(len(spans), _MOST_ALONE)
            of = f" of {len(spans):,}" if shown < len(spans) else ""
            said.append(f"{_counted(shown, 'line')}{of} from {title} alone")
    same = _counted(len(found.same), "sentence")
    stand = "stands" if len(found.same) == 1 else "stand"
    return f"{'; '.join(said)}. {same} {stand} in both word for word.{cut}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
