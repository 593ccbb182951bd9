"""What Word's styles and numbering say about a paragraph: heading level, list depth, its number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_HEADING_NAME = re.compile(r"heading\s*([1-9])$", re.I)


#: What can lay a colour under the letters of a run or paragraph.
_GROUNDS = frozenset(f"{W}{name}" for name in ("shd", "highlight", "pStyle", "rStyle"))


@dataclass(frozen=True, slots=True)
class Style:
    """One paragraph style, with what it inherits already looked up."""

    level: int = 0  #: heading level, 0 when it is no heading
    caption: bool = False
    bold: bool = False
    numbering: tuple[str, int] | None = None  #: numbering id and depth from 0


@dataclass(slots=True)
class Numbering:
    """Word's automatic numbers, counted along while paragraphs go by."""

    #: numbering id -> depth -> (format, text such as "%1.%2", start)
    levels: dict[str, dict[int, tuple[str, str, int]]]
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, number_id: str, depth: int) -> str:
        """The number of the next paragraph of this list, "" for a bullet."""
        levels = self.levels.get(number_id, {})
        if depth not in levels:
            return ""
        counts = self.counters.setdefault(number_id, {})
        counts[depth] = counts.get(depth, levels[depth][2] - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        form, text, _ = levels[depth]
        if form in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            form_at, _, start = levels.get(at, ("decimal", "", 1))
            return format_number(counts.get(at, start), form_at)

        return re.sub(r"%([1-9])", shown, text).strip()


def format_number(number: int, form: str) -> str:
    """A number the way Word's format names it; unknown formats are shown as digits."""
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman.lower() if form == "lowerRoman" else roman
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    steps = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
    out = ""
    for value, sign in steps:
        out += sign * (number // value)
        number %= value
    return out


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """Paragraph styles by id."""
    if root is None:
        return {}
    nodes = {node.get(f"{W}styleId", ""): node for node in root.iter(f"{W}style")}
    return {name: _resolve(name, nodes) for name in nodes}


def _resolve(name: str, nodes: dict[str, etree._Element]) -> Style:
    level, caption, bold = 0, False, False
    numbering: tuple[str, int] | None = None
    seen: set[str] = set()
    while name in nodes and name not in seen:  # a chain of parents may be a loop in a bad file
        seen.add(name)
        node = nodes[name]
        title = value(node.find(f"{W}name")) or ""
        heading = _HEADING_NAME.match(title)
        outline = value(node.find(f"{W}pPr/{W}outlineLvl"))
        if not level and heading:
            level = min(6, int(heading.group(1)))
        elif not level and title.lower() == "title":
            level = 1
        elif not level and outline and outline.isdigit() and int(outline) < 9:
            level = min(6, int(outline) + 1)
        caption = caption or title.lower() == "caption"
        bold = bold or is_on(node.find(f"{W}rPr/{W}b"))
        numbering = numbering or list_place(node.find(f"{W}pPr"))
        name = value(node.find(f"{W}basedOn")) or ""
    return Style(level, caption, bold, numbering)


def read_numbering(root: etree._Element | None) -> Numbering:
    """The lists a document defines."""
    if root is None:
        return Numbering({})
    abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
    for node in root.findall(f"{W}abstractNum"):
        levels: dict[int, tuple[str, str, int]] = {}
        for level in node.findall(f"{W}lvl"):
            start = value(level.find(f"{W}start")) or "1"
            levels[_depth(level.get(f"{W}ilvl"))] = (
                value(level.find(f"{W}numFmt")) or "decimal",
                value(level.find(f"{W}lvlText")) or "",
                int(start) if start.isdigit() else 1,
            )
        abstract[node.get(f"{W}abstractNumId", "")] = levels
    return Numbering(
        {
            node.get(f"{W}numId", ""): abstract.get(value(node.find(f"{W}abstractNumId")) or "", {})
            for node in root.findall(f"{W}num")
        }
    )


def list_place(properties: etree._Element | None) -> tuple[str, int] | None:
    """Numbering id and depth from 0 that paragraph properties give, None when they give none."""
    node = properties.find(f"{W}numPr") if properties is not None else None
    if node is None:
        return None
    number_id = value(node.find(f"{W}numId"))
    if number_id is None:
        return None
    return number_id, _depth(value(node.find(f"{W}ilvl")))


def value(node: etree._Element | None) -> str | None:
    """The ``w:val`` of a node."""
    return None if node is None else node.get(f"{W}val")


def is_on(node: etree._Element | None) -> bool:
    """Word's switches: present means on unless it says otherwise."""
    return node is not None and (value(node) or "true") not in ("0", "false", "none", "off")


def _depth(text: str | None) -> int:
    return min(8, int(text)) if text and text.isdigit() else 0


def is_unseen(run: etree._Element, paragraph: etree._Element) -> bool:
    """True for a run that is hidden, smaller than anybody reads, or white on the white page.

    White is taken for unseen only where nothing can lie under it: no style, shading or highlight,
    no table, no text box. A table's or a shape's own colour is not looked up.
    """
    properties = run.find(f"{W}rPr")
    if properties is None:
        return False
    size = value(properties.find(f"{W}sz"))  # in half points
    if is_on(properties.find(f"{W}vanish")) or (size and size.isdigit() and int(size) <= 2):
        return True
    if (value(properties.find(f"{W}color")) or "").upper() != "FFFFFF":
        return False
    around = paragraph.find(f"{W}pPr")
    grounds = (*properties, *(around if around is not None else ()))
    if any(node.tag in _GROUNDS for node in grounds):
        return False
    root = run.getroottree().getroot()
    return root.find(f"{W}background") is None and not any(
        True for _ in run.iterancestors(f"{W}tc", f"{W}txbxContent")
    )


def is_raised(run: etree._Element | None) -> bool:
    """True for a run that is set above the line."""
    return run is not None and value(run.find(f"{W}rPr/{W}vertAlign")) == "superscript"


def is_struck(run: etree._Element) -> bool:
    """True for a run whose words are struck out, by one line or two."""
    return any(is_on(run.find(f"{W}rPr/{W}{name}")) for name in ("strike", "dstrike"))
