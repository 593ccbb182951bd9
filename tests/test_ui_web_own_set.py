"""A correction becomes a question of the person's own evaluation set, which loads and measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_assistant import Paced, paced

from eval.datasets import QuestionType, load_set
from eval.formats import open_set
from rag.places import data_folder
from rag.types import Answer
from ui.conversations import Kept
from ui.markup import place_id
from ui.own_set import NOT_SAID, folder, take
from ui.web import build_app


@pytest.fixture
def made(tmp_path: Path) -> Paced:
    files = {
        "handbook.md": "# Leave\n\nEveryone has 28 days.\n\nManagers have 30 days of leave.",
        "other.txt": "The shed has a green door.",
    }
    return paced(tmp_path, files)


def kept(answer: Answer | None, correction: str, turn: int = 7, verdict: int = -1) -> Kept:
    return Kept(turn, "c" * 32, "How many?", answer, "", "2026-01-01", {}, verdict, correction)


def test_a_correction_that_a_document_holds_joins_the_set(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert take(kept(answer, "30 DAYS"), made)
    (question,) = load_set(folder()).questions
    assert question.question == "How many days of leave do managers have?"
    assert (question.type, question.answers) == (QuestionType.NUMBER, ("30 DAYS",))
    (evidence,) = question.evidence
    assert evidence.quote == "Managers have 30 days of leave."
    assert evidence.quote in (folder() / evidence.source).read_text("utf-8")

    assert take(kept(answer, "28 days"), made)  # the person thought again
    assert [each.answers for each in load_set(folder()).questions] == [("28 days",)]
    assert take(kept(answer, "30 days", turn=8), made)
    assert len(load_set(folder()).questions) == 2
    assert not take(kept(answer, "", verdict=0), made)  # taken back
    assert [each.answers for each in load_set(folder()).questions] == [("30 days",)]


def test_what_no_document_says_joins_as_unanswerable_or_not_at_all(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert not take(kept(answer, "31 days and a half"), made)
    assert not take(kept(answer, "", verdict=1), made)
    assert not (folder() / "questions.jsonl").exists()
    assert take(kept(answer, NOT_SAID), made)
    (question,) = load_set(folder()).questions
    assert (question.type, question.answers) == (QuestionType.UNANSWERABLE, ())
    assert any((folder() / "documents").iterdir())


def test_what_was_corrected_in_the_chat_is_the_set_called_mine(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert take(kept(answer, "30 days"), made)
    assert open_set("mine", data_folder()).questions == load_set(folder()).questions


@pytest.mark.parametrize("deleted_first", [False, True])
def test_a_purge_takes_a_document_out_of_the_set_and_its_corrections(
    made: Paced, deleted_first: bool
) -> None:
    app = build_app(made)
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    memory = app.state.chat.memory

    def asked(question: str, correction: str) -> dict[str, str]:
        answer = client.post("/api/chat", json={"question": question})
        last: dict[str, str] = json.loads(answer.text.splitlines()[-1])
        body = {"verdict": -1, "correction": correction}
        assert client.post(f"/api/turns/{last['turn']}/judge", json=body).json()["joined"]
        return last

    leave = asked("How many days of leave do managers have?", "30 days of leave")
    shed = asked("What colour is the door of the shed?", "green door")
    handbook = next(info.id for info in made.documents() if info.source.endswith("handbook.md"))
    held = client.get("/api/documents/held", params={"document": handbook}).json()
    assert held["copied"]
    assert 1 <= held["answers"] <= held["held"] <= 2
    if deleted_first:
        client.post(f"/api/conversations/{leave['conversation']}/delete", json={})
    client.post("/api/documents/remove", json={"document": handbook, "purge": True})
    kept_words = "".join(path.read_text("utf-8") for path in folder().rglob("*") if path.is_file())
    assert "30 days" not in kept_words
    assert "green door" in kept_words
    turn = memory.turn(leave["turn"])
    assert turn is None if deleted_first else turn.correction == ""
    assert memory.turn(shed["turn"]).correction == "green door"


def test_each_answer_that_quotes_counts_once(made: Paced) -> None:
    app = build_app(made)
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    for _ in range(2):
        client.post("/api/chat", json={"question": "What colour is the door of the shed?"})
    handbook, shed = (
        next(info.id for info in made.documents() if info.source.endswith(name))
        for name in ("handbook.md", "other.txt")
    )
    (root,) = app.state.chat.libraries.at().index.roots()

    def held(**query: str) -> tuple[int, int]:
        data = client.get("/api/documents/held", params=query).json()
        return data["answers"], data["held"]

    assert held(document=shed) == (2, 2)
    assert held(document=handbook)[0] == 0
    assert held(root=place_id(str(root))) == (2, 2)
