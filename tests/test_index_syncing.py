"""Bringing an index up to date: what changed, what is remembered, what is refused."""

from __future__ import annotations

import os
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import (
    CountingEmbedder,
    MakeFolder,
    all_sources,
    dense_sources,
    lexical_sources,
    names,
    sources_of,
    write_files,
)

from index import parsing
from index.errors import DamagedError, UnreadableError, UsageError
from index.index import Index
from index.loading import Limits, Sandbox
from index.types import Document, SkippedFile, SkipReason

FILES = {
    "fox.txt": "The red fox hunts at dawn.",
    "whale.txt": "A blue whale eats krill.",
    "frog.txt": "The green frog sleeps in winter.",
}


def texts_of(index: Index) -> set[str]:
    with index.snapshot() as snapshot:
        return {chunk.text for _, chunk in snapshot.all_chunks()}


def test_the_first_sync_adds_all(index: Index, make_folder: MakeFolder) -> None:
    """The only test here with the real child process for parsing."""
    report = index.sync([make_folder(FILES)])
    assert names(report.added) == ["fox.txt", "frog.txt", "whale.txt"]
    assert (report.changed, report.removed, report.skipped, report.unchanged) == ((), (), (), 0)
    assert report.chunks == 3
    assert not report.stopped
    assert "3 added" in str(report)
    assert texts_of(index) == set(FILES.values())
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "foxes hunting") == {"fox.txt"}
        assert dense_sources(index, snapshot, FILES["whale.txt"]) == {"whale.txt"}
    assert index.verify() == []


