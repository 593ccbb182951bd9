"""The ``footnote`` command over real indexes: what it prints, its exit codes, and bad input."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Run
from filelock import FileLock
from model_servers import free_port

from index.catalog import FILE_NAME
from index.embedding import HashingEmbedder
from index.index import Index
from index.types import Chunk, DocumentInfo
from rag.assistant import Assistant, assemble
from rag.places import index_folder
from rag.settings import Settings
from rag.types import Answer, AnswerKind, Parts, Passage, Sentence
from ui.commands import _warm_up
from ui.printing import print_answer


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "fees.md").write_text("# Fees\n\nA replacement card costs £3.\n\nGuests pay £5.\n")
    (folder / "bees.txt").write_text("Karl von Frisch described the waggle dance in 1927.")
    return folder


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
    assert "finds all of the nearest" in out
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
    failed(footnote("index", str(tmp_path / "empty")), 1, "no documents", "PDF, Word")
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


def test_the_page_starts_though_the_model_server_is_down(
    footnote: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[str, bool]] = []

    def serve(assistant: Assistant, *_: object, **__: object) -> None:
        served.append((assistant.settings.model, assistant.model is None))

    monkeypatch.setattr("ui.web.serve", serve)
    with socket.socket() as free:  # bound and not listening: nothing answers there
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        monkeypatch.setenv("FOOTNOTE_MODEL", address)
        code, _, err = footnote("chat", "--docs", str(docs), "--port", str(free_port()))
        failed(footnote("ask", "What does a card cost?", "--docs", str(docs)), 1, address)
    assert (code, served) == (0, [("built-in", True)])
    assert address in err
    assert "The page starts without it" in err
    # one that can never answer is still refused
    monkeypatch.setenv("FOOTNOTE_MODEL", str(docs / "nothing"))
    failed(footnote("chat", "--docs", str(docs), "--port", str(free_port())), 1, "nothing")
    assert len(served) == 1


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


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", ""],
        ["ask", "x", "--docs", ""],
        ["ask", "x", "--source", ""],
        ["ask", "x", "--folder", ""],
        ["ask", "x", "--index", ""],
        ["forget", ""],
        ["show", ""],
        ["eval", ""],
        ["--settings", "", "doctor"],
        ["ask", "x", "--docs", "~nosuchuser/x"],
        ["ask", "x", "--index", "~nosuchuser/x"],
    ],
)
def test_empty_and_homeless_paths(footnote: Run, docs: Path, arguments: list[str]) -> None:
    footnote("index", str(docs))
    failed(footnote(*arguments), 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["index", "n" * 300], 2),
        (["ask", "x", "--docs", "n" * 300], 2),
        (["ask", "x", "--source", "n" * 300], 2),
        (["show", "n" * 300], 2),
        (["forget", "n" * 300], 2),
        (["ask", "x", "--index", "./" + "n" * 300], 1),
        (["--settings", "n" * 300, "doctor"], 2),
    ],
)
def test_names_longer_than_any_file_has(
    footnote: Run, docs: Path, arguments: list[str], code: int
) -> None:
    footnote("index", str(docs))
    failed(footnote(*arguments), code)


def test_a_current_folder_that_is_gone(
    footnote: Run, tmp_path: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footnote("index", str(docs))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    failed(footnote("ask", "x", "--source", "fees.md"), 1, "current folder")
    code, out, _ = footnote("ask", "What does a replacement card cost?")
    assert (code, "£3" in out) == (0, True)
    monkeypatch.chdir(tmp_path)


def test_what_the_disk_refuses_is_one_sentence(
    footnote: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device", "/a/[/x]\nfile")

    monkeypatch.setattr("ui.commands.run", full)
    failed(footnote("index", str(docs)), 1, "/a/[/x] file cannot be used: No space left")


# ---- filters, forgetting, printing -------------------------------------------------------


def titles(output: str) -> set[str]:
    return {passage["document"]["title"] for passage in json.loads(output)}


def test_filters_take_names_and_paths(
    footnote: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "old").mkdir()
    (docs / "old" / "fees.md").write_text("# Old fees\n\nA replacement card cost £2.\n")
    footnote("index", str(docs))

    def found(*scope: str) -> set[str]:
        return titles(footnote("search", "replacement card dance", "--json", *scope)[1])

    assert found("--source", "bees.txt") == {"bees"}
    assert found("--source", "fees.md") == {"Fees", "Old fees"}
    assert found("--source", str(docs / "fees.md")) == {"Fees"}
    assert found("--source", "Old fees") == {"Old fees"}
    assert found("--folder", "old") == {"Old fees"}
    assert found("--folder", str(docs)) == {"Fees", "Old fees", "bees"}
    monkeypatch.chdir(docs)
    assert found("--source", "fees.md") == {"Fees"}  # the path itself comes first
    assert found("--folder", "./old") == {"Old fees"}
    failed(footnote("ask", "x", "--source", "nope.md"), 2, "no document 'nope.md'")
    failed(footnote("ask", "x", "--folder", "nope"), 2, "in a folder 'nope'", "indexed are")
    above = docs.parent.name
    failed(footnote("ask", "x", "--folder", above), 2, repr(above))


def test_a_filter_on_a_file_that_could_not_be_read_says_why(footnote: Run, docs: Path) -> None:
    (docs / "x.pdf").write_bytes(b"\x89PNG not a pdf")
    footnote("index", str(docs))
    failed(footnote("ask", "x", "--source", "x.pdf"), 2, "x.pdf is not what its name says")


@pytest.mark.parametrize("day", ["2001-02-03", "20010203", "2001-W05-6"])
def test_all_spellings_of_a_day_are_one(footnote: Run, docs: Path, day: str) -> None:
    at = datetime(2001, 2, 3, 12, tzinfo=UTC).timestamp()
    os.utime(docs / "fees.md", (at, at))
    footnote("index", str(docs))
    found = titles(footnote("search", "card dance", "--until", day, "--json")[1])
    assert found == {"Fees"}
    assert titles(footnote("search", "card dance", "--since", day, "--json")[1]) == {"Fees", "bees"}


def test_unsupported_files_given_by_name_are_named(footnote: Run, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "notes.mov").write_bytes(b"PK")
    result = footnote("index", str(odd / "notes.mov"))
    failed(result, 1, "There are no documents", "PDF, Word")
    assert "notes.mov is of a kind that is not supported" in result[2]
    result = footnote("index", str(odd))
    assert "1 file of a kind that is not supported: .mov 1" in result[2]
    (odd / "b.mov").write_bytes(b"PK")
    (odd / "c.doc").write_bytes(b"PK")
    told = footnote("index", str(odd))[2]
    assert "3 files of kinds that are not supported: .mov 2, .doc 1" in told
    assert ".doc: save it as .docx" in told
    assert "footnote doctor lists them" in told
    assert (
        "c.doc is of a kind that is not supported (.doc: save it as .docx)" in footnote("doctor")[1]
    )


def test_one_is_one(footnote: Run, docs: Path) -> None:
    (docs / "bees.txt").unlink()
    assert "holds 1 document in 1 passage." in footnote("index", str(docs))[2]
    assert "1 in 1 passage\n" in footnote("doctor")[1]


def test_forget_takes_out_what_was_indexed(footnote: Run, docs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The attic holds a sledge.")
    footnote("index", str(docs), str(other))
    failed(footnote("forget", str(docs / "fees.md")), 2, "fees.md", "indexed are", str(docs.name))
    failed(footnote("forget", str(other), "/nowhere"), 2, "/nowhere")  # all or nothing
    assert "sledge" in footnote("ask", "What does the attic hold?")[1]
    other.unlink()
    code, out, err = footnote("forget", str(other))
    assert (code, out) == (0, "")
    assert "1 document went; the index now holds 2 documents." in err
    assert "sledge" not in footnote("ask", "What does the attic hold?")[1]
    assert "2 documents went; the index now holds 0 documents." in footnote("forget", str(docs))[2]
    assert (docs / "fees.md").is_file()
    failed(footnote("forget", str(docs)), 2, "no files or folders have been indexed")


def test_forget_deletes_the_copy_of_an_upload(footnote: Run, docs: Path, tmp_path: Path) -> None:
    footnote("index", str(docs))
    (tmp_path / "sent.txt").write_text("The cellar holds a kayak.")
    with assemble(index_folder("documents"), Settings(reader="evidence"), create=False) as chat:
        chat.add_files([tmp_path / "sent.txt"])
    copies = list(index_folder("documents").rglob("sent.txt"))
    assert len(copies) == 1
    assert "kayak" in footnote("ask", "What does the cellar hold?")[1]
    assert "1 document went" in footnote("forget", "sent.txt")[2]
    assert not copies[0].exists()
    assert (tmp_path / "sent.txt").exists()


def test_index_says_which_folders_are_missing(footnote: Run, docs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("The attic holds a sledge.")
    footnote("index", str(docs), str(other))
    docs.rename(tmp_path / "away")
    code, _, err = footnote("index")
    assert code == 0
    assert f"{docs} is not there now" in err


def test_samples_until_there_is_something_of_ones_own(
    footnote: Run, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = SimpleNamespace(documents=tmp_path / "samples")
    samples.documents.mkdir()
    (samples.documents / "s.txt").write_text("The sample parrot is called Otto.")
    monkeypatch.setattr("ui.opening.load_set", lambda _name: samples)
    assert "Otto" in footnote("ask", "What is the sample parrot called?")[1]
    Index.open(index_folder("documents"), HashingEmbedder()).close()  # an upload that failed
    _, out, err = footnote("ask", "What is the sample parrot called?")
    assert "Otto" in out
    assert "sample documents" in err
    footnote("index", str(docs))
    assert "Otto" not in footnote("ask", "What is the sample parrot called?")[1]


def test_off_loopback_is_refused_before_anything_is_opened(
    footnote: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ui.web.listen", "ui.commands.open_assistant"):
        monkeypatch.setattr(name, lambda *_: pytest.fail("the door was opened"))
    monkeypatch.delenv("FOOTNOTE_PASSWORD", raising=False)
    failed(footnote("chat", "--host", "0.0.0.0"), 2, "FOOTNOTE_PASSWORD")


def test_warming_up_never_shows_a_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def ask(self, question: str) -> None:
            raise RuntimeError(f"no weights for {question}")

    _warm_up(Broken())  # type: ignore[arg-type]
    assert "no weights" in caplog.text
    assert "Traceback" not in caplog.text


def test_brackets_in_paths_are_no_markup(
    footnote: Run, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "[" / "x]" / "i"
    monkeypatch.chdir(tmp_path)
    assert footnote("index", str(docs), "--index", str(place))[0] == 0
    code, out, _ = footnote("doctor", "--index", "./[/x]/i")
    assert code == 0
    assert "[/x]/i" in out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_any_encoding_of_the_terminal(docs: Path, encoding: str, form: list[str]) -> None:
    """In a process of its own, with bytes for input that are no text."""
    (docs / "cat.txt").write_text("The cat 猫 costs £3 – per day.")
    script = (
        "import sys, rag.assistant, ui.commands; from index.embedding import HashingEmbedder;"
        "rag.assistant.shared_embedder = ui.commands.shared_embedder = lambda _: HashingEmbedder();"
        "from ui.command_line import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "ask", "-", "--docs", str(docs), *form],
        input="What does the cat 猫 cost?".encode() + b" \xff",
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding, "FOOTNOTE_READER": "evidence"},
    )
    assert done.returncode == 0, done.stderr.decode(encoding)
    words = done.stdout.decode(encoding)
    if form:
        assert "The cat 猫 costs £3 – per day." in json.loads(words)["text"]
    else:
        assert "The cat \\u732b costs" in words


def test_disagreement_and_confidence_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    info = DocumentInfo("d", ("/x/[b]policy[/b].md",), "Policy [1]", "en", "2025-03-01", None, 1)
    passage = Passage(Chunk("c", "d", 0, 2, "It", (), (), ""), info, 1.0, Parts())
    answer = Answer("q", "q", AnswerKind.EXTRACTIVE, confidence=0.72, conflicts=(passage,))
    print_answer(answer)
    said = capsys.readouterr().out
    assert "These documents disagree:\n    Policy [1], 1 March 2025  /x/[b]policy[/b].md" in said
    assert "likely right (72%), 0.00 s" in said


@pytest.mark.parametrize(("count", "lines"), [(4, 1), (5, 5)])
def test_a_list_of_many_sentences_stands_one_a_line(
    capsys: pytest.CaptureFixture[str], count: int, lines: int
) -> None:
    sentences = tuple(Sentence(f"Item {number}.", ()) for number in range(count))
    print_answer(
        Answer("q", "q", AnswerKind.EXTRACTIVE, sentences=sentences, notes=("5 of 5 checked.",))
    )
    said = capsys.readouterr().out
    assert sum("Item" in line for line in said.splitlines()) == lines
    assert "5 of 5 checked." in said


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
