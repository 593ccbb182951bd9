"""The process that draws a page of a PDF: one request in, one picture with boxes out.

It is killed when it takes too long, and keeps its own memory under a limit where the system can.
It opens no file and no connection. Boxes are shares of the page's width and height, so that they
fit at any size.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence

from index.loading.frames import read_frame, write_frame
from index.loading.worker import limit_memory

WIDTH = 1_240  #: pixels; a page of A4 at 150 dots an inch
PIXELS = 6_000_000  #: at most, however tall the page
_FILE_BYTES = 1_000_000_000


def main(arguments: list[str]) -> int:
    """Draw one page. Arguments: memory_mb."""
    limit_memory(int(arguments[0]))
    head, data = read_frame(sys.stdin.buffer, _FILE_BYTES)
    page, ranges = head["page"], head["ranges"]
    assert isinstance(page, int)
    assert isinstance(ranges, list)
    answer, picture = draw(data, page, ranges)
    write_frame(sys.stdout.buffer, answer, picture)
    return 0


def draw(
    data: bytes, number: int, ranges: Sequence[Sequence[int]]
) -> tuple[dict[str, object], bytes]:
    """Page ``number`` (from 1) as PNG, and boxes around these ranges of its characters."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    try:
        if not 1 <= number <= len(document):
            return {"error": "no such page"}, b""
        page = document[number - 1]
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            return {"error": "the page has no size"}, b""
        scale = min(WIDTH / width, (PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
        boxes = list(_boxes(page, ranges, bitmap.width, bitmap.height))
        channels = bitmap.n_channels
        rows = bytes(bitmap.buffer)
        picture = png(rows, bitmap.width, bitmap.height, bitmap.stride, channels)
        answer: dict[str, object] = {
            "width": bitmap.width,
            "height": bitmap.height,
            "boxes": boxes,
            "pages": len(document),
        }
        return answer, picture
    finally:
        document.close()


def _boxes(
    page: object, ranges: Sequence[Sequence[int]], width: int, height: int
) -> Iterator[list[float]]:
    """Left, top, width and height of each line of the characters in the ranges."""
    from pypdfium2 import raw

    text = page.get_textpage()  # type: ignore[attr-defined]
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(left: float, top: float) -> tuple[int, int]:
        # pdfium knows how the page is turned and cropped
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, left, top, x, y)
        return x.value, y.value

    for start, end in ranges:
        for index in range(text.count_rects(start, end - start)):
            left, bottom, right, top = text.get_rect(index)
            (a, b), (c, d) = device(left, top), device(right, bottom)
            if a != c and b != d:
                yield [
                    min(a, c) / width,
                    min(b, d) / height,
                    abs(c - a) / width,
                    abs(d - b) / height,
                ]


def png(rows: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Eight-bit grey, RGB or RGBA rows as PNG (ISO/IEC 15948), each row told from the one above."""
    size, before = width * channels, bytes(width * channels)
    lines = []
    for number in range(height):
        row = rows[number * stride : number * stride + size]
        if row == before:
            lines.append(b"\x02" + bytes(size))  # filter "up": nothing changed
        else:
            lines.append(b"\x00" + row)
        before = row
    kind = {1: 0, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = zlib.compress(b"".join(lines), 3)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
