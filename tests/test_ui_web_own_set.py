"""A correction becomes a question of the person's own evaluation set, which loads and measures."""

from __future__ import annotations

from pathlib import Path

import pytest
from ui_assistant import Paced, paced

from eval.datasets import QuestionType, load_set
from eval.formats import open_set
from rag.places import data_folder
from rag.types import Answer
from ui.conversations import Kept
from ui.own_set import NOT_SAID, folder, take


@pytest.fixture
def made(tmp_path: Path) -> Paced:
    files = {
        "handbook.md": "# Leave\n\nEveryone has 28 days.\n\nManagers have 30 days of leave.",
        "other.txt": "The shed has a green door.",
    }
    return paced(tmp_path, files)


def kept(answer: Answer | None, correction: str, turn: int = 7, verdict: int = -1) -> Kept:
    return Kept(turn, "c" * 32, "How many?", answer, "", "2026-01-01", {}, verdict, correction)


def test_a_correction_that_a_document_holds_joins_the_set(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert take(kept(answer, "30 DAYS"), made)
    (question,) = load_set(folder()).questions
    assert question.question == "How many days of leave do managers have?"
    assert (question.type, question.answers) == (QuestionType.NUMBER, ("30 DAYS",))
    (evidence,) = question.evidence
    assert evidence.quote == "Managers have 30 days of leave."
    assert evidence.quote in (folder() / evidence.source).read_text("utf-8")

    assert take(kept(answer, "28 days"), made)  # the person thought again
    assert [each.answers for each in load_set(folder()).questions] == [("28 days",)]
    assert take(kept(answer, "30 days", turn=8), made)
    assert len(load_set(folder()).questions) == 2
    assert not take(kept(answer, "", verdict=0), made)  # taken back
    assert [each.answers for each in load_set(folder()).questions] == [("30 days",)]


def test_what_no_document_says_joins_as_unanswerable_or_not_at_all(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert not take(kept(answer, "31 days and a half"), made)
    assert not take(kept(answer, "", verdict=1), made)
    assert not (folder() / "questions.jsonl").exists()
    assert take(kept(answer, NOT_SAID), made)
    (question,) = load_set(folder()).questions
    assert (question.type, question.answers) == (QuestionType.UNANSWERABLE, ())
    assert any((folder() / "documents").iterdir())


def test_what_was_corrected_in_the_chat_is_the_set_called_mine(made: Paced) -> None:
    answer = made.ask("How many days of leave do managers have?")
    assert take(kept(answer, "30 days"), made)
    assert open_set("mine", data_folder()).questions == load_set(folder()).questions
