"""What programs ask over HTTP: the same JSON as the command line, and one sentence for errors."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import Served, freed_within, served
from ui_assistant import Paced, paced

from index.errors import StoreError, UsageError
from rag.types import Turn
from ui.bodies import JSON_LIMIT
from ui.chat import FAILED, Room
from ui.guard import Door, door_for
from ui.outside import names_only
from ui.wire import RETRY_AFTER_S

FILES = {
    "handbook.md": "# Holidays\n\nEveryone who works full time has 28 days of paid holiday.\n\n"
    "The notice period is four weeks.",
    "fees.md": "# Fees\n\nA replacement card costs 3 pounds.\n\nGuests pay 5 pounds a day.",
    "old.txt": "In the old days there were 20 days of paid holiday.",
}
ROUTES = (
    ("POST", "/v1/ask"),
    ("POST", "/v1/search"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/footnote"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/embeddings"),
    ("POST", "/api/ask"),
)
TOKEN = "a-token-of-some-length"
CLIENT = httpx.Client(trust_env=False, timeout=30)  # one: each makes a TLS context, slowly


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    return paced(tmp_path_factory.mktemp("secret"), FILES)


@pytest.fixture(scope="module")
def here(assistant: Paced, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(assistant, tmp_path_factory.mktemp("talks")) as running:
        yield running


def post(here: Served, path: str, body: object, **headers: str) -> httpx.Response:
    return CLIENT.post(here.url + path, json=body, headers=headers)


def get(here: Served, path: str, **headers: str) -> httpx.Response:
    return CLIENT.get(here.url + path, headers=headers)


def sentence(answer: httpx.Response, status: int) -> str:
    """The one sentence of an error."""
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    said = error["message"] if isinstance(error, dict) else error
    assert said.endswith(".")
    assert "\n" not in said
    return str(said)


# ---- what is returned --------------------------------------------------------------------


def as_sent(data: object) -> Any:
    return json.loads(json.dumps(data))


def test_ask_returns_the_json_of_the_command(here: Served, assistant: Paced) -> None:
    answer = post(here, "/v1/ask", {"question": "How long is the notice period?"})
    assert answer.status_code == 200
    expected = as_sent(names_only(assistant.ask("How long is the notice period?")).to_dict())
    got = answer.json()
    assert list(got) == list(expected)
    assert {**got, "timings": None} == {**expected, "timings": None}
    assert "four weeks" in got["text"]
    assert got["citations"][0]["source"] == "handbook.md"
    assert "secret" not in answer.text


def test_history_is_heard(here: Served, assistant: Paced) -> None:
    history = [{"question": "How many days of holiday?", "answer": "28 days."}]
    post(here, "/v1/ask", {"question": "And notice?", "history": history})
    assert assistant.asked == ("And notice?", (Turn("How many days of holiday?", "28 days."),))


def test_search_returns_the_json_of_the_command(here: Served, assistant: Paced) -> None:
    answer = post(here, "/v1/search", {"words": "holiday", "k": 2})
    found = assistant.search("holiday", 2)
    expected = as_sent([asdict(passage) for passage in found])
    for passage in expected:
        passage["document"]["sources"] = [Path(s).name for s in passage["document"]["sources"]]
    assert answer.json() == expected
    assert len(expected) == 2
    assert "secret" not in answer.text
    assert len(post(here, "/v1/search", {"words": "holiday", "k": 1}).json()) == 1


def test_documents_are_listed(here: Served, assistant: Paced) -> None:
    answer = get(here, "/v1/documents")
    listed = answer.json()["documents"]
    assert [one["id"] for one in listed] == [info.id for info in assistant.documents()]
    assert {one["sources"][0] for one in listed} == set(FILES)
    assert answer.json()["skipped"] == []
    assert "secret" not in answer.text


def test_within_names_documents_by_id_title_or_file(here: Served, assistant: Paced) -> None:
    for info in assistant.documents():
        for name in (info.id, info.title, Path(info.source).name):
            found = post(here, "/v1/search", {"words": "days pounds", "within": [name]}).json()
            assert {passage["document"]["id"] for passage in found} == {info.id}
    answer = post(here, "/v1/ask", {"question": "How many days of holiday?", "within": ["old.txt"]})
    assert "20 days" in answer.json()["text"]


def test_days_and_number_of_passages(here: Served, assistant: Paced) -> None:
    today = assistant.documents()[0].modified
    assert today is not None
    body = {"words": "holiday"}
    assert post(here, "/v1/search", {**body, "since": today[:10]}).json()
    assert post(here, "/v1/search", {**body, "until": "1999-12-31"}).json() == []
    asked = {"question": "How many days of holiday?", "k": 1}
    assert len(post(here, "/v1/ask", asked).json()["passages"]) == 1
    assert len(post(here, "/v1/ask", {**asked, "k": None}).json()["passages"]) > 1


def test_an_empty_library_declines(tmp_path: Path) -> None:
    with served(paced(tmp_path / "none", {}), tmp_path) as here:
        answer = post(here, "/v1/ask", {"question": "How many days?"}).json()
        assert answer["declined"]
        assert answer["text"] == "There are no documents to answer from yet."
        assert post(here, "/v1/search", {"words": "days"}).json() == []
        assert get(here, "/v1/documents").json() == {"documents": [], "skipped": []}


# ---- wrong requests ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "question",
        {},
        {"question": None},
        {"question": 7},
        {"question": ["x"]},
        {"question": "x" * 10_001},
        {"question": "x", "history": "y"},
        {"question": "x", "history": None},
        {"question": "x", "history": [{"question": "y"}]},
        {"question": "x", "history": [["y", "z"]]},
        {"question": "x", "k": 0},
        {"question": "x", "k": 101},
        {"question": "x", "k": "5"},
        {"question": "x", "k": True},
        {"question": "x", "k": 10**30},
        {"question": "x", "within": "handbook.md"},
        {"question": "x", "within": [None]},
        {"question": "x", "within": ["nothing.md"]},
        {"question": "x", "within": ["/etc/passwd"]},
        {"question": "x", "within": ["../handbook.md"]},
        {"question": "x", "within": ["http://127.0.0.1:1/x"]},
        {"question": "x", "within": ["~"]},
        {"question": "x", "within": [""]},
        {"question": "x", "since": "yesterday"},
        {"question": "x", "until": "2024-13-01"},
        {"question": "x", "until": 2024},
        {"question": "x", "library": None},
        {"question": "x", "documents": "/etc"},
        {"question": "\ud800 how many?", "within": ["\ud800"]},
    ],
)
def test_wrong_questions(here: Served, body: object) -> None:
    data = json.dumps(body).encode()
    answer = CLIENT.post(
        here.url + "/v1/ask", content=data, headers={"content-type": "application/json"}
    )
    sentence(answer, 400)


FIELDS = (
    "question words history within since until k library "
    "model messages role content stream n footnote answer"
).split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
PLAUSIBLE = {
    "/v1/ask": {"question": "How many days?"},
    "/v1/search": {"words": "days"},
    "/v1/chat/completions": {
        "model": "footnote",
        "messages": [{"role": "user", "content": "How many days?"}],
    },
}


@settings(max_examples=60)
@given(st.sampled_from(list(PLAUSIBLE)), JSON, st.booleans())
def test_no_body_is_a_fault(here: Served, path: str, body: object, plausible: bool) -> None:
    """Whatever is sent, there is an answer or one sentence, and never a fault of ours."""
    if plausible and isinstance(body, dict):
        body = {**body, **PLAUSIBLE[path]}
    answer = CLIENT.post(
        here.url + path,
        content=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    if answer.status_code != 200:
        assert answer.status_code in (400, 404)
        sentence(answer, answer.status_code)


@pytest.mark.parametrize(
    "question", ["", "\x00", "🙂🙂", "שלום עולם?", "[3] <img src=x>", "ignore all"]
)
def test_odd_questions_are_answered_or_declined(here: Served, question: str) -> None:
    assert post(here, "/v1/ask", {"question": question}).json()["schema_version"] == 1
    model = {"model": "footnote", "messages": [{"role": "user", "content": question}]}
    message = post(here, "/v1/chat/completions", model).json()["choices"][0]["message"]
    assert message["content"]


def test_an_error_names_what_was_wrong(here: Served) -> None:
    wrong = post(here, "/v1/ask", {"question": "x", "within": ["/etc/passwd"]})
    assert "'/etc/passwd'" in sentence(wrong, 400)
    assert "'k'" in sentence(post(here, "/v1/ask", {"question": "x", "k": "5"}), 400)
    assert "101" in sentence(post(here, "/v1/search", {"words": "x", "k": 101}), 400)
    assert "words" in sentence(post(here, "/v1/search", {"words": "…"}), 400)


def test_no_document_is_opened_for_its_name(
    here: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is there is no more a document of the library than one that is not."""
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is 1234.")
    monkeypatch.chdir(tmp_path)
    for name in (str(secret), "secret.txt", secret.as_uri()):
        sentence(post(here, "/v1/ask", {"question": "password?", "within": [name]}), 400)


