"""Pictures and scanned pages: read where Tesseract is installed, named where it is not."""

from __future__ import annotations

import io
import re
import struct
import sys
import time
import zlib
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hostile_files import page_stream, pdf_bytes
from hostile_text_files import png_bytes
from PIL import Image

from index.loading import Limits, Sandbox, eml, hocr, image, ocr, pdf, tesseract
from index.loading.formats import document_id, parse
from index.loading.limits import RefusedError
from index.types import SkipReason

LINES = (
    "The harbour of Lindow was dredged in 1987 at a cost",
    "of 29,000 pounds, and ships of up to forty metres may",
    "enter at high tide when the pilot has been called.",
)
needs_tesseract = pytest.mark.skipif(
    not tesseract.available(), reason="Tesseract is not installed (package tesseract-ocr)"
)


def page_content(number: int) -> bytes:
    """A page with a large heading and three lines."""
    name = b"Harbour rules" if number == 1 else b"Tide tables"  # what comes twice is a running head
    parts = [b"BT /F1 24 Tf 72 720 Td (%s %d) Tj ET" % (name, number)]
    parts += [
        b"BT /F1 12 Tf 72 %d Td (%s) Tj ET" % (680 - 16 * place, line.encode())
        for place, line in enumerate(LINES)
    ]
    return b"\n".join(parts)


def pictures(count: int) -> list[pdfium.PdfBitmap]:
    document = pdfium.PdfDocument(pdf_bytes([page_content(n) for n in range(1, count + 1)]))
    return [page.render(scale=2.5, grayscale=True) for page in document]


def png(number: int = 1) -> bytes:
    bitmap = pictures(number)[-1]
    grey, stride = bytes(bitmap.buffer), bitmap.stride
    rows = b"".join(
        b"\0" + grey[row * stride : row * stride + bitmap.width] for row in range(bitmap.height)
    )
    made = png_bytes(bitmap.width, bitmap.height, rows)
    # Eight bits a pixel instead of one.
    head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, 0, 0, 0, 0)
    checked = b"IHDR" + head
    return made[:8] + struct.pack(">I", 13) + checked + struct.pack(
        ">I", zlib.crc32(checked)
    ) + made[8 + 25 :]  # fmt: skip


