"""Which files a root holds. Knows ignore files and links; opens nothing but ignore files."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import UsageError

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


def scan(root: Path) -> list[FoundFile]:
    """Files under a root (or the root itself when it is a file), sorted by path.

    Left out: hidden files and folders, ``~$`` lock files, what ignore files name, links that lead
    out of the root, links to folders. Special files and folders closed to us are reported, so that
    the caller can name them.
    """
    try:
        if not root.is_dir():
            return [_found(root)]
        with os.scandir(root):
            pass
    except PermissionError as error:
        raise UsageError(
            f"{root} cannot be opened: permission denied; check its rights."
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"There is no file or folder {root}; check the path.") from error
    return sorted(_walk(root), key=lambda file: file.source)


def source_name(path: Path) -> str:
    """The absolute path as text; bytes that are no UTF-8 are spelled out, as in ``\\xff``."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")


def _found(path: Path) -> FoundFile:
    status = path.stat()
    mtime_ns = max(-_LATEST_NS, min(_LATEST_NS, status.st_mtime_ns))
    return FoundFile(path, source_name(path), status.st_size, mtime_ns)


def _walk(root: Path) -> Iterator[FoundFile]:
    resolved_root = root.resolve()
    waiting: list[tuple[Path, _Specs]] = [(root, ())]  # no recursion: folders can be nested deeper
    while waiting:
        folder, outer = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except PermissionError:
            yield _found(folder)
            continue
        except OSError:
            continue  # vanished since its parent was listed
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
                    yield _found(path)
            except (OSError, RuntimeError):  # RuntimeError: how Python 3.11 calls a loop of links
                continue  # a dangling link, or gone since it was listed


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
