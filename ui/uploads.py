"""Files that are sent to a library: where they wait, what they are called, and where they are kept.

Names are made up by clients; the paths are made here, in the library's own folder. Knows no index
and no web framework.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.errors import StoreError, UsageError
from index.folders import make_private_folder

_PART = re.compile(r"[0-9a-f]{32}")
_NAME_BYTES = 120  #: of each part of a name; file systems allow 255


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent: where it waits, and what it is called with its folders."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was sent and kept, and whether one of its name with other words gave way."""

    path: Path
    replaced: bool


def part_of(uploads: Path, made: str) -> Path:
    """The hidden file that waits under an id. Raises UsageError for what is no id."""
    if not _PART.fullmatch(made):
        raise UsageError("A file was named that was never sent: choose the files again.")
    return uploads / f".{made}.part"


def keep_all(uploads: Path, files: Sequence[Sent]) -> list[Kept]:
    """Move sent files to their places among the uploads.

    One of the same name that was added before gives way. Of several of one name that are sent
    together all are kept, the later ones under a number.
    """
    kept: list[Kept] = []
    taken: dict[Path, bytes] = {}
    for file in files:
        part, target = part_of(uploads, file.id), uploads.joinpath(*safe_parts(file.name))
        digest = _digest(part)
        made, number = target, 1
        while taken.get(made, digest) != digest:
            number += 1
            made = target.with_name(f"{target.stem} ({number}){target.suffix}")
        if digest is not None:
            taken[made] = digest
        kept.append(_keep(part, made, digest))
    return kept


def _keep(part: Path, target: Path, digest: bytes | None) -> Kept:
    try:
        make_private_folder(target.parent)
        before = _digest(target)
        part.replace(target)
    except FileNotFoundError as error:
        raise UsageError(
            f"The file {target.name} was sent too long ago: choose it again."
        ) from error
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"{target.name} could not be kept: {error.strerror}; free some space or give the file "
            "another name."
        ) from error
    return Kept(target, before is not None and before != digest)


def _digest(path: Path) -> bytes | None:
    """SHA-256 of a file's bytes; None when there is none that can be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return None


def safe_parts(name: str) -> tuple[str, ...]:
    """The folders and the name of a sent file, none of which can lead anywhere else."""
    parts = []
    for part in PurePosixPath(name.replace("\\", "/")).parts:
        kept = "".join(c if c.isprintable() and c not in '<>:"|?*/' else "_" for c in part)
        kept = kept.encode("utf-8", "replace").decode().strip().lstrip(".~").rstrip(". ")
        if kept:
            parts.append(_cut(kept))
    return tuple(parts[-8:]) or ("upload",)


def _cut(name: str) -> str:
    """A name that file systems take, with its suffix."""
    while len(name.encode()) > _NAME_BYTES:
        stem, suffix = os.path.splitext(name)
        name = stem[:-1] + suffix if stem and len(suffix.encode()) < 20 else name[:-1]
    return name
