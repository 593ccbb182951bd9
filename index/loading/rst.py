"""reStructuredText through docutils, with all that reaches out of the file switched off.

Nothing is included, fetched, run or passed on raw. Directives and roles that docutils does not know
(Sphinx has many) are read for their words. Where docutils cannot cope, for nesting or very long
lines, the file is read as plain text with a warning. The walk over docutils' tree is in `rst_walk`.
"""

from __future__ import annotations

import re

from index.loading.builder import Parsed, TextBuilder
from index.loading.dates import iso_date
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.text import add_plain
from index.types import SkipReason

_LINE_CHARS = 10_000  #: docutils is quadratic in a line: 26,000 marks in one took 3 s
_TEXT_CHARS = 4_000_000  #: docutils reads 150 to 470 kB a second
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a reStructuredText file. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    builder = TextBuilder(limits.text_chars)
    title = modified = None
    try:
        if len(text) > _TEXT_CHARS or max(map(len, text.split("\n"))) > _LINE_CHARS:
            raise RecursionError
        from index.loading.rst_walk import read

        title, modified, not_read = read(builder, text)
        if not_read:
            parts = "part was" if not_read == 1 else "parts were"
            warnings = (*warnings, f"{not_read} included or raw {parts} not read")
    except RecursionError:
        builder = TextBuilder(limits.text_chars)
        add_plain(builder, text)
        said = "nested too deeply, too long or in too long lines for reStructuredText"
        warnings = (*warnings, f"{said}; read as plain text")
    date = _DATE.search(modified or "")
    return builder.parsed(
        "rst", title=title, modified=iso_date(date.group()) if date else None, warnings=warnings
    )
