"""Vector search from a thousand to a million made-up vectors: time, memory, file, what it finds.

Each size is built in one process and opened and asked in another, so that its memory can be told.
What is found is held against exact search in float32 over the vectors as they were made.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.benchmarks.figures import Figure, Result, resident_bytes
from eval.benchmarks.made_vectors import DIMENSION, MadeVectors
from eval.benchmarks.plots import Line, Plot
from eval.metrics import percentile
from index.unit_vectors import Vectors
from index.vectors import FaissStore

SIZES = (1_000, 10_000, 50_000, 100_000, 200_000, 1_000_000)
_QUESTIONS = 100
_CANDIDATES = 100  # as a search asks for
_NEAREST = 10
_FILTER = 9  # every ninth vector: 11 %

Nearest = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Built:
    """A saved store, and what exact search finds in it."""

    count: int
    sha256: str
    nearest: Nearest
    filtered: Nearest
    build_s: float
    save_s: float


@dataclass(frozen=True, slots=True)
class AtSize:
    """What was measured at one size."""

    built: Built
    kind: str
    search_ms: float
    filtered_ms: float
    recall: float
    filtered_recall: float
    memory_mb: float | None  #: more than before it was opened
    peak_mb: float | None  #: the most while it was opened and asked, as above
    file_mb: float
    open_s: float


def measure(*, sizes: Sequence[int] = SIZES) -> Result:
    """Every size, each in processes of its own."""
    found = [at_size(size) for size in sizes]
    return Result(
        "Vectors at size",
        f"made-up vectors of {DIMENSION} numbers, {_QUESTIONS} questions, the {_CANDIDATES} nearest"
        f" asked for; a filter lets through every {_FILTER}th",
        tuple(figure for one in found for figure in _figures(one)),
        _plots(found),
    )


def at_size(count: int) -> AtSize:
    """Build a store of so many vectors, save it, load it and ask it."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as folder:
        path = Path(folder) / "v.faiss"
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            built = pool.submit(build, count, path).result()
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(ask, built, path).result()


def build(count: int, path: Path) -> Built:
    """Make the vectors, add and save them, and note which are nearest to the questions."""
    made = MadeVectors(count)
    store = FaissStore(DIMENSION)
    exact = _Exact(made.questions(_QUESTIONS))
    taken, first = 0.0, 0
    for rows in made.blocks():
        numbers = np.arange(first, first + len(rows), dtype=np.int64)
        exact.look_at(numbers, rows)
        started = time.perf_counter()
        store.add(numbers, rows)
        taken += time.perf_counter() - started
        first += len(rows)
    started = time.perf_counter()
    sha256 = store.save(path.parent, path.name)
    saved = time.perf_counter() - started
    return Built(count, sha256, exact.nearest, exact.filtered, taken, saved)


def ask(built: Built, path: Path) -> AtSize:
    """Open a saved store and ask it everything."""
    questions = MadeVectors(built.count).questions(_QUESTIONS)
    warm = FaissStore(DIMENSION)  # FAISS itself is loaded before memory is looked at
    warm.add(np.arange(1, dtype=np.int64), questions[:1])
    warm.search(questions[:1], 1)
    before = resident_bytes()
    started = time.perf_counter()
    store = FaissStore.load(path, built.sha256, DIMENSION)
    opened = time.perf_counter() - started
    plain_s, plain = _ask(store, questions, None)
    allowed = np.arange(0, built.count, _FILTER, dtype=np.int64)
    filtered_s, filtered = _ask(store, questions, allowed)
    after = resident_bytes()
    return AtSize(
        built,
        store.kind,
        1000 * (percentile(plain_s, 50) or 0.0),
        1000 * (percentile(filtered_s, 50) or 0.0),
        recall(plain, built.nearest),
        recall(filtered, built.filtered),
        None if before is None or after is None else (after.now - before.now) / 1e6,
        None if before is None or after is None else (after.peak - before.now) / 1e6,
        path.stat().st_size / 1e6,
        opened,
    )


