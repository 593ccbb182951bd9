"""What is saved of a damaged index: whole texts, their files and uploads, and nothing made up."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import CountingEmbedder, MakeFolder, all_sources, lexical_sources

from index.catalog import FILE_NAME
from index.errors import DamagedError, StoreError
from index.index import Index
from index.salvage import salvage
from index.seal import unseal

FILES = {f"file{n:02d}.txt": f"Content of animal{n}.\n\n" + "It eats. " * 900 for n in range(8)}


@pytest.fixture
def folder(
    tmp_path: Path, make_folder: MakeFolder, embedder: CountingEmbedder, loads: list[str]
) -> Path:
    """An index of eight files and an upload, closed."""
    docs = make_folder({**FILES, "empty.txt": ""})
    with Index.open(tmp_path / "index", embedder) as index:
        index.uploads.mkdir()
        (index.uploads / "sent.txt").write_text("A letter from Lisbon.")
        index.sync([docs, index.uploads])
    return tmp_path / "index"


def spoil(folder: Path, statement: str) -> None:
    unseal(folder / FILE_NAME)
    db = sqlite3.connect(folder / FILE_NAME)
    assert db.execute(statement).rowcount
    db.commit()
    db.close()


def test_all_is_saved_and_nothing_embedded_when_only_terms_are_gone(
    folder: Path, embedder: CountingEmbedder
) -> None:
    spoil(folder, "DELETE FROM terms_data WHERE id > 10")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    embedder.texts.clear()
    saved = salvage(folder, embedder)
    assert (saved.folder.name, saved.documents, saved.lost) == ("index-repaired", 9, ())
    assert embedder.texts == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    with Index.open(saved.folder, embedder) as index:
        assert index.verify() == []
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == {*FILES, "sent.txt"}
            assert lexical_sources(snapshot, "animal3") == {"file03.txt"}
            assert [file.source.rpartition("/")[2] for file in snapshot.skipped()] == ["empty.txt"]
        report = index.sync()
        assert (report.unchanged, report.added, report.removed) == (9, (), ())
        assert [path.name for path in index.roots()] == ["docs", "uploads"]
        assert index.uploads in index.roots(), "uploads have moved with the index"


def test_a_damaged_text_is_lost_named_and_read_again(
    folder: Path, embedder: CountingEmbedder
) -> None:
    spoil(folder, "UPDATE documents SET text = text || '!' WHERE title = 'file05'")
    saved = salvage(folder, embedder)
    assert saved.documents == 8
    assert [Path(name).name for name in saved.lost] == ["file05.txt"]
    with Index.open(saved.folder, embedder) as index:
        assert len(index.sync().added) == 1
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == {*FILES, "sent.txt"}


def test_damaged_vectors_are_embedded_again(folder: Path, embedder: CountingEmbedder) -> None:
    spoil(folder, "UPDATE vectors SET vector = zeroblob(256)")
    embedder.texts.clear()
    saved = salvage(folder, embedder)
    assert saved.documents == 9
    assert embedder.texts
    with Index.open(saved.folder, embedder) as index:
        assert index.verify() == []


@pytest.mark.parametrize("lost", ["DELETE FROM roots", "UPDATE roots SET path = '/elsewhere'||id"])
def test_roots_are_known_by_what_they_hold(
    folder: Path, embedder: CountingEmbedder, lost: str
) -> None:
    spoil(folder, f"{lost} WHERE path LIKE '%docs'")
    saved = salvage(folder, embedder)
    assert saved.documents == 9
    with Index.open(saved.folder, embedder) as index:
        assert {"docs", "uploads"} == {path.name for path in index.roots()}


def test_a_catalog_without_its_first_page(folder: Path, embedder: CountingEmbedder) -> None:
    """Nothing says any more which tables there are and where."""
    path = folder / FILE_NAME
    path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:])
    with pytest.raises(DamagedError):
        Index.open(folder, embedder)
    saved = salvage(folder, embedder)
    assert saved.documents == 9


def test_a_catalog_that_was_cut(folder: Path, embedder: CountingEmbedder) -> None:
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:-4000])
    saved = salvage(folder, embedder)
    assert 0 < saved.documents < 9
    with Index.open(saved.folder, embedder) as index:
        assert index.verify() == []


@pytest.mark.parametrize("data", [b"", b"no catalog at all" * 1000])
def test_nothing_is_made_of_nothing(folder: Path, embedder: CountingEmbedder, data: bytes) -> None:
    (folder / FILE_NAME).write_bytes(data)
    saved = salvage(folder, embedder)
    assert saved.documents == 0
    with Index.open(saved.folder, embedder) as index, index.snapshot() as snapshot:
        assert len(snapshot) == 0


def test_each_try_has_a_folder_of_its_own(folder: Path, embedder: CountingEmbedder) -> None:
    names = [salvage(folder, embedder).folder.name for _ in range(3)]
    assert names == ["index-repaired", "index-repaired-2", "index-repaired-3"]


def test_a_full_disk_leaves_nothing_behind(
    folder: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match="No space left"):
        salvage(folder, embedder)
    assert [path.name for path in folder.parent.glob("index*")] == ["index"]
