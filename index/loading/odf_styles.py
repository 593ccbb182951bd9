"""What OpenDocument styles say: hidden text, bold, list numbers, numbers of headings.

Styles stand in two parts, `styles.xml` for named ones and `content.xml` for those made on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.loading.docx_styles import format_number

_FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list or of headings is numbered; ``form`` "" means it is not."""

    form: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shows: int = 1  #: how many levels its number shows, itself included


@dataclass(slots=True)
class Styles:
    """All styles of a document by name."""

    hidden: set[str] = field(default_factory=set)
    bold: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    outline: dict[int, Level] = field(default_factory=dict)

    def add(self, node: etree._Element) -> None:
        """Note what one style says."""
        name = attribute(node, "name") or ""
        self.parents[name] = attribute(node, "parent-style-name") or ""
        for properties in node:
            display = attribute(properties, "display")
            if display in ("none", "false") or attribute(properties, "visibility") == "hidden":
                self.hidden.add(name)
            if attribute(properties, "font-weight") in ("bold", "600", "700", "800", "900"):
                self.bold.add(name)

    def is_hidden(self, name: str | None) -> bool:
        """True when a style, or one it is made from, hides its text."""
        return any(each in self.hidden for each in self._line(name))

    def is_bold(self, name: str | None) -> bool:
        """True when a style, or one it is made from, is bold."""
        return any(each in self.bold for each in self._line(name))

    def named(self, name: str | None, wanted: str) -> bool:
        """True when a style or one it is made from has a name that begins so."""
        return any(each.startswith(wanted) for each in self._line(name))

    def _line(self, name: str | None) -> Iterator[str]:
        for _ in range(_DEEPEST):  # a chain of parents may be a loop in a bad file
            if not name:
                return
            yield name
            name = self.parents.get(name)


def read_styles(*roots: etree._Element | None) -> Styles:
    """The styles of the parts of a document."""
    styles = Styles()
    for root in roots:
        for node in root.iter("{*}style") if root is not None else ():
            styles.add(node)
        for node in root.iter("{*}list-style") if root is not None else ():
            styles.lists[attribute(node, "name") or ""] = _levels(node)
        for node in root.iter("{*}outline-style") if root is not None else ():
            styles.outline = _levels(node)
    return styles


def _levels(node: etree._Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for level in node:
        number = whole(attribute(level, "level"), 1)
        found[number] = Level(
            _FORMS.get(attribute(level, "num-format") or "", ""),
            attribute(level, "num-prefix") or "",
            attribute(level, "num-suffix") or "",
            whole(attribute(level, "start-value"), 1),
            whole(attribute(level, "display-levels"), 1),
        )
    return found


def number_text(levels: dict[int, Level], counts: dict[int, int], depth: int) -> str:
    """The number of a heading or list item, "" where its level has none."""
    level = levels.get(depth, Level())
    if not level.form:
        return ""
    shown = range(max(1, depth - level.shows + 1), depth + 1)
    parts = [
        format_number(counts.get(at, levels.get(at, Level()).start), levels[at].form)
        for at in shown
        if at in levels and levels[at].form
    ]
    return f"{level.before}{'.'.join(parts)}{level.after}"


def attribute(node: etree._Element, name: str) -> str | None:
    """An attribute by its name without the namespace."""
    for key, value in node.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def whole(text: str | None, default: int) -> int:
    """A whole number, or the default where it is none or beyond reason."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default
