"""Eight readers beside a writer that never rests, and a second writer that keeps trying.

Four processes with two threads each read: every snapshot has to hold whole documents only, the same
in dense, lexical and text reads, every file once and never older than it was seen before; what is
asked is answered in the words of one document of one generation.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from index.errors import BusyError
from index.index import Index
from rag.assistant import Assistant
from rag.reader import EvidenceReader
from rag.retrieval import Retriever
from rag.settings import Settings

from . import library
from .faults import Tally
from .library import embedder, held_in, write

NAMES = ("ant", "bee", "cod", "dog", "elk", "fly")
_PROCESSES, _THREADS = 4, 2


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """``sample`` is for how many seconds (600 when not given)."""
    seconds = 600 if sample is None else sample
    docs, where = base / "docs", base / "index"
    _write_round(docs, 1)
    with Index.open(where, embedder()) as index:
        index.sync([docs])
    until = time.monotonic() + seconds
    children = [_child(lambda: _keep_writing(docs, where, until))]
    children += [_child(lambda: _keep_reading(where, until)) for _ in range(_PROCESSES)]
    second: Counter[str] = Counter()
    with Index.open(where, embedder()) as index:
        while time.monotonic() < until:
            time.sleep(0.05)
            try:
                index.sync([docs])
                second["second writer: had its turn"] += 1
            except BusyError:
                second["second writer: told that another is writing"] += 1
    tally.done.update(second)
    for name, reading in children:
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        status = os.waitpid(name, 0)[1]
        for line in said.splitlines():
            what, _, count = line.rpartition(" ")
            tally.done[what] += int(count)
        if status:
            tally.fail("readers beside a writer", RuntimeError("a process failed, see above"))
    if not second["second writer: told that another is writing"]:
        tally.fail("two writers", RuntimeError("they never met"))
    with Index.open(where, embedder()) as index:
        index.sync([docs])
        assert index.verify() == []
    print(f"seed {seed} is not used: time decides", flush=True)


def _write_round(docs: Path, number: int) -> None:
    """Each file in one go: one that was half written would be read so, and rightly."""
    for name in NAMES:
        write(docs, {".part": f"{name}{number}x"})
        (docs / ".part").replace(docs / f"{name}.txt")


def _child(work: Callable[[], Counter[str]]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = 1
    try:
        counts = work()
        lines = "".join(f"{what} {count}\n" for what, count in counts.items())
        os.write(writing, lines.encode())
        code = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(code)


def _keep_writing(docs: Path, where: Path, until: float) -> Counter[str]:
    counts: Counter[str] = Counter()
    number = 1
    with Index.open(where, embedder()) as index:
        while time.monotonic() < until:
            number += 1
            _write_round(docs, number)
            try:
                index.sync([docs])
                counts["writer: syncs"] += 1
            except BusyError:
                counts["writer: told that another is writing"] += 1
                time.sleep(0.01)
    return counts


def _keep_reading(where: Path, until: float) -> Counter[str]:
    counts: Counter[str] = Counter()
    failures: list[BaseException] = []

    def work(index: Index) -> None:
        newest = dict.fromkeys(NAMES, 0)
        try:
            while time.monotonic() < until and not failures:
                _look(index, newest)
                _ask(index, newest)
                counts["readers: snapshots and answers"] += 1
        except BaseException as error:
            failures.append(error)

    with Index.open(where, embedder(), read_only=True) as index:
        threads = [threading.Thread(target=work, args=(index,)) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    return counts


def _look(index: Index, newest: dict[str, int]) -> None:
    held = held_in(index)
    assert sorted(held) == sorted(f"{name}.txt" for name in NAMES), held
    for file, word in held.items():
        name, number = _parts(word)
        assert file == f"{name}.txt"
        assert number >= newest[name], "an older generation came back"
        newest[name] = number


def _ask(index: Index, newest: dict[str, int]) -> None:
    assistant = Assistant(
        index, Retriever(index.embedder), EvidenceReader(index.embedder), Settings(), None
    )
    answer = assistant.ask("Which line says plain things?")
    for passage in answer.passages:
        words = set(re.findall(r"\b[a-z]{3}\d+x\b", passage.chunk.text))
        assert len(words) == 1, f"a passage of two documents: {words}"
        name, number = _parts(words.pop())
        assert number >= newest[name]
        assert Path(passage.document.source).name == f"{name}.txt"
    for citation in answer.citations:
        text = library.text_of(re.search(r"\b[a-z]{3}\d+x\b", citation.quote)[0])  # type: ignore[index]
        assert text[citation.start : citation.end] == citation.quote


def _parts(word: str) -> tuple[str, int]:
    found = re.fullmatch(r"([a-z]{3})(\d+)x", word)
    assert found is not None, word
    return found[1], int(found[2])
