"""The one answering path: question in, `Answer` snapshots out. Web, command line and eval call it.

`assemble` is the only place that names concrete classes; swap a part by handing another to
`Assistant`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from index.embedding import Embedder, SentenceTransformerEmbedder
from index.errors import ModelError, UsageError
from index.index import Index
from index.loading import Limits
from index.syncing import SyncProgress, SyncReport
from index.types import Document, DocumentInfo, Scope, SkippedFile
from rag.language_model import LanguageModel, StopFlag
from rag.models import open_model
from rag.named import in_turn
from rag.overview import overview
from rag.places import DEFAULT_INDEX, documents_index, index_folder
from rag.questions import is_small_talk, with_apostrophes
from rag.quoting import Quoter, refused, unreadable
from rag.reader import EvidenceReader, LateReader, Reader
from rag.retrieval import RetrievalOptions, Retriever
from rag.rewriting import rewrite_with, standalone
from rag.settings import Settings, load_settings
from rag.timing import Clock
from rag.types import Answer, AnswerKind, Passage, Refusal, RefusalReason, Turn
from rag.uploading import copy_in
from rag.writing import Writer

LONGEST_QUESTION = 10_000  # characters; more is no question but a document
ANYWAY = "You asked for an answer although your documents may not say: check each footnote."

Documents = str | Path | Sequence[str | Path]


class Assistant:
    """Answers questions over one index. Safe to use from several threads."""

    def __init__(
        self,
        index: Index,
        retriever: Retriever,
        reader: Reader,
        settings: Settings,
        model: LanguageModel | None = None,
    ) -> None:
        self.index = index
        self.settings = settings
        self.model = model  #: writes the answers; None: they are quoted
        self._retriever = retriever
        self._quoter = Quoter(retriever, reader)
        self._reader = reader
        self._writer = None if model is None else Writer(model, reader, index.embedder)

    @classmethod
    def open(
        cls,
        *,
        documents: Documents | None = None,
        index: str | Path | None = None,
        settings: Settings | None = None,
        progress: Callable[[SyncProgress], None] | None = None,
    ) -> Assistant:
        """Open an index by name or path, or one that belongs to ``documents`` (synced first).

        With neither, the index named "documents". Raises FootnoteError with one clear sentence.
        """
        chosen = settings if settings is not None else load_settings()
        paths = _paths(documents)
        if index is not None:
            folder = index_folder(index)
        else:
            folder = documents_index(paths) if paths else index_folder(DEFAULT_INDEX)
        for path in paths:
            if not path.exists():
                raise UsageError(f"There is no file or folder {path}; check the path.")
        assistant = assemble(folder, chosen, create=bool(paths))
        try:
            if paths:
                assistant.sync(progress, roots=paths)
        except BaseException:
            assistant.close()
            raise
        return assistant

    def answering_with(self, model: LanguageModel | None) -> Self:
        """The same documents answered by another language model, or by quoting alone.

        Both share the index: closing one closes the other.
        """
        other = copy(self)
        other.model = model
        other._writer = None if model is None else Writer(model, self._reader, self.index.embedder)
        return other

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- asking --------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        anyway: bool = False,
    ) -> Answer:
        """The answer to a question; ``history`` lets follow-ups lean on earlier turns.

        ``anyway`` as in `stream`.
        """
        *_, last = self.stream(question, history, scope=scope, anyway=anyway)
        return last

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        stop: StopFlag | None = None,
        anyway: bool = False,
    ) -> Iterator[Answer]:
        """Snapshots of the answer as it comes to be; the last has ``final`` set.

        Setting ``stop`` ends a language model's writing within a second; what was checked by then
        stands. With ``anyway`` the best that was found is quoted even where it would be declined,
        and a note says so; where there is nothing to quote it is still a refusal. Raises UsageError
        for a question longer than 10,000 characters.
        """
        cleaned = clean_question(question)
        silent = not any(map(str.isalnum, cleaned))
        if silent or is_small_talk(cleaned):
            refusal = Refusal(RefusalReason.NO_QUESTION if silent else RefusalReason.SMALL_TALK)
            yield replace(refused(cleaned, cleaned, refusal), model=self._reader.name)
            return
        clock, stop = Clock(), stop or threading.Event()
        rewrite = partial(self._standalone, stop=stop)
        with self.index.snapshot() as snapshot:
            asked, named = in_turn(cleaned, history, snapshot, scope, rewrite)
            if not len(snapshot):
                reason = RefusalReason.NO_DOCUMENTS
                refusal = Refusal(reason, unreadable=unreadable(snapshot))
                yield replace(refused(cleaned, asked, refusal), model=self._reader.name)
                return
            read, inside = (asked, scope) if named is None else (named.question, named.scope)
            read = with_apostrophes(read)
            whole = overview(cleaned, snapshot, self.index.embedder, standalone=asked, scope=inside)
            if whole is not None:
                clock.lap("overview")
                notes = (*whole.answer.notes, whole.note)
                yield replace(whole.answer, timings=clock.laps, notes=notes)
                return
            passages = self._quoter.fetch(snapshot, read, self.settings.passages, inside)
            clock.lap("retrieval")
            yield Answer(
                question=cleaned,
                standalone_question=asked,
                kind=AnswerKind.EXTRACTIVE,
                passages=tuple(passages),
                timings=clock.laps,
                final=False,
            )
            quoted = self._quoter.answer(
                snapshot, read, passages, self.settings, clock, scope=inside, anyway=anyway
            )
            answer = replace(quoted, question=cleaned, standalone_question=asked)
            steps: Iterator[Answer] = iter((answer,))
            if self._writer is not None and answer.passages:
                steps = self._writer.write(asked, answer.passages, answer, stop)
            steps = _insisted(steps, answer) if anyway else steps
            yield from steps if named is None else _noted(steps, named.note)

    def search(
        self, words: str, limit: int = 10, *, scope: Scope | None = None
    ) -> tuple[Passage, ...]:
        """The best passages for some words, best first."""
        cleaned = clean_question(words)
        if not any(map(str.isalnum, cleaned)):
            raise UsageError("There are no words to search for; give at least one.")
        with self.index.snapshot() as snapshot:
            return tuple(self._retriever.retrieve(snapshot, cleaned, limit, scope))

    def _standalone(self, question: str, history: Sequence[Turn], stop: StopFlag) -> str:
        if self.model is None:
            return standalone(question, history)
        return rewrite_with(self.model, question, history, stop).text

    def faults(self) -> list[str]:
        """What is wrong with the index or the answer model; empty when all is sound."""
        found = self.index.verify()
        try:
            self._reader.read("Is everything there?", ())
        except ModelError as error:
            found.append(str(error))
        return found

    # ---- documents -----------------------------------------------------------------------

    def sync(
        self,
        progress: Callable[[SyncProgress], None] | None = None,
        *,
        roots: Sequence[Path] | None = None,
        stop: threading.Event | None = None,
    ) -> SyncReport:
        """Bring the index up to date with its folders, or with these."""
        return self.index.sync(roots, progress=progress, limits=limits_of(self.settings), stop=stop)

    def add_files(
        self, paths: Sequence[Path], progress: Callable[[SyncProgress], None] | None = None
    ) -> SyncReport:
        """Copy files into the index's own folder and index them; originals are not touched.

        A file of a name that was added before takes its place, so that a corrected one leaves no
        old words behind.
        """
        uploads = self.index.uploads
        uploads.mkdir(parents=True, exist_ok=True)
        for path in paths:
            copy_in(path, uploads)
        return self.sync(progress, roots=[uploads])

    def documents(self) -> tuple[DocumentInfo, ...]:
        """All documents, by title."""
        with self.index.snapshot() as snapshot:
            return tuple(snapshot.infos().values())

    def infos(self, document_ids: Sequence[str]) -> tuple[DocumentInfo, ...]:
        """The light forms of these documents; those that are gone are left out."""
        with self.index.snapshot() as snapshot:
            return tuple(snapshot.infos(document_ids).values())

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Files that are not in the index, with reasons."""
        with self.index.snapshot() as snapshot:
            return tuple(snapshot.skipped())

    def document(self, document_id: str) -> Document | None:
        """A whole document by id; None when it is not there."""
        with self.index.snapshot() as snapshot:
            return snapshot.document(document_id)

    def left_out(self) -> tuple[str, ...]:
        """Sources that a person left out of the folders they lie in."""
        with self.index.snapshot() as snapshot:
            return tuple(snapshot.left_out())

    def remove(self, source: str, *, stay_out: bool = False) -> bool:
        """Take a source out of the index; False when it is not there. See `Index.remove`."""
        return self.index.remove(source, stay_out=stay_out)


