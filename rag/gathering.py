"""One item of a list to the whole list: the lines around it, with the words that announce them.

Works on a passage's text, where the items of a list stand on lines of their own. Rows of a table
are left alone: each of them answers for itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.finding import Found
from rag.quotable import answer_start, is_question

_MOST_ITEMS = 15
_LONGEST_ITEM = 240  # characters; longer lines are paragraphs
_LONGEST_INTRODUCTION = 300
_SHORT_ITEM = 60  # a shorter line may begin in lower case; longer ones may be broken paragraphs
_ITEM_START = re.compile(r"\W*(?:\d|[A-ZÀ-Þ])")
_SENTENCE = re.compile(r"(?s)(?:^|(?<=[.!?\n]))\s*(\S[^\n]*?:)\s*$")


def whole_list(found: Found) -> Found:
    """The candidate grown to the list that it is an item of, or announces; itself when it is none.

    The list is one quotation: from the sentence ending in a colon before it, where there is one, to
    its last item.
    """
    chunk = found.passage.chunk
    text = chunk.text
    asked = found.start - chunk.start  # a question that the list answers stays in front of it
    run = _run(text, asked + answer_start(found.quote), found.end - chunk.start)
    if run is None:
        return found
    start, end = run
    before = _SENTENCE.search(text[:start])
    if before is not None and start - before.start(1) <= _LONGEST_INTRODUCTION:
        start = before.start(1)
    start = min(start, asked)
    return replace(found, start=chunk.start + start, end=chunk.start + end, short=None)


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


def _run(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The lines of the list that ``text[start:end]`` stands in or announces, as a span."""
    lines: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\n]+", text):
        lines.append(match.span())
    place = next((n for n, (a, b) in enumerate(lines) if a <= start < b), None)
    if place is None:
        return None
    if text[start:end].rstrip().endswith(":") and place + 1 < len(lines):
        place += 1
    first = last = place
    while first > 0 and text[lines[first - 1][1] : lines[first][0]] == "\n":
        first -= 1
    while last + 1 < len(lines) and text[lines[last][1] : lines[last + 1][0]] == "\n":
        last += 1
    items = [text[a:b] for a, b in lines[first : last + 1]]
    if not 2 <= len(items) <= _MOST_ITEMS or not all(map(_is_item, items)):
        return None
    return lines[first][0], lines[last][1]


def _is_item(line: str) -> bool:
    if len(line) > _LONGEST_ITEM or " | " in line or is_question(line):
        return False
    return len(line) <= _SHORT_ITEM or _ITEM_START.match(line) is not None
