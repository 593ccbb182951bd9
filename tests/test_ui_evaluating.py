"""``footnote eval`` and ``footnote calibrate`` over real indexes: sets, reports, targets, slips."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Run

from eval.datasets import Evidence, Question, QuestionType
from eval.mine import keep_my_question
from ui.calibrating import write_threshold
from ui.proposing import keep_or_drop

FEES = "# Fees\n\nA replacement card costs £3.\n\nGuests pay £5 for a day at the pool of Lindow.\n"
BEES = "Karl von Frisch described the waggle dance of the honey bees in 1927."


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "fees.md").write_text(FEES)
    (folder / "bees.txt").write_text(BEES)
    return folder


@pytest.fixture
def questions(docs: Path) -> Path:
    file = docs.parent / "q.csv"
    file.write_text(
        "question,answer,source\n"
        "What does a replacement card cost?,£3,docs/fees.md\n"
        "When was the waggle dance described?,1927,docs/bees.txt\n"
        "Who is the mayor of Zurich?,,\n"
    )
    return file


def failed(result: tuple[int, str, str], code: int, *named: str) -> None:
    assert result[0] == code, result
    lines = [line for line in result[2].splitlines() if line.startswith("footnote: ")]
    assert len(lines) == 1
    assert "Traceback" not in result[2]
    for words in named:
        assert words in lines[0]


def test_a_csv_is_asked_reported_and_compared(
    footnote: Run, questions: Path, tmp_path: Path
) -> None:
    code, out, _ = footnote("eval", str(questions), "--json")
    assert code == 0
    data = json.loads(out)
    assert data["overall"]["questions"] == 3
    assert [row["question"]["id"] for row in data["outcomes"]] == ["line-2", "line-3", "line-4"]
    assert data["outcomes"][0]["correct"]
    old, page = tmp_path / "old.json", tmp_path / "page.html"
    old.write_text(out)
    code, out, err = footnote(
        "eval", str(questions), "--compare", str(old), "--html", str(page), "--failures", "3"
    )
    assert code == 0
    assert "on 3 shared questions" in out
    assert "The report is in" in err
    assert page.read_text().startswith("<!doctype html>")
    assert not list(
        (tmp_path / "footnote-data" / "eval" / "runs").glob("*")
    )  # nothing is left half done


def test_a_table_to_paste_says_when_evidence_is_nowhere(footnote: Run, docs: Path) -> None:
    file = docs.parent / "q.jsonl"
    row = {"question": "What does a card cost?", "answer": "£3", "source": "docs/fees.md"}
    file.write_text(json.dumps({**row, "quote": "A card costs £9."}))
    failed(footnote("eval", str(file)), 2, "q.jsonl, line 1 holds the quote 'A card costs £9.'")
    code, out, err = footnote("eval", str(file), "--markdown", "--lenient")
    assert code == 0
    assert "| number | 1 |" in out or "| fact | 1 |" in out
    assert "Gold quotes that no document holds: 1, the first" in err
    assert "q.jsonl, line 1, line-1: A card costs £9." in err


def test_targets_decide_the_exit_code(footnote: Run, questions: Path) -> None:
    assert footnote("eval", str(questions), "--fail-under", "answer_accuracy=0.1")[0] == 0
    result = footnote("eval", str(questions), "--limit", "1", "--fail-under", "refusal_recall=1")
    failed(result, 1, "falls short: refusal_recall could not be measured")


def test_a_stopped_run_goes_on(
    footnote: Run, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.assistant import Assistant

    ask, asked = Assistant.ask, list[str]()

    def stopping(
        self: Assistant, question: str, history: Sequence[object] = (), **more: object
    ) -> object:
        asked.append(question)
        if len(asked) == 3:  # the first is to warm up
            raise KeyboardInterrupt
        return ask(self, question)

    monkeypatch.setattr(Assistant, "ask", stopping)
    assert footnote("eval", str(questions))[0] == 130
    code, out, err = footnote("eval", str(questions), "--json")
    assert code == 0
    assert "1 of 3 questions are answered" in err
    assert asked[3:] == [  # to warm up, then what was left
        "What does a replacement card cost?",
        "When was the waggle dance described?",
        "Who is the mayor of Zurich?",
    ]
    assert len(json.loads(out)["outcomes"]) == 3


def test_corrections_are_asked_of_the_index(footnote: Run, docs: Path, tmp_path: Path) -> None:
    failed(footnote("eval", "mine"), 2, "corrected no answers yet")
    footnote("index", str(docs))
    evidence = (Evidence(str(docs / "fees.md"), "A replacement card costs £3."),)
    words = "What does a replacement card cost?"
    keep_my_question(
        tmp_path / "footnote-data",
        Question("", words, QuestionType.NUMBER, ("£3",), evidence, "dev"),
    )
    code, out, err = footnote("eval", "mine", "--json")
    assert code == 0, err
    (row,) = json.loads(out)["outcomes"]
    assert row["correct"]
    assert row["evidence_found"] == 1


def test_a_new_set_is_made_and_asked(footnote: Run, docs: Path, tmp_path: Path) -> None:
    failed(footnote("eval", "new"), 2, "No documents were named")
    failed(footnote("eval", "new", str(docs)), 2, "add --yes")
    failed(footnote("eval", "new", str(docs), "--yes", "--name", "samples"), 2, "cannot be called")
    code, _, err = footnote("eval", "new", str(docs), "--yes", "--name", "own")
    assert code == 0
    assert "kept in" in err
    code, out, _ = footnote("eval", "own", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["unlocated"] == []
    held = [row["question"] for row in data["outcomes"] if row["question"]["without"]]
    assert held
    assert all(row["answers"] == [] for row in held)
    failed(footnote("eval", "new", str(docs), "--yes", "--name", "own"), 2, "own already")
    failed(footnote("calibrate", "own"), 2, "states no confidence")


def test_questions_are_kept_dropped_and_edited() -> None:
    proposed = [
        Question(f"q{n}", f"Q{n}?", QuestionType.FACT, ("x",), (Evidence("a", "x"),), "dev")
        for n in range(5)
    ]
    replies = iter(["k", "d", "?", "e", "How  so?", "", "q"])
    kept = keep_or_drop(proposed, lambda _: next(replies))
    assert [(q.id, q.question) for q in kept] == [("q0", "Q0?"), ("q2", "How so?")]
    assert kept[1].answers == ("x",)

    def ends(_: str) -> str:
        raise EOFError

    assert keep_or_drop(proposed, ends) == []


def test_an_edited_question_gets_the_answer_that_goes_with_it() -> None:
    quote = "The van was painted blue in 1962."
    van = Question("v", "When?", QuestionType.DATE, ("1962",), (Evidence("van.txt", quote),), "dev")
    replies = iter(["e", "What colour?", "red", "blue", "e", "Who paints?", "q"])
    none = Question("n", "Who?", QuestionType.UNANSWERABLE, (), (), "dev")
    asked: list[str] = []

    def ask(words: str) -> str:
        asked.append(words)
        return next(replies)

    first, second = keep_or_drop([van, none], ask)
    assert (first.question, first.answers, first.type) == (
        "What colour?",
        ("blue",),
        QuestionType.FACT,
    )
    assert "1962" in asked[2]
    assert len([words for words in asked if words.startswith("answer")]) == 2  # red is not quoted
    assert (second.question, second.answers) == ("Who paints?", ())


def test_a_beir_folder_is_searched(footnote: Run, tmp_path: Path) -> None:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": "d/1", "title": "Fees", "text": FEES}, {"_id": "d/2", "text": BEES}]
    queries = [{"_id": "q1", "text": "waggle dance of bees"}]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(lines)
    (folder / "qrels" / "test.tsv").write_text("q1\td/2\t1\n")
    code, out, _ = footnote("eval", str(folder), "--json")
    assert code == 0
    data = json.loads(out)
    assert (data["queries"], data["documents"], data["ndcg_at_10"]) == (1, 2, 1)
    assert data["recall"]["5"] == 1
    failed(footnote("eval", str(folder), "--html", "x.html"), 2, "--html works for sets")
    failed(footnote("eval", str(folder), "--split", "dev"), 2, "could not be read")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["eval", "samples", "docs"], "stands after the set samples"),
        (["eval", "--compare", "/no/such.json"], "could not be read"),
        (["eval", "--html", "/no/such/folder/x.html"], "in a folder that is there"),
        (["eval", "--fail-under", "speed=1"], "which is no figure"),
        (["eval", "--limit", "0"], "--limit is 0"),
        (["eval", "--closed-book"], "samples is none: name one"),
        (["eval", "--json", "--markdown"], "two ways to print the same"),
        (["eval", "citations", "--markdown"], "--markdown works for sets"),
        (["eval", "citations", "--model", "built-in"], "--model works for sets"),
        (["eval", "new", "/no/such/docs"], "There is no file or folder"),
        (["calibrate", "samples", "--wrong-at-most", "2"], "--wrong-at-most is 2"),
        (["calibrate", "nothing"], "There is no question set"),
    ],
)
def test_misuse_is_said_before_anything_is_asked(
    footnote: Run, arguments: list[str], named: str
) -> None:
    failed(footnote(*arguments), 2, named)


def test_the_threshold_is_written_and_nothing_else_changed(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    write_threshold(file, 0.25)
    assert file.read_text() == "threshold = 0.250\n"
    file.write_text("# mine\nport = 8000\nthreshold = 0.1 # low\nhost = '127.0.0.1'\n")
    write_threshold(file, 0.4)
    assert file.read_text() == "# mine\nport = 8000\nthreshold = 0.400\nhost = '127.0.0.1'\n"
