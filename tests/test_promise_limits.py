"""What is too large, malformed or cut short is refused in one sentence, and the server goes on."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ui_assistant import Paced, paced
from web_server import Reply, Server, changed, serving, takes

from index.embedding import HashingEmbedder
from index.index import Index
from rag.assistant import Assistant
from rag.language_model import ScriptedModel, StopFlag
from rag.reader import EvidenceReader
from rag.retrieval import RetrievalOptions, Retriever
from rag.settings import Settings
from ui.bodies import JSON_LIMIT

STEP = int(os.environ.get("FOOTNOTE_STEP", "3"))  #: 1 gives every field every value
BOAT = "How many sails has the boat?"
#: Values of the wrong type, or of the right one and out of all bounds.
WRONG: list[object] = [
    *(None, True, 0, -1, 2**31, 2**63, 10**30, -(10**30), 1.5, 1e308, float("nan"), float("inf")),
    *("", " ", "\0", "\ud800", "\U0010ffff", "x" * 60_000, "../../etc/passwd", "2024-02-30"),
    *([], [[]], [None], ["\0"], [{}], {}, {"a": {"b": []}}, {"\ud800": 1}, [1] * 6_000),
]


@pytest.fixture(autouse=True, scope="module")
def _no_models() -> Iterator[None]:
    """Libraries that are made on the way use no weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        yield


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    made = paced(tmp_path_factory.mktemp("limits"), {"boat.md": "The boat has nine sails."})
    made.settings = replace(made.settings, file_mb=1)
    return made


