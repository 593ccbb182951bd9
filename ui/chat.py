"""What the chat does when a person asks or stops, and the room there is for it.

Knows the assistant and the rendering, but no web framework: the components that call it are in
`ui.page`, routes and serving in `ui.web`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from index.errors import BusyError, FootnoteError, MissingIndexError, UsageError
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.places import data_folder
from rag.types import Answer, Turn
from ui.conversations import Conversations, Kept, Summary
from ui.libraries import Libraries
from ui.model_choice import Models
from ui.originals import Originals
from ui.outside import log_places, sentence_for
from ui.render import Exchange
from ui.saved import AWAY, Shown
from ui.within import EVERYTHING, Within, in_words

if TYPE_CHECKING:
    from index.types import Document, DocumentInfo, Scope

ANSWERING = 2  #: questions answered at the same time
WAITING = 8  #: questions that may wait for their turn
Item = TypeVar("Item")
FAILED = "Something went wrong inside Footnote; the terminal it runs in shows what."
STOPPED = "Stopped."
NOT_HERE = (
    "The library that this conversation asked is not here any more: what was said can still be "
    "read; ask in a new chat."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as the page sends it."""

    question: str
    conversation: str = ""  #: id of the one it belongs to; empty begins one
    replaces: int = 0  #: turn that is asked again: once answered, it and what came after it go
    library: str = ""  #: where a new conversation asks; an older one stays where it is
    understood: str = ""  #: the stand-alone question, where the person changed it
    scope: Scope | None = None
    within: Within = EVERYTHING  #: what the scope was made from, to be kept with the question
    anyway: bool = False  #: answer from the nearest passages although that was declined
    model: str = ""  #: id of the model that answers; empty for the one of the settings


