"""Rows of the catalog and what they stand for; each is checked against its digest when read.

SQLite does not notice a flipped bit inside a row. Pure: knows columns, runs no statement.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.catalog_schema import damaged
from index.types import (
    Chunk,
    Document,
    DocumentInfo,
    SkippedFile,
    SkipReason,
    blocks_from_list,
    blocks_to_list,
)

Numbers = npt.NDArray[np.int64]
Row = tuple[object, ...]

SOURCE_COLUMNS = "root, path, document, size, mtime_ns, sha256, loaders, reason, detail, digest"
CHUNK_COLUMNS = "number, id, document, start, end, text, headings, pages, context, digest"
INFO_COLUMNS = "id, title, language, modified, pages, light"


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

    @property
    def left_out(self) -> bool:
        """A person took it out: it stays out, whatever becomes of the file."""
        return self.skipped is not None and self.skipped.reason is SkipReason.LEFT_OUT


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A FAISS file on disk: which generation it holds and what its bytes hash to."""

    generation: int
    name: str
    sha256: str
    last_number: int


def digest(*parts: object) -> bytes:
    """Hash of bytes, texts, whole numbers and None, each told apart by length."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        if part is None:
            state.update(b"\xff" * 8)  # no text is as long as this says
            continue
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.digest()


def source_to_row(root: int, source: SourceRow) -> Row:
    """A source in the order of ``SOURCE_COLUMNS``."""
    skipped = source.skipped
    columns = (
        root,
        source.path,
        source.document,
        source.size,
        source.mtime_ns,
        source.sha256,
        source.loaders,
        skipped.reason.name if skipped else None,
        skipped.detail if skipped else "",
    )
    return (*columns, digest(*columns))


def source_from_row(row: Row, catalog: Path) -> SourceRow:
    """Inverse of `source_to_row`. Raises DamagedError."""
    *columns, stored = row
    if stored != digest(*columns):
        raise damaged(catalog, f"source {row[1]}")
    _, path, document, size, mtime_ns, sha256, loaders, reason, detail = columns
    skipped = SkippedFile(str(path), SkipReason[str(reason)], str(detail)) if reason else None
    return SourceRow(
        path=str(path),
        document=_text_or_none(document),
        size=int(str(size)),
        mtime_ns=int(str(mtime_ns)),
        sha256=_text_or_none(sha256),
        loaders=str(loaders),
        skipped=skipped,
    )


def document_to_row(document: Document) -> Row:
    """A document in the order of its table's columns."""
    columns = (
        document.id,
        document.title,
        document.text,
        json.dumps(blocks_to_list(document.blocks), separators=(",", ":")),
        document.language,
        document.loader,
        document.modified,
        document.pages,
        json.dumps(list(document.warnings)),
    )
    light = (document.id, document.title, document.language, document.modified, document.pages)
    return (*columns, digest(*columns), digest(*light))


def document_from_row(row: Row, catalog: Path) -> Document:
    """Inverse of `document_to_row`. Raises DamagedError."""
    *columns, stored, _ = row
    if stored != digest(*columns):
        raise damaged(catalog, f"document {row[0]}")
    document_id, title, text, blocks, language, loader, modified, pages, warnings = columns
    return Document(
        id=str(document_id),
        title=str(title),
        text=str(text),
        blocks=blocks_from_list(json.loads(str(blocks))),
        language=_text_or_none(language),
        loader=str(loader),
        modified=_text_or_none(modified),
        pages=None if pages is None else int(str(pages)),
        warnings=tuple(json.loads(str(warnings))),
    )


def info_from_rows(row: Row, chunks: int, sources: Sequence[SourceRow], path: Path) -> DocumentInfo:
    """The light form of a document, from its ``INFO_COLUMNS`` and its sources."""
    *columns, stored = row
    if stored != digest(*columns):
        raise damaged(path, f"document {row[0]}")
    document_id, title, language, modified, pages = columns
    newest = max((source.mtime_ns for source in sources), default=None)
    return DocumentInfo(
        id=str(document_id),
        sources=tuple(sorted({source.path for source in sources})),
        title=str(title),
        language=_text_or_none(language),
        modified=_date(newest) if modified is None else str(modified),
        pages=None if pages is None else int(str(pages)),
        chunks=chunks,
        file_date=modified is None and newest is not None,
    )


def chunk_to_row(chunk: Chunk, key: bytes) -> Row:
    """A chunk with its vector's key: the columns of its table after the number."""
    headings, pages = json.dumps(chunk.headings), json.dumps(chunk.pages)
    span = (chunk.id, chunk.document_id, chunk.start, chunk.end)
    rest = (chunk.text, headings, pages, chunk.context)
    return (*span, *rest, key, digest(*span, *rest))


def chunk_from_row(row: Row, catalog: Path) -> tuple[int, Chunk]:
    """Number and chunk from ``CHUNK_COLUMNS``. Raises DamagedError."""
    number, *columns, stored = row
    if stored != digest(*columns):
        raise damaged(catalog, f"chunk {number}")
    chunk_id, document, start, end, text, headings, pages, context = columns
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
    return int(str(number)), chunk


def batches(
    items: Sequence[str] | Sequence[int] | Sequence[bytes],
) -> Iterator[list[str | int | bytes]]:
    """Pieces that fit a statement: SQLite allows at least 999 values in one."""
    for start in range(0, len(items), 500):
        yield list(items[start : start + 500])


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _date(mtime_ns: int | None) -> str | None:
    if mtime_ns is None:
        return None
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None  # a file dated beyond the calendar
