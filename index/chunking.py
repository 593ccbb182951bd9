"""Document to chunks: sentence-aware, within a section, sized by the embedder's own tokens. Pure.

A chunk prefers to end where a paragraph ends, but not between a question and its answer. Only
inside a paragraph too long for one chunk is there overlap. Sentences and table rows are split only
when one alone is larger than a chunk.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.sentences import is_question, sentence_spans
from index.types import Block, BlockKind, Chunk, Document

CHUNKER_VERSION = "2"

CountTokens = Callable[[Sequence[str]], list[int]]

_SPLIT_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CAPTION)
# A run without blanks is a single [UNK] token to BERT, be it a megabyte long: it counts for more.
_CHARACTERS_PER_TOKEN = 16  # several times what text has
_PIECE_CHARACTERS = 200  # of a unit too long for one chunk: cut into pieces before counting


@dataclass(frozen=True, slots=True)
class ChunkOptions:
    """Sizes in tokens of the embedder; ``context_tokens`` is the most that headings may take."""

    target_tokens: int = 230
    overlap_tokens: int = 40
    context_tokens: int = 40
    minimum_tokens: int = 60  #: below this a chunk goes on into the next paragraph of its section


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, row or piece: what a chunk is made of and never cuts."""

    start: int
    end: int
    tokens: int
    block: int  #: number of the block it belongs to
    asks: bool  #: it is a question


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    blocks: tuple[int, ...]


def chunk_document(
    document: Document,
    count_tokens: CountTokens,
    window_tokens: int,
    options: ChunkOptions = ChunkOptions(),
) -> list[Chunk]:
    """Chunks of a document in order; each one's ``embedding_text`` fits ``window_tokens`` whole.

    Together they hold every non-blank character of the text, headings above a body excepted: those
    stand in the ``headings`` of the chunks below them.
    """
    chunks: list[Chunk] = []
    for section in _sections(document):
        context = _context(document.title, section.headings, count_tokens, options.context_tokens)
        room = window_tokens - count_tokens([context])[0] - 1  # one for the line break between
        target = max(1, min(options.target_tokens, room))
        units = _units(document, section, count_tokens, target)
        blocks = [document.blocks[number] for number in section.blocks]
        for start, end in _pack(units, target, options):
            spans = _fit(document.text, start, end, context, count_tokens, window_tokens)
            for first, last in spans:
                pages = span_pages(blocks, first, last)
                chunks.append(_make(document, section.headings, context, first, last, pages))
    return chunks


def _sections(document: Document) -> Iterator[_Section]:
    """Runs of blocks under the same headings. A heading with no body is a section of itself."""
    path: list[tuple[int, str]] = []
    body: list[int] = []
    heading: int | None = None
    for number, block in enumerate(document.blocks):
        if block.kind is not BlockKind.HEADING:
            if document.text[block.start : block.end].strip():
                body.append(number)
            continue
        yield from _close(path, body, heading)
        body = []
        text = " ".join(document.text[block.start : block.end].split())
        path = [(level, title) for level, title in path if level < max(1, block.level)]
        path.append((max(1, block.level), text))
        heading = number
    yield from _close(path, body, heading)


def _close(path: list[tuple[int, str]], body: list[int], heading: int | None) -> list[_Section]:
    titles = tuple(title for _, title in path)
    if body:
        return [_Section(titles, tuple(body))]
    if heading is not None:
        return [_Section(titles[:-1], (heading,))]
    return []


