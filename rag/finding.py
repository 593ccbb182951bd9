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
from rag.quotable import quotable_spans
from rag.reader import Reading, Span
from rag.short_answers import bare_answer
from rag.types import Passage


class Weights(NamedTuple):
    """What counts how much in the order of candidate sentences.

    For the order only the ratios matter; `rivalry` and what is shown beside the best sentence hang
    on the scale.
    """

    span: float  #: per log-odds that the answer stands in the sentence
    answers: float  #: per log-odds that its passage answers
    passage: float  #: per point of fused score that its passage is behind the best


# Chosen on held-out training articles by `python -m rag.training.confidence` (model card). On 200
# questions of encyclopedia articles the best sentence holds the answer in .92, one of three in .97,
# in folders of ours in .70 and .86; neighbouring weights are as good, or better in one of the two.
RANKING = Weights(0.6, 0.5, 1.5)
_LIKELY = 0.1  # an answer so likely leaves no room for the bare question among the candidates
_OTHER = 0.1  # how far a candidate is believed that is about another thing than the one asked for
#: A line of few words that is no sentence, item or row.
_TITLE = re.compile(r"\s*[^\W\d_][^\n.!?;:|]{0,58}[^\n.!?;:|\s][,:]?\s*")
_ENDS = (".", "!", "?")
_MARKS = "\"“”‘’'()"  # what may stand around a sentence
_FIRST = 5  # passages that reranking keeps in front
_READER_WEIGHT = 0.6  # per point of log-odds that the reader says a passage answers
# Of a sentence's log-odds, its passage's score, its rivalry, its share of the words asked and its
# passage's share, bias; by the same command, for people whose documents answer three of four
# questions.
_CONFIDENCE = (0.769, 0.600, -0.453, 0.615, -0.532, -0.957)


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
    for one in candidates:
        found = replace(one, score=ranked_by(one, top))
        key = (found.passage.chunk.document_id, found.start, found.end)
        if key not in best or best[key].score < found.score:
            best[key] = found
    return sorted(best.values(), key=lambda found: -found.score)


def ranked_by(found: Found, top: float, weights: Weights = RANKING) -> float:
    """The odds by which a candidate is ranked, where ``top`` is the best fused score."""
    return math.exp(
        weights.span * log_odds(found.probability)
        + weights.answers * log_odds(found.answerability)
        + weights.passage * (found.passage.score - top)
    )


def held_back(found: Found) -> Found:
    """A candidate of another row or thing than the one that is asked about."""
    return replace(found, score=found.score * _OTHER, probability=found.probability * _OTHER)


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
        likely = reading.within(span, min(start, read.start), end)
        yield Found(passage, base + start, base + end, likely, likely, short, reading.answerability)


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
    passage, its `rivalry`, and how much of the question it and its passage hold.

    A passage that holds what was asked, and a sentence that does not, is what look-alikes have.
    """
    return (
        log_odds(found.probability),
        found.passage.score,
        rival,
        asked.share(found.quote),
        asked.share(found.passage.chunk.embedding_text),
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
