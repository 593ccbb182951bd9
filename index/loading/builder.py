"""Collects the blocks of one document and joins them into its text.

Knows nothing of file formats. Cleans each block: NULs, other control characters and lone
surrogates go, line ends become one newline. The author's characters are otherwise kept as they
are (no Unicode normalisation), so that quotes stay exact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.loading.limits import LOADER_VERSION, RefusedError
from index.loading.unseen import KEPT_CHARS, KEPT_PASSAGES, hidden_warning
from index.types import Block, BlockKind, PageRun, SkipReason

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_NEEDS_CLEANING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TIGHT = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_TITLE_CHARS = 300
_MAX_BLOCKS = 2_000_000  #: each costs the process that asked some 450 bytes, whatever it says
_MADE_TITLE = re.compile(r"^Microsoft (?:Office )?(?:Word|PowerPoint|Excel) - ", re.I)
_NO_TITLE = re.compile(
    r"(?:\(?(?:untitled|anonymous|unspecified)\)?|(?:word )?document|dokument|title)?[\s\d-]*", re.I
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a format's parser hands back; the worker adds the content's identity."""

    loader: str
    title: str | None
    text: str
    blocks: tuple[Block, ...]
    modified: str | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()


def loader_string(name: str) -> str:
    """Name and version of a loader, e.g. ``pdf/1``."""
    return f"{name}/{LOADER_VERSION}"


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, every line end one newline."""
    if not _NEEDS_CLEANING.search(text):
        return text
    return _UNWANTED.sub("", _LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """Cleaned text with every stretch of white space made one space."""
    return " ".join(clean(text).split())


def tidy_title(title: str) -> str:
    """A title without what programs put around it; "" when they put in nothing else."""
    said = _MADE_TITLE.sub("", one_line(title)[:_TITLE_CHARS]).strip()
    said = re.sub(r"\.(?:docx?|pdf|rtf|odt|tex|dvi|indd|pages|html?)$", "", said, flags=re.I)
    return "" if _NO_TITLE.fullmatch(said) else said


def says_something(text: str) -> bool:
    """False when the text is only white space, marks that do not print, or filler characters."""
    return any(unicodedata.category(char)[0] in "LNSP" for char in text)


class TextBuilder:
    """Joins blocks: a blank line between them, one newline between list items or table rows."""

    def __init__(self, limit_chars: int = 50_000_000) -> None:
        self._limit_chars = limit_chars
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._table = 0
        self._last_table = 0
        self.unseen: list[str] = []  #: words left out since the file does not show them

    def start_table(self) -> None:
        """Begin a table: its rows stay apart from those of the table before."""
        self._table += 1

    def add(
        self,
        kind: BlockKind,
        text: str,
        level: int = 0,
        page: int | None = None,
        page_runs: Sequence[PageRun] = (),
    ) -> None:
        """Append a block; one without words is left out. Offsets of runs count from its start."""
        cleaned, runs = _clean_with_runs(text, page_runs)
        stripped = cleaned.strip()
        if not stripped or not says_something(stripped):
            return
        lead = len(cleaned) - len(cleaned.lstrip())
        separator = self._separator(kind)
        start = self._length + len(separator)
        end = start + len(stripped)
        if end > self._limit_chars:
            raise RefusedError(
                SkipReason.TOO_LARGE, f"more than {self._limit_chars:,} characters of text"
            )
        if len(self._blocks) >= _MAX_BLOCKS:
            raise RefusedError(
                SkipReason.TOO_LARGE, f"more than {_MAX_BLOCKS:,} paragraphs, items or rows"
            )
        self._parts += [separator, stripped]
        self._length = end
        self._last_table = self._table
        moved = tuple(_move(run, start - lead, start, end) for run in runs)
        kept = tuple(run for run in moved if run.start < run.end)
        self._blocks.append(Block(kind, start, end, level, page, kept))

    def leave_unseen(self, words: str) -> None:
        """Note words that a reader of the file does not see; they are no part of the text."""
        said = one_line(words[:KEPT_CHARS])
        if said and len(self.unseen) < KEPT_PASSAGES:
            self.unseen.append(said)

    def _separator(self, kind: BlockKind) -> str:
        if not self._blocks:
            return ""
        same = self._blocks[-1].kind is kind and kind in _TIGHT
        if kind is BlockKind.TABLE_ROW and self._last_table != self._table:
            same = False
        return "\n" if same else "\n\n"

    @property
    def is_empty(self) -> bool:
        """Nothing was added so far."""
        return not self._blocks

    @property
    def text(self) -> str:
        """Everything added so far."""
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in order; none overlaps another."""
        return tuple(self._blocks)

    def first_heading(self) -> str | None:
        """The first level-1 heading on one line, or None."""
        for block in self._blocks:
            if block.kind is BlockKind.HEADING and block.level == 1:
                return one_line(self.text[block.start : block.end])
        return None

    def parsed(
        self,
        loader: str,
        title: str | None = None,
        modified: str | None = None,
        pages: int | None = None,
        warnings: Sequence[str] = (),
    ) -> Parsed:
        """The finished document. Raises RefusedError when nothing was added."""
        if not self._blocks:
            raise RefusedError(SkipReason.EMPTY)
        name = tidy_title(title or "") or self.first_heading()
        return Parsed(
            loader=loader_string(loader),
            title=name[:_TITLE_CHARS] if name else None,
            text=self.text,
            blocks=self.blocks,
            modified=modified,
            pages=pages,
            warnings=tuple(map(clean, (*warnings, *hidden_warning(self.unseen)))),
        )


def _move(run: PageRun, shift: int, low: int, high: int) -> PageRun:
    """The run at its place in the document, cut to the block it belongs to."""
    start, end = run.start + shift, run.end + shift
    cut_start, cut_end = max(start, low), min(end, high)
    return replace(
        run,
        start=cut_start,
        end=cut_end,
        page_start=run.page_start + (cut_start - start),
        page_end=run.page_end - (end - cut_end),
    )


def _clean_with_runs(text: str, runs: Sequence[PageRun]) -> tuple[str, list[PageRun]]:
    """Clean a block; a run is split where a character had to go, so that it stays exact."""
    cleaned = clean(text)
    if cleaned == text or not runs:
        return cleaned, list(runs)
    out: list[str] = []
    kept: list[PageRun] = []
    place, length = 0, 0
    for run in sorted(runs, key=lambda run: run.start):
        gap = clean(text[place : run.start])
        out.append(gap)
        length += len(gap)
        for match in re.finditer(
            "[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+", text[run.start : run.end]
        ):
            piece = match.group()
            out.append(piece)
            page_start = run.page_start + match.start()
            kept.append(
                PageRun(length, length + len(piece), run.page, page_start, page_start + len(piece))
            )
            length += len(piece)
        place = run.end
    out.append(clean(text[place:]))
    return "".join(out), kept
