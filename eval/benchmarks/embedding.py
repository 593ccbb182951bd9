"""Tokens a second of the embedder, beside plain ``SentenceTransformer.encode`` in float32.

Both embed the same texts by turns in the same process, so that what else the machine does falls on
both; of each the median is taken.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from eval.benchmarks.figures import Figure, Result
from eval.benchmarks.speed import paragraph
from eval.metrics import percentile
from index.embedding import SentenceTransformerEmbedder, Vectors

TEXTS = 384
ROUNDS = 3
_QUESTIONS = 60


def texts(count: int = TEXTS, seed: int = 3) -> list[str]:
    """Pieces of one to sixteen sentences: from a line of a table to a full passage."""
    rng = random.Random(seed)  # noqa: S311 - text to measure with, no secret
    found: list[str] = []
    for _ in range(count):
        whole = f"{paragraph(rng, 'Belcor')} {paragraph(rng, 'Tavisay')}".split(". ")
        found.append(". ".join(whole[: rng.randint(1, 15)]).rstrip(".") + ".")
    return found


def measure(*, count: int = TEXTS, rounds: int = ROUNDS) -> Result:
    """Rates, their ratio, the least cosine, and how long one question takes."""
    embedder, some = SentenceTransformerEmbedder(), texts(count)
    tokens = sum(min(n, embedder.window_tokens) for n in embedder.count_tokens(some))
    plain: list[float] = []
    fast: list[float] = []
    ours = theirs = embedder.embed(some[:2])
    embedder.embed_plainly(some[:2])  # both are warm before anything is timed
    for _ in range(rounds):
        theirs, seconds = _timed(embedder.embed_plainly, some)
        plain.append(tokens / seconds)
        ours, seconds = _timed(embedder.embed, some)
        fast.append(tokens / seconds)
    ratios = [quick / slow for quick, slow in zip(fast, plain, strict=True)]
    questions = [f"When was the {place} of Belcor opened?" for place in _places(_QUESTIONS)]
    waits = [_timed(embedder.embed, [question])[1] for question in questions]
    wait = percentile(waits, 50)
    return Result(
        "Embedding",
        f"{count} texts of {tokens:,} tokens, {rounds} rounds by turns, {embedder.name} on "
        f"{embedder.runs}",
        (
            Figure("SentenceTransformer.encode in float32", percentile(plain, 50), "tokens/s"),
            Figure("Footnote's embedder", percentile(fast, 50), "tokens/s"),
            Figure("ratio, median of the rounds", percentile(ratios, 50), "times"),
            Figure("ratio, worst round", min(ratios), "times"),
            Figure("least cosine to float32", float(np.sum(ours * theirs, axis=1).min())),
            Figure("one question, median", None if wait is None else 1000 * wait, "ms"),
        ),
    )


def _timed(embed: Callable[[Sequence[str]], Vectors], some: Sequence[str]) -> tuple[Vectors, float]:
    started = time.perf_counter()
    rows = embed(some)
    return rows, time.perf_counter() - started


def _places(count: int) -> list[str]:
    return ["harbour", "town library", "old stone bridge"] * (count // 3)
