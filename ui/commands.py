"""What each ``footnote`` command does. `ui.command_line` parses and reports errors, this acts.

Document text may hold anything: everything printed from it goes through `plain`, so that it cannot
steer the terminal.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from eval.datasets import load_set
from index.errors import FootnoteError, MissingIndexError, UsageError
from index.index import Index
from index.loading import Sandbox, supported
from index.scanning import source_name
from index.syncing import SyncProgress, SyncReport
from index.types import Document, DocumentInfo, Scope, SkipReason
from rag.assistant import Assistant, assemble, limits_of, shared_embedder
from rag.places import DEFAULT_INDEX, data_folder, has_index, index_folder
from rag.settings import Settings, Value, load_settings
from rag.types import Answer, Passage

SAMPLES_INDEX = "samples"
EXAMPLES = (
    "How many patents did Xiaomi have in September 2022?",
    "Can I keep a cat in the flat?",
    "How late is the library open on Thursdays?",
    "What does FRAND stand for?",
    "How do I switch off the sleep timer of the espresso machine?",
)
_SHOWN_SKIPS = 10  # skipped files named one by one after a sync
_QUOTE_CHARACTERS = 400  # of a passage, in a list of passages


def run(options: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    actions: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
        "index": index_documents,
        "ask": ask,
        "search": search,
        "chat": chat,
        "eval": evaluate_set,
        "show": show,
        "doctor": doctor,
    }
    arguments: dict[str, Value] = {
        name: value
        for name in ("host", "port")
        if (value := getattr(options, name, None)) is not None
    }
    file = Path(options.settings).expanduser() if options.settings else None
    return actions[options.command](options, load_settings(file, arguments=arguments))


# ---- the commands ------------------------------------------------------------------------


def index_documents(options: argparse.Namespace, settings: Settings) -> int:
    """Read files and folders into an index, or bring it up to date."""
    folder = index_folder(options.index or DEFAULT_INDEX)
    roots = [Path(path).expanduser() for path in options.documents]
    for root in roots:
        if not root.exists():
            raise UsageError(f"There is no file or folder {root}; check the path.")
    embedder = shared_embedder(settings.embedder)
    with Index.open(folder, embedder, create=bool(roots)) as index:
        with sync_progress() as progress:
            report = index.sync(roots or None, progress=progress, limits=limits_of(settings))
        with index.snapshot() as snapshot:
            passages, documents = len(snapshot), len(snapshot.infos())
    if options.json:
        print(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        print_report(report)
        console = Console(stderr=True, highlight=False)
        console.print(f"The index now holds {documents} documents in {passages} passages.")
    if not documents:
        raise FootnoteError(
            "Nothing could be read, so there is nothing to ask; the reasons stand above."
            if report.skipped
            else "There are no documents in there that Footnote reads: PDF, DOCX, HTML, Markdown "
            "and text files."
        )
    return 0


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Answer one question."""
    question = sys.stdin.read() if options.question == "-" else options.question
    with open_assistant(options, settings) as assistant:
        answer = assistant.ask(question, scope=scope_of(options))
    if options.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)
        if options.explain:
            print_passages(answer.passages, explain=True)
    return 0


def search(options: argparse.Namespace, settings: Settings) -> int:
    """List passages."""
    if options.limit < 1:
        raise UsageError(f"--limit is {options.limit}; it has to be at least 1.")
    with open_assistant(options, settings) as assistant:
        passages = assistant.search(options.words, options.limit, scope=scope_of(options))
    if options.json:
        print(json.dumps([asdict(passage) for passage in passages], ensure_ascii=False, indent=2))
    elif passages:
        print_passages(passages, explain=options.explain)
    else:
        print("Nothing in your documents is about this.")
    return 0


def chat(options: argparse.Namespace, settings: Settings) -> int:
    """Serve the web chat."""
    from ui.web import listen, serve

    listen(settings.host, settings.port).close()  # a busy port is said before minutes of indexing
    console = Console(stderr=True, highlight=False)

    def announce(address: str) -> None:
        console.print(f"Footnote is ready at [bold]{address}[/bold] (Ctrl-C stops it)")

    with open_assistant(options, settings) as assistant:
        samples = assistant.index.folder == index_folder(SAMPLES_INDEX)
        # The model loads while the person is reading the page.
        threading.Thread(target=_warm_up, args=(assistant,), daemon=True).start()
        serve(
            assistant,
            settings.host,
            settings.port,
            examples=EXAMPLES if samples else (),
            own=(lambda: assemble(index_folder(DEFAULT_INDEX), settings, create=True))
            if samples
            else None,
            announce=announce,
        )
    return 0


