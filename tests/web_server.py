"""A real server over real HTTP for the tests of what the web promises, and requests as raw bytes.

Client libraries tidy up what they send; `Server.send` does not. `doors` lists the routes from the
application itself, so that a new route is tested as soon as it exists.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from rag.assistant import Assistant
from ui.conversations import Conversations
from ui.guard import Door
from ui.web import build_app

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> dict[str, object]:
        data = json.loads(self.body)
        assert isinstance(data, dict)
        return data

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on this computer."""

    port: int
    app: FastAPI | None = None
    patience_s: float = 60

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), self.patience_s)

    def send(
        self,
        method: str,
        target: str | bytes,
        body: bytes | None = None,
        headers: Headers = (),
        *,
        host: str | None = None,
    ) -> Reply:
        """One request with exactly this target; ``host`` "-" leaves the host out."""
        with self.connect() as connected:
            connected.sendall(self.request(method, target, body, headers, host=host))
            return read_reply(connected, method)

    def request(
        self,
        method: str,
        target: str | bytes,
        body: bytes | None = None,
        headers: Headers = (),
        *,
        host: str | None = None,
    ) -> bytes:
        """The bytes of a request."""
        named = [] if host == "-" else [("Host", self.host if host is None else host)]
        length = [] if body is None else [("Content-Length", str(len(body)))]
        lines = [*named, ("Connection", "close"), *length, *headers]
        path = target.encode() if isinstance(target, str) else target
        head = "".join(f"{name}: {value}\r\n" for name, value in lines).encode("utf-8")
        return method.encode() + b" " + path + b" HTTP/1.1\r\n" + head + b"\r\n" + (body or b"")

    def status(
        self,
        method: str,
        target: str | bytes,
        headers: Headers = (),
        *,
        body: bytes | None = None,
        host: str | None = None,
    ) -> int:
        """Only whether a request is let in: what comes then may have no end."""
        with self.connect() as connected:
            connected.sendall(self.request(method, target, body, headers, host=host))
            data = b""
            while b"\r\n" not in data and (piece := connected.recv(4096)):
                data += piece
        return int(data.split(b" ", 2)[1]) if data.count(b" ") >= 2 else 0

    def get(self, path: str, **query: object) -> Reply:
        return self.send("GET", path + ("?" + urlencode(query) if query else ""))

    def post(self, path: str, body: object, headers: Headers = ()) -> Reply:
        kind = ("Content-Type", "application/json")
        return self.send("POST", path, json.dumps(body).encode(), [kind, *headers])

    def asking(self, body: object, path: str = "/api/chat") -> bytes:
        """The bytes of a question, for clients that do not wait for its answer."""
        kind = [("Content-Type", "application/json")]
        return self.request("POST", path, json.dumps(body).encode(), kind)

    def ask(self, question: str, **more: object) -> dict[str, object]:
        """The last line of an answer as the page gets it."""
        return self.post("/api/chat", {"question": question, **more}).lines()[-1]

    def upload(self, name: str, data: bytes, library: str = "") -> dict[str, object]:
        """Send a file and have it read; the last line says what became of it."""
        query = urlencode({"name": name, "library": library}, errors="surrogatepass")
        sent = self.send("POST", f"/api/files?{query}", data)
        assert sent.status == 200, sent.text
        file = {"id": sent.json()["id"], "name": name}
        return self.post("/api/documents/add", {"library": library, "files": [file]}).lines()[-1]


def read_reply(connected: socket.socket, method: str = "GET") -> Reply:
    """All that comes until the server closes."""
    data = bytearray()
    while piece := connected.recv(65_536):
        data += piece
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    parts = first.split(" ", 2)
    status = int(parts[1]) if len(parts) > 1 else 0  # 0: closed without a word
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    if headers.get("transfer-encoding") == "chunked" and method != "HEAD":
        body = b"".join(_chunks(body))
    return Reply(status, headers, body)


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        yield rest[:length]
        body = rest[length + 2 :]


@contextmanager
def serving(assistant: Assistant, folder: Path, *, door: Door | None = None) -> Iterator[Server]:
    """The whole application behind a real socket of this computer."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        memory = Conversations(folder)
        app = build_app(assistant, door=replace(door or Door(port), port=port), memory=memory)
        config = uvicorn.Config(
            app, log_level="error", ws="none", access_log=False, timeout_graceful_shutdown=1
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not running.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield Server(port, app)
        finally:
            running.should_exit = True
            thread.join(20)
            memory.close()


# ---- the routes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One method of one route."""

    method: str
    path: str  #: as it was declared, e.g. "/api/turns/{number}/text"

    def filled(self, words: str = "0") -> str:
        """The path with its places filled."""
        return re.sub(r"\{[^}]*\}", quote(words, safe=""), self.path)


