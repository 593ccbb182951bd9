"""The page: Gradio components, how they are laid out and what their events call.

What happens on an event is in `ui.chat`, how words become markup in `ui.render` and `ui.shelf`;
looks, the source panel and opening footnotes belong to the assets. Import it late: it pulls Gradio.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

# Read by Gradio and its dependencies while they are imported: no statistics, no model hub.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from ui.chat import ANSWERING, WAITING, Chat, aside
from ui.render import Exchange, conversation, exchange, text

PROMISE = "Answers from your documents, with the exact words. Nothing leaves this computer."


def build_page(chat: Chat, *, examples: Sequence[str]) -> gr.Blocks:
    """Lay the page out and join its parts to `chat`."""
    page: gr.Blocks = gr.Blocks(
        title="Footnote", analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)
    )
    with page:
        session = gr.State([])
        head = html(masthead(chat.samples), "fn-masthead")
        with gr.Column(elem_id="fn-reading"):
            with gr.Column(elem_id="fn-welcome") as welcome:
                hello = html(greeting(chat.samples), "fn-greeting")
                chips = [
                    gr.Button(example, elem_classes="fn-chip", size="sm") for example in examples
                ]
            past = html("", "fn-past")
            now = html("", "fn-now")
        with gr.Row(elem_id="fn-composer"):
            box = gr.Textbox(
                show_label=False,
                label="Your question",
                placeholder="Ask your documents a question",
                container=False,
                lines=1,
                max_lines=6,
                autofocus=True,
                elem_id="fn-question",
            )
            send = gr.Button("Ask", variant="primary", elem_id="fn-send")
            stop = gr.Button("Stop", visible=False, elem_id="fn-stop")
        documents_drawer(chat, page, (head, hello, *chips))
        parts = (session, past, now, box, send, stop, welcome)
        join(chat, parts, chips)
    return page


def join(
    chat: Chat,
    parts: tuple[gr.State, gr.HTML, gr.HTML, gr.Textbox, gr.Button, gr.Button, gr.Column],
    chips: Sequence[gr.Button],
) -> None:
    """Connect asking and stopping to the components that show them."""
    session, _, now, box, send, stop, _ = parts

    async def answer(question: str, held: list[Exchange]) -> AsyncIterator[tuple[object, ...]]:
        first = True
        async for shown in aside(lambda: chat.ask(question, held)):
            rest = (conversation(shown[:-1]), exchange(shown[-1], len(shown)), gr.update(value=""))
            busy = (gr.update(visible=False), gr.update(visible=True), gr.update(visible=False))
            kept = (gr.skip(), rest[1], *(gr.skip(),) * 4)
            yield shown, *((*rest, *busy) if first else kept)
            first = False
        yield *(gr.skip(),) * 4, gr.update(visible=True), gr.update(visible=False), gr.skip()

    def stopped(held: list[Exchange]) -> tuple[object, ...]:
        shown = chat.stop(held)
        last = exchange(shown[-1], len(shown)) if shown else ""
        return shown, last, gr.update(visible=True), gr.update(visible=False)

    asking = [box.submit, send.click]
    running = [
        listen(
            answer,
            inputs=[source, session],
            outputs=list(parts),
            trigger_mode="once",
            show_progress="hidden",
            concurrency_limit=ANSWERING + WAITING + 6,
            concurrency_id="asking",
            api_visibility="private",
        )
        for listen, source in [*((event, box) for event in asking), *((c.click, c) for c in chips)]
    ]
    stop.click(
        stopped,
        inputs=[session],
        outputs=[session, now, send, stop],
        cancels=running,  # type: ignore[arg-type]  # its events are dictionaries to Gradio
        show_progress="hidden",
        concurrency_limit=None,
        api_visibility="private",
    )


def documents_drawer(chat: Chat, page: gr.Blocks, others: tuple[gr.HTML | gr.Button, ...]) -> None:
    """The drawer with the documents, what could not be read, and the way to add more.

    The ``others`` change with whose documents are asked: masthead, greeting, example questions.
    """
    examples = len(others) - 2
    with gr.Column(elem_id="fn-drawer"):
        html(DRAWER_HEAD, "fn-drawer-head")
        drop = gr.File(
            file_count="multiple",
            label="Add documents",
            show_label=False,
            height=132,
            elem_id="fn-drop",
        )
        outcome = html("", "fn-outcome")
        listing = html("", "fn-listing")

    def uploaded(files: list[str] | None) -> Iterator[tuple[object, ...]]:
        paths = [Path(file) for file in files or ()]
        if not paths:
            return
        try:
            for step in chat.upload(paths):
                yield gr.update(value=None), step, *(gr.skip(),) * (1 + len(others))
        finally:
            for path in paths:  # the index keeps its own copy
                with suppress(OSError):
                    path.unlink()
        yield gr.skip(), gr.skip(), *shown()

    def shown() -> tuple[object, ...]:
        chips = (gr.update(visible=not chat.left_samples) for _ in range(examples))
        return chat.shelf(), masthead(chat.samples), greeting(chat.samples), *chips

    drop.upload(
        uploaded,
        inputs=[drop],
        outputs=[drop, outcome, listing, *others],
        show_progress="hidden",
        concurrency_limit=1,
        api_visibility="private",
    )
    page.load(
        shown,
        outputs=[listing, *others],
        show_progress="hidden",
        concurrency_limit=4,
        api_visibility="private",
    )


def html(value: str, elem_id: str) -> gr.HTML:
    """A plain place for our own markup: no styles, no scripts of Gradio's."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False, padding=False)


DRAWER_HEAD = (
    '<div class="fn-bar-head"><h2 tabindex="-1">Documents</h2>'
    '<button type="button" class="fn-close" data-action="close" aria-label="Close documents">'
    "</button></div>"
    '<p class="fn-aside">PDF, Word, web pages, Markdown and plain text. '
    "Files are read on this computer and stay on it.</p>"
)


def masthead(samples: bool) -> str:
    """Name, promise and the two things one can always do."""
    hint = '<span class="fn-badge">Sample documents</span>' if samples else ""
    return (
        '<header class="fn-top"><h1 class="fn-name">Footnote<sup aria-hidden="true">1</sup></h1>'
        f'<p class="fn-promise">{text(PROMISE)}</p><div class="fn-tools">{hint}'
        '<button type="button" data-action="new" class="fn-tool">New chat</button>'
        '<button type="button" data-action="documents" class="fn-tool"'
        ' aria-haspopup="dialog">Documents</button></div></header>'
    )


def greeting(samples: bool) -> str:
    """What an empty chat says."""
    words = (
        "These are sample documents, invented for trying things out. To ask your own, open "
        '<button type="button" class="fn-inline" data-action="documents">Documents</button> and '
        "add files, or start Footnote with <code>footnote chat --docs FOLDER</code>."
        if samples
        else "Each sentence of an answer ends in a small number. "
        "Press it to read the words it rests on, where they stand."
    )
    return (
        '<h2 class="fn-hello">What would you like to know?</h2>'
        f'<p class="fn-greeting-promise">{text(PROMISE)}</p><p class="fn-lead">{words}</p>'
    )
