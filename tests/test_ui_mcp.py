"""The tools for other programs' models: with the official client, and the real child process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from ui_assistant import Paced, paced

from index.errors import FootnoteError, StoreError
from index.types import Block, BlockKind, Document, PageRun
from rag.types import Answer, Turn
from ui.command_line import main
from ui.in_words import in_words
from ui.mcp_tools import PASSAGES, TOOLS, page_span, run
from ui.outside import names_only
from ui.programs import RequestError

mcp = pytest.importorskip("mcp", reason="needs the package mcp")

from mcp import StdioServerParameters  # noqa: E402
from mcp.client import Client  # noqa: E402
from mcp.client.stdio import stdio_client  # noqa: E402

from ui.mcp_server import FAILED, Documents, server_for  # noqa: E402

FILES = {
    "handbook.md": "# Holidays\n\nEveryone who works full time has 28 days of paid holiday.\n\n"
    "The notice period is four weeks.",
    "fees.md": "# Fees\n\nA replacement card costs 3 pounds.",
}
QUESTION = "How many days of holiday?"
WATCH = """
import os, sys

def seen(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        with open(os.environ["SEEN"], "a") as file:
            print(event, arguments[1:] if event == "socket.connect" else arguments, file=file)

sys.addaudithook(seen)
open(os.environ["SEEN"], "a").close()
"""
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Paced:
    return paced(tmp_path_factory.mktemp("secret"), FILES)


def use(assistant: Paced, name: str, **arguments: object) -> tuple[str, dict[str, Any]]:
    result = run(lambda: assistant, name, arguments, threading.Event())
    return result.text, json.loads(json.dumps(result.data))


# ---- the tools ---------------------------------------------------------------------------


def test_ask_gives_words_and_data(assistant: Paced) -> None:
    history = [{"question": "x", "answer": "y"}]
    text, data = use(assistant, "ask", question=QUESTION, history=history)
    answer = names_only(assistant.ask(QUESTION))
    assert text == in_words(answer)
    assert data["text"] == answer.text
    (citation,) = data["citations"]
    assert citation["file"] == "handbook.md"
    made = assistant.document(citation["document"])
    assert made is not None
    assert made.text[citation["start"] : citation["end"]] == citation["quote"]
    assert "secret" not in text + json.dumps(data)
    use(assistant, "ask", question="And notice?", history=history)
    assert assistant.asked == ("And notice?", (Turn("x", "y"),))


def test_search_and_read_lead_to_each_other(assistant: Paced) -> None:
    text, data = use(assistant, "search", words="replacement card", k=1)
    (passage,) = data["passages"]
    assert passage["document"] in text
    assert "secret" not in text + json.dumps(data)
    assert "card costs 3 pounds" in passage["text"]
    for name in (passage["document"], passage["title"], passage["file"]):
        text, found = use(assistant, "read", document=name)
        assert found["document"] == passage["document"]
        assert "card costs 3 pounds" in text
    begin, end = passage["start"], passage["end"]
    _, part = use(
        assistant, "read", document=passage["document"], start=begin, characters=end - begin
    )
    assert part["text"] == passage["text"]


def test_reading_on_reads_all(assistant: Paced) -> None:
    whole = assistant.document(assistant.documents()[0].id)
    assert whole is not None
    read, start, text = "", 0, "read from start=0 "
    while "read from start=" in text:
        assert f"read from start={start} " in text
        text, data = use(assistant, "read", document=whole.id, start=start, characters=11)
        read += data["text"]
        start = data["end"]
    assert read == whole.text


def test_search_without_a_hit_says_so(tmp_path: Path) -> None:
    text, data = use(paced(tmp_path, {}), "search", words="card")
    assert text == "Nothing in the documents is about this."
    assert data == {"passages": []}


def test_parts_of_the_documents(assistant: Paced) -> None:
    _, data = use(assistant, "search", words="days pounds", within=["fees.md"])
    assert {one["file"] for one in data["passages"]} == {"fees.md"}
    _, data = use(assistant, "search", words="days pounds", until="1999-01-01")
    assert data["passages"] == []


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("shell", {}, "'shell'"),
        ("ask", {}, "'question'"),
        ("ask", {"question": 3}, "'question'"),
        ("ask", {"question": None}, "'question'"),
        ("ask", {"question": "x" * 10_001}, "'question'"),
        ("ask", {"question": "x", "path": "/etc"}, "'path'"),
        ("ask", {"question": "x", "k": 0}, "'k'"),
        ("ask", {"question": "x", "within": ["/etc/passwd"]}, "'/etc/passwd'"),
        ("search", {"words": "x", "since": "soon"}, "'since'"),
        ("read", {"document": "/etc/passwd"}, "'/etc/passwd'"),
        ("read", {"document": "../fees.md"}, "'../fees.md'"),
        ("read", {"document": "http://127.0.0.1:1/x"}, "http"),
        ("read", {"document": "fees.md", "page": 1}, "no pages"),
        ("read", {"document": "fees.md", "page": 1, "start": 4}, "not both"),
        ("read", {"document": "fees.md", "start": 10_000}, "nothing from 10,000 on"),
        ("read", {"document": "fees.md", "characters": 10**9}, "'characters'"),
    ],
)
def test_wrong_arguments_get_one_sentence(
    assistant: Paced, name: str, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(RequestError) as error:
        use(assistant, name, **arguments)
    assert said in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_pages_are_found_by_their_words() -> None:
    blocks = (
        Block(BlockKind.PARAGRAPH, 0, 20, page=1, page_runs=(PageRun(0, 20, 1, 0, 20),)),
        Block(
            BlockKind.PARAGRAPH,
            21,
            50,
            page=1,
            page_runs=(PageRun(21, 30, 1, 21, 30), PageRun(31, 50, 2, 0, 19)),
        ),
        Block(BlockKind.TABLE_ROW, 51, 60, page=3),
    )
    made = Document("d", "t", "x" * 60, blocks, "en", "pdf/1", None, pages=4)
    assert page_span(made, 1) == (0, 30)
    assert page_span(made, 2) == (31, 50)
    assert page_span(made, 3) == (51, 60)
    with pytest.raises(RequestError, match="has 4 pages"):
        page_span(made, 4)


def test_every_tool_is_described() -> None:
    for tool in TOOLS:
        schema = tool.schema()
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert len(tool.description) < 300
    assert TOOLS[1].schema()["properties"]["k"]["default"] == PASSAGES  # type: ignore[index]


# ---- the server, in this process ---------------------------------------------------------


def with_client(documents: Documents, work: Callable[[Client], Awaitable[None]]) -> None:
    async def connected() -> None:
        async with Client(server_for(documents, "1.2.3")) as client:
            await work(client)

    anyio.run(connected)


def test_the_client_gets_tools_answers_and_errors(assistant: Paced) -> None:
    async def work(client: Client) -> None:
        assert client.server_info is not None
        assert (client.server_info.name, client.server_info.version) == ("footnote", "1.2.3")
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["ask", "search", "read"]
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        done = await client.call_tool("ask", {"question": QUESTION})
        assert not done.is_error
        assert "28 days" in done.content[0].text
        assert done.structured_content["citations"][0]["number"] == 1
        wrong = await client.call_tool("read", {"document": "/etc/passwd"})
        assert wrong.is_error
        assert wrong.content[0].text.startswith("There is no document '/etc/passwd'")

    with_client(Documents(lambda: assistant), work)


def test_what_fails_names_no_place_and_is_tried_again(assistant: Paced) -> None:
    errors: Iterator[Exception] = iter(
        (
            FootnoteError("The index at /home/ada/x is damaged."),
            StoreError("The index is locked."),
            ZeroDivisionError("in /home/ada"),
        )
    )

    def opening() -> Paced:
        for error in errors:
            raise error
        return assistant

    async def work(client: Client) -> None:
        said = []
        for _ in range(4):
            done = await client.call_tool("search", {"words": "card"})
            said.append((done.is_error, done.content[0].text))
        assert [wrong for wrong, _ in said] == [True, True, True, False]
        assert "ada" not in "".join(text for _, text in said[:3])
        assert said[1][1] == "The index is locked."
        assert said[2][1] == FAILED

    with_client(Documents(opening), work)


def test_a_call_that_is_given_up_ends(assistant: Paced, monkeypatch: pytest.MonkeyPatch) -> None:
    flags: list[Any] = []
    real = assistant.stream

    def noting(*args: Any, **more: Any) -> Iterator[Answer]:
        flags.append(more["stop"])
        return real(*args, **more)

    monkeypatch.setattr(assistant, "stream", noting)
    monkeypatch.setattr(assistant, "step_s", 30.0)

    async def work(client: Client) -> None:
        with anyio.move_on_after(0.5):
            await client.call_tool("ask", {"question": QUESTION})
        until = time.monotonic() + 1.0
        while time.monotonic() < until and not flags[0].is_set():
            await anyio.sleep(0.02)
        assert flags[0].is_set()

    with_client(Documents(lambda: assistant), work)


# ---- the command -------------------------------------------------------------------------


def environment(folder: Path) -> dict[str, str]:
    """A client gives its child few variables; these are what Footnote needs."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "FOOTNOTE_DATA": str(folder / "data"),
        "FOOTNOTE_READER": "evidence",  # no weights to load
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
    }


