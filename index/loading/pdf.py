"""PDF: text in reading order with page numbers, lines mended, headings by size.

Pages without text go to `ocr`. The others' blocks keep page runs: where their text stands unchanged
among the page's own characters, which the viewer needs to draw boxes. `page_characters` defines
those characters: one for each of pdfium's character indices.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.loading import ocr
from index.loading.builder import Parsed, TextBuilder, says_something
from index.loading.dates import pdf_date
from index.loading.limits import Limits, RefusedError
from index.loading.pdf_blocks import add_rows
from index.loading.pdf_columns import Word, cuts
from index.loading.pdf_layout import Piece, Row, reading_order, repeated_edges
from index.loading.pdf_open_tables import with_columns
from index.loading.pdf_raised import with_raised
from index.loading.pdf_rules import Rules, grids, read_rules
from index.loading.pdf_tables import ruled_rows, with_tables
from index.loading.pdf_unseen import hidden_pieces
from index.types import SkipReason

_LINES = re.compile("[^\r\n\x02]+\x02?")
_WORD = re.compile(r"[^\s\x02]+\x02?")
_WIDE_GAP = 1.2  #: in character heights; justified text stretches its spaces to about half of it
_BOLD_FROM = 600  #: font weight
_PICTURES = re.compile(r"wingdings|webdings|dingbats", re.I)
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
    scans = ocr.Scans(limits)
    pages: list[list[Row]] = []
    heights: list[float] = []
    silent: list[int] = []  # pages with something on them but no text
    broken: list[int] = []
    chars = 0
    unseen: list[str] = []
    for number in range(1, len(document) + 1):
        try:
            rows, height, has_objects = _page(document, number, unseen)
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
    scanned = scans.read_pdf(document, silent)
    for number, found in scanned.rows.items():
        pages[number - 1] = found
    silent = [number for number in silent if number not in scanned.rows]
    if not any(pages):
        if len(broken) == len(pages):
            raise RefusedError(SkipReason.DAMAGED, "no page could be read")
        if silent:
            raise RefusedError(SkipReason.IMAGE_ONLY, scanned.why_not)
        raise RefusedError(SkipReason.EMPTY)
    builder = TextBuilder(limits.text_chars)
    for words in unseen:
        builder.leave_unseen(words)
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
    parsed = builder.parsed(
        "pdf",
        title=facts.get("Title"),
        modified=pdf_date(facts.get("ModDate")) or pdf_date(facts.get("CreationDate")),
        pages=len(document),
        warnings=[*_warnings(silent, broken), *scanned.warnings()],
    )
    return scanned.mark(parsed)


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


def _page(
    document: pdfium.PdfDocument, number: int, unseen: list[str]
) -> tuple[list[Row], float, bool]:
    """Rows in reading order, the page's height, and whether anything is drawn on it.

    What it says to nobody is added to ``unseen``.
    """
    page = document[number - 1]
    try:
        text_page = page.get_textpage()
        try:
            characters = page_characters(text_page)
            known = sum(not _is_unknown(char) for char in characters)
            characters = with_raised(text_page, characters)
            # A font without a table of meanings gives noise that nobody could search.
            readable = known > len(characters) / 2 and says_something(characters)
            rules, groups = _ruled(page, text_page, characters) if readable else (Rules(), [])
            fonts: dict[bytes, _Font] = {}
            pieces = [_piece(text_page, characters, words, fonts) for words in groups]
            hidden = hidden_pieces(page, text_page, pieces)
            unseen += [pieces[place].text for place in sorted(hidden)]
            pieces = [piece for place, piece in enumerate(pieces) if place not in hidden]
            _, bottom, _, top = page.get_bbox()
            lowered = [_lower(piece, bottom) for piece in pieces] if bottom else pieces
            has_objects = bool(pieces) or raw.FPDFPage_CountObjects(page) > 0
            rows = _ordered(lowered, rules.lowered(bottom), number)
            by_start = {words[0][0]: words for words in groups}
            apart = cuts(rows, by_start)

            def cut(piece: Piece) -> list[Piece]:
                words = by_start[piece.start]
                ends = pairwise([0, *apart.get(piece.start, ()), len(words)])
                parts = (_piece(text_page, characters, words[a:b], fonts) for a, b in ends)
                return [_lower(part, bottom) for part in parts]

            rows = [_recut(row, apart, cut) for row in rows]
            return rows, top - bottom, has_objects
        finally:
            text_page.close()
    finally:
        page.close()


def _ordered(pieces: list[Piece], rules: Rules, number: int) -> list[Row]:
    """Rows in reading order, those of ruled tables cell by cell."""
    found = grids(rules)
    tables: list[list[Row]] = []
    for grid in found:
        rows, taken = ruled_rows(grid, pieces, rules, number)
        pieces = [piece for place, piece in enumerate(pieces) if place not in taken]
        tables.append(rows)
    return with_tables(reading_order(pieces, number), tables, found)


def _recut(row: Row, apart: Container[int], cut: Callable[[Piece], list[Piece]]) -> Row:
    if not any(piece.start in apart for piece in row.pieces):
        return row
    return replace(row, pieces=tuple(part for piece in row.pieces for part in cut(piece)))


def _is_unknown(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff"


def _lower(piece: Piece, by: float) -> Piece:
    """The piece with heights counted from the page's lower edge, which need not be at 0."""
    return replace(piece, bottom=piece.bottom - by, top=piece.top - by)


