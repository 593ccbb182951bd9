"""The seal of a catalog: checksums of its pages, written when a writer is done, broken before the
next one begins.

Rows that answers rest on carry digests, but SQLite looks rows up through trees of pages that do
not, and FTS5 keeps its words in blocks of its own: a flipped bit there hides a row or a word, and
nothing is said. While a seal stands no byte of the file may change, so that whoever opens the index
can tell. During a sync, and after one that was killed, there is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import numpy as np

from index.errors import StoreError
from index.folders import sync_folder
from index.held_files import pieces

FILE_NAME = "catalog.seal"
_PAGE = 4096
_PIECE = 2048 * _PAGE


def checksum(path: Path) -> str:
    """Hash over the sums of each page's 64-bit words, and the size. Raises OSError.

    Any flipped bit changes the sum of its page, any other damage does but for one time in 2**64. It
    guards against disks, not against people, and takes a fifth of the time of SHA-256.
    """
    state, size = hashlib.sha256(), 0
    for piece in pieces(path, _PIECE):
        size += len(piece)
        padded = piece + bytes(-len(piece) % _PAGE)
        words = np.frombuffer(padded, dtype="<u8").reshape(-1, _PAGE // 8)
        state.update(np.add.reduce(words, axis=1).astype("<u8").tobytes())
    return f"1 {size} {state.hexdigest()}"


def is_broken(catalog: Path) -> bool:
    """Whether a catalog is sealed and not what was sealed. Raises OSError."""
    before = _read(catalog)
    if before is None or checksum(catalog) == before:
        return False
    return _read(catalog) == before  # else a writer broke it meanwhile, as it should


def seal(catalog: Path) -> None:
    """Seal a catalog whose log is empty. An index without a seal is as good, only less guarded, so
    that a full disk is no reason to fail here."""
    path = catalog.with_name(FILE_NAME)
    temporary = path.with_suffix(".seal.part")
    with contextlib.suppress(OSError):
        try:
            with temporary.open("wb") as file:
                file.write(checksum(catalog).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def unseal(catalog: Path) -> None:
    """Break the seal, for good, before the first change. Raises StoreError when that fails."""
    path = catalog.with_name(FILE_NAME)
    try:
        if path.exists():
            path.unlink()
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"The index {path.parent} cannot be written: {error.strerror}; check the folder's "
            "permissions and its disk."
        ) from error


def written(catalog: Path) -> tuple[int, ...]:
    """When a catalog and its log were last written, and their sizes: alike while nobody writes.
    Raises OSError."""
    log = catalog.with_name(f"{catalog.name}-wal")
    found = [path.stat() for path in (catalog, log) if path.exists()]
    return tuple(n for stat in found for n in (stat.st_mtime_ns, stat.st_size))


def _read(catalog: Path) -> str | None:
    try:
        return catalog.with_name(FILE_NAME).read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return None