def evaluate_set(options: argparse.Namespace, settings: Settings) -> int:
    """Check answers against gold."""
    from eval import report
    from eval.runner import evaluate

    questions = load_set(options.set)
    with sync_progress() as progress:
        assistant = Assistant.open(
            documents=questions.documents, settings=settings, progress=progress
        )
    with assistant, _bar("asking") as step:
        evaluation = evaluate(questions, assistant, split=options.split, progress=step)
    if options.json:
        print(report.to_json(evaluation))
    else:
        Console(highlight=False).print(report.table(evaluation, failures=options.failures))
    return 0


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Print what was extracted from a document."""
    path = Path(options.document).expanduser()
    if path.is_file() and not options.index and not options.docs:
        if not supported(path):
            raise UsageError(
                f"{path} {SkipReason.UNSUPPORTED.value}; PDF, DOCX, HTML, Markdown and text are."
            )
        with Sandbox(limits_of(settings)) as sandbox:
            document = sandbox.load(path, source_name(path))
    else:
        with open_assistant(options, settings) as assistant:
            document = _find_document(assistant, options.document)
    if options.blocks:
        for block in document.blocks:
            page = f" p. {block.page}" if block.page is not None else ""
            print(f"[{block.kind.value}{page}] {plain(document.text[block.start : block.end])}")
    else:
        print(plain(document.text))
    return 0


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check the set-up and the index, and say what is wrong."""
    console = Console(highlight=False)
    embedder = shared_embedder(settings.embedder)
    console.print(f"data folder   {data_folder()}")
    console.print(f"embedder      {embedder.fingerprint}, window {embedder.window_tokens} tokens")
    with open_assistant(options, settings) as assistant:
        console.print(f"index         {assistant.index.folder}")
        documents = assistant.documents()
        passages = sum(document.chunks for document in documents)
        console.print(f"documents     {len(documents)} in {passages} passages")
        foreign = [d for d in documents if d.language not in {None, "en"}]
        if foreign:
            console.print(
                f"languages     {len(foreign)} documents are not in English, which the embedder "
                "does not know well: they are found by their words"
            )
        for file in assistant.skipped():
            console.print(Text(f"skipped       {plain(str(file))}"))
        problems = assistant.index.verify()
    for problem in problems:
        console.print(Text(f"fault         {plain(problem)}"))
    console.print("sound" if not problems else f"{len(problems)} faults found")
    return 1 if problems else 0


# ---- opening -----------------------------------------------------------------------------


def open_assistant(options: argparse.Namespace, settings: Settings) -> Assistant:
    """The assistant over the index that was asked for, the default one, or the samples."""
    if options.docs or options.index or has_index(DEFAULT_INDEX):
        with sync_progress() as progress:
            assistant = Assistant.open(
                documents=options.docs, index=options.index, settings=settings, progress=progress
            )
        skipped = assistant.skipped() if options.docs else ()
        if options.docs and not assistant.documents():
            why = "; ".join(str(file) for file in skipped[:3]) or "they hold no readable files"
            assistant.close()
            raise FootnoteError(f"There is nothing to ask in {', '.join(options.docs)}: {why}.")
        return assistant
    if options.command == "doctor":
        raise MissingIndexError("No index has been made yet; make one with: footnote index DOCS")
    if not has_index(SAMPLES_INDEX):
        print("You have no index yet, so here are the sample documents.", file=sys.stderr)
    with sync_progress() as progress:
        return Assistant.open(
            documents=load_set("samples").documents,
            index=SAMPLES_INDEX,
            settings=settings,
            progress=progress,
        )


def scope_of(options: argparse.Namespace) -> Scope | None:
    """The scope that the filter options describe; None for everything."""
    for name in ("since", "until"):
        value = getattr(options, name)
        if value is not None:
            _check_date(value, name)
    scope = Scope(
        sources=tuple(source_name(Path(path).expanduser()) for path in options.source),
        folders=tuple(source_name(Path(path).expanduser()) for path in options.folder),
        since=options.since,
        until=options.until,
    )
    return None if scope == Scope() else scope


def _check_date(value: str, name: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"--{name} is {value!r}; give a date such as 2024-06-30.") from None


def _find_document(assistant: Assistant, wanted: str) -> Document:
    def fits(info: DocumentInfo) -> bool:
        names = {info.id, info.title, *info.sources, *(Path(s).name for s in info.sources)}
        return wanted in names or str(Path(wanted).absolute()) in info.sources

    matches = [info for info in assistant.documents() if fits(info)]
    if len(matches) > 1:
        ids = ", ".join(info.id for info in matches)
        raise UsageError(f"{wanted!r} names {len(matches)} documents; give one of the ids {ids}.")
    document = assistant.document(matches[0].id) if matches else None
    if document is None:
        raise UsageError(
            f"There is no document {wanted!r} in the index; give a file name, a path or an id."
        )
    return document


def _warm_up(assistant: Assistant) -> None:
    with contextlib.suppress(FootnoteError):  # said again, and properly, at the first question
        assistant.ask("What is this about?")


