"""The index of one folder: open, sync, snapshot, verify.

The catalog is the truth; the FAISS file beside it is one generation of vectors and is caught up or
rebuilt from the catalog when it is missing, stale or damaged. One process writes at a time, any
number read. This module ranks nothing: `Snapshot` hands out what a retriever fuses.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.analysis import ANALYSER_VERSION
from index.catalog import FILE_NAME, Catalog, VectorFile, clear_errors
from index.chunking import CHUNKER_VERSION
from index.embedding import Embedder, Vectors
from index.errors import BusyError, DamagedError, MismatchError, MissingIndexError, StoreError
from index.loading import Limits
from index.scanning import source_name
from index.syncing import Syncer, SyncProgress, SyncReport
from index.types import Chunk, Document, DocumentInfo, Scope, SkippedFile
from index.vectors import FaissStore

UPLOADS = "uploads"
_IDLE_CONNECTIONS = 4


class Snapshot:
    """One committed state of an index: dense, lexical and text reads that agree with each other."""

    def __init__(self, catalog: Catalog, store: FaissStore) -> None:
        self._catalog = catalog
        self._store = store
        self.generation = catalog.generation

    def __len__(self) -> int:
        return self._catalog.count_chunks()

    def search_dense(
        self, vector: Vectors, limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and cosine similarities, best first, for one vector of shape (d,)."""
        allowed = self._catalog.scoped_numbers(scope) if scope else None
        scores, numbers = self._store.search(vector.reshape(1, -1), limit, allowed)
        pairs = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number >= 0]

    def similarities(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """Cosine similarity of one vector of shape (d,) to these chunks."""
        scope = np.array(sorted(numbers), dtype=np.int64)
        if not len(scope):
            return {}
        scores, found = self._store.search(vector.reshape(1, -1), len(scope), scope)
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return {number: score for number, score in pairs if number >= 0}

    def search_lexical(
        self, terms: Sequence[str], limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and BM25 scores, best first, of chunks that hold any of the terms."""
        return self._catalog.search_terms(terms, limit, scope)

    def chunks(self, numbers: Sequence[int]) -> dict[int, Chunk]:
        """Chunks by number."""
        return self._catalog.chunks(numbers)

    def all_chunks(self) -> Iterator[tuple[int, Chunk]]:
        """Every chunk with its number."""
        return self._catalog.all_chunks()

    def infos(self, document_ids: Sequence[str] | None = None) -> dict[str, DocumentInfo]:
        """Light forms of these documents, or of all."""
        return self._catalog.infos(document_ids)

    def document(self, document_id: str) -> Document | None:
        """A whole document, None when it is not (or no longer) there."""
        return self._catalog.document(document_id)

    def skipped(self) -> list[SkippedFile]:
        """Files that could not be read, with reasons."""
        return self._catalog.skipped()

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Weight of each term: BM25's inverse document frequency ln(1 + (N-n+.5)/(n+.5))."""
        total, counts = len(self), self._catalog.count_holders(terms)
        return {
            term: math.log1p((total - counts[term] + 0.5) / (counts[term] + 0.5)) for term in terms
        }

    def sentence_terms(self, numbers: Sequence[int]) -> dict[int, list[list[str]]]:
        """Per chunk, the analysed terms of its context and then of each of its sentences."""
        return self._catalog.sentence_terms(numbers)

    def unknown_terms(self, terms: Sequence[str]) -> list[str]:
        """Those analysed terms that no chunk holds."""
        counts = self._catalog.count_holders(terms)
        return [term for term in terms if not counts[term]]


class Index:
    """A folder on disk that holds an index. Open with ``Index.open``; ``close`` when done."""

    def __init__(self, folder: Path, embedder: Embedder, *, read_only: bool) -> None:
        self.folder = folder
        self.embedder = embedder
        self.read_only = read_only
        self._idle: list[Catalog] = []
        self._store: FaissStore | None = None
        self._store_state = (-1, 0)  # its generation and the last chunk number it has seen
        self._damaged_name = ""  # of a vector file that did not match its checksum
        self._lock = threading.Lock()
        self._closed = False

    # ---- opening -------------------------------------------------------------------------

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, *, create: bool = True, read_only: bool = False
    ) -> Index:
        """Open the index of a folder, made when there is none and ``create`` is set.

        Raises MissingIndexError, MismatchError (made by another embedder, chunker or analyser),
        VersionError (written by a newer Footnote), DamagedError, BusyError, StoreError.
        """
        index = cls(folder, embedder, read_only=read_only)
        if not (folder / FILE_NAME).is_file() and (read_only or not create):
            raise MissingIndexError(
                f"There is no index at {folder}; make one with: footnote index DOCS"
            )
        if not read_only and index._is_unmade():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with index._writing(), contextlib.closing(Catalog.create(folder)) as catalog:
                    index._claim(catalog)
            except OSError as error:
                raise StoreError(
                    f"The index folder {folder} cannot be made: {error.strerror}; choose another "
                    "with --index."
                ) from error
        catalog = Catalog.open_to_read(folder)
        with contextlib.closing(catalog), catalog.reading():
            index._check(catalog.manifest())
        return index

    def close(self) -> None:
        """Close idle connections; snapshots still open stay valid until they end."""
        with self._lock:
            self._closed = True
            for catalog in self._idle:
                catalog.close()
            self._idle.clear()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_unmade(self) -> bool:
        """No catalog, or one whose making was cut short before it said which embedder made it."""
        if not (self.folder / FILE_NAME).is_file():
            return True
        with contextlib.closing(Catalog.open_to_read(self.folder)) as catalog, catalog.reading():
            if catalog.manifest() or catalog.roots():
                return False
        # Beside vectors an empty catalog is a damaged one, which `_check` refuses.
        return next(self.folder.glob("vectors-*.faiss"), None) is None

    def _claim(self, catalog: Catalog) -> None:
        with catalog.transaction():
            if not catalog.manifest():
                for key, value in self._identity().items():
                    catalog.set_manifest(key, value)

    def _identity(self) -> dict[str, str]:
        return {
            "embedder": self.embedder.fingerprint,
            "chunker": CHUNKER_VERSION,
            "analyser": ANALYSER_VERSION,
        }

    def _check(self, manifest: dict[str, str]) -> None:
        for key, ours in self._identity().items():
            theirs = manifest.get(key)
            if theirs is None:
                raise DamagedError(
                    f"The catalog in {self.folder} does not say which {key} made it; index the "
                    "documents into a new index."
                )
            if theirs != ours:
                raise MismatchError(
                    f"The index {self.folder} was made with {key} {theirs}, but {ours} is in use; "
                    f"use the same {key}, or index the documents into another folder."
                )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.read_only:
            raise StoreError(f"The index {self.folder} was opened to read only.")
        try:
            lock = FileLock(self.folder / "writer.lock")
            lock.acquire(timeout=0)
        except Timeout as error:
            raise BusyError(
                f"Another process is writing to the index {self.folder}; try again when it is done."
            ) from error
        except OSError as error:
            raise StoreError(
                f"The index {self.folder} cannot be written: {error.strerror}; check the folder's "
                "permissions, or choose another with --index."
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _changing(self) -> Iterator[Catalog]:
        """The catalog, open for this writer alone."""
        with (
            self._writing(),
            contextlib.closing(Catalog.create(self.folder)) as catalog,
            clear_errors(catalog.path),
        ):
            yield catalog

    # ---- writing -------------------------------------------------------------------------

    @property
    def uploads(self) -> Path:
        """Where files handed in through the chat are kept: a root like any other."""
        return self.folder / UPLOADS

    def sync(
        self,
        roots: Sequence[Path] | None = None,
        *,
        progress: Callable[[SyncProgress], None] | None = None,
        limits: Limits | None = None,
        stop: threading.Event | None = None,
    ) -> SyncReport:
        """Bring the index up to date with these files and folders, or with all known roots.

        Each document is committed in whole. Interrupting keeps what is committed, and the next sync
        goes on from there. Raises BusyError when another process writes, UsageError for a root that
        does not exist (nothing of it is removed).
        """
        with self._changing() as catalog:
            self._check(catalog.manifest())
            known = [Path(root) for root in catalog.roots()]
            syncer = Syncer(catalog, self.embedder, limits or Limits(), progress, stop)
            try:
                return syncer.run(known if roots is None else roots)
            finally:
                self._save_vectors(catalog)

    def remove(self, source: str) -> bool:
        """Take a source out of the index; an uploaded file is deleted as well.

        Files in a folder of the user's stay on disk, and come back with the next sync of it.
        Returns False when there is no such source.
        """
        with self._changing() as catalog:
            places = catalog.places(source)
            with catalog.transaction():
                for root, _ in places:
                    catalog.remove_source(root, source)
            # Known sources only: they hold no "..", which could lead out of the uploads.
            if places and Path(source).is_relative_to(source_name(self.uploads)):
                Path(source).unlink(missing_ok=True)
            self._save_vectors(catalog)
        return bool(places)

    def forget(self, root: Path) -> None:
        """Take a root and everything that came only from it out of the index."""
        with self._changing() as catalog:
            with catalog.transaction():
                catalog.forget_root(source_name(root))
            self._save_vectors(catalog)

    def _save_vectors(self, catalog: Catalog) -> None:
        """Write the vector file of the newest generation, if it changed, and drop older ones."""
        with catalog.reading():
            file, generation = catalog.vector_file(), catalog.generation
            if file is not None and file.generation == generation and self._is_sound(file):
                return
            store = self._current_store(catalog)
            last = catalog.last_number()
        name = f"vectors-{generation}.faiss"
        sha256 = store.save(self.folder, name)
        with catalog.transaction():
            catalog.set_vector_file(VectorFile(generation, name, sha256, last))
        self._damaged_name = ""
        for old in self.folder.glob("vectors-*.faiss*"):
            if old.name != name:
                with contextlib.suppress(OSError):  # on Windows a reader may hold it
                    old.unlink()

    def _is_sound(self, file: VectorFile) -> bool:
        """The file is there, and nobody here has found it damaged (who loads it, checks it)."""
        return file.name != self._damaged_name and (self.folder / file.name).is_file()

    # ---- reading -------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state to read from; a sync beside it changes nothing inside."""
        catalog = self._take()
        try:
            with catalog.reading():
                yield Snapshot(catalog, self._current_store(catalog))
        finally:
            self._give_back(catalog)

    def roots(self) -> list[Path]:
        """Folders and files that ``sync`` keeps up with."""
        catalog = self._take()
        try:
            with catalog.reading():
                return [Path(root) for root in catalog.roots()]
        finally:
            self._give_back(catalog)

    def verify(self) -> list[str]:
        """Check every row and file against its digest; returns what is wrong, empty when sound."""
        catalog = self._take()
        try:
            with catalog.reading():
                problems = catalog.problems()
                file = catalog.vector_file()
                if file is not None:
                    try:
                        FaissStore.load(
                            self.folder / file.name, file.sha256, self.embedder.dimension
                        )
                    except DamagedError as error:
                        problems.append(f"{error} It is rebuilt from the catalog when needed.")
        finally:
            self._give_back(catalog)
        return problems

    def _take(self) -> Catalog:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Catalog.open_to_read(self.folder)

    def _give_back(self, catalog: Catalog) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(catalog)
                return
        catalog.close()

    def _current_store(self, catalog: Catalog) -> FaissStore:
        """Vectors of exactly the state that ``catalog`` is reading.

        Stores handed out are never changed: a newer state is a copy that was caught up, so that
        snapshots taken earlier keep theirs.
        """
        with self._lock:
            generation, file = catalog.generation, catalog.vector_file()
            if self._store is not None and self._store_state[0] == generation:
                return self._store
            # The log of removals starts at the vector file: a store older than that missed some.
            oldest = file.generation if file is not None else 0
            if self._store is not None and oldest <= self._store_state[0] < generation:
                store, last = self._store.copy(), self._store_state[1]
            else:
                store, last = self._load_store(file)
            store.remove(catalog.removals())
            self._catch_up(catalog, store, last)
            if len(store) != catalog.count_chunks():
                store = FaissStore(self.embedder.dimension)
                self._catch_up(catalog, store, 0)
                if len(store) != catalog.count_chunks():
                    raise DamagedError(
                        f"The catalog {catalog.path} is damaged: vectors of passages are missing; "
                        "index the documents into a new index."
                    )
            if self._store is None or self._store_state[0] < generation:
                self._store, self._store_state = store, (generation, catalog.last_number())
            return store

    def _catch_up(self, catalog: Catalog, store: FaissStore, last: int) -> None:
        for numbers, vectors in catalog.vectors_after(last, self.embedder.dimension):
            store.add(numbers, vectors)

    def _load_store(self, file: VectorFile | None) -> tuple[FaissStore, int]:
        if file is not None:
            try:
                path = self.folder / file.name
                store = FaissStore.load(path, file.sha256, self.embedder.dimension)
            except DamagedError:
                self._damaged_name = file.name  # made again from the catalog, which is the truth
            else:
                return store, file.last_number
        return FaissStore(self.embedder.dimension), 0
