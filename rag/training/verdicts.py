"""``python -m rag.training.verdicts``: the weights by which a sentence says yes, or no.

Reads the yes/no questions of held-out documents of ours, those whose questions are in part left
open, as the assistant does: the reader picks the sentence, the judge gives its two probabilities,
and `rag.polar_words.wording` what the words do. Prints the weights of `rag.polar_words`, of whether
the sentence decides and which way, and, by cross-validation over documents, how many questions get
the right word and a wrong one at each bar.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from index.types import Chunk, DocumentInfo
from rag.finding import find_sentences
from rag.polar_words import Heard, deciding, saying, wording
from rag.reader_model import ReaderModel
from rag.training.own_documents import SOURCE, OwnDocument, own_documents
from rag.training.polar import OPEN
from rag.training.sources import held_out
from rag.types import Parts, Passage

BARS = (0.5, 0.55, 0.58, 0.6, 0.62, 0.65, 0.7)
_STRENGTH = 0.5  # inverse of the regularisation
_FOLDS = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, what it is to be answered with, and what tells it."""

    document: str
    label: float  #: 1 yes, 0 no, 0.5 open
    deciding: tuple[float, ...]  #: as in `rag.polar_words`
    saying: tuple[float, ...]


def main() -> None:
    """Read the arguments, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.verdicts", description=__doc__)
    parser.add_argument("--weights", type=Path, help="folder of the reader, else the shipped one")
    arguments = parser.parse_args()
    reader = ReaderModel.load(arguments.weights)
    documents = [one for one in own_documents() if held_out(one.name, SOURCE)]
    leaving = [one for one in documents if any(p.claim.label == OPEN for p in one.polar)]
    judged = [one for document in leaving for one in judge(document, reader)]
    print(f"{len(judged)} questions about {len(leaving)} documents")
    groups = np.array([one.document for one in judged])
    labels = np.array([one.label for one in judged])
    decided = labels != OPEN
    deciding = np.array([one.deciding for one in judged])
    saying = np.array([one.saying for one in judged])
    decides, yes = np.zeros(len(judged)), np.zeros(len(judged))
    for train, test in GroupKFold(_FOLDS).split(deciding, groups=groups):
        model = _model(deciding[train], decided[train])
        decides[test] = model.predict_proba(deciding[test])[:, 1]
        told = train[decided[train]]
        model = _model(saying[told], labels[told] == 1.0, even=True)
        yes[test] = model.predict_proba(saying[test])[:, 1]
    _print_weights("_DECIDES", _model(deciding, decided))
    _print_weights("_SAYS_YES", _model(saying[decided], labels[decided] == 1.0, even=True))
    for bar in BARS:
        print(f"bar {bar}: {count(labels, decides * yes, decides * (1.0 - yes), bar)}")


def _model(
    features: NDArray[np.float64], labels: NDArray[np.bool_], *, even: bool = False
) -> LogisticRegression:
    """A fit to the features and labels; ``even`` as if both were as many."""
    weight = "balanced" if even else None
    return LogisticRegression(C=_STRENGTH, class_weight=weight).fit(features, labels)


def _print_weights(name: str, model: LogisticRegression) -> None:
    fitted = (*model.coef_[0], model.intercept_[0])
    print(f"{name} = ({', '.join(f'{weight:.2f}' for weight in fitted)})")


def judge(document: OwnDocument, reader: ReaderModel) -> list[Judged]:
    """The yes/no questions of a document with what tells their answers."""
    info = DocumentInfo(document.name, (), document.title, None, None, None, 1)
    judged = []
    for polar in document.polar:
        text, question = polar.row.passage, polar.row.question
        chunk = Chunk("", document.name, 0, len(text), text, (), (), document.title)
        passage = Passage(chunk, info, 1.0, Parts())
        found = find_sentences([passage], reader.read(question, [passage]))
        if found:
            quote = found[0].quote
            alone = replace(passage, chunk=replace(chunk, text=quote, end=len(quote)))
            by_passage, by_itself = reader.support(question, [passage, alone])
            heard = Heard(by_passage, by_itself, found[0].answerability)
            said = wording(question, quote)
            told = deciding(heard, said), saying(heard, said)
            judged.append(Judged(document.name, polar.claim.label, *told))
    return judged


def count(
    labels: NDArray[np.float64], yes: NDArray[np.float64], no: NDArray[np.float64], bar: float
) -> str:
    """How many questions get the right word, a wrong one, and none, of each kind.

    >>> count(np.array([1.0, 0.0, 0.5]), np.array([0.9, 0.8, 0.2]), np.array([0.1, 0.1, 0.3]), 0.6)
    'yes 1 right, 0 wrong of 1; no 0 right, 1 wrong of 1; open 0 wrong of 1'
    """
    said = np.where((yes >= bar) & (yes >= no), 1.0, np.where(no >= bar, 0.0, OPEN))
    parts = []
    for name, label in (("yes", 1.0), ("no", 0.0), ("open", OPEN)):
        of_kind: Sequence[float] = said[labels == label].tolist()
        right, wrong = of_kind.count(label), sum(one not in (label, OPEN) for one in of_kind)
        told = f"{wrong} wrong" if label == OPEN else f"{right} right, {wrong} wrong"
        parts.append(f"{name} {told} of {len(of_kind)}")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
