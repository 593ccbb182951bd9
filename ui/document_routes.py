"""The routes of the documents and libraries: sending, adding, listing, removing, syncing.

Bodies are checked here; what happens is in `ui.documents` and `ui.libraries`.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from index.errors import StoreError, UsageError
from ui.chat import Chat, aside
from ui.document_states import summed
from ui.documents import Documents, Work, inside, last_sync, matching
from ui.markup import file_name
from ui.own_set import has_copy
from ui.routes import LARGEST, NDJSON
from ui.shelf import SEARCHED_FROM, SHELF_PAGE, library_bar, reading_line, shelf
from ui.uploads import Sent, safe_parts

_STRICT = ConfigDict(extra="forbid", strict=True)
_MB = 1_000_000


class SentFile(BaseModel):
    """A file that was sent, by the id it got."""

    model_config = _STRICT
    id: str = Field(max_length=32)
    name: str = Field(max_length=4_000)


class Added(BaseModel):
    """The body of POST /api/documents/add."""

    model_config = _STRICT
    library: str = Field("", max_length=200)
    files: list[SentFile] = Field(min_length=1, max_length=5_000)


class Removed(BaseModel):
    """The body of POST /api/documents/remove."""

    model_config = _STRICT
    library: str = Field("", max_length=200)
    document: str = Field(max_length=200)
    purge: bool = False


class Unread(BaseModel):
    """The body of POST /api/files/remove and /api/files/take-back: a file without a document."""

    model_config = _STRICT
    library: str = Field("", max_length=200)
    file: str = Field(max_length=64)


class Unfollowed(BaseModel):
    """The body of POST /api/documents/unfollow."""

    model_config = _STRICT
    library: str = Field("", max_length=200)
    root: str = Field(max_length=64)
    purge: bool = False


class Named(BaseModel):
    """A library, and a title for it."""

    model_config = _STRICT
    library: str = Field("", max_length=200)
    title: str = Field("", max_length=200)


def add_document_routes(app: FastAPI, chat: Chat) -> None:
    """Everything the documents drawer does."""
    documents = Documents(chat)
    file_bytes = chat.libraries.at().settings.file_mb * _MB

    @app.get("/api/documents")
    def listing(
        library: str = Query("", max_length=200),
        words: str = Query("", max_length=200),
        shown: int = Query(SHELF_PAGE, ge=1, le=LARGEST),
    ) -> JSONResponse:
        return JSONResponse(shelf_data(chat, documents, library, words, shown))

    @app.post("/api/files")
    async def send(
        request: Request,
        name: str = Query(min_length=1, max_length=4_000),
        library: str = Query("", max_length=200),
    ) -> JSONResponse:
        shown = safe_parts(name)[-1]
        made, part = documents.waiting_place(library)
        await receive(request, part, shown, file_bytes)
        return JSONResponse({"id": made, "name": shown})

    @app.post("/api/documents/add")
    async def add(body: Added) -> StreamingResponse:
        files = [Sent(file.id, file.name) for file in body.files]
        name, steps = documents.add(body.library, files)
        return StreamingResponse(work_lines(lambda: steps, name), media_type=NDJSON)

    @app.post("/api/documents/sync")
    async def sync(body: Named) -> StreamingResponse:
        steps = documents.sync(body.library)
        return StreamingResponse(work_lines(lambda: steps, body.library), media_type=NDJSON)

    @app.get("/api/documents/held")
    def held(
        document: str = Query("", max_length=200),
        root: str = Query("", max_length=64),
        library: str = Query("", max_length=200),
    ) -> JSONResponse:
        wanted = documents.documents_in(library, root) if root else [document]
        answers, held = chat.memory.quoting(wanted)
        copied = any(map(has_copy, wanted))
        return JSONResponse({"answers": answers, "held": held, "copied": copied})

    @app.post("/api/documents/unfollow")
    def unfollow(body: Unfollowed) -> JSONResponse:
        gone = documents.unfollow(body.library, body.root, purge=body.purge)
        return JSONResponse({"gone": gone, **shelf_data(chat, documents, body.library)})

    @app.post("/api/documents/remove")
    def remove(body: Removed) -> JSONResponse:
        purged = documents.remove(body.library, body.document, purge=body.purge)
        return JSONResponse({"purged": purged, **shelf_data(chat, documents, body.library)})

    @app.post("/api/files/remove")
    def remove_unread(body: Unread) -> JSONResponse:
        documents.remove_unread(body.library, body.file)
        return JSONResponse(shelf_data(chat, documents, body.library))

    @app.post("/api/files/take-back")
    async def take_back(body: Unread) -> StreamingResponse:
        steps = documents.take_back(body.library, body.file)
        return StreamingResponse(work_lines(lambda: steps, body.library), media_type=NDJSON)

    @app.post("/api/libraries/make")
    def make(body: Named) -> JSONResponse:
        return JSONResponse(shelf_data(chat, documents, chat.libraries.make(body.title)))

    @app.post("/api/libraries/rename")
    def rename(body: Named) -> JSONResponse:
        chat.libraries.rename(body.library, body.title)
        return JSONResponse(shelf_data(chat, documents, body.library))

    @app.post("/api/libraries/delete")
    def delete(body: Named) -> JSONResponse:
        chat.libraries.delete(body.library)
        return JSONResponse(shelf_data(chat, documents, ""))


def shelf_data(
    chat: Chat, documents: Documents, library: str, words: str = "", shown: int = SHELF_PAGE
) -> dict[str, object]:
    """What the drawer shows of a library: the first documents, or those that hold some words."""
    assistant = chat.libraries.at(library)
    name = library or chat.libraries.first
    every = chat.libraries.all()
    here = next(each for each in every if each.name == name)
    infos = assistant.documents()
    searching = bool(words.strip())
    found = matching(infos, words) if searching else infos
    roots = documents.followed(name, infos)
    step = chat.libraries.syncs.at(name)
    looked_at = found[:shown] if searching else infos
    states = documents.states.of(assistant, looked_at, step.source if step else "")
    folders = [root for root in roots if root.path.is_dir()]
    watched = {info.id for root in folders for info in inside(found[:shown], root.path)}
    return {
        "library": name,
        "first": chat.libraries.first,
        "title": here.title,
        "samples": here.samples,
        "count": len(infos),
        "searched": len(infos) >= SEARCHED_FROM,
        "reading": step is not None,
        "bar": library_bar(every, here, last_sync(assistant), [] if here.samples else roots)
        + (reading_line(step.done, step.total, file_name(step.source)) if step else ""),
        "html": shelf(
            found,
            () if searching else assistant.skipped(),
            left_out=() if searching else assistant.left_out(),
            watched=watched,
            states=states,
            summary=summed(states.values()),
            fixed=here.samples,
            shown=shown,
            total=len(infos) if searching else None,
        ),
    }


async def receive(request: Request, part: Path, name: str, limit: int) -> None:
    """Write a body to a file as it comes; a file that is too large or cut short leaves nothing."""
    size = 0
    try:
        with part.open("xb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise UsageError(
                        f"{name} is larger than the limit of {limit / _MB:,.0f} MB: raise file_mb "
                        "in the settings, or split the file."
                    )
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"{name} could not be kept: {error.strerror}; free some space.") from error
    except ClientDisconnect:
        part.unlink(missing_ok=True)
        raise UsageError(f"{name} was cut short on its way: send it again.") from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise


async def work_lines(start: Callable[[], Iterator[Work]], library: str) -> AsyncIterator[str]:
    """Each step of adding or syncing as a line of JSON."""
    async for step in aside(lambda _: start()):
        yield json.dumps({"library": library, **asdict(step)}) + "\n"