@dataclass(frozen=True, slots=True)
class Step:
    """Where answering stands: the conversation and its newest exchange."""

    conversation: str
    exchange: Exchange


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
    """What the page does, apart from how it is laid out."""

    def __init__(self, libraries: Libraries, room: Room, memory: Conversations) -> None:
        self.libraries = libraries
        self.room = room
        self.memory = memory
        self.models = Models(libraries.at().settings)

    def told(self, error: FootnoteError) -> str:
        """What the page says of an error: never where things lie on this computer."""
        folders = [assistant.index.folder for assistant in self.libraries.opened()]
        return sentence_for(error, (*folders, data_folder()))

    def find(self, document_id: str) -> tuple[Document, DocumentInfo, Assistant] | None:
        """A document that something on the page cites; None when it is gone."""
        for assistant in self.libraries.opened():
            document = assistant.document(document_id)
            infos = assistant.infos([document_id]) if document is not None else ()
            if document is not None and infos:
                return document, infos[0], assistant
        return None

    def find_shown(
        self, document_id: str, start: int, end: int
    ) -> tuple[Shown, Document | None] | None:
        """Words that a saved answer shows of a document that is gone, and what its source is today.

        None when no saved answer shows them.
        """
        kept = self.memory.shown(document_id, start, end)
        if kept is None:
            return None
        shown, library = kept
        originals = self._originals(library)
        return shown, None if originals is None else originals.now(shown.source)

    def ask(self, asking: Asking, stop: threading.Event | None = None) -> Iterator[Step]:
        """The newest exchange after each step of answering a question, saved when it ends.

        Whoever leaves early leaves what was there, and that it was stopped; ``stop`` ends a
        language model's writing in the middle of a step. What it had written is checked to its
        end all the same, so that its last snapshot is kept.
        """
        stop = stop or threading.Event()
        question = asking.question.strip()
        if not question:
            return
        conversation, earlier, now = self._begun(asking, question)
        yield Step(conversation, now)
        try:
            assistant = self._asked(conversation, asking)
            with self.room.place():
                chosen = self.models.answering(assistant, asking.model)
                steps = self._stream(chosen, asking, earlier, stop)
                try:
                    for answer in steps:
                        if stop.is_set() and not writing(now):
                            break  # what comes now is only what there was time for
                        now = replace(now, answer=replace(answer, question=question))
                        if not (answer.final or stop.is_set()):
                            yield Step(conversation, now)
                except GeneratorExit:
                    stop.set()
                    now = _left(now, steps)
                    raise
            if now.answer is not None:
                log_places(now.answer)
            now = self._saved(stopped(now))
            try:
                yield Step(conversation, now)
            finally:
                self._hash(now, assistant)  # after it was shown: whole files are read for it
        except GeneratorExit:
            self._saved(stopped(now))
            raise
        except FootnoteError as error:
            yield Step(conversation, self._saved(replace(now, notice=self.told(error))))
        except Exception:
            log.exception("a question could not be answered")
            yield Step(conversation, self._saved(replace(now, notice=FAILED)))

    def _begun(self, asking: Asking, question: str) -> tuple[str, list[Turn], Exchange]:
        """Note the question; the conversation it belongs to and what was said in it before."""
        memory, conversation = self.memory, asking.conversation
        try:
            if not conversation or memory.find(conversation) is None:
                conversation = memory.begin(question, asking.library or self.libraries.first)
            before = memory.turns(conversation)
            replaces = asking.replaces
            if any(kept.id >= replaces for kept in before) and replaces:
                before = [kept for kept in before if kept.id < replaces]
            else:
                replaces = 0  # it is gone already
            turn = memory.ask(conversation, question, asking.within, replaces)
            within = self._said_of(asking.within, conversation, asking.library)
            return conversation, turns(before), Exchange(question, turn=turn, within=within)
        except FootnoteError as error:  # an answer that cannot be saved is better than none
            log.error("%s", error)
            return conversation, [], Exchange(question)

    def _asked(self, conversation: str, asking: Asking) -> Assistant:
        """The library a conversation asks: the one it began with."""
        return self.library(conversation, asking.library)

    def library(self, conversation: str, otherwise: str = "") -> Assistant:
        """The library of a conversation, or another where there is no such conversation.

        Raises MissingIndexError when it is not here any more.
        """
        kept = self.memory.find(conversation) if conversation else None
        if kept is not None and not self.libraries.has(kept.library):
            raise MissingIndexError(NOT_HERE)
        return self.libraries.at(kept.library if kept is not None else otherwise)

    def _said_of(self, within: Within, conversation: str, otherwise: str = "") -> str:
        """The part of the documents that a question is asked within, in words."""
        titles: dict[str, str] = {}
        if within.documents:
            with suppress(FootnoteError):  # its library is not here: they are counted
                infos = self.library(conversation, otherwise).infos(within.documents)
                titles = {info.id: info.title for info in infos}
        return in_words(within, titles)

    def _stream(
        self, assistant: Assistant, asking: Asking, earlier: list[Turn], stop: threading.Event
    ) -> Iterator[Answer]:
        question, before = asking.question.strip(), earlier
        if asking.understood:  # the person said what was meant: nothing is left to rewrite
            question, before = asking.understood, []
        return assistant.stream(
            question, before, scope=asking.scope, stop=stop, anyway=asking.anyway
        )

    def _saved(self, item: Exchange) -> Exchange:
        """Keep what became of a question; what the page shows of it."""
        if not item.turn:
            return item
        try:
            if not self.memory.answer(item.turn, item.answer, item.notice):
                return replace(item, turn=0, kept=True)
        except FootnoteError as error:
            said = f"This answer could not be saved. {self.told(error)}"
            return replace(item, turn=0, notice=item.notice or said)
        return item

    def _hash(self, item: Exchange, assistant: Assistant) -> None:
        """Keep the hashes of the files an answer cites."""
        if not item.turn or item.answer is None:
            return
        try:
            self.memory.note_hashes(item.turn, Originals(assistant).hashes(item.answer))
        except FootnoteError as error:  # an export will say less
            log.warning("%s", error)

    def exchanges(self, conversation: Summary) -> list[Exchange]:
        """A saved conversation, with what changed in its sources since."""
        originals = self._originals(conversation.library)
        return [self._shown(kept, originals) for kept in self.memory.turns(conversation.id)]

    def _shown(self, kept: Kept, originals: Originals | None) -> Exchange:
        within = self._said_of(kept.within, kept.conversation) if kept.within else ""
        return replace(shown(kept, originals), within=within)

    def exchange(self, turn: int) -> Exchange | None:
        """One saved turn; None when it was deleted."""
        kept = self.memory.turn(turn)
        found = self.memory.find(kept.conversation) if kept is not None else None
        if kept is None or found is None:
            return None
        return self._shown(kept, self._originals(found.library))

    def judged(self, turn: int) -> bool:
        """Let the person's own evaluation set follow a judgement; whether the turn is in it."""
        from ui.own_set import take

        kept = self.memory.turn(turn)
        found = self.memory.find(kept.conversation) if kept is not None else None
        if kept is None or found is None:
            return False
        try:
            return take(kept, self.libraries.at(found.library))
        except FootnoteError as error:  # the judgement itself is kept
            log.error("%s", error)
            return False

    def purge(self, document_id: str) -> int:
        """Take a document's words out of saved answers and out of the person's own evaluation
        set, with the corrections that rest on it; how many answers held some."""
        from ui.own_set import drop_document

        return self.memory.purge(document_id, drop_document(document_id, self.memory.turn))

    def _originals(self, library: str) -> Originals | None:
        try:
            return Originals(self.libraries.at(library))
        except FootnoteError as error:  # its library is gone: the saved words are still there
            log.warning("%s", error)
            return None


