"""Which file is read by which loader, and whether the bytes are what the name says.

The parsers themselves are imported only when a file of their kind comes, so that the parsing
process starts quickly.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path, PurePath

from index.loading.builder import Parsed, clean, one_line
from index.loading.language import foreign_warning, guess_language
from index.loading.limits import Limits, RefusedError
from index.loading.refused_kinds import detail, kind_of
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
    ".docm": "docx",
    **dict.fromkeys(".pptx .pptm .ppsx .potx".split(), "pptx"),
    **dict.fromkeys(".xlsx .xlsm .xltx".split(), "xlsx"),
    **dict.fromkeys(".odt .ott .ods .ots .odp .otp".split(), "odf"),
    **dict.fromkeys(".csv .tsv .tab".split(), "csv_table"),
    ".json": "json_records",
    ".jsonl": "json_records",
    ".ndjson": "json_records",
    ".geojson": "json_records",
    ".log": "logs",
    ".eml": "eml",
    ".rtf": "rtf",
    ".rst": "rst",
    ".rest": "rst",
    ".epub": "epub",
    **dict.fromkeys(".png .jpg .jpeg .tif .tiff .bmp .gif .webp".split(), "image"),
    **dict.fromkeys(".py .pyi".split(), "code-python"),
    **dict.fromkeys(
        ".js .mjs .cjs .jsx .ts .mts .cts .tsx .java .c .h .cc .cpp .cxx .hpp .hh .cs .go .rs "
        ".swift .kt .kts .scala .php .dart .css .scss .less .proto .groovy".split(),
        "code-braces",
    ),
    **dict.fromkeys(
        ".sh .bash .zsh .ps1 .rb .pl .pm .r .jl .ex .exs .tf .cmake .mk .nix".split(),
        "code-hash",
    ),
    **dict.fromkeys(".yaml .yml".split(), "settings_file-yaml"),
    ".toml": "settings_file-toml",
    **dict.fromkeys(".ini .cfg .conf .properties".split(), "settings_file-ini"),
    **dict.fromkeys(".sql .lua .hs .elm".split(), "code-dashes"),
    ".xml": "xml_records",
    ".ipynb": "notebook",
    **dict.fromkeys(".ics .vcf .ical .vcard".split(), "cards"),
    ".mbox": "mbox",
    **dict.fromkeys(".srt .vtt".split(), "subtitles"),
    **dict.fromkeys(".tex .ltx".split(), "light_markup-tex"),
    ".org": "light_markup-org",
    **dict.fromkeys(".adoc .asciidoc".split(), "light_markup-adoc"),
}
#: Names (lower case) that say what suffixes say elsewhere.
NAMES = {
    **dict.fromkeys(
        "makefile gnumakefile dockerfile containerfile vagrantfile gemfile rakefile procfile "
        "brewfile justfile".split(),
        "code-hash",
    ),
    "jenkinsfile": "code-braces",
}
#: A log that was put aside: "app.log.1", "app.log-20240131", "syslog.2024-01-31".
_PUT_ASIDE = re.compile(r"(.*[^\W_].*?)(?:[.-]\d[\d-]{0,18})+")
_KEYS = re.compile(r"id_(?:rsa|dsa|ecdsa|ed25519)\b.*")
_UNNAMED = "unnamed"

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
#: Loaders of files that are text throughout.
_PLAIN = frozenset(
    "text markdown html json_records logs eml rst code csv_table settings_file xml_records "
    "notebook cards mbox subtitles light_markup".split()
)
#: Loaders of files that are ZIP containers, and what is missing when a file is none.
_ZIPPED = {
    "docx": "no Word file",
    "pptx": "no presentation",
    "xlsx": "no workbook",
    "odf": "no OpenDocument file",
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def supported(path: Path) -> bool:
    """True when a file of this name can be read; without a suffix its bytes must be text, too."""
    return _loader_of(path.name) is not None


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
    found = _loader_of(PurePath(source).name)
    if found is None:
        raise RefusedError(SkipReason.UNSUPPORTED, detail(source))
    return found


def _loader_of(name: str) -> str | None:
    """The loader for a name without folders; None when there is none."""
    kind = kind_of(name)
    known = FORMATS.get(kind) or NAMES.get(name.lower())
    if known or name.startswith(".") or _KEYS.fullmatch(name):
        return known
    aside = _PUT_ASIDE.fullmatch(name)
    if aside:
        return _loader_of(aside.group(1).rstrip("-."))
    return _UNNAMED if kind == "no suffix" else None


def parse(data: bytes, source: str, limits: Limits) -> Document:
    """The document of these bytes. Raises RefusedError, or whatever a parser trips over."""
    parsed = parse_part(data, source, limits)
    language = guess_language(parsed.text)
    foreign = foreign_warning(language)
    return Document(
        id=document_id(parsed.loader, data),  # says whether OCR had a part in it
        title=parsed.title or title_of_name(source),
        text=parsed.text,
        blocks=parsed.blocks,
        language=language,
        loader=parsed.loader,
        modified=parsed.modified,
        pages=parsed.pages,
        warnings=(*parsed.warnings, foreign) if foreign else parsed.warnings,
    )


def parse_part(data: bytes, source: str, limits: Limits) -> Parsed:
    """What these bytes hold, as a document or a part of one. Raises as `parse` does."""
    name = loader_name(source)
    check_kind(data, name)
    return _parser(name, data, limits)


def _parser(name: str, data: bytes, limits: Limits) -> Parsed:
    """Run the loader: the module of its name, or of what stands before a hyphen in it."""
    module, _, variant = name.partition("-")
    loaded = import_module(f"index.loading.{module}")
    if variant:
        run_variant: Callable[[bytes, Limits, str], Parsed] = loaded.parse
        return run_variant(data, limits, variant)
    run: Callable[[bytes, Limits], Parsed] = loaded.parse
    return run(data, limits)


def check_kind(data: bytes, name: str) -> None:
    """Raise RefusedError when the bytes are empty or plainly of another kind than the name."""
    if not data or not data.strip(b" \t\r\n\f\0"):
        raise RefusedError(SkipReason.EMPTY, f"{len(data):,} bytes")
    if name in _ZIPPED and data.startswith(_OLD_OFFICE) and _ENCRYPTED_STREAM in data:
        raise RefusedError(SkipReason.ENCRYPTED)
    # A PDF may have some bytes in front of its mark; readers look through the first 1024.
    is_pdf = b"%PDF-" in data[:1024] if name == "pdf" else data.startswith(b"%PDF-")
    kind = "PDF" if is_pdf else next((kind for mark, kind in _MAGIC if data.startswith(mark)), None)
    if name == "pdf" and not is_pdf:
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind) if kind else "no PDF in it")
    if name in _ZIPPED and not data.startswith(b"PK"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind) if kind else f"{_ZIPPED[name]} in it")
    if name == "epub" and not data.startswith(b"PK"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind) if kind else "no book in it")
    if name == "rtf" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind) if kind else "no RTF in it")
    bitmap = data.startswith(b"BM") or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")
    if name == "image" and not bitmap and not (kind or "").endswith("image"):
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind) if kind else "no image in it")
    if name == _UNNAMED and kind:
        raise RefusedError(SkipReason.UNSUPPORTED, f"no suffix: {_a(kind)}")
    if name.partition("-")[0] in _PLAIN and kind:
        raise RefusedError(SkipReason.NOT_AS_NAMED, _a(kind))


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"


def title_of_name(source: str) -> str:
    """``reports/annual_report-2024.pdf`` → ``annual report 2024``."""
    stem = PurePath(source.replace("\\", "/")).stem
    return one_line(clean(stem).replace("_", " ").replace("-", " ")) or "Untitled"
