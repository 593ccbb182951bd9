"""Pages of PDFs as pictures: the boxes lie on the cited words, and a bad file costs only itself."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas
from ui_assistant import Paced, paced

from index.errors import FootnoteError
from index.types import Block, BlockKind, Document, PageRun
from ui import sheets as sheets_module
from ui.originals import Originals
from ui.sheet_worker import PIXELS, draw, png
from ui.sheets import Sheets, first_page, ranges, views
from ui.web import build_app

LINES = ["The lease begins in May.", "Cats may be kept in the flat.", "Rent is due on Monday."]


def pdf(path: Path, pages: int = 2, size: tuple[float, float] = (400, 300), turn: int = 0) -> Path:
    canvas = Canvas(str(path), pagesize=size)
    for page in range(1, pages + 1):
        canvas.setPageRotation(turn)
        for number, line in enumerate(LINES):
            canvas.drawString(40, size[1] - 60 - 60 * number, f"{line} Page {page} says so.")
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    folder = tmp_path_factory.mktemp("sheets")
    (folder / "documents").mkdir()
    pdf(folder / "documents" / "lease.pdf")
    return paced(folder, {"note.md": "# Note\n\nThe shed is green."})


def lease(made: Paced) -> Document:
    info = next(info for info in made.documents() if info.source.endswith(".pdf"))
    document = made.document(info.id)
    assert document is not None
    return document


def test_boxes_lie_on_the_cited_words(made: Paced) -> None:
    """The picture is dark where the words are, and the box ends with them."""
    document = lease(made)
    words = "Cats may be kept in the flat."
    start = document.text.rindex(words)
    page = first_page(document.blocks, start, start + len(words))
    assert page == 2
    info = made.infos([document.id])[0]
    drawn = Sheets()
    sheet = drawn.sheet(document, info, Originals(made), page, start, start + len(words))
    ((left, top, width, height),) = sheet.boxes
    assert left == pytest.approx(40 / 400, abs=0.01)
    assert top + height / 2 == pytest.approx(1 - (300 - 120 + 4) / 300, abs=0.02)
    assert width < 0.5  # the rest of the line is not cited
    data = drawn.picture(document.id, page)
    assert data is not None
    assert dark_share(data, left, top, width, height) > 0.05
    assert dark_share(data, 0.1, 0.75, 0.8, 0.2) == 0


def dark_share(picture: bytes, left: float, top: float, width: float, height: float) -> float:
    rows, columns, pixels = decoded(picture)
    ys = range(int(top * rows), int((top + height) * rows))
    xs = range(int(left * columns), int((left + width) * columns))
    return sum(pixels[y][3 * x] < 128 for y in ys for x in xs) / (len(ys) * len(xs))


def decoded(picture: bytes) -> tuple[int, int, list[bytes]]:
    """A reader of our own PNGs, written apart from their writer."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    body, place, chunks = picture, 8, {}
    while place < len(body):
        length, name = struct.unpack(">I4s", body[place : place + 8])
        part = body[place + 8 : place + 8 + length]
        (crc,) = struct.unpack(">I", body[place + 8 + length : place + 12 + length])
        assert crc == zlib.crc32(name + part)
        chunks[name] = part
        place += 12 + length
    columns, rows, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    channels = {0: 1, 2: 3, 6: 4}[kind]
    assert depth == 8
    raw, size, out = zlib.decompress(chunks[b"IDAT"]), columns * channels, []
    before = bytes(size)
    for number in range(rows):
        mark, line = raw[number * (size + 1)], raw[number * (size + 1) + 1 :][:size]
        if mark == 2:
            line = bytes((a + b) % 256 for a, b in zip(line, before, strict=True))
        out.append(line)
        before = line
    return rows, columns, out


