"""The shapes of a PowerPoint slide that may hold words, and where each lies.

A placeholder that says no place of its own takes it from the slide's layout, or the master.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from index.loading.office_zip import read_xml, relations
from index.loading.slide_order import Place, reading_order

_DEEPEST = 30  #: groups within groups


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that may hold words, its groups resolved."""

    node: etree._Element
    role: str  #: of the placeholder: "title", "body", …; "" where it is none
    place: Place | None


class Layout:
    """Where a slide's placeholders lie when the slide itself does not say."""

    def __init__(self, container: zipfile.ZipFile, part: str) -> None:
        self._by_index: dict[str, Place] = {}
        self._by_role: dict[str, Place] = {}
        masters = relations(container, part) if part else {}
        master = next((to for kind, to in masters.values() if kind == "slideMaster"), "")
        for name in (master, part):  # the layout's word counts more than the master's
            root = read_xml(container, name) if name else None
            for node in root.iter("{*}sp") if root is not None else ():
                place, mark = _own_place(node), node.find("{*}nvSpPr/{*}nvPr/{*}ph")
                if place is not None and mark is not None:
                    self._by_role[mark.get("type", "body")] = place
                    if name == part:
                        self._by_index[mark.get("idx", "0")] = place

    def place(self, node: etree._Element) -> Place | None:
        """The place a placeholder inherits."""
        mark = node.find("*/{*}nvPr/{*}ph")
        if mark is None:
            return None
        return self._by_index.get(mark.get("idx", "0")) or self._by_role.get(
            mark.get("type", "body")
        )


def shapes_of(
    tree: etree._Element | None, layout: Layout, move: Place | None = None, depth: int = 0
) -> Iterator[Shape]:
    """All shapes with words, groups looked through; ``move`` is the group's place and scale."""
    if tree is None or depth > _DEEPEST:
        return
    for node in tree:
        kind = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if kind == "AlternateContent":
            choice = node.find("{*}Choice")
            yield from shapes_of(choice, layout, move, depth + 1)
        elif kind == "grpSp":
            # A group's shapes stay together; inside, their own coordinates give the order.
            inner = list(shapes_of(node, layout, None, depth + 1))
            own = _own_place(node)
            for at in reading_order([shape.place for shape in inner]):
                yield Shape(inner[at].node, inner[at].role, own or move)
        elif kind in ("sp", "graphicFrame", "cxnSp"):
            yield Shape(node, role(node), _own_place(node) or layout.place(node))


def role(node: etree._Element) -> str:
    mark = node.find("*/{*}nvPr/{*}ph")
    return mark.get("type", "body") if mark is not None else ""


def _own_place(node: etree._Element) -> Place | None:
    for path in ("{*}spPr/{*}xfrm", "{*}grpSpPr/{*}xfrm", "{*}xfrm"):
        frame = node.find(path)
        if frame is not None:
            offset, size = frame.find("{*}off"), frame.find("{*}ext")
            if offset is not None and size is not None:
                left, top = whole(offset.get("x")), whole(offset.get("y"))
                wide, high = whole(size.get("cx")), whole(size.get("cy"))
                return Place(left, top, left + wide, top + high)
    return None


def whole(text: str | None) -> float:
    try:
        return float(int(text or "0"))
    except ValueError:
        return 0.0
