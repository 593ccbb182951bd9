"""The keyboard alone does everything, and the page behaves for whoever asks it to hold still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from ui_assistant import paced

from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser
FILES = {
    "handbook.md": "Everyone who works full time has 28 days of paid holiday a year.\n",
    "rent-ar.txt": "يجب دفع الإيجار في اليوم الأول من كل شهر.",
    "rent-ja.txt": "家賃は毎月一日に支払うものとします。",
}
EXAMPLE = "How many days of paid holiday a year?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("keyboard")
    samples = paced(folder, FILES)
    own = paced(tmp_path_factory.mktemp("keyboard-own"), FILES)
    make = lambda door: build_app(samples, examples=[EXAMPLE], own=lambda: own, door=door)  # noqa: E731
    with serving(make) as served:
        yield served


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    made = context.new_page()
    made.goto(address)
    made.wait_for_selector("#fn-question textarea:focus")
    made.wait_for_load_state("networkidle")
    yield made
    context.close()


def focused(page: Page) -> str:
    """What a screen reader would say of the focused element, roughly."""
    return str(
        page.evaluate(
            "(e => e === document.body ? '' : e.getAttribute('aria-label') || e.textContent.trim())"
            "(document.activeElement)"
        )
    )


def tab_to(page: Page, words: str, most: int = 30) -> None:
    """Press Tab until an element that says so has the focus, and check that one can see it."""
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if words in passed[-1]:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{words} shows no focus"
            return
    raise AssertionError(f"{most} tabs did not lead to {words!r}, but to {passed}")


def test_everything_without_a_mouse(page: Page) -> None:
    page.keyboard.type(EXAMPLE)  # the field has the focus when the page opens
    assert page.locator("#fn-question textarea").input_value() == EXAMPLE
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("And")  # with the focus nowhere: into the field
    assert page.locator("#fn-question textarea").input_value() == "And"
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "Footnote 1")
    page.keyboard.press("Enter")
    page.locator("#fn-source mark").wait_for(state="visible")
    page.keyboard.press("Escape")
    assert "Footnote 1" in focused(page)
    tab_to(page, "Why these passages")
    page.keyboard.press("Enter")
    assert page.locator(".fn-why").get_attribute("open") is not None
    tab_to(page, "This answer is right")
    page.keyboard.press("Space")
    page.wait_for_selector(".fn-thumb[aria-pressed=true]")
    assert "This answer is right" in focused(page)

    tab_to(page, "Built-in reader")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Built-in reader").wait_for()
    for _ in range(12):  # a dialog keeps the focus
        page.keyboard.press("Tab")
        inside = (
            "document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
        assert page.evaluate(f"Boolean({inside})")
    page.keyboard.press("Escape")
    page.wait_for_selector(".fn-settings", state="detached")
    assert page.evaluate("document.activeElement.id") == "fn-answering"

    page.evaluate("document.querySelector('#fn-find').focus()")
    tab_to(page, EXAMPLE)
    tab_to(page, "More about this conversation")
    page.keyboard.press("Enter")
    tab_to(page, "Rename", 2)
    page.keyboard.press("Escape")
    assert page.locator(".fn-talk-menu[open]").count() == 0

    page.evaluate("document.querySelector('.fn-name').scrollIntoView()")
    tab_to(page, "Documents")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-shelf li")
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('#fn-drawer'))")
    page.keyboard.press("Escape")
    assert focused(page) == "Documents"


def test_the_list_of_conversations_is_one_stop_and_arrows_go_through_it(page: Page) -> None:
    for words in ("first", "second", "third"):
        page.locator("#fn-masthead [data-action=new]").click()
        page.locator("#fn-question textarea").fill(f"{EXAMPLE} The {words} time.")
        page.keyboard.press("Enter")
        page.wait_for_selector(".fn-turn:not(.fn-live) .fn-actions")
        page.locator("#fn-talk-list .fn-talk", has_text=words).first.wait_for()
    listed = page.locator("#fn-talk-list .fn-talk").all_inner_texts()
    assert page.locator("#fn-talk-list .fn-talk[tabindex='0']").all_inner_texts() == listed[:1]

    page.focus("#fn-find")
    page.keyboard.press("ArrowDown")
    assert focused(page) == listed[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == listed[2]
    page.keyboard.press("ArrowUp")
    assert focused(page) == listed[1]
    page.keyboard.press("Tab")  # the menu of the row one has come to
    assert focused(page) == "More about this conversation"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Rename").wait_for()
    assert page.evaluate("document.activeElement.closest('li').dataset.talk") == page.locator(
        "#fn-talk-list li"
    ).nth(2).get_attribute("data-talk")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    assert focused(page) == listed[-1]
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#fn-thread :text('{listed[0]}')")
    page.focus("#fn-find")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # out of the list
    assert not page.evaluate("Boolean(document.activeElement.closest('#fn-talk-list'))")


def test_right_to_left_and_cjk_words_stand_as_they_are_written(page: Page) -> None:
    field = page.locator("#fn-question textarea")
    for question, words, language, direction in (
        ("متى يجب دفع الإيجار؟", "يجب دفع الإيجار", "ar", "rtl"),
        ("家賃は毎月いつ支払うものとしますか", "家賃は毎月一日に支払う", "ja", "ltr"),
    ):
        field.fill(question)
        page.keyboard.press("Enter")
        page.wait_for_selector(".fn-turn:last-child:not(.fn-live) .fn-actions")
        turn = page.locator(".fn-turn").last
        assert words in turn.inner_text()
        asked = turn.locator(".fn-question")
        assert asked.evaluate("e => getComputedStyle(e).direction") == direction
        if turn.locator(".fn-prose p").count():
            said = turn.locator(".fn-prose p").last
            assert said.get_attribute("lang") == language
            assert said.evaluate("e => getComputedStyle(e).direction") == direction
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_moves_for_whoever_asks_for_that(page: Page) -> None:
    page.locator("#fn-question textarea").fill(EXAMPLE)
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    page.locator(".fn-marker").first.click()
    page.locator("#fn-source mark").wait_for(state="visible")
    assert page.evaluate("document.getAnimations().length") == 0


def test_files_and_folders_are_dropped(page: Page, tmp_path: Path) -> None:
    """A real drop, as the browser hears it from the desktop."""
    (tmp_path / "boats" / "old").mkdir(parents=True)
    (tmp_path / "boats" / "old" / "wren.txt").write_text("The dropped boat is called Wren.")
    (tmp_path / "note.txt").write_text("The dropped note says nine.")
    wire = page.context.new_cdp_session(page)
    files = [str(tmp_path / "boats"), str(tmp_path / "note.txt")]
    data = {"items": [], "files": files, "dragOperationsMask": 1}

    def drag(kind: str) -> None:
        over = {"type": kind, "x": 640, "y": 300, "data": data}
        wire.send("Input.dispatchDragEvent", over)

    drag("dragEnter")
    for _ in range(10):  # the first may be heard as entering only
        drag("dragOver")
        page.wait_for_timeout(100)
        if page.locator(".fn-shade").is_visible():  # the drawer has opened under the pointer
            break
    drag("drop")  # which enters the shade first
    page.wait_for_selector(".fn-uploads li:nth-child(2).fn-good")
    words = page.locator("#fn-outcome").inner_text()
    assert "boats/old/wren.txt can be asked now" in words
    assert "note.txt can be asked now" in words
    assert not page.evaluate("document.documentElement.classList.contains('fn-dragging')")


def test_files_sent_before_the_first_list_came_are_listed(page: Page) -> None:
    """The list that comes meanwhile is that of the samples; the files went elsewhere."""
    lists: list[Route] = []
    adding: list[Route] = []
    fresh = page.context.new_page()
    fresh.route("**/api/documents?*", lambda route: lists.append(route), times=1)  # noqa: PLW0108
    fresh.route("**/api/documents/add", lambda route: adding.append(route))  # noqa: PLW0108
    fresh.goto(page.url)
    fresh.wait_for_selector(".fn-hello")
    words = b"The early boat is called Lark."
    fresh.locator("#fn-files").set_input_files(
        [{"name": "early.txt", "mimeType": "text/plain", "buffer": words}]
    )
    for held in (lists, adding):
        until = time.monotonic() + 20
        while not held and time.monotonic() < until:
            fresh.wait_for_timeout(50)
        held[0].continue_()
        fresh.wait_for_timeout(500)
    fresh.locator(".fn-top [data-action=documents]").click()
    fresh.wait_for_selector(".fn-shelf li:has-text('early.txt')", timeout=10_000)
