"""``python -m rag.training.confidence --data FOLDER``: what answers are ranked and declined by.

Indexes SQuAD's training articles and, apart, our own documents, asks held-out questions of each as
the assistant does, and prints what the constants of ``rag.finding``, ``rag.answering`` and
``rag.declining`` were chosen by. It only prints: they are set by hand. For two questions that the
documents answer it asks one that they only seem to, and one from another data set.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from index.embedding import SentenceTransformerEmbedder
from index.index import Index
from rag.asked_words import AskedWords
from rag.declining import nearness
from rag.finding import find_sentences, read_beside
from rag.reader_model import ReaderModel
from rag.retrieval import Retriever
from rag.training.confidence_tables import Asked, Fetched, Role, holds_gold_sentence, print_tables
from rag.training.own_documents import SOURCE, own_documents
from rag.training.sources import Row, held_out, load_rows

PASSAGES = 20  # as many as the assistant reads by default
FOLDER = 12  # documents
SQUAD = ("squad-v1", "squad-v2")
# Not PolicyQA: a folder of ours may hold a policy that answers its questions.
OFF_TOPIC = ("covid", "nq", "fairytale", "qed")


def main() -> None:
    """Read the arguments, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.confidence", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public data")
    parser.add_argument("--questions", type=int, default=200, help="answerable ones of each kind")
    parser.add_argument("--weights", type=Path, help="folder of the reader, else the shipped one")
    arguments = parser.parse_args()
    own = [row for one in own_documents() for row in one.rows]
    folders_of_ours = dozens(own)
    least = 2 * len(folders_of_ours)
    if arguments.questions < least:
        parser.error(f"--questions is {arguments.questions}; ask at least {least}, two a folder.")
    reader = ReaderModel.load(arguments.weights)
    public = load_rows(arguments.data)
    others = [row for row in public if row.source in OFF_TOPIC]
    articles = [row for row in public if row.source in SQUAD]
    asked: list[Asked] = []
    for kind, folders in (("encyclopedia", [articles]), ("folders of ours", folders_of_ours)):
        for rows in folders:
            count = arguments.questions // len(folders)
            questions = choose_questions([*rows, *others], count)
            with tempfile.TemporaryDirectory() as folder:
                asked += ask(kind, rows, questions, reader, Path(folder))
    print_tables(asked)


def dozens(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of the held-out documents, a dozen documents at a time, as a person's folder has.

    All in one index would be unlike any folder: "deaths 1938" asks of one document, not of 400.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if held_out(row.group, SOURCE):
            groups.setdefault(row.group, []).append(row)
    documents = list(groups.values())
    # Spread, since neighbours by name were written together and are alike.
    folders = max(1, len(documents) // FOLDER)
    return [[row for rows in documents[n::folders] for row in rows] for n in range(folders)]


def choose_questions(rows: Sequence[Row], count: int) -> list[tuple[Role, Row]]:
    """``count`` answerable ones, then half as many of the others; the same ones every time."""
    chance = random.Random(5)  # noqa: S311 - nothing secret
    by_role: dict[Role, list[Row]] = {role: [] for role in Role}
    for row in rows:
        if held_out(row.group, row.source):
            by_role[_role(row)].append(row)
    chosen: list[tuple[Role, Row]] = []
    for role, some in by_role.items():
        chance.shuffle(some)
        if role is Role.OFF_TOPIC:
            some.sort(key=_place_in_source(some))  # as many of each source
        most = count if role is Role.ANSWERABLE else count // 2
        chosen += [(role, row) for row in some[:most]]
    return chosen


def _place_in_source(rows: Sequence[Row]) -> Callable[[Row], int]:
    """Each row's number among those of its source."""
    counts, places = Counter[str](), dict[int, int]()
    for row in rows:
        places[id(row)] = counts[row.source]
        counts[row.source] += 1
    return lambda row: places[id(row)]


def ask(
    kind: str,
    rows: Sequence[Row],
    questions: Iterable[tuple[Role, Row]],
    reader: ReaderModel,
    folder: Path,
) -> list[Asked]:
    """Ask over an index of the documents that the rows are asked of; it is made in ``folder``."""
    embedder = SentenceTransformerEmbedder()
    retriever, asked = Retriever(embedder), list[Asked]()
    with Index.open(folder / "index", embedder) as index:
        index.sync([write_documents(rows, folder / "documents")])
        with index.snapshot() as snapshot:
            print(f"{kind}: {len(snapshot):,} passages", flush=True)
            for role, row in questions:
                passages = retriever.retrieve(snapshot, row.question, PASSAGES)
                readings = reader.read(row.question, passages)
                readings = read_beside(row.question, passages, readings, reader)
                found = tuple(find_sentences(passages, readings))
                fetched = tuple(
                    Fetched(
                        passage.score,
                        reading.answerability,
                        role is Role.ANSWERABLE and holds_gold_sentence(row, passage.chunk.text),
                    )
                    for passage, reading in zip(passages, readings, strict=True)
                )
                words = AskedWords.of(row.question, snapshot)
                near = nearness(passages, words, len(snapshot))
                asked.append(Asked(kind, role, row, found, fetched, words, near))
    return asked


def write_documents(rows: Sequence[Row], folder: Path) -> Path:
    """A text file for each title, of all the passages asked about; returns the folder."""
    documents: dict[str, dict[str, None]] = {}  # each passage once: many rows are asked of it
    for row in rows:
        documents.setdefault(row.title, {})[row.passage] = None
    folder.mkdir()
    for number, (title, passages) in enumerate(documents.items()):
        name = "".join(c if c.isalnum() else " " for c in title)[:80]
        text = "\n\n".join([title, *passages])
        (folder / f"{number} {name}.txt").write_text(text, encoding="utf-8")
    return folder


def _role(row: Row) -> Role:
    if row.source in OFF_TOPIC:
        return Role.OFF_TOPIC
    return Role.ANSWERABLE if row.answerable else Role.LOOK_ALIKE


if __name__ == "__main__":
    main()