class _Exact:
    """The nearest of each question among all vectors looked at so far, with and without filter."""

    def __init__(self, questions: Vectors) -> None:
        self._questions = questions
        shape = (len(questions), 0)
        self.nearest: Nearest = np.empty(shape, dtype=np.int64)
        self.filtered: Nearest = np.empty(shape, dtype=np.int64)
        self._scores = np.empty(shape, dtype=np.float32)
        self._filtered_scores = np.empty(shape, dtype=np.float32)

    def look_at(self, numbers: Nearest, rows: Vectors) -> None:
        scores = self._questions @ rows.T
        self._scores, self.nearest = _merged(self._scores, self.nearest, scores, numbers)
        inside = numbers % _FILTER == 0
        self._filtered_scores, self.filtered = _merged(
            self._filtered_scores, self.filtered, scores[:, inside], numbers[inside]
        )


def _merged(
    scores: Vectors, numbers: Nearest, new: Vectors, new_numbers: Nearest
) -> tuple[Vectors, Nearest]:
    both = np.concatenate([scores, new], axis=1)
    broad = np.broadcast_to(new_numbers, new.shape)
    all_numbers = np.concatenate([numbers, broad], axis=1)
    if both.shape[1] > 4 * _NEAREST:
        chosen = np.argpartition(-both, _NEAREST, axis=1)[:, :_NEAREST]
        both = np.take_along_axis(both, chosen, 1)
        all_numbers = np.take_along_axis(all_numbers, chosen, 1)
    best = np.argsort(-both, axis=1, kind="stable")[:, :_NEAREST]
    return np.take_along_axis(both, best, 1), np.take_along_axis(all_numbers, best, 1)


def _ask(
    store: FaissStore, questions: Vectors, allowed: Nearest | None
) -> tuple[list[float], Nearest]:
    store.search(questions[:1], _CANDIDATES, allowed)
    seconds: list[float] = []
    found: list[Nearest] = []
    for question in questions:
        started = time.perf_counter()
        numbers = store.search(question[None], _CANDIDATES, allowed)[1]
        seconds.append(time.perf_counter() - started)
        found.append(numbers[0, :_NEAREST])
    return seconds, np.stack(found)


def recall(found: Nearest, true: Nearest) -> float:
    """Share of the true nearest that were found."""
    pairs = zip(found.tolist(), true.tolist(), strict=True)
    return sum(len(set(mine) & set(theirs)) for mine, theirs in pairs) / true.size


def _figures(one: AtSize) -> list[Figure]:
    count = one.built.count
    name = f"{count:,} vectors"
    per = None if one.memory_mb is None else one.memory_mb * 100_000 / count
    return [
        Figure(f"{name}, {one.kind}: search, median", one.search_ms, "ms"),
        Figure(f"{name}: search with a filter, median", one.filtered_ms, "ms"),
        Figure(f"{name}: recall@10 against exact", one.recall, "%"),
        Figure(f"{name}: recall@10 with a filter", one.filtered_recall, "%"),
        Figure(f"{name}: memory", one.memory_mb, "MB"),
        Figure(f"{name}: memory, the most while opening and asking", one.peak_mb, "MB"),
        *([Figure(f"{name}: memory for 100,000", per, "MB")] if count >= 100_000 else []),
        Figure(f"{name}: file", one.file_mb, "MB"),
        Figure(f"{name}: adding them all", one.built.build_s, "s"),
        Figure(f"{name}: saving, with the choice of candidates", one.built.save_s, "s"),
        Figure(f"{name}: opening, with the checksum", one.open_s, "s"),
    ]


def _plots(found: Sequence[AtSize]) -> tuple[Plot, ...]:
    def line(name: str, values: Sequence[float | None]) -> Line:
        pairs = zip((one.built.count for one in found), values, strict=True)
        return Line(name, tuple((count, value) for count, value in pairs if value and value > 0))

    search = line("search", [one.search_ms for one in found])
    filtered = line("with an 11 % filter", [one.filtered_ms for one in found])
    memory = line("memory", [one.memory_mb for one in found])
    files = line("file", [one.file_mb for one in found])
    return (
        Plot("Vector search by size", "vectors", "milliseconds, median", (search, filtered)),
        Plot("Memory and file by size", "vectors", "megabytes", (memory, files)),
    )
