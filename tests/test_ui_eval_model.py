"""``footnote eval`` with a language model over loopback: one that dies, one that talks nonsense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run
from model_servers import Played, events, http

from rag.assistant import Assistant, shared_model
from rag.backends.server_model import ServerModel

FEES = "# Fees\n\nA replacement card costs £3.\n\nGuests pay £5 for a day at the pool of Lindow.\n"
DIES = events('{"choices": [{"delta": {"content": "The "}}]}', length=5000)
END = '{"choices": [{"delta": {}, "finish_reason": "stop"}]}'


def says(words: str) -> bytes:
    return events(json.dumps({"choices": [{"delta": {"content": words}}]}), END)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fees.md").write_text(FEES)
    file = tmp_path / "q.csv"
    file.write_text(
        "question,answer,source\n"
        "What does a replacement card cost?,£3,docs/fees.md\n"
        "What do guests pay for a day at the pool?,£5,docs/fees.md\n"
    )
    return file


def test_a_dead_model_has_no_result(footnote: Run, questions: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with Played(DIES) as server:
        code, out, err = footnote(
            "eval", str(questions), "--json", "--model", server.url, "--html", str(page)
        )
    assert code == 1
    assert out == ""
    assert not page.exists()
    (line,) = [line for line in err.splitlines() if line.startswith("footnote: ")]
    assert "The language model m answered none of the 2 questions" in line
    assert "2 × The language model server at" in line
    assert "m did not answer the first question: The language model server at" in err
    assert not list((tmp_path / "footnote-data" / "eval" / "runs").glob("*"))


def test_what_fell_back_is_counted(footnote: Run, questions: Path) -> None:
    good = says("A replacement card costs £3. [1]")
    with Played(good, good, DIES) as server:  # the first is to warm up
        code, out, err = footnote("eval", str(questions), "--json", "--model", server.url)
    assert code == 0, err
    data = json.loads(out)
    assert data["model"] == "m"
    assert (data["language_model"]["answered"], data["language_model"]["fell_back"]) == (1, 1)
    assert [row["use"] for row in data["outcomes"]] == ["answered", "fell back"]
    assert "broke off" in data["outcomes"][1]["fell_back"]
    assert "m answered 1 of 2 questions" in err
    code, out, _ = footnote("eval", str(questions), "--json", "--model", "built-in")
    assert code == 0
    assert json.loads(out)["language_model"] is None


def test_a_search_without_answers_waits_for_no_model(
    footnote: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": "d1", "title": "", "text": FEES}))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "pool of Lindow"}))
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t1\n")
    code, _, err = footnote("eval", str(folder), "--model", "built-in")
    assert code == 2
    assert "--model works for sets" in err
    monkeypatch.setenv("FOOTNOTE_MODEL", "http://127.0.0.1:9/v1")
    assert footnote("eval", str(folder))[0] == 0


def test_no_threshold_is_fitted_to_a_language_model(
    footnote: Run, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_MODEL", "http://127.0.0.1:9/v1")
    code, _, err = footnote("calibrate", str(questions))
    assert code == 2
    assert "states no confidence" in err


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says("Sure! Here are questions."), "wrote no question that holds up"),
        (http(b"{}", status="500 Oh"), "made by rules instead: The language model server"),
    ],
)
def test_rules_propose_where_a_model_does_not(
    footnote: Run, questions: Path, answer: bytes, why: str
) -> None:
    docs = str(questions.parent / "docs")
    with Played(answer) as server:
        code, _, err = footnote(
            "eval", "new", docs, "--yes", "--name", "own", "--model", server.url
        )
    assert code == 0, err
    assert why in err
    assert "kept in" in err


def test_rules_make_up_what_a_model_left_out(footnote: Run, questions: Path) -> None:
    docs = questions.parent / "docs"
    row = {"question": "What does a replacement card cost?", "answer": "£3"}
    with Played(says(json.dumps([row]))) as server:
        code, _, err = footnote(
            "eval", "new", str(docs), "--yes", "--name", "own", "--model", server.url
        )
    assert code == 0, err
    assert "wrote only 1 question" in err
    kept = questions.parent / "footnote-data" / "eval" / "sets" / "own" / "questions.jsonl"
    made = [json.loads(line) for line in kept.read_text().splitlines()]
    answered = [one for one in made if one["answers"]]
    assert answered[0]["question"] == row["question"]
    assert len({one["evidence"][0]["quote"] for one in answered}) == len(answered) > 1


def test_a_stopped_run_does_not_go_on_with_another_model(
    footnote: Run, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = Assistant.ask, list[str]()

    def stopping(self: Assistant, question: str, history: object = (), **more: object) -> object:
        asked.append(question)
        if len(asked) == 3:  # the first is to warm up
            raise KeyboardInterrupt
        return ask(self, question)

    good = says("A replacement card costs £3. [1]")
    with Played(good) as server:
        named = ("eval", str(questions), "--model", server.url)
        monkeypatch.setattr(Assistant, "ask", stopping)
        assert footnote(*named)[0] == 130
        monkeypatch.setattr(Assistant, "ask", ask)
        for model in ("built-in", server.url.replace("#m", "#m2")):
            _, _, err = footnote(*named[:-1], model)
            assert "questions are answered" not in err
        # the same address, where another model is served now
        connect = ServerModel.connect

        def newer(address: str, *, key: str, remote: bool) -> ServerModel:
            model = connect(address, key=key, remote=remote)
            model.name = "newer"
            return model

        shared_model.cache_clear()
        monkeypatch.setattr(ServerModel, "connect", newer)
        assert "questions are answered" not in footnote(*named)[2]
        shared_model.cache_clear()
        monkeypatch.setattr(ServerModel, "connect", connect)
        assert "1 of 2 questions are answered" in footnote(*named)[2]
