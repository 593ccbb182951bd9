"""What is quoted as one: a sentence, the row of a table, a question with the answer under it.

Works on a passage's text. A question that stands in a document answers nobody by itself, yet it
shares the most words with a question that somebody asks.
"""

from __future__ import annotations

from index.sentences import sentence_spans

_COLUMN = " | "  # between the cells of a row
_LONGEST_ROW = 600  # characters; a longer row is quoted by sentences
_LONGEST_QUESTION = 240
_CLOSING = "\"'”’)]*_ "  # may follow the mark


def quotable_spans(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) in order, none overlapping, as `sentence_spans` gives them but joined.

    A row is one span. A question takes the sentence after it along, unless that is a question too.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        row = _row(text, start)
        if row is not None:
            if row not in spans[-1:]:
                spans.append(row)
        elif spans and _opens(text, spans[-1], start) and not is_question(text[start:end]):
            spans.append((spans.pop()[0], end))
        else:
            spans.append((start, end))
    return spans


def is_question(quote: str) -> bool:
    """Does it end as a question does?"""
    return quote.rstrip(_CLOSING).endswith("?")


def answer_start(quote: str) -> int:
    """Where the answer begins in a span that may open with a question: 0 where it does not."""
    first = sentence_spans(quote)[:2]
    if len(first) == 2 and is_question(quote[slice(*first[0])]) and _COLUMN not in quote:
        return first[1][0]
    return 0


def _row(text: str, start: int) -> tuple[int, int] | None:
    """The line that ``start`` stands in, without outer blanks, if it is a row of a table."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = text[first : len(text) if last < 0 else last]
    if _COLUMN not in line or len(line) > _LONGEST_ROW:
        return None
    begin = first + len(line) - len(line.lstrip())
    return begin, first + len(line.rstrip())


def _opens(text: str, question: tuple[int, int], start: int) -> bool:
    """Is the span a question, and does what begins at ``start`` follow on it closely?"""
    asked = text[slice(*question)]
    if len(asked) > _LONGEST_QUESTION or _COLUMN in asked or not is_question(asked):
        return False
    return text[question[1] : start].count("\n") <= 2
