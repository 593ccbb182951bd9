"""Load is bounded, and answers never swap between people. The campaign is `tests.torture_web.load`.

Everyone asks for lockers of their own, so an answer that went astray is seen by its code.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from torture_web.load import Seen, ask, kept_apart, quantile, shares, slope_mb_an_hour, together
from torture_web.server import Copyist, assistant, lockers
from web_server import Server, serving

USERS, QUESTIONS = 16, 5


@pytest.fixture(scope="module", params=[False, True], ids=["quoted", "written"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("load")
    made = assistant(folder, real=False, writes=request.param)
    if isinstance(made.model, Copyist):
        made.model.seconds_between = 0.002
    with serving(made, folder) as server:
        yield server


def test_many_at_once_get_their_own_answers_or_a_clear_busy(running: Server) -> None:
    assert running.app is not None
    room = running.app.state.chat.room
    most, ended = [0], threading.Event()

    def count() -> None:
        while not ended.wait(0.005):
            most[0] = max(most[0], room.size - room._places._value)

    counting = threading.Thread(target=count, daemon=True)
    counting.start()
    everyone = [Seen() for _ in range(USERS)]

    def user(number: int) -> None:
        for name, code in shares(USERS)[number][:QUESTIONS]:
            ask(running, everyone[number], name, code)

    together([lambda n=n: user(n) for n in range(USERS)])  # type: ignore[misc]
    ended.set()
    counting.join(5)
    assert sum(seen.answered for seen in everyone) == USERS * QUESTIONS
    assert [seen.wrong for seen in everyone if seen.wrong] == []
    assert sum(seen.swapped + seen.lost for seen in everyone) == 0
    assert kept_apart(running, everyone) == 0
    assert 2 <= most[0] <= room.size
    assert until(lambda: room._places._value == room.size)  # every place is free again


def test_who_comes_when_the_room_is_full_is_told_at_once(running: Server) -> None:
    assert running.app is not None
    room = running.app.state.chat.room
    held = [room._places.acquire(blocking=False) for _ in range(room.size)]
    assert all(held)
    try:
        began = time.monotonic()
        reply = str(running.ask("What is the code of any locker?")["html"])
        took = time.monotonic() - began
    finally:
        room._places.release(room.size)
    assert f"Footnote is busy with {room.size} questions already: ask again in a moment." in reply
    assert took < 5
    name, code = next(iter(lockers().items()))
    assert code in str(running.ask(f"What is the code of locker {name}?")["html"])


def test_a_swap_would_be_seen(running: Server, tmp_path: Path) -> None:
    (name, code), (other, _) = list(lockers().items())[:2]
    seen = Seen()
    assert ask(running, seen, name, code)
    assert (seen.answered, seen.swapped, seen.wrong) == (1, 0, [])
    assert ask(running, seen, other, code)  # somebody else's code is wanted: as if it had swapped
    assert seen.swapped == 1
    assert kept_apart(running, [seen]) == 0
    seen.asked.reverse()
    assert kept_apart(running, [seen]) == 1


def test_the_figures_are_what_they_say() -> None:
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(range(1, 101), 0.95) == 96
    lines = [{"time": 360.0 * n, "rss": 1e6 * (100 + 2 * n)} for n in range(20)]
    assert abs(slope_mb_an_hour(lines) - 20) < 1e-6


def until(condition: object, seconds: float = 10) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
