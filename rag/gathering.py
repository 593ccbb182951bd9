"""One item of a list to the whole list: the lines around it, with the words that announce them.

Works on a passage's text, or on the document's around it, where the items of a list stand on lines
of their own. Rows of a table are left alone: those that answer together are found in `rag.rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from index.chunking import span_pages
from index.sentences import is_question
from index.types import Block, BlockKind, Document
from rag.finding import Found
from rag.quotable import COLUMN, answer_start
from rag.types import Passage

#: A document by its id; None when it is not there.
Documents = Callable[[str], Document | None]

_MOST_ITEMS = 15
_MOST_LISTED = 40  # where the document itself says that they are items
_LONGEST_ITEM = 240  # characters; longer lines are paragraphs
_LONGEST_INTRODUCTION = 300
_SHORT_ITEM = 60  # a shorter line may begin in lower case; longer ones may be broken paragraphs
_REACH = 3_000  # characters of a document around a candidate, in which its list is looked for
_ITEM_START = re.compile(r"\W*(?:\d|[A-ZÀ-Þ])")
_MARK = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s|[-*•–·▪◦☐☑☒✓]\s")
_NUMBER = re.compile(r"(\(?)(\d{1,2})([.)])\s")
_FIRST = re.compile(r"\(?(?:1|a|i)[.)]\s")
_NEGATED = re.compile(
    r"\b(?:not|cannot|no(?!\.?\s*\d)|never|none|neither|except\w*|without|unless|exclu\w+"
    r"|prohibit\w*|forbid\w*|ban(?:s|ned)?|avoid|refus\w+)\b|n['’]ts?\b",
    re.I,
)
_STOP = re.compile(r"[.!?;=]\s")
_SENTENCE = re.compile(r"(?s)(?:^|(?<=[.!?\n]))\s*(\S[^\n]*?:)\s*$")


def whole_list(found: Found, documents: Documents | None = None) -> Found:
    """The candidate grown to the list that it is an item of, or announces; itself when it is none.

    The list is one quotation: from the sentence ending in a colon before it, where there is one, to
    its last item. With ``documents`` it may go on beyond the passage, which is then widened, but
    not beyond a heading; a heading that says "not" is the first line of what stands right below.
    """
    document = documents(found.passage.chunk.document_id) if documents is not None else None
    if document is None:
        return _grown(found)
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    above = next((one for one in reversed(headings) if one.start <= found.start), None)
    low = above.start if above is not None else 0
    high = next((one.start for one in headings if one.start >= found.end), len(document.text))
    first, last = max(low, found.start - _REACH), min(high, found.end + _REACH)
    text = document.text[first:last]
    cut = replace(found.passage.chunk, start=first, end=last, text=text, pages=())
    items = [
        (block.start - first, block.end - first)
        for block in document.blocks
        if block.kind is BlockKind.LIST_ITEM and first <= block.start and block.end <= last
    ]
    around = replace(found, passage=replace(found.passage, chunk=cut))
    grown = replace(_grown(around, items), passage=found.passage)
    start = low if above is not None and _says_not(document, above, grown.start) else grown.start
    wide = widened(found.passage, document, start, grown.end)
    return replace(grown, passage=wide, start=start)


def _says_not(document: Document, heading: Block, start: int) -> bool:
    """Does a heading right above ``start`` turn what stands below into its contrary?"""
    words = document.text[heading.start : heading.end]
    return not document.text[heading.end : start].strip() and _NEGATED.search(words) is not None


def widened(passage: Passage, document: Document, start: int, end: int) -> Passage:
    """The passage of a document so far that it holds ``start`` to ``end``, which are cut to it."""
    own = passage.chunk
    first, last = min(own.start, max(0, start)), max(own.end, min(end, len(document.text)))
    if (first, last) == (own.start, own.end):
        return passage
    pages = tuple(sorted({*own.pages, *span_pages(document.blocks, first, last)}))
    wide = replace(own, start=first, end=last, text=document.text[first:last], pages=pages)
    return replace(passage, chunk=wide)


def is_torn(found: Found, documents: Documents | None = None) -> bool:
    """Would the candidate mislead without its list?

    "Not covered:" tells nothing by itself, and an item under it the contrary. Without
    ``documents`` only the passage is looked at.
    """
    if found.quote.rstrip().endswith(":"):
        return True
    documents = documents if _may_be_item(found) else None  # to load one may take long
    grown = whole_list(found, documents)
    line = grown.quote[: found.start - grown.start].partition("\n")[0].rstrip()
    said, colon, rest = line.partition(":")
    # "Not covered:", or "Not covered: roofs", but no note that holds a colon
    announces = bool(colon) and (not rest or not _STOP.search(said))
    begins = documents is not None and _begins_with_heading(grown, documents)
    return (announces or begins) and _NEGATED.search(said) is not None


def _may_be_item(found: Found) -> bool:
    """Could a candidate be an item whose list begins before its passage, or is told by its mark?"""
    quote, chunk = found.quote, found.passage.chunk
    at_start = "\n" not in chunk.text[: found.start - chunk.start].strip()
    ended = quote.rstrip().endswith((".", "!", "?"))
    return at_start or not ended or quote[:1].islower() or _MARK.match(quote) is not None


def _begins_with_heading(grown: Found, documents: Documents) -> bool:
    document = documents(grown.passage.chunk.document_id)
    return document is not None and any(
        block.kind is BlockKind.HEADING and block.start == grown.start for block in document.blocks
    )


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


def _grown(found: Found, items: Sequence[tuple[int, int]] = ()) -> Found:
    """The candidate grown within its passage, where ``items`` are known to be items of lists.

    Those count, however long, below words that announce them: notes may be one long list.
    """
    grown = _list_around(found, ())
    if grown == found and items:
        told = _list_around(found, items)
        first = told.quote.partition("\n")[0].rstrip()
        text = found.passage.chunk.text[: told.start - found.passage.chunk.start]
        above = "" if "\n\n" in text.strip() else text  # a heading alone
        if first.endswith(":") or _NEGATED.search(above):
            return told
    return grown


def _list_around(found: Found, items: Sequence[tuple[int, int]]) -> Found:
    chunk = found.passage.chunk
    text = chunk.text
    asked = found.start - chunk.start  # a question that the list answers stays in front of it
    run = _run(text, asked + answer_start(found.quote), found.end - chunk.start, items)
    if run is None:
        return found
    start, end = run
    cut = max(0, start - _LONGEST_INTRODUCTION - 2)
    before = _SENTENCE.search(text[cut:start])
    if before is not None and (before.start() > 0 or cut == 0):
        start = cut + before.start(1)
    start = min(start, asked)
    return replace(found, start=chunk.start + start, end=chunk.start + end, short=None)


def _run(
    text: str, start: int, end: int, known: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """The lines of the list that ``text[start:end]`` stands in or announces, as a span."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    place = next((n for n, (a, b) in enumerate(lines) if a <= start < b), None)
    if place is None:
        return None
    if text[start:end].rstrip().endswith(":") and place + 1 < len(lines):
        place += 1
    first, last = _joined(text, lines, place)
    first, last = _one_numbering(text, lines, first, place, last)
    items = lines[first : last + 1]
    told = [
        COLUMN not in text[a:b] and any(low <= a < high for low, high in known) for a, b in items
    ]
    most = _MOST_LISTED if all(told[1:]) else _MOST_ITEMS  # the first may announce them
    if not 2 <= len(items) <= most or not all(
        listed or _is_item(text[a:b]) for listed, (a, b) in zip(told, items, strict=True)
    ):
        return None
    closing = lines[last + 1 : last + 2]
    if closing and _closes(text, lines[last], closing[0]):
        last += 1
    return lines[first][0], lines[last][1]


