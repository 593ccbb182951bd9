"""The ``footnote`` command over real indexes: what it prints, its exit codes, and bad input."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from index.catalog import FILE_NAME
from index.embedding import HashingEmbedder
from rag.places import index_folder
from ui.command_line import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "fees.md").write_text("# Fees\n\nA replacement card costs £3.\n\nGuests pay £5.\n")
    (folder / "bees.txt").write_text("Karl von Frisch described the waggle dance in 1927.")
    return folder


@pytest.fixture
def footnote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in this process with the hashing embedder and a data folder of its own."""
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    for module in ("rag.assistant", "ui.commands"):
        monkeypatch.setattr(f"{module}.shared_embedder", lambda _model: HashingEmbedder())

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def failed(result: tuple[int, str, str], code: int, *said: str) -> None:
    """One sentence on standard error, nothing on standard output, the right exit code."""
    got, out, err = result
    lines = [line for line in err.splitlines() if line.startswith("footnote: ")]
    assert got == code, err
    assert out == ""
    assert len(lines) == 1
    assert "Traceback" not in err
    for words in said:
        assert words in lines[0]


def test_index_then_ask(footnote: Run, docs: Path) -> None:
    code, _, err = footnote("index", str(docs))
    assert code == 0
    assert "2 added" in err
    code, out, _ = footnote("ask", "What does a replacement card cost?")
    assert code == 0
    assert "A replacement card costs £3. [1]" in out
    assert "fees.md" in out


def test_ask_json_is_the_answer(footnote: Run, docs: Path) -> None:
    code, out, _ = footnote("ask", "Who described the dance?", "--docs", str(docs), "--json")
    data = json.loads(out)
    assert code == 0
    assert data["schema_version"] == 1
    assert data["citations"][0]["quote"].startswith("Karl von Frisch")


def test_explain_shows_ranks_and_scores(footnote: Run, docs: Path) -> None:
    _, out, _ = footnote("ask", "replacement card", "--docs", str(docs), "--explain")
    assert "dense 1" in out
    assert "lexical 1" in out
    assert "fused 1" in out


