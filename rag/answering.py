"""Candidate sentences to an extractive answer: sentences quoted word for word, with footnotes.

Which sentences are shown and which contradict each other; whether they are shown at all is decided
in ``rag.declining``. It reads no index and calls no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from index.analysis import question_terms, terms, words
from rag.asked_kinds import prefer_asked_kind
from rag.asked_words import AskedWords
from rag.cells import asked_cell
from rag.checking.dates import moments
from rag.checking.quantity_words import DIGITS
from rag.dated import dated_heading
from rag.deciding import Decide, wonders, yes_or_no
from rag.finding import Found, beside_the_best, confidence, find_sentences, rivalry
from rag.gathering import Documents, is_torn, said, whole_list
from rag.headed import are_steps, headed_section
from rag.mails import is_idle_header
from rag.other_things import without_other_things
from rag.questions import is_open, is_polar, wants_list, wants_steps, wants_whole
from rag.quotable import COLUMN
from rag.ranges import prefer_fitting_rows
from rag.reader import Reading
from rag.rows import counts_rows, prefer_named_rows, rows_alike
from rag.superseding import former, present, superseding, usual_first
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Opening,
    Passage,
    Sentence,
    Verdict,
)
from rag.years import newest_edition, of_asked_editions

# `beside_the_best` from which a further sentence is shown, the second where several things or an
# explanation are asked for; chosen on held-out articles by `python -m rag.training.confidence`.
_FURTHER, _FURTHER_OF_SEVERAL = -1.1, -1.95
_DOUBTED = 0.5  # confidence under which a section that is headed by the question is shown instead
_DOUBTED_OPEN = 0.75  # the same where several things or an explanation are asked for
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CONFLICT_SHARE = 0.5  # of the words of two sentences, from which they are about the same
# The same of a sentence nearly as likely that holds three words of the question or more, all those
# that the best one holds.
_RIVAL_SHARE, _RIVAL_WORDS, _RIVAL_SCORE = 0.3, 3, 0.3
_CONFLICT_CANDIDATES = 8
#: Of the words from two on; "one" is more than a figure.
_FIGURES = {term: str(n) for word, n in DIGITS.items() if n > 1 for term in terms(word)}
_CALLED = re.compile(r"\b(?P<kind>[^\W\d_]+) (?P<name>(?!I\b)[A-Z]\d*|[A-Z]{1,3}-?\d+)\b")


def choose(
    question: str, found: Sequence[Found], limit: int, documents: Documents | None = None
) -> list[list[Found]]:
    """The sentences to show: groups that say the same words, best group first, at most ``limit``.

    Further sentences are shown when they are nearly as likely as the best. When several things or
    an explanation are asked for the bar is lower, and sentences of one document stand in its order.
    A list whose item answers a question for several things is shown whole, as is one that would
    mislead in part, and all rows of a table that hold what is asked for.
    """
    if not found:
        return []
    several = is_open(question)
    bar = _FURTHER_OF_SEVERAL if several else _FURTHER
    grow = wants_list(question) or wants_steps(question) or wants_whole(question)
    groups: dict[str, list[Found]] = {}
    for candidate in found:
        if candidate is not found[0] and beside_the_best(candidate, found[0]) < bar:
            continue
        torn = grow or is_torn(candidate, documents)
        sentence = whole_list(candidate, documents) if torn else candidate
        if any(_within(sentence, shown) for group in groups.values() for shown in group):
            continue
        key = " ".join(words(sentence.quote))
        if key in groups or len(groups) < limit:
            groups.setdefault(key, []).append(sentence)
    if wants_list(question):
        rows = _rows(question, found[0], documents)
        if rows:
            own = rows[0].passage.chunk.document_id
            return [[row] for row in rows] + [
                group
                for group in groups.values()
                if COLUMN in group[0].quote and group[0].passage.chunk.document_id != own
            ]
    chosen = list(groups.values())
    if several:
        first = chosen[0][0].passage.chunk.document_id
        same = [group for group in chosen if group[0].passage.chunk.document_id == first]
        rest = [group for group in chosen if group[0].passage.chunk.document_id != first]
        chosen = sorted(same, key=lambda group: group[0].start) + rest
    return chosen


def compose(groups: Sequence[Sequence[Found]]) -> tuple[Sentence, ...]:
    """Sentences with numbered footnotes; the same span keeps its number wherever it is cited.

    Several rows are a list, an item each.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    sentences: list[Sentence] = []
    rows = len(groups) > 1 and all(COLUMN in group[0].quote for group in groups)
    opening = Opening.ITEM if rows else Opening.NOTHING
    for group in groups:
        citations: list[Citation] = []
        for found in group:
            key = (found.passage.chunk.document_id, found.start, found.end)
            number = numbers.setdefault(key, len(numbers) + 1)
            citations.append(_citation(number, found))
        sentences.append(Sentence(said(group[0].quote), tuple(citations), opening))
    return tuple(sentences)


