"""How much of a gold answer a text holds where their words need not agree one by one.

For answers put in other words, which exact match and holding word for word both miss. Reads nothing
and knows no pipeline.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eval.metrics import squad_normalise
from index.analysis import question_terms, terms

HELD = 0.5  #: share of a text's content words from which another counts as holding it


def content_recall(text: str, gold: str) -> float:
    """|content words of gold that the text holds| / |content words of gold|; 0 without any.

    Content words are the terms that search works with, each once: folded, stemmed, and without
    the words that shape a sentence but say nothing (`index.analysis.QUESTION_WORDS`) unless there
    are no others. Order does not count, so this is a lower bar than word for word.
    """
    return recall_of(question_terms(gold), frozenset(terms(text)))


def recall_of(wanted: Sequence[str], there: Collection[str]) -> float:
    """The same of terms that are analysed already; ``wanted`` holds each once."""
    return sum(term in there for term in wanted) / len(wanted) if wanted else 0.0


def best_recall(text: str, variants: Sequence[str]) -> float:
    """The highest `content_recall` over the variants of an answer."""
    return max((content_recall(text, gold) for gold in variants), default=0.0)


def rouge_l(prediction: str, variants: Sequence[str]) -> float:
    """2 · LCS / (tokens of one + tokens of the other), max over variants; 0 when one has none.

    LCS is the longest common subsequence of the tokens as SQuAD normalises them. Source: Lin 2004,
    with recall and precision weighing alike.
    """
    said = squad_normalise(prediction).split()
    return max((_of_one(said, squad_normalise(gold).split()) for gold in variants), default=0.0)


def _of_one(said: Sequence[str], wanted: Sequence[str]) -> float:
    if not said or not wanted:
        return 0.0
    lengths = [0] * (len(wanted) + 1)  # of the subsequence common with the first n wanted tokens
    for word in said:
        before = list(lengths)
        for at, other in enumerate(wanted, 1):
            lengths[at] = before[at - 1] + 1 if word == other else max(before[at], lengths[at - 1])
    return 2 * lengths[-1] / (len(said) + len(wanted))
