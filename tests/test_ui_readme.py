"""The README's Python runs, and the commands, targets and pictures it names exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from index.embedding import HashingEmbedder
from index.index import Index
from rag.places import index_folder
from ui.command_line import build_parser

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.S)


def test_python_snippets_compile_and_import_what_exists() -> None:
    snippets = blocks("python")
    assert snippets
    for snippet in snippets:
        for line in snippet.splitlines():
            if line.startswith(("from ", "import ")):
                exec(line, {})
        compile(snippet, "README", "exec")


def test_the_first_python_snippet_runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For real, but with the embedder and the reader that need no weights."""
    monkeypatch.setenv("FOOTNOTE_READER", "evidence")
    monkeypatch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts").mkdir()
    lease = "# Lease\n\nThe lease ends on 31 May 2027.\n\nThe landlord is Ada Byron.\n"
    (tmp_path / "contracts" / "lease.md").write_text(lease)
    documents = [tmp_path / "contracts"]
    with Index.open(index_folder("documents"), HashingEmbedder()) as index:
        index.sync(documents)
    names: dict[str, object] = {}
    exec(blocks("python")[0], names)
    said = capsys.readouterr().out
    assert said.startswith("The lease ends on 31 May 2027. [1]\n1 Lease () ")
    assert "landlord" in str(getattr(names["first"], "text", ""))
    assert getattr(names["then"], "question", "") == "When did he sign?"


def test_every_footnote_command_parses() -> None:
    commands = [
        shlex.split(line.split("#")[0])[1:]
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("footnote ")
    ]
    assert len(commands) >= 5
    for arguments in commands:
        try:
            build_parser().parse_args(arguments)
        except SystemExit:
            pytest.fail(f"README: footnote {shlex.join(arguments)} does not parse")


def test_every_make_target_exists() -> None:
    makefile = (README.parent / "Makefile").read_text("utf-8")
    named = set(re.findall(r"\bmake (\w+)", README.read_text("utf-8")))
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_pictures_exist() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text("utf-8")):
        assert (README.parent / name).is_file(), name