def find_conflict(question: str, found: Sequence[Found]) -> tuple[Found, Found] | None:
    """The best sentence and one of another document that says the same with other numbers."""
    if not found or not _numbers(found[0]):
        return None
    best, asked = found[0], set(question_terms(question))
    subject = _subject(best)
    for other in found[1:_CONFLICT_CANDIDATES]:
        if other.passage.chunk.document_id == best.passage.chunk.document_id:
            continue
        words_of_other = _subject(other)
        shared = len(subject & words_of_other) / max(1, len(subject | words_of_other))
        same_question = asked & subject == asked & words_of_other
        rivals = len(asked & subject) >= _RIVAL_WORDS and other.score >= _RIVAL_SCORE * best.score
        numbers = _numbers(other)
        apart = bool(numbers) and not numbers & _numbers(best) and not _are_two(best, other)
        if shared >= (_RIVAL_SHARE if rivals else _CONFLICT_SHARE) and same_question and apart:
            return best, other
    return None


def extractive_answer(
    question: str,
    passages: Sequence[Passage],
    readings: Sequence[Reading],
    limit: int,
    *,
    calibrated: bool = False,
    asked: AskedWords | None = None,
    decide: Decide | None = None,
    documents: Documents | None = None,
) -> Answer:
    """An answer of at most ``limit`` quoted sentences; without any when no passage holds one.

    Where another document contradicts the best sentence, both are shown, the newer one first, as is
    one that says that it has changed.
    ``confidence`` is given when the readings come from a calibrated reader; ``asked`` are the words
    of the question as the documents use them, all alike when not given. With ``decide`` a
    question that wants yes or no gets that as its ``short`` answer, or none where it is in doubt;
    one that asks how many rows hold something, their number.
    With ``documents`` a list is shown whole though it goes on beyond its passage, and where no
    sentence is likely a section whose heading is what was asked for, or a heading with the day.
    """
    documents = None if documents is None else cache(documents)  # one may take a third of a second
    found = _answering(question, find_sentences(passages, readings))
    counted = _counted(question, found, documents)
    groups = [[row] for row in counted] or choose(question, found, limit, documents)
    listed = len(groups) > 1 and COLUMN in groups[0][0].quote and wants_list(question)
    conflict = None if counted or listed else find_conflict(question, found)
    if conflict is not None:
        newest = sorted(conflict, key=_age, reverse=True)
        rest = [
            group
            for group in groups
            if not any(_within(one, shown) for one in group for shown in conflict)
        ]
        groups = [[newest[0]], [newest[1]], *rest[: max(0, limit - 2)]]
    change = None if counted or listed else former(question, found)
    if not (counted or listed or conflict):
        change = change or superseding(question, found) or newest_edition(question, found)
    if change is not None:
        rest = [group for group in groups if not _within(group[0], change)]
        groups = [[change], *rest][: max(2, limit)]
    led = groups if conflict or change else _led(groups, found)
    short = _short(question, led) if groups else None
    short = f"{len(counted)} rows" if counted else short
    likely, asked = None, asked or AskedWords.of(question)
    if found and calibrated:
        likely = confidence(found[0], rivalry(found), asked)
    if found and decide is not None and is_polar(question):
        short, sure = yes_or_no(question, change or found[0], decide)
        likely = likely * sure if likely is not None else likely
    if documents is not None and likely is not None:
        headed = _by_heading(question, passages, asked, documents, found[0], likely)
        if headed:
            groups, short, conflict = [[one] for one in headed], headed[0].short, None
            likely = headed[0].probability
    return Answer(
        conflicts=tuple(one.passage for one in conflict or ()),
        question=question,
        standalone_question=question,
        kind=AnswerKind.EXTRACTIVE,
        sentences=compose(groups),
        short=short,
        confidence=likely,
        passages=tuple(passages),
    )


def _led(groups: list[list[Found]], found: Sequence[Found]) -> list[list[Found]]:
    """The groups with that of the best candidate in front; rows of a list stay as they are.

    Sentences stand in the order of their document, and the first may only lead up to the answer.
    """
    if not groups or COLUMN in groups[0][0].quote:
        return groups
    return sorted(groups, key=lambda group: not _within(found[0], group[0]))


