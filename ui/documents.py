"""What the page does with documents: take files in, list, remove and sync them again.

Files come as uploads under a name that the client made up; the paths they are kept under are made
here, in the library's own folder. Knows no web framework and no markup but the shelf's.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import FootnoteError, StoreError, UsageError
from index.folders import make_private_folder
from index.scanning import source_name
from index.sync_report import SyncProgress, SyncReport
from index.types import DocumentInfo, SkippedFile
from rag.assistant import Assistant
from ui.chat import FAILED, Chat
from ui.document_states import Root, States
from ui.markup import count, file_name, place_id
from ui.uploads import Kept, Sent, keep_all, part_of

_STALE_S = 3600.0  #: a file that was sent and never added is deleted after that
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    good: bool
    words: str  #: completes the sentence that begins with the name


@dataclass(frozen=True, slots=True)
class Work:
    """Where adding or syncing stands; the last one has ``outcomes`` or ``trouble``."""

    done: int = 0
    total: int = 0
    name: str = ""
    waiting: bool = False  #: for a sync of the same library that runs
    finished: bool = False
    outcomes: tuple[Outcome, ...] = ()
    trouble: str = ""
    summary: str = ""


class Documents:
    """The documents of the libraries."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.states = States()

    # ---- taking files in -----------------------------------------------------------------

    def waiting_place(self, library: str) -> tuple[str, Path]:
        """A new id for a file that is being sent, and the hidden file to write it to."""
        _, assistant = self._chat.libraries.for_adding(library)
        uploads = assistant.index.uploads
        try:
            make_private_folder(uploads)
        except OSError as error:
            raise StoreError(
                f"Files cannot be kept in {uploads}: {error.strerror}; check the folder's rights."
            ) from error
        with contextlib.suppress(OSError):
            for old in uploads.glob(".*.part"):
                if time.time() - old.stat().st_mtime > _STALE_S:
                    old.unlink()
        made = uuid.uuid4().hex
        return made, part_of(uploads, made)

    def add(self, library: str, files: Sequence[Sent]) -> tuple[str, Iterator[Work]]:
        """Keep and index files that were sent; the library they go to, and how far it is."""
        name, assistant = self._chat.libraries.for_adding(library)
        uploads = assistant.index.uploads

        def work(tell: Callable[[SyncProgress], None]) -> Work:
            kept = keep_all(uploads, files)
            with self._chat.libraries.syncs.running(name, tell) as step:
                report = assistant.sync(step, roots=[uploads])
            return Work(finished=True, outcomes=tuple(outcomes(kept, report)))

        return name, self._steps(name, work, len(files), files[0].name if files else "")

    def sync(self, library: str) -> Iterator[Work]:
        """Bring a library up to date with its folders."""
        assistant, name = self._chat.libraries.at(library), library or self._chat.libraries.first

        def work(tell: Callable[[SyncProgress], None]) -> Work:
            with self._chat.libraries.syncs.running(name, tell) as step:
                report = assistant.sync(step)
            return Work(finished=True, summary=summary(report), outcomes=tuple(fresh(report)))

        return self._steps(name, work, 0, "")

    def _steps(
        self,
        library: str,
        work: Callable[[Callable[[SyncProgress], None]], Work],
        total: int,
        first: str,
    ) -> Iterator[Work]:
        """Run in a thread of its own: a sync goes on when its page is closed."""
        steps: queue.SimpleQueue[Work] = queue.SimpleQueue()

        def tell(step: SyncProgress) -> None:
            steps.put(Work(step.done, step.total, file_name(step.source)))

        def run() -> None:
            try:
                steps.put(work(tell))
            except FootnoteError as error:
                steps.put(Work(finished=True, trouble=self._chat.told(error)))
            except Exception:
                log.exception("documents could not be read")
                steps.put(Work(finished=True, trouble=FAILED))

        waiting = self._chat.libraries.syncs.busy(library)
        threading.Thread(target=run, name="documents", daemon=True).start()
        yield Work(0, total, file_name(first), waiting=waiting)
        while not (step := steps.get()).finished:
            yield step
        yield step

    # ---- taking documents out ------------------------------------------------------------

    def remove(self, library: str, document_id: str, *, purge: bool) -> int:
        """Take a document out of a library, and its words out of saved answers if wanted.

        Returns how many saved answers held words of it. Files of the person's own folders stay on
        the disk, and are left out of the index until they are taken back in.
        """
        assistant = self._chat.libraries.at(library)
        infos = assistant.infos([document_id])
        if not infos:
            raise UsageError("This document is not in the library any more.")
        for source in infos[0].sources:
            assistant.remove(source, stay_out=True)
        return self._chat.purge(document_id) if purge else 0

    def remove_unread(self, library: str, name: str) -> None:
        """Have a file that could not be read named no more: an upload is deleted, a file of a
        followed folder is left out. ``name`` is its `place_id`."""
        assistant = self._chat.libraries.at(library)
        for file in assistant.skipped():
            if place_id(file.source) == name:
                assistant.remove(file.source, stay_out=True)

    def take_back(self, library: str, name: str) -> Iterator[Work]:
        """Read a file again that was left out; ``name`` is its `place_id`."""
        assistant, here = self._chat.libraries.at(library), library or self._chat.libraries.first
        source = next((one for one in assistant.left_out() if place_id(one) == name), None)
        if source is None:
            raise UsageError("This file is not left out any more.")

        def work(tell: Callable[[SyncProgress], None]) -> Work:
            with self._chat.libraries.syncs.running(here, tell) as step:
                roots = [root for root in assistant.index.take_back(source) if root.exists()]
                report = assistant.sync(step, roots=roots)
            return Work(finished=True, summary=summary(report), outcomes=tuple(fresh(report)))

        return self._steps(here, work, 0, source)

    # ---- folders that are followed -------------------------------------------------------

    def followed(self, library: str, infos: Sequence[DocumentInfo] | None = None) -> list[Root]:
        """The folders and files of the person's own that a library keeps up with.

        ``infos`` are all of its documents, where they are known already.
        """
        assistant = self._chat.libraries.at(library)
        uploads = Path(source_name(assistant.index.uploads))
        infos = assistant.documents() if infos is None else infos
        return [
            Root(place_id(source_name(path)), path, when, path.exists(), len(inside(infos, path)))
            for path, when in assistant.index.synced().items()
            if path != uploads
        ]

    def documents_in(self, library: str, root: str) -> list[str]:
        """The ids of the documents that a followed folder holds."""
        assistant, path = self._root(library, root)
        return [info.id for info in inside(assistant.documents(), path)]

    def unfollow(self, library: str, root: str, *, purge: bool) -> int:
        """Follow a folder no longer and ask its documents no more; its files are not touched.

        Returns how many documents went: one that another folder holds as well stays.
        """
        assistant, path = self._root(library, root)
        before = inside(assistant.documents(), path)
        assistant.index.forget(path)
        left = {info.id for info in assistant.infos([info.id for info in before])}
        gone = [info.id for info in before if info.id not in left]
        for document_id in gone if purge else ():
            self._chat.purge(document_id)
        return len(gone)

    def _root(self, library: str, root: str) -> tuple[Assistant, Path]:
        for each in self.followed(library):
            if each.id == root:
                return self._chat.libraries.at(library), each.path
        raise UsageError("This folder is not followed any more.")


