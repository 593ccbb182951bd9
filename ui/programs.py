"""What a program may ask of a library, and the JSON it gets: shared by every way in.

The command line prints the same JSON; over the web and to other programs sources go by the names
of their files. Programs name documents by id, title or file name, and a name is only ever looked
up among the documents of the library: it is never opened, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from datetime import date

from index.errors import UsageError
from index.types import Document, DocumentInfo, Scope, SkippedFile
from rag.assistant import Assistant
from rag.types import Answer, AnswerKind, Passage
from ui.markup import file_name
from ui.outside import names_only

MOST_PASSAGES = 100  #: that one question or search may take
_SHOWN = 80  # characters of a wrong name that an error repeats


class RequestError(UsageError):
    """A program asked for something that cannot be.

    The sentence holds none but the program's own words, so it may be shown as it stands.
    """

    def __init__(
        self, sentence: str, *, status: int = 400, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a library is asked, and how many passages are taken from it."""

    within: tuple[str, ...] = ()  #: ids, titles or file names; none: every document
    since: str | None = None  #: a day, ISO 8601
    until: str | None = None
    k: int | None = None  #: passages; None: as many as the settings say


def scope_of(assistant: Assistant, part: Part) -> Scope | None:
    """The scope that a part describes. Raises RequestError for what is no document or no day."""
    sources: list[str] = []
    if part.within:
        infos = assistant.documents()
        sources = [source for name in part.within for source in _called(infos, name)]
    scope = Scope(tuple(sources), (), day(part.since, "since"), day(part.until, "until"))
    return None if scope == Scope() else scope


def reading(assistant: Assistant, k: int | None) -> Assistant:
    """The same assistant, reading ``k`` passages for each answer. It shares the index."""
    if k is None:
        return assistant
    other = copy(assistant)
    other.settings = replace(assistant.settings, passages=passages_wanted(k))
    return other


def passages_wanted(k: int) -> int:
    """A number of passages that may be asked for."""
    if not 1 <= k <= MOST_PASSAGES:
        raise RequestError(
            f"The number of passages is {k}; it has to be from 1 to {MOST_PASSAGES}."
        )
    return k


def find(assistant: Assistant, name: str) -> tuple[Document, DocumentInfo]:
    """The one document that is called so. Raises RequestError when there is none, or several."""
    infos = {info.id: info for info in _called(assistant.documents(), name).values()}
    if len(infos) > 1:
        raise RequestError(
            f"{cut(name)} names {len(infos)} documents; give one of the ids {', '.join(infos)}."
        )
    info = next(iter(infos.values()))
    document = assistant.document(info.id)
    if document is None:  # removed between the two look-ups
        raise unknown(name)
    return document, info


def _called(infos: Sequence[DocumentInfo], name: str) -> dict[str, DocumentInfo]:
    """Sources of the documents with this id, title or file name."""
    found = {
        source: info
        for info in infos
        for source in info.sources
        if name in (info.id, info.title, file_name(source))
    }
    if not found:
        raise unknown(name)
    return found


def unknown(name: str) -> RequestError:
    """The error for a name that no document has."""
    return RequestError(
        f"There is no document {cut(name)} in this library; name it by its id, title or file name."
    )


def day(value: str | None, name: str) -> str | None:
    """A day as it is compared. Raises RequestError for anything else."""
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise RequestError(f"{name!r} is {cut(value)}; give a day such as 2024-06-30.") from None


def cut(words: str) -> str:
    """As much of a wrong argument as an error needs to repeat, in quotes."""
    return repr(words if len(words) <= _SHOWN else words[:_SHOWN] + "…")


# ---- JSON --------------------------------------------------------------------------------


def passages_json(passages: Sequence[Passage]) -> list[dict[str, object]]:
    """The passages of a search, best first."""
    return [asdict(passage) for passage in passages]


def documents_json(
    infos: Sequence[DocumentInfo], skipped: Sequence[SkippedFile]
) -> dict[str, object]:
    """The documents of a library, and the files that could not be read."""
    return {
        "documents": [asdict(info) for info in infos],
        "skipped": [asdict(file) for file in skipped],
    }


# ---- without places on this computer -----------------------------------------------------


def bare_passages(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Passages whose sources are file names."""
    carried = Answer("", "", AnswerKind.EXTRACTIVE, passages=tuple(passages))
    return names_only(carried).passages


def bare_documents(infos: Sequence[DocumentInfo]) -> tuple[DocumentInfo, ...]:
    """Documents whose sources are file names."""
    return tuple(replace(info, sources=tuple(map(file_name, info.sources))) for info in infos)


def bare_skipped(skipped: Sequence[SkippedFile]) -> tuple[SkippedFile, ...]:
    """Files that could not be read, by name."""
    return tuple(replace(file, source=file_name(file.source)) for file in skipped)