def doors(app: FastAPI) -> list[Way]:
    """Every method of every route, those of what is mounted included."""
    return sorted(set(_ways(app.routes, "")))


def _ways(routes: Iterable[BaseRoute], before: str) -> Iterator[Way]:
    for route in routes:
        path = before + (getattr(route, "path", "") or "")
        for method in getattr(route, "methods", None) or ():
            yield Way(method, path)
        inner = getattr(route, "original_router", None)  # how FastAPI keeps included routers
        prefix = getattr(getattr(route, "include_context", None), "prefix", "") or ""
        if inner is not None:
            yield from _ways(inner.routes, path + prefix)
        elif not getattr(route, "methods", None):
            below = getattr(route, "routes", None)
            if below:
                yield from _ways(below, path)
            else:
                yield Way("GET", f"{path}/{{path}}")  # static files


# ---- what the routes take ------------------------------------------------------------------------

Slot = tuple[str | int, ...]  #: the way to a value inside a body


@dataclass(frozen=True, slots=True)
class Takes:
    """What a route of ours takes: names in its path and query, and a sound body."""

    method: str
    path: str
    names: tuple[str, ...] = ()
    query: tuple[tuple[str, object], ...] = ()  #: a sound value for each
    body: object = None

    def slots(self) -> list[Slot]:
        """The way to every value of the body, the body itself not included."""
        return list(_slots(self.body, ()))

    def send(self, server: Server, **given: object) -> Reply:
        """Ask it; ``given`` are values of the path, the query, or ``body``."""
        path = self.path
        for name in self.names:
            value = quote(str(given.get(name, "0")), safe="/", errors="surrogatepass")
            path = re.sub(r"\{" + name + r"(:path)?\}", lambda _, v=value: v, path)
        query = {name: given.get(name, value) for name, value in self.query}
        if query:
            path += "?" + urlencode(query, errors="surrogatepass")
        if self.method == "GET":
            return server.send("GET", path)
        return server.post(path, given.get("body", self.body))


def _slots(value: object, before: Slot) -> Iterator[Slot]:
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        yield (*before, key)
        yield from _slots(item, (*before, key))


def changed(body: object, slot: Slot, value: object) -> object:
    """A copy of a body with one value changed."""
    made = json.loads(json.dumps(body))
    place = made
    for step in slot[:-1]:
        place = place[step]
    place[slot[-1]] = value
    return made


#: Sound values of fields that need one of their own.
SOUND: Mapping[str, object] = {
    "question": "How many sails has the boat?",
    "content": "How many sails has the boat?",
    "words": "sails",
    "title": "Shed",
    "name": "note.txt",
    "id": "0" * 32,
    "form": "html",
    "type": "text",
    "n": 1,
}


def takes(app: FastAPI) -> list[Takes]:
    """What each of our own routes takes, read off the application."""
    found = []
    for route in app.routes:
        if not isinstance(route, APIRoute) or not route.path.startswith(("/api/", "/v1/")):
            continue
        parts = route.dependant
        names = tuple(one.name for one in parts.path_params)
        query = tuple(
            (one.name, _example(one.name, one.field_info.annotation)) for one in parts.query_params
        )
        bodies = [_example(one.name, one.field_info.annotation) for one in parts.body_params]
        for method in sorted(route.methods & {"GET", "POST"}):
            body = (bodies[0] if bodies else {}) if method == "POST" else None
            if route.path.startswith("/v1/chat") and isinstance(body, dict):
                body["model"] = "footnote"
            found.append(Takes(method, route.path, names, query, body))
    return found


def _example(name: str, kind: object) -> object:
    """A sound value of a type, every field of a model filled in; lists of words are empty."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if name in SOUND:
        return SOUND[name]
    if origin in (typing.Union, types.UnionType):
        return _example(name, next(one for one in inner if one is not type(None)))
    if origin is typing.Literal:
        return "user" if "user" in inner else inner[-1]
    if origin is list:
        models = isinstance(inner[0], type) and issubclass(inner[0], BaseModel)
        return [_example("", inner[0])] if models else []
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _example(name, one.annotation) for name, one in kind.model_fields.items()}
    return {str: "", int: 1, bool: False, float: 0.5}.get(typing.cast(type, kind), "x")
