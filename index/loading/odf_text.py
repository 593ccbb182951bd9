"""The flow of an OpenDocument text: headings, paragraphs, lists, tables, notes and text boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.loading.builder import TextBuilder, one_line
from index.loading.odf_styles import Level, Styles, attribute, number_text, whole
from index.loading.tables import SPANNED, add_table, header_rows
from index.types import BlockKind

_SKIPPED = frozenset(
    "tracked-changes annotation annotation-end table-of-content alphabetical-index "
    "illustration-index table-index object-index user-index bibliography sequence-decls "
    "variable-decls user-field-decls forms note note-citation ruby-text hidden-paragraph "
    "script notes title desc object object-ole".split()
)
_LOOKED_THROUGH = frozenset(
    "text section index-body frame text-box custom-shape g page-thumbnail body header footer "
    "page-sequence rect ellipse line connector".split()
)
_BOXES = frozenset(("frame", "custom-shape", "text-box", "table", ""))  #: not in the line of text
_BOLD_HEADING_CHARS = 80
_MAX_COLUMNS = 60
_MAX_ROWS = 200_000  #: of a table, repeated rows counted each
_DEEPEST = 60


def local(node: etree._Element) -> str:
    """An element's name without its namespace; "" for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


@dataclass(slots=True)
class Walk:
    """Adds the blocks of a document, or of one slide, to a builder."""

    builder: TextBuilder
    styles: Styles
    page: int | None = None
    deepest: int = 0  #: level of the last heading by style
    headings: dict[int, int] = field(default_factory=dict)
    lists: dict[str, dict[int, int]] = field(default_factory=dict)

    def run(self, nodes: Iterable[etree._Element], depth: int = 0) -> None:
        """Add everything in some nodes, or inside one, in reading order."""
        for child in nodes:
            if depth > _DEEPEST:
                for paragraph in child.iter("{*}p"):
                    self._paragraph(paragraph)
                continue
            kind = local(child)
            if kind == "p":
                self._paragraph(child)
                self._hanging(child, depth)
            elif kind == "h":
                self._heading(child)
                self._hanging(child, depth)
            elif kind in ("list", "numbered-paragraph"):
                self._list(child, attribute(child, "style-name") or "", 1, depth)
            elif kind == "table":
                self._table(child, depth)
            elif kind in _LOOKED_THROUGH:
                self.run(child, depth + 1)

    def add_edges(self, root: etree._Element | None) -> None:
        """Add page headers and footers: once, at the end, and only what is more than a number."""
        seen: set[str] = set()
        for page in root.iter("{*}master-page") if root is not None else ():
            for edge in page:
                said = one_line(" ".join(self.text(node) for node in edge.iter("{*}p", "{*}h")))
                alike = re.sub(r"\d+", "#", said)  # but for the page's number
                if len(said.split()) > 2 and alike not in seen:
                    seen.add(alike)
                    self.builder.add(BlockKind.PARAGRAPH, said)

    def _hanging(self, paragraph: etree._Element, depth: int) -> None:
        """Notes of a paragraph, and text boxes that hang on it, follow it."""
        for node in paragraph.iter("{*}note-body", "{*}text-box", "{*}custom-shape"):
            if _nearest_paragraph(node) is not paragraph:
                continue
            if local(node) == "note-body":
                said = " ".join(map(self.text, node.iter("{*}p")))
                self.builder.add(BlockKind.PARAGRAPH, one_line(said), page=self.page)
            else:
                self.run(node, depth + 1)

    def _heading(self, node: etree._Element, number: str = "") -> None:
        level = min(6, max(1, whole(attribute(node, "outline-level"), 1)))
        text = self.text(node)
        if self.styles.is_hidden(attribute(node, "style-name")):
            self.builder.leave_unseen(text)
            return
        if not text.strip():
            return
        if not number and attribute(node, "is-list-header") != "true":
            number = _next(self.headings, self.styles.outline, level)
        self.deepest = level
        self.builder.add(BlockKind.HEADING, one_line(f"{number} {text}"), level, self.page)

    def _paragraph(self, node: etree._Element) -> None:
        style = attribute(node, "style-name")
        text = self.text(node)
        if self.styles.is_hidden(style):
            self.builder.leave_unseen(text)
            return
        if not text.strip():
            return
        if self.styles.named(style, "Title"):
            self.builder.add(BlockKind.HEADING, one_line(text), 1, self.page)
        elif any(self.styles.named(style, name) for name in ("Caption", "Illustration", "Figure")):
            self.builder.add(BlockKind.CAPTION, text, page=self.page)
        elif self.page is None and self._is_bold_heading(node, text):
            level = min(6, self.deepest + 1)
            self.builder.add(BlockKind.HEADING, one_line(text), level, self.page)
        else:
            self.builder.add(BlockKind.PARAGRAPH, text, page=self.page)

    def _is_bold_heading(self, node: etree._Element, text: str) -> bool:
        """Many writers make headings by hand: a short line all in bold."""
        said = text.strip()
        if len(said) > _BOLD_HEADING_CHARS or "\n" in said or said.endswith((".", ",", ";", "!")):
            return False
        return self.is_bold(node)

    def is_bold(self, paragraph: etree._Element) -> bool:
        """True when all words of a paragraph are bold, by its own style or its spans'."""
        if self.styles.is_bold(attribute(paragraph, "style-name")):
            return True
        spans = list(paragraph.iterchildren("{*}span"))
        bare = [paragraph.text, *(child.tail for child in paragraph)]
        return (
            bool(spans)
            and not any((text or "").strip() for text in bare)
            and all(self.styles.is_bold(attribute(span, "style-name")) for span in spans)
        )

    def _list(self, node: etree._Element, style: str, level: int, depth: int) -> None:
        """A list's items with their numbers; ``level`` counts from 1."""
        style = attribute(node, "style-name") or style
        counts = self.lists.setdefault(style, {})
        goes_on = attribute(node, "continue-numbering") == "true" or attribute(
            node, "continue-list"
        )
        if level == 1 and not goes_on:
            counts.clear()
        levels = self.styles.lists.get(style, {})
        for item in node:
            said = local(item) == "list-header"  # only the first paragraph has the item's number
            start = whole(attribute(item, "start-value"), 0)
            for child in item:
                kind = local(child)
                if kind == "list" and depth < _DEEPEST:
                    self._list(child, style, level + 1, depth + 1)
                elif kind in ("p", "h") and self.text(child).strip():
                    number = "" if said else _next(counts, levels, level, start)
                    said = True
                    self._item(child, number, level)
                    self._hanging(child, depth)
                elif kind == "table":
                    self._table(child, depth)

    def _item(self, node: etree._Element, number: str, level: int) -> None:
        if local(node) == "h":
            self._heading(node, number)
        else:
            said = f"{number} {self.text(node).strip()}".strip()
            self.builder.add(BlockKind.LIST_ITEM, said, min(level, 9), self.page)

    def _table(self, table: etree._Element, depth: int) -> None:
        rows: list[list[str]] = []
        bold: list[bool] = []
        marked = False
        for row in _rows(table):
            cells, heavy = self._row(row, rows[-1] if rows else [])
            times = max(1, whole(attribute(row, "number-rows-repeated"), 1))
            if any(map(one_line, cells)) and len(rows) < _MAX_ROWS:
                marked = marked or (not rows and local(row.getparent()) == "table-header-rows")
                rows += [cells] * min(times, _MAX_ROWS - len(rows))
                bold += [heavy] * min(times, _MAX_ROWS - len(bold))
        if rows and max(map(len, rows)) == 1 and depth < _DEEPEST:  # a box around text, no table
            for row in _rows(table):
                for cell in row.iterchildren("{*}table-cell"):
                    self.run(cell, depth + 1)
            return
        if rows:
            header = header_rows(rows, bold, marked)
            add_table(self.builder, rows, header, self.page, repeats=False)
        for inner in _inner_tables(table):  # each under the other words of its row
            row = next(inner.iterancestors("{*}table-row"))
            if len(rows) > 1:
                said = " | ".join(filter(None, map(one_line, self._row(row, [])[0])))
                self.builder.add(BlockKind.CAPTION, said, page=self.page)
            self.run([inner], depth + 1)

    def _row(self, row: etree._Element, above: list[str]) -> tuple[list[str], bool]:
        cells: list[str] = []
        heavy = True
        spanned = 0
        for cell in row:
            kind = local(cell)
            times = max(1, whole(attribute(cell, "number-columns-repeated"), 1))
            room = min(times, _MAX_COLUMNS - len(cells))
            if kind == "covered-table-cell":
                for _ in range(room):
                    # Covered from the left, or from above: then every row can be read alone.
                    place = len(cells)
                    from_above = above[place] if place < len(above) else ""
                    cells.append(SPANNED if spanned > 0 else from_above)
                    spanned -= 1
            elif kind == "table-cell":
                paragraphs = [node for node in cell.iter("{*}p", "{*}h") if _is_own(node, cell)]
                said = "\n".join(text for text in map(self.text, paragraphs) if text.strip())
                heavy = heavy and all(map(self.is_bold, paragraphs))
                spanned = whole(attribute(cell, "number-columns-spanned"), 1) - 1
                cells += [said] * room
        return cells, heavy

    def text(self, paragraph: etree._Element) -> str:
        """Visible text of one paragraph, without its notes and boxes."""
        return "".join(_pieces(paragraph, self.styles))


