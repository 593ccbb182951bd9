"""The web application: its routes, what the chat does on an event, and how it is served."""

from __future__ import annotations

import asyncio
import os
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
from ui_assistant import Paced, paced

from index.errors import BusyError, FootnoteError, StoreError, UsageError
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.types import Answer, Turn
from ui.chat import FAILED, STOPPED, Chat, Room, aside, finished, turns
from ui.guard import Door
from ui.render import Exchange
from ui.web import build_app, listen, serve

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
    for asset in ("footnote.css", "footnote.js", "mark.svg"):
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

    def broken(*_: object) -> object:
        raise StoreError(f"The catalog {folder}/catalog.sqlite is damaged.")

    for name in ("ask", "stream", "documents", "document"):
        monkeypatch.setattr(assistant, name, broken)
    chat = Chat(assistant, Room())
    notice = [*chat.ask("How many days?", [])][-1][-1].notice
    *_, told = client.post("/api/ask", json={"question": "How many?"}).json().values()
    *_, missing = client.get("/api/passage", params={"document": "x"}).json().values()
    for words in (notice, chat.shelf(), told, missing):
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
    for path in ("/api/ask", "/gradio_api/queue/join", "/gradio_api/upload"):
        answer = client.post(path, json={}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
    join = {"data": [[{"path": "http://127.0.0.1:1/x", "meta": {"_type": "gradio.FileData"}}]]}
    assert client.post("/gradio_api/queue/join", json=join).status_code == 403


def test_chat_answers_step_by_step(assistant: Paced) -> None:
    chat = Chat(assistant, Room())
    steps = list(chat.ask("  How many days of holiday?  ", []))
    assert steps[0] == [Exchange("How many days of holiday?")]
    assert [finished(step[-1]) for step in steps] == [False] * (len(steps) - 1) + [True]
    answer = steps[-1][-1].answer
    assert answer is not None
    again = list(chat.ask("And notice?", steps[-1]))
    assert again[-1][0] == steps[-1][0]
    assert assistant.asked[1] == (Turn("How many days of holiday?", answer.text),)
    assert list(chat.ask("   ", [])) == []


def test_failures_become_sentences(
    assistant: Paced, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    chat = Chat(assistant, Room())

    def failing(error: Exception) -> str:
        def stream(question: str, history: object) -> Iterator[Answer]:
            yield next(Assistant.stream(assistant, question))
            raise error

        monkeypatch.setattr(assistant, "stream", stream)
        return [*chat.ask("How many days?", [])][-1][-1].notice

    assert failing(RuntimeError("secret detail")) == FAILED
    assert "secret detail" in caplog.text
    assert failing(FootnoteError("It is busy: try again.")) == "It is busy: try again."
    long = [*chat.ask("x" * (LONGEST_QUESTION + 1), [])][-1][-1]
    assert "10,001 characters" in long.notice
    assert len(long.question) < 300


@pytest.mark.parametrize("question", [None, 7, ["x"], {"text": "x"}, "", " "])
def test_what_is_no_question_asks_nothing(assistant: Paced, question: object) -> None:
    assert list(Chat(assistant, Room()).ask(question, [])) == []


def test_the_queue_takes_anything_and_survives_it(
    assistant: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    app = build_app(assistant)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:  # starts the queue
        events_of_page = client.get("/config").json()["dependencies"]
        asking = next(event["id"] for event in events_of_page if len(event["inputs"]) == 2)
        for number, data in enumerate(([7, None], [None, None], [["x"], None])):
            asked = {"data": data, "fn_index": asking, "session_hash": f"s{number}"}
            assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
            hears = {"session_hash": f"s{number}"}
            events = client.get("/gradio_api/queue/data", params=hears).text
            assert '"success":true' in events
    assert died == []


def test_stop_keeps_what_was_there(assistant: Paced) -> None:
    chat = Chat(assistant, Room())
    steps = list(chat.ask("How many days of holiday?", []))
    stopped = chat.stop(steps[1])
    assert stopped == [replace(steps[1][0], notice=STOPPED)]
    assert turns(stopped) == []
    assert chat.stop(steps[-1]) == steps[-1]
    assert chat.stop([]) == []


def test_a_reader_who_leaves_frees_the_place(assistant: Paced) -> None:
    room = Room(answering=1, waiting=0)
    chat = Chat(assistant, room)
    for _ in range(3):
        asking = chat.ask("How many days of holiday?", [])
        next(asking)
        assert next(asking)[-1].notice == ""
        asking.close()


def test_upload_tells_how_far_it_is_and_what_became_of_each(tmp_path: Path) -> None:
    assistant = paced(tmp_path, {})
    chat = Chat(assistant, Room())
    sent = tmp_path / "sent"
    sent.mkdir()
    paths = [sent / "new.txt", sent / "<b>.exe"]
    paths[0].write_text("The rose garden has 412 bushes.")
    paths[1].write_bytes(b"MZ")
    first, *_, last = chat.upload(paths)
    assert "of 2" in first
    assert "new.txt</bdi> can be asked now" in last
    assert "&lt;b&gt;.exe</bdi> is of a kind that is not supported" in last
    assert "412" in assistant.ask("How many bushes has the rose garden?").text

    *_, last = chat.upload(paths[:1])
    assert "new.txt</bdi> was here already" in last
    assert "exe" not in last
    paths[0].write_text("The rose garden has 413 bushes now.")
    *_, last = chat.upload(paths[:1])
    assert "new.txt</bdi> can be asked now" in last
    assert "already" not in last
    assert [info.title for info in assistant.documents()] == ["new"]


@pytest.mark.parametrize("name", ["report (1).pdf", "~draft (2).pdf", "a (1) (1).pdf"])
def test_an_unreadable_upload_is_not_called_known(tmp_path: Path, name: str) -> None:
    """Browsers number files of one name; the number is part of the name."""
    chat = Chat(paced(tmp_path / "chat", {}), Room())
    (tmp_path / name).write_bytes(b"%PDF-1.4 broken")
    for _ in range(2):
        *_, last = chat.upload([tmp_path / name])
        assert 'class="fn-bad"' in last
        assert "is damaged" in last
        assert "already" not in last


def test_an_upload_over_the_limit_leaves_no_file(tmp_path: Path) -> None:
    app = build_app(paced(tmp_path, {}), door=Door(7860, upload_bytes=100_000))
    asked = TestClient(app, base_url="http://127.0.0.1:7860")

    def sent(size: int) -> tuple[int, str]:
        end = b"\r\n--x--\r\n"
        body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        pieces = (body, *(b"y" * 1000 for _ in range(size // 1000)), end)
        head = {"content-type": "multipart/form-data; boundary=x"}
        answer = asked.post("/gradio_api/upload", content=iter(pieces), headers=head)
        return answer.status_code, answer.text

    def kept() -> list[Path]:
        return [file for file in Path(app.state.uploads.name).rglob("*") if file.is_file()]

    status, words = sent(200_000)
    assert status == 413
    assert "together: add fewer" in words
    assert kept() == []
    assert sent(50_000)[0] == 200
    assert len(kept()) == 1  # the limit, not the form, refused the other one


def test_leaving_an_answer_early_ends_it_after_its_step(assistant: Paced) -> None:
    room = Room(answering=1, waiting=0)
    chat = Chat(assistant, room)

    async def leave() -> int:
        steps = aside(lambda: chat.ask("How many days of holiday?", []))
        async for step in steps:
            await steps.aclose()  # type: ignore[attr-defined]
            return len(step)
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


def test_the_first_own_file_leaves_the_samples_behind(tmp_path: Path) -> None:
    samples = paced(tmp_path / "samples", {"handbook.md": HANDBOOK})
    opened: list[Paced] = []

    def own() -> Paced:
        opened.append(paced(tmp_path / "own", {}))
        return opened[-1]

    chat = Chat(samples, Room(), own)
    cited = samples.documents()[0].id
    (tmp_path / "empty.txt").write_text("")
    for _ in range(2):
        list(chat.upload([tmp_path / "empty.txt"]))
    assert chat.samples  # nothing of the person's own could be read
    assert not chat.left_samples
    assert [assistant.closed for assistant in opened] == [True, True]
    (tmp_path / "note.txt").write_text("The spare key hangs behind the blue door.")
    list(chat.upload([tmp_path / "note.txt"]))
    assert not chat.samples
    assert chat.left_samples
    assert not opened[-1].closed
    assert [info.title for info in chat.assistant.documents()] == ["note"]
    assert [info.id for info in samples.documents()] == [cited]
    found = chat.find(cited)  # an earlier answer on the page still opens its source
    assert found is not None
    assert found[1].title == samples.documents()[0].title
    assert chat.find("unknown") is None
