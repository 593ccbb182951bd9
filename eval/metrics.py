"""The figures an evaluation is made of: one small pure function per metric, its formula and source.

Every figure is a ratio in 0–1, higher is better, unless its docstring says otherwise. A ratio over
nothing is None, never 0 or 1. Reads no file and knows no pipeline: `eval.runner` puts them to use.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# --- the words of an answer ---------------------------------------------------------------------

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
# 29,000 or 29’000 or 29 000 with a no-break or thin space. A plain space is left alone: in "room 12
# 300 people sat" it separates two numbers.
_THOUSANDS = re.compile(
    r"(?<![\d.,])\d{1,3}(?:(?P<mark>[,'’\u00a0\u2009\u202f])\d{3})(?:(?P=mark)\d{3})*(?![,'’]?\d)"
)
_WORD = re.compile(
    r"(?:(?<![\w-])-)?\d+(?:[.,:]\d+)*"  # a number, time or version, with its minus sign
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts without spaces: a character is a word
    r"|[^\W\d\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
    r"|[%€£¥$]"
)
_POLARITY = frozenset({"yes", "no"})


def squad_normalise(text: str) -> str:
    """Lower case; ASCII punctuation, then the articles a, an, the, then extra white space removed.

    Source: Rajpurkar et al. 2016, the SQuAD evaluation script. It turns "3.5" into "35"; where that
    matters use `words`.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, variants: Sequence[str]) -> float:
    """1 when the normalised prediction equals one normalised variant, else 0; max over variants.

    Source: the SQuAD 2.0 evaluation script; no variants means the right answer is the empty one.
    """
    normalised = squad_normalise(prediction)
    return float(any(normalised == squad_normalise(gold) for gold in variants or ("",)))


def token_f1(prediction: str, variants: Sequence[str]) -> float:
    """2PR / (P + R) over the bag of normalised tokens, max over variants.

    Source: the SQuAD 2.0 evaluation script; when either side has no token, 1 if both have none.
    No variants means the right answer is the empty one.
    """
    return max(_f1_of_one(prediction, gold) for gold in variants or ("",))


def _f1_of_one(prediction: str, gold: str) -> float:
    predicted, wanted = squad_normalise(prediction).split(), squad_normalise(gold).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    return 2 * common / (len(predicted) + len(wanted))


def words(text: str) -> tuple[str, ...]:
    """The words of a text as answers are compared: folded case, numbers without thousands marks.

    "29,000" and "29’000" are ("29000",), "3.5" stays ("3.5",), "15 per cent" is ("15", "%"), and a
    minus sign stays with its number.
    """
    plain = _THOUSANDS.sub(lambda found: found[0].replace(found["mark"], ""), text)
    folded = unicodedata.normalize("NFKC", plain).casefold().replace("\u2212", "-")
    folded = re.sub(r"\bper ?cent\b", "%", folded)
    return tuple(_WORD.findall(folded))


def holds(text: str, variant: str) -> bool:
    """True when the variant's words occur in the text one after the other, as whole words.

    A leading article of the variant does not count. A variant without words occurs nowhere.
    """
    wanted, there = words(variant), words(text)
    if len(wanted) > 1 and wanted[0] in {"a", "an", "the"}:
        wanted = wanted[1:]
    length = len(wanted)
    return bool(wanted) and any(
        there[at : at + length] == wanted for at in range(len(there) - length + 1)
    )


def answer_correct(answer_text: str, short: str | None, variants: Sequence[str]) -> bool:
    """True when an accepted variant occurs in the answer or in its bare form, as whole words.

    ``answer_text`` comes without footnote markers: "[1]" would answer "how many?". A variant "yes"
    or "no" has to begin the answer, for "no" occurs in many a sentence that does not say no.
    """
    texts = [text for text in (short, answer_text) if text]
    for variant in variants:
        wanted = words(variant)
        if len(wanted) == 1 and wanted[0] in _POLARITY:
            if any(words(text)[:1] == wanted for text in texts):
                return True
        elif any(holds(text, variant) for text in texts):
            return True
    return False


# --- ranked lists -------------------------------------------------------------------------------


def recall_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float | None:
    """|relevant ∩ first k| / |relevant|; None when nothing is relevant.

    Source: Manning, Raghavan, Schütze 2008, chapter 8. With one relevant item it is the hit rate.
    """
    if not relevant:
        return None
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def hit_rate(ranks: Sequence[int | None], k: int) -> float | None:
    """Share of questions whose first relevant item stands at rank ≤ k (ranks from 1, None: not)."""
    return mean([float(rank is not None and rank <= k) for rank in ranks])


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1 / rank of the first relevant item, 0 when there is none. Source: Voorhees 1999 (TREC-8)."""
    wanted = set(relevant)
    return next((1 / rank for rank, item in enumerate(ranked, 1) if item in wanted), 0.0)


def ndcg_at_k(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Σ gain(i) / log2(i + 1) over the first k, divided by that of the best order; 0 without gains.

    Source: Järvelin and Kekäläinen 2002 with linear gains, as trec_eval and so BEIR compute it.
    Raises ValueError on an item ranked twice, which would push the figure past 1.
    """
    if len(set(ranked)) != len(ranked):
        raise ValueError("an item is ranked twice; keep its first place only")
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(item, 0.0) for item in ranked[:k]]) / ideal if ideal else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


