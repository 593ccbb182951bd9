"""A language model behind an OpenAI-compatible server: Ollama, vLLM, llama.cpp, transformers serve.

Servers on this computer are used freely; others only when the settings allow it, for what is sent
holds passages of the user's documents. How long a text is, is asked of the server where it can say
(vLLM, llama.cpp) and else estimated on the high side. Bytes on the wire are left to
``rag.backends.server_transport``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.errors import ModelError, UsageError
from rag.backends.chat_marks import break_marks
from rag.backends.server_events import FormatError, ServedModel, count_of, served_models
from rag.backends.server_transport import RefusalError, ServerAddress, Transport, parse_address
from rag.backends.transformers_loading import without_system
from rag.language_model import Message, Role, StopFlag

DEFAULT_WINDOW = 4096  #: of a server that does not say; Ollama's own default
_SHOWN = 8  # names listed in an error
_PIECE = re.compile(r"[A-Za-z]+|[^\W\dA-Za-z_]+|\d|[^\w\s]|_|\n|[^\S\n]{2,}")
_PROBE = "How many tokens is this?"


class ServerModel:
    """Carries a conversation on with a server's model. Make it with ``connect``."""

    def __init__(self, transport: Transport, model: ServedModel) -> None:
        self.name = model.name
        self.context_tokens = model.context_tokens or DEFAULT_WINDOW
        self.leaves_machine = not transport.address.loopback
        self._transport = transport
        self._counts = self._count(_PROBE) is not None
        self._counted = lru_cache(maxsize=1024)(self._count)

    @classmethod
    def connect(cls, address: str, *, key: str = "", remote: bool = False) -> ServerModel:
        """The model at an address such as ``http://127.0.0.1:11434/v1#llama3.2``.

        Raises UsageError for another computer unless ``remote``, ModelError when no such model is
        served there.
        """
        place = allowed(address, remote=remote)
        transport = Transport(place, key)
        return cls(transport, served_model(transport))

    def count_tokens(self, text: str) -> int:
        if self._counts:
            count = self._counted(text)
            if count is not None:
                return count
        return estimated_tokens(text)

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        wrote = False
        try:
            for piece in self._stream(messages, max_tokens, stop):
                wrote = True
                yield piece
        except ModelError as error:
            # a template without a system role is refused before anything is written
            if wrote or "system" not in str(error).casefold() or not _has_system(messages):
                raise
            yield from self._stream(without_system(messages), max_tokens, stop)

    def _stream(
        self, messages: Sequence[Message], max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        body = {
            "model": self.name,
            "messages": [
                {"role": message.role.value, "content": break_marks(message.content)}
                for message in messages
            ],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        url = f"{self._transport.address.base}/chat/completions"
        return self._transport.stream(url, body, stop)

    def _count(self, text: str) -> int | None:
        """The server's own count; None where it has no such route. vLLM and llama.cpp have."""
        if self.leaves_machine:
            return None
        clean = break_marks(text)
        body = {"model": self.name, "prompt": clean, "content": clean, "add_special_tokens": False}
        try:
            return count_of(self._transport.post(f"{self._transport.address.root}/tokenize", body))
        except ModelError:
            return None


def allowed(address: str, *, remote: bool) -> ServerAddress:
    """The place an address stands for, when it may be used. Raises UsageError when it may not."""
    place = parse_address(address)
    if not place.loopback and not remote:
        raise UsageError(
            f"The language model server at {place.base} is on another computer, so passages of "
            "your documents would leave this one; set remote_models to true if that is wanted."
        )
    return place


def listed_models(transport: Transport) -> list[ServedModel]:
    """What a server says it serves. Raises ModelError."""
    try:
        return served_models(transport.get(f"{transport.address.base}/models"))
    except FormatError as error:
        raise transport.failure(error) from error


def served_model(transport: Transport) -> ServedModel:
    """The model that the address means. Raises ModelError when it is not there."""
    place = transport.address
    try:
        listed = listed_models(transport)
    except RefusalError as error:
        # some serve a model and list none; whether it is there shows when it is asked
        if not place.model or error.status not in (404, 405, 500, 501):
            raise
        listed = []
    return chosen_model(place, listed)


def chosen_model(place: ServerAddress, served: Sequence[ServedModel]) -> ServedModel:
    """The model meant by the address. Raises ModelError that names what is served."""
    if not place.model and len(served) == 1:
        return served[0]
    names = ", ".join(model.name for model in served[:_SHOWN])
    names += f" and {len(served) - _SHOWN} more" if len(served) > _SHOWN else ""
    if not place.model:
        which = f"several models ({names})" if served else "no model that it lists"
        raise ModelError(
            f"The server at {place.base} serves {which}; name one after a # as in "
            f"{place.base}#{served[0].name if served else 'NAME'}."
        )
    for model in served:
        if place.model in (model.name, model.name.removesuffix(":latest")):
            return model
    # transformers serve lists what is in its cache, not the folder that it was started with
    if served and not place.model.startswith(("/", "~", ".")):
        raise ModelError(
            f"The server at {place.base} has no model {place.model}; it serves {names}."
        )
    return ServedModel(place.model, None)


@lru_cache(maxsize=1024)
def estimated_tokens(text: str) -> int:
    """Tokens of a text without its tokenizer, on the high side for those in common use.

    One for a word and one more for every four of its letters, one for each digit and mark and for
    each letter of other alphabets, two for each character of scripts without spaces. On our sample
    documents that is 1.3 to 2 times what the embedder's tokenizer counts.
    """
    total = 0
    for piece in _PIECE.findall(text):
        if piece.isascii():
            total += 1 + len(piece) // 4 if piece.isalpha() else 1
        else:
            total += sum(2 if ord(character) >= 0x0900 else 1 for character in piece)
    return total


def _has_system(messages: Sequence[Message]) -> bool:
    return any(message.role is Role.SYSTEM for message in messages)
