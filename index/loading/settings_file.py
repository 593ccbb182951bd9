"""Settings (YAML, TOML, INI): each section a row that begins with where it stands.

``service77:`` over ``port: 8077`` becomes ``service77 | port: 8077``, so that a quotation tells
whose port it is. No parser of these formats runs, which would expand what a file refers to: values
stand as they are written, without outer quotation marks. Comments are kept. A file that is not
laid out like settings is read as code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.loading import code
from index.loading.builder import Parsed, TextBuilder, clean, one_line
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.types import BlockKind, SkipReason

_ROW_CHARS = 280  #: a longer row is cut between two of its settings
_LONG_VALUE = 700
_KEY_CHARS = 120
_LABEL_CHARS = 60  #: of the value that stands for an item of a list
_LEVELS = 8  #: of a path; the outermost are left out of a longer one
_JOINED_LINES = 400  #: of one value in brackets or quotation marks
_LINE_CHARS = 20_000
_UNKNOWN_SHARE = 0.2  #: of the lines may be nothing that settings are made of
_SECTION = re.compile(r"\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:[#;].*)?")
_PROPERTIES_ONLY = re.compile(r"(?:[&!]\S+\s*)*(?:#.*)?")  #: an anchor or a tag, and no value yet
_BLOCK = re.compile(r"(?:[&!]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?")
_NO_KEY = tuple("[]{}#&*!|>%@`,")
_PROSE = re.compile(r"[^\W\d_]+[,.;:]? [^\W\d_]+[,.;:]? [^\W\d_]+")  #: three words in a row
_STARTS = {"yaml": ("#",), "toml": ("#",), "ini": ("#", ";", "!")}

_Path = tuple[str, ...]


def parse(data: bytes, limits: Limits, variant: str) -> Parsed:
    """Parse a settings file; ``variant`` is yaml, toml or ini. Raises RefusedError as for code."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    if not add_settings(builder, text, variant):
        return code.parse(data, limits, "hash")
    return builder.parsed(f"settings_file-{variant}", warnings=warnings)


def add_settings(
    builder: TextBuilder, text: str, variant: str, leave: frozenset[str] = frozenset()
) -> bool:
    """Add the rows of settings, but for the outermost keys to ``leave`` out (lower case).

    False, and nothing added, when the text is not laid out like settings.
    """
    lines = clean(text).expandtabs(4).split("\n")
    if max(map(len, lines)) > _LINE_CHARS:
        return False
    reader = _Reader(lines, _STARTS[variant], leave)
    if variant == "yaml":
        reader.yaml()
    else:
        reader.sections(colon=variant == "ini")
    reader.flush()
    if not reader.known or reader.unknown > _UNKNOWN_SHARE * (reader.known + reader.unknown):
        return False
    builder.start_table()
    for kind, said in reader.out:
        builder.add(kind, said)
    return True


