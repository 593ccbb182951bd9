"""What can still be read of a damaged index, saved into a new one beside it.

Texts whose digest is right and the files they came from are taken over; passages and search terms
are made from the texts anew, and vectors that are damaged are embedded again. The damaged index is
only copied from: nothing in it is changed or deleted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.catalog import Catalog
from index.catalog_rows import (
    SOURCE_COLUMNS,
    Row,
    SourceRow,
    digest,
    document_from_row,
    source_from_row,
)
from index.catalog_schema import FILE_NAME
from index.chunking import chunk_document
from index.deriving import chunk_terms, embed_missing, put_new_vectors, vector_key
from index.embedding import Embedder, Vectors
from index.errors import DamagedError, StoreError
from index.index import UPLOADS, Index
from index.scanning import source_name
from index.types import Document

_PAGE = 4096
_GUESSED = 10_000  # numbers of documents that are tried beside those that can be listed


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was saved, and where."""

    folder: Path
    documents: int
    lost: tuple[str, ...]  #: files and titles whose text could not be read; they may be on the disk


def salvage(folder: Path, embedder: Embedder) -> Salvaged:
    """Make a new index beside a damaged one of what it still holds.

    Raises StoreError when there is no room for it, ModelError when it cannot be embedded.
    """
    target = _free_name(folder)
    done = False
    try:
        with Index.open(target, embedder) as index, _copied(folder, target) as old:
            _copy_uploads(folder, index)
            saved = _take_over(old, folder, index, embedder)
        done = True
    except OSError as error:
        raise StoreError(
            f"What can be read of {folder} could not be saved into {target}: {error.strerror}; "
            "free some space. The damaged index is as it was."
        ) from error
    finally:
        if not done:
            shutil.rmtree(target, ignore_errors=True)
    return saved


def _free_name(folder: Path) -> Path:
    number = 1
    while True:
        target = folder.with_name(f"{folder.name}-repaired" + (f"-{number}" if number > 1 else ""))
        if not target.exists():
            return target
        number += 1


def _copy_uploads(folder: Path, index: Index) -> None:
    if (folder / UPLOADS).is_dir():
        shutil.copytree(folder / UPLOADS, index.uploads)  # with their times, so they are known


def _take_over(old: _Old, folder: Path, index: Index, embedder: Embedder) -> Salvaged:
    moved = source_name(folder / UPLOADS), source_name(index.uploads)
    sources, roots = old.sources(), old.roots()
    held: dict[str, list[tuple[str, SourceRow]]] = {}
    for number, source in sources:
        place = (_renamed(roots[number], *moved), _moved(source, *moved))
        held.setdefault(source.document or "", []).append(place)
    taken: set[str] = set()
    strays: list[str] = []
    with index.changing() as catalog:
        with catalog.transaction():
            for root in roots.values():
                catalog.root_id(_renamed(root, *moved))
        for document in old.documents():
            if document.id in held:
                _put(catalog, embedder, document, old.vectors)
                _put_sources(catalog, held[document.id])
                taken.add(document.id)
            else:
                strays.append(document.title)
        _put_sources(catalog, held.get("", []))
        index.save_vectors(catalog)
    lost = [row.path for _, row in sources if row.document and row.document not in taken]
    return Salvaged(index.folder, len(taken), tuple(sorted({*lost, *strays})))


def _put(catalog: Catalog, embedder: Embedder, document: Document, known: _Vectors) -> None:
    chunks = chunk_document(document, embedder.count_tokens, embedder.window_tokens)
    keys = [vector_key(embedder, chunk) for chunk in chunks]
    vectors = known.take(keys, embedder.dimension)
    lost = [chunk for chunk, key in zip(chunks, keys, strict=True) if key not in vectors]
    for some in embed_missing(catalog, embedder, lost):
        vectors.update(some)
    with catalog.transaction():
        put_new_vectors(catalog, catalog.missing_vectors(keys), vectors)
        catalog.add_document(document, chunks, keys, [chunk_terms(chunk) for chunk in chunks])


def _put_sources(catalog: Catalog, rows: Sequence[tuple[str, SourceRow]]) -> None:
    with catalog.transaction():
        for root, source in rows:
            catalog.put_source(catalog.root_id(root), source)


def _renamed(path: str, before: str, after: str) -> str:
    inside = path == before or path.startswith((f"{before}/", f"{before}\\"))
    return after + path.removeprefix(before) if inside else path


def _moved(source: SourceRow, before: str, after: str) -> SourceRow:
    path = _renamed(source.path, before, after)
    skipped = source.skipped
    return replace(
        source, path=path, skipped=None if skipped is None else replace(skipped, source=path)
    )


# ---- reading what is damaged -------------------------------------------------------------


