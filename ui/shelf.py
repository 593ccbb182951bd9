"""The list of what is indexed, and of what could not be read, as escaped HTML.

Pure, like `ui.render`, whose escaping it uses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from index.types import DocumentInfo, SkippedFile
from ui.document_states import READY, DocumentState, Root, StateKind
from ui.libraries import Library
from ui.markup import (
    bdi,
    count,
    dated,
    day,
    file_name,
    joined_facts,
    place_id,
    skipped_line,
    target,
    text,
)
from ui.places import unit

SHELF_PAGE = 200  #: documents listed at first, and added by each "Show more"
SEARCHED_FROM = 9  #: documents from which on there is a field to search them


def shelf(
    documents: Sequence[DocumentInfo],
    skipped: Sequence[SkippedFile],
    watched: Collection[str] = frozenset(),
    *,
    states: Mapping[str, DocumentState] | None = None,
    summary: str = "",
    fixed: bool = False,
    shown: int = SHELF_PAGE,
    total: int | None = None,
    left_out: Sequence[str] = (),
) -> str:
    """What is indexed, and what could not be read.

    ``watched`` lie in folders that are synced; ``states`` say how each stands, ``summary`` how
    many are not ready; a ``fixed`` list, the samples, can only be read. The first ``shown`` are
    listed. With a ``total``, the documents are those of so many that a search found.
    """
    if not documents and not skipped and not left_out and total is None:
        return '<p class="fn-empty">There are no documents yet. Add some above.</p>'
    known = states or {}
    rows = "".join(
        shelf_row(info, info.id in watched, fixed, known.get(info.id, READY))
        for info in documents[:shown]
    )
    if total is not None:
        headed = f"{len(documents):,} of {count(total, 'document')}"
    else:
        stand = summary or ("all ready" if documents else "")
        headed = count(len(documents), "document") + (f", {text(stand)}" if stand else "")
    listed = f'<ol class="fn-shelf">{rows}</ol>'
    if total is not None and not documents:
        listed = '<p class="fn-empty">No title and no file name holds these words.</p>'
    return (
        f'<div class="fn-shelf-head"><h3 class="fn-shelf-title">{headed}</h3>'
        '<button type="button" class="fn-quiet" data-action="ask-within" hidden>'
        "Ask only these</button></div>"
        f"{listed}{more_line(shown, len(documents))}"
        f"{unread(skipped, fixed)}{left_out_files(left_out)}"
    )


def more_line(shown: int, every: int) -> str:
    """How many documents are listed, and the way to the next; nothing when all are."""
    if shown >= every:
        return ""
    return (
        f'<p class="fn-aside fn-rest"><span>{shown:,} of {every:,} shown.</span>'
        '<button type="button" class="fn-tool" data-action="more-documents">Show more</button></p>'
    )


def shelf_row(info: DocumentInfo, watched: bool, fixed: bool, state: DocumentState = READY) -> str:
    """One document: a box to choose it, a button that opens it, one that takes it out."""
    copies = len(info.sources) - 1
    facts = [
        file_name(info.source),
        count(info.pages, unit(info.source)) if info.pages else "",
        count(info.chunks, "passage"),
        dated(info),
        "" if info.language in (None, "en") else f"language: {info.language}",
        f"and {copies:,} {'copy' if copies == 1 else 'copies'}" if copies else "",
    ]
    remove = (
        f'<button type="button" class="fn-quiet fn-danger" data-action="remove"'
        f' data-watched="{"yes" if watched else ""}" data-id="{text(info.id)}"'
        f' aria-label="Remove {text(info.title)}">Remove</button>'
    )
    return (
        f'<li><label class="fn-choose"><input type="checkbox" value="{text(info.id)}"'
        f' aria-label="Ask within {text(info.title)}"></label>'
        f'<button type="button" class="fn-document" {target(info.id, 0, 0)}>'
        f'<span class="fn-card-title">{bdi(info.title)}</span>'
        f'<span class="fn-facts">{joined_facts(facts)}</span>{state_line(state)}</button>'
        f"{'' if fixed else remove}</li>"
    )


def state_line(state: DocumentState) -> str:
    """How a document stands; that it is ready is not worth a line, unless there is a remark."""
    name = state.kind.value.capitalize()
    if state.kind is StateKind.READY and not state.why:
        return f'<span class="fn-away">{name}.</span>'
    heavy = f"<strong>{name}.</strong>" if state.kind is not StateKind.READY else f"{name}."
    kind = state.kind.name.lower()
    return f'<span class="fn-state fn-state-{kind}">{heavy} {text(state.why)}</span>'


def reading_line(done: int, total: int, name: str) -> str:
    """Where a sync stands that goes on meanwhile."""
    place = f", {min(done + 1, total):,} of {total:,}" if total else ""
    return (
        '<p class="fn-waiting fn-syncing"><span class="fn-pulse"></span>'
        f"<span>Reading {bdi(name)}{place}…</span></p>"
    )


def library_bar(
    every: Sequence[Library], here: Library, synced: str | None, roots: Sequence[Root]
) -> str:
    """Which library is shown, the others, and what one can do with it."""
    options = "".join(
        f'<option value="{text(each.name)}"{" selected" if each.name == here.name else ""}>'
        f"{text(each.title)}</option>"
        for each in every
    )
    change = (
        '<button type="button" class="fn-quiet" data-action="library-rename">Rename</button>'
        if not here.samples
        else ""
    )
    if here.removable:
        change += (
            '<button type="button" class="fn-quiet fn-danger" data-action="library-delete">'
            "Delete</button>"
        )
    when = moment(synced)
    last = f"Last sync {text(when)}." if when else ""
    sync = '<button type="button" class="fn-quiet" data-action="sync">Sync now</button>'
    line = followed(roots, synced) + f'<p class="fn-aside fn-synced"><span>{last}</span> {sync}</p>'
    if here.samples:
        line = '<p class="fn-aside fn-synced">Invented, to try things out on. What you add goes to '
        line += "your own documents.</p>"
    return (
        '<div class="fn-library"><label for="fn-library">Library</label>'
        f'<select id="fn-library">{options}</select><span class="fn-library-tools">{change}'
        '<button type="button" class="fn-quiet" data-action="library-new">New</button></span></div>'
        f"{line}"
    )


def followed(roots: Sequence[Root], synced: str | None) -> str:
    """The folders that a library keeps up with, each with the way to stop that."""
    rows = "".join(
        f'<li><span class="fn-root-body"><span class="fn-card-title">{bdi(root.path.name)}</span>'
        f'<span class="fn-facts">{joined_facts(root_facts(root, synced))}</span></span>'
        f'<button type="button" class="fn-quiet" data-action="unfollow" data-id="{text(root.id)}"'
        f' aria-label="Stop following {text(root.path.name)}">Stop following</button></li>'
        for root in roots
    )
    return (
        f'<h3 class="fn-shelf-title">Follows</h3><ul class="fn-roots">{rows}</ul>' if rows else ""
    )


def root_facts(root: Root, synced: str | None) -> list[str]:
    """What is known of a followed folder; when it was synced, if not with all the others."""
    facts = [count(root.documents, "document")]
    if not root.there:
        return [*facts, "not there now; its documents were kept"]
    if root.synced is None:
        return [*facts, "not read to the end yet"]
    return facts if root.synced == synced else [*facts, f"synced {moment(root.synced)}"]


def moment(stamp: str | None) -> str:
    """A moment in this computer's time, to the minute; nothing for none."""
    if not stamp:
        return ""
    try:
        when = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return stamp
    return f"{day(when.date().isoformat())}, {when:%H:%M}"


