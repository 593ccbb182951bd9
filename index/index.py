"""The index of one folder: open, sync, snapshot, verify.

The catalog is the truth; the FAISS file beside it is one generation of vectors and is caught up or
rebuilt from the catalog when it is missing, stale or damaged. One process writes at a time, any
number read: see `index.snapshot`.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.analysis import ANALYSER_VERSION
from index.catalog import FILE_NAME, Catalog
from index.catalog_schema import clear_errors, damaged
from index.chunking import CHUNKER_VERSION
from index.deriving import derive_again, wrong_terms
from index.embedding import Embedder
from index.errors import (
    BusyError,
    DamagedError,
    FootnoteError,
    MismatchError,
    MissingIndexError,
    StoreError,
)
from index.folders import make_private_folder, sync_folder, sync_folders_in
from index.generations import VectorFiles
from index.loading import Limits
from index.scanning import source_name
from index.seal import is_broken, unseal, written
from index.snapshot import Snapshot
from index.sync_report import SyncProgress, SyncReport
from index.syncing import Syncer
from index.vectors import FaissStore

__all__ = ["UPLOADS", "Index", "Snapshot"]

UPLOADS = "uploads"
_IDLE_CONNECTIONS = 4


class Index:
    """A folder on disk that holds an index. Open with ``Index.open``; ``close`` when done."""

    def __init__(self, folder: Path, embedder: Embedder, *, read_only: bool) -> None:
        self.folder = folder
        self.embedder = embedder
        self.read_only = read_only
        self._idle: list[Catalog] = []
        self._vectors = VectorFiles(folder, embedder.dimension)
        self._cut_short = False  # the catalog is older than the vectors made from it
        self._readers = 0
        self._unsealed: tuple[int, ...] | None = None  # what readers kept from being sealed
        self._lock = threading.Lock()
        self._closed = False

    # ---- opening -------------------------------------------------------------------------

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, *, create: bool = True, read_only: bool = False
    ) -> Index:
        """Open the index of a folder, made when there is none and ``create`` is set.

        When another version of the chunker or analyser made it, passages and terms are made again
        from the stored texts first, unless it is opened to read only.

        Raises MissingIndexError, MismatchError (made by another embedder; to read only: chunker or
        analyser), VersionError (written by a newer Footnote), DamagedError, BusyError, StoreError.
        """
        index = cls(folder, embedder, read_only=read_only)
        if not (folder / FILE_NAME).is_file() and (read_only or not create):
            raise MissingIndexError(
                f"There is no index at {folder}; make one with: footnote index DOCS"
            )
        index._check_seal()
        written = index._vectors.newest()  # before the catalog is read, as a writer may be at work
        if not read_only and index._is_unmade():
            try:
                make_private_folder(folder)
                with index._writing(), contextlib.closing(Catalog.create(folder)) as catalog:
                    index._claim(catalog)
            except OSError as error:
                raise StoreError(
                    f"The index folder {folder} cannot be made: {error.strerror}; choose another "
                    "with --index."
                ) from error
        with contextlib.closing(Catalog.open_to_read(folder)) as catalog, catalog.reading():
            manifest = catalog.manifest()
            index._cut_short = catalog.generation < written
        index._check_embedder(manifest)
        if read_only:
            index._check_versions(manifest)
        elif index._has_other_versions(manifest):
            index._bring_up_to_date()
        return index

    def close(self) -> None:
        """Close idle connections; snapshots still open stay valid until they end."""
        self._seal_at_last()
        with self._lock:
            self._closed = True
            for catalog in self._idle:
                catalog.close()
            self._idle.clear()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_seal(self) -> None:
        path = self.folder / FILE_NAME
        try:
            if path.is_file() and is_broken(path):
                raise damaged(path, "it is not what was last written to it")
        except OSError as error:
            raise damaged(path, f"it cannot be read: {error.strerror}") from error

    def _check_length(self) -> None:
        if self._cut_short:
            raise DamagedError(
                f"The index {self.folder} has lost the last that was written to it, so documents "
                f"may be missing; read them again with: footnote index --index {self.folder}"
            )

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
        return {"embedder": self.embedder.fingerprint, **_versions()}

    def _check(self, manifest: dict[str, str]) -> None:
        self._check_embedder(manifest)
        self._check_versions(manifest)

    def _check_embedder(self, manifest: dict[str, str]) -> None:
        for key in self._identity():
            if key not in manifest:
                raise damaged(self.folder / FILE_NAME, f"it does not say which {key} made it")
        theirs, ours = manifest["embedder"], self.embedder.fingerprint
        if theirs != ours:
            raise MismatchError(
                f"The index {self.folder} was made with embedder {theirs}, but {ours} is in use; "
                "use the same embedder, choose another index with --index, or delete that folder "
                "(files added in the chat are kept in it) and index the documents again."
            )

    def _has_other_versions(self, manifest: dict[str, str]) -> bool:
        return any(manifest[key] != ours for key, ours in _versions().items())

    def _check_versions(self, manifest: dict[str, str]) -> None:
        for key, ours in _versions().items():
            if manifest[key] != ours:
                raise MismatchError(
                    f"The index {self.folder} was made with {key} {manifest[key]}, but {ours} is "
                    f"in use; bring it up to date with: footnote index --index {self.folder}"
                )

    def _bring_up_to_date(self) -> None:
        """Make what other versions derived from the stored texts again; an interruption is made
        good by the next opening."""
        with self.changing() as catalog:
            manifest = catalog.manifest()
            self._check_embedder(manifest)
            if not self._has_other_versions(manifest):
                return  # another process was faster
            with catalog.transaction():  # from now on no version may take it for its own
                for key in _versions():
                    catalog.set_manifest(key, "unfinished")
            derive_again(catalog, self.embedder)
            with catalog.transaction():
                for key, ours in _versions().items():
                    catalog.set_manifest(key, ours)
            self.save_vectors(catalog)

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
    def changing(self) -> Iterator[Catalog]:
        """The catalog, open for this writer alone; `save_vectors` before the end."""
        with self._writing():
            self._check_seal()
            with contextlib.closing(Catalog.create(self.folder)) as catalog:
                unseal(catalog.path)
                with clear_errors(catalog.path):
                    yield catalog
                # Not after an error: what is damaged must not be sealed, nor what SQLite takes
                # back at the next opening because it could not end a transaction.
                self._unsealed = None
                if not catalog.seal():
                    with contextlib.suppress(OSError):
                        self._unsealed = written(catalog.path)

    def _seal_at_last(self) -> None:
        """Seal what readers kept from being sealed, once none reads and if nobody wrote since."""
        with self._lock:
            if self._unsealed is None or self._readers:
                return
            wanted, self._unsealed = self._unsealed, None
        with (
            contextlib.suppress(FootnoteError, OSError),
            self._writing(),
            contextlib.closing(Catalog.create(self.folder)) as catalog,
        ):
            if written(catalog.path) == wanted and not catalog.seal(wait_ms=0):
                self._unsealed = wanted

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
        goes on from there. Of the known roots, a deleted file is removed and forgotten; a folder
        that is not there now is kept and reported. Raises BusyError when another process writes,
        UsageError for a root given here that does not exist (nothing is changed).
        """
        with self.changing() as catalog:
            self._check(catalog.manifest())
            with self._clear_disk_errors("kept"):  # before a document counts on its upload
                sync_folders_in(self.uploads)
            limits = limits or Limits()
            if self._cut_short and roots is not None:  # what was lost may be of any root
                Syncer(catalog, self.embedder, limits, None, stop).run(None)
            try:
                return Syncer(catalog, self.embedder, limits, progress, stop).run(roots)
            finally:
                self.save_vectors(catalog)

    def remove(self, source: str, *, stay_out: bool = False) -> bool:
        """Take a source out of the index; an uploaded file is deleted as well.

        Files in a folder of the user's stay on disk, and come back with the next sync of it unless
        they are to ``stay_out`` until `take_back`; a file that is a root itself is forgotten.
        Returns False when there is no such source.
        """
        self._check_length()
        with self.changing() as catalog:
            places = catalog.places(source)
            # Known sources only: they hold no "..", which could lead out of the uploads. The file
            # goes first: what is cut short in between, the next sync takes out of the index, while
            # a file that stayed would come back.
            uploaded = Path(source).is_relative_to(source_name(self.uploads))
            if places and uploaded:
                with self._clear_disk_errors("deleted"):
                    Path(source).unlink(missing_ok=True)
                    if Path(source).parent.is_dir():
                        sync_folder(Path(source).parent)
            with catalog.transaction():
                for root, path in places:
                    if path == source:
                        catalog.forget_root(path)
                    elif stay_out and not uploaded:
                        catalog.leave_out(root, source)
                    else:
                        catalog.remove_source(root, source)
            self.save_vectors(catalog)
        return bool(places)

    def take_back(self, source: str) -> list[Path]:
        """Let a source that was to stay out in again; the roots to sync so that it is read.

        They are none when it was not left out.
        """
        self._check_length()
        with self.changing() as catalog:
            if source not in catalog.left_out():
                return []
            places = catalog.places(source)
            with catalog.transaction():
                for root, _ in places:
                    catalog.remove_source(root, source)
        return [Path(path) for _, path in places]

    def forget(self, root: Path) -> tuple[str, ...] | None:
        """Take a root, file or folder, and all that came only from it out of the index.

        The person's own files stay on disk; ``uploads`` is deleted, as it holds only copies.
        Returns the sources that were taken out, None when there is no such root.
        """
        self._check_length()
        name = source_name(root.expanduser())
        with self.changing() as catalog:
            if name in catalog.roots() and name == source_name(self.uploads):
                with self._clear_disk_errors("deleted"):  # first, as in `remove`
                    if self.uploads.is_dir():
                        shutil.rmtree(self.uploads)
                    sync_folder(self.folder)
            with catalog.transaction():
                removed = catalog.forget_root(name)
            self.save_vectors(catalog)
        return None if removed is None else tuple(removed)

    @contextmanager
    def _clear_disk_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"The files in {self.uploads} could not be {what}: {error.strerror}; check the "
                "folder's rights and its disk."
            ) from error

    def save_vectors(self, catalog: Catalog) -> None:
        """Write the vector file of the newest generation, if it changed."""
        self._vectors.save(catalog)
        self._cut_short = False

    # ---- reading -------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One committed state to read from; a sync beside it changes nothing inside."""
        self._check_length()
        catalog = self._take()
        try:
            with catalog.reading():
                self._check(catalog.manifest())  # another version may have made it anew meanwhile
                yield Snapshot(catalog, self._vectors.current(catalog))
        finally:
            self._give_back(catalog)

    def roots(self) -> list[Path]:
        """Folders and files that ``sync`` keeps up with."""
        return list(self.synced())

    def synced(self) -> dict[Path, str | None]:
        """When each root was last synced to the end (ISO 8601, UTC), None when never."""
        catalog = self._take()
        try:
            with catalog.reading():
                return {Path(root): when for root, when in catalog.roots().items()}
        finally:
            self._give_back(catalog)

    def verify(self) -> list[str]:
        """Check every row and file against its digest; returns what is wrong, empty when sound."""
        catalog = self._take()
        try:
            with catalog.reading():
                problems = catalog.problems()
                with contextlib.suppress(DamagedError):  # of a chunk, which stands there already
                    problems += wrong_terms(catalog)
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
            catalog = self._idle.pop() if self._idle else None
        catalog = catalog or Catalog.open_to_read(self.folder)
        with self._lock:
            self._readers += 1
        return catalog

    def _give_back(self, catalog: Catalog) -> None:
        with self._lock:
            self._readers -= 1
            kept = not self._closed and len(self._idle) < _IDLE_CONNECTIONS
            if kept:
                self._idle.append(catalog)
        if not kept:
            catalog.close()
        self._seal_at_last()


def _versions() -> dict[str, str]:
    """What made the parts that the stored texts can give again."""
    return {"chunker": CHUNKER_VERSION, "analyser": ANALYSER_VERSION}
