"""A day that stands in a heading: "When was the tray icon hidden?" of release notes or a log.

The reader quotes sentences, and one under "3.1.0 (14 January 2025)" says what happened and not
when: its heading does. Only a document with a day in several headings is read so: what a letter or
the minutes of one day tell of may have been long before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.analysis import terms
from index.types import Block, BlockKind, Document
from rag.asked_words import AskedWords
from rag.checking.dates import moments
from rag.finding import Found
from rag.gathering import Documents, widened
from rag.questions import last_clause
from rag.quotable import quotable_spans
from rag.types import Passage

# Of what was: "When must it be paid?" is not answered by the day of an entry.
_WHEN = re.compile(
    r"^\W*(?:when|(?:(?:on|in|at|since|from) )?(?:what|which) (?:day|date|month|year)|since when)"
    r" (?:was|were|did|had|has|have)\b",
    re.I,
)
_NEGATED = re.compile(r"\b(?:not|no|never|nobody|none|nothing|without)\b|n['’]t\b", re.I)
# A line or heading with one of these tells of another time than its heading's, or of a plan.
_OTHER_TIME = re.compile(
    r"\b(?:will|shall|(?:is|are|was|were|has|have) (?:yet )?to|going to|plan\w*|propos\w*"
    r"|postpon\w*|next|tomorrow|tonight|soon|if|whether|yesterday|last|previous\w*|ago|earlier"
    r"|formerly|before|after|since|until|when|while|during|spring|summer|autumn|winter|(?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)days?|agenda|said|reported|recall\w*|remember\w*)\b",
    re.I,
)
_GENERAL = frozenset(
    terms("since day date month year time get got come came become first happen take")
)
_FIRST = 5  # passages
_OF_LINE = 0.6  # of the words asked, by rarity, that the line under the heading holds
_OF_ALL = 0.8  # that it holds with its headings and the title
_ENTRIES = 2  # headings of one level with a day each, from which a document is a log
_REACH = 3_000  # characters from the heading to the line
_LIKELY = 0.6  # that such a heading answers; set by hand, as held-out data has no such questions


def dated_heading(
    question: str, passages: Sequence[Passage], asked: AskedWords, documents: Documents
) -> tuple[Found, Found] | None:
    """The heading that dates what a question asks about, and the line under it that tells of it.

    None unless the question asks when something was, and one entry of a log alone has a line that
    holds most of its words and no time of its own. ``asked`` are the words of the question.
    """
    clause = last_clause(question)
    words = {term: rare for term, rare in asked.rarity.items() if term not in _GENERAL}
    if not words or not _WHEN.match(clause):
        return None
    sought, negated = AskedWords(words), bool(_NEGATED.search(clause))
    found: dict[tuple[str, int], tuple[Found, Found]] = {}
    for passage, start, end in _lines(passages[:_FIRST], sought, negated):
        document = documents(passage.chunk.document_id)
        above = _headings(document, start) if document is not None else []
        day = _day(document, above[-1]) if document is not None and above else None
        if document is None or day is None or end - above[-1].start > _REACH:
            continue
        names = [document.text[one.start : one.end] for one in above]
        line = passage.chunk.text[start - passage.chunk.start : end - passage.chunk.start]
        if any(map(_OTHER_TIME.search, names)) or not _is_log(document, above[-1].level):
            continue
        if sought.share(" ".join((line, *names, document.title))) >= _OF_ALL:
            heading = above[-1]
            wide = widened(passage, document, heading.start, end)
            dated = Found(wide, heading.start, heading.end, _LIKELY, _LIKELY, day)
            entry = passage.chunk.document_id, heading.start
            found.setdefault(entry, (dated, Found(wide, start, end, _LIKELY, _LIKELY)))
    return next(iter(found.values())) if len(found) == 1 else None


def _lines(
    passages: Sequence[Passage], sought: AskedWords, negated: bool
) -> Iterator[tuple[Passage, int, int]]:
    """The lines that may tell of what was asked, with their places in the document."""
    for passage in passages:
        for start, end in quotable_spans(passage.chunk.text):
            line = passage.chunk.text[start:end]
            told = sought.share(line) >= _OF_LINE and bool(_NEGATED.search(line)) == negated
            if told and not _OTHER_TIME.search(line) and not moments(line)[0]:
                yield passage, passage.chunk.start + start, passage.chunk.start + end


def _headings(document: Document, place: int) -> list[Block]:
    """The headings that a place stands under, nearest first, up to the first that names a time."""
    above: list[Block] = []
    for block in reversed(document.blocks):
        higher = not above or block.level < above[-1].level
        if block.kind is BlockKind.HEADING and block.end <= place and higher:
            above.append(block)
            if moments(document.text[block.start : block.end])[0]:
                break
    return above


def _day(document: Document, heading: Block) -> str | None:
    """The one day that a heading names, as written there; None where it names another time too."""
    text = document.text[heading.start : heading.end]
    times = moments(text)[0]
    if len(times) != 1 or any(None in reading for reading in times[0].readings):
        return None
    return text[times[0].start : times[0].end]


def _is_log(document: Document, level: int) -> bool:
    """Has the document an entry for each of several days?"""
    days = {
        day
        for block in document.blocks
        if block.kind is BlockKind.HEADING and block.level == level
        if (day := _day(document, block)) is not None
    }
    return len(days) >= _ENTRIES
