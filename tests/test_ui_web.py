"""The web application: its routes, what the chat does on an event, and how it is served."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st
from ui_assistant import Paced, paced

from index.embedding import HashingEmbedder
from index.errors import BusyError, FootnoteError, StoreError, UsageError
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.reader import EvidenceReader
from rag.types import Answer, Turn
from ui.chat import FAILED, STOPPED, Asking, Chat, Room, Step, aside, turns
from ui.conversations import Conversations
from ui.libraries import Libraries
from ui.render import Exchange
from ui.saved import AWAY, CHANGED, GONE, MOVED
from ui.uploads import safe_parts
from ui.web import SCRIPTS, build_app, listen, reachable, serve

HANDBOOK = """# Holidays

Everyone who works full time has 28 days of paid holiday a year.

The notice period is four weeks in the first two years."""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    return paced(tmp_path_factory.mktemp("secret"), {"handbook.md": HANDBOOK})


@pytest.fixture(scope="module")
def client(assistant: Paced, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    own = tmp_path_factory.mktemp("own")
    app = build_app(assistant, examples=["How many days?"], own=lambda: paced(own, {}))
    return TestClient(app, base_url="http://127.0.0.1:7860")


def test_page_is_ours_and_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    head = page.split("</head>")[0]
    assert "<title>Footnote</title>" in head
    assert "/footnote/footnote.css?" in head
    assert "Gradio" not in head.split("<script>window.gradio_config")[0]
    for outside in ("og:image", "fonts.g", "cdn", "iframe-resizer/", "githubusercontent"):
        assert outside not in page
    for asset in ("footnote.css", *(f"{name}.js" for name in SCRIPTS), "mark.svg"):
        words = client.get(f"/footnote/{asset}")
        assert words.status_code == 200
        assert "http" not in words.text.replace("http://www.w3.org/2000/svg", "")


def test_page_shows_no_path_of_a_document(client: TestClient) -> None:
    assert "secret" not in client.get("/").text


def test_passage_in_its_surroundings(client: TestClient, assistant: Paced) -> None:
    made = assistant.document(assistant.documents()[0].id)
    assert made is not None
    start = made.text.index("28 days")
    asked = {"document": made.id, "start": start, "end": start + 7}
    answer = client.get("/api/passage", params=asked)
    assert answer.status_code == 200
    assert "<mark>28 days</mark>" in answer.text
    assert "notice period" in answer.text
    assert "handbook.md" in answer.text
    assert "secret" not in answer.text
    beyond = client.get("/api/passage", params={**asked, "end": 10**9})
    assert beyond.status_code == 200


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"document": "unknown", "start": "0", "end": "4"}, 404),
        ({"document": "../../etc/passwd"}, 404),
        ({}, 422),
        ({"document": "x", "start": "-1"}, 422),
        ({"document": "x", "start": "one"}, 422),
        ({"document": "x" * 300}, 422),
        ({"document": "x", "around": "999999999"}, 422),
    ],
)
def test_passage_refuses_in_one_sentence(
    client: TestClient, params: dict[str, str], status: int
) -> None:
    answer = client.get("/api/passage", params=params)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].endswith(".")


def test_answer_as_json(client: TestClient, assistant: Paced) -> None:
    history = [{"question": "Who?", "answer": "Everyone."}]
    answer = client.post(
        "/api/ask", json={"question": "How many days of holiday?", "history": history}
    )
    assert answer.status_code == 200
    assert answer.json()["schema_version"] == 1
    assert "28 days" in answer.json()["text"]
    assert assistant.asked == ("How many days of holiday?", (Turn("Who?", "Everyone."),))
    assert '"handbook.md"' in answer.text
    assert str(Path(assistant.documents()[0].source).parent) not in answer.text


def test_errors_name_no_place(
    client: TestClient, assistant: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(assistant.index.folder)

    def broken(*_: object, **__: object) -> object:
        raise StoreError(f"The catalog {folder}/catalog.sqlite is damaged.")

    for name in ("ask", "stream", "documents", "document"):
        monkeypatch.setattr(assistant, name, broken)
    notice = json.loads(
        client.post("/api/chat", json={"question": "How many days?"}).text.splitlines()[-1]
    )["html"]
    *_, told = client.post("/api/ask", json={"question": "How many?"}).json().values()
    *_, missing = client.get("/api/passage", params={"document": "x"}).json().values()
    shelf = client.get("/api/documents").text
    for words in (notice, shelf, told, missing):
        assert "damaged" in words
        assert folder not in words


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "question",
        {},
        {"question": None},
        {"question": 7},
        {"question": ["x"]},
        {"question": "x" * (LONGEST_QUESTION + 1)},
        {"question": "x", "history": "y"},
        {"question": "x", "history": [{"question": "y"}]},
        {"question": "x", "documents": "/etc"},
    ],
)
def test_malformed_questions_get_one_sentence(client: TestClient, body: object) -> None:
    answer = client.post("/api/ask", json=body)
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/nothing"])
def test_no_other_pages(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (403, 404)


def test_guard_stands_before_everything(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    for path in ("/api/ask", "/api/chat", "/api/files", "/api/documents/add"):
        answer = client.post(path, json={}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/reset"):
        assert client.post(path, json={}).status_code == 403


def chat_over(assistant: Assistant, folder: Path, room: Room | None = None) -> Chat:
    """A chat with conversations of its own."""
    memory = Conversations(folder)
    return Chat(Libraries(assistant, memory), room or Room(), memory)


def asked(chat: Chat, question: str, **more: object) -> list[Step]:
    return list(chat.ask(replace(Asking(question), **more)))  # type: ignore[arg-type]


def test_chat_answers_step_by_step_and_keeps_it(assistant: Paced, tmp_path: Path) -> None:
    chat = chat_over(assistant, tmp_path)
    first, *_, last = asked(chat, "  How many days of holiday?  ")
    assert first.exchange == Exchange("How many days of holiday?", turn=first.exchange.turn)
    answer = last.exchange.answer
    assert answer is not None
    assert answer.final
    (kept,) = chat.memory.turns(last.conversation)
    assert kept.answer == answer
    cited = answer.citations[0]
    data = Path(cited.source).read_bytes()
    assert kept.hashes == {cited.document_id: hashlib.sha256(data).hexdigest()}

    *_, again = asked(chat, "And notice?", conversation=last.conversation)
    assert again.conversation == last.conversation
    assert assistant.asked[1] == (Turn("How many days of holiday?", answer.text),)
    assert asked(chat, "   ") == []
    summary = chat.memory.find(last.conversation)
    assert summary is not None
    assert summary.title == "How many days of holiday?"
    assert [item.question for item in chat.exchanges(summary)] == [kept.question, "And notice?"]


def test_asking_again_takes_the_place_of_the_turn(assistant: Paced, tmp_path: Path) -> None:
    chat = chat_over(assistant, tmp_path)
    *_, first = asked(chat, "How many days of holiday?")
    asked(chat, "What of notice?", conversation=first.conversation)
    more = {"conversation": first.conversation, "replaces": first.exchange.turn}
    *_, edited = asked(chat, "How long is notice?", **more)
    assert assistant.asked == ("How long is notice?", ())
    (kept,) = chat.memory.turns(first.conversation)
    assert kept.question == "How long is notice?"
    more["replaces"] = edited.exchange.turn
    *_, meant = asked(chat, "And that?", understood="How many days of holiday?", **more)
    answer = meant.exchange.answer
    assert answer is not None
    assert (answer.question, answer.standalone_question) == (
        "And that?",
        "How many days of holiday?",
    )
    assert "28 days" in answer.text


def test_failures_become_sentences(
    assistant: Paced,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chat = chat_over(assistant, tmp_path)

    def failing(error: Exception) -> str:
        def stream(question: str, history: object, **_: object) -> Iterator[Answer]:
            yield next(Assistant.stream(assistant, question))
            raise error

        monkeypatch.setattr(assistant, "stream", stream)
        return asked(chat, "How many days?")[-1].exchange.notice

    assert failing(RuntimeError("secret detail")) == FAILED
    assert "secret detail" in caplog.text
    assert failing(FootnoteError("It is busy: try again.")) == "It is busy: try again."
    notices = [chat.exchange(turn).notice for turn in (1, 2)]  # type: ignore[union-attr]
    assert notices == [FAILED, "It is busy: try again."]


def test_an_answer_that_cannot_be_saved_is_still_given(assistant: Paced, tmp_path: Path) -> None:
    chat = chat_over(assistant, tmp_path)
    chat.memory.close()
    last = asked(chat, "How many days of holiday?")[-1].exchange
    assert last.answer is not None
    assert "28 days" in last.answer.text
    assert last.turn == 0


def test_stop_keeps_what_was_there(assistant: Paced, tmp_path: Path) -> None:
    room = Room(answering=1, waiting=0)
    chat = chat_over(assistant, tmp_path, room)
    for number in range(1, 4):  # each leaves early, and frees its place
        asking = chat.ask(Asking("How many days of holiday?"))
        next(asking)
        assert next(asking).exchange.notice == ""
        asking.close()  # type: ignore[attr-defined]
        kept = chat.exchange(number)
        assert kept is not None
        assert kept.notice == STOPPED
    assert turns(chat.memory.turns(chat.memory.listed()[0].id)) == []


def test_a_source_that_changed_is_flagged_when_the_conversation_is_opened(tmp_path: Path) -> None:
    made = paced(tmp_path, {"handbook.md": HANDBOOK, "other.md": "The shed has a green door."})
    chat = chat_over(made, tmp_path)
    *_, last = asked(chat, "How many days of holiday?")
    summary = chat.memory.find(last.conversation)
    assert summary is not None
    assert chat.exchanges(summary)[0].flags == {}
    path = tmp_path / "documents" / "handbook.md"
    for words, flag in (
        (HANDBOOK + "\n\nMore.", MOVED),
        (HANDBOOK.replace("28", "30"), CHANGED),
        (None, GONE),
    ):
        path.unlink() if words is None else path.write_text(words)
        made.sync()
        assert set(chat.exchanges(summary)[0].flags.values()) == {flag}


def test_words_of_a_document_that_changed_can_still_be_read(
    own_client: tuple[TestClient, Paced], tmp_path: Path
) -> None:
    client, made = own_client
    html = said(client, "How many days of holiday?")["html"]
    opens = re.search(r'data-document="(\w+)" data-start="(\d+)" data-end="(\d+)"', html)
    assert opens is not None
    asked = dict(zip(("document", "start", "end"), opens.groups(), strict=True))
    path = tmp_path / "documents" / "handbook.md"
    for words, flag, marked in (
        ("# New\n\nHead.\n\n" + HANDBOOK, MOVED, True),
        (HANDBOOK.replace("28", "30"), CHANGED, False),
        (None, GONE, False),
    ):
        path.unlink() if words is None else path.write_text(words)
        made.sync()
        answer = client.get("/api/passage", params=asked)
        assert answer.status_code == 200
        assert "28 days" in answer.text
        assert "Holidays" in answer.text
        assert "handbook.md" in answer.text
        assert flag in answer.text
        assert str(tmp_path) not in answer.text
        now = re.search(r'data-document="(\w+)" data-start="(\d+)" data-end="(\d+)"', answer.text)
        assert (now is None) == (words is None)
        if now is None:
            continue
        current = dict(zip(("document", "start", "end"), now.groups(), strict=True))
        opened = client.get("/api/passage", params=current)
        assert opened.status_code == 200
        assert ("<mark>" in opened.text and "28 days" in opened.text) == marked
    assert client.get("/api/passage", params={**asked, "start": 1}).status_code == 404


# ---- the routes of conversations -----------------------------------------------------------------


def said(client: TestClient, question: str, **more: object) -> dict[str, str]:
    answer = client.post("/api/chat", json={"question": question, **more})
    assert answer.status_code == 200
    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert [step["final"] for step in steps] == [False] * (len(steps) - 1) + [True]
    last: dict[str, str] = steps[-1]
    return last


def test_conversation_from_question_to_export(client: TestClient) -> None:
    last = said(client, "How many days of holiday does everyone have?")
    talk, turn = last["conversation"], last["turn"]
    assert "28 days" in last["html"]
    assert "secret" not in last["html"]
    found = client.get(f"/api/conversations/{talk}").json()
    assert 'fn-turn"' in found["html"]
    assert "28 days" in found["html"]
    assert talk in client.get("/api/conversations", params={"words": "28 DAYS"}).json()["html"]
    assert talk not in client.get("/api/conversations", params={"words": "quasar"}).json()["html"]
    renamed = client.post(f"/api/conversations/{talk}/rename", json={"title": "<b>Leave</b>"})
    assert renamed.json() == {"title": "<b>Leave</b>"}
    assert "&lt;b&gt;Leave" in client.get("/api/conversations").json()["html"]
    judged = client.post(f"/api/turns/{turn}/judge", json={"verdict": -1, "correction": "30 days"})
    assert "30 days" in judged.json()["html"]
    for form, kind in (("markdown", "text/markdown"), ("html", "text/html")):
        saved = client.get(f"/api/conversations/{talk}/export", params={"form": form})
        assert saved.headers["content-type"].startswith(kind)
        assert saved.headers["content-disposition"].startswith("attachment")
        assert "28 days" in saved.text
        assert "SHA-256" in saved.text
        assert "secret" not in saved.text
    assert "28 days" in client.get(f"/api/turns/{turn}/text").text
    assert client.post(f"/api/conversations/{talk}/delete", json={}).json() == {"deleted": True}
    for path in (f"/api/conversations/{talk}", f"/api/turns/{turn}/text"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        {"question": "x", "replaces": -1},
        {"question": "x", "since": "yesterday"},
        {"question": "x", "documents": "all"},
        {"question": "x", "folder": "/etc"},
        {"question": "x" * 100_001},
    ],
)
def test_a_malformed_turn_gets_one_sentence(client: TestClient, body: object) -> None:
    answer = client.post("/api/chat", json=body)
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]


def test_asking_within_documents_or_dates(tmp_path: Path) -> None:
    made = paced(tmp_path, {"a.md": "The boat has nine sails.", "b.md": "The boat has six sails."})
    client = TestClient(build_app(made), base_url="http://127.0.0.1:7860")
    nine = next(info for info in made.documents() if info.source.endswith("a.md"))
    question = "How many sails has the boat?"
    html = said(client, question, documents=[nine.id])["html"]
    assert "nine" in html
    assert "six sails" not in html
    assert "fn-refusal" in said(client, question, since="2999-01-01")["html"]
    assert "fn-sources" in said(client, question, since="2000-01-01", until="2999-01-01")["html"]


def test_asking_within_documents_that_are_gone_is_one_sentence(client: TestClient) -> None:
    answer = client.post("/api/chat", json={"question": "x", "documents": ["unknown"]})
    assert "None of the chosen documents" in json.loads(answer.text)["error"]


# ---- documents and libraries ---------------------------------------------------------------------


def sent(client: TestClient, name: str, data: bytes, library: str = "") -> dict[str, str]:
    answer = client.post("/api/files", params={"name": name, "library": library}, content=data)
    assert answer.status_code == 200, answer.text
    return {"id": answer.json()["id"], "name": name}


def added(client: TestClient, files: list[dict[str, str]], library: str = "") -> dict[str, object]:
    answer = client.post("/api/documents/add", json={"files": files, "library": library})
    steps: list[dict[str, object]] = [json.loads(line) for line in answer.text.splitlines()]
    assert [step["finished"] for step in steps] == [False] * (len(steps) - 1) + [True]
    return steps[-1]


@pytest.fixture
def own_client(tmp_path: Path) -> tuple[TestClient, Paced]:
    made = paced(tmp_path, {"handbook.md": HANDBOOK})
    return TestClient(build_app(made), base_url="http://127.0.0.1:7860"), made


def words_of(step: dict[str, object]) -> list[tuple[str, bool, str]]:
    outcomes = step["outcomes"]
    assert isinstance(outcomes, list)
    return [(one["name"], one["good"], one["words"]) for one in outcomes]


def test_files_and_folders_can_be_added_and_asked(own_client: tuple[TestClient, Paced]) -> None:
    client, made = own_client
    files = [
        sent(client, "garden/roses.txt", b"The rose garden has 412 bushes."),
        sent(client, "garden/old/roses.txt", b"The old rose garden has 99 bushes."),
        sent(client, "<b>.exe", b"MZ"),
        sent(client, "../../../../etc/note.txt", b"The note hangs on the door."),
    ]
    last = added(client, files)
    assert [(name, good) for name, good, _ in words_of(last)] == [
        ("roses.txt", True),
        ("roses.txt", True),
        ("_b_.exe", False),
        ("note.txt", True),
    ]
    kept = {path.relative_to(made.index.uploads).as_posix()
            for path in made.index.uploads.rglob("*") if path.is_file()}  # fmt: skip
    assert kept == {"garden/roses.txt", "garden/old/roses.txt", "_b_.exe", "etc/note.txt"}
    assert "412" in made.ask("How many bushes has the rose garden?").text
    again = added(client, [sent(client, "garden/roses.txt", b"The rose garden has 412 bushes.")])
    assert words_of(again) == [("roses.txt", True, "was here already")]
    changed = added(client, [sent(client, "garden/roses.txt", b"It has 413 bushes now.")])
    replaces = "replaces the roses.txt added before, and can be asked now"
    assert words_of(changed) == [("roses.txt", True, replaces)]
    broken = added(client, [sent(client, "garden/roses.txt", b"\x00\x01\x02\x03" * 99)])
    ((_, good, words),) = words_of(broken)
    assert not good
    assert words.endswith("; the roses.txt added before gave way to it")


def test_files_of_one_name_sent_together_are_all_kept(
    own_client: tuple[TestClient, Paced],
) -> None:
    client, made = own_client
    words = (b"The boat is called Wren.", b"The mill is called Otter.", b"The boat is called Wren.")
    last = added(client, [sent(client, "a?.txt" if word[4:5] == b"b" else "a_.txt", word)
                          for word in words])  # fmt: skip
    assert [name for name, _, _ in words_of(last)] == ["a_.txt", "a_ (2).txt", "a_.txt"]
    assert {words for _, _, words in words_of(last)} == {"can be asked now"}
    assert "Otter" in made.ask("What is the mill called?").text
    assert "Wren" in made.ask("What is the boat called?").text


def test_files_added_while_a_sync_runs_wait_for_it(own_client: tuple[TestClient, Paced]) -> None:
    client, made = own_client
    app = client.app
    syncs = app.state.chat.libraries.syncs  # type: ignore[attr-defined]
    file = sent(client, "boat.txt", b"The boat is called Wren.")
    found: list[dict[str, object]] = []
    with syncs.running(made.index.folder.name):
        waiting = threading.Thread(target=lambda: found.append(added(client, [file])))
        waiting.start()
        time.sleep(0.5)
        assert not found
    waiting.join(30)
    assert words_of(found[0]) == [("boat.txt", True, "can be asked now")]


def test_a_folder_that_is_away_is_named_in_the_summary(
    own_client: tuple[TestClient, Paced], tmp_path: Path
) -> None:
    client, _ = own_client
    (tmp_path / "documents").rename(tmp_path / "elsewhere")
    answer = client.post("/api/documents/sync", json={"library": ""})
    last = json.loads(answer.text.splitlines()[-1])
    assert last["summary"] == "1 folder not there now; the rest is up to date (0 files)."


@pytest.mark.parametrize("name", ["report (1).pdf", "~draft (2).pdf", "a (1) (1).pdf"])
def test_an_unreadable_file_is_not_called_known(
    own_client: tuple[TestClient, Paced], name: str
) -> None:
    client, _ = own_client
    for _ in range(2):
        ((_, good, words),) = words_of(added(client, [sent(client, name, b"%PDF-1.4 broken")]))
        assert not good
        assert "is damaged" in words


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    made = paced(tmp_path, {})
    made.settings = replace(made.settings, file_mb=1)
    client = TestClient(build_app(made), base_url="http://127.0.0.1:7860")
    pieces = (b"y" * 100_000 for _ in range(20))
    answer = client.post("/api/files", params={"name": "big.txt"}, content=pieces)
    assert answer.status_code == 422
    assert "big.txt is larger than the limit of 1 MB" in answer.json()["error"]
    assert list(made.index.uploads.iterdir()) == []


@pytest.mark.parametrize("made", ["", "x", "../../x", "0" * 31 + "/", "0" * 32])
def test_only_what_was_sent_can_be_added(own_client: tuple[TestClient, Paced], made: str) -> None:
    client, _ = own_client
    step = added(client, [{"id": made, "name": "a.txt"}])
    assert step["trouble"]
    assert str(step["trouble"]).endswith(".")


def test_removing_a_document_takes_its_words_along(own_client: tuple[TestClient, Paced]) -> None:
    client, made = own_client
    added(client, [sent(client, "code.txt", b"The vault code is 4711.")])
    info = next(info for info in made.documents() if info.title == "code")
    said(client, "What is the vault code?")
    held = client.get("/api/documents/held", params={"document": info.id}).json()
    assert held == {"answers": 1, "held": 1, "copied": False}
    body = {"document": info.id, "library": "", "purge": True}
    answer = client.post("/api/documents/remove", json=body).json()
    assert answer["purged"] == 1
    assert "code.txt" not in answer["html"]
    assert not (made.index.uploads / "code.txt").exists()
    (talk,) = re.findall(r'data-talk="(\w+)"', client.get("/api/conversations").json()["html"])
    assert "4711" not in client.get(f"/api/conversations/{talk}").text
    assert client.post("/api/documents/remove", json=body).status_code == 422


def test_a_watched_folder_is_synced_on_demand(
    own_client: tuple[TestClient, Paced], tmp_path: Path
) -> None:
    client, _ = own_client
    (tmp_path / "documents" / "new.txt").write_text("The boat is called Wren.")
    answer = client.post("/api/documents/sync", json={"library": ""})
    last = json.loads(answer.text.splitlines()[-1])
    assert last["summary"] == "1 new, 1 unchanged."
    listing = client.get("/api/documents").json()
    assert "new.txt" in listing["html"]
    assert "Last sync" in listing["bar"]
    assert str(tmp_path) not in json.dumps(listing)


def test_a_library_freshens_itself_while_it_is_asked(tmp_path: Path) -> None:
    made = paced(tmp_path, {"handbook.md": HANDBOOK})
    chat = chat_over(made, tmp_path)
    (tmp_path / "documents" / "new.txt").write_text("The boat is called Wren.")
    chat.libraries.freshen()
    assert asked(chat, "How many days of holiday?")[-1].exchange.answer is not None
    until = time.monotonic() + 30
    while len(made.documents()) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert [info.title for info in made.documents()] == ["Holidays", "new"]


@given(st.text(max_size=400))
@example("../../etc/passwd")
@example("C:\\Windows\\..\\x")
@example("a/./b//.hidden/~$lock.docx")
@example("x" * 400 + ".pdf")
def test_a_sent_name_leads_nowhere_else(name: str) -> None:
    uploads = Path("/uploads")
    parts = safe_parts(name)
    place = Path(os.path.normpath(uploads.joinpath(*parts)))
    assert place.is_relative_to(uploads)
    assert place != uploads
    assert 1 <= len(parts) <= 8
    for part in parts:
        assert part not in (".", "..")
        assert not part.startswith((".", "~"))
        assert part.isprintable()
        assert len(part.encode()) <= 120
    if name.endswith(".pdf") and name.startswith("x"):
        assert parts[-1].endswith(".pdf")


def test_stop_is_heard_in_the_middle_of_a_step() -> None:
    ended = threading.Event()

    def steps(left: threading.Event) -> Iterator[int]:
        yield 1
        if left.wait(30):  # as a language model looks between two words
            ended.set()
        yield 2

    async def leave() -> None:
        running = aside(steps)
        assert await anext(running) == 1
        await running.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert ended.wait(1)


def test_what_is_added_to_the_samples_goes_to_ones_own(tmp_path: Path) -> None:
    samples = paced(tmp_path / "samples", {"handbook.md": HANDBOOK})
    own = paced(tmp_path / "own", {})
    app = build_app(samples, own=lambda: own)
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    listing = client.get("/api/documents").json()
    assert listing["samples"]
    assert 'data-action="remove"' not in listing["html"]
    last = added(client, [sent(client, "note.txt", b"The spare key hangs behind the blue door.")])
    assert last["library"] == "documents"
    assert [info.title for info in own.documents()] == ["note"]
    assert [info.title for info in samples.documents()] != ["note"]
    answer = said(client, "Where does the spare key hang?", library="documents")
    assert "blue door" in answer["html"]
    cited = samples.documents()[0].id  # an answer over the samples still opens its source
    assert client.get("/api/passage", params={"document": cited}).status_code == 200


def test_libraries_are_made_named_asked_and_deleted(
    own_client: tuple[TestClient, Paced], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = own_client
    monkeypatch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
    monkeypatch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
    made = client.post("/api/libraries/make", json={"title": "Old Letters"}).json()
    assert (made["library"], made["title"], made["count"]) == ("old-letters", "Old Letters", 0)
    again = client.post("/api/libraries/make", json={"title": "old letters"})
    assert again.status_code == 422
    file = [sent(client, "letter.txt", b"The boat is called Wren.", "old-letters")]
    added(client, file, "old-letters")
    last = said(client, "What is the boat called?", library="old-letters")
    assert "Wren" in last["html"]
    assert "Wren" not in said(client, "What is the boat called?")["html"]
    body = {"library": "old-letters", "title": "<i>Letters</i>"}
    renamed = client.post("/api/libraries/rename", json=body).json()
    assert renamed["title"] == "<i>Letters</i>"
    assert "&lt;i&gt;Letters" in renamed["bar"]
    assert client.post("/api/libraries/delete", json={"library": ""}).status_code == 422
    gone = client.post("/api/libraries/delete", json={"library": "old-letters"})
    assert gone.status_code == 200
    assert "old-letters" not in gone.json()["bar"]
    opened = client.get(f"/api/conversations/{last['conversation']}").json()
    assert AWAY in opened["html"]
    for name in ("old-letters", "../indexes", "..", "/etc"):
        assert client.get("/api/documents", params={"library": name}).status_code == 404


def test_leaving_an_answer_early_ends_it_after_its_step(assistant: Paced, tmp_path: Path) -> None:
    room = Room(answering=1, waiting=0)
    chat = chat_over(assistant, tmp_path, room)

    async def leave() -> int:
        steps = aside(lambda left: chat.ask(Asking("How many days of holiday?"), left))
        async for step in steps:
            await steps.aclose()  # type: ignore[attr-defined]
            return step.exchange.turn
        return 0

    assert asyncio.run(leave()) == 1
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(BusyError), room.place():
            return
        time.sleep(0.01)
    pytest.fail("the place in the room was never freed")


def test_room_is_bounded_and_says_so() -> None:
    room, inside, leave = Room(answering=1, waiting=1), threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with room.place():
            inside.release()
            leave.wait(10)

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for holder in holders:
        holder.start()
    inside.acquire(timeout=10)
    while room._places._value:  # the second one is waiting for its turn
        pass
    with pytest.raises(BusyError, match="busy"), room.place():
        pass
    leave.set()
    for holder in holders:
        holder.join(10)
    with room.place():
        pass


def test_taken_port_is_one_sentence(assistant: Paced) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FootnoteError, match=rf"Port {port} is taken .*--port"):
            serve(assistant, port=port)
    with pytest.raises(UsageError, match="70000"):
        listen("127.0.0.1", 70_000)
    with pytest.raises(FootnoteError, match="--host"):
        listen("192.0.2.1", 0)


def test_page_off_loopback_is_refused(assistant: Paced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_USER", raising=False)
    with pytest.raises(UsageError, match="FOOTNOTE_USER"):
        serve(assistant, host="0.0.0.0", port=0)


def test_building_and_asking_open_no_connection() -> None:
    """An audit hook, in a process of its own because hooks cannot be taken out again."""
    script = """
