"""Reading a file that SQLite holds open, without taking its locks away.

POSIX takes all locks of a process off a file when the process closes *any* descriptor of it. A
checksum read and closed beside an open connection so left the connection without its lock, and
another process, which believed itself alone, deleted the log under it. Hence a descriptor opened
here stays open for as long as this process has a connection to the file.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class _Held:
    users: int = 0  #: connections, and readings now
    descriptors: list[int] = field(default_factory=list)  #: one for each file there was


_files: dict[str, _Held] = {}
_lock = threading.Lock()


def hold(path: Path) -> str:
    """To be called before a connection to the file is opened. Returns what `release` is to get:
    a link on the way to the file may lead elsewhere by then."""
    name = os.path.realpath(path)
    with _lock:
        _files.setdefault(name, _Held()).users += 1
    return name


def release(name: str) -> None:
    """To be called once for each `hold`, after the connection is closed."""
    with _lock:
        held = _files[name]
        held.users -= 1
        if not held.users:
            for descriptor in held.descriptors:
                os.close(descriptor)
            del _files[name]


@contextmanager
def holding(path: Path) -> Iterator[str]:
    """`hold` and `release` around what is done inside."""
    name = hold(path)
    try:
        yield name
    finally:
        release(name)


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """The file's bytes, ``size`` at a time, the last piece shorter. Raises OSError."""
    if not hasattr(os, "pread"):  # Windows, where each descriptor has locks of its own
        with path.open("rb") as file:
            while piece := file.read(size):
                yield piece
        return
    with holding(path) as name:
        descriptor, at, piece = _descriptor(name), 0, b""
        while part := os.pread(descriptor, size - len(piece), at):
            at += len(part)
            piece += part
            if len(piece) == size:
                yield piece
                piece = b""
        if piece:
            yield piece


def _descriptor(name: str) -> int:
    """An open descriptor of the file that has this name now."""
    with _lock:
        descriptors = _files[name].descriptors
        now = os.stat(name)
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), now):
                    return descriptor
        descriptors.append(os.open(name, os.O_RDONLY))
        return descriptors[-1]
