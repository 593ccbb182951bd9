"""The routes that programs ask: /v1/ask, /v1/search and /v1/documents.

They return the JSON that ``footnote ask --json`` and its like print, with file names for paths.
Nothing that is asked here is kept. Bodies are checked here; what OpenAI's clients speak is in
`ui.openai_api`, who is let in is decided in `ui.guard`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TypeVar

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from index.errors import FootnoteError
from rag.assistant import LONGEST_QUESTION
from rag.types import Answer, Turn
from ui.chat import FAILED, Chat, aside
from ui.outside import log_places, names_only
from ui.programs import (
    Part,
    RequestError,
    bare_documents,
    bare_passages,
    bare_skipped,
    documents_json,
    passages_json,
    passages_wanted,
    reading,
    scope_of,
)
from ui.wire import error_response, json_response

Item = TypeVar("Item")
LEFT = Response(status_code=499)  #: for the log of a proxy in between: the client closed
EVERYTHING = Part()
PASSAGES = 10  #: of a search, when nothing else is said
LIMITED = ConfigDict(extra="forbid", strict=True)
WAYS = {"/v1/ask": "POST", "/v1/search": "POST", "/v1/documents": "GET"}
log = logging.getLogger(__name__)


class Limits(BaseModel):
    """Which documents, and how many passages."""

    model_config = LIMITED
    within: list[str] = Field(default_factory=list, max_length=1_000)
    since: str | None = Field(None, max_length=100)
    until: str | None = Field(None, max_length=100)
    k: int | None = None

    def part(self) -> Part:
        """The same as a value."""
        return Part(tuple(self.within), self.since, self.until, self.k)


class AskedTurn(BaseModel):
    """One earlier turn."""

    model_config = LIMITED
    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field(max_length=50_000)


class Asked(Limits):
    """The body of POST /v1/ask."""

    question: str = Field(max_length=LONGEST_QUESTION)
    history: list[AskedTurn] = Field(default_factory=list, max_length=50)
    library: str = Field("", max_length=200)


class Searched(Limits):
    """The body of POST /v1/search."""

    words: str = Field(max_length=LONGEST_QUESTION)
    library: str = Field("", max_length=200)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question of a program."""

    question: str
    history: tuple[Turn, ...] = ()
    library: str = ""
    part: Part = EVERYTHING


def add_program_routes(app: FastAPI, chat: Chat) -> None:
    """Asking, searching and listing for programs."""

    @app.post("/v1/ask")
    @app.post("/api/ask")
    async def ask(request: Request, body: Asked) -> Response:
        history = tuple(Turn(turn.question, turn.answer) for turn in body.history)
        wanted = Wanted(body.question, history, body.library, body.part())
        steps = staying(request, aside(lambda left: snapshots(chat, wanted, left)))
        async with aclosing(steps):
            async for step in steps:
                if isinstance(step, FootnoteError):
                    raise step
                if step.final:
                    return json_response(names_only(step).to_dict())
        return LEFT

    @app.post("/v1/search")
    def search(body: Searched) -> Response:
        part = body.part()
        k = PASSAGES if part.k is None else passages_wanted(part.k)
        with chat.room.place():
            assistant = chat.libraries.at(body.library)
            found = assistant.search(body.words, k, scope=scope_of(assistant, part))
        return json_response(passages_json(bare_passages(found)))

    @app.get("/v1/documents")
    def documents(library: str = Query("", max_length=200)) -> Response:
        assistant = chat.libraries.at(library)
        infos, skipped = assistant.documents(), assistant.skipped()
        return json_response(documents_json(bare_documents(infos), bare_skipped(skipped)))


def add_dead_ends(app: FastAPI, ways: dict[str, str]) -> None:
    """Whatever else is tried under /v1 gets a sentence, not the page's answer. Added last."""

    @app.api_route(
        "/v1/{rest:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    )
    def nothing(rest: str) -> Response:
        path = f"/v1/{rest}"
        if path in ways:
            sentence = f"This takes {ways[path]} requests only."
            response = error_response(path, 405, sentence, "method_not_allowed")
            response.headers["Allow"] = ways[path]
            return response
        return error_response(path, 404, "There is nothing at this address.", "not_found")


# ---- answering ---------------------------------------------------------------------------


def snapshots(
    chat: Chat, wanted: Wanted, stop: threading.Event
) -> Iterator[Answer | FootnoteError]:
    """The snapshots of an answer; an error is the last thing that comes. Runs in its own thread."""
    try:
        with chat.room.place():
            if stop.is_set():  # it left while it was waiting for its turn
                return
            assistant = reading(chat.libraries.at(wanted.library), wanted.part.k)
            scope = scope_of(assistant, wanted.part)
            for answer in assistant.stream(wanted.question, wanted.history, scope=scope, stop=stop):
                if stop.is_set():
                    return
                if answer.final:
                    log_places(answer)
                yield answer
    except FootnoteError as error:
        yield error
    except Exception:
        log.exception("a question of a program could not be answered")
        yield RequestError(FAILED, status=500)


async def staying(request: Request, steps: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    """The same steps, until the client leaves; then they are ended."""
    gone = asyncio.ensure_future(_gone(request))
    step: asyncio.Future[Item | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(_next(steps))
            await asyncio.wait({step, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not step.done() or (item := step.result()) is None:
                return
            yield item
    finally:
        gone.cancel()
        if step is not None:
            step.cancel()  # ends the steps where they wait
            with suppress(asyncio.CancelledError):
                await step
        if isinstance(steps, AsyncGenerator):
            await steps.aclose()


async def _next(steps: AsyncIterator[Item]) -> Item | None:
    return await anext(steps, None)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
