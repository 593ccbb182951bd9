"""Text is only text: eighty payloads by every way that leads to the page, in real Chromium.

They come in as words of documents, titles, file names, folder names, questions, what a language
model writes, saved conversations and names of libraries. No dialog may open, no other host may be
asked, and no element may stand on the page that was not put there by us.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from page_server import CHROMIUM, FLAGS
from script_payloads import FAR, PAYLOADS
from web_server import Server, serving

from index.embedding import HashingEmbedder
from index.index import Index
from rag.assistant import Assistant
from rag.language_model import Message, ScriptedModel, StopFlag
from rag.reader import EvidenceReader
from rag.retrieval import RetrievalOptions, Retriever
from rag.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
STEP = int(os.environ.get("FOOTNOTE_STEP", "8"))  #: of the live questions; 1 asks all of them
#: Elements that no words may leave behind, and how many handlers, live links and styles there are.
CENSUS = """() => {
  const dangerous = "img,script,iframe,frame,object,embed,svg,math,video,audio,source,form,link,"
    + "style,base,meta,marquee,template,dialog[open],a[href],textarea,select,[onerror],[onload],"
    + "[onfocus],[onmouseover],[onbegin],[ontoggle],[srcdoc],[srcset],[ping],#injected,"
    + "[data-action=sync],[data-action=library-delete],i[data-action]";
  const found = {};
  for (const each of document.querySelectorAll(dangerous)) {
    const own = each.closest(".fn-talk-menu") && each.matches("a[download]") ? "our export"
      : each.tagName.toLowerCase() + "." + (each.getAttribute("class") ?? "").slice(0, 40);
    found[own] = (found[own] ?? 0) + 1;
  }
  return found;
}"""


class Parrot(ScriptedModel):
    """Says the payload whose number it was asked for, as a statement and as a quotation."""

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        asked = re.findall(r"number (\d+)", messages[-1].content)
        number = int(asked[-1]) if asked else 0
        yield from re.findall(r".{1,7}", said(number), re.DOTALL)


def said(number: int) -> str:
    """What the documents say, and the parrot after them."""
    return f"The note number {number} says {PAYLOADS[number]} to whoever reads it."


def file_name(payload: str) -> str:
    """As near to the payload as a file system allows."""
    kept = payload.replace("/", "∕").replace("\0", "")
    return kept.encode()[:180].decode("utf-8", "ignore").lstrip(".~") or "x"


@dataclass
class Watched:
    """A page, and what happened on it."""

    page: Page
    server: Server
    dialogs: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    blocked: list[str] = field(default_factory=list)  #: stopped by the content policy alone
    faults: list[str] = field(default_factory=list)

    def clean(self) -> None:
        assert self.dialogs == []
        assert self.hosts <= {f"127.0.0.1:{self.server.port}", ""}
        assert self.blocked == []
        assert self.faults == []

    def census(self) -> dict[str, int]:
        found = self.page.evaluate(CENSUS)
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("scripts")
    documents = folder / "documents"
    for number, payload in enumerate(PAYLOADS):
        place = documents / file_name(f"{number} {payload}")
        place.mkdir(parents=True)
        words = f"# {' '.join(payload.split())}\n\n{said(number)}\n\n```\n{payload}\n```\n"
        (place / f"{file_name(payload)}.md").write_text(words)
    embedder = HashingEmbedder()
    index = Index.open(folder / "index", embedder, create=True)
    reader, retriever = EvidenceReader(embedder), Retriever(embedder, RetrievalOptions())
    made = Assistant(index, retriever, reader, Settings(threshold=0.05), Parrot())
    made.sync(roots=sorted(documents.iterdir()))
    assert len(made.documents()) == len(PAYLOADS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        with serving(made, folder) as running:
            yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: install it to run the browser tests")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def watched(browser: Browser, server: Server) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = Watched(context.new_page(), server)
    page = made.page
    page.on("dialog", lambda box: (made.dialogs.append(box.message), box.dismiss()))
    context.on("request", lambda sent: made.hosts.add(urlsplit(sent.url).netloc))
    context.on("page", lambda opened: made.hosts.add(f"opened {opened.url}"))
    page.on("pageerror", lambda error: made.faults.append(str(error)))

    def listen(line: object) -> None:
        words = str(getattr(line, "text", ""))
        if "Content Security Policy" in words:
            made.blocked.append(words[:200])
        elif getattr(line, "type", "") == "error":
            made.faults.append(words[:200])

    page.on("console", listen)
    page.goto(server.address)
    settled(page)
    yield made
    context.close()


def settled(page: Page) -> None:
    """All that the page fetches by itself is there."""
    page.wait_for_selector("#fn-question textarea")
    page.wait_for_selector("#fn-library", state="attached")


def test_there_are_sixty_and_a_live_one_would_be_seen(watched: Watched) -> None:
    """The same words set as markup: dialogs, requests and elements, all are noticed."""
    assert len(set(PAYLOADS)) >= 60
    page, before = watched.page, watched.census()
    page.evaluate(
        "(words) => (document.querySelector('#fn-thread').innerHTML = words)", PAYLOADS[0]
    )
    until(page, lambda: watched.dialogs)
    assert watched.dialogs == ["1"]
    assert watched.census() != before
    page.evaluate(
        "(words) => (document.querySelector('#fn-thread').innerHTML = words)", PAYLOADS[4]
    )
    until(page, lambda: watched.blocked)
    assert watched.blocked  # the content policy is the second wall, which nothing may reach
    assert FAR in watched.blocked[0]


def until(page: Page, happened: Callable[[], object]) -> None:
    """Give the browser time for something."""
    for _ in range(200):
        if happened():
            return
        page.wait_for_timeout(50)


def test_questions_answers_and_history(watched: Watched) -> None:
    """One conversation of all payloads, said by the person and by the model, opened again."""
    page, server = watched.page, watched.server
    talk = ""
    for number, payload in enumerate(PAYLOADS):
        question = f"What says the note number {number}? {payload}"
        step = server.ask(question, conversation=talk)
        assert step["final"]
        talk = str(step["conversation"])
    before = watched.census()
    page.goto("about:blank")
    page.goto(f"{server.address}/#c={talk}")
    page.wait_for_selector(f".fn-turn:nth-child({len(PAYLOADS)})")
    settled(page)
    page.wait_for_timeout(500)
    shown = page.locator("#fn-thread").inner_text()
    assert "<img src=x onerror=alert(1)>" in shown
    assert page.locator(".fn-turn .fn-marker").count() > len(PAYLOADS) // 2
    added = {"our export": 1 + watched.census().get("our export", 0)}
    assert watched.census().keys() <= before.keys() | added.keys()
    same_but_exports(before, watched.census())
    for details in page.locator(".fn-turn details").all()[:20]:
        details.evaluate("(each) => (each.open = true)")
    page.wait_for_timeout(300)
    same_but_exports(before, watched.census())
    page.locator(".fn-turn").first.hover()
    page.locator(".fn-edit").first.click()  # the question in a field of a dialog
    assert PAYLOADS[0] in page.get_by_role("dialog").get_by_role("textbox").input_value()
    page.keyboard.press("Escape")
    for form in ("html", "markdown"):
        exported(watched, talk, form)
    watched.clean()


def same_but_exports(before: dict[str, int], after: dict[str, int]) -> None:
    """No element more than there was, apart from the links that save a conversation."""
    assert {k: v for k, v in after.items() if k != "our export"} == {
        k: v for k, v in before.items() if k != "our export"
    }


def exported(watched: Watched, talk: str, form: str) -> None:
    """What is saved is as harmless as the page: opened from the disk, it does and asks nothing."""
    words = watched.server.get(f"/api/conversations/{talk}/export", form=form).text
    if form == "markdown":
        assert "![x](" not in words
        assert not re.search(r"(?<!\\)<(?!https)", words)
        return
    assert not re.search(r"<(img|script|iframe|svg|form|link|base|object|embed)\b", words)
    page = watched.page.context.new_page()
    watched.hosts.clear()
    page.on("dialog", lambda box: (watched.dialogs.append(box.message), box.dismiss()))
    page.set_content(words)
    page.wait_for_timeout(300)
    allowed = "img,script,iframe,svg,form,a,base,object,embed,input,button"
    assert page.locator(allowed).count() == 0
    page.close()
    watched.hosts.discard("opened about:blank")


def test_live_questions_as_they_stream(watched: Watched) -> None:
    page, before = watched.page, watched.census()
    for count, number in enumerate(range(0, len(PAYLOADS), STEP), start=1):
        words = f"Note number {number}: {PAYLOADS[number]}"
        page.locator("#fn-question textarea").fill(words)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".fn-turn:nth-child({count}):not(.fn-live) .fn-actions")
        shown = page.locator(".fn-question").nth(count - 1).inner_text()
        assert PAYLOADS[number].split()[0].strip("\u202e\u200b")[:8] in shown
        same_but_exports(before, watched.census())
    watched.clean()


def test_documents_their_names_folders_and_words(watched: Watched) -> None:
    page, server, before = watched.page, watched.server, watched.census()
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector(".fn-shelf li")
    assert page.locator(".fn-shelf li").count() == len(PAYLOADS)
    listed = page.locator("#fn-listing").inner_text()
    assert "<img src=x onerror=alert(1)>" in listed
    own = page.locator("#fn-files [data-action=sync]").count()
    assert own <= 1
    page.keyboard.press("Escape")
    ids = re.findall(
        r'class="fn-document" data-document="(\w+)"',
        str(server.get("/api/documents").json()["html"]),
    )
    assert len(ids) == len(PAYLOADS)
    page.locator("#fn-question textarea").fill("What says the note number 0?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-turn:not(.fn-live) .fn-marker")
    page.locator(".fn-marker").first.click()
    page.locator("#fn-source mark").first.wait_for(state="visible")
    for number, each in enumerate(ids):  # all documents through the panel, as the page puts them
        if number % max(STEP // 4, 1):
            continue
        page.evaluate(
            """async (id) => {
              const button = document.querySelector(".fn-marker");
              Object.assign(button.dataset, { document: id, start: 0, end: 60 });
              await footnote.actions.read(button);
            }""",
            each,
        )
        assert page.locator("#fn-source h2").inner_text()
        assert page.locator("#fn-source").locator("img,svg,a,form,iframe,script,style").count() == 0
    after = watched.census()
    assert {k: v for k, v in after.items() if k != "our export"}.keys() <= {
        *before,
        "select.",
        "button.fn-quiet",
    }
    watched.clean()


OWN_BUTTONS = {"button.fn-quiet fn-danger"}  # what the page itself adds with its documents


def test_names_of_libraries_conversations_and_corrections(watched: Watched) -> None:
    page, server, before = watched.page, watched.server, watched.census()
    titles = [f"{number} {payload}"[:60] for number, payload in enumerate(PAYLOADS)]
    talk = str(server.ask("What says the note number 1?")["conversation"])
    for title in titles[::STEP]:
        made = server.post("/api/libraries/make", {"title": title})
        assert made.status == 200, made.text
    for title in titles[:: max(STEP // 3, 1)]:
        server.post(f"/api/conversations/{talk}/rename", {"title": title})
        other = server.ask("What says the note number 2?")
        server.post(f"/api/conversations/{other['conversation']}/rename", {"title": title})
        body = {"verdict": -1, "correction": title}
        server.post(f"/api/turns/{other['turn']}/judge", body)
        if len(title) % STEP:
            server.post(f"/api/conversations/{other['conversation']}/delete", {})
    page.goto("about:blank")
    page.goto(f"{server.address}/#c={talk}")
    page.wait_for_selector(".fn-turn .fn-actions")
    page.locator(".fn-top [data-action=documents]").click()
    page.wait_for_selector("#fn-library option", state="attached")
    names = page.locator("#fn-library option").all_inner_texts()
    assert any("<img" in name for name in names)
    for name in names[:4]:
        page.locator("#fn-library").select_option(label=name)
        page.wait_for_timeout(200)
        for action in ("library-rename", "library-delete"):
            button = page.locator(f"[data-action={action}]")
            if button.count():
                button.first.click()
                page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.locator("#fn-talk-list li").count() > 3
    assert not page.locator("#injected").count()
    row = page.locator("#fn-talk-list li").first
    row.locator("summary").click()
    row.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    after = {key for key in watched.census() if key != "our export"}
    assert after <= {*before, "select.", "button.fn-quiet", "textarea.", "our export", *OWN_BUTTONS}
    watched.clean()
