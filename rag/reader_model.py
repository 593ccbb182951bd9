"""The built-in reader: a small cross-encoder that finds answers in passages and checks claims.

One encoder reads "question [SEP] context | passage" and four small heads say where the answer
starts and ends, whether the passage answers at all, and whether it supports a claim. The word
embeddings are the embedder's own and are read from its package; the rest is shipped in
``rag/weights``. Choosing among passages, thresholds and wording are left to the pipeline; how the
weights were made is in ``rag/training``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from rag.reader import IntArray, Place, Reading, Span, Spread
from rag.side_by_side import Part, laid_side_by_side
from rag.types import Passage

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding, Tokenizer

WEIGHTS_FILE = "reader.safetensors"
FACTS_FILE = "reader.json"
FORMAT_VERSION = 1
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"  #: its name in the embedder's own file
CONTEXT_MARK = " | "  #: between title and headings, and the passage
QUESTION_TOKENS = 64  #: a longer question or claim is cut: the encoder was taught on short ones
CONTEXT_TOKENS = 48
WINDOW_TOKENS = 384  #: a longer pair is read in windows
WINDOW_OVERLAP = 64
LONGEST_ANSWER = 64  #: tokens; the longest tenth of the answers it was taught on is left out
SPANS = 5  #: how many spans a reading holds at most
_SURROGATE = re.compile("[\ud800-\udfff]")

#: What the layers multiply in. The word embeddings, what is added and attention are floats in each.
Arithmetic = Literal["int8", "bfloat16", "float32"]
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns raw scores into probabilities; fitted on held-out training articles."""

    answerable: tuple[float, float, float]  #: weight of the head, of span over no span, bias
    span: tuple[float, float]  #: weight of the span's log-probability, bias
    support: tuple[float, float]  #: weight of the head, bias

    @classmethod
    def from_dict(cls, data: Mapping[str, Sequence[float]]) -> Calibration:
        """Inverse of ``dataclasses.asdict``. Raises KeyError or ValueError when malformed."""
        head, margin, bias = (float(value) for value in data["answerable"])
        span, span_bias = (float(value) for value in data["span"])
        support, support_bias = (float(value) for value in data["support"])
        return cls((head, margin, bias), (span, span_bias), (support, support_bias))


