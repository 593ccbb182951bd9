"""Questions a person collected: corrections from the chat, and sets made from own documents.

`keep_my_question` is what the chat calls when a person marks an answer right, wrong, or to be
refused; ``footnote eval mine`` asks them again. A line is a question of our own format whose
sources are the names the index knows the documents by.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.datasets import Question, QuestionSet, load_set, my_questions_file, read_questions
from eval.outcomes import question_to_dict
from index.errors import FootnoteError, UsageError


def my_sets_folder(data_folder: Path) -> Path:
    """Where sets made from own documents are kept, a folder each."""
    return data_folder / "eval" / "sets"


def chat_set_folder(data_folder: Path) -> Path:
    """Where the chat keeps the questions that were corrected, with copies of their documents."""
    return data_folder / "evaluation"


def keep_my_question(data_folder: Path, question: Question) -> str:
    """Add a question to the corrections, or put it in the place of the same one; returns its id.

    Its id is made from the question, its history and what it is asked without. Raises
    FootnoteError when it cannot be written; then what was there before is unchanged.
    """
    file = my_questions_file(data_folder)
    kept = replace(question, id=_id_of(question))
    before = read_questions(file, file.parent, anywhere=True) if file.is_file() else ()
    others = [one for one in before if one.id != kept.id]
    write_questions(file, [*others, kept])
    return kept.id


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
        file.parent.mkdir(parents=True, exist_ok=True)
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


def load_my_questions(data_folder: Path) -> QuestionSet:
    """The corrections. Raises UsageError without any.

    Those made in the chat are a set with copies of its documents; those kept by
    `keep_my_question` are asked of an index that is there.
    """
    if (chat_set_folder(data_folder) / "questions.jsonl").is_file():
        return load_set(chat_set_folder(data_folder))
    file = my_questions_file(data_folder)
    if not file.is_file():
        raise UsageError(
            "You have corrected no answers yet: mark one in the chat, and it is kept as a question."
        )
    return QuestionSet("mine", file.parent, read_questions(file, file.parent, anywhere=True))
