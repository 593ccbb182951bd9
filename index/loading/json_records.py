"""JSON, JSON Lines and GeoJSON: records row by row, ``name: value | address.city: value``.

Values stand as they are written in the file (1.10 stays 1.10); ``null`` and empty lists are left
out, and so are lists of hundreds of numbers, with a warning. A long text within a record becomes a
paragraph under the record's own name. A key that stands twice keeps both values; comments are
passed over. What is no JSON is read as plain text, with a warning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.text import add_plain
from index.types import BlockKind, SkipReason

_MAX_DEPTH = 30  #: below it a value is given as it stands in the file
_LONG_VALUE = 240  #: characters from which a text is a paragraph rather than a cell
_ROW_CHARS = 700  #: about one passage; a longer record is cut between two of its fields
_SHORT_LIST = 300  #: characters of a list of plain values that still make one cell
_KEY_CHARS = 120
_TITLES = ("title", "name", "label", "subject", "headline", "question", "key", "id", "_id")
_DOCUMENT_TITLES = ("title", "name")
_BULK_NUMBERS = 200  #: coordinates, embeddings: nobody asks for them in words
_TOP_LEVEL = 2  #: of headings: the first key of a file is not its title
_LINES_SHARE = 0.5  #: of the lines must be JSON for a file to be JSON Lines
#: Strings as well, so that what looks like a comment inside one is none.
_COMMENT = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|,(?=\s*[}\]])|(?m:^)[ \t]*#[^\n]*'
)
_COMMENTED_CHARS = 2_000_000  #: settings have comments, data have none
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")

_Fields = list[tuple[str, str]]


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse JSON or JSON Lines. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    title: str | None = None
    try:
        values, said = _values(text)
        if values is None:
            add_plain(builder, text)
        else:
            title = _document_title(values)
            said = (*said, *add_records(builder, values))
    except RecursionError:
        said = ("nested too deeply for JSON; read as plain text",)
        builder, title = TextBuilder(limits.text_chars), None
        add_plain(builder, _loosened(text))
    return builder.parsed("json_records", title=title, warnings=(*warnings, *said))


def add_records(builder: TextBuilder, values: list[object]) -> tuple[str, ...]:
    """Add values as rows, sections and paragraphs; warnings. Raises RecursionError."""
    walk = _Walk(builder)
    walk.run(values)
    if not walk.bulk:
        return ()
    lists = "list of numbers was" if walk.bulk == 1 else "lists of numbers were"
    return (f"{walk.bulk:,} long {lists} left out",)


def _values(text: str) -> tuple[list[object] | None, tuple[str, ...]]:
    """The values of a file, one for JSON and one a line for JSON Lines; None when it is neither."""
    try:
        return [_loads(text)], ()
    except json.JSONDecodeError as error:
        wrong = error
    lines = [line for line in text.split("\n") if line.strip()]
    values: list[object] = []
    broken: list[str] = []
    for line in lines:
        try:
            values.append(_loads(line))
        except ValueError:
            broken.append(line.strip())
    if len(lines) < 2 or len(values) < _LINES_SHARE * len(lines):
        try:
            if len(text) > _COMMENTED_CHARS:
                raise ValueError
            return [_loads(_COMMENT.sub(_kept, text))], ("the comments in it were passed over",)
        except ValueError:
            where = f"it goes wrong in line {wrong.lineno:,}, at character {wrong.colno:,} of it"
            return None, (f"not valid JSON: {where}; read as plain text",)
    if not broken:
        return values, ()
    word = "line was" if len(broken) == 1 else "lines were"
    return [*values, *broken], (f"{len(broken):,} {word} not valid JSON and read as plain text",)


def _loads(text: str) -> object:
    found: object = json.loads(
        text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_record
    )
    return found


def _record(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a key that stands in it more than once has the list of its values."""
    record = dict(pairs)
    if len(record) < len(pairs):
        several: dict[str, list[object]] = {}
        for key, value in pairs:
            several.setdefault(key, []).append(value)
        record.update((key, values) for key, values in several.items() if len(values) > 1)
    return record


def _kept(match: re.Match[str]) -> str:
    """A string stays, a comment or a comma before a closing bracket goes."""
    return match.group() if match.group().startswith('"') else " "


def _loosened(text: str) -> str:
    """The text with long runs of brackets taken out: they say nothing and cost passages."""
    return re.sub(r"[\[\]{}]{8,}", " ", text)


def _document_title(values: list[object]) -> str | None:
    first = values[0] if len(values) == 1 else None
    if not isinstance(first, dict):
        return None
    for key in _DOCUMENT_TITLES:
        value = first.get(key)
        if isinstance(value, str) and 0 < len(value) <= _KEY_CHARS:
            return value
    return None


