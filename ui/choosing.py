"""The settings view as escaped HTML: which model answers, and what leaves this computer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from rag.models import ModelKind, UsableModel
from ui.connections import Tally
from ui.markup import bdi, count, text
from ui.model_choice import Choice

_KINDS = {
    ModelKind.BUILT_IN: "Quotes the sentences of your documents that answer. Fast; comes with "
    "Footnote.",
    ModelKind.FOLDER: "A language model on this computer writes the answer; each sentence is "
    "checked against its source.",
    ModelKind.SERVER: "A model server writes the answer; each sentence is checked against its "
    "source.",
}


def title_of(model: UsableModel) -> str:
    """What the page calls a model."""
    return "Built-in reader" if model.kind is ModelKind.BUILT_IN else model.name


def model_list(choices: Sequence[Choice], told: Callable[[str], str]) -> str:
    """Every model as a choice; one that cannot be used says why. ``told`` leaves paths out."""
    rows = "".join(model_row(choice, told) for choice in choices)
    return f'<div class="fn-models" role="radiogroup" aria-label="Answered by">{rows}</div>'


def model_row(choice: Choice, told: Callable[[str], str]) -> str:
    """One model."""
    model = choice.model
    words = text(_KINDS[model.kind])
    if not model.usable:
        words = f'<span class="fn-reason">Not usable: {text(told(model.reason))}</span>'
    elif model.leaves_machine:
        words = f'<span class="fn-reason">{text(away(host_of(model)))}</span>'
    where = f' <span class="fn-detail">{bdi(host_of(model))}</span>' if host_of(model) else ""
    off = "" if model.usable else " disabled"
    return (
        f'<label class="fn-model{" fn-off" if off else ""}"><input type="radio" name="fn-model"'
        f' value="{text(choice.id)}" data-name="{text(title_of(model))}"{off}>'
        f'<span class="fn-model-body"><span class="fn-card-title">{bdi(title_of(model))}{where}'
        f'</span><span class="fn-facts">{words}</span></span></label>'
    )


def host_of(model: UsableModel) -> str:
    """Host and port of a server; nothing for what is on the disk, whose place is no page's."""
    if model.kind is not ModelKind.SERVER:
        return ""
    try:
        return urlsplit(model.where).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def away(host: str) -> str:
    """What is said of a model on another computer."""
    return f"Questions and passages of your documents are sent to {host}."


def badge(tally: Tally, on: bool, host: str, chosen: bool) -> str:
    """The promise in a few words; ``host`` is another computer that the settings allow."""
    if host:
        return f"Passages are sent to {host}" if chosen else f"A model on {host} is allowed"
    if not on:
        return "Nothing leaves this computer"
    refused = f", {tally.refused:,} refused" if tally.refused else ""
    return f"0 connections to the outside{refused}"


def privacy(tally: Tally, on: bool, host: str, chosen: bool) -> str:
    """The promise in full: what was counted, how, and what it leaves out."""
    parts: list[str] = []
    if host:
        state = "is chosen" if chosen else "is not chosen now, so nothing is sent"
        parts.append(
            f"Your settings allow a model on another computer. It {state}. {away(host)} Footnote "
            f"has opened {count(tally.allowed, 'connection')} to it since it was started."
        )
    else:
        parts.append("Documents, questions and answers stay on this computer.")
    if on:
        other = "other " if host else ""
        parts.append(
            f"Since Footnote was started it has opened 0 {other}connections to the outside. Every "
            "one that any part of it tries to open is refused and counted: "
            f"{tally.refused:,} so far."
        )
    return "".join(f"<p>{text(part)}</p>" for part in parts)
