"""Corrections as questions: an evaluation set of the person's own, in the data folder.

A correction joins the set when a document holds its words, because each question of a set has to
name its evidence; "the documents do not say" joins it as unanswerable. The files are copied, so
that the set can be measured later with: footnote eval mine
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from eval.mine import chat_set_folder
from index.errors import FootnoteError, StoreError
from index.folders import make_private_folder
from rag.assistant import Assistant
from rag.places import data_folder
from rag.types import Answer, Passage
from ui.conversations import Kept
from ui.documents import safe_parts
from ui.originals import Originals

NOT_SAID = "The documents do not say."
_SEARCHED = 20  #: passages looked at for the words of a correction


def folder() -> Path:
    """Where the set lies."""
    return chat_set_folder(data_folder())


def take(kept: Kept, assistant: Assistant) -> bool:
    """Let the set follow what a person said of a turn; whether the turn is in it now."""
    rows = [row for row in _rows() if row.get("id") != _id(kept)]
    made = _row(kept, assistant) if kept.verdict < 0 and kept.correction else None
    if made is not None:
        rows.append(made)
    elif not (folder() / "questions.jsonl").exists():
        return False
    try:
        make_private_folder(folder() / "documents")
        part = folder() / ".questions.part"
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        part.write_text(lines, "utf-8")
        part.replace(folder() / "questions.jsonl")
    except OSError as error:
        raise StoreError(
            f"The correction is kept with the answer, but could not be added to the evaluation "
            f"set: {error.strerror}; check the space on the disk."
        ) from error
    return made is not None


def _row(kept: Kept, assistant: Assistant) -> dict[str, object] | None:
    """The question as a set holds it; None when no document holds the correction's words."""
    answer = kept.answer
    question = answer.standalone_question if answer is not None else kept.question
    row: dict[str, object] = {"id": _id(kept), "question": question, "split": "dev"}
    if kept.correction == NOT_SAID:
        for passage in _nearest(answer):
            _copy(passage, assistant)
        return {**row, "type": "unanswerable", "answers": [], "evidence": []}
    kind = "number" if any(map(str.isdigit, kept.correction)) else "fact"
    try:
        found = assistant.search(f"{question} {kept.correction}", _SEARCHED)
    except FootnoteError:
        return None
    for passage in found:
        quote = _quote(passage.chunk.text, kept.correction)
        name = _copy(passage, assistant) if quote else None
        if quote and name:
            evidence = [{"source": f"documents/{name}", "quote": quote}]
            return {**row, "type": kind, "answers": [kept.correction], "evidence": evidence}
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
    """Copy the file of a passage into the set; its name there, None when it changed or is gone."""
    document = assistant.document(passage.document.id)
    if document is None:
        return None
    original = Originals(assistant).bytes_of(document, passage.document)
    if original is None:
        return None
    source, data = original
    name = f"{document.id[:8]}-{safe_parts(os.path.basename(source))[-1]}"
    target = folder() / "documents" / name
    try:
        make_private_folder(target.parent)
        if not target.exists():
            target.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"{name} could not be copied into the evaluation set: {error.strerror}; free some "
            "space."
        ) from error
    return name


def _rows() -> list[dict[str, object]]:
    try:
        lines = (folder() / "questions.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise StoreError(
            f"The questions in {folder()} cannot be read, so nothing was added: mend or move the "
            "file questions.jsonl."
        ) from error


def _id(kept: Kept) -> str:
    return f"{kept.conversation[:8]}-{kept.id}"
