"""A library of many documents in a real browser: searched, shown on, chosen and opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from ui_assistant import Paced, paced

from ui.shelf import SHELF_PAGE
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
MANY = SHELF_PAGE + 22
LONG = "\n\n".join(f"Entry {n} of the log of the Wren." for n in range(9_000))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paced]:
    files = {f"note-{n:04d}.md": f"# Note {n}\n\nBoat {n} is called Wren {n}." for n in range(MANY)}
    files["note-0000.md"] = LONG
    assistant = paced(tmp_path_factory.mktemp("many"), files)
    yield assistant
    assistant.close()


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, library: Paced) -> Iterator[Page]:
    width, height = request.param
    with serving(lambda door: build_app(library, door=door)) as address:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        opened = context.new_page()
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(address)
        opened.wait_for_selector(".fn-hello")
        opened.locator(".fn-top [data-action=documents]").click()
        opened.wait_for_selector(".fn-shelf li")
        yield opened
        context.close()
        assert complaints == []


def rows(page: Page) -> int:
    return page.locator(".fn-shelf > li").count()


def test_the_list_goes_on_to_its_end(page: Page) -> None:
    assert rows(page) == SHELF_PAGE
    page.get_by_role("button", name="Show more").click()
    page.wait_for_function(f"document.querySelectorAll('.fn-shelf > li').length === {MANY}")
    assert page.get_by_role("button", name="Show more").count() == 0
    at = "[...document.querySelectorAll('.fn-document')].indexOf(document.activeElement)"
    assert page.evaluate(at) == SHELF_PAGE


def test_what_is_chosen_stays_chosen_through_searches(page: Page) -> None:
    field = page.get_by_role("searchbox", name="Search documents")
    for number in (7, 215):
        field.fill(f"note-{number:04d}")
        page.get_by_role("checkbox", name=f"Ask within Note {number}", exact=True).check()
        page.wait_for_selector(f".fn-shelf-title >> text=1 of {MANY} documents")
    assert page.get_by_role("button", name="Ask only these 2").is_visible()
    field.fill("nothing is called so")
    page.wait_for_selector(".fn-empty >> text=No title and no file name holds these words.")
    page.get_by_role("button", name="Ask only these 2").click()
    assert page.locator("#fn-scope").inner_text().startswith("Asking only 2 documents")
    assert len(page.evaluate("footnote.state.documents")) == 2


def test_a_document_at_the_end_is_found_and_opened(page: Page) -> None:
    page.get_by_role("searchbox", name="Search documents").fill(f"note {MANY - 1}")
    page.wait_for_selector(f".fn-shelf-title >> text=1 of {MANY} documents")
    page.locator(".fn-document").click()
    page.wait_for_selector(f"#fn-source >> text=Boat {MANY - 1} is called")


def test_a_long_document_is_read_to_its_end(page: Page) -> None:
    page.get_by_role("searchbox", name="Search documents").fill("note-0000")
    page.wait_for_selector(f".fn-shelf-title >> text=1 of {MANY} documents")
    page.locator(".fn-document").click()
    page.wait_for_selector("#fn-source .fn-page >> text=Entry 0 of the log")
    further = page.get_by_role("button", name="Show what follows")
    for _ in range(20):
        if not further.count():
            break
        blocks = page.locator("#fn-source .fn-block").count()
        further.click()
        page.wait_for_function(
            f"document.querySelectorAll('#fn-source .fn-block').length > {blocks}"
        )
    assert further.count() == 0
    assert page.locator("#fn-source .fn-block").count() == 9_000
    assert page.locator("#fn-source .fn-block").last.inner_text().startswith("Entry 8999")


def test_what_comes_before_is_added_without_moving_what_is_read(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("#fn-question textarea").fill("What does entry 4500 of the log say?")
    page.keyboard.press("Enter")
    page.locator(".fn-turn:not(.fn-live) .fn-card", has_text="Entry").first.click()
    cited = page.locator("#fn-source mark").first
    cited.wait_for(state="visible")
    page.get_by_role("button", name="Show what comes before").scroll_into_view_if_needed()
    before = cited.bounding_box()
    page.get_by_role("button", name="Show what comes before").click()
    page.wait_for_function("document.querySelectorAll('#fn-source .fn-page').length > 1")
    after = cited.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 60  # the button above went
