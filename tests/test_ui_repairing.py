"""``footnote doctor --repair``: what it says, and that what it says can be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import write_files

from index.catalog import FILE_NAME
from index.embedding import HashingEmbedder
from index.index import Index
from rag.places import data_folder, index_folder
from ui import commands, repairing
from ui.command_line import main

FILES = {f"file{n}.txt": f"Content of animal{n}." for n in range(3)}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (commands, repairing):
        monkeypatch.setattr(module, "shared_embedder", lambda _name: HashingEmbedder(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The default index, of three files."""
    write_files(tmp_path / "docs", FILES)
    assert main(["index", str(tmp_path / "docs")]) == 0
    return index_folder("documents")


def spoil(folder: Path, at: int) -> None:
    data = bytearray((folder / FILE_NAME).read_bytes())
    data[at] ^= 1
    (folder / FILE_NAME).write_bytes(data)


def test_a_sound_index_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--repair"]) == 0
    assert "sound; there is nothing to repair" in capsys.readouterr().err
    assert [path.name for path in folder.parent.iterdir()] == ["documents"]


def test_a_damaged_one_is_refused_and_the_way_out_works(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder, -7)
    damaged = (folder / FILE_NAME).read_bytes()
    assert main(["index"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"footnote doctor --repair --index {folder}" in said
    assert main(["doctor", "--repair", "--index", str(folder)]) == 0
    said = capsys.readouterr().err
    assert "3 documents could be read" in said
    assert "documents-repaired" in said
    assert (folder / FILE_NAME).read_bytes() == damaged
    assert main(["index", "--index", "documents-repaired"]) == 0
    assert "3 unchanged" in capsys.readouterr().err
    assert main(["doctor", "--repair", "--index", "documents-repaired"]) == 0
    assert "sound" in capsys.readouterr().err


def test_a_damaged_index_of_a_folder_of_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path / "docs", FILES)
    assert main(["doctor", "--repair", "--docs", str(tmp_path / "docs")]) == 1
    assert "There is no index at" in capsys.readouterr().err


def test_nothing_left_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / FILE_NAME).write_bytes(b"nothing of the kind")
    assert main(["doctor", "--repair"]) == 1
    assert "No text of the index could be read" in capsys.readouterr().err


def test_what_is_lost_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = (folder / FILE_NAME).read_bytes()
    texts = data.replace(b"Content of animal1.", b"Content of animal9.")
    assert texts != data
    (folder / FILE_NAME).write_bytes(texts)
    assert main(["doctor", "--repair"]) == 0
    said = capsys.readouterr().err
    assert "2 documents could be read" in said
    assert "not saved: " in said
    assert "file1.txt" in said
    assert main(["index", "--index", "documents-repaired"]) == 0
    assert "1 added" in capsys.readouterr().err
    with Index.open(data_folder() / "indexes" / "documents-repaired", HashingEmbedder(32)) as index:
        assert index.verify() == []