def _context(title: str, headings: tuple[str, ...], count: CountTokens, limit: int) -> str:
    """Title and headings in one line of at most ``limit`` tokens; the innermost heading matters
    most, then the title, then the headings between, from the inside out."""
    names = [" ".join(name.split())[:400] for name in (title, *headings)]
    names = [name for place, name in enumerate(names) if name and name not in names[:place]]
    if not names:
        return ""
    kept = {len(names) - 1}
    order = [0, *range(len(names) - 2, 0, -1)] if len(names) > 1 else []
    for place in order:
        line = _join_names(names, kept | {place})
        if count([line])[0] - 2 <= limit:
            kept = kept | {place}
    line = _join_names(names, kept)
    while line and count([line])[0] - 2 > limit:
        line = (
            line[: len(line) * 3 // 4].rsplit(" ", 1)[0] if " " in line else line[: len(line) // 2]
        )
    return line


def _join_names(names: list[str], kept: set[int]) -> str:
    return " › ".join(names[place] for place in sorted(kept))


def _units(document: Document, section: _Section, count: CountTokens, target: int) -> list[_Unit]:
    spans: list[tuple[int, int, int]] = []
    for number in section.blocks:
        block = document.blocks[number]
        if block.kind in _SPLIT_KINDS:
            spans += [
                (a, b, number) for a, b in sentence_spans(document.text, block.start, block.end)
            ]
        elif block.kind is BlockKind.CODE:
            spans += [(a, b, number) for a, b in _lines(document.text, block.start, block.end)]
        else:
            spans.append((block.start, block.end, number))
    sizes = _count_spans(document.text, [(a, b) for a, b, _ in spans], count)
    units: list[_Unit] = []
    for (start, end, number), tokens in zip(spans, sizes, strict=True):
        if tokens <= target:
            asks = is_question(document.text[start:end])
            units.append(_Unit(start, end, tokens, number, asks))
            continue
        pieces = list(_pieces(document.text, start, end))
        for (a, b), size in zip(pieces, _count_spans(document.text, pieces, count), strict=True):
            units.append(_Unit(a, b, size, number, asks=False))
    return units


def _count_spans(text: str, spans: list[tuple[int, int]], count: CountTokens) -> list[int]:
    """Tokens of each span without the two special tokens that ``count`` adds."""
    if not spans:
        return []
    counts = count([text[a:b] for a, b in spans])
    return [
        max(1, tokens - 2, (b - a) // _CHARACTERS_PER_TOKEN)
        for tokens, (a, b) in zip(counts, spans, strict=True)
    ]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for line in text[start:end].splitlines(keepends=True):
        if line.strip():
            yield position, position + len(line.rstrip())
        position += len(line)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a long span into pieces of some characters, at blanks where there are any."""
    position = start
    while position < end:
        stop = min(end, position + _PIECE_CHARACTERS)
        if stop < end:
            blank = text.rfind(" ", position + 1, stop)
            stop = blank if blank > position else stop
        first, last = _trim(text, position, stop)
        if first < last:
            yield first, last
        position = stop


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _pack(units: list[_Unit], target: int, options: ChunkOptions) -> Iterator[tuple[int, int]]:
    """Spans of chunks over the units of one section."""
    current: list[_Unit] = []
    for paragraph in _paragraphs(units):
        size = sum(unit.tokens for unit in paragraph)
        held = sum(unit.tokens for unit in current)
        if current and (held + size > target or held >= options.minimum_tokens):
            fits_alone = size <= target
            if held >= options.minimum_tokens or fits_alone:
                kept = [current.pop()] if _waits_for_answer(current) else []
                yield current[0].start, current[-1].end
                current = kept
        for unit in paragraph:
            held = sum(kept.tokens for kept in current)
            if current and held + unit.tokens > target:
                yield current[0].start, current[-1].end
                current = _overlap(current, unit, target, options.overlap_tokens)
            current.append(unit)
    if current:
        yield current[0].start, current[-1].end


def _waits_for_answer(units: list[_Unit]) -> bool:
    """Is the last unit a question in a paragraph of its own, with others before it?"""
    return len(units) > 1 and units[-1].asks and units[-2].block != units[-1].block


def _paragraphs(units: list[_Unit]) -> Iterator[list[_Unit]]:
    group: list[_Unit] = []
    for unit in units:
        if group and unit.block != group[-1].block:
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def _overlap(units: list[_Unit], following: _Unit, target: int, limit: int) -> list[_Unit]:
    """The last units of a chunk that the next one repeats: same paragraph, few tokens."""
    kept: list[_Unit] = []
    tokens = 0
    for unit in reversed(units[1:]):
        tokens += unit.tokens
        if unit.block != following.block or tokens > limit or tokens + following.tokens > target:
            break
        kept.insert(0, unit)
    return kept


def _fit(
    text: str, start: int, end: int, context: str, count: CountTokens, window: int
) -> list[tuple[int, int]]:
    """The span, halved until each half fits the window: token counts do not add up exactly."""
    start, end = _trim(text, start, end)
    if start >= end:
        return []
    piece = text[start:end]
    if end - start == 1 or count([f"{context}\n{piece}" if context else piece])[0] <= window:
        return [(start, end)]
    middle = text.rfind(" ", start + 1, (start + end) // 2 + 1)
    middle = middle if middle > start else (start + end) // 2
    return [
        *_fit(text, start, middle, context, count, window),
        *_fit(text, middle, end, context, count, window),
    ]


def _make(
    document: Document,
    headings: tuple[str, ...],
    context: str,
    start: int,
    end: int,
    pages: tuple[int, ...],
) -> Chunk:
    key = f"{CHUNKER_VERSION}\0{document.id}\0{start}\0{end}"
    return Chunk(
        id=hashlib.sha256(key.encode()).hexdigest()[:24],
        document_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        headings=headings,
        pages=pages,
        context=context,
    )


def span_pages(blocks: Sequence[Block], start: int, end: int) -> tuple[int, ...]:
    """Pages that the text span touches, ascending; empty for a document without pages."""
    pages: set[int] = set()
    first = bisect_right(blocks, start, key=lambda block: block.end)  # blocks are in order
    for number in range(first, len(blocks)):
        block = blocks[number]
        if block.start >= end:
            break
        runs = [run.page for run in block.page_runs if run.start < end and run.end > start]
        if runs:
            pages.update(runs)
        elif block.page is not None:
            pages.add(block.page)
    return tuple(sorted(pages))
