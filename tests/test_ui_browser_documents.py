"""Documents and how each stands, followed folders, and reading aloud, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from reportlab.pdfgen.canvas import Canvas
from ui_assistant import Paced, paced

from index.sync_report import SyncProgress
from ui.web import build_app

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
HANDBOOK = "# Holidays\n\nEveryone who works full time has 28 days of paid holiday a year.\n"
#: A browser with two voices, of which one would send the words away; it speaks for half a second.
VOICES = """
const voices = [
  { name: "Cloud", lang: "en-US", localService: false, default: true },
  { name: "Here", lang: "en-GB", localService: true, default: false },
];
globalThis.spoken = [];
let timers = [];
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(words) { super(); this.words = words; }
};
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => LIST,
  addEventListener: () => {},
  speak: (said) => {
    spoken.push([said.words, said.voice.name]);
    timers.push(setTimeout(() => said.dispatchEvent(new Event("end")), 500));
  },
  cancel: () => { timers.forEach(clearTimeout); timers = []; spoken.push(["", "cancelled"]); },
} });
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Paced, Path]]:
    """A library that follows one folder; nothing of it is sample."""
    folder = tmp_path / "documents"
    folder.mkdir()
    half = Canvas(str(folder / "half.pdf"))
    half.drawString(40, 500, "Cats may be kept in the flat, the lease says.")
    half.showPage()
    half.rect(40, 40, 400, 600, fill=1)
    half.showPage()
    half.save()
    files = {"handbook.md": HANDBOOK, "gone.txt": "The boat is called Wren.", "bad.pdf": "no PDF"}
    assistant = paced(tmp_path, files)
    yield assistant, folder
    assistant.close()


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["wide", "phone"])
def page(
    request: pytest.FixtureRequest, browser: Browser, library: tuple[Paced, Path]
) -> Iterator[Page]:
    width, height = request.param
    made: list[FastAPI] = []

    def make(door: object) -> FastAPI:
        made.append(build_app(library[0], door=door))  # type: ignore[arg-type]
        return made[0]

    with serving(make) as address:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        opened = context.new_page()
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.address = address  # type: ignore[attr-defined]
        opened.app = made[0]  # type: ignore[attr-defined]
        opened.goto(address)
        opened.wait_for_selector(".fn-hello")
        yield opened
        context.close()
        assert complaints == []


def documents(page: Page) -> None:
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector(".fn-shelf li")


def test_every_document_says_how_it_stands(page: Page, library: tuple[Paced, Path]) -> None:
    folder = library[1]
    documents(page)
    assert "3 documents" in page.locator("#fn-listing").inner_text()
    assert "1 file not read" in page.locator(".fn-unread").inner_text()
    assert "bad.pdf" in page.locator(".fn-unread").inner_text()
    part = page.locator(".fn-shelf li", has_text="half")
    assert "Read in part." in part.inner_text()
    assert page.locator(".fn-state").count() == 1
    page.keyboard.press("Escape")

    time.sleep(1.1)  # a sync is dated to the second
    (folder / "handbook.md").write_text(HANDBOOK.replace("28", "30"), "utf-8")
    (folder / "gone.txt").unlink()
    documents(page)
    page.wait_for_selector(".fn-state-changed")
    assert "1 read in part, 1 changed since, 1 missing" in page.locator("#fn-listing").inner_text()
    assert (
        "sync to ask what it says now"
        in page.locator(".fn-shelf li", has_text="handbook.md").inner_text()
    )
    page.locator("#fn-libraries").get_by_role("button", name="Sync now").click()
    page.wait_for_selector("#fn-outcome >> text=1 changed, 1 gone")
    page.wait_for_function("document.querySelectorAll('.fn-state').length === 1")
    assert "Last sync" in page.locator("#fn-libraries").inner_text()


def test_a_touched_file_that_says_the_same_is_ready(
    page: Page, library: tuple[Paced, Path]
) -> None:
    time.sleep(1.1)
    (library[1] / "handbook.md").write_text(HANDBOOK, "utf-8")
    documents(page)
    assert page.locator(".fn-state-changed").count() == 0


