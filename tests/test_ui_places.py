"""Where a source stands: slides and sheets are no pages, and sheets have names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.types import Answer, AnswerKind, Citation, Parts, Passage, Sentence, Verdict
from ui.exporting import with_sources
from ui.in_words import in_words
from ui.mcp_tools import passage_text
from ui.places import place, place_of_citation
from ui.printing import print_answer, print_passages
from ui.render import Exchange, exchange
from ui.shelf import shelf_row
from ui.source_panel import passage_panel

WORDS = "Name: Kim | Desk: 4411"
INFO = DocumentInfo("d", ("/home/me/b.xlsx",), "Budget", "en", None, 5, 2)
CHUNK = Chunk("c", "d", 7, 7 + len(WORDS), WORDS, ("Staff", "Night"), (2,), "")
PASSAGE = Passage(CHUNK, INFO, 1.0, Parts())
CITATION = Citation(
    1, "d", INFO.source, "Budget", (2,), 7, 7 + len(WORDS), WORDS, Verdict.SUPPORTED, 0.9
)
ANSWER = Answer(
    "q", "q", AnswerKind.EXTRACTIVE, (Sentence(WORDS, (CITATION,)),), passages=(PASSAGE,)
)


@pytest.mark.parametrize(
    ("source", "numbers", "headings", "said"),
    [
        ("a.pdf", (), (), ""),
        ("a.pdf", (3,), ("Fees",), "page 3"),
        ("a.pdf", (4, 3), (), "pages 3–4"),
        ("a.tiff", (3,), (), "page 3"),
        ("/x/a.PPTX", (3,), ("Plan",), "slide 3"),
        ("a.odp", (3, 4), (), "slides 3–4"),
        ("a.ods", (2,), ("Staff", "Night"), "sheet Staff"),
        ("a.xlsx", (2,), ("Sheet 2",), "Sheet 2"),
        ("a.xlsx", (2,), (), "sheet 2"),
        ("a.xlsx", (2, 3), ("Staff",), "sheets 2–3"),
        ("a.csv", (), ("Staff",), ""),
    ],
)
def test_places_are_named_as_people_say(
    source: str, numbers: tuple[int, ...], headings: tuple[str, ...], said: str
) -> None:
    assert place(source, numbers, headings) == said


def test_a_citation_takes_the_name_of_its_own_sheet() -> None:
    other = replace(PASSAGE, chunk=replace(CHUNK, pages=(3,), headings=("Prices",)))
    assert place_of_citation(CITATION, [other, PASSAGE]) == "sheet Staff"
    assert place_of_citation(CITATION, [other]) == "sheet 2"


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        ((), ""),
        (("Budget",), ""),  # the title itself
        (("Budget", "8. Cancelling a call"), "under “8. Cancelling a call”"),
        (
            ("Late calls", "On Tue, 18 Feb 2025, Kirsty Malkin <k.malkin@care.example> wrote:"),
            "under “On Tue, 18 Feb 2025, Kirsty Malkin wrote”",
        ),
        (("word " * 30,), f"under “{'word ' * 13}word…”"),
    ],
)
def test_a_citation_without_a_page_names_its_heading(headings: tuple[str, ...], said: str) -> None:
    passage = replace(PASSAGE, chunk=replace(CHUNK, pages=(), headings=headings))
    assert place_of_citation(replace(CITATION, pages=()), [passage]) == said


def test_every_form_of_an_answer_names_the_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(ANSWER)
    print_passages([PASSAGE], explain=False)
    printed = capsys.readouterr().out
    assert printed.count("Budget, sheet Staff") == 2
    shown = exchange(Exchange("q", ANSWER), 1)
    assert shown.count("sheet Staff") == 2
    for words in (with_sources(ANSWER), in_words(ANSWER), passage_text(1, PASSAGE)):
        assert "sheet Staff" in words
    assert not any("page" in words or "p. 2" in words for words in (printed, with_sources(ANSWER)))


def test_the_panel_names_sheets_and_slides() -> None:
    text = f"Staff\n\n{WORDS}\n\nHeron"
    blocks = (
        Block(BlockKind.HEADING, 0, 5, 2, 2),
        Block(BlockKind.TABLE_ROW, 7, 7 + len(WORDS), page=2),
        Block(BlockKind.HEADING, 9 + len(WORDS), len(text), 2, 3),
    )
    made = Document("d", "Budget", text, blocks, None, "xlsx/4", None, 5)
    panel = passage_panel(made, INFO, 7, 12)
    assert panel.count("sheet Staff</bdi>") == 2
    assert "sheet Heron</bdi></span>" in panel
    slides = passage_panel(made, replace(INFO, sources=("b.pptx",)), 7, 12)
    assert "slide 3</bdi> of 5" in slides
    assert "page" not in (panel + slides).replace("fn-page", "")

    assert "5 sheets" in shelf_row(INFO, watched=False, fixed=False)
