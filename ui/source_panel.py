"""The source panel as escaped HTML: cited words inside the blocks around them.

Pure, like `ui.render`, whose escaping it uses. It never sends a whole large document at once.
What a person should look at twice, such as orders to a language model, is marked and told above.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from index.suspicious import Mark, MarkKind, left_out, marks
from index.types import Block, BlockKind, Document, DocumentInfo
from ui.markup import bdi, dated, file_name, joined_facts, target, text, tidy
from ui.places import place, place_in, unit
from ui.saved import Shown, find_again, state_of

AROUND = 1_500  #: characters of surroundings on either side of the cited words
AROUND_LIMIT = 50_000
CITED_LIMIT = 20_000  #: a longer range is clipped: nobody cites twenty pages in one footnote
UNSEEN = "\N{OPEN BOX}"  #: stands where characters are that show nothing
STRETCH = (
    20_000  #: characters that the first "Show what follows" adds; each next adds twice as many
)
STRETCH_LIMIT = 100_000
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
    cited_pages = [b.page for b in between(shown, start, end) if b.page is not None]
    facts = [
        place_in(document, info.source, cited_pages),
        dated(info),
        file_name(info.source),
    ]
    spans = [(max(b.start, nearer(b.start, low)), min(b.end, further(b.end, high))) for b in shown]
    odd = odd_in(document, *((spans[0][0], spans[-1][1]) if shown else (0, 0)))
    body = blocks_html(document, info.source, shown, spans, (start, end), odd)
    first, last = (spans[0][0], spans[-1][1]) if shown else (0, size)
    return (
        f'<header class="fn-source-head"><h2 tabindex="-1">{bdi(document.title)}</h2>'
        f'<p class="fn-facts">{joined_facts(facts)}</p></header>'
        f"{hidden_line(document)}{odd_line(odd)}{views}"
        '<div id="fn-sheet-place"></div><div class="fn-text">'
        f"{earlier_button(document, first)}{body}{later_button(document, last)}</div>"
    )


def kept_panel(shown: Shown, now: Document | None) -> str:
    """The words that an answer kept of a document which is not what it was, and the way to what
    stands in its place today."""
    facts = [place(shown.source, shown.pages), file_name(shown.source)]
    opens = ""
    if now is not None:
        start, end = find_again(shown.words, now.text) or (0, 0)
        opens = (
            f'<p class="fn-actions"><button type="button" class="fn-tool"'
            f" {target(now.id, start, end)}>Open the document as it is now</button></p>"
        )
    return (
        f'<header class="fn-source-head"><h2 tabindex="-1">{bdi(shown.title)}</h2>'
        f'<p class="fn-facts">{joined_facts(facts)}</p></header>'
        f'<p class="fn-flag">{state_of(shown.words, now)}</p>'
        '<h3 class="fn-kept-title">The words as they were quoted</h3>'
        '<div class="fn-text"><div class="fn-page"><p class="fn-block fn-paragraph" dir="auto">'
        f"<mark>{text(tidy(shown.words))}</mark></p></div></div>{opens}"
    )


def stretch(
    document: Document, source: str, at: int, *, earlier: bool, length: int = STRETCH
) -> str:
    """The blocks that end, or begin, where those end that are shown; and the way further on."""
    size = len(document.text)
    at, length = min(max(at, 0), size), min(max(length, 1), STRETCH_LIMIT)
    low, high = (max(at - length, 0), at) if earlier else (at, min(at + length, size))
    shown = between(document.blocks, low, high)
    if not shown:
        return ""
    spans = [
        (
            max(b.start, nearer(b.start, low) if earlier else low),
            min(b.end, high if earlier else further(b.end, high)),
        )
        for b in shown
    ]
    first, last = spans[0][0], spans[-1][1]
    odd = odd_in(document, first, last)
    body = odd_line(odd) + blocks_html(document, source, shown, spans, (0, 0), odd)
    if earlier:
        return earlier_button(document, first, 2 * length) + body
    return body + later_button(document, last, 2 * length)


def earlier_button(document: Document, first: int, length: int = STRETCH) -> str:
    """The way to what stands before a place; nothing where the document begins."""
    if not document.blocks or first <= document.blocks[0].start:
        return ""
    return _further(document, "earlier", first, length, "Show what comes before")


def later_button(document: Document, last: int, length: int = STRETCH) -> str:
    """The way to what stands after a place; nothing where the document ends."""
    if not document.blocks or last >= document.blocks[-1].end:
        return ""
    return _further(document, "later", last, length, "Show what follows")


def _further(document: Document, way: str, at: int, length: int, words: str) -> str:
    return (
        f'<button type="button" class="fn-more" data-action="stretch" data-id="{text(document.id)}"'
        f' data-way="{way}" data-at="{at:d}" data-length="{min(length, STRETCH_LIMIT):d}">'
        f"{words}</button>"
    )


def blocks_html(
    document: Document,
    source: str,
    shown: Sequence[Block],
    spans: Sequence[tuple[int, int]],
    cited: tuple[int, int],
    odd: Sequence[Mark],
) -> str:
    """Blocks, each as far as its span, with the numbers of the pages they begin."""
    body = "".join(
        page_line(before, block, document, source) + block_html(document, block, span, cited, odd)
        for before, block, span in zip((None, *shown), shown, spans, strict=False)
    )
    return f'<div class="fn-page" tabindex="-1">{body}</div>'


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


def page_line(before: Block | None, block: Block, document: Document, source: str) -> str:
    """A thin rule with the page number, or the sheet's name, where a new page begins."""
    if block.page is None or (before is not None and before.page == block.page):
        return ""
    said = place_in(document, source, [block.page])
    of_all = f" of {document.pages}" if document.pages and unit(source) != "sheet" else ""
    return f'<p class="fn-page-number"><span>{bdi(said)}{of_all}</span></p>'