@pytest.mark.parametrize("library", ["nothing", "../secret", "/etc", "samples\x00"])
def test_unknown_libraries(here: Served, library: str) -> None:
    sentence(post(here, "/v1/ask", {"question": "x", "library": library}), 404)
    sentence(post(here, "/v1/search", {"words": "x", "library": library}), 404)
    sentence(CLIENT.get(here.url + "/v1/documents", params={"library": library}), 404)


def test_bodies_that_are_none(here: Served) -> None:
    for body, status in ((b"{", 400), (b"\xff", 400), (b"", 400), (b" " * (JSON_LIMIT + 1), 413)):
        for path in ("/v1/ask", "/v1/search", "/v1/chat/completions"):
            answer = CLIENT.post(
                here.url + path, content=body, headers={"content-type": "application/json"}
            )
            sentence(answer, status)
    form = CLIENT.post(here.url + "/v1/ask", files={"f": b"x"})
    sentence(form, 415)


def test_dead_ends(here: Served) -> None:
    assert "POST" in sentence(get(here, "/v1/ask"), 405)
    assert get(here, "/v1/ask").headers["allow"] == "POST"
    assert "GET" in sentence(post(here, "/v1/documents", {}), 405)
    for path in ("/v1/embeddings", "/v1/", "/v1/ask/x", "/v1/files"):
        sentence(post(here, path, {}), 404)
        sentence(get(here, path), 404)
    assert CLIENT.put(here.url + "/v1/models").status_code == 405


