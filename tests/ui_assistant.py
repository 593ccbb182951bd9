"""A real assistant over a few small documents for the tests of the page and for its pictures.

Everything is real but the embedder, which hashes words: no model is loaded, answers take
milliseconds. `Paced` waits between the snapshots of an answer, so that streaming can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from index.embedding import HashingEmbedder
from index.index import Index
from index.types import Scope
from rag.assistant import Assistant
from rag.language_model import StopFlag
from rag.reader import EvidenceReader
from rag.retrieval import RetrievalOptions, Retriever
from rag.settings import Settings
from rag.types import Answer, Turn


class Paced(Assistant):
    """Waits after each snapshot, and remembers what it was asked and whether it was closed."""

    step_s = 0.0
    asked: tuple[str, tuple[Turn, ...]] = ("", ())
    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        stop: StopFlag | None = None,
        anyway: bool = False,
    ) -> Iterator[Answer]:
        self.asked = (question, tuple(history))
        for answer in super().stream(question, history, scope=scope, stop=stop, anyway=anyway):
            began = time.monotonic()  # a test may end the wait by setting ``step_s``
            while time.monotonic() - began < self.step_s and not (stop and stop.is_set()):
                time.sleep(0.02)
            yield answer


def paced(folder: Path, files: Mapping[str, str], threshold: float = 0.15) -> Paced:
    """An assistant whose index holds these files, by name."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for name, words in files.items():
        (documents / name).write_text(words, "utf-8")
    embedder = HashingEmbedder()
    index = Index.open(folder / "index", embedder, create=True)
    settings = Settings(threshold=threshold)
    made = Paced(index, Retriever(embedder, RetrievalOptions()), EvidenceReader(embedder), settings)
    made.sync(roots=[documents])
    return made
