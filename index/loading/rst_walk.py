"""From docutils' tree to blocks; see `rst` for what is switched off and why.

docutils reports what it does not know as a message that holds the source: an unknown directive's
body is parsed again by itself, an unknown role keeps its words.
"""

from __future__ import annotations

import io
import re
from textwrap import dedent

from docutils import nodes  # type: ignore[import-untyped]
from docutils.core import publish_doctree  # type: ignore[import-untyped]

from index.loading.builder import TextBuilder, one_line
from index.loading.tables import add_table
from index.types import BlockKind

_MAX_DEPTH = 12  #: of unknown directives within each other
_DISABLED = re.compile(r'"(?:include|raw)" directive disabled|ignoring "csv-table"', re.I)
_DIRECTIVE = re.compile(
    r"\.\. +(?P<name>[\w:.+-]+?)::[ ]*(?P<argument>[^\n]*)\n?(?P<body>.*)", re.S
)
_OPTION = re.compile(r"[ \t]*:[\w-]+:[^\n]*\n?")
_ROLE = re.compile(r":[\w:.+-]+:`(?P<text>[^`]*)`|`(?P<after>[^`]*)`:[\w:.+-]+:")
_LABELLED = re.compile(r"(?P<text>.+?)\s*<[^<>]*>$", re.S)
_NO_WORDS = frozenset(
    "toctree image figure include literalinclude raw only contents index highlight currentmodule "
    "module automodule autoclass autofunction automethod autodata meta tabularcolumns".split()
)
_SIGNATURES = frozenset(
    "function method class attribute data exception decorator classmethod staticmethod property "
    "option envvar confval macro type struct member program cmdoption describe object".split()
)
_ADMONITIONS = (
    nodes.attention, nodes.caution, nodes.danger, nodes.error, nodes.hint, nodes.important,
    nodes.note, nodes.tip, nodes.warning,
)  # fmt: skip
_SILENT = (
    nodes.comment, nodes.substitution_definition, nodes.target, nodes.pending, nodes.raw,
    nodes.image, nodes.meta, nodes.decoration, nodes.transition,
)  # fmt: skip
_SETTINGS: dict[str, object] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,  # no docutils.conf of the folder or the user is read
    "report_level": 1,  # messages stay in the tree, where they hold what was not understood
    "halt_level": 5,
    "traceback": True,  # errors come to us instead of ending the process
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": 10_000,
}


def read(builder: TextBuilder, text: str) -> tuple[str | None, str | None, int]:
    """Add the blocks of a text; its title, the date it states, and how many files it includes.

    Raises RecursionError where the text is nested more deeply than docutils can follow.
    """
    walk = _Walk(builder)
    document = _tree(text)
    walk.children(document)
    return document.get("title"), walk.date, walk.not_read


def _tree(text: str) -> nodes.document:
    overrides = {**_SETTINGS, "warning_stream": io.StringIO()}
    return publish_doctree(text, settings_overrides=overrides)


