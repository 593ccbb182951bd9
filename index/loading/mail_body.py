"""The words of a mail: paragraphs as in plain text or HTML, and the earlier mails it quotes.

Plain text marks quotations itself. In HTML the elements that mail programs put around them are
looked for. Nothing quoted is left out: an answer may stand in it. Where earlier mails stand whole
below an answer, who wrote each and when is the heading of its words; a quotation that is answered
line by line, or of nobody named, is marked with ``>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from index.loading.builder import TextBuilder
from index.loading.html import add_html
from index.loading.text import add_plain
from index.types import BlockKind

_QUOTE = re.compile(r"^[ \t]?((?:>[ \t]?)+)")
#: What mail programs put around a quotation: Apple and Thunderbird, Gmail, Yahoo, Outlook.
_QUOTED = (
    "//blockquote[@type='cite'] | //blockquote[contains(@class, 'quote')]"
    " | //div[contains(concat(' ', @class, ' '), ' gmail_quote ')][not(.//blockquote)]"
    " | //div[contains(@class, 'yahoo_quoted')]"
)
#: Stand-ins around a quotation in HTML; such words no mail holds.
_OPENS, _CLOSES = "footnote-quotation-begins", "footnote-quotation-ends"
_MAX_QUOTE_DEPTH = 9
#: "On Mon, 3 May 2025, Bob wrote:", on one line or two, as mail programs say it in four languages.
_TIMED = r"(?=[^\n]{0,100}(?:\d{4}|\d[:.]\d\d|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)))"
_WROTE = (
    rf"(?:On\b{_TIMED}[^\n]{{3,150}}(?:\n[^\n]{{0,100}})?\bwrote"
    rf"|Le\b{_TIMED}[^\n]{{3,150}}(?:\n[^\n]{{0,100}})?\ba écrit"
    rf"|Am\b{_TIMED}[^\n]{{3,150}}(?:\n[^\n]{{0,100}})?\bschrieb\b[^\n]{{0,100}}"
    rf"|El\b{_TIMED}[^\n]{{3,150}}(?:\n[^\n]{{0,100}})?\bescribió)\s?:"
)
#: The lines that Outlook and forwarded mails put there instead.
_SENT = (
    r"(?:-{2,} ?(?:Original|Forwarded)[^\n-]{0,30}-+\n+)?"
    r"(?P<sent>\*?From:\*?[ \t]+[^\n]+\n\*?(?:Sent|Date):\*?[ \t]+[^\n]+)"
    r"(?=(?:\n[^\n]*){0,4}?\n\*?Subject:)"
    r"(?P<rest>(?:\n\*?(?:To|Cc|Bcc|Subject|Importance|Attachments):[^\n]*)+)"
)
_EARLIER = re.compile(rf"(?m)^(?:{_WROTE}|{_SENT})[ \t]*$")
_WROTE_LEVEL = 6  #: of its heading: below the subject and all that a mail holds


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block of a body, and how deep in quotations it stands; 0 is the mail's own."""

    depth: int
    kind: BlockKind
    words: str
    level: int
    begins: bool  #: whether a table begins with it


