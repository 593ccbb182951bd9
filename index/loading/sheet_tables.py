"""The cells of a sheet to its tables, row by row with column names.

A sheet may hold several tables, below or beside each other, with titles above and notes below.
What parts them: empty rows and columns, and rows that name columns anew. Knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.loading.builder import TextBuilder, one_line
from index.loading.column_names import (
    Cell,
    CellKind,
    Row,
    can_name,
    heads_words,
    is_marked,
    stands_out,
)
from index.loading.paired_columns import heads_pair, is_column_word, is_form
from index.loading.sheet_regions import Rows, is_unlike, regions
from index.loading.units import is_unit_row, with_units
from index.types import BlockKind

_TITLE_CHARS = 90
_TITLE_LINES = 3  #: more lines above a table are prose, not its title
_MERGED_CHARS = 200  #: a longer text is not said again in every row its cell covers
_MERGED_ROWS = 2_000_000  #: of all merged cells together; a hostile file has them cover everything
_HEADER_DEPTH = 8  #: rows of particulars a table may have above its column names
_HEADER_SAMPLE = 100  #: rows below that are asked whether a row names them
_MAX_TABLES = 200
_SHEET_LEVEL = 2  #: level 1 would be taken for the document's title
_TITLE_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, counted from 0, all four edges inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as its file states it."""

    rows: dict[int, dict[int, Cell]]  #: row from 0 -> column from 0 -> cell; empty ones left out
    merged: Sequence[Area] = ()
    tables: Sequence[Area] = ()  #: whose first row names the columns
    head_rows: frozenset[int] = frozenset()  #: rows kept in sight or with filters: names, if any
    side_by_side: bool = True  #: whether tables may stand beside each other
    headed: bool = False  #: the first row nearly always names the columns, as in a CSV file


@dataclass(slots=True)
class _Table:
    names: dict[int, str]
    rows: list[Row]
    head: Sequence[Row] = ()  #: the rows that the names come from
    goes_on: bool = False  #: stands under the title of the table above

    def silent_names(self) -> bool:
        """True when a name stands above nothing, so that no row says it."""
        said = {
            self.names.get(place)
            for row in self.rows
            for place in row
            if not parts_table(row, self.names)
        }
        return not set(filter(None, self.names.values())) <= said


_Item = str | _Table


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    items: list[_Item] = field(default_factory=list)
    wide: dict[int, list[Area]] = field(default_factory=dict)  #: merged across, by their top row

    def run(self) -> list[_Item]:
        cells = _spread(self.sheet)
        for area in self.sheet.merged:
            if area.right > area.left:
                self.wide.setdefault(area.top, []).append(area)
        found: list[tuple[int, int, Rows, bool]] = []
        for area in self.sheet.tables[:_MAX_TABLES]:
            part = _cut(cells, area)
            if part:
                found.append((area.top, area.left, part, True))
        for part in regions(cells, self.sheet.side_by_side):
            found.append((part[0][0], min(part[0][1]), part, False))
        for _, _, part, certain in sorted(found, key=lambda each: each[:2]):
            self._region(part, certain)
        return self.items

    def _region(self, part: Rows, certain: bool) -> None:
        columns = set().union(*(row for _, row in part))
        lines: list[str] = []
        while part and len(part[0][1]) == 1 and len(columns) > 1 and not certain:
            lines += [cell.text for cell in part.pop(0)[1].values()]
        last = self.items[-1] if self.items and not lines else ""
        rows = [row for _, row in part]
        goes_on = isinstance(last, _Table) and not is_unlike(last.rows, rows)
        self.items += lines
        if len(columns) == 1 and len(part) <= _TITLE_LINES:
            self.items += [cell.text for _, row in part for cell in row.values()]
            return
        start, depth = (0, 1) if certain and len(part) > 1 else self._header(part, goes_on)
        if start:
            self.items.append(_Table({}, [row for _, row in part[:start]]))
        names = self._names(part[start : start + depth]) if depth else {}
        if names and is_unit_row(rows[start + depth], rows[start + depth + 1 :]):
            names = with_units(names, rows[start + depth])
            depth += 1
        self.items += _parted(names, rows[start + depth :], rows[start : start + depth])

    def _header(self, part: Rows, goes_on: bool) -> tuple[int, int]:
        """Where the rows with column names begin and how many there are: 0 when none is clear."""
        sample = [row for _, row in part[:_HEADER_SAMPLE]]
        columns, form = _usual_columns(sample), is_form(sample)
        for place, (number, row) in enumerate(part[:_HEADER_DEPTH]):
            double = any(area.left in row for area in self.wide.get(number, ()))
            depth = 2 if double else 1
            body = [other for _, other in part[place + depth : place + _HEADER_SAMPLE]]
            head = self._joined(part[place : place + depth]) if double else row
            loose = self.sheet.headed and place == 0
            if not body or not can_name(head, columns, loose):
                continue
            sure = number in self.sheet.head_rows or is_marked(head, body)
            sure = sure or is_unit_row(body[0], body[1:])
            own = not form or all(is_column_word(cell.text) for cell in head.values())
            if sure or (own and stands_out(head, body)):
                return place, depth
            if place or goes_on or not own:
                continue
            if heads_words(head, body, loose) or heads_pair(head, body):
                return place, depth
        return 0, 0

    def _joined(self, head: Rows) -> Row:
        """Two rows of names, the upper ones over several columns, as one."""
        bold = all(cell.bold for _, row in head for cell in row.values())
        return {place: Cell(name, CellKind.TEXT, bold) for place, name in self._names(head).items()}

    def _names(self, head: Rows) -> dict[int, str]:
        said: dict[int, list[str]] = {}
        for number, row in head:
            wide = {area.left: area for area in self.wide.get(number, ())}
            for place, cell in row.items():
                area = wide.get(place)
                last = min(area.right, place + 500) if area else place
                for column in range(place, last + 1):
                    names = said.setdefault(column, [])
                    if cell.text not in names:
                        names.append(cell.text)
        lower = set(head[-1][1])  # what the upper row reaches beyond these is merged for looks
        return {
            column: " ".join(names).rstrip(" :")
            for column, names in said.items()
            if column in lower or column in head[0][1]
        }