def scanned_pdf(count: int, spoken: bool = False) -> bytes:
    """A PDF whose pages are pictures of text; with ``spoken`` the first has text of its own."""
    out = pdfium.PdfDocument.new()
    if spoken:
        out.import_pages(pdfium.PdfDocument(pdf_bytes([page_stream("Spoken words come first.")])))
    for bitmap in pictures(count):
        drawn = pdfium.PdfImage.new(out)
        drawn.set_bitmap(bitmap)
        drawn.set_matrix(pdfium.PdfMatrix().scale(612, 792))
        page = out.new_page(612, 792)
        page.insert_obj(drawn)
        page.gen_content()
    data = io.BytesIO()
    out.save(data)
    return data.getvalue()


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without Tesseract."""
    monkeypatch.setattr(tesseract, "program", lambda: None)
    monkeypatch.setattr(tesseract, "languages", tuple)


# ---- without Tesseract -------------------------------------------------------------------


@pytest.mark.usefixtures("without")
def test_a_picture_is_named_with_the_remedy() -> None:
    for run, data in ((image.parse, png()), (pdf.parse, scanned_pdf(1))):
        with pytest.raises(RefusedError) as refused:
            run(data, Limits())
        assert refused.value.reason is SkipReason.IMAGE_ONLY
        assert "tesseract-ocr" in refused.value.detail


@pytest.mark.usefixtures("without")
def test_a_pdf_is_read_in_part_and_says_what_would_help() -> None:
    parsed = pdf.parse(scanned_pdf(2, spoken=True), Limits())
    assert parsed.text == "Spoken words come first."
    assert parsed.loader.startswith("pdf/")
    assert parsed.warnings[0] == "pages 2–3 hold only images and were not read"
    assert parsed.warnings[1] == tesseract.MISSING


def turned(picture: Image.Image, degrees: int, **kept: object) -> bytes:
    out = io.BytesIO()
    picture.rotate(degrees, expand=True).save(out, "JPEG" if kept else "PNG", **kept)
    return out.getvalue()


def camera(number: int) -> Image.Exif:
    noted = Image.Exif()
    noted[0x0112] = number
    return noted


def test_how_a_camera_was_held_is_read_from_the_photo() -> None:
    picture = Image.new("L", (40, 20))
    for number in (1, 3, 6, 8):
        assert image.exif_orientation(turned(picture, 0, exif=camera(number))) == number
    upright = image.upright(turned(picture, 90, exif=camera(6)))
    assert upright.startswith(b"P5 40 20 255\n")
    plain = turned(picture, 0, quality=90)
    assert image.exif_orientation(plain) == 1
    assert image.upright(plain) == plain
    noted = turned(picture, 0, exif=camera(6))
    for end in range(len(noted)):
        image.exif_orientation(noted[:end])


# ---- with it -----------------------------------------------------------------------------


@needs_tesseract
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_picture_on_its_side_is_turned_upright(degrees: int) -> None:
    if not tesseract.can_turn():
        pytest.skip("Tesseract has no data for the orientation of pages (osd)")
    parsed = image.parse(turned(Image.open(io.BytesIO(png())), degrees), Limits())
    kinds = [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]
    assert kinds == [("heading", "Harbour rules 1"), ("paragraph", " ".join(LINES))]


@needs_tesseract
def test_without_data_for_turning_a_photo_is_turned_as_it_says_and_garbage_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tesseract, "can_turn", lambda: False)
    picture = Image.open(io.BytesIO(png()))
    for degrees, number in ((90, 6), (180, 3), (270, 8)):
        parsed = image.parse(turned(picture, degrees, exif=camera(number)), Limits())
        assert parsed.text == "Harbour rules 1\n\n" + " ".join(LINES)
    with pytest.raises(RefusedError) as refused:
        image.parse(turned(picture, 90), Limits())
    assert "sure of" in refused.value.detail


@needs_tesseract
def test_a_picture_is_read_with_its_heading() -> None:
    parsed = image.parse(png(), Limits())
    kinds = [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]
    assert kinds == [("heading", "Harbour rules 1"), ("paragraph", " ".join(LINES))]
    assert all(block.page == 1 and not block.page_runs for block in parsed.blocks)
    assert parsed.loader.startswith("image+ocr/")
    assert "can misread letters" in parsed.warnings[0]


@needs_tesseract
def test_scanned_pages_stand_between_the_others_with_their_numbers() -> None:
    parsed = pdf.parse(scanned_pdf(2, spoken=True), Limits())
    found = [(b.page, parsed.text[b.start : b.end]) for b in parsed.blocks]
    assert found == [
        (1, "Spoken words come first."),
        (2, "Harbour rules 1"),
        (2, " ".join(LINES)),
        (3, "Tide tables 2"),
        (3, " ".join(LINES)),
    ]
    assert [bool(b.page_runs) for b in parsed.blocks] == [True, False, False, False, False]
    assert parsed.warnings == (
        f"2 pages were read by OCR ({'+'.join(tesseract.languages())}), which can misread letters",
    )


@needs_tesseract
def test_ocr_gives_a_document_an_identity_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once Tesseract is installed the same bytes are another document, and are indexed anew."""
    data = scanned_pdf(1, spoken=True)
    read = parse(data, "a.pdf", Limits())
    assert read.id == document_id(read.loader, data)
    monkeypatch.setattr(tesseract, "languages", tuple)
    assert parse(data, "a.pdf", Limits()).id != read.id


@needs_tesseract
def test_a_scan_in_a_mail_is_read_and_noted() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.c", "The rules"
    mail.set_content("See the scan.")
    mail.add_attachment(png(), maintype="image", subtype="png", filename="rules.png")
    parsed = eml.parse(mail.as_bytes(), Limits())
    assert LINES[0] in parsed.text
    assert parsed.loader.startswith("eml+ocr/")
    assert parsed.warnings[0].startswith("attachment rules.png: 1 page was read by OCR")


@needs_tesseract
def test_pages_beyond_the_time_are_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ocr.Scans.read

    def slow(self: ocr.Scans, picture: bytes) -> list[hocr.Line]:
        if self.seconds_left() < 1:
            raise TimeoutError
        found = real(self, picture)
        self.started -= 30  # as if the page had taken half a minute
        return found

    monkeypatch.setattr(ocr, "_WORKERS", 1)
    monkeypatch.setattr(ocr.Scans, "read", slow)
    parsed = pdf.parse(scanned_pdf(5), Limits(seconds=60))
    assert parsed.blocks[0].page == 1
    assert max(block.page or 0 for block in parsed.blocks) < 5
    assert parsed.warnings[0].endswith("hold only images and were not read")
    assert "within the limit of 60 s" in parsed.warnings[-1]


@needs_tesseract
def test_the_time_limit_holds_in_the_real_sandbox() -> None:
    """Forty pages take longer than three seconds: what was read in time comes back."""
    data = scanned_pdf(40)
    started = time.monotonic()
    with Sandbox(Limits(seconds=6)) as sandbox:
        document = sandbox.parse(data, "a.pdf")
    assert time.monotonic() - started < 8
    assert "Harbour rules 1" in document.text
    assert document.pages == 40
    assert any("within the limit of 6 s" in warning for warning in document.warnings)


@needs_tesseract
def test_tesseract_stops_when_its_time_is_up() -> None:
    scans = ocr.Scans(Limits(seconds=0.9))
    started = time.monotonic()
    noise = b"P5 3000 4000 255\n" + bytes(range(250)) * 48_000
    with pytest.raises(TimeoutError):
        [scans.read(noise) for _ in range(50)]
    assert time.monotonic() - started < 3


