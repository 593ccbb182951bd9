"""Which files a root holds. Knows ignore files and links; opens nothing but ignore files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.errors import UsageError

IGNORE_FILES = (".gitignore", ".footnoteignore")
_IGNORED_FOLDERS = frozenset({"__pycache__", "node_modules"})


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
    out of the root, links to folders. Special files are reported, so that the caller can name them.
    """
    if not root.exists():
        raise UsageError(f"There is no file or folder {root}; check the path.")
    if not root.is_dir():
        return [_found(root)]
    try:
        next(os.scandir(root), None)
    except PermissionError as error:
        raise UsageError(f"The folder {root} cannot be opened: permission denied.") from error
    return sorted(_walk(root, root.resolve(), []), key=lambda file: file.source)


def source_name(path: Path) -> str:
    """The absolute path as text; bytes that are no UTF-8 are shown as replacement characters."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "replace")


def _found(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(path, source_name(path), status.st_size, status.st_mtime_ns)


def _walk(
    folder: Path, resolved_root: Path, specs: list[tuple[Path, GitIgnoreSpec]]
) -> Iterator[FoundFile]:
    specs = [*specs, *_ignore_specs(folder)]
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return  # vanished or closed to us since its parent was listed
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith((".", "~$")) or entry.name in _IGNORED_FOLDERS:
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if _ignored(path, is_folder, specs):
                continue
            if is_folder:
                yield from _walk(path, resolved_root, specs)
            elif not entry.is_symlink() or _stays_inside(path, resolved_root):
                yield _found(path)
        except OSError:
            continue  # a dangling link, or gone since it was listed


def _stays_inside(link: Path, resolved_root: Path) -> bool:
    target = link.resolve(strict=True)
    return target.is_relative_to(resolved_root) and stat.S_ISREG(target.stat().st_mode)


def _ignore_specs(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    specs: list[tuple[Path, GitIgnoreSpec]] = []
    for name in IGNORE_FILES:
        path = folder / name
        if path.is_file() and path.stat().st_size < 1 << 20:
            lines = path.read_text("utf-8", errors="replace").splitlines()
            specs.append((folder, GitIgnoreSpec.from_lines(lines)))
    return specs


def _ignored(path: Path, is_folder: bool, specs: list[tuple[Path, GitIgnoreSpec]]) -> bool:
    verdict = False
    for base, spec in specs:  # an inner file overrules an outer one, as in git
        name = path.relative_to(base).as_posix() + ("/" if is_folder else "")
        result = spec.check_file(name)
        if result.include is not None:
            verdict = result.include
    return verdict
