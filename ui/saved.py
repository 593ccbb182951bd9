"""Answers as they are kept: from JSON back to values, words taken out, and what changed since.

Pure. `rag.types.Answer.to_dict` is the way there; this is the way back, for whatever fields an
answer has: a field that an older file does not know gets its default.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Union, cast

from index.types import Document
from rag.types import Answer, Passage

PURGED = "These words were removed with their document."
CHANGED = "The document has changed since: these words no longer stand in it."
MOVED = "The document has changed since; these words still stand in it."
AWAY = "The library this comes from is not here, so it cannot be opened."
GONE = "The document is no longer among your documents."


def answer_from_dict(data: Mapping[str, object]) -> Answer:
    """The inverse of `Answer.to_dict`. Raises KeyError, TypeError or ValueError if malformed."""
    return cast(Answer, _made(Answer, data))


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


def _made(  # noqa: PLR0911  # one return for each kind of annotation
    kind: object, value: object
) -> object:
    """A plain value as the annotated kind of value."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _made(next(one for one in arguments if one is not type(None)), value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"expected a list, got {type(value).__name__}")
        return tuple(_made(arguments[0], item) for item in value)
    if origin is not None:  # a mapping of plain values
        if not isinstance(value, Mapping):
            raise TypeError(f"expected an object, got {type(value).__name__}")
        return {str(key): item for key, item in value.items()}
    assert isinstance(kind, type)
    if is_dataclass(kind):
        return _dataclass(kind, value)
    if issubclass(kind, Enum):
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _dataclass(kind: type, value: object) -> object:
    if not isinstance(value, Mapping):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    hints, given = _hints(kind), {}
    for field in fields(kind):
        if field.name in value:
            given[field.name] = _made(hints[field.name], value[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise KeyError(field.name)
    return kind(**given)


# ---- taking words out --------------------------------------------------------------------


def documents_of(answer: Answer) -> set[str]:
    """The documents whose words an answer holds."""
    passages = [*answer.passages, *answer.conflicts]
    passages += answer.refusal.nearest if answer.refusal is not None else ()
    held = {passage.document.id for passage in passages}
    return held | {citation.document_id for citation in answer.citations}


def purged(answer: Answer, document_id: str) -> Answer:
    """The answer without any words of a document, nor words that rest on them.

    A sentence that cites the document goes whole: it repeats what the document says. What a
    language model wrote unchecked goes as well, because nobody knows what it drew on.
    """
    if document_id not in documents_of(answer):
        return answer
    rests = any(citation.document_id == document_id for citation in answer.citations)
    sentences = tuple(
        replace(sentence, text=PURGED, citations=())
        if any(citation.document_id == document_id for citation in sentence.citations)
        else sentence
        for sentence in answer.sentences
    )

    def kept(found: Iterable[Passage]) -> tuple[Passage, ...]:
        return tuple(passage for passage in found if passage.document.id != document_id)

    refusal = answer.refusal
    if refusal is not None:
        refusal = replace(refusal, nearest=kept(refusal.nearest))
    return replace(
        answer,
        sentences=tuple(dict.fromkeys(sentences)),
        short=None if rests else answer.short,
        refusal=refusal,
        conflicts=kept(answer.conflicts),
        passages=kept(answer.passages),
        raw=None,
        pending="",
        struck=(),
    )


# ---- what changed since ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """Words of a document that an answer shows."""

    document_id: str
    source: str
    title: str
    pages: tuple[int, ...]
    start: int
    end: int
    words: str


def shown_words(answer: Answer, *, looked_at: bool = False) -> Iterator[Shown]:
    """What an answer shows of documents: the words it cites, and passages that stand under it;
    with ``looked_at`` also those that were only searched for it."""
    for one in answer.citations:
        place = (one.document_id, one.source, one.title, one.pages, one.start, one.end)
        yield Shown(*place, one.quote)
    refusal = answer.refusal
    passages = [*answer.conflicts, *(refusal.nearest if refusal is not None else ())]
    for passage in (*passages, *(answer.passages if looked_at else ())):
        made, chunk = passage.document, passage.chunk
        place = (made.id, made.source, made.title, chunk.pages, chunk.start, chunk.end)
        yield Shown(*place, chunk.text)


def flags(
    answer: Answer,
    there: Callable[[str], bool],
    now: Callable[[str], Document | None],
) -> dict[str, str]:
    """A sentence for each cited document that is not what it was, by its id.

    ``there`` says whether a document is still in the index, ``now`` gives the document that its
    source is today.
    """
    found: dict[str, str] = {}
    for citation in answer.citations:
        if there(citation.document_id):
            continue
        state = state_of(citation.quote, now(citation.source))
        if found.get(citation.document_id) != CHANGED:
            found[citation.document_id] = state
    return found


def state_of(quote: str, document: Document | None) -> str:
    """What became of quoted words, given the document that their source is today."""
    if document is None:
        return GONE
    return MOVED if find_again(quote, document.text) is not None else CHANGED


def find_again(quote: str, words: str) -> tuple[int, int] | None:
    """Where quoted words stand in a text, however its lines break; None when they do not."""
    pieces = quote.split()
    if not pieces:
        return None
    found = re.search(r"\s+".join(map(re.escape, pieces)), words)
    return found.span() if found else None
