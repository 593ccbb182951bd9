"""What happened under a heading with a date happened on that day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.answering import extractive_answer
from rag.asked_words import AskedWords
from rag.dated import dated_heading
from rag.reader import Reading, Span
from rag.types import Parts, Passage

PARTS = [
    (BlockKind.HEADING, 1, "Release notes of Kelda"),
    (BlockKind.HEADING, 2, "3.1.0 (14 January 2025)"),
    (BlockKind.HEADING, 3, "Added"),
    (BlockKind.LIST_ITEM, 1, "Copies can be sealed with a passphrase."),
    (BlockKind.LIST_ITEM, 1, "On 2 March 2020 drives were named by hand."),
    (BlockKind.LIST_ITEM, 1, "The old window will be painted."),
    (BlockKind.LIST_ITEM, 1, "Yesterday the boat was sold."),
    (BlockKind.LIST_ITEM, 1, "Jobs are checked."),
    (BlockKind.HEADING, 2, "3.0.0 (2 May 2024)"),
    (BlockKind.LIST_ITEM, 1, "The tray icon can be hidden."),
    (BlockKind.LIST_ITEM, 1, "Copies are no longer sealed with a key file."),
    (BlockKind.LIST_ITEM, 1, "Jobs are checked."),
    (BlockKind.HEADING, 3, "Plans for 2026"),
    (BlockKind.LIST_ITEM, 1, "A faster tray menu was drawn."),
    (BlockKind.HEADING, 2, "2.9.0 (4 to 17 August 2023)"),
    (BlockKind.LIST_ITEM, 1, "Network shares were mended."),
    (BlockKind.HEADING, 2, "Planned for 3 March 2027"),
    (BlockKind.LIST_ITEM, 1, "Phones can be connected."),
]


def notes() -> Document:
    blocks: list[Block] = []
    text = ""
    for kind, level, words in PARTS:
        blocks.append(Block(kind, len(text), len(text) + len(words), level))
        text += words + "\n\n"
    return Document("d", PARTS[0][2], text.rstrip(), tuple(blocks), "en", "text/1", None)


DOCUMENT = notes()


def passage(first: str, last: str) -> Passage:
    start, end = DOCUMENT.text.index(first), DOCUMENT.text.index(last) + len(last)
    info = DocumentInfo("d", ("notes.md",), DOCUMENT.title, "en", None, None, 2)
    chunk = Chunk(first, "d", start, end, DOCUMENT.text[start:end], (), (), "")
    return Passage(chunk, info, 4.0, Parts())


PASSAGES = [passage("The tray", "connected."), passage("Copies can", "are checked.")]


def asks(question: str) -> tuple[str, ...]:
    words = AskedWords.of(question)
    found = dated_heading(question, PASSAGES, words, lambda _: DOCUMENT) or ()
    return tuple(one.quote for one in found)


@pytest.mark.parametrize(
    "question",
    [
        "Which day did Kelda get copies sealed with a passphrase?",
        "I forget things. On what date were sealed copies with a passphrase added?",
        "Since when have copies been sealed with a passphrase?",
    ],
)
def test_the_heading_dates_the_line_under_it(question: str) -> None:
    assert asks(question) == ("3.1.0 (14 January 2025)", PARTS[3][2])


@pytest.mark.parametrize(
    "question",
    [
        "When could copies be sealed with a passphrase?",  # it may be of what is to come
        "When must copies be sealed with a passphrase?",
        "Why were copies sealed with a passphrase?",
        "When were copies sealed with a fingerprint in Kelda for phones?",
        "When were copies not sealed with a passphrase?",
        "When were drives named by hand?",  # the line says so itself
        "When was the old window painted?",  # it is a plan
        "When was the boat sold?",  # the day before
        "When were jobs checked?",  # of two days
        "When was a faster tray menu drawn?",  # its heading names a year alone
        "When were network shares mended?",  # on one of many days
        "When were phones connected?",
        "When did it happen?",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert asks(question) == ()


def test_a_line_that_denies_it_has_another_day() -> None:
    assert asks("When was the tray icon hidden?")[0] == "3.0.0 (2 May 2024)"
    sealed = asks("When were copies no longer sealed with a key file?")
    assert sealed == ("3.0.0 (2 May 2024)", "Copies are no longer sealed with a key file.")


def test_what_a_letter_or_the_minutes_of_one_day_tell_of_may_have_been_before() -> None:
    entry = DOCUMENT.text.index("3.0.0")
    blocks = tuple(block for block in DOCUMENT.blocks if block.start < entry)
    single = replace(DOCUMENT, text=DOCUMENT.text[:entry], blocks=blocks)
    question = "When were copies sealed with a passphrase?"
    words = AskedWords.of(question)
    assert asks(question) != ()
    assert dated_heading(question, PASSAGES[1:], words, lambda _: single) is None


def test_a_document_that_is_gone_answers_nothing() -> None:
    words = AskedWords.of("When was the tray icon hidden?")
    assert dated_heading("When was the tray icon hidden?", PASSAGES, words, lambda _: None) is None


def test_it_is_shown_with_the_line_where_no_sentence_is_likely() -> None:
    question = "When were copies sealed with a passphrase?"
    readings = [Reading(0.1, (Span(0, 8, 0.05),)) for _ in PASSAGES]
    answer = extractive_answer(
        question, PASSAGES, readings, 3, calibrated=True, documents=lambda _: DOCUMENT
    )
    assert [one.quote for one in answer.citations] == ["3.1.0 (14 January 2025)", PARTS[3][2]]
    assert (answer.short, answer.confidence) == ("14 January 2025", 0.6)
    assert all(DOCUMENT.text[one.start : one.end] == one.quote for one in answer.citations)


def test_a_likely_sentence_or_one_with_a_date_stands() -> None:
    question = "When were copies sealed with a passphrase?"
    sure = Reading(0.99, (Span(0, 39, 0.99),))
    near = [replace(one, score=9.0) for one in PASSAGES]
    answer = extractive_answer(
        question, near[1:], [sure], 3, calibrated=True, documents=lambda _: DOCUMENT
    )
    assert [one.quote for one in answer.citations] == [PARTS[3][2]]
    place = PASSAGES[1].chunk.text.index("2 March")
    dated = Reading(0.1, (Span(place, place + 12, 0.05),))
    answer = extractive_answer(
        question, PASSAGES[1:], [dated], 3, calibrated=True, documents=lambda _: DOCUMENT
    )
    assert "3.1.0 (14 January 2025)" not in [one.quote for one in answer.citations]