@dataclass(frozen=True, slots=True)
class PairScores:
    """Raw scores of one pair: ``start`` and ``end`` (tokens,) float32, nothing padded.

    Higher is better; no probabilities.
    """

    start: FloatArray
    end: FloatArray
    answerable: float
    support: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One pair as token ids: a passage, or a window of a long one."""

    owner: int  #: which passage it is of
    ids: tuple[int, ...]
    second: int  #: first token of the second segment
    first: int  #: first token that may be quoted
    offsets: tuple[tuple[int, int], ...]  #: of the quotable tokens, in the passage's text


class ReaderModel:
    """Reads passages for a question and checks claims against passages. Make it with ``load``."""

    calibrated = True

    def __init__(
        self,
        network: torch.nn.ModuleDict,
        tokenizer: Tokenizer,
        calibration: Calibration,
        name: str,
        arithmetic: Arithmetic | None = None,
    ) -> None:
        from rag.reader_network import PackedReader, marks

        self.name = name
        self._network = PackedReader(network, arithmetic)
        self.arithmetic = self._network.arithmetic  #: as asked, or the fastest on this computer
        self._tokenizer = tokenizer
        self._marks = marks(tokenizer)
        self._calibration = calibration

    @classmethod
    def load(cls, folder: Path | None = None, arithmetic: Arithmetic | None = None) -> ReaderModel:
        """The reader in ``folder``, or the shipped one. Raises ModelError when it is not whole."""
        from rag.reader_network import embedder_tokenizer, load_network

        chosen = Path(__file__).parent / "weights" if folder is None else folder
        facts = _facts(chosen)
        try:
            calibration = Calibration.from_dict(
                cast(Mapping[str, Sequence[float]], facts["calibration"])
            )
            name, digest = str(facts["name"]), str(facts["sha256"])
            words = str(facts["word_embeddings_sha256"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(_broken(chosen / FACTS_FILE, "does not say what it should")) from error
        data = _read(chosen / WEIGHTS_FILE)
        if hashlib.sha256(data).hexdigest() != digest:
            raise ModelError(_broken(chosen / WEIGHTS_FILE, "does not match its recorded hash"))
        network = load_network(data, words)
        return cls(network, embedder_tokenizer(), calibration, name, arithmetic)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """One reading for each passage, in their order."""
        return self.read_pairs([(question, passage) for passage in passages])

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """One reading for each (question, passage), in their order, scored in shared batches."""
        asked: dict[str, list[int]] = {}  # a question put to many passages is encoded once
        for number, (question, _) in enumerate(pairs):
            asked.setdefault(question, []).append(number)
        pieces = [
            replace(piece, owner=numbers[piece.owner])
            for question, numbers in asked.items()
            for piece in self._pieces(question, [pairs[number][1] for number in numbers])
        ]
        readings: list[list[Reading]] = [[] for _ in pairs]
        for piece, scores in self._run(pieces):
            readings[piece.owner].append(
                reading_of(piece, scores.start, scores.end, scores.answerable, self._calibration)
            )
        return [_merged(found) for found in readings]

    def read_beside(self, question: str, places: Sequence[Place]) -> list[Spread]:
        """Where the answer stands over windows of the passages in one text, a spread for each."""
        if not places:
            return []
        asked = self._encode([question])[0].ids[:QUESTION_TOKENS]
        contexts = self._contexts([place.passage for place in places])
        texts = self._encode([place.passage.chunk.text for place in places])
        parts = [
            Part(context.ids, text.ids, _tokens_of(text.offsets, place.start, place.end))
            for place, context, text in zip(places, contexts, texts, strict=True)
        ]
        cls, sep = self._marks
        head = [cls, *asked, sep]
        ids, placed = laid_side_by_side(head, parts, sep)
        [scores] = self._network.score([ids], [len(head)])
        quotable = np.concatenate([np.arange(at, at + end - begin) for at, begin, end in placed])
        starts, ends = (_softmax_at(edges, quotable) for edges in (scores.start, scores.end))
        answers = self._answers(scores, quotable)
        return [
            Spread(
                answers,
                np.array([first for first, _ in text.offsets[begin:end]], dtype=np.int64),
                starts[at : at + end - begin],
                ends[at : at + end - begin],
            )
            for text, (at, begin, end) in zip(texts, placed, strict=True)
        ]

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        """The probability, 0–1, that each passage supports the claim."""
        weight, bias = self._calibration.support
        best = [0.0] * len(passages)
        for piece, scores in self._run(self._pieces(claim, passages)):
            best[piece.owner] = max(best[piece.owner], sigmoid(weight * scores.support + bias))
        return best

    def _pieces(self, question: str, passages: Sequence[Passage]) -> list[Piece]:
        asked = self._encode([question])[0].ids[:QUESTION_TOKENS]
        contexts = self._contexts(passages)
        texts = self._encode([passage.chunk.text for passage in passages])
        cls, sep = self._marks
        pieces: list[Piece] = []
        for owner, (context, text) in enumerate(zip(contexts, texts, strict=True)):
            head = [cls, *asked, sep]
            before = [*head, *context.ids[:CONTEXT_TOKENS]]
            room = WINDOW_TOKENS - len(before) - 1
            for begin in window_starts(len(text.ids), room):
                ids = (*before, *text.ids[begin : begin + room], sep)
                offsets = tuple(text.offsets[begin : begin + room])
                pieces.append(Piece(owner, ids, len(head), len(before), offsets))
        return pieces

    def _contexts(self, passages: Sequence[Passage]) -> list[Encoding]:
        """Title and headings of each, with the mark behind them."""
        contexts = [passage.chunk.context.replace("\n", " ") for passage in passages]
        return self._encode([f"{one}{CONTEXT_MARK}" if one else "" for one in contexts])

    def _answers(self, scores: PairScores, quotable: IntArray) -> float:
        """The probability that one of several passages answers."""
        head, weight, bias = self._calibration.answerable
        best = float(scores.start[quotable].max() + scores.end[quotable].max())
        margin = best - float(scores.start[0] + scores.end[0])
        return sigmoid(head * scores.answerable + weight * margin + bias)

    def _encode(self, texts: list[str]) -> list[Encoding]:
        # the tokenizer refuses lone surrogates; one code point for one keeps the offsets right
        clean = [_SURROGATE.sub("\ufffd", text) for text in texts]
        return list(self._tokenizer.encode_batch(clean, add_special_tokens=False))

    def _run(self, pieces: Sequence[Piece]) -> list[tuple[Piece, PairScores]]:
        ids, seconds = [piece.ids for piece in pieces], [piece.second for piece in pieces]
        return list(zip(pieces, self._network.score(ids, seconds), strict=True))


def window_starts(tokens: int, room: int) -> list[int]:
    """Where the windows of a text of ``tokens`` begin; a text that fits has one, at 0."""
    starts = [0]
    while starts[-1] + room < tokens:
        starts.append(starts[-1] + max(1, room - WINDOW_OVERLAP))
    return starts


def reading_of(
    piece: Piece, start: FloatArray, end: FloatArray, answerable: float, fitted: Calibration
) -> Reading:
    """The reading of one piece from its raw scores.

    A span's probability is that of the passage answering times that of the span being right if it
    does, so spans of different passages compare.
    """
    spans = best_spans(start, end, piece.first, len(piece.offsets), SPANS)
    margin = span_margin(start, end, spans)
    if not spans:
        return Reading(0.0, ())
    head, weight, bias = fitted.answerable
    answers = sigmoid(head * answerable + weight * margin + bias)
    span_weight, span_bias = fitted.span
    found = tuple(
        Span(
            piece.offsets[first - piece.first][0],
            piece.offsets[last - piece.first][1],
            answers * sigmoid(span_weight * log_probability + span_bias),
        )
        for first, last, log_probability in spans
    )
    quotable = slice(piece.first, piece.first + len(piece.offsets))
    spread = Spread(
        answers,
        np.array([begin for begin, _ in piece.offsets], dtype=np.int64),
        np.exp(_log_softmax(start[quotable])),
        np.exp(_log_softmax(end[quotable])),
    )
    return Reading(answers, found, (spread,))


def span_margin(
    start: FloatArray, end: FloatArray, spans: Sequence[tuple[int, int, float]]
) -> float:
    """How far the best span's score is above the score of "no span", which token 0 stands for."""
    if not spans:
        return 0.0
    first, last, _ = spans[0]
    return float(start[first] + end[last] - start[0] - end[0])


