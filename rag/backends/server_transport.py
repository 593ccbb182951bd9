"""Connections to an OpenAI-compatible server: one address, bounded, no detours.

Redirects are not followed; to this computer no proxy is used. What is read has a limit of size and
of silence. Every failure becomes one sentence; the key is in none of them. What the messages mean
is left to ``rag.backends.server_events``.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from queue import SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from index.errors import ModelError, UsageError
from rag.backends.relay import Halt, Pieces, relayed
from rag.backends.server_events import EventParser, FormatError, delta_of, json_object, words_of
from rag.language_model import StopFlag

if TYPE_CHECKING:
    import httpx

KEY = "FOOTNOTE_MODEL_KEY"  #: environment variable that holds the server's key
LARGEST_ANSWER = 16 << 20  #: bytes
CONNECT_S = 5.0
SILENCE_S = 120.0  #: a server that still loads its model says nothing for a while
WHOLE_S = 15.0  #: a small answer is all there by then
_WATCH_S = 0.05


class RefusalError(ModelError):
    """The server answered, with a status that says no."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, and which of its models is meant."""

    base: str  #: e.g. "http://127.0.0.1:11434/v1"
    model: str  #: "" for the only one it serves
    loopback: bool  #: whether it runs on this computer

    @property
    def secure(self) -> bool:
        """Whether certificates are in play; reading them takes 30 ms, a request to count one."""
        return self.base.startswith("https:")

    @property
    def root(self) -> str:
        """The address without its version, where servers keep what is their own."""
        return self.base.removesuffix("/v1")


def parse_address(text: str) -> ServerAddress:
    """``http://HOST:PORT[/v1][#MODEL]``. Raises UsageError with the remedy."""
    example = "write it like http://127.0.0.1:11434/v1#llama3.2"
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{text!r} is no address of a model server; {example}.") from None
    if parts.scheme not in ("http", "https") or not host or parts.query:
        raise UsageError(f"{text!r} is no address of a model server; {example}.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"The address of the model server at {host} holds a user name or password; put the key "
            f"into the environment variable {KEY} instead."
        )
    named = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/") or "/v1"
    base = f"{parts.scheme}://{named}{f':{port}' if port is not None else ''}{path}"
    return ServerAddress(base, unquote(parts.fragment), is_this_computer(host))


