"""The README's Python runs, and the commands it names exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

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