def assemble(folder: Path, settings: Settings, *, create: bool) -> Assistant:
    """Put the parts together: the one place that names concrete classes."""
    embedder = shared_embedder(settings.embedder)
    index = Index.open(folder, embedder, create=create)
    retriever = Retriever(embedder, RetrievalOptions(candidates=settings.candidates))
    reader = EvidenceReader(embedder) if settings.reader == "evidence" else shared_reader()
    model = shared_model(settings)
    return Assistant(index, retriever, reader, settings, model)


@lru_cache(maxsize=2)
def shared_embedder(model: str) -> Embedder:
    """One embedder per model and process: its weights take seconds to load."""
    return SentenceTransformerEmbedder(model)


@lru_cache(maxsize=1)
def shared_model(settings: Settings) -> LanguageModel | None:
    """The language model of the settings, None for the built-in way; one per process."""
    return open_model(settings)


@lru_cache(maxsize=1)
def shared_reader() -> Reader:
    """One built-in reader per process."""
    from rag.reader_model import ReaderModel

    return LateReader("built-in reader", ReaderModel.load, calibrated=True)


def answer(
    question: str,
    *,
    documents: Documents | None = None,
    index: str | Path | None = None,
    history: Sequence[Turn] = (),
    settings: Settings | None = None,
) -> Answer:
    """Answer one question over documents or an index; see `Assistant.open` for which."""
    with Assistant.open(documents=documents, index=index, settings=settings) as assistant:
        return assistant.ask(question, history)


