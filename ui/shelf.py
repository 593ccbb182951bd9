"""Documents as escaped HTML: the source panel and the list of what is indexed.

Pure, like `ui.render`, whose escaping it uses. The panel shows cited words inside the blocks
around them; it never sends a whole large document at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from index.types import Block, BlockKind, Document, DocumentInfo, SkippedFile
from ui.document_states import READY, DocumentState, Root, StateKind
from ui.libraries import Library
from ui.markup import bdi, count, day, file_name, joined_facts, pages, skipped_line, target, text

AROUND = 1_500  #: characters of surroundings on either side of the cited words
AROUND_LIMIT = 50_000
CITED_LIMIT = 20_000  #: a longer range is clipped: nobody cites twenty pages in one footnote
SHELF_LIMIT = 500  #: documents listed; the rest is counted
SLACK = 1_000  #: a block is shown whole when it begins or ends this near to the limit

_TAGS = {
    BlockKind.HEADING: "fn-heading",
    BlockKind.PARAGRAPH: "fn-paragraph",
    BlockKind.LIST_ITEM: "fn-item",
    BlockKind.TABLE_ROW: "fn-row",
    BlockKind.CODE: "fn-code",
    BlockKind.CAPTION: "fn-caption",
}


def passage_panel(
    document: Document,
    info: DocumentInfo,
    start: int,
    end: int,
    around: int = AROUND,
    views: str = "",
) -> str:
    """Cited words inside the blocks that surround them. Ranges are clipped to the document.

    ``views`` is the markup that offers other ways to look at the same words.
    """
    size = len(document.text)
    start = min(max(start, 0), size)
    end = min(max(end, start), size, start + CITED_LIMIT)
    around = min(max(around, 0), AROUND_LIMIT)
    low, high = max(start - around, 0), min(end + around, size)
    shown = between(document.blocks, low, high)
    facts = [
        pages([b.page for b in between(shown, start, end) if b.page is not None]),
        day(info.modified),
        file_name(info.source),
    ]
    spans = [(max(b.start, nearer(b.start, low)), min(b.end, further(b.end, high))) for b in shown]
    whole = not shown or (
        spans[0][0] == document.blocks[0].start and spans[-1][1] == document.blocks[-1].end
    )
    body = "".join(
        page_line(before, block, document.pages) + block_html(document, block, span, start, end)
        for before, block, span in zip((None, *shown), shown, spans, strict=False)
    )
    more = ""
    if not whole and around < AROUND_LIMIT:
        more = (
            f'<button type="button" class="fn-more" {target(document.id, start, end)}'
            f' data-around="{min(max(around, 500) * 4, AROUND_LIMIT):d}">'
            "Show more of this document</button>"
        )
    return (
        f'<header class="fn-source-head"><h2 tabindex="-1">{bdi(document.title)}</h2>'
        f'<p class="fn-facts">{joined_facts(facts)}</p></header>'
        f'{views}<div id="fn-sheet-place"></div><div class="fn-text">'
        f'<div class="fn-page">{body}</div>{more}</div>'
    )


def between(blocks: Sequence[Block], start: int, end: int) -> Sequence[Block]:
    """The blocks that touch a range; the block a place stands in when the range is empty."""
    first = bisect_right(blocks, start, key=lambda block: block.end)
    last = bisect_left(blocks, max(end, start + 1), key=lambda block: block.start)
    return blocks[first:last]


def nearer(edge: int, low: int) -> int:
    """Where a block begins to be shown: at its own start unless that lies far outside."""
    return edge if low - edge <= SLACK else low


def further(edge: int, high: int) -> int:
    """Where a block stops being shown: at its own end unless that lies far outside."""
    return edge if edge - high <= SLACK else high


def page_line(before: Block | None, block: Block, all_pages: int | None) -> str:
    """A thin rule with the page number where a new page begins."""
    if block.page is None or (before is not None and before.page == block.page):
        return ""
    of_all = f" of {all_pages}" if all_pages else ""
    return f'<p class="fn-page-number"><span>page {block.page}{of_all}</span></p>'


def block_html(
    document: Document, block: Block, span: tuple[int, int], start: int, end: int
) -> str:
    """One block, the part of it that is cited marked."""
    first, last = span
    cited_from, cited_to = max(first, min(start, last)), min(last, max(end, first))
    words = document.text
    body = text(words[first:last])
    if cited_from < cited_to:
        body = (
            f"{text(words[first:cited_from])}<mark>{text(words[cited_from:cited_to])}</mark>"
            f"{text(words[cited_to:last])}"
        )
    if block.kind is BlockKind.TABLE_ROW:
        body = body.replace(" | ", ' <span class="fn-bar-sign">|</span> ')
    open_cut = "…" if first > block.start else ""
    close_cut = "…" if last < block.end else ""
    depth = f" fn-level-{min(max(block.level, 1), 6)}" if block.level else ""
    return (
        f'<p class="fn-block {_TAGS[block.kind]}{depth}" dir="auto">{open_cut}{body}{close_cut}</p>'
    )


def shelf(
    documents: Sequence[DocumentInfo],
    skipped: Sequence[SkippedFile],
    watched: Collection[str] = frozenset(),
    *,
    states: Mapping[str, DocumentState] | None = None,
    summary: str = "",
    fixed: bool = False,
) -> str:
    """What is indexed, and what could not be read.

    ``watched`` lie in folders that are synced; ``states`` say how each stands, ``summary`` how
    many are not ready; a ``fixed`` list, the samples, can only be read.
    """
    if not documents and not skipped:
        return '<p class="fn-empty">There are no documents yet. Add some above.</p>'
    known = states or {}
    rows = "".join(
        shelf_row(info, info.id in watched, fixed, known.get(info.id, READY))
        for info in documents[:SHELF_LIMIT]
    )
    if len(documents) > SHELF_LIMIT:
        rows += f'<li class="fn-aside">and {len(documents) - SHELF_LIMIT:,} more</li>'
    return (
        '<div class="fn-shelf-head"><h3 class="fn-shelf-title">'
        f"{count(len(documents), 'document')}"
        f"{f', {text(summary)}' if summary else ', all ready' if documents else ''}</h3>"
        '<button type="button" class="fn-quiet" data-action="ask-within" hidden>'
        "Ask only these</button></div>"
        f'<ol class="fn-shelf">{rows}</ol>{unread(skipped)}'
    )


def shelf_row(info: DocumentInfo, watched: bool, fixed: bool, state: DocumentState = READY) -> str:
    """One document: a box to choose it, a button that opens it, one that takes it out."""
    copies = len(info.sources) - 1
    facts = [
        file_name(info.source),
        count(info.pages, "page") if info.pages else "",
        count(info.chunks, "passage"),
        day(info.modified),
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


def unread(skipped: Sequence[SkippedFile]) -> str:
    """The files that are not in the index, each with its reason."""
    if not skipped:
        return ""
    rows = "".join(f"<li>{skipped_line(file)}</li>" for file in skipped)
    return (
        f'<section class="fn-unread"><h3>{count(len(skipped), "file")} not read</h3>'
        f"<ul>{rows}</ul></section>"
    )


def trouble(sentence: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="fn-notice" role="alert">{text(sentence)}</p>'
