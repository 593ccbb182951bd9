"""The bare answer inside a quotation: whole words and numbers, a row's value and not its label."""

from __future__ import annotations

import re

from rag.quotable import COLUMN, answer_start

_LABEL = ": "
_INSIDE = ".,:/-"  # of a number or a code: "2,684.00", "KH2-0098841"
_JOINED_WORDS = re.compile(r"[^\W_]+(?:[/-][^\W_]+)+")
_LONGEST_CODE = 40
_CLAUSE = re.compile(r"\(?\d{1,2}(?:\.\d{1,2})*[.)]?")

#: The number of a list item before a figure: "2. 5 %" would be read as 2.5 %. A date stays whole.
_ITEM = re.compile(
    r"\(?\d{1,3}(?:\.\d{1,3})*[.)]\s+(?=[^\w\s]?\d)(?!\d{1,2}\.(?:\s?(?:19|20)\d\d|\s\d\d)\b)"
)


def bare_answer(quote: str, start: int, end: int) -> str | None:
    """The words of ``quote[start:end]`` as a short answer, None where they make none.

    Grown to whole words and numbers; in a row kept to one cell, without its column's name, of
    which the cell's value is told where only the name was found. The number of a clause is none,
    nor is that of a list item, nor a question that opens the quotation.

    >>> bare_answer("Item: Rent | Monthly (£): 1,250.00", 20, 31)
    '1,250.00'
    """
    low, high = answer_start(quote), len(quote)
    item = _ITEM.match(quote, quote.rfind("\n", 0, start) + 1)
    if item and start < item.end() < end:
        low = max(low, item.end())
    start = max(start, low)
    if COLUMN in quote:
        while start < end and quote[start] in " |":
            start += 1
        low = quote.rfind(COLUMN, 0, start + 1)
        low = 0 if low < 0 else low + len(COLUMN)
        found = quote.find(COLUMN, max(start, low))
        high = len(quote) if found < 0 else found
        label = quote.find(_LABEL, low, high)
        if label >= 0:
            low = label + len(_LABEL)
            end = high if end <= low else end
        start = max(start, low)
    end = max(start, min(end, high))
    while start > low and _joined(quote, start):
        start -= 1
    while end < high and _joined(quote, end):
        end += 1
    said = " ".join(quote[start:end].split())
    if start == 0 and _CLAUSE.fullmatch(said) and _is_clause(said, quote[end:].lstrip()):
        return None
    while said.endswith(")") and said.count("(") < said.count(")"):
        said = said[:-1].rstrip()
    return said or None


def _is_clause(number: str, after: str) -> bool:
    """Does a number that opens a sentence count clauses ("6.2 The fee"), not things ("12 men")?"""
    return bool(after) and (not number.isdigit() or after[0].isupper())


def _joined(text: str, at: int) -> bool:
    """Would a cut at this place go through a word, a number or a code?"""
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    if left.isalnum() and right.isalnum():
        return True
    if left in _INSIDE and right.isalnum():
        inside = at > 1 and text[at - 2].isalnum()
        return inside and (right.isdigit() or _is_code(text, at))
    if right in _INSIDE and left.isalnum():
        after = text[at + 1 : at + 2]
        return (after.isdigit() and left.isdigit()) or (after.isalnum() and _is_code(text, at))
    return False


def _is_code(text: str, at: int) -> bool:
    """Is the word around this place a code: "HL-5590213", "ENV/2026/0417-HK", "10W-30"?"""
    low = max(0, at - _LONGEST_CODE)
    for match in _JOINED_WORDS.finditer(text, low, min(len(text), at + _LONGEST_CODE)):
        if match.start() < at < match.end():
            parts = re.split(r"[/-]", match.group())
            return any(map(str.isdigit, match.group())) and all(
                part.isupper() or any(map(str.isdigit, part)) for part in parts
            )
    return False
