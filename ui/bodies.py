"""What clients send: bodies read up to a limit and handed on.

Used by `ui.guard`, which decides what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

JSON_LIMIT = 1_000_000  #: bytes of a request that is no file


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
