"""Questions told in several sentences: searched and read whole, and by the one that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.embedding import HashingEmbedder
from index.index import Index
from index.types import Chunk, DocumentInfo
from rag.asked_words import AskedWords
from rag.assistant import Assistant
from rag.clauses import likelier, merged, ways_asked
from rag.quoting import Quoter
from rag.reader import EvidenceReader, Reading
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import Parts, Passage

PARKING = "Visitors park behind the mill, where there is room for twelve cars."
DIARY = "We walked over the hills in June with a tent. My sister carried the map, I the dog."
BEFORE = "My sister has hurt her knee and walks over the hills with a stick, the dog and a tent."


def passage(name: str, score: float) -> Passage:
    chunk = Chunk(name, name, 0, 4, "Text", (), (), "")
    info = DocumentInfo(name, (name,), name, "en", None, None, 1)
    return Passage(chunk, info, score, Parts())


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Where do visitors park?", None),
        ("I am new here. Where do visitors park?", "Where do visitors park?"),
        ("Where can visitors park? I come by van.", "Where can visitors park?"),
        (
            "My grandmother uses a wheelchair. By which entrance can she come in?",
            "By which entrance can she come in?",
        ),
        ("A man rang. Which office is responsible for him?", None),
        ("I bought the X20 last week. How often is the filter cleaned?", None),
        ("I bought a pump. How often do I clean its filter?", None),
        ("We fly with Kestrel Air. How heavy may a bag be?", None),
        ("When does it open? What does a ticket cost?", None),  # both are asked
        ("Tell me the deposit for the hall. Thanks in advance for your help!", None),
        ("For the pump: how often must the filter be cleaned?", None),
        ("Who is Dr. Smith of the museum?", None),
        ("Is the office open at 9 a.m. on public holidays?", None),
        ("I am ill. What then?", None),
        ("", None),
    ],
)
def test_the_sentence_that_asks_is_asked_too_where_it_can_stand_alone(
    question: str, clause: str | None
) -> None:
    assert ways_asked(question) == ((question,) if clause is None else (question, clause))


def test_passages_of_both_searches_are_merged_by_their_better_score() -> None:
    twin = replace(passage("b", 1.0), duplicates=("b2.txt",))
    found = merged([[passage("a", 3.0), twin], [passage("b", 4.0), passage("c", 2.0)]], 2)
    assert [(one.chunk.id, one.score) for one in found] == [("b", 4.0), ("a", 3.0)]
    assert [one.parts.fused_rank for one in found] == [1, 2]
    assert found[0].duplicates == ("b2.txt",)
    assert merged([[passage("a", 3.0), twin]], 1) == [passage("a", 3.0)]


def test_of_two_readings_the_likelier_stands() -> None:
    low, high, even = (Reading(likely, ()) for likely in (0.1, 0.9, 0.5))
    assert likelier([[low, even], [high, low]]) == [high, even]
    assert likelier([[low, even]]) == [low, even]


def test_the_words_asked_are_those_of_the_clause() -> None:
    words = AskedWords.of("My dog is ill and I am sad. Where do visitors park?")
    assert words.share("Visitors park here.") == 1.0
    assert words.share("My dog is ill.") == 0.0
    assert AskedWords.of("???").share("Anything") == 0.0


def test_rare_words_count_more() -> None:
    words = AskedWords({"visitor": 3.0, "park": 1.0})
    assert words.share("Visitors sit.") == 0.75
    assert words.share("A park.") == 0.25


def test_what_is_told_before_a_question_does_not_hide_the_answer(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "mill.txt").write_text(f"The mill\n\n{PARKING}\n", encoding="utf-8")
    (documents / "diary.txt").write_text(f"Diary\n\n{DIARY}\n", encoding="utf-8")
    with Assistant.open(documents=documents, index=tmp_path / "index") as assistant:
        answer = assistant.ask(f"{BEFORE} At which place do visitors park?")
    assert [citation.quote for citation in answer.citations] == [PARKING]


class Listening(EvidenceReader):
    """A reader that keeps what it was asked."""

    def __init__(self, embedder: HashingEmbedder) -> None:
        super().__init__(embedder)
        self.asked: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.asked.append(question)
        return super().read(question, passages)


def test_the_clause_is_searched_for_and_read_beside_the_whole(tmp_path: Path) -> None:
    clause = "Where do visitors park?"
    question, embedder = f"{BEFORE} {clause}", HashingEmbedder()
    (tmp_path / "mill.txt").write_text(f"The mill\n\n{PARKING}\n", encoding="utf-8")
    (tmp_path / "diary.txt").write_text(f"Diary\n\n{DIARY}\n", encoding="utf-8")
    retriever, reader = Retriever(embedder), Listening(embedder)
    with Index.open(tmp_path / "index", embedder) as index:
        index.sync([tmp_path / "mill.txt", tmp_path / "diary.txt"])
        with index.snapshot() as snapshot:
            (whole,) = retriever.retrieve(snapshot, question, 1)
            (both,) = Quoter(retriever, reader).fetch(snapshot, question, 1)
        Assistant(index, retriever, reader, Settings()).ask(question)
    assert (whole.document.title, both.document.title) == ("diary", "mill")
    assert reader.asked == [question, clause]
