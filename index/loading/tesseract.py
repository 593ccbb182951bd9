"""The Tesseract program: is it on this computer, and for which languages?

Light to import, so that a sync can ask whether scans that were passed over can be read by now.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache

#: What to do where it is missing.
REMEDY = "install Tesseract (package tesseract-ocr) to have it read"
#: The warning of a document that would gain from it: it is worth reading again once it is there.
MISSING = "pages of pictures are read once Tesseract (package tesseract-ocr) is installed"
_WINDOWS = r"C:\Program Files\Tesseract-OCR\tesseract.exe"
_MAX_LANGUAGES = 4  #: each costs time on every page


@lru_cache(maxsize=1)
def program() -> str | None:
    """Full path of Tesseract, None where it is not installed."""
    found = shutil.which("tesseract")
    if found is None and sys.platform == "win32" and os.path.isfile(_WINDOWS):
        return _WINDOWS
    return os.path.abspath(found) if found else None


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    """All that Tesseract has data for, by name."""
    path = program()
    if path is None:
        return ()
    try:
        done = subprocess.run(
            [path, "--list-langs"], capture_output=True, timeout=20, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(name.strip() for name in done.stdout.splitlines()[1:])


def can_turn() -> bool:
    """True when Tesseract has the data (osd) to find out which way up a page is."""
    return "osd" in _installed()


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Languages that Tesseract is installed for, English first, at most four."""
    usable = [name for name in _installed() if re.fullmatch(r"[a-z]{3}(?:_\w+)?", name)]
    ordered = sorted(set(usable) - {"osd", "equ"}, key=lambda name: (name != "eng", name))
    return tuple(ordered[:_MAX_LANGUAGES])


def state() -> str:
    """How it stands with scans on this computer, in some words."""
    if not available():
        return f"not read: {REMEDY}"
    return f"read by {program()} ({', '.join(languages())})"


def available() -> bool:
    """True when scanned pages can be read on this computer."""
    return bool(languages())
