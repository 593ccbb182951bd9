"""The tools that other programs' models may use: ask, search and read.

Each takes checked arguments and returns text for a model to read, with the same as data beside it.
Documents are named by id, title or file name; places on this computer stay out of what is returned.
Knows no protocol; that is `ui.mcp_server`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.types import Document, DocumentInfo
from rag.assistant import LONGEST_QUESTION, Assistant
from rag.types import Answer, Citation, Passage, Turn
from ui.in_words import in_words
from ui.markup import dated, file_name
from ui.places import place_in, place_of_passage
from ui.programs import Part, RequestError, cut, find, passages_wanted, reading, scope_of

READ_CHARACTERS = 8_000  #: returned by one read unless more is asked for
MOST_CHARACTERS = 50_000
PASSAGES = 8  #: of a search, when nothing else is said


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool found: words, and the same as data."""

    text: str
    data: dict[str, object]


class Limited(BaseModel):
    """Which documents to look in."""

    model_config = ConfigDict(extra="forbid", strict=True)
    within: list[str] = Field(
        default_factory=list,
        max_length=1_000,
        description="Look only in these documents, by id, title or file name.",
    )
    since: str | None = Field(None, description="Only documents of this day or later, 2024-06-30.")
    until: str | None = Field(None, description="Only documents of this day or earlier.")

    def part(self, k: int | None) -> Part:
        """The same as a value."""
        return Part(tuple(self.within), self.since, self.until, k)


