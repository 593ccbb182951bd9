"""The seal: damage that no row's digest covers is found before an index is used."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from conftest import CountingEmbedder, MakeFolder, all_sources, lexical_sources
from hypothesis import given
from hypothesis import strategies as st

from index import seal as seal_module
from index.catalog import FILE_NAME, Catalog
from index.errors import DamagedError, StoreError
from index.folders import sync_folder
from index.index import Index
from index.seal import FILE_NAME as SEAL
from index.seal import checksum, is_broken, seal, unseal

FILES = {"fox.txt": "The red fox hunts at dawn.", "whale.txt": "A blue whale eats krill."}


@pytest.fixture
def filled(index: Index, make_folder: MakeFolder, loads: list[str]) -> Index:
    index.sync([make_folder(FILES)])
    return index


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


@given(
    data=st.binary(min_size=1, max_size=9000),
    at=st.integers(0, 8999),
    bit=st.integers(0, 7),
    added=st.binary(max_size=3),
)
def test_a_checksum_tells(tmp_path: Path, data: bytes, at: int, bit: int, added: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    before = checksum(path)
    assert checksum(path) == before
    changed = bytearray(data)
    changed[at % len(data)] ^= 1 << bit
    path.write_bytes(changed)
    assert checksum(path) != before
    path.write_bytes(data + added)
    assert (checksum(path) == before) == (not added)


def test_pieces_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(random.Random(1).randbytes(50_000))
    before = checksum(path)
    monkeypatch.setattr(seal_module, "_PIECE", 2 * 4096)
    assert checksum(path) == before


def test_a_finished_sync_is_sealed(filled: Index) -> None:
    catalog = filled.folder / FILE_NAME
    assert not is_broken(catalog)
    assert (filled.folder / SEAL).read_text() == checksum(catalog)
    for at in (0, 30, catalog.stat().st_size // 2, catalog.stat().st_size - 1):
        flip(catalog, at)
        assert is_broken(catalog)
        flip(catalog, at)
    assert not is_broken(catalog)


@pytest.mark.parametrize("read_only", [True, False])
def test_damage_is_found_when_an_index_is_opened(filled: Index, read_only: bool) -> None:
    filled.close()
    catalog = filled.folder / FILE_NAME
    flip(catalog, catalog.stat().st_size - 5)  # of a page that hardly any question reads
    with pytest.raises(DamagedError, match=r"footnote doctor --repair --index \S+index$"):
        Index.open(filled.folder, filled.embedder, read_only=read_only)


def test_a_writer_seals_no_damage(filled: Index, make_folder: MakeFolder) -> None:
    """What is open already goes on to be read, row by row; but nothing is written over damage."""
    catalog = filled.folder / FILE_NAME
    before = (filled.folder / SEAL).read_bytes()
    flip(catalog, catalog.stat().st_size - 5)
    with pytest.raises(DamagedError):
        filled.sync([make_folder({"new.txt": "A new newt."})])
    assert (filled.folder / SEAL).read_bytes() == before


def test_damage_found_by_a_writer_is_not_sealed(filled: Index, make_folder: MakeFolder) -> None:
    unseal(filled.folder / FILE_NAME)
    db = sqlite3.connect(filled.folder / FILE_NAME)
    db.execute("UPDATE sources SET size = size + 1")
    db.commit()
    db.close()
    with pytest.raises(DamagedError):
        filled.sync([make_folder(FILES)])
    assert not (filled.folder / SEAL).exists()


def test_after_an_error_nothing_is_sealed(
    filled: Index, make_folder: MakeFolder, embedder: CountingEmbedder
) -> None:
    """SQLite may have left a transaction to be taken back at the next opening, which changes the
    file: a journal that a failing disk would not delete."""
    folder = make_folder({**FILES, "frog.txt": "The green frog sleeps."})
    embedder.fail_after = 0
    with pytest.raises(RuntimeError, match="told to fail"):
        filled.sync([folder])
    assert not (filled.folder / SEAL).exists()
    embedder.fail_after = None
    filled.sync([folder])
    assert (filled.folder / SEAL).exists()
    assert filled.verify() == []


def test_the_seal_is_broken_before_the_first_change(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    real = Catalog.root_id

    def look(catalog: Catalog, path: str) -> int:
        seen.append((filled.folder / SEAL).exists())
        return real(catalog, path)

    monkeypatch.setattr(Catalog, "root_id", look)
    filled.sync([make_folder({})])
    assert seen
    assert not any(seen)
    assert (filled.folder / SEAL).exists()


def test_a_seal_that_cannot_be_broken_stops_the_writer(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder({"new.txt": "A new newt."})

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(StoreError, match="Input/output error"):
            filled.sync([folder])
    with filled.snapshot() as snapshot:
        assert all_sources(snapshot) == set(FILES)


def test_a_reader_that_holds_on_leaves_it_unsealed(filled: Index, make_folder: MakeFolder) -> None:
    with filled.snapshot():
        filled.sync([make_folder({"new.txt": "A new newt."})])
        assert not (filled.folder / SEAL).exists()
        with Index.open(filled.folder, filled.embedder) as again, again.snapshot() as snapshot:
            assert lexical_sources(snapshot, "newt") == {"new.txt"}
    assert not is_broken(filled.folder / FILE_NAME)
    assert (filled.folder / SEAL).exists()


def test_a_seal_that_cannot_be_written_is_no_fault(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(seal_module.os, "fsync", _full)
        seal(filled.folder / FILE_NAME)
    assert sorted(path.name for path in filled.folder.glob("*.seal*")) == [SEAL]
    filled.sync([make_folder({"new.txt": "A new newt."})])
    assert not is_broken(filled.folder / FILE_NAME)


def _full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_lost_log_is_noticed(filled: Index, make_folder: MakeFolder, tmp_path: Path) -> None:
    """As when the log of a killed writer is damaged: SQLite silently reads it up to there."""
    before = (filled.folder / FILE_NAME).read_bytes()
    filled.close()
    folder = make_folder({"new.txt": "A new newt."})
    with Index.open(filled.folder, filled.embedder) as index:
        index.sync([folder])
    for name in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", SEAL):
        (filled.folder / name).unlink(missing_ok=True)
    (filled.folder / FILE_NAME).write_bytes(before)
    with Index.open(filled.folder, filled.embedder) as index:
        with pytest.raises(DamagedError, match="footnote index --index"), index.snapshot():
            pass
        with pytest.raises(DamagedError):
            index.remove(str(folder / "fox.txt"))
        other = tmp_path / "other"
        other.mkdir()
        index.sync([other])  # what was lost is read again, whatever is asked for
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == {*FILES, "new.txt"}
    with Index.open(filled.folder, filled.embedder) as index:
        assert index.verify() == []


@pytest.mark.parametrize("number", [22, 95])
def test_disks_that_cannot_flush_folders_are_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: CountingEmbedder, number: int
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, "not supported")

    monkeypatch.setattr("index.folders.os.fsync", refuse)
    sync_folder(tmp_path)


def test_disks_that_fail_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.folders.os.fsync", _full)
    with pytest.raises(OSError, match="No space"):
        sync_folder(tmp_path)


def test_what_a_reader_held_up_is_sealed_when_it_ends(
    filled: Index, make_folder: MakeFolder
) -> None:
    folder = make_folder({"frog.txt": "The green frog sleeps."})
    with filled.snapshot(), filled.snapshot():
        filled.sync([folder])
        with filled.snapshot():
            pass
        assert not (filled.folder / SEAL).exists()
    assert (filled.folder / SEAL).exists()
    assert not is_broken(filled.folder / FILE_NAME)


def test_what_another_wrote_since_is_not_sealed(filled: Index, make_folder: MakeFolder) -> None:
    with filled.snapshot():
        filled.sync([make_folder({"frog.txt": "The green frog sleeps."})])
        with sqlite3.connect(filled.folder / FILE_NAME) as other:
            other.execute("UPDATE roots SET synced = NULL")
        other.close()
    assert not (filled.folder / SEAL).exists()
    filled.sync()
    assert (filled.folder / SEAL).exists()


def test_closing_seals_what_a_reader_elsewhere_held_up(
    filled: Index, make_folder: MakeFolder
) -> None:
    with Index.open(filled.folder, filled.embedder, read_only=True) as other:
        with other.snapshot():
            filled.sync([make_folder({"frog.txt": "The green frog sleeps."})])
            with filled.snapshot():
                pass
            assert not (filled.folder / SEAL).exists()
        filled.close()
        assert (filled.folder / SEAL).exists()
