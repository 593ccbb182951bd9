"""Question, passages and readings to an extractive answer: sentences quoted word for word.

The reader says where an answer stands and how likely; this module makes sentences, footnotes and
refusals of it. It reads no index and calls no model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from index.analysis import question_terms, terms, words
from index.sentences import sentence_spans
from rag.reader import Reading, Span
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Passage,
    Sentence,
    Verdict,
)

# Chosen on held-out training articles by `python -m rag.training.confidence` (model card): with
# weight 2 the best sentence holds the answer in .88, with 0 in .80.
_PASSAGE_WEIGHT = 2.0  # per point of fused score that a passage is behind the best
_CONFIDENCE = (0.716, 0.873, -3.0)  # of the log-odds of a span, of its passage's score, bias
#: Under this fused score of the best passage the documents are about something else: of held-out
#: questions about other articles about .90 lie under it, of answerable ones under .02.
RELEVANCE_FLOOR = 2.8
# On the same articles .35 shows 1.26 sentences and the answer is among them in .95.
_FURTHER_SHARE = 0.35  # of the best sentence's score, from which a further one is shown
_LIST_SHARE = 0.15  # the same where several things or an explanation are asked for
_CONFLICT_SHARE = 0.5  # of the words of two sentences, from which they are about the same
_CONFLICT_CANDIDATES = 8
_PUNCTUATION = "?!.,;:\"'“”‘’()[]"
_OPEN_QUESTION = re.compile(
    r"(?i)^\W*(?:why|explain|describe|list|name|what (?:are|were)|which \w+s"
    r"|how (?:do|does|did|can|could|should|to|is|are|was|were))\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that may answer: offsets into its document, probability 0–1."""

    passage: Passage
    start: int
    end: int
    probability: float
    score: float  #: what sentences are ranked by: the probability, held back by a low passage
    short: str | None = None  #: the span inside the sentence that is the bare answer


def find_sentences(passages: Sequence[Passage], readings: Sequence[Reading]) -> list[Found]:
    """The sentences that the readers' spans stand in, best first, each once."""
    best: dict[tuple[str, int, int], Found] = {}
    top = max((passage.score for passage in passages), default=0.0)
    for passage, reading in zip(passages, readings, strict=True):
        sentences = sentence_spans(passage.chunk.text)
        for span in map(partial(_within_line, passage.chunk.text), reading.spans):
            touched = [s for s in sentences if s[0] < span.end and s[1] > span.start]
            if not touched:
                continue
            start, end = touched[0][0], touched[-1][1]
            whole = span.start <= start and span.end >= end
            behind = math.exp(_PASSAGE_WEIGHT * (passage.score - top))
            found = Found(
                passage=passage,
                start=passage.chunk.start + start,
                end=passage.chunk.start + end,
                probability=span.probability,
                score=span.probability * behind,
                short=None if whole else _bare(passage.chunk.text[span.start : span.end]),
            )
            key = (passage.chunk.document_id, found.start, found.end)
            if key not in best or best[key].score < found.score:
                best[key] = found
    return sorted(best.values(), key=lambda found: -found.score)


def choose(question: str, found: Sequence[Found], limit: int) -> list[list[Found]]:
    """The sentences to show: groups that say the same words, best group first, at most ``limit``.

    Further sentences are shown when they are nearly as likely as the best. When several things or
    an explanation are asked for the bar is lower, and sentences of one document stand in its order.
    """
    if not found:
        return []
    is_open = _OPEN_QUESTION.match(question) is not None
    bar = found[0].score * (_LIST_SHARE if is_open else _FURTHER_SHARE)
    groups: dict[str, list[Found]] = {}
    for sentence in found:
        if sentence.score < bar:
            break
        key = " ".join(words(_text(sentence)))
        if key in groups or len(groups) < limit:
            groups.setdefault(key, []).append(sentence)
    chosen = list(groups.values())
    if is_open:
        first = chosen[0][0].passage.chunk.document_id
        same = [group for group in chosen if group[0].passage.chunk.document_id == first]
        rest = [group for group in chosen if group[0].passage.chunk.document_id != first]
        chosen = sorted(same, key=lambda group: group[0].start) + rest
    return chosen