class _Walk:
    """One pass over a tree; `depth` counts trees within trees."""

    def __init__(self, builder: TextBuilder, depth: int = 0, level: int = 0) -> None:
        self._builder = builder
        self._depth = depth
        self._level = level  #: of the section we are in
        self._lists = 0
        self._lead = ""  #: what the next words begin with: a number, a term
        self.date: str | None = None
        self.not_read = 0

    def children(self, node: nodes.Element) -> None:
        for child in node.children:
            if isinstance(child, nodes.Element):
                self._node(child)

    def _node(self, node: nodes.Element) -> None:
        if isinstance(node, _SILENT):
            return
        if isinstance(node, nodes.title | nodes.subtitle):
            self._title(node)
        elif isinstance(node, nodes.section):
            self._level += 1
            self.children(node)
            self._level -= 1
        elif isinstance(node, nodes.table):
            self._table(node)
        elif isinstance(node, nodes.docinfo):
            self._facts(node)
        elif isinstance(node, nodes.system_message):
            self._message(node)
        elif isinstance(node, nodes.bullet_list | nodes.enumerated_list):
            self._list(node)
        elif isinstance(node, nodes.field | nodes.option_list_item):
            name, body = (words(child) for child in node.children[:2])
            self._builder.add(BlockKind.TABLE_ROW, f"{name}: {body}" if body else name)
        elif isinstance(node, nodes.topic) and "contents" in node.get("classes", ()):
            return
        elif isinstance(node, nodes.footnote | nodes.citation):
            self._footnote(node)
        elif isinstance(node, _ADMONITIONS):
            self._lead = f"{node.tagname.capitalize()}: "
            self.children(node)
        else:
            self._words(node)

    def _words(self, node: nodes.Element) -> None:
        if isinstance(node, nodes.literal_block | nodes.doctest_block | nodes.math_block):
            self._add(BlockKind.CODE, node.astext())
        elif isinstance(node, nodes.term):
            self._lead += words(node) + "\n"
        elif isinstance(node, nodes.line_block):
            lines = (words(line) for line in node.findall(nodes.line))
            self._add(BlockKind.PARAGRAPH, "\n".join(lines))
        elif isinstance(node, nodes.caption):
            self._add(BlockKind.CAPTION, words(node))
        elif isinstance(node, nodes.TextElement):
            kind = BlockKind.LIST_ITEM if self._lists else BlockKind.PARAGRAPH
            self._add(kind, words(node), self._lists)
        else:
            self.children(node)

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        lead, self._lead = (self._lead if kind is not BlockKind.CODE else ""), ""
        self._builder.add(kind, lead + text, level)

    def _title(self, node: nodes.Element) -> None:
        if isinstance(node.parent, nodes.document | nodes.section):
            # The title of the document stands above the sections, whose own level is one less.
            below = isinstance(node, nodes.subtitle) or self._level > 0
            level = min(6, self._level + 1 if below else 1) if self._titled(node) else self._level
            self._builder.add(BlockKind.HEADING, words(node), max(1, level))
        else:
            self._add(BlockKind.CAPTION, words(node))

    def _titled(self, node: nodes.Element) -> bool:
        return isinstance(node.document, nodes.document) and bool(node.document.get("title"))

    def _list(self, node: nodes.Element) -> None:
        self._lists += 1
        number = int(node.get("start", 1)) if isinstance(node, nodes.enumerated_list) else None
        for item in node.children:
            if number is not None:
                self._lead, number = f"{number}. ", number + 1
            if isinstance(item, nodes.Element):
                self.children(item)
            self._lead = ""
        self._lists -= 1

    def _facts(self, node: nodes.Element) -> None:
        for fact in node.children:
            if not isinstance(fact, nodes.Element):
                continue
            if isinstance(fact, nodes.date):
                self.date = fact.astext()
            if isinstance(fact, nodes.field):
                self._node(fact)
            else:
                said = f"{fact.tagname.capitalize()}: {words(fact)}"
                self._builder.add(BlockKind.TABLE_ROW, said)

    def _footnote(self, node: nodes.Element) -> None:
        for child in node.children:
            if isinstance(child, nodes.label):
                self._lead = f"[{child.astext()}] "
            elif isinstance(child, nodes.Element):
                self._node(child)

    def _table(self, node: nodes.Element) -> None:
        for title in node.findall(nodes.title):
            self._add(BlockKind.CAPTION, words(title))
        for group in node.findall(nodes.tgroup):
            head = [row for part in group.findall(nodes.thead) for row in _grid(part)]
            body = [row for part in group.findall(nodes.tbody) for row in _grid(part)]
            names = [" ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*head)]  # noqa: B905
            add_table(self._builder, [names, *body] if names else body, header=bool(names))

    def _message(self, node: nodes.Element) -> None:
        said = words(node.children[0]) if node.children else ""
        if _DISABLED.search(said):
            self.not_read += 1
            return
        if node.get("level", 0) < 3:
            return  # warnings: the words stand in the tree
        for block in node.findall(nodes.literal_block):
            self._source(block.astext())

    def _source(self, source: str) -> None:
        """What docutils could not make out: an unknown directive, a broken table."""
        if source.startswith(".. |"):
            return  # the definition of a name that stands for other words
        match = _DIRECTIVE.match(source)
        if match is None:
            self._builder.add(BlockKind.CODE, source)
            return
        name, argument = match["name"].lower(), one_line(match["argument"])
        if name == "literalinclude":
            self.not_read += 1
        short = name.rpartition(":")[2]
        if short in _NO_WORDS:
            return
        body = dedent(match["body"])
        while option := _OPTION.match(body):
            body = body[option.end() :]
        if argument:
            is_signature = short in _SIGNATURES or ":" in name
            kind = BlockKind.CODE if is_signature else BlockKind.PARAGRAPH
            self._builder.add(kind, argument if is_signature else f"{short} {argument}")
        if body.strip():
            self._nested(body)

    def _nested(self, body: str) -> None:
        if self._depth >= _MAX_DEPTH:
            self._builder.add(BlockKind.CODE, body)
            return
        inner = _Walk(self._builder, self._depth + 1, self._level)
        inner.children(_tree(body))
        self.not_read += inner.not_read


def words(node: nodes.Node) -> str:
    """The words of a node in one line."""
    return one_line("".join(_pieces(node)))


def _pieces(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Text):
        return [node.astext()]
    if isinstance(node, nodes.problematic):
        return [_ROLE.sub(_role_words, node.astext())]
    if isinstance(node, nodes.image):
        return [node.get("alt", "")]
    if isinstance(node, nodes.footnote_reference | nodes.citation_reference):
        return [f"[{node.astext()}]"]
    apart = isinstance(node, nodes.TextElement) is False
    out: list[str] = []
    for child in node.children:
        out += _pieces(child)
        if apart:
            out.append(" ")
    return out


def _role_words(match: re.Match[str]) -> str:
    said = match["text"] if match["text"] is not None else match["after"]
    labelled = _LABELLED.fullmatch(said)
    if labelled:
        return labelled["text"]
    return said.rpartition(".")[2] if said.startswith("~") else said.lstrip("!")


def _grid(part: nodes.Element) -> list[list[str]]:
    """Rows of cells, those that span several rows or columns repeated."""
    rows: list[list[str]] = []
    carried: dict[int, tuple[int, str]] = {}
    for row in part.findall(nodes.row):
        line: list[str] = []
        for entry in row.findall(nodes.entry):
            while len(line) in carried:
                _carry(line, carried)
            said = words(entry)
            for _ in range(int(entry.get("morecols", 0)) + 1):
                if entry.get("morerows"):
                    carried[len(line)] = (int(entry["morerows"]), said)
                line.append(said)
        while len(line) in carried:
            _carry(line, carried)
        rows.append(line)
    return rows


def _carry(line: list[str], carried: dict[int, tuple[int, str]]) -> None:
    left, said = carried.pop(len(line))
    if left > 1:
        carried[len(line)] = (left - 1, said)
    line.append(said)
