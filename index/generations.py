"""The vector files of an index, one generation at a time: derived from the catalog, caught up or
made again from it when missing, stale or damaged. Embeds nothing."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from index.catalog import Catalog, VectorFile
from index.catalog_schema import damaged
from index.errors import DamagedError
from index.vectors import FaissStore


class VectorFiles:
    """The store of a folder's newest generation, and its file."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.folder = folder
        self.dimension = dimension
        self._store: FaissStore | None = None
        self._store_state = (-1, 0)  # its generation and the last chunk number it has seen
        self._damaged_name = ""  # of a file that did not match its checksum
        self._lock = threading.Lock()

    def newest(self) -> int:
        """Which generation the newest file holds; -1 when there is none."""
        names = [path.stem.removeprefix("vectors-") for path in self.folder.glob("vectors-*.faiss")]
        return max((int(name) for name in names if name.isdecimal()), default=-1)

    def save(self, catalog: Catalog) -> None:
        """Write the file of the newest generation, if it changed, and drop all others."""
        with catalog.reading():
            file, generation = catalog.vector_file(), catalog.generation
            if file is not None and file.generation == generation and self._is_sound(file):
                self._drop_others(file.name)
                return
            store = self.current(catalog)
            last = catalog.last_number()
        name = f"vectors-{generation}.faiss"
        sha256 = store.save(self.folder, name)
        with catalog.transaction():
            catalog.set_vector_file(VectorFile(generation, name, sha256, last))
        self._damaged_name = ""
        self._drop_others(name)

    def _drop_others(self, kept: str) -> None:
        """Also those that a writer left when it was killed."""
        with contextlib.suppress(OSError):  # on Windows a reader may hold one
            for old in self.folder.glob("vectors-*.faiss*"):
                if old.name != kept:
                    old.unlink()

    def _is_sound(self, file: VectorFile) -> bool:
        """The file is there, and nobody here has found it damaged (who loads it, checks it)."""
        return file.name != self._damaged_name and (self.folder / file.name).is_file()

    def current(self, catalog: Catalog) -> FaissStore:
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
                store = FaissStore(self.dimension)
                self._catch_up(catalog, store, 0)
                if len(store) != catalog.count_chunks():
                    raise damaged(catalog.path, "vectors of passages are missing")
            if self._store is None or self._store_state[0] < generation:
                self._store, self._store_state = store, (generation, catalog.last_number())
            return store

    def _catch_up(self, catalog: Catalog, store: FaissStore, last: int) -> None:
        for numbers, vectors in catalog.vectors_after(last, self.dimension):
            store.add(numbers, vectors)

    def _load_store(self, file: VectorFile | None) -> tuple[FaissStore, int]:
        if file is not None:
            try:
                path = self.folder / file.name
                store = FaissStore.load(path, file.sha256, self.dimension)
            except DamagedError:
                self._damaged_name = file.name  # made again from the catalog, which is the truth
            else:
                return store, file.last_number
        return FaissStore(self.dimension), 0
