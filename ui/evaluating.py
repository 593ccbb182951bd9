"""What ``footnote eval`` and ``footnote calibrate`` do: open a set, ask it, show and save figures.

Figures are made in `eval`; here is what a person typed and what they see.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console

from eval.datasets import QuestionSet
from eval.journal import Journal, state_of_folders
from eval.judging import Instruments
from index.errors import FootnoteError, UsageError
from index.types import Chunk
from rag.assistant import Assistant, shared_embedder, shared_reader
from rag.models import BUILT_IN, is_address, model_folder
from rag.places import data_folder
from rag.reader import EvidenceReader, Reader
from rag.settings import Settings
from ui.opening import expanded
from ui.printing import print_json, progress_bar, say, sync_progress
from ui.set_documents import assistant_for, named_documents

NEW, CITATIONS = "new", "citations"


def evaluate_set(options: argparse.Namespace, settings: Settings) -> int:
    """Check answers against gold; or propose a set, or examine the check of citations."""
    from eval.beir_folders import is_beir

    if options.set != NEW and options.documents:
        raise UsageError(
            f"{options.documents[0]} stands after the set {options.set}; documents are named only "
            "after footnote eval new."
        )
    if options.set == NEW:
        from ui.proposing import propose_set

        return propose_set(options, settings)
    if options.set == CITATIONS:
        return _examine_citations(options, settings)
    if options.closed_book:
        return _closed_book(options)
    if options.set and is_beir(expanded(options.set)):
        return _search_beir(options, settings)
    return _evaluate(options, settings)


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from eval import report
    from eval.compare import compare, load_run, refuse_unlike, run_of
    from eval.formats import open_set
    from eval.model_use import failure
    from eval.runner import evaluate
    from eval.targets import missed, parse_targets

    if options.json and options.markdown:
        raise UsageError("--json and --markdown are two ways to print the same: use one of them.")
    # What would fail in the end fails first, before minutes of asking.
    targets = parse_targets(options.fail_under) if options.fail_under is not None else {}
    _check_limit(options)
    old = load_run(expanded(options.compare)) if options.compare is not None else None
    page = writable(options.html) if options.html is not None else None
    set_ = open_set(options.set, data_folder(), named_documents(options))
    set_ = limited(set_, options.split, options.limit)
    if old is not None:
        refuse_unlike(old, set_.questions, set_.name)
    with assistant_for(set_, options, settings) as assistant, progress_bar("asking") as step:
        model = assistant.model.name if assistant.model is not None else None
        # The models load before the clock runs.
        first = assistant.ask(set_.questions[0].question)
        if model is not None and failure(first, model):  # hours before the result says so
            say(f"{model} did not answer the first question: {failure(first, model)}")
        evaluation = evaluate(
            set_,
            assistant,
            split=options.split,
            progress=step,
            instruments=instruments(assistant, settings),
            journal=journal_of(set_, options.split, assistant, settings),
            model=model,
        )
    data = report.to_dict(evaluation)
    changes = compare(old, run_of(json.loads(json.dumps(data)))) if old is not None else None
    if page is not None:
        from eval.html_report import html_report

        save(page, html_report(evaluation, changes))
        say(f"The report is in {page}.")
    if evaluation.unlocated and (options.json or options.markdown):  # the table says it itself
        say(
            f"Gold quotes that no document holds: {len(evaluation.unlocated)}, the first "
            f"{evaluation.unlocated[0]!r}; citations of them cannot count until the set is mended."
        )
    if evaluation.use is not None and evaluation.use.fell_back and options.json:
        say(str(evaluation.use))
    if options.json:
        print_json({**data, "comparison": asdict(changes) if changes else None})
    elif options.markdown:
        from eval.markdown import markdown

        print(markdown(evaluation), end="")
    else:
        console = Console(highlight=False)
        console.print(report.table(evaluation, failures=options.failures))
        if changes is not None:
            console.print(report.comparison_table(changes))
    failed = missed(evaluation.overall, targets)
    if failed:
        raise FootnoteError(f"The evaluation falls short: {'; '.join(failed)}.")
    return 0


# ---- what an evaluation needs --------------------------------------------------------------


def _check_limit(options: argparse.Namespace) -> None:
    if options.limit is not None and options.limit < 1:
        raise UsageError(f"--limit is {options.limit}; it has to be at least 1.")


def limited(set_: QuestionSet, split: str | None, limit: int | None) -> QuestionSet:
    """At most so many questions of a split, evenly over it, the same ones each time."""
    from eval.runner import chosen_questions

    every = chosen_questions(set_, split)
    if limit is None or limit >= len(every):
        return replace(set_, questions=tuple(every))
    kept = tuple(every[at * len(every) // limit] for at in range(limit))
    return replace(set_, questions=kept)


def instruments(assistant: Assistant, settings: Settings) -> Instruments:
    """What is measured beside the answers: citations by the check, tokens, chunks."""
    from eval.alce import entailed_by_check

    embedder = shared_embedder(settings.embedder)

    def chunks() -> Iterable[Chunk]:
        with assistant.index.snapshot() as snapshot:
            return [chunk for _, chunk in snapshot.all_chunks()]

    return Instruments(
        entails=entailed_by_check(_scorer(settings), embedder),
        count_tokens=embedder.count_tokens,
        chunks=chunks,
    )


def _scorer(settings: Settings) -> Reader:
    """The reader of the settings: what is left to meaning when citations are checked."""
    embedder = shared_embedder(settings.embedder)
    return EvidenceReader(embedder) if settings.reader == "evidence" else shared_reader()


def journal_of(
    set_: QuestionSet, split: str | None, assistant: Assistant, settings: Settings
) -> Journal:
    """Where this run is kept until it is complete; a word when it was begun before."""
    from eval.runner import chosen_questions

    questions = chosen_questions(set_, split)
    house = Path(__file__).resolve().parents[1]
    documents = sorted(f"{info.id} {sorted(info.sources)}" for info in assistant.documents())
    code = {".py": None, ".json": None, ".safetensors": None}
    state = [
        repr(settings),
        shared_embedder(settings.embedder).fingerprint,
        *_model_state(assistant, settings),
        state_of_folders([house / room for room in ("index", "rag", "eval")], code),
        *documents,
    ]
    journal = Journal.of_run(data_folder() / "eval" / "runs", questions, state)
    done = len(journal.read(questions))
    if done:
        say(f"Going on where a stopped run was: {done} of {len(questions)} questions are answered.")
    return journal


def _model_state(assistant: Assistant, settings: Settings) -> list[str]:
    """Which language model answers: a server may serve another one, a folder be written anew."""
    if assistant.model is None:
        return []
    chosen = settings.model.strip()
    folders = [] if is_address(chosen) else [model_folder(chosen)[0]]
    return [assistant.model.name, state_of_folders(folders)]


def writable(words: str) -> Path:
    """A file to be written later. Raises UsageError when its folder is not there."""
    path = expanded(words)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path} cannot be written: name a file in a folder that is there.")
    return path


def save(path: Path, text: str) -> None:
    """Write a text file. Raises FootnoteError when the disk refuses."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise FootnoteError(
            f"{path} could not be written ({error.strerror}): free some space or name another file."
        ) from None


