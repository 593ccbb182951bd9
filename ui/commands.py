"""What each ``footnote`` command does. `ui.command_line` parses and reports errors, this acts.

What a person typed is made sense of in `ui.opening`, what they see is in `ui.printing`.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from index.errors import FootnoteError, StoreError, UsageError
from index.index import Index
from index.loading import Sandbox, supported, tesseract
from index.loading.language import foreign_note
from index.scanning import source_name
from index.suspicious import notes
from index.types import SkipReason
from rag.assistant import Assistant, assemble, limits_of, shared_embedder
from rag.places import DEFAULT_INDEX, data_folder, index_folder
from rag.settings import Settings, Value, load_settings
from ui.model_choice import with_model_that_answers
from ui.model_commands import models
from ui.opening import (
    SAMPLES_INDEX,
    chosen_index,
    cut,
    expanded,
    find_document,
    given_path,
    known_roots,
    open_assistant,
    scope_of,
)
from ui.places import unit
from ui.printing import (
    plain,
    print_answer,
    print_json,
    print_passages,
    print_report,
    say,
    short_path,
    sync_progress,
)
from ui.program_commands import documents, mcp
from ui.programs import passages_json
from ui.render import count

EXAMPLES = (
    "How many patents did Xiaomi have in September 2022?",
    "Can I keep a cat in the flat?",
    "How late is the library open on Thursdays?",
    "What does FRAND stand for?",
    "How do I switch off the sleep timer of the espresso machine?",
)
READ = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, HTML, Markdown, e-books, mail, RTF, "
    "reStructuredText, LaTeX, CSV, JSON, XML, notebooks, calendars, address cards, subtitles, "
    "text, logs, settings, source code and pictures of text"
)
log = logging.getLogger(__name__)


def run(options: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    actions: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
        "index": index_documents,
        "forget": forget,
        "ask": ask,
        "search": search,
        "chat": chat,
        "eval": evaluate_set,
        "calibrate": calibrate,
        "documents": documents,
        "mcp": mcp,
        "show": show,
        "models": models,
        "doctor": doctor,
    }
    arguments: dict[str, Value] = {
        name: value
        for name in ("host", "port", "model")
        if (value := getattr(options, name, None)) is not None
    }
    file = None if options.settings is None else expanded(options.settings)
    return actions[options.command](options, load_settings(file, arguments=arguments))


# ---- documents ---------------------------------------------------------------------------


def index_documents(options: argparse.Namespace, settings: Settings) -> int:
    """Read files and folders into an index, or bring it up to date."""
    roots = [given_path(words) for words in options.documents]
    folder = chosen_index(options.index)
    embedder = shared_embedder(settings.embedder)
    with Index.open(folder, embedder, create=bool(roots)) as index:
        with sync_progress() as progress:
            report = index.sync(roots or None, progress=progress, limits=limits_of(settings))
        with index.snapshot() as snapshot:
            passages, documents = len(snapshot), len(snapshot.infos())
    if options.json:
        print_json(asdict(report))
    else:
        print_report(report, [source_name(root) for root in roots])
        say(f"The index now holds {count(documents, 'document')} in {count(passages, 'passage')}.")
    if documents:
        return 0
    if any(file.reason is not SkipReason.UNSUPPORTED for file in report.skipped):
        raise FootnoteError(
            "Nothing could be read, so there is nothing to ask; the reasons stand above."
        )
    raise FootnoteError(f"There are no documents in there that Footnote reads: {READ}.")


def forget(options: argparse.Namespace, settings: Settings) -> int:
    """Take files and folders that were indexed out of the index; they stay on the disk."""
    folder = chosen_index(options.index)
    with Index.open(folder, shared_embedder(settings.embedder), create=False) as index:
        gone = [_forgettable(index, words) for words in options.paths]
        before = _document_count(index)
        for path, uploaded in gone:
            if uploaded:
                index.remove(str(path))
                say(f"{path.name} is forgotten, and the copy that was added in the chat deleted.")
            else:
                index.forget(path)
                say(f"{short_path(str(path))} is forgotten; nothing on the disk was touched.")
        left = _document_count(index)
    say(f"{count(before - left, 'document')} went; the index now holds {count(left, 'document')}.")
    return 0


def _forgettable(index: Index, words: str) -> tuple[Path, bool]:
    """The root or the uploaded file that is called so, and whether it is an uploaded one."""
    wanted, uploads = source_name(expanded(words)), Path(source_name(index.uploads))
    roots = [root for root in index.roots() if root != uploads]
    for root in roots:
        if str(root) == wanted:
            return root, False
    with index.snapshot() as snapshot:
        found = [source for info in snapshot.infos().values() for source in info.sources]
        found += [file.source for file in snapshot.skipped()]
    for path in map(Path, found):
        if uploads in path.parents and words in (path.name, str(path)):
            return path, True
    raise UsageError(f"{cut(words)} was not indexed by that name; {known_roots(roots)}.")


def _document_count(index: Index) -> int:
    with index.snapshot() as snapshot:
        return len(snapshot.infos())


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Print what was extracted from a document."""
    path = expanded(options.document)
    if not options.index and not options.docs and _is_file(path):
        if not supported(path):
            raise UsageError(f"{path} {SkipReason.UNSUPPORTED.value}; {READ} are.")
        with Sandbox(limits_of(settings)) as sandbox:
            document = sandbox.load(path, source_name(path))
    else:
        with open_assistant(options, settings) as assistant:
            document = find_document(assistant, options.document)
    if options.blocks:
        noun = unit(options.document).replace("page", "p.")
        for block in document.blocks:
            page = f" {noun} {block.page}" if block.page is not None else ""
            print(f"[{block.kind.value}{page}] {plain(document.text[block.start : block.end])}")
    else:
        print(plain(document.text))
    return 0