async def aside(start: Callable[[threading.Event], Iterator[Item]]) -> AsyncIterator[Item]:
    """Run slow steps in a thread of their own, so that Stop is heard at once.

    Whoever leaves early sets the event that the steps were started with, and lets the thread end
    after the step it is at; its place in the room is taken until then.
    """
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[Item | None] = asyncio.Queue()
    left = threading.Event()

    def tell(step: Item | None) -> None:
        with suppress(RuntimeError):  # the server is shutting down, nobody listens
            loop.call_soon_threadsafe(steps.put_nowait, step)

    def work() -> None:
        iterator = start(left)
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


def checked(question: str) -> str:
    """A question that is not too long. Raises UsageError."""
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters, more than {LONGEST_QUESTION:,}: "
            "shorten it."
        )
    return question


def turns(kept: Sequence[Kept]) -> list[Turn]:
    """The finished part of a conversation, as the assistant takes it."""
    return [
        Turn(item.question, item.answer.text)
        for item in kept
        if item.answer is not None and item.answer.final
    ]


def shown(kept: Kept, originals: Originals | None) -> Exchange:
    """A saved turn as the page shows it; without its library no source can be opened."""
    answer = None if kept.answer is None else replace(kept.answer, pending="")
    flags: dict[str, str] = {}
    if answer is not None and originals is None:
        flags = {citation.document_id: AWAY for citation in answer.citations}
    elif answer is not None and originals is not None:
        flags = originals.flags(answer)
    unfinished = answer is None or not answer.final
    return Exchange(
        kept.question,
        answer,
        kept.notice or (STOPPED if unfinished else ""),
        kept.id,
        flags,
        kept.verdict,
        kept.correction,
    )


def writing(item: Exchange) -> bool:
    """Has a language model begun, so that ``answer`` holds what was there without it?"""
    answer = item.answer
    return answer is not None and bool(answer.sentences or answer.refusal) and not answer.final


def _left(item: Exchange, steps: Iterator[Answer]) -> Exchange:
    """What a language model leaves that was told to stop: it ends within a second."""
    if not writing(item):
        return item
    try:
        *_, last = steps
    except (FootnoteError, ValueError) as error:  # no step was left
        log.warning("%s", error)
        return item
    return replace(item, answer=replace(last, question=item.question))


def stopped(item: Exchange) -> Exchange:
    """What is kept: of an answer that was stopped, the verified sentences that were there."""
    answer = item.answer
    if item.notice or (answer is not None and answer.final):
        return item
    if answer is not None:
        answer = replace(answer, pending="") if answer.sentences else None
    return replace(item, answer=answer, notice=STOPPED)