# ---- other kinds of sets -------------------------------------------------------------------


def _no_page(options: argparse.Namespace) -> None:
    """These have figures only."""
    for name in ("html", "compare", "fail_under", "markdown", "model", "lenient"):
        if getattr(options, name) not in {None, False}:
            raise UsageError(
                f"--{name.replace('_', '-')} works for sets of questions with answers only; leave "
                "it out here."
            )


def _closed_book(options: argparse.Namespace) -> int:
    """The reader with the right paragraph given, no search before it."""
    from eval.benchmarks import closed_book, figures

    _no_page(options)
    _check_limit(options)
    file = expanded(options.set)
    if not file.is_file():
        raise UsageError(f"--closed-book needs a SQuAD file, and {options.set} is none: name one.")
    result = closed_book.measure(file, limit=options.limit)
    if options.json:
        print_json(asdict(result))
    else:
        Console(highlight=False).print(figures.table(result))
    return 0


def _search_beir(options: argparse.Namespace, settings: Settings) -> int:
    from eval.beir_folders import evaluate_search, retrieval_table, split_of, write_corpus
    from eval.datasets import load_beir

    _no_page(options)
    _check_limit(options)
    folder = expanded(options.set)
    split = split_of(folder, options.split)
    beir = load_beir(folder, split)
    texts, stems = write_corpus(beir, data_folder(), folder.resolve().name)
    with sync_progress() as progress:
        # No question is answered, so a language model is not waited for.
        chosen = replace(settings, model=BUILT_IN)
        assistant = Assistant.open(documents=texts, settings=chosen, progress=progress)
    with assistant, progress_bar("searching") as step:
        result = evaluate_search(
            beir,
            assistant,
            stems,
            name=folder.resolve().name,
            split=split,
            limit=options.limit,
            progress=step,
        )
    if options.json:
        print_json(result.to_dict())
    else:
        console = Console(highlight=False)
        console.print(
            f"{result.name}, {result.split} split: {result.queries} queries, {result.documents} "
            "documents",
            markup=False,
        )
        console.print(retrieval_table(result))
    return 0


def _examine_citations(options: argparse.Namespace, settings: Settings) -> int:
    """The check of citations beside labels made by hand: on single pairs, and on answers."""
    from eval.alce import judged_by_check
    from eval.answer_labels import answer_agreement, answer_table, load_labels
    from eval.citation_check import agreement, agreement_table, load_pairs
    from rag.types import Verdict

    _no_page(options)
    judges = judged_by_check(_scorer(settings), shared_embedder(settings.embedder))
    with progress_bar("checking") as step:
        pairs = agreement(load_pairs(), lambda *one: judges(*one) is Verdict.SUPPORTED, step)
    with progress_bar("checking answers") as step:
        answers = answer_agreement(load_labels(), judges, step)
    if options.json:
        print_json({**pairs.to_dict(), "answers": answers.to_dict()})
    else:
        console = Console(highlight=False)
        console.print(agreement_table(pairs))
        console.print()
        console.print(answer_table(answers))
    return 0
