"""Documents that a question names are searched alone, and their names are not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeFolder

from index.embedding import HashingEmbedder
from index.index import Index, Snapshot
from index.types import Scope
from rag.assistant import Assistant
from rag.named import in_turn, named_in
from rag.reader import EvidenceReader
from rag.retrieval import Retriever
from rag.rewriting import standalone
from rag.settings import Settings
from rag.types import Turn

FILES = {
    "ferry-rules-2019.md": "# Ferry rules of the year 2019\n\nA bicycle costs £3 on the ferry.\n",
    "ferry-rules-2024.md": "# Ferry rules of the year 2024\n\nA bicycle costs £5 on the ferry.\n",
    "tide-log.txt": "Tides\n\nThe ferry waited an hour for the tide on 3 May.\n",
    "notes.txt": "Remarks\n\nThe captain of the ferry likes bees.\n",
    "follow-up.md": "# Later\n\nThe ferry needs new ropes.\n",
    "covid-19.md": "# Illness\n\nThe ferry carried no passengers in that spring.\n",
    "2024-05-03.md": "# Friday\n\nThe ferry was late.\n",
    "INV-2024-001.txt": "Bill\n\nThe ferry owes £12.\n",
    "Crew List.csv": "Name,Rank\nIda Moe,captain\nJon Vik,mate\n",
}


@pytest.fixture
def index(tmp_path: Path, make_folder: MakeFolder) -> Iterator[Index]:
    with Index.open(tmp_path / "index", HashingEmbedder()) as opened:
        opened.sync([make_folder(FILES)])
        yield opened


@pytest.fixture
def snapshot(index: Index) -> Iterator[Snapshot]:
    with index.snapshot() as found:
        yield found


@pytest.mark.parametrize(
    ("question", "files", "read"),
    [
        (
            "What is the fare for a bicycle in ferry-rules-2019.md?",
            {"ferry-rules-2019.md"},
            "What is the fare for a bicycle?",
        ),
        (
            "In the file FERRY-RULES-2024.md, what does a bicycle cost?",
            {"ferry-rules-2024.md"},
            "What does a bicycle cost?",
        ),
        ("Who wrote notes.txt?", {"notes.txt"}, "Who wrote the document?"),
        (
            "What does the tide-log say about May?",
            {"tide-log.txt"},
            "What does the document say about May?",
        ),
        (
            "According to the ferry rules of the year 2019, what does a bicycle cost?",
            {"ferry-rules-2019.md"},
            "What does a bicycle cost?",
        ),
        (
            "Does ferry-rules-2024 mention dogs?",
            {"ferry-rules-2024.md"},
            "Does the document mention dogs?",
        ),
        (
            'Who is the mate in "Crew List"?',
            {"Crew List.csv"},
            "Who is the mate?",
        ),
        (
            "Is a bicycle cheaper in ferry-rules-2019.md or in ferry-rules-2024.md?",
            {"ferry-rules-2019.md", "ferry-rules-2024.md"},
            "Is a bicycle cheaper in ferry-rules-2019.md or in ferry-rules-2024.md?",
        ),
        ("Ist die Straße in notes.txt?", {"notes.txt"}, "Ist die Straße?"),
        ("What is in notes.txt?", {"notes.txt"}, "What is in the document?"),
        ("What is notes.txt's date?", {"notes.txt"}, "What is the document's date?"),
        ("Who (in notes.txt) likes bees?", {"notes.txt"}, "Who likes bees?"),
        (
            "What is in the notes.txt file of 3 May?",
            {"notes.txt"},
            "What is in the document of 3 May?",
        ),
        (
            'What does "Crew List" say about Jon?',
            {"Crew List.csv"},
            "What does the document say about Jon?",
        ),
        ("notes.txtについて", {"notes.txt"}, "The documentについて"),
    ],
)
def test_a_whole_name_is_found_and_left_out_of_what_is_read(
    snapshot: Snapshot, question: str, files: set[str], read: str
) -> None:
    named = named_in(question, snapshot.infos)
    assert named is not None
    assert {Path(source).name for source in named.scope.sources} == files
    assert named.question == read


@pytest.mark.parametrize(
    "question",
    [
        "What does a bicycle cost on the ferry?",
        "When is the follow-up meeting of the ferry's crew?",
        "Did covid-19 stop the ferry?",
        "What do the ferry rules say of bicycles?",
        "According to the ferry rules, what does a bicycle cost?",
        "What are the notes about bees?",
        'What is meant by "notes"?',
        "Is my-ferry-rules-2019.md there, or ferry-rules-2019.md.bak?",
        "What is in ferry-rules-2020.md?",
        "What do documents other than notes.txt say about bees?",
        "Who likes bees, except in notes.txt?",
        'Was the letter signed by "Crew List"?',
        'What does "crew list" mean?',
        "Which trips are due on 2024-05-03?",
        "When was INV-2024-001 paid?",
        "Who sent the follow-up email?",
        "According to the crew list of the other ferry, who is the mate?",
    ],
)
def test_part_of_a_name_and_everyday_words_narrow_nothing(
    snapshot: Snapshot, question: str
) -> None:
    assert named_in(question, snapshot.infos) is None


def test_a_scope_that_was_chosen_stays(snapshot: Snapshot) -> None:
    notes = [source for one in snapshot.infos().values() for source in one.sources]
    scope = Scope(sources=tuple(source for source in notes if source.endswith("notes.txt")))
    asked = [
        in_turn(f"What does {name} say of bees?", [], snapshot, scope, standalone)[1]
        for name in ("tide-log.txt", "notes.txt")
    ]
    assert [named is not None for named in asked] == [False, True]


@pytest.mark.parametrize(
    ("before", "question", "asked", "files"),
    [
        (
            ["What does a bicycle cost in ferry-rules-2019.md?"],
            "And in ferry-rules-2024.md?",
            "What does a bicycle cost in ferry-rules-2024.md?",
            {"ferry-rules-2024.md"},
        ),
        (
            ["What does a bicycle cost in ferry-rules-2019.md?"],
            "And a dog?",
            "What does a dog cost?",
            {"ferry-rules-2019.md"},
        ),
        (
            ["What does a bicycle cost in ferry-rules-2019.md?", "And a dog?"],
            "And a cat?",
            "What does a cat cost?",
            {"ferry-rules-2019.md"},
        ),
        (
            ["What does a bicycle cost in ferry-rules-2019.md?", "Who is the captain?"],
            "And the mate?",
            "And the mate (captain)?",
            None,
        ),
        (
            ["What does a bicycle cost in ferry-rules-2019.md?"],
            "Who is the mate of the ferry?",
            "Who is the mate of the ferry?",
            None,
        ),
        (["Who is the captain?"], "And in notes.txt?", "Who is the captain?", {"notes.txt"}),
        (["Who is the captain?"], "What is in notes.txt?", "What is in notes.txt?", {"notes.txt"}),
        (
            ["What is ferry-rules-2019.md about?"],
            "And ferry-rules-2024.md?",
            "What is ferry-rules-2024.md about?",
            {"ferry-rules-2024.md"},
        ),
        (
            [],
            "What does a bicycle cost in ferry-rules-2019.md?",
            "What does a bicycle cost in ferry-rules-2019.md?",
            {"ferry-rules-2019.md"},
        ),
    ],
)
def test_follow_ups_stay_with_the_document_until_another_is_named(
    snapshot: Snapshot, before: list[str], question: str, asked: str, files: set[str] | None
) -> None:
    history = [Turn(one, "It is £3.") for one in before]
    found, named = in_turn(question, history, snapshot, None, standalone)
    assert found == asked
    sources = None if named is None else {Path(one).name for one in named.scope.sources}
    assert sources == files
    if named is not None:
        assert named.earlier is (bool(before) and "." not in question)


@pytest.mark.parametrize(
    "question",
    [
        "And in the other documents?",
        "What do all the others say about it?",
        "And in 2024?",
        "What about ferry-rules-2025.md?",
    ],
)
def test_a_follow_up_that_looks_elsewhere_keeps_no_document(
    snapshot: Snapshot, question: str
) -> None:
    history = [Turn("What does a bicycle cost in ferry-rules-2019.md?", "It is £3.")]
    assert in_turn(question, history, snapshot, None, standalone)[1] is None


def test_a_path_tells_which_of_two_files_is_meant(tmp_path: Path, make_folder: MakeFolder) -> None:
    folder = make_folder({"a/lease.md": "# One\n\nRent 5.\n", "b/lease.md": "# Two\n\nRent 6.\n"})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            both = named_in("What is the rent in lease.md?", found.infos)
            one = named_in("What is the rent in b/lease.md?", found.infos)
    assert both is not None
    assert both.note == (
        "Only lease.md (2 documents) were searched, because the question names it."
    )
    assert one is not None
    assert (one.question, [info.title for info in one.documents]) == ("What is the rent?", ["Two"])


def test_an_overview_keeps_to_the_document_that_a_follow_up_names(index: Index) -> None:
    reader = EvidenceReader(index.embedder)
    assistant = Assistant(index, Retriever(index.embedder), reader, Settings(threshold=0.0))
    history = [Turn("Summarise ferry-rules-2019.md", "A bicycle costs £3.")]
    found = assistant.ask("And ferry-rules-2024.md?", history)
    assert {Path(one.source).name for one in found.citations} == {"ferry-rules-2024.md"}


def test_only_the_named_document_answers_and_the_answer_says_so(index: Index) -> None:
    reader = EvidenceReader(index.embedder)
    assistant = Assistant(index, Retriever(index.embedder), reader, Settings(threshold=0.0))
    question = "What does a bicycle cost on the ferry, according to ferry-rules-2019.md?"
    found = assistant.ask(question)
    assert {Path(one.source).name for one in found.citations} == {"ferry-rules-2019.md"}
    assert {Path(one.document.source).name for one in found.passages} == {"ferry-rules-2019.md"}
    assert found.standalone_question == question
    assert found.notes == ("Only ferry-rules-2019.md was searched, because the question names it.",)
