"""The labelled answers are frozen and complete, and agreement with them is worked out by hand."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.answer_labels import FILE, answer_agreement, answer_table, load_labels
from eval.datasets import BUILT_IN
from eval.library import find_quote
from eval.metrics import cohens_kappa
from index.errors import UsageError
from index.loading import Sandbox
from rag.types import Citation, Verdict

README = (FILE.parent / "README.md").read_text(encoding="utf-8")
SAMPLES = BUILT_IN / "samples"
TRAINING = BUILT_IN.parents[1] / "rag" / "training" / "documents"


def test_the_set_is_frozen_and_counted() -> None:
    data = FILE.read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(data).hexdigest() in README
    labels = load_labels()
    assert [one.id for one in labels] == [f"l{n:03}" for n in range(1, 121)]
    for label, count in Counter(one.label for one in labels).items():
        assert f"**{label.value}** ({count})" in README
    assert Counter(one.by for one in labels) == {"written": 100, "built-in": 20}
    for one in labels:
        assert not re.search(r"\[\d+\]", one.sentence)


def test_every_quote_stands_in_its_document() -> None:
    texts: dict[str, str] = {}
    with Sandbox() as sandbox:
        for one in load_labels():
            for cited in one.cited:
                if cited.source not in texts:
                    texts[cited.source] = _text(cited.source, sandbox)
                assert find_quote(texts[cited.source], cited.quote), (one.id, cited.quote)


def _text(name: str, sandbox: Sandbox) -> str:
    if (TRAINING / name).is_file():
        return "\n\n".join(json.loads((TRAINING / name).read_text("utf-8"))["passages"])
    return sandbox.load(SAMPLES / "documents" / name, name).text


def test_no_question_of_the_test_half_is_among_them() -> None:
    rows = map(json.loads, (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines())
    reported = {row["question"] for row in rows if row["split"] == "test"}
    assert not reported & {one.question for one in load_labels() if one.by == "built-in"}


def line(id_: str, label: str, sentence: str, by: str = "written") -> str:
    cited = [{"document": "a.txt", "title": "A", "quote": "The tower is tall."}]
    row = {"id": id_, "by": by, "question": "Q?", "sentence": sentence}
    return json.dumps({**row, "label": label, "cited": cited, "note": ""}) + "\n"


def test_agreement_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(
        line("a", "supported", "supported")
        + line("b", "supported", "partly")
        + line("c", "partly", "unsupported")
        + line("d", "unsupported", "unsupported", by="built-in")
    )

    def judges(text: str, cited: Sequence[Citation]) -> Verdict:
        assert cited[0].quote == "The tower is tall."
        return Verdict(text)

    seen: list[tuple[int, int]] = []
    found = answer_agreement(load_labels(file), judges, lambda *at: seen.append(at))
    assert seen[-1] == (4, 4)
    one = found.overall
    assert (one.sentences, one.agreed, one.agreed_in_three) == (4, 3, 2)
    assert (one.recall_by_hand, one.recall_by_check) == (0.5, 0.25)
    assert one.kappa == pytest.approx((0.75 - 0.5) / 0.5)
    # by hand 2, 1, 1 of the three labels, by the check 1, 1, 2: chance (2 + 1 + 2) / 16
    assert one.kappa_in_three == pytest.approx((0.5 - 5 / 16) / (1 - 5 / 16))
    assert one.missed == ("b",)
    assert one.verdicts["partly"] == {"supported": 0, "partly": 0, "unsupported": 1}
    assert {name: part.sentences for name, part in found.by_writer.items()} == {
        "written": 3,
        "built-in": 1,
    }
    assert found.by_writer["built-in"].kappa is None
    json.dumps(found.to_dict())
    assert answer_table(found)


def test_kappa_of_three_labels_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    one, other = list("aabbccabc"), list("abbbcaabc")
    assert cohens_kappa(one, other) == pytest.approx(metrics.cohen_kappa_score(one, other))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "holds no labelled sentence"),
        (line("a", "maybe", "x"), "line 1 holds 'maybe' under \"label\""),
        (line("a", "partly", "x", by="me"), "line 1 holds 'me' under \"by\""),
        (line("a", "partly", "x").replace('"title": "A", ', ""), 'holds no "title"'),
        (re.sub(r'"cited": \[.*\]', '"cited": []', line("a", "partly", "x")), "the sentence cites"),
        (re.sub(r'"cited": \[.*\]', '"cited": [1]', line("a", "partly", "x")), "1 as a citation"),
    ],
)
def test_malformed_labels_are_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_labels(file)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
