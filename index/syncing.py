"""Bring a catalog up to date with folders: what changed, parse, chunk, embed, commit.

One file ahead is parsed in the sandbox while the batch before it is embedded. Each document is
committed in a transaction of its own; whatever stops a sync, what was committed stays and the next
sync does the rest.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.analysis import terms
from index.catalog import Catalog, SourceRow
from index.chunking import chunk_document
from index.embedding import Embedder, Vectors
from index.errors import UnreadableError, UsageError
from index.loading import LOADER_VERSION, Limits, Sandbox, supported
from index.scanning import FoundFile, scan, source_name
from index.sentences import sentence_spans
from index.types import Chunk, Document, SkippedFile, SkipReason

_BATCH_CHUNKS = 96  # chunks gathered from small files before the embedder is called once
_SLICE_CHUNKS = 256  # chunks embedded between two progress reports of one large file
_RETRIED = frozenset({SkipReason.CHANGED, SkipReason.TOO_SLOW, SkipReason.NO_PERMISSION})


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """Where a sync stands: files done of those that need work, and the file at hand."""

    done: int
    total: int
    source: str
    chunks: int  #: chunks made so far
    seconds: float  #: since the sync began


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. Sources are absolute paths."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[SkippedFile, ...] = ()
    missing_roots: tuple[str, ...] = ()  #: known folders that are not there now; kept as they were
    chunks: int = 0
    seconds: float = 0.0
    stopped: bool = False

    def __str__(self) -> str:
        parts = [f"{len(self.added)} added", f"{len(self.changed)} changed"]
        parts += [f"{len(self.removed)} removed", f"{self.unchanged} unchanged"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} skipped")
        line = ", ".join(parts) + f" ({self.chunks} passages in {self.seconds:.1f} s)"
        return line + (", stopped early" if self.stopped else "")


@dataclass(frozen=True, slots=True)
class _Task:
    """A file that needs work under a root."""

    root: int
    file: FoundFile
    before: SourceRow | None


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A file after the sandbox: its row for the catalog and, when it could be read, its text."""

    task: _Task
    row: SourceRow
    document: Document | None = None
    chunks: Sequence[Chunk] = ()


