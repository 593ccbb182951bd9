"""Bring a catalog up to date with folders: what changed, parse, chunk, embed, commit.

Files are parsed (`index.parsing`), and the next batch of them gathered, while the batch before it
is embedded. Each document is committed in a transaction of its own; whatever stops a sync, what was
committed stays and the next sync does the rest.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from index.catalog import Catalog, SourceRow
from index.chunking import chunk_document
from index.deriving import (
    chunk_terms,
    embed_missing,
    embed_texts,
    missing_texts,
    put_new_vectors,
    slices,
    vector_key,
)
from index.embedding import Embedder, Vectors
from index.errors import UsageError
from index.loading import LOADER_VERSION, Limits
from index.parsing import Parsed, Task, is_same, parse_ahead
from index.scanning import Scan, scan, source_name
from index.sync_report import SyncProgress, SyncReport, Tally
from index.types import Document

__all__ = ["SyncProgress", "SyncReport", "Syncer"]

_BATCH_CHUNKS = 96  # gathered from small files before the embedder is called
_PART_CHUNKS = 128  # embedded between two looks at whether to stop
_FEW_CHUNKS = 12  # enough to begin with while the embedder has nothing to do


@dataclass(frozen=True, slots=True)
class _Embedding:
    """Files of one batch and the vectors of their chunks, which are in work."""

    files: Sequence[Parsed]
    keys: Collection[bytes]  #: of the vectors
    parts: Sequence[Future[dict[bytes, Vectors]]]

    @property
    def is_done(self) -> bool:
        """The embedder has nothing to do."""
        return all(part.done() for part in self.parts)


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
        self._tally = Tally()
        self._total = self._made = 0
        self._gone: list[tuple[int, SourceRow]] = []

    def run(self, roots: Sequence[Path] | None) -> SyncReport:
        """Sync these roots, each on its own, or all that are known.

        Of the known ones, a file that was deleted is forgotten, and a folder that is not there now
        is kept: its disk may not be plugged in. Raises UsageError for one named that is not there.
        """
        scans = self._scan_known() if roots is None else [
            (path, scan(path)) for path in dict.fromkeys(map(_absolute, roots))
        ]  # fmt: skip
        tasks: list[Task] = []
        visited: list[int] = []
        for path, found in scans:
            with self._catalog.transaction():
                visited.append(self._catalog.root_id(source_name(path)))
            tasks += self._compare(visited[-1], found)
        self._total = len(tasks)
        self._work(tasks)
        if not self._tally.stopped:  # else what was renamed, and not reached, would be gone
            self._remove(self._gone)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            with self._catalog.transaction():
                for root_id in visited:
                    self._catalog.mark_synced(root_id, now)
        return self._tally.report(time.monotonic() - self._started)

    # ---- what changed --------------------------------------------------------------------

    def _scan_known(self) -> list[tuple[Path, Scan]]:
        scans: list[tuple[Path, Scan]] = []
        for name in self._catalog.roots():
            path = Path(name)
            try:
                scans.append((path, scan(path)))
            except UsageError:
                if self._is_deleted_file(path):
                    with self._catalog.transaction():
                        self._tally.removed += self._catalog.forget_root(name) or []
                else:
                    self._tally.missing_roots.append(name)
        return scans

    def _is_deleted_file(self, root: Path) -> bool:
        """The root was a file, its folder is there, and it is not."""
        name = str(root)
        was_file = name in self._catalog.sources(self._catalog.root_id(name))
        try:
            root.stat()
        except FileNotFoundError:
            # A name that is no UTF-8 is known only as it is spelled out, so it is not looked for.
            return was_file and root.parent.is_dir() and "\\x" not in name
        except (OSError, ValueError):
            return False
        return False

    def _compare(self, root: int, found: Scan) -> list[Task]:
        rows = self._catalog.sources(root)
        tasks: list[Task] = []
        for file in found.files:
            row = rows.get(file.source)
            if row is not None and row.left_out:
                continue
            if row is None or not is_same(row, file, self._limits):
                tasks.append(Task(root, file, row))
            elif row.skipped is not None:
                self._tally.skipped.append(row.skipped)
            else:
                self._tally.unchanged += 1
        kept = self._keep_closed(root, rows, found)
        names = {file.source for file in found.files}
        gone = [(root, rows[name]) for name in sorted(rows.keys() - names - kept)]
        # A file that may only have been renamed goes last, so that nothing is embedded twice.
        sizes = {task.file.size for task in tasks}
        self._gone += [place for place in gone if place[1].size in sizes]
        self._remove([place for place in gone if place[1].size not in sizes])
        return tasks

    def _keep_closed(self, root: int, rows: dict[str, SourceRow], found: Scan) -> set[str]:
        """Names of the rows that stay as they are because nothing can be known of their files."""
        kept: set[str] = set()
        for skipped in found.closed:
            source = skipped.source
            if source in rows and rows[source].left_out:
                kept.add(source)
                continue
            self._tally.skipped.append(skipped)
            below = {name for name in rows if name.startswith(source.rstrip(os.sep) + os.sep)}
            self._tally.unchanged += sum(rows[name].document is not None for name in below - kept)
            kept |= below | {source}
            if source not in rows or rows[source].document is None:
                row = SourceRow(source, None, 0, 0, None, str(LOADER_VERSION), skipped)
                with self._catalog.transaction():
                    self._catalog.put_source(root, row)
        return kept

    def _remove(self, gone: list[tuple[int, SourceRow]]) -> None:
        if gone:
            with self._catalog.transaction():
                for root, row in gone:
                    self._catalog.remove_source(root, row.path)
        self._tally.removed += [row.path for _, row in gone if row.document]

    # ---- parse, embed, commit ------------------------------------------------------------

    def _work(self, tasks: list[Task]) -> None:
        batch: list[Parsed] = []
        ahead = _Embedding((), (), ())
        parsing = parse_ahead(tasks, self._limits)
        # Two embed, so that while one waits for its last texts the processor has others.
        with closing(parsing) as parsed_files, ThreadPoolExecutor(2) as pool:
            try:
                for parsed in parsed_files:
                    if parsed.document is None or self._is_known(parsed.document):
                        self._commit(parsed, {})
                    else:
                        batch.append(self._chunked(parsed, (*ahead.files, *batch)))
                    gathered = sum(len(waiting.chunks) for waiting in batch)
                    if gathered >= (_FEW_CHUNKS if ahead.is_done else _BATCH_CHUNKS):
                        ahead = self._hand_on(ahead, batch, pool)
                        batch = []
                    elif ahead.files and ahead.is_done:
                        ahead = self._hand_on(ahead, [], pool)
                    if self._is_stopped():
                        break
                if not self._tally.stopped:
                    ahead = self._hand_on(ahead, batch, pool)
                self._hand_on(ahead, [], pool)
            finally:
                pool.shutdown(cancel_futures=True)

    def _is_stopped(self) -> bool:
        if self._stop is not None and self._stop.is_set():
            self._tally.stopped = True
        return self._tally.stopped

    def _chunked(self, parsed: Parsed, waiting: Sequence[Parsed]) -> Parsed:
        """With its chunks; without where the same bytes wait to be committed before it."""
        document, embedder = parsed.document, self._embedder
        if document is None or any(row.row.document == document.id for row in waiting):
            return parsed
        chunks = chunk_document(document, embedder.count_tokens, embedder.window_tokens)
        return replace(parsed, chunks=chunks)

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

    def _hand_on(
        self, ahead: _Embedding, batch: list[Parsed], pool: ThreadPoolExecutor
    ) -> _Embedding:
        """Begin to embed a batch and, when it is embedded, commit the one before it.

        After a stop nothing more is waited for; what is embedded already is still committed.
        """
        begun = self._begin(ahead, batch, pool)
        vectors: dict[bytes, Vectors] = {}
        for some in ahead.parts:
            if not some.done() and self._is_stopped():
                return ahead
            vectors.update(some.result())
            self._tell(ahead.files[0].row.path, len(vectors))
        for parsed in ahead.files:
            self._commit(parsed, vectors)
        return begun

    def _begin(
        self, ahead: _Embedding, batch: list[Parsed], pool: ThreadPoolExecutor
    ) -> _Embedding:
        """Begin to embed a batch, without what is in work and will be committed before it."""
        chunks = [chunk for parsed in batch for chunk in parsed.chunks]
        texts = missing_texts(self._catalog, self._embedder, chunks)
        new = {key: text for key, text in texts.items() if key not in ahead.keys}
        embed = partial(embed_texts, self._embedder)
        parts = [pool.submit(embed, some) for some in slices(new, _PART_CHUNKS)]
        return _Embedding(batch, new.keys(), parts)

    def _commit(self, parsed: Parsed, vectors: dict[bytes, Vectors]) -> None:
        catalog, document, chunks = self._catalog, parsed.document, parsed.chunks
        keys = [vector_key(self._embedder, chunk) for chunk in chunks]
        # Embed again what was stored when the batch began and went with another document.
        lost = [chunk for chunk, key in zip(chunks, keys, strict=True) if key not in vectors]
        for some in embed_missing(catalog, self._embedder, lost):
            vectors.update(some)
        with catalog.transaction():
            if document is not None and not catalog.has_document(document.id):
                put_new_vectors(catalog, keys, vectors)
                catalog.add_document(document, chunks, keys, [chunk_terms(c) for c in chunks])
            catalog.put_source(parsed.task.root, parsed.row)
        self._count(parsed)

    # ---- reporting -----------------------------------------------------------------------

    def _count(self, parsed: Parsed) -> None:
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
        if parsed.document is not None:
            tally.languages.append(parsed.document.language)
        tally.done += 1
        tally.chunks += len(parsed.chunks)
        self._tell(row.path, 0)

    def _tell(self, source: str, embedded: int) -> None:
        if self._progress is not None:
            tally, seconds = self._tally, time.monotonic() - self._started
            # Those of the batch in work that are embedded count before their files are done.
            self._made = max(self._made, tally.chunks + embedded)
            self._progress(SyncProgress(tally.done, self._total, source, self._made, seconds))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))
