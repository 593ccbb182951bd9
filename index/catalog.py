"""The SQLite file of an index: sources, documents, chunks, vectors and full text, the one source of
truth. Everything else on disk can be rebuilt from it.

Rows that answers rest on are checked against their digest on every read. This module knows rows
and transactions; it parses, embeds and ranks nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from index.catalog_rows import (
    CHUNK_COLUMNS,
    INFO_COLUMNS,
    SOURCE_COLUMNS,
    Numbers,
    SourceRow,
    VectorFile,
    batches,
    chunk_from_row,
    chunk_to_row,
    digest,
    document_from_row,
    document_to_row,
    info_from_rows,
    source_from_row,
    source_to_row,
)
from index.catalog_schema import (
    FILE_NAME,
    clear_errors,
    connect_to_read,
    connect_to_write,
    damaged,
    transaction,
)
from index.catalog_search import FullText
from index.embedding import Vectors
from index.errors import DamagedError
from index.held_files import hold, release
from index.seal import seal
from index.types import Chunk, Document, DocumentInfo, SkippedFile, SkipReason

__all__ = ["FILE_NAME", "Catalog", "Numbers", "SourceRow", "VectorFile"]


class Catalog:
    """One connection to the catalog. Writers wrap changes in ``transaction()``; readers in
    ``reading()``, which pins one state of the whole file until it ends."""

    def __init__(self, connection: sqlite3.Connection, path: Path, held: str) -> None:
        self._db = connection
        self._held = held  # until it is closed
        self.path = path
        self.full_text = FullText(connection, path)

    @classmethod
    def create(cls, folder: Path) -> Catalog:
        """Open for writing, made or migrated as needed."""
        return cls._connected(connect_to_write, folder / FILE_NAME)

    @classmethod
    def open_to_read(cls, folder: Path) -> Catalog:
        """Open an existing catalog without ever writing to it."""
        return cls._connected(connect_to_read, folder / FILE_NAME)

    @classmethod
    def _connected(cls, connect: Callable[[Path], sqlite3.Connection], path: Path) -> Catalog:
        held = hold(path)
        try:
            return cls(connect(path), path, held)
        except BaseException:
            release(held)
            raise

    def close(self) -> None:
        """Let go of the file; once is enough."""
        self._db.close()
        held, self._held = self._held, ""
        if held:
            release(held)

    def seal(self, wait_ms: int = 200) -> bool:
        """Write the log back and seal the file; False where readers keep it from being written
        back for longer than ``wait_ms``."""
        with contextlib.suppress(sqlite3.Error):
            self._db.execute(f"PRAGMA busy_timeout={wait_ms}")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                seal(self.path)
                return True
        return False

    def transaction(self) -> AbstractContextManager[None]:
        """All changes inside become durable together, or none does."""
        return transaction(self._db, self.path)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside comes from one committed state."""
        with clear_errors(self.path):
            try:
                self._db.execute("BEGIN")
                self._db.execute("SELECT count(*) FROM manifest").fetchone()  # takes the snapshot
                yield
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    # ---- manifest ------------------------------------------------------------------------

    def manifest(self) -> dict[str, str]:
        return dict(self._db.execute("SELECT key, value FROM manifest"))

    def set_manifest(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        """Counts the transactions that changed which chunks there are."""
        row = self._db.execute("SELECT value FROM manifest WHERE key = 'generation'").fetchone()
        return int(row[0]) if row else 0

    def _next_generation(self) -> None:
        self.set_manifest("generation", str(self.generation + 1))

    # ---- roots and sources ---------------------------------------------------------------

    def roots(self) -> dict[str, str | None]:
        """Paths of the roots, with when each was last synced to the end (ISO 8601, UTC)."""
        return dict(self._db.execute("SELECT path, synced FROM roots ORDER BY id"))

    def root_id(self, path: str) -> int:
        """Number of a root, made when it is new."""
        self._db.execute("INSERT OR IGNORE INTO roots (path) VALUES (?)", (path,))
        row = self._db.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
        return int(row[0])

    def mark_synced(self, root: int, when: str) -> None:
        self._db.execute("UPDATE roots SET synced = ? WHERE id = ?", (when, root))

    def forget_root(self, path: str) -> list[str] | None:
        """Remove a root with all that came from it.

        Returns the sources that had a document, None when there is no such root.
        """
        row = self._db.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
        if row is None:
            return None
        sources = self.sources(int(row[0]))
        for source in sources:
            self.remove_source(int(row[0]), source)
        self._db.execute("DELETE FROM roots WHERE id = ?", (row[0],))
        return sorted(source.path for source in sources.values() if source.document)

    def sources(self, root: int) -> dict[str, SourceRow]:
        """What is remembered of the files under a root, by path."""
        return {source.path: source for source in self._sources("root = ?", root)}

    def put_source(self, root: int, row: SourceRow) -> None:
        """Point a source to its document, or note why there is none; an orphaned document goes."""
        before = self._document_of(root, row.path)
        self._db.execute(
            "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            source_to_row(root, row),
        )
        if before is not None and before != row.document:
            self._drop_orphan(before)

    def leave_out(self, root: int, path: str) -> None:
        """Drop a source's document, or why there is none, and remember that it is to stay out."""
        skipped = SkippedFile(path, SkipReason.LEFT_OUT)
        self.put_source(root, SourceRow(path, None, 0, 0, None, "", skipped))

    def remove_source(self, root: int, path: str) -> None:
        document_id = self._document_of(root, path)
        self._db.execute("DELETE FROM sources WHERE root = ? AND path = ?", (root, path))
        if document_id is not None:
            self._drop_orphan(document_id)

    def places(self, path: str) -> list[tuple[int, str]]:
        """Ids and paths of the roots that hold a source of this path."""
        rows = self._db.execute(
            "SELECT roots.id, roots.path FROM sources JOIN roots ON roots.id = sources.root"
            " WHERE sources.path = ?",
            (path,),
        )
        return [(int(root), str(name)) for root, name in rows]

    def skipped(self) -> list[SkippedFile]:
        """Files that could not be read, with reasons, each once and by path."""
        return [one for one in self._reasons() if one.reason is not SkipReason.LEFT_OUT]

    def left_out(self) -> list[str]:
        """Files that a person left out, each once and by path."""
        return [one.source for one in self._reasons() if one.reason is SkipReason.LEFT_OUT]

    def _reasons(self) -> list[SkippedFile]:
        found = dict.fromkeys(source.skipped for source in self._sources("reason IS NOT ?", None))
        return [skipped for skipped in found if skipped is not None]

    def _sources(self, where: str, value: str | int | None) -> list[SourceRow]:
        rows = self._db.execute(
            f"SELECT {SOURCE_COLUMNS} FROM sources WHERE {where} ORDER BY path", (value,)
        ).fetchall()
        return [source_from_row(row, self.path) for row in rows]

    def _document_of(self, root: int, path: str) -> str | None:
        row = self._db.execute(
            "SELECT document FROM sources WHERE root = ? AND path = ?", (root, path)
        ).fetchone()
        return row[0] if row else None

    # ---- documents and chunks ------------------------------------------------------------

    def document_ids(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT id FROM documents ORDER BY id")]

    def has_document(self, document_id: str) -> bool:
        row = self._db.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone()
        return row is not None

    def add_document(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        keys: Sequence[bytes],
        terms: Sequence[Sequence[Sequence[str]]],
    ) -> None:
        """Insert a document with its chunks, their vector keys and their search terms.

        ``terms`` holds, per chunk, the terms of its context and then of each of its sentences.
        """
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            document_to_row(document),
        )
        self._add_chunks(chunks, keys, terms)
        self._next_generation()

    def replace_chunks(
        self,
        document_id: str,
        chunks: Sequence[Chunk],
        keys: Sequence[bytes],
        terms: Sequence[Sequence[Sequence[str]]],
    ) -> None:
        """Put other chunks and terms, as in `add_document`, in the place of a document's own."""
        stale = self._drop_chunks(document_id)
        self._add_chunks(chunks, keys, terms)
        self._drop_vectors(stale)
        self._next_generation()

    def _add_chunks(
        self,
        chunks: Sequence[Chunk],
        keys: Sequence[bytes],
        terms: Sequence[Sequence[Sequence[str]]],
    ) -> None:
        for chunk, key, chunk_terms in zip(chunks, keys, terms, strict=True):
            number = self._db.execute(
                "INSERT INTO chunks (id, document, start, end, text, headings, pages, context,"
                " vector, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                chunk_to_row(chunk, key),
            ).lastrowid
            assert number is not None
            self.full_text.put(number, chunk_terms)

    def _drop_orphan(self, document_id: str) -> None:
        held = self._db.execute(
            "SELECT 1 FROM sources WHERE document = ? LIMIT 1", (document_id,)
        ).fetchone()
        if not held:
            self._drop_vectors(self._drop_chunks(document_id))
            self._db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            self._next_generation()

    def _drop_chunks(self, document_id: str) -> list[bytes]:
        """Delete a document's chunks and terms; returns the keys of the vectors they used."""
        own = (document_id,)
        self.full_text.drop(document_id)
        self._db.execute("INSERT INTO removals SELECT number FROM chunks WHERE document = ?", own)
        keys = self._db.execute("SELECT DISTINCT vector FROM chunks WHERE document = ?", own)
        stale = [row[0] for row in keys]
        self._db.execute("DELETE FROM chunks WHERE document = ?", own)
        return stale

    def _drop_vectors(self, keys: Sequence[bytes]) -> None:
        """Delete those of the vectors that no chunk uses."""
        self._db.executemany(
            "DELETE FROM vectors WHERE key = ?"
            " AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector = vectors.key)",
            [(key,) for key in keys],
        )

    def document(self, document_id: str) -> Document | None:
        row = self._db.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
        return None if row is None else document_from_row(row, self.path)

    def infos(self, document_ids: Iterable[str] | None = None) -> dict[str, DocumentInfo]:
        """Light forms of the documents asked for, or of all."""
        query = (
            "SELECT (SELECT count(*) FROM chunks WHERE document = documents.id),"
            f" {INFO_COLUMNS} FROM documents"
        )
        if document_ids is None:
            rows = self._db.execute(query + " ORDER BY title").fetchall()
        else:
            rows = []
            for some in batches(list(dict.fromkeys(document_ids))):
                marks = ",".join("?" * len(some))
                rows += self._db.execute(f"{query} WHERE id IN ({marks})", some).fetchall()
        infos = (
            info_from_rows(row, chunks, self._sources("document = ?", row[0]), self.path)
            for chunks, *row in rows
        )
        return {info.id: info for info in infos}

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """Chunks by number; numbers that are gone are left out."""
        found: dict[int, Chunk] = {}
        for some in batches(list(numbers)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE number IN ({marks})", some
            )
            found.update(chunk_from_row(row, self.path) for row in rows)
        return found

    def all_chunks(self) -> Iterator[tuple[int, Chunk]]:
        """Every chunk in the order in which it was added."""
        for row in self._db.execute(f"SELECT {CHUNK_COLUMNS} FROM chunks ORDER BY number"):
            yield chunk_from_row(row, self.path)

    def count_chunks(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM chunks").fetchone()[0])

    # ---- vectors -------------------------------------------------------------------------

    def missing_vectors(self, keys: Sequence[bytes]) -> list[bytes]:
        """Those of the keys, each once and in order, whose vector is not stored yet."""
        known: set[bytes] = set()
        unique = list(dict.fromkeys(keys))
        for some in batches(unique):
            marks = ",".join("?" * len(some))
            known.update(
                row[0]
                for row in self._db.execute(f"SELECT key FROM vectors WHERE key IN ({marks})", some)
            )
        return [key for key in unique if key not in known]

    def put_vectors(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        rows = ((key, row.tobytes()) for key, row in zip(keys, vectors, strict=True))
        self._db.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)",
            [(key, blob, digest(key, blob)) for key, blob in rows],
        )

    def vectors_after(self, number: int, dimension: int) -> Iterator[tuple[Numbers, Vectors]]:
        """Numbers and vectors of the chunks added after ``number``, in batches."""
        rows = self._db.execute(
            "SELECT c.number, v.key, v.vector, v.digest FROM chunks c"
            " JOIN vectors v ON v.key = c.vector WHERE c.number > ? ORDER BY c.number",
            (number,),
        )
        while batch := rows.fetchmany(4096):
            for _, key, blob, stored in batch:
                if stored != digest(key, blob) or len(blob) != 4 * dimension:
                    raise damaged(self.path, f"vector {key.hex()[:12]}")
            numbers = np.array([row[0] for row in batch], dtype=np.int64)
            joined = b"".join(row[2] for row in batch)
            yield numbers, np.frombuffer(joined, dtype="<f4").reshape(len(batch), dimension)

    def removals(self) -> Numbers:
        """Numbers of the chunks removed since the vector file was written."""
        rows = self._db.execute("SELECT number FROM removals ORDER BY number").fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def last_number(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
        return int(row[0]) if row else 0

    def vector_file(self) -> VectorFile | None:
        row = self._db.execute(
            "SELECT generation, name, sha256, last_number FROM vector_files"
            " ORDER BY generation DESC LIMIT 1"
        ).fetchone()
        return VectorFile(*row) if row else None

    def set_vector_file(self, file: VectorFile) -> None:
        """Name the vector file that holds everything up to now; the log of removals starts anew."""
        self._db.execute("DELETE FROM vector_files")
        self._db.execute(
            "INSERT INTO vector_files VALUES (?, ?, ?, ?)",
            (file.generation, file.name, file.sha256, file.last_number),
        )
        self._db.execute("DELETE FROM removals")

    # ---- checking ------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """Everything that SQLite's own checks and our digests find wrong; empty when sound."""
        checked = self._db.execute("PRAGMA integrity_check").fetchall()
        found = [str(row[0]) for row in checked if row[0] != "ok"]
        strays = self._db.execute("PRAGMA foreign_key_check").fetchall()
        found += [
            f"row {row} of {table} points to nothing in {other}" for table, row, other, _ in strays
        ]
        tables = {
            "documents": document_from_row, "chunks": chunk_from_row, "sources": source_from_row,
        }  # fmt: skip
        columns = {"documents": "*", "chunks": CHUNK_COLUMNS, "sources": SOURCE_COLUMNS}
        for table, read in tables.items():
            for row in self._db.execute(f"SELECT {columns[table]} FROM {table}"):
                try:
                    read(row, self.path)
                except DamagedError as error:
                    found.append(str(error))
        for row in self._db.execute(f"SELECT {INFO_COLUMNS} FROM documents"):
            try:
                info_from_rows(row, 0, (), self.path)
            except DamagedError as error:
                found.append(str(error))
        for key, blob, stored in self._db.execute("SELECT key, vector, digest FROM vectors"):
            if stored != digest(key, blob):
                found.append(f"vector {key.hex()[:12]} does not match its digest")
        return found + self.full_text.problems()