def child(folder: Path, *arguments: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "ui.command_line", "mcp", *arguments],
        env=environment(folder),
        cwd=str(Path(__file__).parent.parent),
    )


def test_the_real_command_with_the_real_embedder(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, words in FILES.items():
        (docs / name).write_text(words)

    (tmp_path / "sitecustomize.py").write_text(WATCH)
    seen = tmp_path / "seen"
    parameters = child(tmp_path, "--docs", str(docs))
    parameters.env = {**environment(tmp_path), "PYTHONPATH": str(tmp_path), "SEEN": str(seen)}

    async def work() -> None:
        with (tmp_path / "errors").open("w") as errors:
            transport = stdio_client(parameters, errlog=errors)
            async with Client(transport) as client:
                assert len((await client.list_tools()).tools) == 3
                done = await client.call_tool("ask", {"question": QUESTION})
                assert not done.is_error, done.content
                assert "28 days of paid holiday. [1]" in done.content[0].text
                found = await client.call_tool("search", {"words": "replacement card"})
                document = found.structured_content["passages"][0]["document"]
                read = await client.call_tool("read", {"document": document})
                assert "costs 3 pounds" in read.content[0].text
                wrong = await client.call_tool("read", {"document": "/etc/passwd"})
                assert wrong.is_error

    anyio.run(work)
    assert "Traceback" not in (tmp_path / "errors").read_text()
    assert seen.read_text() == "", "it tried to connect"


def test_nothing_but_the_protocol_is_on_standard_output(tmp_path: Path) -> None:
    """Without an index, and with lines that are no requests."""
    call = {"name": "ask", "arguments": {"question": "x"}}
    lines = [
        json.dumps(HELLO),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "this is no JSON",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}),
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "nothing/at/all"}),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "ui.command_line", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        replies: dict[object, dict[str, Any]] = {}
        while not {1, 2, 3} <= replies.keys():
            line = process.stdout.readline()
            assert line, "it ended before it had answered"
            reply = json.loads(line)
            assert reply["jsonrpc"] == "2.0"
            replies[reply.get("id")] = reply
        rest, errors = process.communicate(timeout=60)
    assert rest == ""
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert replies[2]["result"]["isError"] is True
    assert "footnote index DOCS" in replies[2]["result"]["content"][0]["text"]
    assert str(tmp_path) not in json.dumps(replies)
    assert replies[3]["error"]["code"] == -32601


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    """Also while it waits for input, which nothing in the process can interrupt."""
    with subprocess.Popen(
        [sys.executable, "-m", "ui.command_line", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(tmp_path),
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT


def test_wrong_arguments_of_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["mcp", "--docs", str(tmp_path / "nothing")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "There is no file or folder" in err


def test_without_the_package_a_sentence_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    monkeypatch.delitem(sys.modules, "ui.mcp_server", raising=False)
    assert main(["mcp"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "pip install 'mcp>=2,<3'" in err
    assert err.count("\n") == 1
