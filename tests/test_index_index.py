"""The index as a whole: snapshots, damage, refusals, killed writers, and a model to agree with."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import (
    CountingEmbedder,
    MakeFolder,
    all_sources,
    dense_sources,
    lexical_sources,
    write_files,
)

from index import deriving
from index import index as index_module
from index.analysis import question_terms, terms
from index.catalog import FILE_NAME, Catalog
from index.catalog_schema import SCHEMA_VERSION
from index.embedding import HashingEmbedder
from index.errors import (
    BusyError,
    DamagedError,
    MismatchError,
    MissingIndexError,
    StoreError,
    VersionError,
)
from index.index import Index
from index.seal import unseal
from index.sentences import sentence_spans
from index.types import Chunk, Document, Scope

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "fox.txt": "The red fox hunts at dawn.",
    "whale.txt": "A blue whale eats krill.",
    "frog.txt": "The green frog sleeps in winter.",
}
QUESTION = "Which animal hunts krill in winter?"


def results(index: Index) -> list[object]:
    """Everything a search can see."""
    vector = HashingEmbedder(64).embed([QUESTION])[0]
    with index.snapshot() as snapshot:
        dense = snapshot.search_dense(vector, 10)
        return [
            [(number, round(score, 5)) for number, score in dense],
            snapshot.search_lexical(question_terms(QUESTION), 10),
            list(snapshot.all_chunks()),
            snapshot.infos(),
        ]


@pytest.fixture
def filled(index: Index, make_folder: MakeFolder, loads: list[str]) -> Index:
    index.sync([make_folder(FILES)])
    return index


# ---- snapshots ---------------------------------------------------------------------------


def test_a_snapshot_reads(filled: Index, tmp_path: Path) -> None:
    folder = str(tmp_path / "docs")
    with filled.snapshot() as snapshot:
        numbers = [number for number, _ in snapshot.all_chunks()]
        vector = filled.embedder.embed([FILES["fox.txt"]])[0]
        found = snapshot.search_dense(vector, 10)
        assert snapshot.similarities(vector, numbers) == pytest.approx(dict(found))
        assert snapshot.similarities(vector, []) == {}
        only = Scope(sources=(f"{folder}/whale.txt",))
        assert len(snapshot.search_dense(vector, 10, only)) == 1
        assert snapshot.search_dense(vector, 10, Scope(folders=("/nowhere",))) == []
        assert len(snapshot.search_dense(vector, 10, Scope(folders=(folder,)))) == 3
        assert snapshot.unknown_terms(["fox", "zebra"]) == ["zebra"]
        rarity = snapshot.rarity(["fox", "the", "zebra"])
        assert rarity["zebra"] > rarity["fox"] > rarity["the"] > 0
        chunk = snapshot.chunks(numbers)[numbers[0]]
        document = snapshot.document(chunk.document_id)
        assert document is not None
        assert document.text[chunk.start : chunk.end] == chunk.text
        assert snapshot.document("nothing") is None


def test_a_snapshot_sees_nothing_of_a_later_sync(filled: Index, make_folder: MakeFolder) -> None:
    folder = make_folder({})
    before = results(filled)
    with filled.snapshot() as old:
        (folder / "fox.txt").unlink()
        make_folder({"whale.txt": "The whale was changed.", "new.txt": "A new newt."})
        thread = threading.Thread(target=filled.sync, args=([folder],))
        thread.start()
        thread.join()
        vector = HashingEmbedder(64).embed([QUESTION])[0]
        dense = [(number, round(score, 5)) for number, score in old.search_dense(vector, 10)]
        seen = [dense, old.search_lexical(question_terms(QUESTION), 10)]
        assert [*seen, list(old.all_chunks()), old.infos()] == before
        with filled.snapshot() as new:
            assert all_sources(new) == {"whale.txt", "frog.txt", "new.txt"}
            assert dense_sources(filled, new, "The red fox hunts at dawn.", 9) == all_sources(new)
            assert lexical_sources(new, "newt") == {"new.txt"}
            assert lexical_sources(old, "newt") == set()
    assert results(filled) != before


def test_questions_are_answered_while_a_sync_runs(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    """Every snapshot agrees with itself: dense, lexical and text show the same passages."""
    folder = make_folder({f"f{n}.txt": f"File {n} common word{n}." for n in range(150)})
    index.sync([folder])
    make_folder({f"f{n}.txt": f"File {n} common other{n}." for n in range(0, 150, 2)})
    wrong: list[str] = []
    seen: set[int] = set()
    done = threading.Event()

    def ask() -> None:
        vector = HashingEmbedder(64).embed(["common"])[0]
        while not done.is_set():
            with index.snapshot() as snapshot:
                seen.add(snapshot.generation)
                dense = {number for number, _ in snapshot.search_dense(vector, 500)}
                lexical = {number for number, _ in snapshot.search_lexical(["common"], 500)}
                text = {number for number, _ in snapshot.all_chunks()}
                if not dense == lexical == text:
                    wrong.append(f"{len(dense)} {len(lexical)} {len(text)}")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    report = index.sync([folder])
    done.set()
    for thread in threads:
        thread.join()
    assert len(report.changed) == 75
    assert wrong == []
    assert len(seen) > 1, "no snapshot was taken in the middle"


def test_every_passage_is_found_by_its_own_words(
    index: Index, make_folder: MakeFolder, loads: list[str]
) -> None:
    odd = "29,000 X-100 café №5 你好世界 हिन्दी dog's 3.5% O'Brien's e-mail 1st-class ﬁn ΣΑΣ"
    index.sync([make_folder({"odd.txt": odd + ". Another 7-eleven sentence.\n\nEnd."})])
    with index.snapshot() as snapshot:
        for number, chunk in snapshot.all_chunks():
            for term in question_terms(chunk.embedding_text):
                assert number in dict(snapshot.search_lexical([term], 50)), term
            pieces = [chunk.context, *(chunk.text[a:b] for a, b in sentence_spans(chunk.text))]
            stored = snapshot._catalog.full_text.sentence_terms([number])[number]
            assert stored == [terms(piece) for piece in pieces]


# ---- opening and refusing ----------------------------------------------------------------


def test_a_missing_index(tmp_path: Path, embedder: CountingEmbedder) -> None:
    for options in ({"create": False}, {"read_only": True}):
        with pytest.raises(MissingIndexError, match="no index"):
            Index.open(tmp_path / "none", embedder, **options)
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path, embedder: CountingEmbedder) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match="cannot be made"):
            Index.open(folder, embedder)


def test_another_embedder_is_refused(filled: Index, tmp_path: Path) -> None:
    other = HashingEmbedder(64)
    other.fingerprint = "other:64:1"  # same dimension, other vectors
    with pytest.raises(MismatchError, match=r"hashing:64:1.*other:64:1"):
        Index.open(filled.folder, other)
    filled.embedder = other
    with pytest.raises(MismatchError):
        filled.sync([tmp_path / "docs"])


@pytest.mark.parametrize("name", ["CHUNKER_VERSION", "ANALYSER_VERSION"])
def test_another_chunker_or_analyser_is_refused_by_a_reader(
    filled: Index, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(index_module, name, "999")
    with pytest.raises(MismatchError, match=r"999.*up to date"):
        Index.open(filled.folder, filled.embedder, read_only=True)
    for action in (filled.sync, lambda: results(filled)):  # opened before the versions parted
        with pytest.raises(MismatchError, match="999"):
            action()


def other_terms(text: str) -> list[str]:
    return [f"new{term}" for term in terms(text)]


def test_a_new_analyser_makes_the_terms_again(
    filled: Index, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder.texts.clear()
    monkeypatch.setattr(index_module, "ANALYSER_VERSION", "999")
    monkeypatch.setattr(deriving, "terms", other_terms)
    for _ in range(2):
        with Index.open(filled.folder, embedder) as index, index.snapshot() as snapshot:
            assert len(snapshot.search_lexical(["newfox"], 5)) == 1
            assert snapshot.search_lexical(["fox"], 5) == []
            assert len(snapshot) == len(snapshot.search_dense(embedder.embed(["x"])[0], 9)) == 3
            assert index.verify() == []
    assert embedder.texts == ["x", "x"], "vectors are kept"
    with monkeypatch.context() as patch:
        patch.setattr(index_module, "derive_again", lambda *_: pytest.fail("done before"))
        Index.open(filled.folder, embedder).close()


def test_a_new_chunker_makes_the_passages_again(
    filled: Index, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_halves(document: Document, *_: object) -> list[Chunk]:
        half = len(document.text) // 2
        spans = [(0, half), (half, len(document.text))]
        return [
            Chunk(f"{document.id}/{a}", document.id, a, b, document.text[a:b], (), (), "")
            for a, b in spans
        ]

    monkeypatch.setattr(index_module, "CHUNKER_VERSION", "999")
    monkeypatch.setattr(deriving, "chunk_document", by_halves)
    with Index.open(filled.folder, embedder, create=False) as index:
        assert index.verify() == []
        with index.snapshot() as snapshot:
            assert len(snapshot) == 6
            assert all_sources(snapshot) == set(FILES)
            vector = embedder.embed([FILES["fox.txt"][:13]])[0]
            assert dense_sources(index, snapshot, FILES["fox.txt"][:13]) == {"fox.txt"}
            assert len(snapshot.search_dense(vector, 20)) == 6


def test_making_anew_goes_on_where_it_was_cut_short(
    filled: Index, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, left = Catalog.replace_chunks, [1]

    def cut_short(self: Catalog, *parts: object) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        really(self, *parts)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(index_module, "ANALYSER_VERSION", "999")
        patch.setattr(deriving, "terms", other_terms)
        patch.setattr(Catalog, "replace_chunks", cut_short)
        with pytest.raises(KeyboardInterrupt):
            Index.open(filled.folder, embedder)
    with pytest.raises(MismatchError, match="unfinished"):
        Index.open(filled.folder, embedder, read_only=True)  # the old version, half of it replaced
    with Index.open(filled.folder, embedder) as index:
        assert index.verify() == []
        with index.snapshot() as snapshot:
            assert len(snapshot.search_lexical(["fox"], 5)) == 1


def test_the_refusal_of_another_embedder_can_be_followed(filled: Index) -> None:
    other = HashingEmbedder(32)
    with pytest.raises(MismatchError, match="--index") as caught:
        Index.open(filled.folder, other)
    assert f"{filled.folder}" in str(caught.value)
    shutil.rmtree(filled.folder)
    Index.open(filled.folder, other).close()


def test_an_index_is_closed_to_other_users(tmp_path: Path, embedder: CountingEmbedder) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such modes")
    (tmp_path / "there").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        Index.open(tmp_path / "there" / "data" / "indexes" / "mine", embedder).close()
    finally:
        os.umask(before)
    folder = tmp_path / "there" / "data"
    modes = [
        place.stat().st_mode & 0o777 for place in (folder, *folder.rglob("*")) if place.is_dir()
    ]
    assert modes == [0o700] * 3
    assert (tmp_path / "there").stat().st_mode & 0o077, "folders that were there keep their rights"


def test_a_newer_index_is_refused(filled: Index) -> None:
    unseal(filled.folder / FILE_NAME)  # as its writer did
    db = sqlite3.connect(filled.folder / FILE_NAME)
    db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(VersionError, match="newer"):
        Index.open(filled.folder, filled.embedder)


def test_garbage_is_refused_and_kept(tmp_path: Path, embedder: CountingEmbedder) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"garbage" * 1000)
    with pytest.raises(DamagedError):
        Index.open(tmp_path, embedder)
    assert (tmp_path / FILE_NAME).read_bytes() == b"garbage" * 1000


@pytest.mark.parametrize("state", ["empty", "migrated"])
def test_a_creation_cut_short_is_finished(
    tmp_path: Path,
    make_folder: MakeFolder,
    embedder: CountingEmbedder,
    loads: list[str],
    state: str,
) -> None:
    (tmp_path / "index").mkdir()
    if state == "empty":
        (tmp_path / "index" / FILE_NAME).touch()
    else:
        Catalog.create(tmp_path / "index").close()
    with Index.open(tmp_path / "index", embedder) as index:
        index.sync([make_folder(FILES)])
        assert index.verify() == []


def test_a_catalog_cut_to_nothing_is_damage(filled: Index, embedder: CountingEmbedder) -> None:
    filled.close()
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (filled.folder / name).unlink(missing_ok=True)
    (filled.folder / FILE_NAME).touch()
    with pytest.raises(DamagedError):
        Index.open(filled.folder, embedder)


def test_two_writers(filled: Index, make_folder: MakeFolder) -> None:
    folder = make_folder({"new.txt": "A new newt."})
    with Index.open(filled.folder, filled.embedder) as other, filled._writing():
        for action in (
            lambda: other.sync([folder]),
            lambda: other.remove("x"),
            lambda: other.forget(folder),
        ):
            with pytest.raises(BusyError, match="Another process"):
                action()
        assert len(results(other)[2]) == 3, "reading goes on"
    assert len(filled.sync([folder]).added) == 1


def test_a_stale_lock_file_is_no_lock(filled: Index, make_folder: MakeFolder) -> None:
    (filled.folder / "writer.lock").write_text("999999")
    assert len(filled.sync([make_folder({"new.txt": "A new newt."})]).added) == 1


def test_an_index_opened_to_read_is_not_written(filled: Index, make_folder: MakeFolder) -> None:
    with Index.open(filled.folder, filled.embedder, read_only=True) as reader:
        assert len(results(reader)[2]) == 3
        with pytest.raises(StoreError, match="read only"):
            reader.sync([make_folder({})])


def test_a_read_only_folder_is_still_read(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = results(filled)
    filled.close()
    monkeypatch.setattr("index.catalog_schema.os.access", lambda *_: False)
    with Index.open(filled.folder, filled.embedder, read_only=True) as reader:
        assert results(reader) == before
        assert reader.verify() == []

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(index_module.FileLock, "acquire", refuse)
    with pytest.raises(StoreError, match="Read-only file system"):
        filled.sync([make_folder({})])


# ---- removing ----------------------------------------------------------------------------


def test_uploads_are_deleted_and_other_files_are_not(filled: Index, tmp_path: Path) -> None:
    write_files(filled.uploads, {"up.txt": "Uploaded words."})
    filled.sync([filled.uploads])
    fox = tmp_path / "docs" / "fox.txt"
    assert filled.remove(str(filled.uploads / "up.txt"))
    assert filled.remove(str(fox))
    assert not (filled.uploads / "up.txt").exists()
    assert fox.exists()
    with filled.snapshot() as snapshot:
        assert all_sources(snapshot) == {"whale.txt", "frog.txt"}


def test_a_forged_upload_name_deletes_nothing(filled: Index, tmp_path: Path) -> None:
    write_files(tmp_path, {"precious.txt": "x"})
    filled.uploads.mkdir()
    for name in ("../../precious.txt", "unknown.txt"):
        assert not filled.remove(f"{filled.uploads}/{name}")
    assert (tmp_path / "precious.txt").exists()


# ---- the vector file ---------------------------------------------------------------------


def vector_file(index: Index) -> Path:
    (path,) = index.folder.glob("vectors-*.faiss*")
    return path


@pytest.mark.parametrize("harm", ["deleted", "flipped", "cut", "emptied", "stale"])
def test_a_harmed_vector_file_changes_no_result(
    filled: Index, make_folder: MakeFolder, embedder: CountingEmbedder, harm: str
) -> None:
    old = vector_file(filled).read_bytes()
    folder = make_folder({"newt.txt": "A new newt."})
    (folder / "fox.txt").unlink()
    filled.sync([folder])
    path, before = vector_file(filled), results(filled)
    data = path.read_bytes()
    harmed = {
        "flipped": data[:100] + bytes([data[100] ^ 1]) + data[101:],
        "cut": data[:-7],
        "emptied": b"",
        "stale": old,
    }
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(harmed[harm])
    embedder.texts.clear()
    with Index.open(filled.folder, embedder) as again:
        assert results(again) == before
        assert len(again.verify()) == 1
        again.sync([folder])
        assert again.verify() == [], "the writer puts a sound file in its place"
    assert embedder.texts == []
    with Index.open(filled.folder, embedder) as again:
        assert results(again) == before


def test_a_vector_file_that_was_never_written(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill between the last document and the vectors: a reader catches up in memory."""
    folder = make_folder({"new.txt": "A new newt.", "whale.txt": "Changed."})
    with monkeypatch.context() as patch:
        patch.setattr(Index, "save_vectors", lambda *_: None)
        filled.sync([folder])
    with Index.open(filled.folder, filled.embedder) as fresh:
        assert results(fresh) == results(filled)
        assert len(results(fresh)[0]) == 4
        fresh.sync([folder])
        assert len(list(fresh.folder.glob("vectors-*"))) == 1


