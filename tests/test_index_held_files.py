"""A file is read beside SQLite's connections to it, and their locks stay."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import all_sources, write_files

from index import held_files
from index.catalog import FILE_NAME, Catalog
from index.embedding import HashingEmbedder
from index.errors import DamagedError
from index.held_files import hold, holding, pieces, release
from index.index import Index

SYNC = """
import sys
from pathlib import Path
from index.embedding import HashingEmbedder
from index.index import Index
with Index.open(Path(sys.argv[1]), HashingEmbedder()) as index:
    index.sync([Path(sys.argv[2])])
"""


@pytest.mark.parametrize("files", [1, 400])
def test_an_idle_index_sees_what_other_processes_write(tmp_path: Path, files: int) -> None:
    """Opened again in this process, which reads the seal beside the idle connection."""
    docs, folder = tmp_path / "docs", tmp_path / "index"
    write_files(docs, {"key.txt": "The spare key is here."})
    with Index.open(folder, HashingEmbedder()) as index:
        index.sync([docs])
        with index.snapshot() as snapshot:
            assert all_sources(snapshot) == {"key.txt"}
        Index.open(folder, HashingEmbedder()).close()
        write_files(docs, {f"{n}.txt": f"Word{n} number. " * 200 for n in range(files)})
        subprocess.run([sys.executable, "-c", SYNC, str(folder), str(docs)], check=True)
        with index.snapshot() as snapshot:
            assert len(all_sources(snapshot)) == files + 1
        assert index.verify() == []
        write_files(docs, {"last.txt": "The last one."})
        index.sync([docs])
    with Index.open(folder, HashingEmbedder()) as index, index.snapshot() as snapshot:
        assert len(all_sources(snapshot)) == files + 2


@pytest.mark.parametrize("size", [1, 3, 10, 100])
def test_pieces_are_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    found = list(pieces(path, size))
    assert b"".join(found) == b"0123456789"
    assert all(len(piece) == size for piece in found[:-1])
    monkeypatch.delattr(os, "pread")  # as on Windows
    assert list(pieces(path, size)) == found


def test_short_reads_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    whole = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, at: whole(file, min(size, 3), at))
    assert list(pieces(path, 4)) == [b"0123", b"4567", b"89"]


def test_a_descriptor_stays_until_the_last_connection_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with holding(path):
        assert list(pieces(path, 9)) == list(pieces(path, 9)) == [b"old"]
        (first,) = held_files._files[str(path)].descriptors
        path.replace(tmp_path / "aside")
        path.write_bytes(b"new")
        assert list(pieces(path, 9)) == [b"new"]
        assert len(held_files._files[str(path)].descriptors) == 2
        os.fstat(first)
    assert str(path) not in held_files._files
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(first)


def test_a_file_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(pieces(tmp_path / "none", 9))
    (tmp_path / FILE_NAME).write_text("no catalog")
    with pytest.raises(DamagedError):
        Catalog.open_to_read(tmp_path)
    assert not [name for name in held_files._files if name.startswith(str(tmp_path))]


def test_closing_twice_releases_once(tmp_path: Path) -> None:
    catalog = Catalog.create(tmp_path)
    held = hold(catalog.path)
    catalog.close()
    catalog.close()
    release(held)
    assert str(catalog.path) not in held_files._files
    with pytest.raises(sqlite3.ProgrammingError):
        catalog.manifest()


def test_a_link_that_leads_elsewhere_meanwhile_is_released_as_it_was_held(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    link = tmp_path / "now"
    link.symlink_to(tmp_path / "one")
    catalog = Catalog.create(link)
    link.unlink()
    link.symlink_to(tmp_path / "two")
    catalog.close()
    assert not [name for name in held_files._files if name.startswith(str(tmp_path))]