def test_search_lists_passages_and_filters(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    _, out, _ = footnote("search", "dance", "--limit", "5")
    assert "1. " in out
    _, out, _ = footnote("search", "dance", "--source", str(docs / "fees.md"), "--json")
    assert {p["document"]["title"] for p in json.loads(out)} == {"Fees"}
    _, out, _ = footnote("search", "dance", "--since", "2999-01-01")
    assert "Nothing in your documents" in out


def test_second_index_changes_nothing_and_notices_what_does(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    (docs / "bees.txt").unlink()
    (docs / "new.txt").write_text("The attic holds a sledge.")
    _, out, _ = footnote("index", "--json")
    report = json.loads(out)
    assert (len(report["added"]), len(report["removed"]), report["unchanged"]) == (1, 1, 1)


def test_show_prints_what_was_extracted(footnote: Run, docs: Path) -> None:
    code, out, _ = footnote("show", str(docs / "fees.md"))
    assert code == 0
    assert "A replacement card costs £3." in out
    _, out, _ = footnote("show", str(docs / "fees.md"), "--blocks")
    assert "[heading] Fees" in out
    footnote("index", str(docs))
    _, out, _ = footnote("show", "fees.md", "--index", "documents")
    assert "Guests pay £5." in out


def test_doctor_says_sound_and_names_damage(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    code, out, _ = footnote("doctor")
    assert (code, out.splitlines()[-1]) == (0, "sound")
    (vectors,) = index_folder("documents").glob("*.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"\xff")
    code, out, _ = footnote("doctor")
    assert code == 1
    assert "does not match its checksum" in out


def test_document_text_cannot_steer_the_terminal(footnote: Run, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.txt").write_text("The [bold]colour[/bold] is \x1b[31mred\x1b[0m \u202efor all.")
    _, out, _ = footnote("ask", "What is the colour?", "--docs", str(folder))
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]colour[/bold]" in out


# ---- bad input ---------------------------------------------------------------------------


def test_a_missing_folder(footnote: Run) -> None:
    failed(footnote("index", "/no/such/folder"), 2, "/no/such/folder", "check the path")
    failed(footnote("ask", "Why?", "--docs", "/no/such/folder"), 2, "/no/such/folder")


def test_an_empty_folder(footnote: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    failed(footnote("index", str(tmp_path / "empty")), 1, "no documents", "PDF, DOCX")
    failed(footnote("ask", "Why?", "--docs", str(tmp_path / "empty")), 1, "nothing to ask")


def test_a_folder_of_unreadable_files(footnote: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.pdf").write_bytes(b"\x89PNG not a pdf")
    result = footnote("index", str(tmp_path / "bad"))
    failed(result, 1, "Nothing could be read")
    assert "x.pdf is not what its name says" in result[2]


def test_an_empty_question(footnote: Run, docs: Path) -> None:
    code, out, _ = footnote("ask", "  ", "--docs", str(docs))
    assert code == 0
    assert "There is no question to answer." in out
    failed(footnote("search", "?!", "--docs", str(docs)), 2, "no words")


def test_a_question_of_a_megabyte(
    footnote: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 1_048_576))
    failed(footnote("ask", "-", "--docs", str(docs)), 2, "1,048,576 characters")


def test_an_index_that_is_not_there(footnote: Run) -> None:
    failed(footnote("ask", "Why?", "--index", "nowhere"), 1, "There is no index at")


def test_an_index_made_by_another_embedder(
    footnote: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footnote("index", str(docs))
    monkeypatch.setattr("rag.assistant.shared_embedder", lambda _model: HashingEmbedder(64))
    result = footnote("ask", "Why?")
    failed(result, 1, "hashing:256:1", "hashing:64:1", "use the same embedder")


def test_a_damaged_catalog_is_named_and_kept(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    catalog = index_folder("documents") / FILE_NAME
    for beside in catalog.parent.glob("catalog.sqlite-*"):
        beside.unlink()
    catalog.write_bytes(b"garbage" * 4096)
    failed(footnote("ask", "Why?"), 1, "is damaged", "nothing was deleted")
    assert catalog.read_bytes() == b"garbage" * 4096


def test_a_damaged_vector_file_changes_no_answer(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    before = footnote("ask", "What does a replacement card cost?", "--json")[1]
    (vectors,) = index_folder("documents").glob("*.faiss")
    vectors.write_bytes(b"\x00" * 99)
    after = footnote("ask", "What does a replacement card cost?", "--json")[1]
    assert json.loads(before)["citations"] == json.loads(after)["citations"]


def test_a_busy_port(footnote: Run, docs: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed(footnote("chat", "--docs", str(docs), "--port", port), 1, port, "--port")


def test_a_second_writer(footnote: Run, docs: Path) -> None:
    footnote("index", str(docs))
    with FileLock(index_folder("documents") / "writer.lock"):
        failed(footnote("index", str(docs)), 1, "Another process is writing", "try again")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "x", "--limit", "0"], "--limit is 0"),
        (["search", "x", "--since", "June"], "such as 2024-06-30"),
        (["ask", "x", "--index", "?"], "no name for an index"),
        (["show", "no-such-document"], "no document"),
        (["eval", "/no/such/set"], "/no/such/set"),
    ],
)
def test_misuse(footnote: Run, docs: Path, arguments: list[str], said: str) -> None:
    footnote("index", str(docs))
    failed(footnote(*arguments), 2, said)


def test_misspelt_commands_end_with_two(footnote: Run) -> None:
    with pytest.raises(SystemExit) as ended:
        footnote("aks", "x")
    assert ended.value.code == 2


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from ui.command_line import build_parser; build_parser().format_help();"
        "heavy = {'torch', 'numpy', 'faiss', 'gradio', 'rich', 'sqlite3'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
