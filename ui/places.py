"""Where in a document something stands, as people say it: ``page 3``, ``slide 3``, ``sheet Staff``,
or the heading it stands under where there are no pages.

Loaders count slides and sheets as pages. What kind of file it is tells its name; what a sheet is
called stands first among the headings of its passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from index.types import BlockKind, Document
from rag.types import Citation, Passage

_UNITS = {
    **dict.fromkeys(".pptx .pptm .ppsx .potx .odp .otp".split(), "slide"),
    **dict.fromkeys(".xlsx .xlsm .xltx .ods .ots".split(), "sheet"),
}
_ADDRESS = re.compile(r"\s*<[^<>\s]*@[^<>\s]*>")
_LONGEST = 70  # characters of a heading


def unit(source: str) -> str:
    """What a file's pages are: ``page``, ``slide`` or ``sheet``."""
    return _UNITS.get(PurePath(source).suffix.lower(), "page")


def place(source: str, numbers: Sequence[int], headings: Sequence[str] = ()) -> str:
    """``page 3``, ``pages 3–4``, ``sheet Staff``; nothing where there are no pages.

    ``headings`` are those that the words stand under, outermost first.
    """
    if not numbers:
        return ""
    first, last, noun = min(numbers), max(numbers), unit(source)
    if first != last:
        return f"{noun}s {first}–{last}"
    if noun == "sheet" and headings:
        name = " ".join(headings[0].split())
        return name if name.casefold().startswith(noun) else f"{noun} {name}"
    return f"{noun} {first}"


def under(headings: Sequence[str], title: str) -> str:
    """``under “8. Cancelling”``: the nearest heading but the title; an earlier mail's without
    addresses."""
    said = [" ".join(_ADDRESS.sub("", heading).split()).rstrip(" :") for heading in headings]
    said = [one for one in said if one and one != " ".join(title.split()).rstrip(" :")]
    if not said:
        return ""
    name = said[-1]
    return f"under “{name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + '…'}”"


def place_of_passage(passage: Passage) -> str:
    """Where a passage stands in its document."""
    chunk = passage.chunk
    return place(passage.document.source, chunk.pages, chunk.headings)


def place_of_citation(citation: Citation, passages: Sequence[Passage]) -> str:
    """Where cited words stand in their document; ``passages`` are those that were looked at."""
    headings = (
        one.chunk.headings
        for one in passages
        if one.chunk.document_id == citation.document_id
        and one.chunk.start <= citation.start
        and citation.end <= one.chunk.end
        and one.chunk.pages == citation.pages
    )
    found = next(headings, ())
    if not citation.pages:
        return under(found, citation.title)
    return place(citation.source, citation.pages, found)


def place_in(document: Document, source: str, numbers: Sequence[int]) -> str:
    """Where pages of a document that is at hand are."""
    named = (
        document.text[block.start : block.end]
        for block in document.blocks
        if block.page in numbers[:1] and block.kind is BlockKind.HEADING
    )
    return place(source, numbers, tuple(next(([name] for name in named), ())))
