"""HTML: the words a reader sees, without the page's furniture; nothing is ever fetched.

Our own walk over lxml's tree (see `furniture` for what is left out). Trafilatura was tried: it
keeps articles clean but loses much of reference pages and all structure of tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement as Element

from index.loading import furniture
from index.loading.builder import Parsed, TextBuilder, clean, one_line
from index.loading.dates import iso_date
from index.loading.encoding import decode
from index.loading.html_tables import add_html_table, is_data_table
from index.loading.limits import Limits, RefusedError
from index.loading.page_marks import BLOCKS, make_plain
from index.types import BlockKind, SkipReason

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = ("ul", "ol", "menu")
_NESTING_TAGS = re.compile(r"</?(?!(?:h[1-6]|p|li|br|title|meta|script|style)\b)[a-z][^>]*>", re.I)
_DATES = (
    "article:modified_time og:updated_time last-modified dcterms.modified dc.date.modified "
    "article:published_time dcterms.date dc.date date pubdate datepublished"
).split()


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse an HTML page. Raises RefusedError when it holds no text."""
    text, warnings = decode_page(data)
    if len(text) > limits.text_chars * 4:
        raise RefusedError(SkipReason.TOO_LARGE, f"{len(text):,} characters of HTML")
    root, flattened = _tree(text)
    builder = TextBuilder(limits.text_chars)
    if root is None:
        return builder.parsed("html")  # raises: empty
    title, modified = _title(root), _modified(root)
    main, unseen = furniture.main_part(root)
    for words in unseen:
        builder.leave_unseen(words)
    make_plain(main)
    _Walk(builder).run(main)
    if flattened:
        warnings = (*warnings, "nested too deeply; read without lists and tables")
    return builder.parsed("html", title=title, modified=modified, warnings=warnings)


def add_html(builder: TextBuilder, source: str) -> None:
    """Add the blocks of an HTML fragment, as found inside Markdown."""
    root, _ = _tree(source)
    if root is not None:
        for words in furniture.drop_unseen(root):
            builder.leave_unseen(words)
        make_plain(root)
        _Walk(builder).run(root)


def decode_page(data: bytes) -> tuple[str, tuple[str, ...]]:
    """UTF-8 where it is valid, else the encoding that the page declares, else a guess."""
    declared = _CHARSET.search(data[:4096])
    try:
        return decode(data) if data[:1] in b"\xef\xff\xfe" else (data.decode("utf-8"), ())
    except UnicodeDecodeError:
        pass
    if declared and b"\0" not in data[:1024]:
        try:
            return data.decode(declared.group(1).decode("ascii")), ()
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def _tree(text: str) -> tuple[Element | None, bool]:
    """The page as a tree, and whether it had to be flattened because it is nested too deeply."""
    source = re.sub(r"\A\s*<\?xml[^>]*>", "", clean(text))
    if not source.strip():
        return None, False
    root, too_deep = _parse(source)
    if too_deep:
        root, too_deep = _parse(_NESTING_TAGS.sub("<br>", source))
        return root, True
    return root, False