def inside(infos: Sequence[DocumentInfo], root: Path) -> list[DocumentInfo]:
    """The documents that lie in a folder, or are that file."""
    return [
        info
        for info in infos
        if any(root == Path(one) or root in Path(one).parents for one in info.sources)
    ]


def matching(infos: Sequence[DocumentInfo], words: str) -> list[DocumentInfo]:
    """The documents whose title or file names hold every one of the words, whatever their case."""
    wanted = words.casefold().split()

    def holds(info: DocumentInfo) -> bool:
        said = "\n".join((info.title, *map(file_name, info.sources))).casefold()
        return all(word in said for word in wanted)

    return [info for info in infos if holds(info)]


def outcomes(kept: Sequence[Kept], report: SyncReport) -> Iterator[Outcome]:
    """What became of each file that was added."""
    new = {*report.added, *report.changed}
    bad = {file.source: file for file in report.skipped}
    for one in kept:
        source, before = source_name(one.path), f"the {one.path.name} added before"
        if source in bad:
            told = refused(bad[source])
            gone = f"; {before} gave way to it" if one.replaced else ""
            yield replace(told, words=told.words + gone)
        elif one.replaced:
            yield Outcome(one.path.name, True, f"replaces {before}, and can be asked now")
        else:
            words = "can be asked now" if source in new else "was here already"
            yield Outcome(one.path.name, True, words)


def fresh(report: SyncReport) -> Iterator[Outcome]:
    """What a sync found new, changed, gone or unreadable, at most a screenful of each."""
    for sources, words in (
        (report.added, "is new"),
        (report.changed, "has changed"),
        (report.removed, "is gone"),
    ):
        for source in sources[:20]:
            yield Outcome(file_name(source), True, words)
    for root in report.missing_roots[:20]:
        yield Outcome(file_name(root), False, "is not there now; its documents were kept")
    for file in report.skipped[:20]:
        yield refused(file)


def refused(file: SkippedFile) -> Outcome:
    """A file that could not be read, and why."""
    detail = f" ({file.detail})" if file.detail else ""
    return Outcome(file_name(file.source), False, f"{file.reason.value}{detail}")


def summary(report: SyncReport) -> str:
    """What a sync did, in one line."""
    parts = [
        f"{len(sources):,} {words}"
        for sources, words in (
            (report.added, "new"),
            (report.changed, "changed"),
            (report.removed, "gone"),
        )
        if sources
    ]
    away = count(len(report.missing_roots), "folder") + " not there now"
    if not parts and report.missing_roots:
        return f"{away}; the rest is up to date ({count(report.unchanged, 'file')})."
    if not parts:
        return f"Everything is up to date ({count(report.unchanged, 'file')})."
    missing = f", {away}" if report.missing_roots else ""
    return f"{', '.join(parts)}, {report.unchanged:,} unchanged{missing}."


def last_sync(assistant: Assistant) -> str | None:
    """When the library was last synced to the end, ISO 8601; None when never."""
    times = [when for when in assistant.index.synced().values() if when]
    return max(times, default=None)
