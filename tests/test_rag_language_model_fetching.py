"""Fetching a named model: from a hub of our own over loopback, by the hub's own library."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import tiny_model
import uvicorn
from model_servers import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import ModelError, UsageError
from rag.backends.model_fetching import FetchPlan, fetch, plan_fetch
from rag.models import cached_models, model_folder

COMMIT = "c" * 40


class Hub:
    """As much of the hub as its library asks for, over some folders by name."""

    def __init__(self, models: dict[str, Path]) -> None:
        self.models = models
        self.asked: list[str] = []
        self.pause = 0.0  #: seconds between the pieces of a file
        self.port = free_port()
        routes = [Route("/{path:path}", self.answer, methods=["GET", "HEAD"])]
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, "127.0.0.1", self.port, log_level="error")
        self.server = uvicorn.Server(config)

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        for name, folder in self.models.items():
            if path.startswith(f"/api/models/{name}"):
                return self.listing(name, folder, path)
            start = f"/{name}/resolve/{COMMIT}/"
            if path.startswith(start):
                return self.file(folder / path.removeprefix(start), request)
        if path.startswith("/api/models/tiny/gated"):
            return JSONResponse({"error": "no"}, 403, headers={"X-Error-Code": "GatedRepo"})
        return JSONResponse({"error": "no"}, 404, headers={"X-Error-Code": "RepoNotFound"})

    def listing(self, name: str, folder: Path, path: str) -> Response:
        files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.*"))
        if "/tree/" in path:
            tree = [
                {
                    "type": "file",
                    "path": file,
                    "oid": hashlib.sha1((folder / file).read_bytes()).hexdigest(),
                    "size": (folder / file).stat().st_size,
                }
                for file in files
            ]
            return JSONResponse(tree)
        siblings = [{"rfilename": file} for file in files]
        return JSONResponse({"id": name, "sha": COMMIT, "siblings": siblings})

    def file(self, path: Path, request: Request) -> Response:
        data = path.read_bytes()
        headers = {
            "ETag": f'"{hashlib.sha1(data).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Content-Length": str(len(data)),
        }
        if request.method == "HEAD":
            return Response(headers=headers)

        async def parts() -> AsyncIterator[bytes]:
            import asyncio

            for start in range(0, len(data), 20_000):
                yield data[start : start + 20_000]
                await asyncio.sleep(self.pause)

        return StreamingResponse(parts(), headers=headers)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("on-the-hub")
    chat = tiny_model.build(place / "chat")
    (chat / "pytorch_model.bin").write_bytes(b"\x80\x04pickle")
    (chat / "onnx").mkdir()
    (chat / "onnx" / "model.json").write_text("{}")
    (chat / "README.md").write_text("hello")
    (place / "old").mkdir()
    (place / "old" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    (place / "old" / "config.json").write_text("{}")
    return {"tiny/chat": chat, "tiny/old": place / "old"}


@pytest.fixture
def hub(folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub(folders)
    thread = threading.Thread(target=hub.server.run)
    thread.start()
    while not hub.server.started:
        time.sleep(0.02)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.port}")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as in every other part of Footnote
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    yield hub
    hub.server.should_exit = True
    thread.join()


def test_a_named_model_is_planned_fetched_and_used(hub: Hub, folders: dict[str, Path]) -> None:
    plan = plan_fetch("tiny/chat")
    wanted = {
        path for path in folders["tiny/chat"].iterdir() if path.suffix in (".json", ".jinja")
    } | {folders["tiny/chat"] / "model.safetensors"}
    assert plan == FetchPlan("tiny/chat", len(wanted), sum(p.stat().st_size for p in wanted))
    assert cached_models() == [], "planning fetches nothing"

    hub.pause = 0.05
    told: list[int] = []
    folder = fetch(plan, told.append)
    assert {path.name for path in folder.iterdir()} == {path.name for path in wanted}
    assert told == sorted(told)
    assert told[-1] == plan.size
    assert any(0 < size < plan.size for size in told), "it is told while it comes"
    assert model_folder("tiny/chat") == (folder, "tiny/chat")
    assert [model.usable for model in cached_models()] == [True]
    assert plan_fetch("tiny/chat") == FetchPlan("tiny/chat", 0, 0)
    assert not any("pytorch_model.bin" in asked for asked in hub.asked)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tiny/nowhere", r"The hub has no model tiny/nowhere"),
        ("tiny/gated", r"tiny/gated is only given to those who accept its terms"),
        ("tiny/old", r"tiny/old has no \.safetensors weights"),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence(hub: Hub, name: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence) as caught:
        plan_fetch(name)
    assert "\n" not in str(caught.value)


def test_no_connection_is_one_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ModelError, match=r"could not be fetched .* check the connection") as caught:
        plan_fetch("tiny/chat")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["tiny", "../x", "a/b/c", "-x", "http://x/y", ""])
def test_what_is_no_name_is_not_asked_for(hub: Hub, name: str) -> None:
    with pytest.raises(UsageError, match="write it like OWNER/NAME"):
        plan_fetch(name)
    assert hub.asked == []
