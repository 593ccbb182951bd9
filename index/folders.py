"""Folders that hold copies of private documents: made so that only their owner may look in, and so
that what is in them survives a power cut."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; each is closed to other users.

    Folders that are there already keep their rights. Windows has no such modes: there the user's
    own profile is what keeps others out. Raises OSError.
    """
    missing = [folder, *folder.parents]
    for place in reversed(missing):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)
            sync_folder(place.parent)
    folder.mkdir(exist_ok=True)  # raises when it is a file


def sync_folder(folder: Path) -> None:
    """Make new names, renames and deletions in a folder durable. Raises OSError.

    Where folders cannot be opened (Windows, folders that may be entered but not listed) or their
    names not be flushed (some network disks), there is nothing that could be done.
    """
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def sync_folders_in(folder: Path) -> None:
    """`sync_folder` for a folder that may not be there, and for those in it. Raises OSError."""
    for place, _, _ in os.walk(folder):
        sync_folder(Path(place))
