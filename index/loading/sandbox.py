"""Reads a file safely and has it parsed in a child process that can be killed.

A bad file costs at most the limits and never the caller: the child is replaced after a crash, a
time-out, or some hundred files. Whether a symbolic link may be followed is the caller's to judge.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from index.errors import UnreadableError
from index.loading.formats import digest, loader_name
from index.loading.frames import read_frame, write_frame
from index.loading.limits import Limits, RefusedError
from index.types import Document, SkippedFile, SkipReason, document_from_dict

__all__ = ["Sandbox", "digest", "read_file"]

_FILES_PER_CHILD = 500  #: parsers leak a little; a fresh process costs some 0.2 s
_ROOT = Path(__file__).resolve().parents[2]
_MB = 1_000_000
#: -P keeps the working folder off the import path: a json.py lying there must not run.
_START = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from index.loading.worker import main; sys.exit(main(sys.argv[1:]))"
)

_Answer = tuple[dict[str, object], bytes]


class Sandbox:
    """Loads one file at a time; a context manager. Safe to share: a lock keeps order."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits if limits is not None else Limits()
        self._child: _Child | None = None
        self._closed = False
        self._lock = threading.Lock()  # one file at a time
        self._starting = threading.Lock()  # no child is born while `close` looks for one

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child process, also in the middle of a file; nothing is loaded any more."""
        with self._starting:
            self._closed = True
            child = self._child
        if child is not None:
            child.kill()  # before the lock: whoever holds it is waiting for this child
        with self._lock:
            self._end_child()

    def load(self, path: Path, source: str) -> Document:
        """The document in a file; ``source`` names it in errors and gives the default title.

        Raises UnreadableError, with the reason, for any file that cannot be read.
        """
        try:
            name = _name_with_suffix(path, source)
            return self._parse(read_file(path, self.limits), name)
        except RefusedError as refused:
            raise UnreadableError(SkippedFile(source, refused.reason, refused.detail)) from None

    def parse(self, data: bytes, source: str) -> Document:
        """The document in bytes that were read already. Raises UnreadableError."""
        try:
            loader_name(source)
            if len(data) > self.limits.file_mb * _MB:
                raise RefusedError(SkipReason.TOO_LARGE, _too_large(len(data), self.limits))
            return self._parse(data, source)
        except RefusedError as refused:
            raise UnreadableError(SkippedFile(source, refused.reason, refused.detail)) from None

    def _parse(self, data: bytes, name: str) -> Document:
        with self._lock:
            child = self._ready_child()
            try:
                head, body = child.ask(data, name, self.limits.seconds)
            except BaseException:  # also Ctrl-C: its answer would be taken for the next file's
                self._end_child()
                raise
            if head.get("leave"):
                self._end_child()
        if "refused" in head:
            raise RefusedError(SkipReason[str(head["refused"])], str(head.get("detail", "")))
        return document_from_dict(json.loads(body))

    def _ready_child(self) -> _Child:
        if self._child is not None and self._child.files >= _FILES_PER_CHILD:
            self._end_child()
        with self._starting:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            if self._child is None:
                try:
                    self._child = _Child(self.limits)
                except OSError as error:  # no memory or no file handles left for a process
                    said = f"no parser could be started: {error.strerror}"
                    raise RefusedError(SkipReason.UNREADABLE, said) from None
            return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """One parsing process."""

    def __init__(self, limits: Limits) -> None:
        self.files = 0
        # Room for JSON's escapes and four bytes a character, with blocks and page runs beside.
        self._answer_bytes = 40 * limits.text_chars + 64 * _MB
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed in `end`
        numbers = (limits.memory_mb, limits.file_mb, limits.text_chars, limits.seconds)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-c", _START, str(_ROOT), *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=_ROOT,  # always there, unlike the folder we may have been started in
        )

    def ask(self, data: bytes, source: str, timeout_s: float) -> _Answer:
        """Have one file parsed. Raises RefusedError on time-out or crash; then end the child."""
        self.files += 1
        answers: queue.SimpleQueue[_Answer | Exception] = queue.SimpleQueue()
        # A thread writes and reads, since a pipe cannot be waited on with a limit everywhere.
        threading.Thread(
            target=self._exchange, args=(data, source, answers), name="loader", daemon=True
        ).start()
        try:
            answer = answers.get(timeout=timeout_s)
        except queue.Empty:
            raise RefusedError(SkipReason.TOO_SLOW, f"limit {timeout_s:g} s") from None
        if isinstance(answer, Exception):
            raise self._crash() from answer
        return answer

    def _exchange(
        self, data: bytes, source: str, answers: queue.SimpleQueue[_Answer | Exception]
    ) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            write_frame(stdin, {"source": source}, data)
            answers.put(read_frame(stdout, self._answer_bytes))
        except (EOFError, OSError, ValueError) as error:
            answers.put(error)

    def _crash(self) -> RefusedError:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 2000))
        said = self._errors.read().decode(errors="replace")
        # C libraries do not raise MemoryError: they say so and abort.
        if any(word in said for word in ("MemoryError", "bad_alloc", "out of memory", "OOM")):
            return RefusedError(SkipReason.TOO_MUCH_MEMORY, "the parser ran out of memory")
        return RefusedError(SkipReason.DAMAGED, f"the parser crashed, exit code {code}")

    def kill(self) -> None:
        """Kill the process; what waits for it sees it crash."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and release its pipes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # unsent bytes of a child that is gone


def read_file(path: Path, limits: Limits) -> bytes:
    """All bytes of a regular file. Raises RefusedError; never waits on a pipe or a device."""
    try:
        # Asked before opening as well: opening some devices does something.
        _check_regular(os.stat(path))
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            _check_regular(before)
            if before.st_size > limits.file_mb * _MB:
                raise RefusedError(SkipReason.TOO_LARGE, _too_large(before.st_size, limits))
            data = file.read(before.st_size + 1)
            after = os.fstat(descriptor)
    except OSError as error:
        raise _refusal(error) from None
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or len(data) != before.st_size:
        raise RefusedError(
            SkipReason.CHANGED, f"{before.st_size:,} bytes before, {after.st_size:,} after"
        )
    return data


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError(SkipReason.NOT_A_FILE)


def _refusal(error: OSError) -> RefusedError:
    said = error.strerror or type(error).__name__
    if isinstance(error, PermissionError):
        return RefusedError(SkipReason.NO_PERMISSION)
    if isinstance(error, FileNotFoundError):
        return RefusedError(SkipReason.CHANGED, "it is no longer there")
    if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG, errno.ENOTDIR):
        return RefusedError(SkipReason.NOT_A_FILE, said)
    return RefusedError(SkipReason.UNREADABLE, said)


def _too_large(size: int, limits: Limits) -> str:
    return f"{size / _MB:,.1f} MB, limit {limits.file_mb:,} MB"


def _name_with_suffix(path: Path, source: str) -> str:
    """The name that says the format: the source's, or the path's where that has no known suffix."""
    try:
        loader_name(source)
    except RefusedError:
        loader_name(path.name)
        return path.name
    return source