def add_plain_body(builder: TextBuilder, text: str) -> None:
    """Add a plain body, and what it quotes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pieces: list[_Piece] = []
    for depth, group in groupby(lines, key=_depth):
        stretch = "\n".join(_QUOTE.sub("", line) if depth else line for line in group)
        # the mark of a signature, and who wrote what follows, stand apart from the lines beside
        stretch = re.sub(r"(?m)^-- ?$", "\n", stretch)
        inner = TextBuilder()
        add_plain(inner, _EARLIER.sub(lambda match: f"\n\n{match.group()}\n\n", stretch))
        pieces += _pieces(inner, depth)
    _add(builder, pieces)


def unflowed(text: str, joined: bool = False) -> str:
    """The lines of a ``format=flowed`` body (RFC 3676) made whole again.

    A line that ends in a space goes on in the next one of the same depth of quotation; with
    ``joined`` that space is no part of the words.
    """
    out: list[str] = []
    goes_on = -1  # depth of the line before, if it goes on
    for line in text.replace("\r\n", "\n").split("\n"):
        marks = line[: len(line) - len(line.lstrip(">"))]
        said = line[len(marks) :].removeprefix(" ")
        if goes_on == len(marks) and said != "-- ":
            out[-1] += said
        else:
            out.append(f"{marks} {said}" if marks else said)
        flows = said.endswith(" ") and said != "-- "
        goes_on = len(marks) if flows else -1
        if flows and joined:
            out[-1] = out[-1][:-1]
    return "\n".join(out)


def _depth(line: str) -> int:
    match = _QUOTE.match(line)
    return min(_MAX_QUOTE_DEPTH, match.group(1).count(">")) if match else 0


def _pieces(inner: TextBuilder, depth: int) -> list[_Piece]:
    text, pieces, end = inner.text, list[_Piece](), 0
    for block in inner.blocks:
        apart = block.kind is BlockKind.TABLE_ROW and text[end : block.start] != "\n"
        words = text[block.start : block.end]
        pieces.append(_Piece(depth, block.kind, words, block.level, apart))
        end = block.end
    return pieces


def _add(builder: TextBuilder, pieces: Sequence[_Piece]) -> None:
    """Add the blocks of a body: earlier mails under who wrote them, or marked as quotations."""
    threaded = all(one.depth <= two.depth for one, two in pairwise(pieces))
    named = 0  # how deep the words stand that have a heading which says whose they are
    for place, piece in enumerate(pieces):
        match = _EARLIER.fullmatch(piece.words) if threaded else None
        if match is not None and _opens(match, pieces, place):
            _add_opening(builder, match)
            named = pieces[place + 1].depth if place + 1 < len(pieces) else piece.depth
            continue
        if piece.begins:
            builder.start_table()
        if not piece.depth or (piece.depth <= named and piece.kind is not BlockKind.HEADING):
            builder.add(piece.kind, piece.words, piece.level)
        else:
            marks = ">" * (piece.depth - named)
            builder.add(BlockKind.PARAGRAPH, f"{marks} {piece.words}")


def _opens(match: re.Match[str], pieces: Sequence[_Piece], place: int) -> bool:
    """Does "On Monday Bob wrote:" stand above a quotation, or begin one?"""
    if match["sent"]:
        return True
    piece, after = pieces[place], pieces[place + 1 : place + 2]
    first = place == 0 or pieces[place - 1].depth < piece.depth
    return bool(after) and after[0].depth > piece.depth - (first and piece.depth > 0)


def _add_opening(builder: TextBuilder, match: re.Match[str]) -> None:
    """Add who wrote an earlier mail and when as a heading, and to whom below it."""
    said = [" ".join(line.split()) for line in (match["sent"] or match.group()).splitlines()]
    builder.add(BlockKind.HEADING, (" | " if match["sent"] else " ").join(said), _WROTE_LEVEL)
    if match["sent"]:
        builder.start_table()
        rest = [" ".join(line.split()) for line in match["rest"].splitlines() if line.strip()]
        builder.add(BlockKind.TABLE_ROW, " | ".join(rest))


def add_html_body(builder: TextBuilder, source: str) -> None:
    """Add an HTML body, and what it quotes."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(source, parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    quotes = root.xpath(_QUOTED) if root is not None else []
    if root is None:
        add_html(builder, source)
        return
    for quote in quotes:
        for place, word in ((0, _OPENS), (len(quote) + 1, _CLOSES)):
            mark = lxml_html.Element("p")
            mark.text = word
            quote.insert(place, mark)
        # Words before the first element come before the mark unless they go behind it.
        quote[0].tail, quote.text = quote.text, None
    inner = TextBuilder()
    add_html(inner, lxml_html.tostring(root, encoding="unicode"))
    for words in inner.unseen:
        builder.leave_unseen(words)
    depth, pieces = 0, list[_Piece]()
    for piece in _pieces(inner, 0):
        if piece.words in (_OPENS, _CLOSES):
            depth = max(0, min(_MAX_QUOTE_DEPTH, depth + (1 if piece.words == _OPENS else -1)))
        else:
            pieces.append(replace(piece, depth=depth))
    _add(builder, pieces)
