"""A model behind an OpenAI-compatible server: a real one or raw bytes."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import tiny_model
from model_servers import Played, events, free_port, gate, http, transformers_serve

from index.errors import ModelError, UsageError
from rag.backends.server_events import ServedModel
from rag.backends.server_model import ServerModel, chosen_model, estimated_tokens
from rag.backends.server_transport import Transport, is_this_computer, parse_address
from rag.language_model import BoundedReply, Ending, Message, Role
from rag.models import served_at

SYSTEM = Message(Role.SYSTEM, "Use only what the passages say.")
ASKED = [SYSTEM, Message(Role.USER, "When is the deposit due? <|im_end|> \ud800")]
START = '{"choices": [{"delta": {"content": "The "}}]}'
MORE = '{"choices": [{"delta": {"content": "key."}}]}'
END = '{"choices": [{"delta": {}, "finish_reason": "stop"}]}'
SERVER = r"The language model server at http://127\.0\.0\.1:\d+/v1 "


def cache_with(cache: Path, name: str, folder: Path) -> None:
    """Put a model into a cache as the hub's library lays it out."""
    place = cache / f"models--{name.replace('/', '--')}"
    shutil.copytree(folder, place / "snapshots" / "abc123")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("abc123")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hub")
    made = tmp_path_factory.mktemp("made")
    cache_with(place, "tiny/chat", tiny_model.build(made / "chat"))
    cache_with(
        place, "tiny/endless", tiny_model.build(made / "endless", tiny_model.ENDLESS, ends=False)
    )
    return place


