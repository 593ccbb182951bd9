"""A reader is taught the scores of earlier ones, source by source."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from test_rag_training import row

from rag.reader_network import embedder_tokenizer, empty_network, forward, pad, shipped_state
from rag.training.encoding import Encoder, Example
from rag.training.own_documents import SOURCE
from rag.training.teachers import SHARE, Teachers
from rag.training.trainer import Plan, loss_of, train

CPU = torch.device("cpu")


def scores(network: torch.nn.ModuleDict, examples: list[Example]) -> tuple[torch.Tensor, ...]:
    ids, types, mask = pad([one.ids for one in examples], [one.second for one in examples])
    with torch.no_grad():
        return forward(network.eval(), ids, types, mask, bfloat16=False)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("teachers")
    paths = [folder / "own.safetensors", folder / "other.safetensors"]
    for seed, path in enumerate(paths):
        torch.manual_seed(seed)
        save_file(shipped_state(empty_network("sdpa")), path)
    return paths


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    made = Encoder(embedder_tokenizer()).rows(
        [row(), row("Who closed the First Bank?", "Karl Moe")]
    )
    return [made[0], replace(made[1], source=SOURCE)]


def test_the_mean_of_all_teaches_the_public_data_and_none_our_own_documents(
    weights: list[Path], examples: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.training.teachers.has_fast_bfloat16", lambda: False)
    both = Teachers(weights).scores(examples, CPU)
    first, second = (Teachers([path]).scores(examples, CPU) for path in weights)
    for name in ("start", "end", "answerable", "support"):
        told, one, other = (getattr(taught, name) for taught in (both, first, second))
        assert torch.allclose(told[0], (one[0] + other[0]) / 2, atol=1e-5)
        assert not torch.allclose(one[0], other[0], atol=1e-3)
    assert both.share.tolist() == [SHARE, 0.0]


def test_an_example_of_our_own_is_learnt_from_its_label_alone(
    weights: list[Path], examples: list[Example]
) -> None:
    torch.manual_seed(7)
    network = empty_network("eager")
    teachers, chance = Teachers(weights), random.Random(1)
    own, public = [examples[1]], [examples[0]]
    assert loss_of(network, own, chance, teachers) == loss_of(network, own, chance)
    assert loss_of(network, public, chance, teachers) != loss_of(network, public, chance)


def test_what_is_taught_is_learnt(weights: list[Path], examples: list[Example]) -> None:
    teachers = Teachers(weights)
    public = [replace(one, source="nq") for one in examples]
    wanted = teachers.scores(public, CPU)

    def distance(taught: Teachers | None) -> float:
        torch.manual_seed(7)
        network = empty_network("eager")
        plan = Plan(learning_rate=5e-4)
        train(network, [public] * 30, plan, lambda *_: None, taught)
        start, end, *_ = scores(network, public)
        length = min(len(one.ids) for one in examples)
        apart = [
            (made[:, :length].softmax(-1) - want[:, :length].softmax(-1)).abs().sum()
            for made, want in ((start, wanted.start), (end, wanted.end))
        ]
        return float(sum(apart))

    assert distance(teachers) < 0.75 * distance(None)


def test_a_batch_of_one_source_is_padded_like_any(
    weights: list[Path], examples: list[Example]
) -> None:
    longer = replace(examples[0], ids=examples[0].ids * 2)
    taught = Teachers(weights).scores([longer, examples[1]], CPU)
    assert taught.start.shape == (2, len(longer.ids))
    assert taught.support.shape == (2,)
