"""BERT over texts laid end to end, for processors: nothing is padded, so nothing is computed twice.

Layers work on all tokens at once and attention on one text at a time, whose scores stay in the
processor's cache. Gives what transformers' own BertModel gives, and a mean over its tokens; who
uses it checks that on some texts. On a graphics card many small steps would be slower, not faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.int8_dense import Int8Dense
from index.unit_vectors import Vectors

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    _Shares = Callable[[Tensor], tuple[Tensor, Tensor | None]]
    _Product = Callable[[Tensor], Tensor]


_HIGHEST = 80.0  # score; the exponential of 89 is beyond float32 and bfloat16


@dataclass(frozen=True, slots=True)
class _Dense:
    weight: Tensor
    bias: Tensor

    def __call__(self, rows: Tensor) -> Tensor:
        import torch

        return torch.nn.functional.linear(rows, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, rows: Tensor) -> Tensor:
        import torch

        width = (rows.shape[-1],)
        return torch.nn.functional.layer_norm(rows, width, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One transformer layer; ``asked`` gives queries, keys and values in one product."""

    asked: _Product
    joined: _Product
    after_attention: _Norm
    wide: _Product
    narrow: _Product
    after_layer: _Norm


class PackedBert:
    """The encoder: token ids of texts to rows of its last layer, or to their mean a text."""

    def __init__(
        self,
        bert: torch.nn.Module,
        heads: int,
        epsilon: float,
        dtype: torch.dtype,
        *,
        int8: bool = False,
    ) -> None:
        """Takes the weights of a transformers ``BertModel``; raises KeyError for another's.

        With ``int8`` the layers' products are of 8-bit integers: close, not the same.
        """
        import torch

        state = bert.state_dict()
        self._heads = heads
        with torch.no_grad():

            def dense(*names: str, scale: float = 1.0) -> _Product:
                weight = torch.cat([state[f"{name}.weight"].float() for name in names])
                bias = torch.cat([state[f"{name}.bias"].float() for name in names])
                rows = len(weight) // len(names)
                weight[:rows] *= scale  # of the first, the queries
                bias[:rows] *= scale
                if int8:
                    return Int8Dense.of(weight, bias, dtype)
                return _Dense(weight.to(dtype), bias.to(dtype))

            def norm(name: str) -> _Norm:
                weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
                return _Norm(weight.to(dtype), bias.to(dtype), epsilon)

            self._words = state["embeddings.word_embeddings.weight"].to(dtype)
            self.width = int(self._words.shape[1])
            types = state["embeddings.token_type_embeddings.weight"]
            self._positions = (state["embeddings.position_embeddings.weight"] + types[0]).to(dtype)
            self._second = (types[-1] - types[0]).to(dtype)  # of a pair, on top
            self._first_norm = norm("embeddings.LayerNorm")
            scale = (self.width // heads) ** -0.5
            self._layers: list[_Layer] = []
            while (at := f"encoder.layer.{len(self._layers)}") + ".output.dense.weight" in state:
                own = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
                self._layers.append(
                    _Layer(
                        asked=dense(*own, scale=scale),
                        joined=dense(f"{at}.attention.output.dense"),
                        after_attention=norm(f"{at}.attention.output.LayerNorm"),
                        wide=dense(f"{at}.intermediate.dense"),
                        narrow=dense(f"{at}.output.dense"),
                        after_layer=norm(f"{at}.output.LayerNorm"),
                    )
                )

    def __call__(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """Mean of the last layer's rows of each text, float32 of shape (len(ids), width)."""
        found = self._means(ids, _quick_shares)
        return found if np.isfinite(found).all() else self._means(ids, _safe_shares)

    def rows(self, ids: Sequence[Sequence[int]], seconds: Sequence[int]) -> Tensor:
        """The last layer's rows of all tokens end to end, float32 of shape (tokens, width).

        Each text is a pair whose second part begins at the token that ``seconds`` gives. Attention
        that was taught by pairs reaches scores whose exponential is too large: they are lowered.
        """
        import torch

        with torch.inference_mode():
            found = self._rows(ids, _lowered_shares, seconds).float()
            if not torch.isfinite(found).all():
                found = self._rows(ids, _safe_shares, seconds).float()
        return found

    def _means(self, ids: Sequence[Sequence[int]], shares: _Shares) -> Vectors:
        import torch

        with torch.inference_mode():
            rows = self._rows(ids, shares)
            means = [rows[start:end].float().mean(0) for start, end in text_spans(ids)]
            found: Vectors = torch.stack(means).numpy()
        return found

    def _rows(
        self, ids: Sequence[Sequence[int]], shares: _Shares, seconds: Sequence[int] | None = None
    ) -> Tensor:
        import torch

        spans = text_spans(ids)
        tokens = torch.tensor([token for row in ids for token in row])
        places = torch.cat([torch.arange(len(row)) for row in ids])
        found = self._words[tokens] + self._positions[places]
        for (start, end), second in zip(spans, seconds or (), strict=seconds is not None):
            found[start + second : end] += self._second
        rows = self._first_norm(found)
        for layer in self._layers:
            seen = layer.joined(self._attend(layer.asked(rows), spans, shares))
            rows = layer.after_attention(rows + seen)
            thought = layer.narrow(torch.nn.functional.gelu(layer.wide(rows)))
            rows = layer.after_layer(rows + thought)
        return rows

    def _attend(self, asked: Tensor, spans: Sequence[tuple[int, int]], shares: _Shares) -> Tensor:
        """What each token gathers from those of its own text."""
        import torch

        tokens, width = asked.shape[0], asked.shape[1] // 3
        parts = asked.view(tokens, 3, self._heads, width // self._heads)
        seen = torch.empty(tokens, self._heads, width // self._heads, dtype=asked.dtype)
        for start, end in spans:
            # Contiguous, the two products take a quarter less, and that takes a tenth to make so.
            queries, keys, values = parts[start:end].permute(1, 2, 0, 3).contiguous()
            given, whole = shares(torch.matmul(queries, keys.transpose(1, 2)))
            gathered = torch.matmul(given, values)
            if whole is not None:
                gathered = gathered.div_(whole)
            seen[start:end] = gathered.transpose(0, 1)
        return seen.view(tokens, width)


def text_spans(ids: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Where each text begins and ends among the tokens laid end to end."""
    ends = np.cumsum([len(row) for row in ids]).tolist()
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _quick_shares(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Shares of attention, and what they add up to, to divide by later.

    A third of the time of softmax, which first takes the greatest score off: without, a score over
    88 is too large for its exponential, and the row comes out as not a number.
    """
    given = scores.exp_()
    return given, given.sum(-1, keepdim=True)


def _lowered_shares(scores: Tensor) -> tuple[Tensor, Tensor]:
    """As the quick ones, all scores of a text lowered alike where the greatest is near the limit.

    Shares stay the same, but for a token whose every score lies 160 under the greatest.
    """
    over = float(scores.amax()) - _HIGHEST
    return _quick_shares(scores.sub_(over) if over > 0.0 else scores)


def _safe_shares(scores: Tensor) -> tuple[Tensor, None]:
    """Shares of attention that add up to one."""
    return scores.softmax(-1), None