@dataclass(slots=True)
class _Tally:
    """A report in the making."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[SkippedFile] = field(default_factory=list)
    missing_roots: list[str] = field(default_factory=list)
    chunks: int = 0
    done: int = 0
    stopped: bool = False

    def report(self, seconds: float) -> SyncReport:
        return SyncReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            removed=tuple(self.removed),
            unchanged=self.unchanged,
            skipped=tuple(self.skipped),
            missing_roots=tuple(self.missing_roots),
            chunks=self.chunks,
            seconds=seconds,
            stopped=self.stopped,
        )


class Syncer:
    """One sync over a catalog that is open for writing."""

    def __init__(
        self,
        catalog: Catalog,
        embedder: Embedder,
        limits: Limits,
        progress: Callable[[SyncProgress], None] | None,
        stop: threading.Event | None,
    ) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._limits = limits
        self._progress = progress
        self._stop = stop
        self._started = time.monotonic()
        self._tally = _Tally()
        self._total = 0
        self._gone: list[tuple[int, SourceRow]] = []

    def run(self, roots: Sequence[Path]) -> SyncReport:
        """Sync these roots, each on its own. Raises UsageError for one that was never there."""
        tasks: list[_Task] = []
        visited: list[int] = []
        known = set(self._catalog.roots())
        for path in dict.fromkeys(Path(os.path.abspath(root.expanduser())) for root in roots):
            try:
                files = scan(path)
            except UsageError:
                if source_name(path) not in known or len(roots) == 1:
                    raise
                self._tally.missing_roots.append(source_name(path))
                continue
            with self._catalog.transaction():
                root_id = self._catalog.root_id(source_name(path))
            tasks += self._compare(root_id, files)
            visited.append(root_id)
        self._total = len(tasks)
        self._work(tasks)
        self._remove(self._gone)
        if not self._tally.stopped:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            with self._catalog.transaction():
                for root_id in visited:
                    self._catalog.mark_synced(root_id, now)
        return self._tally.report(time.monotonic() - self._started)

    # ---- what changed --------------------------------------------------------------------

    def _compare(self, root: int, files: list[FoundFile]) -> list[_Task]:
        rows = self._catalog.sources(root)
        tasks: list[_Task] = []
        for file in files:
            row = rows.get(file.source)
            if row is None or not _same_file(row, file):
                tasks.append(_Task(root, file, row))
            elif row.skipped is not None:
                self._tally.skipped.append(row.skipped)
            else:
                self._tally.unchanged += 1
        gone = [(root, rows[name]) for name in sorted(rows.keys() - {f.source for f in files})]
        # A file that may only have been renamed goes last, so that nothing is embedded twice.
        sizes = {task.file.size for task in tasks}
        self._gone += [place for place in gone if place[1].size in sizes]
        self._remove([place for place in gone if place[1].size not in sizes])
        return tasks

    def _remove(self, gone: list[tuple[int, SourceRow]]) -> None:
        if gone:
            with self._catalog.transaction():
                for root, row in gone:
                    self._catalog.remove_source(root, row.path)
        self._tally.removed += [row.path for _, row in gone if row.document]

    # ---- parse, embed, commit ------------------------------------------------------------

    def _work(self, tasks: list[_Task]) -> None:
        batch: list[_Parsed] = []
        with closing(self._parse_ahead(tasks)) as parsed_files:
            for parsed in parsed_files:
                if parsed.document is None or self._is_known(parsed.document):
                    self._commit(parsed, {})
                else:
                    chunks = chunk_document(
                        parsed.document, self._embedder.count_tokens, self._embedder.window_tokens
                    )
                    batch.append(replace(parsed, chunks=chunks))
                if sum(len(waiting.chunks) for waiting in batch) >= _BATCH_CHUNKS:
                    self._embed_and_commit(batch)
                    batch = []
                if self._stop is not None and self._stop.is_set():
                    self._tally.stopped = True
                    break
        self._embed_and_commit(batch)

    def _is_known(self, document: Document) -> bool:
        """The catalog holds these bytes. Under a title taken from a name that is gone, they are
        dropped first: a renamed file is found by its new name."""
        info = self._catalog.infos([document.id]).get(document.id)
        if info is None or info.title == document.title:
            return info is not None
        gone = [place for place in self._gone if place[1].document == document.id]
        if not set(info.sources) <= {row.path for _, row in gone}:
            return True
        self._gone = [place for place in self._gone if place not in gone]
        self._remove(gone)
        return self._catalog.has_document(document.id)

    def _parse_ahead(self, tasks: list[_Task]) -> Generator[_Parsed, None, None]:
        """Parsed files in order; one file ahead is in the sandbox while the caller works."""
        # On the way out the sandbox goes first and ends its child, so the pool need not wait.
        with ThreadPoolExecutor(1) as pool, Sandbox(self._limits) as sandbox:
            ahead: deque[Future[_Parsed]] = deque()
            for task in tasks:
                ahead.append(pool.submit(_parse, task, sandbox))
                if len(ahead) > 1:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _embed_and_commit(self, batch: list[_Parsed]) -> None:
        texts = {
            self._vector_key(chunk): chunk.embedding_text
            for parsed in batch
            for chunk in parsed.chunks
        }
        missing = self._catalog.missing_vectors(list(texts))
        vectors: dict[bytes, Vectors] = {}
        for start in range(0, len(missing), _SLICE_CHUNKS):
            some = missing[start : start + _SLICE_CHUNKS]
            rows = self._embedder.embed([texts[key] for key in some])
            vectors.update(zip(some, rows, strict=True))
            self._tell(batch[0].row.path, len(vectors))
        for parsed in batch:
            self._commit(parsed, vectors)

    def _commit(self, parsed: _Parsed, vectors: dict[bytes, Vectors]) -> None:
        catalog, document = self._catalog, parsed.document
        self._embed_lost(parsed, vectors)
        with catalog.transaction():
            if document is not None and not catalog.has_document(document.id):
                keys = [self._vector_key(chunk) for chunk in parsed.chunks]
                new = [key for key in dict.fromkeys(keys) if key in vectors]
                if new:
                    catalog.put_vectors(new, np.stack([vectors[key] for key in new]))
                analysed = [_analyse(chunk) for chunk in parsed.chunks]
                catalog.add_document(document, parsed.chunks, keys, analysed)
            catalog.put_source(parsed.task.root, parsed.row)
        self._count(parsed)

    def _embed_lost(self, parsed: _Parsed, vectors: dict[bytes, Vectors]) -> None:
        """Embed again what was stored when the batch began and went with another document."""
        texts = {self._vector_key(chunk): chunk.embedding_text for chunk in parsed.chunks}
        lost = [key for key in self._catalog.missing_vectors(list(texts)) if key not in vectors]
        if lost:
            rows = self._embedder.embed([texts[key] for key in lost])
            vectors.update(zip(lost, rows, strict=True))

    def _vector_key(self, chunk: Chunk) -> bytes:
        text = f"{self._embedder.fingerprint}\0{chunk.embedding_text}"
        return hashlib.blake2b(text.encode(), digest_size=20).digest()

    # ---- reporting -----------------------------------------------------------------------

    def _count(self, parsed: _Parsed) -> None:
        tally, row, before = self._tally, parsed.row, parsed.task.before
        had = before is not None and before.document is not None
        if row.skipped is not None:
            tally.skipped.append(row.skipped)
            if had:
                tally.removed.append(row.path)
        elif before is not None and before.document == row.document:
            tally.unchanged += 1
        elif had:
            tally.changed.append(row.path)
        else:
            tally.added.append(row.path)
        tally.done += 1
        tally.chunks += len(parsed.chunks)
        self._tell(row.path, 0)

    def _tell(self, source: str, embedded: int) -> None:
        if self._progress is not None:
            tally, seconds = self._tally, time.monotonic() - self._started
            made = tally.chunks + embedded
            self._progress(SyncProgress(tally.done, self._total, source, made, seconds))


def _parse(task: _Task, sandbox: Sandbox) -> _Parsed:
    """What a file holds, or why it cannot be told. Runs beside the caller: touches no catalog."""
    file, before = task.file, task.before
    digest = _digest(file) if supported(file.path) else None  # films need not be read through
    row = SourceRow(file.source, None, file.size, file.mtime_ns, digest, str(LOADER_VERSION), None)
    if before is not None and digest is not None and before.sha256 == digest:
        touched = replace(before, size=file.size, mtime_ns=file.mtime_ns)
        if _same_file(touched, file):
            return _Parsed(task, touched)
    if file.path.is_dir():  # the scan could not look into it
        skipped = SkippedFile(file.source, SkipReason.NO_PERMISSION, "folder")
        return _Parsed(task, replace(row, skipped=skipped))
    if not supported(file.path):
        detail = file.path.suffix or "no suffix"
        skipped = SkippedFile(file.source, SkipReason.UNSUPPORTED, detail)
        return _Parsed(task, replace(row, skipped=skipped))
    try:
        document = sandbox.load(file.path, file.source)
    except UnreadableError as error:
        return _Parsed(task, replace(row, skipped=error.skipped))
    return _Parsed(task, replace(row, document=document.id), document)


def _analyse(chunk: Chunk) -> list[list[str]]:
    """Terms of the context, then of each sentence."""
    spans = sentence_spans(chunk.text)
    pieces = [chunk.context, *(chunk.text[start:end] for start, end in spans)]
    return [terms(piece) for piece in pieces]


def _retried(row: SourceRow) -> bool:
    return row.skipped is not None and row.skipped.reason in _RETRIED


def _same_file(row: SourceRow, file: FoundFile) -> bool:
    same = row.size == file.size and row.mtime_ns == file.mtime_ns
    return same and row.loaders == str(LOADER_VERSION) and not _retried(row)


def _digest(file: FoundFile) -> str | None:
    """SHA-256 of a regular file's bytes, None when it cannot be read (the sandbox says why)."""
    try:
        if not stat.S_ISREG(file.path.stat().st_mode):
            return None
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
