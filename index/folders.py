"""Folders that hold copies of private documents: made so that only their owner may look in."""

from __future__ import annotations

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
    folder.mkdir(exist_ok=True)  # raises when it is a file
