"""What changed between two documents: which two are meant, and what they say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeFolder
from test_rag_overview import asked

from index.embedding import HashingEmbedder
from index.index import Index, Snapshot
from index.types import DocumentInfo, Scope
from rag.overview import overview
from rag.overviews.changes import in_figures
from rag.overviews.questions import Wish, requests
from rag.overviews.versions import compared_documents
from rag.types import Opening

OLD = """# Mooring rules 2021

A mooring in the inner harbour costs £120 a year.
Owners paint the number of the mooring on the buoy.
Boats longer than nine metres lie at the outer wall.
A donkey may be tied to the pump on market days.
"""
NEW = """# Mooring rules 2024

A mooring in the inner harbour costs £155 a year.
Owners paint the number of the mooring on the buoy.
Boats longer than nine metres lie at the outer wall.
The harbour office answers by e-mail within a week.
"""
INFOS = {
    name: DocumentInfo(name, (f"/docs/{name}",), title, None, date, None, 1, date is None)
    for name, title, date in (
        ("mooring-2024.md", "Mooring rules 2024", "2024-01-02"),
        ("mooring-2021.md", "Mooring rules 2021", "2021-02-01"),
        ("ferry-2014.md", "Ferry times 2014", None),
        ("ferry-2013.md", "Ferry times 2013", None),
        ("zinc.md", "About zinc", None),
        ("tea.md", "Tea", None),
        ("coffee.md", "Coffee", None),
        ("annual.md", "Annual leave policy", None),
        ("sick.md", "Sick leave policy", None),
    )
}


@pytest.fixture
def snapshot(tmp_path: Path, make_folder: MakeFolder) -> Iterator[Snapshot]:
    folder = make_folder({"mooring-2024.md": NEW, "mooring-2021.md": OLD})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            yield found


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("What changed between the 2021 and the 2024 rules?", "the 2021", "the 2024 rules"),
        ("What is different in b.pdf compared to a.pdf?", "a.pdf", "b.pdf"),
        ("Compare the old lease with the new lease", "the old lease", "the new lease"),
        ("How does the new lease differ from the old one?", "the old one", "the new lease"),
        ("What changed in the lease from 2021 to 2024?", "the lease 2021", "the lease 2024"),
        ("What's new in the lease?", "the lease", ""),
        ("What are the differences between both versions?", "both both versions", ""),
        ("List the changes from a.pdf to b.pdf", "a.pdf", "b.pdf"),
    ],
)
def test_questions_about_changes_are_recognised(question: str, one: str, other: str) -> None:
    (request,) = requests(question)
    assert (request.wish, request.target, request.other) == (Wish.CHANGES, one, other)


@pytest.mark.parametrize(
    "question",
    [
        "What has changed since 2021?",
        "Who changed the lease?",
        "What changes are planned?",
        "How do I compare two files?",
        "Is the new lease different?",
        "What was the change in rent from 2019 to 2024?",
    ],
)
def test_others_are_not(question: str) -> None:
    assert not any(request.wish is Wish.CHANGES for request in requests(question))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the 2021", "the 2024 mooring rules"),
        ("the mooring rules of 2024", "those of 2021"),
        ("mooring-2024.md", "mooring-2021.md"),
        ("the mooring rules", ""),
        ("both versions of the mooring rules", ""),
        ("the new mooring rules 2024", "the old mooring rules 2021"),
    ],
)
def test_two_documents_are_found_the_older_first(one: str, other: str) -> None:
    found = compared_documents(one, other, INFOS)
    assert found is not None
    assert [info.id for info in found] == ["mooring-2021.md", "mooring-2024.md"]


def test_years_in_names_stand_in_for_dates() -> None:
    found = compared_documents("ferry times 2014", "ferry times 2013", INFOS)
    assert found is not None
    assert [info.id for info in found] == ["ferry-2013.md", "ferry-2014.md"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zinc", "tin"),
        ("2021", "2024"),
        ("2014", ""),
        ("the rules", "the times"),
        ("these two documents", ""),
        ("about zinc", "about zinc"),
        ("about zinc", "ferry times 2014"),
        ("tea", "coffee"),
        ("the annual leave policy", "the sick leave policy"),
        ("this document", ""),
    ],
)
def test_anything_else_names_no_two_documents(one: str, other: str) -> None:
    assert compared_documents(one, other, INFOS) is None


def test_changes_are_quoted_from_both_the_older_first(snapshot: Snapshot) -> None:
    for question in (
        "What changed between the 2024 and the 2021 mooring rules?",
        "What is different between these two documents?",
    ):
        found = asked(snapshot, question)
        told = [(sentence.opening, sentence.text) for sentence in found.answer.sentences]
        assert told == [
            (Opening.ITEM, "A mooring in the inner harbour costs £120 a year."),
            (Opening.BESIDE, "A mooring in the inner harbour costs £155 a year."),
            (Opening.ITEM, "A donkey may be tied to the pump on market days."),
            (Opening.ITEM, "The harbour office answers by e-mail within a week."),
        ]
        assert found.note == (
            "1 line with what Mooring rules 2021 says and then what Mooring rules 2024 says "
            "instead; 1 line from Mooring rules 2021 alone; 1 line from Mooring rules 2024 alone. "
            "2 sentences stand in both word for word."
        )
        for citation in found.answer.citations:
            document = snapshot.document(citation.document_id)
            assert document is not None
            assert document.text[citation.start : citation.end] == citation.quote


def test_a_document_outside_the_scope_is_not_compared(snapshot: Snapshot) -> None:
    sources = [source for info in snapshot.infos().values() for source in info.sources]
    scope = Scope(sources=(sources[0],))
    question = "What changed between the 2021 and the 2024 mooring rules?"
    assert overview(question, snapshot, HashingEmbedder(), scope=scope) is None


def test_documents_that_say_the_same_are_said_to(tmp_path: Path, make_folder: MakeFolder) -> None:
    folder = make_folder({"a.md": OLD, "b.md": OLD.replace("# Mooring rules", "# Quay rules")})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            told = asked(found, "What is different between a.md and b.md?")
    costs = "A mooring in the inner harbour costs £120 a year."
    assert [sentence.text for sentence in told.answer.sentences] == [costs, costs]
    assert told.note.endswith("say the same in all 4 sentences.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rent: €500.", "Rent: €900."),
        ("It costs £500.", "It costs €500."),
        ("Keep it at -5 °C.", "Keep it at 5 °C."),
        ("停泊费每年一百二十镑。", "停泊费每年二百镑。"),
    ],
)
def test_a_sign_a_currency_and_short_lines_are_changes(
    tmp_path: Path, make_folder: MakeFolder, before: str, after: str
) -> None:
    same = "The boat lies at the quay.\n\nThe pump is blue."
    folder = make_folder({"a.md": f"{same}\n\n{before}\n", "b.md": f"{same}\n\n{after}\n"})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            told = asked(found, "What is different between a.md and b.md?")
    assert {sentence.text for sentence in told.answer.sentences} == {before, after}


def test_rows_are_paired_by_how_they_begin(tmp_path: Path, make_folder: MakeFolder) -> None:
    tables = {
        year: "Flat,Tenant,Rent\n" + "".join(f"F{n},Tenant {n},{base + 10 * n}\n" for n in range(6))
        for year, base in ((2019, 500), (2024, 510))
    }
    folder = make_folder({f"rents-{year}.csv": table for year, table in tables.items()})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            told = asked(found, "What changed from rents-2019.csv to rents-2024.csv?")
    flats = [sentence.text.split(" | ")[0] for sentence in told.answer.sentences]
    assert flats == [f"Flat: F{n}" for n in range(6) for _ in range(2)]


def test_two_documents_with_little_in_common_are_not_compared(
    tmp_path: Path, make_folder: MakeFolder
) -> None:
    folder = make_folder({"Lease.md": "A cat costs five.\n", "Will.md": "The house goes to Ann.\n"})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            question = "What is different between these two documents?"
            assert overview(question, found, HashingEmbedder()) is None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("It costs £80.", "It costs £95 now.", True),
        ("Signed on 2 April 2019.", "Signed on 3 April 2019.", True),
        ("It costs £80 a year.", "£80 is what it costs a year.", False),
    ],
)
def test_differences_in_figures_are_told(one: str, other: str, differ: bool) -> None:
    assert in_figures(one, other) is differ
