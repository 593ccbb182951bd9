"""Gold that no document holds is refused with its line; what extraction lost is not."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.datasets import Evidence, Question, QuestionType
from eval.gold import refuse_false_gold
from eval.raw_text import file_says
from index.errors import UsageError
from index.types import Document, DocumentInfo, SkippedFile, SkipReason

READ = "# Lease\n\nThe rent is £950 a month.\n"


class Held:
    """Documents as they were read, and files that were not."""

    def __init__(self, texts: dict[Path, str], *unread: Path) -> None:
        self._texts = {str(path): text for path, text in texts.items()}
        self._unread = [SkippedFile(str(path), SkipReason.UNREADABLE) for path in unread]

    def document(self, document_id: str, /) -> Document | None:
        text = self._texts[document_id]
        return Document(document_id, "Lease", text, (), "en", "text/1", None)

    def documents(self) -> Sequence[DocumentInfo]:
        return [DocumentInfo(p, (p,), "Lease", "en", None, None, 1) for p in self._texts]

    def skipped(self) -> Sequence[SkippedFile]:
        return self._unread


def asked(quote: str, source: str = "lease.md", line: int = 2) -> Question:
    place = f"q.csv, line {line}"
    evidence = (Evidence(source, quote),)
    return Question(place, "How?", QuestionType.FACT, ("x",), evidence, "dev", place=place)


def test_a_quote_that_stands_nowhere_is_refused_with_line_value_and_remedy(tmp_path: Path) -> None:
    lease = tmp_path / "lease.md"
    lease.write_text(READ)
    held = Held({lease: READ})
    refuse_false_gold([asked("The rent  is £950"), asked("")], held)
    with pytest.raises(UsageError) as caught:
        refuse_false_gold([asked("The rent is £999 a month.", line=7), asked("Nothing.")], held)
    said = str(caught.value)
    assert said.startswith("q.csv, line 7 holds the quote 'The rent is £999 a month.', which does")
    assert "perhaps 'The rent is £950 a month.'" in said
    assert "one of 2 such faults" in said
    assert "--lenient" in said
    with pytest.raises(UsageError, match=r"the source 'flat\.md', which is not among"):
        refuse_false_gold([asked("", "flat.md")], held)


def test_words_that_extraction_lost_are_asked_and_counted_as_lost(tmp_path: Path) -> None:
    lease, scan = tmp_path / "lease.md", tmp_path / "scan.pdf"
    lease.write_text(READ + "\nThe *deposit* is “£500”.\n")
    refuse_false_gold([asked('the deposit is "£500"')], Held({lease: READ}))
    refuse_false_gold([asked("The key", "scan.pdf")], Held({lease: READ}, scan))
    scan.write_bytes(b"%PDF-1.7 The key")  # nothing is known of what it shows
    with pytest.raises(UsageError, match="holds the quote 'The key'"):
        refuse_false_gold([asked("The key", "scan.pdf")], Held({scan: "A door."}))


def test_zipped_and_tagged_files_are_read_plainly(tmp_path: Path) -> None:
    word, page = tmp_path / "a.docx", tmp_path / "a.html"
    with zipfile.ZipFile(word, "w") as archive:
        text = "<w:p><w:r><w:t>The re</w:t></w:r><w:r><w:t>nt is &#163;950</w:t></w:r></w:p>"
        archive.writestr("word/document.xml", text)
        archive.writestr("word/picture.png", b"The roof leaks")
    page.write_text("<ul><li>The rent<li>is due</ul>")
    assert file_says(word, "The rent is £950")
    assert not file_says(word, "The roof leaks")
    assert file_says(page, "the rent is due")
    assert not file_says(page, "the rent was due")
    assert not file_says(page, " ")
    assert not file_says(tmp_path / "none", "the rent")
    word.write_bytes(b"PK\x03\x04 broken")
    assert not file_says(word, "broken")
