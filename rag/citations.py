"""Sentences of a written answer to citations that were checked before they count.

`check` looks for the words that bear a sentence out: its numbers, dates, codes, names and
quotations have to stand there, nothing there may deny it, its parts have to belong together there,
and what is left to meaning is scored by shared wording, by similarity and by the reader. A model's
own markers are hints where to look first. Pure but for the scorer and the embedder handed in; what
is then shown of a sentence that nothing bears out is decided elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from index.embedding import Embedder
from rag.checking.condensed import condensed_from, without_answer
from rag.checking.evidence import (
    Evidence,
    candidates,
    fault,
    gives_orders_only,
    same_words,
    weighed,
)
from rag.checking.facts import facts, wanted_quantities
from rag.checking.weights import ACCEPTED, PARTLY, WITH_EMBEDDER, WITHOUT_EMBEDDER
from rag.checking.wording import content
from rag.types import Citation, Passage, Sentence, Verdict

_SCORED = 4  # spans that the reader scores, of those nothing speaks against
_NEARLY = 0.2  # from which a short sentence is accepted that one clause holds word for word
_ROW_NEARLY, _ROW_FACTS = 0.3, 3  # the same for a table row that holds so many facts of it
_POINTED = 2  # spans of the passages pointed to that are scored in any case
_TRUSTED = 0.25  # by how much another passage has to be better than the one pointed to
# A shorter span inside the best one may hold this share of the wording less, or score so much less.
_LOSES, _WEAKER = 0.1, 0.25
_SHORTER = 0.03  # by how much a longer span has to be better
_LEAST = 0.01  # the reader is taken to be no surer than this, either way
_SUREST = math.log((1 - _LEAST) / _LEAST)
Signs = tuple[float, float, float]
_PROMISES = frozenset(content("answer answers question questions follow following based summary"))


class Scorer(Protocol):
    """Says how far passages support a claim; every `rag.reader.Reader` does."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        """Per passage a probability, 0–1."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence without its markers, and what bears it out; ``why`` says what does not fit."""

    text: str
    citations: tuple[Citation, ...]  #: numbered from 1; renumbered across an answer by `numbered`
    verdict: Verdict
    why: str = ""  #: a clause; empty when the sentence is supported


@dataclass(frozen=True, slots=True)
class Judge:
    """Weighs what is left to meaning once the facts are there."""

    scorer: Scorer
    embedder: Embedder | None = None

    def scored(self, text: str, spans: Sequence[Evidence]) -> list[Evidence]:
        """The spans with their scores, 0–1; the reader reads only those that may still be best."""
        weights = WITHOUT_EMBEDDER if self.embedder is None else WITH_EMBEDDER
        likenesses = self._similarities(text, [one.as_passage() for one in spans])
        worst = [(one.coverage, at, -_SUREST) for one, at in zip(spans, likenesses, strict=True)]
        bar = max(PARTLY, max(score(signs, weights) for signs in worst) - _SHORTER)
        read = [
            place
            for place, (held, likeness, _) in enumerate(worst)
            if score((held, likeness, _SUREST), weights) >= bar
        ]
        passages = [spans[at].as_passage() for at in read]
        supports = self.scorer.support(text, passages) if passages else []
        known = dict(zip(read, map(_log_odds, supports), strict=True))
        return [
            replace(one, score=score((held, likeness, known.get(place, odds)), weights))
            for place, (one, (held, likeness, odds)) in enumerate(zip(spans, worst, strict=True))
        ]

    def signs(self, text: str, spans: Sequence[Evidence]) -> list[Signs]:
        """What is weighed: share of wording held, similarity, the reader's log-odds."""
        passages = [one.as_passage() for one in spans]
        supports = self.scorer.support(text, passages)
        likenesses = self._similarities(text, passages)
        return [
            (one.coverage, likeness, _log_odds(support))
            for one, support, likeness in zip(spans, supports, likenesses, strict=True)
        ]

    def _similarities(self, text: str, passages: Sequence[Passage]) -> list[float]:
        """The better of the cosines with and without title and headings; 0 without an embedder."""
        if self.embedder is None:
            return [0.0] * len(passages)
        bare = [passage.chunk.text for passage in passages]
        full = [passage.chunk.embedding_text for passage in passages]
        vectors = self.embedder.embed([text, *bare, *full])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        return [max(pair) for pair in zip(cosines[: len(bare)], cosines[len(bare) :], strict=True)]


