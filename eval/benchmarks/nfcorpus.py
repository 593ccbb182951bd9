"""nDCG@10 on NFCorpus (BEIR) for dense search alone, lexical search alone, and both fused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import index_over, spread
from eval.benchmarks.figures import Figure, Result
from eval.datasets import load_beir
from eval.metrics import mean, ndcg_at_k
from index.embedding import Embedder, SentenceTransformerEmbedder
from rag.retrieval import DENSE_ONLY, LEXICAL_ONLY, RetrievalOptions, Retriever
from rag.types import Passage

PASSAGES = 40  #: enough for ten documents, of which none has more than a few passages
WAYS = {
    "dense alone": RetrievalOptions(weights=DENSE_ONLY),
    "lexical alone": RetrievalOptions(weights=LEXICAL_ONLY),
    "fused": RetrievalOptions(),
}


def measure(
    folder: Path, *, split: str = "dev", limit: int | None = None, embedder: Embedder | None = None
) -> Result:
    """Search every query of a split three ways; a document ranks where its best passage does.

    For comparison, BEIR (Thakur et al. 2021) reports 32.5 % for BM25 on the test split.
    """
    beir = load_beir(folder, split)
    # "Title. Text" in one paragraph: BEIR's own way of putting a document into one string.
    files = [(key, f"{title}. {text}") for key, (title, text) in beir.documents.items()]
    queries = spread(sorted(beir.queries.items()), limit)
    embedder = embedder or SentenceTransformerEmbedder()
    retrievers = {way: Retriever(embedder, options) for way, options in WAYS.items()}
    scores: dict[str, list[float]] = {way: [] for way in WAYS}
    with index_over(files, embedder) as index, index.snapshot() as snapshot:
        for key, query in track(queries, "searching", console=Console(stderr=True)):
            for way, retriever in retrievers.items():
                ranked = ranked_documents(retriever.retrieve(snapshot, query, PASSAGES))
                scores[way].append(ndcg_at_k(ranked, beir.judgements[key], 10))
        chunks = len(snapshot)
    return Result(
        "Retrieval on NFCorpus",
        f"{split} split, {len(files)} documents, {chunks} passages, {len(queries)} queries, "
        f"{embedder.name}",
        tuple(Figure(f"nDCG@10, {way}", mean(scores[way]), "%") for way in WAYS),
    )


def ranked_documents(passages: Sequence[Passage]) -> list[str]:
    """Names of the files in the order of their best passage, each once; twins one after another."""
    found = (source for passage in passages for source in passage.document.sources)
    return list(dict.fromkeys(Path(source).stem for source in found))
