"""Which model a setting means, and which are usable now: cache, folders, local servers."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny_model
from model_servers import Played, events, free_port

from index.errors import ModelError, UsageError
from rag.language_model import Message, Role
from rag.models import (
    USUAL_PORTS,
    ModelKind,
    UsableModel,
    cached_models,
    hub_cache,
    model_folder,
    open_model,
    usable_models,
)

BUILT_IN = UsableModel("built-in reader", ModelKind.BUILT_IN, "", "built-in")
START = '{"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}'


@dataclass(frozen=True)
class Chosen:
    """What is read of the settings."""

    model: str = "built-in"
    remote_models: bool = False


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.build(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of hub models, and no key."""
    place = tmp_path / "hub"
    place.mkdir()
    monkeypatch.setenv("HF_HUB_CACHE", str(place))
    monkeypatch.delenv("FOOTNOTE_MODEL_KEY", raising=False)
    return place


def put(cache: Path, name: str, folder: Path, *, revision: str = "abc", main: bool = True) -> Path:
    place = cache / f"models--{name.replace('/', '--')}"
    snapshot = place / "snapshots" / revision
    shutil.copytree(folder, snapshot)
    if main:
        (place / "refs").mkdir()
        (place / "refs" / "main").write_text(revision)
    return snapshot


def test_the_built_in_way_needs_no_model() -> None:
    assert open_model(Chosen()) is None
    assert usable_models(Chosen(), ports=()) == [BUILT_IN]


def test_a_folder_is_opened(tiny: Path) -> None:
    model = open_model(Chosen(str(tiny)))
    assert model is not None
    asked = [Message(Role.USER, "hello")]
    pieces = model.generate(asked, max_tokens=99, stop=threading.Event())
    assert "".join(pieces) == tiny_model.REPLY
    found = UsableModel("tiny", ModelKind.FOLDER, str(tiny), str(tiny))
    assert usable_models(Chosen(str(tiny)), ports=()) == [BUILT_IN, found]


def test_a_hub_name_in_the_cache_is_opened_and_listed_once(cache: Path, tiny: Path) -> None:
    snapshot = put(cache, "some/tiny-chat", tiny)
    model = open_model(Chosen("some/tiny-chat"))
    assert model is not None
    assert (model.name, model.leaves_machine) == ("some/tiny-chat", False)
    found = UsableModel("some/tiny-chat", ModelKind.FOLDER, str(snapshot), "some/tiny-chat")
    assert usable_models(Chosen(), ports=()) == [BUILT_IN, found]
    assert usable_models(Chosen("some/tiny-chat"), ports=()) == [BUILT_IN, found]


def test_the_main_revision_counts_else_the_newest(cache: Path, tiny: Path) -> None:
    put(cache, "a/b", tiny, revision="first")
    assert model_folder("a/b")[0].name == "first"
    put(cache, "a/b", tiny, revision="second", main=False)
    assert model_folder("a/b")[0].name == "first"
    (cache / "models--a--b" / "refs" / "main").write_text("../../..")
    assert model_folder("a/b")[0].name in ("first", "second")


def test_models_that_cannot_be_used_are_listed_with_the_reason(cache: Path, tiny: Path) -> None:
    (put(cache, "x/pickled", tiny) / "model.safetensors").unlink()
    (put(cache, "x/base", tiny) / "chat_template.jinja").unlink()
    (put(cache, "x/embedder", tiny) / "config.json").write_text('{"architectures": ["BertModel"]}')
    put(cache, "x/sound", tiny)
    (cache / "models--x--empty").mkdir()
    (cache / "models--x--file").touch()
    listed = {model.name: (model.usable, model.reason) for model in cached_models()}
    assert listed == {
        "x/base": (False, "it has no chat template"),
        "x/pickled": (False, "it has no .safetensors weights, and other formats are not loaded"),
        "x/sound": (True, ""),
    }


def test_the_cache_is_where_the_library_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert hub_cache() == Path(constants.default_home, "huggingface", "hub").expanduser()
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert hub_cache() == Path("/x/huggingface/hub")
    monkeypatch.setenv("HF_HOME", "/h")
    assert hub_cache() == Path("/h/hub")
    monkeypatch.setenv("HF_HUB_CACHE", "/c")
    assert hub_cache() == Path("/c")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("some/model", r"'some/model' is neither .* `footnote models --fetch some/model`\."),
        ("gpt", r"'gpt' is neither a folder.*`footnote models` lists what there is\."),
        ("/no/such/folder", r"is neither a folder"),
        ("", r"is neither a folder"),
        ("../x", r"is neither a folder"),
    ],
)
def test_what_is_not_there_is_not_fetched_but_named(
    setting: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
    with pytest.raises(ModelError, match=sentence):
        open_model(Chosen(setting))
    (_, missing) = usable_models(Chosen(setting), ports=())
    assert (missing.usable, missing.setting) == (False, setting)
    assert "is neither a folder" in missing.reason


def test_servers_on_the_usual_ports_are_found_at_once() -> None:
    with ExitStack() as stack:
        good = stack.enter_context(Played(b""))
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))  # never answers
        page = stack.enter_context(Page())
        ports = [free_port(), good.port, silent.getsockname()[1], page.port]
        usable_models(Chosen(), ports=())  # the libraries are loaded
        started = time.monotonic()
        found = usable_models(Chosen(), ports=ports)
        assert time.monotonic() - started < 1
        assert b"authorization" not in good.requests[0].lower()
    address = f"http://127.0.0.1:{good.port}/v1"
    assert found == [BUILT_IN, UsableModel("m", ModelKind.SERVER, address, f"{address}#m")]
    assert set(USUAL_PORTS) == {11434, 8000, 8080, 1234}


class Page(Played):
    """Some other web server."""

    def __init__(self) -> None:
        super().__init__(b"")

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")


def test_no_key_is_shown_to_servers_that_nobody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_MODEL_KEY", "s3cret")
    with Played(b"") as server, Played(events(START)) as named:
        usable_models(Chosen(named.url), ports=[server.port])
        assert all(b"s3cret" not in request for request in server.requests)
        assert b"Bearer s3cret" in named.requests[0]
        model = open_model(Chosen(named.url))
        assert model is not None
        asked = [Message(Role.USER, "hello")]
        assert list(model.generate(asked, max_tokens=9, stop=threading.Event())) == ["Yes."]


def test_a_server_that_is_set_is_listed_with_what_ails_it() -> None:
    port = free_port()
    (_, missing) = usable_models(Chosen(f"http://127.0.0.1:{port}#m"), ports=())
    assert (missing.kind, missing.usable) == (ModelKind.SERVER, False)
    assert "No language model server answers" in missing.reason


def test_another_computer_is_neither_asked_nor_listed_as_usable_unless_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = Chosen("http://192.0.2.7:8000#m")
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
        with pytest.raises(UsageError, match="set remote_models to true"):
            open_model(chosen)
        (_, far) = usable_models(chosen, ports=())
    assert not far.usable
    assert "remote_models" in far.reason
