"""What OpenAI's clients send, made sense of: a question with its history, or a refusal.

Settings that would only steer a free-writing model (temperature, max_tokens, seed, stop …) change
nothing here and are taken without a word. What would change what a client gets back, tools,
pictures, several choices, is refused as OpenAI's servers refuse it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.assistant import LONGEST_QUESTION
from rag.types import Turn
from ui.api import EVERYTHING, Limits, Wanted
from ui.in_words import without_sources
from ui.programs import RequestError, cut

MODEL = "footnote"
_OPEN = ConfigDict(extra="ignore", strict=True)
_HEARD = 50  #: turns of a history that are looked at


class Content(BaseModel):
    """One part of a message."""

    model_config = _OPEN
    type: str
    text: str | None = None


class Said(BaseModel):
    """One message."""

    model_config = _OPEN
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Content] | None = None


class StreamOptions(BaseModel):
    """What a stream brings besides the message."""

    model_config = _OPEN
    include_usage: bool | None = None


class Format(BaseModel):
    """The form a reply is wanted in."""

    model_config = _OPEN
    type: str


class Completion(BaseModel):
    """The body of POST /v1/chat/completions; ``footnote`` is ours."""

    model_config = _OPEN
    model: str = Field(max_length=300)
    messages: list[Said] = Field(min_length=1, max_length=2_000)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    tools: list[object] | None = None
    functions: list[object] | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    response_format: Format | None = None
    footnote: Limits | None = None


def wanted_of(body: Completion, library: str) -> Wanted:
    """The question a request asks, and what was said before. Raises RequestError."""
    refuse_unsupported(body)
    *earlier, last = body.messages
    if last.role != "user":
        raise wrong("The last message has to be the user's question.", "messages")
    question = words_of(last)
    if len(question) > LONGEST_QUESTION:
        raise wrong(
            f"The question has {len(question):,} characters, and at most {LONGEST_QUESTION:,} are "
            "read; ask about a shorter piece.",
            "messages",
            "string_above_max_length",
        )
    part = EVERYTHING if body.footnote is None else body.footnote.part()
    return Wanted(question, tuple(turns_of(earlier)[-_HEARD:]), library, part)


def turns_of(messages: list[Said]) -> list[Turn]:
    """Questions with their answers; a system's instructions and unanswered questions are not."""
    turns: list[Turn] = []
    question = ""
    for message in messages:
        if message.role == "user":
            question = words_of(message)
        elif message.role == "assistant" and question:
            turns.append(Turn(question[:LONGEST_QUESTION], without_sources(words_of(message))))
            question = ""
    return turns


def words_of(message: Said) -> str:
    """The text of a message. Raises RequestError for pictures, sound and files."""
    if message.content is None:
        return ""
    if isinstance(message.content, str):
        return message.content
    for part in message.content:
        if part.type not in ("text", "refusal"):
            raise wrong(
                f"A part of a message is {cut(part.type)}; Footnote reads text only.",
                "messages",
                "unsupported_content",
            )
    return "\n".join(part.text or "" for part in message.content)


def refuse_unsupported(body: Completion) -> None:
    """Refuse what would have to change the reply and does not."""
    unsupported = {
        "n": body.n not in (None, 1),
        "tools": bool(body.tools),
        "functions": bool(body.functions),
        "logprobs": bool(body.logprobs),
        "modalities": body.modalities not in (None, [], ["text"]),
        "response_format": body.response_format is not None and body.response_format.type != "text",
    }
    for name, asked in unsupported.items():
        if asked:
            raise wrong(
                f"{name!r} is not supported: Footnote gives one answer in words, with its sources.",
                name,
                "unsupported_parameter",
            )
    for message in body.messages:
        if message.role in ("tool", "function"):
            raise wrong("Footnote calls no tools, so it takes no results of them.", "messages")


def wrong(sentence: str, param: str, code: str = "invalid_value") -> RequestError:
    """An error in a part of the request."""
    return RequestError(sentence, code=code, param=param)
