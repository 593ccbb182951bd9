"""Eleven real syllabi, each as TXT, DOCX and PDF: all three must give the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from index.loading import Sandbox
from index.loading.pdf import page_characters

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SYLLABI = DATA / "syllabusqa" / "documents"
NAMES = sorted(path.stem for path in (SYLLABI / "text").glob("*.txt")) if SYLLABI.is_dir() else []
needs_data = pytest.mark.skipif(not NAMES, reason="the public data folder is not here")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def share(words: Counter[str], among: Counter[str]) -> float:
    """How much of the first is in the second."""
    return (words & among).total() / words.total()


def overlap(one: Counter[str], other: Counter[str]) -> float:
    """F1 of the two as bags of words: twice what both hold by what they hold together."""
    return 2 * (one & other).total() / (one.total() + other.total())


@needs_data
@pytest.mark.parametrize("name", NAMES or ["-"])
def test_three_formats_say_the_same(sandbox: Sandbox, name: str) -> None:
    plain = sandbox.load(SYLLABI / "text" / f"{name}.txt", "a.txt")
    page = sandbox.load(SYLLABI / "pdf" / f"{name}.pdf", "a.pdf")
    word = sandbox.load(SYLLABI / "word" / f"{name}.docx", "a.docx")
    assert {plain.language, page.language, word.language} == {"en"}
    text, in_pdf, in_word = counted(plain.text), counted(page.text), counted(word.text)
    # The text files repeat page headers, which the others say once.
    assert share(text, in_pdf) >= 0.975
    assert share(text, in_word) >= 0.975
    # What is said more than once: column names before each cell.
    assert share(in_pdf, text) >= 0.94
    assert share(in_word, text) >= 0.94
    for one, other in ((text, in_pdf), (text, in_word), (in_pdf, in_word)):
        assert overlap(one, other) >= 0.97
    # The Word file of one has lost its table, whose rows say their column names in the PDF.
    assert overlap(in_pdf, in_word) >= (0.975 if name == "UMASS-Math3312023" else 0.985)
    assert "\ufffd" not in plain.text


@needs_data
@pytest.mark.parametrize("name", NAMES or ["-"])
def test_page_runs_of_real_files_are_exact(sandbox: Sandbox, name: str) -> None:
    path = SYLLABI / "pdf" / f"{name}.pdf"
    document = sandbox.load(path, path.name)
    source = pdfium.PdfDocument(path)
    pages = [page_characters(source[number].get_textpage()) for number in range(len(source))]
    covered = 0
    for block in document.blocks:
        for run in block.page_runs:
            assert (
                document.text[run.start : run.end]
                == pages[run.page - 1][run.page_start : run.page_end]
            )
            covered += run.end - run.start
    # Column names that stand on an earlier page are said again without a place of their own.
    assert covered > 0.93 * len(document.text)


@pytest.mark.skipif(not (DATA / "seeds").is_dir(), reason="the public data folder is not here")
def test_seed_articles_keep_their_facts(sandbox: Sandbox) -> None:
    texts = [sandbox.load(path, path.name).text for path in sorted((DATA / "seeds").glob("*.txt"))]
    assert any("29,000 patents" in text for text in texts)
    assert any("發燒友" in text for text in texts)
