"""Rows of float32, and the same rows scaled to length one. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


def unit_rows(vectors: Vectors) -> Vectors:
    """The same rows scaled to length one; rows of zeros stay as they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths == 0.0, 1.0, lengths)).astype(np.float32)
    return scaled
