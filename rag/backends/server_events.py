"""The words of an OpenAI-compatible server: its event stream, its pieces, its list of models.

Pure: bytes and text in, values out, everything checked, nothing trusted. Connections are made in
``rag.backends.server_transport``.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_EVENT = 1 << 20  #: characters; a piece of an answer has a few hundred
DONE = "[DONE]"


class FormatError(ValueError):
    """The server sent something else than was agreed; the text completes "The server sent …"."""


class EventParser:
    """Bytes of a server-sent event stream, cut anywhere, to the data of whole events."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._line = ""
        self._data: list[str] = []
        self._size = 0
        self._after_return = False

    def feed(self, received: bytes) -> list[str]:
        """The events that are complete with these bytes. Raises FormatError."""
        try:
            text = self._decoder.decode(received)
        except UnicodeDecodeError:
            raise FormatError("bytes that are no UTF-8") from None
        if self._after_return and text:
            text = text.removeprefix("\n")  # the second half of a line end that was cut in two
            self._after_return = False
        self._after_return = self._after_return or text.endswith("\r")
        lines = (self._line + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._line = lines.pop()
        events = [event for line in lines if (event := self._take(line)) is not None]
        if self._size + len(self._line) > LONGEST_EVENT:
            raise FormatError(f"an event of more than {LONGEST_EVENT:,} characters")
        return events

    def _take(self, line: str) -> str | None:
        """One line; the event's data when the line ends it. Fields but "data" mean nothing here."""
        if line:
            name, _, value = line.partition(":")
            if name == "data":
                self._data.append(value.removeprefix(" "))
                self._size += len(value)
            return None
        event = "\n".join(self._data) if self._data else None
        self._data, self._size = [], 0
        return event


@dataclass(frozen=True, slots=True)
class Delta:
    """One piece of an answer."""

    text: str
    finished: bool = False


def delta_of(event: str) -> Delta:
    """The piece that an event's data hold. Raises FormatError, also for an error sent inside."""
    if event.strip() == DONE:
        return Delta("", finished=True)
    data = json_object(event)
    if data.get("error"):
        raise FormatError(f"an error: {words_of(data)}")
    choices = data.get("choices")
    if not isinstance(choices, list):
        raise FormatError("an event without choices")
    if not choices:  # a count of tokens
        return Delta("")
    choice = choices[0]
    delta = choice.get("delta") if isinstance(choice, dict) else None
    content = delta.get("content") if isinstance(delta, dict) else None
    if not isinstance(delta, dict) or not isinstance(content, str | None):
        raise FormatError("an event whose piece is no text")
    return Delta(content or "", finished=choice.get("finish_reason") is not None)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server lists."""

    name: str
    context_tokens: int | None  #: None when the server does not say


def served_models(data: Mapping[str, object]) -> list[ServedModel]:
    """The models of a ``/models`` answer, in its order. Raises FormatError."""
    listed = data.get("data")
    if listed is None and data.get("object") == "list":
        return []  # Ollama without models
    if not isinstance(listed, list):
        raise FormatError("a list of models that is none")
    found = []
    for entry in listed:
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            raise FormatError("a list of models of which one has no name")
        found.append(ServedModel(name, _window(entry)))
    return found


def count_of(data: Mapping[str, object]) -> int | None:
    """How many tokens a ``/tokenize`` answer of vLLM or llama.cpp counts; None for another."""
    count, tokens = data.get("count"), data.get("tokens")
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return count
    return len(tokens) if isinstance(tokens, list) else None


def words_of(data: Mapping[str, object]) -> str:
    """The server's own words on what went wrong, on one line and shortened."""
    said = data.get("error") or data.get("detail") or data.get("message") or data
    if isinstance(said, dict):
        said = said.get("message") or said
    line = " ".join("".join(c if c.isprintable() else " " for c in str(said)).split())
    return line if len(line) <= 160 else line[:159] + "…"


def json_object(text: str | bytes) -> dict[str, object]:
    """A JSON object. Raises FormatError when the text is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError("something that is no JSON") from None
    if not isinstance(data, dict):
        raise FormatError("JSON that is no object")
    return data


def _window(entry: Mapping[str, object]) -> int | None:
    """vLLM says ``max_model_len``, llama.cpp ``meta.n_ctx``; what a model was taught on is more."""
    meta = entry.get("meta")
    inner = meta.get("n_ctx") if isinstance(meta, dict) else None
    for value in (entry.get("max_model_len"), inner):
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
