"""What is quoted as one: a sentence, a row, a message of a chat, a question with its answer.

Works on a passage's text. A question that stands in a document answers nobody by itself, yet it
shares the most words with a question that somebody asks.
"""

from __future__ import annotations

import re
from itertools import pairwise

from index.sentences import is_question, sentence_spans

COLUMN = " | "  #: between the cells of a row, as the loaders write it
_BLANK = "____"  # of a form
_ABBREVIATED = re.compile(
    r"\b(?:max|min|approx|ext|tel|incl|excl|nos?|vol|figs?|eds?|cf|ca|vs|resp|dept|est|temp|avg|alt|"
    r"art|sec|ch|pp?|para|dia|qty|ref|sq|wk|yr|mo|hrs?|mins?|secs?|lbs?|oz|ft|in)\.$",
    re.I,
)
_ITEM = re.compile(r"\[.?\]|[-*•–☐☑☒]\s|\(?(?:\d{1,2}|[a-z])[.)]\s")
#: "24/07/2026, 18:05 - Ollie: …", as a chat is exported.
_MESSAGE = re.compile(
    r"\s*\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp][Mm])?\]?"
    r" ?[-–]? ?[^:|]{1,40}: "
)
#: A heading on the line of its text: "Why they were late." and "How to get in:" tell nothing alone.
_RUN_IN = re.compile(
    r"(?:why|how|what|when|where|who|which)\b"
    r"(?!\s+(?:is|are|was|were|do|does|did|has|have|had|can|could|may|will|would|shall|should|must)\b)"
    r"(?:[ \t]+[\w'’-]+){1,8}[ \t]*[.:]",
    re.I,
)
_LONGEST_ROW = 600  # characters; a longer row is quoted by sentences
_LONGEST_QUESTION = 240
_LONGEST_ANSWER = 400  # characters, with its question
_FEW_WORDS, _FEW_CHARACTERS = 2, 20  # are no sentence to quote: "Table 1.", "Yes.", "4."


def quotable_spans(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) in order, none overlapping, as `sentence_spans` gives them but joined.

    A row is one span, a message too, and a question with its answer: what follows on the same line,
    or the sentence on the next. What a full stop has torn off is put back: "Area 4.2 km², max." and
    "depth 31 m.", "4." and its step. The blanks of a form are left out: nobody has filled them in.
    """
    spans: list[tuple[int, int]] = []
    asking = False  # the last span opened with a question
    for start, end in sentence_spans(text):
        row = _row(text, start)
        if row is not None:
            if row not in spans[-1:]:
                spans.append(row)
            asking = False
            continue
        last = spans[-1] if spans else (0, 0)
        asks = is_question(text[start:end])
        if spans and not asks and _opens(text, last, start):
            spans[-1], asking = (last[0], end), True
        elif spans and _goes_on(text, last, (start, end), asking=asking):
            spans[-1] = (last[0], end)
        else:
            spans.append((start, end))
            asking = False
    return [span for span in spans if not _is_blank(text[slice(*span)])]


def _is_blank(words: str) -> bool:
    """Is a third of it the blanks of a form?"""
    return _BLANK in words and 3 * words.count("_") >= len(words)


def answer_start(quote: str) -> int:
    """Where the answer begins in a span that may open with a question: 0 where it does not."""
    if COLUMN in quote:
        return 0
    spans = sentence_spans(quote)
    for span, following in pairwise(spans):
        if is_question(quote[slice(*span)]) or _runs_in(quote, span, following[0]):
            return following[0]
        if not _is_few(quote[slice(*span)]):
            break
    return 0


def _goes_on(text: str, last: tuple[int, int], piece: tuple[int, int], *, asking: bool) -> bool:
    """Does a piece belong to the span before it on the same line: to the answer of the question
    that opened it, or because a full stop has parted one sentence?"""
    before, after = text[slice(*last)], text[slice(*piece)]
    if "\n" in text[last[1] : piece[0]] or piece[1] - last[0] > _LONGEST_ANSWER:
        return False
    if COLUMN in before or is_question(before):
        return False
    if _is_few(before):
        return True
    if is_question(after):
        return False
    return asking or (after[:1].islower() and _ABBREVIATED.search(before) is not None)


def _is_few(words: str) -> bool:
    """Words that end like a sentence and are none."""
    few = len(words) <= _FEW_CHARACTERS and len(words.split()) <= _FEW_WORDS
    return few and words.endswith((".", ":", ")", ","))


def _row(text: str, start: int) -> tuple[int, int] | None:
    """The line that ``start`` stands in, without outer blanks, if it is a row or a message."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = text[first : len(text) if last < 0 else last]
    if len(line) > _LONGEST_ROW or (COLUMN not in line and not _MESSAGE.match(line)):
        return None
    begin = first + len(line) - len(line.lstrip())
    return begin, first + len(line.rstrip())


def _opens(text: str, question: tuple[int, int], start: int) -> bool:
    """Is the span a question or a heading, and does what begins at ``start`` follow on it closely?

    An item of a list that follows on one that asks is another item.
    """
    asked = text[slice(*question)]
    if _runs_in(text, question, start):
        return True
    if len(asked) > _LONGEST_QUESTION or COLUMN in asked or not is_question(asked):
        return False
    breaks = text[question[1] : start].count("\n")
    return breaks <= 2 and not (breaks and _ITEM.match(text, start))


def _runs_in(text: str, span: tuple[int, int], start: int) -> bool:
    """Is the span a heading that begins a line on which the text below it begins, too?"""
    first = not text[text.rfind("\n", 0, span[0]) + 1 : span[0]].strip()
    same_line = "\n" not in text[span[1] : start]
    return first and same_line and _RUN_IN.fullmatch(text[slice(*span)]) is not None
