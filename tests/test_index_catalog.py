"""The catalog: whole transactions, damage found and named, versions, scopes, removals."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import catalog_schema
from index.catalog import FILE_NAME, Catalog, SourceRow, VectorFile
from index.catalog_schema import MIGRATIONS, SCHEMA_VERSION
from index.errors import BusyError, DamagedError, MissingIndexError, StoreError, VersionError
from index.types import Block, BlockKind, Chunk, Document, Scope, SkippedFile, SkipReason

ROW = SourceRow("", None, 1, 1_700_000_000 * 10**9, "sha", "1", None)  # dated 2023-11-14


def document_of(name: str, texts: Sequence[str]) -> tuple[Document, list[Chunk]]:
    """A document with one chunk a text."""
    blocks, chunks, position = [], [], 0
    for text in texts:
        end = position + len(text)
        blocks.append(Block(BlockKind.PARAGRAPH, position, end, page=1))
        chunks.append(
            Chunk(f"{name}-{position}", name, position, end, text, ("H",), (1,), f"{name} › H")
        )
        position = end + 1
    document = Document(name, name.title(), "\n".join(texts), tuple(blocks), "en", "t/1", None, 1)
    return document, chunks


def add(
    catalog: Catalog, name: str, texts: Sequence[str], *, root: int | None = None,
    path: str | None = None, modified: str | None = None,
) -> None:  # fmt: skip
    """Put in a document and one source that points to it."""
    document, chunks = document_of(name, texts)
    keys = [f"key of {text}".encode() for text in texts]
    rows = np.stack([np.full(4, len(text), dtype=np.float32) for text in texts])
    with catalog.transaction():
        place = catalog.root_id("/docs") if root is None else root
        catalog.put_vectors(keys, rows)
        terms = [[["h"], text.split()] for text in texts]
        catalog.add_document(replace(document, modified=modified), chunks, keys, terms)
        catalog.put_source(place, replace(ROW, path=path or f"/docs/{name}.txt", document=name))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    made = Catalog.create(tmp_path)
    add(made, "alpha", ["red fox", "blue whale"])
    add(made, "beta", ["red rose"])
    return made


def test_what_goes_in_comes_out(catalog: Catalog, tmp_path: Path) -> None:
    document, chunks = document_of("alpha", ["red fox", "blue whale"])
    reader = Catalog.open_to_read(tmp_path)
    with reader.reading():
        assert reader.document("alpha") == document
        assert reader.document("nothing") is None
        assert list(reader.chunks([1, 2, 99]).values()) == chunks
        assert [chunk.text for _, chunk in reader.all_chunks()] == [
            "red fox", "blue whale", "red rose",
        ]  # fmt: skip
        info = reader.infos(["alpha"])["alpha"]
        assert (info.sources, info.chunks, info.modified) == (
            ("/docs/alpha.txt",), 2, "2023-11-14",
        )  # fmt: skip
        assert set(reader.infos()) == {"alpha", "beta"}
        numbers, rows = next(reader.vectors_after(1, 4))
        assert numbers.tolist() == [2, 3]
        assert rows[:, 0].tolist() == [10.0, 8.0]
        assert reader.problems() == []
    reader.close()


def test_full_text_finds_and_counts(catalog: Catalog) -> None:
    assert {number for number, _ in catalog.full_text.search(["red"], 10)} == {1, 3}
    assert catalog.full_text.search(["red", "whale"], 10)[0][0] == 2
    assert all(score > 0 for _, score in catalog.full_text.search(["whale"], 10))
    assert catalog.full_text.search(["nothing"], 10) == []
    assert catalog.full_text.search([], 10) == []
    assert catalog.full_text.count_holders(["red", "whale", "nothing"]) == {
        "red": 2,
        "whale": 1,
        "nothing": 0,
    }


def test_terms_are_kept_by_sentence(catalog: Catalog) -> None:
    terms = [["title"], [], ["one", "two"], [], ["three"], []]
    document, chunks = document_of("gamma", ["x"])
    with catalog.transaction():
        catalog.put_vectors([b"k"], np.ones((1, 4), dtype=np.float32))
        catalog.add_document(document, chunks, [b"k"], [terms])
    assert catalog.full_text.sentence_terms([4, 1, 99]) == {4: terms, 1: [["h"], ["red", "fox"]]}
    assert [number for number, _ in catalog.full_text.search(["two"], 5)] == [4]


def test_questions_of_many_words(catalog: Catalog) -> None:
    many = [f"word{number}" for number in range(40_000)]
    assert catalog.full_text.count_holders([*many, "red"])["red"] == 2
    assert {number for number, _ in catalog.full_text.search([*many, "red"], 10)} == {1, 3}


COLUMNS = [
    ("documents", "title", "'Forged'"),
    ("documents", "text", "replace(text, 'red', 'red!')"),
    ("documents", "blocks", "replace(blocks, 'paragraph', 'code')"),
    ("documents", "language", "'fr'"),
    ("documents", "language", "NULL"),
    ("documents", "loader", "'u/1'"),
    ("documents", "modified", "'1999-01-01'"),
    ("documents", "pages", "77"),
    ("documents", "warnings", "'[\"forged\"]'"),
    ("sources", "path", "'/docs/forged.txt'"),
    ("sources", "document", "'beta'"),
    ("sources", "size", "2"),
    ("sources", "mtime_ns", "mtime_ns + 1"),
    ("sources", "sha256", "NULL"),
    ("sources", "loaders", "'2'"),
    ("sources", "reason", "'DAMAGED'"),
    ("sources", "detail", "'forged'"),
    ("chunks", "id", "'forged'"),
    ("chunks", "document", "'beta'"),
    ("chunks", "start", "start + 1"),
    ("chunks", "end", "'x'"),
    ("chunks", "text", "replace(text, 'fox', 'fix')"),
    ("chunks", "headings", "'[\"J\"]'"),
    ("chunks", "pages", "'[2]'"),
    ("chunks", "pages", "'[2'"),
    ("chunks", "context", "context || ' '"),
    ("vectors", "vector", "zeroblob(16)"),
    ("vectors", "vector", "zeroblob(3)"),
]


@pytest.mark.parametrize(("table", "column", "value"), COLUMNS)
def test_a_changed_column_is_found_and_named(
    catalog: Catalog, tmp_path: Path, table: str, column: str, value: str
) -> None:
    key = {
        "documents": "id = 'alpha'",
        "sources": "path = '/docs/alpha.txt'",
        "chunks": "number = 1",
        "vectors": "key = CAST('key of red fox' AS BLOB)",
    }[table]
    db = sqlite3.connect(tmp_path / FILE_NAME)
    assert db.execute(f"UPDATE {table} SET {column} = {value} WHERE {key}").rowcount == 1
    db.commit()
    db.close()
    with pytest.raises(DamagedError) as caught, catalog.reading():  # noqa: PT012
        if table == "documents":
            catalog.document("alpha")
        elif table == "sources":
            catalog.sources(1)
        elif table == "chunks":
            catalog.chunks([1])
        else:
            list(catalog.vectors_after(0, 4))
    named = {
        "documents": "document alpha",
        "sources": "source /docs/",
        "chunks": "chunk 1",
        "vectors": "vector ",
    }[table]
    assert named in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert any(named in problem for problem in catalog.problems())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET title = 'Forged'",
        "UPDATE documents SET modified = '1999-01-01'",
        "UPDATE documents SET language = NULL",
        "UPDATE documents SET pages = 77",
        "UPDATE sources SET mtime_ns = 1",
        "UPDATE sources SET path = '/forged/' || document",
    ],
)
def test_light_forms_are_checked_as_well(catalog: Catalog, statement: str) -> None:
    catalog._db.execute(statement)
    with pytest.raises(DamagedError):
        catalog.infos()
    with pytest.raises(DamagedError):
        catalog.infos(["alpha"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE terms_content SET c0 = 'zebra . zebra' WHERE id = 1",
        "DELETE FROM terms_content WHERE id = 1",
        "INSERT INTO terms (rowid, words) VALUES (99, 'stray')",
        "UPDATE terms_data SET block = zeroblob(length(block)) WHERE id > 100",
    ],
)
def test_damaged_full_text_is_found(catalog: Catalog, tmp_path: Path, statement: str) -> None:
    assert catalog._db.execute(statement).rowcount > 0
    reader = Catalog.open_to_read(tmp_path)
    with reader.reading():
        assert reader.full_text.problems() != []
        assert reader.problems() != []
    reader.close()


@pytest.mark.parametrize("statement", ["SELECT ?", "INSERT INTO roots VALUES (1, '/docs', NULL)"])
def test_our_own_slips_are_not_called_damage(catalog: Catalog, statement: str) -> None:
    with pytest.raises(StoreError, match="fault in Footnote") as caught, catalog.transaction():
        catalog._db.execute(statement)
    assert type(caught.value) is StoreError


def test_text_that_is_none_is_damage(catalog: Catalog) -> None:
    catalog._db.execute("UPDATE documents SET text = CAST(x'ff' AS TEXT)")
    with pytest.raises(DamagedError), catalog.reading():
        catalog.document("alpha")


def test_chunks_are_replaced_whole(catalog: Catalog, tmp_path: Path) -> None:
    _, chunks = document_of("alpha", ["red fox", "brown bear"])
    keys = [b"key of red fox", b"key of brown bear"]
    generation = catalog.generation
    with catalog.transaction():
        catalog.put_vectors(keys[1:], np.ones((1, 4), dtype=np.float32))
        catalog.replace_chunks("alpha", chunks, keys, [[["red"], ["fox"]], [["brown"], ["bear"]]])
    assert catalog.generation > generation
    assert [chunk.text for _, chunk in catalog.all_chunks()] == [
        "red rose",
        "red fox",
        "brown bear",
    ]
    assert catalog.removals().tolist() == [1, 2]
    assert catalog.full_text.search(["whale"], 5) == []
    assert [number for number, _ in catalog.full_text.search(["bear"], 5)] == [5]
    assert catalog.missing_vectors([*keys, b"key of blue whale"]) == [b"key of blue whale"]
    assert catalog.problems() == []


def test_pointers_to_nothing_are_found(catalog: Catalog, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.execute("UPDATE chunks SET vector = zeroblob(20) WHERE number = 1")
    db.commit()
    db.close()
    assert any("chunks" in problem for problem in catalog.problems())


def test_a_transaction_is_rolled_back_whole(catalog: Catalog) -> None:
    class Stop(BaseException):
        pass

    before = (catalog.generation, catalog.count_chunks(), catalog.last_number())
    document, chunks = document_of("gamma", ["green frog"])
    with pytest.raises(Stop), catalog.transaction():  # noqa: PT012
        catalog.put_vectors([b"k"], np.ones((1, 4), dtype=np.float32))
        catalog.add_document(document, chunks, [b"k"], [[["green", "frog"]]])
        catalog.remove_source(1, "/docs/alpha.txt")
        raise Stop
    assert (catalog.generation, catalog.count_chunks(), catalog.last_number()) == before
    assert catalog.full_text.search(["frog"], 5) == []
    assert catalog.document("alpha") is not None
    assert catalog.missing_vectors([b"k", b"k", b"l"]) == [b"k", b"l"]
    assert catalog.removals().tolist() == []


def test_a_document_goes_with_its_last_source(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.put_source(1, replace(ROW, path="/docs/copy.txt", document="alpha"))
        catalog.remove_source(1, "/docs/alpha.txt")
    assert catalog.infos()["alpha"].sources == ("/docs/copy.txt",)
    with catalog.transaction():
        skipped = SkippedFile("/docs/copy.txt", SkipReason.DAMAGED, "torn")
        catalog.put_source(1, replace(ROW, path="/docs/copy.txt", skipped=skipped))
    assert set(catalog.infos()) == {"beta"}
    assert catalog.full_text.search(["whale"], 5) == []
    assert [chunk.text for _, chunk in catalog.all_chunks()] == ["red rose"]
    assert catalog.skipped() == [skipped]
    assert len(catalog.missing_vectors([b"key of red fox", b"key of red rose"])) == 1


def test_vectors_live_as_long_as_any_chunk_needs_them(catalog: Catalog) -> None:
    add(catalog, "gamma", ["red fox"])
    with catalog.transaction():
        catalog.remove_source(1, "/docs/alpha.txt")
    assert catalog.missing_vectors([b"key of red fox", b"key of blue whale"]) == [
        b"key of blue whale"
    ]


def test_the_log_of_removals_starts_anew_with_a_vector_file(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.remove_source(1, "/docs/alpha.txt")
    assert catalog.removals().tolist() == [1, 2]
    file = VectorFile(catalog.generation, "v.faiss", "00", catalog.last_number())
    with catalog.transaction():
        catalog.set_vector_file(file)
    assert catalog.removals().tolist() == []
    assert catalog.vector_file() == file
    add(catalog, "gamma", ["green frog"])
    assert catalog.chunks([4])[4].text == "green frog", "numbers are never used twice"


def test_forgetting_a_root_keeps_what_others_hold(catalog: Catalog) -> None:
    with catalog.transaction():
        other = catalog.root_id("/other")
        catalog.put_source(other, replace(ROW, path="/docs/alpha.txt", document="alpha"))
        catalog.forget_root("/docs")
        catalog.forget_root("/never/there")
    assert list(catalog.roots()) == ["/other"]
    assert set(catalog.infos()) == {"alpha"}


SCOPES = [
    (Scope(), {1, 2, 3, 4}),
    (Scope(sources=("/docs/beta.txt",)), {3}),
    (Scope(sources=("/docs/beta.txt", "/docs/nothing.txt")), {3}),
    (Scope(folders=("/docs",)), {1, 2, 3, 4}),
    (Scope(folders=("/docs/sub/",)), {4}),
    (Scope(folders=("/docs/su",)), set()),
    (Scope(folders=("/docs/s%",)), set()),
    (Scope(folders=("/docs/sub",), sources=("/docs/beta.txt",)), {3, 4}),
    (Scope(since="2024-01-01"), {4}),
    (Scope(since="2023-11-14"), {1, 2, 3, 4}),
    (Scope(until="2023-11-14"), {1, 2, 3}),
    (Scope(until="2023-11-13"), set()),
    (Scope(since="2024-05-01", until="2024-05-01"), {4}),
    (Scope(folders=("/docs",), since="2024-05-02"), set()),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
def test_scopes(catalog: Catalog, scope: Scope, expected: set[int]) -> None:
    add(catalog, "gamma", ["red sky"], path="/docs/sub/gamma.txt", modified="2024-05-01T10:00:00")
    numbers = catalog.full_text.scoped_numbers(scope)
    assert (set(numbers.tolist()) if numbers is not None else {1, 2, 3, 4}) == expected
    assert (numbers is None) == (scope == Scope())
    found = {number for number, _ in catalog.full_text.search(["red"], 10, scope)}
    assert found == expected & {1, 3, 4}


def test_a_reader_keeps_its_state(catalog: Catalog, tmp_path: Path) -> None:
    reader = Catalog.open_to_read(tmp_path)
    with reader.reading():
        add(catalog, "gamma", ["green frog"])
        assert reader.full_text.search(["frog"], 5) == []
        assert reader.count_chunks() == 3
    assert reader.count_chunks() == 4
    with pytest.raises(StoreError), reader.transaction():
        reader.set_manifest("x", "y")
    reader.close()


def test_a_missing_catalog(tmp_path: Path) -> None:
    with pytest.raises(MissingIndexError, match="no index"):
        Catalog.open_to_read(tmp_path)


@pytest.mark.parametrize("opener", [Catalog.create, Catalog.open_to_read])
def test_a_newer_schema_is_refused(tmp_path: Path, opener: type[Catalog]) -> None:
    Catalog.create(tmp_path).close()
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(VersionError, match="newer"):
        opener(tmp_path)


@pytest.mark.parametrize("opener", [Catalog.create, Catalog.open_to_read])
def test_garbage_is_refused_and_kept(tmp_path: Path, opener: type[Catalog]) -> None:
    garbage = b"this is no database" * 1000
    (tmp_path / FILE_NAME).write_bytes(garbage)
    with pytest.raises(DamagedError, match="nothing was deleted"):
        opener(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == garbage


def test_torn_pages_are_a_clear_error(catalog: Catalog, tmp_path: Path) -> None:
    for number in range(50):
        add(catalog, f"filler{number}", [f"text {number} " * 200])
    catalog.close()
    path = tmp_path / FILE_NAME
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError):  # noqa: PT012
        reader = Catalog.open_to_read(tmp_path)
        with reader.reading():
            reader.infos()


def test_migrations_run_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Catalog.create(tmp_path)
    add(made, "alpha", ["red fox"])
    made.close()
    later = (*MIGRATIONS, "CREATE TABLE extra (x);\n    INSERT INTO extra VALUES (7);\n")
    monkeypatch.setattr(catalog_schema, "MIGRATIONS", later)
    monkeypatch.setattr(catalog_schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    migrated = Catalog.create(tmp_path)
    assert migrated.document("alpha") is not None
    migrated.close()
    db = sqlite3.connect(tmp_path / FILE_NAME)
    assert db.execute("SELECT x FROM extra").fetchall() == [(7,)]
    assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    db.close()


def test_a_migration_that_fails_leaves_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalog.create(tmp_path).close()
    monkeypatch.setattr(
        catalog_schema, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE e (x);\nNONSENSE;\n")
    )
    monkeypatch.setattr(catalog_schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(StoreError):
        Catalog.create(tmp_path)
    db = sqlite3.connect(tmp_path / FILE_NAME)
    assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'e'").fetchall()
    db.close()


def test_a_locked_catalog_is_busy(catalog: Catalog, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    catalog._db.execute("PRAGMA busy_timeout=50")
    with pytest.raises(BusyError), catalog.transaction():
        pass
    db.execute("ROLLBACK")
    db.close()
    with catalog.transaction():
        catalog.set_manifest("x", "y")


def test_a_read_only_folder_opens_with_what_the_log_still_holds(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_schema.os, "access", lambda *_: False)
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size > 0
    for _ in range(2):
        reader = Catalog.open_to_read(tmp_path)
        with reader.reading():
            assert set(reader.infos()) == {"alpha", "beta"}
        with pytest.raises(StoreError), reader.transaction():
            reader.set_manifest("x", "y")
        reader.close()
        catalog.close()  # moves the log into the file; then there is none


def test_many_readers_beside_a_writer(catalog: Catalog, tmp_path: Path) -> None:
    """Each read sees documents and chunks that belong together."""
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        reader = Catalog.open_to_read(tmp_path)
        while not done.is_set():
            with reader.reading():
                infos, chunks = reader.infos(), dict(reader.all_chunks())
                if sum(info.chunks for info in infos.values()) != len(chunks):
                    wrong.append("chunks and documents differ")
                if {chunk.document_id for chunk in chunks.values()} != set(infos):
                    wrong.append("a chunk without a document")
        reader.close()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40):
        add(catalog, f"d{number}", [f"one {number}", f"two {number}"])
        if number % 2:
            with catalog.transaction():
                catalog.remove_source(1, f"/docs/d{number - 1}.txt")
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
