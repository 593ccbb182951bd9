"""A set of one's own beside one's own documents: found, never asked itself, refused when false."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from rag.assistant import Assistant

LEASE = "# Lease\n\nThe rent is £950 a month.\n\nThe deposit of the flat is £500.\n"


def write(file: Path, *rows: str, head: str = "question,answer,source") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([head, *rows]) + "\n")
    return file


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "old").mkdir(parents=True)
    (folder / "lease.md").write_text(LEASE)
    (folder / "old" / "boat.md").write_text("The boat is moored in Lindow.\n")
    return folder


def refused(result: tuple[int, str, str], *named: str) -> None:
    code, out, err = result
    assert code == 2, result
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("footnote: ")]
    for words in named:
        assert words in line


def test_sources_are_looked_for_among_the_documents_named(
    footnote: Run, docs: Path, tmp_path: Path
) -> None:
    rent, boat = "How much is the rent?,£950,lease.md", "Where is the boat?,Lindow,old/boat.md"
    file = write(tmp_path / "sets" / "a.csv", rent, boat)
    code, out, err = footnote("eval", str(file), "--docs", str(docs), "--json")
    assert code == 0, err
    data = json.loads(out)
    assert data["unlocated"] == []
    assert [row["evidence_found"] for row in data["outcomes"]] == [1, 1]
    refused(footnote("eval", str(file)), "line 2 holds the source 'lease.md'", "--docs")
    # a file that lies beside the set but is not asked is no source
    (file.parent / "key.md").write_text("The key is red.\n")
    write(file, rent, "Which key?,red,key.md")
    where = ("eval", str(file), "--docs", str(docs))
    refused(footnote(*where), f"line 3 holds the source 'key.md', which is not in {docs}")
    (docs / "old" / "lease.md").write_text(LEASE)  # the same once more: either will do
    write(file, rent)
    assert footnote(*where)[0] == 0
    (docs / "old" / "lease.md").write_text("The rent was £850 a month.\n")
    refused(footnote(*where), "line 2", "which names", "write more of the path")
    write(file, rent.replace("lease.md", "docs/lease.md"))
    assert footnote(*where)[0] == 0


def test_sources_are_looked_for_in_the_index_named(
    footnote: Run, docs: Path, tmp_path: Path
) -> None:
    footnote("index", str(docs), "--index", "flat")
    file = write(tmp_path / "a.csv", "How much is the rent?,£950,lease.md")
    assert footnote("eval", str(file), "--index", "flat")[0] == 0
    write(file, "How much is the rent?,£950,leese.md")
    refused(footnote("eval", str(file), "--index", "flat"), "a.csv, line 2 holds the source 'leese")


@pytest.mark.parametrize("copied", [False, True])
def test_the_set_is_never_among_what_is_asked(
    footnote: Run, docs: Path, tmp_path: Path, copied: bool
) -> None:
    cats = "How many cats?,blue elephants,lease.md"
    inside = write(docs / "a.csv", cats)
    file = write(tmp_path / "a-copy.csv", cats) if copied else inside
    code, out, err = footnote("eval", str(file), "--docs", str(docs), "--json")
    assert code == 0, err
    (row,) = json.loads(out)["outcomes"]
    assert not row["correct"]
    assert "elephants" not in json.dumps(row["answer"])
    assert "a.csv holds the questions, so it is not among" in err
    assert inside.exists()
    footnote("index", str(docs), "--index", "flat")
    (file.parent / "documents").mkdir()  # what the set would bring along is not what is asked
    named = ("eval", str(file), "--index", "flat")
    refused(footnote(*named), "The index holds the question set itself", "--docs")
    code, _, err = footnote("eval", str(file), "--docs", str(inside))
    assert code == 2
    write(docs / "a.csv", "Who?,,")
    code, _, err = footnote("eval", str(inside), "--docs", str(inside))
    assert code == 1
    assert "nothing to ask but the question set itself" in err


def test_gold_that_stands_nowhere_is_refused_unless_it_is_let_pass(
    footnote: Run, docs: Path, tmp_path: Path
) -> None:
    head = "question,answer,source,quote"
    good = "How much is the rent?,£950,lease.md,The rent is £950 a month."
    false = "How much is the rent now?,£999,lease.md,rent is £999"
    file = write(tmp_path / "a.csv", good, false, head=head)
    where = (str(file), "--docs", str(docs))
    named = ("a.csv, line 3 holds the quote 'rent is £999'", "perhaps 'The rent is £950", "lenient")
    refused(footnote("eval", *where), *named)
    refused(footnote("calibrate", *where), *named)
    code, out, _ = footnote("eval", *where, "--lenient", "--json")
    assert code == 0
    data = json.loads(out)
    assert data["unlocated"] == ["a.csv, line 3, line-3: rent is £999"]
    assert data["outcomes"][1]["stage"] == "not extracted"


def test_a_run_of_another_set_is_refused_before_anything_is_asked(
    footnote: Run, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rent = "How much is the rent?,£950,lease.md"
    first = write(tmp_path / "a.csv", rent)
    old = tmp_path / "old.json"
    old.write_text(footnote("eval", str(first), "--docs", str(docs), "--json")[1])
    more = write(tmp_path / "b.csv", rent, "How much is the deposit?,£500,lease.md")
    arguments = ("--docs", str(docs), "--compare", str(old))
    code, out, _ = footnote("eval", str(more), *arguments)
    assert code == 0
    assert "The earlier run: a, " in out
    assert "this is another set" in out
    other = write(tmp_path / "c.csv", "How much is the deposit?,£500,lease.md")
    monkeypatch.setattr("ui.evaluating.assistant_for", None)
    refused(footnote("eval", str(other), *arguments), "is of a, ", "shares no question with c")


def test_a_stopped_run_goes_on_with_the_same_documents_only(
    footnote: Run, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ("How much is the rent?,£950,lease.md", "How much is the deposit?,£500,lease.md")
    named = ("eval", str(write(tmp_path / "a.csv", *rows)), "--docs", str(docs))
    ask, asked = Assistant.ask, list[str]()

    def stopping(self: Assistant, question: str, history: object = (), **more: object) -> object:
        asked.append(question)
        if len(asked) == 3:  # the first is to warm up
            raise KeyboardInterrupt
        return ask(self, question)

    monkeypatch.setattr(Assistant, "ask", stopping)
    assert footnote(*named)[0] == 130
    monkeypatch.setattr(Assistant, "ask", ask)
    assert "1 of 2 questions are answered" in footnote(*named)[2]
    for change in ("moved", "changed"):
        asked.clear()
        monkeypatch.setattr(Assistant, "ask", stopping)
        assert footnote(*named)[0] == 130
        monkeypatch.setattr(Assistant, "ask", ask)
        boat = docs / "old" / "boat.md"
        if change == "moved":
            boat.rename(docs / "boat.md")
        else:
            (docs / "boat.md").write_text("The boat is sold.\n")
        code, _, err = footnote(*named)
        assert code == 0
        assert "questions are answered" not in err, change
