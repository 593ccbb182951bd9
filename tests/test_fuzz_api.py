"""Bodies of any kind to every route of ours: a reply or one sentence, never a fault of the server.

A real server answers over real HTTP; its assistant hashes words, so that an example takes
milliseconds.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from fuzzing import DEALS, Deal, damaged, tries
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message
from ui_assistant import paced
from web_server import Reply, Server, Takes, changed, serving, takes

from index.embedding import HashingEmbedder
from rag.reader import EvidenceReader
from ui.bodies import JSON_LIMIT, RefusedError, read_body, replay

BUSY = 503
#: Whatever JSON can say, with what JSON cannot quite say.
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(
            ["", "\x00", "../../etc/passwd", "http://127.0.0.1:9/x", "\ud800", "[3]", "x" * 5_000]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.fixture(autouse=True, scope="module")
def _no_models() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
        patch.setattr("rag.assistant.shared_reader", lambda: EvidenceReader(HashingEmbedder()))
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("fuzz")
    made = paced(home, {"boat.txt": "The boat has nine sails.\n\nIts hull is red."})
    with serving(made, home) as running:
        yield running


def routes(server: Server) -> list[Takes]:
    """Those that take a body."""
    assert server.app is not None
    return [one for one in takes(server.app) if one.method == "POST" and one.body]


def check_reply(reply: Reply, what: object) -> None:
    """An answer, or one sentence on what was wrong with the request."""
    assert reply.status < 500 or reply.status == BUSY, (what, reply.status, reply.text[:300])
    assert reply.status != 0, what
    assert "Traceback" not in reply.text
    if reply.status >= 400:
        error = reply.json()["error"]
        sentence = error["message"] if isinstance(error, dict) else error
        assert isinstance(sentence, str)
        assert sentence.endswith((".", "!", "?")), (what, sentence)
        assert "\n" not in sentence
        assert len(sentence) < 2_000


def sent(value: object) -> bytes:
    return json.dumps(value).encode()


def test_any_value_in_any_place_gets_a_reply(server: Server) -> None:
    every = [(route, slot) for route in routes(server) for slot in route.slots()]
    assert len(every) > 20

    @tries(120)
    @given(st.sampled_from(every), VALUES)
    def check(place: tuple[Takes, tuple[str | int, ...]], value: object) -> None:
        route, slot = place
        body = changed(route.body, slot, value)
        check_reply(route.send(server, body=body), (route.path, slot, value))

    check()
    assert server.ask("How many sails has the boat?")


def test_any_body_gets_a_reply(server: Server) -> None:
    every = routes(server)

    @tries(60)
    @given(st.sampled_from(every), VALUES)
    def check(route: Takes, value: object) -> None:
        check_reply(route.send(server, body=value), (route.path, value))

    check()


def test_any_bytes_get_a_reply(server: Server) -> None:
    every = routes(server)

    @tries(60)
    @given(st.sampled_from(every), DEALS, st.sampled_from(["application/json", "text/plain", "x"]))
    def check(route: Takes, deals: list[Deal], kind: str) -> None:
        data = damaged(sent(route.body), deals)
        path = route.path.replace("{", "").replace("}", "")
        check_reply(server.send("POST", path, data, [("Content-Type", kind)]), (path, data))

    check()


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_bodies_get_a_sentence(server: Server, depth: int) -> None:
    for route in routes(server):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            data = opening * depth + b"1" + closing * depth
            reply = server.send(
                "POST", route.path, data[:JSON_LIMIT], [("Content-Type", "application/json")]
            )
            check_reply(reply, (route.path, depth))
            assert reply.status >= 400


@tries(100)
@given(st.lists(st.binary(max_size=200), max_size=8), st.booleans(), st.booleans())
def test_a_body_in_any_pieces_is_read_whole_or_refused(
    pieces: list[bytes], large: bool, leaves: bool
) -> None:
    parts = [*pieces, b"x" * JSON_LIMIT] if large else pieces
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    end: Message = {"type": "http.request", "body": b"", "more_body": False}
    messages.append({"type": "http.disconnect"} if leaves else end)
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    async def read() -> bytes:
        body = await read_body(receive)
        again = await replay(body, receive)()
        assert again == {"type": "http.request", "body": body, "more_body": False}
        return body

    size = sum(map(len, parts))
    if size > JSON_LIMIT or leaves:
        with pytest.raises(RefusedError) as refused:
            asyncio.run(read())
        assert refused.value.status == (413 if size > JSON_LIMIT else 400)
    else:
        assert asyncio.run(read()) == b"".join(parts)
