"""Tesseract's answer (hOCR) to lines with places and heights, without what it is unsure of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import html as lxml_html

from index.loading.pdf_layout import Piece

_LEAST_WORD = 25  #: Tesseract's confidence in percent; noise of pictures lies below
_LEAST_LINE = 45
_GAP = 2.0  #: in heights of the line: two cells rather than two words
_FACTS = re.compile(r"(bbox|x_size|x_wconf) ([\d. ]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that Tesseract read: its pieces in pixels, the height counted upwards."""

    page: int  #: of a file with several pictures, counted from 1
    pieces: tuple[Piece, ...]


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
        height = _facts(page).get("bbox", [0.0, 0.0, 0.0, 0.0])[3]
        for node in page.xpath(
            ".//span[@class='ocr_line' or @class='ocr_header' or @class='ocr_caption'"
            " or @class='ocr_textfloat']"
        ):
            pieces = _pieces(node, height)
            if pieces:
                lines.append(Line(number, tuple(pieces)))
    return lines


def _facts(node: lxml_html.HtmlElement) -> dict[str, list[float]]:
    found = _FACTS.findall(node.get("title") or "")
    return {name: [float(part) for part in values.split()] for name, values in found}


def _pieces(line: lxml_html.HtmlElement, page_height: float) -> list[Piece]:
    """The line's words, cut where a wide gap parts them."""
    facts = _facts(line)
    size = (facts.get("x_size") or [12.0])[0] or 12.0
    words: list[tuple[str, list[float], float]] = []
    for node in line.xpath(".//span[@class='ocrx_word']"):
        own = _facts(node)
        said, box = node.text_content().strip(), own.get("bbox", [])
        sure = (own.get("x_wconf") or [0.0])[0]
        if said and len(box) == 4 and sure >= _LEAST_WORD:
            words.append((said, box, sure))
    if not words or sum(sure for _, _, sure in words) / len(words) < _LEAST_LINE:
        return []
    groups: list[list[tuple[str, list[float], float]]] = []
    for word in words:
        if groups and word[1][0] - groups[-1][-1][1][2] <= _GAP * size:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_piece(group, page_height, size) for group in groups]


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