def test_a_full_disk_for_vectors_loses_nothing(
    filled: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder({"new.txt": "A new newt."})

    rename = Path.replace

    def full(path: Path, target: Path) -> Path:
        if "vectors" in path.name:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(StoreError, match="No space left"):
            filled.sync([folder])
    with filled.snapshot() as snapshot:
        assert lexical_sources(snapshot, "newt") == {"new.txt"}
        assert dense_sources(filled, snapshot, "A new newt.") == {"new.txt"}
    assert filled.sync([folder]).unchanged == 4
    assert filled.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vectors SET vector = zeroblob(256)",
        "UPDATE chunks SET vector = zeroblob(20) WHERE number = 1",
    ],
)
def test_damaged_vectors_in_the_catalog_are_not_searched(filled: Index, statement: str) -> None:
    vector_file(filled).unlink()
    unseal(filled.folder / FILE_NAME)  # or it is found before anything is looked at
    db = sqlite3.connect(filled.folder / FILE_NAME)
    db.execute(statement)
    db.commit()
    db.close()
    with Index.open(filled.folder, filled.embedder) as fresh:
        with pytest.raises(DamagedError, match="damaged"):
            results(fresh)
        assert fresh.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET modified = '1999-01-01', pages = 77",
        "UPDATE terms SET words = 'zebra . zebra' WHERE rowid = 1",  # in step with its index
        "UPDATE terms_content SET c0 = 'zebra . zebra' WHERE id = 1",
        "DELETE FROM terms WHERE rowid = 1",
        "UPDATE sources SET size = size + 1",
    ],
)
def test_verify_finds(filled: Index, statement: str) -> None:
    db = sqlite3.connect(filled.folder / FILE_NAME)
    assert db.execute(statement).rowcount > 0
    db.commit()
    db.close()
    assert filled.verify() != []


