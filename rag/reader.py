"""The built-in answer model: question and passages to spans, answerability and support.

`Reader` is the protocol; `EvidenceReader` needs no trained weights: it weighs sentences by the
embedder and by the words they share with the question.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from index.analysis import question_terms, terms, words
from index.embedding import Embedder
from index.sentences import sentence_spans
from rag.types import Passage

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """A possible answer: code-point offsets into ``passage.chunk.text``."""

    start: int
    end: int
    probability: float  #: 0–1, higher is better


@dataclass(frozen=True, slots=True)
class Spread:
    """Where an answer may start and end, over the tokens of one window of a passage."""

    answerability: float  #: 0–1, of this window
    places: IntArray  #: (tokens,) offset into ``passage.chunk.text`` at which each token begins
    starts: FloatArray  #: (tokens,) probability that the answer starts there; they add up to 1
    ends: FloatArray  #: the same for its last token

    def within(self, start: int, end: int) -> float:
        """The probability, 0–1, that the window answers, between these two offsets.

        The geometric mean of how likely the answer starts and how likely it ends between them.
        """
        inside = (self.places >= start) & (self.places < end)
        starts, ends = float(self.starts[inside].sum()), float(self.ends[inside].sum())
        return min(1.0, self.answerability * math.sqrt(starts * ends))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one passage: does it answer, and where; best spans first."""

    answerability: float  #: 0–1
    spans: tuple[Span, ...]
    spreads: tuple[Spread, ...] = ()  #: of its windows, from a reader that sees all its tokens
    beside: Spread | None = None  #: of a window of it, read beside other passages in one text

    def within(self, span: Span, start: int, end: int) -> float:
        """The probability, 0–1, that the passage answers in the sentence from ``start`` to ``end``.

        All spans of the sentence count: two that share their words are one answer. A reader that
        knows only its best spans gives that of ``span``, the likeliest in the sentence.
        """
        if not self.spreads:
            return span.probability
        return max(spread.within(start, end) for spread in self.spreads)


class Place(NamedTuple):
    """What may answer in a passage: offsets into ``passage.chunk.text``."""

    passage: Passage
    start: int
    end: int


class Reader(Protocol):
    """Judges passages for a question, and claims against passages."""

    @property
    def name(self) -> str:
        """Name shown under an answer."""
        ...

    @property
    def calibrated(self) -> bool:
        """Whether its probabilities mean what they say, so that a confidence can rest on them."""
        ...

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """One reading per passage, in their order."""
        ...

    def read_beside(self, question: str, places: Sequence[Place]) -> list[Spread]:
        """Where the answer stands, over windows of several passages in one text: one spread for
        each, whose probabilities add up to 1 over all; none from a reader that cannot."""
        ...

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        """Per passage, how far it supports the claim, 0–1."""
        ...


# Weights of a sentence's evidence, set by hand: the trained reader is what answers by default.
_SENTENCE_WEIGHTS = (4.0, 3.0, 1.0, 0.8, 0.5)
_SENTENCE_BIAS = -5.3
_SENTENCES_EMBEDDED = 32  # enough for the best one to be among them; each costs a millisecond


class EvidenceReader:
    """Weighs sentences by similarity, shared words and the kind of answer that is asked for."""

    name = "built-in evidence reader"
    calibrated = False

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Spans are whole sentences; a passage answers as far as its best sentence does."""
        sentences = _sentences(question, passages)
        chosen = sorted(sentences, key=lambda s: -s.rough)[:_SENTENCES_EMBEDDED]
        if not chosen:
            return [Reading(0.0, ()) for _ in passages]
        vectors = self._embedder.embed([question, *(sentence.text for sentence in chosen)])
        similarities = (vectors[1:] @ vectors[0]).tolist()
        spans: list[list[Span]] = [[] for _ in passages]
        for sentence, similarity in zip(chosen, similarities, strict=True):
            evidence = (similarity, sentence.share, sentence.near, sentence.place, sentence.kind)
            weighed = sum(w * e for w, e in zip(_SENTENCE_WEIGHTS, evidence, strict=True))
            probability = 1.0 / (1.0 + math.exp(-(weighed + _SENTENCE_BIAS)))
            spans[sentence.passage].append(Span(sentence.start, sentence.end, probability))
        ranked = [tuple(sorted(some, key=lambda span: -span.probability)) for some in spans]
        return [Reading(some[0].probability if some else 0.0, some) for some in ranked]

    def read_beside(self, question: str, places: Sequence[Place]) -> list[Spread]:  # noqa: ARG002
        """None: it weighs sentence by sentence."""
        return []

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        """Share of the claim's terms that a passage holds; 0 when one of its numbers is absent."""
        wanted = question_terms(claim)
        numbers = {term for term in wanted if any(map(str.isdigit, term))}
        scores: list[float] = []
        for passage in passages:
            held = set(terms(passage.chunk.embedding_text))
            share = sum(term in held for term in wanted) / len(wanted) if wanted else 0.0
            scores.append(share if numbers <= held else 0.0)
        return scores