@dataclass(slots=True)
class _Reader:
    """One pass over the lines; what it makes of them waits in ``out``."""

    lines: Sequence[str]
    comment_marks: tuple[str, ...]
    leave: frozenset[str]
    at: int = 0
    known: int = 0
    unknown: int = 0
    out: list[tuple[BlockKind, str]] = field(default_factory=list)
    path: _Path = ()
    cells: list[list[str]] = field(default_factory=list)  #: name (may be empty) and value
    items: list[str] = field(default_factory=list)  #: plain items of the list that ``path`` names
    remarks: list[str] = field(default_factory=list)

    # ---- the two layouts -----------------------------------------------------------------

    def yaml(self) -> None:
        """Lines whose indentation says under which key they stand."""
        # Indentation; key, or what an item of a list begins with; whether it is an item.
        above: list[tuple[int, str, bool]] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            said = line.strip()
            if not said or self._is_comment(said):
                continue
            indent = len(line) - len(line.lstrip())
            if said in ("---", "...") or said.startswith(("--- #", "%YAML")):
                above.clear()
                self.flush()
                continue
            begins = False
            while said == "-" or said.startswith("- "):
                while above and (above[-1][0], above[-1][2]) >= (indent, True):
                    above.pop()
                above.append((indent, "", True))
                begins = True
                rest = said[1:].lstrip()
                indent += len(said) - len(rest) if rest else 2
                said = rest
            key, value = _key_and_value(said, ": ")
            if key is None:
                item = begins or (bool(above) and above[-1][2] and not self.cells)
                self._words(said, indent, _names(above), item=item)
                continue
            while above and above[-1][0] >= indent:
                above.pop()
            whose = _names(above, whole=_BLOCK.fullmatch(value) is not None)
            if begins:
                self.flush()
                if len(value) <= _LABEL_CHARS and not _PROPERTIES_ONLY.fullmatch(value):
                    above[-1] = (above[-1][0], unquoted(value), True)
            self._setting(whose, key, value, indent)
            if _PROPERTIES_ONLY.fullmatch(value):
                above.append((indent, key, False))

    def sections(self, *, colon: bool) -> None:
        """Lines ``key = value`` below a ``[section]``; with ``colon`` also ``key: value``."""
        section: _Path = ()
        open_key, open_indent = "", 0
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            said = line.strip()
            if not said or self._is_comment(said):
                continue
            indent = len(line) - len(line.lstrip())
            head = _SECTION.fullmatch(said)
            if head:
                self.flush()
                self.known += 1
                section, open_key = (_name(head.group(1)),), ""
                continue
            if open_key and indent > open_indent:  # "requires =" and its lines
                self._words(said, indent, (*section, open_key), item=True)
                continue
            key, value = _key_and_value(said, "=")
            if key is None and colon:
                key, value = _key_and_value(said, ":")
            if key is None:
                self._words(said, indent, section, item=False)
                continue
            open_key, open_indent = ("" if value else key), indent
            self._setting(section, key, value, indent)

    # ---- what stands in a line -----------------------------------------------------------

    def _is_comment(self, said: str) -> bool:
        if not said.startswith(self.comment_marks):
            return False
        self.known += 1
        self.flush()
        self.remarks.append(said)
        return True

    def _setting(self, path: _Path, key: str, value: str, indent: int) -> None:
        self.known += 1
        if (path[0] if path else key).lower() in self.leave:
            return
        if _BLOCK.fullmatch(value):
            self._block(path, key, indent)
        elif not _PROPERTIES_ONLY.fullmatch(value):
            self._cell(path, key, plain_value(self._whole(value)))
        elif "#" in value:  # no value, and a remark in its place
            self._cell(path, key, value[value.index("#") :])

    def _words(self, said: str, indent: int, path: _Path, *, item: bool) -> None:
        """A line without a key: an item of a list, or the rest of the value above."""
        if path and path[0].lower() in self.leave:
            self.known += 1
        elif item:
            self.known += 1
            if path != self.path or self.cells:
                self.flush()
                self.path = path
            self.items.append(unquoted(self._whole(said)))
        elif indent and (self.cells or self.items):
            self.known += 1
            if self.cells:
                self.cells[-1][1] += f" {said}"
            else:
                self.items[-1] += f" {said}"
        else:
            self.unknown += 1
            self._cell(path, "", said)

    def _whole(self, value: str) -> str:
        """A value with the lines that its brackets or quotation marks go on over."""
        parts = [value]
        mark = next((mark for mark in ('"""', "'''") if value.startswith(mark)), value[:1])
        start = self.at
        if mark in ("[", "{"):
            depth = _depth(value)
            while depth > 0 and self.at < min(len(self.lines), start + _JOINED_LINES):
                parts.append(self.lines[self.at].strip())
                depth += _depth(parts[-1])
                self.at += 1
        elif mark in ('"', "'", '"""', "'''"):
            done = value.find(mark, len(mark)) >= 0
            while not done and self.at < min(len(self.lines), start + _JOINED_LINES):
                parts.append(self.lines[self.at].strip())
                done = mark in parts[-1]
                self.at += 1
            if not done:  # an apostrophe, not a quotation
                self.at = start
                return value
        self.known += self.at - start
        return " ".join(part for part in parts if part)

    def _block(self, path: _Path, key: str, indent: int) -> None:
        """A text of several lines under its key; they stay lines."""
        start = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            self.at += 1
        lines = [line.rstrip() for line in self.lines[start : self.at]]
        self.known += len(lines)
        inner = min((len(x) - len(x.lstrip()) for x in lines if x), default=0)
        said = "\n".join(line[inner:] for line in lines).strip("\n")
        self.flush()
        self.out.append((BlockKind.CODE, f"{_where((*path, key))}:\n{said}"))

    # ---- rows ----------------------------------------------------------------------------

    def _cell(self, path: _Path, name: str, value: str) -> None:
        if path != self.path or self.items:
            self.flush()
            self.path = path
        if self.remarks:
            self._say_remarks()
        self.cells.append([name, value])

    def flush(self) -> None:
        """Put what was gathered into rows."""
        path, cells, items = self.path, self.cells, self.items
        self.path, self.cells, self.items = (), [], []
        self._say_remarks()
        if items:
            said = ", ".join(map(one_line, items))
            if path and len(said) <= _ROW_CHARS:
                path, cells = path[:-1], [[path[-1], said]]
            else:
                for item in items:
                    self._row(path, [one_line(item)])
                return
        row: list[str] = []
        for name, value in cells:
            part = f"{name}: {one_line(value)}" if name else one_line(value)
            if row and (not path or sum(map(len, row)) + len(part) > _ROW_CHARS):
                self._row(path, row)
                row = []
            row.append(part)
        if row:
            self._row(path, row)

    def _row(self, path: _Path, cells: Sequence[str]) -> None:
        said = " | ".join((_where(path), *cells) if path else cells)
        long = len(said) > _LONG_VALUE
        self.out.append((BlockKind.PARAGRAPH if long else BlockKind.TABLE_ROW, said))

    def _say_remarks(self) -> None:
        remarks, self.remarks = self.remarks, []
        words = [remark.strip("#;! -=*") for remark in remarks]
        if any(map(_PROSE.search, words)):
            self.out.append((BlockKind.PARAGRAPH, " ".join(filter(None, words))))
        elif remarks:  # settings that are switched off
            self.out.append((BlockKind.CODE, "\n".join(remarks)))