def compose(groups: Sequence[Sequence[Found]]) -> tuple[Sentence, ...]:
    """Sentences with numbered footnotes; the same span keeps its number wherever it is cited."""
    numbers: dict[tuple[str, int, int], int] = {}
    sentences: list[Sentence] = []
    for group in groups:
        citations: list[Citation] = []
        for found in group:
            key = (found.passage.chunk.document_id, found.start, found.end)
            number = numbers.setdefault(key, len(numbers) + 1)
            citations.append(_citation(number, found))
        sentences.append(Sentence(" ".join(_text(group[0]).split()), tuple(citations)))
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
        numbers = _numbers(other)
        apart = bool(numbers) and not numbers & _numbers(best)
        if shared >= _CONFLICT_SHARE and same_question and apart:
            return best, other
    return None


def extractive_answer(
    question: str,
    passages: Sequence[Passage],
    readings: Sequence[Reading],
    limit: int,
    *,
    calibrated: bool = False,
) -> Answer:
    """An answer of at most ``limit`` quoted sentences; without any when no passage holds one.

    Where another document contradicts the best sentence, both are shown, the newer one first.
    ``confidence`` is given when the readings come from a calibrated reader.
    """
    found = find_sentences(passages, readings)
    groups = choose(question, found, limit)
    conflict = find_conflict(question, found)
    if conflict is not None:
        newest = sorted(conflict, key=lambda one: one.passage.document.modified or "", reverse=True)
        rest = [group for group in groups if not set(conflict) & set(group)]
        groups = [[newest[0]], [newest[1]], *rest[: max(0, limit - 2)]]
    return Answer(
        conflicts=tuple(one.passage for one in conflict or ()),
        question=question,
        standalone_question=question,
        kind=AnswerKind.EXTRACTIVE,
        sentences=compose(groups),
        short=groups[0][0].short if groups else None,
        confidence=confidence(found[0]) if found and calibrated else None,
        passages=tuple(passages),
    )


def confidence(found: Found) -> float:
    """Probability, 0–1, that the sentence answers, from a calibrated reader's span and the search.

    Logistic in the log-odds of the span and the fused score of its passage.
    """
    span, passage, bias = _CONFIDENCE
    likely = min(max(found.probability, 1e-4), 1.0 - 1e-4)
    weighed = span * math.log(likely / (1.0 - likely)) + passage * found.passage.score + bias
    return 1.0 / (1.0 + math.exp(-weighed))


def missing_words(question: str, unknown_terms: Sequence[str]) -> tuple[str, ...]:
    """Words of the question, as written, none of whose terms any document holds."""
    unknown = set(unknown_terms)
    found: list[str] = []
    for word in question.split():
        bare = word.strip(_PUNCTUATION)
        own = question_terms(bare)
        if bare and own and set(own) <= unknown and bare not in found:
            found.append(bare)
    return tuple(found)


def names_in(question: str, words_of_it: Sequence[str]) -> list[str]:
    """Those of some words of a question that are names or codes: what it cannot do without."""
    first = question.split(maxsplit=1)[0].strip(_PUNCTUATION) if question.split() else ""
    return [
        word
        for word in words_of_it
        if any(map(str.isdigit, word)) or (word[:1].isupper() and word != first)
    ]


def _within_line(text: str, span: Span) -> Span:
    """The span up to the end of its line: a row or an item answers, not the next one with it."""
    line_end = text.find("\n", span.start + 1, span.end)
    return span if line_end < 0 else replace(span, end=line_end)


def _bare(short: str) -> str:
    """A bare answer without the columns that follow it in a row."""
    return short.split(" | ", maxsplit=1)[0].strip()


def _numbers(found: Found) -> set[str]:
    return {term for term in terms(_text(found)) if any(map(str.isdigit, term))}


def _subject(found: Found) -> set[str]:
    return set(question_terms(_text(found))) - _numbers(found)


def _text(found: Found) -> str:
    chunk = found.passage.chunk
    return chunk.text[found.start - chunk.start : found.end - chunk.start]


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
        quote=_text(found),
        verdict=Verdict.SUPPORTED,  # a quotation supports itself, word for word
        score=found.probability,
    )