class LateReader:
    """Stands for a reader whose weights take seconds to load, until it is first asked."""

    def __init__(self, name: str, load: Callable[[], Reader], *, calibrated: bool) -> None:
        self.name = name
        self.calibrated = calibrated
        self._load = load
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return self._ready().read(question, passages)

    def read_beside(self, question: str, places: Sequence[Place]) -> list[Spread]:
        return self._ready().read_beside(question, places)

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return self._ready().support(claim, passages)

    def _ready(self) -> Reader:
        with self._lock:
            if self._reader is None:
                self._reader = self._load()
            return self._reader


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A sentence of a passage and what speaks for it before it is embedded, each 0–1."""

    passage: int
    start: int
    end: int
    text: str
    share: float  #: of the question's terms, weighed by rarity, that the sentence holds
    near: float  #: the same for the title, headings and the sentence before
    place: float  #: how high its passage stands among those found
    kind: float  #: 1 when it holds the kind of thing asked for

    @property
    def rough(self) -> float:
        return self.share + 0.4 * self.near + 0.4 * self.place + 0.2 * self.kind


def _sentences(question: str, passages: Sequence[Passage]) -> list[_Evidence]:
    asked = question_terms(question)
    spans = [sentence_spans(passage.chunk.text) for passage in passages]
    texts = [[p.chunk.text[a:b] for a, b in some] for p, some in zip(passages, spans, strict=True)]
    bags = [[frozenset(terms(text)) for text in some] for some in texts]
    counts = Counter(term for some in bags for bag in some for term in bag)
    total = sum(map(len, bags)) or 1
    rarity = {term: math.log(1 + total / (1 + counts[term])) for term in asked}
    whole = sum(rarity.values()) or 1.0
    wanted = answer_pattern(question)
    found: list[_Evidence] = []
    for number, passage in enumerate(passages):
        context = frozenset(terms(passage.chunk.context))
        for place, (start, end) in enumerate(spans[number]):
            own = bags[number][place]
            around = context | (bags[number][place - 1] if place else frozenset())
            share = sum(rarity[term] for term in asked if term in own) / whole
            near = sum(rarity[t] for t in asked if t in around and t not in own) / whole
            text = texts[number][place]
            fits = 1.0 if wanted is None or wanted.search(text) else 0.0
            found.append(_Evidence(number, start, end, text, share, near, 1 / (1 + number), fits))
    return found


_NAME = re.compile(r"(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|dozen)\b", re.I
)
_DATE = re.compile(
    r"\b\d{4}\b|\b\d{1,2}[.:]\d{2}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:century|noon|midnight)\b",
    re.I,
)
_CAUSE = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|therefore|to avoid|reason)\b", re.I
)


def answer_pattern(question: str) -> re.Pattern[str] | None:
    """What a sentence has to hold to be the kind of answer asked for; None when any may do."""
    asked = words(question)
    pairs = set(pairwise(asked))
    if ("how", "many") in pairs or ("how", "much") in pairs or "percentage" in asked:
        return _NUMBER
    if "when" in asked or {"year", "date", "month", "day"} & set(asked):
        return _DATE
    if "why" in asked:
        return _CAUSE
    if {"who", "whom", "whose", "where"} & set(asked):
        return _NAME
    return None