def _ruled(
    page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, characters: str
) -> tuple[Rules, list[list[Word]]]:
    """The page's ruled lines, with those that part the columns of open tables, and its words."""
    drawn = read_rules(page)
    groups = _groups(text_page, characters, drawn)
    rules = with_columns(drawn, [word for words in groups for word in words], characters)
    return rules, groups if rules is drawn else _groups(text_page, characters, rules)


def _groups(text_page: pdfium.PdfTextPage, characters: str, rules: Rules) -> list[list[Word]]:
    """Words that stand together: a wide gap, a ruled line or a jump in height parts pdfium's lines.

    Only the first and last character of a word is asked for its box: each call costs about 1 µs,
    and a page has some 3,000 characters.
    """
    groups: list[list[Word]] = []
    for line in _LINES.finditer(characters):
        words: list[Word] = []
        for word in _words(text_page, characters, line):
            middle = (word[3] + word[5]) / 2
            if words and (
                _parts(words[-1], word[2], word[3], word[5])
                or (rules.down and rules.between(words[-1][4], word[2], middle))
            ):
                groups.append(words)
                words = []
            words.append(word)
        if words:
            groups.append(words)
    return groups


def _words(text_page: pdfium.PdfTextPage, characters: str, line: re.Match[str]) -> Iterator[Word]:
    box = raw.FS_RECTF()
    reference = ctypes.byref(box)
    for word in _WORD.finditer(line.group()):
        start, end = line.start() + word.start(), line.start() + word.end()
        if not raw.FPDFText_GetLooseCharBox(text_page, start, reference):
            continue
        left, low, high = box.left, box.bottom, box.top
        last = end - 1 - (characters[end - 1] == "\x02" and end - start > 1)
        raw.FPDFText_GetLooseCharBox(text_page, last, reference)
        yield start, end, left, low, max(box.right, left), high


def _parts(before: Word, left: float, low: float, high: float) -> bool:
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
    words: Sequence[Word],
    fonts: dict[bytes, _Font],
) -> Piece:
    start, end = words[0][0], words[-1][1]
    # One sign in front may be a bullet, which is often drawn larger than the words.
    lone = len(words) > 1 and words[0][1] - start == 1
    heights = sorted(word[5] - word[3] for word in words[lone:])
    first, last = _font(text_page, start, fonts), _font(text_page, words[-1][0], fonts)
    following = words[1][0] if len(words) > 1 else end
    return Piece(
        text=characters[start:end],
        start=start,
        end=end,
        left=words[0][2],
        bottom=min(word[3] for word in words),
        right=max(word[4] for word in words),
        top=max(word[5] for word in words),
        size=heights[len(heights) // 2],
        bold=first.bold and last.bold,
        # A Wingdings arrow reads as "ø": only its font tells that it is no letter.
        bullet=following - start if first.pictures and words[0][1] - start == 1 else 0,
    )


@dataclass(frozen=True, slots=True)
class _Font:
    bold: bool
    pictures: bool  #: its letters are drawn as signs


def _font(text_page: pdfium.PdfTextPage, index: int, fonts: dict[bytes, _Font]) -> _Font:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, name, 128, ctypes.byref(flags))
    if name.value not in fonts:
        said = name.value.decode("utf-8", "replace")
        heavy = raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_FROM
        fonts[name.value] = _Font(
            heavy or bool(_BOLD_NAME.search(said)), bool(_PICTURES.search(said))
        )
    return fonts[name.value]
