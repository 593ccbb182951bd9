"""The routes of the chat: asking, conversations, cited words, feedback.

Bodies are checked here; what happens is in `ui.chat` and `ui.conversations`. Answers go out as
markup of our own, one JSON object a line while an answer comes to be.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Path, Query
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from index.errors import BusyError, FootnoteError, MissingIndexError, UsageError
from index.types import Scope
from rag.assistant import LONGEST_QUESTION
from ui import own_set
from ui.chat import Asking, Chat, Step, aside, checked
from ui.conversations import Summary
from ui.exporting import as_html, as_markdown, with_sources
from ui.markup import day
from ui.originals import Originals
from ui.programs import RequestError
from ui.render import conversation, exchange
from ui.sheets import Sheets, sheet_html, views
from ui.source_panel import (
    AROUND,
    AROUND_LIMIT,
    STRETCH,
    STRETCH_LIMIT,
    kept_panel,
    passage_panel,
    stretch,
)
from ui.talks import talk_list
from ui.within import Within

NDJSON = "application/x-ndjson"
LARGEST = 2**62  #: number of a turn; SQLite holds no larger ones
Numbered = Annotated[int, Path(ge=1, le=LARGEST)]
_STRICT = ConfigDict(extra="forbid", strict=True)


class Said(BaseModel):
    """The body of POST /api/chat: a question of a conversation."""

    model_config = _STRICT
    question: str = Field(max_length=100_000)
    conversation: str = Field("", max_length=64)
    replaces: int = Field(0, ge=0, le=LARGEST)
    library: str = Field("", max_length=200)
    understood: str = Field("", max_length=LONGEST_QUESTION)
    anyway: bool = False
    model: str = Field("", max_length=64)
    documents: list[str] = Field(default_factory=list, max_length=1_000)
    since: str = Field("", pattern=r"^(\d{4}-\d\d-\d\d)?$")
    until: str = Field("", pattern=r"^(\d{4}-\d\d-\d\d)?$")
    everything: bool = False  #: ask all, also where the turn that is asked again was limited


class Renamed(BaseModel):
    """A new title."""

    model_config = _STRICT
    title: str = Field(min_length=1, max_length=1_000)


class Judged(BaseModel):
    """What a person thinks of an answer."""

    model_config = _STRICT
    verdict: int = Field(ge=-1, le=1)
    correction: str = Field("", max_length=5_000)
    unsaid: bool = False  #: the right answer is that the documents do not say


def add_chat_routes(app: FastAPI, chat: Chat) -> None:
    """Asking, and the words an answer rests on."""
    sheets = Sheets()

    @app.post("/api/chat")
    async def said(body: Said) -> StreamingResponse:
        return StreamingResponse(lines(chat, body), media_type=NDJSON)

    @app.get("/api/passage", response_class=HTMLResponse)
    def passage(
        document: str = Query(max_length=200),
        start: int = Query(0, ge=0),
        end: int = Query(0, ge=0),
        around: int = Query(AROUND, ge=0, le=AROUND_LIMIT),
    ) -> Response:
        found = chat.find(document)
        if found is None:
            kept = chat.find_shown(document, start, end)
            if kept is not None:
                return HTMLResponse(kept_panel(*kept))
            return refusal(404, "This document is no longer in the index.")
        chosen = views(found[0], start, end)
        return HTMLResponse(passage_panel(found[0], found[1], start, end, around, chosen))

    @app.get("/api/stretch", response_class=HTMLResponse)
    def further(
        document: str = Query(max_length=200),
        at: int = Query(ge=0),
        way: str = Query(pattern="^(earlier|later)$"),
        length: int = Query(STRETCH, ge=1, le=STRETCH_LIMIT),
    ) -> Response:
        found = chat.find(document)
        if found is None:
            return refusal(404, "This document is no longer in the index.")
        made, info, _ = found
        earlier = way == "earlier"
        return HTMLResponse(stretch(made, info.source, at, earlier=earlier, length=length))

    @app.get("/api/sheet", response_class=HTMLResponse)
    def sheet(
        document: str = Query(max_length=200),
        page: int = Query(ge=1, le=1_000_000),
        start: int = Query(0, ge=0),
        end: int = Query(0, ge=0),
    ) -> Response:
        found = chat.find(document)
        if found is None:
            return refusal(404, "This document is no longer in the index.")
        made, info, assistant = found
        drawn = sheets.sheet(made, info, Originals(assistant), page, start, end)
        return HTMLResponse(sheet_html(made, drawn))

    @app.get("/api/sheet.png")
    def picture(
        document: str = Query(max_length=200), page: int = Query(ge=1, le=1_000_000)
    ) -> Response:
        data = sheets.picture(document, page)
        if data is None:
            return refusal(404, "This page has to be drawn again: open it once more.")
        return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})


async def lines(chat: Chat, body: Said) -> AsyncIterator[str]:
    """Each step of an answer as a line of JSON."""
    try:
        within = within_of(chat, body)
        asking = Asking(
            checked(body.question.strip()),
            body.conversation,
            body.replaces,
            body.library,
            body.understood.strip(),
            scope_of(chat, body, within),
            within,
            body.anyway,
            body.model,
        )
    except FootnoteError as error:
        yield json.dumps({"error": chat.told(error)}) + "\n"
        return
    async for step in aside(lambda left: chat.ask(asking, left)):
        yield json.dumps(step_line(step)) + "\n"


def step_line(step: Step) -> dict[str, object]:
    """One step as the page takes it."""
    item = step.exchange
    return {
        "conversation": step.conversation,
        "turn": item.turn,
        "final": bool(item.notice) or (item.answer is not None and item.answer.final),
        "kept": item.kept,
        "notice": item.notice,
        "html": exchange(item, item.turn),
    }


def within_of(chat: Chat, body: Said) -> Within:
    """What a question is limited to; a turn asked again is so as it was, if nothing else is said.

    Raises UsageError for dates that leave no day.
    """
    within = Within(tuple(body.documents), body.since, body.until)
    if not within and body.replaces and not body.everything:
        kept = chat.memory.turn(body.replaces)
        within = kept.within if kept is not None else within
    if within.since and within.until and within.since > within.until:
        raise UsageError(
            f"The dates are the wrong way round: {day(within.since)} is after {day(within.until)}."
        )
    return within


def scope_of(chat: Chat, body: Said, within: Within) -> Scope | None:
    """The sources and dates that a question is searched in; None for everything."""
    sources: list[str] = []
    if within.documents:
        infos = chat.library(body.conversation, body.library).infos(within.documents)
        if not infos:
            raise UsageError("None of the chosen documents is in the library any more.")
        sources = [source for info in infos for source in info.sources]
    scope = Scope(tuple(sources), (), within.since or None, within.until or None)
    return None if scope == Scope() else scope


def add_conversation_routes(app: FastAPI, chat: Chat) -> None:
    """Finding, changing and exporting what was said, and judging it."""
    memory = chat.memory

    def summary(wanted: str) -> Summary:
        found = memory.find(wanted)
        if found is None:
            raise GoneError("This conversation has been deleted.")
        return found

    @app.get("/api/conversations")
    def conversations(words: str = Query("", max_length=200)) -> JSONResponse:
        found = memory.listed(words)
        return JSONResponse({"html": talk_list(found, words, memory.trouble)})

    @app.get("/api/conversations/{wanted}")
    def one(wanted: str) -> JSONResponse:
        found = summary(wanted)
        html = conversation(chat.exchanges(found))
        here = chat.libraries.has(found.library)
        data = {"id": found.id, "title": found.title, "library": found.library}
        return JSONResponse({**data, "here": here, "html": html})

    @app.post("/api/conversations/{wanted}/rename")
    def rename(wanted: str, body: Renamed) -> JSONResponse:
        summary(wanted)
        memory.rename(wanted, body.title)
        return JSONResponse({"title": summary(wanted).title})

    @app.post("/api/conversations/{wanted}/delete")
    def delete(wanted: str) -> JSONResponse:
        return JSONResponse({"deleted": memory.delete(wanted)})

    @app.get("/api/conversations/{wanted}/export")
    def export(wanted: str, form: str = Query(pattern="^(html|markdown)$")) -> Response:
        found = summary(wanted)
        make = as_html if form == "html" else as_markdown
        words = make(found, memory.turns(wanted), chat.exchanges(found))
        ending, kind = ("html", "text/html") if form == "html" else ("md", "text/markdown")
        name = f"footnote-{found.updated[:10]}-{wanted[:6]}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(words, media_type=f"{kind}; charset=utf-8", headers=headers)

    @app.get("/api/turns/{number}")
    def turn(number: Numbered) -> JSONResponse:
        kept = chat.exchange(number)
        if kept is None:
            raise GoneError("This answer has been deleted.")
        return JSONResponse({"html": exchange(kept, number)})

    @app.get("/api/turns/{number}/text")
    def copied(number: Numbered) -> PlainTextResponse:
        kept = memory.turn(number)
        if kept is None or kept.answer is None:
            raise GoneError("This answer has been deleted.")
        return PlainTextResponse(with_sources(kept.answer))

    @app.post("/api/turns/{number}/judge")
    def judge(number: Numbered, body: Judged) -> JSONResponse:
        correction = own_set.correction_of(body.correction, unsaid=body.unsaid)
        if not memory.judge(number, body.verdict, correction if body.verdict < 0 else ""):
            raise GoneError("This answer has been deleted.")
        joined, found = chat.judged(number), chat.exchange(number)
        if found is None:
            raise GoneError("This answer has been deleted.")
        return JSONResponse({"html": exchange(found, number), "joined": joined})


class GoneError(FootnoteError):
    """What was asked for is not there any more: 404."""


def status_of(error: FootnoteError) -> int:
    """The HTTP status for an error of ours."""
    if isinstance(error, RequestError):
        return error.status
    if isinstance(error, GoneError | MissingIndexError):
        return 404
    if isinstance(error, BusyError):
        return 503
    return 422 if isinstance(error, UsageError) else 500


def refusal(status: int, sentence: str) -> JSONResponse:
    """An error as the one sentence clients get."""
    return JSONResponse({"error": sentence}, status)
