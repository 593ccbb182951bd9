"""Questions about a whole: recognised with reserve, answered with exact quotes from everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeFolder
from openpyxl import Workbook

from index.embedding import HashingEmbedder
from index.index import Index, Snapshot
from index.types import Scope
from rag.overview import overview
from rag.overviews.answers import Overview
from rag.overviews.questions import Wish, requests
from rag.overviews.things import pattern_of
from rag.types import AnswerKind

HANDBOOK = """# Gannet rowing club handbook

This handbook tells members of the rowing club how boats are booked and cleaned.

## 1 Booking

Boats are booked in the blue book at the boat house by the member who steers.
A booking lapses when the crew is more than ten minutes late on the day.
The fee for a guest is £4 for each outing on the river.

## 2 Cleaning

Every boat is rinsed with fresh water after each outing on the sea.
Oars are dried and hung up with the blades to the wall of the shed.
Reports of damage are handed in within two days of the outing.

## 3 Dates

- Subscriptions are paid by 31 January 2025.
- Entry forms for the regatta are due on 4 May 2025.
- The club was founded on 9 June 1911 by nine fishermen.
"""
POLICY = """# Harbour parking policy

Cars are parked behind the net loft with a permit on the windscreen.

## Permits

A permit costs £30 and is renewed by 1 March of each year.
Write to permits@harbour.example for a second one.
"""


@pytest.fixture
def snapshot(tmp_path: Path, make_folder: MakeFolder) -> Iterator[Snapshot]:
    folder = make_folder({"handbook.md": HANDBOOK, "parking-2024.md": POLICY})
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([folder])
        with index.snapshot() as found:
            yield found


def asked(snapshot: Snapshot, question: str, scope: Scope | None = None) -> Overview:
    found = overview(question, snapshot, HashingEmbedder(), scope=scope)
    assert found is not None
    return found


def texts(found: Overview) -> list[str]:
    return [sentence.text for sentence in found.answer.sentences]


# ---- recognising ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "wish", "target", "what"),
    [
        ("What is this document about?", Wish.ABOUT, "this document", ""),
        ("what's it about", Wish.ABOUT, "it", ""),
        ("summarise section 3", Wish.SUMMARY, "section 3", ""),
        (
            "Give me a short summary of the handbook, please",
            Wish.SUMMARY,
            "the handbook, please",
            "",
        ),
        ("Summarize the handbook in three sentences.", Wish.SUMMARY, "the handbook", ""),
        ("What are the key points of the policy?", Wish.SUMMARY, "the policy", ""),
        ("tl;dr", Wish.SUMMARY, "", ""),
        ("list all deadlines", Wish.LIST, "", "deadlines"),
        ("What are all the deadlines in the handbook?", Wish.LIST, "the handbook", "deadlines"),
        ("show me every price in the policy", Wish.LIST, "the policy", "price"),
        ("which dates are mentioned?", Wish.LIST, "", "dates"),
        ("Find all mentions of permits", Wish.LIST, "permits", "mentions"),
    ],
)
def test_whole_document_questions(question: str, wish: Wish, target: str, what: str) -> None:
    first = requests(question)[0]
    assert (first.wish, first.target, first.what) == (wish, target, what)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "When is the deadline for the regatta?",
        "What is the fee for a guest?",
        "How many boats are there?",
        "What does a permit cost?",
        "Who founded the club?",
        "What are the opening hours?",
        "Which boats are rinsed?",
        "What properties are there?",
        "What is all the fuss with permits?",
        "Name two boats of the club.",
        "Is there a summary?",
        "How do I summarise a text with the machine?",
        "deadlines",
        "list " + "all deadlines " * 30,
    ],
)
def test_questions_of_fact_are_none(question: str) -> None:
    assert requests(question) == []


@pytest.mark.parametrize(
    "question",
    [
        "What is Don Quixote about?",
        "What does the damage cover?",
        "What does booking contain?",
        "summarise section 9",
        "summarise the section on whales",
        "list all submarines",
        "What is in the shed?",
    ],
)
def test_what_is_not_there_goes_the_usual_way(snapshot: Snapshot, question: str) -> None:
    assert overview(question, snapshot, HashingEmbedder()) is None


# ---- summaries -----------------------------------------------------------------------------


def test_what_a_document_is_about(snapshot: Snapshot) -> None:
    found = asked(snapshot, "What is the handbook about?")
    assert texts(found)[0] == (
        "This handbook tells members of the rowing club how boats are booked and cleaned."
    )
    assert len(texts(found)) == 3
    assert {c.title for c in found.answer.citations} == {"Gannet rowing club handbook"}
    assert found.answer.question == "What is the handbook about?"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("summarise section 2", "rinsed"),
        ("summarise section two of the handbook", "rinsed"),
        ("give me an overview of chapter 2", "rinsed"),
        ("summarise the cleaning section", "rinsed"),
        ("summarise the section on permits", "renewed by 1 March"),
        ("what is section 1 about?", "blue book"),
        ("summarise the second section of the handbook", "rinsed"),
        ("sum up the last section of the handbook", "regatta"),
    ],
)
def test_sections_are_found(snapshot: Snapshot, question: str, words: str) -> None:
    found = asked(snapshot, question)
    assert words in " ".join(texts(found))
    assert found.answer.kind is AnswerKind.EXTRACTIVE
    assert len({citation.document_id for citation in found.answer.citations}) == 1


def test_everything_gives_each_document_its_say(snapshot: Snapshot) -> None:
    for question in ("What are these documents about?", "summary", "summarise all documents"):
        found = asked(snapshot, question)
        assert len({citation.document_id for citation in found.answer.citations}) == 2


def test_file_names_and_titles_name_a_document(snapshot: Snapshot) -> None:
    for question in ("summarise parking-2024.md", "summarise the parking policy", "tl;dr parking"):
        sources = {c.source for c in asked(snapshot, question).answer.citations}
        assert {Path(source).name for source in sources} == {"parking-2024.md"}


def test_every_sheet_of_a_workbook_has_its_say(tmp_path: Path) -> None:
    book = Workbook()
    for name, rows in {
        "Boats": [("Boat", "Built"), *((f"Gannet {n}", 1990 + n) for n in range(20))],
        "Oars": [("Oar", "Length in cm"), ("Blue pair", 370), ("Red pair", 372)],
        "Keys": [("Key", "Holder"), ("Boat house", "Ines Vogt"), ("Office", "Jon Teale")],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    (tmp_path / "docs").mkdir()
    book.save(tmp_path / "docs" / "inventory.xlsx")
    with Index.open(tmp_path / "index", HashingEmbedder()) as index:
        index.sync([tmp_path / "docs"])
        with index.snapshot() as found:
            cited = asked(found, "What is inventory.xlsx about?").answer.citations
    assert [citation.pages for citation in cited] == [(1,), (2,), (3,)]


def test_quotes_are_exact_and_in_order(snapshot: Snapshot) -> None:
    for question in ("summarise the handbook", "list all dates", "list all boats"):
        found = asked(snapshot, question)
        places = [(c.title, c.start) for c in found.answer.citations]
        assert places == sorted(places)
        for citation in found.answer.citations:
            document = snapshot.document(citation.document_id)
            assert document is not None
            assert document.text[citation.start : citation.end] == citation.quote


# ---- lists ---------------------------------------------------------------------------------


def test_deadlines_are_listed_from_every_passage(snapshot: Snapshot) -> None:
    found = asked(snapshot, "list all deadlines")
    assert texts(found) == [
        "Reports of damage are handed in within two days of the outing.",
        "Subscriptions are paid by 31 January 2025.",
        "Entry forms for the regatta are due on 4 May 2025.",
        "A permit costs £30 and is renewed by 1 March of each year.",
    ]
    assert found.checked == found.total == len(snapshot)
    everything = f"{len(snapshot)} of {len(snapshot)} passages checked"
    assert found.note == f"{everything} for deadlines: 4 found in 2 documents."


def test_lists_keep_to_a_document_a_section_or_a_scope(snapshot: Snapshot) -> None:
    assert len(texts(asked(snapshot, "list all deadlines in the handbook"))) == 3
    assert len(texts(asked(snapshot, "list all deadlines in section 2"))) == 1
    source = next(i.source for i in snapshot.infos().values() if "parking" in i.source)
    found = asked(snapshot, "list all deadlines", Scope(sources=(source,)))
    assert len(texts(found)) == 1
    assert found.checked < len(snapshot)


def test_a_list_leaves_no_document_out(tmp_path: Path, make_folder: MakeFolder) -> None:
    files = {
        f"note {n}.md": f"# Note {n}\n\nThe form {n} is due on 4 May 2025.\n" for n in range(20)
    }
    with Index.open(tmp_path / "many", HashingEmbedder()) as index:
        index.sync([make_folder(files)])
        with index.snapshot() as snapshot:
            for question in ("list all deadlines", "list all deadlines in all documents"):
                found = asked(snapshot, question)
                assert found.checked == len(snapshot) == 20
                assert len(texts(found)) == 20
            few = asked(snapshot, "summary")
            assert len({c.document_id for c in few.answer.citations}) == 8
            assert "12 further documents were not read" in few.note


def test_a_sheet_is_told_by_its_rows(tmp_path: Path, make_folder: MakeFolder) -> None:
    with Index.open(tmp_path / "sheet", HashingEmbedder()) as index:
        index.sync([make_folder({"boats.md": "| Boat | Seats |\n| - | - |\n| Gannet | 4 |\n"})])
        with index.snapshot() as snapshot:
            assert "Gannet" in texts(asked(snapshot, "What is this spreadsheet about?"))[0]


def test_text_without_blanks_can_be_summed_up(tmp_path: Path, make_folder: MakeFolder) -> None:
    text = "# 手册\n\n赛艇俱乐部的所有船只都可以在船屋的蓝色登记簿中预订。每条船都要用淡水冲洗。\n"
    with Index.open(tmp_path / "other", HashingEmbedder()) as index:
        index.sync([make_folder({"handbook-zh.md": text})])
        with index.snapshot() as snapshot:
            assert "蓝色登记簿" in texts(asked(snapshot, "What is this document about?"))[0]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("list all prices", 2),
        ("list all fees", 2),
        ("show all e-mail addresses", 1),
        ("list every date", 4),
        ("list all members", 2),
        ("list all fishermen", 1),
    ],
)
def test_kinds_of_things(snapshot: Snapshot, question: str, count: int) -> None:
    assert len(texts(asked(snapshot, question))) == count


def test_an_empty_list_says_how_much_was_read(snapshot: Snapshot) -> None:
    found = asked(snapshot, "list all phone numbers")
    assert found.answer.declined
    assert found.note == (
        f"{len(snapshot)} of {len(snapshot)} passages checked for phone numbers, none found."
    )


def test_follow_ups_are_read_as_they_were_meant(snapshot: Snapshot) -> None:
    embedder = HashingEmbedder()
    meant = overview("summarise it", snapshot, embedder, standalone="summarise the parking policy")
    assert meant is not None
    assert len({citation.document_id for citation in meant.answer.citations}) == 1
    pointed = "What is this document about (Gannet)?"
    assert overview("What is this document about?", snapshot, embedder, standalone=pointed)


@pytest.mark.parametrize(
    ("thing", "text", "holds"),
    [
        ("deadlines", "Hand it in by Friday.", True),
        ("deadlines", "Invoices are due within 21 days.", True),
        ("deadlines", "Give two months' notice.", True),
        ("deadlines", "Open from 9:00 until 17:00 on Mondays.", False),
        ("deadlines", "The library began in 1908, paid for by a legacy.", False),
        ("deadlines", "Task: Music | Until: 9 May", True),
        ("prices", "It costs 20 cents.", True),
        ("prices", "It has 20 rooms.", False),
        ("phone numbers", "Call +44 20 7946 0018.", True),
        ("phone numbers", "From 12.05.2020 to 13.05.2021.", False),
        ("names and dates", "It began on 4 May.", True),
        ("percentages", "by 4 per cent", True),
        ("obligations", "The tenant shall not smoke.", True),
        ("people", "It was built by Robert Stevenson.", True),
    ],
)
def test_things_known_by_their_form(thing: str, text: str, holds: bool) -> None:
    test = pattern_of(thing)
    assert test is not None
    assert test(text, ()) is holds


def test_numbers_in_a_scope(snapshot: Snapshot) -> None:
    everything = {number for number, _ in snapshot.all_chunks()}
    source = next(i.source for i in snapshot.infos().values() if "parking" in i.source)
    inside = snapshot.numbers_in(Scope(sources=(source,)))
    assert inside is not None
    assert inside < everything
    assert snapshot.numbers_in(Scope()) is None


@pytest.mark.parametrize(
    "question",
    [
        "What documents do you have?",
        "Which files are there?",
        "how many documents are there",
        "How many files have I uploaded?",
        "List all documents.",
        "show me my files",
        "What can I ask?",
        "What do you know about?",
    ],
)
def test_which_documents_there_are(snapshot: Snapshot, question: str) -> None:
    found = asked(snapshot, question)
    assert texts(found) == ["Gannet rowing club handbook", "Harbour parking policy"]
    assert found.answer.text == "- Gannet rowing club handbook [1]\n- Harbour parking policy [2]"
    assert found.note == "2 documents can be asked; each footnote shows how one begins."
    for citation in found.answer.citations:
        document = snapshot.document(citation.document_id)
        assert document is not None
        assert document.text[citation.start : citation.end] == citation.quote


def test_documents_about_something_are_told_by_their_names(snapshot: Snapshot) -> None:
    found = asked(snapshot, "List all documents about the parking in 2024")
    assert texts(found) == ["Harbour parking policy"]
    assert found.note.startswith("1 of 2 documents have this in their names")
    nothing = overview("Which documents are there about heating?", snapshot, HashingEmbedder())
    assert nothing is None


@pytest.mark.parametrize(
    "question",
    [
        "What documents do I need for the permit?",
        "Which files are backed up?",
        "How many documents are handed in?",
        "What files does the program write?",
        "What do you know about the regatta?",
        "What can I ask the steward for?",
    ],
)
def test_documents_in_a_question_of_fact(question: str) -> None:
    assert not [one for one in requests(question) if one.wish is Wish.INVENTORY]


def test_a_section_that_is_not_there_is_said_to_be_missing(snapshot: Snapshot) -> None:
    found = asked(snapshot, "Summarise section 9 of the Gannet handbook")
    assert found.answer.kind is AnswerKind.REFUSED
    assert found.note == (
        "There is no section 9 in Gannet rowing club handbook; it has: 1 Booking; 2 Cleaning;"
        " 3 Dates."
    )
    unnamed = overview("Summarise section 9 of the tide table", snapshot, HashingEmbedder())
    assert unnamed is None
