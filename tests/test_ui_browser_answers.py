"""Answers as they are drawn: nothing wider than the page, every mark beside its words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from page_server import chromium, serving
from ui_assistant import paced

from eval.datasets import load_set
from ui.commands import EXAMPLES
from ui.web import build_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LONG = {
    "lifts.md": "# Lifts\n\nThe lift contract of 2019 is with Hebewerk, the one of 2024 with "
    "Rheinaufzüge und Fördertechnik.\n\nThe drawings of the lift lie at "
    "https://archive.example.org/" + "drawings-of-the-lift/" * 12 + ".\n",
    "電梯.md": "# 電梯\n\n" + "電梯合約由公司每年檢查並且維修所有的門和纜索" * 6 + "。\n",
}
#: Overviews, comparisons and long lists: the answers that grow.
ASKED = (
    *EXAMPLES,
    "What can I borrow from the tool shelf?",
    "Compare the lift contracts of 2019 and 2024",
    "Summarise the tenancy agreement",
    "List all deadlines",
    "Where do the drawings of the lift lie?",
    "電梯合約由公司每年檢查並且維修所有的門和纜索",
)
#: What is drawn outside the page, and marks that stand on a line of their own.
DRAWN = """() => {
  const wrong = [];
  for (const turn of document.querySelectorAll(".fn-turn")) {
    const asked = turn.querySelector(".fn-question").textContent;
    const column = turn.getBoundingClientRect();
    for (const part of turn.querySelectorAll(".fn-prose *, .fn-card *, .fn-refusal"))
      for (const box of part.getClientRects())
        if (box.left < -1 || box.right > innerWidth + 1 || box.right > column.right + 9)
          wrong.push([asked, part.className, "outside", box.right]);
    for (const mark of turn.querySelectorAll(".fn-marker")) {
      const before = document.createRange();
      const words = document.createTreeWalker(mark.closest(".fn-sentence"), NodeFilter.SHOW_TEXT);
      let last = null;
      for (let node = words.nextNode(); node; node = words.nextNode())
        if (!node.parentElement.closest(".fn-marker") && node.data.trim()) last = node;
      const end = last.data.trimEnd().length;
      before.setStart(last, end - 1);
      before.setEnd(last, end);
      const [word, own] = [before.getBoundingClientRect(), mark.getBoundingClientRect()];
      const beside = own.top < word.bottom && own.bottom > word.top;
      if (!beside) wrong.push([asked, "alone", mark.textContent]);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth)
    wrong.push(["the page", document.documentElement.scrollWidth]);
  return wrong;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("samples")
    for document in load_set("samples").documents.rglob("*"):
        if document.is_file():
            (folder / "documents").mkdir(exist_ok=True)
            shutil.copy(document, folder / "documents" / document.name)
    assistant = paced(folder, LONG)
    with serving(lambda door: build_app(assistant, door=door)) as served:
        yield served


@pytest.fixture(scope="module")
def conversation(address: str, browser: Browser) -> str:
    """The id of one conversation of many questions."""
    questions = [one.question for one in load_set("samples").questions if one.split == "dev"]
    context, begun = browser.new_context(), ""
    for question in (*ASKED, *questions[::2]):
        body = {"question": question, "conversation": begun}
        said = context.request.post(f"{address}/api/chat", data=body)
        begun = json.loads(said.text().splitlines()[-1])["conversation"]
    context.close()
    return str(begun)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_answer_is_wider_than_the_page_and_no_mark_stands_alone(
    browser: Browser, address: str, conversation: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/#c={conversation}")
    page.wait_for_selector(".fn-turn .fn-marker")
    assert page.locator(".fn-marker").count() > 60
    assert page.evaluate(DRAWN) == []
    context.close()
