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
    " | //div[contains(@class, 'yahoo_quoted')] | //div[@id='divRplyFwdMsg']"
)
#: Stand-ins around a quotation in HTML; such words no mail holds.
_OPENS, _CLOSES = "footnote-quotation-begins", "footnote-quotation-ends"
_MAX_QUOTE_DEPTH = 9
#: "On Monday, Bob wrote:", over one line or two, as mail programs say it in four languages.
_WROTE = (
    r"(?:On\b[^\n]{3,150}(?:\n[^\n]{0,100})?\bwrote|Le\b[^\n]{3,150}(?:\n[^\n]{0,100})?\ba écrit"
    r"|Am\b[^\n]{3,150}(?:\n[^\n]{0,100})?\bschrieb\b[^\n]{0,100}"
    r"|El\b[^\n]{3,150}(?:\n[^\n]{0,100})?\bescribió)\s?:"
)
#: The lines that Outlook and forwarded mails put there instead.
_SENT = (
    r"(?:-+ ?[^\n-]{4,40}? ?-+\n+)?(?P<sent>From: [^\n]+\n(?:Sent|Date): [^\n]+)"
    r"(?P<rest>(?:\n(?:To|Cc|Subject): [^\n]*)+)"
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
    text = inner.text
    return [
        _Piece(depth, block.kind, text[block.start : block.end], block.level)
        for block in inner.blocks
    ]


def _add(builder: TextBuilder, pieces: Sequence[_Piece]) -> None:
    """Add the blocks of a body: earlier mails under who wrote them, or marked as quotations."""
    threaded = all(one.depth <= two.depth for one, two in pairwise(pieces))
    named = False  # whether what follows has a heading that says whose words they are
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        match = _EARLIER.fullmatch(piece.words) if threaded else None
        # "On Monday Bob wrote:" opens an earlier mail above a quotation, or as its first line
        if match is not None and (match["sent"] or (after is not None and after.depth > 0)):
            opened = match["sent"] or match.group()
            said = [" ".join(line.split()) for line in opened.splitlines()]
            parted = " | " if match["sent"] else " "
            builder.add(BlockKind.HEADING, parted.join(said), _WROTE_LEVEL)
            if match["sent"]:
                builder.start_table()
                builder.add(BlockKind.TABLE_ROW, " | ".join(match["rest"].split("\n")[1:]))
            named = True
        elif not piece.depth or (named and piece.kind is not BlockKind.HEADING):
            builder.add(piece.kind, piece.words, piece.level)
        else:
            marks = "" if named else ">" * piece.depth + " "
            builder.add(BlockKind.PARAGRAPH, marks + piece.words)


def add_html_body(builder: TextBuilder, source: str) -> None:
    """Add an HTML body; blocks within a quotation begin with its marks."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(source, parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    quotes = root.xpath(_QUOTED) if root is not None else []
    if not quotes:
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
    depth, pieces = 0, list[_Piece]()
    for piece in _pieces(inner, 0):
        if piece.words in (_OPENS, _CLOSES):
            depth = max(0, min(_MAX_QUOTE_DEPTH, depth + (1 if piece.words == _OPENS else -1)))
        else:
            pieces.append(replace(piece, depth=depth))
    _add(builder, pieces)
