"""The words of a mail: paragraphs as in plain text or HTML, what is quoted marked with ``>``.

Plain text marks quotations itself. In HTML the elements that mail programs put around them are
looked for. Nothing quoted is left out: an answer may stand in it.
"""

from __future__ import annotations

import re
from itertools import groupby

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


def add_plain_body(builder: TextBuilder, text: str) -> None:
    """Add a plain body; a quoted stretch becomes paragraphs that begin with its marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for depth, group in groupby(lines, key=_depth):
        stretch = "\n".join(_QUOTE.sub("", line) if depth else line for line in group)
        if depth:
            inner = TextBuilder()
            add_plain(inner, stretch)
            _add_quoted(builder, inner, depth)
        else:
            add_plain(builder, re.sub(r"(?m)^-- ?$", "\n", stretch))  # the mark of a signature


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


def _add_quoted(builder: TextBuilder, inner: TextBuilder, depth: int) -> None:
    text = inner.text
    for block in inner.blocks:
        said = text[block.start : block.end]
        builder.add(BlockKind.PARAGRAPH, ">" * depth + " " + said)


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
    depth, text = 0, inner.text
    for block in inner.blocks:
        said = text[block.start : block.end]
        if said in (_OPENS, _CLOSES):
            depth = max(0, min(_MAX_QUOTE_DEPTH, depth + (1 if said == _OPENS else -1)))
        elif depth:
            builder.add(BlockKind.PARAGRAPH, ">" * depth + " " + said)
        else:
            builder.add(block.kind, said, block.level)
