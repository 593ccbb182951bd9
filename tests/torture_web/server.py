"""A server for the campaigns: ``python -m tests.torture_web.server FOLDER --report FILE``.

It serves as ``footnote chat`` does, over lockers and their codes, so that every answer shows which
question it belongs to. Twice a second it writes a line about itself: memory, threads, open files,
how many questions are in the room, and what the model is at. Reader and embedder are the real ones
with ``--real``, else those that need no weights; with ``--writes`` a language model of our own
copies the right sentence out of its prompt, word by word.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from fastapi import FastAPI

from index.embedding import HashingEmbedder
from index.index import Index
from rag.assistant import Assistant, assemble
from rag.language_model import Message, ScriptedModel, StopFlag
from rag.reader import EvidenceReader
from rag.retrieval import RetrievalOptions, Retriever
from rag.settings import Settings
from ui import web

SEED = 20_261_121
LOCKERS = 1_200
_SYLLABLES = ("ka", "vo", "mi", "ru", "te", "so", "la", "ne", "du", "pi", "ga", "fo")


def lockers(number: int = LOCKERS, seed: int = SEED) -> dict[str, str]:
    """Names of lockers, each with its code; the same for the same seed."""
    chance = random.Random(seed)
    names: dict[str, str] = {}
    codes = chance.sample(range(100_000, 1_000_000), number)
    while len(names) < number:
        name = "".join(chance.choices(_SYLLABLES, k=4)).capitalize()
        if name not in names:
            names[name] = str(codes[len(names)])
    return names


def sentence(name: str, code: str) -> str:
    """What the documents say of a locker."""
    return f"The code of locker {name} is {code}."


def write_documents(folder: Path) -> None:
    """The lockers in files of forty, each a paragraph of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [sentence(name, code) for name, code in lockers().items()]
    for start in range(0, len(lines), 40):
        words = "\n\n".join(lines[start : start + 40])
        (folder / f"lockers-{start // 40:02d}.txt").write_text(words)


class Copyist(ScriptedModel):
    """Writes the sentence about the locker that is asked for; endless when asked to be so."""

    def __init__(self, seconds_between: float) -> None:
        super().__init__(name="copyist", context_tokens=8_192)
        self.seconds_between = seconds_between
        self.writing = 0
        self.ended: list[float] = []
        self._lock = threading.Lock()

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        del max_tokens
        words = "\n".join(message.content for message in messages)
        asked = re.findall(r"locker (\w+)\?", words)
        found = re.search(rf"The code of locker {asked[-1]} is \d+\.", words) if asked else None
        said = found[0] if found else "Nothing was found."
        endless = "endlessly" in words
        with self._lock:
            self.writing += 1
        try:
            number = 0
            while endless and not stop.is_set():
                number += 1
                time.sleep(self.seconds_between)
                yield f"word{number} "
            for word in said.split(" "):
                time.sleep(self.seconds_between)
                if stop.is_set():
                    return
                yield f"{word} "
        finally:
            with self._lock:
                self.writing -= 1
                self.ended.append(time.time())


def assistant(folder: Path, *, real: bool, writes: bool) -> Assistant:
    """The assistant over the lockers."""
    write_documents(folder / "documents")
    model = Copyist(0.01) if writes else None
    if real:
        made = assemble(folder / "index", Settings(), create=True)
        if model is not None:
            made = Assistant(made.index, made._retriever, made._reader, made.settings, model)
    else:
        embedder = HashingEmbedder()
        index = Index.open(folder / "index", embedder, create=True)
        retriever = Retriever(embedder, RetrievalOptions())
        reader = EvidenceReader(embedder)
        made = Assistant(index, retriever, reader, Settings(threshold=0.15), model)
    made.sync(roots=[folder / "documents"])
    return made


def report(app: FastAPI, model: Copyist | None, path: Path) -> None:
    """A line twice a second, for as long as the process lives."""
    this = psutil.Process()
    room = app.state.chat.room
    with path.open("a", buffering=1) as file:
        while True:
            memory = this.memory_info()
            line = {
                "time": time.time(),
                "rss": memory.rss,
                "threads": this.num_threads(),
                "files": this.num_fds(),
                "held": room.size - room._places._value,
                "room": room.size,
                "writing": 0 if model is None else model.writing,
                "ended": [] if model is None else model.ended[-1:],
            }
            file.write(json.dumps(line) + "\n")
            time.sleep(0.5 if model is None else 0.05)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--report", type=Path, required=True)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--real", action="store_true")
    options.add_argument("--writes", action="store_true")
    given = options.parse_args()
    os.environ["FOOTNOTE_DATA"] = str(given.folder / "data")
    os.environ["FOOTNOTE_SETTINGS"] = str(given.folder / "settings.toml")
    made = assistant(given.folder, real=given.real, writes=given.writes)
    build = web.build_app

    def build_and_report(*arguments: object, **more: object) -> FastAPI:
        app = build(*arguments, **more)  # type: ignore[arg-type]
        model = made.model if isinstance(made.model, Copyist) else None
        threading.Thread(target=report, args=(app, model, given.report), daemon=True).start()
        return app

    web.build_app = build_and_report  # type: ignore[assignment]
    web.serve(made, port=given.port, announce=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main()
