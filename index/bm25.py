"""BM25 as SQLite's FTS5 counts it, over terms that were counted elsewhere. Pure.

FTS5's own function looks up the length of every chunk that holds any of the words, some 1.5 µs
each: too long where a common word stands in tens of thousands. Here only candidates are scored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75  # fixed in FTS5 (fts5_aux.c)
LEAST = 1e-6  #: what FTS5 makes of a word that more than half of the chunks hold

_LINE_END, _BLANK, _DOT = b"\n ."

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


def weight(total: int, holders: int) -> float:
    """Inverse document frequency of a term that ``holders`` of ``total`` chunks hold."""
    return max(math.log((total - holders + 0.5) / (holders + 0.5)), LEAST)


def scores(counts: Counts, lengths: Counts, weights: Weights, mean_length: float) -> Weights:
    """BM25 of each chunk, higher is better.

    ``counts`` of shape (chunks, terms) says how often a chunk holds a term, ``lengths`` how many
    terms each chunk has, ``weights`` what each term is worth.
    """
    relative = lengths[:, None] / mean_length
    saturated = counts * (K1 + 1) / (counts + K1 * (1 - B + B * relative))
    found: Weights = saturated @ weights
    return found


def count_terms(texts: Sequence[str], terms: Sequence[str]) -> tuple[Counts, Counts]:
    """How often each text holds each term, shape (texts, terms), and how many terms each text has.

    Texts are terms parted by blanks; a lone "." is no term. All are searched as one long text:
    looking into each of some hundred texts for each term takes several times as long.
    """
    joined = "".join(f" {text} \n" for text in texts).encode()
    letters = np.frombuffer(joined, dtype=np.uint8)
    ends = np.flatnonzero(letters == _LINE_END)
    blank = letters <= _BLANK
    begins = 1 + np.flatnonzero(blank[:-1] & ~blank[1:] & (letters[1:] != _DOT))
    lengths = np.diff(np.searchsorted(begins, ends), prepend=0)
    counts = np.zeros((len(texts), len(terms)), dtype=np.int64)
    for column, term in enumerate(terms):
        hits = _places(joined, term.encode())
        counts[:, column] = np.bincount(np.searchsorted(ends, hits), minlength=len(texts))
    return counts, lengths.astype(np.int64)


def _places(joined: bytes, term: bytes) -> list[int]:
    """Where a term stands between blanks."""
    found: list[int] = []
    at = joined.find(term)
    while at >= 0:
        end = at + len(term)
        if joined[at - 1] <= _BLANK and joined[end] <= _BLANK:
            found.append(at)
        at = joined.find(term, end)
    return found


def promising(
    postings: Sequence[Numbers],
    weights: Sequence[float],
    wanted: int,
    most: int,
    allowed: Numbers | None = None,
) -> Numbers:
    """The chunks whose terms are worth most, each term counted once, ascending.

    ``postings`` holds the chunk numbers of each term, each number once. At least ``wanted`` where
    there are so many, and all that equal the last of them, but no more than ``most``.
    """
    size = 1 + max((int(some.max()) for some in postings if len(some)), default=-1)
    worth = np.zeros(size, dtype=np.float32)
    for some, value in zip(postings, weights, strict=True):
        worth[some] += np.float32(value)
    if allowed is not None:
        outside = np.ones(size, dtype=bool)
        outside[allowed[allowed < size]] = False
        worth[outside] = 0.0
    held = np.flatnonzero(worth)
    if len(held) <= wanted:
        return held
    values = worth[held]
    bar = values[np.argpartition(-values, wanted - 1)[wanted - 1]]
    above, equal = held[values > bar], held[values == bar]
    return np.sort(np.concatenate([above, equal[: most - len(above)]]))


def read_varints(data: bytes) -> list[int]:
    """SQLite's variable-length integers, as FTS5 keeps lengths in; none is longer than 8 bytes."""
    found: list[int] = []
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(value)
            value = 0
    return found


def by_weight(terms: Mapping[str, float]) -> list[str]:
    """Terms, the one worth most first."""
    return sorted(terms, key=lambda term: (-terms[term], term))