def _joined(text: str, lines: Sequence[tuple[int, int]], place: int) -> tuple[int, int]:
    """The first and last of the lines that stand together around ``place``."""
    first = last = place
    while first > 0:
        if _follows(text, lines[first - 1], lines[first]):
            if text[slice(*lines[first - 1])].rstrip().endswith(":"):
                break  # it announces the list
            first -= 1
        elif first > 1 and _counts_on(text, lines[first - 2], lines[first]):
            first -= 2
        else:
            break
    while last + 1 < len(lines):
        if _follows(text, lines[last], lines[last + 1]):
            last += 1
        elif last + 2 < len(lines) and _counts_on(text, lines[last], lines[last + 2]):
            last += 2
        else:
            break
    return first, last


def _counts_on(text: str, line: tuple[int, int], later: tuple[int, int]) -> bool:
    """Does a later line go on with the next number: a note stands between two steps?"""
    one, two = _NUMBER.match(text, line[0]), _NUMBER.match(text, later[0])
    if one is None or two is None or one.group(1, 3) != two.group(1, 3):
        return False
    return int(two[2]) - int(one[2]) == 1


def _closes(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """Does the line below a list end the sentence of it: "provided that notice is given"?"""
    open_end = not text[: line[1]].rstrip().endswith((".", ";", ":", "!", "?"))
    return open_end and text[following[0]].islower() and not _MARK.match(text, following[0])


def _one_numbering(
    text: str, lines: Sequence[tuple[int, int]], first: int, place: int, last: int
) -> tuple[int, int]:
    """The first and last line of the list at ``place``.

    Where numbers fall back to 1, lines ``first`` to ``last`` are several lists and headings.
    """
    marks = [_NUMBER.match(text, lines[number][0]) for number in range(first, last + 1)]
    pairs = [
        (number, int(one[2]), int(two[2]))
        for number, (one, two) in enumerate(pairwise(marks), first)
        if one and two and one.group(1, 3) == two.group(1, 3)
    ]
    if not any(two == 1 < one for _, one, two in pairs):
        return first, last
    cuts = [number for number, one, two in pairs if two - one not in (0, 1)]
    begin = max((number + 1 for number in cuts if number < place), default=first)
    return begin, min((number for number in cuts if number >= place), default=last)


def _follows(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """Do two lines stand together? Items with marks of their own may be paragraphs."""
    between = text[line[1] : following[0]]
    begins = _FIRST.match(text, following[0]) and not _MARK.match(text, line[0])
    if begins and not text[: line[1]].rstrip().endswith(":"):
        return False  # steps below a list without marks
    marked = _MARK.match(text, line[0]) and _MARK.match(text, following[0])
    return between == "\n" or (between == "\n\n" and marked is not None)


def _is_item(line: str) -> bool:
    if len(line) > _LONGEST_ITEM or COLUMN in line or is_question(line):
        return False
    if len(line) <= _SHORT_ITEM or line.rstrip().endswith(";"):
        return True
    return any(start.match(line) is not None for start in (_ITEM_START, _MARK))
