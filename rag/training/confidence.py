"""``python -m rag.training.confidence --data FOLDER``: what an answer's confidence is made of.

Indexes SQuAD's training articles, asks held-out questions as the assistant does, and prints what
the passage weight, confidence and refusal thresholds of ``rag.finding`` were chosen by. It only
prints: the constants are set by hand. For two questions that the articles answer it asks one that
they only seem to (SQuAD 2.0's unanswerable ones) and one from another data set.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from index.embedding import SentenceTransformerEmbedder
from index.index import Index
from rag.finding import Found, find_sentences
from rag.reader_model import ReaderModel
from rag.retrieval import Retriever
from rag.training.claims import answer_sentence
from rag.training.measure import Floats, auc, calibration_error, fit_logistic, normalised
from rag.training.sources import Row, held_out, load_rows
from rag.types import Passage

PASSAGE_WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0)
PASSAGES = 20  # as many as the assistant reads by default
REFUSALS = tuple(product((2.5, 2.6, 2.7, 2.8, 2.9, 3.0), (0.1, 0.15, 0.2, 0.25, 0.3)))
INDEXED = ("squad-v1", "squad-v2")
OFF_TOPIC = ("policyqa", "covid", "nq", "fairytale")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it."""

    row: Row
    found: tuple[Found, ...]  #: sentences, each with its passage
    first: Passage  #: the one that search puts first; its score is the fused score

    @property
    def is_answerable(self) -> bool:
        """Do the indexed articles answer it?"""
        return self.row.source in INDEXED and self.row.answerable


def main() -> None:
    """Read the arguments, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.confidence", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public data")
    parser.add_argument("--questions", type=int, default=300, help="answerable ones, at least 2")
    parser.add_argument("--weights", type=Path, help="folder of the reader, else the shipped one")
    parser.add_argument("--passage-weight", type=float, default=2.0, help="for the last tables")
    arguments = parser.parse_args()
    if arguments.questions < 2:
        parser.error(f"--questions is {arguments.questions}; ask at least 2.")
    rows, reader = load_rows(arguments.data), ReaderModel.load(arguments.weights)
    with tempfile.TemporaryDirectory() as folder:
        asked = ask(rows, choose_questions(rows, arguments.questions), reader, Path(folder))
    print_ranking([one for one in asked if one.is_answerable])
    print_confidence(asked, arguments.passage_weight)


def choose_questions(rows: Sequence[Row], count: int) -> list[Row]:
    """``count`` answerable ones, then half as many of the others; the same ones every time."""
    chance = random.Random(5)  # noqa: S311 - nothing secret
    aside = [row for row in rows if held_out(row.group, row.source)]
    squad = [row for row in aside if row.source in INDEXED]
    answerable, look_alikes = ([r for r in squad if r.answerable is x] for x in (True, False))
    off_topic = [row for row in aside if row.source in OFF_TOPIC]
    for some in (answerable, look_alikes, off_topic):
        chance.shuffle(some)
    return answerable[:count] + look_alikes[: count // 2] + off_topic[: count // 2]


def ask(rows: list[Row], questions: list[Row], reader: ReaderModel, folder: Path) -> list[Asked]:
    """Ask over an index of all SQuAD articles among the rows; it is made in ``folder``."""
    embedder = SentenceTransformerEmbedder()
    retriever, asked = Retriever(embedder), list[Asked]()
    with Index.open(folder / "index", embedder) as index:
        print(index.sync([write_articles(rows, folder / "articles")]), flush=True)
        with index.snapshot() as snapshot:
            for row in questions:
                passages = retriever.retrieve(snapshot, row.question, PASSAGES)
                found = find_sentences(passages, reader.read(row.question, passages))
                asked.append(Asked(row, tuple(found), passages[0]))
    return asked


def write_articles(rows: Sequence[Row], folder: Path) -> Path:
    """A text file for each SQuAD article, named by its title; returns the folder."""
    articles: dict[str, dict[str, None]] = {}  # each paragraph once: many rows are asked of it
    for row in rows:
        if row.source in INDEXED:
            articles.setdefault(row.title, {})[row.passage] = None
    folder.mkdir()
    for title, paragraphs in articles.items():
        (folder / f"{title}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    return folder


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


def print_ranking(asked: Sequence[Asked]) -> None:
    """By passage weight, how good the best sentences of answerable questions are."""
    alone = np.mean([holds_gold_sentence(one.row, one.first.chunk.text) for one in asked])
    print(f"\n{len(asked)} answerable questions; search's first passage is right for {alone:.3f}")
    print("weight  best sentence  one of three  short F1  its passage")
    for weight in PASSAGE_WEIGHTS:
        rows = []
        for one in asked:
            found = ranked(one.found, weight)[:3]
            right = [holds_answer(one.row, sentence_text(sentence)) for sentence in found]
            short = (found[0].short or sentence_text(found[0])) if found else ""
            held = bool(found) and holds_gold_sentence(one.row, found[0].passage.chunk.text)
            rows.append((any(right[:1]), any(right), answer_f1(one.row, short), held))
        best, three, f1, first = np.array(rows, dtype=np.float64).mean(axis=0)
        print(f"{weight:6.1f}  {best:13.3f}  {three:12.3f}  {f1:8.3f}  {first:11.3f}")


def evidence(one: Asked, weight: float) -> tuple[float, float, float]:
    """Of the best sentence: log-odds of its span, its passage's score, 1.0 when it is right."""
    best = next(iter(ranked(one.found, weight)), None)
    probability, score = (best.probability, best.passage.score) if best else (0.0, one.first.score)
    likely = min(max(probability, 1e-4), 1 - 1e-4)  # as the answer's confidence bounds it
    right = best and one.is_answerable and holds_answer(one.row, sentence_text(best))
    return float(np.log(likely / (1 - likely))), score, float(bool(right))


