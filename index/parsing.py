"""Files to parsed documents: in the sandbox, one ahead of the caller, with their catalog rows.

Touches no catalog. What a file's row says of how it was read decides whether it is read again.
"""

from __future__ import annotations

import hashlib
import stat
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from index.catalog_rows import SourceRow
from index.errors import UnreadableError
from index.loading import LOADER_VERSION, Limits, Sandbox, supported
from index.loading.refused_kinds import detail
from index.loading.tesseract import MISSING, available
from index.scanning import FoundFile
from index.types import Chunk, Document, SkippedFile, SkipReason

#: Files refused for these are tried again at every sync …
_RETRIED = frozenset({SkipReason.CHANGED, SkipReason.UNREADABLE, SkipReason.NO_PERMISSION})
#: … for these when the limits are others than those under which they were refused …
_LIMITED = frozenset({SkipReason.TOO_LARGE, SkipReason.TOO_SLOW, SkipReason.TOO_MUCH_MEMORY})
_WITHOUT_OCR = f"{LOADER_VERSION} without OCR"  # … and scans once there is a program for them


@dataclass(frozen=True, slots=True)
class Task:
    """A file that needs work under a root."""

    root: int
    file: FoundFile
    before: SourceRow | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file after the sandbox: its row for the catalog and, when it could be read, its text."""

    task: Task
    row: SourceRow
    document: Document | None = None
    chunks: Sequence[Chunk] = ()


def parse_ahead(tasks: Sequence[Task], limits: Limits) -> Generator[Parsed, None, None]:
    """Parsed files in order; one file ahead is in the sandbox while the caller works."""
    # On the way out nothing waiting is begun, and the sandbox ends its child before the pool
    # waits for what is running.
    with ThreadPoolExecutor(1) as pool, Sandbox(limits) as sandbox:
        ahead: deque[Future[Parsed]] = deque()
        try:
            for task in tasks:
                ahead.append(pool.submit(_parse, task, sandbox, limits))
                if len(ahead) > 1:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _parse(task: Task, sandbox: Sandbox, limits: Limits) -> Parsed:
    """What a file holds, or why it cannot be told. Runs beside the caller: touches no catalog."""
    file, before = task.file, task.before
    # Films need not be read through, nor what is too large to be parsed.
    small = file.size <= limits.file_mb * 1_000_000
    digest = _digest(file) if small and supported(file.path) else None
    row = SourceRow(file.source, None, file.size, file.mtime_ns, digest, str(LOADER_VERSION), None)
    if before is not None and digest is not None and before.sha256 == digest:
        touched = replace(before, size=file.size, mtime_ns=file.mtime_ns)
        if is_same(touched, file, limits):
            return Parsed(task, touched)
    if not supported(file.path):
        skipped = SkippedFile(file.source, SkipReason.UNSUPPORTED, detail(file.source))
        return Parsed(task, replace(row, skipped=skipped))
    try:
        document = sandbox.load(file.path, file.source)
    except UnreadableError as error:
        loaders = _loaders(error.skipped, limits)
        return Parsed(task, replace(row, loaders=loaders, skipped=error.skipped))
    if any(MISSING in warning for warning in document.warnings):
        row = replace(row, loaders=_WITHOUT_OCR)
    return Parsed(task, replace(row, document=document.id), document)


def is_same(row: SourceRow, file: FoundFile, limits: Limits) -> bool:
    """Nothing would come of reading the file again."""
    same = row.size == file.size and row.mtime_ns == file.mtime_ns
    retried = row.skipped is not None and row.skipped.reason in _RETRIED
    if row.loaders == _WITHOUT_OCR:
        return same and not available()
    return same and not retried and row.loaders == _loaders(row.skipped, limits)


def _loaders(skipped: SkippedFile | None, limits: Limits) -> str:
    """What a file was read with, as far as the outcome hangs on it."""
    if skipped is not None and skipped.reason is SkipReason.IMAGE_ONLY and not available():
        return _WITHOUT_OCR
    if skipped is None or skipped.reason not in _LIMITED:
        return str(LOADER_VERSION)
    costs = (limits.seconds, limits.memory_mb, limits.file_mb, limits.text_chars)
    return f"{LOADER_VERSION} within " + " ".join(map(str, costs))


def _digest(file: FoundFile) -> str | None:
    """SHA-256 of a regular file's bytes, None when it cannot be read (the sandbox says why)."""
    try:
        if not stat.S_ISREG(file.path.stat().st_mode):
            return None
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
