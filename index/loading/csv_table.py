"""CSV and TSV: rows with their column names, whatever the separator, quotes and encoding.

A cell is only text: ``=cmd|…`` is never computed, and nothing here would know how. Rows may be
ragged. A quotation mark that is never closed would swallow the rest of the file into one cell;
the file is then read again without quotes. A cell beyond any that people write is cut.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from index.loading.builder import Parsed, TextBuilder, clean, one_line
from index.loading.column_names import Cell, cell_of
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.sheet_tables import Sheet, add_sheet
from index.types import SkipReason

_DELIMITERS = (",", ";", "\t", "|")
_CELL_CHARS = 100_000  #: three times what a spreadsheet's cell can hold
_CELL_LINES = 500  #: a cell of more lines comes of a quotation mark that is never closed
_SAMPLE_LINES = 200
_MAX_COLUMNS = 16_384
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*\r?\n', re.I)
_DECIMAL_COMMA = re.compile(r"\d,\d")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a table in text. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    text = clean(text)
    said = _SEPARATOR_LINE.match(text)
    delimiter = said.group(1) if said else guess_delimiter(text)
    text = text[said.end() :] if said else text
    rows = list(read_rows(text, delimiter, quotes=True))
    if _swallowed(rows):
        rows = list(read_rows(text, delimiter, quotes=False))
        warnings = (*warnings, "a quotation mark is never closed; read without quotes")
    known: dict[str, Cell] = {}
    grid: dict[int, dict[int, Cell]] = {}
    cut = wide = 0
    for number, row in enumerate(rows):
        cells: dict[int, Cell] = {}
        wide += len(row) > _MAX_COLUMNS
        for place, cell in enumerate(row[:_MAX_COLUMNS]):
            cut += len(cell) > _CELL_CHARS
            words = one_line(cell[:_CELL_CHARS])
            if words:
                cells[place] = known.setdefault(words, cell_of(words))
        if cells:
            grid[number] = cells
    if cut:
        what = "1 cell is" if cut == 1 else f"{cut:,} cells are"
        warnings = (*warnings, f"{what} longer than {_CELL_CHARS:,} characters and cut off there")
    if wide:
        warnings = (*warnings, f"rows were cut off after {_MAX_COLUMNS:,} cells: {wide:,}")
    builder = TextBuilder(limits.text_chars)
    add_sheet(builder, Sheet(grid, side_by_side=False, headed=True))
    return builder.parsed("csv_table", warnings=warnings)


def read_rows(text: str, delimiter: str, quotes: bool) -> Iterator[list[str]]:
    """The rows as lists of cells."""
    before = csv.field_size_limit(len(text) + 1)
    try:
        yield from csv.reader(
            io.StringIO(text, newline=""),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
            skipinitialspace=True,
        )
    finally:
        csv.field_size_limit(before)


def guess_delimiter(text: str) -> str:
    """The separator under which most rows have as many cells as each other, and more than one."""
    lines = text[:_CELL_CHARS].splitlines(keepends=True)[:_SAMPLE_LINES]
    if len(lines) > 1 and not lines[-1].endswith("\n"):
        lines.pop()  # cut by the sample
    sample = "".join(lines)
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        score = _evenness(sample, delimiter)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def _evenness(sample: str, delimiter: str) -> float:
    counts = Counter(
        len(row) for row in read_rows(sample, delimiter, quotes=True) if any(map(str.strip, row))
    )
    cells, rows = max(counts.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
    if cells < 2:
        return 0.0
    score = rows / counts.total()
    if delimiter == ",":
        # 1,5;2,5: these commas are in numbers.
        commas = sample.count(",")
        score *= 1 - 0.5 * len(_DECIMAL_COMMA.findall(sample)) / commas
    return score


def _swallowed(rows: list[list[str]]) -> bool:
    return any(cell.count("\n") > _CELL_LINES for row in rows for cell in row if len(cell) > 1000)
