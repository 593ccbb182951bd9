"""Bytes flipped and files cut: is it found before it is used, or does it change no answer?

The library is the sample documents, with the hashing embedder and the reader that needs no model.
Every question is asked of the damaged copy, every document listed and read. Allowed is an error of
ours that names the index, or exactly the answers of the sound copy.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index import vectors as vectors_module
from index.embedding import HashingEmbedder
from index.errors import DamagedError, FootnoteError
from index.index import Index
from index.salvage import salvage
from rag.assistant import Assistant
from rag.reader import EvidenceReader
from rag.retrieval import Retriever
from rag.settings import Settings

from .faults import Tally

_SAMPLES = Path(__file__).resolve().parents[2] / "eval" / "sets" / "samples" / "documents"
_KINDS = (".md", ".txt", ".csv", ".html", ".rst", ".jsonl")
QUESTIONS = (
    "Can I keep a cat in the flat?",
    "How late is the library open on Thursdays?",
    "How do I switch off the sleep timer of the espresso machine?",
    "Who must be told when a repair is needed?",
    "How much is the deposit?",
    "What does the warranty cover?",
)
Spoil = Callable[[bytes, random.Random], bytes]


def flipped(data: bytes, choice: random.Random) -> bytes:
    at = choice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << choice.randrange(8))]) + data[at + 1 :]


def cut(data: bytes, choice: random.Random) -> bytes:
    return data[: choice.randrange(len(data))]


KINDS: dict[str, str] = {
    "catalog": "catalog.sqlite",
    "log of a killed writer": "catalog.sqlite-wal",
    "shared memory of a killed writer": "catalog.sqlite-shm",
    "vectors, exact": "vectors-*.faiss",
    "vectors, coded": "vectors-*.faiss",
}


def make(base: Path, kind: str) -> Path:
    """A sound index in which the file to damage is there."""
    folder = base / "sound"
    shutil.rmtree(folder, ignore_errors=True)
    sample = sorted(path for path in _SAMPLES.iterdir() if path.suffix in _KINDS)[:12]
    embedder = HashingEmbedder(64)
    with Index.open(folder / "index", embedder) as index:
        if "killed" not in kind:
            index.sync(sample)
            return folder / "index"
        index.sync(sample[:6])
        reader = sqlite3.connect(folder / "index" / "catalog.sqlite")
        reader.execute("BEGIN")  # keeps the log from being written back
        reader.execute("SELECT count(*) FROM manifest").fetchone()
        index.sync(sample[6:])
        shutil.copytree(folder / "index", folder / "killed")
        reader.close()
    return folder / "killed"


def answers(folder: Path) -> list[object]:
    """Everything that a person can see of an index."""
    embedder = HashingEmbedder(64)
    with Index.open(folder, embedder) as index:
        retriever, reader = Retriever(embedder), EvidenceReader(embedder)
        assistant = Assistant(index, retriever, reader, Settings(), None)
        seen: list[object] = [assistant.documents(), assistant.skipped()]
        seen += [assistant.document(info.id) for info in assistant.documents()]
        for question in QUESTIONS:
            answer = assistant.ask(question)
            seen.append(replace(answer, timings={}))
        return seen


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """``sample`` flips and as many cuts of each kind of file (200 when not given)."""
    count = 200 if sample is None else sample
    exact_up_to = vectors_module.EXACT_UP_TO
    for kind, pattern in KINDS.items():
        vectors_module.EXACT_UP_TO = 10 if "coded" in kind else exact_up_to
        sound = make(base, kind)
        expected = answers(_copy(sound, base / "first"))
        for spoil in (flipped, cut):
            choice = random.Random(f"{seed} {kind} {spoil.__name__}")
            seen: Counter[str] = Counter()
            for _ in range(count):
                harmed = _copy(sound, base / "harmed")
                (path,) = harmed.glob(pattern)
                path.write_bytes(spoil(path.read_bytes(), choice))
                try:
                    outcome = _outcome(harmed, expected)
                except Exception as error:
                    tally.fail(f"{kind}, {spoil.__name__}", error)
                    outcome = "FAILED"
                seen[outcome] += 1
                tally.done[f"{kind}, {spoil.__name__}: {outcome}"] += 1
            print(f"{kind}, {spoil.__name__}: {dict(seen)}", flush=True)
    vectors_module.EXACT_UP_TO = exact_up_to


def _copy(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(folder, to))


def _outcome(harmed: Path, expected: list[object]) -> str:
    try:
        seen = answers(harmed)
    except DamagedError:
        return "found, named"
    except FootnoteError as error:
        return f"refused ({type(error).__name__})"
    if seen != expected:
        with Index.open(harmed, HashingEmbedder(64)) as index:
            raise AssertionError(f"other answers, and nothing said; doctor: {index.verify()[:2]}")
    return "no answer changed"


def run_salvage(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """What `index.salvage` saves of as many damaged catalogs."""
    sound = make(base, "catalog")
    first = _copy(sound, base / "first")
    expected = _documents(first)
    for spoil in (flipped, cut):
        choice = random.Random(f"{seed} salvage {spoil.__name__}")
        saved: list[int] = []
        for _ in range(200 if sample is None else sample):
            for left in base.glob("harmed*"):
                shutil.rmtree(left)
            harmed = _copy(sound, base / "harmed")
            path = harmed / "catalog.sqlite"
            path.write_bytes(spoil(path.read_bytes(), choice))
            before = {p: p.read_bytes() for p in harmed.rglob("*") if p.is_file()}
            try:
                saved.append(_save(harmed, expected))
                after = {p: p.read_bytes() for p in harmed.rglob("*") if p.is_file()}
                assert after == before, "the damaged index was changed"
            except Exception as error:
                tally.fail(f"salvage, {spoil.__name__}", error)
            tally.done[f"salvage, {spoil.__name__}"] += 1
        whole = sum(count == len(expected) for count in saved)
        print(
            f"salvage, {spoil.__name__}: of {len(expected)} documents "
            f"{sum(saved) / len(saved):.2f} saved on average, all in {whole} of {len(saved)}, "
            f"none in {saved.count(0)}",
            flush=True,
        )


def _documents(folder: Path) -> dict[str, str]:
    with Index.open(folder, HashingEmbedder(64)) as index, index.snapshot() as snapshot:
        texts: dict[str, str] = {}
        for info in snapshot.infos().values():
            document = snapshot.document(info.id)
            assert document is not None
            texts |= dict.fromkeys(info.sources, document.text)
        return texts


def _save(harmed: Path, expected: dict[str, str]) -> int:
    saved = salvage(harmed, HashingEmbedder(64))
    texts = _documents(saved.folder)
    assert texts.items() <= expected.items(), "something was made up"
    assert saved.documents == len(texts)
    with Index.open(saved.folder, HashingEmbedder(64)) as index:
        assert index.verify() == []
        index.sync()
        missing = expected.keys() - _documents(saved.folder).keys()
        if missing:  # their root was not known any more: it is named again
            index.sync([Path(name) for name in missing])
        assert index.verify() == []
    assert _documents(saved.folder) == expected, "the rest was not read again"
    return len(texts)
