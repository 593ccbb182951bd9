"""What changed from one document to another: what it says otherwise, leaves out and adds.

Sentences are paired by similarity, never rewritten. Whether a difference matters is for the reader
of the two to say; those in figures are shown first when there are too many.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

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
from rag.overviews.targets import means_everything, named_documents
from rag.types import Opening, Sentence

MOST_READ = 600  #: sentences of each document that are compared
_MOST_CHANGES = 15  # pairs of sentences that are shown; the note says how many there are
_MOST_ALONE = 6  # sentences of either document alone that are shown
# Not fitted: two sentences this near speak of the same thing more often than not.
_SAME_MATTER = 0.6  # cosine
_SAME_ROW = 0.5  # added where two rows begin alike, taken off where they do not
_SHARED = 0.2  # of the shorter one's sentences, which two versions of one document have in common
_MOST_OF_A_NAME = 0.5
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BOTH = re.compile(r"\b(?:two|both|(?:versions?|editions?)(?:\s+of)?)\b", re.I)
_ELLIPSIS = frozenset("one ones that those".split())
_OLDER = frozenset("old older original previous former earlier first draft prior last".split())
_NEWER = frozenset(
    "new newer current final latest later second revised amended updated signed present".split()
)
_VERSION = frozenset("version versions edition editions v rev revision".split())


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

    They are files named as such, or two versions of one thing: "the 2019 and the 2024 lift
    contract" share "lift contract", tea and coffee nothing. Without ``second`` the first names
    both.
    """
    if not second:
        bare = _BOTH.sub(" ", first)
        both = named_documents(bare, infos, least=_MOST_OF_A_NAME) or []
        if len(both) != 2 or (means_everything(bare) and not _BOTH.search(first)):
            return None
        if not means_everything(bare) and not _are_versions(*both):
            return None
        return _in_order(both[0], both[1], "", "")
    if not _undated(first) and not _undated(second):
        return None  # two years name no document
    tried = (
        (first, second),
        (f"{_undated(second)} {_dated(first)}", second),
        (first, f"{_undated(first)} {_dated(second)}"),
        tuple(f"{_undated(name)} {_numbered(name)}" for name in (first, second)),
    )
    for one, other in tried:
        named = [named_documents(name, infos, least=_MOST_OF_A_NAME) for name in (one, other)]
        found = [some[0] for some in named if some is not None and len(some) == 1]
        if len(found) == 2 and found[0].id != found[1].id:
            files = _is_file(first, found[0]) and _is_file(second, found[1])
            if files or _are_versions(*found):
                return _in_order(found[0], found[1], first, second)
    return None


def _is_file(name: str, info: DocumentInfo) -> bool:
    """Whether it is a file's name, with its ending or of words that are joined."""
    bare = name.strip(" \"'“”‘’?.!,").casefold()
    files = [PurePath(source.replace("\\", "/")) for source in info.sources]
    joined = re.search(r"[-_.]", bare) is not None
    return joined and any(bare in (one.name.casefold(), one.stem.casefold()) for one in files)


def _are_versions(one: DocumentInfo, other: DocumentInfo) -> bool:
    """Whether two titles or file names are alike but for years, numbers and "new"."""
    return not _family(one).isdisjoint(_family(other))


def _family(info: DocumentInfo) -> set[frozenset[str]]:
    stems = (PurePath(source.replace("\\", "/")).stem for source in info.sources)
    names = (info.title, *(re.sub(r"[-_.]+", " ", stem) for stem in stems))
    return {frozenset(family) for name in names if (family := _undated(name).split())}


def _undated(name: str) -> str:
    beside = QUESTION_WORDS | _ELLIPSIS | _OLDER | _NEWER | _VERSION
    kept = [word for word in words(name) if word not in beside]
    return " ".join(word for word in kept if not any(map(str.isdigit, word)))


def _dated(name: str) -> str:
    return " ".join(
        word for word in words(name) if any(map(str.isdigit, word)) or word in _OLDER | _NEWER
    )


def _numbered(name: str) -> str:
    return " ".join(word for word in words(name) if any(map(str.isdigit, word)))


def _in_order(
    one: DocumentInfo, other: DocumentInfo, said: str, said_other: str
) -> tuple[DocumentInfo, DocumentInfo]:
    """The older first: by the years in their names, their own dates, "old" and "new", as named."""
    names = [f"{info.title} {PurePath(info.source).name}" for info in (one, other)]
    years = [max(_YEAR.findall(name), default="") for name in names]
    dates = ["" if info.file_date else info.modified or "" for info in (one, other)]
    for first, second in (years, dates):
        if first and second and first != second:
            return (one, other) if first < second else (other, one)
    asked = [
        set(words(f"{text} {name}")) for text, name in zip((said, said_other), names, strict=True)
    ]
    is_newer = bool(asked[0] & _NEWER) or bool(asked[1] & _OLDER)
    is_older = bool(asked[0] & _OLDER) or bool(asked[1] & _NEWER)
    return (other, one) if is_newer and not is_older else (one, other)


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
