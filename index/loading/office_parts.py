"""Parts that Word, Excel and PowerPoint files share: facts about the file, drawn text, charts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence

from lxml import etree

from index.loading.builder import TextBuilder, one_line
from index.loading.dates import iso_date
from index.loading.number_formats import plain
from index.loading.office_zip import read_xml, relations
from index.loading.tables import row_text
from index.types import BlockKind

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_OTHERS = (
    ("word/document", "a Word document"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("xl/workbook", "an Excel workbook"),
    ("ppt/presentation", "a PowerPoint presentation"),
    ("content.xml", "an OpenDocument file"),
)
#: When the empty files were saved that python-docx and python-pptx begin with.
_TEMPLATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:15:58Z")
_MADE_TITLES = re.compile(r"(?:power\s?point[- ]?pr\S+|presentation|präsentation)\d*", re.I)
_SLIDE_LEVEL = 2  #: level 1 would be taken for the document's title
_MAX_POINTS = 2000  #: of one chart


def office_kind(container: zipfile.ZipFile, wanted: str) -> str:
    """What a ZIP container is, in words, when it is not what was wanted."""
    names = container.namelist()
    for mark, kind in _OTHERS:
        if any(name.startswith(mark) for name in names):
            return kind
    return f"a ZIP file without {wanted} in it"


def core_facts(container: zipfile.ZipFile) -> tuple[str | None, str | None]:
    """Title and date of change, as the file states them."""
    core = read_xml(container, "docProps/core.xml")
    if core is None:
        return None, None
    title = core.findtext(f"{_DC}title")
    if title and _MADE_TITLES.fullmatch(title.strip()):
        title = None  # the program's own words
    modified = core.findtext(f"{_TERMS}modified")
    return title, None if modified in _TEMPLATES else iso_date(modified)


def add_slide(builder: TextBuilder, title: str, body: TextBuilder, number: int) -> None:
    """Add a slide: its title, or its number where it has none, and what stands on it."""
    if not title and not body.blocks:
        return
    # Without a heading, a slide's words would stand under the title of the slide before.
    builder.add(BlockKind.HEADING, title or f"Slide {number}", _SLIDE_LEVEL, number)
    text, last = body.text, 0
    for block in body.blocks:
        if block.start - last > 1:
            builder.start_table()
        builder.add(block.kind, text[block.start : block.end], block.level, block.page)
        last = block.end


def slide_warnings(hidden: Sequence[int], silent: Sequence[int]) -> list[str]:
    """What to say of hidden slides and of slides with nothing but pictures."""
    from index.loading.pdf import ranges  # pulls in the PDF library: only when there is need

    out: list[str] = []
    for numbers, one, many in (
        (hidden, "is hidden; it was read all the same", "are hidden; they were read all the same"),
        (silent, "holds only images and was not read", "hold only images and were not read"),
    ):
        if numbers:
            word = "slide" if len(numbers) == 1 else "slides"
            out.append(f"{word} {ranges(numbers)} {one if len(numbers) == 1 else many}")
    return out


def drawing_texts(root: etree._Element) -> Iterator[str]:
    """Paragraphs of the text boxes of a drawing."""
    for body in root.iter("{*}txBody"):
        if any(True for _ in body.iterancestors("{*}Fallback")):
            continue  # the same again, for older programs
        for paragraph in body.iterchildren("{*}p"):
            yield paragraph_text(paragraph)


def paragraph_text(paragraph: etree._Element) -> str:
    """Text of a DrawingML paragraph, line breaks kept."""
    out: list[str] = []
    for node in paragraph.iter("{*}t", "{*}br", "{*}tab"):
        kind = etree.QName(node).localname
        out.append((node.text or "") if kind == "t" else "\n" if kind == "br" else " ")
    return "".join(out)


def add_chart_titles(
    builder: TextBuilder, container: zipfile.ZipFile, part: str, page: int | None
) -> None:
    """Add the title of each chart on a sheet; its values are those of the cells."""
    for what, target in relations(container, part).values():
        if what == "chart":
            root = read_xml(container, target)
            if root is not None:
                _add_chart_title(builder, root, page)


def add_chart(builder: TextBuilder, root: etree._Element, page: int | None) -> None:
    """Add a chart as a table: a row for each category, a column for each series."""
    _add_chart_title(builder, root, page)
    rows: dict[str, list[str]] = {}
    names: list[str] = [""]
    for number, series in enumerate(root.iter("{*}ser"), 1):
        name = " ".join(_points(series.find("{*}tx")).values())
        categories = _points(series.find("{*}cat"), series.find("{*}xVal"))
        values = _points(series.find("{*}val"), series.find("{*}yVal"))
        names.append(one_line(name))
        for place, value in values.items():
            row = rows.setdefault(categories.get(place, str(place + 1)), [""])
            row += [""] * (number + 1 - len(row))
            row[number] = value
    if rows:
        builder.start_table()
    for category, row in rows.items():
        row[0] = category
        builder.add(BlockKind.TABLE_ROW, row_text(row, names), page=page)


def _add_chart_title(builder: TextBuilder, root: etree._Element, page: int | None) -> None:
    title = root.find("{*}chart/{*}title")
    if title is not None:
        said = " ".join(paragraph_text(node) for node in title.iter("{*}p"))
        builder.add(BlockKind.CAPTION, one_line(said), page=page)


def _points(*nodes: etree._Element | None) -> dict[int, str]:
    """Stored values by their place."""
    found: dict[int, str] = {}
    for node in nodes:
        for point in node.iter("{*}pt") if node is not None else ():
            place, value = point.get("idx", ""), point.findtext("{*}v") or ""
            if place.isdigit() and len(found) < _MAX_POINTS:
                found[int(place)] = one_line(_tidy(value))
    return found


def _tidy(value: str) -> str:
    """``20.100000000000001`` → ``20.1``."""
    if not re.fullmatch(r"-?\d+\.\d+(?:[eE][+-]?\d+)?", value):
        return value
    return plain(float(value))
