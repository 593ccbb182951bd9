"""Which files a root holds. Knows ignore files and links; opens nothing but ignore files."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import UsageError
from index.types import SkippedFile, SkipReason

IGNORE_FILES = (".gitignore", ".footnoteignore")
_LATEST_NS = 2**63 - 1  # some file systems keep later dates than the catalog can
_IGNORED_FOLDERS = frozenset({"__pycache__", "node_modules"})


_Specs = tuple[tuple[Path, GitIgnoreSpec], ...]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as the scan saw it; ``source`` is its absolute path as clean text."""

    path: Path
    source: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Scan:
    """What a root holds, by path. Of what is ``closed``, files below included, nothing is known."""

    files: list[FoundFile] = field(default_factory=list)
    closed: list[SkippedFile] = field(default_factory=list)


def scan(root: Path) -> Scan:
    """Files under a root, or the root itself when it is a file.

    Left out: hidden files and folders, ``~$`` lock files, what ignore files name, links that lead
    out of the root, links to folders. Special files are among the files, so that the caller can
    name them. Raises UsageError for a root that is not there or cannot be opened.
    """
    try:
        found = _walk(root) if root.is_dir() else Scan([_found(root)])
    except PermissionError as error:
        raise UsageError(
            f"{root} cannot be opened: permission denied; check its rights."
        ) from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not _is_gone(error):
            raise UsageError(
                f"{root} cannot be read: {error.strerror}; check the disk it is on."
            ) from error
        raise UsageError(f"There is no file or folder {root}; check the path.") from error
    found.files.sort(key=lambda file: file.source)
    found.closed.sort(key=lambda skipped: skipped.source)
    return found


def source_name(path: Path) -> str:
    """The absolute path as text; bytes that are no UTF-8 are spelled out, as in ``\\xff``."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")


def _found(path: Path) -> FoundFile:
    status = path.stat()
    mtime_ns = max(-_LATEST_NS, min(_LATEST_NS, status.st_mtime_ns))
    return FoundFile(path, source_name(path), status.st_size, mtime_ns)


def _walk(root: Path) -> Scan:
    found, resolved_root = Scan(), root.resolve()
    waiting: list[tuple[Path, _Specs]] = [(root, ())]  # no recursion: folders can be nested deeper
    while waiting:
        folder, outer = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if folder == root:
                raise
            if not _is_gone(error):
                found.closed.append(_closed(folder, error))
            continue
        specs = (*outer, *_ignore_specs(folder))
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name in _IGNORED_FOLDERS:
                continue
            path = Path(entry.path)
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if _ignored(path, is_folder, specs):
                    continue
                if is_folder:
                    waiting.append((path, specs))
                elif not entry.is_symlink() or _stays_inside(path, resolved_root):
                    found.files.append(_found(path))
            except RuntimeError:
                continue  # how Python 3.11 calls a loop of links
            except OSError as error:
                if not _is_gone(error):
                    found.closed.append(_closed(path, error))
    os.stat(root)  # raises when a disk was taken out meanwhile: then nothing was really deleted
    return found


def _is_gone(error: OSError) -> bool:
    """A dangling link, or gone since it was listed; any other error says nothing of the sort."""
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return missing or error.errno in (errno.ELOOP, errno.ENAMETOOLONG)


def _closed(path: Path, error: OSError) -> SkippedFile:
    denied = isinstance(error, PermissionError)
    reason = SkipReason.NO_PERMISSION if denied else SkipReason.UNREADABLE
    return SkippedFile(source_name(path), reason, error.strerror or type(error).__name__)


def _stays_inside(link: Path, resolved_root: Path) -> bool:
    target = link.resolve(strict=True)
    return target.is_relative_to(resolved_root) and stat.S_ISREG(target.stat().st_mode)


def _ignore_specs(folder: Path) -> _Specs:
    specs: list[tuple[Path, GitIgnoreSpec]] = []
    for name in IGNORE_FILES:
        path = folder / name
        try:
            if path.is_file() and path.stat().st_size < 1 << 20:
                specs.append((folder, _spec(path.read_text("utf-8-sig", errors="replace"))))
        except OSError:
            continue  # closed to us, or gone
    return tuple(specs)


def _spec(text: str) -> GitIgnoreSpec:
    """The patterns of an ignore file; git, too, passes over lines that are no pattern."""
    lines = text.splitlines()
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _ignored(path: Path, is_folder: bool, specs: _Specs) -> bool:
    verdict = False
    for base, spec in specs:  # an inner file overrules an outer one, as in git
        name = path.relative_to(base).as_posix() + ("/" if is_folder else "")
        result = spec.check_file(name)
        if result.include is not None:
            verdict = result.include
    return verdict