def crossed(features: Floats, labels: Floats) -> Floats:
    """Probability of every row by a fit on the other nine tenths."""
    out, fold = np.zeros(len(labels)), np.arange(len(labels)) % 10
    for aside in (fold == number for number in range(10)):
        *weights, bias = fit_logistic(features[~aside], labels[~aside])
        out[aside] = 1 / (1 + np.exp(-(features[aside] @ np.array(weights) + bias)))
    return out


def print_confidence(asked: Sequence[Asked], weight: float) -> None:
    """The fit of "the best sentence is right", how good it is, and what is refused.

    That is when the first passage's score is below the floor or confidence below the threshold.
    """
    *columns, right = np.array([evidence(one, weight) for one in asked]).T
    features = np.stack(columns, axis=1)
    span, score, bias = fit_logistic(features, right)
    likely = crossed(features, right)
    print(f"\nconfidence = sigmoid({span:.3f} logit(span) + {score:.3f} score + {bias:.3f})")
    separated, brier = auc(list(likely), list(right)), np.mean((likely - right) ** 2)
    error = calibration_error(likely, right)
    print(f"at passage weight {weight:g}. Below, each tenth by a fit on the others:")
    print(f"AUC {separated:.3f}, Brier {brier:.3f}, calibration error {error:.3f}; refused:")
    print("floor  threshold  answerable  best right   off-topic  look-alike")
    top = np.array([one.first.score for one in asked])
    answerable = np.array([one.is_answerable for one in asked])
    off_topic = np.array([one.row.source in OFF_TOPIC for one in asked])
    groups = (answerable, right > 0.5, off_topic, ~answerable & ~off_topic)
    for floor, threshold in REFUSALS:
        refused = (top < floor) | (likely < threshold)
        cells = "  ".join(f"{refused[some].mean():10.3f}" for some in groups)
        print(f"{floor:5.1f}  {threshold:9.2f}  {cells}")


def sentence_text(found: Found) -> str:
    """The sentence itself."""
    chunk = found.passage.chunk
    return chunk.text[found.start - chunk.start : found.end - chunk.start]


if __name__ == "__main__":
    main()
