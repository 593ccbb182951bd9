"""How each document stands: ready, being read, read in part, changed since, or missing.

What can be told without reading is told by the file's times; only a file that was touched after
its folder was synced is read and compared. Nothing is changed here; markup is in `ui.shelf`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from index.loading.language import foreign_warning
from index.types import Document, DocumentInfo
from rag.assistant import Assistant
from ui.originals import Originals

OCR = "read by OCR"  #: in a loader's remark: nothing was left out, but letters can be misread
BUDGET_S = 0.7  #: for looking into documents; the rest is looked into at the next listing


class StateKind(StrEnum):
    """How a document stands, in the words that are shown."""

    READY = "ready"
    READING = "being read"
    PART = "read in part"
    CHANGED = "changed since"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class DocumentState:
    """How one document stands, and a sentence on what that means."""

    kind: StateKind
    why: str = ""


READY = DocumentState(StateKind.READY)
READING = DocumentState(StateKind.READING, "Its file is being read right now.")
CHANGED = DocumentState(
    StateKind.CHANGED, "Its file has changed since it was read: sync to ask what it says now."
)
MISSING = DocumentState(
    StateKind.MISSING, "Its file is not where it was; what was read can still be asked."
)
Seen = tuple[str, int, int, int]  #: a file's path, size and times


@dataclass(frozen=True, slots=True)
class Root:
    """A folder, or a file, that a library keeps up with."""

    id: str  #: what the page calls it: a path is no client's business
    path: Path
    synced: str | None
    there: bool
    documents: int


class States:
    """Remembers what documents were found to be, by what cannot change without being seen."""

    def __init__(self) -> None:
        self._read: dict[str, DocumentState] = {}  # by document: its content never changes
        self._same: dict[tuple[str, Seen], bool] = {}  # whether such a file holds that document

    def of(
        self, assistant: Assistant, infos: Sequence[DocumentInfo], reading: str = ""
    ) -> dict[str, DocumentState]:
        """The state of each document by its id; ``reading`` is the file that a sync is at."""
        deadline = time.monotonic() + BUDGET_S
        synced = {str(root): stamp(when) for root, when in assistant.index.synced().items()}
        return {
            info.id: READING
            if reading and reading in info.sources
            else self._state(assistant, info, synced, deadline)
            for info in infos
        }

    def _state(
        self,
        assistant: Assistant,
        info: DocumentInfo,
        synced: dict[str, float],
        deadline: float,
    ) -> DocumentState:
        there = [seen for source in info.sources if (seen := look(source)) is not None]
        if not there and not any("\\x" in source for source in info.sources):
            return MISSING  # a name that is no UTF-8 is known as it is spelt out only
        touched = [seen for seen in there if max(seen[2:]) > synced_at(seen[0], synced) * 1e9]
        late = time.monotonic() > deadline
        if there and len(touched) == len(there) and not late:
            same = [self._same.get((info.id, seen)) for seen in touched]
            if None in same:
                document = assistant.document(info.id)
                same = [self._holds(assistant, document, info, seen) for seen in touched]
            if not any(same):
                return CHANGED
        if info.id not in self._read and not late:
            self._read[info.id] = as_read(assistant.document(info.id))
        return self._read.get(info.id, READY)

    def _holds(
        self, assistant: Assistant, document: Document | None, info: DocumentInfo, seen: Seen
    ) -> bool:
        if document is None:  # gone while it was looked at
            return True
        found = Originals(assistant).bytes_of(document, info)
        self._same[(info.id, seen)] = found is not None
        return found is not None


def look(source: str) -> Seen | None:
    """What the disk says of a file; None when it is not there."""
    try:
        status = os.stat(source)
    except (OSError, ValueError):
        return None
    return source, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def synced_at(source: str, synced: dict[str, float]) -> float:
    """When the folder of a file was last synced to the end, in seconds; 0 when never."""
    places = (source, *map(str, Path(source).parents))
    return max((synced[place] for place in places if place in synced), default=0.0)


def stamp(when: str | None) -> float:
    """An ISO 8601 time in seconds; 0 for none."""
    return datetime.fromisoformat(when).timestamp() if when else 0.0


def as_read(document: Document | None) -> DocumentState:
    """What its loader said of a document: in part where words were lost, else only a remark."""
    if document is None or not document.warnings:
        return READY
    whole = all(
        warning == foreign_warning(document.language) or OCR in warning
        for warning in document.warnings
    )
    why = " ".join(map(sentence, document.warnings))
    return DocumentState(StateKind.READY if whole else StateKind.PART, why)


def sentence(words: str) -> str:
    """A loader's remark as a sentence."""
    return words[:1].upper() + words[1:].rstrip(".") + "."


def summed(states: Iterable[DocumentState]) -> str:
    """How many documents are not ready, by state; nothing when all are."""
    kinds = [state.kind for state in states]
    counted = ((kind, kinds.count(kind)) for kind in StateKind if kind is not StateKind.READY)
    return ", ".join(f"{number:,} {kind.value}" for kind, number in counted if number)
