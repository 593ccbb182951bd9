"""A section is shown where its heading is what was asked for."""

from __future__ import annotations

import pytest

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.answering import extractive_answer
from rag.headed import headed_section
from rag.reader import Reading, Span
from rag.types import Parts, Passage

PARTS = [
    (BlockKind.HEADING, "Pump P-12"),
    (BlockKind.PARAGRAPH, "It lifts water."),
    (BlockKind.HEADING, "3. Known problems"),
    (BlockKind.LIST_ITEM, "The seal leaks when cold."),
    (BlockKind.LIST_ITEM, "The display is dim."),
    (BlockKind.HEADING, "Cleaning"),
    (BlockKind.PARAGRAPH, ("Rinse it weekly. " * 100).strip()),
    (BlockKind.HEADING, "Spare parts"),
    (BlockKind.LIST_ITEM, "Seal S-4."),
    (BlockKind.LIST_ITEM, "Lamp L-1."),
]


def pump() -> Document:
    blocks: list[Block] = []
    text = ""
    for kind, words in PARTS:
        blocks.append(Block(kind, len(text), len(text) + len(words), 1, None))
        text += words + "\n\n"
    return Document("d", "Pump P-12", text.rstrip(), tuple(blocks), "en", "text/1", None)


DOCUMENT = pump()


def passage(words: str, heading: str) -> Passage:
    start = DOCUMENT.text.index(words)
    end = start + len(words)
    info = DocumentInfo("d", ("/home/me/manual 2024.txt",), DOCUMENT.title, "en", None, None, 3)
    chunk = Chunk(words, "d", start, end, words, ("Pump P-12", heading), (), "")
    return Passage(chunk, info, 4.0, Parts())


PASSAGES = [
    passage("It lifts water.", "Pump P-12"),
    passage("The display is dim.", "3. Known problems"),
    passage("Rinse it weekly. Rinse", "Cleaning"),
    passage("Lamp L-1.", "Spare parts"),
]
PROBLEMS = "The seal leaks when cold.\n\nThe display is dim."


@pytest.mark.parametrize(
    "question",
    [
        "What are the known problems?",
        "What are the known problems of the P-12?",
        "known problems of the pump",
        "List the known problems in the manual.",
    ],
)
def test_the_section_under_the_heading_is_quoted_whole(question: str) -> None:
    found = headed_section(question, PASSAGES, lambda _: DOCUMENT)
    assert found is not None
    assert found.quote == PROBLEMS
    assert DOCUMENT.text[found.start : found.end] == PROBLEMS


def test_the_last_section_ends_with_the_document() -> None:
    found = headed_section("What are the spare parts?", PASSAGES, lambda _: DOCUMENT)
    assert found is not None
    assert found.quote == "Seal S-4.\n\nLamp L-1."


def test_small_words_of_a_heading_are_not_asked_for() -> None:
    parts = [
        Block(BlockKind.HEADING, 0, 20, 1, None),
        Block(BlockKind.LIST_ITEM, 21, 31, 1, None),
    ]
    text = "Restarting the queue\n1. Stop it"
    queue = Document("q", "Middleware", text, tuple(parts), "en", "text/1", None)
    info = DocumentInfo("q", ("/docs/q.txt",), "Middleware", "en", None, None, 1)
    chunk = Chunk("q", "q", 21, 31, text[21:], ("Middleware", "Restarting the queue"), (), "")
    passages = [Passage(chunk, info, 4.0, Parts())]
    found = headed_section("How do I restart the middleware queue?", passages, lambda _: queue)
    assert found is not None
    assert found.quote == "1. Stop it"
    assert headed_section("How do I restart the lamp?", passages, lambda _: queue) is None


@pytest.mark.parametrize(
    "question",
    [
        "What are the known problems of the Heron?",  # of something else
        "What are the problems?",  # half of a heading
        "Who knows problems?",
        "Why are there known problems?",
        "Are there known problems?",
        "What is the cleaning?",  # the section is too long to be an answer
        "",
    ],
)
def test_other_questions_are_left_to_the_reader(question: str) -> None:
    assert headed_section(question, PASSAGES, lambda _: DOCUMENT) is None


def test_it_is_shown_where_no_sentence_is_likely() -> None:
    readings = [Reading(0.1, (Span(0, 2, 0.05),)) for _ in PASSAGES]
    asked = ("What are the known problems?", PASSAGES, readings)
    answer = extractive_answer(*asked, limit=3, calibrated=True, documents=lambda _: DOCUMENT)
    assert [citation.quote for citation in answer.citations] == [PROBLEMS]
    assert (answer.short, answer.confidence) == (None, 0.6)
    without = extractive_answer(*asked, limit=3, calibrated=True)
    assert PROBLEMS not in [citation.quote for citation in without.citations]
    gone = extractive_answer(*asked, limit=3, calibrated=True, documents=lambda _: None)
    assert gone.sentences == without.sentences


@pytest.mark.parametrize(
    ("lines", "shown"), [("1. Stop it\n2. Start it", True), ("Ask Bo.", False)]
)
def test_steps_under_the_heading_come_before_a_likely_sentence(lines: str, shown: bool) -> None:
    title, told = "Restarting the queue", "The queue had to be restarted by hand."
    text = f"{title}\n{lines}\n{told}"
    end = len(title) + 1 + len(lines)
    blocks = (
        Block(BlockKind.HEADING, 0, len(title), 1, None),
        Block(BlockKind.LIST_ITEM, len(title) + 1, end, 1, None),
        Block(BlockKind.HEADING, end + 1, len(text), 1, None),
    )
    held = Document("q", "Middleware", text, blocks, "en", "text/1", None)
    info = DocumentInfo("q", ("/docs/q.txt",), "Middleware", "en", None, None, 1)
    steps = Chunk("a", "q", len(title) + 1, end, lines, ("Middleware", title), (), "")
    log = Chunk("b", "q", end + 1, len(text), told, ("Middleware", "Log"), (), "")
    answer = extractive_answer(
        "How do I restart the queue?",
        [Passage(chunk, info, 4.0, Parts()) for chunk in (steps, log)],
        [Reading(0.2, (Span(0, 4, 0.1),)), Reading(0.99, (Span(0, len(told), 0.99),))],
        limit=3,
        calibrated=True,
        documents=lambda _: held,
    )
    assert (answer.confidence or 0.0) >= (0.6 if shown else 0.75)
    assert (lines in [citation.quote for citation in answer.citations]) == shown
