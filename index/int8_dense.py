"""Dense layers by products of 8-bit integers: sooner, where the processor has them.

Each output's weights are rounded to 8 bits with a scale of their own when the layer is made, each
token's values when they come in (dynamic quantization; for BERT: Zafrir et al. 2019, "Q8BERT").
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_MOST = 127  # of a signed byte; -128 is left out, so that both signs reach as far
_ZERO = 128  # what stands for nought among the unsigned bytes that go in
_ROWS = 128  # of the products that are tried, about as many as a passage has tokens
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Int8Dense:
    """As ``torch.nn.functional.linear`` with fixed weights, rounded. Make it with ``of``."""

    packed: Tensor  #: the weights as the processor wants them
    scales: Tensor  #: float32, (outputs,)
    zeros: Tensor  #: int32, (outputs,), all nought
    bias: Tensor  #: of the type that rows have

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> Int8Dense:
        """From float32 ``weight`` (outputs, inputs) and ``bias`` (outputs,), for rows of ``dtype``.

        Raises AttributeError or RuntimeError where this build of torch lacks the products.
        """
        import torch

        scales = weight.abs().amax(1).clamp_min(1e-12) / _MOST
        rounded = (weight / scales[:, None]).round().to(torch.int8)
        packed = torch.ops.onednn.qlinear_prepack(rounded, [_ROWS, weight.shape[1]])
        zeros = torch.zeros(len(weight), dtype=torch.int32)
        return cls(packed, scales, zeros, bias.to(dtype))

    def __call__(self, rows: Tensor) -> Tensor:
        """(tokens, inputs) to (tokens, outputs) of the same type."""
        import torch

        greatest = rows.abs().amax(1, keepdim=True).clamp_min_(1e-6)
        rounded = torch.mul(rows, _MOST / greatest.float()).round_().to(torch.int8)
        # A conversion to signed bytes is eight times as fast as one to unsigned ones.
        shifted = rounded.view(torch.uint8).bitwise_xor_(_ZERO)
        made = _product(shifted, 1 / _MOST, self.packed, self.scales, self.zeros, rows.dtype)
        return torch.addcmul(self.bias, made, greatest)


def _product(
    rows: Tensor, scale: float, packed: Tensor, scales: Tensor, zeros: Tensor, dtype: torch.dtype
) -> Tensor:
    import torch

    made: Tensor = torch.ops.onednn.qlinear_pointwise(
        rows, scale, _ZERO, packed, scales, zeros, None, 1.0, 0, dtype, "none", [], ""
    )
    return made


@lru_cache(maxsize=1)
def int8_pays() -> bool:
    """Whether this computer multiplies 8-bit integers exactly and sooner than floats.

    It is tried (a tenth of a second). Without instructions made for it sums overflow, which shows
    here, or it is slower by far.
    """
    import torch

    chance = torch.Generator().manual_seed(0)
    outputs, inputs = 384, 1536
    weights = torch.randint(-_MOST, _MOST + 1, (outputs, inputs), generator=chance).to(torch.int8)
    rows = torch.randint(1, 256, (_ROWS, inputs), generator=chance).to(torch.uint8)
    floats, float_rows = weights.float(), rows.float() - _ZERO
    ones, zeros = torch.ones(outputs), torch.zeros(outputs, dtype=torch.int32)
    try:
        packed = torch.ops.onednn.qlinear_prepack(weights, [_ROWS, inputs])
        made = _product(rows, 1.0, packed, ones, zeros, torch.float32)
        if not torch.equal(made, float_rows @ floats.T):
            return False
        ours, floating = _seconds(
            lambda: _product(rows, 1.0, packed, ones, zeros, torch.float32),
            lambda: torch.nn.functional.linear(float_rows, floats),
        )
    except (AttributeError, RuntimeError, TypeError):
        return False  # a processor or a build of torch that has none
    return ours < floating


def _seconds(*works: Callable[[], object]) -> list[float]:
    """The least that each took of some tries by turns, so that what else runs falls on all."""
    least = [float("inf")] * len(works)
    for _ in range(_TRIES):
        for place, work in enumerate(works):
            began = time.perf_counter()
            work()
            least[place] = min(least[place], time.perf_counter() - began)
    return least
