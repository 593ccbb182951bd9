"""Stand-alone question to passages: dense and lexical candidates, fused by score, folded.

The score of a candidate is a weighted sum of four pieces of evidence, see `Weights`. The constants
were chosen on SQuAD training articles, where the sum beat reciprocal ranks by .10 at rank 1 and
z-scores by .03 in a trial; ``python -m eval.benchmarks fusion PATH`` compares them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from index.analysis import question_terms, terms
from index.embedding import Embedder
from index.index import Snapshot
from index.types import Chunk, Scope
from rag.types import Parts, Passage

_FOLD_SHARE = 0.9  # share of terms two passages have in common from which they say the same


@dataclass(frozen=True, slots=True)
class Weights:
    """What each piece of evidence for a passage counts. Only their ratios matter."""

    dense: float = 4.0  #: cosine similarity of question and passage
    lexical: float = 1.0  #: BM25 as a share of the best candidate's
    sentence: float = 1.0  #: share of the question, by rarity, that its best sentence holds
    pairs: float = 1.0  #: share of the question's pairs of neighbouring words that it holds


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How many candidates are gathered, and how they are weighed."""

    candidates: int = 100  #: taken from each of the dense and the lexical side
    closer: int = 40  #: of those, how many are looked at sentence by sentence
    weights: Weights = Weights()


DENSE_ONLY = Weights(1.0, 0.0, 0.0, 0.0)
LEXICAL_ONLY = Weights(0.0, 1.0, 0.0, 0.0)


class Retriever:
    """Finds passages in a snapshot of an index."""

    def __init__(self, embedder: Embedder, options: RetrievalOptions = RetrievalOptions()) -> None:
        self._embedder = embedder
        self.options = options

    def retrieve(
        self, snapshot: Snapshot, question: str, limit: int, scope: Scope | None = None
    ) -> list[Passage]:
        """The best ``limit`` passages, best first; ``score`` is the fused score, higher is better.

        Near-identical passages are folded into the best of them.
        """
        options, asked = self.options, question_terms(question)
        vector = self._embedder.embed([question])[0]
        dense = snapshot.search_dense(vector, options.candidates, scope)
        lexical = snapshot.search_lexical(asked, options.candidates, scope)
        # A lexical hit outside the dense candidates still has a similarity: look it up, so that
        # the sum weighs evidence and not absence.
        known = dict(dense)
        missing = [number for number, _ in lexical if number not in known]
        similarities = known | snapshot.similarities(vector, missing)
        fused = fuse(similarities, dict(lexical), options.weights)
        ranked = _ranked(fused)[: max(options.closer, 2 * limit)]
        chunks = snapshot.chunks(ranked)
        closer = [number for number in ranked if number in chunks][: options.closer]
        held = snapshot.sentence_terms(list(chunks))
        rarity, in_order = snapshot.rarity(asked), terms(question)
        for number in closer:
            fused[number] += evidence(in_order, held[number], rarity, options.weights)
        ranked = _ranked({number: fused[number] for number in chunks})[: 2 * limit]
        passages = _passages(snapshot, ranked, chunks, fused, dense, lexical, similarities)
        texts = [list(chain.from_iterable(held[number][1:])) for number in ranked]
        return fold(passages, texts)[:limit]


def fuse(
    dense: Mapping[int, float], lexical: Mapping[int, float], weights: Weights
) -> dict[int, float]:
    """Weighted sum of cosine similarity and of BM25 over the best BM25, by chunk number."""
    best = max(lexical.values(), default=0.0) or 1.0
    return {
        number: weights.dense * dense.get(number, 0.0)
        + weights.lexical * lexical.get(number, 0.0) / best
        for number in dict.fromkeys([*dense, *lexical])
    }


def evidence(
    asked: Sequence[str],
    held: Sequence[Sequence[str]],
    rarity: Mapping[str, float],
    weights: Weights,
) -> float:
    """What a passage's best sentence and its word pairs add to its score.

    ``asked`` are the terms of the question in order, ``held`` those of the passage's context and of
    each of its sentences, ``rarity`` the weight of each term that counts (inverse document
    frequency).
    """
    whole = sum(rarity.values()) or 1.0
    best = 0.0
    for some in map(set, held[1:]):
        best = max(best, sum(value for term, value in rarity.items() if term in some))
    pairs = set(pairwise(asked))
    shared = pairs.intersection(chain.from_iterable(map(pairwise, held)))
    share = len(shared) / len(pairs) if pairs else 0.0
    return weights.sentence * best / whole + weights.pairs * share


def fold(passages: Sequence[Passage], held: Sequence[Sequence[str]]) -> list[Passage]:
    """Near-identical passages made one: the first stays and names the sources of the others.

    ``held`` are the terms of each passage's text. Two passages are near-identical when they share
    nine tenths of their terms and all numbers: two versions of a rule that differ in a figure are
    not the same.
    """
    kept: list[Passage] = []
    bags: list[_Bag] = []
    places: dict[str, int] = {}
    for passage, some in zip(passages, held, strict=True):
        bag = _Bag.of(some, places)
        twin = next((i for i, other in enumerate(bags) if _same_words(bag, other)), None)
        if twin is None:
            kept.append(passage)
            bags.append(bag)
        else:
            sources = (*kept[twin].duplicates, *passage.document.sources)
            kept[twin] = replace(kept[twin], duplicates=tuple(dict.fromkeys(sources)))
    return kept


@dataclass(frozen=True, slots=True)
class _Bag:
    """Terms with how often each occurs, and which there are as the bits of one number."""

    counts: Counter[str]
    bits: int

    @classmethod
    def of(cls, terms: Sequence[str], places: dict[str, int]) -> _Bag:
        """``places`` gives each term its bit; new ones are added to it."""
        counts, bits = Counter(terms), 0
        for term in counts:
            bits |= 1 << places.setdefault(term, len(places))
        return cls(counts, bits)


def _same_words(first: _Bag, second: _Bag) -> bool:
    # Counting is slow: nearly all pairs differ enough for their distinct terms to tell.
    distinct = max(len(first.counts), len(second.counts))
    if (first.bits & second.bits).bit_count() < 0.8 * distinct:
        return False
    larger = max(first.counts.total(), second.counts.total())
    if larger == 0 or (first.counts & second.counts).total() < _FOLD_SHARE * larger:
        return False
    return _numbers(first.counts) == _numbers(second.counts)


def _numbers(bag: Counter[str]) -> dict[str, int]:
    return {term: count for term, count in bag.items() if any(map(str.isdigit, term))}


def _ranked(scores: Mapping[int, float]) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))


def _passages(
    snapshot: Snapshot,
    ranked: list[int],
    chunks: Mapping[int, Chunk],
    fused: Mapping[int, float],
    dense: list[tuple[int, float]],
    lexical: list[tuple[int, float]],
    similarities: Mapping[int, float],
) -> list[Passage]:
    dense_ranks = {number: rank for rank, (number, _) in enumerate(dense, 1)}
    lexical_ranks = {number: rank for rank, (number, _) in enumerate(lexical, 1)}
    lexical_scores = dict(lexical)
    infos = snapshot.infos([chunks[number].document_id for number in ranked])
    return [
        Passage(
            chunk=chunks[number],
            document=infos[chunks[number].document_id],
            score=fused[number],
            parts=Parts(
                dense_rank=dense_ranks.get(number),
                dense_score=similarities.get(number),
                lexical_rank=lexical_ranks.get(number),
                lexical_score=lexical_scores.get(number),
                fused_rank=rank,
                fused_score=fused[number],
            ),
        )
        for rank, number in enumerate(ranked, 1)
    ]
