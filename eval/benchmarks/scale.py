"""Whole retrieval from a thousand to two hundred thousand passages: time, memory, opening.

Text and vectors are made up (`eval.benchmarks.made_text`, `eval.benchmarks.made_vectors`); all else
is what a person's search goes through, the question embedded by the real model included. Each size
is opened and asked in a process of its own.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.figures import Figure, Result, resident_bytes
from eval.benchmarks.made_index import ROOT, Asked, MadeIndex, PlantedEmbedder
from eval.benchmarks.plots import Line, Plot
from eval.metrics import mean, percentile
from index.analysis import question_terms
from index.catalog import Catalog
from index.catalog_search import FullText
from index.embedding import SentenceTransformerEmbedder
from index.index import Index
from index.types import Scope
from rag.retrieval import Retriever

SIZES = (1_000, 10_000, 50_000, 200_000)
QUESTIONS = 100
_PASSAGES = 20  # read for an answer
_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class AtSize:
    """What was measured at one size; times in milliseconds are medians."""

    passages: int
    disk_mb: float
    open_s: float
    retrieval_ms: float
    retrieval_95_ms: float
    filtered_ms: float
    embedding_ms: float
    dense_ms: float
    lexical_ms: float
    first: float  #: share of questions whose own passage comes first
    ten_best: float  #: share kept of the ten best by BM25 over everything
    memory_mb: float | None


def measure(*, sizes: Sequence[int] = SIZES, questions: int = QUESTIONS) -> Result:
    """Grow one index from size to size and ask it at each."""
    context = multiprocessing.get_context("spawn")
    found: list[AtSize] = []
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as base:
        made = MadeIndex(Path(base) / "index", max(sizes))
        for size in sorted(sizes):
            asked = made.grow_to(size, questions)
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                found.append(pool.submit(at_size, made.folder, size, asked).result())
    return Result(
        "Retrieval at size",
        f"made-up passages of 120 words, {questions} questions of five content words, the "
        f"{_PASSAGES} best passages; a filter lets through one folder of nine",
        tuple(figure for one in found for figure in _figures(one)),
        _plots(found),
    )


def at_size(folder: Path, passages: int, asked: Sequence[Asked], *, real: bool = True) -> AtSize:
    """Open an index and ask it; ``real`` embeds the questions with the real model as well."""
    inner = SentenceTransformerEmbedder() if real else None
    embedder = PlantedEmbedder(inner)
    embedder.planted = {one.question: one.vector for one in asked}
    embedder.embed([asked[0].question])  # the model is loaded before anything is timed
    before = resident_bytes()
    started = time.perf_counter()
    with Index.open(folder, embedder, read_only=True) as index:
        with index.snapshot():
            opened = time.perf_counter() - started
        after = _ask_all(index, embedder, asked)
        held = resident_bytes()
        grown = None if before is None or held is None else (held.now - before.now) / 1e6
        disk = sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6
    with contextlib.closing(Catalog.open_to_read(folder)) as catalog, catalog.reading():
        kept = mean([_kept(catalog.full_text, one.question) for one in asked])
    return AtSize(passages, disk, opened, *after, kept or 0.0, grown)


def _ask_all(
    index: Index, embedder: PlantedEmbedder, asked: Sequence[Asked]
) -> tuple[float, float, float, float, float, float, float]:
    retriever, folder = Retriever(embedder), Scope(folders=(str(ROOT / "0"),))

    def retrieve(one: Asked, scope: Scope | None = None) -> str:
        with index.snapshot() as snapshot:
            found = retriever.retrieve(snapshot, one.question, _PASSAGES, scope)
        return found[0].chunk.text if found else ""

    retrieve(asked[-1])
    first = mean([retrieve(one) == one.passage for one in asked[:20]])
    whole = _each(retrieve, asked)
    filtered = _each(lambda one: retrieve(one, folder), asked[: max(1, len(asked) // 4)])
    embedding = _each(lambda one: embedder.embed([one.question]), asked)
    with index.snapshot() as snapshot:
        dense = _each(lambda one: snapshot.search_dense(one.vector, _CANDIDATES), asked)
        terms = {one.question: question_terms(one.question) for one in asked}
        lexical = _each(
            lambda one: snapshot.search_lexical(terms[one.question], _CANDIDATES), asked
        )
    return (
        _median(whole),
        1000 * (percentile(whole, 95) or 0.0),
        _median(filtered),
        _median(embedding),
        _median(dense),
        _median(lexical),
        first or 0.0,
    )


def _kept(full_text: FullText, question: str) -> float:
    terms = question_terms(question)
    best = {number for number, _ in full_text.search_all(terms, 10)}
    found = {number for number, _ in full_text.search(terms, _CANDIDATES)[:10]}
    return len(best & found) / len(best) if best else 1.0


def _each(action: Callable[[Asked], object], asked: Sequence[Asked]) -> list[float]:
    seconds: list[float] = []
    for one in asked:
        started = time.perf_counter()
        action(one)
        seconds.append(time.perf_counter() - started)
    return seconds


def _median(seconds: Sequence[float]) -> float:
    return 1000 * (percentile(seconds, 50) or 0.0)


def _figures(one: AtSize) -> list[Figure]:
    name = f"{one.passages:,} passages"
    return [
        Figure(f"{name}: retrieval, median", one.retrieval_ms, "ms"),
        Figure(f"{name}: retrieval, 95th percentile", one.retrieval_95_ms, "ms"),
        Figure(f"{name}: retrieval in one folder of nine, median", one.filtered_ms, "ms"),
        Figure(f"{name}: of it embedding the question", one.embedding_ms, "ms"),
        Figure(f"{name}: of it vectors", one.dense_ms, "ms"),
        Figure(f"{name}: of it words", one.lexical_ms, "ms"),
        Figure(f"{name}: the passage asked about comes first", one.first, "%"),
        Figure(f"{name}: of the ten best by BM25 kept", one.ten_best, "%"),
        Figure(f"{name}: opening", one.open_s, "s"),
        Figure(f"{name}: memory", one.memory_mb, "MB"),
        Figure(f"{name}: disk", one.disk_mb, "MB"),
    ]


def _plots(found: Sequence[AtSize]) -> tuple[Plot, ...]:
    def line(name: str, values: Sequence[float]) -> Line:
        return Line(name, tuple(zip((one.passages for one in found), values, strict=True)))

    lines = (
        line("retrieval", [one.retrieval_ms for one in found]),
        line("in one folder of nine", [one.filtered_ms for one in found]),
        line("its vectors", [one.dense_ms for one in found]),
        line("its words", [one.lexical_ms for one in found]),
    )
    return (Plot("Retrieval by size", "passages", "milliseconds, median", lines),)
