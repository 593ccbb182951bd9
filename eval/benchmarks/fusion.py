"""Which way of weighing evidence finds most: what the retriever's constants rest on.

Run it on articles that nothing is reported on, so that the choice does not flatter the report.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import (
    article_files,
    first_text,
    gold_windows,
    index_over,
    plain,
    questions_of,
    spread,
)
from eval.benchmarks.figures import Figure, Result
from eval.datasets import load_squad
from eval.metrics import hit_rate
from index.analysis import question_terms
from index.embedding import Embedder, SentenceTransformerEmbedder
from index.index import Snapshot
from rag.retrieval import DENSE_ONLY, LEXICAL_ONLY, RetrievalOptions, Retriever, Weights

DEPTH = 20
DEFAULT = Weights()
WEIGHTS = {
    "dense alone": DENSE_ONLY,
    "lexical alone": LEXICAL_ONLY,
    "dense and lexical": replace(DEFAULT, sentence=0.0, pairs=0.0),
    "without sentence": replace(DEFAULT, sentence=0.0),
    "without pairs": replace(DEFAULT, pairs=0.0),
    "dense halved": replace(DEFAULT, dense=DEFAULT.dense / 2),
    "dense doubled": replace(DEFAULT, dense=DEFAULT.dense * 2),
    "as shipped": DEFAULT,
}
Scores = Mapping[int, float]


def measure(
    paths: Sequence[Path], *, limit: int | None = None, embedder: Embedder | None = None
) -> Result:
    """recall@1, 5 and 20 of each way on the answerable questions, all articles in one index."""
    articles = [article for path in paths for article in load_squad(path)]
    asked = spread(questions_of(articles, answerable=True), limit)
    embedder = embedder or SentenceTransformerEmbedder()
    ranks: dict[str, list[int | None]] = {way: [] for way in (*WEIGHTS, *BASELINES)}
    retrievers = {
        way: Retriever(embedder, RetrievalOptions(weights=weights))
        for way, weights in WEIGHTS.items()
    }
    with index_over(article_files(articles), embedder) as index, index.snapshot() as snapshot:
        texts = {number: plain(chunk.text) for number, chunk in snapshot.all_chunks()}
        for article, question in track(asked, "searching", console=Console(stderr=True)):
            windows = gold_windows(article, question)
            for way, retriever in retrievers.items():
                passages = retriever.retrieve(snapshot, question.question, DEPTH)
                found = first_text([plain(p.chunk.text) for p in passages], windows)
                ranks[way].append(found)
            for way, order in _baselines(snapshot, embedder, question.question).items():
                ranks[way].append(first_text([texts[number] for number in order], windows))
    return Result(
        "Fusion of dense and lexical search",
        f"{' and '.join(path.name for path in paths)}, {len(articles)} articles, {len(texts)} "
        f"passages, {len(asked)} questions, {embedder.name}",
        tuple(
            Figure(f"{way}, recall@{k}", hit_rate(found, k), "%")
            for way, found in ranks.items()
            for k in (1, 5, DEPTH)
        ),
    )


def _baselines(snapshot: Snapshot, embedder: Embedder, question: str) -> dict[str, list[int]]:
    """The best chunk numbers by the fusions of the literature, from the retriever's candidates."""
    candidates = RetrievalOptions().candidates
    vector = embedder.embed([question])[0]
    dense = dict(snapshot.search_dense(vector, candidates))
    lexical = dict(snapshot.search_lexical(question_terms(question), candidates))
    similar = dense | snapshot.similarities(vector, [n for n in lexical if n not in dense])
    return {way: _order(fusion(similar, lexical))[:DEPTH] for way, fusion in BASELINES.items()}


def _order(scores: Scores) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))


def reciprocal_ranks(dense: Scores, lexical: Scores) -> dict[int, float]:
    """Σ 1 / (60 + rank) over both lists. Source: Cormack, Clarke and Büttcher 2009."""
    total: dict[int, float] = {}
    for side in (dense, lexical):
        for rank, number in enumerate(_order(side), 1):
            total[number] = total.get(number, 0.0) + 1 / (60 + rank)
    return total


def z_scores(dense: Scores, lexical: Scores) -> dict[int, float]:
    """Sum of (score - mean) / standard deviation; what a side lacks has that side's lowest score.

    A side without spread counts 0. Source: Wu, Crestani and Bi 2006 compare such normalisations.
    """
    numbers = list(dict.fromkeys([*dense, *lexical]))
    total = dict.fromkeys(numbers, 0.0)
    for side in (dense, lexical):
        lowest = min(side.values(), default=0.0)
        scores = [side.get(number, lowest) for number in numbers]
        middle, deviation = statistics.fmean(scores or [0.0]), statistics.pstdev(scores or [0.0])
        if deviation > 0.0:
            for number, score in zip(numbers, scores, strict=True):
                total[number] += (score - middle) / deviation
    return total


BASELINES: dict[str, Callable[[Scores, Scores], dict[int, float]]] = {
    "reciprocal ranks": reciprocal_ranks,
    "z-scores": z_scores,
}
