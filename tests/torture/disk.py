"""A disk that fails where it is told to: every write, flush, cut, new name and deletion of a file.

Reached is Python's own file access (``open``, ``os.fsync``, ``os.replace`` and the like are
wrapped) and SQLite's, without any preloaded library: through ctypes a copy of its file layer
("VFS") becomes the default one, with the methods that change a file replaced by ours. What only
reads, locks or shares memory is left to SQLite. Needs Linux and an SQLite that is a shared library.

One disk is watched at a time, and only below its folder. Knows files, nothing of an index.
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO


class Fault(StrEnum):
    """What becomes of one step."""

    IO_ERROR = "EIO"
    FULL = "ENOSPC"
    SHORT = "short write, then ENOSPC"
    KILL = "killed before"
    TORN = "killed with half of it written"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the disk that was asked for."""

    kind: str  #: write, sync, truncate, create, mkdir, rename, delete, sync folder
    path: str
    at: int = 0  #: where a write begins, what size a file is cut to
    data: bytes = b""
    other: str = ""  #: what a rename makes of the path
    by_sqlite: bool = False


@dataclass
class Disk:
    """Decides about each step below a folder. ``steps`` is what was done so far."""

    folder: Path
    decide: Callable[[int, Step], Fault | None] = lambda _number, _step: None
    steps: list[Step] = field(default_factory=list)
    failed: int = 0

    def ask(self, step: Step) -> Fault | None:
        """Note a step and tell what becomes of it; does not return from a kill."""
        number = len(self.steps)
        self.steps.append(step)
        fault = self.decide(number, step)
        if fault is Fault.FULL and step.kind in ("delete", "truncate"):
            return None  # takes no space
        if fault is Fault.KILL or (fault is Fault.TORN and step.kind != "write"):
            os.kill(os.getpid(), signal.SIGKILL)
        self.failed += fault is not None
        return fault

    def holds(self, path: str) -> bool:
        return path.startswith(str(self.folder) + os.sep) or path == str(self.folder)

    def __enter__(self) -> Disk:
        assert not _watched, "one disk is watched at a time"
        _install_sqlite()
        _watched.append(self)
        _wrap_python()
        return self

    def __exit__(self, *_: object) -> None:
        _watched.clear()
        _unwrap_python()


_watched: list[Disk] = []


def _fault(step: Step) -> Fault | None:
    if not _watched or not _watched[0].holds(step.path):
        return None
    return _watched[0].ask(step)


# ---- Python ------------------------------------------------------------------------------

_REAL = {
    "fsync": os.fsync, "replace": os.replace, "rename": os.rename, "unlink": os.unlink,
    "remove": os.remove, "mkdir": os.mkdir, "rmdir": os.rmdir, "open": os.open,
}  # fmt: skip
_real_open = io.open


