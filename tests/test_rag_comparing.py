"""Comparisons answered with the real embedder and the shipped reader over documents made here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.datasets import load_set
from index.embedding import HashingEmbedder
from index.index import Index
from rag.assistant import Assistant
from rag.reader import EvidenceReader
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import AnswerKind

SAMPLES = load_set("samples").documents
CHOSEN = (
    "travel-policy-2021.md",
    "travel-policy-2024.docx",
    "tenancy-agreement.pdf",
    "brackwater-library.html",
)
OWN = {
    "vans.md": (
        "# Hire of vans\n\n| Van | Payload | Per day | Deposit |\n|---|---|---|---|\n"
        "| Wren | 620 kg | £44 | £150 |\n| Heron | 980 kg | £58 | £150 |\n"
        "| Heron Plus | 1,400 kg | £81 | £300 |\n"
    ),
    "kettle.md": (
        "# Ostby kettle: user manual\n\nFill the kettle with cold water only. The guarantee of the "
        "Ostby kettle runs for three years from the day of purchase.\n"
    ),
    "lamp.md": (
        "# Arden lamp: leaflet\n\nUse bulbs of at most 9 W. The guarantee of the Arden lamp lasts "
        "eighteen months from the day of purchase.\n"
    ),
    "mills.md": (
        "# Mills of the valley\n\nThe Upper Mill was built in 1788 by the Harper family. The Lower "
        "Mill was built in 1831, after the flood. A guided tour of the Upper Mill costs €6.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("comparing")
    for name, text in OWN.items():
        (folder / name).write_text(text, encoding="utf-8")
    paths = [folder / name for name in OWN] + [SAMPLES / name for name in CHOSEN]
    with Assistant.open(documents=paths, index=folder / "index", settings=Settings()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Which costs more per day, the Wren or the Heron?", "the Heron: £58, against £44"),
        ("Does the Heron carry more than the Wren?", "Yes: 980 kg, against 620 kg"),
        ("Is the deposit the same for the Wren and the Heron?", "Yes: £150 in both"),
        (
            "Is the Arden lamp guaranteed for longer than the Ostby kettle?",
            "No: eighteen months, against three years",
        ),
        ("Which is older, the Upper Mill or the Lower Mill?", "the Upper Mill: 1788, against 1831"),
        ("Was the Lower Mill built before the Upper Mill?", "No: 1831, against 1788"),
        (
            "Who asks more: my landlord for a lost key or the library for a lost card?",
            "your landlord for a lost key: £35, against £3",
        ),
        (
            "How did the daily allowance for food change between the old and the new travel rules?",
            "from £34 to £46",
        ),
        (
            "Did the mileage rate for my own car change between the two travel policies?",
            "No: 38 pence in both",
        ),
    ],
)
def test_the_verdict_comes_with_both_values(
    assistant: Assistant, question: str, short: str
) -> None:
    answer = assistant.ask(question)
    assert answer.kind is AnswerKind.EXTRACTIVE
    assert answer.short == short
    assert 0.0 < (answer.confidence or 0.0) < 0.9  # either value may be wrong
    for citation in answer.citations:
        document = assistant.document(citation.document_id)
        assert document is not None
        assert document.text[citation.start : citation.end] == citation.quote


def test_both_documents_are_cited_and_their_passages_come_first(assistant: Assistant) -> None:
    answer = assistant.ask("Is the Arden lamp guaranteed for longer than the Ostby kettle?")
    names = [Path(citation.source).name for citation in answer.citations]
    assert names == ["lamp.md", "kettle.md"]
    assert [Path(p.document.source).name for p in answer.passages[:2]] == names
    assert len({passage.chunk.id for passage in answer.passages}) == len(answer.passages)
    assert "comparing" in answer.timings


@pytest.mark.parametrize(
    "question",
    [
        "Is a tour of the Upper Mill dearer than a lost library card?",  # euros and pounds
        "Is the Arden lamp guaranteed for longer than the Zylberstein toaster?",  # no such thing
        "Which is heavier, the Arden lamp or the Ostby kettle?",  # said of neither
    ],
)
def test_in_doubt_there_is_no_verdict(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert "comparing" not in answer.timings
    assert not (answer.short or "").startswith(("Yes:", "No:", "the "))


def test_where_the_values_are_not_found_no_word_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("Is the Arden lamp heavier than the Ostby kettle?")  # said of neither
    assert answer.short not in ("Yes", "No")


def test_other_questions_are_read_once(assistant: Assistant) -> None:
    answer = assistant.ask("How much does the Wren cost per day?")
    assert "£44" in answer.text
    assert "comparing" not in answer.timings


def test_without_a_calibrated_reader_nothing_is_compared(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "mills.md").write_text(OWN["mills.md"], encoding="utf-8")
    embedder = HashingEmbedder()
    index = Index.open(tmp_path / "index", embedder)
    with Assistant(index, Retriever(embedder), EvidenceReader(embedder), Settings()) as plain:
        plain.sync(roots=[tmp_path / "docs"])
        answer = plain.ask("Which is older, the Upper Mill or the Lower Mill?")
        assert "comparing" not in answer.timings