def _pieces(paragraph: etree._Element, styles: Styles) -> Iterator[str]:
    stack: list[etree._Element | str] = [paragraph]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        kind = local(node)
        if node is not paragraph and node.tail:
            stack.append(node.tail)  # it follows all that is inside
        if kind == "s":
            yield " " * min(1000, whole(attribute(node, "c"), 1))
        elif kind in ("tab", "line-break"):
            yield "\t" if kind == "tab" else "\n"
        elif kind not in _SKIPPED | _BOXES and not _is_hidden(node, kind, styles):
            stack.extend(reversed(node))
            yield node.text or ""


def _is_hidden(node: etree._Element, kind: str, styles: Styles) -> bool:
    if kind == "hidden-text":
        return attribute(node, "is-hidden") != "false"
    return kind == "span" and styles.is_hidden(attribute(node, "style-name"))


def _next(counts: dict[int, int], levels: dict[int, Level], depth: int, start: int = 0) -> str:
    """Count one more at this depth; deeper counts begin anew. The number as it is shown."""
    first = levels.get(depth, Level()).start
    counts[depth] = start or counts.get(depth, first - 1) + 1
    for deeper in [other for other in counts if other > depth]:
        del counts[deeper]
    return number_text(levels, counts, depth)


def _nearest_paragraph(node: etree._Element) -> etree._Element | None:
    return next((above for above in node.iterancestors() if local(above) in ("p", "h")), None)


def _is_own(node: etree._Element, cell: etree._Element) -> bool:
    """False for paragraphs of comments and of tables inside a cell."""
    for above in node.iterancestors():
        if above is cell:
            return True
        if local(above) in _SKIPPED or local(above) == "table":
            return False
    return True


def _inner_tables(table: etree._Element) -> list[etree._Element]:
    """Tables right inside the cells of a table."""
    return [
        inner
        for inner in table.iterdescendants("{*}table")
        if next(inner.iterancestors("{*}table")) is table
    ]


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Rows of this table, not of tables inside it."""
    stack = list(reversed(table))
    while stack:
        node = stack.pop()
        kind = local(node)
        if kind == "table-row":
            yield node
        elif kind in ("table-rows", "table-row-group", "table-header-rows"):
            stack.extend(reversed(node))
