"""``footnote eval new DOCS``: questions proposed from documents, kept or dropped one by one.

What is proposed is decided in `eval.proposals`; here a person looks at each, and what they keep is
written as a set that ``footnote eval NAME`` and ``footnote calibrate NAME`` take.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from eval.datasets import DOCUMENTS, QUESTIONS, Question, QuestionType
from eval.mine import my_sets_folder, write_questions
from index.errors import FootnoteError, UsageError
from index.types import Document
from rag.assistant import Assistant
from rag.places import data_folder
from rag.settings import Settings
from ui.opening import given_path
from ui.printing import plain, say, short_path, sync_progress
from ui.render import count

_TAKEN = frozenset({"samples", "citations", "mine", "new"})


def propose_set(options: argparse.Namespace, settings: Settings) -> int:
    """Propose questions on documents and write those that are kept."""
    if not options.documents:
        raise UsageError("No documents were named; write footnote eval new DOCS.")
    if options.questions < 1:
        raise UsageError(f"--questions is {options.questions}; it has to be at least 1.")
    roots = [given_path(words).absolute() for words in options.documents]
    folder = _folder_for(options.name or roots[0].stem)
    if not options.yes and not sys.stdin.isatty():
        raise UsageError(
            "There is nobody to ask which questions to keep; run it in a terminal, or add --yes to "
            "keep all."
        )
    proposed = _proposed(roots, options.questions, settings)
    kept = proposed if options.yes else keep_or_drop(proposed, input)
    if not kept:
        say("No question was kept, so no set was written.")
        return 0
    write_set(folder, roots, kept)
    name = folder.name
    say(f"{count(len(kept), 'question')} kept in {short_path(str(folder))}.")
    say(f"Ask them with: footnote eval {name}    fit refusals with: footnote calibrate {name}")
    return 0


def _folder_for(words: str) -> Path:
    """The folder of a set that is to be made. Raises UsageError when there is one of that name."""
    name = re.sub(r"[^\w.-]+", "-", words).strip("-.") or "documents"
    if name in _TAKEN:
        raise UsageError(f"A set cannot be called {name}; choose another name with --name.")
    folder = my_sets_folder(data_folder()) / name
    if folder.exists():
        raise UsageError(
            f"There is a set {name} already; choose another name with --name, or delete {folder}."
        )
    return folder


def _proposed(roots: Sequence[Path], wanted: int, settings: Settings) -> list[Question]:
    from eval.model_proposals import propose_with_model
    from eval.proposals import held_out, off_topic_questions, propose
    from rag.models import open_model

    with sync_progress() as progress:
        assistant = Assistant.open(documents=list(roots), settings=settings, progress=progress)
    with assistant:
        documents: list[tuple[str, Document]] = []
        for info in assistant.documents():
            document = assistant.document(info.id)
            if document is not None:
                documents.append((info.source, document))
    if not documents:
        raise FootnoteError("Nothing could be read in there, so there is nothing to ask about.")
    model = open_model(settings)
    if model is None:
        found = propose(documents, wanted)
    else:
        written = propose_with_model(model, documents, wanted)
        without = round(wanted * 0.2)
        answerable = written[: max(1, wanted - 2 * without)]
        foreign = off_topic_questions(documents, without)
        found = [*answerable, *held_out(written[len(answerable) :], documents, without), *foreign]
    if not any(question.answers for question in found):
        raise FootnoteError(
            "No question could be made from these documents: their sentences hold no numbers, "
            "names or dates that could be asked for."
        )
    return found


def keep_or_drop(proposed: Sequence[Question], ask: Callable[[str], str]) -> list[Question]:
    """Show each question and keep what the person keeps; an end of input keeps what was kept."""
    console = Console(stderr=True, highlight=False)
    console.print("For each question: k keep, d drop, e edit it, q stop and keep what was kept.")
    kept: list[Question] = []
    for number, question in enumerate(proposed, 1):
        console.print()
        console.print(shown(question, f"{number} of {len(proposed)}"))
        try:
            reply = _choice(ask)
            if reply == "q":
                break
            if reply == "e":
                words = " ".join(ask("question: ").split())
                kept.append(replace(question, question=words) if words else question)
            elif reply == "k":
                kept.append(question)
        except (EOFError, KeyboardInterrupt):
            console.print()
            break
    return kept


def _choice(ask: Callable[[str], str]) -> str:
    while True:
        reply = ask("k/d/e/q? ").strip().casefold()[:1]
        if reply in {"k", "d", "e", "q"}:
            return reply


def shown(question: Question, place: str) -> Text:
    """A proposed question as the person sees it."""
    text = Text.assemble((f"{place}  ", "dim"), (plain(question.question), "bold"))
    if question.type is QuestionType.UNANSWERABLE:
        why = (
            f"asked without {short_path(question.without[0])}"
            if question.without
            else "about other documents"
        )
        return text.append(f"\n  no answer: {plain(why)}")
    text.append(f"\n  answer: {plain(' / '.join(question.answers))}")
    piece = question.evidence[0]
    return text.append(f"\n  “{plain(piece.quote)}”  {short_path(piece.source)}", style="dim")


def write_set(folder: Path, roots: Sequence[Path], questions: Sequence[Question]) -> None:
    """Write the set: its questions, and where the documents are; they stay where they are."""
    unique = {question.id: question for question in questions}
    try:
        folder.mkdir(parents=True)
        listed = json.dumps([str(root) for root in roots], ensure_ascii=False, indent=2)
        (folder / DOCUMENTS).write_text(listed + "\n", encoding="utf-8")
    except OSError as error:
        raise FootnoteError(
            f"{folder} could not be written ({error.strerror}): free some space or check its "
            "rights."
        ) from None
    write_questions(folder / QUESTIONS, list(unique.values()))
