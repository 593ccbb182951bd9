"""The guard: who is let in, through which doors, and what everyone else is told."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from index.errors import UsageError
from ui.bodies import JSON_LIMIT
from ui.guard import HEADERS, Door, Guard, door_for

PORT = 7860
OURS = f"http://127.0.0.1:{PORT}"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that lets everything in and says what it got."""
    request = Request(scope, receive)
    body = await request.body()
    await JSONResponse({"path": scope["path"], "got": len(body)})(scope, receive, send)


def client(door: Door | None = None) -> TestClient:
    return TestClient(Guard(echo, door or Door(PORT)), base_url=OURS)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (f"127.0.0.1:{PORT}", 200),
        (f"localhost:{PORT}", 200),
        (f"LOCALHOST:{PORT}", 200),
        (f"[::1]:{PORT}", 200),
        ("127.0.0.1", 403),
        (f"127.0.0.1:{PORT + 1}", 403),
        (f"evil.example:{PORT}", 403),
        (f"127.0.0.1.evil.example:{PORT}", 403),
        (f"localhost.:{PORT}", 403),
        (f"evil@localhost:{PORT}", 403),
        (f"localhost:{PORT}/evil", 403),
        (f"192.168.1.5:{PORT}", 403),
        (f"0.0.0.0:{PORT}", 403),
        ("localhost:notaport", 403),
        ("", 403),
    ],
)
def test_host(host: str, status: int) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("path", ["/api/ask", "/api/chat", "/api/files"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"origin": OURS}, True),
        ({"origin": f"http://localhost:{PORT}"}, True),
        ({"origin": OURS, "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://127.0.0.1:3000"}, False),
        ({"origin": f"{OURS}/"}, False),
        ({"origin": f"file://127.0.0.1:{PORT}"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, False),
    ],
)
def test_origin(path: str, method: str, headers: dict[str, str], let_in: bool) -> None:
    answer = client().request(method, path, headers=headers)
    assert answer.status_code == (200 if let_in else 403)


def test_a_link_elsewhere_may_lead_here() -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client().get("/", headers=headers).status_code == 200
    for path in ("/api/documents", "/config", "/v1/models"):  # nothing links there
        assert client().get(path, headers=headers).status_code == 403


def test_two_hosts_or_two_origins_are_refused() -> None:
    ours = (b"host", f"127.0.0.1:{PORT}".encode())
    for extra in ([ours], [(b"origin", OURS.encode())] * 2):
        assert status_of([ours, *extra]) == 403
    assert status_of([ours]) == 200
    assert status_of([]) == 403


def status_of(headers: list[tuple[bytes, bytes]], path: str = "/", method: str = "GET") -> int:
    """What a request gets that no client library has tidied up."""
    sent: list[dict[str, object]] = []
    scope = {"type": "http", "method": method, "path": path, "headers": headers}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(Guard(echo, Door(PORT))(scope, receive, send))  # type: ignore[arg-type]
    status = sent[0]["status"]
    assert isinstance(status, int)
    return status


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://evil.example/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://evil.example/",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/upload",
        "/gradio_api/cancel",
        "/gradio_api/runs",
        "/gradio_api/run-history/connect",
        "/gradio_api/component_server",
        "/gradio_api/process_recording",
        "/gradio_api/vibe-edit",
        "/gradio_api/stream/x",
        "/gradio_api/call/ask",
        "/gradio_api/openapi.json",
        "/gradio_api/queue/join/../../file=x",
        "/gradio_api//file=x",
        "//gradio_api/file=x",
        "/monitoring",
        "/file=/etc/passwd",
        "/proxy=http://evil.example",
        "/login",
        "/assets/../../secret",
        "/custom_component/x",
    ],
)
def test_closed_doors(path: str) -> None:
    host = [(b"host", f"127.0.0.1:{PORT}".encode())]
    for method in ("GET", "POST", "HEAD"):
        assert status_of(host, path, method) == 403


