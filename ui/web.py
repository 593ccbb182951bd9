"""The web chat: our own FastAPI application with the Gradio page mounted in it.

Routes, the page's head, and serving. Import it late: it pulls Gradio in. Who may talk to it is
decided in `ui.guard`, what the page holds in `ui.page`.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import BusyError, FootnoteError, UsageError
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.types import Turn
from ui.bodies import UPLOAD_LIMIT
from ui.chat import Chat, Room
from ui.guard import Door, Guard, door_for
from ui.outside import names_only
from ui.page import build_page
from ui.shelf import AROUND, AROUND_LIMIT, passage_panel

# isort: split
from gradio import mount_gradio_app, themes  # after ui.page, which silences Gradio first

ASSETS = Path(__file__).parent / "assets"
UPLOAD_FILES = 10  #: files of the largest size that one upload may hold
QUEUE_SIZE = 64  #: events Gradio holds; questions are bounded tighter, in `ui.chat.Room`


class AskedTurn(BaseModel):
    """One earlier turn, as a client sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field(max_length=50_000)


class Asked(BaseModel):
    """The body of POST /api/ask."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: str = Field(max_length=LONGEST_QUESTION)
    history: list[AskedTurn] = Field(default_factory=list, max_length=50)


def build_app(
    assistant: Assistant,
    *,
    examples: Sequence[str] = (),
    own: Callable[[], Assistant] | None = None,
    door: Door | None = None,
) -> FastAPI:
    """The whole web application around an assistant; `door` says who may talk to it.

    Over the samples ``own`` opens the person's own index, which takes over at the first upload.
    """
    uploads = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = uploads.name  # read by Gradio while components are made
    room = Room()
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.uploads = uploads  # removed with the application
    door = door or door_for("127.0.0.1", 7860)
    app.add_middleware(Head, version=assets_version())
    most = min(UPLOAD_LIMIT, UPLOAD_FILES * assistant.settings.file_mb * 2**20)
    door = replace(door, uploads=Path(uploads.name), upload_bytes=min(door.upload_bytes, most))
    app.add_middleware(Guard, door=door)
    app.add_exception_handler(RequestValidationError, malformed)
    app.mount("/footnote", StaticFiles(directory=ASSETS), name="footnote")
    chat = Chat(assistant, room, own)
    add_routes(app, chat)
    page = build_page(chat, examples=examples)
    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=4, api_open=False)
    mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        server_name="127.0.0.1",
        server_port=door.port,
        footer_links=[],
        run_history=False,
        max_file_size=assistant.settings.file_mb * 2**20,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
    )
    return app


def add_routes(app: FastAPI, chat: Chat) -> None:
    """Our own routes: cited words in their surroundings, and the answer as JSON."""

    @app.get("/api/passage", response_class=HTMLResponse)
    def passage(
        document: str = Query(max_length=200),
        start: int = Query(0, ge=0),
        end: int = Query(0, ge=0),
        around: int = Query(AROUND, ge=0, le=AROUND_LIMIT),
    ) -> Response:
        found = chat.find(document)
        if found is None:
            return refusal(404, "This document is no longer in the index.")
        return HTMLResponse(passage_panel(*found, start, end, around))

    @app.post("/api/ask")
    def ask(asked: Asked) -> JSONResponse:
        history = [Turn(turn.question, turn.answer) for turn in asked.history]
        with chat.room.place():
            answer = chat.assistant.ask(asked.question, history)
        return JSONResponse(names_only(answer).to_dict())

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> HTMLResponse:
        return HTMLResponse((ASSETS / "mark.svg").read_bytes(), media_type="image/svg+xml")

    @app.exception_handler(FootnoteError)
    def failed(_request: Request, error: FootnoteError) -> JSONResponse:
        status = 503 if isinstance(error, BusyError) else 500
        return refusal(422 if isinstance(error, UsageError) else status, chat.told(error))


def malformed(_request: Request, error: Exception) -> JSONResponse:
    """Turn a validation report into one sentence that names the field."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
    return refusal(422, f"The field {place or 'body'!r} is wrong: {first['msg']}.")


def refusal(status: int, sentence: str) -> JSONResponse:
    """An error as the one sentence clients get."""
    return JSONResponse({"error": sentence}, status)


class Head:
    """Middleware that gives Gradio's page our own head.

    Its template names a picture on another host and says "Gradio"; its way of adding style sheets
    comes late, so that the page would be seen unstyled for a moment.
    """

    def __init__(self, app: ASGIApp, version: str) -> None:
        self.app = app
        self.head = (
            '<meta name="color-scheme" content="light dark"><title>Footnote</title>'
            '<link rel="icon" type="image/svg+xml" href="/footnote/mark.svg">'
            f'<link rel="stylesheet" href="/footnote/footnote.css?{version}">'
            f'<script defer src="/footnote/footnote.js?{version}"></script></head>'
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message = {}
        body = bytearray()

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                page = self.dress(body.decode()).encode()
                start["headers"] = [
                    pair for pair in start["headers"] if pair[0].lower() != b"content-length"
                ] + [(b"content-length", str(len(page)).encode()), (b"cache-control", b"no-store")]
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self.app({**scope, "headers": plain}, receive, gather)

    def dress(self, page: str) -> str:
        """Take out what points elsewhere, put in what is ours."""
        page = re.sub(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>', "", page)
        page = re.sub(r'<link rel="manifest"[^>]*>', "", page)
        return page.replace("</head>", self.head, 1)


def assets_version() -> str:
    """Changes when an asset changes, so that browsers never show a stale one."""
    digest = sha256()
    for asset in sorted(ASSETS.iterdir()):
        digest.update(asset.read_bytes())
    return digest.hexdigest()[:12]


def listen(host: str, port: int) -> socket.socket:
    """Bind first, so that a port that is taken is one clear sentence and not a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere this option would let two programs share the port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise FootnoteError(
                f"Port {port} is taken by another program: choose another with --port."
            ) from None
        raise FootnoteError(
            f"Footnote cannot listen on {host}, port {port}: {error.strerror}; "
            "choose others with --host and --port."
        ) from None
    except OverflowError:
        bound.close()
        raise UsageError(f"Port {port} is no port: choose one from 1 to 65535.") from None
    return bound


def serve(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    examples: Sequence[str] = (),
    own: Callable[[], Assistant] | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat until it is interrupted; `announce` gets the address once it is bound."""
    door = door_for(host, port)
    bound = listen(host, port)
    with bound:
        door = replace(door, port=bound.getsockname()[1])  # port 0 asks for any free one
        app = build_app(assistant, examples=examples, own=own, door=door)
        shown = f"[{host}]" if ":" in host else host
        if announce is not None:
            announce(f"http://{shown}:{door.port}")
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[bound])
