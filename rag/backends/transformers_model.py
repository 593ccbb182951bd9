"""A causal language model of the transformers library, run in this process from a local folder.

Safetensors only, no code from the model's folder, nothing looked up on a network. One generation at
a time, greedy, with a KV cache, in a thread of its own: setting the stop flag ends it between two
layers of the network, so also while a long prompt is still being read. Which folder a name stands
for, and downloads, are left to ``rag.models``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from index.errors import ModelError
from rag.backends.chat_marks import break_marks
from rag.backends.relay import Halt, HaltedError, Pieces, relayed
from rag.backends.transformers_loading import (
    first_line,
    folder_fault,
    greedy,
    ids_of,
    load_tokenizer,
    load_weights,
    marks_of,
    render,
    window_of,
)
from rag.language_model import Message, StopFlag

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

_THINK = "<think>"
_LEAST_REPLY = 16  # tokens of the window that have to be left for an answer


class TransformersModel:
    """Carries a conversation on with a local model; loads its weights when first asked.

    Raises ModelError at once when the folder does not hold a chat model in safetensors.
    """

    leaves_machine = False

    def __init__(self, folder: Path, name: str | None = None) -> None:
        fault = folder_fault(folder)
        if fault:
            raise ModelError(
                f"The language model {name or folder} cannot be used: {fault}; choose an "
                "instruction-tuned model of the transformers library in safetensors."
            )
        self.name = name or folder.name
        self._folder = folder
        self._tokenizer = load_tokenizer(folder, self.name)
        self._marks = marks_of(self._tokenizer)
        self._guarded = ids_of(self._tokenizer, self._marks)
        self.context_tokens = window_of(folder, self._tokenizer)
        self._network: _Network | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="language-model")

    def count_tokens(self, text: str) -> int:
        # as it will be sent: a mark broken up is many tokens where it was one
        return len(self._encode(self.harmless(text)))

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        prompt = self.prompt(messages)
        ids = self._encode(prompt)
        room = self.context_tokens - len(ids)
        if room < _LEAST_REPLY:
            raise ModelError(
                f"The prompt of {len(ids):,} tokens leaves no room for an answer in the "
                f"{self.context_tokens:,} tokens of {self.name}; ask more briefly, or choose a "
                "model with a larger window."
            )
        # some templates begin the model's thoughts for it: who reads has to know that it thinks
        opening = _THINK if prompt.rstrip().endswith(_THINK) else ""
        return self._stream(ids, min(max_tokens, room), stop, opening)

    def prompt(self, messages: Sequence[Message]) -> str:
        """The conversation in the model's own template, open for its reply."""
        harmless = [Message(m.role, self.harmless(m.content)) for m in messages]
        return render(self._tokenizer, harmless, self.name)

    def harmless(self, text: str) -> str:
        """The text without marks of the model's template: its tokenizer sees words only."""
        text = break_marks(text, self._marks)
        while self._tokenizer.is_fast:
            seen = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            spans = [
                span
                for number, span in zip(seen["input_ids"], seen["offset_mapping"], strict=True)
                if number in self._guarded and span[1] > span[0]
            ]
            if not spans:
                break
            for start, end in reversed(spans):  # a mark in other letters, e.g. full-width ones
                text = text[:start] + text[end:]
        return text

    def close(self) -> None:
        """Let go of the weights; a generation under way is left to end."""
        self._worker.shutdown(wait=False)
        self._network = None

    def _encode(self, text: str) -> list[int]:
        # tokenizers refuse lone surrogates
        clean = text.encode("utf-8", "replace").decode()
        return cast(list[int], self._tokenizer(clean, add_special_tokens=False)["input_ids"])

    def _stream(
        self, ids: list[int], max_tokens: int, stop: StopFlag, opening: str
    ) -> Iterator[str]:
        if opening:
            yield opening
        pieces: Pieces = SimpleQueue()
        halt = Halt(stop)
        self._worker.submit(self._work, ids, max_tokens, halt, pieces)
        yield from relayed(pieces, halt)

    def _work(
        self,
        ids: list[int],
        max_tokens: int,
        halt: Halt,
        pieces: Pieces,
    ) -> None:
        """In the worker's thread: generate, and hand on pieces, then None or what went wrong."""
        try:
            halt.check()
            if self._network is None:
                self._network = _Network(self._folder, self.name, self._tokenizer)
            self._network.run(ids, max_tokens, halt, _Pieces(self._tokenizer, halt, pieces))
            pieces.put(None)
        except HaltedError:
            pieces.put(None)
        except ModelError as error:
            pieces.put(error)
        except Exception as error:  # a library's failure of any kind becomes one sentence
            pieces.put(
                ModelError(
                    f"The language model {self.name} failed while it wrote ({first_line(error)}); "
                    "ask again, or choose another."
                )
            )


class _Network:
    """The weights, and one generation at a time over them."""

    def __init__(self, folder: Path, name: str, tokenizer: PreTrainedTokenizerBase) -> None:
        self._model = load_weights(folder, name)
        self._generate = cast("Callable[..., object]", self._model.generate)
        self._settings = greedy(self._model, tokenizer)
        # what the folder asks for (sampling, penalties) must not come back as a default
        self._model.generation_config = self._settings
        self._halt: Halt | None = None
        for module in self._model.modules():
            module.register_forward_pre_hook(self._look_up)

    def run(self, ids: list[int], max_tokens: int, halt: Halt, pieces: _Pieces) -> None:
        import torch

        prompt = torch.tensor([ids], device=self._model.device)
        settings = copy(self._settings)
        settings.max_new_tokens = max_tokens
        self._halt = halt
        try:
            with torch.inference_mode():
                self._generate(
                    prompt,
                    attention_mask=torch.ones_like(prompt),
                    generation_config=settings,
                    streamer=pieces,
                )
        finally:
            self._halt = None

    def _look_up(self, module: torch.nn.Module, given: object) -> None:  # noqa: ARG002
        """Before every part of the network: a prompt takes seconds, one part milliseconds."""
        if self._halt is not None:
            self._halt.check()


class _Pieces:
    """Takes token ids from ``generate``, hands on text once its characters are whole."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        halt: Halt,
        pieces: Pieces,
    ) -> None:
        self._tokenizer = tokenizer
        self._halt = halt
        self._pieces = pieces
        self._ids: list[int] = []
        self._begin = self._read = 0
        self._prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        self._halt.check()
        if not self._prompt_seen:  # the prompt comes first
            self._prompt_seen = True
            return
        self._ids += [int(number) for number in value.reshape(-1).tolist()]
        text = self._new_text()
        if text and not text.endswith("\ufffd"):  # else a character is still missing bytes
            self._hand_on(text)

    def end(self) -> None:
        self._hand_on(self._new_text())

    def _new_text(self) -> str:
        """Decoded with the tokens before, since some tokenizers drop a text's first space."""
        before = self._decode(self._ids[self._begin : self._read])
        return self._decode(self._ids[self._begin :])[len(before) :]

    def _hand_on(self, text: str) -> None:
        self._begin, self._read = self._read, len(self._ids)
        if text:
            self._pieces.put(text)

    def _decode(self, ids: list[int]) -> str:
        return str(
            self._tokenizer.decode(
                ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )
