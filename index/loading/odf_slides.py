"""Slides of an OpenDocument presentation: title, texts and tables in reading order, then notes."""

from __future__ import annotations

import posixpath
import re
import zipfile

from lxml import etree

from index.loading.builder import TextBuilder, one_line
from index.loading.limits import RefusedError
from index.loading.odf_styles import Styles, attribute
from index.loading.odf_text import Walk, local
from index.loading.office_parts import add_slide, slide_warnings
from index.loading.office_zip import read_xml
from index.loading.slide_order import Place, reading_order
from index.types import SkipReason

_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt|px)?")
_UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "px": 2.54 / 96}
_LEFT_OUT = ("date-time", "page-number", "header", "footer")


def add_slides(
    builder: TextBuilder, container: zipfile.ZipFile, body: etree._Element, styles: Styles
) -> tuple[int, list[str]]:
    """Add all slides; how many there are, and warnings."""
    slides = list(body.iterfind("{*}presentation/{*}page"))
    hidden: list[int] = []
    silent: list[int] = []
    for number, slide in enumerate(slides, 1):
        before = len(builder.blocks)
        _add_slide(builder, container, slide, styles, number)
        if len(builder.blocks) == before and next(slide.iter("{*}image"), None) is not None:
            silent.append(number)
        if styles.is_hidden(attribute(slide, "style-name")):
            hidden.append(number)
    if silent and not builder.blocks:
        raise RefusedError(SkipReason.IMAGE_ONLY)
    return len(slides), slide_warnings(hidden, silent)


def _add_slide(
    builder: TextBuilder,
    container: zipfile.ZipFile,
    slide: etree._Element,
    styles: Styles,
    number: int,
) -> None:
    walk = Walk(TextBuilder(), styles, number)
    titles: list[str] = []
    shapes: list[etree._Element] = []
    for node in slide:
        role = attribute(node, "class") if local(node) else "date-time"
        if role == "title":
            titles += [walk.text(line) for line in node.iter("{*}p", "{*}h")]
        elif role not in _LEFT_OUT and local(node) not in ("notes", "forms", "annotation"):
            shapes.append(node)
    for place in reading_order([_place(node) for node in shapes]):
        walk.run([shapes[place]])
        for chart in shapes[place].iter("{*}object"):
            walk.run(_chart_tables(container, attribute(chart, "href") or ""))
    for frame in slide.iterfind("{*}notes/{*}frame"):
        if attribute(frame, "class") == "notes":
            walk.run(frame)
    add_slide(builder, one_line(" ".join(titles)), walk.builder, number)


def _chart_tables(container: zipfile.ZipFile, reference: str) -> list[etree._Element]:
    """The values of a chart, which it keeps as a table of its own."""
    name = posixpath.normpath(f"{reference}/content.xml")
    root = read_xml(container, name) if name in container.NameToInfo else None
    return list(root.iterfind(".//{*}chart/{*}table")) if root is not None else []


def _place(node: etree._Element) -> Place | None:
    left, top = _length(attribute(node, "x")), _length(attribute(node, "y"))
    if left is None or top is None:
        inner = [place for place in map(_place, node) if place is not None]
        if not inner or local(node) != "g":
            return None
        return Place(
            min(place.left for place in inner),
            min(place.top for place in inner),
            max(place.right for place in inner),
            max(place.bottom for place in inner),
        )
    wide, high = _length(attribute(node, "width")), _length(attribute(node, "height"))
    return Place(left, top, left + (wide or 0.0), top + (high or 0.0))


def _length(text: str | None) -> float | None:
    match = _LENGTH.fullmatch(text or "")
    return float(match.group(1)) * _UNITS[match.group(2) or "cm"] if match else None
