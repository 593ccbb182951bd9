"""An answer that a person asks for although it was declined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_assistant import Paced, paced

from rag.assistant import ANYWAY
from rag.language_model import ScriptedModel
from rag.prompts import NOT_SAID
from rag.types import AnswerKind, Verdict

LEFT_OPEN = "Who swept the quasar telescope mirror platform room?"


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Paced]:
    made = paced(tmp_path, {"a.txt": "Room 7 is swept on day 7.", "b.txt": "The house is red."})
    yield made
    made.close()


def test_a_declined_answer_is_quoted_with_a_note(assistant: Paced) -> None:
    assert assistant.ask(LEFT_OPEN).declined
    answer = assistant.ask(LEFT_OPEN, anyway=True)
    assert answer.kind is AnswerKind.EXTRACTIVE
    assert answer.notes == (ANYWAY,)
    assert answer.citations[0].verdict is Verdict.SUPPORTED
    document = assistant.document(answer.citations[0].document_id)
    assert document is not None
    assert answer.citations[0].quote in document.text


def test_only_the_last_snapshot_carries_the_note(assistant: Paced) -> None:
    *early, last = assistant.stream(LEFT_OPEN, anyway=True)
    assert last.notes == (ANYWAY,)
    assert all(not step.final and not step.notes for step in early)


def test_nothing_to_quote_is_still_a_refusal(assistant: Paced) -> None:
    assert assistant.ask("?!", anyway=True).declined
    empty = assistant.ask("", anyway=True)
    assert empty.declined
    assert empty.notes == ()


def test_a_language_model_that_finds_nothing_does_not_decline_again(assistant: Paced) -> None:
    model = ScriptedModel((NOT_SAID,), name="wren")
    answer = assistant.answering_with(model).ask(LEFT_OPEN, anyway=True)
    assert not answer.declined
    assert ANYWAY in answer.notes
    assert answer.sentences
