"""Ways to break the index on purpose: a campaign that does not see them proves nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from index import catalog, catalog_schema, vectors
from index import index as index_module


def _catalog_not_flushed() -> None:
    real = catalog_schema.connect_to_write

    def connect(path: Path) -> sqlite3.Connection:
        db = real(path)
        db.execute("PRAGMA synchronous=OFF")
        return db

    catalog.connect_to_write = connect


def _documents_in_halves() -> None:
    @contextmanager
    def nothing(_db: sqlite3.Connection, _path: Path) -> Iterator[None]:
        yield

    catalog.transaction = nothing


def _vectors_not_flushed() -> None:
    quiet = SimpleNamespace(**vars(os))
    quiet.fsync = lambda _descriptor: None
    vectors.os = quiet  # type: ignore[assignment]


def _seal_not_looked_at() -> None:
    index_module.is_broken = lambda _path: False


def _errors_as_they_come() -> None:
    @contextmanager
    def nothing(_path: Path) -> Iterator[None]:
        yield

    catalog_schema.clear_errors = catalog.clear_errors = index_module.clear_errors = nothing


SABOTAGE: dict[str, Callable[[], None]] = {
    "catalog-not-flushed": _catalog_not_flushed,
    "documents-in-halves": _documents_in_halves,
    "vectors-not-flushed": _vectors_not_flushed,
    "seal-not-looked-at": _seal_not_looked_at,
    "errors-as-they-come": _errors_as_they_come,
}
