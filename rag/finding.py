"""Passages and readings to candidate sentences, in the order of how likely they answer.

The reader says where an answer stands and how likely; the search says how well the passage fits.
Here both are weighed. What is shown of the candidates is decided in ``rag.answering``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from index.analysis import words
from index.sentences import is_question
from rag.asked_words import AskedWords
from rag.mails import is_courtesy
from rag.quotable import COLUMN, quotable_spans
from rag.reader import Place, Reader, Reading, Span
from rag.short_answers import bare_answer
from rag.side_by_side import TOGETHER
from rag.types import Passage


class Weights(NamedTuple):
    """What counts how much in the order of candidate sentences.

    For the order only the ratios matter; `rivalry` and what is shown beside the best sentence hang
    on the scale.
    """

    span: float  #: per log-odds that the answer stands in the sentence
    answers: float  #: per log-odds that its passage answers
    passage: float  #: per point of fused score that its passage is behind the best
    beside: float  #: per log-odds that it is behind the best of those read beside others


# Chosen on held-out training articles by `python -m rag.training.confidence` (model card). On 312
# questions of encyclopedia articles the best sentence holds the answer in .90, one of three in .96,
# in folders of ours in .73 and .87; without the last weight in .90, .96, .72 and .87.
RANKING = Weights(0.6, 0.5, 1.5, 0.3)
_LIKELY = 0.1  # an answer so likely leaves no room for the bare question among the candidates
_OTHER = 0.1  # how far a candidate is believed that is about another thing than the one asked for
#: A line of few words that is no sentence, item or row.
_TITLE = re.compile(r"\s*[^\W\d_][^\n.!?;:|]{0,58}[^\n.!?;:|\s][,:]?\s*")
_ENDS = (".", "!", "?")
_FAINTEST = 1e-6  # odds
_MARKS = "\"“”‘’'()"  # what may stand around a sentence
_FIRST = 5  # passages that reranking keeps in front
_READER_WEIGHT = 0.6  # per point of log-odds that the reader says a passage answers
# Of a sentence's log-odds, its passage's score, its rivalry, its share of the words asked, its
# passage's share and the log-odds that any of the likeliest passages answers, bias; by the same
# command, for people whose documents answer three of four questions.
_CONFIDENCE = (0.395, 0.651, -0.456, 0.791, -0.858, 0.450, -1.601)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that may answer: offsets into its document, probability 0–1."""

    passage: Passage
    start: int
    end: int
    probability: float
    score: float  #: what sentences are ranked by, 0 or more: odds, see `ranked_by`
    short: str | None = None  #: the span inside the sentence that is the bare answer
    answerability: float = 0.5  #: probability that its passage answers
    beside: float | None = None  #: the probability where it was read beside others in one text
    together: float | None = None  #: that any of those answers

    @property
    def quote(self) -> str:
        """The document's own words."""
        chunk = self.passage.chunk
        return chunk.text[self.start - chunk.start : self.end - chunk.start]


def find_sentences(passages: Sequence[Passage], readings: Sequence[Reading]) -> list[Found]:
    """The sentences that the readers' spans stand in, best first, each once."""
    candidates = [
        found
        for passage, reading in zip(passages, readings, strict=True)
        for found in _candidates(passage, reading)
    ]
    # A question in a document is the nearest to the same question, and answers nothing.
    answers = [found for found in candidates if not is_question(found.quote)]
    asking: set[str] = set()
    if any(found.probability >= _LIKELY for found in answers):
        telling = {found.passage.chunk.id for found in answers}
        asking = {found.passage.chunk.id for found in candidates} - telling
        candidates = answers
    top = max((p.score for p in passages if p.chunk.id not in asking), default=0.0)
    best: dict[tuple[str, int, int], Found] = {}
    leading = beside_one_another(candidates)
    for one in candidates:
        found = replace(one, score=ranked_by(one, top, leading))
        key = (found.passage.chunk.document_id, found.start, found.end)
        if key not in best or best[key].score < found.score:
            best[key] = found
    return sorted(best.values(), key=lambda found: -found.score)


class Leading(NamedTuple):
    """The log-odds of what was read beside others: of the best, and of the last."""

    best: float = 0.0
    last: float = 0.0


_ALONE = Leading()


