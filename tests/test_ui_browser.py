"""The page in a real browser: what a person does, what they see, and what is asked of whom."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from page_server import chromium, serving
from reportlab.pdfgen.canvas import Canvas
from ui_assistant import Paced, paced

from index.embedding import HashingEmbedder
from rag.reader import EvidenceReader
from ui.guard import Door
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LOADS = int(os.environ.get("FOOTNOTE_LOADS", "3"))  # 50 for the record
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
    address: str = ""
    asked_of: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.locator("#fn-question textarea").fill(question)
        self.page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def lease(path: Path) -> None:
    """A PDF of two pages."""
    canvas = Canvas(str(path), pagesize=(400, 560))
    for words in ("The lease says that cats may be kept.", "The lease says that rent is due."):
        for line in range(8):
            canvas.drawString(40, 500 - 30 * line, words if line == 6 else f"Clause {line}.")
        canvas.showPage()
    canvas.save()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Paced]]:
    folder = tmp_path_factory.mktemp("chat")
    (folder / "documents").mkdir()
    lease(folder / "documents" / "lease.pdf")
    assistant = paced(folder, {"handbook.md": HANDBOOK})
    own = tmp_path_factory.mktemp("own")

    def make(door: Door) -> FastAPI:
        return build_app(
            assistant,
            examples=EXAMPLES,
            own=lambda: paced(own, {"handbook.md": HANDBOOK}),
            door=door,
        )

    with serving(make) as address:
        yield address, assistant


@pytest.fixture(autouse=True, scope="module")
def _no_models() -> Iterator[None]:
    """Libraries that are made in the page use no weights either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        yield


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
    made = Visit(context.new_page(), assistant, width > 1000, address)
    made.page.on("request", lambda sent: made.asked_of.add(urlsplit(sent.url).netloc))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on(
        "console",
        lambda line: made.complaints.append(line.text) if line.type == "error" else None,
    )
    made.page.goto(address)
    made.page.wait_for_selector(".fn-hello")
    yield made
    context.close()
    assert made.asked_of <= {urlsplit(address).netloc, ""}
    assert made.complaints == []


