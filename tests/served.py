"""The whole web application behind a real socket, for clients that speak real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn

from rag.assistant import Assistant
from ui.chat import Chat, Room
from ui.conversations import Conversations
from ui.guard import Door, door_for
from ui.web import build_app, listen


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens, and what is behind it."""

    url: str
    chat: Chat


@contextmanager
def served(
    assistant: Assistant, folder: Path, *, door: Door | None = None, room: Room | None = None
) -> Iterator[Served]:
    """Serve on a free port of this computer; ``door`` says who may come in."""
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        memory = Conversations(folder)
        app = build_app(
            assistant, door=replace(door or door_for("127.0.0.1", port), port=port), memory=memory
        )
        if room is not None:
            app.state.chat.room = room
        config = uvicorn.Config(
            app, log_level="error", access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield Served(f"http://127.0.0.1:{port}", app.state.chat)
        finally:
            server.should_exit = True
            thread.join(20)
            memory.close()


def free(room: Room) -> bool:
    """Whether every place of a room is free."""
    taken = 0
    try:
        while taken < room.size and room._places.acquire(blocking=False):
            taken += 1
        return taken == room.size
    finally:
        for _ in range(taken):
            room._places.release()


def freed_within(room: Room, seconds: float) -> bool:
    """Whether every place of a room is free within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if free(room):
            return True
        time.sleep(0.02)
    return False
