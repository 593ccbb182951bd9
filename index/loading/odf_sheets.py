"""Sheets of an OpenDocument spreadsheet; each cell's own words are what a person sees in it."""

from __future__ import annotations

import zipfile

from lxml import etree

from index.loading.builder import TextBuilder, one_line
from index.loading.column_names import Cell, CellKind
from index.loading.limits import Limits, RefusedError
from index.loading.odf_styles import Styles, attribute, read_styles, whole
from index.loading.odf_text import Walk, local
from index.loading.office_zip import read_xml, stream_xml
from index.loading.sheet_tables import Area, Sheet, add_sheet
from index.types import SkipReason

_KINDS = {
    "float": CellKind.NUMBER,
    "currency": CellKind.NUMBER,
    "percentage": CellKind.NUMBER,
    "date": CellKind.DATE,
    "time": CellKind.DATE,
}
_MAX_COLUMNS = 16_384
_MAX_ROWS = 1_048_576
_MAX_CELLS = 5_000_000  #: cells that repeat a neighbour counted each


def add_sheets(
    builder: TextBuilder, container: zipfile.ZipFile, limits: Limits
) -> tuple[int, list[str]]:
    """Add all sheets; how many there are, and warnings about hidden ones."""
    reader = _Reader(limits.text_chars, read_styles(read_xml(container, "styles.xml")))
    number = 0
    warnings: list[str] = []
    tags = ("table-row", "table", "style")
    for node in stream_xml(container, "content.xml", tags):
        kind = local(node)
        if kind == "style":
            reader.styles.add(node)
        elif kind == "table-row":
            reader.row(node)
        elif local(node.getparent()) == "spreadsheet":
            number += 1
            name = attribute(node, "name") or ""
            add_sheet(builder, reader.sheet(), number, name)
            if reader.styles.is_hidden(attribute(node, "style-name")):
                said = f'sheet {number}, "{one_line(name)}", is hidden; it was read all the same'
                warnings.append(said)
    return number, warnings


class _Reader:
    """Collects the rows of one sheet after another."""

    def __init__(self, room: int, styles: Styles) -> None:
        self.styles = styles
        self._room = room
        self._left = _MAX_CELLS
        self._text = Walk(TextBuilder(), self.styles).text
        self._start()

    def _start(self) -> None:
        self._rows: dict[int, dict[int, Cell]] = {}
        self._merged: list[Area] = []
        self._heads: set[int] = set()
        self._number = 0

    def sheet(self) -> Sheet:
        """The sheet that ended just now."""
        made = Sheet(self._rows, self._merged, (), frozenset(self._heads))
        self._start()
        return made

    def row(self, node: etree._Element) -> None:
        """Take one row, as often as it is repeated."""
        times = max(1, whole(attribute(node, "number-rows-repeated"), 1))
        cells = self._cells(node)
        if cells:
            if local(node.getparent()) == "table-header-rows":
                self._heads.add(self._number)
            for _ in range(times):
                if self._number >= _MAX_ROWS:
                    break
                self._take(cells)
                self._rows[self._number] = cells
                self._number += 1
        else:
            self._number += times

    def _take(self, cells: dict[int, Cell]) -> None:
        self._left -= len(cells)
        self._room -= sum(len(cell.text) for cell in cells.values())
        if self._left < 0 or self._room < 0:
            raise RefusedError(SkipReason.TOO_LARGE, "the cells hold more text than the limit")

    def _cells(self, row: etree._Element) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        place = 0
        for node in row:
            kind = local(node)
            if kind not in ("table-cell", "covered-table-cell"):
                continue
            times = max(1, whole(attribute(node, "number-columns-repeated"), 1))
            words = one_line(" ".join(map(self._text, node.iterchildren("{*}p", "{*}h"))))
            if words and kind == "table-cell":
                said = _KINDS.get(attribute(node, "value-type") or "", CellKind.TEXT)
                cell = Cell(words, said, self.styles.is_bold(attribute(node, "style-name")))
                for at in range(place, min(place + times, _MAX_COLUMNS)):
                    cells[at] = cell
                wide = whole(attribute(node, "number-columns-spanned"), 1)
                high = whole(attribute(node, "number-rows-spanned"), 1)
                if wide > 1 or high > 1:
                    bottom = self._number + max(1, high) - 1
                    self._merged.append(Area(self._number, place, bottom, place + max(1, wide) - 1))
            place += times
        return cells
