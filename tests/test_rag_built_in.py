"""The real embedder and the shipped reader over sample documents, and what damage to it says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.datasets import load_set
from index.errors import ModelError
from rag.assistant import Assistant, shared_reader
from rag.reader_model import ReaderModel
from rag.settings import Settings
from rag.types import AnswerKind, RefusalReason

SAMPLES = load_set("samples").documents
CHOSEN = ("tenancy-agreement.pdf", "travel-policy-2021.md", "travel-policy-2024.docx")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("real")
    paths = [SAMPLES / name for name in CHOSEN]
    with Assistant.open(documents=paths, index=folder / "index", settings=Settings()) as opened:
        yield opened


def test_an_answer_with_its_page_and_confidence(assistant: Assistant) -> None:
    answer = assistant.ask("How much is the rent?")
    assert answer.kind is AnswerKind.EXTRACTIVE
    assert "£985" in answer.text
    assert answer.citations[0].pages == (1,)
    assert answer.confidence is not None
    assert answer.confidence > 0.5
    assert answer.model == "built-in reader"


def test_two_versions_that_disagree_are_both_shown(assistant: Assistant) -> None:
    answer = assistant.ask("What is the limit for a hotel room?")
    assert "£155" in answer.text
    assert "£120" in answer.text
    assert {p.document.modified for p in answer.conflicts} == {"2021-03-01", "2024-04-15"}


def test_another_subject_is_refused_as_such(assistant: Assistant) -> None:
    answer = assistant.ask("Who painted the ceiling of the Sistine Chapel?")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.NOTHING_FOUND
    assert "Sistine" in answer.refusal.missing_words


def test_a_name_that_no_document_holds_is_not_answered_for_another(assistant: Assistant) -> None:
    answer = assistant.ask("How much rent does Mr Zylberstein pay?")
    assert answer.declined


@pytest.fixture(scope="module")
def of_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "Norway_trip.md").write_text(
        "# Plan for August\n\n| Day | Hotel | Price |\n| --- | --- | --- |\n"
        "| Sun 2 Aug | Skipperen | £90 |\n| Thu 6 Aug | Fjordhotell | £140 |\n"
        "| Fri 7 Aug | Bryggen | £75 |\n"
    )
    (folder / "members.csv").write_text(
        "No,Member,Sport,Phone\n101,Ann Lee,Tennis,41 07\n104,Bo Ray,Bowls,\n"
        "109,Cy Orr,Tennis,41 99\n113,Dee Fox,Chess,\n"
    )
    (folder / "note.txt").write_text("Dee Fox can be reached by phone on 41 62 after six.\n")
    with Assistant.open(documents=[folder], index=folder / "index", settings=Settings()) as opened:
        yield opened


def test_a_question_for_yes_or_no_may_leave_out_its_verb(tmp_path: Path) -> None:
    (tmp_path / "camera.md").write_text(
        "# Camera\n\n## Multi-shot\n\nFlash cannot be used with 16-shot. The longest exposure is 8 "
        "seconds for each frame.\n",
        encoding="utf-8",
    )
    with Assistant.open(documents=[tmp_path / "camera.md"], index=tmp_path / "index") as opened:
        assert opened.ask("flash with 16-shot possible?").short == "No"


def test_the_most_and_least_of_a_table_are_told(of_tables: Assistant) -> None:
    answer = of_tables.ask("Which hotel is the cheapest?")
    assert answer.short == "Bryggen"
    assert [c.quote for c in answer.citations] == [answer.sentences[0].text]
    assert of_tables.ask("Which hotel is the most expensive?").short == "Fjordhotell"


def test_rows_are_counted_and_shown(of_tables: Assistant) -> None:
    answer = of_tables.ask("How many members play tennis?")
    assert answer.short == "2 rows"
    assert len(answer.citations) == 2


def test_a_column_is_added_up_and_its_rows_shown(of_tables: Assistant) -> None:
    answer = of_tables.ask("What do the three hotels cost in total?")
    assert answer.short == "£305 (sum of “Price” in 3 rows)"
    assert len(answer.citations) == 3


def test_a_cell_that_is_empty_is_told(of_tables: Assistant) -> None:
    answer = of_tables.ask("What is Bo Ray's phone number?")
    assert answer.short == "“Phone” is left empty"
    assert "Bo Ray" in answer.citations[0].quote
    assert of_tables.ask("What is Cy Orr's phone number?").short == "41 99"
    assert of_tables.ask("Which members have no phone?").short == "2 rows leave “Phone” empty"


def test_what_another_document_says_goes_before_an_empty_cell(of_tables: Assistant) -> None:
    answer = of_tables.ask("What is Dee Fox's phone number?")
    assert "41 62" in answer.text


def test_the_files_name_is_known_to_a_question(of_tables: Assistant) -> None:
    refusal = of_tables.ask("Where do we sleep on Thursday in Norway?").refusal
    assert refusal is not None
    assert refusal.missing_words == ("sleep",)


@pytest.mark.parametrize(
    "question", ["rent", "loyer mensuel?", "rent " * 1900, "家賃はいくらですか"]
)
def test_odd_questions_get_an_answer_or_a_refusal(assistant: Assistant, question: str) -> None:
    assert isinstance(assistant.ask(question).text, str)


@pytest.mark.parametrize("harm", ["missing", "cut", "altered"])
def test_damaged_weights_are_named_once_and_by_the_doctor(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(Path("rag/weights").resolve(), folder)
    file = folder / "reader.safetensors"
    data = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(data[:-9] if harm == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    load = ReaderModel.load
    monkeypatch.setattr(ReaderModel, "load", lambda: load(folder))
    shared_reader.cache_clear()
    with Assistant.open(index=assistant.index.folder, settings=Settings()) as broken:
        with pytest.raises(ModelError, match=r"reader\.safetensors"):
            broken.ask("How much is the rent?")
        assert any("reader.safetensors" in fault for fault in broken.faults())
    shared_reader.cache_clear()