def test_errors_name_no_place(
    here: Served, assistant: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(assistant.index.folder)

    def broken(*_: object, **__: object) -> object:
        raise StoreError(f"The catalog {folder}/catalog.sqlite is damaged.")

    for name in ("stream", "search", "documents"):
        monkeypatch.setattr(assistant, name, broken)
    for answer in (
        post(here, "/v1/ask", {"question": "x"}),
        post(here, "/v1/search", {"words": "x"}),
        get(here, "/v1/documents"),
    ):
        assert "damaged" in sentence(answer, 500)
        assert folder not in answer.text


def test_a_fault_inside_is_one_sentence(
    here: Served, assistant: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(assistant, "stream", broken)
    assert sentence(post(here, "/v1/ask", {"question": "x"}), 500) == FAILED
    assert freed_within(here.chat.room, 1)


# ---- who may ask -------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:7860"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_foreign_pages_are_refused(
    here: Served, method: str, path: str, headers: dict[str, str]
) -> None:
    for way in {method, "GET", "POST", "OPTIONS"}:
        answer = CLIENT.request(way, here.url + path, headers=headers, json={"question": "x"})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_a_program_without_an_origin_is_let_in(here: Served) -> None:
    assert get(here, "/v1/models").status_code == 200
    assert get(here, "/v1/models", origin=here.url).status_code == 200


@pytest.fixture
def far_door(monkeypatch: pytest.MonkeyPatch) -> Door:
    """As off loopback: a password for the page, a token for programs."""
    monkeypatch.setenv("FOOTNOTE_USER", "ada")
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "lovelace")
    monkeypatch.setenv("FOOTNOTE_TOKEN", TOKEN)
    return door_for("0.0.0.0", 1)


def test_off_loopback_programs_bring_a_token(
    assistant: Paced, tmp_path: Path, far_door: Door
) -> None:
    login = "Basic " + base64.b64encode(b"ada:lovelace").decode()
    with served(assistant, tmp_path, door=far_door) as here:
        for method, path in ROUTES[:-1]:
            for wrong in (
                {},
                {"authorization": f"Bearer {TOKEN[:-1]}"},
                {"authorization": f"Bearer {TOKEN}x"},
                {"authorization": "Bearer"},
                {"authorization": f"Basic {TOKEN}"},
                {"authorization": TOKEN},
                {"authorization": "Bearer ada:lovelace"},
                {"authorization": b"Bearer \xff\xfe"},
            ):
                answer = CLIENT.request(method, here.url + path, headers=wrong, json={})
                sentence(answer, 401)
                assert answer.headers["www-authenticate"].startswith("Bearer")
            for right in (f"Bearer {TOKEN}", f"bearer  {TOKEN}", login):
                answer = CLIENT.request(
                    method, here.url + path, headers={"authorization": right}, json={}
                )
                assert answer.status_code != 401
        bearer = {"authorization": f"Bearer {TOKEN}"}
        for page in ("/", "/api/documents", "/api/conversations", "/footnote/chat.js"):
            assert get(here, page, **bearer).status_code == 401  # the token opens no page
            assert get(here, page, authorization=login).status_code == 200
        evil = {**bearer, "origin": "https://evil.example"}
        assert post(here, "/v1/ask", {"question": "x"}, **evil).status_code == 403


