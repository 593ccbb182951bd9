"""The benchmark of the citation check counts what it says it counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.benchmarks import citation_checks
from eval.benchmarks.citation_checks import load_wice, measure, measure_wice
from index.embedding import HashingEmbedder
from rag.types import Passage

QUOTE = "The bridge of Lindow was opened in 1932 by Anna Weber."


class Sure:
    """A scorer that believes everything: what is caught, the facts caught."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [1.0] * len(passages)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    (tmp_path / "bridge.txt").write_text(f"A bridge\n\n{QUOTE} It is 40 m long.\n")
    rows = [
        ("verbatim", True, QUOTE),
        ("date-form", True, "Anna Weber opened the bridge of Lindow in 1932."),
        ("number-changed", False, "The bridge of Lindow was opened in 1923 by Anna Weber."),
        ("name-swapped", False, "The bridge of Lindow was opened in 1932 by Anna Huber."),
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        "\n".join(
            json.dumps(
                {"id": f"c{at}", "kind": kind, "true": true, "sentence": sentence}
                | {"document": "bridge.txt", "quote": QUOTE, "note": ""}
            )
            for at, (kind, true, sentence) in enumerate(rows)
        )
    )
    return path


def test_shares_by_kind(pairs: Path) -> None:
    result = measure(pairs, pairs.parent, scorer=Sure(), embedder=HashingEmbedder(64))
    found = {figure.name: figure.value for figure in result.figures}
    assert found["all false: caught"] == 1.0
    assert found["all true: wrongly rejected"] == 0.0
    assert found["number-changed: caught"] == 1.0
    assert found["verbatim: wrongly rejected"] == 0.0
    assert found["median check of a sentence"] is not None


def test_a_quote_that_the_loader_reads_otherwise_now_is_counted(pairs: Path) -> None:
    (pairs.parent / "bridge.txt").write_text("Something else.\n")
    result = measure(pairs, pairs.parent, scorer=Sure(), embedder=HashingEmbedder(64))
    assert "4 quotes are not in the document" in result.setting
    assert {f.name: f.value for f in result.figures}["all false: caught"] == 1.0


def wice_row(claim: str, label: str) -> str:
    meta = {"claim_title": "Lindow", "claim_section": "Bridge"}
    return json.dumps({"label": label, "claim": claim, "evidence": [QUOTE], "meta": meta})


def test_claims_are_halved_by_claim(tmp_path: Path) -> None:
    path = tmp_path / "wice.jsonl"
    rows = [
        wice_row("The bridge opened in 1932.", "supported"),
        wice_row("The bridge opened in 1932.", "supported"),
        wice_row("It was opened by Anna Weber in 1932.", "supported"),
        wice_row("The tower was closed in 1950.", "not_supported"),
    ]
    path.write_text("\n".join(rows))
    assert [claim.text for claim in load_wice(path, "develop")] == [
        "The bridge opened in 1932."
    ] * 2
    result = measure_wice(path, scorer=Sure(), embedder=HashingEmbedder(64))
    found = {figure.name: figure.value for figure in result.figures}
    assert found["supported or not: AUROC"] == 1.0
    assert found["not supported: let through"] == 0.0


def test_a_wrong_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert citation_checks.main(["--wice", str(tmp_path / "none.jsonl")]) == 2
    assert "could not be read" in capsys.readouterr().err
