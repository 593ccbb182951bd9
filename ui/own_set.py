"""Corrections as questions: an evaluation set of the person's own, in the data folder.

A correction joins the set when a document holds its words, because each question of a set has to
name its evidence; "the documents do not say" joins it as unanswerable. The files are copied, so
that the set can be measured later with: footnote eval mine. The store itself is `eval.mine`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from eval.datasets import Evidence, Question, QuestionType
from eval.mine import (
    drop_my_document,
    drop_my_question,
    keep_my_document,
    keep_my_question,
    my_copies,
    my_folder,
)
from index.errors import FootnoteError, StoreError, UsageError
from rag.assistant import Assistant
from rag.places import data_folder
from rag.types import Answer, Passage
from ui.conversations import Kept
from ui.originals import Originals
from ui.uploads import safe_parts

NOT_SAID = "The documents do not say."
_SEARCHED = 20  #: passages looked at for the words of a correction


def folder() -> Path:
    """Where the set lies."""
    return my_folder(data_folder())


def take(kept: Kept, assistant: Assistant) -> bool:
    """Let the set follow what a person said of a turn; whether the turn is in it now."""
    try:
        made = _question(kept, assistant) if kept.verdict < 0 and kept.correction else None
        if made is None:
            drop_my_question(data_folder(), _id(kept))
        else:
            keep_my_question(data_folder(), made)
    except UsageError as error:  # a line of the file is not what it should be
        raise StoreError(
            f"The questions in {folder()} cannot be read, so nothing was added: mend or move the "
            "file questions.jsonl."
        ) from error
    except FootnoteError as error:
        raise StoreError(
            "The correction is kept with the answer, but could not be added to the evaluation "
            "set: check the space on the disk and the rights of the data folder."
        ) from error
    return made is not None


def correction_of(words: str, *, unsaid: bool) -> str:
    """What a person wrote, and that the documents do not say it: neither is lost."""
    words = words.strip()
    if not unsaid or words.startswith(NOT_SAID):
        return words
    return f"{NOT_SAID} {words}".strip()


def has_copy(document_id: str) -> bool:
    """Whether the set holds a copy of a document."""
    return bool(my_copies(data_folder(), _prefix(document_id)))


def drop_document(document_id: str, turn: Callable[[int], Kept | None]) -> list[int]:
    """Delete the copies of a document and the questions that rest on them.

    Returns the numbers of the turns, as ``turn`` gives them, whose corrections they were.
    """
    found = []
    for question in drop_my_document(data_folder(), _prefix(document_id)):
        number = question.rpartition("-")[2]
        kept = turn(int(number)) if number.isascii() and number.isdigit() else None
        if kept is not None and _id(kept) == question:
            found.append(kept.id)
    return found


def _prefix(document_id: str) -> str:
    """How the names of a document's copies begin."""
    return f"{document_id[:8]}-"


def _question(kept: Kept, assistant: Assistant) -> Question | None:
    """The question as a set holds it; None when no document holds the correction's words."""
    answer = kept.answer
    asked = answer.standalone_question if answer is not None else kept.question
    if not asked.strip():  # a set holds no question without words
        return None
    if kept.correction.startswith(NOT_SAID):
        for passage in _nearest(answer):
            _copy(passage, assistant)
        return Question(_id(kept), asked, QuestionType.UNANSWERABLE, (), (), "dev")
    try:
        found = assistant.search(f"{asked} {kept.correction}", _SEARCHED)
    except FootnoteError:
        return None
    kind = QuestionType.NUMBER if any(map(str.isdigit, kept.correction)) else QuestionType.FACT
    for passage in found:
        quote = _quote(passage.chunk.text, kept.correction)
        source = _copy(passage, assistant) if quote else None
        if source is not None:
            evidence = (Evidence(source, quote),)
            return Question(_id(kept), asked, kind, (kept.correction,), evidence, "dev")
    return None


def _nearest(answer: Answer | None) -> Iterable[Passage]:
    if answer is None:
        return ()
    return answer.passages[:3] or (answer.refusal.nearest if answer.refusal is not None else ())


def _quote(words: str, correction: str) -> str:
    """The line of a passage that holds the correction, whatever its case and blanks."""
    wanted = " ".join(correction.casefold().split()).rstrip(".")
    for line in words.split("\n"):
        if wanted in " ".join(line.casefold().split()):
            return line.strip()
    whole = " ".join(words.casefold().split())
    return words.strip() if wanted in whole else ""


def _copy(passage: Passage, assistant: Assistant) -> str | None:
    """Copy the file of a passage into the set; its source, None when it changed or is gone."""
    document = assistant.document(passage.document.id)
    if document is None:
        return None
    original = Originals(assistant).bytes_of(document, passage.document)
    if original is None:
        return None
    source, data = original
    name = f"{_prefix(document.id)}{safe_parts(os.path.basename(source))[-1]}"
    return keep_my_document(data_folder(), name, data)


def _id(kept: Kept) -> str:
    return f"{kept.conversation[:8]}-{kept.id}"
