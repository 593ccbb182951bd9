"""What the command line prints as JSON is what programs get over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import served

from index.embedding import HashingEmbedder
from rag.assistant import Assistant
from rag.settings import Settings
from ui.command_line import main


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that was indexed by the command, with the embedder that needs no weights."""
    monkeypatch.setenv("FOOTNOTE_READER", "evidence")
    monkeypatch.setenv("COLUMNS", "200")
    for module in ("rag.assistant", "ui.commands"):
        monkeypatch.setattr(f"{module}.shared_embedder", lambda _model: HashingEmbedder())
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "fees.md").write_text("# Fees\n\nA replacement card costs 3 pounds.\n")
    (folder / "bees.txt").write_text("Bees dance to show where the flowers are.")
    (folder / "scan.pdf").write_bytes(b"no PDF at all")
    assert main(["index", str(folder)]) == 0
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main(arguments) == 0
    return json.loads(capsys.readouterr().out)


def bare(data: Any) -> Any:
    """The same with file names for paths, and without the times it took."""
    if isinstance(data, dict):
        return {name: bare(value) for name, value in data.items() if name != "timings"}
    if isinstance(data, list):
        return [bare(value) for value in data]
    return Path(data).name if isinstance(data, str) and data.startswith("/") else data


def test_the_same_json_three_times(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = printed(capsys, "ask", "What does a card cost?", "--json")
    search = printed(capsys, "search", "card", "--json")
    documents = printed(capsys, "documents", "--json")
    assert "3 pounds" in ask["text"]
    assert search[0]["document"]["sources"] == [str(docs / "fees.md")]
    with (
        Assistant.open(index="documents", settings=Settings(reader="evidence")) as assistant,
        served(assistant, tmp_path) as here,
        httpx.Client(base_url=here.url, trust_env=False) as client,
    ):
        asked = client.post("/v1/ask", json={"question": "What does a card cost?"})
        assert bare(asked.json()) == bare(ask)
        assert client.post("/v1/search", json={"words": "card"}).json() == bare(search)
        assert client.get("/v1/documents").json() == bare(documents)


def test_documents_are_listed_for_people(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["documents"]) == 0
    out, err = capsys.readouterr()
    (fees,) = [line for line in out.splitlines() if line.startswith("Fees")]
    assert "fees.md" in fees
    assert "1 passage" in fees
    assert "scan.pdf" in err
    assert main(["documents", "--index", "nothing"]) == 1
