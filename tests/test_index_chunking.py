"""Chunks: exact offsets, nothing lost, the whole embedding text inside the window, stable ids."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import ChunkOptions, chunk_document, span_pages
from index.embedding import HashingEmbedder, SentenceTransformerEmbedder
from index.types import Block, BlockKind, Chunk, Document, PageRun

HASHING = HashingEmbedder()
REAL = SentenceTransformerEmbedder()  # counting tokens needs no torch
EMBEDDERS = pytest.mark.parametrize("embedder", [HASHING, REAL], ids=["hashing", "real"])
SENTENCE = "The quick brown fox jumps over the lazy dog near the river on a Sunday in May. "


def build(parts: Sequence[tuple[BlockKind, str, int]], title: str = "Title") -> Document:
    """A document of blocks (kind, text, level) with a blank line between them."""
    blocks: list[Block] = []
    position = 0
    for kind, text, level in parts:
        blocks.append(Block(kind, position, position + len(text), level))
        position += len(text) + 2
    text = "\n\n".join(part[1] for part in parts)
    return Document("d" * 32, title, text, tuple(blocks), "en", "text/1", None)


def paragraphs(*texts: str) -> Document:
    return build([(BlockKind.PARAGRAPH, text, 0) for text in texts])


def chunked(
    document: Document, embedder: HashingEmbedder | SentenceTransformerEmbedder
) -> list[Chunk]:
    return chunk_document(document, embedder.count_tokens, embedder.window_tokens)


def check(
    document: Document, embedder: HashingEmbedder | SentenceTransformerEmbedder
) -> list[Chunk]:
    """All that must hold of any document's chunks."""
    chunks = chunked(document, embedder)
    covered = bytearray(len(document.text))
    for chunk in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text
        assert chunk.text.strip() == chunk.text != ""
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    counts = embedder.count_tokens([chunk.embedding_text for chunk in chunks])
    assert all(count <= embedder.window_tokens for count in counts)
    held = {heading for chunk in chunks for heading in chunk.headings}
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if block.kind is BlockKind.HEADING and " ".join(text.split()) in held:
            continue
        for place in range(block.start, block.end):
            assert covered[place] or document.text[place].isspace(), (place, text)
    ids = [chunk.id for chunk in chunks]
    assert len(set(ids)) == len(ids)
    assert chunks == sorted(chunks, key=lambda chunk: (chunk.start, chunk.end))
    assert chunks == chunked(document, embedder)
    return chunks


WORDS = st.text(
    alphabet=st.sampled_from(
        "ab Z.!?,-1 \té́ü你好世界。カ゛กำ한عربي😀👩\u200d🔬\ufe0f\u200b\u00ad\u3000\n\x0b"
    )
)
REPEATED = st.tuples(
    st.sampled_from(
        ["a", "word ", "你", "😀", "é́", "A. ", "x1-", "Hello, you. ", "#", "\u200b", "\n-"]
    ),
    st.integers(1, 1500),
).map(lambda pair: pair[0] * pair[1])
BLOCKS = st.lists(
    st.tuples(st.sampled_from(list(BlockKind)), WORDS | REPEATED | st.text(), st.integers(0, 6)),
    max_size=8,
)
TITLES = st.sampled_from(["", "Title", "标题" * 60, "t" * 3000, "w " * 300, "😀" * 50])


@EMBEDDERS
@given(parts=BLOCKS, title=TITLES)
@settings(max_examples=60)
def test_odd_documents(
    embedder: HashingEmbedder | SentenceTransformerEmbedder,
    parts: list[tuple[BlockKind, str, int]],
    title: str,
) -> None:
    check(build(parts, title), embedder)


@EMBEDDERS
@pytest.mark.parametrize(
    "line",
    ["x" * 100_000, "你" * 100_000, "😀" * 20_000, "no stop here " * 8_000, "e\u0301" * 50_000],
    ids=["one word", "CJK", "emoji", "no punctuation", "combining marks"],
)
def test_one_long_line(embedder: HashingEmbedder | SentenceTransformerEmbedder, line: str) -> None:
    chunks = check(paragraphs(line), embedder)
    assert len(chunks) > 5
    assert max(len(chunk.text) for chunk in chunks) < 5000, "a run of one token made a huge passage"


@EMBEDDERS
def test_rows_are_not_cut(embedder: HashingEmbedder | SentenceTransformerEmbedder) -> None:
    rows = [
        f"| Model {n} | X-{n} | {n * 17},000 units | made in 20{n:02d}. See note. |"
        for n in range(60)
    ]
    document = build([(BlockKind.TABLE_ROW, row, 0) for row in rows])
    chunks = check(document, embedder)
    starts = {block.start for block in document.blocks}
    ends = {block.end for block in document.blocks}
    assert len(chunks) > 3
    assert all(chunk.start in starts and chunk.end in ends for chunk in chunks)