# --- citations ----------------------------------------------------------------------------------


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


# --- declining ----------------------------------------------------------------------------------


def refusal_precision(declined: Sequence[bool], unanswerable: Sequence[bool]) -> float | None:
    """Of the questions declined, the share that had no answer; None when none was declined."""
    pairs = zip(declined, unanswerable, strict=True)
    return mean([float(without) for refused, without in pairs if refused])


def refusal_recall(declined: Sequence[bool], unanswerable: Sequence[bool]) -> float | None:
    """Of the questions without an answer, the share declined; None when all have one."""
    return refusal_precision(unanswerable, declined)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Probability that a random positive scores above a random negative, ties counting one half.

    Mann–Whitney U / (positives · negatives). Source: Hanley and McNeil 1982. None with one class.
    """
    pairs = sorted(zip(scores, positive, strict=True), key=lambda pair: pair[0])
    positives = sum(positive)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return None
    rank_sum, at = 0.0, 0
    while at < len(pairs):
        after = at
        while after < len(pairs) and pairs[after][0] == pairs[at][0]:
            after += 1
        rank_sum += (at + 1 + after) / 2 * sum(is_positive for _, is_positive in pairs[at:after])
        at = after
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def best_overall_f1(
    scores: Sequence[float], f1: Sequence[float], answerable: Sequence[bool]
) -> float | None:
    """The mean F1 if all questions scoring under the best threshold were declined; None of nothing.

    ``f1`` is that of what would be said; an unanswerable question declined counts 1, an answerable
    one 0. Source: the SQuAD 2.0 evaluation script. Unlike there, equal scores stand or fall
    together, so the order of the questions does not matter.
    """
    gains: dict[float, list[float]] = {}
    for score, said, has_answer in zip(scores, f1, answerable, strict=True):
        gains.setdefault(score, []).append(said - float(not has_answer))
    total = float(len(answerable) - sum(answerable))  # all declined
    best = total
    for score in sorted(gains, reverse=True):
        total += math.fsum(gains[score])
        best = max(best, total)
    return best / len(answerable) if answerable else None


# --- probabilities ------------------------------------------------------------------------------


def brier_score(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Σ (probability - outcome)² / n, outcome 1 or 0; lower is better. None of nothing.

    Source: Brier 1950, who adds up both classes and so gets twice this.
    """
    return mean([(p - float(true)) ** 2 for p, true in zip(probabilities, outcomes, strict=True)])


def calibration_error(
    probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 10
) -> float | None:
    """Σ n(b) / n · |mean probability - share true| over bins b of equal count; lower is better.

    Source: Naeini et al. 2015, with bins of equal count as in Nguyen and O'Connor 2015. Equal
    probabilities share their outcomes, so that a bin's edge among them changes nothing.
    """
    alike: dict[float, list[float]] = {}
    for probability, true in zip(probabilities, outcomes, strict=True):
        alike.setdefault(probability, []).append(float(true))
    gaps = [p - sum(alike[p]) / len(alike[p]) for p in sorted(alike) for _ in alike[p]]
    size, longer = divmod(len(gaps), bins)  # the first bins are one longer
    edges = [number * size + min(number, longer) for number in range(bins + 1)]
    in_bins = [abs(math.fsum(gaps[low:high])) for low, high in pairwise(edges)]
    return math.fsum(in_bins) / len(gaps) if gaps else None


# --- plain statistics ---------------------------------------------------------------------------


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value that ``percent`` of 100 lie under, linear between neighbours; None of nothing.

    Hyndman and Fan 1996, type 7, the default of numpy. 50 is the median.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentile lies in 0–100, not at {percent}")
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def wilson_interval(successes: int, trials: int) -> tuple[float, float] | None:
    """The 95 % interval of a ratio, also for few trials; None without any. Source: Wilson 1927."""
    if not trials:
        return None
    z = 1.959964  # the 97.5th percentile of the normal distribution
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def cohens_kappa(one: Sequence[bool], other: Sequence[bool]) -> float | None:
    """(agreement - chance) / (1 - chance), chance from both sides' own shares of yes.

    Source: Cohen 1960. None of nothing, or where both always say the same one thing.
    """
    if not one:
        return None
    agreed = sum(a is b for a, b in zip(one, other, strict=True)) / len(one)
    yes, yes_other = sum(one) / len(one), sum(other) / len(other)
    chance = yes * yes_other + (1 - yes) * (1 - yes_other)
    return (agreed - chance) / (1 - chance) if chance < 1 else None
