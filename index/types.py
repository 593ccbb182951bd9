"""The nouns of indexing: one frozen type per stage of a document's life.

Offsets count Unicode code points of ``Document.text``, start inclusive, end exclusive.
This module holds values only: it reads no file, knows no model and imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is in the structure of its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_ROW = "table row"
    CODE = "code"
    CAPTION = "caption"


class SkipReason(StrEnum):
    """Why a file could not be read; the value completes the sentence "… was skipped: it …"."""

    EMPTY = "holds no text"
    ENCRYPTED = "is encrypted and needs a password"
    IMAGE_ONLY = "holds only images of text (scanned pages) and needs OCR first"
    NOT_AS_NAMED = "is not what its name says"
    DAMAGED = "is damaged and could not be parsed"
    TOO_LARGE = "is larger than the limit"
    TOO_SLOW = "took longer to parse than the limit"
    TOO_MUCH_MEMORY = "needed more memory to parse than the limit"
    UNSUPPORTED = "is of a kind that is not supported"
    NO_PERMISSION = "could not be opened: permission denied"
    NOT_A_FILE = "is not a regular file"
    CHANGED = "changed while it was being read"
    UNREADABLE = "could not be read from the disk"
    LEFT_OUT = "was left out by you"  # by choice: named apart from what could not be read


@dataclass(frozen=True, slots=True)
class PageRun:
    """A stretch of text that stands unchanged on one page.

    ``text[start:end]`` is what the page's own extracted characters ``page_start:page_end`` say;
    mending (hyphens joined, line breaks turned into spaces) falls between runs.
    """

    start: int
    end: int
    page: int  #: counted from 1
    page_start: int
    page_end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table row, piece of code or caption of a document."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0  #: heading level 1–6, nesting depth of a list item from 1, otherwise 0
    page: int | None = None  #: the page it begins on, counted from 1; None where there are no pages
    page_runs: tuple[PageRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a loader extracted from one file, in reading order.

    ``id`` is the identity of the content: a hash of the file's bytes and the loader's version.
    Blocks are in order, do not overlap, and cover all text but the blank lines between them.
    """

    id: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    language: str | None  #: ISO 639-1 code, None when it could not be told
    loader: str  #: name and version, e.g. "pdf/1"
    modified: str | None  #: date the document itself states, ISO 8601; None when it states none
    pages: int | None = None  #: number of pages, None where there are none
    warnings: tuple[str, ...] = ()  #: what was left out, e.g. "pages 3–4 hold only images"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document as it is indexed: ``document.text[start:end] == text``, always."""

    id: str  #: deterministic, from document, span and chunker version
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]  #: the headings it stands under, outermost first
    pages: tuple[int, ...]  #: the pages it touches, ascending; empty where there are none
    context: str  #: title and headings, shortened to fit; put in front for search, never quoted

    @property
    def embedding_text(self) -> str:
        """What is embedded and searched: context and text. Fits the embedder's window whole."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """The light form of a document that search hits carry."""

    id: str
    sources: tuple[str, ...]  #: paths or upload names that hold these bytes, sorted
    title: str
    language: str | None
    modified: str | None  #: ISO 8601; the document's own date, else the newest source's file date
    pages: int | None
    chunks: int
    file_date: bool = False  #: ``modified`` is the file's date: the document itself states none

    @property
    def source(self) -> str:
        """The first source: the name to show when one is enough."""
        return self.sources[0] if self.sources else self.title

    @property
    def called(self) -> str:
        """Its title and the names of its files, a line each, with blanks for their _ and dots."""
        files = [source.replace("\\", "/").rpartition("/")[2] for source in self.sources]
        return "\n".join((self.title, *(re.sub(r"[_.]", " ", file) for file in files)))


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not in the index, and why."""

    source: str
    reason: SkipReason
    detail: str = ""  #: the values: sizes, seconds, the parser's own words

    def __str__(self) -> str:
        return f"{self.source} {self.reason.value}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents to search; the empty scope is all of them.

    A document is inside when one of its sources is named or lies in one of the folders (if any of
    either are given) and its date is within ``since`` … ``until``, both ISO 8601 and inclusive.
    """

    sources: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


def document_to_dict(document: Document) -> dict[str, object]:
    """JSON-ready form of a document; blocks and runs are lists to stay small."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "blocks": blocks_to_list(document.blocks),
        "language": document.language,
        "loader": document.loader,
        "modified": document.modified,
        "pages": document.pages,
        "warnings": list(document.warnings),
    }


def blocks_to_list(blocks: Sequence[Block]) -> list[list[object]]:
    """JSON-ready form of blocks: [kind, start, end, level, page, [[start, end, page, …], …]]."""
    return [
        [
            block.kind.value,
            block.start,
            block.end,
            block.level,
            block.page,
            [
                [run.start, run.end, run.page, run.page_start, run.page_end]
                for run in block.page_runs
            ],
        ]
        for block in blocks
    ]


def blocks_from_list(rows: Sequence[Sequence[object]]) -> tuple[Block, ...]:
    """Inverse of `blocks_to_list`. Raises ValueError or TypeError when a row is malformed."""
    return tuple(
        Block(
            kind=BlockKind(_text(kind)),
            start=_whole(start),
            end=_whole(end),
            level=_whole(level),
            page=None if page is None else _whole(page),
            page_runs=tuple(PageRun(*(_whole(value) for value in run)) for run in _rows(runs)),
        )
        for kind, start, end, level, page, runs in rows
    )


def document_from_dict(data: Mapping[str, object]) -> Document:
    """Inverse of `document_to_dict`. Raises KeyError, ValueError or TypeError when malformed."""
    pages, language, modified = data["pages"], data["language"], data["modified"]
    return Document(
        id=_text(data["id"]),
        title=_text(data["title"]),
        text=_text(data["text"]),
        blocks=blocks_from_list(_rows(data["blocks"])),
        language=None if language is None else _text(language),
        loader=_text(data["loader"]),
        modified=None if modified is None else _text(modified),
        pages=None if pages is None else _whole(pages),
        warnings=tuple(_text(line) for line in _row(data["warnings"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a whole number, got {type(value).__name__}")
    return value


def _row(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {type(value).__name__}")
    return value


def _rows(value: object) -> list[list[object]]:
    return [_row(row) for row in _row(value)]
