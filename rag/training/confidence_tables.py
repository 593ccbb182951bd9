"""Questions with what was found for them, to the tables that constants are chosen by.

Each table shows the kinds of documents apart: a constant that helps one and harms another is not
taken. ``rag.training.confidence`` asks the questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rag.declining import relevance_floor
from rag.finding import PASSAGE_WEIGHT, Found, log_odds, rivalry
from rag.training.claims import answer_sentence
from rag.training.measure import Floats, auc, calibration_error, fit_logistic, normalised
from rag.training.sources import Row

PASSAGE_WEIGHTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
READER_WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.2)
SHARES = (0.35, 0.45, 0.6, 0.8)
USUAL = 0.75  #: share of people's questions that their documents are taken to answer
FLOORS = (-0.2, 0.0, 0.2)  # added to `relevance_floor`
FAR_OFF = (0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)


class Role(StrEnum):
    """What the documents have to say to a question."""

    ANSWERABLE = "answerable"
    LOOK_ALIKE = "look-alike"
    OFF_TOPIC = "off-topic"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A passage as search and reader see it."""

    score: float  #: fused
    answerability: float
    right: bool  #: does it hold the gold sentence?


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it."""

    kind: str  #: of documents
    role: Role
    row: Row
    found: tuple[Found, ...]  #: sentences, each with its passage
    passages: tuple[Fetched, ...]  #: as search ranks them
    indexed: int  #: passages searched


def print_tables(asked: Sequence[Asked]) -> None:
    """All tables."""
    print_ranking(asked)
    print_first_passage(asked)
    print_shares(asked)
    print_confidence(asked)


def print_ranking(asked: Sequence[Asked]) -> None:
    """By passage weight, how good the best sentences of answerable questions are."""
    print("\nanswerable questions   weight  best sentence  one of three  short F1")
    for kind, some in _answerable(asked):
        for weight in PASSAGE_WEIGHTS:
            rows = []
            for one in some:
                found = ranked(one.found, weight)[:3]
                right = [holds_answer(one.row, sentence.quote) for sentence in found]
                short = (found[0].short or found[0].quote) if found else ""
                rows.append((any(right[:1]), any(right), answer_f1(one.row, short)))
            best, three, f1 = np.array(rows, dtype=np.float64).mean(axis=0)
            print(f"{kind:22} {weight:6.1f}  {best:13.3f}  {three:12.3f}  {f1:8.3f}")


def print_first_passage(asked: Sequence[Asked]) -> None:
    """By the reader's weight in ranking the first five, how often the first passage is right."""
    print("\nright passage first    " + "  ".join(f"{weight:5.1f}" for weight in READER_WEIGHTS))
    for kind, some in _answerable(asked):
        cells = []
        for weight in READER_WEIGHTS:
            firsts = [
                max(one.passages[:5], key=_weighed(weight)).right for one in some if one.passages
            ]
            cells.append(f"{np.mean(firsts):5.3f}")
        print(f"{kind:22} {'  '.join(cells)}")


def print_shares(asked: Sequence[Asked]) -> None:
    """By the share of the best score from which more is shown: is it there, among how many?"""
    print("\nshown from share         share    holds  sentences")
    for kind, some in _answerable(asked):
        for share in SHARES:
            shown = [_shown(one, share) for one in some if one.found]
            held = np.mean([any(holds_answer(row, f.quote) for f in found) for row, found in shown])
            count = np.mean([len(found) for _, found in shown])
            print(f"{kind:22} {share:7.2f}  {held:7.3f}  {count:9.2f}")


def print_confidence(asked: Sequence[Asked]) -> None:
    """The fit of "the best sentence is right", how good it is, and what is declined by it."""
    columns = np.array([evidence(one) for one in asked])
    features, right = columns[:, :3], columns[:, 3]
    answerable = np.array([one.role is Role.ANSWERABLE for one in asked])
    counts = as_people_ask(answerable)
    span, score, rival, bias = fit_logistic(features, right, counts=counts)
    likely = crossed(features, right, counts)
    usual = answerable | (np.cumsum(~answerable) % 3 == 0)  # as many as count once
    print(f"\n_CONFIDENCE = ({span:.3f}, {score:.3f}, {rival:.3f}, {bias:.3f})")
    print(f"for {USUAL:.0%} answerable; each tenth by a fit on the others: AUC, Brier, error")
    for kind, every in _masks(asked, lambda one: one.kind):
        mask = every & usual
        brier = float(np.mean((likely[mask] - right[mask]) ** 2))
        error = calibration_error(likely[mask], right[mask])
        area = auc(list(likely[mask]), list(right[mask]))
        print(f"{kind:40} {area:5.3f}  {brier:5.3f}  {error:5.3f}")
    top = np.array([max((p.score for p in one.passages), default=0.0) for one in asked])
    floor = np.array([relevance_floor(one.indexed) for one in asked])
    print("\n95 of 100 off-topic questions stay under")
    off_topic = np.array([one.role is Role.OFF_TOPIC for one in asked])
    for kind, mask in _masks(asked, lambda one: one.kind):
        reached = np.percentile((top - floor)[mask & off_topic], 95)
        print(f"{kind:40} the floor {reached:+5.2f}, which is {floor[mask].mean():.2f}")
    print("\nrefused: floor, far off, threshold; of each kind answerable, best right, look-alike,")
    print("off-topic, and the share of all that is right: given and right, or rightly refused")
    groups = [[one.role is role for one in asked] for role in Role]
    groups.insert(1, list(right > 0.5))
    for raised, far, threshold in product(FLOORS, FAR_OFF, THRESHOLDS):
        refused = (likely < threshold) | ((top < floor + raised) & (likely < far))
        cells = []
        for _, mask in _masks(asked, lambda one: one.kind):
            shares = [f"{refused[mask & np.array(some)].mean():.3f}" for some in groups]
            good = np.where(answerable, ~refused & (right > 0.5), refused)
            cells.append(" ".join([*shares, f"{good[mask].mean():.3f}"]))
        print(f"{raised:+4.1f} {far:4.1f} {threshold:5.2f}  |  {'  |  '.join(cells)}")