def score(signs: Signs, weights: tuple[float, float, float, float]) -> float:
    """The probability-like score, 0–1, of what is weighed."""
    *factors, bias = weights
    weighed = sum(factor * sign for factor, sign in zip(factors, signs, strict=True)) + bias
    return 1.0 / (1.0 + math.exp(-weighed))


def _log_odds(support: float) -> float:
    likely = min(max(support, _LEAST), 1 - _LEAST)
    return math.log(likely / (1 - likely))


def check(
    sentence: str,
    passages: Sequence[Passage],
    scorer: Scorer,
    hints: Sequence[int] = (),
    *,
    embedder: Embedder | None = None,
) -> CheckedSentence:
    """The sentence with the citations that bear it out, or why none does.

    ``hints`` are places in ``passages`` (from 0) that the writer pointed to. With an embedder the
    similarity of sentence and span counts as well, and paraphrases are told better. Where no span
    bears all of the sentence out but its parts stand in several, each supports it partly.
    """
    judge = Judge(scorer, embedder)
    text = " ".join(sentence.split())
    if not says_something(text):
        return CheckedSentence(text, (), Verdict.UNSUPPORTED, "it says nothing to be checked")
    claim = without_answer(text)
    looked_at = candidates(claim, passages, hints)
    for evidence in looked_at:
        if same_words(text, evidence.text) and not gives_orders_only(
            text, evidence
        ):  # nothing is left to be weighed
            itself = replace(evidence, coverage=1.0, score=1.0)
            return CheckedSentence(
                text, (itself.citation(1, Verdict.SUPPORTED),), Verdict.SUPPORTED
            )
    pointed_to = [passages[at] for at in hints if 0 <= at < len(passages)]
    best, why = best_span(claim, looked_at, judge, pointed_to)
    fragment = claim != text and len(set(content(claim))) < 2
    if best is not None and fragment and not condensed_from(claim, best.text):
        best = replace(best, score=min(best.score, PARTLY))  # "Yes, dogs." says nothing of them
    if best is not None and best.score >= ACCEPTED:
        return CheckedSentence(text, (best.citation(1, Verdict.SUPPORTED),), Verdict.SUPPORTED)
    together = _by_clauses(claim, passages, judge, hints)
    if together:
        cited = tuple(one.citation(at, Verdict.PARTLY) for at, one in enumerate(together, 1))
        return CheckedSentence(text, cited, Verdict.SUPPORTED)
    if best is None or (why and best.score < PARTLY):
        return CheckedSentence(text, (), Verdict.UNSUPPORTED, why)
    partly = (best.citation(1, Verdict.PARTLY),)
    return CheckedSentence(text, partly, Verdict.PARTLY, "the passages say at most part of it")


def says_something(text: str) -> bool:
    """Whether there is anything in a sentence to be checked; "here is the answer:" has nothing."""
    said = facts(text)
    return bool(set(content(text)) - _PROMISES) or bool(said.figures.quantities or said.names)


def numbered(checked: Sequence[CheckedSentence]) -> tuple[Sentence, ...]:
    """The sentences with footnotes numbered through.

    A span that is cited again keeps its number; one that lies inside another of the answer is
    shown as that one.
    """
    everything = [citation for sentence in checked for citation in sentence.citations]
    numbers: dict[tuple[str, int, int], int] = {}
    out: list[Sentence] = []
    for sentence in checked:
        citations: dict[int, Citation] = {}
        for citation in sentence.citations:
            shown = max(
                (one for one in everything if _inside(citation, one)),
                key=lambda one: (one.end - one.start, -one.start),
            )
            key = (shown.document_id, shown.start, shown.end)
            number = numbers.setdefault(key, len(numbers) + 1)
            wider = replace(
                citation,
                number=number,
                pages=shown.pages,
                start=shown.start,
                end=shown.end,
                quote=shown.quote,
            )
            citations.setdefault(number, wider)
        out.append(Sentence(sentence.text, tuple(citations.values())))
    return tuple(out)


def _inside(one: Citation, other: Citation) -> bool:
    same = one.document_id == other.document_id
    return same and other.start <= one.start and one.end <= other.end


