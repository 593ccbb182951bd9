"""The held-out articles: figures to choose by, and the calibration that is shipped.

Calibration and figures must not flatter each other: the calibration error is measured by fitting
on one half of the examples and measuring on the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rag.reader_model import Calibration
from rag.training.encoding import Example
from rag.training.examples import Maker
from rag.training.measure import Floats, Scored, auc, calibration_error, fit_logistic, score_all

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Examples from articles that were not trained on."""

    plain: tuple[Example, ...]  #: question and its own passage
    near: tuple[Example, ...]  #: question and near passages that do not answer it
    far: tuple[Example, ...]  #: question and a passage of another article
    claims: tuple[Example, ...]
    records: tuple[Example, ...]  #: questions about made tables
    polar: tuple[Example, ...]  #: yes/no questions, as claims
    compared: tuple[Example, ...]  #: question and passages side by side

    @classmethod
    def of(cls, maker: Maker) -> HeldOut:
        """From a maker over held-out rows."""
        return cls(
            tuple(maker.plain()),
            tuple(maker.near(1)),
            tuple(maker.far()),
            tuple(maker.support(7)[-3_000:]),
            tuple(maker.records(8)),
            tuple(maker.polar_claims(9)),
            tuple(maker.compared(10)),
        )

    def scores(self, network: torch.nn.ModuleDict, *, quick: bool = False) -> Scores:
        """What the network says of them; ``quick`` looks at one example in eight."""
        step = 8 if quick else 1
        kinds = (
            self.plain,
            self.near,
            self.far,
            self.claims,
            self.records,
            self.polar,
            self.compared,
        )
        return Scores(*(tuple(score_all(network, some[::step])) for some in kinds))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a network says of the `HeldOut` examples, kind by kind."""

    plain: tuple[Scored, ...]
    near: tuple[Scored, ...]
    far: tuple[Scored, ...]
    claims: tuple[Scored, ...]
    records: tuple[Scored, ...]
    polar: tuple[Scored, ...]
    compared: tuple[Scored, ...]

    def figures(self) -> Figures:
        """Figures by source."""
        out: Figures = {}
        for source in ("squad", "policyqa", "covid", "qed", "nq", "fairytale", "own"):
            found = [
                s for s in self.plain if s.example.source.startswith(source) and s.example.spans
            ]
            if found:
                out[f"{source} F1"] = _mean([s.f1 for s in found])
                out[f"{source} EM"] = _mean([float(s.exact) for s in found])
        out["look-alike AUC"] = _auc([s for s in self.plain if s.example.source == "squad-v2"])
        out["own look-alike AUC"] = _auc([s for s in self.plain if s.example.source == "own"])
        mine = [s for s in self.plain if s.example.source.startswith("squad") and s.example.label]
        for name, away in (("near", self.near), ("far", self.far)):
            others = [s for s in away if s.example.source.startswith("squad")]
            out[f"{name} passage AUC"] = _auc([*mine, *others])
        out["support AUC"] = _support_auc(self.claims)
        for source, name in (("wice", "wice"), ("own", "own claims")):
            out[f"{name} AUC"] = _support_auc(
                [s for s in self.claims if s.example.source == source]
            )
        out["records F1"] = _mean([s.f1 for s in self.records if s.example.spans])
        out["records AUC"] = _auc(self.records)
        out["polar AUC"] = _support_auc(self.polar)
        for source in ("squad", "own"):
            beside = [s for s in self.compared if s.example.source.startswith(source)]
            out[f"{source} side by side F1"] = _mean([s.f1 for s in beside if s.example.spans])
            out[f"{source} side by side AUC"] = _auc(beside)
        return {name: round(value, 3) for name, value in out.items()}

    def calibration(self) -> tuple[Calibration, Figures]:
        """The calibration fitted on what is held out, and its error across two halves.

        Whether a passage answers is calibrated for an even chance beforehand, in every source.
        """
        claims = (*self.claims, *self.polar)
        spans = [s for s in (*self.plain, *self.near) if s.example.spans]
        read = evened((*self.plain, *self.near))
        answerable = _features([[s.head, s.margin] for s in read])
        span = _features([[s.log_probability] for s in spans])
        support = _features([[s.support] for s in claims])
        labels = np.array([s.example.label for s in read])
        right = np.array([float(s.f1 >= 0.5) for s in spans])
        true = np.array([s.example.label for s in claims])
        head, margin, bias = fit_logistic(answerable, labels)
        span_weight, span_bias = fit_logistic(span, right)
        support_weight, support_bias = fit_logistic(support, true)
        errors = {
            "answerable calibration error": _crossed_error(answerable, labels),
            "span calibration error": _crossed_error(span, right),
            "support calibration error": _crossed_error(support, true),
        }
        fitted = Calibration(
            (head, margin, bias), (span_weight, span_bias), (support_weight, support_bias)
        )
        return fitted, {name: round(value, 3) for name, value in errors.items()}


def evened(scored: Sequence[Scored]) -> list[Scored]:
    """As many that the passage answers as others, of each source, the first ones of each."""
    groups: dict[str, tuple[list[Scored], list[Scored]]] = {}
    for one in scored:
        source = one.example.source.partition("-")[0]  # both versions of SQuAD are one
        groups.setdefault(source, ([], []))[int(one.example.label > 0.5)].append(one)
    kept: list[Scored] = []
    for others, answered in groups.values():
        count = min(len(others), len(answered))
        kept += [*others[:count], *answered[:count]]
    return kept


def _crossed_error(features: Floats, labels: Floats) -> float:
    """Calibration error with the fit from the other half, both ways."""
    half = np.arange(len(labels)) % 2 == 0
    errors = []
    for part in (half, ~half):
        weights = np.array(fit_logistic(features[part], labels[part]))
        raw = features[~part] @ weights[:-1] + weights[-1]
        errors.append(calibration_error(1 / (1 + np.exp(-raw)), labels[~part]))
    return _mean(errors)


def _features(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, dtype=np.float64)


def _auc(scored: Sequence[Scored]) -> float:
    """By the plain sum of the head and a quarter of the margin: before anything is fitted."""
    return auc([s.head + 0.25 * s.margin for s in scored], [s.example.label for s in scored])


def _support_auc(scored: Sequence[Scored]) -> float:
    return auc([s.support for s in scored], [s.example.label for s in scored])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