def test_from_a_question_to_its_source(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 60.0
    page.get_by_role("button", name=EXAMPLES[0]).click()
    page.wait_for_selector(".fn-live .fn-waiting")
    Paced.step_s = 0.0
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
    visit.page.get_by_role("button", name="Show what follows").click()
    visit.page.wait_for_function(
        f"document.querySelectorAll('#fn-source .fn-block').length > {before}"
    )


def test_refusal_offers_the_nearest_passages(visit: Visit) -> None:
    visit.ask("Who swept the quasar telescope mirror platform house?")
    visit.page.wait_for_selector(".fn-refusal")
    words = visit.page.locator(".fn-turn").last.inner_text()
    assert "Nothing in your documents is about this." in words
    assert "quasar" in words
    visit.page.locator(".fn-nearest .fn-card").first.click()
    visit.page.locator("#fn-source mark").first.wait_for(state="visible")


def test_uploaded_file_can_be_asked(visit: Visit) -> None:
    page = visit.page
    page.locator(".fn-top [data-action=documents]").click()
    page.get_by_role("dialog", name="Documents").wait_for()
    name, beds = ("garden.txt", 12) if visit.wide else ("garden-2.txt", 13)
    hostile = f"The rose garden has 4{beds} bushes. " + UGLY
    page.locator("#fn-files").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": hostile.encode()},
            {"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
        ]
    )
    page.wait_for_selector(".fn-uploads .fn-good")
    outcome = page.locator("#fn-outcome").inner_text()
    assert f"{name} can be asked now" in outcome
    assert "run.exe is of a kind that is not supported" in outcome
    page.wait_for_selector(f".fn-shelf >> text={name}")
    page.locator("button.fn-chip").first.wait_for(state="hidden")  # they asked the samples
    page.keyboard.press("Escape")
    visit.ask("How many bushes has the rose garden?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert f"4{beds} bushes" in page.locator(".fn-turn").last.inner_text()
    visit.ask("rose garden img src onerror alert value")
    page.wait_for_selector(".fn-turn:nth-child(2):not(.fn-live) .fn-card")
    page.locator(".fn-turn:nth-child(2) .fn-card").first.click()
    page.locator("#fn-source mark").first.wait_for(state="visible")
    assert UGLY in page.inner_text("#fn-source")
    assert page.locator(".fn-turn img, #fn-source img").count() == 0


def test_stop_ends_the_answer_and_the_chat_goes_on(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 8.0
    visit.ask(EXAMPLES[0])
    page.wait_for_selector(".fn-live")
    page.locator("#fn-stop").click()
    page.wait_for_selector(".fn-turn .fn-notice >> text=Stopped.")
    Paced.step_s = 0.05
    visit.ask(EXAMPLES[1])
    page.wait_for_selector(".fn-turn:nth-child(2):not(.fn-live) .fn-sources")
    assert "four weeks" in page.locator(".fn-turn").last.inner_text()
    assert "Stopped." in page.locator(".fn-turn").first.inner_text()
    assert page.locator("#fn-send").is_visible()


def test_no_question_sent_at_once_is_lost(visit: Visit) -> None:
    """The instant the field is there, and the instant after Stop."""
    page = visit.page
    Paced.step_s = 0.0
    for _ in range(LOADS):
        page.goto("about:blank")
        page.goto(visit.address)
        visit.ask(EXAMPLES[0])
        page.wait_for_selector(".fn-turn:not(.fn-live) .fn-sources", timeout=10_000)
        Paced.step_s = 10.0
        visit.ask(EXAMPLES[1])
        page.wait_for_selector(".fn-live")
        page.locator("#fn-stop").click()
        Paced.step_s = 0.0
        visit.ask(EXAMPLES[1])
        page.wait_for_selector(".fn-turn:nth-child(3):not(.fn-live) .fn-sources", timeout=10_000)


def test_a_reload_and_the_list_bring_a_conversation_back(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 0.0
    visit.ask(EXAMPLES[0])
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    page.reload()
    page.wait_for_selector(".fn-turn .fn-marker")
    assert "28 days" in page.locator(".fn-turn").last.inner_text()
    visit.ask(EXAMPLES[1])
    page.wait_for_selector(".fn-turn:nth-child(2):not(.fn-live) .fn-marker")

    page.locator("[data-action=new]").click()
    page.wait_for_selector(".fn-hello")
    assert page.locator(".fn-turn").count() == 0
    if not visit.wide:
        page.locator(".fn-menu").click()
    with page.expect_response("**/api/conversations?words=four*"):  # then the list is drawn anew
        page.locator("#fn-find").fill("four weeks")
    page.locator(".fn-talk", has_text=EXAMPLES[0]).first.click()
    page.wait_for_selector(".fn-turn:nth-child(2) .fn-marker")

    if not visit.wide:
        page.locator(".fn-menu").click()
    here = page.locator("#fn-talk-list li", has=page.locator("[aria-current=true]"))
    here.locator("summary").click()
    here.get_by_role("button", name="Rename").click()
    name = f"Leave, {'wide' if visit.wide else 'phone'}"
    page.get_by_role("textbox", name="Rename the conversation").fill(name)
    page.keyboard.press("Enter")
    page.locator("#fn-find").fill(name)
    here = page.locator("#fn-talk-list li", has_text=name)
    here.wait_for()
    here.locator("summary").click()
    with page.expect_download() as saved:
        here.get_by_text("Save as a web page").click()
    exported = saved.value.path().read_text("utf-8")
    assert "28 days" in exported
    assert "SHA-256" in exported
    here.locator("summary").click()
    with page.expect_download() as saved:
        here.get_by_text("Save as Markdown").click()
    assert saved.value.suggested_filename.endswith(".md")
    written = saved.value.path().read_text("utf-8")
    assert written.startswith("# ")
    assert "28 days" in written
    here.locator("summary").click()
    here.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_selector("#fn-talk-list .fn-empty")
    page.wait_for_selector(".fn-hello", state="visible")
    assert page.locator(".fn-turn").count() == 0


def test_edit_and_ask_again(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 0.0
    visit.ask("How many houses?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-actions")
    visit.ask(EXAMPLES[1])
    page.wait_for_selector(".fn-turn:nth-child(2):not(.fn-live) .fn-actions")
    page.locator(".fn-turn").first.hover()
    page.locator(".fn-edit").first.click()
    box = page.get_by_role("dialog", name="Edit the question")
    assert "The question after it will be removed." in box.inner_text()
    box.get_by_role("textbox").fill(EXAMPLES[0])
    box.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert page.locator(".fn-question").all_inner_texts() == [EXAMPLES[0]]
    page.get_by_role("button", name="This answer is wrong").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("30 days")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_selector(".fn-correction >> text=30 days")
    page.reload()
    page.wait_for_selector(".fn-correction >> text=30 days")
    assert page.locator(".fn-question").all_inner_texts() == [EXAMPLES[0]]


def test_a_pdf_is_shown_as_its_page_and_keys_lead_through_the_footnotes(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 0.0
    visit.ask("What does the lease say of cats and of rent?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    marks = page.locator(".fn-marker")
    assert marks.count() >= 2
    marks.first.click()
    page.wait_for_selector("#fn-source .fn-sheet i")
    first = page.locator("#fn-source .fn-sheet i").first.bounding_box()
    assert first is not None
    assert 0 < first["y"] < 844
    assert page.locator("#fn-source img").evaluate("image => image.naturalWidth") == 1240
    page.keyboard.press("j")
    page.wait_for_function(
        "document.querySelectorAll('.fn-marker')[1].getAttribute('aria-current') === 'true'"
    )
    page.locator("#fn-source").get_by_role("button", name="Text", exact=True).click()
    page.locator("#fn-source mark").first.wait_for(state="visible")
    page.locator("#fn-source").get_by_role("button", name="Previous footnote").click()
    page.wait_for_function(
        "document.querySelectorAll('.fn-marker')[0].getAttribute('aria-current') === 'true'"
    )
    page.locator("#fn-source mark").first.wait_for(state="visible")  # text, as it was left


def test_ask_within_a_document_and_remove_it(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 0.0
    name = f"boat-{'wide' if visit.wide else 'phone'}.txt"
    page.locator(".fn-top [data-action=documents]").click()
    page.locator("#fn-files").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": f"{name} is called Wren.".encode()}]
    )
    page.wait_for_selector(".fn-uploads .fn-good")
    row = page.locator(".fn-shelf li", has_text=name)
    row.locator("input").check()
    page.get_by_role("button", name="Ask only this one").click()
    page.wait_for_selector("#fn-scope >> text=Asking only 1 document")
    visit.ask("What is the boat called?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert "Wren" in page.locator(".fn-prose").inner_text()
    assert set(page.locator(".fn-card .fn-card-title").all_inner_texts()) == {
        name[:-4].replace("-", " ")
    }
    page.get_by_role("button", name="Ask all", exact=True).click()

    page.locator(".fn-top [data-action=documents]").click()
    row.get_by_role("button", name="Remove").click()
    box = page.get_by_role("dialog", name="Remove this document?")
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Remove").click()
    page.wait_for_selector(".fn-toast >> text=Removed.")
    assert row.count() == 0
    page.wait_for_selector(".fn-turn >> text=These words were removed with their document.")
    assert "Wren" not in page.locator(".fn-turn").inner_text()


def test_ask_within_dates(visit: Visit) -> None:
    page = visit.page
    Paced.step_s = 0.0
    size = "wide" if visit.wide else "phone"
    page.locator(".fn-top [data-action=documents]").click()
    for year, name in ((2001, "Wren"), (2020, "Heron")):
        words = f"---\ndate: {year}-03-01\n---\n\nThe ferry of {size} is called {name}."
        file = {"name": f"ferry-{size}-{year}.md", "mimeType": "text/markdown"}
        page.locator("#fn-files").set_input_files([{**file, "buffer": words.encode()}])
        page.wait_for_selector(f".fn-shelf li:has-text('ferry-{size}-{year}.md')")
    page.get_by_label("Dated from").fill("2015-01-01")
    page.get_by_label("Until").fill("2025-01-01")
    page.get_by_role("button", name="Ask only these dates").click()
    page.wait_for_selector("#fn-scope >> text=2015")
    visit.ask(f"What is the ferry of {size} called?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert "Heron" in page.locator(".fn-prose").inner_text()
    assert "Wren" not in page.locator(".fn-turn").inner_text()
    page.get_by_role("button", name="Ask all", exact=True).click()
    page.locator(".fn-top [data-action=documents]").click()
    for year in (2001, 2020):
        row = page.locator(".fn-shelf li", has_text=f"ferry-{size}-{year}.md")
        row.get_by_role("button", name="Remove").click()
        box = page.get_by_role("dialog", name="Remove this document?")
        box.get_by_role("button", name="Remove").click()
        row.wait_for(state="detached")


def test_a_folder_is_added_to_a_library_of_its_own(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    Paced.step_s = 0.0
    title = f"Letters {'wide' if visit.wide else 'phone'}"
    folder = tmp_path / "letters"
    (folder / "old").mkdir(parents=True)
    (folder / "boat.txt").write_text("The boat is called Wren.")
    (folder / "old" / "house.txt").write_text("The house has nine rooms.")
    (folder / ".hidden.txt").write_text("Nobody reads this.")
    page.locator(".fn-top [data-action=documents]").click()
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("textbox", name="A new library").fill(title)
    page.keyboard.press("Enter")
    page.wait_for_selector("#fn-listing .fn-empty")
    page.locator("#fn-folder").set_input_files(folder)
    page.wait_for_selector(".fn-uploads .fn-good:nth-child(2)")
    words = page.locator("#fn-outcome").inner_text()
    assert "2 of 2 can be asked." in words
    assert "letters/old/house.txt can be asked now" in words
    page.keyboard.press("Escape")
    visit.ask("How many rooms has the house?")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert "nine rooms" in page.locator(".fn-prose").inner_text()

    page.reload()  # the conversation brings its library
    page.wait_for_selector(".fn-turn .fn-marker")
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector("#fn-listing >> text=house.txt")
    page.locator("#fn-libraries").get_by_role("button", name="Rename").click()
    title = title.replace("Letters", "Post")
    page.get_by_role("textbox", name="Rename the library").fill(title)
    page.keyboard.press("Enter")
    page.locator("#fn-library option", has_text=title).wait_for(state="attached")
    page.locator("#fn-libraries").get_by_role("button", name="Delete").click()
    box = page.get_by_role("dialog", name="Delete this library?")
    assert title in box.inner_text()
    box.get_by_role("button", name="Delete").click()
    page.wait_for_selector(".fn-toast >> text=Deleted.")
    assert title not in page.locator("#fn-library").inner_text()
    assert (folder / "boat.txt").exists()


def test_ask_anyway_after_a_refusal(visit: Visit) -> None:
    Paced.step_s = 0.0
    visit.ask("Who swept the quasar telescope mirror platform house?")
    visit.page.get_by_role("button", name="Ask anyway with these passages").click()
    visit.page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert "You asked for an answer" in visit.page.locator(".fn-turn").inner_text()
    assert visit.page.locator(".fn-turn").count() == 1


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


def test_answers_stand_over_the_field_in_both_colour_schemes(visit: Visit) -> None:
    """Gradio has rules of its own for dark pages, which must not move the column."""
    page = visit.page
    Paced.step_s = 0.0
    visit.ask(EXAMPLES[0])
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        page.wait_for_selector(".fn-turn .fn-marker")
        column = page.locator(".fn-turn").bounding_box()
        field = page.locator("#fn-composer").bounding_box()
        assert column is not None
        assert field is not None
        middles = [box["x"] + box["width"] / 2 for box in (column, field)]
        assert abs(middles[0] - middles[1]) < 3, scheme


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
            *(".fn-actions .fn-quiet", ".fn-why summary", "#fn-find"),
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
