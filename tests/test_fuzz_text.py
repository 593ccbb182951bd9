"""Chunks, footnote markers and rewritten questions of any text at all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from fuzzing import TOKENS, tries
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import terms
from index.chunking import ChunkOptions, chunk_document
from index.embedding import HashingEmbedder
from index.loading.builder import TextBuilder
from index.loading.limits import RefusedError
from index.sentences import sentence_spans
from index.suspicious import marks
from index.types import BlockKind, Document
from rag.replies import LONGEST_SENTENCE, SentenceStream, plain
from rag.rewriting import rewrite, sane_rewrite
from rag.types import Turn, escape_markers

EMBEDDER = HashingEmbedder(16)
WORDS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*TOKENS, "word", " ", "Dr. ", "U.S. ", "3.5 "]), max_size=40).map(
        "".join
    ),
)
#: What models write where a marker belongs, whole and broken.
MARKED = st.lists(
    st.sampled_from(
        ["[1]", "[12]", "[1, 2]", "[2-4]", "[9-1]", "[", "]", "【1】", "[passage 3]", "(source 2)",
         "[1](http://a.b)", "![x](http://a.b?q=1)", "[a](b)", "<b>", "</b>", "<|im_end|>", "<",
         "According to passage 2, ", "Answer: ", "```\n", "**", "* ", "# ", "1. ", "\n", "\n\n",
         "It has nine sails.", " The boat is red", ". ", "! ", " ", "é", "²", "[²]", "[٣]", "!", "["
         "999999999999]", "word " * 50]
    ),
    max_size=14,
).map("".join)  # fmt: skip
_MARKER = re.compile(r"\[\s*[0-9]{1,3}\s*\]")


@tries(60)
@given(
    st.lists(st.tuples(st.sampled_from(BlockKind), WORDS, st.integers(0, 6)), max_size=25),
    st.integers(24, 64),
    WORDS,
)
def test_chunks_of_any_document_hold_all_of_it(
    blocks: list[tuple[BlockKind, str, int]], window: int, title: str
) -> None:
    builder = TextBuilder()
    for kind, words, level in blocks:
        builder.add(kind, words, level)
    try:
        parsed = builder.parsed("text")
    except RefusedError:
        return
    document = Document("d", title, parsed.text, parsed.blocks, None, "text/1", None)
    options = ChunkOptions(target_tokens=window // 2, overlap_tokens=4, context_tokens=6)
    chunks = chunk_document(document, EMBEDDER.count_tokens, window, options)
    held: set[int] = set()
    for chunk in chunks:
        assert parsed.text[chunk.start : chunk.end] == chunk.text
        assert chunk.text.strip()
        assert EMBEDDER.count_tokens([chunk.embedding_text])[0] <= window
        held.update(range(chunk.start, chunk.end))
    for block in parsed.blocks:
        if block.kind is not BlockKind.HEADING:
            for at in range(block.start, block.end):
                assert at in held or parsed.text[at].isspace()
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@tries(100)
@given(WORDS)
def test_sentences_hold_every_character_once(text: str) -> None:
    spans = sentence_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    inside = {at for start, end in spans for at in range(start, end)}
    assert all(at in inside or char.isspace() for at, char in enumerate(text))


@tries(100)
@given(MARKED, st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_a_reply_in_any_pieces_becomes_plain_sentences(reply: str, sizes: list[int]) -> None:
    stream, said, at = SentenceStream(), [], 0
    for turn in range(len(reply)):
        size = sizes[turn % len(sizes)]
        said += stream.feed(reply[at : at + size])
        at += size
        assert "\n" not in stream.pending
        if at >= len(reply):
            break
    said += stream.close()
    for sentence in said:
        assert sentence.text == " ".join(sentence.text.split())
        assert len(sentence.text) <= LONGEST_SENTENCE + 100
        assert all(hint >= 0 for hint in sentence.hints)
        assert not _MARKER.search(sentence.text), sentence.text
        assert "http://a.b?q" not in sentence.text
    assert stream.pending == ""


@tries(100)
@given(MARKED)
def test_plain_text_stays_plain(reply: str) -> None:
    said = plain(reply)
    assert not said.text or any(map(str.isalnum, said.text))
    assert not _MARKER.search(said.text)


@tries(100)
@given(st.one_of(WORDS, MARKED))
def test_escaped_words_hold_no_marker(text: str) -> None:
    escaped = escape_markers(text)
    assert not re.search(r"\[\d+\]", escaped)
    assert escape_markers(escaped) == escaped
    assert escaped.replace("［", "[").replace("］", "]") == text.replace("［", "[").replace(
        "］", "]"
    )


@tries(60)
@given(
    st.one_of(WORDS, st.sampled_from(["and in 2014?", "the second one", "who is he?", "why?"])),
    st.lists(st.tuples(WORDS, WORDS), max_size=4),
    WORDS,
)
def test_any_follow_up_is_rewritten_or_left(
    question: str, earlier: list[tuple[str, str]], written: str
) -> None:
    history = [Turn(asked, answered) for asked, answered in earlier]
    found = rewrite(question, history)
    assert found.question == question
    assert question == "" or found.text
    if not history:
        assert found.text == question
    sane = sane_rewrite(question, written, history)
    assert sane is None or ("\n" not in sane and len(sane) <= 2 * len(question) + 200)


PUMPED = (
    *TOKENS,
    "a",
    ". ",
    "A. ",
    "e.g. ",
    "(a",
    "“",
    "word ",
    "1,",
    "-a",
    "!?",
    "a\u200b",
    "。#",
)
#: What the parent process does with a document's text has no clock over it.
WITHOUT_CLOCK = (sentence_spans, terms, marks, plain, escape_markers)


@pytest.mark.parametrize("work", WITHOUT_CLOCK, ids=lambda work: work.__name__)
def test_time_grows_with_the_text_and_no_faster(work: Callable[[str], object]) -> None:
    def seconds(text: str) -> float:
        started = time.process_time()
        work(text)
        return time.process_time() - started

    @tries(12)
    @given(st.lists(st.sampled_from(PUMPED), min_size=1, max_size=3).map("".join))
    def check(seed: str) -> None:
        short, long = seed * (5_000 // len(seed)), seed * (80_000 // len(seed))
        assert seconds(long) < 0.5 + 40 * seconds(short), seed

    check()


@pytest.mark.parametrize("seed", ["“", "`", "。#", "a", "a. ", "![", "(", '"'])
def test_a_line_without_end_is_parted_in_bounded_time(seed: str) -> None:
    """The library that parts sentences takes the square of a line's length."""
    text = (seed * 200_000)[:200_000]
    started = time.process_time()
    spans = sentence_spans(text)
    assert time.process_time() - started < 4
    assert sum(end - start for start, end in spans) >= len(text) - text.count(" ")


def test_long_lines_are_parted_as_short_ones_are() -> None:
    said = [f"Sentence {number} says that the boat has {number} sails." for number in range(900)]
    text = " ".join(said)
    assert [text[start:end] for start, end in sentence_spans(text)] == said
