"""Where things live on this computer: the user's data folder, indexes by name, settings file."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from index.catalog import FILE_NAME
from index.errors import UsageError

DEFAULT_INDEX = "documents"


def data_folder() -> Path:
    """Where indexes and conversations are kept; the environment's FOOTNOTE_DATA overrides it."""
    chosen = os.environ.get("FOOTNOTE_DATA")
    return Path(chosen).expanduser() if chosen else user_data_path("footnote", appauthor=False)


def settings_file() -> Path:
    """The settings file; the environment's FOOTNOTE_SETTINGS overrides it."""
    chosen = os.environ.get("FOOTNOTE_SETTINGS")
    if chosen:
        return Path(chosen).expanduser()
    return user_config_path("footnote", appauthor=False) / "settings.toml"


def index_folder(index: str | Path) -> Path:
    """Folder of an index given by name, or by a path (anything with a separator, "." or "~")."""
    text = str(index)
    if isinstance(index, Path) or re.search(r"[/\\~]|^\.", text):
        return Path(text).expanduser().absolute()
    if not re.fullmatch(r"\w[\w. -]{0,99}", text):
        raise UsageError(
            f"{text!r} is no name for an index; use letters, digits, spaces, dots and dashes."
        )
    return data_folder() / "indexes" / text


def documents_index(documents: Sequence[Path]) -> Path:
    """Folder of the index of these documents; nothing is ever written among them."""
    names = "\n".join(sorted(os.path.abspath(path.expanduser()) for path in documents))
    digest = hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    stem = re.sub(r"[^\w-]+", "-", documents[0].absolute().name)[:40].strip("-")
    return data_folder() / "indexes" / f"{stem or 'documents'}-{digest}"


def has_index(index: str | Path) -> bool:
    """Whether an index of this name or path has been made."""
    return (index_folder(index) / FILE_NAME).is_file()