@pytest.fixture(scope="module")
def server(assistant: Paced, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(assistant, tmp_path_factory.mktemp("talks")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a client does may look like a fault of ours in the terminal."""
    yield
    faults = [one.getMessage() for one in caplog.get_records("call") if one.exc_info]
    assert faults == []


def blank(body: object) -> bool:
    """Is there no question in it at all?"""
    question = body.get("question") if isinstance(body, dict) else None
    return isinstance(question, str) and not question.strip()


def refused_well(reply: Reply) -> bool:
    """One sentence of JSON, or an answer; never a breakdown, never silence."""
    if reply.status < 400:
        return bool(reply.body) and not reply.text.rstrip().endswith("Internal Server Error")
    if reply.status >= 500 and reply.status != 503:
        return False
    data = reply.json()
    if data == {"detail": "Not Found"}:  # no route at all, as where a part of a path is empty
        return reply.status == 404
    error = data["error"]
    said = error["message"] if isinstance(error, dict) else error
    return isinstance(said, str) and said.endswith(".") and "\n" not in said and len(said) < 400


def test_wrong_values_in_every_field_of_every_route(server: Server, assistant: Paced) -> None:
    """Bodies as JSON; every field in turn, one left out, one too many, and the body itself."""
    asked = 0
    for way in takes(server.app):  # type: ignore[arg-type]
        if way.method != "POST" or way.path in ("/api/files", "/api/libraries/make"):
            continue
        whole = [*WRONG, [way.body], {**way.body, "unknown": 1}]  # type: ignore[dict-item]
        bodies = [value for value in whole if value != {}]
        for number, slot in enumerate(way.slots()):
            bodies += [changed(way.body, slot, value) for value in WRONG[number % STEP :: STEP]]
        for body in bodies:
            reply = way.send(server, body=body)
            asked += 1
            if way.path == "/api/chat" and blank(body):  # the page sends none, and gets nothing
                continue
            assert refused_well(reply), (way, str(body)[:300], reply.status, reply.text[:300])
            if reply.headers.get("content-type") == "application/x-ndjson":
                last = reply.lines()[-1]
                assert last.get("final") or last.get("finished") or last.get("error"), (way, body)
    print(f"{asked:,} bodies")
    assert asked > 500
    assert "nine sails" in assistant.ask(BOAT).text


def test_wrong_values_in_every_path_and_query(server: Server) -> None:
    words = [str(value) for value in WRONG if isinstance(value, str | int | float)]
    words += ["null", "[]", "%", "%zz", "%ff", "1e5", "0x10", "٣", "1_000", "+1", " 1"]
    for way in takes(server.app):  # type: ignore[arg-type]
        names = [*way.names, *(name for name, _ in way.query)]
        for number, name in enumerate(names):
            for value in words[number % STEP :: STEP]:
                if way.path == "/api/files" or (way.method == "POST" and name == "rest"):
                    continue
                reply = way.send(server, **{name: value})
                assert refused_well(reply), (way, name, value[:80], reply.status, reply.text[:200])


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", (), 422),
        (b'{"question": "\xff"}', (), 422),
        (b"[" * 200_000, (), 422),
        (b'{"question":' * 50_000, (), 422),
        (b'{"a":1}' * 2, (), 422),
        (b" " * (JSON_LIMIT + 1), (), 413),
        (b"question=x", (("Content-Type", "application/x-www-form-urlencoded"),), 422),
        (b"--x\r\n\r\n--x--", (("Content-Type", "multipart/form-data; boundary=x"),), 415),
        (b"{}", (("Content-Type", "application/json; charset=utf-16"),), 422),
        (b"\x1f\x8b\x08", (("Content-Encoding", "gzip"),), 422),
    ],
)
def test_bodies_that_are_no_sound_json(
    server: Server, body: bytes, headers: tuple[tuple[str, str], ...], status: int
) -> None:
    for path in ("/api/chat", "/api/documents/add", "/v1/ask", "/v1/chat/completions"):
        reply = server.send("POST", path, body, headers)
        wanted = {422: 400}.get(status, status) if path.startswith("/v1") else status
        assert reply.status == wanted, (path, reply.text)
        assert refused_well(reply)


def test_a_file_over_the_limit_is_cut_off_and_leaves_nothing(
    server: Server, assistant: Paced
) -> None:
    """It says it is 50 GB: the server says no after one, long before it has come."""
    uploads = assistant.index.uploads
    for length in ("Content-Length: 50000000000", "Transfer-Encoding: chunked"):
        with server.connect() as sending:
            head = (
                f"POST /api/files?name=big.txt HTTP/1.1\r\nHost: {server.host}\r\n{length}\r\n\r\n"
            )
            sending.sendall(head.encode())
            piece = b"y" * 65_536
            framed = b"10000\r\n" + piece + b"\r\n" if "chunked" in length else piece
            sent, data = 0, b""
            sending.settimeout(0.05)
            while sent < 20_000_000 and not data:
                try:
                    sending.sendall(framed)
                    sent += len(piece)
                    data = sending.recv(4096)
                except TimeoutError:
                    continue
                except OSError:
                    break
            assert sent < 10_000_000
            if data:  # else the line was cut before it could be read
                sending.settimeout(10)
                while b"}" not in data and (piece := sending.recv(4096)):
                    data += piece
                assert b"larger than the limit of 1 MB" in data
        assert settled(lambda: not list(uploads.glob(".*.part")))
    assert "nine sails" in str(server.ask(BOAT)["html"])


def test_an_upload_that_breaks_off_leaves_nothing(server: Server, assistant: Paced) -> None:
    for _ in range(5):
        with server.connect() as sending:
            head = f"POST /api/files?name=half.txt HTTP/1.1\r\nHost: {server.host}\r\n"
            sending.sendall(f"{head}Content-Length: 900000\r\n\r\n".encode() + b"y" * 100_000)
            assert settled(lambda: list(assistant.index.uploads.glob(".*.part")))
    assert settled(lambda: not list(assistant.index.uploads.glob(".*.part")))
    assert server.get("/api/documents").status == 200


def test_clients_that_say_nothing_or_half_of_it_hold_nobody_up(server: Server) -> None:
    idle = [server.connect() for _ in range(60)]
    for number, line in enumerate(idle):
        if number % 2:
            line.sendall(f"POST /api/chat HTTP/1.1\r\nHost: {server.host}\r\nContent-L".encode())
        else:
            head = f"POST /api/chat HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: 40\r\n\r\n{{"
            line.sendall(head.encode())
    began = time.monotonic()
    assert "nine sails" in str(server.ask(BOAT)["html"])
    assert time.monotonic() - began < 20
    for line in idle:
        line.close()
    assert server.get("/api/documents").status == 200


def settled(condition: object, seconds: float = 20) -> bool:
    """Whether something comes true within a while."""
    assert callable(condition)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


# ---- leaving in the middle -----------------------------------------------------------------------


class Endless(ScriptedModel):
    """Writes until it is stopped; knows how many of it write and when the last one ended."""

    def __init__(self) -> None:
        super().__init__(name="endless")
        self.writing = 0
        self.ended = 0.0
        self._lock = threading.Lock()

    def generate(self, messages: object, *, max_tokens: int, stop: StopFlag) -> Iterator[str]:
        with self._lock:
            self.writing += 1
        try:
            number = 0
            while not stop.is_set():
                number += 1
                time.sleep(0.02)
                yield f"word{number} "
        finally:
            with self._lock:
                self.writing -= 1
                self.ended = time.monotonic()


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Endless]]:
    folder = tmp_path_factory.mktemp("endless")
    (folder / "boat.txt").write_text("The boat has nine sails.")
    embedder, model = HashingEmbedder(), Endless()
    index = Index.open(folder / "index", embedder, create=True)
    reader, retriever = EvidenceReader(embedder), Retriever(embedder, RetrievalOptions())
    made = Assistant(index, retriever, reader, Settings(threshold=0.15), model)
    made.sync(roots=[folder / "boat.txt"])
    with serving(made, folder) as running:
        yield running, model


ASKING = {
    "/api/chat": {"question": BOAT},
    "/api/ask": {"question": BOAT},
    "/v1/ask": {"question": BOAT},
    "/v1/chat/completions": {
        "model": "footnote",
        "messages": [{"role": "user", "content": BOAT}],
        "stream": True,
    },
}


@pytest.mark.parametrize("path", ASKING)
def test_whoever_leaves_frees_the_model_within_a_second(
    endless: tuple[Server, Endless], path: str
) -> None:
    server, model = endless
    for abrupt in (False, True):
        with server.connect() as leaving:
            body = json.dumps(ASKING[path]).encode()
            leaving.sendall(
                server.request("POST", path, body, [("Content-Type", "application/json")])
            )
            assert settled(lambda: model.writing == 1)
            if abrupt:  # a reset instead of a goodbye
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            left = time.monotonic()
        assert settled(lambda: model.writing == 0, 5)
        assert model.ended - left < 1.0


def test_many_who_leave_while_waiting_leave_no_queue_behind(
    endless: tuple[Server, Endless],
) -> None:
    server, model = endless
    body = json.dumps(ASKING["/api/chat"]).encode()
    kind = [("Content-Type", "application/json")]
    lines = []
    for _ in range(10):  # two at work, eight waiting
        line = server.connect()
        line.sendall(server.request("POST", "/api/chat", body, kind))
        lines.append(line)
    assert server.app is not None
    room = server.app.state.chat.room
    assert settled(lambda: model.writing == 2 and not room._places._value)
    assert "busy" in str(server.ask(BOAT)["html"])
    assert server.post("/v1/ask", {"question": BOAT}).status == 503
    for line in lines:
        line.close()
    assert settled(lambda: model.writing == 0, 10)
    line = server.connect()
    line.sendall(server.request("POST", "/api/chat", body, kind))
    assert settled(lambda: model.writing == 1, 5)
    line.close()
    assert settled(lambda: model.writing == 0, 5)


# ---- off loopback --------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "", "0", "*"])
@pytest.mark.parametrize("given", [{}, {"FOOTNOTE_USER": "ada"}, {"FOOTNOTE_PASSWORD": "x"}])
def test_another_address_is_refused_without_user_and_password(
    host: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.errors import UsageError
    from ui.guard import door_for

    for name in ("FOOTNOTE_USER", "FOOTNOTE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match="FOOTNOTE_USER and FOOTNOTE_PASSWORD"):
        door_for(host, 7860)


def test_the_command_refuses_before_it_indexes_anything(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}
    environment["FOOTNOTE_DATA"] = str(tmp_path / "data")
    command = [sys.executable, "-m", "ui.command_line", "chat", "--host", "0.0.0.0"]
    root = Path(__file__).parent.parent
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "FOOTNOTE_USER and FOOTNOTE_PASSWORD" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "data" / "indexes").exists()


def test_the_log_is_heard() -> None:
    """The check that no traceback is logged would hear one."""
    assert logging.getLogger("uvicorn.error").propagate