def add_name(builder: TextBuilder, name: str, page: int | None) -> None:
    """Add a sheet's name as the heading of all that is on it."""
    builder.add(BlockKind.HEADING, one_line(name), level=_SHEET_LEVEL, page=page)


def add_sheet(builder: TextBuilder, sheet: Sheet, page: int | None = None, name: str = "") -> None:
    """Add the sheet's name as a heading, then its tables row by row, titles and notes between."""
    items = _Reader(sheet).run()
    if not items:
        return
    add_name(builder, name, page)
    titles = _titles(items)
    tables = sum(isinstance(one, _Table) and bool(one.names) and not one.goes_on for one in items)
    # A heading holds until the next one, so a table without a title must not follow one with.
    kind = BlockKind.HEADING if tables <= len(titles) else BlockKind.CAPTION
    for place, item in enumerate(items):
        if isinstance(item, _Table):
            builder.start_table()
            for row in item.head if item.silent_names() else ():
                builder.add(BlockKind.TABLE_ROW, said_row(row, {}), page=page)
            for row in item.rows:
                builder.add(BlockKind.TABLE_ROW, said_row(row, item.names), page=page)
        elif place in titles:
            builder.add(kind, item, _TITLE_LEVEL if kind is BlockKind.HEADING else 0, page)
        else:
            builder.add(BlockKind.PARAGRAPH, item, page=page)


def parts_table(row: Row, names: Mapping[int, str]) -> bool:
    """True for a lone cell in the first column, a title between rows."""
    return len(row) == 1 and len(names) > 1 and min(row) == min(names)


def said_row(row: Row, names: Mapping[int, str]) -> str:
    """``Model: X100 | Price: 20 €``; a lone first cell parts a table and takes no name."""
    if parts_table(row, names):
        return next(iter(row.values())).text
    parts = []
    for place in sorted(row):
        name, text = names.get(place), row[place].text
        parts.append(f"{name}: {text}" if name and name != text else text)
    return " | ".join(parts)


def _usual_columns(rows: Sequence[Row]) -> int:
    """How many columns are filled in more than a quarter of the rows: a stray cell makes none."""
    counts = Counter(place for row in rows for place in row)
    return sum(count > len(rows) / 4 for count in counts.values())


def _titles(items: Sequence[_Item]) -> set[int]:
    """Places of the first line above each table."""
    found: set[int] = set()
    for place, item in enumerate(items):
        if not isinstance(item, _Table):
            continue
        first = place
        while first and isinstance(items[first - 1], str):
            first -= 1
        title = items[first]
        if first < place <= first + _TITLE_LINES and isinstance(title, str):
            wordy = any(char.isalpha() for char in title) and not title.endswith((".", "!", ";"))
            if wordy and len(title) <= _TITLE_CHARS:
                found.add(first)
    return found


def _parted(names: dict[int, str], rows: Sequence[Row], head: Sequence[Row]) -> Iterator[_Table]:
    """The rows, parted where one names the columns anew: bold words among plain rows, or a row
    that says two names again, as "Saturday | 1st | 2nd" below "Mon-Fri | 1st | 2nd"."""
    table = _Table(names, [], head)
    for place, row in enumerate(rows):
        body = rows[place + 1 : place + 3]
        bold_words = all(cell.bold and cell.kind is CellKind.TEXT for cell in row.values())
        bold = len(row) > 2 and bold_words and can_name(row, len(names)) and is_marked(row, body)
        again = _says_names(row, table.names) and bool(body) and not _says_names(body[0], names)
        if bold or again:
            yield table
            texts = {column: cell.text for column, cell in row.items()}
            table = _Table(texts, [], [row], goes_on=again)
        else:
            table.rows.append(row)
    yield table


def _says_names(row: Row, names: Mapping[int, str]) -> bool:
    """True when a row of nothing but words says two names or more, and most, in their columns."""
    again = sum(names.get(place) == cell.text for place, cell in row.items())
    return again >= max(2, len(names) / 2) and can_name(row, len(names))


def _spread(sheet: Sheet) -> dict[int, dict[int, Cell]]:
    """The cells, with a short text that is merged downwards said in every row it covers."""
    cells = {number: dict(row) for number, row in sheet.rows.items() if row}
    left = _MERGED_ROWS
    for area in sheet.merged:
        cell = cells.get(area.top, {}).get(area.left)
        if cell is None or len(cell.text) > _MERGED_CHARS:
            continue
        left -= area.bottom - area.top
        if left < 0:
            break
        for number in range(area.top + 1, area.bottom + 1):
            if number in cells:
                cells[number].setdefault(area.left, cell)
    return cells


def _cut(cells: dict[int, dict[int, Cell]], area: Area) -> Rows:
    """Take a table's cells out of the sheet."""
    part: Rows = []
    for number in [number for number in cells if area.top <= number <= area.bottom]:
        row = cells[number]
        taken = {place: row.pop(place) for place in list(row) if area.left <= place <= area.right}
        if taken:
            part.append((number, taken))
        if not row:
            del cells[number]
    return sorted(part, key=lambda each: each[0])
