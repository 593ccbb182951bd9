"""Source code: a function, class or statement a block, with the comment above it.

No parser of any language: a block begins where a line without indentation begins something, which
holds in all languages people indent. Long classes are cut between their methods. Comments that
stand by themselves are prose and become paragraphs, and so does a Python module's own description,
which comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.loading.builder import Parsed, TextBuilder, clean
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.text import join_lines
from index.types import BlockKind, SkipReason

_BLOCK_CHARS = 2_400  #: two or three passages; a longer unit is cut between its own parts
_SMALL_CHARS = 240  #: imports and constants smaller than this go together
_LINE_CHARS = 2_000  #: longer lines are minified code or data
_CLOSING = re.compile(
    r"^(?:[)\]}]|end\b|fi\b|done\b|esac\b|else\b|elif\b|except\b|finally\b|catch\b)"
)
_ATTACHED = re.compile(r"^(?:@\w|#\[|\[\w+[(\]]|template\s*<)")  #: decorators, attributes
_MODULE_STRING = re.compile(r"\s*(?:[rRuU]?(\"\"\"|'''))(.*?)\1", re.DOTALL)
_PROSE = re.compile(r"[^\W\d_]+[,.;:]? [^\W\d_]+[,.;:]? [^\W\d_]+")  #: three words in a row


@dataclass(frozen=True, slots=True)
class _Style:
    """How a family of languages writes comments: to a line's end, and from mark to mark."""

    line: tuple[str, ...]
    block: tuple[str, str] | None = None


_STYLES = {
    "python": _Style(("#",)),
    "hash": _Style(("#",), ("<#", "#>")),
    "braces": _Style(("//", "#!"), ("/*", "*/")),
    "dashes": _Style(("--",), ("/*", "*/")),
}


def parse(data: bytes, limits: Limits, variant: str) -> Parsed:
    """Parse a source file of a family of languages. Raises RefusedError when it is no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    text = clean(text).expandtabs(4) if "\t" in text else clean(text)
    builder = TextBuilder(limits.text_chars)
    if variant == "python":
        text = _add_module_string(builder, text)
    style = _STYLES[variant]
    for unit in _units(text.split("\n"), style):
        prose = _comment_text(unit, style)
        if prose is not None:
            for paragraph in prose:
                builder.add(BlockKind.PARAGRAPH, paragraph)
        else:
            for piece in _pieces(unit):
                builder.add(BlockKind.CODE, "\n".join(piece))
    return builder.parsed(f"code-{variant}", warnings=warnings)


def _add_module_string(builder: TextBuilder, text: str) -> str:
    """Add what a Python module says of itself as prose; the rest of the text."""
    head = re.match(r"(?:[ ]*(?:#[^\n]*)?\n)*", text)
    match = _MODULE_STRING.match(text, head.end() if head else 0)
    if match is None:
        return text
    for paragraph in _paragraphs(match.group(2).split("\n")):
        builder.add(BlockKind.PARAGRAPH, paragraph)
    return text[: match.start()] + text[match.end() :]


def _units(lines: Sequence[str], style: _Style) -> Iterator[list[str]]:
    """Stretches of lines that belong together; small neighbours without a blank line are one."""
    unit: list[str] = []
    size = 0
    blank = in_comment = open_head = False
    for line in lines:
        if not line.strip():
            blank = True
            if unit:
                unit.append("")
            continue
        top = not line[0].isspace() and not in_comment and not _CLOSING.match(line)
        # A comment or a decorator goes with what stands right below it.
        if top and unit and (blank or (size > _SMALL_CHARS and not open_head)):
            yield unit
            unit, size = [], 0
        unit.append(line if len(line) <= _LINE_CHARS else line.rstrip())
        size += len(line)
        in_comment = _still_in_comment(line, style, in_comment)
        open_head = bool(_ATTACHED.match(line)) or (
            _is_line_comment(line, style) or line.rstrip().endswith(("*/", ",", "(", "\\"))
        )
        blank = False
    if unit:
        yield unit


def _is_line_comment(line: str, style: _Style) -> bool:
    return line.lstrip().startswith(style.line)


def _still_in_comment(line: str, style: _Style, inside: bool) -> bool:
    if style.block is None:
        return False
    opening, closing = style.block
    if not inside and not line.lstrip().startswith(opening):
        return False
    return line.rfind(closing) < (0 if inside else line.find(opening) + len(opening))


def _comment_text(unit: Sequence[str], style: _Style) -> list[str] | None:
    """The paragraphs of a unit that is comments and nothing else; None when it is code."""
    inner: list[str] = []
    inside = False
    for line in unit:
        said = line.strip()
        starts = style.block is not None and said.startswith(style.block[0])
        if not said:
            inner.append("")
        elif inside or starts:
            assert style.block is not None
            opened, closed = style.block
            inside = _still_in_comment(line, style, inside)
            if not inside and not said.endswith(closed):
                return None
            inner.append(said.removeprefix(opened).removesuffix(closed).strip(" *!"))
        elif _is_line_comment(line, style):
            mark = next(mark for mark in style.line if said.startswith(mark))
            inner.append(said.lstrip(mark[0]).strip(" !/-=*#"))
        else:
            return None
    paragraphs = _paragraphs(inner)
    # A line of code that was commented out is no prose.
    return paragraphs if any(_PROSE.search(part) for part in paragraphs) else None


def _paragraphs(lines: Sequence[str]) -> list[str]:
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line.strip())
        elif groups[-1]:
            groups.append([])
    return [join_lines(group, frozenset()) for group in groups if group]


def _pieces(unit: Sequence[str]) -> Iterator[list[str]]:
    """The unit, or a long one cut at blank lines, before shallow lines, and within long lines."""
    piece: list[str] = []
    size = 0
    for place, line in enumerate(unit):
        blank_before = place > 0 and not unit[place - 1].strip()
        over = size + len(line) > _BLOCK_CHARS
        halfway = size > _BLOCK_CHARS / 2 and blank_before and _indent(line) <= 4
        if piece and line.strip() and (over or halfway):
            yield piece
            piece, size = [], 0
        while len(line) > _LINE_CHARS:
            cut = line.rfind(" ", _LINE_CHARS // 2, _LINE_CHARS)
            cut = cut if cut > 0 else _LINE_CHARS
            yield [*piece, line[:cut]]
            piece, size, line = [], 0, line[cut:]  # noqa: PLW2901
        piece.append(line)
        size += len(line) + 1
    if piece:
        yield piece


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
