"""Markdown: headings, lists with depth, code, tables row by row; inline marks become plain words.

Front matter (YAML, or TOML between ``+++``) gives title and date, and its other fields become
rows, without those that only say how a site is built. HTML inside Markdown goes through the HTML
loader. Where nesting is so deep that the Markdown parser would drop text, the file is read as
plain text instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.loading.builder import Parsed, TextBuilder, one_line, says_something
from index.loading.dates import iso_date
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.raised import raised
from index.loading.settings_file import add_settings
from index.loading.tables import add_table
from index.loading.text import add_plain, is_wrapped
from index.types import BlockKind, SkipReason

_FRONT_MATTER = re.compile(
    r"\A\ufeff?(?:---[ \t]*\n(?P<yaml>.*?\n)(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?\n)\+\+\+)"
    r"[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_FIELD = re.compile(
    r"^(title|date|updated|modified|last_modified|lastmod)\s*[:=]\s*(.+?)\s*$", re.I
)
#: The title stands in the document's own; the others are for programs.
_NOT_SAID = frozenset(
    "title layout slug draft published weight permalink url aliases redirect_from template toc "
    "math mathjax katex comments sidebar sidebar_label sidebar_position nav_order has_children "
    "has_toc hide_title hide_table_of_contents pagination_next pagination_prev menu css js "
    "cssclass cssclasses image cover thumbnail robots sitemap uid uuid guid output format "
    "editor execute jupyter kernelspec params build outputs cascade markup encoding lang".split()
)
_STRUCK = re.compile(r"<(/?)(?:s|del|strike)\b", re.I)
_NAMED = re.compile(r"[^\W\d_][^:.!?;,]{0,30}: \S")
_GOES_ON = re.compile(
    r"(?:[-,–(&]|\b(?:and|or|the|an?|of|to|in|for|with|from|by|at|on|is|are|as|that|your|our))$",
    re.I,
)
_SHORT_LINE = 60  #: a line as long may be wrapped, be the next one full or not
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_MAX_NESTING = 100  #: deeper blocks are dropped by the parser, at some five Python frames a level
_DEPTH_MARK = re.compile(r"^[ \t]{120,}\S|^[ \t]*(?:>[ \t]?){50,}|^(?:[-*+][ \t]+){40,}", re.M)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a Markdown file. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    builder = TextBuilder(limits.text_chars)
    title, modified, body = _front_matter(builder, text)
    try:
        if _DEPTH_MARK.search(body):
            raise RecursionError
        tokens = _parser().parse(_with_gaps(body))
        _Walk(builder, keeps_struck=_is_all_struck(tokens)).run(tokens)
    except RecursionError:
        builder = TextBuilder(limits.text_chars)
        _front_matter(builder, text)
        add_plain(builder, body)
        warnings = (*warnings, "nested too deeply for Markdown; read as plain text")
    return builder.parsed("markdown", title=title, modified=modified, warnings=warnings)


def _with_gaps(body: str) -> str:
    """A blank line before a line that opens a new list below another one ("Not taken:").

    Markdown would take it for the end of the item above.
    """
    lines = body.split("\n")
    out = lines[:1]
    fenced = bool(_FENCE.match(lines[0]))
    for above, line, below in zip(lines, lines[1:], [*lines[2:], ""], strict=False):
        fenced ^= bool(_FENCE.match(line))
        opens = not fenced and line[:1].isupper() and line.rstrip().endswith(":")
        if opens and _ITEM.match(above) and _ITEM.match(below) and not is_wrapped([above, line]):
            out.append("")
        out.append(line)
    return "\n".join(out)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING, "html": True})
    return parser.enable(["table", "strikethrough"])


def _front_matter(builder: TextBuilder, text: str) -> tuple[str | None, str | None, str]:
    """Title, date and the rest of the text; the other fields are added."""
    match = _FRONT_MATTER.match(text[:20_000])
    if not match:
        return None, None, text
    kind = match.lastgroup or "yaml"
    fields = match.group(kind)
    found: dict[str, str] = {}
    for line in fields.splitlines():
        pair = _FIELD.match(line)
        if pair:
            found.setdefault(pair.group(1).lower(), pair.group(2).strip("\"'"))
    dates = {key: iso_date(value) for key, value in found.items() if key != "title"}
    # What is told as the document's date is none of its facts.
    told = {key for key, value in dates.items() if value}
    # What stands between two rules at the top may as well be prose.
    if fields.strip() and not add_settings(builder, fields, kind, leave=_NOT_SAID | told):
        return None, None, text
    known = sorted(value for value in dates.values() if value)
    return found.get("title"), known[-1] if known else None, text[match.end() :]


@dataclass(slots=True)
class _Walk:
    """State while going through the flat token stream."""

    builder: TextBuilder
    lists: list[int | None] = field(default_factory=list)  #: next number of each open list
    item_open: bool = False  #: the next paragraph opens a list item
    heading: int = 0
    rows: list[list[str]] | None = None
    keeps_struck: bool = False
    marker: str = ""

    def run(self, tokens: list[Token]) -> None:
        for token in tokens:
            self._step(token)

    def _step(self, token: Token) -> None:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            ordered = kind.startswith("ordered")
            self.lists.append(int(token.attrGet("start") or 1) if ordered else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif kind == "list_item_open":
            self._open_item()
        elif kind == "heading_open":
            self.heading = int(token.tag[1])
        elif kind == "heading_close":
            self.heading = 0
        elif kind in ("fence", "code_block"):
            self.builder.add(BlockKind.CODE, token.content.strip("\n"))
        elif kind == "html_block":
            self._html(token.content)
        elif kind == "inline":
            self._inline(self._words(token))
        else:
            self._table_step(kind)

    def _words(self, token: Token) -> str:
        """What an inline token says, without what is struck out."""
        children = token.children or []
        kept = children if self.keeps_struck else _standing(children)
        said = plain(kept, "\n" if _are_entries(plain(kept, "\n").split("\n")) else " ")
        return said if len(kept) == len(children) else re.sub(" {2,}", " ", said)

    def _open_item(self) -> None:
        self.item_open = True
        number = self.lists[-1]
        self.marker = "" if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def _inline(self, text: str) -> None:
        if self.rows is not None:
            self.rows[-1].append(text)
        elif not text.strip():
            return
        elif self.heading:
            self.builder.add(BlockKind.HEADING, one_line(text), level=self.heading)
        elif self.lists:
            # A second paragraph of an item stays with its item: it is said one level in.
            marker, self.marker = (self.marker if self.item_open else ""), ""
            self.item_open = False
            self.builder.add(BlockKind.LIST_ITEM, marker + text, level=len(self.lists))
        else:
            self.builder.add(BlockKind.PARAGRAPH, text)

    def _table_step(self, kind: str) -> None:
        if kind == "table_open":
            self.rows = []
        elif kind == "tr_open" and self.rows is not None:
            self.rows.append([])
        elif kind == "table_close" and self.rows is not None:
            rows, self.rows = self.rows, None
            named = any(cell.strip() for cell in rows[0]) if rows else False
            add_table(self.builder, rows if named else rows[1:], header=named)

    def _html(self, source: str) -> None:
        if source.lstrip().startswith("<!--") and source.rstrip().endswith("-->"):
            return
        from index.loading.html import add_html

        add_html(self.builder, source)


def _standing(tokens: list[Token]) -> list[Token]:
    """Inline tokens without those that are struck out: ``~~£10~~``, ``<del>£10</del>``."""
    marks = [_STRUCK.match(t.content) if t.type == "html_inline" else None for t in tokens]
    opens = [mark is not None and not mark.group(1) for mark in marks]
    closes = [mark is not None and bool(mark.group(1)) for mark in marks]
    if sum(opens) != sum(closes):  # "<s>" may as well stand for a word to put in
        opens = closes = [False] * len(tokens)
    out: list[Token] = []
    depth = 0
    for token, is_open, is_close in zip(tokens, opens, closes, strict=True):
        depth += is_open or token.type == "s_open"
        if not depth:
            out.append(token)
        depth -= depth > 0 and (is_close or token.type == "s_close")
    return out


def _is_all_struck(tokens: list[Token]) -> bool:
    """Does a document say nothing but what is struck out?"""
    said = (
        plain(_standing(token.children or [])) if token.type == "inline" else token.content
        for token in tokens
    )
    return not any(map(says_something, said))


def _are_entries(lines: list[str]) -> bool:
    """Do the ends of a paragraph's lines mean something: short notes, or a name at the start of
    each? All else is prose, wherever its writer broke the lines."""
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) < 2 or is_wrapped(lines):
        return False
    if all(map(_NAMED.match, lines[lines[0].endswith(":") :])):
        return True
    runs_on = lines[0][:1].isupper() and any(line[:1].islower() for line in lines[1:])
    broken = any(map(_GOES_ON.search, lines[:-1]))
    sentences = all(line.endswith((".", "!", "?")) for line in lines[:-1])
    return max(map(len, lines)) < _SHORT_LINE and not (runs_on or broken or sentences)


def plain(tokens: list[Token], line_end: str = " ") -> str:
    """Inline tokens as words: link texts, image descriptions, code without its marks."""
    out: list[str] = []
    above = False  # within <sup>
    for token in tokens:
        if token.type in ("text", "code_inline"):
            out.append(raised(token.content, "".join(out[-1:])) if above else token.content)
        elif token.type == "softbreak":
            out.append(line_end)
        elif token.type == "hardbreak":
            out.append("\n")
        elif token.type == "image":
            out.append(plain(token.children or []) or token.content)
        elif token.type == "html_inline" and re.match(r"<br\b", token.content, re.I):
            out.append("\n")
        elif token.type == "html_inline":
            above = token.content[:4].lower() == "<sup"
    return "".join(out)