@pytest.fixture(scope="module")
def real(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real server."""
    log = tmp_path_factory.mktemp("serve") / "log"
    with transformers_serve(cache, log) as (port, _):
        yield port


def said(model: ServerModel, *, most: int = 200) -> list[str]:
    return list(model.generate(ASKED, max_tokens=most, stop=threading.Event()))


def connected(port: int, name: str = "tiny/chat", key: str = "") -> ServerModel:
    return ServerModel.connect(f"http://127.0.0.1:{port}#{name}", key=key)


# ---- a real server ---------------------------------------------------------------------------


def test_a_real_server_streams_its_answer(real: int) -> None:
    model = connected(real)
    pieces = said(model)
    assert "".join(pieces) == tiny_model.REPLY
    assert len(pieces) > 5
    assert (model.name, model.context_tokens) == ("tiny/chat", 4096)
    assert not model.leaves_machine


def test_a_real_server_can_be_stopped(real: int) -> None:
    stop = threading.Event()
    bounded = BoundedReply(connected(real, "tiny/endless"), ASKED, stop=stop, max_tokens=3_000)
    pieces = iter(bounded)
    first = next(pieces)
    assert "one two".startswith(first)
    stop.set()
    started = time.monotonic()
    assert list(pieces) == []
    assert time.monotonic() - started < 1
    assert bounded.ending is Ending.STOPPED
    assert bounded.text == first


def test_a_real_server_keeps_to_the_tokens(real: int) -> None:
    assert tiny_model.REPLY.startswith("".join(said(connected(real), most=4)))


def test_a_model_that_is_not_there_is_named_with_those_that_are(real: int) -> None:
    with pytest.raises(ModelError, match=r"has no model llama3; it serves .*tiny/chat"):
        connected(real, "llama3")
    with pytest.raises(
        ModelError, match=r"serves several models \(.*tiny/.*\); name one after a #"
    ):
        connected(real, "")
    with pytest.raises(ModelError, match=r"server at .* (refused|does not have|broke off)"):
        said(connected(real, "/no/such/folder"))


def test_models_of_a_real_server_are_found(real: int) -> None:
    names = {
        (model.name, model.setting, model.usable) for model in served_at(f"http://127.0.0.1:{real}")
    }
    address = f"http://127.0.0.1:{real}/v1"
    assert names == {
        ("tiny/chat", f"{address}#tiny/chat", True),
        ("tiny/endless", f"{address}#tiny/endless", True),
    }


def test_a_key_is_asked_for_refused_and_accepted(real: int) -> None:
    with gate(real, "s3cret") as port:
        with pytest.raises(ModelError, match=SERVER + r"asks for a key; set FOOTNOTE_MODEL_KEY"):
            connected(port)
        with pytest.raises(ModelError, match="does not accept the key") as caught:
            connected(port, key="wr0ng")
        assert "wr0ng" not in str(caught.value)
        assert "".join(said(connected(port, key="s3cret"))) == tiny_model.REPLY


def test_a_real_server_that_dies_while_it_writes(cache: Path, tmp_path: Path) -> None:
    with transformers_serve(cache, tmp_path / "log") as (port, process):
        model = connected(port, "tiny/endless")
        pieces = model.generate(ASKED, max_tokens=3_000, stop=threading.Event())
        assert next(pieces)
        process.kill()
        process.wait(10)
        with pytest.raises(ModelError, match=SERVER + "broke off the connection"):
            list(pieces)
        with pytest.raises(ModelError, match=r"No language model server answers at .*; start it"):
            said(model)


# ---- what goes out ---------------------------------------------------------------------------


def test_what_is_sent_holds_no_template_marks_and_no_key_but_the_one_given() -> None:
    with Played(events(START, MORE, END)) as server:
        assert "".join(said(ServerModel.connect(server.url, key="k-1"), most=77)) == "The key."
        head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1")
    assert b"Authorization: Bearer k-1" in head
    assert json.loads(body) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": SYSTEM.content},
            {"role": "user", "content": "When is the deposit due? < |im_end|> ?"},
        ],
        "max_tokens": 77,
        "temperature": 0,
        "stream": True,
    }


def test_a_template_without_system_role_is_asked_again_without() -> None:
    refusal = http(b'{"error": {"message": "System role not supported"}}', status="400 Bad Request")
    with Played(refusal, events(START, END)) as server:
        assert said(ServerModel.connect(server.url)) == ["The "]
        (message,) = json.loads(server.requests[-1].partition(b"\r\n\r\n")[2])["messages"]
    assert message["content"].startswith(SYSTEM.content)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_is_asked_for_this_computer(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with Played(events(START, END)) as server, Played(events(MORE, END)) as proxy:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert said(ServerModel.connect(server.url)) == ["The "]
        assert proxy.requests == []


# ---- what comes back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (http(b"{}", status="500 Internal Server Error"), r"refused with status 500 \(.*\)"),
        (http(b"<html>", status="502 Bad Gateway"), r"status 502 \(no reason given\)"),
        (http(b'{"error": "slow down"}', status="429 Too Many"), r"is busy .*\(slow down\)"),
        (http(b'{"error": "no such m"}', status="404 Not Found"), r"does not have .*\(no such m\)"),
        (http(b"", status="401 Unauthorized"), "asks for a key"),
        (http(b"", status="307 x", headers=["Location: http://example.org/"]), "redirects to"),
        (http(b"{}"), "sent an answer of type application/json instead of a stream"),
        (events("{"), "sent something that is no JSON"),
        (events(START), "sent an answer that breaks off in the middle"),
        (events(START, length=5000), "broke off the connection"),
        (events('{"error": {"message": "out of memory"}}'), "sent an error: out of memory"),
        (events("x" * (3 << 19)), "sent an event of more than"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "broke off the connection"),
        (b"", "broke off the connection"),
        (
            http(b"\x1f\x8b", kind="text/event-stream", headers=["Content-Encoding: gzip"]),
            "compressed",
        ),
    ],
)
def test_every_failure_is_one_sentence(answer: bytes, sentence: str) -> None:
    with Played(answer) as server:
        model = ServerModel.connect(server.url)
        with pytest.raises(ModelError, match=SERVER + ".*" + sentence) as caught:
            said(model)
        assert not any(b"example.org" in request for request in server.requests)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_server_that_falls_silent_is_left() -> None:
    with Played(events(START, length=5000), hang=True) as server:
        place = parse_address(server.url)
        model = ServerModel(Transport(place, silence_s=0.4), ServedModel("m", None))
        pieces = model.generate(ASKED, max_tokens=9, stop=threading.Event())
        assert next(pieces) == "The "
        with pytest.raises(ModelError, match=r"said nothing for 0\.4 seconds"):
            next(pieces)
        assert server.left.wait(2)


def test_stop_leaves_a_silent_server_within_a_second() -> None:
    with Played(events(START, length=5000), hang=True) as server:
        stop = threading.Event()
        pieces = ServerModel.connect(server.url).generate(ASKED, max_tokens=9, stop=stop)
        assert next(pieces) == "The "
        started = time.monotonic()
        threading.Timer(0.2, stop.set).start()
        assert list(pieces) == []
        assert server.left.wait(2), "the server learns of it"
        assert time.monotonic() - started < 1.2


def test_leaving_closes_the_connection() -> None:
    with Played(events(START, length=5000), hang=True) as server:
        pieces = ServerModel.connect(server.url).generate(
            ASKED, max_tokens=9, stop=threading.Event()
        )
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert server.left.wait(2)


def test_pieces_cut_anywhere_come_whole() -> None:
    piece = json.dumps({"choices": [{"delta": {"content": "café 🙂"}}]}, ensure_ascii=False)
    with Played(events(piece, MORE, "[DONE]"), slow=0.002) as server:
        assert said(ServerModel.connect(server.url)) == ["café 🙂", "key."]


def test_a_server_that_never_stops_is_bounded() -> None:
    many = [json.dumps({"choices": [{"delta": {"content": f"item {n} "}}]}) for n in range(5000)]
    with Played(events(*many, END)) as server:
        model = ServerModel.connect(server.url)
        bounded = BoundedReply(model, ASKED, stop=threading.Event(), max_tokens=50)
        assert len("".join(bounded)) < 50 * 16 + 20
        assert bounded.ending is Ending.TOO_LONG


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path) -> None:
    subprocess.run(
        [
            *"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1".split(),
            *"-addext subjectAltName=IP:127.0.0.1 -keyout both.pem -out cert.pem".split(),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "both.pem")
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with context.wrap_socket(connection, server_side=True) as safe:
                heard.append(safe.recv(100))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(ModelError, match="certificate that this computer does not trust"):
            ServerModel.connect(f"https://127.0.0.1:{port}#m", key="k")
        thread.join()
    assert heard == [], "no request, no key"


# ---- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "base", "model"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1", ""),
        ("http://localhost:8000/v1/#a/b", "http://localhost:8000/v1", "a/b"),
        ("http://[::1]:8080/#llama3.2:1b", "http://[::1]:8080/v1", "llama3.2:1b"),
        ("https://models.example/openai/v1#x%20y", "https://models.example/openai/v1", "x y"),
    ],
)
def test_addresses(text: str, base: str, model: str) -> None:
    place = parse_address(text)
    assert (place.base, place.model) == (base, model)
    assert place.loopback is ("example" not in base)


@pytest.mark.parametrize(
    "text",
    ["ftp://x", "http://", "http://a:b:c", "http://x:99999", "http://127.0.0.1/v1?key=1", "x"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no address of a model server; write it like"):
        parse_address(text)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="FOOTNOTE_MODEL_KEY") as caught:
        parse_address("http://me:s3cret@127.0.0.1:8000/v1")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_this_computer(host: str) -> None:
    assert is_this_computer(host)


@pytest.mark.parametrize(
    "host",
    [
        "192.168.0.5",
        "0.0.0.0",
        "2130706433",
        "127.1",
        "example.org",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "",
    ],
)
def test_other_computers_are_told_without_asking_anyone(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: pytest.fail("a name was looked up"))
    assert not is_this_computer(host)


def test_a_localhost_that_is_elsewhere_is_another_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = [(2, 1, 6, "", ("192.0.2.7", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: elsewhere)
    assert not is_this_computer("localhost")


def test_another_computer_needs_to_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: pytest.fail("a name was looked up"))
    with pytest.raises(
        UsageError, match=r"http://192\.0\.2\.7:8000/v1 is on another computer.*remote"
    ):
        ServerModel.connect("http://192.0.2.7:8000#m")


def test_an_allowed_one_says_that_text_leaves() -> None:
    place = parse_address("http://192.0.2.7:8000#m")
    assert ServerModel(Transport(place), ServedModel("m", 8192)).leaves_machine


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(ModelError, match=r"No language model server answers at .*; start it"):
        ServerModel.connect(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("key", ["a b", "a\nb", "schlüssel"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="holds characters that no key has") as caught:
        ServerModel.connect("http://127.0.0.1:9#m", key=key)
    assert key not in str(caught.value)


def test_the_tag_may_be_left_out() -> None:
    served = [ServedModel("llama3.2:latest", None), ServedModel("b", None)]
    place = parse_address("http://127.0.0.1:1#llama3.2")
    assert chosen_model(place, served).name == "llama3.2:latest"


# ---- tokens ----------------------------------------------------------------------------------


def test_tokens_are_counted_by_a_server_that_can() -> None:
    class Counting(Played):
        def _answer(self, connection):  # type: ignore[no-untyped-def]
            from model_servers import read_request

            with connection:
                request = read_request(connection)
                text = json.loads(request.partition(b"\r\n\r\n")[2])["content"]
                connection.sendall(http(json.dumps({"tokens": text.split()}).encode()))

    with Counting(b"") as server:
        model = ServerModel(Transport(parse_address(server.url)), ServedModel("m", None))
        assert model.count_tokens("one two three") == 3


def test_tokens_are_estimated_on_the_high_side() -> None:
    from tokenizers import Tokenizer

    from rag.reader_network import embedder_folder

    tokenizer = Tokenizer.from_file(str(embedder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    texts = [path.read_text("utf-8") for path in Path(__file__).parents[1].glob("*.md")]
    texts += [path.read_text("utf-8") for path in Path(__file__).parents[1].glob("rag/*.py")]
    assert len(texts) > 10
    for text in texts:
        counted = len(tokenizer.encode(text, add_special_tokens=False).ids)
        assert counted <= estimated_tokens(text) <= 2.3 * counted
    assert estimated_tokens("日本語のテキスト") >= 8
    assert estimated_tokens("Überraschung für Jürgen") >= 8
    assert estimated_tokens("1234567") == 7
    assert estimated_tokens("") == 0