@needs_tesseract
def test_a_picture_without_words_is_empty() -> None:
    blank = png_bytes(300, 300, (b"\0" + b"\xff" * 38) * 300)
    with pytest.raises(RefusedError) as refused:
        image.parse(blank, Limits())
    assert refused.value.reason is SkipReason.EMPTY


@needs_tesseract
def test_tesseract_is_started_without_a_shell_and_by_its_full_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[list[str]] = []
    real = ocr.subprocess.Popen

    def popen(command: list[str], **rest: object) -> object:
        seen.append(command)
        assert not rest.get("shell")
        return real(command, **rest)

    monkeypatch.setattr(ocr.subprocess, "Popen", popen)
    image.parse(png(), Limits())
    assert Path(seen[0][0]).is_absolute()
    assert seen[0][1:3] == ["stdin", "stdout"]


def test_icons_are_not_worth_a_start_of_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "languages", lambda: ("eng",))
    monkeypatch.setattr(ocr.Scans, "read", lambda *_: pytest.fail("it was started"))
    with pytest.raises(RefusedError) as refused:
        image.parse(png_bytes(32, 32), Limits())
    assert refused.value.reason is SkipReason.EMPTY


def test_how_it_stands_with_scans_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "program", lambda: "/usr/bin/tesseract")
    monkeypatch.setattr(tesseract, "languages", lambda: ("eng", "deu"))
    assert tesseract.state() == "read by /usr/bin/tesseract (eng, deu)"
    monkeypatch.setattr(tesseract, "languages", tuple)
    assert tesseract.state().startswith("not read: install Tesseract")


# ---- pure parts --------------------------------------------------------------------------


def test_sizes_of_pictures_are_told_before_they_are_unpacked() -> None:
    assert image.size_of(png_bytes(60_000, 50_000)) == (60_000, 50_000)
    assert image.size_of(b"GIF89a\x10\x00\x20\x00") == (16, 32)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x01\x00\x02\x00\x03"
    assert image.size_of(jpeg) == (512, 256)
    assert image.size_of(b"\xff\xd8\xff") == (0, 0)
    assert image.size_of(b"\xff\xd8\xff\xe0\x00\x00" * 5) == (0, 0)


def test_words_that_tesseract_doubts_are_dropped_and_cells_parted() -> None:
    def word(left: int, said: str, sure: int) -> str:
        box = f"bbox {left} 10 {left + 50} 30; x_wconf {sure}"
        return f"<span class='ocrx_word' title='{box}'>{said}</span> "

    line = "<span class='ocr_line' title='bbox 0 10 900 30; x_size 20'>{}</span>"
    answer = (
        "<html><body><div class='ocr_page' title='image; bbox 0 0 1000 500; ppageno 0'>"
        + line.format(word(0, "sure", 95) + word(60, "~;", 5) + word(400, "cell", 90))
        + line.format(word(0, "Ijl", 30) + word(60, "|!", 30))
        + "</div></body></html>"
    )
    lines = hocr.read_lines(answer.encode())
    assert [[piece.text for piece in found.pieces] for found in lines] == [["sure", "cell"]]
    assert lines[0].pieces[0].bottom == 470.0


def test_the_search_for_tesseract_is_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract.program.cache_clear()
    monkeypatch.setenv("PATH", "")
    try:
        assert tesseract.program() is None or sys.platform == "win32"
    finally:
        tesseract.program.cache_clear()


# ---- a real document ---------------------------------------------------------------------

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SYLLABUS = DATA / "syllabusqa" / "documents" / "pdf" / "BDES-Syllabus-2021-v1rsb.pdf"


@needs_tesseract
@pytest.mark.skipif(not SYLLABUS.is_file(), reason="the syllabi of SyllabusQA are not here")
def test_a_real_page_comes_back_by_ocr() -> None:
    """Printed at 150 dots an inch and read back, against the page's own text."""
    source = pdfium.PdfDocument(SYLLABUS)
    alone, scan = pdfium.PdfDocument.new(), pdfium.PdfDocument.new()
    alone.import_pages(source, [0])
    drawn = pdfium.PdfImage.new(scan)
    drawn.set_bitmap(source[0].render(scale=150 / 72, grayscale=True))
    width, height = source[0].get_size()
    drawn.set_matrix(pdfium.PdfMatrix().scale(width, height))
    page = scan.new_page(width, height)
    page.insert_obj(drawn)
    page.gen_content()
    texts = []
    for document in (alone, scan):
        data = io.BytesIO()
        document.save(data)
        texts.append(pdf.parse(data.getvalue(), Limits()).text.lower())
    truth, found = (Counter(re.findall(r"\w+", text)) for text in texts)
    assert (truth & found).total() / truth.total() >= 0.97
    assert (truth & found).total() / found.total() >= 0.95
