"""Choosing who answers, and the count of what would leave this computer, in a real browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from ui_assistant import paced

from rag.language_model import ScriptedModel
from rag.models import ModelKind, UsableModel
from ui.connections import Watch
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
HANDBOOK = (
    "# Holidays\n\nEveryone who works full time has 28 days of paid holiday a year.\n\n"
    "# Notice\n\nThe notice period is four weeks in the first two years.\n"
)
QUESTION = "How many days of paid holiday a year?"
WROTE = "Everyone who works full time has 28 days of paid holiday a year [1]."
FOUND = [
    UsableModel("built-in reader", ModelKind.BUILT_IN, "", "built-in"),
    UsableModel("wren:1b", ModelKind.SERVER, "http://127.0.0.1:11434/v1", "http://x#wren:1b"),
    UsableModel(
        *("heron", ModelKind.FOLDER, "/home/someone/heron", "/home/someone/heron"),
        usable=False,
        reason="it holds no tokenizer",
    ),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Watch]]:
    """A page whose search finds three models; the one behind a server is scripted."""
    watch = Watch()
    model = ScriptedModel((WROTE,), name="wren:1b")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.model_choice.usable_models", lambda _settings: FOUND)
        patch.setattr("ui.model_choice.open_model", lambda _settings: model)
        assistant = paced(tmp_path_factory.mktemp("models"), {"handbook.md": HANDBOOK})
        with serving(lambda door: build_app(assistant, door=door, watch=watch)) as address:
            watch.begin()
            yield address, watch
            watch.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["wide", "phone"])
def page(
    request: pytest.FixtureRequest, browser: Browser, server: tuple[str, Watch]
) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.goto(server[0])
    made.wait_for_selector(".fn-hello")
    yield made
    context.close()
    assert complaints == []


def ask(page: Page, turn: int = 1) -> None:
    page.locator("#fn-question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".fn-turn:nth-child({turn}):not(.fn-live) .fn-marker")


def test_a_model_is_chosen_kept_and_named_under_the_answer(page: Page) -> None:
    ask(page)
    assert "evidence" in page.locator(".fn-footer").inner_text()
    page.locator("#fn-answering").click()
    view = page.get_by_role("dialog", name="Settings")
    view.get_by_role("radio", name="heron").wait_for()
    assert view.get_by_role("radio", name="Built-in reader").is_checked()
    assert view.get_by_role("radio", name="heron").is_disabled()
    assert "Not usable: it holds no tokenizer" in view.inner_text()
    assert "/home" not in page.content()  # a client gets ids, never paths
    view.get_by_role("radio", name="wren:1b").check()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "fn-answering"
    assert page.locator("#fn-answering").inner_text().endswith("wren:1b")
    ask(page, 2)
    assert "wren:1b" in page.locator(".fn-turn:nth-child(2) .fn-footer").inner_text()

    page.reload()
    page.wait_for_selector(".fn-turn .fn-marker")
    page.wait_for_function("document.querySelector('#fn-answering bdi').textContent === 'wren:1b'")
    page.locator("#fn-answering").click()
    page.get_by_role("radio", name="wren:1b").wait_for()
    assert page.get_by_role("radio", name="wren:1b").is_checked()


def test_one_question_is_asked_again_with_another_model(page: Page) -> None:
    ask(page)
    ask(page, 2)
    page.locator(".fn-turn").first.locator(".fn-other summary").click()
    page.locator(".fn-turn").first.get_by_role("button", name="wren:1b").click()
    box = page.get_by_role("dialog", name="Ask this question again?")
    assert "The question after it will be removed." in box.inner_text()
    box.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".fn-turn:only-child:not(.fn-live) .fn-footer >> text=wren:1b")
    assert page.locator("#fn-answering").inner_text().endswith("Built-in reader")


def test_a_connection_made_on_purpose_is_refused_and_counted(
    page: Page, server: tuple[str, Watch]
) -> None:
    page.wait_for_selector("#fn-connections >> text=0 connections to the outside")
    before = server[1].tally.refused
    with pytest.raises(ConnectionRefusedError, match="opens no connection to the outside"):
        socket.create_connection(("192.0.2.1", 80), 0.2)
    ask(page)
    page.wait_for_selector(
        f"#fn-connections >> text=0 connections to the outside, {before + 1} refused"
    )
    page.locator("#fn-connections").click()
    page.wait_for_selector(f".fn-privacy >> text=refused and counted: {before + 1} so far")


def test_the_badge_says_where_passages_go(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a server on another computer in the settings, and with the built-in one chosen."""
    address = "http://gpu.example.org:8000/v1#wren:70b"
    far = UsableModel(
        *("wren:70b", ModelKind.SERVER, "http://gpu.example.org:8000/v1", address),
        leaves_machine=True,
    )
    monkeypatch.setattr("ui.model_choice.usable_models", lambda _settings: [FOUND[0], far])
    quoting = paced(tmp_path, {"handbook.md": HANDBOOK})
    assistant = quoting.answering_with(ScriptedModel((WROTE,), name="wren:70b"))
    assistant.settings = replace(quoting.settings, model=address, remote_models=True)
    with serving(lambda door: build_app(assistant, door=door, watch=Watch())) as place:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(place)
        page.wait_for_selector("#fn-connections.fn-leaves")
        said = "Passages are sent to gpu.example.org"
        assert page.locator("#fn-connections").inner_text() == said
        assert page.locator(".fn-promise [data-promise]").inner_text() == f"{said}."
        page.locator("#fn-answering").click()
        view = page.get_by_role("dialog", name="Settings")
        view.get_by_role("radio", name="wren:70b").wait_for()
        assert view.get_by_role("radio", name="wren:70b").is_checked()
        assert "passages of your documents are sent to gpu.example.org:8000" in view.inner_text()
        view.get_by_role("radio", name="Built-in reader").check()
        page.wait_for_selector("#fn-connections >> text=A model on gpu.example.org is allowed")
        page.keyboard.press("Escape")
        words = page.locator(".fn-promise [data-promise]").inner_text()
        assert words == "Nothing leaves this computer."
        ask(page)
        assert "evidence" in page.locator(".fn-footer").inner_text()
        context.close()
