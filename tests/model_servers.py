"""Model servers over loopback: the real `transformers serve`, a gate that asks a key, raw bytes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def transformers_serve(cache: Path, log: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The library's own server over a model cache; gives its port and its process."""
    for needed in ("openai", "accelerate"):
        pytest.importorskip(needed, reason=f"transformers serve needs the package {needed}")
    port = free_port()
    environment = {
        **os.environ,
        "HF_HUB_CACHE": str(cache),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
    }
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--device", "cpu"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 90
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"transformers serve did not start: {log.read_text()[-2000:]}")
            time.sleep(0.2)
        yield port, process
    finally:
        process.kill()
        process.wait(10)


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


@contextmanager
def gate(target: int, key: str) -> Iterator[int]:
    """A server in front of another that lets through only who has the key."""

    async def forward(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {key}":
            return JSONResponse({"error": {"message": "wrong key"}}, 401)
        client = httpx.AsyncClient(trust_env=False, timeout=60)
        asked = client.build_request(
            request.method,
            f"http://127.0.0.1:{target}{request.url.path}",
            content=await request.body(),
            headers={"content-type": "application/json"},
        )
        answer = await client.send(asked, stream=True)

        async def parts() -> AsyncIterator[bytes]:
            async for part in answer.aiter_raw():
                yield part
            await client.aclose()

        kind = answer.headers.get("content-type")
        return StreamingResponse(parts(), answer.status_code, media_type=kind)

    app = Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "POST"])])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield port
    finally:
        server.should_exit = True
        thread.join()


class Played:
    """A socket that answers each request with the next of some bytes, then closes or stays silent.

    ``requests`` are what came in. The list of models is answered by itself.
    """

    def __init__(self, *answers: bytes, hang: bool = False, slow: float = 0.0) -> None:
        self.requests: list[bytes] = []
        self.left = threading.Event()  #: the client went away while we were silent
        self._answers = list(answers)
        self._hang = hang
        self._slow = slow
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/v1#m"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Played:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            request = read_request(connection)
            self.requests.append(request)
            if request.startswith(b"GET /v1/models"):
                connection.sendall(http(b'{"data": [{"id": "m"}]}'))
                return
            if request.startswith(b"POST /tokenize"):
                connection.sendall(http(b"{}", status="404 Not Found"))
                return
            whole = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            for part in cut(whole, 40) if self._slow else [whole]:
                connection.sendall(part)
                time.sleep(self._slow)
            if self._hang:
                connection.settimeout(20)
                if connection.recv(1) == b"":
                    self.left.set()


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [x.split(b":")[1] for x in head.lower().split(b"\r\n") if b"content-length" in x]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(
    body: bytes,
    *,
    status: str = "200 OK",
    kind: str = "application/json",
    headers: Sequence[str] = (),
    length: int | None = None,
) -> bytes:
    """A whole answer; ``length`` states another length than it has."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {size}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def events(*data: str, length: int | None = None) -> bytes:
    body = "".join(f"data: {one}\n\n" for one in data).encode()
    return http(body, kind="text/event-stream", length=length)


def cut(whole: bytes, size: int) -> list[bytes]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]
