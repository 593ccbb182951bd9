"""Stretches of text that overlap, and how well citations meet gold evidence.

Pure, re-exported by `eval.metrics`. Where evidence stands is found in `eval.library`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.averages import mean


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text, in code points, end exclusive."""

    document_id: str
    start: int
    end: int


def overlaps(one: Span, other: Span) -> bool:
    """True when both lie in one document and share at least half of the shorter.

    Half, so that a sentence which touches its neighbour by a blank does not count as the neighbour.
    """
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return one.document_id == other.document_id and shared > 0 and 2 * shared >= shorter


def citation_precision(cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Share of citations that overlap gold evidence; None without citations.

    After ALCE (Gao et al. 2023), with human evidence spans in place of its entailment model. A
    citation of a good passage nobody marked counts as wrong, so this is a lower bound.
    """
    return mean([float(any(overlaps(span, mark) for mark in gold)) for span in cited])


def citation_recall(cited: Sequence[Span], gold: Sequence[Sequence[Span]]) -> float | None:
    """Share of the pieces of evidence that a citation overlaps; None without evidence.

    A piece of evidence is the places where its quote occurs; any of them will do.
    """
    return mean(
        [float(any(overlaps(span, place) for span in cited for place in piece)) for piece in gold]
    )
