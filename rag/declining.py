"""Whether an answer is given or declined, and why: what "your documents do not say" rests on.

Scores and words in, a reason out; no index is read and no model called. How near the best passages
are tells other subjects, how likely the best span is right tells questions that the documents
leave open, and words that stand in no document tell both.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Sequence

from index.analysis import question_terms, terms
from rag.asked_words import AskedWords
from rag.finding import log_odds, probability
from rag.questions import is_polar
from rag.types import Answer, Passage, RefusalReason
from rag.weekdays import WEEKDAYS, tells_of_days, weekdays_in
from rag.years import tells_of_other_years

#: Confidence from which an answer is given although a name in the question is unknown, or its
#: passage tells of other years than the question.
SURE = 0.75
#: A confidence under this says nothing more of what the documents are about.
UNSURE = 0.15
#: Least probability that the documents are about the question, by `relevance`. With this and
#: threshold .25 `python -m rag.training.confidence --questions 624` tells: of held-out questions
#: about something else .82 are declined and of look-alikes .11, of answerable ones .016 (of those
#: answered right .012); in folders of ours, whose questions are terse, .87, .43 and .037 (.023). At
#: .4 it is .85 and .91 about something else, and of the samples' development half, whose questions
#: use other words than the documents, two answers fewer.
RELEVANT = 0.3
# Of the best fused score over the `relevance_floor`, the most that one of the first passages holds
# of the question, the confidence's log-odds, bias; by the same command.
_RELEVANCE = (2.375, 0.279, 1.682, 1.049)
_FIRST = 5  # passages that are looked at for the words asked
_CODE = re.compile(r"[^\W\d]+[-–./ ]?\d")  # "E06" and "PL-2019", not "25 kg", "10am" and "2019"
_QUANTITY = re.compile(
    r"[£$€]\d[\d.,]*|\d[\d.,:]*(?:[ap]m|k?g|[ckm]?m|m?l|[kmg]b|hrs?|h|mins?|%|°c|[£$€])", re.I
)
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_MONTH = re.compile(_MONTHS, re.I)
_OF_MONTHS = re.compile(
    rf"\b{_MONTHS}\b[^.;|]{{0,12}}?(?:\bto\b|\buntil\b|\btill\b|-|–|—)[^.;|]{{0,12}}?\b{_MONTHS}\b"
    rf"|\b(?:from|since) [^.;|]{{0,8}}?\b{_MONTHS}\b|\b(?:monthly|(?:each|every|per|a) month)\b",
    re.I,
)
_COUNTING = r"(?:for|of|after|within|with|over|under|about|around) "
_OF_NUMBERS = re.compile(
    r"\d\s*(?:-|–|—|to|\+)\s*\d|\d\+|\b(?:per|each|every|an|a) [a-z]+"
    r"|\b(?:over|under|up to|more|fewer|less|at least|from)\b",
    re.I,
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s)", re.I)  # "4th", and "under 18s"
# The long ones: people are called Marc and Augusta.
_DATE_NAMES = (
    "january february september october november december tuesday wednesday thursday saturday"
).split()
#: Words that are written in capitals and name nothing.
_ACRONYMS = frozenset("ID TV PC CV OK DIY ASAP FAQ PDF GP HR IT ATM PIN SMS".split())
_INNER = re.compile(r"[a-z]+[A-Z][A-Za-z]*")  # "pH"; what is misread has capitals anywhere
_PUNCTUATION = "?!.,;:\"'“”‘’()[]"


def why_declined(
    answer: Answer,
    unknown_terms: Collection[str],
    *,
    asked: AskedWords,
    indexed: int,
    threshold: float,
    likely: float | None = None,
) -> RefusalReason | None:
    """Why the answer to its standalone question is better not given; None when it may be.

    ``unknown_terms`` are those of the question that no document holds, ``asked`` its words with
    how rare they are, ``indexed`` is the number of passages searched, ``threshold`` the least
    confidence. ``likely`` is the probability that any passage answers, by a reader that is not
    calibrated: it stands for the confidence, and whether the documents are about it has no say.
    """
    if not answer.passages:
        return RefusalReason.NOTHING_FOUND
    told = likely if likely is not None else answer.confidence or 0.0
    sure = max(told, UNSURE)
    if likely is None and relevance(answer.passages, asked, indexed, sure) < RELEVANT:
        return RefusalReason.NOTHING_FOUND
    question = answer.standalone_question
    # A name or code that no document holds is what the question is about, or misspelt.
    named = names_in(question, missing_words(question, unknown_terms))
    quotes = [one.quote for sentence in answer.sentences[:1] for one in sentence.citations]
    named = [word for word in named if not any(_may_cover(question, word, one) for one in quotes)]
    if is_polar(question):  # "Is it open at 11pm?" is answered by other hours
        named = [word for word in named if not _QUANTITY.fullmatch(word)]
    bar = max(threshold, SURE) if named or _is_of_other_years(answer) else threshold
    # One that is misspelt can be another's: of E05 and E07 neither says what E06 is.
    if answer.sentences and told >= bar and not any(map(_CODE.match, named)):
        return None
    sought = set(question_terms(question))
    if 2 * len(sought & set(unknown_terms)) > len(sought):
        return RefusalReason.NOTHING_FOUND  # most of what was asked for is nowhere
    return RefusalReason.NOT_SAID


def relevance(
    passages: Sequence[Passage], asked: AskedWords, indexed: int, confidence: float
) -> float:
    """Probability, 0–1, that the documents are about the question, whether they answer it or not.

    By how near the best of ``indexed`` passages is, how much of the question one of the first
    holds, and how sure the answer is.
    """
    told = (*nearness(passages, asked, indexed), log_odds(confidence))
    *weights, bias = _RELEVANCE
    return probability(
        sum(weight * value for weight, value in zip(weights, told, strict=True)) + bias
    )


def nearness(passages: Sequence[Passage], asked: AskedWords, indexed: int) -> tuple[float, float]:
    """What tells whether the documents are about a question, whatever was read in them: how far the
    best of ``indexed`` passages is over the floor, and how much of the question one of the first
    holds."""
    best = max((passage.score for passage in passages), default=0.0)
    held = max((asked.share(one.chunk.embedding_text) for one in passages[:_FIRST]), default=0.0)
    return best - relevance_floor(indexed), held


def relevance_floor(passages: int) -> float:
    """The fused score that questions about something else seldom reach, among so many passages.

    The nearest of many is nearer by chance: 95 of 100 questions about other subjects stayed below
    2.39 among 135 passages, 2.50 among 346 and 2.98 among 1,508. Held level above 10,000, where
    nothing was measured. It is not fitted with the rest: the two sizes that constants are fitted on
    differ in their kind of question, too.
    """
    return 1.2 + 0.25 * math.log(min(max(passages, 1), 10_000))


def unnamed(answer: Answer, unknown_terms: Collection[str]) -> list[str]:
    """Those of the terms that do not name the document of the first sentence, either: what is in
    "Norway trip.md" is about Norway, though it may not say so."""
    cited = {one.document_id for sentence in answer.sentences[:1] for one in sentence.citations}
    called = [one.document.called for one in answer.passages if one.chunk.document_id in cited]
    known = set(terms(" ".join(called)))
    return [term for term in unknown_terms if term not in known]


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

    "4th" and "18s" are neither, nor is a misspelt month or day of the week.
    """
    first = question.split(maxsplit=1)[0].strip(_PUNCTUATION) if question.split() else ""
    return [
        word
        for word in words_of_it
        if (any(map(str.isdigit, word)) and not _ORDINAL.fullmatch(word))
        or (_is_capital(word, first) and word not in _ACRONYMS and not _is_misspelt_date(word))
    ]


def _may_cover(question: str, word: str, quote: str) -> bool:
    """May a quotation tell of a day, month or number by another: "Monday to Friday" of Wednesday,
    "£2 an hour" of three hours? Not of "room 3", which is a name."""
    if word.casefold().removesuffix("s") in WEEKDAYS:
        return tells_of_days(quote) or word.casefold().removesuffix("s") in weekdays_in(quote)
    if _MONTH.fullmatch(word):
        return bool(_OF_MONTHS.search(quote))
    if not word.isdecimal() or not _OF_NUMBERS.search(quote):
        return False
    return bool(re.search(rf"\b{_COUNTING}{word}\b|\b{word} [a-z]+s\b", question, re.I))


def _is_capital(word: str, first: str) -> bool:
    """Is it written as a name is: "Penhale", and "pH"; not as the first word of a question?"""
    return bool(_INNER.fullmatch(word)) or (word[:1].isupper() and word != first)


def _is_misspelt_date(word: str) -> bool:
    """Nearly the name of a month or a day, and none: a correct one is missing for a reason."""
    near = difflib.get_close_matches(word.casefold(), _DATE_NAMES, n=1, cutoff=0.85)
    return bool(near) and near[0] != word.casefold()