def odd_in(document: Document, first: int, last: int) -> tuple[Mark, ...]:
    """What is odd in a stretch of the document, at its places in the whole."""
    found = marks(document.text[first:last])
    return tuple(Mark(one.start + first, one.end + first, one.kind, one.reads) for one in found)


def hidden_line(document: Document) -> str:
    """What the file holds and does not show, which is not among the text."""
    told = " ".join(f"{bdi(one[:1].upper() + one[1:])}." for one in left_out(document))
    return f'<p class="fn-aside fn-odd-line">{told}</p>' if told else ""


def odd_line(odd: Sequence[Mark]) -> str:
    """A sentence on what is marked as odd, and what invisible characters say."""
    if not odd:
        return ""
    kinds = " and ".join(kind.value for kind in MarkKind if any(m.kind is kind for m in odd))
    read = " ".join(mark.reads for mark in odd if mark.reads)
    said = f" They read: “{bdi(read)}”." if read else ""
    return (
        f'<p class="fn-aside fn-odd-line">This part of the document holds {kinds}. They are '
        f"marked below, and change no quoted answer.{said}</p>"
    )


def block_html(
    document: Document,
    block: Block,
    span: tuple[int, int],
    cited: tuple[int, int],
    odd: Sequence[Mark] = (),
) -> str:
    """One block, what is cited of it marked, and what is odd."""
    first, last = span
    low = bisect_left(odd, first, key=lambda mark: mark.start)
    while low and odd[low - 1].end > first:
        low -= 1
    odd = odd[low : bisect_left(odd, last, low, key=lambda mark: mark.start)]
    start, end = max(first, min(cited[0], last)), min(last, max(cited[1], first))
    body = _with_odd(document.text, first, start, odd)
    if start < end:
        body += f"<mark>{_with_odd(document.text, start, end, odd)}</mark>"
    body += _with_odd(document.text, end, last, odd)
    if block.kind is BlockKind.TABLE_ROW:
        body = body.replace(" | ", ' <span class="fn-bar-sign">|</span> ')
    open_cut = "…" if first > block.start else ""
    close_cut = "…" if last < block.end else ""
    depth = f" fn-level-{min(max(block.level, 1), 6)}" if block.level else ""
    return (
        f'<p class="fn-block {_TAGS[block.kind]}{depth}" dir="auto">{open_cut}{body}{close_cut}</p>'
    )


def _with_odd(words: str, first: int, last: int, odd: Sequence[Mark]) -> str:
    """Escaped words, the odd ones underlined and named, a sign in place of those nobody sees."""
    out, place = "", first
    for mark in odd:
        start, end = max(mark.start, place), min(mark.end, last)
        if start < end:
            named = f'<span class="fn-odd" title="{text(mark.kind.value)}">'
            shown = text(words[start:end]) or UNSEEN
            out += f"{text(words[place:start])}{named}{shown}</span>"
            place = end
    return out + text(words[place:last])
