"""The untrained reader's evidence, and the reader that loads late."""

from __future__ import annotations

import pytest

from index.embedding import HashingEmbedder
from index.errors import ModelError
from index.types import Chunk, DocumentInfo
from rag.reader import EvidenceReader, LateReader, answer_pattern
from rag.types import Parts, Passage

INFO = DocumentInfo("d", ("/docs/d.txt",), "History", "en", None, None, 1)


def passage(text: str) -> Passage:
    return Passage(Chunk("c", "d", 0, len(text), text, (), (), "History"), INFO, 1.0, Parts())


def test_the_sentence_with_the_question_in_it_comes_first() -> None:
    text = "The town is old. The mill burned in 1823. People fish there."
    (reading,) = EvidenceReader(HashingEmbedder()).read("When did the mill burn?", [passage(text)])
    best = reading.spans[0]
    assert text[best.start : best.end] == "The mill burned in 1823."
    assert reading.answerability == best.probability == max(s.probability for s in reading.spans)


def test_nothing_to_read_gives_no_spans() -> None:
    reader = EvidenceReader(HashingEmbedder())
    assert reader.read("When?", []) == []
    (reading,) = reader.read("When?", [passage("…")])
    assert reading.answerability < 0.5


@pytest.mark.parametrize(
    ("question", "fits", "fails"),
    [
        ("How many came?", "Twelve or 12 came.", "Many came."),
        ("When did it open?", "It opened in 1907.", "It opened."),
        ("Why did it close?", "It closed because of rain.", "It closed."),
        ("Who built it?", "It was built by Elspeth Crane.", "it was built by hand."),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question(question: str, fits: str, fails: str) -> None:
    pattern = answer_pattern(question)
    assert pattern is not None
    assert pattern.search(fits)
    assert not pattern.search(fails)
    assert answer_pattern("What is a mill?") is None


def test_support_needs_the_claims_numbers() -> None:
    reader = EvidenceReader(HashingEmbedder())
    source = [passage("The mill burned in 1823.")]
    assert reader.support("The mill burned in 1823.", source) == [1.0]
    assert reader.support("The mill burned in 1824.", source) == [0.0]


def test_a_late_reader_loads_once_and_only_when_asked() -> None:
    loaded: list[EvidenceReader] = []

    def load() -> EvidenceReader:
        loaded.append(EvidenceReader(HashingEmbedder()))
        return loaded[-1]

    late = LateReader("late", load, calibrated=False)
    assert (late.name, loaded) == ("late", [])
    late.read("When?", [passage("In 1907.")])
    late.support("In 1907.", [passage("In 1907.")])
    assert len(loaded) == 1


def test_a_late_reader_that_cannot_load_says_why_each_time() -> None:
    def load() -> EvidenceReader:
        raise ModelError("The weights are missing.")

    late = LateReader("late", load, calibrated=False)
    for _ in range(2):
        with pytest.raises(ModelError, match="weights are missing"):
            late.read("When?", [])