def clean_question(question: str) -> str:
    """One line without control characters. Raises UsageError when it is too long to be one."""
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters, and at most {LONGEST_QUESTION:,} are "
            "read; ask about a shorter piece."
        )
    kept = "".join(
        character if character.isprintable() or character.isspace() else " "
        for character in question
    )
    return " ".join(kept.split())


def limits_of(settings: Settings) -> Limits:
    """What one file may cost while it is parsed."""
    return Limits(
        seconds=settings.parse_seconds,
        memory_mb=settings.parse_memory_mb,
        file_mb=settings.file_mb,
    )


def _paths(documents: Documents | None) -> list[Path]:
    if documents is None:
        return []
    given = [documents] if isinstance(documents, str | Path) else list(documents)
    if not given:
        raise UsageError("No documents were given; name at least one file or folder.")
    if "" in given:
        raise UsageError("One of the documents has an empty path; name a file or a folder.")
    return [Path(path).expanduser() for path in given]


def _noted(steps: Iterator[Answer], note: str) -> Iterator[Answer]:
    return (replace(step, notes=(*step.notes, note)) for step in steps)


def _insisted(steps: Iterator[Answer], quoted: Answer) -> Iterator[Answer]:
    """Snapshots of an answer that was asked for anyway: for a refusal stands what can be quoted."""
    for step in steps:
        answer = step
        if step.final and step.declined and quoted.sentences:
            answer = replace(quoted, timings=step.timings, raw=step.raw, struck=step.struck)
        told = answer.final and not answer.declined
        yield replace(answer, notes=(*answer.notes, ANYWAY)) if told else answer
