"""Raised digits of a PDF: the mark of a footnote behind a price is no digit of that price."""

from __future__ import annotations

import ctypes
import re

import pypdfium2 as pdfium
from pypdfium2 import raw

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FIGURE = re.compile(r"[0-9](?:[.,]?[0-9])+")
_SMALLER = 0.9  #: of the height of the figure's first digit; most marks are set at 0.6 to 0.8
_HIGHER = 0.15  #: of that height they stand above its line; most by a third or a half


def with_raised(text_page: pdfium.PdfTextPage, characters: str) -> str:
    """The page's characters with small raised digits behind a digit as ⁰ to ⁹, as many as before.

    Only figures of two digits or more are asked for their boxes.
    """
    out = list(characters)
    for figure in _FIGURE.finditer(characters):
        line, height = _stands(text_page, figure.start())
        for place in range(figure.start() + 1, figure.end()):
            if not characters[place].isdecimal():
                continue
            own_line, own_height = _stands(text_page, place)
            if own_height < _SMALLER * height and own_line > line + _HIGHER * height:
                out[place] = RAISED[int(characters[place])]
    return "".join(out)


def _stands(text_page: pdfium.PdfTextPage, index: int) -> tuple[float, float]:
    """The y of the line a character stands on, and the height of its font."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    raw.FPDFText_GetCharOrigin(text_page, index, ctypes.byref(x), ctypes.byref(y))
    raw.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box))
    return y.value, box.top - box.bottom
