"""Questions with what was found for them, to the tables that constants are chosen by.

Each table shows the kinds of documents apart: a constant that helps one and harms another is not
taken. ``rag.training.confidence`` asks the questions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rag.asked_words import AskedWords
from rag.declining import UNSURE
from rag.finding import (
    RANKING,
    Found,
    Weights,
    beside_one_another,
    beside_the_best,
    evidence,
    is_beside,
    log_odds,
    ranked_by,
    rivalry,
)
from rag.training.claims import answer_sentence
from rag.training.measure import Floats, auc, calibration_error, fit_logistic, normalised
from rag.training.sources import Row

RANKINGS = tuple(
    Weights(*some)
    for some in product((0.4, 0.6, 0.8, 1.0), (0.0, 0.3, 0.5, 0.7), (1.0, 1.5, 2.0), (0.0, 0.3))
)
READER_WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.2)
BARS = (-1.5, -1.2, -1.1, -1.0, -0.9, -0.8, -0.7, -0.5, -0.3, 0.0)
SHOWN = -1.1  # of these the one that `rag.answering` takes
_NEXT, _LEAST = 6, 0.02  # sentences that are weighed, from that share of the best's odds
USUAL = 0.75  #: share of people's questions that their documents are taken to answer
RELEVANT = (0.0, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
THRESHOLDS = (0.0, 0.1, 0.12, 0.15, 0.18, 0.2, 0.25, 0.3)


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
    words: AskedWords
    near: tuple[float, ...]  #: `rag.declining.nearness`


def print_tables(asked: Sequence[Asked]) -> None:
    """All tables."""
    print_ranking(asked)
    print_first_passage(asked)
    print_further(asked)
    print_confidence(asked)


def print_ranking(asked: Sequence[Asked]) -> None:
    """By the weights of the order, how good the best sentences of answerable questions are."""
    print(
        "\nanswerable questions      span answers passage  beside  best sentence"
        "  one of three  short F1"
    )
    for kind, some in _answerable(asked):
        for weights in RANKINGS:
            rows = []
            for one in some:
                found = ranked(one, weights)[:3]
                right = [holds_answer(one.row, sentence.quote) for sentence in found]
                short = (found[0].short or found[0].quote) if found else ""
                rows.append((any(right[:1]), any(right), answer_f1(one.row, short)))
            best, three, f1 = np.array(rows, dtype=np.float64).mean(axis=0)
            tried = " ".join(f"{weight:7.1f}" for weight in weights)
            print(f"{kind:22} {tried}  {best:13.3f}  {three:12.3f}  {f1:8.3f}")


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


def print_further(asked: Sequence[Asked]) -> None:
    """What tells that a further sentence holds the answer, and by the bar from which more is shown:
    is it there, among how many, and how many of those hold it?"""
    for kind, some in _answerable(asked):
        columns = np.array([row for one in some for row in _further(one)])
        ratio, *weights, _ = fit_logistic(columns[:, :-1], columns[:, -1])
        print(f"\nFURTHER of {kind}: {_constants(weight / ratio for weight in weights)}", end="")
    print("\n\nshown from                bar    holds  sentences  precision")
    for kind, some in _answerable(asked):
        for bar in BARS:
            shown = [_shown(one, bar) for one in some if one.found]
            right = [[holds_answer(row, f.quote) for f in found] for row, found in shown]
            held, count = np.mean([any(one) for one in right]), np.mean([len(one) for one in right])
            precision = sum(map(sum, right)) / sum(map(len, right))
            print(f"{kind:22} {bar:7.2f}  {held:7.3f}  {count:9.2f}  {precision:9.3f}")


def _further(one: Asked) -> Iterable[tuple[float, ...]]:
    """What `beside_the_best` weighs of each of the next sentences, and 1.0 when it answers."""
    best, *rest = ranked(one)[:_NEXT]
    for found in rest:
        if found.score < _LEAST * best.score:
            continue
        first = math.log(best.score)
        behind = found.passage.score - best.passage.score
        same = float(is_beside(found, best))
        right = float(holds_answer(one.row, found.quote))
        yield math.log(found.score) - first, min(first, 0.0), behind, same, right


def print_confidence(asked: Sequence[Asked]) -> None:
    """The fits of "what is shown is right" and "the documents are about it", how good they are, and
    what is declined by them."""
    columns = np.array([judged(one) for one in asked])
    features, right = columns[:, :-1], columns[:, -1]
    roles = {role: np.array([one.role is role for one in asked]) for role in Role}
    answerable = roles[Role.ANSWERABLE]
    counts = as_people_ask(answerable)
    likely = crossed(features, right, counts)
    usual = answerable | (np.cumsum(~answerable) % 3 == 0)  # as many as count once
    print(f"\n_CONFIDENCE = {_constants(fit_logistic(features, right, counts=counts))}")
    print(f"for {USUAL:.0%} answerable; each tenth by a fit on the others: AUC, Brier, error")
    for kind, every in _masks(asked, lambda one: one.kind):
        mask = every & usual
        brier = float(np.mean((likely[mask] - right[mask]) ** 2))
        error = calibration_error(likely[mask], right[mask])
        area = auc(list(likely[mask]), list(right[mask]))
        print(f"{kind:40} {area:5.3f}  {brier:5.3f}  {error:5.3f}")
    odds = np.array([log_odds(max(float(one), UNSURE)) for one in likely])
    near = np.column_stack([np.array([one.near for one in asked]), odds])
    about = ~roles[Role.LOOK_ALIKE]  # of those it is open whether the documents are
    print(f"\n_RELEVANCE = {_constants(fit_logistic(near[about], answerable[about] * 1.0))}")
    relevant = crossed(near, answerable * 1.0, about * 1.0)
    print("answerable or off-topic, each tenth by a fit on the others: AUC")
    for kind, every in _masks(asked, lambda one: one.kind):
        mask = every & about
        print(f"{kind:40} {auc(list(relevant[mask]), list(answerable[mask] * 1.0)):5.3f}")
    print(
        "\nrefused: least relevance, threshold; of each kind answerable, answer right, look-alike,"
    )
    print("off-topic, and the share of all that is right: given and right, or rightly refused")
    groups = [answerable, right > 0.5, roles[Role.LOOK_ALIKE], roles[Role.OFF_TOPIC]]
    for least, threshold in product(RELEVANT, THRESHOLDS):
        refused = (likely < threshold) | (relevant < least)
        good = np.where(answerable, ~refused & (right > 0.5), refused)
        cells = []
        for _, mask in _masks(asked, lambda one: one.kind):
            shares = [f"{refused[mask & some].mean():.3f}" for some in groups]
            shares.append(f"{np.average(good[mask], weights=counts[mask]):.3f}")
            cells.append(" ".join(shares))
        print(f"{least:5.2f} {threshold:5.2f}  |  {'  |  '.join(cells)}")


def _constants(weights: Iterable[float]) -> str:
    return f"({', '.join(f'{weight:.3f}' for weight in weights)})"


def ranked(one: Asked, weights: Weights = RANKING) -> list[Found]:
    """The sentences in the order that ``find_sentences`` would give them with those weights."""
    top = max((found.passage.score for found in one.found), default=0.0)
    leading = beside_one_another(one.found)
    found = [replace(some, score=ranked_by(some, top, leading, weights)) for some in one.found]
    return sorted(found, key=lambda some: -some.score)


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


def judged(one: Asked) -> tuple[float, ...]:
    """The `rag.finding.evidence` of the best sentence, and 1.0 when what is shown is right."""
    found = ranked(one)
    if not found:
        best = max((passage.score for passage in one.passages), default=0.0)
        return log_odds(0.0), best, 0.0, 0.0, 0.0, log_odds(0.0), 0.0
    shown = _shown(one, SHOWN)[1]
    right = one.role is Role.ANSWERABLE and any(holds_answer(one.row, f.quote) for f in shown)
    return *evidence(found[0], rivalry(found), one.words), float(right)


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


def _shown(one: Asked, bar: float) -> tuple[Row, list[Found]]:
    best, *rest = ranked(one)
    return one.row, [best, *(some for some in rest if beside_the_best(some, best) >= bar)][:3]


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
