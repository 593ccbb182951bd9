"""Pictures of text (PNG, JPEG, TIFF, …) through OCR; without Tesseract they are named, not read.

What Tesseract reads is laid out like a page of a PDF. A photograph without words is empty. The
pages of a TIFF with several are numbered.
"""

from __future__ import annotations

import struct

from index.loading import ocr, tesseract
from index.loading.builder import Parsed, TextBuilder
from index.loading.limits import Limits, RefusedError
from index.loading.pdf_blocks import add_rows
from index.loading.pdf_layout import Piece
from index.types import SkipReason

_MAX_PIXELS = 150_000_000  #: a poster at 300 dots an inch; Tesseract needs some bytes a pixel
_LEAST_PIXELS = 1_600  #: smaller ones are icons
#: Marks of JPEG segments that hold the size of the picture.
_SIZES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a picture. Raises RefusedError when it holds no words or nothing can read them."""
    if not tesseract.available():
        raise RefusedError(SkipReason.IMAGE_ONLY, tesseract.REMEDY)
    width, height = size_of(data)
    if 0 < width * height < _LEAST_PIXELS:
        raise RefusedError(SkipReason.EMPTY, f"{width} × {height} pixels hold no words")
    if width * height > _MAX_PIXELS:
        raise RefusedError(SkipReason.TOO_LARGE, f"{width:,} × {height:,} pixels")
    try:
        lines = ocr.Scans(limits).read(data)
    except TimeoutError:
        raise RefusedError(SkipReason.TOO_SLOW, f"limit {limits.seconds:g} s") from None
    except ocr.OcrError as error:
        raise RefusedError(SkipReason.DAMAGED, str(error)) from None
    pages: dict[int, list[Piece]] = {}
    for line in lines:
        pages.setdefault(line.page, []).extend(line.pieces)
    if not pages:
        raise RefusedError(SkipReason.EMPTY, "OCR found no words in it")
    builder = TextBuilder(limits.text_chars)
    rows = ocr.to_rows(pages)
    add_rows(builder, [row for number in sorted(rows) for row in rows[number]])
    count = max(pages)
    parsed = builder.parsed("image", pages=count, warnings=[ocr.said_of(count)])
    return ocr.marked(parsed, frozenset(pages))


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG, GIF or JPEG announces; nothing where it cannot be told."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    place = 2
    while data.startswith(b"\xff\xd8") and place + 9 <= len(data) and data[place] == 0xFF:
        if data[place + 1] in _SIZES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return 0, 0
