"""The benchmark of claims makes what it says it makes, counts it, and fits weights that tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.benchmarks import claims, claims_fit
from eval.benchmarks.claims import ALTERED, half_of, load_cases, measure
from eval.benchmarks.claims_fit import Weighed, fit
from index.embedding import HashingEmbedder
from index.errors import UsageError
from rag.checking.weights import WITH_EMBEDDER
from rag.types import Passage

PASSAGES = [
    "In May Anna Weber opened the bridge of Lindow, which is 40 metres long and has 3 arches. "
    "The town of Lindow paid for the railings and the lamps on either side of it.",
    "The tower was later painted by Peter Huber. It holds 12 bells, of which the eldest was cast "
    "in the yard of the castle by a master from the city.",
]
CLAIMS = [
    {"c": "The bridge that Anna Weber opened has 3 arches.", "in": 0, "true": True, "kind": "a"},
    {"c": "The bridge of Lindow is 12 metres long.", "in": 0, "true": False, "kind": "number"},
]


class Sure:
    """A scorer that believes everything: what is caught, the rules caught."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [1.0] * len(passages)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = {"title": "A town", "passages": PASSAGES, "claims": CLAIMS}
    for number in range(8):
        (tmp_path / f"town-{number}.json").write_text(json.dumps(data))
    return tmp_path


def test_halves_share_no_document(folder: Path) -> None:
    develop, report = (load_cases(half, folder) for half in claims.HALVES)
    names = {case.document for case in develop}, {case.document for case in report}
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == 8
    assert all(half_of(name) == "develop" for name in names[0])


def test_made_claims_are_false_in_the_way_their_kind_says(folder: Path) -> None:
    made = {
        case.kind: case for case in load_cases("report", folder) if case.kind.startswith("made")
    }
    assert set(ALTERED) <= set(made)
    assert "3 arches" not in made["made number"].text
    assert "Peter Huber" in made["made name"].text
    assert made["made source"].source.chunk.text == PASSAGES[1]
    quoted = made["made quotation"].text.split("“")[1].split("”")[0]
    assert not any(quoted in passage for passage in PASSAGES)
    assert any(made["made verbatim"].text in passage for passage in PASSAGES)


def test_shares_by_kind(folder: Path) -> None:
    result = measure("report", folder=folder, scorer=Sure(), embedder=HashingEmbedder(64))
    found = {figure.name: figure.value for figure in result.figures}
    assert found["number: caught"] == 1.0
    assert found["made quotation: caught"] == 1.0
    assert found["made verbatim: wrongly rejected"] == 0.0


def test_a_fit_learns_which_sign_tells(folder: Path) -> None:
    case = load_cases("report", folder)[0]
    found = [
        Weighed(
            claims.Case(str(number), "a", number % 2 == 0, case.text, 0, case.passages),
            (0.5, 0.9 - 0.02 * (number % 7) if number % 2 == 0 else 0.3 + 0.1 * (number % 5), 0.0),
        )
        for number in range(80)
    ]
    figures = {figure.name: figure.value for figure in fit(found, WITH_EMBEDDER).figures}
    assert (figures["fitted: similarity"] or 0) > 1
    assert (figures["fitted on other documents: AUROC"] or 0) > 0.9
    with pytest.raises(UsageError, match="too few"):
        fit(found[:10], WITH_EMBEDDER)


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no documents"):
        load_cases("report", tmp_path)
    assert claims_fit.REJECTED[0] == 0.05
