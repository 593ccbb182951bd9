"""What clients send: bodies read up to a limit, uploads counted while they stream, paths found.

Used by `ui.guard`, which decides what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive, Scope, Send

JSON_LIMIT = 1_000_000  #: bytes of a request that is no upload
UPLOAD_LIMIT = 2 * 2**30  #: bytes of an upload, all its files together


class RefusedError(Exception):
    """A request that is not let in, and the sentence it gets. It never leaves the guard."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def is_multipart(scope: Scope) -> bool:
    """Does the request carry files?"""
    kind = Headers(scope=scope).get("content-type", "").split(";")[0]
    return kind.strip().lower() == "multipart/form-data"


def client_paths(data: object) -> Iterator[object]:
    """Every value under a key that Gradio takes for a file."""
    waiting: list[object] = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "path" in item:
                yield item["path"]
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request, up to the limit."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise RefusedError(400, "The request ended before it was complete.")
        body += message.get("body", b"")
        if len(body) > JSON_LIMIT:
            raise RefusedError(413, f"The request is larger than {JSON_LIMIT:,} bytes.")
        if not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Hand a body that was read to the application, then whatever else arrives."""
    messages: Iterable[Message] = ({"type": "http.request", "body": body, "more_body": False},)
    first = iter(messages)

    async def again() -> Message:
        for message in first:
            return message
        return await receive()

    return again


class Counted:
    """The body of an upload, cut off where it is over the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.over = False
        self.answered = False

    async def receive(self) -> Message:
        """The next piece. Over the limit the form parser is told to throw its files away."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.over = True
            raise MultiPartException("The upload is over the maximum allowed size.")
        return message

    def unless_over(self, send: Send) -> Send:
        """Hold back what the application says of an upload that was cut off."""

        async def sending(message: Message) -> None:
            if self.over and not self.answered:
                return
            self.answered = True
            await send(message)

        return sending
