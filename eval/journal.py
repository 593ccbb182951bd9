"""Outcomes of a run that is under way, a line each, so that it can be stopped and go on.

A journal belongs to one set, one split, one index, one model and one state of the program: its
name is a digest of all of them, and anything else starts anew. A line that was cut off is left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from eval.datasets import Question
from eval.outcomes import Outcome, outcome_from_dict, outcome_to_dict, question_to_dict
from index.errors import FootnoteError

_STALE_S = 30 * 24 * 3600  #: the program or the documents have changed since, so it is never read


class Journal:
    """The file of one run."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @classmethod
    def of_run(cls, folder: Path, questions: Sequence[Question], state: Iterable[str]) -> Journal:
        """The journal of these questions under this state of everything they depend on."""
        digest = hashlib.sha256()
        for line in (*state, *(json.dumps(question_to_dict(one)) for one in questions)):
            digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
        return cls(folder / f"{digest.hexdigest()[:16]}.jsonl")

    def read(self, questions: Sequence[Question]) -> dict[str, Outcome]:
        """What was finished before, by question id; not where a language model had failed."""
        wanted = {question.id: question for question in questions}
        found: dict[str, Outcome] = {}
        with suppress(FileNotFoundError):
            for line in self.file.read_text("utf-8", errors="replace").splitlines():
                with suppress(ValueError, TypeError, KeyError):
                    row = json.loads(line)
                    outcome = outcome_from_dict(row["outcome"], wanted[row["id"]])
                    if not outcome.model_failed:
                        found[row["id"]] = outcome
        return found

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome. Raises FootnoteError when it cannot be written."""
        row = {"id": outcome.question.id, "outcome": outcome_to_dict(outcome)}
        line = json.dumps(row).encode("ascii") + b"\n"
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("ab+") as file:
                # A line that a crash cut off is ended first, or the next would be lost with it.
                if file.tell() and _last_byte(self.file) != b"\n":
                    line = b"\n" + line
                file.write(line)
        except OSError as error:
            raise FootnoteError(
                f"{self.file} could not be written ({error.strerror}), so a stopped run could not "
                "go on: free some space or check its rights."
            ) from None

    def discard(self) -> None:
        """The run is complete. Journals nobody went on with for a month go too."""
        with suppress(OSError):
            self.file.unlink()
        for other in self.file.parent.glob("*.jsonl"):
            with suppress(OSError):
                if other.stat().st_mtime < time.time() - _STALE_S:
                    other.unlink()


def _last_byte(file: Path) -> bytes:
    with file.open("rb") as whole:
        whole.seek(-1, os.SEEK_END)
        return whole.read(1)


def state_of_folders(folders: Iterable[Path], endings: Mapping[str, None] | None = None) -> str:
    """A digest of names, sizes and times of change of the files below: has anything changed?"""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if endings is not None and path.suffix not in endings:
                continue
            with suppress(OSError):
                seen = path.stat()
                digest.update(f"{path}\n{seen.st_size}\n{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()