@EMBEDDERS
def test_sentences_are_not_cut(embedder: HashingEmbedder | SentenceTransformerEmbedder) -> None:
    chunks = check(paragraphs((SENTENCE * 100).strip()), embedder)
    assert all(chunk.text.startswith("The quick") for chunk in chunks)
    assert all(chunk.text.endswith("in May.") for chunk in chunks)
    overlaps = [before.end - after.start for before, after in pairwise(chunks)]
    assert all(0 < overlap <= 2 * len(SENTENCE) for overlap in overlaps)


def test_headings_stand_in_context_and_are_not_repeated() -> None:
    document = build(
        [
            (BlockKind.HEADING, "Manual", 1),
            (BlockKind.HEADING, "Care", 2),
            (BlockKind.PARAGRAPH, "Keep it dry.", 0),
            (BlockKind.HEADING, "Repair", 2),
            (BlockKind.PARAGRAPH, "Do not open it.", 0),
            (BlockKind.HEADING, "Index", 1),
        ],
        title="X-100",
    )
    chunks = check(document, HASHING)
    assert [(chunk.headings, chunk.text) for chunk in chunks] == [
        ((), "Manual"),
        (("Manual", "Care"), "Keep it dry."),
        (("Manual", "Repair"), "Do not open it."),
        ((), "Index"),
    ]
    assert chunks[1].context == "X-100 › Manual › Care"
    assert chunks[1].embedding_text == "X-100 › Manual › Care\nKeep it dry."


def test_long_headings_are_shortened_from_the_outside() -> None:
    outer, inner = "outer " * 100, "the innermost heading"
    document = build(
        [
            (BlockKind.HEADING, outer, 1),
            (BlockKind.HEADING, inner, 2),
            (BlockKind.PARAGRAPH, "x", 0),
        ]
    )
    last = check(document, REAL)[-1]
    assert last.headings == (" ".join(outer.split()), inner)
    assert inner in last.context
    assert REAL.count_tokens([last.context])[0] - 2 <= ChunkOptions().context_tokens


def test_a_new_paragraph_begins_a_chunk_once_there_is_enough() -> None:
    long, short = (SENTENCE * 5).strip(), "Short."
    chunks = check(paragraphs(long, long, short, short, short, long), REAL)
    assert [chunk.text.count("quick") for chunk in chunks] == [5, 5, 5]
    assert chunks[2].text.startswith("Short.\n\nShort.\n\nShort.\n\nThe quick")


def test_ids_come_from_document_and_span() -> None:
    first, second = paragraphs("Same words."), replace(paragraphs("Same words."), id="e" * 32)
    assert chunked(first, HASHING) == chunked(first, HASHING)
    assert chunked(first, HASHING)[0].id != chunked(second, HASHING)[0].id


def test_an_empty_document_has_no_chunks() -> None:
    assert chunked(build([]), HASHING) == []
    assert chunked(paragraphs(" \n "), HASHING) == []


def test_pages_of_a_span() -> None:
    runs = (PageRun(0, 10, 1, 0, 10), PageRun(10, 20, 2, 0, 10))
    blocks = [
        Block(BlockKind.PARAGRAPH, 0, 20, page=1, page_runs=runs),
        Block(BlockKind.PARAGRAPH, 22, 30, page=3),
        Block(BlockKind.PARAGRAPH, 32, 40),
    ]
    assert span_pages(blocks, 0, 10) == (1,)
    assert span_pages(blocks, 9, 11) == (1, 2)
    assert span_pages(blocks, 12, 25) == (2, 3)
    assert span_pages(blocks, 20, 22) == ()
    assert span_pages(blocks, 0, 40) == (1, 2, 3)
    assert span_pages(blocks, 33, 40) == ()


@pytest.mark.parametrize("kind", [BlockKind.PARAGRAPH, BlockKind.TABLE_ROW, BlockKind.CODE])
def test_large_documents_take_seconds(kind: BlockKind) -> None:
    """5 MB in 64,000 blocks without a heading: work must not grow with the square."""
    document = build([(kind, SENTENCE.strip(), 0)] * 64_000)
    started = time.perf_counter()
    chunks = chunked(document, HASHING)
    assert len(chunks) > 10_000
    assert time.perf_counter() - started < 15


def test_no_chunk_ends_between_a_question_and_its_answer() -> None:
    lines: list[str] = []
    for number in range(12):
        lines += [f"Does number {number} open?", f"It opens at {number}. " + SENTENCE * 2]
    chunks = check(paragraphs(*lines), HASHING)
    assert len(chunks) > 4
    assert not [chunk.text for chunk in chunks if chunk.text.endswith("?")]
    alone = check(paragraphs(SENTENCE * 6, "Does it open?"), HASHING)
    assert alone[-1].text.endswith("Does it open?")