class _FaultyFile(io.FileIO):
    """A raw file whose writes are steps."""

    def write(self, data: object) -> int:
        view = bytes(memoryview(data).cast("B"))  # type: ignore[arg-type]
        path = str(self.name)
        step = Step("write", os.path.abspath(path), self.tell(), view)
        fault = _fault(step)
        if fault in (Fault.SHORT, Fault.TORN):
            super().write(view[: len(view) // 2])
        _raise(fault, path)
        return super().write(view)


def _raise(fault: Fault | None, path: str) -> None:
    if fault is Fault.TORN:
        os.kill(os.getpid(), signal.SIGKILL)
    if fault is not None:
        number = errno.EIO if fault is Fault.IO_ERROR else errno.ENOSPC
        raise OSError(number, os.strerror(number), path)


def _text(path: object) -> str:
    return os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]


def _open(file: object, mode: str = "r", *arguments: object, **named: object) -> IO[bytes]:
    writing = any(letter in mode for letter in "wxa+")
    elsewhere = not _watched or isinstance(file, int) or not _watched[0].holds(_text(file))
    if elsewhere or not writing:
        return _real_open(file, mode, *arguments, **named)  # type: ignore[call-overload]
    if "b" not in mode:
        raise AssertionError(f"{file} is written as text: teach the disk this first")
    if not os.path.lexists(_text(file)):
        _raise(_fault(Step("create", _text(file))), _text(file))
    elif "w" in mode:
        _raise(_fault(Step("truncate", _text(file), 0)), _text(file))
    return io.BufferedWriter(_FaultyFile(_text(file), mode.replace("b", "")))


def _os_open(path: object, flags: int, *arguments: object, **named: object) -> int:
    if flags & os.O_CREAT and not isinstance(path, int) and not os.path.lexists(_text(path)):
        _raise(_fault(Step("create", _text(path))), _text(path))
    return _REAL["open"](path, flags, *arguments, **named)  # type: ignore[operator]


def _fsync(descriptor: object) -> None:
    number = descriptor if isinstance(descriptor, int) else descriptor.fileno()  # type: ignore
    path = os.readlink(f"/proc/self/fd/{number}")
    kind = "sync folder" if os.path.isdir(path) else "sync"
    _raise(_fault(Step(kind, path)), path)
    _REAL["fsync"](number)  # type: ignore[operator]


def _renaming(name: str) -> Callable[..., None]:
    def rename(source: object, target: object, **named: object) -> None:
        _raise(_fault(Step("rename", _text(source), other=_text(target))), _text(source))
        _REAL[name](source, target, **named)  # type: ignore[operator]

    return rename


def _naming(name: str, kind: str) -> Callable[..., None]:
    def change(path: object, *arguments: object, **named: object) -> None:
        there = kind == "mkdir" or os.path.lexists(_text(path))
        if there and "dir_fd" not in named:
            _raise(_fault(Step(kind, _text(path))), _text(path))
        _REAL[name](path, *arguments, **named)  # type: ignore[operator]

    return change


def _wrap_python() -> None:
    wrapped: dict[str, object] = {
        "fsync": _fsync, "replace": _renaming("replace"), "rename": _renaming("rename"),
        "unlink": _naming("unlink", "delete"), "remove": _naming("remove", "delete"),
        "mkdir": _naming("mkdir", "mkdir"), "rmdir": _naming("rmdir", "delete"), "open": _os_open,
    }  # fmt: skip
    for name, function in wrapped.items():
        setattr(os, name, function)
    io.open = builtins.open = _open  # type: ignore[assignment]


def _unwrap_python() -> None:
    for name, function in _REAL.items():
        setattr(os, name, function)
    io.open = builtins.open = _real_open  # type: ignore[assignment]


# ---- SQLite ------------------------------------------------------------------------------

_OK, _FULL, _IOERR = 0, 13, 10
_WRITE_ERROR, _SYNC_ERROR = _IOERR | 3 << 8, _IOERR | 4 << 8
_TRUNCATE_ERROR, _DELETE_ERROR, _CANTOPEN = _IOERR | 6 << 8, _IOERR | 10 << 8, 14
_CREATE, _MAIN_DB, _JOURNAL, _WAL = 0x4, 0x100, 0x800, 0x80000

_pointer, _int, _long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_Close = ctypes.CFUNCTYPE(_int, _pointer)
_Write = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int, _long)
_Truncate = ctypes.CFUNCTYPE(_int, _pointer, _long)
_Sync = ctypes.CFUNCTYPE(_int, _pointer, _int)
_Open = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _pointer, _int, ctypes.POINTER(_int))
_Delete = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int)


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``."""

    _fields_ = [
        ("version", _int), ("close", _pointer), ("read", _pointer), ("write", _pointer),
        ("truncate", _pointer), ("sync", _pointer), ("rest", _pointer * 13),
    ]  # fmt: skip


class _File(ctypes.Structure):
    """The head of ``sqlite3_file``."""

    _fields_ = [("methods", ctypes.POINTER(_Methods))]


class _Vfs(ctypes.Structure):
    """``sqlite3_vfs``."""

    _fields_ = [
        ("version", _int), ("file_size", _int), ("longest_path", _int), ("next", _pointer),
        ("name", ctypes.c_char_p), ("data", _pointer), ("open", _pointer), ("delete", _pointer),
        ("rest", _pointer * 14),
    ]  # fmt: skip


class _Opened:
    """What is known of an open SQLite file."""

    def __init__(self, path: str, real: _Methods, names_pending: bool) -> None:
        self.path = path
        self.names_pending = names_pending  # SQLite syncs the folder with a new log's first sync
        self.write = _Write(real.write)
        self.truncate = _Truncate(real.truncate)
        self.sync = _Sync(real.sync)
        self.close = _Close(real.close)


_kept: list[object] = []  # what SQLite points to must live as long as the process
_opened: dict[int, _Opened] = {}
_tables: dict[int, _Methods] = {}
#: Without shared memory SQLite cannot keep a write-ahead log, as on some network file systems.
shared_memory = True


def reachable() -> bool:
    """Whether SQLite's file layer can be reached on this machine."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return _library() is not None
    except OSError:
        return False


