"""The SQLite file of an index: sources, documents, chunks, vectors and full text, the one source of
truth. Everything else on disk can be rebuilt from it.

Rows that answers rest on carry a digest, checked on every read, because SQLite does not notice a
flipped bit inside a row. This module knows rows and transactions; it parses, embeds and ranks
nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embedding import Vectors
from index.errors import BusyError, DamagedError, MissingIndexError, StoreError, VersionError
from index.types import (
    Chunk,
    Document,
    DocumentInfo,
    Scope,
    SkippedFile,
    SkipReason,
    blocks_from_list,
    blocks_to_list,
)

Numbers = npt.NDArray[np.int64]

FILE_NAME = "catalog.sqlite"

#: Numbered migrations: entry n brings a catalog from version n to n + 1. Never edited, only added.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, synced TEXT);
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, blocks TEXT NOT NULL,
        language TEXT, loader TEXT NOT NULL, modified TEXT, pages INTEGER,
        warnings TEXT NOT NULL, digest BLOB NOT NULL);
    CREATE TABLE sources (
        root INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        path TEXT NOT NULL, document TEXT REFERENCES documents(id),
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT, loaders TEXT NOT NULL,
        reason TEXT, detail TEXT NOT NULL DEFAULT '', PRIMARY KEY (root, path)) WITHOUT ROWID;
    CREATE INDEX sources_by_document ON sources(document);
    CREATE TABLE vectors (
        key BLOB PRIMARY KEY, vector BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE chunks (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        document TEXT NOT NULL REFERENCES documents(id), start INTEGER NOT NULL,
        end INTEGER NOT NULL, text TEXT NOT NULL, headings TEXT NOT NULL, pages TEXT NOT NULL,
        context TEXT NOT NULL, vector BLOB NOT NULL REFERENCES vectors(key),
        digest BLOB NOT NULL);
    CREATE INDEX chunks_by_document ON chunks(document);
    CREATE INDEX chunks_by_vector ON chunks(vector);
    CREATE TABLE removals (number INTEGER PRIMARY KEY);
    CREATE TABLE vector_files (
        generation INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,
        last_number INTEGER NOT NULL);
    CREATE VIRTUAL TABLE terms USING fts5(
        words, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'");
    CREATE VIRTUAL TABLE term_counts USING fts5vocab(terms, row);
    """,
)
SCHEMA_VERSION = len(MIGRATIONS)

_SENTENCE_MARK = " . "  # the tokenizer passes over it; `sentence_terms` splits at it

_CHUNK_COLUMNS = "number, id, document, start, end, text, headings, pages, context, digest"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What the catalog remembers of one file under one root."""

    path: str
    document: str | None
    size: int
    mtime_ns: int
    sha256: str | None
    loaders: str  #: version of the loaders that saw it
    skipped: SkippedFile | None


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A FAISS file on disk: which generation it holds and what its bytes hash to."""

    generation: int
    name: str
    sha256: str
    last_number: int