def ranked_by(
    found: Found, top: float, leading: Leading = _ALONE, weights: Weights = RANKING
) -> float:
    """The odds by which a candidate is ranked, where ``top`` is the best fused score.

    What was not read beside the likeliest is taken to be behind as far as the last of those.
    """
    beside = leading.last if found.beside is None else log_odds(found.beside)
    return math.exp(
        weights.span * log_odds(found.probability)
        + weights.answers * log_odds(found.answerability)
        + weights.passage * (found.passage.score - top)
        + weights.beside * (beside - leading.best)
    )


def beside_one_another(candidates: Sequence[Found]) -> Leading:
    """The best and the last of those that were read beside others; both nought where none was."""
    odds = [log_odds(one.beside) for one in candidates if one.beside is not None]
    return Leading(max(odds, default=0.0), min(odds, default=0.0))


class Further(NamedTuple):
    """What makes a further sentence worth showing beside the best one, against one point of its
    log-odds."""

    best: float  #: per log-odds that the best is under even: the next are more doubtful still
    passage: float  #: per point of fused score that its passage is behind that of the best
    same: float  #: for a sentence, no row of a table, in the passage of the best


# Smaller than the fits which `python -m rag.training.confidence` prints for each kind of documents:
# few of the further sentences are right, and in folders by others these did better.
FURTHER = Further(0.3, 0.15, 0.4)


def beside_the_best(found: Found, best: Found, weights: Further = FURTHER) -> float:
    """How likely a further sentence is to answer as well, as log-odds up to a constant."""
    first = math.log(max(best.score, _FAINTEST))
    return (
        math.log(max(found.score, _FAINTEST))
        - first
        + weights.best * min(first, 0.0)
        + weights.passage * (found.passage.score - best.passage.score)
        + weights.same * is_beside(found, best)
    )


def is_beside(found: Found, best: Found) -> bool:
    """Is it a sentence of the same passage? The next row of a table answers for another thing."""
    return found.passage.chunk.id == best.passage.chunk.id and COLUMN not in found.quote


def held_back(found: Found) -> Found:
    """A candidate of another row or thing than the one that is asked about."""
    return replace(
        found,
        score=found.score * _OTHER,
        probability=found.probability * _OTHER,
        answerability=found.answerability * _OTHER,
        together=None if found.together is None else found.together * _OTHER,
    )


def _candidates(passage: Passage, reading: Reading) -> Iterator[Found]:
    """What the reader's spans in a passage stand in, as it may be quoted, not yet ranked."""
    text, base = passage.chunk.text, passage.chunk.start
    quotable = quotable_spans(text)
    for read in reading.spans:
        span = _within_line(text, read)
        touched = [s for s in quotable if s[0] < span.end and s[1] > span.start]
        if not touched:
            continue
        start, end = touched[0][0], touched[-1][1]
        quote = text[start:end]
        if is_courtesy(text, start, end, passage.document.source):
            continue
        whole = span.start <= start and span.end >= end
        # Words of two sentences are no bare answer: the second may be about something else.
        bare = not whole and len(touched) == 1
        short = bare_answer(quote, span.start - start, span.end - start) if bare else None
        first = min(start, read.start)
        likely = reading.within(span, first, end)
        beside = None if reading.beside is None else reading.beside.within(first, end)
        yield Found(
            passage,
            base + start,
            base + end,
            likely,
            likely,
            short,
            reading.answerability,
            beside,
            None if reading.beside is None else reading.beside.answerability,
        )


def read_beside(
    question: str, passages: Sequence[Passage], readings: Sequence[Reading], reader: Reader
) -> list[Reading]:
    """The readings, those of the likeliest passages with what they say beside one another."""
    firsts: list[Found] = []
    for found in find_sentences(passages, readings):
        if not any(_share_words(found, other) for other in firsts):
            firsts.append(found)
    firsts = firsts[:TOGETHER]
    if len(firsts) < 2:
        return list(readings)
    places = [
        Place(one.passage, one.start - one.passage.chunk.start, one.end - one.passage.chunk.start)
        for one in firsts
    ]
    spreads = reader.read_beside(question, places)
    beside = {
        place.passage.chunk.id: spread
        for place, spread in zip(places, spreads, strict=bool(spreads))
    }
    return [
        replace(reading, beside=beside.get(passage.chunk.id))
        for passage, reading in zip(passages, readings, strict=True)
    ]


