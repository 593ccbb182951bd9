"""Does the passage that answers come up? SQuAD articles as documents, its questions as searches."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import (
    Opening,
    Searching,
    article_files,
    assistant_over,
    first_hit,
    gold_windows,
    plain,
    questions_of,
    spread,
)
from eval.benchmarks.figures import Figure, Result, share
from eval.datasets import load_squad
from eval.metrics import hit_rate, mean, percentile

DEPTH = 20


def measure(path: Path, *, limit: int | None = None, over: Opening = assistant_over) -> Result:
    """recall@1, 5 and 20 of the answerable questions of a SQuAD file, all articles in one index.

    A hit is a passage that holds a gold answer with 12 characters on either side.
    """
    articles = load_squad(path)
    asked = spread(questions_of(articles, answerable=True), limit)
    windows = [gold_windows(article, question) for article, question in asked]
    ranks: list[int | None] = []
    seconds: list[float] = []
    with over(article_files(articles)) as assistant:
        texts = document_texts(assistant)
        reachable = [any(w in text for w in one for text in texts) for one in windows]
        for (_, question), wanted in track(
            list(zip(asked, windows, strict=True)), "searching", console=Console(stderr=True)
        ):
            started = time.perf_counter()
            passages = assistant.search(question.question, limit=DEPTH)
            seconds.append(time.perf_counter() - started)
            ranks.append(first_hit(passages, wanted))
        chunks = sum(info.chunks for info in assistant.documents())
    median = percentile(seconds, 50)
    return Result(
        "Retrieval on SQuAD articles",
        f"{path.name}, {len(articles)} articles, {chunks} passages, {len(asked)} questions",
        (
            *(Figure(f"recall@{k}", hit_rate(ranks, k), "%") for k in (1, 5, DEPTH)),
            Figure("mean reciprocal rank", mean([1 / rank if rank else 0.0 for rank in ranks])),
            share("gold answers that stand in the extracted text", reachable),
            Figure("median search", None if median is None else 1000 * median, "ms"),
        ),
    )


def document_texts(assistant: Searching) -> list[str]:
    """The extracted text of every document, to tell a loader's loss from a searcher's miss."""
    documents = [assistant.document(info.id) for info in assistant.documents()]
    return [plain(document.text) for document in documents if document is not None]