def best_span(
    text: str, looked_at: Sequence[Evidence], judge: Judge, pointed_to: Sequence[Passage] = ()
) -> tuple[Evidence | None, str]:
    """Of some spans the one that bears a text out best, scored; and why the likeliest may not.

    None when something speaks against each. One of a passage that the writer ``pointed_to`` goes
    before another that is not much better.
    """
    sound: list[Evidence] = []
    denied: list[tuple[Evidence, str]] = []
    why = ""
    for place, evidence in enumerate(looked_at):
        against = fault(text, evidence)
        if against is None:
            sound.append(weighed(text, evidence))
            continue
        if against.denies is not None:
            denied.append((weighed(text, against.denies), against.why))
        if place == 0:
            why = against.why
    # a span that says less of it does not bear out what a sentence that says more of it denies
    for deny, reason in denied:
        kept = [one for one in sound if one.coverage >= deny.coverage]
        why = reason if len(kept) < len(sound) else why
        sound = kept
    if not sound:
        return None, why or "the passages hold nothing like it"
    sound.sort(key=lambda one: -one.coverage)
    hinted = [one for one in sound if one.passage in pointed_to]
    chosen = [*sound[:_SCORED], *(one for one in hinted[:_POINTED] if one not in sound[:_SCORED])]
    scored = [_condensed(text, one) for one in judge.scored(text, chosen)]
    top = max(one.score for one in scored)
    bar = top - _SHORTER
    theirs = [one for one in scored if one.passage in pointed_to]
    if theirs and max(one.score for one in theirs) >= max(ACCEPTED, top - _TRUSTED):
        scored, bar = theirs, max(one.score for one in theirs) - _SHORTER
    shortest = min((one for one in scored if one.score >= bar), key=lambda one: one.end - one.start)
    return _smallest(text, shortest, sound, scored, judge), why


def _condensed(text: str, one: Evidence) -> Evidence:
    """The span, accepted if it was nearly and one of its clauses says all of a text, or it is a
    table row that holds many figures and names: a row has few words to be alike by."""
    if _NEARLY <= one.score < ACCEPTED and condensed_from(text, one.text):
        return replace(one, score=ACCEPTED)
    if _ROW_NEARLY <= one.score < ACCEPTED and " | " in one.text and _facts(text) >= _ROW_FACTS:
        return replace(one, score=ACCEPTED)
    return one


def _facts(text: str) -> int:
    """How many figures, dates, codes and names a text has."""
    found = facts(text)
    opening = sum(name.opens and len(name.words) == 1 for name in found.names)
    counted = len(wanted_quantities(found.figures.quantities)) + len(found.figures.moments)
    return counted + len(found.codes) + len(found.names) - opening


def _smallest(
    text: str,
    best: Evidence,
    sound: Sequence[Evidence],
    scored: Sequence[Evidence],
    judge: Judge,
) -> Evidence:
    """The shortest span inside the best one that bears the text out by itself."""
    if best.score < ACCEPTED:
        return best
    inside = [
        one
        for one in sound
        if one.passage is best.passage
        and best.start <= one.start
        and one.end <= best.end
        and one.end - one.start < best.end - best.start
    ]
    known = {(one.start, one.end): one for one in scored if one.passage is best.passage}
    unknown = [one for one in inside if (one.start, one.end) not in known]
    read = [*judge.scored(text, unknown)] if unknown else []
    again = [known[one.start, one.end] for one in inside if (one.start, one.end) in known]
    enough = [
        one
        for one in (*again, *read)
        if one.score >= ACCEPTED
        and (one.coverage >= best.coverage - _LOSES or one.score >= best.score - _WEAKER)
    ]
    return min((best, *enough), key=lambda one: (one.end - one.start, -one.score))


def _by_clauses(
    text: str, passages: Sequence[Passage], judge: Judge, hints: Sequence[int]
) -> list[Evidence]:
    """A span for each part of a sentence whose parts stand in different places; else none."""
    found: list[Evidence] = []
    for part in _halves(text):
        best, _ = best_span(part, candidates(part, passages, hints), judge)
        if best is None or best.score < ACCEPTED:
            return []
        found.append(best)
    return found if len({one.key for one in found}) > 1 else []


def _halves(text: str) -> list[str]:
    """A sentence cut at the joints between things that could be said one by one."""
    pieces = re.split(r";\s+|,?\s+(?:and|but|while|whereas)\s+|,\s+(?=which\b)", text)
    kept = [piece.strip(" ,;") for piece in pieces if piece.strip(" ,;")]
    if len(kept) < 2 or any(len(set(content(piece))) < 2 for piece in kept):
        return []
    quoted = [one for piece in kept for one in facts(piece).quotations]
    return kept if quoted == list(facts(text).quotations) else []  # none is cut in two