def _short(question: str, groups: Sequence[Sequence[Found]]) -> str | None:
    """The bare answer of the first group; one row of a list of them holds none."""
    best = groups[0][0]
    if COLUMN not in best.quote:
        return present(question, best.quote, best.short)
    if counts_rows(question, best.quote) or (len(groups) > 1 and wants_list(question)):
        return None
    return asked_cell(question, best.quote, best.short)


def _rows(question: str, best: Found, documents: Documents | None) -> list[Found]:
    """The rows that answer together, where the best candidate is one of several."""
    if documents is None or COLUMN not in best.quote:
        return []
    document = documents(best.passage.chunk.document_id)
    return [] if document is None else rows_alike(question, best, document)


def _counted(question: str, found: Sequence[Found], documents: Documents | None) -> list[Found]:
    """The rows that are counted where "how many" asks for them."""
    if not found or not counts_rows(question, found[0].quote):
        return []
    return _rows(question, found[0], documents)


def _by_heading(
    question: str,
    passages: Sequence[Passage],
    asked: AskedWords,
    documents: Documents,
    best: Found,
    likely: float,
) -> tuple[Found, ...]:
    """What a heading answers where the best sentence is doubted: a section, or a day and what it
    was the day of; nothing where no heading does. Numbered steps under a heading that says two
    words of the question answer in any case."""
    steps = wants_steps(question)
    if steps or likely < (_DOUBTED_OPEN if is_open(question) else _DOUBTED):
        section = headed_section(question, passages, documents)
        # The way itself is better than any sentence about it: "had to be restarted by hand".
        doubted = likely < (_DOUBTED_OPEN if is_open(question) else _DOUBTED)
        if section is not None and (doubted or are_steps(question, section)):
            return (section,)
    if likely < _DOUBTED and not moments(best.quote)[0]:
        return dated_heading(question, passages, asked, documents) or ()
    return ()


def _answering(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates best first: those of other rows are held back, those of other years' editions
    and, where yes or no is asked for, those that only wonder are left out, as are headers of mails
    that nobody asks for; what holds for everybody goes before what is for some."""
    found = [one for one in found if not is_idle_header(question, one.quote)]
    kept = prefer_asked_kind(question, without_other_things(question, found))
    kept = prefer_named_rows(question, kept)
    kept = prefer_fitting_rows(question, kept)
    kept = of_asked_editions(question, kept)
    if is_polar(question):
        kept = [one for one in kept if not wonders(question, one.quote)]
    return usual_first(question, kept)


def _are_two(one: Found, other: Found) -> bool:
    """Do two sentences tell things of one kind apart by letters: hall A and hall B?"""
    first, second = (
        {match["kind"].casefold(): match["name"] for match in _CALLED.finditer(some.quote)}
        for some in (one, other)
    )
    return any(kind in second and second[kind] != name for kind, name in first.items())


def _within(sentence: Found, shown: Found) -> bool:
    """Does the sentence overlap one that is shown already?"""
    same_document = sentence.passage.chunk.document_id == shown.passage.chunk.document_id
    return same_document and sentence.start < shown.end and shown.start < sentence.end


def _age(found: Found) -> tuple[str, str]:
    """What tells the newer of two documents, greater for it: its date, or the year in its name."""
    info = found.passage.document
    named = max(_YEAR.findall(f"{info.title} {info.source.rpartition('/')[2]}"), default="")
    stated = "" if info.file_date else info.modified or ""
    # A copied file has the date of the copy, so that counts where there is no other.
    return stated or named or info.modified or "", info.modified or ""


def _numbers(found: Found) -> set[str]:
    """The figures of a sentence, those in words put in digits: "three months" says as much."""
    held = {term for term in terms(found.quote) if any(map(str.isdigit, term))}
    return held | {_FIGURES[term] for term in terms(found.quote) if term in _FIGURES}


def _subject(found: Found) -> set[str]:
    return set(question_terms(found.quote)) - _numbers(found) - _FIGURES.keys()


def _citation(number: int, found: Found) -> Citation:
    passage = found.passage
    return Citation(
        number=number,
        document_id=passage.chunk.document_id,
        source=passage.document.source,
        title=passage.document.title,
        pages=passage.chunk.pages,
        start=found.start,
        end=found.end,
        quote=found.quote,
        verdict=Verdict.SUPPORTED,  # a quotation supports itself, word for word
        score=found.probability,
        modified=passage.document.modified,
    )