def _parse(source: str) -> tuple[Element | None, bool]:
    # Without huge_tree libxml2 stops at 256 levels and says so; text below would be lost.
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = lxml_html.document_fromstring(source, parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    too_deep = any("depth" in entry.message.lower() for entry in parser.error_log)
    return root, too_deep


def _title(root: Element) -> str | None:
    og = root.xpath("//meta[@property='og:title']/@content")
    own = [one_line(node.text_content()) for node in root.xpath("//head/title | //title")[:1]]
    heads = [one_line(node.text_content()).rstrip("¶#§ ") for node in root.xpath("//h1")[:2]]
    # "Leave policy - Intranet - ACME" says no more than its <h1>.
    if own and len(heads) == 1 and heads[0] and own[0].startswith(heads[0]):
        return heads[0]
    for candidate in [*map(one_line, og[:1]), *own]:
        if candidate:
            return str(candidate)
    return None


def _modified(root: Element) -> str | None:
    stated: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        value = iso_date(meta.get("content"))
        if value:
            stated.setdefault(name, value)
    for name in _DATES:
        if name in stated:
            return stated[name]
    for node in root.xpath("//article//time[@datetime] | //main//time[@datetime]")[:1]:
        return iso_date(node.get("datetime"))
    return None


@dataclass(slots=True)
class _Walk:
    """One pass over the tree with a stack of our own: depth costs no Python frames."""

    builder: TextBuilder
    buffer: list[str] = field(default_factory=list)
    kinds: list[tuple[BlockKind, int]] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  #: next number of each open list
    marker: str = ""
    pre: int = 0

    def run(self, root: Element) -> None:
        stack: list[tuple[bool, Element]] = [(True, root)]
        while stack:
            opening, node = stack.pop()
            if not opening:
                self._close(node)
                if node is not root:
                    self._say(node.tail)
            elif not isinstance(node.tag, str):
                self._say(node.tail)
            elif self._open(node):
                stack.append((False, node))
                self._say(node.text)
                stack.extend((True, child) for child in reversed(node))
            elif node is not root:
                self._say(node.tail)
        self._flush()

    def _say(self, text: str | None) -> None:
        if text:
            self.buffer.append(text if self.pre else re.sub(r"\s+", " ", text))

    def _open(self, node: Element) -> bool:
        """Begin an element; False when its content is dealt with."""
        tag = node.tag
        if tag in furniture.UNSEEN:
            return False
        if tag == "br":
            self.buffer.append("\n")
            return False
        if tag in ("table", "caption", "figcaption") or tag in _HEADINGS or tag in BLOCKS:
            self._flush()
        if tag == "table" and is_data_table(node):
            add_html_table(self.builder, node)
            return False
        if tag in _HEADINGS:
            self.kinds.append((BlockKind.HEADING, _HEADINGS[tag]))
        elif tag in ("caption", "figcaption"):
            self.kinds.append((BlockKind.CAPTION, 0))
        elif tag == "pre":
            self._flush()
            self.pre += 1
            self.kinds.append((BlockKind.CODE, 0))
        elif tag in _LISTS:
            self.lists.append(_first_number(node) if tag == "ol" else None)
        elif tag == "li":
            self._item(node)
        elif tag == "img" and node.get("alt") and len(node.get("alt")) > 20:
            self._say(f" {node.get('alt')} ")
        return True

    def _item(self, node: Element) -> None:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.marker = f"{number}. "
            self.lists[-1] = number + 1
        said = node.get("aria-level") or ""
        level = int(said) if re.fullmatch("[1-9]", said) else max(1, len(self.lists))
        self.kinds.append((BlockKind.LIST_ITEM, level))

    def _close(self, node: Element) -> None:
        tag = node.tag
        if tag in BLOCKS or tag in _HEADINGS or tag in ("caption", "figcaption", "pre"):
            self._flush()
        self.marker = "" if tag == "li" else self.marker  # of an item that says nothing
        if (tag in _HEADINGS or tag in ("caption", "figcaption", "pre", "li")) and self.kinds:
            self.kinds.pop()
            self.pre -= tag == "pre"
        elif tag in _LISTS and self.lists:
            self.lists.pop()

    def _flush(self) -> None:
        if not self.buffer:
            return
        kind, level = self.kinds[-1] if self.kinds else (BlockKind.PARAGRAPH, 0)
        said = "".join(self.buffer)
        self.buffer.clear()
        if kind is not BlockKind.CODE:
            said = "\n".join(line for line in map(one_line, said.split("\n")) if line)
        if kind is BlockKind.HEADING:
            said = one_line(said).rstrip("¶#§ ")
        if not said.strip() or (kind is not BlockKind.HEADING and furniture.is_call(said)):
            return
        marker, self.marker = (self.marker if kind is BlockKind.LIST_ITEM else ""), ""
        self.builder.add(kind, marker + said, level=level)


def _first_number(node: Element) -> int:
    value = node.get("start") or "1"
    return int(value) if re.fullmatch(r"\d{1,6}", value) else 1
