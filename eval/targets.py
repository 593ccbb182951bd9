"""Figures that an evaluation has to reach: ``accuracy=0.9,citation_precision=0.95``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.summary import Summary
from index.errors import UsageError

#: Higher is better in all of these, and all lie in 0–1.
NAMES = (
    "accuracy",
    "answer_accuracy",
    "correct_and_cited",
    "exact_match",
    "f1",
    "citation_precision",
    "citation_recall",
    "evidence_recall",
    "supported_sentences",
    "needed_citations",
    "verbatim",
    "refusal_precision",
    "refusal_recall",
    "mean_reciprocal_rank",
    "confidence_auroc",
)


def parse_targets(words: str) -> dict[str, float]:
    """Name → least value. Raises UsageError naming what is wrong."""
    targets: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in words.split(","))):
        name, sign, value = part.partition("=")
        if name.strip() not in NAMES:
            raise UsageError(
                f"--fail-under names {name.strip()!r}, which is no figure; use one of "
                f"{', '.join(NAMES)}."
            )
        try:
            least = float(value) if sign else -1.0
        except ValueError:
            least = -1.0
        if not 0 <= least <= 1:
            raise UsageError(
                f"--fail-under sets {name.strip()} to {value.strip()!r}; write a number from 0 to "
                f"1, as in {name.strip()}=0.9."
            )
        targets[name.strip()] = least
    if not targets:
        raise UsageError("--fail-under is empty; write it as accuracy=0.9.")
    return targets


def missed(summary: Summary, targets: Mapping[str, float]) -> Sequence[str]:
    """A clause for each target that was not reached; what could not be measured is not reached."""
    found: list[str] = []
    for name, least in targets.items():
        value: float | None = getattr(summary, name)
        if value is None:
            found.append(f"{name} could not be measured on these questions")
        elif value < least:
            found.append(f"{name} is {value:.3f}, under {least:g}")
    return found