@dataclass(slots=True)
class _Walk:
    """Puts values into blocks; ``level`` is that of the headings to come."""

    builder: TextBuilder
    bulk: int = 0  #: lists of numbers that were left out

    def run(self, values: list[object]) -> None:
        if len(values) == 1:
            self._value(values[0], _TOP_LEVEL)
        else:
            self._items(values, _TOP_LEVEL)

    def _value(self, value: object, level: int) -> None:
        if isinstance(value, dict):
            self._object(value, level)
        elif isinstance(value, list):
            self._items(value, level)
        else:
            self._text(_scalar(value))

    def _object(self, record: dict[str, object], level: int) -> None:
        """An object by itself: what fits into rows first, then its parts under their names."""
        if level > _MAX_DEPTH:
            self.builder.add(BlockKind.PARAGRAPH, json.dumps(record, ensure_ascii=False))
            return
        cells: _Fields = []
        texts: _Fields = []
        parts: list[tuple[str, object]] = []
        for key, value in record.items():
            fields = _fields(key, value)
            if fields is None:
                parts.append((key, value))
            else:
                for name, said in fields:
                    (texts if _is_long(said) else cells).append((name, said))
        self._rows(cells)
        for name, said in texts:
            self._text(said, name)
        for key, value in parts:
            if _is_bulk(value):
                self.bulk += 1
                continue
            self.builder.add(BlockKind.HEADING, one_line(key)[:_KEY_CHARS], min(6, level))
            self._value(value, level + 1)

    def _items(self, items: list[object], level: int) -> None:
        if level > _MAX_DEPTH:
            self.builder.add(BlockKind.PARAGRAPH, json.dumps(items, ensure_ascii=False))
            return
        self.builder.start_table()
        for item in items:
            if isinstance(item, dict):
                self._record(item, level)
            elif isinstance(item, list):
                row = _plain_list(item)
                if _is_bulk(item):
                    self.bulk += 1
                elif row is None:
                    self._items(item, level + 1)
                else:
                    self.builder.add(BlockKind.TABLE_ROW, row)
            else:
                said = _scalar(item)
                kind = BlockKind.PARAGRAPH if _is_long(said) else BlockKind.LIST_ITEM
                self.builder.add(kind, said, level=0 if kind is BlockKind.PARAGRAPH else 1)

    def _record(self, record: dict[str, object], level: int) -> None:
        """One of many objects: a row when it is small, else a section under its own name."""
        fields = _fields("", record)
        if fields is not None and not any(_is_long(said) for _, said in fields):
            self._rows(fields)
            return
        name = _name(record)
        if name:
            self.builder.add(BlockKind.HEADING, name, min(6, level))
        self._object(record, level + 1)

    def _rows(self, fields: _Fields) -> None:
        """The fields as rows; each row after the first begins with the record's first field."""
        lead = _said(*fields[0])[:_LONG_VALUE] if fields else ""
        row: list[str] = []
        size = 0
        for name, value in fields:
            part = _said(name, value)
            if row and size + len(part) > _ROW_CHARS:
                self.builder.add(BlockKind.TABLE_ROW, " | ".join(row))
                row, size = ([lead], len(lead))
            row.append(part)
            size += len(part) + 3
        if row:
            self.builder.add(BlockKind.TABLE_ROW, " | ".join(row))

    def _text(self, text: str, name: str = "") -> None:
        """A long text: its paragraphs, the first after the field's name."""
        paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
        for place, part in enumerate(paragraphs):
            lead = f"{name}: " if name and place == 0 else ""
            self.builder.add(BlockKind.PARAGRAPH, lead + part.strip())


def _fields(path: str, value: object, depth: int = 0) -> _Fields | None:
    """A value as cells with spelled-out paths; None when it holds records or is nested deeply."""
    if isinstance(value, dict):
        if depth > 4:
            return None
        out: _Fields = []
        for key, inner in value.items():
            name = one_line(key)[:_KEY_CHARS]
            found = _fields(f"{path}.{name}" if path else name, inner, depth + 1)
            if found is None:
                return None
            out += found
        # What has a name of its own and is as long as a row becomes a section.
        return None if depth == 1 and sum(len(n) + len(v) for n, v in out) > _ROW_CHARS else out
    if isinstance(value, list):
        said = _plain_list(value)
        if said is None or (len(said) > _SHORT_LIST and len(value) > 1):
            return None
        return [(path, said)] if said else []
    said = _scalar(value)
    return [(path, said)] if said.strip() else []


def _plain_list(values: list[object]) -> str | None:
    """``[1, 2]`` → ``1, 2`` also for pairs of pairs, as coordinates are; None for records."""
    if any(isinstance(value, dict) for value in values):
        return None
    out: list[str] = []
    for value in values:
        if isinstance(value, list):
            if any(isinstance(inner, dict | list) for inner in value):
                return None
            said = ", ".join(map(_scalar, value))
            out.append(f"({said})" if said else "")
        else:
            out.append(_scalar(value))
    return ", ".join(part for part in out if part)


def _is_bulk(value: object) -> bool:
    """True for a list, or lists in lists, of hundreds of numbers."""
    numbers = 0
    waiting = [value] if isinstance(value, list) else []
    while waiting and numbers <= _BULK_NUMBERS:
        for inner in waiting.pop():
            if isinstance(inner, list):
                waiting.append(inner)
            elif isinstance(inner, str) and _NUMBER.fullmatch(inner):
                numbers += 1
            else:
                return False
    return numbers > _BULK_NUMBERS


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _said(name: str, value: str) -> str:
    return f"{name}: {one_line(value)}" if name else one_line(value)


def _is_long(text: str) -> bool:
    return len(text) > _LONG_VALUE or "\n" in text.strip()


def _name(record: dict[str, object]) -> str:
    """What to call a record: the first of the usual names it has, else its first short value."""
    lowered = {key.lower(): value for key, value in record.items()}
    for value in _candidates(lowered):
        said = one_line(_scalar(value)) if not isinstance(value, dict | list) else ""
        if said and len(said) <= _KEY_CHARS:
            return said
    return ""


def _candidates(record: dict[str, object]) -> Iterator[object]:
    yield from (record[key] for key in _TITLES if key in record)
    yield from list(record.values())[:5]
