"""Questions proposed by a language model, each checked against the document before it is shown.

The model is given a piece of a document and asked for questions with their answers, word for word.
An answer that does not stand in the piece is dropped, and so is a question that cannot be read.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Sequence

from eval.datasets import Evidence, Question
from eval.formats import guessed_type
from eval.library import find_quote
from eval.metrics import holds
from eval.proposals import leans_on_another
from index.sentences import sentence_spans
from index.types import BlockKind, Document
from rag.language_model import BoundedReply, LanguageModel
from rag.prompts import proposal_prompt

PIECE_CHARACTERS = 1_600  #: of a document that is shown at a time
QUESTIONS_A_PIECE = 2
REPLY_TOKENS = 300
_LONGEST_ANSWER = 120  # characters; more is no short answer


def propose_with_model(
    model: LanguageModel, documents: Sequence[tuple[str, Document]], count: int
) -> list[Question]:
    """At most ``count`` questions, spread over the documents. Raises ModelError."""
    pieces = [(source, piece) for source, document in documents for piece in _pieces(document)]
    wanted = -(-count // QUESTIONS_A_PIECE)
    chosen = [pieces[at * len(pieces) // wanted] for at in range(wanted)] if pieces else []
    found: dict[str, Question] = {}
    for source, piece in dict.fromkeys(chosen):
        for question in _asked(model, source, piece):
            found.setdefault(question.question.casefold(), question)
    return list(found.values())[:count]


def _pieces(document: Document) -> list[str]:
    """Runs of paragraphs and rows of a document, none longer than fits."""
    pieces: list[str] = []
    held = ""
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            continue
        text = document.text[block.start : block.end].strip()[:PIECE_CHARACTERS]
        if held and len(held) + len(text) > PIECE_CHARACTERS:
            pieces.append(held)
            held = ""
        held = f"{held}\n\n{text}".strip()
    return [piece for piece in (*pieces, held) if len(piece.split()) >= 12]


def _asked(model: LanguageModel, source: str, piece: str) -> list[Question]:
    messages = proposal_prompt(piece, QUESTIONS_A_PIECE)
    reply = BoundedReply(model, messages, stop=threading.Event(), max_tokens=REPLY_TOKENS)
    for _ in reply:
        pass
    return [
        question
        for row in _rows(reply.text)
        if (question := _checked(row, source, piece)) is not None
    ]


def _rows(reply: str) -> list[object]:
    """The list in a reply, whatever stands around it; empty when there is none."""
    match = re.search(r"\[.*\]", reply, re.DOTALL)
    try:
        rows = json.loads(match[0]) if match else []
    except (ValueError, RecursionError):
        return []
    return rows if isinstance(rows, list) else []


def _checked(row: object, source: str, piece: str) -> Question | None:
    """The question with the sentence its answer stands in; None when it does not hold up."""
    if not isinstance(row, dict):
        return None
    question, answer = (" ".join(str(row.get(key) or "").split()) for key in ("question", "answer"))
    if not question.endswith("?") or not 0 < len(answer) <= _LONGEST_ANSWER:
        return None
    if holds(question, answer) or leans_on_another(question):  # it gives its answer away, or
        return None  # cannot be understood alone
    places = find_quote(piece, answer)
    quotes = [
        " ".join(piece[start:end].split())
        for start, end in sentence_spans(piece)
        if places and start < places[0][1] and places[0][0] < end
    ]
    if not quotes:
        return None
    digest = hashlib.sha256(f"{source}\n{question}".encode("utf-8", "replace")).hexdigest()[:10]
    return Question(
        id=f"own-{digest}",
        question=question,
        type=guessed_type(question, (answer,)),
        answers=(answer,),
        evidence=(Evidence(source, quotes[0]),),
        split="dev",
    )
