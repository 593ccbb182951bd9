"""What a language model has to do for Footnote, and a reply that cannot run away.

`LanguageModel` is the protocol; `BoundedReply` runs one generation under limits of time, length and
repetition, and keeps a model's private thoughts and control characters out of it. `ScriptedModel`
plays given pieces, for tests and demonstrations. The models themselves are in ``rag.backends``,
prompts in ``rag.prompts``; what a reply is worth is checked elsewhere.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

ANSWER_TOKENS = 400  #: of one reply at most: ten long sentences
ANSWER_SECONDS = 120.0  #: one reply may take at most
_CHARACTERS_PER_TOKEN = 16  # beyond this a server has not kept to the number of tokens asked for
_LOOP_REPEATS = 4  # a stretch said so often in a row, at …
_LOOP_CHARACTERS = 80  # … this length in all, is a loop; "......" in a table of contents is none
_LOOP_PERIOD = 250  # longest stretch looked at
_SAME_SENTENCE = 3  # the same sentence so often, anywhere, is a loop too
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+|\n+")
_MARKER = re.compile(r"\[\d{1,3}\]")
# Control characters but newline and tab, characters that turn the writing direction around, and
# lone surrogates, which no file and no network connection takes.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_THOUGHTS = (("<think>", "</think>"), ("<thinking>", "</thinking>"))


class Role(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation a model is to carry on."""

    role: Role
    content: str


class StopFlag(Protocol):
    """Set from anywhere to end a generation; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether the generation is to end."""
        ...


class LanguageModel(Protocol):
    """Carries a conversation on.

    ``generate`` yields pieces of text as they come and ends, without an error, within a second of
    ``stop`` being set, or when ``max_tokens`` are written. Raises ModelError with one sentence.
    Marks of a chat template inside a message's content are made harmless by the model itself.
    """

    name: str  #: for the page and the answer, e.g. "Qwen2.5-0.5B-Instruct"
    context_tokens: int  #: prompt and reply together
    leaves_machine: bool  #: whether the messages are sent to another computer

    def count_tokens(self, text: str) -> int:
        """Length of a text; where the model's tokenizer is out of reach, never too small."""
        ...

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        """The reply, piece by piece."""
        ...


class Ending(StrEnum):
    """Why a reply ended; the value completes "The model's answer …"."""

    FINISHED = "is complete"
    STOPPED = "was stopped"
    TOO_LONG = "was cut at the most tokens it may have"
    TOO_SLOW = "was cut at the longest time it may take"
    REPEATING = "was cut because it repeated itself"


class BoundedReply:
    """One generation under limits: iterate once for its pieces, then look at ``ending``.

    Thoughts that reasoning models write first are left out. ``text`` is all that was yielded.
    """

    def __init__(
        self,
        model: LanguageModel,
        messages: Sequence[Message],
        *,
        stop: StopFlag,
        max_tokens: int = ANSWER_TOKENS,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.text = ""
        self.ending = Ending.FINISHED
        self._model = model
        self._messages = tuple(messages)
        self._max_tokens = max_tokens
        self._seconds = seconds
        self._stop = stop

    def __iter__(self) -> Iterator[str]:
        for piece in without_thoughts(self._watched()):
            self.text += piece
            yield piece

    def _watched(self) -> Iterator[str]:
        """All that the model writes, thoughts included, until it ends or is cut."""
        limit = _Limit(self._stop, time.monotonic() + self._seconds)
        written = ""
        for raw in self._model.generate(self._messages, max_tokens=self._max_tokens, stop=limit):
            if limit.is_set():
                break
            piece = clean_piece(raw)
            written += piece
            yield piece
            if len(written) > self._max_tokens * _CHARACTERS_PER_TOKEN:
                self.ending = Ending.TOO_LONG
                return
            if repeats_itself(written):
                self.ending = Ending.REPEATING
                return
        if self._stop.is_set():
            self.ending = Ending.STOPPED
        elif limit.is_set():
            self.ending = Ending.TOO_SLOW
        elif self._model.count_tokens(written) >= self._max_tokens:
            self.ending = Ending.TOO_LONG


@dataclass(frozen=True, slots=True)
class _Limit:
    """A stop flag that also sets itself when the time is up."""

    stop: StopFlag
    deadline: float

    def is_set(self) -> bool:
        return self.stop.is_set() or time.monotonic() >= self.deadline


def clean_piece(piece: str) -> str:
    """The piece without control characters and such as turn the writing direction around."""
    return _UNPRINTABLE.sub("", piece)


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """Leave out what a reasoning model thinks aloud before it answers, and white space there."""
    held, passed = "", False
    for piece in pieces:
        if passed:
            yield piece
            continue
        held += piece
        rest = _after_thoughts(held)
        if rest:
            passed, held = True, ""
            yield rest
    if held and not passed and not any(held.lstrip().startswith(mark) for mark, _ in _THOUGHTS):
        yield held.strip()


def _after_thoughts(held: str) -> str:
    """What is sure to be outside thoughts; empty while that cannot be told."""
    start = held.lstrip()
    for opening, closing in _THOUGHTS:
        if start.startswith(opening):
            _, found, rest = start.partition(closing)
            return rest.lstrip() if found else ""
        if opening.startswith(start):
            return ""  # "<thi" may still become either
    return start


def repeats_itself(text: str) -> bool:
    """Whether a text ends in a stretch said over and over, or has said one sentence too often."""
    tail = text[-_LOOP_PERIOD * _LOOP_REPEATS :]
    for period in range(1, _LOOP_PERIOD + 1):
        length = max(_LOOP_CHARACTERS, period * _LOOP_REPEATS)
        if length > len(tail):
            break
        if tail[-length:-period] == tail[len(tail) - length + period :]:
            return True
    sentences = Counter(_MARKER.sub("", part).strip() for part in _SENTENCE_END.split(text)[:-1])
    return any(n >= _SAME_SENTENCE and len(said) >= 20 for said, n in sentences.items())


class ScriptedModel:
    """Plays given pieces, one script a call and the last one ever after; remembers what it got.

    It ships so that tests and demonstrations need no model. Tokens are words and marks.
    """

    leaves_machine = False

    def __init__(
        self,
        *scripts: Sequence[str],
        name: str = "scripted",
        context_tokens: int = 4096,
        seconds_between: float = 0.0,
    ) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self.calls: list[tuple[Message, ...]] = []
        self._scripts = [tuple(script) for script in scripts] or [()]
        self._seconds = seconds_between

    def count_tokens(self, text: str) -> int:
        return len(re.findall(r"\w+|[^\w\s]", text))

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        script = self._scripts[min(len(self.calls), len(self._scripts) - 1)]
        self.calls.append(tuple(messages))
        return self._play(script, max_tokens, stop)

    def _play(self, script: Sequence[str], max_tokens: int, stop: StopFlag) -> Iterator[str]:
        written = 0
        for piece in script:
            if self._seconds:
                time.sleep(self._seconds)
            written += self.count_tokens(piece)
            if stop.is_set() or written > max_tokens:
                return
            yield piece
