"""Pictures of the chat: ``python -m tests.screenshots`` writes docs/images/chat-*.png.

Real documents (the samples), the real embedder and reader, a real browser; wide and phone, light
and dark. It asserts nothing: the browser tests do.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from rag.assistant import Assistant
from ui.connections import Watch
from ui.guard import Door
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "eval" / "sets" / "samples" / "documents"
IMAGES = ROOT / "docs" / "images"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
EXAMPLES = (
    "Who opened a workshop for barometers in the town?",
    "When is the library closed?",
    "What should I use instead of FTP in Tidemark?",
    "Which firm will mend the shed roof?",
)
ON_A_PAGE = "Can I keep a cat in the flat?"
UNANSWERABLE = "What does the library charge for lending a violin?"


def take(page: Page, address: str, label: str) -> None:
    """Walk through the page once and keep what it looks like."""

    def keep(what: str) -> None:
        time.sleep(0.5)  # transitions end, fonts settle
        page.screenshot(path=IMAGES / f"chat-{what}-{label}.png")

    def ask(question: str) -> None:
        page.locator("#fn-question textarea").fill(question)
        page.keyboard.press("Enter")
        page.wait_for_selector(".fn-turn:last-child:not(.fn-live) .fn-actions", timeout=60_000)

    page.goto(address)
    page.wait_for_selector("button.fn-chip")
    keep("welcome")
    ask(EXAMPLES[0])
    keep("answer")
    page.locator(".fn-marker").first.click()
    page.locator("#fn-source mark").first.wait_for(state="visible")
    keep("source")
    page.keyboard.press("Escape")
    ask(ON_A_PAGE)
    page.locator(".fn-turn:last-child .fn-card", has_text=".pdf").first.click()
    page.wait_for_selector("#fn-source .fn-sheet i", timeout=30_000)
    keep("page")
    page.keyboard.press("Escape")
    ask(UNANSWERABLE)
    keep("refusal")
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector(".fn-shelf li")
    keep("documents")
    page.keyboard.press("Escape")
    if page.locator(".fn-menu").is_visible():
        page.locator(".fn-menu").click()
    page.locator("#fn-talk-list summary").first.click()
    keep("conversations")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#fn-answering").click()
    page.get_by_role("radio", name="Built-in reader").wait_for()
    keep("settings")


def main() -> int:
    """Serve the samples on a free port and photograph them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("There is no Chromium here: install it to take pictures.", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, socket.create_server(("127.0.0.1", 0)) as bound:
        os.environ["FOOTNOTE_DATA"] = data
        port = bound.getsockname()[1]
        assistant = Assistant.open(documents=SAMPLES)
        watch = Watch()
        watch.begin()
        own = lambda: assistant  # noqa: E731
        app = build_app(assistant, examples=EXAMPLES, own=own, door=Door(port), watch=watch)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for width, height in ((1280, 800), (390, 844)):
                for scheme in ("light", "dark"):
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        color_scheme=scheme,  # type: ignore[arg-type]
                        reduced_motion="reduce",
                    )
                    take(context.new_page(), f"http://127.0.0.1:{port}", f"{width}-{scheme}")
                    context.close()
            browser.close()
        server.should_exit = True
        thread.join(10)
        assistant.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
