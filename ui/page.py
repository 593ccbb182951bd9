"""The page: which Gradio components it is laid out in, and the markup of its fixed parts.

The components carry no events of Gradio's: its queue closes the stream of answers when it is empty,
and a question sent at that moment is lost. What a person does goes to the routes of `ui.routes`
instead, sent by the script in the assets. Import it late: it pulls Gradio.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

# Read by Gradio and its dependencies while they are imported: no statistics, no model hub.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from ui.markup import text

WAY = "Answers from your documents, with the exact words."
PROMISE = "Nothing leaves this computer."


def build_page(
    examples: Sequence[str], *, samples: bool, answering: str = "Built-in reader", away: str = ""
) -> gr.Blocks:
    """Lay the page out. ``away`` is another computer that passages are sent to."""
    promise = f"Passages are sent to {away}." if away else PROMISE
    page: gr.Blocks = gr.Blocks(
        title="Footnote", analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)
    )
    with page:
        html(masthead(promise), "fn-masthead")
        html(TALKS, "fn-talks")
        with gr.Column(elem_id="fn-reading"):
            html(greeting(examples, promise, samples=samples), "fn-welcome")
            html('<div id="fn-thread"></div>', "fn-past")
        with gr.Row(elem_id="fn-composer"):
            html('<div id="fn-scope" hidden></div>', "fn-within")
            gr.Textbox(
                show_label=False,
                label="Your question",
                placeholder="Ask your documents a question",
                container=False,
                lines=1,
                max_lines=6,
                autofocus=True,
                elem_id="fn-question",
            )
            gr.Button("Ask", variant="primary", elem_id="fn-send")
            gr.Button("Stop", elem_id="fn-stop")
            html(standing(answering, promise), "fn-standing")
        html(DRAWER, "fn-drawer")
    return page


def html(value: str, elem_id: str) -> gr.HTML:
    """A plain place for our own markup: no styles, no scripts of Gradio's."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False, padding=False)


def masthead(promise: str) -> str:
    """Name, promise and what one can always do."""
    return (
        '<header class="fn-top"><button type="button" class="fn-tool fn-menu" data-action="talks"'
        ' aria-label="Conversations" aria-expanded="false" aria-controls="fn-talks">'
        '<span aria-hidden="true"></span></button>'
        '<h1 class="fn-name">Footnote<sup aria-hidden="true">1</sup></h1>'
        f'<p class="fn-promise"><span>{text(WAY)} </span><b data-promise>{text(promise)}</b></p>'
        '<div class="fn-tools">'
        '<span class="fn-badge" id="fn-library-name"></span>'
        '<button type="button" data-action="new" class="fn-tool">New chat</button>'
        '<button type="button" data-action="documents" class="fn-tool"'
        ' aria-haspopup="dialog">Documents</button></div></header>'
    )


def standing(answering: str, promise: str) -> str:
    """Under the field: who answers, and what leaves this computer. The script keeps both true."""
    return (
        '<div class="fn-standing"><button type="button" class="fn-quiet" id="fn-answering"'
        ' data-action="settings" aria-haspopup="dialog" title="Choose who answers">'
        f'<span class="fn-away">Answered by: </span><bdi>{text(answering)}</bdi></button>'
        '<button type="button" class="fn-quiet" id="fn-connections" data-action="settings"'
        f' data-part="privacy" aria-haspopup="dialog">{text(promise.rstrip("."))}</button></div>'
    )


TALKS = (
    '<nav class="fn-talks" aria-label="Conversations">'
    '<div class="fn-talks-head"><h2>Conversations</h2><button type="button" class="fn-close"'
    ' data-action="close" aria-label="Close conversations"></button></div>'
    '<input type="search" id="fn-find" placeholder="Search" aria-label="Search conversations"'
    ' autocomplete="off" maxlength="200"><div id="fn-talk-list"></div></nav>'
)

DRAWER = (
    '<div class="fn-drawer" aria-label="Documents" role="dialog" aria-modal="true">'
    '<div class="fn-bar-head"><h2 tabindex="-1">Documents</h2>'
    '<button type="button" class="fn-close" data-action="close" aria-label="Close documents">'
    '</button></div><div id="fn-libraries"></div>'
    '<div id="fn-drop"><p><strong>Drop files or folders here</strong></p>'
    '<p class="fn-drop-choices"><button type="button" class="fn-tool" data-action="choose-files">'
    'Choose files</button> <button type="button" class="fn-tool" data-action="choose-folder">'
    "Choose a folder</button></p>"
    '<input type="file" id="fn-files" multiple hidden>'
    '<input type="file" id="fn-folder" webkitdirectory hidden>'
    '<p class="fn-aside">PDF, Word, slides, sheets, web pages, e-mail, Markdown and plain text. '
    "Files are read on this computer and stay on it.</p></div>"
    '<div id="fn-outcome" role="status"></div>'
    '<div class="fn-dates" role="group" aria-label="Ask only documents of these dates">'
    '<label>Dated from <input type="date" id="fn-since"></label> '
    '<label>Until <input type="date" id="fn-until" aria-describedby="fn-dates-wrong"></label>'
    '<p id="fn-dates-wrong" role="alert" hidden>The first date is after the second: no document '
    "is of both.</p></div>"
    '<input type="search" id="fn-find-document" placeholder="Search titles and file names"'
    ' aria-label="Search documents" autocomplete="off" maxlength="200" hidden>'
    '<div id="fn-listing"></div></div>'
)


def greeting(examples: Sequence[str], promise: str, *, samples: bool) -> str:
    """What an empty chat says."""
    words = (
        "These are sample documents, invented for trying things out. To ask your own, open "
        '<button type="button" class="fn-inline" data-action="documents">Documents</button> and '
        "add files, or start Footnote with <code>footnote chat --docs FOLDER</code>."
    )
    own = (
        "Each sentence of an answer ends in a small number. "
        "Press it to read the words it rests on, where they stand."
    )
    chips = "".join(
        f'<button type="button" class="fn-chip" data-action="example">{text(example)}</button>'
        for example in examples
    )
    hidden = "" if samples else " hidden"
    return (
        '<h2 class="fn-hello">What would you like to know?</h2>'
        f'<p class="fn-greeting-promise">{text(WAY)} <b data-promise>{text(promise)}</b></p>'
        f'<div class="fn-for-samples"{hidden}><p class="fn-lead">{words}</p>{chips}</div>'
        f'<p class="fn-lead fn-for-own"{" hidden" if samples else ""}>{own}</p>'
    )