# ---- killed writers ----------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from index.embedding import HashingEmbedder
from index.index import Index
print("ready", flush=True)
with Index.open(Path(sys.argv[1]), HashingEmbedder(64)) as index:
    index.sync([Path(sys.argv[2])], progress=lambda p: print(p.done, p.source, flush=True))
print("done", flush=True)
"""
NAMES = [f"file{n:02d}.txt" for n in range(40)]


def write_round(folder: Path, number: int) -> None:
    texts = {name: f"{name} round{number}.\n\n" + f"word{number} " * 500 for name in NAMES}
    write_files(folder, texts)


def rounds_held(index: Index) -> dict[str, int]:
    """Which version of each file the index holds; fails when one is there in part."""
    held: dict[str, int] = {}
    with index.snapshot() as snapshot:
        chunks = [chunk for _, chunk in snapshot.all_chunks()]
        dense = snapshot.search_dense(index.embedder.embed(["word"])[0], 10_000)
        assert len(dense) == len(chunks)
        for info in snapshot.infos().values():
            document = snapshot.document(info.id)
            assert document is not None
            own = [chunk for chunk in chunks if chunk.document_id == info.id]
            number = int(document.text.split("round")[1].split(".")[0])
            assert document.text.count(f"word{number} ") == 499
            assert max(chunk.end for chunk in own) == len(document.text)
            (name,) = {Path(source).name for source in info.sources}
            assert name not in held
            held[name] = number
            lexical = snapshot.search_lexical([f"word{number}"], 10_000)
            assert {c.id for c in snapshot.chunks([n for n, _ in lexical]).values()} >= {
                chunk.id for chunk in own if f"word{number}" in chunk.text
            }
    return held


def committed(told: str) -> set[str]:
    """Files that the child said were committed: those at which its count of files rose."""
    names: set[str] = set()
    count = 0
    for line in told.split("\n")[:-1]:  # the last may be cut short
        if line != "done":
            number, source = line.split(" ", 1)
            if int(number) > count:
                names.add(Path(source).name)
            count = int(number)
    return names


def test_killed_at_any_moment_nothing_is_half(tmp_path: Path) -> None:
    folder, where = tmp_path / "docs", tmp_path / "index"
    choice = random.Random(7)
    before: dict[str, int] = {}
    in_the_middle = 0
    for number in range(15):
        write_round(folder, number)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(where), str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        told = ""
        for _ in range(choice.randint(0, 45)):
            told += child.stdout.readline()
        time.sleep(choice.uniform(0, 0.02 if told else 0.3))  # without a word: while it opens
        child.kill()
        told += child.stdout.read()
        child.wait()
        with Index.open(where, HashingEmbedder(64)) as index:
            assert index.verify() == []
            held = rounds_held(index)
        acknowledged = committed(told)
        in_the_middle += 0 < len(acknowledged) < len(NAMES)
        for name in acknowledged:
            assert held[name] == number, "what was acknowledged stays"
        for name, old in before.items():
            assert held[name] in (old, number), "a document that was there stays"
        before = held
    assert in_the_middle >= 3, f"only {in_the_middle} of 15 kills hit a sync at work"
    with Index.open(where, HashingEmbedder(64)) as index:
        index.sync([folder])
        assert rounds_held(index) == dict.fromkeys(NAMES, 14)
        assert index.verify() == []
        assert len(list(where.glob("vectors-*"))) == 1