def _library() -> ctypes.CDLL | None:
    """The very library that Python's sqlite3 uses; None when it is built in."""
    import sqlite3  # loads it

    assert sqlite3.sqlite_version
    with _real_open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "libsqlite3" in line}
    if not paths:
        return None
    library = ctypes.CDLL(paths.pop())
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [ctypes.POINTER(_Vfs), _int]
    return library


def _install_sqlite() -> None:
    if _kept:
        return
    library = _library()
    assert library is not None, "SQLite's file layer cannot be reached"
    real = library.sqlite3_vfs_find(None).contents
    ours = _Vfs.from_buffer_copy(real)
    ours.name = b"faulty"
    open_, delete = _Open(_sqlite_open(real)), _Delete(_sqlite_delete(real))
    methods = [_Write(_write), _Truncate(_truncate), _Sync(_sync), _Close(_close)]
    ours.open = ctypes.cast(open_, _pointer)
    ours.delete = ctypes.cast(delete, _pointer)
    _kept.extend([library, real, ours, open_, delete, *methods])
    _own.extend(ctypes.cast(method, _pointer) for method in methods)
    assert library.sqlite3_vfs_register(ctypes.byref(ours), 1) == _OK


_own: list[ctypes.c_void_p] = []


def _sqlite_open(real: _Vfs) -> Callable[..., int]:
    call = _Open(real.open)
    address = ctypes.addressof(real)

    def open_(_vfs: int, name: int | None, file: int, flags: int, out: object) -> int:
        path = "" if name is None else os.fsdecode(ctypes.string_at(name))
        new = bool(flags & _CREATE) and bool(path) and not os.path.exists(path)
        if new and _fault(Step("create", path, by_sqlite=True)) is not None:
            _File.from_address(file).methods = None  # SQLite closes only what has methods
            return _CANTOPEN
        code = call(address, name, file, flags, out)
        opened = _File.from_address(file)
        if code == _OK and path:
            names_pending = new and bool(flags & (_JOURNAL | _WAL))
            _opened[file] = _Opened(path, opened.methods.contents, names_pending)
            opened.methods = ctypes.pointer(_with_ours(opened.methods.contents))
        return code

    return open_


def _with_ours(real: _Methods) -> _Methods:
    key = ctypes.addressof(real) * 2 + shared_memory
    if key not in _tables:
        table = _Methods.from_buffer_copy(real)
        table.write, table.truncate, table.sync, table.close = (p.value for p in _own)
        if not shared_memory:
            table.version = 1
        _tables[key] = table
    return _tables[key]


def _sqlite_delete(real: _Vfs) -> Callable[..., int]:
    call = _Delete(real.delete)
    address = ctypes.addressof(real)

    def delete(_vfs: int, name: int, sync_folder: int) -> int:
        path = os.fsdecode(ctypes.string_at(name))
        if os.path.exists(path) and _fault(Step("delete", path, by_sqlite=True)) is not None:
            return _DELETE_ERROR
        if sync_folder and _fault(Step("sync folder", os.path.dirname(path), by_sqlite=True)):
            return _IOERR | 5 << 8
        return call(address, name, sync_folder)

    return delete


def _write(file: int, data: int, size: int, at: int) -> int:
    opened = _opened[file]
    step = Step("write", opened.path, at, ctypes.string_at(data, size), by_sqlite=True)
    fault = _fault(step)
    if fault in (Fault.SHORT, Fault.TORN):
        opened.write(file, data, size // 2, at)
    if fault is Fault.TORN:
        os.kill(os.getpid(), signal.SIGKILL)
    if fault is not None:
        return _WRITE_ERROR if fault is Fault.IO_ERROR else _FULL
    return int(opened.write(file, data, size, at))


def _truncate(file: int, size: int) -> int:
    opened = _opened[file]
    if _fault(Step("truncate", opened.path, size, by_sqlite=True)) is not None:
        return _TRUNCATE_ERROR
    return int(opened.truncate(file, size))


def _sync(file: int, flags: int) -> int:
    opened = _opened[file]
    if _fault(Step("sync", opened.path, by_sqlite=True)) is not None:
        return _SYNC_ERROR
    if opened.names_pending:
        opened.names_pending = False
        folder = os.path.dirname(opened.path)
        if _fault(Step("sync folder", folder, by_sqlite=True)) is not None:
            return _IOERR | 5 << 8
    return int(opened.sync(file, flags))


def _close(file: int) -> int:
    opened = _opened.pop(file)
    return int(opened.close(file))
