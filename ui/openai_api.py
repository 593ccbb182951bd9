"""Footnote as a model for OpenAI's clients: /v1/models and /v1/chat/completions.

Each library is a model: ``footnote`` the first one, ``footnote/NAME`` another. The message is the
answer in words with its sources; ``footnote`` beside it is the whole answer as JSON. What a request
means is decided in `ui.openai_messages`.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from index.errors import FootnoteError
from rag.assistant import Assistant
from rag.types import Answer
from ui.api import LEFT, Wanted, snapshots, staying
from ui.chat import Chat, aside
from ui.in_words import Telling
from ui.libraries import Libraries
from ui.openai_messages import MODEL, Completion, wanted_of
from ui.outside import names_only
from ui.programs import RequestError, cut
from ui.routes import status_of
from ui.wire import error_body, json_response, json_text

PATH = "/v1/chat/completions"
WAYS = {PATH: "POST", "/v1/models": "GET"}
_SINCE = int(time.time())  #: the models have been here since this server was started


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the question with its history, and of the message that came back.

    Instructions, which are not read, and passages, which were not sent, are not in it.
    """

    prompt: int
    completion: int

    def to_dict(self) -> dict[str, int]:
        """The names that clients know."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that a message grows by; the last one brings the answer."""

    words: str
    answer: Answer | None = None
    usage: Usage | None = None


Steps = AsyncGenerator[Piece | FootnoteError, None]


@dataclass(frozen=True, slots=True)
class Reply:
    """What all parts of one reply have in common."""

    model: str
    id: str
    created: int

    def whole(self, message: str, last: Piece) -> dict[str, object]:
        """The reply in one."""
        said = {"role": "assistant", "content": message, "refusal": None}
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": "stop"}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": None if last.usage is None else last.usage.to_dict(),
            "footnote": _json(last),
        }

    def part(self, delta: dict[str, str], last: Piece | None = None) -> dict[str, object]:
        """One step of a stream; ``last`` ends the message."""
        end = None if last is None else "stop"
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}
        head = self._head("chat.completion.chunk")
        beside = {} if last is None else {"footnote": _json(last)}
        return {**head, "choices": [choice], **beside}

    def counted(self, last: Piece) -> dict[str, object]:
        """The step that brings the number of tokens."""
        usage = None if last.usage is None else last.usage.to_dict()
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": usage}

    def _head(self, kind: str) -> dict[str, object]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def add_openai_routes(app: FastAPI, chat: Chat) -> None:
    """Models and chat completions."""

    @app.get("/v1/models")
    def models() -> Response:
        names = [MODEL, *others(chat.libraries)]
        return json_response({"object": "list", "data": list(map(model_json, names))})

    @app.get("/v1/models/{name:path}")
    def model(name: str) -> Response:
        library_of(chat.libraries, name)
        return json_response(model_json(name))

    @app.post(PATH)
    async def complete(request: Request, body: Completion) -> Response:
        wanted = wanted_of(body, library_of(chat.libraries, body.model))
        steps = staying(request, aside(lambda left: pieces(chat, wanted, left)))
        reply = Reply(body.model, f"chatcmpl-{uuid.uuid4().hex}", int(time.time()))
        if not body.stream:
            return await whole(reply, steps)
        first = await anext(steps, None)  # tells an error before the reply has begun
        if first is None or isinstance(first, FootnoteError):
            await steps.aclose()
            if first is not None:
                raise first
            return LEFT
        counted = body.stream_options is not None and bool(body.stream_options.include_usage)
        stream = events(chat, reply, first, steps, counted=counted)
        headers = {"Cache-Control": "no-cache"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def whole(reply: Reply, steps: Steps) -> Response:
    """The reply in one piece."""
    words: list[str] = []
    async with aclosing(steps):
        async for step in steps:
            if isinstance(step, FootnoteError):
                raise step
            words.append(step.words)
            if step.answer is not None:
                return json_response(reply.whole("".join(words), step))
    return LEFT


async def events(
    chat: Chat, reply: Reply, first: Piece, steps: Steps, *, counted: bool
) -> AsyncIterator[str]:
    """The reply as server-sent events."""
    step: Piece | FootnoteError | None = first
    async with aclosing(steps):
        yield event(reply.part({"role": "assistant", "content": ""}))
        while step is not None:
            if isinstance(step, FootnoteError):
                yield event(error_body(PATH, status_of(step), chat.told(step)))
                return
            if step.words:
                yield event(reply.part({"content": step.words}))
            if step.answer is not None:
                break
            step = await anext(steps, None)
        if step is None:  # it ended before it was finished
            return
        yield event(reply.part({}, step))
        if counted:
            yield event(reply.counted(step))
        yield "data: [DONE]\n\n"


def event(data: object) -> str:
    """One server-sent event."""
    return f"data: {json_text(data)}\n\n"


def pieces(chat: Chat, wanted: Wanted, stop: threading.Event) -> Iterator[Piece | FootnoteError]:
    """What the message grows by at each step of the answer. Runs in its own thread."""
    telling, message = Telling(), ""
    for step in snapshots(chat, wanted, stop):
        if isinstance(step, FootnoteError):
            yield step
            return
        new = telling.step(step)
        message += new
        if not step.final:
            yield Piece(new)
            continue
        usage = counted_tokens(chat.libraries.at(wanted.library), wanted, message)
        yield Piece(new, names_only(step), usage)


def counted_tokens(assistant: Assistant, wanted: Wanted, message: str) -> Usage | None:
    """Counted with the tokenizer of the model that answered; None when it is out of reach."""
    sent = [words for turn in wanted.history for words in (turn.question, turn.answer)]
    sent.append(wanted.question)
    try:
        if assistant.model is not None:
            count = assistant.model.count_tokens
            return Usage(sum(map(count, sent)), count(message))
        *before, after = assistant.index.embedder.count_tokens([*sent, message])
        return Usage(sum(before), after)
    except FootnoteError:
        return None


def others(libraries: Libraries) -> list[str]:
    """The models besides the first."""
    return [f"{MODEL}/{one.name}" for one in libraries.all() if one.name != libraries.first]


def library_of(libraries: Libraries, model: str) -> str:
    """The library that a model stands for. Raises RequestError when there is none."""
    if model == MODEL:
        return ""
    if model in others(libraries) or model == f"{MODEL}/{libraries.first}":
        return model.removeprefix(f"{MODEL}/")
    raise RequestError(
        f"There is no model {cut(model)} here; the list of models names those there are.",
        status=404,
        code="model_not_found",
        param="model",
    )


def model_json(name: str) -> dict[str, object]:
    """One model as clients list it."""
    return {"id": name, "object": "model", "created": _SINCE, "owned_by": "footnote"}


def _json(piece: Piece) -> dict[str, object] | None:
    return None if piece.answer is None else piece.answer.to_dict()