import sys
seen = []
sys.addaudithook(lambda name, args: seen.append((name, args)) if name in
    ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname") else None)
sys.path.insert(0, "tests")
from fastapi.testclient import TestClient
import pathlib, tempfile
from ui_assistant import paced
from ui.web import build_app
app = build_app(paced(pathlib.Path(tempfile.mkdtemp()), {"a.txt": "It has 28 days."}))
with TestClient(app, base_url="http://127.0.0.1:7860") as client:
    assert client.get("/").status_code == 200
    assert client.get("/gradio_api/info").status_code == 200
    assert client.post("/api/ask", json={"question": "28 days"}).status_code == 200
outside = [s for s in seen if "127.0.0.1" not in str(s) and "localhost" not in str(s)]
assert not outside, outside
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.01)
except OSError:
    pass
assert any("192.0.2.1" in str(s) for s in seen), "the hook does not see"
print("silent")
"""
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "silent", done.stderr[-2000:]


def test_the_real_embedder_opens_no_connection(tmp_path: Path) -> None:
    """Indexing, asking and searching, in this process and in those that parse for it.

    The hook is set by `sitecustomize`, which every Python process started here imports first.
    """
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    script = """
import pathlib, sys
from rag import Assistant
samples = pathlib.Path("eval/sets/samples/documents")
small = sorted((p for p in samples.rglob("*") if p.suffix in {".txt", ".md"}),
    key=lambda p: p.stat().st_size)[:2]
