"""Who may talk to the server, and through which doors.

A small ASGI wrapper around the whole application. It refuses foreign hosts and origins (so that no
other web page, nor a name pointed at this computer, can ask questions here), asks for a password
where one is set, lets through only the routes of Gradio that the page uses, and those to be read
only, and adds the security headers. It knows nothing of answers.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import os
import re
import secrets
import socket
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import UsageError
from ui.bodies import RefusedError, is_multipart, read_body, replay
from ui.wire import PROGRAMS, error_response

LOOPBACK = ("127.0.0.1", "localhost", "::1")
USER, PASSWORD = "FOOTNOTE_USER", "FOOTNOTE_PASSWORD"
TOKEN = "FOOTNOTE_TOKEN"  # noqa: S105  the name of a variable
SHORTEST_TOKEN = 16
ASK_LOGIN = 'Basic realm="Footnote", charset="UTF-8"'

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

# What the page needs of Gradio. All else is closed: its queue and uploads, files by path, proxies,
# run history, monitoring, component servers, and whatever a later version adds.
OURS = ("/api/", PROGRAMS)  #: the only routes that take anything in
FILES = "/api/files"  #: where the page sends files, one a request
GRADIO = "/gradio_api/"
GRADIO_ROUTES = {"app_id", "info", "startup-events", "theme.css"}
GRADIO_PREFIXES = ("heartbeat/",)
PAGE = {"/", "/config", "/theme.css", "/favicon.ico"}
ASSETS = re.compile(r"/(footnote|assets|static|svelte)/[\w./@-]{1,300}", re.ASCII)

#: A scheme, a host and perhaps a port: nothing before, between or behind.
_ADDRESS = re.compile(r"(https?)://([\w.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Door:
    """Which names, which port and whose password."""

    port: int
    hosts: frozenset[str] = frozenset(LOOPBACK)
    any_address: bool = False  #: bound to every interface: literal addresses are let in
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)  #: what programs bring; opens theirs only
    token_made: bool = False  #: made here: it has to be told


def door_for(host: str, port: int) -> Door:
    """The door for an address to listen on; off loopback only with a user name and password.

    Where there is a password, programs need a token, which is made if none is given.
    """
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
    token = os.environ.get(TOKEN, "")
    if token and len(token) < SHORTEST_TOKEN:
        raise UsageError(
            f"{TOKEN} has {len(token)} characters; give it at least {SHORTEST_TOKEN}, or unset it."
        )
    made = credentials is not None and not token
    chosen = secrets.token_urlsafe(32) if made else token
    return Door(port, frozenset(names), any_address, credentials, chosen or None, made)


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
                receive = await checked_body(scope, receive)
        except RefusedError as refused:
            await self.turn_away(refused, scope, receive, send)
            return
        await self.app(scope, receive, with_headers(send))

    def check(self, scope: Scope) -> None:
        """Host, origin, password and route, in this order."""
        headers = Headers(scope=scope)
        self.check_host(headers)
        path = str(scope["path"])
        self.check_origin(headers, followed=scope["type"] == "http" and path == "/")
        if path.startswith(PROGRAMS):
            self.check_token(headers)
        else:
            self.check_password(headers)
        check_route(path)

    def check_host(self, headers: Headers) -> None:
        """The name the client used must be one of ours: this stops DNS rebinding."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.ours(f"http://{hosts[0]}"):
            named = hosts[0][:80] if hosts else "none"
            raise RefusedError(403, f"This server does not answer to the host name {named!r}.")

    def check_origin(self, headers: Headers, *, followed: bool) -> None:
        """Another web page may neither ask nor read; links to the page itself may be followed."""
        origins = headers.getlist("origin")
        if any(not self.ours(origin) for origin in origins) or len(origins) > 1:
            raise RefusedError(403, "This server answers only its own page, not other web pages.")
        site = headers.get("sec-fetch-site", "none")
        following_a_link = followed and headers.get("sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not following_a_link:
            raise RefusedError(403, "This server answers only its own page, not other web pages.")

    def check_password(self, headers: Headers) -> None:
        """HTTP basic authentication on every route, compared in constant time."""
        if self.door.credentials is not None and not self.knows_password(headers):
            raise RefusedError(401, "This server asks for a user name and a password.")

    def check_token(self, headers: Headers) -> None:
        """Programs bring a token, or the password, which opens everything."""
        if self.door.token is None:
            self.check_password(headers)
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        sent = given.strip().encode("latin-1") if scheme.lower() == "bearer" else b""
        wanted = self.door.token.encode("utf-8", "surrogateescape")
        if hmac.compare_digest(sent, wanted) or self.knows_password(headers):
            return
        raise RefusedError(
            401, "This server asks programs for a token, sent as 'Authorization: Bearer TOKEN'."
        )

    def knows_password(self, headers: Headers) -> bool:
        """Does the request bring the user name and password?"""
        if self.door.credentials is None:
            return False
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:  # of what is no base 64, and of what is not even ASCII
            given = b""
        wanted = ":".join(self.door.credentials).encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, wanted)

    def ours(self, url: str) -> bool:
        """Is this the address of our own page?"""
        found = _ADDRESS.fullmatch(url.casefold())
        if found is None:
            return False
        scheme, host, port = found[1], found[2].strip("[]"), found[3]
        if int(port or (443 if scheme == "https" else 80)) != self.door.port:
            return False
        return host in self.door.hosts or (self.door.any_address and is_address(host))

    async def turn_away(
        self, refused: RefusedError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """One sentence and the door is shut."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refused.sentence})
            return
        path = str(scope["path"])
        response = error_response(path, refused.status, refused.sentence)
        if refused.status == 401:
            ask = 'Bearer realm="Footnote"' if path.startswith(PROGRAMS) else ASK_LOGIN
            response.headers["WWW-Authenticate"] = ask
        await response(scope, receive, with_headers(send))


async def checked_body(scope: Scope, receive: Receive) -> Receive:
    """What may be sent where: files as they come, and small well-formed JSON."""
    if not scope["path"].startswith(OURS):
        raise RefusedError(403, "This part of the server is closed.")
    if is_multipart(scope):
        raise RefusedError(415, "Forms are not taken; files are sent one by one by the page.")
    if scope["path"] == FILES:  # counted while it is written, in `ui.document_routes`
        return receive
    body = await read_body(receive)
    if body:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            raise RefusedError(422, "The request is not well-formed JSON.") from None
    return replay(body, receive)


def check_route(path: str) -> None:
    """Only the routes the page uses; no door through which the server would fetch something."""
    inner = path.removeprefix(GRADIO)
    if inner != path:
        if inner.rstrip("/") in GRADIO_ROUTES or inner.startswith(GRADIO_PREFIXES):
            return
    elif path in PAGE or (
        (path.startswith(OURS) or ASSETS.fullmatch(path)) and "/../" not in f"{path}/"
    ):
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
