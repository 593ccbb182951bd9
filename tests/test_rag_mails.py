"""What of a mail is nothing to quote."""

from __future__ import annotations

import pytest

from index.types import Chunk, DocumentInfo
from rag.mails import is_courtesy, is_idle_header, without_idle_header
from rag.types import Parts, Passage

HEADER = "From: Ida Blom <ida@post.example> | To: Ruth | Date: Mon, 3 Feb 2025 09:00"


@pytest.mark.parametrize(
    "words",
    ["Imogen", "Dr M. Voss", ">>> Imogen", "Dear Ruth and Alasdair,", "Hi both", "Kind regards"],
)
def test_how_a_mail_opens_and_ends_is_nothing_to_quote(words: str) -> None:
    text = f"It is off.\n\n{words}\n\nOn 28 May 2025, Ida wrote:"
    start, end = 12, 12 + len(words)
    assert is_courtesy(text, start, end, "in/June.EML")
    assert is_courtesy(text[:end], start, end, "in/June.EML")
    assert not is_courtesy(text, start, end, "names.txt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ida swims.", "Ida swims."),
        ("It is off. Gate code 8125", "Gate code 8125"),
        ("It is off.\n\nThanks to Ida we have a key.", "Thanks to Ida we have a key."),
        ("You need:\nFlour\nSalt", "Salt"),
        ("You need three things.\n\nFlour\n\nSalt", "Flour"),
        ("Who comes?\nImogen\nRuth", "Imogen"),
        ("All dogs must be on a lead", "All dogs must be on a lead"),
        ("Both parents to sign", "Both parents to sign"),
        ("Best Western Hotel", "Best Western Hotel"),
        ("Best to use bleach.", "Best to use bleach."),
        ("Hi-vis jacket", "Hi-vis jacket"),
        ("Hi Ruth,\n\nTuesday.", "Tuesday."),
        ("Here is the new password.\n\nWaterloo", "Waterloo"),
    ],
)
def test_what_a_mail_says_is_quoted(text: str, words: str) -> None:
    start = text.index(words)
    assert not is_courtesy(text, start, start + len(words), "june.eml")


def test_a_name_that_a_passage_consists_of_is_that_of_who_wrote_the_mail() -> None:
    assert is_courtesy("Imogen", 0, 6, "june.eml")


@pytest.mark.parametrize(
    ("question", "idle"),
    [
        ("Which dye do we use?", True),
        ("how much is it", True),
        ("Who told us of the dye?", False),
        ("What is Ida's e-mail address?", False),
        ("on what date was it agreed", False),
        ("When was the piano tuned?", True),
        ("When did Ida offer the piano?", False),
    ],
)
def test_the_header_of_a_mail_answers_who_and_when_alone(question: str, idle: bool) -> None:
    assert is_idle_header(question, HEADER) == idle
    assert not is_idle_header(question, "From: 9:00 | Room: 4")


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("When was the piano tuned?", "It was tuned in 2019."),
        ("When did Ida write?", f"{HEADER}\n\nIt was tuned in 2019."),
    ],
)
def test_a_header_of_which_nothing_is_asked_is_not_read(question: str, read: str) -> None:
    text = f"{HEADER}\n\nIt was tuned in 2019."
    chunk = Chunk("c", "d", 100, 100 + len(text), text, (), (), "Piano")
    info = DocumentInfo("d", ("piano.eml",), "Piano", None, None, None, 1)
    left = without_idle_header(question, Passage(chunk, info, 1.0, Parts())).chunk
    assert left.text == read
    assert (left.end, left.end - left.start) == (chunk.end, len(read))


def test_a_header_alone_stays() -> None:
    chunk = Chunk("c", "d", 0, len(HEADER), HEADER, (), (), "Piano")
    info = DocumentInfo("d", ("piano.eml",), "Piano", None, None, None, 1)
    passage = Passage(chunk, info, 1.0, Parts())
    assert without_idle_header("When was it tuned?", passage) is passage
