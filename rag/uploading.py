"""Files into the folder of an index that is its own."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from index.errors import StoreError, UsageError


def copy_in(path: Path, uploads: Path) -> None:
    """Copy in whole or not at all: under a hidden name first, which no sync reads.

    Raises UsageError when there is no such file, StoreError when it cannot be copied.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}; check the path.")
    target = uploads / (path.name.lstrip(".~") or "upload")
    part = uploads / f".{uuid.uuid4().hex}.part"
    try:
        shutil.copyfile(path, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"{path.name} could not be copied into {uploads}: {error.strerror}; free some space. "
            "What was there before is unchanged."
        ) from error
