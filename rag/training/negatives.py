"""Questions whose passage looks right and is not: near and far paragraphs, and changed questions.

Near paragraphs are the top of a ranking within the same article (or over all passages where
articles have only one), without those that hold the answer; far ones the top of a ranking over all
other articles: what is found for a question that the documents are not about. Changed questions
imitate the people who wrote SQuAD 2.0's unanswerable ones: another number, another name, the
opposite word.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.analysis import question_terms, terms
from rag.training.sources import Row

OPPOSITES = {
    "after": "before",
    "before": "after",
    "begin": "end",
    "began": "ended",
    "beginning": "end",
    "best": "worst",
    "big": "small",
    "biggest": "smallest",
    "born": "killed",
    "decrease": "increase",
    "decreased": "increased",
    "early": "late",
    "east": "west",
    "eastern": "western",
    "end": "begin",
    "ended": "began",
    "fewer": "more",
    "first": "last",
    "former": "current",
    "founded": "abolished",
    "gain": "lose",
    "gained": "lost",
    "greater": "smaller",
    "greatest": "smallest",
    "high": "low",
    "higher": "lower",
    "highest": "lowest",
    "important": "unimportant",
    "include": "exclude",
    "included": "excluded",
    "increase": "decrease",
    "increased": "decreased",
    "inside": "outside",
    "large": "small",
    "larger": "smaller",
    "largest": "smallest",
    "last": "first",
    "late": "early",
    "later": "earlier",
    "least": "most",
    "less": "more",
    "longest": "shortest",
    "lost": "won",
    "low": "high",
    "lower": "higher",
    "lowest": "highest",
    "main": "minor",
    "major": "minor",
    "majority": "minority",
    "male": "female",
    "maximum": "minimum",
    "minimum": "maximum",
    "more": "fewer",
    "most": "least",
    "new": "old",
    "newest": "oldest",
    "north": "south",
    "northern": "southern",
    "often": "rarely",
    "old": "new",
    "oldest": "youngest",
    "opened": "closed",
    "over": "under",
    "private": "public",
    "public": "private",
    "rich": "poor",
    "small": "large",
    "smaller": "larger",
    "smallest": "largest",
    "south": "north",
    "southern": "northern",
    "start": "end",
    "started": "ended",
    "strong": "weak",
    "support": "oppose",
    "supported": "opposed",
    "upper": "lower",
    "west": "east",
    "western": "eastern",
    "winning": "losing",
    "with": "without",
    "won": "lost",
    "young": "old",
    "youngest": "oldest",
}
NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+(?:\s+(?:of\s+|de\s+|the\s+)?[A-Z][\w’'-]+)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
WORD = re.compile(r"[A-Za-z]+")


Vectors = dict[str, npt.NDArray[np.float32]]


class Text(NamedTuple):
    """A passage, with the title and the group of the row it comes from."""

    passage: str
    title: str
    group: str


class Posting(NamedTuple):
    """The passages that hold a term, each once, and what it adds to their scores."""

    numbers: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranking over some passages, as the retriever does it: 4 times cosine, plus share of BM25.

    BM25 with k1 1.2 and b 0.75 (Robertson and Zaragoza 2009). Where no vectors are given, the
    ranking is by BM25 alone.
    """

    texts: tuple[Text, ...]
    postings: dict[str, Posting]
    vectors: Vectors | None = None  #: text -> unit vector, of passages and questions
    matrix: npt.NDArray[np.float32] | None = None  #: (passages, dimension), unit rows

    @classmethod
    def of(cls, texts: Sequence[Text], vectors: Vectors | None = None) -> Ranking:
        """Rank over these passages."""
        counts = [Counter(terms(text.passage)) for text in texts]
        lengths = [sum(count.values()) for count in counts]
        mean = max(1.0, sum(lengths) / max(1, len(lengths)))
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, count in enumerate(counts):
            norm = 1.2 * (0.25 + 0.75 * lengths[number] / mean)
            for term, times in count.items():
                found[term].append((number, times * 2.2 / (times + norm)))
        total = len(texts)
        weighted = {
            term: Posting(
                np.array([n for n, _ in hits]),
                math.log(1 + (total - len(hits) + 0.5) / (len(hits) + 0.5))
                * np.array([weight for _, weight in hits]),
            )
            for term, hits in found.items()
        }
        matrix = None if vectors is None else np.stack([vectors[one.passage] for one in texts])
        return cls(tuple(texts), weighted, vectors, matrix)

    def top(self, question: str, count: int) -> list[Text]:
        """The passages nearest to the question, best first."""
        scores = np.zeros(len(self.texts))
        for term in question_terms(question):
            posting = self.postings.get(term)
            if posting is not None:
                scores[posting.numbers] += posting.weights
        if self.vectors is not None and self.matrix is not None:
            cosines = self.matrix @ self.vectors[question]
            scores = 4.0 * cosines + scores / max(float(scores.max()), 1e-9)
        best = np.argsort(-scores, kind="stable")[:count]
        return [self.texts[number] for number in best if scores[number] > 0]


