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
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import FootnoteError, UsageError
from rag.assistant import Assistant
from rag.places import data_folder
from ui import api, openai_api
from ui.chat import Chat, Room
from ui.connections import Watch
from ui.conversations import Conversations
from ui.document_routes import add_document_routes
from ui.guard import TOKEN, Door, Guard, door_for
from ui.libraries import Libraries
from ui.model_choice import allowed_hosts, outside_host
from ui.model_routes import add_model_routes
from ui.page import build_page
from ui.printing import say
from ui.programs import RequestError
from ui.routes import add_chat_routes, add_conversation_routes, status_of
from ui.wire import error_response

# isort: split
from gradio import mount_gradio_app, themes  # after ui.page, which silences Gradio first

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "common",
    "chat",
    "turns",
    "scope",
    "talks",
    "source",
    "documents",
    "settings",
    "aloud",
)  #: in the order they need each other


def build_app(
    assistant: Assistant,
    *,
    examples: Sequence[str] = (),
    own: Callable[[], Assistant] | None = None,
    door: Door | None = None,
    memory: Conversations | None = None,
    watch: Watch | None = None,
) -> FastAPI:
    """The whole web application around an assistant; `door` says who may talk to it.

    Over the samples ``own`` opens the person's own index, which takes what they add. ``memory``
    keeps the conversations; without one, the file in the data folder. ``watch`` counts what would
    leave the machine, from when it begins.
    """
    unused = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = unused.name  # read by Gradio while components are made
    memory = memory or Conversations(data_folder())
    libraries = Libraries(assistant, memory, own)
    chat = Chat(libraries, Room(), memory)
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.gradio = unused  # removed with the application
    app.state.chat = chat
    door = door or door_for("127.0.0.1", 7860)
    app.add_middleware(Head, version=assets_version())
    app.add_middleware(Guard, door=door)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(FootnoteError, lambda asked, error: failed(chat, asked, error))
    app.mount("/footnote", StaticFiles(directory=ASSETS), name="footnote")
    app.add_api_route("/favicon.ico", favicon, include_in_schema=False)
    add_chat_routes(app, chat)
    add_conversation_routes(app, chat)
    add_document_routes(app, chat)
    add_model_routes(app, chat, watch or Watch())
    api.add_program_routes(app, chat)
    openai_api.add_openai_routes(app, chat)
    api.add_dead_ends(app, api.WAYS | openai_api.WAYS)
    model = assistant.model
    page = build_page(
        examples,
        samples=libraries.is_samples(""),
        answering="Built-in reader" if model is None else model.name,
        away=outside_host(assistant.settings),
    )
    mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        server_name="127.0.0.1",
        server_port=door.port,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
    )
    return app


def favicon() -> HTMLResponse:
    """The mark of the page."""
    return HTMLResponse((ASSETS / "mark.svg").read_bytes(), media_type="image/svg+xml")


def failed(chat: Chat, request: Request, error: Exception) -> Response:
    """An error of ours as one sentence that names no place."""
    assert isinstance(error, FootnoteError)
    path, status = request.url.path, status_of(error)
    if isinstance(error, RequestError):
        return error_response(path, status, str(error), error.code, error.param)
    return error_response(path, status, chat.told(error))


def malformed(request: Request, error: Exception) -> Response:
    """Turn a validation report into one sentence that names the field."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
    sentence = f"The field {place!r} is wrong: {first['msg']}."
    if not place:
        sentence = "The body has to be a JSON object, sent with Content-Type: application/json."
    return error_response(request.url.path, 422, sentence, "invalid_value", place or None)


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
            + "".join(
                f'<script defer src="/footnote/{name}.js?{version}"></script>' for name in SCRIPTS
            )
            + "</head>"
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


def reachable(host: str) -> str:
    """What others call the address that is listened on: one of every interface is nobody's name."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104  only compared
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses the way there; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:  # no network: the name is still let in
            return socket.gethostname().lower()


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
    shown = reachable(host)  # before the watch, which counts every connection
    shown = f"[{shown}]" if ":" in shown else shown
    with bound:
        door = replace(door, port=bound.getsockname()[1])  # port 0 asks for any free one
        watch = Watch(allowed_hosts(assistant.settings))
        watch.begin()
        app = build_app(assistant, examples=examples, own=own, door=door, watch=watch)
        if own is None:  # folders may have changed since they were read; the samples do not
            app.state.chat.libraries.freshen()
        if announce is not None:
            announce(f"http://{shown}:{door.port}")
        if door.token_made:
            say(f"Programs have to bring this token: {door.token} (or set {TOKEN} to your own)")
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=2,
        )
        try:
            uvicorn.Server(config).run(sockets=[bound])
        finally:
            watch.end()
            app.state.chat.libraries.close()
            app.state.chat.memory.close()