@contextlib.contextmanager
def _copied(folder: Path, target: Path) -> Iterator[_Old]:
    """A copy of the damaged catalog to read from: SQLite may mend and write as it likes there."""
    with tempfile.TemporaryDirectory(dir=target) as place:
        copy = Path(place) / FILE_NAME
        for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-journal"):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, copy.with_name(name))
        old = _Old(_connect(copy), copy)
        if not old.row_numbers():  # its first pages may say wrongly where the tables are
            old.close()
            _put_new_head(copy)
            old = _Old(_connect(copy), copy)
        try:
            yield old
        finally:
            old.close()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    with contextlib.suppress(sqlite3.Error):
        db.execute("PRAGMA writable_schema=ON")  # a file that was cut is read as far as it goes
    return db


def _put_new_head(path: Path) -> None:
    """Give a file whose first pages are damaged those of a new catalog, which say where its tables
    begin: they are made in the same order, so they begin at the same pages."""
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        Catalog.create(Path(place)).close()
        new = (Path(place) / FILE_NAME).read_bytes()
    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)  # belongs to another head
    data = bytearray(path.read_bytes())
    data.extend(bytes(max(0, len(new) - len(data))))
    for page in _schema_pages(new):
        data[page * _PAGE : (page + 1) * _PAGE] = new[page * _PAGE : (page + 1) * _PAGE]
    data[28:32] = (len(data) // _PAGE).to_bytes(4, "big")
    path.write_bytes(data)


def _schema_pages(data: bytes) -> list[int]:
    """Pages, from 0, of the table of tables: the first and, where it has branched, its leaves."""
    if data[100] != 5:
        return [0]
    cells = int.from_bytes(data[103:105], "big")
    starts = [int.from_bytes(data[112 + 2 * n : 114 + 2 * n], "big") for n in range(cells)]
    children = [108, *starts]
    return [0, *(int.from_bytes(data[at : at + 4], "big") - 1 for at in children)]


class _Vectors:
    """Stored vectors whose digest is right."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def take(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for key in keys:
            with contextlib.suppress(sqlite3.Error, TypeError):
                row = self._db.execute("SELECT vector, digest FROM vectors WHERE key = ?", (key,))
                blob, stored = row.fetchone()
                if stored == digest(key, blob) and len(blob) == 4 * dimension:
                    found[key] = np.frombuffer(blob, dtype="<f4")
        return found


class _Old:
    """A damaged catalog, read as far as it can be."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self.vectors = _Vectors(db)

    def close(self) -> None:
        self._db.close()

    def roots(self) -> dict[int, str]:
        """Their paths; one that does not hold its sources is what these have in common."""
        read = self._both_ways("SELECT id, path FROM roots", "id")
        roots = {int(str(number)): str(path) for number, path in read if isinstance(number, int)}
        below: dict[int, list[str]] = {}
        for number, source in self.sources():
            below.setdefault(number, []).append(source.path)
        for number, paths in below.items():
            root = roots.get(number)
            if root is None or any(_renamed(path, root, "") == path for path in paths):
                roots[number] = os.path.commonpath(paths)
        return roots

    def sources(self) -> list[tuple[int, SourceRow]]:
        """Numbers of the roots, and sources under them."""
        found: dict[tuple[int, str], SourceRow] = {}
        for row in self._both_ways(f"SELECT {SOURCE_COLUMNS} FROM sources", "root {0}, path"):
            with contextlib.suppress(DamagedError, ValueError, KeyError):
                source = source_from_row(row, self._path)
                found[int(str(row[0])), source.path] = source
        return [(root, source) for (root, _), source in found.items()]

    def row_numbers(self) -> list[int]:
        """Of the documents; those behind a damaged page are guessed."""
        read = self._both_ways("SELECT rowid FROM documents", "rowid")
        found = {int(str(row[0])) for row in read}
        return sorted(found | set(range(1, 2 * len(found) + _GUESSED))) if found else []

    def documents(self) -> Iterator[Document]:
        """Each document whose text is whole, once."""
        seen: set[str] = set()
        for number in self.row_numbers():
            document = self._document(number)
            if document is not None and document.id not in seen:
                seen.add(document.id)
                yield document

    def _document(self, number: int) -> Document | None:
        with contextlib.suppress(sqlite3.Error, DamagedError, ValueError, TypeError):
            row = self._db.execute("SELECT * FROM documents WHERE rowid = ?", (number,)).fetchone()
            return None if row is None else document_from_row(row, self._path)
        return None

    def _both_ways(self, query: str, order: str) -> list[Row]:
        """Rows up to the damage from the front, and from the back."""
        rows: dict[Row, None] = {}
        for way in ("ASC", "DESC"):
            by = order.format(way) + f" {way}"
            with contextlib.suppress(sqlite3.Error):
                for row in self._db.execute(f"{query} ORDER BY {by}"):
                    rows[row] = None
        return list(rows)
