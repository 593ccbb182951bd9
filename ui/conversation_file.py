"""The file that keeps conversations: its tables, how it is opened, and what its errors mean.

It lies beside the indexes and not in one, so that chatting never waits for a sync. A damaged file
is moved aside under a name that says so, never deleted. Knows no rows: see `ui.conversations`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from index.errors import BusyError, DamagedError, StoreError, VersionError
from index.folders import make_private_folder

FILE_NAME = "conversations.sqlite"

#: Numbered migrations: entry n brings a file from version n to n + 1. Never edited, only added.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, library TEXT NOT NULL,
        created TEXT NOT NULL, updated TEXT NOT NULL);
    CREATE TABLE turns (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT, notice TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL, asked TEXT NOT NULL, hashes TEXT NOT NULL DEFAULT '{}');
    CREATE INDEX turns_by_conversation ON turns(conversation);
    CREATE TABLE held (
        turn INTEGER NOT NULL REFERENCES turns(id) ON DELETE CASCADE, document TEXT NOT NULL,
        PRIMARY KEY (turn, document)) WITHOUT ROWID;
    CREATE INDEX held_by_document ON held(document);
    CREATE TABLE feedback (
        turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE,
        verdict INTEGER NOT NULL, correction TEXT NOT NULL, given TEXT NOT NULL);
    CREATE TABLE libraries (name TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    ALTER TABLE turns ADD COLUMN within TEXT NOT NULL DEFAULT '';
    ALTER TABLE turns ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
    """,
)
SCHEMA_VERSION = len(MIGRATIONS)


def connect(folder: Path) -> tuple[sqlite3.Connection, str]:
    """The open file of a data folder, and a sentence when a damaged one had to be moved aside.

    Raises VersionError (written by a newer Footnote), BusyError, StoreError.
    """
    path = folder / FILE_NAME
    try:
        make_private_folder(folder)
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be made: {error.strerror}; set FOOTNOTE_DATA to "
            "another."
        ) from error
    try:
        return _opened(path), ""
    except DamagedError:
        aside = _move_aside(path)
        return _opened(path), (
            f"The saved conversations could not be read, so a new file was begun; the damaged one "
            f"was kept as {aside.name} in the data folder."
        )


def _opened(path: Path) -> sqlite3.Connection:
    with clear_errors(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            if path.exists() and os.name == "posix":
                path.chmod(0o600)
            if db.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
                db.execute("PRAGMA journal_mode=DELETE")  # some network file systems cannot
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA foreign_keys=ON")
            db.execute("PRAGMA secure_delete=ON")  # what a person deletes is overwritten
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise DamagedError(f"The file {path} is damaged.")
            _migrate(db, path)
        except BaseException:
            db.close()
            raise
    return db


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Each step in one transaction; another process may be faster, so the version is read in it."""
    while True:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise VersionError(
                f"The conversations in {path} were written by a newer Footnote (version {version}, "
                f"this one knows {SCHEMA_VERSION}); update Footnote, or set FOOTNOTE_DATA to "
                "another folder."
            )
        if version == SCHEMA_VERSION:
            return
        with transaction(db):
            if int(db.execute("PRAGMA user_version").fetchone()[0]) != version:
                continue
            for statement in MIGRATIONS[version].split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            raise BusyError(
                f"Another program is using the conversations in {path}: try again in a moment."
            ) from error
        if "malformed" in said:
            raise DamagedError(f"The conversations in {path} are damaged ({said}).") from error
        raise StoreError(
            f"The conversations in {path} cannot be used ({said}): check the folder's rights and "
            "the space on the disk."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedError(
            f"The conversations in {path} are damaged ({error}): start Footnote again to begin a "
            "new file; the damaged one is kept."
        ) from error


def _move_aside(path: Path) -> Path:
    """Give a damaged file, and what SQLite keeps beside it, a name that says so."""
    when = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    aside, number = path.with_name(f"conversations-damaged-{when}.sqlite"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"conversations-damaged-{when}-{number}.sqlite")
    try:
        for ending in ("", "-wal", "-shm"):
            beside = path.with_name(path.name + ending)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise StoreError(
            f"The conversations in {path} are damaged and cannot be moved aside: "
            f"{error.strerror}; check the folder's rights."
        ) from error
    return aside
