"""Dense layers by 8-bit integers: near the exact ones, and left alone where they do not pay."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from index.int8_dense import Int8Dense, int8_pays


@pytest.fixture(autouse=True)
def _needs_the_products() -> None:
    if not int8_pays():
        pytest.skip("this processor does not multiply 8-bit integers sooner than floats")


def layer(outputs: int, inputs: int) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(7)
    weight = torch.randn(outputs, inputs, generator=chance) * 0.05
    weight[3] *= 40.0  # each output has a scale of its own
    return weight, torch.randn(outputs, generator=chance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_are_within_the_rounding(dtype: torch.dtype) -> None:
    weight, bias = layer(96, 384)
    rows = torch.randn(50, 384, generator=torch.Generator().manual_seed(8)).to(dtype)
    rows[5] *= 300.0  # and each token
    rows[6] = 0.0
    made = Int8Dense.of(weight, bias, dtype)(rows)
    exact = torch.nn.functional.linear(rows.float(), weight, bias)
    assert made.dtype == dtype
    # Rounding is off by a step over the root of twelve at random: in the rows and in the weights.
    steps = [some.float().abs().amax(1) / 127 / 12**0.5 for some in (rows, weight)]
    off_rows = steps[0][:, None] * weight.norm(dim=1)
    off_weights = rows.float().norm(dim=1)[:, None] * steps[1]
    written = 0.01 * exact.abs() if dtype == torch.bfloat16 else 0.0  # which keeps two digits
    assert ((made - exact).abs() <= 5 * (off_rows + off_weights) + written + 0.01).all()
    assert not torch.equal(made.float(), exact), "nothing was rounded"


def test_the_rows_that_come_in_are_left_as_they_are() -> None:
    weight, bias = layer(16, 32)
    rows = torch.randn(4, 32)
    before = rows.clone()
    Int8Dense.of(weight, bias, torch.float32)(rows)
    assert torch.equal(rows, before)


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_what_is_no_number_stays_none(number: float) -> None:
    weight, bias = layer(16, 32)
    rows = torch.randn(4, 32)
    rows[2, 9] = number
    made = Int8Dense.of(weight, bias, torch.float32)(rows)
    assert not torch.isfinite(made[2]).any()
    assert torch.isfinite(made[[0, 1, 3]]).all()


def test_a_processor_whose_sums_overflow_does_without() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from index.int8_dense import int8_pays; print(int8_pays())"],
        env={**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},  # without VNNI
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert told.stdout.strip() == "False"