assert len(small) == 2
with Assistant.open(documents=small) as assistant:
    assert len(assistant.documents()) == 2
    assert assistant.ask("What is this about?").model
    assert assistant.search("the")
if sys.argv[1:]:
    import socket
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.01)
    except OSError:
        pass
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
"""
    root = Path(__file__).parent.parent
    log = tmp_path / "seen.txt"
    paths = os.pathsep.join([str(tmp_path), str(root)])
    environment = {**os.environ, "PYTHONPATH": paths, "WATCH_LOG": str(log)}

    def seen(*arguments: str) -> list[str]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            capture_output=True,
            text=True,
            cwd=root,
            timeout=300,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return log.read_text("utf-8").splitlines()

    silent = seen()
    assert [line for line in silent if not line.startswith("started")] == []
    assert len(set(silent)) >= 2  # this process and one that parses: both were watched
    aloud = " ".join(seen("aloud"))
    for made in ("socket.connect", "socket.sendto", "192.0.2.1"):
        assert made in aloud


WATCH = """
import os, sys
log = open(os.environ["WATCH_LOG"], "a", encoding="utf-8", buffering=1)
log.write(f"started {os.getpid()}\\n")
names = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
    "socket.sendmsg"}
sys.addaudithook(lambda name, args: log.write(f"{name} {args}\\n") if name in names else None)
"""


def test_listening_socket_is_really_bound() -> None:
    with listen("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname(), 5):
        pass


def test_the_address_that_is_told_is_one_that_others_can_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert reachable("127.0.0.1") == "127.0.0.1"
    assert reachable("my-machine") == "my-machine"
    for anywhere in ("0.0.0.0", "::"):
        assert reachable(anywhere) not in ("0.0.0.0", "::", "")

    def nowhere(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("socket.socket.connect", nowhere)
    assert reachable("0.0.0.0") == socket.gethostname().lower()
