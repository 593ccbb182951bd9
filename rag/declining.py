"""Whether an answer is given or declined, and why: what "your documents do not say" rests on.

Scores and words in, a reason out; no index is read and no model called. How well the best passage
fits the question tells other subjects, how likely the best span is right tells questions that the
documents leave open, and words that stand in no document tell both.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Sequence

from index.analysis import question_terms
from rag.types import Answer, RefusalReason
from rag.years import tells_of_other_years

#: Confidence from which an answer is given although a name in the question is unknown, or its
#: passage tells of other years than the question.
SURE = 0.75
#: A confidence under this is not enough where the best passage is no nearer to the question than
#: `relevance_floor` says. With this and threshold .15 `python -m rag.training.confidence` tells:
#: of held-out questions .90 about other articles declined, .040 of answerable ones (of those whose
#: best sentence is right .027); in folders of ours .75 and .29 (.099).
FAR_OFF = 0.5
_CODE = re.compile(r"[^\W\d]+[-–./ ]?\d")  # "E06" and "PL-2019", not "25 kg", "10am" and "2019"
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.I)
# The long ones: people are called Marc and Augusta.
_DATE_NAMES = (
    "january february september october november december tuesday wednesday thursday saturday"
).split()
_PUNCTUATION = "?!.,;:\"'“”‘’()[]"


def why_declined(
    answer: Answer,
    unknown_terms: Collection[str],
    *,
    indexed: int,
    threshold: float,
    likely: float | None = None,
) -> RefusalReason | None:
    """Why the answer to its standalone question is better not given; None when it may be.

    ``unknown_terms`` are those of the question that no document holds, ``indexed`` is the number of
    passages searched, ``threshold`` the least confidence. ``likely`` is the probability that any
    passage answers, by a reader that is not calibrated: it stands for the confidence, and how near
    the best passage is has no say.
    """
    if not answer.passages:
        return RefusalReason.NOTHING_FOUND
    told = likely if likely is not None else answer.confidence or 0.0
    best = max(passage.score for passage in answer.passages)
    if likely is None and told < FAR_OFF and best < relevance_floor(indexed):
        return RefusalReason.NOTHING_FOUND
    question = answer.standalone_question
    # A name or code that no document holds is what the question is about, or misspelt.
    named = names_in(question, missing_words(question, unknown_terms))
    bar = max(threshold, SURE) if named or _is_of_other_years(answer) else threshold
    # One that is misspelt can be another's: of E05 and E07 neither says what E06 is.
    if answer.sentences and told >= bar and not any(map(_CODE.match, named)):
        return None
    sought = set(question_terms(question))
    if 2 * len(sought & set(unknown_terms)) > len(sought):
        return RefusalReason.NOTHING_FOUND  # most of what was asked for is nowhere
    return RefusalReason.NOT_SAID


def _is_of_other_years(answer: Answer) -> bool:
    """Do the passages of the best sentence tell of other years than the question is about?"""
    cited = answer.sentences[0].citations if answer.sentences else ()
    passages = [
        passage
        for passage in answer.passages
        for one in cited
        if passage.chunk.document_id == one.document_id
        and passage.chunk.start <= one.start < passage.chunk.end
    ]
    question = answer.standalone_question
    return bool(passages) and all(tells_of_other_years(question, one) for one in passages)


def relevance_floor(passages: int) -> float:
    """The fused score that questions about something else seldom reach, among so many passages.

    The nearest of many is nearer by chance: 95 of 100 questions about other subjects stayed below
    2.39 among 135 passages, 2.50 among 346 and 2.98 among 1,508. Held level above 10,000, where
    nothing was measured.
    """
    return 1.2 + 0.25 * math.log(min(max(passages, 1), 10_000))


def missing_words(question: str, unknown_terms: Collection[str]) -> tuple[str, ...]:
    """Words of the question, as written, that no document holds.

    None of a word's terms is known, or of a code such as "M-1183" a number is not: there are other
    things with an M. Dates and spans of years are no codes: they are written in many ways.
    """
    unknown = set(unknown_terms)
    found: list[str] = []
    for word in question.split():
        bare = word.strip(_PUNCTUATION)
        own = set(question_terms(bare))
        # The term "m1183" stands for the whole and not for a part.
        parts = [term for term in own & unknown if term in bare.casefold()]
        is_other = any(map(str.isalpha, bare)) and any(map(str.isdigit, "".join(parts)))
        if bare and own and (own <= unknown or is_other) and bare not in found:
            found.append(bare)
    return tuple(found)


def names_in(question: str, words_of_it: Sequence[str]) -> list[str]:
    """Those of some words of a question that are names or codes: what it cannot do without.

    "4th" is neither, nor is a misspelt month or day of the week.
    """
    first = question.split(maxsplit=1)[0].strip(_PUNCTUATION) if question.split() else ""
    return [
        word
        for word in words_of_it
        if (any(map(str.isdigit, word)) and not _ORDINAL.fullmatch(word))
        or (word[:1].isupper() and word != first and not _is_misspelt_date(word))
    ]


def _is_misspelt_date(word: str) -> bool:
    """Nearly the name of a month or a day, and none: a correct one is missing for a reason."""
    near = difflib.get_close_matches(word.casefold(), _DATE_NAMES, n=1, cutoff=0.85)
    return bool(near) and near[0] != word.casefold()