def is_this_computer(host: str) -> bool:
    """True for loopback addresses, and for "localhost" where it is one; no other name is asked."""
    if host.lower() == "localhost":
        try:
            found = {str(item[4][0]) for item in socket.getaddrinfo(host, None)}
        except OSError:
            return False
        return all(is_this_computer(address.split("%")[0]) for address in found)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Transport:
    """Requests to one server."""

    address: ServerAddress
    key: str = field(default="", repr=False)
    silence_s: float = SILENCE_S
    connect_s: float = CONNECT_S
    whole_s: float = WHOLE_S

    def __post_init__(self) -> None:
        if not (self.key.isascii() and self.key.isprintable()) or " " in self.key:
            raise UsageError(
                f"The key in {KEY} holds characters that no key has, such as a space or a line "
                "break; set it again."
            )

    def get(self, url: str) -> dict[str, object]:
        """A JSON object. Raises ModelError."""
        return self._whole("GET", url, None)

    def post(self, url: str, body: Mapping[str, object]) -> dict[str, object]:
        """The JSON object that answers another. Raises ModelError."""
        return self._whole("POST", url, body)

    def stream(self, url: str, body: Mapping[str, object], stop: StopFlag) -> Iterator[str]:
        """The pieces of a streamed answer; ends soon after ``stop`` is set. Raises ModelError."""
        pieces: Pieces = SimpleQueue()
        halt = Halt(stop)
        # a thread with a loop of its own: a connection can be left at once only from within a loop,
        # and the caller may have one already
        threading.Thread(
            target=lambda: asyncio.run(self._pump(url, body, halt, pieces)),
            name="model-server",
            daemon=True,
        ).start()
        return relayed(pieces, halt)

    def _whole(self, method: str, url: str, body: Mapping[str, object] | None) -> dict[str, object]:
        import httpx

        received = bytearray()
        deadline = time.monotonic() + self.whole_s
        client = httpx.Client(
            headers=self._headers(),
            timeout=httpx.Timeout(self.whole_s, connect=self.connect_s),
            follow_redirects=False,
            verify=self.address.secure,
            trust_env=not self.address.loopback,
        )
        try:
            with client, client.stream(method, url, json=body) as response:
                _check_plain(response)
                for part in response.iter_raw():
                    received += part
                    if len(received) > LARGEST_ANSWER:
                        raise FormatError(f"more than {LARGEST_ANSWER >> 20} MB")
                    if time.monotonic() > deadline:
                        raise FormatError(f"nothing whole within {self.whole_s:g} seconds")
        except Exception as error:  # certificates, sockets and httpx each raise their own
            raise self.failure(error) from error
        if response.status_code != 200:
            raise self.refusal(response.status_code, bytes(received))
        try:
            return json_object(bytes(received))
        except FormatError as error:
            raise self.failure(error) from error

    async def _pump(self, url: str, body: Mapping[str, object], halt: Halt, pieces: Pieces) -> None:
        """Read until the end or until halted, whichever comes first."""
        reader = asyncio.create_task(self._read(url, body, pieces))
        while not reader.done() and not halt.is_set():
            await asyncio.wait({reader}, timeout=_WATCH_S)
        reader.cancel()
        (outcome,) = await asyncio.gather(reader, return_exceptions=True)
        pieces.put(outcome if isinstance(outcome, Exception) else None)

    async def _read(self, url: str, body: Mapping[str, object], pieces: Pieces) -> None:
        import httpx

        client = httpx.AsyncClient(
            headers=self._headers(),
            timeout=httpx.Timeout(self.silence_s, connect=self.connect_s),
            follow_redirects=False,
            verify=self.address.secure,
            trust_env=not self.address.loopback,  # proxies are for other computers only
        )
        try:
            async with client, client.stream("POST", url, json=body) as response:
                _check_plain(response)
                if response.status_code != 200:
                    raise self.refusal(response.status_code, await _beginning(response))
                kind = response.headers.get("content-type", "")
                if not kind.lower().startswith("text/event-stream"):
                    raise FormatError(
                        f"an answer of type {kind[:40] or 'none'} instead of a stream"
                    )
                await _events(response, pieces)
        except ModelError:
            raise
        except Exception as error:  # certificates, sockets and httpx each raise their own
            raise self.failure(error) from error

    def _headers(self) -> dict[str, str]:
        # compressed answers could unfold to any size
        plain = {"Accept-Encoding": "identity", "User-Agent": "footnote"}
        return {**plain, "Authorization": f"Bearer {self.key}"} if self.key else plain

    def failure(self, error: Exception) -> ModelError:
        """One sentence for a connection that failed."""
        import httpx

        server = f"The language model server at {self.address.base}"
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return ModelError(
                f"{server} shows a certificate that this computer does not trust; have it trusted, "
                "or choose another model."
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ModelError(
                f"No language model server answers at {self.address.base}; start it, or choose "
                "another model."
            )
        if isinstance(error, httpx.TimeoutException):
            return ModelError(
                f"{server} said nothing for {self.silence_s:g} seconds; ask again, or choose a "
                "smaller model."
            )
        if isinstance(error, FormatError):
            return ModelError(f"{server} sent {error}; see its own log, or choose another model.")
        return ModelError(f"{server} broke off the connection; see its own log, then ask again.")

    def refusal(self, status: int, body: bytes) -> RefusalError:
        """One sentence for an answer that is none."""
        try:
            words = words_of(json_object(body))
        except FormatError:
            words = "no reason given"
        if status in (401, 403):
            said = "does not accept the key" if self.key else "asks for a key"
            what = f"{said}; set {KEY} to the right one"
        elif 300 <= status < 400:
            what = (
                "redirects to another address, which is not followed; set model to the address it "
                "really has"
            )
        elif status == 404:
            what = (
                f"does not have what was asked for ({words}); check its address and the name of "
                "the model"
            )
        elif status in (429, 503):
            what = f"is busy or still loading ({words}); ask again later"
        else:
            what = (
                f"refused with status {status} ({words}); see its own log, or choose another model"
            )
        return RefusalError(f"The language model server at {self.address.base} {what}.", status)


def _check_plain(response: httpx.Response) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise FormatError("a compressed answer, which was not asked for")


async def _events(response: httpx.Response, pieces: Pieces) -> None:
    """Hand on the pieces of the stream. Raises FormatError when it ends before the answer does."""
    parser = EventParser()
    total = 0
    async for part in response.aiter_raw():
        total += len(part)
        if total > LARGEST_ANSWER:
            raise FormatError(f"more than {LARGEST_ANSWER >> 20} MB")
        for event in parser.feed(part):
            delta = delta_of(event)
            if delta.text:
                pieces.put(delta.text)
            if delta.finished:
                return
    raise FormatError("an answer that breaks off in the middle")


async def _beginning(response: httpx.Response) -> bytes:
    """As much of a refusal as is worth reading."""
    received = bytearray()
    async for part in response.aiter_raw():
        received += part
        if len(received) > 1 << 16:
            break
    return bytes(received)
