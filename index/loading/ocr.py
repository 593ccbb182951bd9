"""Words of scanned pages and pictures, by the Tesseract program where the computer has it.

Tesseract is started by its full path for each page, without a shell and without files: the picture
goes in and hOCR comes out. A wrapper (pytesseract) would add Pillow and temporary files and nothing
we need. The pages are read side by side until three quarters of the time limit are spent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from statistics import median

import pypdfium2 as pdfium

from index.loading import tesseract
from index.loading.builder import Parsed, loader_string
from index.loading.hocr import Line, read_lines, sureness
from index.loading.limits import Limits
from index.loading.pdf_layout import Piece, Row, reading_order

_TIME_SHARE = 0.75  #: of the time limit; the rest is for what comes after
_LEAST_SECONDS = 0.5  #: with less left no page is begun
_WORKERS = max(1, min(4, (os.cpu_count() or 2) // 2))  #: embedding runs beside
_DOTS = 300  #: an inch; what Tesseract was made for
_MAX_PIXELS = 40_000_000  #: of a page as it is rendered
_AS_IT_IS, _FIND_UPRIGHT = "3", "1"  #: Tesseract's numbers for how it looks at a page
# Confidence in percent. Of pages of print it is 96; turned by 90° or 180° it is 42, at half the
# usual resolution 66 with 77% of the words right, at a third of it 44 with 7% right.
_DOUBTFUL = 75.0
_READABLE = 55.0
_WORD, _FEW_WORDS = b"ocrx_word", 8
_READABLE_AS_IT_IS = 70.0  # the words that it takes sideways print for reach 66
_SAME_SIZE = 1.3  #: heights that differ by less are one size: Tesseract's measure wavers
_SIZE_STEP = 1.25


class OcrError(Exception):
    """Tesseract could not read a picture; the text says why, in its own words."""


@dataclass(slots=True)
class Scans:
    """Reads the pictures of one file within its time; made when the file's parse begins."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)

    def seconds_left(self) -> float:
        """What remains for reading pictures."""
        return self.started + _TIME_SHARE * self.limits.seconds - time.monotonic()

    def read(self, picture: bytes) -> list[Line]:
        """The lines of one file of pictures, turned upright; none where hardly a word is sure.

        Raises OcrError, or TimeoutError when time is up.
        """
        found = self._read(picture, _AS_IT_IS)
        lines = read_lines(found)
        # Of a page on its side not one line may be sure; a photo without words has hardly any.
        doubtful = sureness(lines) < _DOUBTFUL and found.count(_WORD) >= _FEW_WORDS
        sideways = sum(not line.is_upright for line in lines) > len(lines) / 2
        if tesseract.can_turn() and (sideways or doubtful):
            try:
                turned = read_lines(self._read(picture, _FIND_UPRIGHT))
            except (OcrError, TimeoutError):
                turned = []
            if sideways or sureness(turned) > sureness(lines):
                lines = turned or lines
        least = _READABLE if tesseract.can_turn() else _READABLE_AS_IT_IS
        return lines if sureness(lines) >= least else []

    def _read(self, picture: bytes, layout: str) -> bytes:
        """Tesseract's answer (hOCR). Raises as `read` does."""
        path, seconds = tesseract.program(), self.seconds_left()
        if path is None:
            raise OcrError(tesseract.REMEDY)
        if seconds < _LEAST_SECONDS:
            raise TimeoutError
        command = [path, "stdin", "stdout", "-l", "+".join(tesseract.languages()), "--psm", layout]
        process = subprocess.Popen(
            [*command, "-c", "tessedit_create_hocr=1", "-c", "hocr_font_info=0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        _limit_time(process.pid, seconds)
        try:
            out, said = process.communicate(picture, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise TimeoutError from None
        if process.returncode:
            words = said.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise OcrError(words[-1][:200])
        return out

    def read_pdf(self, document: pdfium.PdfDocument, numbers: Sequence[int]) -> Scanned:
        """Read pages of a PDF, several at a time, until time is up."""
        if not numbers or not tesseract.available():
            return Scanned(missing=bool(numbers), seconds=self.limits.seconds)
        found: dict[int, list[Line]] = {}
        scales: dict[int, float] = {}
        waiting: deque[tuple[int, Future[list[Line]]]] = deque()

        def collect() -> None:
            number, future = waiting.popleft()
            try:
                found[number] = future.result()
            except TimeoutError:
                return
            except OcrError:
                found[number] = []

        with ThreadPoolExecutor(_WORKERS) as pool:
            for number in numbers:
                if self.seconds_left() < _LEAST_SECONDS:
                    break
                picture, scales[number] = _picture(document, number)
                waiting.append((number, pool.submit(self.read, picture)))
                if len(waiting) > _WORKERS:
                    collect()
            while waiting:
                collect()
        pieces = {
            number: [_scaled(piece, scales[number]) for line in lines for piece in line.pieces]
            for number, lines in found.items()
        }
        late = tuple(number for number in numbers if number not in found)
        return Scanned(to_rows(pieces), late, seconds=self.limits.seconds)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What OCR made of the pages without text of one PDF."""

    rows: Mapping[int, list[Row]] = field(default_factory=dict)  #: only pages with words
    late: tuple[int, ...] = ()  #: pages that there was no time for
    missing: bool = False  #: Tesseract is not installed and would have been of use
    seconds: float = 0.0  #: the limit

    @property
    def why_not(self) -> str:
        """Why a PDF of pictures alone has no words."""
        if self.missing:
            return tesseract.REMEDY
        return f"OCR got no page done in {self.seconds:g} s" if self.late else "OCR found no words"

    def warnings(self) -> list[str]:
        """What to say with the document, beside the pages that were not read."""
        out = [said_of(len(self.rows))] if self.rows else []
        if self.late:
            out.append(
                f"OCR had no time for {len(self.late):,} of them within the limit of "
                f"{self.seconds:g} s"
            )
        return [*out, tesseract.MISSING] if self.missing else out

    def mark(self, parsed: Parsed) -> Parsed:
        """The document with OCR noted as its loader, if OCR had a part in it."""
        return marked(parsed, frozenset(self.rows)) if self.rows else parsed


def said_of(pages: int) -> str:
    """The warning of a document that OCR read."""
    what = "1 page was" if pages == 1 else f"{pages:,} pages were"
    return f"{what} read by OCR ({'+'.join(tesseract.languages())}), which can misread letters"


def marked(parsed: Parsed, pages: frozenset[int]) -> Parsed:
    """The document as OCR's: another loader name, and so another identity once OCR is there.

    Its pages have no characters that page runs could point at.
    """
    blocks = tuple(
        replace(block, page_runs=tuple(run for run in block.page_runs if run.page not in pages))
        for block in parsed.blocks
    )
    name = parsed.loader.partition("/")[0]
    return replace(parsed, loader=loader_string(f"{name}+ocr"), blocks=blocks)


def to_rows(pages: dict[int, list[Piece]]) -> dict[int, list[Row]]:
    """Rows of each page that has words, in reading order; sizes that are one size made alike."""
    sizes = [piece.size for pieces in pages.values() for piece in pieces]
    body = median(sizes) if sizes else 1.0
    return {
        number: reading_order([replace(p, size=_settled(p.size, body)) for p in pieces], number)
        for number, pieces in pages.items()
        if pieces
    }


def _settled(size: float, body: float) -> float:
    """The size of running text, or a step above it: Tesseract's measure of a line wavers."""
    if size < body * _SAME_SIZE:
        return body
    steps = 1
    while size >= body * _SAME_SIZE * _SIZE_STEP**steps and steps < 6:
        steps += 1
    return body * _SIZE_STEP**steps


def _scaled(piece: Piece, scale: float) -> Piece:
    return replace(
        piece,
        left=piece.left / scale,
        bottom=piece.bottom / scale,
        right=piece.right / scale,
        top=piece.top / scale,
        size=piece.size / scale,
    )


def _picture(document: pdfium.PdfDocument, number: int) -> tuple[bytes, float]:
    """A page as a grey picture (PGM), and how many pixels a point takes."""
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = min(_DOTS / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        return grey_picture(page, scale), scale
    finally:
        page.close()


def grey_picture(page: pdfium.PdfPage, scale: float) -> bytes:
    """A page as a grey picture (PGM) with ``scale`` pixels a point."""
    bitmap = page.render(scale=scale, grayscale=True)
    wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
    grey = bytes(bitmap.buffer)
    bitmap.close()
    if stride != wide:
        grey = b"".join(grey[row * stride : row * stride + wide] for row in range(high))
    return b"P5 %d %d 255\n" % (wide, high) + grey


def _limit_time(pid: int, seconds: float) -> None:
    """Let it end by itself should the process that started it be killed (Linux only)."""
    if sys.platform == "linux":
        import resource

        most = int(seconds) + 5
        try:
            resource.prlimit(pid, resource.RLIMIT_CPU, (most, most))
        except (OSError, ValueError):
            return  # it has ended, or may not be limited