@pytest.mark.parametrize(
    "path", ["/", "/config", "/assets/x.js", "/api/passage", "/gradio_api/startup-events"]
)
def test_open_doors(path: str) -> None:
    assert client().get(path).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_our_own_routes_take_anything_in(method: str) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/queue/join", "/footnote/x.js"):
        assert client().request(method, path, json={}).status_code == 403
    assert client().request(method, "/api/ask", json={}).status_code == 200


def test_body_reaches_the_application_whole() -> None:
    data = {"question": "ü" * 5_000}
    answer = client().post("/api/ask", json=data)
    assert answer.json()["got"] == len(
        json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 422), (b"\xff\xfe", 422), (b"[" * 100_000, 422), (b" " * (JSON_LIMIT + 1), 413)],
)
def test_malformed_and_oversize_bodies(body: bytes, status: int) -> None:
    answer = client().post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_forms_are_refused_and_files_pass_as_they_come() -> None:
    files = {"files": ("a.txt", b"x" * 2_000)}
    for path in ("/api/ask", "/api/files"):
        assert client().post(path, files=files).status_code == 415
    large = b"x" * (JSON_LIMIT + 1)
    answer = client().post("/api/files", content=large)
    assert answer.json()["got"] == len(large)


def test_headers_are_on_every_answer() -> None:
    for answer in (client().get("/"), client().get("/file=x")):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    policy = HEADERS["Content-Security-Policy"]
    assert "http:" not in policy
    assert "https:" not in policy
    assert "*" not in policy


def test_websockets_of_others_are_closed() -> None:
    async def accepting(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})

    guarded = TestClient(Guard(accepting, Door(PORT)), base_url=OURS)
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        guarded.websocket_connect(
            f"ws://127.0.0.1:{PORT}/api/x", headers={"origin": "https://evil.example"}
        ),
    ):
        pass
    assert refused.value.code == 1008
    with guarded.websocket_connect(f"ws://127.0.0.1:{PORT}/api/x", headers={"origin": OURS}):
        pass


def test_off_loopback_needs_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_USER", raising=False)
    monkeypatch.delenv("FOOTNOTE_PASSWORD", raising=False)
    for host in ("0.0.0.0", "::", "192.0.2.7", "", "no.such.host.invalid"):
        with pytest.raises(UsageError, match="FOOTNOTE_PASSWORD"):
            door_for(host, PORT)
    monkeypatch.setenv("FOOTNOTE_USER", "ada")
    with pytest.raises(UsageError):
        door_for("0.0.0.0", PORT)
    assert door_for("127.0.0.1", PORT).credentials is None
    assert door_for("::1", PORT).credentials is None
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "lovelace")
    door = door_for("0.0.0.0", PORT)
    assert door.credentials == ("ada", "lovelace")
    assert "lovelace" not in repr(door)


def test_password_guards_every_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_USER", "ada")
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "lové:lace")
    asked = client(door_for("0.0.0.0", PORT))
    right = base64.b64encode("ada:lové:lace".encode()).decode()
    for path in ("/", "/assets/x.js", "/api/ask", "/gradio_api/info"):
        answer = asked.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert asked.get(path, headers={"authorization": f"Basic {right}"}).status_code == 200
        for wrong in (
            "Basic !!!",
            f"Bearer {right}",
            "Basic ",
            f"Basic {right}=",
            "Basic YWRhOg==",
        ):
            assert asked.get(path, headers={"authorization": wrong}).status_code == 401


def test_every_interface_lets_addresses_in_but_no_foreign_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOOTNOTE_USER", "ada")
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "x")
    asked = client(door_for("0.0.0.0", PORT))
    login = {"authorization": "Basic " + base64.b64encode(b"ada:x").decode()}
    assert asked.get("/", headers={**login, "host": f"192.168.1.5:{PORT}"}).status_code == 200
    assert asked.get("/", headers={**login, "host": f"evil.example:{PORT}"}).status_code == 403
