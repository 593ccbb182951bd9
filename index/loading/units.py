"""A row of units below the names of columns: "mm" and "kg" below "Length" and "Weight".

It is no data, and without it the figures below have no unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.loading.column_names import Row

_SAMPLE_ROWS = 60
_ONE = (
    r"(?:[kcmµμ]?m[²³23]?|[kcmd]?l|[kmµμ]?g|t|%|‰|°\s?[CF]?|[kM]?(?:Wh?|Hz|Pa|N)|m?[VA]|bar|h|min|s|ms"
    r"|hrs?|mins?|secs?|[€£$¥]|EUR|GBP|USD|pcs\.?)"
)
_UNIT = re.compile(rf"(?:in )?{_ONE}(?:\s?[/·]\s?{_ONE})?")
_BRACKETS = "()[] "


def is_unit_row(row: Row, body: Sequence[Row]) -> bool:
    """True when all cells of a row are units, and stand above figures."""
    if not row or not all(_UNIT.fullmatch(cell.text.strip(_BRACKETS)) for cell in row.values()):
        return False
    for place in row:
        below = [other[place].text for other in body[:_SAMPLE_ROWS] if place in other]
        if 2 * sum(any(map(str.isdigit, text)) for text in below) <= len(below):
            return False
    return True


def with_units(names: Mapping[int, str], row: Row) -> dict[int, str]:
    """The names with the units below them: "Length (mm)"."""
    said = dict(names)
    for place, cell in row.items():
        unit = cell.text.strip(_BRACKETS)
        said[place] = f"{said[place]} ({unit})" if said.get(place) else unit
    return said
