"""Log files: an entry a row, from one time stamp to the next; nothing is left out.

Lines below an entry that bear no time stamp (a stack trace) stay with it. Where a file has no
time stamps every line is an entry. A line too long for a passage is cut between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.loading.builder import Parsed, TextBuilder, clean
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.types import BlockKind, SkipReason

_STAMP = re.compile(
    r"\s{0,3}[\[(<]?(?:<\d{1,3}>)?(?:"
    r"\d{4}[-/.]\d{2}[-/.]\d{2}[T ,_]|"  # 2025-03-01 12:00:01
    r"\d{2}[-/.]\d{2}[-/.]\d{2,4}[T ,_]|"  # 01.03.2025 12:00
    r"[A-Z][a-z]{2} [ \d]\d \d{2}:|"  # Mar  1 12:00:01
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? |"  # Sat Mar 01 12:00:01 2025
    r"\d{2}:\d{2}:\d{2}|\d{10}(?:\.\d+|\d{3})?[\s\]:]|"  # 12:00:01, seconds since 1970
    r"\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ \[)"  # a web server's: address, user, [time]
)
_LEVEL = re.compile(r"[\[(<]?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b")
_STAMPED_SHARE = 0.2  #: of the first lines; a log full of stack traces has about this many
_MOSTLY = 0.5  #: of the lines, where nothing else says that a file is a log
_SAMPLE_LINES = 500
_ENTRY_CHARS = 4_000  #: a longer entry goes on in a further block
_LINE_CHARS = 1_000


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a log. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    for entry in _entries(clean(text).split("\n")):
        kind = BlockKind.CODE if len(entry) > 1 else BlockKind.TABLE_ROW
        builder.add(kind, "\n".join(entry))
    return builder.parsed("logs", warnings=warnings)


def is_log(text: str) -> bool:
    """True when most lines of a text begin with a time stamp, as a log's do."""
    return _stamped_share(text.split("\n")) > _MOSTLY


def _stamped_share(lines: list[str]) -> float:
    sample = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
    return sum(map(_begins, sample)) / len(sample) if sample else 0.0


def _entries(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong together, each list of at most some thousand characters."""
    stamped = _stamped_share(lines) >= _STAMPED_SHARE
    entry: list[str] = []
    size = 0
    for line in lines:
        if not line.strip():
            continue
        pieces = list(_pieces(line.rstrip()))
        begins = not stamped or _begins(line) or len(pieces) > 1
        if entry and (begins or size + len(line) > _ENTRY_CHARS):
            yield entry
            entry, size = [], 0
        for piece in pieces[:-1]:
            yield [piece]
        entry.append(pieces[-1])
        size += len(pieces[-1])
    if entry:
        yield entry


def _begins(line: str) -> bool:
    return bool(_STAMP.match(line) or _LEVEL.match(line))


def _pieces(line: str) -> Iterator[str]:
    """The line, or a very long one cut at blanks where there are any."""
    start = 0
    while len(line) - start > _LINE_CHARS:
        blank = line.rfind(" ", start + 1, start + _LINE_CHARS)
        stop = blank if blank > start else start + _LINE_CHARS
        yield line[start:stop]
        start = stop
    yield line[start:]