def best_spans(
    start: FloatArray, end: FloatArray, first: int, count: int, limit: int
) -> list[tuple[int, int, float]]:
    """The best spans (first token, last token, log-probability), best first, none overlapping.

    ``start`` and ``end`` are raw scores (tokens,); spans lie in ``first : first + count``.
    """
    if count == 0:
        return []
    starts = _log_softmax(start[first : first + count])
    ends = _log_softmax(end[first : first + count])
    likely_starts = np.argsort(-starts)[:20]
    likely_ends = np.argsort(-ends)[:20]
    pairs = [
        (float(starts[a] + ends[b]), int(a), int(b))
        for a in likely_starts
        for b in likely_ends
        if a <= b < a + LONGEST_ANSWER
    ]
    if not pairs:  # no likely end after a likely start: the best single token then
        token = int(np.argmax(starts + ends))
        pairs = [(float(starts[token] + ends[token]), token, token)]
    kept: list[tuple[int, int, float]] = []
    for log_probability, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if all(first + b < x or first + a > y for x, y, _ in kept):
            kept.append((first + a, first + b, log_probability))
        if len(kept) == limit:
            break
    return kept


def sigmoid(value: float) -> float:
    """The logistic function, safe for large values."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)


def _merged(readings: Sequence[Reading]) -> Reading:
    """The readings of a passage's windows as one."""
    if len(readings) == 1:
        return readings[0]
    best = max(readings, key=lambda reading: reading.answerability)
    rest = [span for reading in readings if reading is not best for span in reading.spans]
    spans = list(best.spans)
    for span in sorted(rest, key=lambda span: -span.probability):
        if all(span.end <= kept.start or span.start >= kept.end for kept in spans):
            spans.append(span)
    spreads = tuple(spread for reading in readings for spread in reading.spreads)
    return Reading(best.answerability, tuple(spans[:SPANS]), spreads)


def _softmax_at(scores: FloatArray, places: IntArray) -> FloatArray:
    """Probabilities over ``places`` alone, 0 elsewhere."""
    spread = np.zeros_like(scores)
    spread[places] = np.exp(_log_softmax(scores[places]))
    return spread


def _tokens_of(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The first token from ``start`` on, and the one after the last before ``end``."""
    inside = [n for n, (begin, after) in enumerate(offsets) if begin < end and after > start]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _log_softmax(scores: FloatArray) -> FloatArray:
    shifted = scores - scores.max()
    return cast(FloatArray, shifted - np.log(np.exp(shifted).sum()))


def _facts(folder: Path) -> dict[str, object]:
    path = folder / FACTS_FILE
    try:
        facts = json.loads(_read(path))
    except ValueError as error:
        raise ModelError(_broken(path, "is not readable")) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT_VERSION:
        raise ModelError(_broken(path, f"is not of format {FORMAT_VERSION}"))
    return facts


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(_broken(path, "could not be read")) from error


def _broken(path: Path, what: str) -> str:
    return f"The reader's file {path} {what}; install Footnote again or name another folder."
