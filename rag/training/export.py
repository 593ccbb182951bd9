"""A trained network to the two files that ship: float16 weights, and the facts to check them by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save

from rag.reader_model import FACTS_FILE, FORMAT_VERSION, WEIGHTS_FILE
from rag.reader_network import (
    load_network_state,
    shipped_state,
    tensor_digest,
    word_embeddings,
)
from rag.training.held_out import HeldOut

NAME = "footnote-reader-10"


def export(network: torch.nn.ModuleDict, checked: HeldOut, out: Path) -> None:
    """Write the weights and the facts; calibrated as float16, the way they will be read."""
    state = shipped_state(network)
    load_network_state(network, {name: tensor.float() for name, tensor in state.items()})
    scores = checked.scores(network)
    calibration, errors = scores.calibration()
    figures = {**scores.figures(), **errors}
    print("FINAL", figures, flush=True)
    data = save(state)
    facts = {
        "format": FORMAT_VERSION,
        "name": NAME,
        "sha256": hashlib.sha256(data).hexdigest(),
        "word_embeddings_sha256": tensor_digest(word_embeddings()),
        "calibration": asdict(calibration),
        "held_out": figures,
    }
    (out / WEIGHTS_FILE).write_bytes(data)
    (out / FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
