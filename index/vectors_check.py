"""How many of the ten nearest vectors a store finds, asked of a sample of its own; and how many
candidates it must score to find nearly all.

The questions are vectors of the store moved until their cosine to where they were is 0.6, about
that of a question to the passage that answers it: a vector itself is too easy to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.catalog_rows import Numbers
from index.embedding import Vectors, unit_rows
from index.vectors_coded import FEWEST_CANDIDATES, MOST_CANDIDATES, CodedVectors, best_first

if TYPE_CHECKING:
    from index.vectors import FaissStore

WANTED_RECALL = 0.98
_TUNED_RECALL = 0.99  # what candidates are chosen for, so that the check has room
_COSINE = 0.6
_NEAREST = 10


@dataclass(frozen=True, slots=True)
class RecallCheck:
    """Recall@10 against exact search, on questions made from the store's own vectors."""

    kind: str
    vectors: int
    questions: int
    recall: float  #: 0–1, over all vectors
    filtered: float  #: 0–1, over every ninth vector (an 11 % filter)

    @property
    def sound(self) -> bool:
        return min(self.recall, self.filtered) >= WANTED_RECALL

    def __str__(self) -> str:
        if not self.questions:
            return f"Vector search is {self.kind}: it finds all of the nearest."
        return (
            f"Vector search is {self.kind}: of the ten nearest of {self.vectors:,} it finds "
            f"{100 * self.recall:.1f} % ({100 * self.filtered:.1f} % with a filter), asked of "
            f"{self.questions} of its own vectors."
        )


def check_recall(store: FaissStore, questions: int = 50, seed: int = 1) -> RecallCheck:
    """Measure a store; an exact one finds everything, so it is not asked."""
    held = store.coded
    if held is None:
        return RecallCheck(store.kind, len(store), 0, 1.0, 1.0)
    asked = _questions(held, questions, seed)
    numbers = held.held()[0]
    every_ninth = np.sort(numbers)[::9]
    return RecallCheck(
        store.kind,
        len(store),
        len(asked),
        _recall(held, asked, None),
        _recall(held, asked, every_ninth),
    )


def tune(coded: CodedVectors, questions: int = 50, seed: int = 2) -> None:
    """Choose how many candidates are scored: the fewest that find nearly all of the nearest."""
    asked = _questions(coded, questions, seed)
    truth = _nearest(coded, asked, None)
    coded.candidates, coded.tuned_at = FEWEST_CANDIDATES, len(coded)
    while coded.candidates < MOST_CANDIDATES and _share(coded, asked, truth, None) < _TUNED_RECALL:
        coded.candidates *= 2


def _questions(coded: CodedVectors, count: int, seed: int) -> Vectors:
    rng = np.random.default_rng(seed)
    places = coded.held()[1]
    chosen = np.sort(rng.choice(places, size=min(count, len(places)), replace=False))
    rows = coded.rows_at(chosen)
    aside = unit_rows(rng.standard_normal(rows.shape, dtype=np.float32))
    return unit_rows(rows + np.float32((1 / _COSINE**2 - 1) ** 0.5) * aside)


def _recall(coded: CodedVectors, asked: Vectors, allowed: Numbers | None) -> float:
    return _share(coded, asked, _nearest(coded, asked, allowed), allowed)


def _share(coded: CodedVectors, asked: Vectors, truth: Numbers, allowed: Numbers | None) -> float:
    found = coded.search(asked, truth.shape[1], allowed)[1]
    pairs = zip(found.tolist(), truth.tolist(), strict=True)
    hits = sum(len(set(mine) & set(true)) for mine, true in pairs)
    return hits / truth.size if truth.size else 1.0


def _nearest(coded: CodedVectors, asked: Vectors, allowed: Numbers | None) -> Numbers:
    """Numbers of the nearest by exact search, shape (questions, 10 or as many as there are)."""
    numbers, places = coded.held()
    if allowed is not None:
        inside = np.isin(numbers, allowed)
        numbers, places = numbers[inside], places[inside]
    k = min(_NEAREST, len(numbers))
    scores = np.empty((len(asked), 0), dtype=np.float32)
    best = np.empty((len(asked), 0), dtype=np.int64)
    for start in range(0, len(places), 16_384):
        new = asked @ coded.rows_at(places[start : start + 16_384]).T
        scores = np.concatenate([scores, new], axis=1)
        some = numbers[start : start + 16_384]
        best = np.concatenate([best, np.broadcast_to(some, (len(asked), len(some)))], axis=1)
        keep = [best_first(row, own, k) for row, own in zip(scores, best, strict=True)]
        scores = np.stack([row[at] for row, at in zip(scores, keep, strict=True)])
        best = np.stack([row[at] for row, at in zip(best, keep, strict=True)])
    return best