@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3, 4]), st.data())
def test_a_png_holds_its_pixels(
    columns: int, rows: int, channels: int, data: st.DataObject
) -> None:
    stride = columns * channels + 3
    lines = [data.draw(st.binary(min_size=stride, max_size=stride)) for _ in range(rows)]
    found = decoded(png(b"".join(lines), columns, rows, stride, channels))
    assert found == (rows, columns, [line[: columns * channels] for line in lines])


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_a_turned_page(tmp_path: Path, turn: int) -> None:
    data = pdf(tmp_path / "turned.pdf", 1, turn=turn).read_bytes()
    document = pdfium.PdfDocument(data)
    words = document[0].get_textpage().get_text_range()
    start = words.index("Cats")
    document.close()
    answer, picture = draw(data, 1, [[start, start + 29]])
    boxes = answer["boxes"]
    assert isinstance(boxes, list)
    ((left, top, width, height),) = boxes
    assert (height > width * answer["height"] / answer["width"]) == (turn != 180)  # type: ignore[operator]
    assert dark_share(picture, left, top, width, height) > 0.05


def test_a_huge_page_gives_a_bounded_picture(tmp_path: Path) -> None:
    data = pdf(tmp_path / "tall.pdf", 1, (100, 14_000)).read_bytes()
    answer, _ = draw(data, 1, [])
    assert int(str(answer["width"])) * int(str(answer["height"])) <= PIXELS * 1.01


def test_ranges_follow_the_runs() -> None:
    runs = (PageRun(0, 5, 1, 10, 15), PageRun(6, 12, 1, 20, 26), PageRun(13, 20, 2, 0, 7))
    blocks = (Block(BlockKind.PARAGRAPH, 0, 20, page=1, page_runs=runs),)
    assert ranges(blocks, 1, 3, 8) == [(13, 15), (20, 22)]
    assert ranges(blocks, 2, 3, 15) == [(0, 2)]
    assert ranges(blocks, 3, 0, 20) == []
    assert first_page(blocks, 14, 16) == 2
    assert first_page(blocks, 0, 0) == 1


def test_trouble_is_one_sentence_and_nothing_hangs(
    made: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Sheets()
    with pytest.raises(FootnoteError, match="damaged"):
        drawn._draw(b"%PDF-1.4 broken", 1, [])
    document = lease(made)
    info = made.infos([document.id])[0]
    with pytest.raises(FootnoteError, match="cannot be drawn"):
        drawn.sheet(document, info, Originals(made), 99, 0, 1)
    monkeypatch.setattr(sheets_module, "SECONDS", 0.01)
    began = time.monotonic()
    with pytest.raises(FootnoteError, match="longer than"):
        drawn.sheet(document, info, Originals(made), 1, 0, 1)
    assert time.monotonic() - began < 5


def test_a_file_that_changed_shows_no_page(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    path = pdf(tmp_path / "documents" / "lease.pdf")
    made = paced(tmp_path, {})
    document = lease(made)
    info = made.infos([document.id])[0]
    pdf(path, 3)
    with pytest.raises(FootnoteError, match="changed or is gone"):
        Sheets().sheet(document, info, Originals(made), 1, 0, 1)


def test_routes_of_pages(made: Paced) -> None:
    client = TestClient(build_app(made), base_url="http://127.0.0.1:7860")
    document = lease(made)
    start = document.text.index("Cats")
    where = {"document": document.id, "start": start, "end": start + 29}
    panel = client.get("/api/passage", params=where).text
    assert 'data-action="sheet" data-page="1"' in panel
    sheet = client.get("/api/sheet", params={**where, "page": 1})
    assert sheet.status_code == 200
    assert "page 1 of 2" in sheet.text
    assert sheet.text.count("<i style=") == 1
    asked = {"document": document.id, "page": 1}
    picture = client.get("/api/sheet.png", params=asked)
    assert picture.headers["content-type"] == "image/png"
    assert io.BytesIO(picture.content).read(4) == b"\x89PNG"
    assert client.get("/api/sheet.png", params={**asked, "page": 7}).status_code == 404
    assert client.get("/api/sheet", params={**where, "page": 0}).status_code == 422
    gone = client.get("/api/sheet", params={"document": "x", "page": 1})
    assert gone.status_code == 404
    note = next(info for info in made.documents() if not info.source.endswith(".pdf"))
    other = made.document(note.id)
    assert other is not None
    assert views(other, 0, 4) == ""