def test_the_second_sync_does_nothing(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    folder = make_folder({**FILES, "bad.pdf": "no pdf", "film.mov": "x", "empty.txt": " "})
    first = index.sync([folder])
    assert len(first.skipped) == 3
    loads.clear()
    embedder.texts.clear()
    with index.snapshot() as snapshot:
        generation = snapshot.generation
    report = index.sync([folder])
    assert (report.added, report.changed, report.removed, report.unchanged) == ((), (), (), 3)
    assert report.skipped == first.skipped
    assert loads == []
    assert embedder.texts == []
    with index.snapshot() as snapshot:
        assert snapshot.generation == generation
        assert list(first.skipped) == snapshot.skipped()


def test_reasons_are_remembered(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder(
        {"bad.pdf": "no pdf", "film.mov": "x", "none.xyz": "x", "empty.txt": " \n"}
    )
    os.mkfifo(folder / "pipe.txt")
    (folder / "huge.txt").write_text("x" * 1_100_000)
    report = index.sync([folder], limits=Limits(file_mb=1))
    assert {Path(s.source).name: s.reason for s in report.skipped} == {
        "bad.pdf": SkipReason.NOT_AS_NAMED,
        "film.mov": SkipReason.UNSUPPORTED,
        "none.xyz": SkipReason.UNSUPPORTED,
        "empty.txt": SkipReason.EMPTY,
        "pipe.txt": SkipReason.NOT_A_FILE,
        "huge.txt": SkipReason.TOO_LARGE,
    }
    assert sources_of(index) == set()


def test_touched_files_are_neither_parsed_nor_embedded(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    folder = make_folder({**FILES, "bad.pdf": "no pdf"})
    index.sync([folder])
    loads.clear()
    embedder.texts.clear()
    for name in [*FILES, "bad.pdf"]:
        os.utime(folder / name, (1, 1))
    report = index.sync([folder])
    assert (report.added, report.changed, report.unchanged, len(report.skipped)) == ((), (), 3, 1)
    assert loads == []
    assert embedder.texts == []


def test_changed_files_are_replaced(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    folder = make_folder(FILES)
    index.sync([folder])
    loads.clear()
    embedder.texts.clear()
    make_folder({"fox.txt": "The grey wolf howls at night."})
    report = index.sync([folder])
    assert names(report.changed) == ["fox.txt"]
    assert report.unchanged == 2
    assert [Path(source).name for source in loads] == ["fox.txt"]
    assert len(embedder.texts) == 1
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "hunts at dawn") == set()
        assert lexical_sources(snapshot, "wolf") == {"fox.txt"}
        assert dense_sources(index, snapshot, FILES["fox.txt"], 10) == set(FILES)
        assert len(snapshot) == 3


def test_only_changed_passages_are_embedded(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    parts = [f"Section {n} says " + f"word{n} " * 150 for n in range(8)]
    folder = make_folder({"long.txt": "\n\n".join(parts)})
    index.sync([folder])
    before = len(embedder.texts)
    assert before >= 8
    make_folder({"long.txt": "\n\n".join([*parts[:-1], "A new end " + "last " * 150])})
    index.sync([folder])
    assert len(embedder.texts) - before <= 2


def test_deleted_means_gone(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder(FILES)
    index.sync([folder])
    (folder / "fox.txt").unlink()
    report = index.sync([folder])
    assert names(report.removed) == ["fox.txt"]
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "red fox") == set()
        assert dense_sources(index, snapshot, FILES["fox.txt"], 50) == {"whale.txt", "frog.txt"}
        assert len(snapshot) == 2
    assert texts_of(index) == {FILES["whale.txt"], FILES["frog.txt"]}
    assert index.verify() == []


def test_a_renamed_file_is_not_embedded_again(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    folder = make_folder({"fox.md": "# The fox\n\nIt hunts.", "whale.txt": "It eats krill."})
    index.sync([folder])
    embedder.texts.clear()
    (folder / "fox.md").rename(folder / "vixen.md")
    report = index.sync([folder])
    assert (names(report.added), names(report.removed)) == (["vixen.md"], ["fox.md"])
    assert embedder.texts == []
    assert sources_of(index) == {"vixen.md", "whale.txt"}


def test_a_file_whose_name_is_its_title_is_found_by_its_new_name(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder({"fox.txt": "It hunts.", "whale.txt": "It eats krill."})
    index.sync([folder])
    (folder / "fox.txt").rename(folder / "vixen.txt")
    report = index.sync([folder])
    assert (names(report.added), names(report.removed)) == (["vixen.txt"], ["fox.txt"])
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "vixen") == {"vixen.txt"}
        assert lexical_sources(snapshot, "fox") == set()
        assert len(snapshot) == 2


def test_the_same_bytes_under_two_names_are_one_document(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder({"a.txt": "The same words.", "sub/b.txt": "The same words."})
    index.sync([folder])
    with index.snapshot() as snapshot:
        assert len(snapshot) == len(snapshot.infos()) == 1
        assert all_sources(snapshot) == {"a.txt", "b.txt"}
    (folder / "a.txt").unlink()
    index.sync([folder])
    assert sources_of(index) == {"b.txt"}
    (folder / "sub" / "b.txt").unlink()
    index.sync([folder])
    assert texts_of(index) == sources_of(index) == set()


def test_a_passage_moved_from_one_file_to_another_in_one_batch(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    """Its vector is stored when the batch begins and goes with its first document meanwhile."""
    same = "# Title\n\nThis passage moves from file to file.\n"
    folder = make_folder({"a.md": same})
    index.sync([folder])
    make_folder({"a.md": "# Title\n\nSomething else.\n", "b.md": same + "\n"})
    report = index.sync([folder])
    assert (names(report.changed), names(report.added)) == (["a.md"], ["b.md"])
    assert index.verify() == []
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "passage moves") == {"b.md"}
        assert len(snapshot) == 2


def test_roots_are_synced_each_on_its_own(index: Index, tmp_path: Path, loads: list[str]) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_files(one, {"a.txt": "First words."})
    write_files(two, {"b.txt": "Second words."})
    index.sync([one])
    index.sync([two, two])
    assert sources_of(index) == {"a.txt", "b.txt"}
    assert index.roots() == [one, two]
    (one / "a.txt").unlink()
    index.sync([two])
    assert sources_of(index) == {"a.txt", "b.txt"}, "only the root that was synced is compared"
    index.sync()
    assert sources_of(index) == {"b.txt"}
    index.forget(two)
    assert (sources_of(index), index.roots()) == (set(), [one])


def test_a_root_named_twice_is_one(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder(FILES)
    report = index.sync([folder, folder / ".." / folder.name, folder])
    assert len(report.added) == len(loads) == 3


def test_nested_roots(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder({"top.txt": "Top words.", "sub/low.txt": "Low words."})
    index.sync([folder, folder / "sub"])
    with index.snapshot() as snapshot:
        assert len(snapshot) == 2
    index.forget(folder / "sub")
    assert sources_of(index) == {"top.txt", "low.txt"}
    index.sync([folder / "sub"])
    index.forget(folder)
    assert sources_of(index) == {"low.txt"}


def test_a_file_as_root(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder(FILES)
    index.sync([folder / "fox.txt"])
    assert sources_of(index) == {"fox.txt"}
    with pytest.raises(UsageError):
        index.sync([folder / "nothing.txt"])
    assert sources_of(index) == {"fox.txt"}


def test_a_root_that_is_gone_keeps_what_it_held(
    index: Index, tmp_path: Path, loads: list[str]
) -> None:
    """A disk that is not plugged in must not empty the index."""
    write_files(tmp_path / "one", {"a.txt": "First words."})
    write_files(tmp_path / "two", {"b.txt": "Second words."})
    index.sync([tmp_path / "one", tmp_path / "two"])
    shutil.rmtree(tmp_path / "one")
    report = index.sync()
    assert report.missing_roots == (str(tmp_path / "one"),)
    assert sources_of(index) == {"a.txt", "b.txt"}
    (tmp_path / "two" / "b.txt").unlink()
    with pytest.raises(UsageError):
        index.sync([tmp_path / "two", tmp_path / "one"])
    assert sources_of(index) == {"a.txt", "b.txt"}, "nothing was changed"


def test_the_only_root_gone_is_reported(index: Index, tmp_path: Path, loads: list[str]) -> None:
    write_files(tmp_path / "one", {"a.txt": "First words."})
    index.sync([tmp_path / "one"])
    shutil.rmtree(tmp_path / "one")
    assert index.sync().missing_roots == (str(tmp_path / "one"),)
    assert sources_of(index) == {"a.txt"}


@pytest.mark.parametrize("others", [{}, {"whale.txt": "A blue whale eats krill."}])
def test_a_deleted_file_that_was_a_root_is_gone(
    index: Index, make_folder: MakeFolder, loads: list[str], others: dict[str, str]
) -> None:
    folder = make_folder({"fox.txt": FILES["fox.txt"], **others})
    index.sync([folder / name for name in ("fox.txt", *others)])
    (folder / "fox.txt").unlink()
    with pytest.raises(UsageError):
        index.sync([folder / "fox.txt"])
    report = index.sync()
    assert (names(report.removed), report.missing_roots) == (["fox.txt"], ())
    assert sources_of(index) == set(others)
    assert index.roots() == [folder / name for name in others]
    with index.snapshot() as snapshot:
        assert lexical_sources(snapshot, "fox") == set()
    assert index.verify() == []


def test_a_file_root_whose_folder_is_gone_is_kept(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder(FILES)
    index.sync([folder / "fox.txt"])
    shutil.rmtree(folder)
    assert index.sync().missing_roots == (str(folder / "fox.txt"),)
    assert sources_of(index) == {"fox.txt"}


def test_a_file_root_whose_name_is_no_utf_8_is_never_taken_for_deleted(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    """It is known as it is spelled out, and no file is called that."""
    path = make_folder({}) / os.fsdecode(b"a\xff.txt")
    path.parent.mkdir()
    path.write_bytes(b"Odd words.")
    index.sync([path])
    report = index.sync()
    assert (report.removed, names(report.missing_roots)) == ((), ["a\\xff.txt"])
    assert sources_of(index) == {"a\\xff.txt"}


def test_forgetting_files_and_folders(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder({**FILES, "sub/low.txt": "Low words."})
    index.sync([folder / "fox.txt", folder / "sub", folder / "whale.txt"])
    assert index.forget(folder) is None, "it is no root itself"
    assert index.forget(folder / "fox.txt") == (str(folder / "fox.txt"),)
    assert index.forget(folder / ".." / folder.name / "sub") == (str(folder / "sub" / "low.txt"),)
    assert sources_of(index) == {"whale.txt"}
    shutil.rmtree(folder)
    assert index.forget(folder / "whale.txt") == (str(folder / "whale.txt"),)
    assert (sources_of(index), index.roots()) == (set(), [])


def test_forgetting_the_uploads_deletes_the_copies(index: Index, loads: list[str]) -> None:
    write_files(index.uploads, {"up.txt": "Uploaded words."})
    index.sync([index.uploads])
    assert index.forget(index.uploads) == (str(index.uploads / "up.txt"),)
    assert not index.uploads.exists()


def test_a_file_root_that_is_removed_does_not_come_back(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder(FILES)
    index.sync([folder / "fox.txt"])
    assert index.remove(str(folder / "fox.txt"))
    index.sync()
    assert sources_of(index) == set()


def test_what_a_person_left_out_stays_out_until_it_is_taken_back(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder(FILES)
    index.sync([folder])
    fox = str(folder / "fox.txt")
    assert index.remove(fox, stay_out=True)
    for words in (None, "The fox is changed."):
        if words:
            (folder / "fox.txt").write_text(words)
        report = index.sync()
        assert (report.added, report.changed, report.removed, report.skipped) == ((), (), (), ())
        assert report.unchanged == len(FILES) - 1
        assert sources_of(index) == set(FILES) - {"fox.txt"}
        with index.snapshot() as snapshot:
            assert (snapshot.left_out(), snapshot.skipped()) == ([fox], [])
    assert index.verify() == []
    assert index.take_back(fox) == [folder]
    assert index.take_back(fox) == []
    assert names(index.sync().added) == ["fox.txt"]
    assert index.remove(fox, stay_out=True)
    (folder / "fox.txt").unlink()
    index.sync()
    with index.snapshot() as snapshot:
        assert snapshot.left_out() == []


def test_a_removed_upload_is_deleted_and_not_remembered(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    write_files(index.uploads, {"up.txt": "Uploaded words."})
    index.sync([index.uploads])
    assert index.remove(str(index.uploads / "up.txt"), stay_out=True)
    assert not (index.uploads / "up.txt").exists()
    with index.snapshot() as snapshot:
        assert snapshot.left_out() == []


def test_when_roots_were_synced_is_known(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder, stop = make_folder(FILES), threading.Event()
    stop.set()
    index.sync([folder], stop=stop)
    assert index.synced() == {folder: None}
    index.sync([folder])
    (when,) = index.synced().values()
    assert when is not None
    assert abs(datetime.now(UTC) - datetime.fromisoformat(when)) < timedelta(minutes=1)


def test_new_loaders_read_everything_anew(
    index: Index, make_folder: MakeFolder, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder({**FILES, "film.mov": "x"})
    index.sync([folder])
    loads.clear()
    monkeypatch.setattr(parsing, "LOADER_VERSION", 999)
    index.sync([folder])
    assert len(loads) == 3
    loads.clear()
    index.sync([folder])
    assert loads == []


def test_odd_names_and_dates(index: Index, make_folder: MakeFolder, loads: list[str]) -> None:
    folder = make_folder({"two\nlines.txt": "Lines here.", "<img src=x>.txt": "Image here."})
    for name in (b"a\xff.txt", b"a\xfe.txt"):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"Bytes " + name.hex().encode())
    os.utime(folder / "two\nlines.txt", (10**10, 10**10))
    assert len(index.sync([folder]).added) == 4
    report = index.sync([folder])
    assert (report.unchanged, report.changed) == (4, ())
    with index.snapshot() as snapshot:
        assert len(snapshot.infos()) == 4


def test_a_closed_folder_is_named(
    index: Index, make_folder: MakeFolder, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder({"a.txt": "Open words.", "closed/b.txt": "Closed words."})
    index.sync([folder])
    really = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return really(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        report = index.sync([folder])
    assert [(Path(s.source).name, s.reason) for s in report.skipped] == [
        ("closed", SkipReason.NO_PERMISSION)
    ]
    assert (report.removed, report.unchanged) == ((), 2)
    assert sources_of(index) == {"a.txt", "b.txt"}, "what is below it is kept"
    with index.snapshot() as snapshot:
        assert snapshot.skipped() == list(report.skipped), "and the folder is remembered"
    report = index.sync([folder])
    assert (report.added, report.removed, report.skipped) == ((), (), ())
    assert report.unchanged == 2
    with index.snapshot() as snapshot:
        assert snapshot.skipped() == []


def test_a_file_that_cannot_be_looked_at_is_kept(
    index: Index, make_folder: MakeFolder, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(FILES)
    index.sync([folder])
    really = Path.stat

    def fail(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "fox.txt":
            raise OSError(5, "Input/output error")
        return really(path, follow_symlinks=follow_symlinks)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", fail)
        report = index.sync([folder])
    assert [s.reason for s in report.skipped] == [SkipReason.UNREADABLE]
    assert report.removed == ()
    assert sources_of(index) == set(FILES)
    assert index.sync([folder]).unchanged == 3


@pytest.mark.parametrize("reason", [one for one in SkipReason if one != SkipReason.LEFT_OUT])
def test_which_refusals_are_tried_again(
    index: Index,
    make_folder: MakeFolder,
    loads: list[str],
    monkeypatch: pytest.MonkeyPatch,
    reason: SkipReason,
) -> None:
    """At once: what may pass. With other limits: what they decide. Never: what the bytes decide."""
    folder = make_folder({"a.txt": "Words."})

    def refuse(self: Sandbox, path: Path, source: str) -> Document:
        loads.append(source)
        raise UnreadableError(SkippedFile(source, reason))

    monkeypatch.setattr(parsing.Sandbox, "load", refuse)
    tries = []
    for limits in (Limits(), Limits(), Limits(seconds=61), Limits(seconds=61)):
        loads.clear()
        assert [s.reason for s in index.sync([folder], limits=limits).skipped] == [reason]
        tries.append(len(loads))
    passing = (SkipReason.CHANGED, SkipReason.UNREADABLE, SkipReason.NO_PERMISSION)
    limited = (SkipReason.TOO_LARGE, SkipReason.TOO_SLOW, SkipReason.TOO_MUCH_MEMORY)
    expected = (
        [1, 1, 1, 1] if reason in passing else [1, 0, 1, 0] if reason in limited else [1, 0, 0, 0]
    )
    assert tries == expected


def test_a_file_over_the_limit_is_read_when_the_limit_is_raised(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    folder = make_folder({"big.txt": "The tower is 330 metres tall. " * 40_000})
    assert len(index.sync([folder], limits=Limits(file_mb=1)).skipped) == 1
    assert names(index.sync([folder], limits=Limits(file_mb=2)).added) == ["big.txt"]


def test_damage_in_the_catalog_is_one_clear_error(
    index: Index, make_folder: MakeFolder, loads: list[str], tmp_path: Path
) -> None:
    folder = make_folder({f"file{n:03d}.txt": f"It holds word{n}." for n in range(250)})
    index.sync([folder])
    index.close()
    path = tmp_path / "index" / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xaa" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="nothing was deleted"):
        index.sync([folder])


def test_a_thousand_small_files(
    index: Index, make_folder: MakeFolder, loads: list[str], embedder: CountingEmbedder
) -> None:
    """The second sync of an unchanged folder only looks at sizes and dates."""
    folder = make_folder({f"{n}.txt": f"Note {n} on subject{n}." for n in range(1000)})
    assert len(index.sync([folder]).added) == 1000
    started = time.perf_counter()
    assert index.sync([folder]).unchanged == 1000
    assert time.perf_counter() - started < 5
