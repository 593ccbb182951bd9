"""Only our own page may talk to the server: every route, asked by everyone else.

The routes are read off the application, so a new one is asked as soon as it exists.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_assistant import paced
from web_server import Headers, Server, Way, doors, serving

from ui.guard import HEADERS, Door

STEP = int(os.environ.get("FOOTNOTE_STEP", "5"))  #: 1 asks every route all, not a fifth in turn
#: Routes of Gradio's that its page asks; all else of Gradio's stays closed, whatever it adds.
PAGE = {
    "/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/assets/{path:path}",
    "/static/{path:path}",
    "/svelte/{path:path}",
    "/gradio_api/app_id",
    "/gradio_api/app_id/",
    "/gradio_api/info",
    "/gradio_api/info/",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/heartbeat/{session_hash}",
}
OURS = ("/api/", "/v1/", "/footnote/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("doors")
    with serving(paced(folder, {"a.md": "The boat has nine sails."}), folder) as running:
        yield running


@pytest.fixture(scope="module")
def ways(server: Server) -> list[Way]:
    assert server.app is not None
    return doors(server.app)


def strangers(server: Server) -> list[tuple[str | None, Headers]]:
    """Host and headers of requests that are not our page's: each alone is reason enough."""
    port, other = server.port, server.port % 60_000 + 1
    hosts = [
        "evil.example",
        f"evil.example:{port}",
        f"127.0.0.1.evil.example:{port}",
        f"localhost.evil.example:{port}",
        f"localhost.:{port}",
        f"127.0.0.1:{other}",
        "127.0.0.1",
        f"127.1:{port}",
        f"2130706433:{port}",
        f"0x7f.0.0.1:{port}",
        f"0.0.0.0:{port}",
        f"[::ffff:7f00:1]:{port}",
        f"192.168.1.5:{port}",
        f"evil@127.0.0.1:{port}",
        f"127.0.0.1:{port}@evil.example",
        f"127.0.0.1:{port}#",
        f"127.0.0.1:{port}/evil.example",
        f"127.0.0.1:{port}, evil.example",
        f"ⓛocalhost:{port}",
        "-",  # none at all
        "",
    ]
    origins = [
        "https://evil.example",
        "http://evil.example",
        f"http://evil.example:{port}",
        "null",
        "",
        f"http://127.0.0.1:{other}",
        "http://localhost",
        f"http://127.0.0.1.evil.example:{port}",
        f"file://127.0.0.1:{port}",
        f"chrome-extension://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port} https://evil.example",
    ]
    ours = ("Origin", server.address)
    found: list[tuple[str | None, Headers]] = [(host, ()) for host in hosts]
    found += [(hosts[1], [ours, ("Sec-Fetch-Site", "same-origin")])]
    found += [(None, [("Origin", origin)]) for origin in origins]
    found += [(None, [("Origin", origins[0]), ("Sec-Fetch-Mode", "navigate")])]
    found += [(None, [ours, ("Origin", origins[0])]), (None, [("Origin", origins[0]), ours])]
    for site in ("cross-site", "same-site", "none, cross-site", "nonsense"):
        found.append((None, [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "cors")]))
        found.append((None, [("Sec-Fetch-Site", site)]))
    return found


def test_no_route_answers_a_stranger(server: Server, ways: list[Way]) -> None:
    assert len(ways) > 60
    let_in = [
        (way, host, headers)
        for number, way in enumerate(ways)
        for host, headers in strangers(server)[number % STEP :: STEP]
        if server.status(way.method, way.filled(), headers, body=b"{}", host=host)
        not in (400, 403)  # 400: what is no HTTP at all never reaches us
    ]
    assert let_in == []


def test_our_own_page_is_let_in_and_through_no_more_doors_than_it_needs(
    server: Server, ways: list[Way]
) -> None:
    own = [("Origin", server.address), ("Sec-Fetch-Site", "same-origin")]
    for way in ways:
        reading = way.method in ("GET", "HEAD")
        mine = way.path.startswith(OURS) or (reading and way.path in PAGE)
        status = server.status(way.method, way.filled(), own, body=b"{}")
        assert (status != 403) == mine, (way, status)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_all_names_of_this_computer_are_ours(server: Server, host: str) -> None:
    named = f"{host}:{server.port}"
    own = [("Origin", f"http://{named}")]
    assert server.status("GET", "/api/documents", own, host=named) == 200


def test_no_page_elsewhere_is_told_that_it_may_read(server: Server, ways: list[Way]) -> None:
    """No CORS header for anyone, and the security headers on whatever is sent."""
    for number, way in enumerate(ways):
        if "heartbeat" in way.path:  # never ends
            continue
        for origin in ("https://evil.example", server.address):
            asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
            for method in (way.method, "OPTIONS")[number % 2 :]:
                reply = server.send(method, way.filled(), b"", asked)
                allowed = reply.headers.get("access-control-allow-origin", server.address)
                assert allowed == server.address, way
                for name, value in HEADERS.items():
                    assert reply.headers[name.lower()] == value, way


def test_off_loopback_nothing_is_said_without_password_or_token(tmp_path: Path) -> None:
    made = paced(tmp_path, {"a.md": "The boat has nine sails."})
    token = "a-token-of-some-length"
    door = Door(0, credentials=("ada", "pass:wörd"), token=token)
    with serving(made, tmp_path, door=door) as server:
        assert server.app is not None
        basic = base64.b64encode("ada:pass:wörd".encode()).decode()
        wrong = base64.b64encode(b"ada:pass").decode()
        keys = [
            "",
            f"Basic {wrong}",
            f"Basic {basic[:-4]}",
            "Basic",
            "Basic \xff",
            f"Bearer {basic}",
        ]
        keys += ["Bearer", "Bearer ", f"Bearer {token[:-1]}", f"Bearer {token}x", f"basic{basic}"]
        for number, way in enumerate(doors(server.app)):
            for key in {keys[0], keys[number % len(keys)]}:
                headers = [("Authorization", key)] if key else []
                assert server.status(way.method, way.filled(), headers) == 401, (way, key)
            bearer = server.status(way.method, way.filled(), [("Authorization", f"Bearer {token}")])
            assert (bearer != 401) == way.path.startswith("/v1/"), way  # a token opens no page
            known = server.status(way.method, way.filled(), [("Authorization", f"Basic {basic}")])
            assert known != 401, way
