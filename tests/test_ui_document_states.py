"""How documents stand, told without reading more than is needed, and folders followed no longer."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_assistant import Paced, paced

from index.loading.language import foreign_warning
from index.types import Document
from ui.document_states import READY, StateKind, States, as_read, summed
from ui.originals import Originals
from ui.web import build_app

FILES = {"a.txt": "The boat is called Wren.", "b.txt": "The house is red."}
PLAIN = Document("d", "T", "x", (), "ja", "text/1", None)


@pytest.fixture
def library(tmp_path: Path) -> tuple[Paced, Path]:
    return paced(tmp_path, FILES), tmp_path / "documents"


def kinds(states: States, assistant: Paced, reading: str = "") -> dict[str, StateKind]:
    infos = assistant.documents()
    found = states.of(assistant, infos, reading)
    return {Path(info.source).name: found[info.id].kind for info in infos}


def test_what_its_loader_said_of_a_document() -> None:
    language = foreign_warning("ja")
    assert language is not None
    assert as_read(PLAIN) == READY
    assert as_read(None) == READY
    for remark in (language, "2 pages were read by OCR (eng), which can misread letters"):
        state = as_read(replace(PLAIN, warnings=(remark,)))
        assert state.kind is StateKind.READY, "nothing was left out"
        assert state.why.endswith(".")
    lost = as_read(replace(PLAIN, warnings=(language, "pages 3–4 hold only images")))
    assert lost.kind is StateKind.PART
    assert "Pages 3–4 hold only images." in lost.why


def test_touched_changed_missing_and_read_now(
    library: tuple[Paced, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant, folder = library
    states, read = States(), []
    whole = Originals.bytes_of
    monkeypatch.setattr(Originals, "bytes_of", lambda *given: (read.append(1), whole(*given))[1])
    later = time.time() + 5
    os.utime(folder / "a.txt", (later, later))
    assert kinds(states, assistant)["a.txt"] is StateKind.READY
    first = len(read)
    kinds(states, assistant)
    assert len(read) == first, "a file is compared once, as long as it is not touched again"
    (folder / "a.txt").write_text("The boat is called Tern.")
    os.utime(folder / "a.txt", (later + 5, later + 5))
    (folder / "b.txt").unlink()
    assert kinds(states, assistant) == {"a.txt": StateKind.CHANGED, "b.txt": StateKind.MISSING}
    now = kinds(states, assistant, str(folder / "a.txt"))
    assert now["a.txt"] is StateKind.READING
    found = states.of(assistant, assistant.documents())
    assert summed(found.values()) == "1 changed since, 1 missing"
    assert summed([READY]) == ""


def test_a_copy_that_is_left_keeps_a_document_ready(tmp_path: Path) -> None:
    assistant = paced(tmp_path, {"a.txt": "The boat is called Wren.", "z.txt": "Other."})
    folder = tmp_path / "documents"
    (folder / "copy.txt").write_text("The boat is called Wren.")
    assistant.sync()
    (folder / "a.txt").unlink()
    assert set(kinds(States(), assistant).values()) == {StateKind.READY}


def test_only_a_folder_that_is_followed_can_be_let_go_of(library: tuple[Paced, Path]) -> None:
    assistant, folder = library
    client = TestClient(build_app(assistant), base_url="http://127.0.0.1:7860")
    bar = client.get("/api/documents").json()["bar"]
    assert "documents" in bar
    assert str(folder) not in bar
    root = bar.split('data-action="unfollow" data-id="')[1].split('"')[0]
    for wrong in (str(folder), "/", "../..", "", root[:-1], "x" * 64):
        answer = client.post("/api/documents/unfollow", json={"root": wrong})
        assert answer.status_code == 422, wrong
        assert str(folder) not in answer.json()["error"]
    assert len(assistant.documents()) == 2
    done = client.post("/api/documents/unfollow", json={"root": root}).json()
    assert done["gone"] == 2
    assert "unfollow" not in done["bar"]
    assert assistant.documents() == ()
    assert (folder / "a.txt").exists()
    assert client.post("/api/documents/unfollow", json={"root": root}).status_code == 422


def test_uploads_are_no_followed_folder(library: tuple[Paced, Path], tmp_path: Path) -> None:
    assistant, _ = library
    (tmp_path / "added.txt").write_text("The gate is green.")
    assistant.add_files([tmp_path / "added.txt"])
    client = TestClient(build_app(assistant), base_url="http://127.0.0.1:7860")
    assert client.get("/api/documents").json()["bar"].count("unfollow") == 1