def _is_file(path: Path) -> bool:
    with contextlib.suppress(OSError):  # a title can be longer than any path
        return path.is_file()
    return False


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check the set-up and the index, and say what is wrong."""
    if options.repair:
        from ui.repairing import repair

        return repair(options, settings)
    console = Console(highlight=False)

    def tell(what: str, value: str) -> None:
        console.print(Text(f"{what:<13} {plain(value)}"), soft_wrap=True)

    embedder = shared_embedder(settings.embedder)
    tell("data folder", str(data_folder()))
    tell("embedder", f"{embedder.fingerprint}, window {embedder.window_tokens} tokens")
    with open_assistant(options, settings) as assistant:
        tell("index", str(assistant.index.folder))
        documents = assistant.documents()
        passages = sum(document.chunks for document in documents)
        tell("documents", f"{len(documents)} in {count(passages, 'passage')}")
        foreign = foreign_note(document.language for document in documents)
        if foreign is not None:
            tell("languages", foreign)
        tell("scans", tesseract.state())
        for file in assistant.skipped():
            tell("skipped", str(file))
        for note in _oddities(assistant):
            tell("look at", note)
        with assistant.index.snapshot() as snapshot:
            recall = snapshot.recall()
        tell("recall", str(recall))
        problems = assistant.faults()
        if not recall.sound:
            problems.append(f"{recall} That is too few: index the documents again.")
    for problem in problems:
        tell("fault", problem)
    console.print("sound" if not problems else f"{count(len(problems), 'fault')} found")
    return 1 if problems else 0


def _oddities(assistant: Assistant) -> Iterator[str]:
    """What stands in documents for programs rather than people: none of it is a fault."""
    for info in assistant.documents():
        with contextlib.suppress(StoreError):  # a damaged document is among the faults
            document = assistant.document(info.id)
            for note in notes(document) if document is not None else ():
                yield f"{info.source}: {note}"


# ---- asking ------------------------------------------------------------------------------


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Answer one question."""
    question = sys.stdin.read() if options.question == "-" else options.question
    with open_assistant(options, settings) as assistant:
        answer = assistant.ask(question, scope=scope_of(options, assistant))
    if options.json:
        print_json(answer.to_dict())
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
        scope = scope_of(options, assistant)
        passages = assistant.search(options.words, options.limit, scope=scope)
    if options.json:
        print_json(passages_json(passages))
    elif passages:
        print_passages(passages, explain=options.explain)
    else:
        print("Nothing in your documents is about this.")
    return 0


def evaluate_set(options: argparse.Namespace, settings: Settings) -> int:
    """Check answers against gold."""
    from ui.evaluating import evaluate_set as measure

    return measure(options, settings)


def calibrate(options: argparse.Namespace, settings: Settings) -> int:
    """Fit the refusal threshold to a set of questions."""
    from ui.calibrating import calibrate as fit

    return fit(options, settings)


def chat(options: argparse.Namespace, settings: Settings) -> int:
    """Serve the web chat."""
    from ui.guard import door_for

    # What would stop the server in the end is said first, before minutes of indexing.
    door_for(settings.host, settings.port)
    from ui.web import listen, serve  # takes seconds

    listen(settings.host, settings.port).close()
    settings, why = with_model_that_answers(settings)
    if why:
        say(
            f"{why} The page starts without it, and answers in the documents' own words: choose a "
            "model under the question once one runs, or start Footnote again."
        )

    def own() -> Assistant:
        return assemble(index_folder(DEFAULT_INDEX), settings, create=True)

    with open_assistant(options, settings) as assistant:
        samples = assistant.index.folder == index_folder(SAMPLES_INDEX)
        # The model loads while the person is reading the page.
        threading.Thread(target=_warm_up, args=(assistant,), daemon=True).start()
        serve(
            assistant,
            settings.host,
            settings.port,
            examples=EXAMPLES if samples else (),
            own=own if samples else None,
            announce=lambda address: say(f"Footnote is ready at {address} (Ctrl-C stops it)"),
        )
    return 0


def _warm_up(assistant: Assistant) -> None:
    try:
        assistant.ask("What is this about?")
    except FootnoteError:
        pass  # said again, and properly, at the first question
    except Exception as error:
        log.warning("The first answer may be slow: warming up failed (%s).", error)
