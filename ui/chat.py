"""What the chat does when a person asks, stops or uploads, and the room there is for it.

Knows the assistant and the rendering, but no web framework: the components that call it are in
`ui.page`, routes and serving in `ui.web`.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BusyError, FootnoteError
from index.scanning import source_name
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.places import data_folder
from rag.types import Turn
from ui.outside import sentence_for
from ui.render import Exchange
from ui.shelf import shelf, trouble, upload_outcome, upload_progress

if TYPE_CHECKING:
    from index.syncing import SyncProgress, SyncReport
    from index.types import Document, DocumentInfo

ANSWERING = 2  #: questions answered at the same time
WAITING = 8  #: questions that may wait for their turn
FAILED = "Something went wrong inside Footnote; the terminal it runs in shows what."
STOPPED = "Stopped."
log = logging.getLogger(__name__)


class Room:
    """A bounded waiting room: a few questions at work, a few waiting, the rest told it is busy."""

    def __init__(self, answering: int = ANSWERING, waiting: int = WAITING) -> None:
        self.size = answering + waiting
        self._places = threading.Semaphore(answering + waiting)
        self._work = threading.Semaphore(answering)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while a question is answered. Raises BusyError when there is none."""
        if not self._places.acquire(blocking=False):
            raise BusyError(
                f"Footnote is busy with {self.size} questions already: ask again in a moment."
            )
        try:
            with self._work:
                yield
        finally:
            self._places.release()


class Chat:
    """What the page does, apart from how it is laid out.

    ``own`` opens the person's own index while the samples are shown: the first files that can be
    read go there, and the samples are then left behind.
    """

    def __init__(
        self, assistant: Assistant, room: Room, own: Callable[[], Assistant] | None = None
    ) -> None:
        self.assistant = assistant
        self.room = room
        self._own = own
        self._left: Assistant | None = None  # the samples: earlier answers still cite them

    @property
    def samples(self) -> bool:
        """Whether the sample documents are what is being asked."""
        return self._own is not None

    @property
    def left_samples(self) -> bool:
        """Whether the person's own documents have taken over since the start."""
        return self._left is not None

    def told(self, error: FootnoteError) -> str:
        """What the page says of an error: never where things lie on this computer."""
        return sentence_for(error, (self.assistant.index.folder, data_folder()))

    def find(self, document_id: str) -> tuple[Document, DocumentInfo] | None:
        """A document that an answer on the page cites; None when it is gone."""
        for assistant in (self.assistant, self._left):
            document = assistant.document(document_id) if assistant is not None else None
            if assistant is not None and document is not None:
                infos = assistant.infos([document_id])
                return (document, infos[0]) if infos else None
        return None

    def add(self, paths: Sequence[Path], progress: Callable[[SyncProgress], None]) -> SyncReport:
        """Index files; away from the samples when there is something of the person's own."""
        if self._own is None:
            return self.assistant.add_files(paths, progress)
        own = self._own()
        try:
            report = own.add_files(paths, progress)
            if own.documents():
                self._left, self.assistant, self._own = self.assistant, own, None
            return report
        finally:
            if self.assistant is not own:  # nothing of the person's own could be read
                own.close()

    def ask(self, question: object, session: Sequence[Exchange]) -> Iterator[list[Exchange]]:
        """The conversation after each step of answering one more question.

        A client may send anything for a question; what is no text asks nothing.
        """
        if not isinstance(question, str) or not question.strip():
            return
        question = question.strip()
        earlier = list(session)
        now = Exchange(question)
        yield [*earlier, now]
        if len(question) > LONGEST_QUESTION:
            long = f"The question has {len(question):,} characters, more than {LONGEST_QUESTION:,}."
            yield [*earlier, Exchange(question[:200] + "…", notice=f"{long} Shorten it.")]
            return
        try:
            with self.room.place():
                for answer in self.assistant.stream(question, turns(earlier)):
                    now = replace(now, answer=answer)
                    yield [*earlier, now]
        except FootnoteError as error:
            yield [*earlier, replace(now, notice=self.told(error))]
        except Exception:
            log.exception("a question could not be answered")
            yield [*earlier, replace(now, notice=FAILED)]

    def stop(self, session: list[Exchange]) -> list[Exchange]:
        """The conversation after a person pressed Stop: what was there stays and says so."""
        if not session or finished(session[-1]):
            return session
        return [*session[:-1], replace(session[-1], notice=STOPPED)]

    def upload(self, paths: Sequence[Path]) -> Iterator[str]:
        """Read uploaded files; yields how far it has come, at last what became of each."""
        steps: queue.SimpleQueue[SyncProgress | None] = queue.SimpleQueue()
        end: list[str] = []

        def work() -> None:
            try:
                end.append(outcome(paths, self.add(paths, steps.put)))
            except FootnoteError as error:
                end.append(trouble(self.told(error)))
            except Exception:
                log.exception("uploaded files could not be read")
                end.append(trouble(FAILED))
            finally:
                steps.put(None)

        threading.Thread(target=work, name="upload", daemon=True).start()
        yield upload_progress(0, len(paths), paths[0].name)
        while (step := steps.get()) is not None:
            yield upload_progress(step.done, step.total, step.source)
        yield end[0]

    def shelf(self) -> str:
        """The list of documents as it is now."""
        try:
            return shelf(self.assistant.documents(), self.assistant.skipped())
        except FootnoteError as error:
            return trouble(self.told(error))


async def aside(start: Callable[[], Iterator[list[Exchange]]]) -> AsyncIterator[list[Exchange]]:
    """Run a slow conversation step in a thread of its own, so that Stop is heard at once.

    Whoever leaves early lets the thread end after the step it is at; its place in the room is
    taken until then, because the model is still at work.
    """
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[list[Exchange] | None] = asyncio.Queue()
    left = threading.Event()

    def tell(step: list[Exchange] | None) -> None:
        with suppress(RuntimeError):  # the server is shutting down, nobody listens
            loop.call_soon_threadsafe(steps.put_nowait, step)

    def work() -> None:
        iterator = start()
        try:
            for step in iterator:
                if left.is_set():
                    break
                tell(step)
        finally:
            with closing(iterator):  # type: ignore[type-var]  # a generator: it can be closed
                tell(None)

    threading.Thread(target=work, name="answer", daemon=True).start()
    try:
        while (step := await steps.get()) is not None:
            yield step
    finally:
        left.set()


def outcome(paths: Sequence[Path], report: SyncReport) -> str:
    """What became of each uploaded file, by the names the index keeps them under."""
    names = {Path(source_name(path)).name.lstrip(".~") for path in paths}
    fresh = {Path(source).name for source in (*report.added, *report.changed)}
    bad = [file for file in report.skipped if Path(file.source).name in names]
    known = names - fresh - {Path(file.source).name for file in bad}
    return upload_outcome(sorted(fresh), sorted(known), bad, report.seconds)


def turns(session: Sequence[Exchange]) -> list[Turn]:
    """The finished part of a conversation, as the assistant takes it."""
    return [
        Turn(item.question, item.answer.text)
        for item in session
        if item.answer is not None and item.answer.final
    ]


def finished(item: Exchange) -> bool:
    """Is there nothing more to come for this question?"""
    return bool(item.notice) or (item.answer is not None and item.answer.final)
