"""The sample documents and questions: complete, balanced, and every quote really there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.datasets import Question, load_set
from eval.metrics import holds
from index.loading import Sandbox
from index.types import Document

SAMPLES = load_set("samples")
PATHS = sorted(path for path in SAMPLES.documents.iterdir() if path.is_file())
ANSWERABLE = [question for question in SAMPLES.questions if question.evidence]
MEGABYTE = 1_000_000


def plain(text: str) -> str:
    """Single spaces, as quotes are written."""
    return " ".join(text.split())


def read(paths: list[Path]) -> dict[str, Document]:
    with Sandbox() as sandbox:
        return {f"documents/{path.name}": sandbox.load(path, path.name) for path in paths}


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return read(PATHS)


def test_there_are_enough_documents_in_enough_formats() -> None:
    assert len(PATHS) >= 14
    assert {path.suffix for path in PATHS} == {".docx", ".html", ".md", ".pdf", ".txt"}
    assert sum(path.stat().st_size for path in PATHS) < MEGABYTE


def test_every_document_has_a_readable_length(documents: dict[str, Document]) -> None:
    words = {name: len(document.text.split()) for name, document in documents.items()}
    assert {name: count for name, count in words.items() if not 400 <= count <= 1500} == {}


def test_every_document_is_read_whole(documents: dict[str, Document]) -> None:
    assert {name: found.warnings for name, found in documents.items() if found.warnings} == {}


def test_every_document_is_cited_by_a_question() -> None:
    cited = {evidence.source for question in ANSWERABLE for evidence in question.evidence}
    assert cited == {f"documents/{path.name}" for path in PATHS}


def test_ids_and_questions_are_unique() -> None:
    for values in (
        [question.id for question in SAMPLES.questions],
        [question.question for question in SAMPLES.questions],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_types_and_splits_are_balanced() -> None:
    counts = Counter((question.type.value, question.split) for question in SAMPLES.questions)
    expected = {
        "fact": 3,
        "number": 4,
        "date": 3,
        "list": 3,
        "table": 3,
        "yes-no": 2,
        "why-how": 2,
        "definition": 2,
        "comparison": 2,
        "unanswerable": 8,
    }
    assert counts == {
        (kind, split): count for kind, count in expected.items() for split in ("dev", "test")
    }


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.id)
def test_every_quote_stands_in_its_document(
    question: Question, documents: dict[str, Document]
) -> None:
    for evidence in question.evidence:
        assert plain(evidence.quote) == evidence.quote
        assert evidence.quote in plain(documents[evidence.source].text)


def quotes_hold_an_answer(question: Question) -> bool:
    return any(
        holds(evidence.quote, variant)
        for evidence in question.evidence
        for variant in question.answers
    )


def test_every_answer_can_be_read_off_its_quotes() -> None:
    assert [question.id for question in ANSWERABLE if not quotes_hold_an_answer(question)] == []


def test_a_yes_or_no_comes_with_the_deciding_words() -> None:
    bare = {"yes", "no"}
    alone = [question.id for question in ANSWERABLE if set(question.answers) <= bare]
    assert alone == []


def test_the_two_travel_policies_disagree_and_are_dated(documents: dict[str, Document]) -> None:
    old = documents["documents/travel-policy-2021.md"]
    new = documents["documents/travel-policy-2024.docx"]
    assert (old.modified or "").startswith("2021-03-01")
    assert (new.modified or "").startswith("2024-04-15")
    for subject, before, after in (
        ("The limit for a hotel room is", "£120 a night", "£155 a night"),
        ("The daily meal allowance is", "£34 for a full day", "£46 for a full day"),
    ):
        assert f"{subject} {before}" in plain(old.text)
        assert f"{subject} now {after}" in plain(new.text)


def test_the_script_still_makes_the_documents_that_are_kept(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    pytest.importorskip("reportlab", reason="reportlab sets the PDF samples; it is not installed")
    from eval.sets.samples.make_documents import make

    made = read(make(tmp_path))
    assert len(made) >= 7
    assert {name: found.text for name, found in made.items()} == {
        name: documents[name].text for name in made
    }


def test_the_set_is_complete() -> None:
    assert len(SAMPLES.questions) == 64
    assert (SAMPLES.documents.parent / "README.md").is_file()