def unread(skipped: Sequence[SkippedFile], fixed: bool = False) -> str:
    """The files that could not be read, each with its reason and the way to be rid of it."""
    if not skipped:
        return ""
    rows = "".join(
        f"<li><span>{skipped_line(file)}</span>"
        f"{'' if fixed else file_button('remove-unread', 'Remove', file.source)}</li>"
        for file in skipped
    )
    return (
        f'<section class="fn-unread"><h3>{count(len(skipped), "file")} not read</h3>'
        f"<ul>{rows}</ul></section>"
    )


def left_out_files(sources: Sequence[str]) -> str:
    """The files that a person left out of the folders they lie in, and the way back."""
    if not sources:
        return ""
    rows = "".join(
        f"<li><span>{bdi(file_name(source))}</span>"
        f"{file_button('take-back', 'Take back in', source)}</li>"
        for source in sources
    )
    return (
        f'<section class="fn-unread"><h3>{count(len(sources), "file")} left out by you</h3>'
        f"<ul>{rows}</ul></section>"
    )


def file_button(action: str, words: str, source: str) -> str:
    """What one can do with a file that has no document."""
    return (
        f'<button type="button" class="fn-quiet" data-action="{action}"'
        f' data-id="{place_id(source)}" aria-label="{words}: {text(file_name(source))}">'
        f"{words}</button>"
    )


def trouble(sentence: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="fn-notice" role="alert">{text(sentence)}</p>'
