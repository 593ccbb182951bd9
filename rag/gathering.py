"""One item of a list to the whole list: the lines around it, with the words that announce them.

Works on a passage's text, or on the document's around it, where the items of a list stand on lines
of their own. Rows of a table are left alone: those that answer together are found in `rag.rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from index.chunking import span_pages
from index.sentences import is_question
from index.types import Document
from rag.finding import Found
from rag.quotable import COLUMN, answer_start
from rag.types import Passage

#: A document by its id; None when it is not there.
Documents = Callable[[str], Document | None]

_MOST_ITEMS = 15
_LONGEST_ITEM = 240  # characters; longer lines are paragraphs
_LONGEST_INTRODUCTION = 300
_SHORT_ITEM = 60  # a shorter line may begin in lower case; longer ones may be broken paragraphs
_REACH = 3_000  # characters of a document around a candidate, in which its list is looked for
_ITEM_START = re.compile(r"\W*(?:\d|[A-ZÀ-Þ])")
_MARK = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s|[-*•–]\s")
_NUMBER = re.compile(r"\(?(\d{1,2})[.)]\s")
_NEGATED = re.compile(r"\b(?:not|no|never|none|except|without|unless|exclud\w+)\b|n['’]t\b", re.I)
_SENTENCE = re.compile(r"(?s)(?:^|(?<=[.!?\n]))\s*(\S[^\n]*?:)\s*$")


def whole_list(found: Found, documents: Documents | None = None) -> Found:
    """The candidate grown to the list that it is an item of, or announces; itself when it is none.

    The list is one quotation: from the sentence ending in a colon before it, where there is one, to
    its last item. With ``documents`` it may go on beyond the passage, which is then widened.
    """
    document = documents(found.passage.chunk.document_id) if documents is not None else None
    if document is None:
        return _grown(found)
    around = widened(found.passage, document, found.start - _REACH, found.end + _REACH)
    grown = _grown(replace(found, passage=around))
    return replace(grown, passage=widened(found.passage, document, grown.start, grown.end))


def widened(passage: Passage, document: Document, start: int, end: int) -> Passage:
    """The passage of a document so far that it holds ``start`` to ``end``, which are cut to it."""
    own = passage.chunk
    first, last = min(own.start, max(0, start)), max(own.end, min(end, len(document.text)))
    if (first, last) == (own.start, own.end):
        return passage
    pages = tuple(sorted({*own.pages, *span_pages(document.blocks, first, last)}))
    wide = replace(own, start=first, end=last, text=document.text[first:last], pages=pages)
    return replace(passage, chunk=wide)


def is_torn(found: Found) -> bool:
    """Would the candidate mislead without its list?

    "Not covered:" tells nothing by itself, and an item under it the contrary.
    """
    if found.quote.rstrip().endswith(":"):
        return True
    grown = whole_list(found)
    before = grown.quote[: found.start - grown.start]
    return ":" in before and _NEGATED.search(before[: before.index(":")]) is not None


def said(quote: str) -> str:
    """A quotation on one line: items are parted by semicolons where the lines have no mark.

    >>> said("You need:\\n\\nflour\\nwater")
    'You need: flour; water'
    """
    lines = [" ".join(line.split()) for line in quote.splitlines() if line.strip()]
    out = ""
    for line in lines:
        between = "" if not out else " " if out[-1] in ".:;,!?|" else "; "
        out += between + line
    return out


def _grown(found: Found) -> Found:
    chunk = found.passage.chunk
    text = chunk.text
    asked = found.start - chunk.start  # a question that the list answers stays in front of it
    run = _run(text, asked + answer_start(found.quote), found.end - chunk.start)
    if run is None:
        return found
    start, end = run
    cut = max(0, start - _LONGEST_INTRODUCTION - 2)
    before = _SENTENCE.search(text[cut:start])
    if before is not None and (before.start() > 0 or cut == 0):
        start = cut + before.start(1)
    start = min(start, asked)
    return replace(found, start=chunk.start + start, end=chunk.start + end, short=None)


def _run(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The lines of the list that ``text[start:end]`` stands in or announces, as a span."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    place = next((n for n, (a, b) in enumerate(lines) if a <= start < b), None)
    if place is None:
        return None
    if text[start:end].rstrip().endswith(":") and place + 1 < len(lines):
        place += 1
    first = last = place
    while first > 0 and _follows(text, lines[first - 1], lines[first]):
        if text[slice(*lines[first - 1])].rstrip().endswith(":"):
            break  # it announces the list
        first -= 1
    while last + 1 < len(lines) and _follows(text, lines[last], lines[last + 1]):
        last += 1
    items = [text[a:b] for a, b in lines[first : last + 1]]
    if not 2 <= len(items) <= _MOST_ITEMS or not all(map(_is_item, items)):
        return None
    return lines[first][0], lines[last][1]


def _follows(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """Do two lines stand together? Items with marks of their own may be paragraphs."""
    between = text[line[1] : following[0]]
    one, two = _NUMBER.match(text, line[0]), _NUMBER.match(text, following[0])
    if one and two and int(two[1]) - int(one[1]) not in (0, 1):
        return False  # "6. Close the valve." and "4. How to thaw the pipe", the next heading
    marked = _MARK.match(text, line[0]) and _MARK.match(text, following[0])
    return between == "\n" or (between == "\n\n" and marked is not None)


def _is_item(line: str) -> bool:
    if len(line) > _LONGEST_ITEM or COLUMN in line or is_question(line):
        return False
    if len(line) <= _SHORT_ITEM or line.rstrip().endswith(";"):
        return True
    return any(start.match(line) is not None for start in (_ITEM_START, _MARK))
