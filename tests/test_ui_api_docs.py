"""The examples of docs/programs.md run, and say what they should."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest
from served import Served, served
from ui_assistant import paced

from ui.command_line import build_parser

PAGE = (Path(__file__).parents[1] / "docs" / "programs.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:7860"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("docs")
    files = {"handbook.md": "# Holidays\n\nThere are 28 days of paid holiday a year."}
    with served(paced(folder, files), folder) as running:
        yield running


def test_every_curl_gets_an_answer(here: Served) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if "curl" in line]
    assert len(lines) == 3
    for line in lines:
        _, address, *body = shlex.split(line)
        url = address.replace(ADDRESS, here.url)
        sent = {"json": json.loads(body[1])} if body else {}
        answer = httpx.request("POST" if body else "GET", url, trust_env=False, **sent)
        assert answer.status_code == 200, answer.text
        assert "Holidays" in answer.text


def test_the_client_of_openai_runs(
    here: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet = blocks("python")[0]
    assert ADDRESS in snippet
    monkeypatch.setenv("NO_PROXY", "*")
    assert openai.OpenAI
    exec(snippet.replace(ADDRESS, here.url), {})
    said = capsys.readouterr().out
    assert said.startswith("There are 28 days of paid holiday a year. [1]\n\nSources:")
    assert said.endswith("1 Holidays [] There are 28 days of paid holiday a year.\n")


def test_commands_parse() -> None:
    configured = json.loads(blocks("json")[0])["mcpServers"]["footnote"]
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [shlex.split(line.split("#")[0])[1:] for line in lines if line[:9] == "footnote "]
    assert len(commands) == 2
    for arguments in [*commands, configured["args"]]:
        assert build_parser().parse_args(arguments).command == "mcp"


def test_the_client_of_mcp_compiles() -> None:
    """It runs in test_ui_mcp, against a child process."""
    compile(blocks("python")[1], "programs.md", "exec")
