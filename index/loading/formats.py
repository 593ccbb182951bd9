"""Which file is read by which loader, and whether the bytes are what the name says.

The parsers themselves are imported only when a file of their kind comes, so that the parsing
process starts quickly.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath

from index.loading.builder import Parsed, clean, loader_string, one_line
from index.loading.language import guess_language
from index.loading.limits import Limits, RefusedError
from index.types import Document, SkipReason

#: File suffix (lower case, with its dot) to loader.
FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}

_MAGIC = (
    (b"PK\x03\x04", "ZIP or Office file"),
    (b"PK\x05\x06", "ZIP file"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"\x7fELF", "program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file"),
    (b"\x1f\x8b\x08", "gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip file"),
    (b"Rar!\x1a\x07", "RAR file"),
    (b"{\\rtf", "RTF file"),
    (b"SQLite format 3\0", "SQLite file"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def supported(path: Path) -> bool:
    """True when a file of this name can be read."""
    return path.suffix.lower() in FORMATS


def digest(data: bytes) -> str:
    """SHA-256 of the bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def document_id(loader: str, data: bytes) -> str:
    """Identity of the content: 32 hexadecimal digits from loader version and bytes."""
    hashed = hashlib.sha256(loader.encode() + b"\0")
    hashed.update(data)
    return hashed.hexdigest()[:32]


def loader_name(source: str) -> str:
    """The loader for a file name. Raises RefusedError when there is none."""
    suffix = PurePath(source).suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise RefusedError(SkipReason.UNSUPPORTED, f"{suffix or 'no suffix'}; read are {known}")
    return FORMATS[suffix]


def parse(data: bytes, source: str, limits: Limits) -> Document:
    """The document of these bytes. Raises RefusedError, or whatever a parser trips over."""
    name = loader_name(source)
    check_kind(data, name)
    parsed = _parser(name, data, limits)
    return Document(
        id=document_id(loader_string(name), data),
        title=parsed.title or title_of_name(source),
        text=parsed.text,
        blocks=parsed.blocks,
        language=guess_language(parsed.text),
        loader=parsed.loader,
        modified=parsed.modified,
        pages=parsed.pages,
        warnings=parsed.warnings,
    )


def _parser(name: str, data: bytes, limits: Limits) -> Parsed:
    if name == "pdf":
        from index.loading import pdf

        return pdf.parse(data, limits)
    if name == "docx":
        from index.loading import docx

        return docx.parse(data, limits)
    if name == "html":
        from index.loading import html

        return html.parse(data, limits)
    if name == "markdown":
        from index.loading import markdown

        return markdown.parse(data, limits)
    from index.loading import text

    return text.parse(data, limits)


def check_kind(data: bytes, name: str) -> None:
    """Raise RefusedError when the bytes are empty or plainly of another kind than the name."""
    if not data or not data.strip(b" \t\r\n\f\0"):
        raise RefusedError(SkipReason.EMPTY, f"{len(data):,} bytes")
    if name == "docx" and data.startswith(_OLD_OFFICE) and _ENCRYPTED_STREAM in data:
        raise RefusedError(SkipReason.ENCRYPTED)
    # A PDF may have some bytes in front of its mark; readers look through the first 1024.
    is_pdf = b"%PDF-" in data[:1024] if name == "pdf" else data.startswith(b"%PDF-")
    kind = "PDF" if is_pdf else next((kind for mark, kind in _MAGIC if data.startswith(mark)), None)
    if name == "pdf" and not is_pdf:
        raise RefusedError(SkipReason.NOT_AS_NAMED, f"a {kind}" if kind else "no PDF in it")
    if name == "docx" and not data.startswith(b"PK"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, f"a {kind}" if kind else "no Word file in it")
    if name in ("text", "markdown", "html") and kind:
        raise RefusedError(SkipReason.NOT_AS_NAMED, f"a {kind}")


def title_of_name(source: str) -> str:
    """``reports/annual_report-2024.pdf`` → ``annual report 2024``."""
    stem = PurePath(source.replace("\\", "/")).stem
    return one_line(clean(stem).replace("_", " ").replace("-", " ")) or "Untitled"
