"""Pictures of text (PNG, JPEG, TIFF, …) through OCR; without Tesseract they are named, not read.

What Tesseract reads is laid out like a page of a PDF. A photograph without words is empty. The
pages of a TIFF with several are numbered. Photos are turned as their camera notes; what else lies
on its side is turned by Tesseract, where it has the data for that.
"""

from __future__ import annotations

import io
import struct
from typing import Literal

import pypdfium2 as pdfium

from index.loading import ocr, tesseract
from index.loading.builder import Parsed, TextBuilder
from index.loading.limits import Limits, RefusedError
from index.loading.pdf_blocks import add_rows
from index.loading.pdf_layout import Piece
from index.types import SkipReason

_MAX_PIXELS = 150_000_000  #: a poster at 300 dots an inch; Tesseract needs some bytes a pixel
_MAX_TURNED_PIXELS = 60_000_000
_TURNS = {3: 180, 6: 90, 8: 270}  #: EXIF's number to degrees, clockwise
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
        lines = ocr.Scans(limits).read(upright(data))
    except TimeoutError:
        raise RefusedError(SkipReason.TOO_SLOW, f"limit {limits.seconds:g} s") from None
    except ocr.OcrError as error:
        raise RefusedError(SkipReason.DAMAGED, str(error)) from None
    pages: dict[int, list[Piece]] = {}
    for line in lines:
        pages.setdefault(line.page, []).extend(line.pieces)
    if not pages:
        raise RefusedError(SkipReason.EMPTY, "OCR found no words in it that it is sure of")
    builder = TextBuilder(limits.text_chars)
    rows = ocr.to_rows(pages)
    add_rows(builder, [row for number in sorted(rows) for row in rows[number]])
    count = max(pages)
    parsed = builder.parsed("image", pages=count, warnings=[ocr.said_of(count)])
    return ocr.marked(parsed, frozenset(pages))


def upright(data: bytes) -> bytes:
    """A photo that notes how the camera was held (EXIF), turned so; any other picture as it is."""
    turn = _TURNS.get(exif_orientation(data))
    width, height = size_of(data)
    if turn is None or not 0 < width * height <= _MAX_TURNED_PIXELS:
        return data
    document = pdfium.PdfDocument.new()
    try:
        photo = pdfium.PdfImage.new(document)
        photo.load_jpeg(io.BytesIO(data), inline=True)
        photo.set_matrix(pdfium.PdfMatrix().scale(width, height))
        page = document.new_page(width, height)
        page.insert_obj(photo)
        page.gen_content()
        page.set_rotation(turn)
        return ocr.grey_picture(page, 1.0)
    except pdfium.PdfiumError:  # Tesseract says what is wrong with it
        return data
    finally:
        document.close()


def exif_orientation(data: bytes) -> int:
    """EXIF's number for how a JPEG is turned; 1, upright, where it says nothing."""
    place = 2
    while data.startswith(b"\xff\xd8") and data[place : place + 1] == b"\xff":
        mark, size = data[place + 1 : place + 2], data[place + 2 : place + 4]
        if mark == b"\xda" or len(size) < 2:
            break
        end = place + 2 + int.from_bytes(size, "big")
        if mark == b"\xe1" and data[place + 4 : place + 10] == b"Exif\0\0":
            return _orientation(data[place + 10 : end])
        place = end
    return 1


def _orientation(tiff: bytes) -> int:
    """The entry 0x0112 of the first directory of a TIFF."""
    order: Literal["little", "big"] = "little" if tiff.startswith(b"II") else "big"

    def number(place: int, size: int) -> int:
        return int.from_bytes(tiff[place : place + size], order)

    start = number(4, 4)
    for entry in range(min(number(start, 2), 200)):
        place = start + 2 + 12 * entry
        if number(place, 2) == 0x0112:
            return number(place + 8, 2)
    return 1


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
