"""The catalog's tables, how they are opened and migrated, and what SQLite's errors mean.

Knows connections and transactions, no rows: those are in `index.catalog_rows` and `index.catalog`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import BusyError, DamagedError, MissingIndexError, StoreError, VersionError
from index.seal import unseal

FILE_NAME = "catalog.sqlite"

#: Numbered migrations: entry n brings a catalog from version n to n + 1. Never edited, only added.
#: ``digest`` covers a whole row; ``light`` the columns that are read without a document's text.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, synced TEXT);
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, blocks TEXT NOT NULL,
        language TEXT, loader TEXT NOT NULL, modified TEXT, pages INTEGER,
        warnings TEXT NOT NULL, digest BLOB NOT NULL, light BLOB NOT NULL);
    CREATE TABLE sources (
        root INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        path TEXT NOT NULL, document TEXT REFERENCES documents(id),
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT, loaders TEXT NOT NULL,
        reason TEXT, detail TEXT NOT NULL DEFAULT '', digest BLOB NOT NULL,
        PRIMARY KEY (root, path)) WITHOUT ROWID;
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
    # Versions that know nothing of the seal (`index.seal`) would write without breaking it.
    "SELECT 'no change'",
    # Versions that do not know sources which were left out by choice cannot read their rows.
    "SELECT 'no change'",
)
SCHEMA_VERSION = len(MIGRATIONS)
#: What SQLite says when the file does not hold what was written: our tables are always there.
_DAMAGE = ("malformed", "not a database", "decode to UTF-8", "no such table", "no such column")


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open for writing, made or migrated as needed."""
    with clear_errors(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            if mode != "wal":  # some network file systems cannot
                db.execute("PRAGMA journal_mode=DELETE")
            # As FULL, and without a write-ahead log the journal's deletion, which is the commit, is
            # flushed as well: else a power cut can bring it back and undo what was acknowledged.
            db.execute("PRAGMA synchronous=EXTRA")
            db.execute("PRAGMA foreign_keys=ON")
            _migrate(db, path)
        except BaseException:
            db.close()
            raise
    return db


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open an existing catalog without ever writing to it."""
    folder = path.parent
    if not path.is_file():
        raise MissingIndexError(
            f"There is no index at {folder}; make one with: footnote index DOCS --index …"
        )
    with clear_errors(path):
        # Beside a writer a reader has to take part in the WAL; in a folder that cannot be
        # written there is no writer, and only "immutable" opens.
        writable = os.access(folder, os.W_OK)
        query = "mode=rw" if writable else "mode=ro"
        if not writable and not _has_content(folder / f"{path.name}-wal"):
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
                _migrate(db, path)
                db.execute("PRAGMA query_only=ON")
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All changes inside become durable together, or none does."""
    with clear_errors(path):
        try:  # an interrupt right after BEGIN must not leave it open
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


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
        if any(word in message for word in _DAMAGE):
            raise damaged(path, message) from error
        raise StoreError(
            f"The index {path.parent} could not be used: {message}; check that the folder can be "
            "written and the disk is not full. What was indexed before is still there."
        ) from error
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError) as error:
        raise StoreError(
            f"There is a fault in Footnote, not in your files: the index {path.parent} was used "
            f"wrongly ({error}); what was indexed before is still there, please report this."
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> DamagedError:
    """The error for a catalog that does not hold what was written to it."""
    return DamagedError(
        f"The catalog {path} is damaged ({what}); nothing was deleted: save what can still be read "
        f"with: footnote doctor --repair --index {path.parent}"
    )


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    _check_version(version, path)
    while version < SCHEMA_VERSION:
        with transaction(db, path):
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            if version < SCHEMA_VERSION:  # another process may have been faster
                unseal(path)
                for statement in _statements(MIGRATIONS[version]):
                    db.execute(statement)
                version += 1
                db.execute(f"PRAGMA user_version={version}")


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


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
