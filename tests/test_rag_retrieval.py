"""Fusion against hand-computed sums, folding, filters, and explanations of real searches."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import terms
from index.embedding import HashingEmbedder
from index.index import Index
from index.types import Chunk, DocumentInfo, Scope
from rag.retrieval import (
    DENSE_ONLY,
    LEXICAL_ONLY,
    RetrievalOptions,
    Retriever,
    Weights,
    evidence,
    fold,
    fuse,
)
from rag.types import Parts, Passage


def chunk(text: str, document: str = "d", context: str = "") -> Chunk:
    return Chunk(f"{document}:{text[:9]}", document, 0, len(text), text, (), (), context)


def folded(passages: list[Passage]) -> list[Passage]:
    return fold(passages, [terms(passage.chunk.text) for passage in passages])


def passage(text: str, document: str = "d") -> Passage:
    info = DocumentInfo(document, (f"/docs/{document}.txt",), document, "en", None, None, 1)
    return Passage(chunk(text, document), info, 1.0, Parts())


def test_fuse_is_the_weighted_sum_of_similarity_and_relative_bm25() -> None:
    fused = fuse({1: 0.5, 2: 0.25}, {2: 8.0, 3: 4.0}, Weights(dense=4.0, lexical=1.0))
    assert fused == {1: 4 * 0.5, 2: 4 * 0.25 + 8 / 8, 3: 4 / 8}


def test_fuse_without_lexical_hits_divides_by_nothing() -> None:
    assert fuse({1: 0.5}, {}, Weights()) == {1: 2.0}


def test_evidence_prefers_the_chunk_whose_one_sentence_holds_the_question() -> None:
    together = [["town"], ["the", "zoo", "open", "in", "1907"], ["it", "rain"]]
    apart = [["town"], ["the", "zoo", "is", "larg"], ["the", "bank", "open", "in", "1907"]]
    rarity = {"zoo": 2.0, "open": 1.0, "1907": 1.0}
    weights = Weights(sentence=1.0, pairs=0.0)
    assert evidence([], together, rarity, weights) == pytest.approx(1.0)
    assert evidence([], apart, rarity, weights) == pytest.approx(2.0 / 4.0)


def test_evidence_counts_pairs_of_neighbouring_words() -> None:
    weights = Weights(sentence=0.0, pairs=1.0)
    asked = ["old", "red", "wine"]
    assert evidence(asked, [[], ["a", "red", "wine"]], {}, weights) == pytest.approx(0.5)
    assert evidence(asked, [["red"], ["wine", "red"]], {}, weights) == 0.0


def test_fold_keeps_the_first_and_names_the_sources_of_its_twins() -> None:
    text = "The meal allowance is paid for every full day away from home on business."
    kept = folded([passage(text, "a"), passage(text, "b"), passage("Something else.", "c")])
    assert [p.chunk.document_id for p in kept] == ["a", "c"]
    assert kept[0].duplicates == ("/docs/b.txt",)


def test_fold_never_hides_a_version_that_differs_in_a_number() -> None:
    old = "The meal allowance is 34 pounds for every full day away from home on business."
    new = "The meal allowance is 46 pounds for every full day away from home on business."
    assert len(folded([passage(old, "a"), passage(new, "b")])) == 2


@given(
    texts=st.lists(st.lists(st.sampled_from("red fox old wine 34 46 the".split())), max_size=6),
    longer=st.lists(st.sampled_from([f"word{at}" for at in range(30)]), min_size=20, max_size=25),
)
def test_fold_compares_whole_bags_of_terms(texts: list[list[str]], longer: list[str]) -> None:
    """Against the definition, without the bits that make it fast."""
    held = [[*longer, *some] for some in texts]
    expected: list[int] = []
    for at, some in enumerate(held):
        bag = Counter(some)
        if not any(same_words(bag, Counter(held[other])) for other in expected):
            expected.append(at)
    passages = [passage(f"text {at}", f"d{at}") for at in range(len(held))]
    kept = fold(passages, held)
    assert [p.chunk.document_id for p in kept] == [f"d{at}" for at in expected]


def same_words(one: Counter[str], other: Counter[str]) -> bool:
    if len(one.keys() & other.keys()) < 0.8 * max(len(one), len(other)):
        return False
    numbers = [{term: n for term, n in bag.items() if term.isdigit()} for bag in (one, other)]
    shared = (one & other).total()
    return shared >= 0.9 * max(one.total(), other.total()) and numbers[0] == numbers[1]


@pytest.fixture
def library(tmp_path: Path) -> Index:
    folder = tmp_path / "docs"
    (folder / "inner").mkdir(parents=True)
    (folder / "bees.txt").write_text("Bees dance to tell where the flowers are.\n")
    (folder / "inner" / "boats.txt").write_text("Boats carry grain and salt up the river.\n")
    (folder / "fees.md").write_text("# Fees\n\nA replacement card costs 3 pounds.\n")
    index = Index.open(tmp_path / "index", HashingEmbedder())
    index.sync([folder])
    return index


def names(passages: list[Passage]) -> list[str]:
    return [Path(p.document.source).name for p in passages]


def test_retrieve_puts_the_right_document_first_and_says_why(library: Index) -> None:
    with library.snapshot() as snapshot:
        found = Retriever(library.embedder).retrieve(snapshot, "What do boats carry?", 3)
    assert names(found)[0] == "boats.txt"
    parts = found[0].parts
    assert (parts.fused_rank, parts.lexical_rank) == (1, 1)
    assert parts.fused_score == found[0].score >= found[-1].score


@pytest.mark.parametrize("weights", [DENSE_ONLY, LEXICAL_ONLY])
def test_one_side_alone_finds_too(library: Index, weights: Weights) -> None:
    retriever = Retriever(library.embedder, RetrievalOptions(weights=weights))
    with library.snapshot() as snapshot:
        assert names(retriever.retrieve(snapshot, "replacement card", 1)) == ["fees.md"]


def test_scope_by_folder_and_source(library: Index, tmp_path: Path) -> None:
    retriever = Retriever(library.embedder)
    inner = Scope(folders=(str(tmp_path / "docs" / "inner"),))
    only = Scope(sources=(str(tmp_path / "docs" / "bees.txt"),))
    with library.snapshot() as snapshot:
        assert set(names(retriever.retrieve(snapshot, "bees dance", 5, inner))) == {"boats.txt"}
        assert set(names(retriever.retrieve(snapshot, "boats", 5, only))) == {"bees.txt"}
        assert retriever.retrieve(snapshot, "boats", 5, Scope(until="1990-01-01")) == []