class Catalog:
    """One connection to the catalog. Writers wrap changes in ``transaction()``; readers in
    ``reading()``, which pins one state of the whole file until it ends."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self.path = path

    # ---- opening -------------------------------------------------------------------------

    @classmethod
    def create(cls, folder: Path) -> Catalog:
        """Open for writing, made or migrated as needed."""
        path = folder / FILE_NAME
        with clear_errors(path):
            db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            catalog = cls(db, path)
            try:
                mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                if mode != "wal":  # some network file systems cannot
                    db.execute("PRAGMA journal_mode=DELETE")
                db.execute("PRAGMA synchronous=FULL")
                db.execute("PRAGMA foreign_keys=ON")
                catalog._migrate()
            except BaseException:
                db.close()
                raise
        return catalog

    @classmethod
    def open_to_read(cls, folder: Path) -> Catalog:
        """Open an existing catalog without ever writing to it."""
        path = folder / FILE_NAME
        if not path.is_file():
            raise MissingIndexError(
                f"There is no index at {folder}; make one with: footnote index DOCS --index …"
            )
        with clear_errors(path):
            # Beside a writer a reader has to take part in the WAL; in a folder that cannot be
            # written there is no writer, and only "immutable" opens.
            writable = os.access(folder, os.W_OK)
            query = "mode=rw" if writable else "mode=ro"
            if not writable and not _has_content(folder / f"{FILE_NAME}-wal"):
                query += "&immutable=1"  # would pass over what a killed writer left in the WAL
            uri = f"{path.resolve().as_uri()}?{query}"
            db = sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30
            )
            try:
                db.execute("PRAGMA query_only=ON")
                version = int(db.execute("PRAGMA user_version").fetchone()[0])
                _check_version(version, path)
                if version < SCHEMA_VERSION and writable:
                    db.execute("PRAGMA query_only=OFF")
                    cls(db, path)._migrate()
                    db.execute("PRAGMA query_only=ON")
            except BaseException:
                db.close()
                raise
        return cls(db, path)

    def _migrate(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        _check_version(version, self.path)
        while version < SCHEMA_VERSION:
            with self.transaction():
                version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
                if version < SCHEMA_VERSION:  # another process may have been faster
                    for statement in _statements(MIGRATIONS[version]):
                        self._db.execute(statement)
                    version += 1
                    self._db.execute(f"PRAGMA user_version={version}")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside become durable together, or none does."""
        with clear_errors(self.path):
            try:  # an interrupt right after BEGIN must not leave it open
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

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

    def roots(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT path FROM roots ORDER BY id")]

    def root_id(self, path: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO roots (path) VALUES (?)", (path,))
        row = self._db.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
        return int(row[0])

    def mark_synced(self, root: int, when: str) -> None:
        self._db.execute("UPDATE roots SET synced = ? WHERE id = ?", (when, root))

    def forget_root(self, path: str) -> None:
        """Remove a root with all that came from it."""
        row = self._db.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
        if row is not None:
            for source in self.sources(int(row[0])):
                self.remove_source(int(row[0]), source)
            self._db.execute("DELETE FROM roots WHERE id = ?", (row[0],))

    def sources(self, root: int) -> dict[str, SourceRow]:
        rows = self._db.execute(
            "SELECT path, document, size, mtime_ns, sha256, loaders, reason, detail"
            " FROM sources WHERE root = ?",
            (root,),
        )
        return {row[0]: _source_row(row) for row in rows}

    def put_source(self, root: int, row: SourceRow) -> None:
        """Point a source to its document, or note why there is none; an orphaned document goes."""
        before = self._db.execute(
            "SELECT document FROM sources WHERE root = ? AND path = ?", (root, row.path)
        ).fetchone()
        self._db.execute(
            "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                root,
                row.path,
                row.document,
                row.size,
                row.mtime_ns,
                row.sha256,
                row.loaders,
                row.skipped.reason.name if row.skipped else None,
                row.skipped.detail if row.skipped else "",
            ),
        )
        if before and before[0] and before[0] != row.document:
            self._drop_orphan(before[0])

    def remove_source(self, root: int, path: str) -> None:
        row = self._db.execute(
            "SELECT document FROM sources WHERE root = ? AND path = ?", (root, path)
        ).fetchone()
        self._db.execute("DELETE FROM sources WHERE root = ? AND path = ?", (root, path))
        if row and row[0]:
            self._drop_orphan(row[0])

    def places(self, path: str) -> list[tuple[int, str]]:
        """Ids and paths of the roots that hold a source of this path."""
        rows = self._db.execute(
            "SELECT roots.id, roots.path FROM sources JOIN roots ON roots.id = sources.root"
            " WHERE sources.path = ?",
            (path,),
        )
        return [(int(root), str(name)) for root, name in rows]

    def skipped(self) -> list[SkippedFile]:
        rows = self._db.execute(
            "SELECT DISTINCT path, reason, detail FROM sources WHERE reason IS NOT NULL"
            " ORDER BY path"
        )
        return [SkippedFile(path, SkipReason[reason], detail) for path, reason, detail in rows]

    # ---- documents and chunks ------------------------------------------------------------

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
        blocks = json.dumps(blocks_to_list(document.blocks), separators=(",", ":"))
        warnings = json.dumps(list(document.warnings))
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.title,
                document.text,
                blocks,
                document.language,
                document.loader,
                document.modified,
                document.pages,
                warnings,
                _digest(document.id, document.title, document.text, blocks),
            ),
        )
        for chunk, key, chunk_terms in zip(chunks, keys, terms, strict=True):
            headings, pages = json.dumps(chunk.headings), json.dumps(chunk.pages)
            number = self._db.execute(
                "INSERT INTO chunks (id, document, start, end, text, headings, pages, context,"
                " vector, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    chunk.id,
                    chunk.document_id,
                    chunk.start,
                    chunk.end,
                    chunk.text,
                    headings,
                    pages,
                    chunk.context,
                    key,
                    _chunk_digest(chunk, headings, pages),
                ),
            ).lastrowid
            self._db.execute(
                "INSERT INTO terms (rowid, words) VALUES (?, ?)",
                (number, _SENTENCE_MARK.join(map(" ".join, chunk_terms))),
            )
        self._next_generation()

    def _drop_orphan(self, document_id: str) -> None:
        held = self._db.execute(
            "SELECT 1 FROM sources WHERE document = ? LIMIT 1", (document_id,)
        ).fetchone()
        if held:
            return
        own = (document_id,)
        self._db.execute(
            "DELETE FROM terms WHERE rowid IN (SELECT number FROM chunks WHERE document = ?)", own
        )
        self._db.execute("INSERT INTO removals SELECT number FROM chunks WHERE document = ?", own)
        keys = self._db.execute("SELECT DISTINCT vector FROM chunks WHERE document = ?", own)
        stale = [row[0] for row in keys]
        self._db.execute("DELETE FROM chunks WHERE document = ?", own)
        self._db.executemany(
            "DELETE FROM vectors WHERE key = ?"
            " AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector = vectors.key)",
            [(key,) for key in stale],
        )
        self._db.execute("DELETE FROM documents WHERE id = ?", own)
        self._next_generation()

    def document(self, document_id: str) -> Document | None:
        row = self._db.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return None
        _, title, text, blocks, language, loader, modified, pages, warnings, digest = row
        if digest != _digest(document_id, title, text, blocks):
            raise _damaged(self.path, f"document {document_id}")
        return Document(
            id=document_id,
            title=title,
            text=text,
            blocks=blocks_from_list(json.loads(blocks)),
            language=language,
            loader=loader,
            modified=modified,
            pages=pages,
            warnings=tuple(json.loads(warnings)),
        )

    def infos(self, document_ids: Iterable[str] | None = None) -> dict[str, DocumentInfo]:
        """Light forms of the documents asked for, or of all."""
        query = (
            "SELECT d.id, d.title, d.language, d.modified, d.pages,"
            " (SELECT count(*) FROM chunks WHERE document = d.id),"
            " (SELECT max(mtime_ns) FROM sources WHERE document = d.id) FROM documents d"
        )
        if document_ids is None:
            rows = self._db.execute(query + " ORDER BY d.title").fetchall()
        else:
            rows = []
            for some in _batches(list(dict.fromkeys(document_ids))):
                marks = ",".join("?" * len(some))
                rows += self._db.execute(f"{query} WHERE d.id IN ({marks})", some).fetchall()
        return {row[0]: self._info(row) for row in rows}

    def _info(self, row: tuple[object, ...]) -> DocumentInfo:
        document_id, title, language, modified, pages, chunks, mtime_ns = row
        paths = self._db.execute(
            "SELECT DISTINCT path FROM sources WHERE document = ? ORDER BY path", (document_id,)
        )
        return DocumentInfo(
            id=str(document_id),
            sources=tuple(path for (path,) in paths),
            title=str(title),
            language=None if language is None else str(language),
            modified=_date(mtime_ns) if modified is None else str(modified),
            pages=pages if isinstance(pages, int) else None,
            chunks=chunks if isinstance(chunks, int) else 0,
        )

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """Chunks by number, digests checked; numbers that are gone are left out."""
        found: dict[int, Chunk] = {}
        for some in _batches(list(numbers)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT {_CHUNK_COLUMNS} FROM chunks WHERE number IN ({marks})", some
            )
            found.update(self._chunk(row) for row in rows)
        return found

    def all_chunks(self) -> Iterator[tuple[int, Chunk]]:
        """Every chunk in the order in which it was added."""
        rows = self._db.execute(f"SELECT {_CHUNK_COLUMNS} FROM chunks ORDER BY number")
        for row in rows:
            yield self._chunk(row)

    def _chunk(self, row: tuple[object, ...]) -> tuple[int, Chunk]:
        number, chunk_id, document, start, end, text, headings, pages, context, digest = row
        try:
            chunk = Chunk(
                id=str(chunk_id),
                document_id=str(document),
                start=int(str(start)),
                end=int(str(end)),
                text=str(text),
                headings=tuple(json.loads(str(headings))),
                pages=tuple(json.loads(str(pages))),
                context=str(context),
            )
        except ValueError as error:
            raise _damaged(self.path, f"chunk {number}") from error
        if digest != _chunk_digest(chunk, str(headings), str(pages)):
            raise _damaged(self.path, f"chunk {number}")
        return int(str(number)), chunk

    def count_chunks(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM chunks").fetchone()[0])

    # ---- vectors -------------------------------------------------------------------------

    def missing_vectors(self, keys: Sequence[bytes]) -> list[bytes]:
        """Those of the keys, each once and in order, whose vector is not stored yet."""
        known: set[bytes] = set()
        unique = list(dict.fromkeys(keys))
        for some in _batches(unique):
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
            [(key, blob, _digest(key, blob)) for key, blob in rows],
        )

    def vectors_after(self, number: int, dimension: int) -> Iterator[tuple[Numbers, Vectors]]:
        """Numbers and vectors of the chunks added after ``number``, in batches, digests checked."""
        rows = self._db.execute(
            "SELECT c.number, v.key, v.vector, v.digest FROM chunks c"
            " JOIN vectors v ON v.key = c.vector WHERE c.number > ? ORDER BY c.number",
            (number,),
        )
        while batch := rows.fetchmany(4096):
            for _, key, blob, digest in batch:
                if digest != _digest(key, blob) or len(blob) != 4 * dimension:
                    raise _damaged(self.path, f"vector {key.hex()[:12]}")
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

    def set_vector_file(self, file: VectorFile | None) -> None:
        """Name the vector file that holds everything up to now; the log of removals starts anew."""
        self._db.execute("DELETE FROM vector_files")
        if file is not None:
            self._db.execute(
                "INSERT INTO vector_files VALUES (?, ?, ?, ?)",
                (file.generation, file.name, file.sha256, file.last_number),
            )
            self._db.execute("DELETE FROM removals")

    # ---- searching -----------------------------------------------------------------------

    def search_terms(
        self, terms: Sequence[str], limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and BM25 scores, higher is better, of the best matches of any term.

        BM25 is SQLite's: k1 = 1.2, b = 0.75, over analysed terms of title, headings and text.
        """
        if not terms:
            return []
        match = " OR ".join(f'"{term}"' for term in terms)
        where, values = _scope_clause(scope)
        inside = f" AND rowid IN ({_scoped(where)})" if where else ""
        rows = self._db.execute(
            f"SELECT rowid, bm25(terms) FROM terms WHERE terms MATCH ?{inside}"
            " ORDER BY bm25(terms), rowid LIMIT ?",
            (match, *values, limit),
        )
        return [(int(number), -float(score)) for number, score in rows]

    def scoped_numbers(self, scope: Scope) -> Numbers | None:
        """Chunk numbers inside a scope, ascending; None when the scope is everything."""
        where, values = _scope_clause(scope)
        if not where:
            return None
        rows = self._db.execute(_scoped(where) + " ORDER BY number", values).fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def sentence_terms(self, numbers: Iterable[int]) -> dict[int, list[list[str]]]:
        """Per chunk, the terms of its context and then of each of its sentences."""
        found: dict[int, list[list[str]]] = {}
        for some in _batches(list(numbers)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT rowid, words FROM terms WHERE rowid IN ({marks})", some
            )
            for number, words in rows:
                found[number] = [piece.split() for piece in str(words).split(_SENTENCE_MARK)]
        return found

    def count_holders(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each analysed term occurs."""
        counts = dict.fromkeys(terms, 0)
        for some in _batches(list(counts)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT term, doc FROM term_counts WHERE term IN ({marks})", some
            )
            counts.update((str(term), int(count)) for term, count in rows)
        return counts

    # ---- checking ------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """Everything that SQLite's own checks and our digests find wrong; empty when sound."""
        found = [
            str(row[0])
            for row in self._db.execute("PRAGMA integrity_check").fetchall()
            if row[0] != "ok"
        ]
        strays = self._db.execute("PRAGMA foreign_key_check").fetchall()
        found += [
            f"row {row} of {table} points to nothing in {other}" for table, row, other, _ in strays
        ]
        for (document_id,) in self._db.execute("SELECT id FROM documents").fetchall():
            try:
                self.document(document_id)
            except (DamagedError, ValueError) as error:
                found.append(str(error))
        try:
            for _ in self.all_chunks():
                pass
        except DamagedError as error:
            found.append(str(error))
        for key, blob, digest in self._db.execute("SELECT key, vector, digest FROM vectors"):
            if digest != _digest(key, blob):
                found.append(f"vector {key.hex()[:12]} does not match its digest")
        return found


def _statements(script: str) -> Iterator[str]:
    for statement in script.split(";\n"):
        if statement.strip():
            yield statement


def _check_version(version: int, path: Path) -> None:
    if version > SCHEMA_VERSION:
        raise VersionError(
            f"The index {path.parent} was written by a newer Footnote (schema {version}, this one "
            f"knows {SCHEMA_VERSION}); update Footnote or index into another folder."
        )


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside into our errors; ``path`` is the catalog."""
    try:
        yield
    except sqlite3.OperationalError as error:
        message = str(error)
        if "locked" in message or "busy" in message:
            raise BusyError(
                f"Another process is writing to the index {path.parent}; try again when it is done."
            ) from error
        if "malformed" in message or "not a database" in message:
            raise _damaged(path, message) from error
        raise StoreError(
            f"The index {path.parent} could not be used: {message}; check that the folder can be "
            "written and the disk is not full. What was indexed before is still there."
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> DamagedError:
    return DamagedError(
        f"The catalog {path} is damaged ({what}); nothing was deleted: index the documents into a "
        "new index, or restore the file from a backup."
    )


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _digest(*parts: str | bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def _chunk_digest(chunk: Chunk, headings: str, pages: str) -> bytes:
    span = f"{chunk.start}:{chunk.end}"
    parts = (chunk.id, chunk.document_id, span, chunk.text, headings, pages, chunk.context)
    return _digest(*parts)


def _source_row(
    row: tuple[str, str | None, int, int, str | None, str, str | None, str],
) -> SourceRow:
    path, document, size, mtime_ns, sha256, loaders, reason, detail = row
    skipped = SkippedFile(path, SkipReason[reason], detail) if reason else None
    return SourceRow(path, document, size, mtime_ns, sha256, loaders, skipped)


def _batches(items: list[str] | list[int] | list[bytes]) -> Iterator[list[str | int | bytes]]:
    for start in range(0, len(items), 500):  # SQLite allows at least 999 values a statement
        yield list(items[start : start + 500])


def _date(mtime_ns: object) -> str | None:
    if not isinstance(mtime_ns, int):
        return None
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None  # a file dated beyond the calendar


def _scoped(where: str) -> str:
    return (
        "SELECT number FROM chunks WHERE document IN (SELECT s.document FROM sources s"
        f" JOIN documents d ON d.id = s.document WHERE {where})"
    )


def _scope_clause(scope: Scope | None) -> tuple[str, list[str]]:
    if scope is None:
        return "", []
    clauses: list[str] = []
    values: list[str] = []
    if scope.sources or scope.folders:
        options = ["s.path = ?"] * len(scope.sources)
        values += scope.sources
        for folder in scope.folders:
            options.append("substr(s.path, 1, length(?)) = ?")
            prefix = folder.rstrip("/\\") + os.sep
            values += [prefix, prefix]
        clauses.append("(" + " OR ".join(options) + ")")
    stated = "coalesce(d.modified, date(s.mtime_ns / 1000000000, 'unixepoch'))"
    if scope.since is not None:
        clauses.append(f"substr({stated}, 1, 10) >= ?")
        values.append(scope.since)
    if scope.until is not None:
        clauses.append(f"substr({stated}, 1, 10) <= ?")
        values.append(scope.until)
    return " AND ".join(clauses), values
