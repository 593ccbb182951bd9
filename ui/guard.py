"""Who may talk to the server, and through which doors.

A small ASGI wrapper around the whole application. It refuses foreign hosts and origins (so that no
other web page, nor a name pointed at this computer, can ask questions here), asks for a password
where one is set, lets through only the routes of Gradio that the page uses, keeps file paths of
clients inside the upload folder, and adds the security headers. It knows nothing of answers.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import json
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import UsageError
from ui.bodies import (
    UPLOAD_LIMIT,
    Counted,
    RefusedError,
    client_paths,
    is_multipart,
    read_body,
    replay,
)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
USER, PASSWORD = "FOOTNOTE_USER", "FOOTNOTE_PASSWORD"

# Gradio compiles its HTML component with Function(), hence 'unsafe-eval'; its components set
# style attributes, hence 'unsafe-inline'. Nothing may be loaded from, or sent to, another host.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

# What the page needs of Gradio. All else is closed: files by path, proxies, run history,
# monitoring, component servers, and whatever a later version adds.
GRADIO = "/gradio_api/"
GRADIO_ROUTES = {
    "app_id",
    "cancel",
    "info",
    "queue/data",
    "queue/join",
    "reset",
    "startup-events",
    "theme.css",
    "upload",
    "upload_progress",
}
GRADIO_PREFIXES = ("heartbeat/",)
CLOSED = ("/monitoring", "/file", "/proxy", "/login", "/logout", "/stream", "/custom_component")


@dataclass(frozen=True, slots=True)
class Door:
    """Which names, which port, whose password and which upload folder."""

    port: int
    hosts: frozenset[str] = frozenset(LOOPBACK)
    any_address: bool = False  #: bound to every interface: literal addresses are let in
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    uploads: Path | None = None  #: paths of clients must lie in here; None lets none through
    upload_bytes: int = UPLOAD_LIMIT  #: of one upload, all its files together


def door_for(host: str, port: int, uploads: Path | None = None) -> Door:
    """The door for an address to listen on; off loopback only with a user name and password."""
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    credentials = (user, password) if user and password else None
    if not is_loopback(host) and credentials is None:
        raise UsageError(
            f"Footnote does not listen on {host}, where others can reach it, without a user name "
            f"and a password: set {USER} and {PASSWORD}, or use --host 127.0.0.1."
        )
    any_address = host in ("0.0.0.0", "::", "")  # noqa: S104  refused above without a password
    names = {*LOOPBACK, *(() if any_address else (host.lower(),))}
    if any_address:
        names.add(socket.gethostname().lower())
    return Door(port, frozenset(names), any_address, credentials, uploads)


def is_loopback(host: str) -> bool:
    """True when nobody but this computer can reach an address."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104
    except OSError:
        return False
    return all(ipaddress.ip_address(str(item[4][0]).split("%")[0]).is_loopback for item in found)


class Guard:
    """ASGI middleware; see the head of this module."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            self.check(scope)
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                if is_multipart(scope):
                    await self.upload(scope, receive, send)
                    return
                receive = await self.checked_body(receive)
        except RefusedError as refused:
            await self.turn_away(refused, scope, receive, send)
            return
        await self.app(scope, receive, with_headers(send))

    def check(self, scope: Scope) -> None:
        """Host, origin, password and route, in this order."""
        headers = Headers(scope=scope)
        self.check_host(headers)
        self.check_origin(headers, websocket=scope["type"] == "websocket")
        self.check_password(headers)
        check_route(str(scope["path"]))

    def check_host(self, headers: Headers) -> None:
        """The name the client used must be one of ours: this stops DNS rebinding."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.ours(f"http://{hosts[0]}"):
            named = hosts[0][:80] if hosts else "none"
            raise RefusedError(403, f"This server does not answer to the host name {named!r}.")

    def check_origin(self, headers: Headers, *, websocket: bool) -> None:
        """Another web page may neither ask nor read; links to this page may be followed."""
        origins = headers.getlist("origin")
        if any(not self.ours(origin) for origin in origins) or len(origins) > 1:
            raise RefusedError(403, "This server answers only its own page, not other web pages.")
        site = headers.get("sec-fetch-site", "none")
        following_a_link = headers.get("sec-fetch-mode") == "navigate" and not websocket
        if site not in ("none", "same-origin") and not following_a_link:
            raise RefusedError(403, "This server answers only its own page, not other web pages.")

    def check_password(self, headers: Headers) -> None:
        """HTTP basic authentication on every route, compared in constant time."""
        if self.door.credentials is None:
            return
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            given = b""
        if not hmac.compare_digest(given, ":".join(self.door.credentials).encode()):
            raise RefusedError(401, "This server asks for a user name and a password.")

    def ours(self, url: str) -> bool:
        """Is this the address of our own page?"""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        default = 443 if parts.scheme == "https" else 80
        if parts.scheme not in ("http", "https") or (port or default) != self.door.port:
            return False
        if parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        return host in self.door.hosts or (self.door.any_address and is_address(host))

    async def upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let files stream through, counted: what a client says of their size may be wrong."""
        if scope["path"] != GRADIO + "upload":
            raise RefusedError(415, "Files can be sent to the upload form only.")
        limit = self.door.upload_bytes
        size = limit / 2**20
        large = RefusedError(
            413, f"These files are larger than {size:,.0f} MB together: add fewer at a time."
        )
        stated = Headers(scope=scope).get("content-length", "0")
        if not stated.isdecimal() or int(stated) > limit:
            raise large
        counted = Counted(receive, limit)
        try:
            await self.app(scope, counted.receive, counted.unless_over(with_headers(send)))
        except Exception:
            if not counted.over:
                raise
        if counted.over and not counted.answered:
            raise large

    async def checked_body(self, receive: Receive) -> Receive:
        """Read a JSON body, look for paths in it, and hand it on."""
        body = await read_body(receive)
        if body:
            try:
                data = json.loads(body)
            except (ValueError, RecursionError):
                raise RefusedError(422, "The request is not well-formed JSON.") from None
            for path in client_paths(data):
                self.check_path(path)
        return replay(body, receive)

    def check_path(self, path: object) -> None:
        """A path named by a client must be a file it uploaded, never a URL or another file."""
        sentence = "Footnote opens only files that were uploaded, no other paths and no addresses."
        if not isinstance(path, str) or self.door.uploads is None or "://" in path or "\0" in path:
            raise RefusedError(403, sentence)
        inside = Path(os.path.realpath(path))
        if not inside.is_relative_to(os.path.realpath(self.door.uploads)):
            raise RefusedError(403, sentence)

    async def turn_away(
        self, refused: RefusedError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """One sentence and the door is shut."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refused.sentence})
            return
        response: Response = JSONResponse({"error": refused.sentence}, refused.status)
        if refused.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Footnote", charset="UTF-8"'
        await response(scope, receive, with_headers(send))


def check_route(path: str) -> None:
    """Only the routes the page uses; no door through which the server would fetch something."""
    inner = path.removeprefix(GRADIO)
    if inner != path:
        if inner.rstrip("/") in GRADIO_ROUTES or inner.startswith(GRADIO_PREFIXES):
            return
    elif not path.startswith(CLOSED) and "/../" not in f"{path}/" and not path.startswith("//"):
        return
    raise RefusedError(403, "This part of the server is closed.")


def is_address(host: str) -> bool:
    """A literal address cannot be rebound to another computer, a name can."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def with_headers(send: Send) -> Send:
    """Add the security headers; a header the application set itself is replaced."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            del headers["server"]
        await send(message)

    return sending
