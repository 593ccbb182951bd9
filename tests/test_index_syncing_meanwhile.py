"""A sync that is stopped, and what is parsed, embedded or changed meanwhile."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import (
    CountingEmbedder,
    MakeFolder,
    lexical_sources,
    names,
    sources_of,
    write_files,
)

from index import parsing, syncing
from index.embedding import Vectors
from index.errors import UnreadableError
from index.index import Index
from index.loading import Limits, Sandbox
from index.loading import sandbox as sandbox_module
from index.scanning import Scan, scan
from index.syncing import SyncProgress
from index.types import Document, SkippedFile, SkipReason

FILES = {
    "fox.txt": "The red fox hunts at dawn.",
    "whale.txt": "A blue whale eats krill.",
    "frog.txt": "The green frog sleeps in winter.",
}
MANY = {f"file{n:03d}.txt": f"File number {n} holds word{n}." for n in range(250)}


def test_a_stopped_sync_keeps_what_was_renamed_and_not_reached(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder, stop = make_folder({"fox.md": "# The fox\n\nIt hunts."}), threading.Event()
    index.sync([folder])
    (folder / "fox.md").rename(folder / "vixen.md")
    write_files(folder, MANY)  # read before it
    assert index.sync([folder], progress=lambda _: stop.set(), stop=stop).stopped
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "hunts") == {"fox.md"}
    report = index.sync([folder])
    assert "fox.md" in names(report.removed)
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "hunts") == {"vixen.md"}


def check_interrupted(index: Index, folder: Path, files: dict[str, str]) -> int:
    """What is there is whole; the next sync does the rest. Returns how many were there."""
    assert index.verify() == []
    before = sources_of(index)
    with index.snapshot() as snapshot:
        assert len(snapshot) == len(before)
    report = index.sync([folder])
    assert len(report.added) == len(files) - len(before)
    assert sources_of(index) == set(files)
    with index.snapshot() as snapshot:
        for number in (0, 100, 249):
            assert lexical_sources(snapshot, f"word{number}") == {f"file{number:03d}.txt"}
    return len(before)


def test_stop_keeps_what_is_committed(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder, stop = make_folder(MANY), threading.Event()

    seen = [0]

    def watch(progress: SyncProgress) -> None:
        assert progress.total == 250
        assert progress.chunks >= seen[-1]
        seen.append(progress.chunks)
        if progress.done == 97:
            stop.set()

    report = index.sync([folder], progress=watch, stop=stop)
    assert report.stopped
    assert 97 <= len(report.added) < 250
    assert check_interrupted(index, folder, MANY) == len(report.added)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_keeps_what_is_committed(
    index: Index, make_folder: MakeFolder, error: type[BaseException]
) -> None:
    folder, threads = make_folder(MANY), threading.active_count()

    def watch(progress: SyncProgress) -> None:
        if progress.done == 97:
            raise error

    with pytest.raises(error):
        index.sync([folder], progress=watch)
    assert threading.active_count() == threads
    assert check_interrupted(index, folder, MANY) == 97


def test_an_embedder_that_fails_loses_nothing(
    tmp_path: Path, make_folder: MakeFolder, loads: list[str]
) -> None:
    embedder = CountingEmbedder(fail_after=150)
    folder = make_folder(MANY)
    with Index.open(tmp_path / "index", embedder) as index:
        with pytest.raises(RuntimeError, match="told to fail"):
            index.sync([folder])
        embedder.fail_after = None
        assert 96 <= check_interrupted(index, folder, MANY) <= 150 + 96


class GatedEmbedder(CountingEmbedder):
    """Lets a text through once a file of a later batch has been parsed."""

    def __init__(self, parsed: list[str], later: int) -> None:
        super().__init__()
        self.parsed, self.later, self.waited = parsed, later, True

    def embed(self, texts: Sequence[str]) -> Vectors:
        until = time.monotonic() + 5
        while len(self.parsed) < self.later and time.monotonic() < until:
            time.sleep(0.005)
        self.waited &= len(self.parsed) >= self.later
        return super().embed(texts)


def test_the_next_files_are_parsed_while_a_batch_is_embedded(
    tmp_path: Path, make_folder: MakeFolder, loads: list[str]
) -> None:
    embedder = GatedEmbedder(loads, later=60)
    folder = make_folder(dict(list(MANY.items())[:90]))
    with Index.open(tmp_path / "index", embedder) as index:
        assert len(index.sync([folder]).added) == 90
    assert embedder.waited


def test_the_same_bytes_in_two_batches_are_embedded_once(
    tmp_path: Path, make_folder: MakeFolder, loads: list[str]
) -> None:
    embedder = GatedEmbedder(loads, later=30)
    some = dict(list(MANY.items())[:30])
    some["file020.txt"] = some["file000.txt"]
    with Index.open(tmp_path / "index", embedder) as index:
        report = index.sync([make_folder(some)])
        assert len(report.added) == 30
        assert report.chunks == 29
        assert len(embedder.texts) == len(set(embedder.texts))
        assert index.verify() == []


def test_the_same_words_in_two_batches_are_embedded_once(
    tmp_path: Path, make_folder: MakeFolder, loads: list[str]
) -> None:
    embedder = GatedEmbedder(loads, later=30)
    some = dict(list(MANY.items())[:30])
    some["file000.md"] = "# Foxes\n\nThe fox hunts at dawn."
    some["file020.md"] = "# Foxes\n\nThe fox hunts at dawn.\n"  # another document
    with Index.open(tmp_path / "index", embedder) as index:
        report = index.sync([make_folder(some)])
        assert (len(report.added), report.chunks) == (32, 32)
        assert len(embedder.texts) == len(set(embedder.texts)) == 31
        assert index.verify() == []


def test_a_stop_within_a_large_file_is_felt_between_two_parts_of_it(
    tmp_path: Path, make_folder: MakeFolder, loads: list[str]
) -> None:
    large = "\n\n".join(f"# Part {n}\n\nIt tells of word{n}." for n in range(900))
    stop = threading.Event()

    class Stopping(CountingEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            stop.set()
            return super().embed(texts)

    embedder = Stopping()
    folder = make_folder({"large.md": large})
    with Index.open(tmp_path / "index", embedder) as index:
        assert index.sync([folder], stop=stop).stopped
        assert 0 < len(embedder.texts) <= 3 * 128
        with index.snapshot() as snapshot:
            assert len(snapshot) == 0
        stop = threading.Event()
        assert len(index.sync([folder]).added) == 1


def test_files_that_vanish_or_change_meanwhile(
    index: Index, make_folder: MakeFolder, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(FILES)
    index.sync([folder])

    def scan_and_delete(root: Path) -> Scan:
        found = scan(root).files
        (folder / "fox.txt").unlink()
        return Scan([replace(file, mtime_ns=1) for file in found])

    with monkeypatch.context() as patch:
        patch.setattr(syncing, "scan", scan_and_delete)
        report = index.sync([folder])
    assert [(Path(s.source).name, s.reason) for s in report.skipped] == [
        ("fox.txt", SkipReason.CHANGED)
    ]
    assert sources_of(index) == {"whale.txt", "frog.txt"}
    make_folder(FILES)
    report = index.sync([folder])
    assert (names(report.added), report.skipped) == (["fox.txt"], ())


def test_a_file_that_changed_while_read_is_tried_again(
    index: Index, make_folder: MakeFolder, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(FILES)
    load = parsing.Sandbox.load

    def changing(self: Sandbox, path: Path, source: str) -> Document:
        if path.name == "fox.txt":
            raise UnreadableError(SkippedFile(source, SkipReason.CHANGED, "1 byte before"))
        return load(self, path, source)

    with monkeypatch.context() as patch:
        patch.setattr(parsing.Sandbox, "load", changing)
        assert len(index.sync([folder]).skipped) == 1
    report = index.sync([folder])
    assert (names(report.added), report.skipped) == (["fox.txt"], ())


def test_an_interrupt_ends_all_children_at_once(
    index: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder({"a.txt": "Slow words.", "b.txt": "Slow too.", "c.txt": "And this."})
    children: list[sandbox_module._Child] = []

    class Child(sandbox_module._Child):
        def __init__(self, limits: Limits) -> None:
            super().__init__(limits)
            children.append(self)
            if len(children) == 1:
                signal.setitimer(signal.ITIMER_REAL, 0.3)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # A child that answers nothing stands for a parser that takes its time.
    monkeypatch.setattr(sandbox_module, "_START", "import time; time.sleep(60)")
    monkeypatch.setattr(sandbox_module, "_Child", Child)
    before = signal.signal(signal.SIGALRM, interrupt)
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            index.sync([folder], limits=Limits(seconds=8))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 5
    assert len(children) == 1, "no file that waited was begun"
    assert all(child._process.poll() is not None for child in children)
