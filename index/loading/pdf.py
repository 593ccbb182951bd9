"""PDF: text in reading order with page numbers, lines mended, headings by size; no OCR.

Each block keeps page runs: where its text stands unchanged among the page's own characters, which
the viewer needs to draw boxes. `page_characters` defines those characters: one for each of
pdfium's character indices.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.loading.builder import Parsed, TextBuilder, says_something
from index.loading.dates import pdf_date
from index.loading.limits import Limits, RefusedError
from index.loading.pdf_blocks import add_rows
from index.loading.pdf_layout import Piece, Row, reading_order, repeated_edges
from index.types import SkipReason

_LINES = re.compile("[^\r\n\x02]+\x02?")
_WORD = re.compile(r"[^\s\x02]+\x02?")
_WIDE_GAP = 1.2  #: in character heights; justified text stretches its spaces to about half of it
_BOLD_FROM = 600  #: font weight
_BOLD_NAME = re.compile(r"bold|black|heavy|semibd", re.I)


def page_characters(text_page: pdfium.PdfTextPage) -> str:
    """The page's characters, exactly one for each of pdfium's indices.

    A hyphen that pdfium marks as put there by a line break (U+0002) is kept as that mark.
    """
    get = raw.FPDFText_GetUnicode
    codes = (get(text_page, index) for index in range(text_page.count_chars()))
    # A lone half of a surrogate pair is no character; 0 is a glyph without a known meaning.
    return "".join(
        "\ufffd" if 0xD800 <= code < 0xE000 or code == 0 else chr(code) for code in codes
    )


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a PDF. Raises RefusedError when it is encrypted, damaged or holds only images."""
    document = _open(data)
    try:
        return _parse(document, limits)
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise RefusedError(SkipReason.ENCRYPTED) from None
        raise RefusedError(SkipReason.DAMAGED, str(error)) from None
    if count == 0:
        raise RefusedError(SkipReason.DAMAGED, "no page could be found")
    return document


def _parse(document: pdfium.PdfDocument, limits: Limits) -> Parsed:
    pages: list[list[Row]] = []
    heights: list[float] = []
    silent: list[int] = []  # pages with something on them but no text
    broken: list[int] = []
    chars = 0
    for number in range(1, len(document) + 1):
        try:
            rows, height, has_objects = _page(document, number)
        except pdfium.PdfiumError:
            broken.append(number)
            rows, height, has_objects = [], 1.0, False
        chars += sum(len(piece.text) for row in rows for piece in row.pieces)
        if chars > limits.text_chars:
            raise RefusedError(
                SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters of text"
            )
        if not rows and has_objects:
            silent.append(number)
        pages.append(rows)
        heights.append(height)
    if not any(pages):
        if len(broken) == len(pages):
            raise RefusedError(SkipReason.DAMAGED, "no page could be read")
        raise RefusedError(SkipReason.IMAGE_ONLY if silent else SkipReason.EMPTY)
    builder = TextBuilder(limits.text_chars)
    dropped = repeated_edges(pages, heights)
    add_rows(
        builder,
        [
            row
            for index, rows in enumerate(pages)
            for place, row in enumerate(rows)
            if (index, place) not in dropped
        ],
    )
    facts = document.get_metadata_dict()
    return builder.parsed(
        "pdf",
        title=facts.get("Title"),
        modified=pdf_date(facts.get("ModDate")) or pdf_date(facts.get("CreationDate")),
        pages=len(document),
        warnings=_warnings(silent, broken),
    )


def _warnings(silent: Sequence[int], broken: Sequence[int]) -> list[str]:
    out: list[str] = []
    for numbers, one, many in (
        (silent, "holds only images and was not read", "hold only images and were not read"),
        (broken, "is damaged and was not read", "are damaged and were not read"),
    ):
        if numbers:
            word = "page" if len(numbers) == 1 else "pages"
            out.append(f"{word} {ranges(numbers)} {one if len(numbers) == 1 else many}")
    return out


def ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` → ``1–3, 7``."""
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][-1] + 1:
            out[-1].append(number)
        else:
            out.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in out)


def _page(document: pdfium.PdfDocument, number: int) -> tuple[list[Row], float, bool]:
    """Rows in reading order, the page's height, and whether anything is drawn on it."""
    page = document[number - 1]
    try:
        text_page = page.get_textpage()
        try:
            characters = page_characters(text_page)
            known = sum(not _is_unknown(char) for char in characters)
            # A font without a table of meanings gives noise that nobody could search.
            readable = known > len(characters) / 2 and says_something(characters)
            pieces = _pieces(text_page, characters) if readable else []
            _, bottom, _, top = page.get_bbox()
            lowered = [_lower(piece, bottom) for piece in pieces] if bottom else pieces
            has_objects = bool(pieces) or raw.FPDFPage_CountObjects(page) > 0
            return reading_order(lowered, number), top - bottom, has_objects
        finally:
            text_page.close()
    finally:
        page.close()


def _is_unknown(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff"


def _lower(piece: Piece, by: float) -> Piece:
    """The piece with heights counted from the page's lower edge, which need not be at 0."""
    return Piece(
        piece.text,
        piece.start,
        piece.end,
        piece.left,
        piece.bottom - by,
        piece.right,
        piece.top - by,
        piece.size,
        piece.bold,
    )


def _pieces(text_page: pdfium.PdfTextPage, characters: str) -> list[Piece]:
    """Cut pdfium's lines where a wide gap or a jump in height parts them.

    Only the first and last character of a word is asked for its box: each call costs about 1 µs,
    and a page has some 3,000 characters.
    """
    box = raw.FS_RECTF()
    reference = ctypes.byref(box)
    out: list[Piece] = []
    fonts: dict[bytes, bool] = {}
    for line in _LINES.finditer(characters):
        words: list[tuple[int, int, float, float, float, float]] = []
        for word in _WORD.finditer(line.group()):
            start, end = line.start() + word.start(), line.start() + word.end()
            if not raw.FPDFText_GetLooseCharBox(text_page, start, reference):
                continue
            left, low, high = box.left, box.bottom, box.top
            last = end - 1 - (characters[end - 1] == "\x02" and end - start > 1)
            raw.FPDFText_GetLooseCharBox(text_page, last, reference)
            right = max(box.right, left)
            if words and _parts(words[-1], left, low, high):
                out.append(_piece(text_page, characters, words, fonts))
                words = []
            words.append((start, end, left, low, right, high))
        if words:
            out.append(_piece(text_page, characters, words, fonts))
    return out


def _parts(
    before: tuple[int, int, float, float, float, float], left: float, low: float, high: float
) -> bool:
    _, _, _, before_low, before_right, before_high = before
    height = max(high - low, before_high - before_low, 1.0)
    middle, before_middle = (low + high) / 2, (before_low + before_high) / 2
    gap = left - before_right
    return (
        gap > _WIDE_GAP * height or gap < -3 * height or abs(middle - before_middle) > 0.8 * height
    )


def _piece(
    text_page: pdfium.PdfTextPage,
    characters: str,
    words: Sequence[tuple[int, int, float, float, float, float]],
    fonts: dict[bytes, bool],
) -> Piece:
    start, end = words[0][0], words[-1][1]
    heights = sorted(high - low for _, _, _, low, _, high in words)
    return Piece(
        text=characters[start:end],
        start=start,
        end=end,
        left=words[0][2],
        bottom=min(word[3] for word in words),
        right=max(word[4] for word in words),
        top=max(word[5] for word in words),
        size=heights[len(heights) // 2],
        bold=_is_bold(text_page, start, fonts) and _is_bold(text_page, words[-1][0], fonts),
    )


def _is_bold(text_page: pdfium.PdfTextPage, index: int, fonts: dict[bytes, bool]) -> bool:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, name, 128, ctypes.byref(flags))
    if name.value not in fonts:
        by_name = bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
        fonts[name.value] = by_name or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_FROM
    return fonts[name.value]
