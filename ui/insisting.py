"""Answering although it was declined: a person saw the nearest passages and wants them read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.types import Scope
from rag.assistant import Assistant
from rag.language_model import StopFlag
from rag.reader import Reading
from rag.types import Answer, RefusalReason, Turn

NOTE = "You asked for an answer although your documents may not say: check each footnote."


class Insisting(Assistant):
    """Declines only where there is nothing to quote."""

    def __init__(self, other: Assistant) -> None:
        super().__init__(other.index, other._retriever, other._reader, other.settings, other.model)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        stop: StopFlag | None = None,
    ) -> Iterator[Answer]:
        """As `Assistant.stream`, with a note that the answer was asked for anyway."""
        for answer in super().stream(question, history, scope=scope, stop=stop):
            told = answer.final and not answer.declined
            yield replace(answer, notes=(*answer.notes, NOTE)) if told else answer

    def _refuses(
        self, answer: Answer, readings: Sequence[Reading], missing_names: Sequence[str]
    ) -> RefusalReason | None:
        found = super()._refuses(answer, readings, missing_names)
        return None if answer.sentences else found