def test_a_sync_that_runs_is_seen_and_ticks_stay(page: Page, library: tuple[Paced, Path]) -> None:
    source = str(library[1] / "handbook.md")
    syncs = page.app.state.chat.libraries.syncs  # type: ignore[attr-defined]
    with syncs.running(library[0].index.folder.name) as tell:
        tell(SyncProgress(0, 2, source, 0, 0.0))
        documents(page)
        page.wait_for_selector(".fn-syncing >> text=Reading handbook.md, 1 of 2")
        assert page.locator(".fn-state-reading").count() == 1
        page.locator(".fn-shelf li", has_text="gone.txt").get_by_role("checkbox").check()
        tell(SyncProgress(1, 2, source, 0, 0.0))
        page.wait_for_selector(".fn-syncing >> text=2 of 2")
        assert page.locator(".fn-choose input:checked").count() == 1
    page.wait_for_selector(".fn-syncing", state="detached")
    assert page.locator(".fn-choose input:checked").count() == 1


def test_what_became_of_files_stays_while_more_are_added(
    page: Page, library: tuple[Paced, Path]
) -> None:
    syncs = page.app.state.chat.libraries.syncs  # type: ignore[attr-defined]
    documents(page)
    first = {"name": "boat.txt", "mimeType": "text/plain", "buffer": b"The boat is called Wren."}
    second = {"name": "none.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"}
    with syncs.running(library[0].index.folder.name):
        page.locator("#fn-files").set_input_files([first])
        page.wait_for_selector("#fn-outcome >> text=Waiting until what is being read now is done")
        page.locator("#fn-files").set_input_files([second])
        page.wait_for_selector("#fn-outcome li:has-text('none.pdf')")
        page.locator("#fn-libraries").get_by_role("button", name="Sync now").click()
        page.wait_for_function("document.querySelectorAll('#fn-outcome .fn-uploads').length === 3")
    page.wait_for_selector("#fn-outcome li.fn-good:has-text('boat.txt can be asked now')")
    page.wait_for_selector("#fn-outcome li.fn-bad:has-text('none.pdf')")
    page.wait_for_function("document.querySelectorAll('#fn-outcome > .fn-over').length === 3")
    page.locator("#fn-libraries").get_by_role("button", name="Sync now").click()
    page.wait_for_function("document.querySelectorAll('#fn-outcome > .fn-over').length === 1")


def test_a_folder_is_followed_no_longer(page: Page, library: tuple[Paced, Path]) -> None:
    page.locator("#fn-question textarea").fill("How many days of paid holiday?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    documents(page)
    assert str(library[1]) not in page.content()  # names, never paths
    page.get_by_role("button", name="Stop following documents").click()
    box = page.get_by_role("dialog", name="Stop following this folder?")
    assert "The files stay where they are." in box.inner_text()
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Stop following").click()
    page.wait_for_selector(".fn-toast >> text=3 documents are no longer asked.")
    page.wait_for_selector("#fn-listing .fn-empty")
    assert page.locator(".fn-roots").count() == 0
    page.keyboard.press("Escape")
    page.wait_for_selector(".fn-turn >> text=These words were removed with their document.")
    assert (library[1] / "handbook.md").exists()
    assert library[0].documents() == ()


@pytest.mark.parametrize("voices", ["voices", "voices.slice(0, 1)", "[]"])
def test_answers_are_read_aloud_by_a_voice_of_this_computer(page: Page, voices: str) -> None:
    page.add_init_script(VOICES.replace("LIST", voices))
    page.goto("about:blank")
    page.goto(page.address)  # type: ignore[attr-defined]
    page.wait_for_selector(".fn-hello")
    page.locator("#fn-question textarea").fill("How many days of paid holiday?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    button = page.locator(".fn-aloud")
    if voices != "voices":
        assert not button.is_visible()
        return
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    said = page.evaluate("spoken")
    assert [voice for _, voice in said] == ["Here"]
    assert said[0][0].startswith("Everyone who works full time has 28 days")
    assert said[0][0].endswith("a year."), "markers are not read"
    button.click()
    assert page.evaluate("spoken.at(-1)") == ["", "cancelled"]
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    page.wait_for_selector(".fn-aloud[aria-pressed=false]")  # it has come to its end
