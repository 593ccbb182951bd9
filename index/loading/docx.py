"""Word files: paragraphs, headings by style, lists with their numbers, tables, notes, text boxes.

Reads the XML itself, since python-docx leaves out text boxes, notes, content controls and
automatic numbers. Page headers and footers come once, at the end. Left out: deleted, struck
and hidden text, comments, pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.loading.bold_headings import could_head
from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.docx_styles import (
    Numbering,
    Style,
    W,
    is_on,
    is_raised,
    is_struck,
    is_unseen,
    list_place,
    read_numbering,
    read_styles,
    value,
)
from index.loading.limits import Limits, RefusedError
from index.loading.office_parts import core_facts
from index.loading.office_zip import open_zip, read_xml
from index.loading.raised import raised
from index.loading.tables import (
    SPANNED,
    add_table,
    header_rows,
    holds_form,
    looks_like_header,
)
from index.types import BlockKind, SkipReason

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    (
        f"{W}del",
        f"{W}moveFrom",
        f"{W}instrText",
        f"{W}delText",
        f"{W}pPr",
        f"{W}rPr",
        f"{W}sdtPr",
        f"{W}sectPr",
        f"{_MC}Fallback",
        f"{W}txbxContent",
    )
)
_SAID = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}softHyphen": "",
}
_EDGE_PART = re.compile(r"word/(?:header|footer)\d{0,3}\.xml")
_MAX_COLUMNS = 60


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a Word file. Raises RefusedError when it is none, a bomb, encrypted or empty."""
    container = open_zip(data)
    body = read_xml(container, "word/document.xml")
    if body is None:
        names = container.namelist()
        kind = "a ZIP file without a Word document in it"
        kind = next((what for mark, what in _OTHERS if any(mark in name for name in names)), kind)
        raise RefusedError(SkipReason.NOT_AS_NAMED, kind)
    builder = TextBuilder(limits.text_chars)
    walk = _Walk(
        builder,
        read_styles(read_xml(container, "word/styles.xml")),
        read_numbering(read_xml(container, "word/numbering.xml")),
        {
            **_notes(read_xml(container, "word/footnotes.xml"), "footnote"),
            **_notes(read_xml(container, "word/endnotes.xml"), "endnote"),
        },
    )
    walk.run(body)
    for name in sorted(container.namelist()):
        if _EDGE_PART.fullmatch(name):
            edge = read_xml(container, name)
            if edge is not None:
                walk.add_edge(edge)
    title, modified = core_facts(container)
    return builder.parsed("docx", title=title, modified=modified)


_OTHERS = (
    ("xl/workbook", "a spreadsheet"),
    ("ppt/presentation", "a presentation"),
    ("content.xml", "an OpenDocument file"),
)


def _notes(root: etree._Element | None, name: str) -> dict[tuple[str, str], etree._Element]:
    """Notes by kind and id, without the separators Word keeps among them."""
    if root is None:
        return {}
    return {
        (name, node.get(f"{W}id", "")): node
        for node in root.findall(f"{W}{name}")
        if node.get(f"{W}type", "normal") == "normal"
    }


