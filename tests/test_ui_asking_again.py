"""Asking again, within a part, and what cannot be asked: nothing that was there is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from ui_assistant import Paced, paced

from index.embedding import HashingEmbedder
from rag.assistant import LONGEST_QUESTION
from ui.chat import NOT_HERE, Asking, Chat, Room, Step
from ui.conversations import Conversations
from ui.libraries import Libraries
from ui.web import build_app

HANDBOOK = """# Holidays

Everyone who works full time has 28 days of paid holiday a year.

# Notice

The notice period is four weeks in the first two years.
"""


@pytest.fixture
def assistant(tmp_path: Path) -> Paced:
    return paced(tmp_path / "first", {"handbook.md": HANDBOOK})


@pytest.fixture
def client(
    assistant: Paced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
    app = build_app(assistant)
    yield TestClient(app, base_url="http://127.0.0.1:7860")
    app.state.chat.libraries.close()
    app.state.chat.memory.close()


def asked(chat: Chat, question: str, **more: object) -> list[Step]:
    return list(chat.ask(replace(Asking(question), **more)))  # type: ignore[arg-type]


def said(client: TestClient, question: str, **more: object) -> dict[str, object]:
    """The last line of an answer as the page gets it."""
    lines = client.post("/api/chat", json={"question": question, **more}).text.splitlines()
    last = json.loads(lines[-1])
    assert isinstance(last, dict)
    return last


def test_what_cannot_be_asked_is_not_kept(client: TestClient) -> None:
    """The page gives the words back."""
    before = client.get("/api/conversations").text
    for question, more, told in (
        ("x" * (LONGEST_QUESTION + 1), {}, "10,001 characters"),
        ("How many?", {"documents": ["gone"]}, "None of the chosen documents"),
        ("How many?", {"since": "2024-01-02", "until": "2024-01-01"}, "the wrong way round"),
    ):
        last = said(client, question, **more)
        assert list(last) == ["error"]
        assert told in str(last["error"])
    assert client.get("/api/conversations").text == before


def test_an_answer_survives_asking_again_in_vain(assistant: Paced, tmp_path: Path) -> None:
    room = Room(answering=1, waiting=0)
    memory = Conversations(tmp_path)
    chat = Chat(Libraries(assistant, memory), room, memory)
    *_, first = asked(chat, "How many days of holiday?")
    asked(chat, "How long is notice?", conversation=first.conversation)
    kept = chat.memory.turns(first.conversation)
    more = {"conversation": first.conversation, "replaces": first.exchange.turn}
    with room.place():
        *_, busy = asked(chat, "How many days off?", **more)
    assert "busy" in busy.exchange.notice
    assert busy.exchange.kept
    assert chat.memory.turns(first.conversation) == kept
    stopping = chat.ask(replace(Asking("How many days off?"), **more))  # type: ignore[arg-type]
    next(stopping)
    next(stopping)
    assert chat.memory.turns(first.conversation) == kept
    stopping.close()  # type: ignore[attr-defined]
    assert chat.memory.turns(first.conversation) == kept
    *_, last = asked(chat, "How many days off?", **more)
    assert not last.exchange.kept
    assert [turn.question for turn in chat.memory.turns(first.conversation)] == [
        "How many days off?"
    ]


def test_asking_again_is_limited_as_the_turn_was(client: TestClient, assistant: Paced) -> None:
    (info, *_) = assistant.documents()
    question = "How many days of holiday?"
    first = said(client, question, documents=[info.id])
    assert f'Asked only in: <bdi dir="auto">{info.title}' in str(first["html"])
    more = {"conversation": first["conversation"], "replaces": first["turn"]}
    again = said(client, question, **more)
    assert "Asked only in:" in str(again["html"])
    found = client.get(f"/api/conversations/{first['conversation']}").json()
    assert "Ask all documents" in found["html"]
    dated = said(client, question, until="1900-01-01", **{**more, "replaces": again["turn"]})
    assert "Only a part of your documents was asked:" in str(dated["html"])
    assert "until 1 January 1900" in str(dated["html"])
    whole = said(client, question, everything=True, **{**more, "replaces": dated["turn"]})
    assert "Ask all documents" not in str(whole["html"])
    assert "28 days" in str(whole["html"])


def test_a_conversation_outlives_its_library(client: TestClient, assistant: Paced) -> None:
    made = client.post("/api/libraries/make", json={"title": "Letters"}).json()["library"]
    first = said(client, "How many?", library=made)
    assert client.get(f"/api/conversations/{first['conversation']}").json()["here"]
    client.post("/api/libraries/delete", json={"library": made})
    assert not client.get(f"/api/conversations/{first['conversation']}").json()["here"]
    last = said(client, "How many?", conversation=first["conversation"])
    assert NOT_HERE in str(last["notice"])


def test_a_correction_is_not_lost_where_the_documents_do_not_say(client: TestClient) -> None:
    turn = said(client, "How many days of holiday?")["turn"]
    for words, unsaid, kept in (
        ("30 days", False, "30 days"),
        ("Ask the office.", True, "The documents do not say. Ask the office."),
        ("", True, "The documents do not say."),
    ):
        body = {"verdict": -1, "correction": words, "unsaid": unsaid}
        answer = client.post(f"/api/turns/{turn}/judge", json=body).json()
        assert f'Your correction: <span><bdi dir="auto">{kept}</bdi>' in answer["html"]
        assert answer["joined"] is unsaid
