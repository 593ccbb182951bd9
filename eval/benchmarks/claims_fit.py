"""Fits the weights of the citation check to claims about our own documents.

``python -m eval.benchmarks.claims_fit`` after a new reader: it prints three weights and a bias for
`rag.checking.weights`, and how many false claims they and the present ones catch at given shares
of true ones rejected, each fold of documents weighed by a fit on the others. ``held-out`` takes
the documents that `rag.training` keeps from the reader; ``all`` is for a reader that was trained
on none of them. Claims that a rule has caught, and inferred ones, are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

from eval.benchmarks import figures
from eval.benchmarks.claims import HALVES, INFERRED, Case, load_cases
from eval.benchmarks.figures import Figure, Result
from eval.metrics import auroc
from index.errors import FootnoteError, UsageError
from rag.checking import weights
from rag.checking.evidence import candidates
from rag.citations import Judge, Signs, best_span
from rag.training.measure import fit_logistic
from rag.training.own_documents import SOURCE
from rag.training.sources import held_out

Floats = npt.NDArray[np.float64]
Which = Literal["held-out", "all"]
REJECTED = (0.05, 0.1, 0.2)  #: shares of true claims rejected at which false ones are counted
_FOLDS = 5
_FEWEST = 20  # claims of either sort; fewer fit nothing


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim that no rule has caught, with what is weighed of its best span."""

    case: Case
    signs: Signs


def weigh(cases: Sequence[Case], judge: Judge) -> list[Weighed]:
    """The best span of each claim, by the present weights; none where a rule speaks against all."""
    out: list[Weighed] = []
    for case in track(cases, "weighing", console=Console(stderr=True)):
        best, _ = best_span(case.text, candidates(case.text, [case.source]), judge)
        if best is not None and case.kind != INFERRED:
            out.append(Weighed(case, judge.signs(case.text, [best])[0]))
    return out


def fit(found: Sequence[Weighed], present: tuple[float, float, float, float]) -> Result:
    """The fitted weights, and what both do; raises UsageError where there is too little to fit."""
    labels = np.array([float(one.case.true) for one in found])
    if min(labels.sum(), len(labels) - labels.sum()) < _FEWEST:
        raise UsageError(
            f"{len(found)} claims are too few to fit on: there have to be {_FEWEST} of either sort."
        )
    signs = np.array([one.signs for one in found], dtype=np.float64)
    folds = np.array([_fold(one.case.document) for one in found])
    crossed = np.zeros(len(found))
    for fold in range(_FOLDS):
        if (folds == fold).any():
            crossed[folds == fold] = _raw(signs[folds == fold], _fitted(signs, labels, folds, fold))
    now = _raw(signs, np.array(present))
    names = ("wording held", "similarity", "reader's log-odds", "bias")
    return Result(
        "Weights of the citation check",
        f"{len(found)} claims that no rule has caught, {int(labels.sum())} of them true",
        (
            *(
                Figure(f"fitted: {name}", round(float(value), 2))
                for name, value in zip(names, fit_logistic(signs, labels), strict=True)
            ),
            *_figures("present weights", now, labels),
            *_figures("fitted on other documents", crossed, labels),
        ),
    )


def _figures(name: str, raw: Floats, labels: Floats) -> list[Figure]:
    true, false = raw[labels == 1], raw[labels == 0]
    out = [Figure(f"{name}: AUROC", auroc(raw.tolist(), (labels == 1).tolist()))]
    for share in REJECTED:
        caught = float((false < np.quantile(true, share)).mean())
        out.append(Figure(f"{name}: caught where {share:.0%} of true are rejected", caught, "%"))
    accepted = float((true < 0).mean()), float((false < 0).mean())
    out.append(Figure(f"{name}: true rejected at {weights.ACCEPTED}", accepted[0], "%"))
    return [*out, Figure(f"{name}: false caught there", accepted[1], "%")]


def _fitted(signs: Floats, labels: Floats, folds: npt.NDArray[np.int64], fold: int) -> Floats:
    return np.array(fit_logistic(signs[folds != fold], labels[folds != fold]))


def _raw(signs: Floats, fitted: Floats) -> Floats:
    raw: Floats = signs @ fitted[:-1] + fitted[-1]
    return raw


def _fold(document: str) -> int:
    return hashlib.sha256(document.encode()).digest()[0] % _FOLDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 2 for misuse, 1 for failure."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.claims_fit", description="weights of the citation check"
    )
    parser.add_argument("--documents", choices=("held-out", "all"), default="held-out")
    options = parser.parse_args(arguments)
    try:
        cases = [case for half in HALVES for case in load_cases(half)]
        if options.documents == "held-out":
            cases = [case for case in cases if held_out(case.document, SOURCE)]
        from index.embedding import SentenceTransformerEmbedder
        from rag.reader_model import ReaderModel

        judge = Judge(ReaderModel.load(), SentenceTransformerEmbedder())
        result = fit(weigh(cases, judge), weights.WITH_EMBEDDER)
    except FootnoteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    console = Console()
    console.print(figures.table(result))
    console.print(figures.machine(), style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
