"""RTF's paragraphs, cells and rows made blocks; `rtf` reads the file and says where they end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.loading.bold_headings import could_head
from index.loading.builder import TextBuilder, one_line
from index.loading.raised import raised
from index.loading.rtf_tables import Edge, InnerTables, on_grid
from index.loading.tables import SPANNED, add_table, header_rows
from index.types import BlockKind

_HEADING = re.compile(
    r"(?:heading|überschrift|titre|titolo|título|rubrik|kop|nagłówek) ?([1-9])", re.I
)
_TITLES = ("title", "titel", "titre")
_BULLET = re.compile(r"^[•‣◦▪·\uf0b7o–*-][\t ]\s*|^[•‣◦▪·\uf0b7]\s*")
_NUMBER = re.compile(r"^\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]\t\s*")


@dataclass(slots=True)
class State:
    """What holds within a group and ends with it."""

    destination: str = "body"
    encoding: str = "cp1252"
    fallback_chars: int = 1  #: characters after a \\u that older programs show instead
    hidden: bool = False
    bold: bool = False
    raised: bool = False
    struck: bool = False
    in_table: bool = False
    nested: int = 0  #: in how many tables at once, where the file says so
    style: int = 0
    outline: int | None = None
    depth: int = 0  #: nesting of a list item from 1, 0 outside a list


@dataclass(slots=True)
class Blocks:
    """What was read of the paragraph, row and table at hand."""

    builder: TextBuilder
    styles: dict[int, tuple[str, int | None]] = field(default_factory=dict)  #: name, outline level
    paragraph: list[str] = field(default_factory=list)
    plain: bool = False  #: some words of the paragraph or row at hand are not bold
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    bold_rows: list[bool] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)  #: of the cells of the row at hand
    goes_on: bool = False  #: the cell whose edge comes next is merged with the one above
    row_edges: list[list[Edge]] = field(default_factory=list)
    inner: InnerTables = field(default_factory=InnerTables)
    header_rows: int = 0
    is_header: bool = False
    deepest: int = 0  #: level of the headings so far
    notes: list[str] = field(default_factory=list)
    keeps_struck: bool = False
    has_struck: bool = False  #: some struck words were left out
    marker: str = ""  #: of the list item at hand; programs write it before or after its format

    def say(self, said: str, state: State) -> None:
        """Characters of the paragraph or cell at hand."""
        if state.struck and not self.keeps_struck:
            self.has_struck = self.has_struck or not said.isspace()
            return
        if state.raised:
            above = self.inner.words.get(state.nested, []) if state.nested > 1 else self.paragraph
            said = raised(said, "".join(above[-1:]))
        if state.nested > 1:
            self.inner.say(said, state.nested)
            return
        self.plain = self.plain or (not state.bold and not said.isspace())
        self.paragraph.append(said)

    def end_cell(self) -> None:
        self.cells.append("".join(self.paragraph))
        self.paragraph.clear()

    def end_row(self) -> None:
        if self.cells:
            if self.is_header and self.header_rows == len(self.rows):
                self.header_rows += 1
            self.rows.append(self.cells)
            self.row_edges.append(self.edges)
            self.inner.end_outer_row(self.cells)
            self.bold_rows.append(not self.plain)
            self.cells = []
        self.paragraph.clear()
        self.plain = False

    def end_table(self) -> None:
        rows, named, bold = self.rows, self.header_rows, self.bold_rows
        edges, inner, self.inner = self.row_edges, self.inner, InnerTables()
        self.rows, self.header_rows, self.bold_rows, self.row_edges = [], 0, [], []
        if rows:
            grid = on_grid(rows, edges)
            found = header_rows(grid, bold, named > 0)
            spread = found > named and SPANNED in grid[0]
            add_table(self.builder, grid, found if spread or not named else named)
        for label, table in inner.finished():
            if len(rows) > 1:
                self.builder.add(BlockKind.CAPTION, label)
            add_table(self.builder, table, header_rows(table))

    def end_paragraph(self, state: State) -> None:
        said, plain = "".join(self.paragraph), self.plain
        self.paragraph.clear()
        self.plain = False
        if not said.strip():
            self.marker = ""
            return
        if self.cells:  # a table that was cut off
            self.end_row()
        self.end_table()
        level = self._heading_level(state)
        if level:
            self.deepest = max(self.deepest, level)
        elif (
            not plain
            and not state.depth
            and not self.marker
            and could_head(said, first=self.builder.is_empty)
        ):
            level = min(6, self.deepest + 1)
        if level:
            self.builder.add(BlockKind.HEADING, one_line(said), level)
        else:
            self._add_words(said, state)
        self.marker = ""
        for note in self.notes:
            self.builder.add(BlockKind.PARAGRAPH, note)
        self.notes.clear()

    def _add_words(self, said: str, state: State) -> None:
        depth, marker = state.depth, one_line(self.marker)
        bullet, number = _BULLET.match(said), _NUMBER.match(said)
        if marker or depth or bullet or number:
            lead = f"{marker} " if any(char.isalnum() for char in marker) else ""
            words = said[bullet.end() :] if bullet else said
            self.builder.add(BlockKind.LIST_ITEM, lead + _lines(words), max(1, depth))
        else:
            self.builder.add(BlockKind.PARAGRAPH, _lines(said))

    def _heading_level(self, state: State) -> int:
        """Level of the heading that the paragraph is, 0 when it is none."""
        name, outline = self.styles.get(state.style, ("", None))
        outline = state.outline if state.outline is not None else outline
        match = _HEADING.match(name)
        if match:
            return min(6, int(match.group(1)))
        if name.lower() in _TITLES:
            return 1
        return 0 if outline is None else min(6, outline + 1)


def _lines(said: str) -> str:
    return "\n".join(line for line in map(one_line, said.split("\n")) if line)
