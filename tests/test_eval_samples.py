"""The sample documents and questions: complete, balanced, and every quote really there."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from eval.datasets import Evidence, Question, load_set
from eval.metrics import holds
from index.loading import Sandbox
from index.types import Document

SAMPLES = load_set("samples")
FOLDER = SAMPLES.documents.parent
PATHS = sorted(path for path in SAMPLES.documents.iterdir() if path.is_file())
ANSWERABLE = [question for question in SAMPLES.questions if question.evidence]
LINES = (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
ROWS = {row["id"]: row for row in map(json.loads, LINES)}
README = (FOLDER / "README.md").read_text(encoding="utf-8")
MEGABYTE = 1_000_000

#: SHA-256 of every id, history, question, type, answers and split, frozen on 2026-11-21. Evidence
#: is left out: it follows what the loaders extract, and the tests below hold it to that.
FROZEN = "a26ef9e75e7f2ade5fbb134cd64e1748bb0dc14206416556cf28557276894575"


def plain(text: str) -> str:
    """Single spaces, as quotes are written."""
    return " ".join(text.split())


def read(paths: list[Path]) -> dict[str, Document]:
    with Sandbox() as sandbox:
        return {f"documents/{path.name}": sandbox.load(path, path.name) for path in paths}


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return read(PATHS)


def traits(question: Question) -> set[str]:
    """What is said of a question beside its type: follow-up, temporal, look-alike …"""
    return set(ROWS[question.id].get("traits", ()))


def counter_evidence(question: Question) -> list[Evidence]:
    """What the documents say against the premise of a question."""
    return [Evidence(**item) for item in ROWS[question.id].get("contradicted_by", ())]


# --- the documents ------------------------------------------------------------------------------


def test_there_are_enough_documents_in_all_formats() -> None:
    assert len(PATHS) == 26
    formats = ".csv .docx .eml .epub .html .json .jsonl .md .odt .pdf .pptx .rst .rtf .txt .xlsx"
    assert {path.suffix for path in PATHS} == set(formats.split())
    assert all(path.stat().st_size < MEGABYTE / 10 for path in PATHS)
    assert sum(path.stat().st_size for path in PATHS) < MEGABYTE


def test_every_document_has_a_readable_length(documents: dict[str, Document]) -> None:
    words = {name: len(document.text.split()) for name, document in documents.items()}
    assert {name: count for name, count in words.items() if not 400 <= count <= 1500} == {}


def test_every_document_is_read_whole(documents: dict[str, Document]) -> None:
    assert {name: found.warnings for name, found in documents.items() if found.warnings} == {}


def test_every_document_is_cited_by_both_halves() -> None:
    for split in ("dev", "test"):
        asked = [question for question in ANSWERABLE if question.split == split]
        cited = {evidence.source for question in asked for evidence in question.evidence}
        assert cited == {f"documents/{path.name}" for path in PATHS}


def test_two_versions_of_a_document_disagree_and_are_dated(
    documents: dict[str, Document],
) -> None:
    for old, new, dates, pairs in (
        (
            "travel-policy-2021.md",
            "travel-policy-2024.docx",
            ("2021-03-01", "2024-04-15"),
            (
                ("hotel room is £120 a night", "hotel room is now £155 a night"),
                ("allowance is £34 for a full day", "allowance is now £46 for a full day"),
            ),
        ),
        (
            "lift-contract-2019.rtf",
            "lift-contract-2024.odt",
            ("2019-04-02", "2024-03-18"),
            (
                ("yearly fee is £1,320", "yearly fee is £1,476"),
                ("the lift four times a year", "the lift six times a year"),
            ),
        ),
    ):
        for place, name in enumerate((old, new)):
            document = documents[f"documents/{name}"]
            assert (document.modified or "").startswith(dates[place])
            for pair in pairs:
                assert pair[place] in plain(document.text)


def test_the_script_still_makes_the_documents_that_are_kept(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    for library in ("reportlab", "docx", "pptx", "openpyxl"):
        pytest.importorskip(library, reason=f"{library} sets some samples; it is not installed")
    from eval.sets.samples.make_documents import make

    made = read(make(tmp_path))
    assert len(made) == 12
    assert {name: found.text for name, found in made.items()} == {
        name: documents[name].text for name in made
    }


# --- the questions ------------------------------------------------------------------------------


def test_ids_and_questions_are_unique() -> None:
    assert [row["id"] for row in map(json.loads, LINES)] == [
        f"s{number:03}" for number in range(1, len(LINES) + 1)
    ]
    asked = [(row["question"], json.dumps(row.get("history"))) for row in ROWS.values()]
    assert [value for value, count in Counter(asked).items() if count > 1] == []


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = Counter(question.type.value for question in SAMPLES.questions)
    marks = Counter(mark for question in SAMPLES.questions for mark in traits(question))
    assert len(SAMPLES.questions) >= 200
    assert kinds["unanswerable"] >= 50
    assert min(kinds.values()) >= 12
    assert marks["follow-up"] >= 25
    assert (
        marks["look-alike"] >= kinds["unanswerable"] / 2 - 8
    )  # eight more, s049–s056, carry no mark
    assert min(marks[mark] for mark in ("temporal", "false-premise", "two-documents")) >= 12


def test_types_and_traits_are_spread_over_both_halves() -> None:
    whole: Counter[str] = Counter()
    dev: Counter[str] = Counter()
    for question in SAMPLES.questions:
        for mark in (question.type.value, *traits(question)):
            whole[mark] += 1
            dev[mark] += question.split == "dev"
    shares = {mark: dev[mark] / count for mark, count in whole.items() if count >= 10}
    assert {mark: share for mark, share in shares.items() if not 0.35 <= share <= 0.5} == {}


def test_the_questions_are_as_frozen() -> None:
    keys = ("id", "history", "question", "type", "answers", "split")
    frozen = [[row.get(key) for key in keys] for row in ROWS.values()]
    text = json.dumps(frozen, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == FROZEN


def test_a_conversation_is_told_in_full_and_stays_in_one_half() -> None:
    half = {question.question: question.split for question in SAMPLES.questions}
    for question in SAMPLES.questions:
        history = ROWS[question.id].get("history", [])
        assert bool(history) == ("follow-up" in traits(question))
        for turn in history:
            assert set(turn) == {"question", "answer"}
            assert turn["question"].strip()
            assert turn["answer"].strip()
            assert half.get(turn["question"], question.split) == question.split


def test_a_trait_fits_its_type() -> None:
    for question in SAMPLES.questions:
        marks = traits(question)
        if "two-documents" in marks:
            named = {evidence.source for evidence in question.evidence}
            asked = bool(ROWS[question.id].get("history"))
            assert len(named) + asked >= 2, question.id
        absent = question.type.value == "unanswerable"
        assert absent or not marks & {"look-alike", "off-topic", "false-premise"}, question.id
        assert bool(counter_evidence(question)) == ("false-premise" in marks), question.id


@pytest.mark.parametrize("question", SAMPLES.questions, ids=lambda question: question.id)
def test_every_quote_stands_in_its_document(
    question: Question, documents: dict[str, Document]
) -> None:
    for evidence in (*question.evidence, *counter_evidence(question)):
        assert plain(evidence.quote) == evidence.quote
        assert evidence.quote in plain(documents[evidence.source].text)


def rows_of(evidence: Evidence, document: Document) -> list[str]:
    """The blocks in which a quote stands: for a cell of a table, its row."""
    blocks = [plain(document.text[block.start : block.end]) for block in document.blocks]
    return [block for block in blocks if evidence.quote in block]


def test_every_answer_can_be_read_off_its_evidence(documents: dict[str, Document]) -> None:
    for question in ANSWERABLE:
        said = [
            text
            for evidence in question.evidence
            for text in (evidence.quote, *rows_of(evidence, documents[evidence.source]))
        ]
        assert any(holds(text, variant) for text in said for variant in question.answers), (
            question.id
        )


def test_a_quote_says_where_to_look(documents: dict[str, Document]) -> None:
    vague = {
        (question.id, evidence.quote): places
        for question in ANSWERABLE
        for evidence in question.evidence
        if (places := plain(documents[evidence.source].text).count(evidence.quote)) > 4
    }
    assert vague == {}


def test_a_yes_or_no_comes_with_the_deciding_words() -> None:
    bare = {"yes", "no"}
    alone = [question.id for question in ANSWERABLE if set(question.answers) <= bare]
    assert alone == []


# --- what the README says -----------------------------------------------------------------------


def stated(title: str) -> dict[str, tuple[int, ...]]:
    """The rows of the README's table whose first column has this title: name to numbers."""
    table = re.search(rf"^\| {title} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert table is not None
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table[1].splitlines()]
    return {row[0].strip("`"): tuple(int(cell) for cell in row[1:4] if cell) for row in cells}


def halves(names: list[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    """Name to how many there are, in all, in dev, in test."""
    counts = Counter(names)
    return {
        name: (
            counts[name, "dev"] + counts[name, "test"],
            counts[name, "dev"],
            counts[name, "test"],
        )
        for name in {name for name, _ in names}
    }


def test_the_readme_counts_types_traits_and_formats() -> None:
    every = SAMPLES.questions
    types = halves([(question.type.value, question.split) for question in every])
    types["all"] = tuple(map(sum, zip(*types.values(), strict=True)))
    assert stated("Type") == types
    assert stated("Trait") == halves([(mark, one.split) for one in every for mark in traits(one)])
    sources = halves(
        [
            (suffix, question.split)
            for question in every
            for suffix in {Path(evidence.source).suffix for evidence in question.evidence}
        ]
    )
    held = Counter(path.suffix for path in PATHS)
    assert stated("Format") == {
        suffix: (held[suffix], dev, test) for suffix, (_, dev, test) in sources.items()
    }


def test_the_readme_names_every_document() -> None:
    assert [path.name for path in PATHS if f"`{path.name}`" not in README] == []
