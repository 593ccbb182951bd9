"""Nothing that leaves through the web says where things lie on this computer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import (
    BusyError,
    FootnoteError,
    MissingIndexError,
    ModelError,
    StoreError,
    UsageError,
)
from index.types import Chunk, DocumentInfo, SkippedFile, SkipReason
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Parts,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Verdict,
)
from ui.exporting import plain
from ui.markup import placeless
from ui.outside import names_only, sentence_for
from ui.under import notes as footer_notes

INDEX = Path("/srv/private/indexes/documents")


def whole(folder: str) -> Answer:
    """An answer that names a file of that folder wherever an answer can."""
    source = f"{folder}/lease.pdf"
    chunk = Chunk("c", "d", 0, 9, "The words", (), (), "Lease")
    info = DocumentInfo("d", (source, f"{folder}/copy.pdf"), "Lease", "en", None, None, 1)
    passage = Passage(chunk, info, 1.0, Parts(), (f"{folder}/twin.pdf",))
    note = Citation(1, "d", source, "Lease", (), 0, 9, "The words", Verdict.SUPPORTED, 1.0)
    skipped = SkippedFile(f"{folder}/scan.pdf", SkipReason.IMAGE_ONLY)
    refusal = Refusal(RefusalReason.NOT_SAID, (passage,), (), (skipped,))
    said = (Sentence("The words", (note,)),)
    return Answer(
        "q", "q", AnswerKind.EXTRACTIVE, said, None, refusal, None, (passage,), (passage,)
    )


def test_an_answer_carries_names_only() -> None:
    data = json.dumps(names_only(whole("/home/ada/Secret plans")).to_dict())
    assert "/home" not in data
    assert "Secret" not in data
    for name in ("lease.pdf", "copy.pdf", "twin.pdf", "scan.pdf"):
        assert f'"{name}"' in data


@given(st.lists(st.from_regex(r"[a-z]{8,12}", fullmatch=True), min_size=1, max_size=4))
def test_whatever_the_folders_are_called(folders: list[str]) -> None:
    data = json.dumps(names_only(whole("/" + "/".join(f"§{name}" for name in folders))).to_dict())
    assert "\\u00a7" not in data


def test_words_and_places_stay_as_they_are() -> None:
    answer = whole("/x")
    changed = names_only(answer)
    assert changed.text == answer.text
    assert [(c.start, c.end, c.quote) for c in changed.citations] == [(0, 9, "The words")]
    assert replace(changed.passages[0], document=answer.passages[0].document) == replace(
        answer.passages[0], duplicates=("twin.pdf",)
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UsageError("The question has 7 characters."), "The question has 7 characters."),
        (BusyError("Footnote is busy: ask again."), "Footnote is busy: ask again."),
        (MissingIndexError(f"There is no index at {INDEX}; make one."), "no index at …; make one."),
        (StoreError(f"a.txt could not be copied into {INDEX}/uploads: full."), "…/uploads: full."),
        (BusyError("Another process writes to /other/place; wait."), "try again when"),
        (StoreError("The folder C:\\Users\\ada\\x is gone."), "The index cannot be used"),
        (UsageError("There is no file ~/x; check."), "This cannot be done"),
        (ModelError("/models/mine could not be loaded."), "A file or a model"),
        (FootnoteError("'/models/mine' could not be loaded."), "A file or a model"),
    ],
)
def test_sentences_name_no_place(
    error: FootnoteError, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    sentence = sentence_for(error, [INDEX.parent, INDEX])
    assert said in sentence
    for secret in ("srv", "private", "other", "ada", "models", "~"):
        assert secret not in sentence
    assert (str(error) in caplog.text) == (sentence != str(error))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The server at http://127.0.0.1:11434/v1 broke off; see its own log.", True),
        ("The server at http://[::1]:8080/v1 has no model x; it serves y.", True),
        ("The server at https://models.example/v1 is busy (try later); ask again.", True),
        ("The server at http://127.0.0.1:8080/v1 refused (no file /home/ada/x).", False),
        ("The server at http://h:1/v1 serves several models (/home/ada/x, y).", False),
        ("The server at http://h:1/v1 serves several models (C:\\models\\x, y).", False),
        ("See file:///home/ada/x.", False),
        ("See http:///home/ada/x.", False),
    ],
)
def test_an_address_of_a_server_is_no_place(said: str, told: bool) -> None:
    assert (placeless(said) == said) is told
    assert (sentence_for(ModelError(said), []) == said) is told
    assert "ada" not in placeless(said)


def test_a_note_of_a_model_that_failed_names_no_place() -> None:
    failed = "The language model mine could not be loaded (no file /home/ada/models/mine)."
    kept = "2 of 3 sentences of the language model were left out."
    answer = replace(whole("/x"), notes=(kept, failed))
    assert names_only(answer).notes[0] == kept
    said = json.dumps(names_only(answer).to_dict()) + footer_notes(answer)
    assert "/home" not in said
    assert "The language model failed" in footer_notes(answer)
    assert kept in footer_notes(answer)


@pytest.mark.parametrize(
    "address", ["https://evil.example/x", "ftp://h", "www.evil.example", "WWW.x"]
)
def test_an_exported_address_is_no_link(address: str) -> None:
    """GitHub's and other renderers would make one of a bare address."""
    written = plain(f"See {address} now.")
    assert not re.search(r"\w://", written)
    assert "www." not in written.casefold()
    assert re.sub(r"\\(.)", r"\1", written) == f"See {address} now."
