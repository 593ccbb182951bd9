"""Clients send ids and names, never paths: whatever is spelt, nothing outside comes back.

A canary lies outside all folders of the server. Every field of every route that takes words is
given every spelling of its path, and of addresses at which something listens and hears nothing.
"""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from ui_assistant import Paced, paced
from web_server import Reply, Server, Takes, changed, doors, serving, takes

from index.embedding import HashingEmbedder
from rag.reader import EvidenceReader

CANARY = "canary-4f1c9b-sings-outside"
STEP = int(os.environ.get("FOOTNOTE_STEP", "10"))  #: 1 asks every field all, not a tenth in turn
INSIDE = "wren-77aa21-sings-inside"


@dataclass
class Listener:
    """A server that somebody might be made to fetch from; it counts who comes."""

    port: int
    heard: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """The server, its assistant, and what lies around it."""

    server: Server
    assistant: Paced
    outside: Path
    listener: Listener
    spellings: list[str]

    def files_outside(self) -> set[str]:
        return {path.as_posix() for path in self.outside.rglob("*")}


@pytest.fixture(autouse=True, scope="module")
def _no_models() -> Iterator[None]:
    """Libraries that are made on the way use no weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        yield


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        made = Listener(bound.getsockname()[1])
        bound.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    came, _ = bound.accept()
                    with came:
                        made.heard.append(str(came.recv(200)))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield made
        ended.set()
        thread.join(5)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("paths")
    outside = base / "outside"
    (outside / "folder").mkdir(parents=True)
    canary = outside / "canary.txt"
    for path in (canary, outside / "folder" / "canary.txt", outside / "catalog.sqlite"):
        path.write_text(f"The bird {CANARY}.")
    home = base / "home"
    documents = home / "documents"
    documents.mkdir(parents=True)
    (documents / "link.txt").symlink_to(canary)
    (documents / "folder-link").symlink_to(outside)
    (documents / "up.txt").symlink_to("../../outside/canary.txt")
    made = paced(home, {"bird.txt": f"The bird {INSIDE}."})
    with serving(made, home) as server:
        spellings = spelt(canary, documents, server, listener)
        yield Place(server, made, outside, listener, spellings)


def spelt(canary: Path, near: Path, server: Server, listener: Listener) -> list[str]:
    """Ways to write where the canary is, or where it could be fetched."""
    whole, name = canary.as_posix(), canary.name
    up = os.path.relpath(canary, near)
    far = "../" * 12 + whole.lstrip("/")
    plain = [whole, up, far, "/etc/passwd", "../" * 12 + "etc/passwd"]
    found = [*plain, name, f"{whole}/", f"/{whole}", f"//{whole}", f"./{up}", f"././{far}"]
    for path in plain:
        found += [
            quote(path, safe=""),
            quote(quote(path, safe=""), safe=""),
            path.replace("/", "\\"),
            path.replace("/", "%2f").replace(".", "%2e"),
            path.replace("../", "....//"),
            path.replace("../", "..;/"),
            path.replace("../", "..%00/"),
            path.replace("..", "%c0%ae%c0%ae").replace("/", "%c0%af"),
            path.replace("..", "．．").replace("/", "／"),
            path.replace("/", "∕"),
            f"file://{path}",
            f"{path}\0.txt",
            f"{path}\n",
            f" {path} ",
            f"bird.txt/{path}",
        ]
    web = [f"127.0.0.1:{listener.port}", f"localhost:{listener.port}", f"[::1]:{listener.port}"]
    for host in web:
        found += [f"http://{host}/c", f"//{host}/c", f"https://{host}/c", f"\\\\{host}\\c"]
    found += [
        f"ftp://{web[0]}/c",
        f"gopher://{web[0]}/_x",
        f"jar:http://{web[0]}/c!/x",
        f"data:text/plain,{CANARY[:6]}",
        f"{server.address}/gradio_api/file={whole}",
        "~/outside/canary.txt",
        "$HOME/outside/canary.txt",
        "/proc/self/environ",
        "/proc/self/cwd/pyproject.toml",
        "/proc/self/root" + whole,
        f"/dev/fd/../..{whole}",
        "C:\\Windows\\win.ini",
        "\\\\?\\C:\\canary.txt",
        "CON",
        "canary.txt::$DATA",
        "catalog.sqlite",
        "../catalog.sqlite",
        "..",
        ".",
        "../outside",
        "*",
        "**/canary.txt",
        "; cat " + whole,
        f"$(cat {whole})",
        f"`cat {whole}`",
        "' UNION SELECT text FROM documents --",
        "\udcff\udcfe",
    ]
    return list(dict.fromkeys(found))


def leaks(reply: Reply) -> bool:
    """Does a reply hold words of a file that nobody may have?"""
    words = reply.text
    return any(
        secret in words for secret in (CANARY, "root:x:0:0", "[tool.mypy]", "PYTEST_CURRENT")
    )


def sound(reply: Reply) -> bool:
    """Neither a leak nor a breakdown."""
    return not leaks(reply) and reply.status not in (0, 500)


def test_there_are_spellings_enough_and_a_leak_would_be_seen(place: Place) -> None:
    assert len(place.spellings) >= 100
    assert place.assistant.documents()[0].source.endswith("bird.txt")
    seen = place.server.get("/api/passage", document=place.assistant.documents()[0].id)
    assert INSIDE in seen.text
    assert leaks(Reply(200, {}, seen.body.replace(INSIDE.encode(), CANARY.encode())))


def test_links_out_of_a_folder_are_not_followed(place: Place) -> None:
    assert [info.title for info in place.assistant.documents()] == ["bird"]
    assert not leaks(place.server.get("/api/documents"))
    answer = place.server.ask("Which bird sings outside?")
    assert CANARY not in str(answer)


def test_no_field_of_any_route_takes_a_path(place: Place) -> None:
    before, ways = place.files_outside(), takes(place.server.app)  # type: ignore[arg-type]
    asked: Counter[str] = Counter()
    for number, spelling in enumerate(place.spellings):
        for way in ways:
            if way.path == "/api/files":  # its own test
                continue
            for field_number, given in enumerate(fields(way, spelling)):
                if (number + field_number) % STEP:
                    continue
                reply = way.send(place.server, **given)
                asked[f"{way.method} {way.path} {field_number}"] += 1
                assert sound(reply), (way, given, reply.text[:300])
    assert len(asked) > 35
    assert min(asked.values()) >= len(place.spellings) // STEP
    least = min(asked.values())
    print(f"{sum(asked.values()):,} requests, {len(asked)} fields, at least {least} each")
    assert place.files_outside() == before
    assert place.listener.heard == []


def fields(way: Takes, spelling: str) -> Iterator[dict[str, object]]:
    """The spelling in each place of a request that takes words."""
    for name in way.names:
        yield {name: spelling}
    for name, value in way.query:
        if isinstance(value, str):
            yield {name: spelling}
    for slot in way.slots():
        value: object = way.body
        for step in slot:
            value = value[step]  # type: ignore[index]
        if slot[-1] in ("question", "content", "words", "answer", "correction", "understood"):
            continue  # words to be searched for, which lead nowhere
        if isinstance(value, str):
            yield {"body": changed(way.body, slot, spelling)}
        elif value == []:
            yield {"body": changed(way.body, slot, [spelling])}


def test_no_address_of_the_server_leads_outside(place: Place) -> None:
    """Behind each prefix that takes the rest of an address, as bytes that nobody tidied up."""
    app = place.server.app
    assert app is not None
    prefixes = {way.path.split("{")[0] for way in doors(app) if "{" in way.path}
    prefixes |= {"/", "//", "/footnote/../", "/gradio_api/file=", "/file=", "/footnote/%2e%2e/"}
    for prefix in sorted(prefixes):
        for spelling in place.spellings[:: max(STEP // 4, 1)]:
            raw = spelling.encode("utf-8", "surrogateescape")
            for target in (raw, quote(raw, safe="/%").encode(), quote(raw, safe="").encode()):
                if b"heartbeat" in prefix.encode() or b" " in target or b"\n" in target:
                    continue
                reply = place.server.send("GET", prefix.encode() + target)
                assert sound(reply), (prefix, target, reply.status, reply.text[:200])
    assert place.listener.heard == []


def test_a_sent_file_stays_among_the_uploads_whatever_it_is_called(place: Place) -> None:
    before = place.files_outside()
    around = set(place.assistant.index.folder.parent.iterdir())
    uploads = place.assistant.index.uploads
    for number, spelling in enumerate(place.spellings[:: max(STEP // 4, 1)]):
        step = place.server.upload(spelling, f"The letter is number {number}.".encode())
        assert step.get("finished") or "error" in step, (spelling, step)
        assert CANARY not in str(step)
    assert place.files_outside() == before
    assert set(place.assistant.index.folder.parent.iterdir()) == around
    kept = [path for path in uploads.rglob("*") if path.is_file() and path.suffix != ".part"]
    assert len(kept) > 20
    for path in kept:
        assert path.resolve().is_relative_to(uploads.resolve())
        assert not path.is_symlink()
        assert CANARY not in path.read_text("utf-8", "replace")
    assert place.listener.heard == []


@pytest.mark.parametrize("made", ["../" * 8 + "etc/passwd", "/etc/passwd", "0" * 31 + "/", "%2e"])
def test_what_was_never_sent_cannot_be_added(place: Place, made: str) -> None:
    body = {"library": "", "files": [{"id": made[:32], "name": "a.txt"}]}
    last = place.server.post("/api/documents/add", body).lines()[-1]
    assert "never sent" in str(last["trouble"])
