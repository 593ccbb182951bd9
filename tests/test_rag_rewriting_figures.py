"""The benchmarks on follow-ups and summaries count what they say, shown on a few lines of text."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.benchmarks import overview, rewriting
from eval.benchmarks.__main__ import main
from eval.benchmarks.figures import Result
from index.embedding import HashingEmbedder
from index.errors import UsageError
from rag.types import Turn


def figures(result: Result) -> list[float | None]:
    return [figure.value for figure in result.figures]


def canard(tmp_path: Path, count: int = 40) -> Path:
    rows = [
        {
            "History": ["Frank Zappa", "Disbandment", "Who was he?", "A musician."],
            "QuAC_dialog_id": f"C_{number}",
            "Question": "When did he die?",
            "Rewrite": "When did Frank Zappa die?",
        }
        for number in range(count)
    ]
    path = tmp_path / "dev.json.gz"
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    return path


def test_words_are_counted_by_stem_and_without_question_words() -> None:
    assert rewriting.added_words("When did he die?", "When did Zappa's bands die?") == {
        "zappa",
        "band",
    }


def test_canard_comes_in_two_halves_by_conversation(tmp_path: Path) -> None:
    path = canard(tmp_path)
    halves = [rewriting.load_canard(path, half) for half in rewriting.HALVES]
    assert sum(map(len, halves)) == 40
    assert all(10 < len(half) < 30 for half in halves)
    assert halves[0][0].history[0] == Turn("Frank Zappa", "Disbandment")


def test_recall_precision_and_changes(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    said = ["Zappa", ""]
    rows = [
        ("Did he die?", "Did Frank Zappa die in 1993?"),  # three words to add
        ("What is jazz?", "What is jazz?"),
        ("What is rock?", "What is rock?"),
    ]
    data = [
        {"History": said, "QuAC_dialog_id": "C_3", "Question": question, "Rewrite": rewrite}
        for question, rewrite in rows
    ]
    path.write_text(json.dumps(data))

    def rewriter(question: str, history: Sequence[Turn]) -> str:
        assert history == (Turn("Zappa", ""),)
        return {"Did he die?": "Did Zappa sing?", "What is jazz?": "What is it?"}.get(
            question, question
        )

    # C_3 is of the half to report on
    result = rewriting.measure(path, half="report", rewriter=rewriter)
    assert figures(result) == [1 / 3, 1 / 2, 0.0, 1 / 2]
    with pytest.raises(UsageError):
        rewriting.measure(path, half="tune")


def test_mtrag_takes_the_earlier_questions_for_the_history(tmp_path: Path) -> None:
    folder = tmp_path / "clapnq"
    folder.mkdir()
    asked = "|user|: who is Ada Lovelace\n|user|: when did she die?"
    alone = "|user|: a first question?"
    for name, texts in {
        "clapnq_questions.jsonl": (asked, alone),
        "clapnq_rewrite.jsonl": ("|user|: When did Ada Lovelace die?", alone),
    }.items():
        lines = [json.dumps({"_id": str(at), "text": text}) for at, text in enumerate(texts)]
        (folder / name).write_text("\n".join(lines))
    (found,) = rewriting.load_mtrag(tmp_path)
    assert found == rewriting.FollowUp(
        "when did she die?",
        (Turn("who is Ada Lovelace", ""),),
        "When did Ada Lovelace die?",
    )
    assert figures(rewriting.measure(tmp_path))[:3] == [1.0, 1.0, 1.0]


def test_what_is_no_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in ("[]", "no JSON", '[{"QuAC_dialog_id": 1}', "{}"):
        path = tmp_path / "dev.json"
        path.write_text(content)
        with pytest.raises(UsageError):
            rewriting.measure(path)
    assert main(["rewriting", str(tmp_path)]) == 2
    assert "questions.jsonl" in capsys.readouterr().err


def test_summaries_are_compared_with_the_paragraph_taken_out(tmp_path: Path) -> None:
    lead = "The old tower of Lindow is a tall watch tower of grey stone near the sea."
    body = [f"Sentence {n} tells of mills and rivers in the far valley." for n in range(7)]
    paragraphs = [lead, *body, "The tower of Lindow is a watch tower of old grey stone."]
    asked = {"id": "1", "question": "What is this document about?", "answers": []}
    article = {
        "title": "Lindow_Tower",
        "paragraphs": [{"context": text, "qas": []} for text in paragraphs],
    }
    article["paragraphs"][0]["qas"] = [{**asked, "is_impossible": True}]  # type: ignore[index]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"version": "v2.0", "data": [article]}))
    ours, first, mistaken = figures(overview.measure(path, embedder=HashingEmbedder()))
    assert ours is not None
    assert first is not None
    assert ours > first
    assert mistaken == 1.0
    assert overview.overlap("old grey towers", "the grey tower") == pytest.approx(0.8)
    assert overview.overlap("", "the grey tower") == 0.0