def _share_words(one: Found, other: Found) -> bool:
    """Are two candidates of one passage, or of two that overlap?"""
    mine, theirs = one.passage.chunk, other.passage.chunk
    same = mine.document_id == theirs.document_id
    return same and mine.start < theirs.end and theirs.start < mine.end


def reranked(
    passages: Sequence[Passage], readings: Sequence[Reading]
) -> tuple[list[Passage], list[Reading]]:
    """Passages and their readings in the order of search and reader together, best first.

    The first five found stay the first five, in a new order among themselves: on long articles the
    reader pushed good ones down (recall@5 of COVID-QA .84 to .80), which this rules out. Each
    passage keeps its own score, by which it compares within the search, and gets the reader's.
    """
    pairs = [
        (
            replace(passage, parts=replace(passage.parts, reader_score=reading.answerability)),
            reading,
        )
        for passage, reading in zip(passages, readings, strict=True)
    ]

    def weighed(pair: tuple[Passage, Reading]) -> float:
        passage, reading = pair
        return -(passage.score + _READER_WEIGHT * log_odds(reading.answerability))

    pairs = sorted(pairs[:_FIRST], key=weighed) + sorted(pairs[_FIRST:], key=weighed)
    return [passage for passage, _ in pairs], [reading for _, reading in pairs]


def rivalry(found: Sequence[Found]) -> float:
    """How near, 0–1, the next sentence that answers otherwise comes to the first, by score.

    Sentences that hold the same bare answer or the same words are no rivals.
    """
    best = found[0]
    for other in found[1:]:
        same_document = other.passage.chunk.document_id == best.passage.chunk.document_id
        overlap = same_document and other.start < best.end and best.start < other.end
        agree = best.short is not None and words(best.short) == words(other.short or "")
        if not overlap and not agree and words(other.quote) != words(best.quote):
            return min(other.score / best.score, 1.0) if best.score > 0.0 else 1.0
    return 0.0


def evidence(found: Found, rival: float, asked: AskedWords) -> tuple[float, ...]:
    """What tells whether a sentence answers: the log-odds of its span, the fused score of its
    passage, its `rivalry`, how much of the question it and its passage hold, and the log-odds that
    any of the likeliest passages answers, read in one text; else that its passage does.

    A passage that holds what was asked, and a sentence that does not, is what look-alikes have.
    """
    together = found.answerability if found.together is None else found.together
    return (
        log_odds(found.probability),
        found.passage.score,
        rival,
        asked.share(found.quote),
        asked.share(found.passage.chunk.embedding_text),
        log_odds(together),
    )


def confidence(found: Found, rival: float, asked: AskedWords) -> float:
    """Probability, 0–1, that the answer which the sentence heads is right, by it or by one shown
    after it: from a calibrated reader's span and the search, logistic in the `evidence`.
    """
    *weights, bias = _CONFIDENCE
    told = zip(weights, evidence(found, rival, asked), strict=True)
    return probability(sum(weight * value for weight, value in told) + bias)


def probability(odds: float) -> float:
    """1 / (1 + exp(-odds)), the inverse of `log_odds`."""
    return 1.0 / (1.0 + math.exp(-odds))


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept between 0.0001 and 0.9999."""
    likely = min(max(probability, 1e-4), 1.0 - 1e-4)
    return math.log(likely / (1.0 - likely))


def _within_line(text: str, span: Span) -> Span:
    """The span up to the end of its line: a row or an item answers, not the next one with it.

    One that begins in a title or in "Dear all," is that of the sentence below.
    """
    line_end = text.find("\n", span.start + 1, span.end)
    if line_end < 0:
        return span
    line = text[text.rfind("\n", 0, span.start + 1) + 1 : line_end]
    below = line_end + len(text[line_end:]) - len(text[line_end:].lstrip())
    told = text[below:].partition("\n")[0]
    if below < span.end and _TITLE.fullmatch(line) and _is_sentence(told):
        return _within_line(text, replace(span, start=below))
    return replace(span, end=line_end)


def _is_sentence(line: str) -> bool:
    """Is a line a sentence of three words or more, and no row or item?"""
    bare = line.strip().strip(_MARKS)
    return bare[:1].isalpha() and bare.endswith(_ENDS) and "|" not in bare and len(bare.split()) > 2
