"""Earlier readers whose scores a new one is taught beside the labels.

Knowledge distillation (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural
network") at temperature 1: what a good reader half believes of the other spans tells more than one
right span. They teach the public data alone: of our own documents they know those they were trained
on, and of new ones less than the labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from index.embedding import has_fast_bfloat16
from rag.reader_network import empty_network, forward, load_network_state, pad
from rag.training.encoding import Example
from rag.training.own_documents import SOURCE

SHARE = 0.5  #: of the loss that is against the teachers' scores, the rest against the label


@dataclass(frozen=True, slots=True)
class Taught:
    """Raw scores of a batch: start and end (pairs, tokens), answerable and support (pairs,).

    ``share`` (pairs,) is how much of an example's loss is against them, 0 to 1.
    """

    start: torch.Tensor
    end: torch.Tensor
    answerable: torch.Tensor
    support: torch.Tensor
    share: torch.Tensor


class Teachers:
    """Readers of earlier runs; the mean of their scores is what they teach."""

    def __init__(self, weights: Sequence[Path]) -> None:
        """Raises OSError for a file that cannot be read, and as `load_network_state` does."""
        self._networks = [_loaded(path) for path in weights]

    def scores(self, batch: Sequence[Example], device: torch.device) -> Taught:
        """What they say of each example, without a gradient, padded as `pad` does."""
        width = max(len(example.ids) for example in batch)
        start, end = torch.zeros(len(batch), width), torch.zeros(len(batch), width)
        answerable, support, share = (torch.zeros(len(batch)) for _ in range(3))
        rows = [n for n, example in enumerate(batch) if example.source != SOURCE]
        if rows:
            made = _mean_scores(self._networks, [batch[n] for n in rows], device)
            length = made[0].shape[1]
            start[rows, :length], end[rows, :length] = made[0], made[1]
            answerable[rows], support[rows], share[rows] = made[2], made[3], SHARE
        parts = (start, end, answerable, support, share)
        return Taught(*(part.to(device) for part in parts))


def _mean_scores(
    networks: Sequence[torch.nn.ModuleDict], batch: Sequence[Example], device: torch.device
) -> list[torch.Tensor]:
    parts = pad([example.ids for example in batch], [example.second for example in batch])
    ids, types, mask = (part.to(device) for part in parts)
    bfloat16 = device.type == "cuda" or has_fast_bfloat16()
    with torch.no_grad():
        told = [
            forward(network.to(device), ids, types, mask, bfloat16=bfloat16) for network in networks
        ]
    return [torch.stack(same).mean(dim=0).cpu() for same in zip(*told, strict=True)]


def _loaded(path: Path) -> torch.nn.ModuleDict:
    network = empty_network("sdpa")
    load_network_state(network, load_file(path))
    return network.eval()