# ---- printing ----------------------------------------------------------------------------


def plain(text: str) -> str:
    """Text without characters that steer a terminal; line breaks and tabs stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def short_path(source: str) -> str:
    """A path as a person would write it: from the current folder, or from home as ``~``."""
    path = Path(source)
    for base, shown in ((Path.cwd(), Path()), (Path.home(), Path("~"))):
        if path.is_relative_to(base):
            return str(shown / path.relative_to(base))
    return source


def print_answer(answer: Answer) -> None:
    """The answer, then its footnotes; or the refusal with what is near."""
    console = Console(highlight=False)
    if answer.standalone_question != answer.question:
        console.print(Text(f"({plain(answer.standalone_question)})", style="dim"))
    console.print(Text(plain(answer.text), style="bold" if not answer.declined else ""))
    console.print()
    for citation in answer.citations:
        pages = f", p. {', '.join(map(str, citation.pages))}" if citation.pages else ""
        head = Text(f"[{citation.number}] {plain(citation.title)}{pages}  ")
        head.append(plain(short_path(citation.source)), style="dim")
        console.print(head)
        quote = " ".join(plain(citation.quote).split())
        console.print(Padding(Text(f"“{quote}”"), (0, 0, 0, 4)))
    if answer.refusal is not None:
        refusal = answer.refusal
        if refusal.missing_words:
            found = ", ".join(map(plain, refusal.missing_words))
            console.print(Text(f"Found in no document: {found}"))
        for file in refusal.unreadable[:_SHOWN_SKIPS]:
            console.print(Text(f"Not readable: {plain(str(file))}"))
        if refusal.nearest:
            console.print("Nearest passages:")
            print_passages(refusal.nearest, explain=False)
    console.print(Text(f"{answer.model}, {answer.timings.get('total', 0):.2f} s", style="dim"))


def print_passages(passages: tuple[Passage, ...], *, explain: bool) -> None:
    """Numbered passages with their place; with ranks and scores on request."""
    console = Console(highlight=False)
    for number, passage in enumerate(passages, 1):
        pages = f", p. {', '.join(map(str, passage.chunk.pages))}" if passage.chunk.pages else ""
        head = Text(f"{number}. {plain(passage.document.title)}{pages}  ")
        head.append(plain(short_path(passage.document.source)), style="dim")
        console.print(head)
        if explain:
            console.print(Padding(Text(explanation(passage), style="cyan"), (0, 0, 0, 4)))
        text = " ".join(plain(passage.chunk.text).split())
        short = text if len(text) <= _QUOTE_CHARACTERS else text[:_QUOTE_CHARACTERS] + " …"
        console.print(Padding(Text(short), (0, 0, 1, 4)))


def explanation(passage: Passage) -> str:
    """Why a passage stands where it does, in one line."""
    parts = passage.parts
    pieces = [
        f"fused {parts.fused_rank} ({passage.score:.2f})",
        _rank("dense", parts.dense_rank, parts.dense_score),
        _rank("lexical", parts.lexical_rank, parts.lexical_score),
    ]
    if parts.reader_score is not None:
        pieces.append(f"reader {parts.reader_score:.2f}")
    if passage.duplicates:
        pieces.append(f"same text in {', '.join(map(plain, passage.duplicates))}")
    return "  ".join(pieces)


def _rank(side: str, rank: int | None, score: float | None) -> str:
    place = f"{rank}" if rank is not None else "–"
    return f"{side} {place}" + (f" ({score:.2f})" if score is not None else "")


def print_report(report: SyncReport) -> None:
    """The summary of a sync, with the files it had to leave out."""
    console = Console(stderr=True, highlight=False)
    console.print(str(report))
    named = [file for file in report.skipped if file.reason is not SkipReason.UNSUPPORTED]
    for file in named[:_SHOWN_SKIPS]:
        console.print(Text(f"  {plain(str(file))}", style="yellow"))
    if len(named) > _SHOWN_SKIPS:
        console.print(f"  … and {len(named) - _SHOWN_SKIPS} more: footnote doctor lists them all")
    others = len(report.skipped) - len(named)
    if others:
        console.print(f"  {others} files of kinds that are not supported", style="dim")
    for root in report.missing_roots:
        console.print(Text(f"  {plain(root)} is not there now; its documents were kept"))


@contextmanager
def sync_progress() -> Iterator[Callable[[SyncProgress], None]]:
    """A bar on standard error with files, passages a second and time left."""
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading documents", total=None, visible=False, rate="")

        def tell(state: SyncProgress) -> None:
            rate = f"{state.chunks / state.seconds:.0f} passages/s" if state.seconds > 0 else ""
            bar.update(task, total=state.total, completed=state.done, visible=True, rate=rate)

        yield tell


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