def rankings(rows: Sequence[Row], vectors: Vectors | None = None) -> dict[str, Ranking]:
    """One ranking per article; Natural Questions and QED share one, their articles being short."""
    texts: dict[str, dict[str, Text]] = defaultdict(dict)
    for row in rows:
        if row.source != "qamr":
            texts[pool(row)][row.passage] = Text(row.passage, row.title, row.group)
    return {name: Ranking.of(list(own.values()), vectors) for name, own in texts.items()}


def far_ranking(ranked: Mapping[str, Ranking], vectors: Vectors | None = None) -> Ranking:
    """One ranking over the passages of all articles, without those that fit any question.

    Policies answer each other's questions, and stories name their people "he" and "she".
    """
    kept = [
        one for name, own in ranked.items() if not name.startswith(_GENERIC) for one in own.texts
    ]
    return Ranking.of(kept, vectors)


def text_vectors(rows: Sequence[Row]) -> Vectors:
    """Questions and passages by the built-in embedder, for negatives as near as in use."""
    from index.embedding import SentenceTransformerEmbedder

    texts = list(
        dict.fromkeys(
            text for row in rows if row.source != "qamr" for text in (row.question, row.passage)
        )
    )
    return dict(zip(texts, SentenceTransformerEmbedder().embed(texts), strict=True))


_GENERIC = ("policyqa", "fairytale")


def pool(row: Row) -> str:
    """The name of the set of passages that a row's negatives come from."""
    if row.source in ("qed", "nq", "own"):
        return "own" if row.source == "own" else "nq"  # short documents, ranked all together
    return f"{row.source}/{row.group}"


def near_passages(row: Row, ranked: Ranking, count: int) -> list[Text]:
    """Passages that rank high for the question and hold none of its answers."""
    return _without_answer(row, ranked.top(row.question, 3 * count + 2))[:count]


def far_passages(row: Row, ranked: Ranking, count: int) -> list[Text]:
    """The same of other articles only, by a `far_ranking`."""
    found = _without_answer(row, ranked.top(row.question, 12 * count))
    return [one for one in found if one.group != row.group][:count]


def _without_answer(row: Row, found: Sequence[Text]) -> list[Text]:
    answers = [row.passage[start:end].casefold() for start, end in row.spans]
    return [
        one
        for one in found
        if one.passage != row.passage
        and not any(answer in one.passage.casefold() for answer in answers)
    ]


def near_row(row: Row, text: Text) -> Row:
    """The same question with a passage that does not answer it."""
    return replace(row, passage=text.passage, title=text.title, spans=(), answerable=False)


def changed_question(row: Row, chance: random.Random) -> Row | None:
    """The row with a word of its question changed so that the passage no longer answers it."""
    makers = [_other_number, _other_name, _opposite]
    chance.shuffle(makers)
    for make in makers:
        question = make(row, chance)
        if question is not None and question != row.question:
            return replace(row, question=question, spans=(), answerable=False)
    return None


def other_number(number: str, texts: Sequence[str], chance: random.Random) -> str:
    """A number of the same look as ``number``: one from the texts, or one with a digit changed."""
    seen = {m.group() for text in texts for m in NUMBER.finditer(text)} - {number}
    alike = sorted(other for other in seen if len(other) == len(number))
    if alike and chance.random() < 0.6:
        return chance.choice(alike)
    places = [place for place, character in enumerate(number) if character.isdigit()]
    place = chance.choice(places[-2:])
    digit = chance.choice([d for d in "123456789" if d != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _other_number(row: Row, chance: random.Random) -> str | None:
    found = [m for m in NUMBER.finditer(row.question) if m.group() in row.passage]
    if not found:
        return None
    match = chance.choice(found)
    new = other_number(match.group(), [row.passage], chance)
    return row.question[: match.start()] + new + row.question[match.end() :]


def _other_name(row: Row, chance: random.Random) -> str | None:
    answers = {row.passage[start:end] for start, end in row.spans}
    found = [m for m in NAME.finditer(row.question) if m.group() in row.passage]
    lowered = row.question.casefold()
    others = sorted(
        {
            m.group()
            for m in NAME.finditer(row.passage)
            if m.group().casefold() not in lowered and m.group() not in answers
        }
    )
    if not found or not others:
        return None
    match = chance.choice(found)
    return row.question[: match.start()] + chance.choice(others) + row.question[match.end() :]


def _opposite(row: Row, chance: random.Random) -> str | None:
    found = [m for m in WORD.finditer(row.question) if m.group().casefold() in OPPOSITES]
    if not found:
        return None
    match = chance.choice(found)
    new = OPPOSITES[match.group().casefold()]
    return row.question[: match.start()] + new + row.question[match.end() :]
