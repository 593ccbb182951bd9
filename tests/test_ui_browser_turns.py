"""What stands on the page is not lost: asked again in vain, left, refused, judged once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from page_server import chromium, serving
from ui_assistant import Paced, paced

from index.embedding import HashingEmbedder
from rag.reader import EvidenceReader
from ui.chat import Room
from ui.guard import Door
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Page, Route

pytestmark = pytest.mark.browser
HOLIDAY, NOTICE = "How many days of paid holiday a year?", "What is the notice period?"
FILES = {
    "handbook.md": "# Holidays\n\nEveryone who works full time has 28 days of paid holiday a year.",
    "notice.md": "# Notice\n\nThe notice period is four weeks in the first two years.",
}


@dataclass
class Visit:
    page: Page
    app: FastAPI

    def ask(self, question: str) -> None:
        self.page.locator("#fn-question textarea").fill(question)
        self.page.keyboard.press("Enter")

    def answered(self, number: int) -> None:
        self.page.wait_for_selector(
            f".fn-turn:nth-child({number}):not(.fn-live) .fn-actions", timeout=10_000
        )

    def questions(self) -> list[str]:
        return self.page.locator(".fn-question").all_inner_texts()

    def toast(self) -> str:
        return self.page.locator(".fn-toast").inner_text()

    @property
    def field(self) -> str:
        return self.page.locator("#fn-question textarea").input_value()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    Paced.step_s = 0.0
    assistant = paced(tmp_path_factory.mktemp("turns"), FILES)
    made: list[FastAPI] = []

    def make(door: Door) -> FastAPI:
        made.append(build_app(assistant, door=door))
        return made[0]

    with serving(make) as address:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".fn-hello")
        yield Visit(page, made[0])
        Paced.step_s = 0.0
        context.close()


def test_asking_again_waits_for_the_answer_that_is_written(visit: Visit) -> None:
    visit.ask(HOLIDAY)
    visit.answered(1)
    visit.ask(NOTICE)
    visit.answered(2)
    Paced.step_s = 30.0
    visit.ask("Who sweeps?")
    visit.page.wait_for_selector(".fn-live")
    for name in ("Ask again", "Edit this question and ask again"):
        visit.page.locator(".fn-turn").first.get_by_role("button", name=name, exact=True).click()
        assert visit.page.locator("dialog").count() == 0
        assert "One question at a time" in visit.toast()
    assert visit.questions() == [HOLIDAY, NOTICE, "Who sweeps?"]


def test_stopping_or_a_full_room_brings_the_answer_back(visit: Visit) -> None:
    page = visit.page
    visit.ask(HOLIDAY)
    visit.answered(1)
    visit.ask(NOTICE)
    visit.answered(2)
    page.get_by_role("button", name="This answer is right").first.click()
    page.wait_for_selector(".fn-turn [aria-pressed=true]")
    before = [page.locator(".fn-turn").nth(n).inner_text() for n in (0, 1)]

    def edit(words: str) -> None:
        page.locator(".fn-edit").first.click()
        page.get_by_role("dialog").get_by_role("textbox").fill(words)
        page.get_by_role("dialog").get_by_role("button", name="Ask again").click()

    def unchanged() -> None:
        page.wait_for_function("document.querySelectorAll('.fn-turn').length === 2")
        assert [page.locator(".fn-turn").nth(n).inner_text() for n in (0, 1)] == before

    Paced.step_s = 30.0
    edit("How many days off?")
    asked = page.wait_for_selector(".fn-live[data-id]:not([data-id='0'])")
    number = int(asked.get_attribute("data-id"))
    page.locator("#fn-stop").click()
    unchanged()
    while visit.app.state.chat.memory.turn(number) is not None:
        page.wait_for_timeout(20)  # until the server has heard of it, it goes on answering
    assert "the earlier answer is kept" in visit.toast()
    assert visit.field == "How many days off?"
    Paced.step_s = 0.0
    room = Room(answering=1, waiting=0)
    visit.app.state.chat.room = room
    with ExitStack() as stack:
        stack.enter_context(room.place())
        edit("How many days away?")
        page.wait_for_selector(".fn-bad-toast >> text=busy")
    unchanged()
    page.reload()
    page.wait_for_selector(".fn-turn .fn-marker")
    unchanged()
    edit("How many days of holiday?")
    page.wait_for_function("document.querySelectorAll('.fn-turn').length === 1")
    visit.answered(1)
    assert visit.questions() == ["How many days of holiday?"]


def test_an_answer_that_was_there_before_the_stop_is_shown(visit: Visit) -> None:
    page = visit.page
    visit.ask(HOLIDAY)
    visit.answered(1)
    visit.ask(NOTICE)
    visit.answered(2)
    held: list[tuple[Route, APIResponse]] = []
    # The server answers to the end, and the page hears of it after it has asked to stop.
    page.route("**/api/chat", lambda route: held.append((route, route.fetch())))
    page.locator(".fn-edit").first.click()
    page.get_by_role("dialog").get_by_role("textbox").fill("How many days off?")
    page.get_by_role("dialog").get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".fn-live")
    page.locator("#fn-stop").click()
    assert visit.questions() == [HOLIDAY, NOTICE]
    while not held:
        page.wait_for_timeout(50)
    [(route, answer)] = held
    route.fulfill(response=answer)
    page.wait_for_selector(".fn-toast >> text=came before the stop")
    assert visit.questions() == ["How many days off?"]
    page.reload()
    page.wait_for_selector(".fn-turn .fn-marker")
    assert visit.questions() == ["How many days off?"]


def test_a_question_that_is_too_long_goes_back_to_the_field(visit: Visit) -> None:
    long = "why " * 2_600
    visit.ask(long)
    visit.page.wait_for_selector(".fn-bad-toast")
    assert "10,399 characters" in visit.toast()
    assert visit.field == long.strip()
    assert visit.questions() == []
    visit.page.wait_for_selector(".fn-hello", state="visible")


def test_an_answer_goes_on_while_another_conversation_is_looked_at(visit: Visit) -> None:
    page = visit.page
    visit.ask(HOLIDAY)
    visit.answered(1)
    Paced.step_s = 30.0
    visit.ask(NOTICE)
    page.wait_for_selector(".fn-live[data-id]:not([data-id='0'])")
    page.locator("[data-action=new]").click()
    page.wait_for_selector(".fn-hello", state="visible")
    assert page.locator("#fn-send").is_visible()
    page.locator(".fn-talk", has_text=HOLIDAY).click()
    page.wait_for_selector(".fn-turn:nth-child(2).fn-live")
    assert visit.questions() == [HOLIDAY, NOTICE]
    page.locator("[data-action=new]").click()
    Paced.step_s = 0.0
    page.wait_for_selector(".fn-toast >> text=Answered: What is the notice period?")
    assert visit.questions() == []
    page.locator(".fn-talk", has_text=HOLIDAY).click()
    visit.answered(2)
    assert "four weeks" in page.locator(".fn-turn").last.inner_text()
    assert "Stopped" not in page.locator(".fn-turn").last.inner_text()


def test_a_stopped_turn_can_be_edited_at_once(visit: Visit) -> None:
    Paced.step_s = 30.0
    visit.ask(HOLIDAY)
    visit.page.wait_for_selector(".fn-live")
    visit.page.locator("#fn-stop").click()
    visit.page.wait_for_selector(".fn-notice >> text=Stopped.")
    Paced.step_s = 0.0
    visit.page.locator(".fn-edit").click()
    visit.page.get_by_role("dialog").get_by_role("textbox").fill(NOTICE)
    visit.page.get_by_role("dialog").get_by_role("button", name="Ask again").click()
    visit.page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    assert visit.questions() == [NOTICE]
    visit.page.reload()
    visit.page.wait_for_selector(".fn-turn .fn-marker")
    assert visit.questions() == [NOTICE]


def test_a_correction_is_mended_and_taken_back_only_when_asked(visit: Visit) -> None:
    page = visit.page
    visit.ask(HOLIDAY)
    visit.answered(1)
    wrong = page.get_by_role("button", name="This answer is wrong")
    box = page.get_by_role("dialog")
    wrong.click()
    assert box.get_by_role("button", name="Take back").count() == 0
    box.get_by_role("textbox").fill("Ask the office.")
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Save").click()
    page.wait_for_selector(".fn-correction >> text=The documents do not say. Ask the office.")
    wrong.click()
    assert box.get_by_role("textbox").input_value() == "Ask the office."
    assert box.get_by_role("checkbox").is_checked()
    box.get_by_role("button", name="Cancel").click()
    assert page.locator(".fn-correction").count() == 1
    wrong.click()
    box.get_by_role("checkbox").uncheck()
    box.get_by_role("textbox").fill("30 days")
    box.get_by_role("button", name="Save").click()
    page.wait_for_selector(".fn-correction >> text=Your correction: 30 days")
    wrong.click()
    box.get_by_role("button", name="Take back").click()
    page.wait_for_selector(".fn-toast >> text=Taken back.")
    assert page.locator(".fn-correction").count() == 0


def test_what_is_asked_within_stays_with_its_library_and_its_turn(visit: Visit) -> None:
    page = visit.page
    page.locator(".fn-top [data-action=documents]").click()
    row = page.locator(".fn-shelf li", has_text="notice.md")
    row.locator("input").check()
    page.get_by_label("Dated from").fill("2024-02-01")
    page.get_by_label("Until").fill("2024-01-01")
    page.get_by_text("The first date is after the second").wait_for()
    button = page.locator("[data-action=ask-within]")
    assert button.is_disabled()
    page.get_by_label("Dated from").fill("")
    page.get_by_label("Until").fill("")
    page.get_by_text("The first date is after the second").wait_for(state="hidden")
    button.click()
    visit.ask(NOTICE)
    visit.answered(1)
    line = page.locator(".fn-asked-within")
    assert "Asked only in: notice" in line.inner_text().replace("Notice", "notice")
    page.reload()
    page.wait_for_selector("#fn-scope >> text=Asking only 1 document")
    page.get_by_role("button", name="Ask all", exact=True).click()
    page.get_by_role("button", name="Ask again", exact=True).click()  # as it was asked
    page.wait_for_selector(".fn-live", state="detached")
    visit.answered(1)
    assert line.count() == 1
    page.get_by_role("button", name="Ask all documents").click()
    page.wait_for_function("!document.querySelector('.fn-asked-within')")
    visit.answered(1)


def test_what_is_chosen_in_one_library_is_not_asked_of_another(visit: Visit) -> None:
    page = visit.page
    visit.ask(HOLIDAY)
    visit.answered(1)
    page.locator(".fn-top [data-action=documents]").click()
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("textbox", name="A new library").fill("Boats")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fn-listing .fn-empty")
    file = {"name": "boat.txt", "mimeType": "text/plain", "buffer": b"The boat is called Wren."}
    page.locator("#fn-files").set_input_files([file])
    page.locator(".fn-shelf li", has_text="boat.txt").locator("input").check()
    page.locator("[data-action=ask-within]").click()
    page.wait_for_selector("#fn-scope >> text=Asking only 1 document")
    visit.ask("What is the boat called?")
    visit.answered(1)
    page.locator(".fn-talk", has_text=HOLIDAY).click()
    page.locator("#fn-scope").wait_for(state="hidden")
    visit.ask(NOTICE)
    visit.answered(2)
    assert "four weeks" in page.locator(".fn-turn").last.inner_text()

    page.locator(".fn-talk", has_text="What is the boat called?").click()
    page.wait_for_function("document.querySelector('#fn-library-name').textContent === 'Boats'")
    page.locator(".fn-top [data-action=documents]").click()
    page.locator("#fn-libraries").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).last.click()
    page.wait_for_selector(".fn-toast >> text=Deleted.")
    page.keyboard.press("Escape")
    page.locator(".fn-talk", has_text="What is the boat called?").click()
    badge = "document.querySelector('#fn-library-name').textContent"
    page.wait_for_function(f"{badge} === 'Library not here'")
    visit.ask("What is the boat called?")
    visit.answered(2)
    assert "not here any more" in page.locator(".fn-turn").last.inner_text()
    page.locator("[data-action=new]").click()
    page.wait_for_function(f"{badge} !== 'Library not here'")
    visit.ask(HOLIDAY)
    visit.answered(1)
    assert "28 days" in page.locator(".fn-turn").inner_text()


@pytest.fixture(autouse=True, scope="module")
def _no_models() -> Iterator[None]:
    """Libraries that are made in the page use no weights either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        yield
