"""Earlier readers whose scores a new one is taught beside the labels.

Knowledge distillation (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural
network") at temperature 1: what a good reader half believes of the other spans tells more than one
right span. Readers from before our own documents were many know the public data better, and those
alone: so who teaches depends on the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from rag.reader_network import cpu_has_bfloat16, empty_network, forward, load_network_state, pad
from rag.training.examples import Example
from rag.training.own_documents import SOURCE


@dataclass(frozen=True, slots=True)
class Taught:
    """Raw scores of a batch: start and end (pairs, tokens), answerable and support (pairs,)."""

    start: torch.Tensor
    end: torch.Tensor
    answerable: torch.Tensor
    support: torch.Tensor


class Teachers:
    """Readers of earlier runs: the first teaches our own documents, the mean of all the rest."""

    def __init__(self, weights: Sequence[Path]) -> None:
        """Raises OSError for a file that cannot be read, and as `load_network_state` does."""
        self._networks = [_loaded(path) for path in weights]

    def scores(self, batch: Sequence[Example], device: torch.device) -> Taught:
        """What each example's teachers say of it, without a gradient, padded as `pad` does."""
        width = max(len(example.ids) for example in batch)
        start, end = torch.zeros(len(batch), width), torch.zeros(len(batch), width)
        answerable, support = torch.zeros(len(batch)), torch.zeros(len(batch))
        for is_own, networks in ((True, self._networks[:1]), (False, self._networks)):
            rows = [n for n, example in enumerate(batch) if (example.source == SOURCE) is is_own]
            if rows:
                made = _mean_scores(networks, [batch[n] for n in rows], device)
                length = made[0].shape[1]
                start[rows, :length], end[rows, :length] = made[0], made[1]
                answerable[rows], support[rows] = made[2], made[3]
        return Taught(*(part.to(device) for part in (start, end, answerable, support)))


def _mean_scores(
    networks: Sequence[torch.nn.ModuleDict], batch: Sequence[Example], device: torch.device
) -> list[torch.Tensor]:
    parts = pad([example.ids for example in batch], [example.second for example in batch])
    ids, types, mask = (part.to(device) for part in parts)
    bfloat16 = device.type == "cuda" or cpu_has_bfloat16()
    with torch.no_grad():
        told = [
            forward(network.to(device), ids, types, mask, bfloat16=bfloat16) for network in networks
        ]
    return [torch.stack(same).mean(dim=0).cpu() for same in zip(*told, strict=True)]


def _loaded(path: Path) -> torch.nn.ModuleDict:
    network = empty_network("sdpa")
    load_network_state(network, load_file(path))
    return network.eval()