def test_where_the_token_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOOTNOTE_USER", "FOOTNOTE_PASSWORD", "FOOTNOTE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert door_for("127.0.0.1", 1).token is None
    monkeypatch.setenv("FOOTNOTE_USER", "ada")
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "lovelace")
    one, two = door_for("0.0.0.0", 1), door_for("0.0.0.0", 1)
    assert one.token_made
    assert one.token is not None
    assert len(one.token) >= 32
    assert one.token != two.token
    assert one.token not in repr(one)
    monkeypatch.setenv("FOOTNOTE_TOKEN", TOKEN)
    given = door_for("0.0.0.0", 1)
    assert (given.token, given.token_made) == (TOKEN, False)
    monkeypatch.setenv("FOOTNOTE_TOKEN", "short")
    with pytest.raises(UsageError, match="at least 16"):
        door_for("127.0.0.1", 1)


def test_a_token_can_be_asked_for_on_loopback(
    assistant: Paced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_TOKEN", TOKEN)
    with served(assistant, tmp_path) as here:
        sentence(get(here, "/v1/documents"), 401)
        assert get(here, "/v1/documents", authorization=f"Bearer {TOKEN}").status_code == 200
        assert get(here, "/").status_code == 200


# ---- load --------------------------------------------------------------------------------


def test_a_full_room_is_said_at_once(assistant: Paced, tmp_path: Path) -> None:
    with served(assistant, tmp_path, room=Room(1, 0)) as here, here.chat.room.place():
        model = {"model": "footnote", "messages": [{"role": "user", "content": "x"}]}
        for path, body in (
            ("/v1/ask", {"question": "x"}),
            ("/v1/search", {"words": "x"}),
            ("/v1/chat/completions", model),
            ("/v1/chat/completions", {**model, "stream": True}),
        ):
            started = time.monotonic()
            answer = post(here, path, body)
            assert "busy" in sentence(answer, 503)
            assert answer.headers["retry-after"] == str(RETRY_AFTER_S)
            assert time.monotonic() - started < 2
        assert get(here, "/v1/documents").status_code == 200


def test_a_client_that_leaves_frees_its_place(
    assistant: Paced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a second, whichever way it asked."""
    monkeypatch.setattr(assistant, "step_s", 30.0)
    model = {"model": "footnote", "messages": [{"role": "user", "content": "How many days?"}]}
    with served(assistant, tmp_path, room=Room(1, 0)) as here:
        for path, body in (
            ("/v1/ask", {"question": "How many days?"}),
            ("/v1/chat/completions", model),
            ("/v1/chat/completions", {**model, "stream": True}),
        ):
            with leaving(here, path, body):
                until = time.monotonic() + 10
                while time.monotonic() < until and here.chat.room._places._value:
                    time.sleep(0.02)
                assert not here.chat.room._places._value, "it never began"
            assert freed_within(here.chat.room, 1.0), path


class leaving:
    """Send a request, and hang up at the end of the block."""

    def __init__(self, here: Served, path: str, body: object) -> None:
        data = json.dumps(body).encode()
        host = here.url.removeprefix("http://")
        self.request = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        ).encode() + data
        self.port = int(host.rpartition(":")[2])

    def __enter__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), 10)
        self.socket.sendall(self.request)

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def test_answers_go_to_who_asked(here: Served) -> None:
    wanted = {"How long is notice?": "four weeks", "What does a replacement card cost?": "3 pounds"}
    wrong: list[str] = []

    def ask(question: str, words: str) -> None:
        for _ in range(5):
            text = post(here, "/v1/ask", {"question": question}).json()["text"]
            if words not in text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=pair) for pair in [*wanted.items()] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
