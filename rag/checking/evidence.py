"""Where in the passages a sentence may be borne out: spans, what speaks against each, and how much
of the sentence's wording each holds. What is left to meaning is scored in `rag.citations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.analysis import terms
from index.sentences import sentence_spans
from rag.checking.denials import denied
from rag.checking.exchanges import exchanged
from rag.checking.facts import Facts, facts, fold_quotes, lacking, wanted_quantities
from rag.checking.linking import clauses, misplaced, of_two_rows, other_subject
from rag.checking.orders import WHY as ORDERS
from rag.checking.orders import rests_on_orders
from rag.checking.polarity import contradiction
from rag.checking.relations import same_comparison, turned
from rag.checking.roles import counts_other, told_of_other, turned_round
from rag.checking.strength import stronger
from rag.checking.wording import content
from rag.types import Citation, Passage, Verdict

LONGEST_SPAN = 3  #: sentences of one citation at most
_JUDGED = 12  # spans looked at closely, of some hundreds
_HINTED = 0.15  # what a marker of the model adds when spans are chosen to be looked at
_LONGER = 0.01  # what each further sentence of a span takes off there
_AROUND = 0.7  # what a word counts that only the title or a heading holds
_COUNTED = 0.5  # what a number or date, which has been found already, counts as of a word
_QUOTED_WORDS = 4  # from which what is quoted word for word cannot contradict its source
_STOPS = " .!?"
_TAKES_BACK = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|without|unless|if|whether|only|until|denie[sd]|false|"
    r"wrong|untrue|instead)\b|n't\b"
)
_GOES_ON = re.compile(r"(?:It|They|This|These|That|He|She|But|However)\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Some sentences in a row of a passage: offsets into ``passage.chunk.text``."""

    passage: Passage
    start: int
    end: int
    coverage: float = 0.0  #: share of the sentence's wording held, 0–1
    score: float = 0.0  #: probability-like, 0–1, once it was judged

    @property
    def text(self) -> str:
        return self.passage.chunk.text[self.start : self.end]

    @property
    def around(self) -> str:
        """Title and headings, a line each: a reader of the span has them before the eyes."""
        chunk, document = self.passage.chunk, self.passage.document
        return "\n".join((chunk.context, *chunk.headings, document.title))

    @property
    def key(self) -> tuple[str, int, int]:
        """Where it stands in its document."""
        chunk = self.passage.chunk
        return chunk.document_id, chunk.start + self.start, chunk.start + self.end

    def as_passage(self) -> Passage:
        """The span as a passage of its own, under its title and headings, for a reader."""
        chunk = self.passage.chunk
        _, start, end = self.key
        short = replace(chunk, start=start, end=end, text=self.text)
        return replace(self.passage, chunk=short)

    def citation(self, number: int, verdict: Verdict) -> Citation:
        """The footnote for it."""
        document_id, start, end = self.key
        return Citation(
            number=number,
            document_id=document_id,
            source=self.passage.document.source,
            title=self.passage.document.title,
            pages=self.passage.chunk.pages,
            start=start,
            end=end,
            quote=self.text,
            verdict=verdict,
            score=self.score,
            modified=self.passage.document.modified,
        )


@lru_cache(maxsize=1024)
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """One to three sentences in a row; rows of a table only by themselves."""
    pieces = tuple(_pieces(text))
    rows = [" | " in text[start:end] for start, end in pieces]
    found: list[tuple[int, int]] = []
    for first, (start, end) in enumerate(pieces):
        found.append((start, end))
        for last in range(first + 1, min(first + LONGEST_SPAN, len(pieces))):
            if rows[first] or rows[last]:
                break
            found.append((start, pieces[last][1]))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The sentences, where those of one table row are one."""
    done = -1
    for start, end in sentence_spans(text):
        if start < done:
            continue
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        if " | " in text[line_start:line_end]:
            done = line_end
            yield start, start + len(text[start:line_end].rstrip())
        else:
            yield start, end


def candidates(text: str, passages: Sequence[Passage], hints: Sequence[int] = ()) -> list[Evidence]:
    """The spans that have most words in common with a sentence, best first."""
    wanted, exact = _contents(text), _stems(text)
    found: list[tuple[float, Evidence]] = []
    for place, passage in enumerate(passages):
        words, context = passage.chunk.text, _contents(passage.chunk.context)
        hinted = _HINTED if place in hints else 0.0
        for start, end in spans(words):
            piece = words[start:end]
            held = _contents(piece)
            share = len(wanted & held) + _AROUND * len((wanted & context) - held)
            rank = share / max(1, len(wanted)) + len(exact & _stems(piece)) / max(1, len(exact))
            rank += hinted - _LONGER * len(sentence_spans(piece))
            found.append((rank, Evidence(passage, start, end)))
    found.sort(key=lambda one: -one[0])
    return [evidence for _, evidence in found[:_JUDGED]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What forbids that a span bears a sentence out."""

    why: str  #: a clause
    denies: Evidence | None = None  #: the sentence that speaks of the very thing, otherwise


