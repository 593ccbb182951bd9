"""Questions a person collected: corrections from the chat, and sets made from own documents.

There is one store of corrections, the folder ``evaluation`` of the data folder: ``questions.jsonl``
and copies of the documents that bear them out. `keep_my_question` and `drop_my_question` change it,
``footnote eval mine`` asks it. A question may also name a source as an index knows it; where no
question has a copy, the index that is there is asked. The file of earlier versions is read as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.datasets import Question, QuestionSet, read_questions
from eval.outcomes import question_to_dict
from index.errors import FootnoteError, UsageError
from index.folders import make_private_folder

_COPIES = "documents/"
_CHANGING = threading.Lock()  # two corrections at once would each write the file without the other


def my_sets_folder(data_folder: Path) -> Path:
    """Where sets made from own documents are kept, a folder each."""
    return data_folder / "eval" / "sets"


def my_folder(data_folder: Path) -> Path:
    """Where corrections are kept, with copies of their documents in ``documents/``."""
    return data_folder / "evaluation"


def older_questions_file(data_folder: Path) -> Path:
    """Where version 0.1 kept corrections of its own; read, never written."""
    return data_folder / "eval" / "mine.jsonl"


# --- changing the store -------------------------------------------------------------------------


def keep_my_question(data_folder: Path, question: Question) -> str:
    """Add a question to the corrections, or put it in the place of the same one; returns its id.

    Without an id it gets one made from the question, its history and what it is asked without.
    Raises FootnoteError when it cannot be written; then what was there before is unchanged.
    """
    kept = question if question.id else replace(question, id=_id_of(question))
    with _CHANGING:
        others = [one for one in _kept(data_folder) if one.id != kept.id]
        write_questions(_file(data_folder), [*others, kept])
    return kept.id


def drop_my_question(data_folder: Path, id_: str) -> None:
    """Take a question out of the corrections; nothing happens when it is not there."""
    with _CHANGING:
        before = _kept(data_folder)
        others = [one for one in before if one.id != id_]
        if len(others) < len(before):
            write_questions(_file(data_folder), others)


def keep_my_document(data_folder: Path, name: str, data: bytes) -> str:
    """Copy a document to the corrections, unless it is there; returns its source in the set."""
    folder = my_folder(data_folder)
    target = folder / _COPIES / name
    try:
        make_private_folder(folder)
        make_private_folder(target.parent)
        if not target.exists():
            part = target.with_name(f".{name}.part"[-250:])
            part.write_bytes(data)
            part.replace(target)
    except OSError as error:
        raise FootnoteError(
            f"{name} could not be copied into the evaluation set ({error.strerror}): free some "
            "space."
        ) from None
    return _COPIES + name


def my_copies(data_folder: Path, prefix: str) -> list[Path]:
    """Copies whose names begin so."""
    folder = my_folder(data_folder) / _COPIES
    return sorted(path for path in folder.glob("*") if path.name.startswith(prefix))


def drop_my_document(data_folder: Path, prefix: str) -> list[str]:
    """Delete the copies whose names begin so, and take out the questions that rest on them.

    Returns the ids of those questions. Raises FootnoteError when the disk refuses.
    """
    copies = my_copies(data_folder, prefix)
    sources = {_COPIES + path.name for path in copies}
    if not copies:
        return []
    with _CHANGING:
        before = _kept(data_folder)
        gone = [one for one in before if any(piece.source in sources for piece in one.evidence)]
        if gone:
            write_questions(_file(data_folder), [one for one in before if one not in gone])
    try:
        for path in copies:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FootnoteError(
            f"Copies in {my_folder(data_folder)} could not be deleted ({error.strerror}): check "
            "the folder's rights."
        ) from None
    return [one.id for one in gone]


def _file(data_folder: Path) -> Path:
    return my_folder(data_folder) / "questions.jsonl"


def _kept(data_folder: Path) -> tuple[Question, ...]:
    """What the store holds; nothing when it has not been begun or everything was taken back."""
    file = _file(data_folder)
    if not file.is_file() or not file.stat().st_size:
        return ()
    return read_questions(file, file.parent, anywhere=True)


def _id_of(question: Question) -> str:
    turns = [f"{turn.question}\n{turn.answer}" for turn in question.history]
    words = "\n".join([*turns, " ".join(question.question.casefold().split()), *question.without])
    return "mine-" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:10]


def write_questions(file: Path, questions: Sequence[Question]) -> None:
    """Write a question file whole or not at all."""
    lines = "".join(
        json.dumps(question_to_dict(one), ensure_ascii=False) + "\n" for one in questions
    )
    part = file.with_name(f".{file.name}.part")
    try:
        make_private_folder(file.parent)
        with part.open("w", encoding="utf-8", errors="replace") as out:
            out.write(lines)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FootnoteError(
            f"{file} could not be written ({error.strerror}), so what was there is unchanged: free "
            "some space or check its rights."
        ) from None


# --- asking it ----------------------------------------------------------------------------------


def load_my_questions(data_folder: Path) -> QuestionSet:
    """The corrections, those of earlier versions after them. Raises UsageError without any."""
    older = older_questions_file(data_folder)
    kept = _kept(data_folder)
    taken = {question.id for question in kept}
    before = read_questions(older, older.parent, anywhere=True) if older.is_file() else ()
    questions = (*kept, *(one for one in before if one.id not in taken))
    if not questions:
        raise UsageError(
            "You have corrected no answers yet: mark one in the chat, and it is kept as a question."
        )
    folder = my_folder(data_folder)
    files = (_file(data_folder), older)
    return QuestionSet("mine", folder / "documents", questions, _roots(folder, questions), files)


def _roots(folder: Path, questions: Sequence[Question]) -> tuple[Path, ...]:
    """What to index: the copies, and files that are named by their path; nothing without copies."""
    found: dict[Path, None] = {}
    for question in questions:
        for piece in question.evidence:
            path = Path(folder, piece.source)
            if piece.source.startswith(_COPIES) and not path.is_file():
                raise UsageError(
                    f"{folder / 'questions.jsonl'} asks about {piece.source} ({question.place}), "
                    "which is not there: put the file back or take the line out."
                )
            if path.is_absolute() and path.is_file() and not piece.source.startswith(_COPIES):
                found[path] = None
    copies = folder / "documents"
    return (copies, *found) if copies.is_dir() and any(copies.iterdir()) else ()
