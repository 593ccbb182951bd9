"""Tesseract's answer (hOCR) to lines with places and heights, without what it is unsure of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import html as lxml_html

from index.loading.pdf_layout import Piece

_LEAST_WORD = 25  #: Tesseract's confidence in percent; noise of pictures lies below
_LEAST_LINE = 45
_GAP = 2.0  #: in heights of the line: two cells rather than two words
_FACTS = re.compile(r"(bbox|x_size|x_wconf|textangle) ([\d. ]+)")

_Box = list[float]  #: left, top, right, bottom in pixels, from the top left corner


@dataclass(frozen=True, slots=True)
class Line:
    """A line that Tesseract read: its pieces in pixels, the height counted upwards."""

    page: int  #: of a file with several pictures, counted from 1
    pieces: tuple[Piece, ...]
    sure: float = 100.0  #: Tesseract's confidence in its words, in percent

    @property
    def is_upright(self) -> bool:
        """False for words that are higher than they are wide: they stand sideways."""
        widest = max(self.pieces, key=lambda piece: len(piece.text))
        return len(widest.text) < 4 or widest.right - widest.left >= widest.top - widest.bottom


def sureness(lines: Sequence[Line]) -> float:
    """Mean confidence in percent, each line by its letters; 0 without lines."""
    letters = [sum(len(piece.text) for piece in line.pieces) for line in lines]
    said = sum(line.sure * count for line, count in zip(lines, letters, strict=True))
    return said / sum(letters) if letters else 0.0


def read_lines(hocr: bytes) -> list[Line]:
    """The lines of Tesseract's answer, without what it is not sure of."""
    if not hocr.strip():
        return []
    source = re.sub(rb"\A\s*<\?xml[^>]*>", b"", hocr)
    root = lxml_html.document_fromstring(
        source, parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    )
    lines: list[Line] = []
    for number, page in enumerate(root.xpath("//div[@class='ocr_page']"), 1):
        box = _facts(page).get("bbox", [0.0, 0.0, 0.0, 0.0])
        nodes = page.xpath(
            ".//span[@class='ocr_line' or @class='ocr_header' or @class='ocr_caption'"
            " or @class='ocr_textfloat']"
        )
        angles = Counter((_facts(node).get("textangle") or [0.0])[0] for node in nodes)
        angle = int(angles.most_common(1)[0][0]) if angles else 0
        for node in nodes:
            line = _line(node, number, box, angle)
            if line is not None:
                lines.append(line)
    return lines


def _facts(node: lxml_html.HtmlElement) -> dict[str, list[float]]:
    found = _FACTS.findall(node.get("title") or "")
    return {name: [float(part) for part in values.split()] for name, values in found}


def _upright(box: _Box, page: _Box, angle: int) -> _Box:
    """Where a box lies once the page is turned so that its text runs from left to right."""
    left, top, right, bottom = box
    width, height = page[2], page[3]
    match angle:
        case 90:
            return [height - bottom, left, height - top, right]
        case 180:
            return [width - right, height - bottom, width - left, height - top]
        case 270:
            return [top, width - right, bottom, width - left]
    return box


def _line(line: lxml_html.HtmlElement, number: int, page: _Box, angle: int) -> Line | None:
    """The line's words, cut where a wide gap parts them; None where too little of it is sure."""
    page_height = page[2] if angle in (90, 270) else page[3]
    facts = _facts(line)
    size = (facts.get("x_size") or [12.0])[0] or 12.0
    words: list[tuple[str, list[float], float]] = []
    for node in line.xpath(".//span[@class='ocrx_word']"):
        own = _facts(node)
        said, box = node.text_content().strip(), own.get("bbox", [])
        sure = (own.get("x_wconf") or [0.0])[0]
        if said and len(box) == 4 and sure >= _LEAST_WORD:
            words.append((said, _upright(box, page, angle), sure))
    mean = sum(sure for _, _, sure in words) / len(words) if words else 0.0
    if mean < _LEAST_LINE:
        return None
    groups: list[list[tuple[str, list[float], float]]] = []
    for word in words:
        if groups and word[1][0] - groups[-1][-1][1][2] <= _GAP * size:
            groups[-1].append(word)
        else:
            groups.append([word])
    pieces = tuple(_piece(group, page_height, size) for group in groups)
    return Line(number, pieces, mean)


def _piece(words: list[tuple[str, list[float], float]], page_height: float, size: float) -> Piece:
    said = " ".join(text for text, _, _ in words)
    boxes = [box for _, box, _ in words]
    return Piece(
        text=said,
        start=0,
        end=len(said),
        left=boxes[0][0],
        bottom=page_height - max(box[3] for box in boxes),
        right=boxes[-1][2],
        top=page_height - min(box[1] for box in boxes),
        size=size,
        bold=False,
    )