def fault(text: str, evidence: Evidence) -> Fault | None:
    """A fact that the span does not hold, a denial, or a wrong link between what it does hold."""
    if gives_orders_only(text, evidence):
        return Fault(ORDERS)
    said, held, around = facts(text), facts(evidence.text), facts(evidence.around)
    if _own_words(text, evidence.text):
        return None
    lack = lacking(said, held, around)
    if lack is not None:
        return Fault(str(lack))
    if sum(len(words.split()) for words in said.quotations) < _QUOTED_WORDS:
        for one in _near(said, evidence):
            against = contradiction(text, one.text, _wider(evidence))
            if against is not None and same_comparison(text, one.text):
                against = None
            against = against or exchanged(text, one.text) or denied(text, one.text)
            against = against or turned_round(text, one.text) or told_of_other(text, one.text)
            against = against or turned(text, one.text)
            if against is not None:
                return Fault(against, denies=one)
        over = stronger(text, held.text) or turned_round(text, held.text)
        over = over or counts_other(text, held.text)
        if over is not None:
            return Fault(over, denies=evidence)
    wrong = misplaced(text, held.text)
    if wrong is None and " | " in held.text:
        wrong = of_two_rows(text, evidence.passage.chunk.text)
    elif wrong is None and other_subject(text, _wider(evidence)):
        wrong = "it is said of something else there"
    return None if wrong is None else Fault(wrong)


def gives_orders_only(text: str, evidence: Evidence) -> bool:
    """Whether a span gives orders to a model, and the sentence does not say that it does."""
    return rests_on_orders(text, evidence.passage.chunk.text, evidence.start, evidence.end)


def same_words(text: str, held: str) -> bool:
    """Whether two sentences are the same to the letter, but for the look of their marks."""
    return fold_quotes(text).strip(_STOPS) == fold_quotes(held).strip(_STOPS)


def _own_words(text: str, held: str) -> bool:
    """Whether a sentence stands in another word for word, and nothing before it takes it back."""
    before, found, _ = fold_quotes(held).partition(fold_quotes(text).strip(_STOPS))
    sentence = before[max(before.rfind(mark) for mark in ".!?;") + 1 :]
    return bool(found) and not _TAKES_BACK.search(sentence)


def _wider(evidence: Evidence) -> str:
    """The span with the sentence before it and the one after it."""
    words = evidence.passage.chunk.text
    found = sentence_spans(words)
    start = max((a for a, b in found if b <= evidence.start), default=evidence.start)
    end = min((b for a, b in found if a >= evidence.end), default=evidence.end)
    return words[start:end]


def _near(said: Facts, evidence: Evidence) -> Iterator[Evidence]:
    """The sentences of the span, and the one after it when it goes on about the same."""
    wanted = _contents(said.text)
    words = evidence.passage.chunk.text
    for start, end in sentence_spans(words, evidence.start):
        piece = words[start:end]
        if start >= evidence.end and not (_GOES_ON.match(piece) and _contents(piece) & wanted):
            return
        yield Evidence(evidence.passage, start, end)


def weighed(text: str, evidence: Evidence) -> Evidence:
    """The span with the share of a sentence's wording that it holds.

    Half of it is that of the whole span, half what single sentences hold of each clause: words
    gathered from here and there say less than the same words together.
    """
    around = _contents(evidence.around)
    pieces = sentence_spans(evidence.text)
    bags = [_contents(evidence.text[start:end]) for start, end in pieces]
    whole = share(_contents(text), _contents(evidence.text), around)
    parts = [_contents(clause) for clause in clauses(text)]
    best = [
        len(part) * max((share(part, bag, around) for bag in bags), default=0.0) for part in parts
    ]
    together = sum(best) / max(1, sum(map(len, parts)))
    found = facts(text).figures
    counted = _COUNTED * (len(wanted_quantities(found.quantities)) + len(found.moments))
    words = len(_contents(text))
    held = ((whole + together) / 2 * words + counted) / max(1, words + counted)
    return replace(evidence, coverage=held)


def share(wanted: frozenset[str], held: frozenset[str], around: frozenset[str]) -> float:
    """How much of the wanted stems is held; those in title and headings count less."""
    if not wanted:
        return 1.0
    missing = wanted - held
    related = {stem for stem in missing if _related(stem, held)}
    total = len(wanted) - len(missing) + len(related)
    return (total + _AROUND * len((missing - related) & around)) / len(wanted)


def _related(stem: str, held: frozenset[str]) -> bool:
    """Whether a word of the same root is held: "manufactur" and "manufacturer"."""
    if len(stem) < 5:
        return False
    root = stem[:-1]
    return any(
        len(other) >= 5 and (other.startswith(root) or stem.startswith(other[:-1]))
        for other in held
    )


@lru_cache(maxsize=16_384)
def _contents(text: str) -> frozenset[str]:
    return frozenset(content(text))


@lru_cache(maxsize=16_384)
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text))
