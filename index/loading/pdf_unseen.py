"""Text of a PDF page that nobody sees: white on white, drawn in no ink, or too small to read.

White text is common on dark boxes and pictures, and text in no ink lies over every scan that was
read by OCR: what has anything under it, or lies beside a picture, counts as seen.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.loading.pdf_layout import Piece

_TINY = 1.2  #: points; the height of letters of a 1-point font
_WHITE = 250  #: of 255, for each of red, green and blue
_MAX_OBJECTS = 20_000  #: of a page; on one with more nothing is said to be hidden
_NO_INK = (3, 7)  #: text render modes: neither filled nor stroked

_Box = tuple[float, float, float, float]


def hidden_pieces(
    page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, pieces: Sequence[Piece]
) -> set[int]:
    """Places of the pieces that nobody sees. Costs some µs a piece where all is well."""
    white: list[int] = []
    inkless: list[int] = []
    hidden: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece.size < _TINY:
            hidden.add(place)
        elif _has_no_ink(text_page, piece.start):
            inkless.append(place)
        elif _is_white(text_page, piece.start):
            white.append(place)
    if not white and not inkless:
        return hidden if len(hidden) < len(pieces) else set()
    grounds = _grounds(page)
    if grounds is None:
        return hidden
    boxes, has_pictures = grounds
    hidden.update(place for place in white if not _lies_on(pieces[place], boxes))
    if not has_pictures and len(inkless) < len(pieces):
        hidden.update(inkless)
    return hidden


def _has_no_ink(text_page: pdfium.PdfTextPage, index: int) -> bool:
    found = raw.FPDFText_GetTextObject(text_page, index)
    return bool(found) and raw.FPDFTextObj_GetTextRenderMode(found) in _NO_INK


def _is_white(text_page: pdfium.PdfTextPage, index: int) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    light = min(red.value, green.value, blue.value) >= _WHITE
    return bool(known) and (light or alpha.value == 0)


def _grounds(page: pdfium.PdfPage) -> tuple[list[_Box], bool] | None:
    """What may lie under text, and whether any of it is a picture; None for too much to look at."""
    count = raw.FPDFPage_CountObjects(page)
    if count > _MAX_OBJECTS:
        return None
    boxes: list[_Box] = []
    pictures = False
    for index in range(count):
        drawn = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT or (kind == raw.FPDF_PAGEOBJ_PATH and _is_blank(drawn)):
            continue
        pictures = pictures or kind != raw.FPDF_PAGEOBJ_PATH
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if raw.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
            boxes.append((left.value, bottom.value, right.value, top.value))
    return boxes, pictures


def _is_blank(path: raw.FPDF_PAGEOBJECT) -> bool:
    """True for a path that leaves the page white: only outlined, or filled with white."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
    return min(red.value, green.value, blue.value) >= _WHITE or alpha.value == 0


def _lies_on(piece: Piece, boxes: Sequence[_Box]) -> bool:
    """True when the middle of the piece, or one of its ends, is over one of the boxes."""
    y = (piece.bottom + piece.top) / 2
    xs = (piece.left, (piece.left + piece.right) / 2, piece.right)
    return any(
        bottom - 1 <= y <= top + 1 and any(left - 1 <= x <= right + 1 for x in xs)
        for left, bottom, right, top in boxes
    )