@dataclass(slots=True)
class _Walk:
    builder: TextBuilder
    styles: dict[str, Style]
    numbering: Numbering
    notes: dict[tuple[str, str], etree._Element]
    deepest: int = 0  #: level of the last heading by style
    due: list[tuple[str, str]] = field(default_factory=list)
    edges: set[str] = field(default_factory=set)
    keeps_struck: bool = False  #: all words are struck, so that none would be left

    def run(self, body: etree._Element) -> None:
        """Add all blocks in reading order."""
        self.keeps_struck = all(map(is_struck, _runs_of(body)))
        for node in blocks_of(body):
            if node.tag == f"{W}tbl":
                self._table(node)
            else:
                self._paragraph(node)
            self._add_due_notes()

    def add_edge(self, part: etree._Element) -> None:
        """Add a page header or footer: once, at the end, and only what is more than a number."""
        for node in blocks_of(part):
            # A text box comes as a block of its own, after the paragraph it hangs on.
            lines = [node] if node.tag == f"{W}p" else node.iter(f"{W}p")
            said = one_line(" ".join(map(self._text, lines)))
            if len(said.split()) > 2 and said not in self.edges:
                self.edges.add(said)
                self.builder.add(BlockKind.PARAGRAPH, said)

    def _paragraph(self, node: etree._Element) -> None:
        properties = node.find(f"{W}pPr")
        named = value(properties.find(f"{W}pStyle")) if properties is not None else None
        style = self.styles.get(named or "", Style())
        text = self._text(node)
        place = list_place(properties) or style.numbering
        level = style.level or _outline(properties)
        if not text.strip():
            if place and any(map(is_struck, _runs_of(node))):
                self.numbering.next(*place)  # struck words keep their number
            return
        if place and place[0] != "0":
            number = self.numbering.next(*place)
            text = f"{number} {text.strip()}" if number else text
        if level:
            self.deepest = level
            self.builder.add(BlockKind.HEADING, one_line(text), level=level)
        elif style.caption:
            self.builder.add(BlockKind.CAPTION, text)
        elif place and place[0] != "0":
            self.builder.add(BlockKind.LIST_ITEM, text, level=place[1] + 1)
        elif self._is_bold_heading(node, text, style):
            self.builder.add(BlockKind.HEADING, one_line(text), level=min(6, self.deepest + 1))
        else:
            self.builder.add(BlockKind.PARAGRAPH, text)

    def _is_bold_heading(self, node: etree._Element, text: str, style: Style) -> bool:
        """A line all in bold that heads what follows."""
        if not could_head(text, first=self.builder.is_empty):
            return False
        runs = [run for run in _runs_of(node) if self.keeps_struck or not is_struck(run)]
        own = [run.find(f"{W}rPr/{W}b") for run in runs]
        return bool(runs) and all(style.bold if bold is None else is_on(bold) for bold in own)

    def _table(self, table: etree._Element) -> None:
        """A table, then those inside its cells, each under the other words of its row."""
        for inner in table.iter(f"{W}tbl"):
            if any(True for _ in inner.iterancestors(f"{_MC}Fallback")):
                continue
            row = next(inner.iterancestors(f"{W}tr"), None) if inner is not table else None
            if row is not None and len(list(rows_of(row.getparent()))) > 1:
                said = " | ".join(one_line(cell) for cell in self._row(row) if one_line(cell))
                self.builder.add(BlockKind.CAPTION, said)
            self._own_rows(inner)

    def _own_rows(self, table: etree._Element) -> None:
        nodes = list(rows_of(table))
        rows = [self._row(row) for row in nodes]
        _repeat_merged(rows)
        places = [place for place, row in enumerate(rows) if any(map(one_line, row))]
        while len(places) > 2 and _is_title(rows[places[0]]):
            self.builder.add(BlockKind.CAPTION, one_line(rows[places.pop(0)][0]))
        filled = [rows[place] for place in places]
        if not filled:
            return
        if max(map(len, filled)) == 1 or (len(filled) == 1 and len(filled[0]) < 3):
            for row in filled:
                for cell in row:
                    self.builder.add(BlockKind.PARAGRAPH, cell)
            return
        header = _header_rows([nodes[place] for place in places], filled)
        add_table(self.builder, filled, header, repeats=False)

    def _row(self, row: etree._Element) -> list[str]:
        cells: list[str] = []
        for cell in cells_of(row):
            properties = cell.find(f"{W}tcPr")
            span = value(properties.find(f"{W}gridSpan")) if properties is not None else None
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            below = merge is not None and value(merge) != "restart"
            said = (
                "\x00"
                if below
                else "\n".join(part for part in map(self._text, _lines_of(cell)) if part.strip())
            )
            wide = int(span) if span and span.isdigit() else 1
            cells += [said, *[SPANNED] * (min(wide, _MAX_COLUMNS - len(cells)) - 1)]
        return cells

    def _text(self, paragraph: etree._Element) -> str:
        """Visible text of one paragraph; notes it refers to become due."""
        out: list[str] = []
        unseen: list[str] = []
        stack = [paragraph]
        while stack:
            node = stack.pop()
            if not isinstance(node.tag, str) or (node.tag in _SKIPPED):
                continue
            if node.tag in (f"{W}t", f"{_M}t"):
                above = is_raised(node.getparent())
                said = node.text or ""
                out.append(raised(said, "".join(out[-1:])) if above else said)
            elif node.tag in _SAID:
                out.append(_SAID[node.tag])
            elif node.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = node.tag.removeprefix(W).removesuffix("Reference")
                self.due.append((kind, node.get(f"{W}id", "")))
            elif node.tag == f"{W}r" and is_unseen(node, paragraph):
                unseen += [part.text or "" for part in node.iter(f"{W}t")]
            elif node.tag != f"{W}r" or self.keeps_struck or not is_struck(node):
                stack.extend(reversed(node))
        self.builder.leave_unseen("".join(unseen))
        return "".join(out)

    def _add_due_notes(self) -> None:
        while self.due:
            note = self.notes.pop(self.due.pop(0), None)  # said once, and no note can loop
            if note is not None:
                said = " ".join(map(self._text, note.iter(f"{W}p")))
                self.builder.add(BlockKind.PARAGRAPH, one_line(said))


