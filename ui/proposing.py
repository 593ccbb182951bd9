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
from eval.formats import guessed_type
from eval.metrics import holds
from eval.mine import my_sets_folder, write_questions
from index.errors import FootnoteError, ModelError, UsageError
from index.types import Document
from rag.assistant import Assistant
from rag.language_model import LanguageModel
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
    from eval.proposals import propose

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
    model = assistant.model
    found = propose(documents, wanted) if model is None else _by_model(model, documents, wanted)
    if not any(question.answers for question in found):
        raise FootnoteError(
            "No question could be made from these documents: their sentences hold no numbers, "
            "names or dates that could be asked for."
        )
    return found


def _by_model(
    model: LanguageModel, documents: Sequence[tuple[str, Document]], wanted: int
) -> list[Question]:
    """Questions a language model wrote; where it wrote too few, the rest by rules, and it is said.

    As many have no answer as where all are made by rules.
    """
    from eval.model_proposals import propose_with_model
    from eval.proposals import held_out, off_topic_questions, propose

    by_rules = "are made by rules instead"
    try:
        written = propose_with_model(model, documents, wanted)
    except ModelError as error:
        say(f"The questions {by_rules}: {error}")
        return propose(documents, wanted)
    if not written:
        say(f"The language model wrote no question that holds up, so the questions {by_rules}.")
        return propose(documents, wanted)
    without = round(wanted * 0.2)
    answerable = written[: max(1, wanted - 2 * without)]
    short = wanted - 2 * without - len(answerable)
    if short > 0:
        taken = {piece.quote for question in answerable for piece in question.evidence}
        others = [q for q in propose(documents, wanted) if q.answers]
        others = [q for q in others if q.evidence[0].quote not in taken][:short]
        if others:
            wrote = count(len(answerable), "question")
            say(f"The language model wrote only {wrote} that hold up; {len(others)} {by_rules}.")
        answerable += others
    foreign = off_topic_questions(documents, without)
    return [*answerable, *held_out(written[len(answerable) :], documents, without), *foreign]


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
                kept.append(_edited(question, ask))
            elif reply == "k":
                kept.append(question)
        except (EOFError, KeyboardInterrupt):
            console.print()
            break
    return kept


def _edited(question: Question, ask: Callable[[str], str]) -> Question:
    """The question in other words, with the answer that goes with them; nothing typed keeps it.

    The quoted words have to hold the answer, as they are what it will be checked against.
    """
    words = " ".join(ask("question: ").split()) or question.question
    if not question.answers:
        return replace(question, question=words)
    quote = question.evidence[0].quote
    while True:
        said = " ".join(ask(f"answer (nothing keeps “{plain(question.answers[0])}”): ").split())
        if not said or holds(quote, said) or said.casefold() in {"yes", "no"}:
            break
        say(f"The quoted words do not say “{plain(said)}”; take the answer from them.")
    answers = (said,) if said else question.answers
    if (words, answers) == (question.question, question.answers):
        return question
    kind = question.type
    if kind is not QuestionType.TABLE:
        kind = guessed_type(words, answers)
    return replace(question, question=words, answers=answers, type=kind)


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
