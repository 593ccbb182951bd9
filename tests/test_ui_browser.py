"""The page in a real browser: what a person does, what they see, and what is asked of whom."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvicorn
from ui_assistant import Paced, paced

from ui.guard import Door
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Gradio closes the stream of events when none is under way; one that is sent in the milliseconds
# before the browser hears of that gets no answer. Nobody types so fast but a test.
PAUSE_MS = 300
HANDBOOK = """# Holidays

Everyone who works full time has 28 days of paid holiday a year. Part-time staff have less.

Up to five days may be carried over into the next year.

# Notice

The notice period is four weeks in the first two years.

""" + "\n\n".join(
    f"Rule {n} of the house says that room {n} is swept on day {n}." for n in range(200)
)
UGLY = "<img src=x onerror=alert(1)> ${alert(2)} {{value}}"
EXAMPLES = ["How many days of paid holiday a year?", "What is the notice period?"]


@dataclass
class Visit:
    """A page and what happened on it behind the scenes."""

    page: Page
    assistant: Paced
    wide: bool
    asked_of: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.locator("#fn-question textarea").fill(question)
        self.page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: install it to run the browser tests")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Paced]]:
    assistant = paced(tmp_path_factory.mktemp("chat"), {"handbook.md": HANDBOOK})
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        own = tmp_path_factory.mktemp("own")
        app = build_app(
            assistant,
            examples=EXAMPLES,
            own=lambda: paced(own, {"handbook.md": HANDBOOK}),
            door=Door(port),
        )
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        until = time.monotonic() + 30
        while not running.started and time.monotonic() < until:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", assistant
        running.should_exit = True
        thread.join(10)


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["wide", "phone"])
def visit(
    request: pytest.FixtureRequest, browser: Browser, server: tuple[str, Paced]
) -> Iterator[Visit]:
    address, assistant = server
    Paced.step_s = 0.1  # of all assistants: an upload changes which one answers
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    made = Visit(context.new_page(), assistant, width > 1000)
    made.page.on("request", lambda sent: made.asked_of.add(urlsplit(sent.url).netloc))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on(
        "console",
        lambda line: made.complaints.append(line.text) if line.type == "error" else None,
    )
    made.page.goto(address)
    made.page.wait_for_selector(".fn-hello")
    made.page.wait_for_selector(".fn-shelf", state="attached")
    made.page.wait_for_timeout(PAUSE_MS)
    yield made
    context.close()
    assert made.asked_of <= {urlsplit(address).netloc, ""}
    assert made.complaints == []


def test_from_a_question_to_its_source(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name=EXAMPLES[0]).click()
    page.wait_for_selector(".fn-live .fn-waiting")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-sources")
    assert "28 days" in page.locator(".fn-prose").inner_text()
    assert not page.locator("#fn-welcome").is_visible()

    mark = page.locator(".fn-marker").first
    mark.focus()
    page.keyboard.press("Enter")
    cited = page.locator("#fn-source mark")
    cited.wait_for(state="visible")
    assert "28 days of paid holiday" in cited.inner_text()
    assert "Part-time staff have less." in page.locator("#fn-source").inner_text()
    assert "handbook.md" in page.locator("#fn-source").inner_text()
    assert mark.get_attribute("aria-current") == "true"
    page.keyboard.press("Escape")
    page.locator("#fn-source").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className").startswith("fn-marker")


def test_cited_words_far_down_come_into_view(visit: Visit) -> None:
    visit.ask("What does rule 120 say about room 120?")
    visit.page.locator(".fn-turn:not(.fn-live) .fn-card").first.click()
    cited = visit.page.locator("#fn-source mark")
    cited.wait_for(state="visible")
    box, height = cited.bounding_box(), visit.page.viewport_size
    assert box is not None
    assert height is not None
    assert 0 < box["y"] < height["height"] - box["height"]
    before = visit.page.locator("#fn-source .fn-block").count()
    visit.page.locator("#fn-source .fn-more").click()
    visit.page.wait_for_function(
        f"document.querySelectorAll('#fn-source .fn-block').length > {before}"
    )


def test_refusal_offers_the_nearest_passages(visit: Visit) -> None:
    visit.ask("Who swept the quasar telescope mirror platform house?")
    visit.page.wait_for_selector(".fn-refusal")
    words = visit.page.locator("#fn-now").inner_text()
    assert "Your documents do not say." in words
    assert "quasar" in words
    visit.page.locator(".fn-nearest .fn-card").first.click()
    visit.page.locator("#fn-source mark").first.wait_for(state="visible")


def test_uploaded_file_can_be_asked(visit: Visit) -> None:
    page = visit.page
    page.locator(".fn-top [data-action=documents]").click()
    page.get_by_role("dialog", name="Documents").wait_for()
    name, beds = ("garden.txt", 12) if visit.wide else ("garden-2.txt", 13)
    hostile = f"The rose garden has 4{beds} bushes. " + UGLY
    page.locator("#fn-drop input[type=file]").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": hostile.encode()},
            {"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
        ]
    )
    page.wait_for_selector(".fn-outcome .fn-good")
    outcome = page.locator("#fn-outcome").inner_text()
    assert f"{name} can be asked now" in outcome
    assert "run.exe is of a kind that is not supported" in outcome
    page.wait_for_selector(f".fn-shelf >> text={name}")
    page.locator("button.fn-chip").first.wait_for(state="hidden")  # they asked the samples
    page.keyboard.press("Escape")
    visit.ask("How many bushes has the rose garden?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert f"4{beds} bushes" in page.locator("#fn-now").inner_text()
    visit.ask("rose garden img src onerror alert value")
    page.wait_for_selector('#fn-now [data-turn="2"]:not(.fn-live)')
    page.locator("#fn-now .fn-card").first.click()
    page.locator("#fn-source mark").first.wait_for(state="visible")
    assert UGLY in page.inner_text("#fn-source")
    assert page.locator(".fn-turn img, #fn-source img").count() == 0


def test_stop_ends_the_answer_and_the_chat_goes_on(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 8.0
    visit.ask(EXAMPLES[0])
    page.wait_for_selector(".fn-live")
    page.locator("#fn-stop").click()
    page.wait_for_selector("#fn-now .fn-notice >> text=Stopped.")
    page.wait_for_timeout(PAUSE_MS)
    Paced.step_s = 0.05
    visit.ask(EXAMPLES[1])
    page.wait_for_selector('#fn-now [data-turn="2"]:not(.fn-live) .fn-sources')
    assert "four weeks" in page.locator("#fn-now").inner_text()
    assert "Stopped." in page.locator("#fn-past").inner_text()
    assert page.locator("#fn-send").is_visible()


def test_nothing_is_wider_than_the_page(visit: Visit) -> None:
    page = visit.page
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(wide)
    visit.ask("house room day " + "w" * 300)
    page.wait_for_selector(".fn-turn:not(.fn-live)")
    assert page.evaluate(wide)
    page.locator(".fn-top [data-action=documents]").click()
    page.get_by_role("dialog", name="Documents").wait_for()
    assert page.evaluate(wide)


def test_words_can_be_read_in_both_colour_schemes(visit: Visit) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, measured on what is drawn."""
    page = visit.page
    visit.ask(EXAMPLES[0])
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    page.locator(".fn-card").first.click()
    page.locator("#fn-source mark").wait_for(state="visible")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for place in (
            *(".fn-name", ".fn-question", ".fn-prose", ".fn-marker", ".fn-card-title"),
            *(".fn-facts", ".fn-footer", "#fn-source mark", "#fn-source .fn-paragraph", "#fn-send"),
        ):
            assert page.locator(place).first.evaluate(CONTRAST) >= 4.5, (scheme, place)


CONTRAST = re.sub(
    r"\s+",
    " ",
    """(element) => {
  const rgb = (words) => {
    const c = document.createElement("canvas").getContext("2d");
    c.fillStyle = words; c.fillRect(0, 0, 1, 1);
    return [...c.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = element;
  while (rgb(getComputedStyle(behind).backgroundColor)[3] < 200) behind = behind.parentElement;
  const a = light(rgb(getComputedStyle(element).color));
  const b = light(rgb(getComputedStyle(behind).backgroundColor));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}""",
)