def ranked(found: Sequence[Found], weight: float) -> list[Found]:
    """The sentences in the order that ``find_sentences`` would give them with that weight."""
    return sorted(found, key=lambda one: -one.probability * np.exp(weight * one.passage.score))


def holds_answer(row: Row, text: str) -> bool:
    """Does the text hold a gold answer, as whole words?"""
    golds = [normalised(row.passage[a:b]) for a, b in row.spans]
    return any(gold and f" {gold} " in f" {normalised(text)} " for gold in golds)


def holds_gold_sentence(row: Row, text: str) -> bool:
    """Does the text hold the sentence a gold answer stands in, or an answer longer than one?"""
    golds = [answer_sentence(row, (a, b)) or row.passage[a:b] for a, b in row.spans]
    return any(" ".join(gold.split()) in " ".join(text.split()) for gold in golds)


def answer_f1(row: Row, text: str) -> float:
    """F1 by words with the nearest gold answer, both as SQuAD's rules compare them."""
    mine = Counter(normalised(text).split())
    golds = [Counter(normalised(row.passage[a:b]).split()) for a, b in row.spans]
    scores = [2 * (mine & gold).total() / max(1, (mine.total() + gold.total())) for gold in golds]
    return max(scores, default=0.0)


def evidence(one: Asked) -> tuple[float, float, float, float]:
    """What `rag.finding.confidence` weighs of the best sentence, and 1.0 when it is right."""
    found = ranked(one.found, PASSAGE_WEIGHT)
    if not found:
        return log_odds(0.0), max((p.score for p in one.passages), default=0.0), 0.0, 0.0
    right = one.role is Role.ANSWERABLE and holds_answer(one.row, found[0].quote)
    return log_odds(found[0].probability), found[0].passage.score, rivalry(found), float(right)


def as_people_ask(answerable: NDArray[np.bool_]) -> Floats:
    """How often each question counts, for `USUAL` of them to be answerable; once on average.

    Every second question that is asked here has no answer; of people's own questions fewer.
    """
    share = float(answerable.mean())
    return np.where(answerable, USUAL / share, (1 - USUAL) / (1 - share))


def crossed(features: Floats, labels: Floats, counts: Floats | None = None) -> Floats:
    """Probability of every row by a fit on the other nine tenths; ``counts`` as in the fit."""
    often = np.ones(len(labels)) if counts is None else counts
    out, fold = np.zeros(len(labels)), np.arange(len(labels)) % 10
    for aside in (fold == number for number in range(10)):
        *weights, bias = fit_logistic(features[~aside], labels[~aside], counts=often[~aside])
        out[aside] = 1 / (1 + np.exp(-(features[aside] @ np.array(weights) + bias)))
    return out


def _shown(one: Asked, share: float) -> tuple[Row, list[Found]]:
    found = ranked(one.found, PASSAGE_WEIGHT)[:3]
    return one.row, [some for some in found if some.score >= share * found[0].score]


def _weighed(weight: float) -> Callable[[Fetched], float]:
    return lambda passage: passage.score + weight * log_odds(passage.answerability)


def _answerable(asked: Sequence[Asked]) -> Iterable[tuple[str, list[Asked]]]:
    for kind in dict.fromkeys(one.kind for one in asked):
        yield kind, [o for o in asked if o.kind == kind and o.role is Role.ANSWERABLE]


def _masks(
    asked: Sequence[Asked], name: Callable[[Asked], str]
) -> list[tuple[str, NDArray[np.bool_]]]:
    names = [name(one) for one in asked]
    return [(some, np.array([one == some for one in names])) for some in dict.fromkeys(names)]
