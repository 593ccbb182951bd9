"""Seconds that a person waits: search and answer at 10,000 passages, sync, start of the command.

The text is generated: sentences about invented places with Zipf-like word use, the same each time.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from eval.benchmarks.articles import write_files
from eval.benchmarks.figures import Figure, Result
from eval.metrics import percentile
from index.errors import FootnoteError, UsageError

FILES = 1_000
PARAGRAPHS = 10  #: a file; each about as long as a passage
QUERIES = 200
ANSWERS = 20

_SYLLABLES = (
    "bel cor dra fen gal har ist jor kel lin mor nes ost pra quen ras sol tur vel wyn".split()
)
_THINGS = (
    "harbour library bridge school market mill theatre hospital station garden tower ferry museum "
    "quarry lighthouse bakery council orchard observatory brewery canal archive workshop dairy"
).split()
_PEOPLE = "engineer mayor teacher gardener painter surgeon baker surveyor clerk pilot".split()
_GOODS = "timber salt wool grain cheese slate honey glass paper copper cider linen".split()
_SENTENCES = (
    "The {thing} of {place} was opened in {year} by the {person} {name}.",
    "It cost {number} crowns, of which the {other} paid {percent} per cent.",
    "In {year} some {number} tons of {goods} passed through the {thing}.",
    "{name}, a {person} from {place}, kept a diary of the work at the {other}.",
    "Visitors pay {small} crowns and may stay until {hour} o'clock.",
    "After the flood of {year} the {thing} stood empty for {small} months.",
    "The {other} next door sells {goods} and {goods2} on every market day.",
    "Nobody in {place} had expected that the {thing} would need {small} new roofs.",
)


def paragraph(rng: random.Random, place: str) -> str:
    """About 110 words on one place; common words are common and names are rare, as in real text."""
    thing = _zipf(rng, _THINGS)
    return " ".join(
        pattern.format(
            thing=thing,
            place=place,
            other=_zipf(rng, _THINGS),
            person=_zipf(rng, _PEOPLE),
            name=f"{coined_name(rng)} {coined_name(rng)}",
            goods=_zipf(rng, _GOODS),
            goods2=_zipf(rng, _GOODS),
            year=rng.randint(1650, 2020),
            number=f"{rng.randint(1_000, 99_999):,}",
            small=rng.randint(2, 40),
            percent=rng.randint(5, 95),
            hour=rng.randint(4, 9),
        )
        for pattern in rng.sample(_SENTENCES, k=len(_SENTENCES))
    )


def coined_name(rng: random.Random) -> str:
    """A name that is no word, such as "Belcor"."""
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3))).capitalize()


def _zipf(rng: random.Random, words: Sequence[str]) -> str:
    return rng.choices(words, weights=[1 / rank for rank in range(1, len(words) + 1)])[0]


def generated_files(files: int = FILES, seed: int = 1) -> list[tuple[str, str]]:
    """(name, text) of each file, a place a file."""
    rng = random.Random(seed)  # noqa: S311 - text to measure with, no secret
    places = [f"{coined_name(rng)} {coined_name(rng)}" for _ in range(files)]
    return [
        (place, "\n\n".join(paragraph(rng, place) for _ in range(PARAGRAPHS))) for place in places
    ]


def measure(*, files: int = FILES) -> Result:
    """Index the generated files, then time searches, answers, an idle sync and the command line."""
    from index.embedding import SentenceTransformerEmbedder
    from index.index import Index
    from rag.assistant import Assistant
    from rag.settings import Settings

    texts = generated_files(files)
    rng = random.Random(2)  # noqa: S311
    questions = [
        f"When was the {_zipf(rng, _THINGS)} of {rng.choice(texts)[0]} opened?"
        for _ in range(QUERIES)
    ]
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as folder:
        documents, index = Path(folder) / "documents", Path(folder) / "index"
        write_files(texts, documents)
        embedder = SentenceTransformerEmbedder()
        embedder.embed(["warm"])  # the model is loaded before anything is timed
        with Index.open(index, embedder) as writer:
            build = _timed(lambda: writer.sync([documents]))
            idle = _timed(lambda: writer.sync([documents]))
        assistant = Assistant.open(index=index, settings=Settings())
        chunks = sum(info.chunks for info in assistant.documents())
        assistant.search("warm", limit=20)
        searches = _each(lambda question: assistant.search(question, limit=20), questions)
        assistant.ask("warm")
        answers = _each(assistant.ask, questions[:ANSWERS])
        starts = [_run("--help") for _ in range(5)]
        cold = [_run("ask", questions[0], "--index", str(index)) for _ in range(3)]
    return Result(
        "Speed",
        f"{files} generated files, {chunks} passages, {QUERIES} searches, {ANSWERS} answers",
        (
            Figure("first sync, passages a second", chunks / build),
            Figure(f"sync of {files} unchanged files", idle, "s"),
            _milliseconds("search, median", searches, 50),
            _milliseconds("search, 95th percentile", searches, 95),
            _milliseconds("answer, median", answers, 50),
            _milliseconds("answer, 95th percentile", answers, 95),
            Figure("footnote --help, median", percentile(starts, 50), "s"),
            Figure("footnote ask in a new process, median", percentile(cold, 50), "s"),
        ),
    )


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _each(action: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    return [_timed(partial(action, question)) for question in questions]


def _milliseconds(name: str, seconds: Sequence[float], percent: float) -> Figure:
    value = percentile(seconds, percent)
    return Figure(name, None if value is None else 1000 * value, "ms")


def _run(*arguments: str) -> float:
    """Seconds that a ``footnote`` command takes from start to end in a process of its own."""
    command = Path(sys.executable).with_name("footnote")
    if not command.is_file():
        raise UsageError(f"{command} is missing: install Footnote into this environment.")
    started = time.perf_counter()
    done = subprocess.run(
        [str(command), *arguments], check=False, capture_output=True, text=True, timeout=600
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise FootnoteError(f"footnote {arguments[0]} ended with {done.returncode}: {said[0]}")
    return seconds
