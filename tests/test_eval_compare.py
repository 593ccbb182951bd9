"""Two evaluations side by side, and figures that have to be reached."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.compare import Row, Run, compare, load_run, refuse_unlike
from eval.datasets import Question, QuestionType
from eval.report import earlier_run
from eval.summary import summarise
from eval.targets import missed, parse_targets
from index.errors import UsageError


def row(id_: str, correct: bool, *, gold: bool = True, words: str = "?") -> Row:
    return {
        "question": {"id": id_, "question": words, "answers": ["x"] if gold else []},
        "correct": correct,
        "declined": False,
        "cited_gold": correct,
        "citations": 2,
        "gold_citations": int(correct),
        "seconds": 1.0,
        "f1": float(correct),
        "retrieved_rank": 1,
    }


def run(*rows: Row, name: str = "own") -> Run:
    return Run(name, "dev", "built-in reader", rows)


def test_paired_differences_by_hand() -> None:
    old = [row(f"q{at}", at < 10) for at in range(40)]
    new = [row(f"q{at}", at < 30) for at in range(40)]
    found = compare(run(*old), run(*new))
    assert found.shared == 40
    assert len(found.mended) == 20
    assert found.broken == ()
    by_name = {one.name: one for one in found.differences}
    right = by_name["right"]
    assert (right.old, right.new, right.change) == (0.25, 0.75, 0.5)
    assert right.told_apart
    assert 0.3 < right.low < 0.5 < right.high < 0.7
    assert by_name["citation precision"].new == pytest.approx(30 / 80)
    assert not by_name["seconds a question"].told_apart
    assert "refusal recall" not in by_name  # every question has an answer
    assert compare(run(*old), run(*new)) == found


def test_the_interval_is_that_of_paired_differences() -> None:
    # the same questions fail in both: nothing changed, however many fail
    rows = [row(f"q{at}", at % 2 == 0) for at in range(30)]
    for one in compare(run(*rows), run(*rows)).differences:
        assert one.low == one.high == one.change == 0


def test_changed_questions_are_left_out() -> None:
    old = [row("a", True), row("b", True), row("c", False, words="old words")]
    new = [row("a", False), row("c", True, words="new words"), row("d", True)]
    found = compare(run(*old), run(*new))
    assert (found.shared, found.only_old, found.only_new) == (1, 2, 2)
    assert found.broken == ("a",)
    with pytest.raises(UsageError, match="share no question"):
        compare(run(*old), run(row("z", True)))


def test_a_run_of_another_set_is_named() -> None:
    rows = [row("a", True), row("b", False)]
    assert not compare(run(*rows), run(*rows)).other_set
    found = compare(run(*rows, name="other"), run(*rows))
    assert found.other_set
    assert found.earlier == "other, dev split, built-in reader"
    assert "other, dev split, built-in reader; this is another set" in earlier_run(found)
    asked = Question("a", "?", QuestionType.FACT, ("x",), (), "dev")
    refuse_unlike(run(*rows), [asked], "own")
    with pytest.raises(UsageError, match=r"is of other, dev split, .* shares no question with own"):
        refuse_unlike(run(*rows, name="other"), [replace(asked, question="How?")], "own")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcomes": [1]}', '{"outcomes": [{}]}'])
def test_other_files_are_no_evaluation(tmp_path: Path, text: str) -> None:
    file = tmp_path / "old.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"is no evaluation .* footnote eval --json wrote"):
        load_run(file)
    with pytest.raises(UsageError, match="could not be read"):
        load_run(tmp_path / "none.json")


def test_saved_outcomes_are_read(tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(json.dumps({"outcomes": [row("a", True)]}))
    assert load_run(file) == Run("", "", "", (row("a", True),))


def test_targets() -> None:
    targets = parse_targets("accuracy=0.9, citation_precision=.95")
    assert targets == {"accuracy": 0.9, "citation_precision": 0.95}
    empty = summarise([])
    assert missed(empty, {"accuracy": 0.1}) == ["accuracy could not be measured on these questions"]
    for wrong in ("", "accuracy", "accuracy=x", "accuracy=1.5", "accuracy=nan", "seconds_p50=1"):
        with pytest.raises(UsageError, match="--fail-under"):
            parse_targets(wrong)
