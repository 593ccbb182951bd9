"""What a file itself says, read without our loaders: did extraction lose words, or were they never
there?

Text files and zipped XML (Word, OpenDocument, e-books …) are read; of other kinds nothing is known.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

_MOST_BYTES = 50_000_000  # of a file, or of what a zipped one holds
_XML = (".xml", ".xhtml", ".html", ".htm")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ALIKE = str.maketrans("‘’‚“”„–—‑−", "'''\"\"\"----")


def file_says(path: Path, quote: str) -> bool:
    """True when the file can be read plainly and holds the quote.

    Case, white space, markup and the kind of quotation marks and dashes do not count.
    """
    wanted = _evened(quote)
    return bool(wanted) and any(wanted in _evened(text) for text in _readings(path))


def _readings(path: Path) -> Iterator[str]:
    """The words of a file as they stand, with tags for blanks, and with tags for nothing."""
    for text in _texts(path):
        yield text
        if "<" in text:
            yield html.unescape(_TAG.sub(" ", text))
            yield html.unescape(_TAG.sub("", text))


def _texts(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return []
        data = path.read_bytes()
        parts = _zipped(data) if data.startswith(b"PK\x03\x04") else [data]
    except (OSError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return []
    return [text for part in parts if (text := _decoded(part)) is not None]


def _zipped(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [one for one in archive.infolist() if one.filename.lower().endswith(_XML)]
        if sum(one.file_size for one in inside) > _MOST_BYTES:
            return []
        return [archive.read(one) for one in inside]


def _decoded(data: bytes) -> str | None:
    """The text of the bytes; None where they are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data or data.startswith(b"%PDF"):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _evened(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold()
    return " ".join(re.sub(r"[*_`#|~\\]", "", plain).split())