class EarlierTurn(BaseModel):
    """One earlier question and its answer."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field(max_length=50_000)


class Ask(Limited):
    """Arguments of ask."""

    question: str = Field(
        min_length=1, max_length=LONGEST_QUESTION, description="The question, in plain words."
    )
    history: list[EarlierTurn] = Field(
        default_factory=list,
        max_length=50,
        description="Earlier turns, for a question that leans on them ('and in 2014?').",
    )
    k: int | None = Field(None, ge=1, le=100, description="Passages to read; best left out.")


class Search(Limited):
    """Arguments of search."""

    words: str = Field(min_length=1, max_length=LONGEST_QUESTION, description="What to look for.")
    k: int = Field(PASSAGES, ge=1, le=100, description="Passages to return at most.")


class Read(BaseModel):
    """Arguments of read."""

    model_config = ConfigDict(extra="forbid", strict=True)
    document: str = Field(
        min_length=1,
        max_length=4_000,
        description="The document, by the id, title or file name that ask or search gave.",
    )
    page: int | None = Field(None, ge=1, description="Read this page, where there are pages.")
    start: int = Field(0, ge=0, description="Or read from this character on.")
    characters: int = Field(
        READ_CHARACTERS, ge=1, le=MOST_CHARACTERS, description="How many characters at most."
    )


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a model gets to know it."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]

    def schema(self) -> dict[str, object]:
        """The JSON schema of its arguments."""
        schema: dict[str, object] = self.arguments.model_json_schema()
        schema.pop("description", None)
        return schema


TOOLS = (
    Tool(
        "ask",
        "Ask the documents",
        "Answers a question from the person's documents. Every sentence carries the number of a "
        "source with its exact quote, title and page; says plainly when the documents do not say.",
        Ask,
    ),
    Tool(
        "search",
        "Search the documents",
        "Lists the passages of the person's documents that fit some words best, with document id, "
        "pages and character offsets.",
        Search,
    ),
    Tool(
        "read",
        "Read a document",
        "Returns the text of one page of a document, or from a character offset on, as search or "
        "ask gave them; says where to read on.",
        Read,
    ),
)


def run(
    assistant: Callable[[], Assistant],
    name: str,
    arguments: Mapping[str, object],
    stop: threading.Event,
) -> Result:
    """Use a tool. Raises FootnoteError in one sentence."""
    tool = next((tool for tool in TOOLS if tool.name == name), None)
    if tool is None:
        raise RequestError(f"There is no tool {cut(name)}; there are ask, search and read.")
    try:
        given = tool.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "arguments"
        raise RequestError(f"The argument {cut(place)} is wrong: {first['msg']}.") from None
    if isinstance(given, Ask):
        return ask(assistant(), given, stop)
    if isinstance(given, Search):
        return search(assistant(), given)
    assert isinstance(given, Read)
    return read(assistant(), given)


# ---- ask ---------------------------------------------------------------------------------


def ask(assistant: Assistant, given: Ask, stop: threading.Event) -> Result:
    """The answer in words with its sources."""
    part = given.part(given.k)
    history = [Turn(turn.question, turn.answer) for turn in given.history]
    asked, scope = reading(assistant, given.k), scope_of(assistant, part)
    *_, last = asked.stream(given.question, history, scope=scope, stop=stop)
    return Result(in_words(last), answer_data(last))


def answer_data(answer: Answer) -> dict[str, object]:
    """What a program needs to check an answer and to read on."""
    return {
        "text": answer.text,
        "declined": answer.declined,
        "understood_as": answer.standalone_question,
        "confidence": answer.confidence,
        "citations": [citation_data(citation) for citation in answer.citations],
    }


def citation_data(citation: Citation) -> dict[str, object]:
    """One footnote."""
    return {
        "number": citation.number,
        "document": citation.document_id,
        "title": citation.title,
        "file": file_name(citation.source),
        "pages": list(citation.pages),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "verdict": citation.verdict.value,
    }


# ---- search ------------------------------------------------------------------------------


def search(assistant: Assistant, given: Search) -> Result:
    """The passages, best first."""
    scope = scope_of(assistant, given.part(given.k))
    found = assistant.search(given.words, passages_wanted(given.k), scope=scope)
    text = "\n\n".join(passage_text(number, one) for number, one in enumerate(found, 1))
    data = [passage_data(passage) for passage in found]
    return Result(text or "Nothing in the documents is about this.", {"passages": data})


def passage_text(number: int, passage: Passage) -> str:
    """One passage with its place."""
    chunk = passage.chunk
    spot = f"document {chunk.document_id}, characters {chunk.start}–{chunk.end}"
    return f"{number}. {facts(passage.document, place_of_passage(passage))} ({spot})\n{chunk.text}"


def passage_data(passage: Passage) -> dict[str, object]:
    """One passage as data."""
    chunk = passage.chunk
    return {
        "document": chunk.document_id,
        "title": passage.document.title,
        "file": file_name(passage.document.source),
        "modified": passage.document.modified,
        "pages": list(chunk.pages),
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "score": passage.score,
    }


def facts(info: DocumentInfo, where: str) -> str:
    """Title, pages, date and file."""
    known = (info.title, where, dated(info), file_name(info.source))
    return ", ".join(fact for fact in known if fact)


# ---- read --------------------------------------------------------------------------------


def read(assistant: Assistant, given: Read) -> Result:
    """A page of a document, or a stretch of its text."""
    document, info = find(assistant, given.document)
    start, stop = given.start, len(document.text)
    if given.page is not None and given.start:
        raise RequestError("Give a page or a start to read from, not both.")
    if given.page is not None:
        start, stop = page_span(document, given.page)
    elif start >= stop:
        raise RequestError(
            f"The document has {stop:,} characters, so there is nothing from {start:,} on."
        )
    end = min(stop, start + given.characters)
    rest = ""
    if end < len(document.text):
        rest = f"\n\n(It goes on: read from start={end} of {len(document.text)} characters.)"
    where = "" if given.page is None else place_in(document, info.source, [given.page])
    data: dict[str, object] = {
        "document": document.id,
        "title": info.title,
        "file": file_name(info.source),
        "pages": document.pages,
        "start": start,
        "end": end,
        "characters": len(document.text),
        "text": document.text[start:end],
    }
    return Result(f"{facts(info, where)}\n\n{document.text[start:end]}{rest}", data)


def page_span(document: Document, page: int) -> tuple[int, int]:
    """From where to where the text of a page goes. Raises RequestError when there is none."""
    spans = [
        (run.start, run.end) for b in document.blocks for run in b.page_runs if run.page == page
    ] or [(block.start, block.end) for block in document.blocks if block.page == page]
    if not spans:
        has = f"has {document.pages} pages" if document.pages else "has no pages: leave page out"
        raise RequestError(f"The document has no text on page {page}; it {has}.")
    return min(start for start, _ in spans), max(end for _, end in spans)
