"""A sentence-transformers model, loaded and run as fast as this computer can.

On a processor BERT models run packed (see `index.packed_bert`), in bfloat16 where the processor
multiplies it natively; on a graphics card, and for any other kind of model, sentence-transformers'
own ``encode`` runs, in half precision where that is fast. Whatever is chosen gives rows whose
cosine to the model's own in float32 is at least 0.999. Knows no fingerprints, counts no tokens.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError
from index.lone_workers import LoneWorkers
from index.packed_bert import PackedBert
from index.unit_vectors import Vectors, unit_rows

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import dtype

_BATCH_TOKENS = 1_024  # of packed texts; from 256 to 4,096 are about as fast
_QUESTION_TOKENS = 512  # so little does not queue behind the batches of a sync
_BATCH_TEXTS = {"cpu": 32, "cuda": 256}
_LEAST_COSINE = 0.999
_PROBES = (
    "What does a Saint-Étienne season ticket cost?",
    "In 1987 the Mayor paid £1,250 for two bridges; one of them, built by A. B. Smith, still stands"
    " beside the old market, where 34 % of the town's trade is done on Saturdays before 9:30.",
)


class SentenceModel:
    """Texts to rows. Loading takes seconds and happens when it is made.

    Packed, threads embed beside each other, so that a question need not wait for a sync; what
    sentence-transformers does, it does for one at a time.
    """

    def __init__(self, folder: Path, name: str, window: int, tokenizer: Tokenizer) -> None:
        self._model = _load(folder, name)
        self._model.max_seq_length = window
        self._window = window
        self._tokenizer = tokenizer
        self._plain = threading.Lock()
        self._device = self._model.device.type
        self.precision = _fast_precision(self._device)  #: None for float32
        self._packed = self._pack() if self._device == "cpu" else None
        self._workers, self._one_worker = LoneWorkers(_threads()), LoneWorkers(1)

    @property
    def description(self) -> str:
        """How it runs, for people."""
        return (
            f"{self._device}, {str(self.precision or 'float32').removeprefix('torch.')}"
            f"{f', packed, {self._workers.count} workers' if self._packed is not None else ''}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 rows of shape (len(texts), dimension), in order, of any length."""
        if self._packed is None:
            return self._encode_plainly(texts)
        packed, ids = self._packed, self._ids(texts)
        batches = list(_batches([len(row) for row in ids]))
        few = sum(map(len, ids)) <= _QUESTION_TOKENS
        workers = self._one_worker if few else self._workers
        made = workers.map(lambda some: packed([ids[at] for at in some]), batches)
        rows = np.empty((len(texts), packed.width), dtype=np.float32)
        for some, found in zip(batches, made, strict=True):
            rows[some] = found
        return rows

    def encode_plainly(self, texts: Sequence[str]) -> Vectors:
        """As sentence-transformers does it in float32: what `encode` is measured against."""
        with self._plain:
            rows = self._model.encode(
                list(texts), batch_size=32, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(rows, dtype=np.float32)

    def _encode_plainly(self, texts: Sequence[str]) -> Vectors:
        with self._plain, self._half_precision():
            rows = self._model.encode(
                list(texts),
                batch_size=_BATCH_TEXTS.get(self._device, 32),
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(rows, dtype=np.float32)

    def _half_precision(self) -> AbstractContextManager[object]:
        import torch

        if self.precision is None:
            return nullcontext()
        return torch.autocast(self._device, dtype=self.precision)

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, cut to the window; the last, [SEP], is kept."""
        found = (encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts)))
        room = self._window
        return [ids if len(ids) <= room else [*ids[: room - 1], ids[-1]] for ids in found]

    def _pack(self) -> PackedBert | None:
        """The packed encoder, None where it does not give what the model itself gives."""
        import torch
        from transformers import BertModel

        dtype = self.precision or torch.float32
        inner = next((part for part in self._model.modules() if isinstance(part, BertModel)), None)
        if inner is None:
            return None
        config = inner.config
        try:
            packed = PackedBert(inner, config.num_attention_heads, config.layer_norm_eps, dtype)
            ours = unit_rows(packed(self._ids(_PROBES)))
        except (KeyError, RuntimeError, ValueError, IndexError):
            return None
        theirs = unit_rows(self.encode_plainly(_PROBES))
        if ours.shape != theirs.shape or np.sum(ours * theirs, axis=1).min() < _LEAST_COSINE:
            return None  # another pooling, a layer more, other activations
        return packed


def has_fast_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 natively (AMX or AVX512-BF16), so that it pays."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def _threads() -> int:
    import torch

    return torch.get_num_threads()


def prepare_libraries() -> None:
    """Settings that the model libraries read when they are first imported.

    No questions to a hub: the weights are already on this computer. Threads that wait sleep instead
    of spinning: on two busy cores a reading of 20 passages took 0.5 s so, and up to 20 s without.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _load(folder: Path, name: str) -> SentenceTransformer:
    prepare_libraries()
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # "Loading weights" is noise under an answer.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"The embedding model {name} could not be loaded from {folder}: "
            f"{error}. Reinstall it or name another with the setting embedder."
        ) from error


def _fast_precision(device: str) -> dtype | None:
    """A half precision that this device multiplies natively, None where there is none."""
    import torch

    if device == "cuda":
        major = torch.cuda.get_device_capability()[0]
        return torch.bfloat16 if major >= 8 else torch.float16 if major == 7 else None
    return torch.bfloat16 if device == "cpu" and has_fast_bfloat16() else None


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts in batches of some thousand tokens, long ones first."""
    batch: list[int] = []
    tokens = 0
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if batch and tokens + lengths[at] > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(at)
        tokens += lengths[at]
    if batch:
        yield batch
