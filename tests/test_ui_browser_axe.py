"""axe-core finds nothing serious on any view of the page, light and dark, wide and phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from ui_assistant import paced

from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
pytestmark = pytest.mark.browser
HANDBOOK = (
    "# Holidays\n\nEveryone who works full time has 28 days of paid holiday a year.\n\n"
    "# Notice\n\nThe notice period is four weeks in the first two years.\n"
)
ARABIC = "يجب دفع الإيجار في اليوم الأول من كل شهر."
LEFT_OPEN = "Who swept the quasar telescope mirror platform of four weeks?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    files = {"handbook.md": HANDBOOK, "rent.txt": ARABIC, "bad.pdf": "no PDF"}
    assistant = paced(tmp_path_factory.mktemp("axe"), files)
    examples = ["How many days of paid holiday a year?"]
    with serving(lambda door: build_app(assistant, examples=examples, door=door)) as samples:
        yield samples


def ask(page: Page, question: str = "How many days of paid holiday a year?") -> None:
    page.locator("#fn-question textarea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:last-child:not(.fn-live) .fn-actions")


def answer(page: Page) -> None:
    ask(page)
    page.locator(".fn-why summary").first.click()
    page.locator(".fn-thumb").first.click()


def refusal(page: Page) -> None:
    ask(page, LEFT_OPEN)
    page.wait_for_selector(".fn-refusal")


def source(page: Page) -> None:
    ask(page)
    page.locator(".fn-marker").first.click()
    page.locator("#fn-source mark").wait_for(state="visible")


def documents(page: Page) -> None:
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector(".fn-shelf li")


def conversations(page: Page) -> None:
    ask(page)
    if page.locator(".fn-menu").is_visible():
        page.locator(".fn-menu").click()
    page.locator("#fn-talk-list summary").first.click()


def settings(page: Page) -> None:
    page.locator("#fn-answering").click()
    page.get_by_role("radio", name="Built-in reader").wait_for()


def question(page: Page) -> None:
    ask(page)
    page.get_by_role("button", name="This answer is wrong").click()
    page.get_by_role("dialog").wait_for()


VIEWS: list[Callable[[Page], None]] = [
    *(lambda _page: None, answer, refusal, source, documents, conversations, settings, question)
]
NAMES = ["empty", *(view.__name__ for view in VIEWS[1:])]


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("view", VIEWS, ids=NAMES)
def test_nothing_serious(
    browser: Browser, address: str, view: Callable[[Page], None], size: tuple[int, int]
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".fn-hello")
    view(page)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for violation in axe.Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                nodes = [
                    (node["html"][:200], node["failureSummary"]) for node in violation["nodes"]
                ]
                found.append((scheme, violation["id"], nodes[:4]))
    context.close()
    assert found == []
