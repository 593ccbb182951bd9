"""Retrieval on a BEIR folder: does the search find the documents people judged relevant?

Such a folder holds no answers, so nothing is read or cited. A document ranks where its best passage
does. Formulae: `eval.metrics`.
"""

from __future__ import annotations

import hashlib
import os.path
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from rich.table import Table

from eval.datasets import Beir
from eval.formats import write_texts
from eval.metrics import mean, ndcg_at_k, percentile, recall_at_k, reciprocal_rank
from index.errors import UsageError
from rag.types import Passage

PASSAGES = 300  #: searched for, so that a hundred documents are among them
SPLITS = ("test", "dev", "train")
RECALL_AT = (5, 10, 20, 100)


class Searching(Protocol):
    """What is needed of an assistant."""

    def search(self, words: str, /, limit: int) -> Sequence[Passage]: ...


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """The figures, ratios in 0–1, and the setting a repeat needs."""

    name: str
    split: str
    documents: int
    queries: int
    ndcg_at_10: float | None
    mean_reciprocal_rank_at_10: float | None
    recall: Mapping[int, float | None]  #: k → share of the relevant documents in the first k
    seconds_p50: float | None
    seconds_p95: float | None

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form."""
        return asdict(self)


def is_beir(path: Path) -> bool:
    """Whether a folder holds a BEIR set."""
    return any(os.path.isfile(path / name) for name in ("corpus.jsonl", "corpus.jsonl.gz"))


def split_of(folder: Path, wanted: str | None) -> str:
    """The split to take: the one asked for, else test, else what is there."""
    if wanted is not None:
        return wanted
    for split in SPLITS:
        if any(os.path.isfile(folder / "qrels" / f"{split}.tsv{zip_}") for zip_ in ("", ".gz")):
            return split
    raise UsageError(f"{folder} holds no judgements: put them into qrels/test.tsv.")


def write_corpus(beir: Beir, data_folder: Path, name: str) -> tuple[Path, dict[str, str]]:
    """The documents as text files, for an index; returns their folder and file stem → id."""
    stems = {hashlib.sha256(key.encode()).hexdigest()[:20]: key for key in beir.documents}
    digest = hashlib.sha256("\n".join(sorted(beir.documents)).encode()).hexdigest()[:12]
    folder = data_folder / "eval" / "texts" / f"{name}-{digest}" / "documents"
    # "Title. Text" in one paragraph: BEIR's own way of putting a document into one string.
    files = [
        (f"{stem}.txt", ". ".join(filter(None, beir.documents[key]))) for stem, key in stems.items()
    ]
    write_texts(folder, [(file, text) for file, text in files if text.strip()])
    return folder, stems


def evaluate_search(
    beir: Beir,
    assistant: Searching,
    stems: Mapping[str, str],
    *,
    name: str,
    split: str,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalResult:
    """Search every query, at most ``limit`` of them, spread evenly."""
    keys = sorted(beir.queries)
    if limit is not None and limit < len(keys):
        keys = [keys[at * len(keys) // limit] for at in range(limit)]
    ranked: list[tuple[Sequence[str], Mapping[str, float]]] = []
    seconds: list[float] = []
    for number, key in enumerate(keys, 1):
        started = time.perf_counter()
        passages = assistant.search(beir.queries[key], limit=PASSAGES)
        seconds.append(time.perf_counter() - started)
        ranked.append((_documents(passages, stems), beir.judgements[key]))
        if progress is not None:
            progress(number, len(keys))
    relevant = [
        (found, {key for key, grade in gains.items() if grade > 0}) for found, gains in ranked
    ]
    return RetrievalResult(
        name=name,
        split=split,
        documents=len(beir.documents),
        queries=len(keys),
        ndcg_at_10=mean([ndcg_at_k(found, gains, 10) for found, gains in ranked]),
        mean_reciprocal_rank_at_10=mean(
            [reciprocal_rank(found[:10], wanted) for found, wanted in relevant]
        ),
        recall={
            k: mean(
                [
                    share
                    for found, wanted in relevant
                    if (share := recall_at_k(found, wanted, k)) is not None
                ]
            )
            for k in RECALL_AT
        },
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
    )


def _documents(passages: Sequence[Passage], stems: Mapping[str, str]) -> list[str]:
    """Ids in the order of their best passage, each once; twins one after another."""
    names = (
        PurePosixPath(source.replace("\\", "/")).stem
        for passage in passages
        for source in (*passage.document.sources, *passage.duplicates)
    )
    return list(dict.fromkeys(stems[name] for name in names if name in stems))


def retrieval_table(result: RetrievalResult) -> Table:
    """The figures for the terminal."""
    out = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    out.add_column()
    out.add_column(justify="right", style="bold")
    rows = [
        ("nDCG@10", result.ndcg_at_10),
        ("MRR@10", result.mean_reciprocal_rank_at_10),
        *((f"recall@{k}", value) for k, value in result.recall.items()),
    ]
    for name, value in rows:
        out.add_row(name, "–" if value is None else f"{100 * value:.1f} %")
    for name, value in (("median", result.seconds_p50), ("95th percentile", result.seconds_p95)):
        out.add_row(f"seconds, {name}", "–" if value is None else f"{value:.3f}")
    return out