def _key_and_value(said: str, sign: str) -> tuple[str | None, str]:
    """``port: 8077`` taken apart at its sign; no key where there is none."""
    if said[:1] in ("'", '"'):
        end = said.find(said[0], 1)
        after = said[end + 1 :].lstrip() if end > 0 else ""
        if not after.startswith(sign.strip()):
            return None, said
        return _name(said[1:end]), after[len(sign.strip()) :].strip()
    place = said.find(sign)
    if place < 0 and said.endswith(sign.strip()):
        place = len(said) - len(sign.strip())
    if place <= 0 or place > _KEY_CHARS or said.startswith(_NO_KEY):
        return None, said
    return _name(said[:place]), said[place + len(sign) :].strip()


def _name(words: str) -> str:
    return one_line(words)[:_KEY_CHARS]


def _names(above: Sequence[tuple[int, str, bool]], *, whole: bool = False) -> _Path:
    """Where a line stands. Of an item's own row the item is not a part, unless it is ``whole``."""
    inner = above[:-1] if above and above[-1][2] and not whole else above
    return tuple(key for _, key, _ in inner if key)


def _where(path: _Path) -> str:
    shown = path[-_LEVELS:]
    return " > ".join(shown if len(shown) == len(path) else ("…", *shown))


def _depth(words: str) -> int:
    """How many more brackets are opened than closed."""
    return sum(map(words.count, "[{")) - sum(map(words.count, "]}"))


def plain_value(value: str) -> str:
    """A value without quotation marks around it, and a flat list without its brackets.

    >>> plain_value('["a", b]'), plain_value("{a: 1}")
    ('a, b', '{a: 1}')
    """
    inner = value[1:-1]
    if not (value.startswith("[") and value.endswith("]")) or re.search(r"[\[\]{}]", inner):
        return unquoted(value)
    parts = [part.strip() for part in inner.split(",")]
    if any(part[:1] in ("'", '"') and part[:1] != part[-1:] for part in parts):
        return value  # a comma within quotation marks
    return ", ".join(unquoted(part) for part in parts if part)


def unquoted(value: str) -> str:
    """A value without the quotation marks around it.

    >>> unquoted('"3.11"'), unquoted("it's")
    ('3.11', "it's")
    """
    for mark in ('"""', "'''", '"', "'"):
        inner = value[len(mark) : -len(mark)]
        if len(value) > 2 * len(mark) and value == mark + inner + mark and mark not in inner:
            return inner
    return value
