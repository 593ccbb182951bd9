"""How well the reader reads: each question with its own paragraph, no search before it.

The reader has to name a span for every question; whether it should have refused is judged by its
probabilities, not by the thresholds of the assistant, which `squad_answers` measures.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import spread
from eval.benchmarks.figures import Figure, Result
from eval.datasets import Article, ArticleQuestion, load_squad
from eval.metrics import (
    auroc,
    best_overall_f1,
    brier_score,
    calibration_error,
    exact_match,
    mean,
    percentile,
    token_f1,
)
from index.errors import UsageError
from index.types import Chunk, DocumentInfo
from rag.reader import Reading
from rag.types import Parts, Passage

TOGETHER = 400  #: questions handed over at a time: enough for batches of like length
TIMED = 20  #: passages, as many as the assistant reads by default
WARM_UPS, REPEATS = 2, 10
RIGHT_F1 = 0.5  #: from here on a span counts as right, as when the reader was calibrated


class PairReader(Protocol):
    """A reader that also takes many questions at a time, as `rag.reader_model.ReaderModel` does."""

    @property
    def name(self) -> str: ...

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]: ...

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]: ...


@dataclass(frozen=True, slots=True)
class _Judged:
    """One question and what the reader made of it."""

    answerable: bool
    exact: float
    f1: float  #: of the best span, by SQuAD's rules; without an answer 1 when no span is given
    answerability: float
    confidence: float  #: probability of the best span; 0 when there is none

    @property
    def right(self) -> bool:
        return self.answerable and self.f1 >= RIGHT_F1


def measure(path: Path, *, limit: int | None = None, reader: PairReader | None = None) -> Result:
    """Read the questions of a SQuAD file, each in its paragraph; ``limit`` bounds all of them."""
    articles = load_squad(path)
    asked = spread([(article, one) for article in articles for one in article.questions], limit)
    if not asked:
        raise UsageError(f"{path} holds no question: name a SQuAD file that has some.")
    chosen = reader or _shipped()
    batches = [asked[at : at + TOGETHER] for at in range(0, len(asked), TOGETHER)]
    judged: list[_Judged] = []
    for batch in track(batches, "reading", console=Console(stderr=True)):
        pairs = [(one.question, passage_of(article, one.paragraph)) for article, one in batch]
        for (_, one), (_, passage), reading in zip(
            batch, pairs, chosen.read_pairs(pairs), strict=True
        ):
            judged.append(_judge(one, passage, reading))
    passages = timed_passages(articles)
    without = sum(not one.answerable for one in judged)
    return Result(
        "The reader with the paragraph given",
        f"{path.name}, {len(articles)} articles, {len(asked)} questions, {without} of them without "
        f"an answer, {chosen.name}; the {TIMED} passages timed hold "
        f"{sum(len(passage.chunk.text) for passage in passages):,} characters",
        (*_figures(judged), *_speed(chosen, asked[0][1].question, passages)),
    )


def _shipped() -> PairReader:
    from rag.reader_model import ReaderModel

    return ReaderModel.load()


def passage_of(article: Article, place: int) -> Passage:
    """A paragraph as the reader gets it, whole, under its article's title."""
    text, title = article.paragraphs[place], article.title.replace("_", " ")
    chunk = Chunk(f"{title}/{place}", title, 0, len(text), text, (), (), title)
    return Passage(chunk, DocumentInfo(title, (title,), title, None, None, None, 1), 0.0, Parts())


def timed_passages(articles: Sequence[Article]) -> list[Passage]:
    """`TIMED` paragraphs from all over the file, again from the first when there are fewer."""
    places = [(article, place) for article in articles for place in range(len(article.paragraphs))]
    return [passage_of(*one) for one in islice(cycle(spread(places, TIMED)), TIMED)]


def _judge(question: ArticleQuestion, passage: Passage, reading: Reading) -> _Judged:
    best = reading.spans[0] if reading.spans else None
    said = passage.chunk.text[best.start : best.end] if best else ""
    variants = [gold.text for gold in question.answers]
    return _Judged(
        answerable=bool(variants),
        exact=exact_match(said, variants),
        f1=token_f1(said, variants),
        answerability=reading.answerability,
        confidence=best.probability if best else 0.0,
    )


def _figures(judged: Sequence[_Judged]) -> tuple[Figure, ...]:
    """What needs questions without an answer is None where there are none, and the reverse."""
    has_answer = [one.answerable for one in judged]
    mixed = len(set(has_answer)) == 2
    answerability = [one.answerability for one in judged]
    confidence, right = [one.confidence for one in judged], [one.right for one in judged]
    overall = best_overall_f1(answerability, [one.f1 for one in judged], has_answer)
    return (
        Figure(
            "answerable: exact match", mean([one.exact for one in judged if one.answerable]), "%"
        ),
        Figure("answerable: F1", mean([one.f1 for one in judged if one.answerable]), "%"),
        Figure("best overall F1 at any threshold", overall if mixed else None, "%"),
        Figure("answerability: AUROC (0.5 is chance)", auroc(answerability, has_answer)),
        Figure(
            "answerability: calibration error",
            calibration_error(answerability, has_answer) if mixed else None,
        ),
        Figure("best span, right from F1 0.5: AUROC", auroc(confidence, right)),
        Figure("best span: Brier score", brier_score(confidence, right)),
        Figure("best span: calibration error", calibration_error(confidence, right)),
    )


def _speed(reader: PairReader, question: str, passages: Sequence[Passage]) -> tuple[Figure, Figure]:
    """Milliseconds; where the fastest is far below the median, other work kept the machine busy."""
    seconds: list[float] = []
    for _ in range(WARM_UPS + REPEATS):
        started = time.perf_counter()
        reader.read(question, passages)
        seconds.append(time.perf_counter() - started)
    median, fastest = (percentile(seconds[WARM_UPS:], percent) for percent in (50, 0))
    assert median is not None
    assert fastest is not None
    return (
        Figure(f"median read of {len(passages)} passages", 1000 * median, "ms"),
        Figure("fastest of these reads", 1000 * fastest, "ms"),
    )
