"""Vectors made up to lie as those of texts do, in numbers that nobody wants to embed.

Around topics, spread more in some directions than in others, and in any order: what approximate
search finds among isotropic noise says little, since texts are not noise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.unit_vectors import Vectors, unit_rows

DIMENSION = 384
_BLOCK = 20_000
_A_TOPIC = 250  # vectors
_ASIDE = 1.2  # how far from its topic a vector lies, as a share of the topic's own length
_DECAY = 0.4  # the nth direction is n ** -0.4 as long as the first
_COSINE = 0.6  # of a question to the passage it asks about


class MadeVectors:
    """``count`` unit vectors, block by block, the same for the same seed."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count = count
        self._seed = seed
        rng = np.random.default_rng(seed)
        lengths = np.arange(1, DIMENSION + 1, dtype=np.float32)[:, None] ** np.float32(-_DECAY)
        self._directions = rng.standard_normal((DIMENSION, DIMENSION), dtype=np.float32) * lengths
        topics = max(20, count // _A_TOPIC)
        shape = (topics, DIMENSION)
        self._topics = rng.standard_normal(shape, dtype=np.float32) @ self._directions

    def blocks(self) -> Iterator[Vectors]:
        for start in range(0, self.count, _BLOCK):
            rng = np.random.default_rng((self._seed, start))
            size = min(_BLOCK, self.count - start)
            yield self._drawn(rng, size)

    def questions(self, count: int) -> Vectors:
        """Vectors drawn as those above are, none of which is among them."""
        return self._drawn(np.random.default_rng((self._seed, self.count, 7)), count)

    def _drawn(self, rng: np.random.Generator, size: int) -> Vectors:
        aside = rng.standard_normal((size, DIMENSION), dtype=np.float32) @ self._directions
        topics = self._topics[rng.integers(0, len(self._topics), size)]
        return unit_rows(topics + np.float32(_ASIDE) * aside)


def asked_about(rows: Vectors, seed: int = 11) -> Vectors:
    """A question to each passage: at cosine 0.6 to it, in a direction of its own."""
    rng = np.random.default_rng(seed)
    aside = unit_rows(rng.standard_normal(rows.shape, dtype=np.float32))
    return unit_rows(rows + np.float32((1 / _COSINE**2 - 1) ** 0.5) * aside)
