"""ALCE's figures worked out by hand, and the check of citations beside labels made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.alce import entailed_by_check, quote_passage, support_of
from eval.citation_check import agreement, load_pairs
from eval.outcomes import Support
from index.errors import UsageError
from rag.types import Citation, Passage, Sentence, Verdict


def cite(quote: str, number: int = 1) -> Citation:
    return Citation(number, "d", "d.txt", "D", (), 0, len(quote), quote, Verdict.SUPPORTED, 0.9)


def holds_all(text: str, cited: Sequence[Citation]) -> bool:
    """Every word of the sentence stands in one of the quotes."""
    held = {word for one in cited for word in one.quote.split()}
    return set(text.split()) <= held


def test_support_by_hand() -> None:
    sentences = [
        Sentence("a b", (cite("a b"), cite("c"))),  # the second citation is not needed
        Sentence("a c", (cite("a"), cite("c"))),  # each is: neither suffices alone
        Sentence("a z", (cite("a"),)),  # not borne out, so its citation counts for nothing
        Sentence("a", ()),  # not cited
    ]
    assert support_of(sentences, holds_all) == Support(4, 2, 5, 3)
    assert support_of([], holds_all) is None


class NoScorer:
    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        raise AssertionError("what is quoted word for word needs no model")


def test_words_of_the_quote_need_no_model() -> None:
    entails = entailed_by_check(NoScorer(), None)
    assert entails("It opened\nin 1901.", [cite("Long ago. It  opened in 1901.")])
    assert quote_passage(cite("x")).chunk.text == "x"


class Believer:
    """Takes everything that no fact speaks against."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.99] * len(passages)


def test_the_check_of_citations_agrees_with_most_labels() -> None:
    found = agreement(load_pairs()[:40], entailed_by_check(Believer(), None))
    assert found.pairs == 40
    assert sum(count for count, _ in found.by_kind.values()) == 40
    assert sum(agreed for _, agreed in found.by_kind.values()) == found.agreed
    assert len(found.missed) == 40 - found.agreed
    assert found.agreed > 20


def test_malformed_pairs_are_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"id": "a", "true": "yes"}\n')
    with pytest.raises(UsageError, match=r"line 1 holds 'yes' under \"true\""):
        load_pairs(file)