def blocks_of(body: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables in reading order; a text box follows the paragraph it hangs on."""
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str) or node.tag in (f"{W}del", f"{W}moveFrom", f"{W}sectPr"):
            continue
        if node.tag == f"{W}tbl":
            yield node
        elif node.tag == f"{W}p":
            yield node
            boxes = [
                box
                for box in node.iter(f"{W}txbxContent")
                if not any(True for _ in box.iterancestors(f"{_MC}Fallback"))
                and next(box.iterancestors(f"{W}p")) is node
            ]
            stack.extend(reversed(boxes))
        else:
            stack.extend(reversed(node))


def _runs_of(node: etree._Element) -> Iterator[etree._Element]:
    """Runs that hold words."""
    for run in node.iter(f"{W}r"):
        if any((t.text or "").strip() for t in run.findall(f"{W}t")):
            yield run


def rows_of(table: etree._Element) -> Iterator[etree._Element]:
    """Rows of this table, not of tables inside it, content controls looked through."""
    yield from _children(table, f"{W}tr")


def cells_of(row: etree._Element) -> Iterator[etree._Element]:
    """Cells of a row, content controls looked through."""
    yield from _children(row, f"{W}tc")


def _lines_of(cell: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs of a cell, but of no table inside it."""
    for node in cell.iter(f"{W}p"):
        if next(node.iterancestors(f"{W}tc")) is cell:
            yield node


def _children(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    stack = list(reversed(node))
    while stack:
        child = stack.pop()
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            stack.extend(reversed(child))


def _repeat_merged(rows: list[list[str]]) -> None:
    """A cell merged with the one above says the same, so that every row can be read alone."""
    for above, row in zip([[], *rows], rows, strict=False):
        for place, cell in enumerate(row):
            if cell == "\x00":
                row[place] = above[place] if place < len(above) else ""


def _is_title(row: list[str]) -> bool:
    """True for a row that is one cell across the whole table."""
    return len(row) > 1 and all(cell == SPANNED for cell in row[1:])


def _header_rows(nodes: list[etree._Element], rows: list[list[str]]) -> int:
    """How many rows name the columns."""
    said = is_on(nodes[0].find(f"{W}trPr/{W}tblHeader"))
    found = header_rows(rows, [_is_bold(node) for node in nodes], said)
    if found or len(rows) < 2 or len(rows[0]) < 3 or not looks_like_header(rows[0]):
        return found
    if holds_form(rows):
        return 0
    # Without any sign, only a first row unlike those below: they hold numbers where it has none.
    digits = [sum(any(c.isdigit() for c in cell) for cell in row) for row in rows]
    return int(digits[0] == 0 and all(digits[1:]))


def _is_bold(row: etree._Element) -> bool:
    runs = [run for run in row.iter(f"{W}r") if run.find(f"{W}t") is not None]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def _outline(properties: etree._Element | None) -> int:
    said = value(properties.find(f"{W}outlineLvl")) if properties is not None else None
    return min(6, int(said) + 1) if said and said.isdigit() and int(said) < 9 else 0
