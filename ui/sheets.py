"""Pages of PDFs as pictures with the cited words boxed, drawn in a process that can be killed.

A bad file costs at most the limits, and never the server. The last few pictures are kept in memory.
"""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import BusyError, FootnoteError
from index.loading.frames import read_frame, write_frame
from index.types import Block, Document, DocumentInfo
from ui.markup import text
from ui.originals import Originals

SECONDS = 20.0
MEMORY_MB = 1_500
DRAWING = 2  #: pages drawn at the same time
KEPT = 12  #: pictures kept
_PICTURE_BYTES = 60_000_000
_ROOT = Path(__file__).resolve().parents[1]
#: -P keeps the working folder off the import path, as in `index.loading.sandbox`.
_START = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from ui.sheet_worker import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its size in pixels and boxes as shares of it (left, top, width, height)."""

    page: int
    pages: int
    width: int
    height: int
    boxes: tuple[tuple[float, ...], ...]


class Sheets:
    """Draws pages. Safe to use from several threads."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._work = threading.Semaphore(DRAWING)

    def sheet(
        self, document: Document, info: DocumentInfo, originals: Originals,
        page: int, start: int, end: int,
    ) -> Sheet:  # fmt: skip
        """A page with boxes around the part of ``start … end`` that stands on it."""
        original = originals.bytes_of(document, info)
        if original is None:
            raise FootnoteError(
                f"The file of {document.title!r} has changed or is gone since it was read, so its "
                "pages cannot be shown: sync the library."
            )
        answer, picture = self._draw(original[1], page, ranges(document.blocks, page, start, end))
        try:
            width, height, pages = (int(str(answer[key])) for key in ("width", "height", "pages"))
            boxes = answer["boxes"]
            assert isinstance(boxes, list)
        except (KeyError, ValueError, AssertionError):
            raise FootnoteError(f"Page {page} of {document.title!r} cannot be drawn.") from None
        with self._lock:
            self._pictures[document.id, page] = picture
            self._pictures.move_to_end((document.id, page))
            while len(self._pictures) > KEPT:
                self._pictures.popitem(last=False)
        return Sheet(page, pages, width, height, tuple(tuple(map(float, box)) for box in boxes))

    def picture(self, document_id: str, page: int) -> bytes | None:
        """The PNG of a page that was drawn lately."""
        with self._lock:
            return self._pictures.get((document_id, page))

    def _draw(
        self, data: bytes, page: int, wanted: Sequence[tuple[int, int]]
    ) -> tuple[dict[str, object], bytes]:
        asked = io.BytesIO()
        write_frame(asked, {"page": page, "ranges": [list(one) for one in wanted]}, data)
        command = [sys.executable, "-P", "-X", "utf8", "-c", _START, str(_ROOT), str(MEMORY_MB)]
        if not self._work.acquire(timeout=SECONDS):
            raise BusyError("Other pages are being drawn: try again in a moment.")
        try:
            done = subprocess.run(
                command,
                input=asked.getvalue(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                cwd=_ROOT,
                check=True,
            )
            return read_frame(io.BytesIO(done.stdout), _PICTURE_BYTES)
        except (subprocess.SubprocessError, OSError, EOFError, ValueError) as error:
            slow = isinstance(error, subprocess.TimeoutExpired)
            why = f"it took longer than {SECONDS:.0f} seconds" if slow else "its PDF is damaged"
            raise FootnoteError(f"Page {page} cannot be drawn: {why}; read its text.") from error
        finally:
            self._work.release()


def ranges(blocks: Sequence[Block], page: int, start: int, end: int) -> list[tuple[int, int]]:
    """Which characters of a page the text range stands on, as far as it stands there unchanged."""
    found: list[tuple[int, int]] = []
    for block in blocks:
        if block.end <= start or block.start >= end:
            continue
        for run in block.page_runs:
            low, high = max(start, run.start), min(end, run.end)
            if run.page == page and low < high:
                shift = run.page_start - run.start
                found.append((low + shift, min(high + shift, run.page_end)))
    return found


def first_page(blocks: Sequence[Block], start: int, end: int) -> int | None:
    """The page on which a range begins; None where there are no pages."""
    for block in blocks:
        if block.end <= start or block.start >= max(end, start + 1):
            continue
        for run in block.page_runs:
            if run.end > start:
                return run.page
        if block.page is not None:
            return block.page
    return None


def sheet_html(document: Document, sheet: Sheet) -> str:
    """The picture of a page, the cited words marked on it, and the way to the pages beside it."""
    marks = "".join(
        f'<i style="left:{100 * x:.3f}%;top:{100 * y:.3f}%;width:{100 * w:.3f}%;'
        f'height:{100 * h:.3f}%"></i>'
        for x, y, w, h in sheet.boxes
    )
    source = f"/api/sheet.png?document={text(document.id)}&amp;page={sheet.page:d}"
    steps = "".join(
        f'<button type="button" class="fn-quiet" data-action="sheet" data-page="{page:d}"'
        f"{'' if 1 <= page <= sheet.pages else ' disabled'}>{words}</button>"
        for page, words in ((sheet.page - 1, "Page before"), (sheet.page + 1, "Page after"))
    )
    return (
        f'<div class="fn-sheet-bar"><span>page {sheet.page:d} of {sheet.pages:d}</span><span>'
        '<button type="button" class="fn-quiet" data-action="larger" aria-pressed="false">Larger'
        f"</button>{steps}</span></div>"
        f'<div class="fn-sheet-scroll" tabindex="-1"><figure class="fn-sheet">'
        f'<img src="{source}" width="{sheet.width:d}"'
        f' height="{sheet.height:d}" alt="Page {sheet.page:d} of {text(document.title)}">'
        f"{marks}</figure></div>"
    )


def views(document: Document, start: int, end: int) -> str:
    """The choice between the page and its text; nothing where there are no pages to draw."""
    page = first_page(document.blocks, start, end)
    if page is None or not document.loader.startswith("pdf"):
        return ""
    return (
        f'<div class="fn-views" role="group" aria-label="Show the source as">'
        f'<button type="button" class="fn-quiet" data-action="sheet" data-page="{page:d}"'
        ' aria-pressed="false">Page</button><button type="button" class="fn-quiet"'
        ' data-action="sheet-text" aria-pressed="true">Text</button></div>'
    )
