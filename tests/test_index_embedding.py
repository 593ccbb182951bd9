"""Embedders: unit rows in order, a fingerprint that tells weights apart, and the real model."""

from __future__ import annotations

import copy
import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertModel

from index.embedding import (
    HashingEmbedder,
    SentenceTransformerEmbedder,
    has_fast_bfloat16,
    unit_rows,
)
from index.errors import ModelError
from index.lone_workers import LoneWorkers
from index.packed_bert import (
    PackedBert,
    _lowered_shares,
    _quick_shares,
    _safe_shares,
    text_spans,
)
from index.sentence_model import _BATCH_TOKENS, _batches

TEXTS = ["A fox.", "", "你好 😀", "The capital of France is Paris.", "word " * 400]


@pytest.fixture(scope="module")
def real() -> Iterator[SentenceTransformerEmbedder]:
    """The packaged model, loaded once; any attempt to reach out fails the tests."""

    def refuse(*_: object) -> None:
        raise AssertionError("the embedder tried to open a connection")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield SentenceTransformerEmbedder()


@given(st.lists(st.text(), max_size=8))
def test_hashing_rows_are_unit_and_in_order(texts: list[str]) -> None:
    embedder = HashingEmbedder(dimension=32)
    rows = embedder.embed(texts)
    assert rows.shape == (len(texts), 32)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    for row, text in zip(rows, texts, strict=True):
        assert np.array_equal(row, embedder.embed([text])[0])


def test_hashing_likes_shared_words() -> None:
    question, near, far = HashingEmbedder().embed(["red fox", "the red fox ran", "blue whale"])
    assert question @ near > question @ far + 0.2


def test_hashing_fingerprints_tell_dimensions_apart() -> None:
    assert HashingEmbedder(64).fingerprint != HashingEmbedder(128).fingerprint


def test_unit_rows_leave_zeros_alone() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert np.allclose(rows, [[0.6, 0.8], [0.0, 0.0]])


def test_counting_needs_no_model_and_cuts_nothing() -> None:
    embedder = SentenceTransformerEmbedder()
    assert embedder.count_tokens(["", "hello world", "hello " * 1000]) == [2, 4, 1002]
    assert embedder.count_tokens([]) == []
    assert embedder._model is None


def test_real_rows_are_unit_and_in_order(real: SentenceTransformerEmbedder) -> None:
    rows = real.embed(TEXTS)
    assert rows.shape == (len(TEXTS), real.dimension) == (5, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)
    for row, text in zip(rows, TEXTS, strict=True):
        assert row @ real.embed([text])[0] > 0.999
    assert real.embed([]).shape == (0, 384)


def test_real_vectors_know_meaning(real: SentenceTransformerEmbedder) -> None:
    question, near, far = real.embed(
        ["What is the capital of France?", "Paris is France's seat of government.", "Boil an egg."]
    )
    assert question @ near > question @ far + 0.3


def test_fast_ways_change_next_to_nothing(real: SentenceTransformerEmbedder) -> None:
    """Packed, in half precision and sorted by length, against plain float32."""
    texts = ["A fox.", *TEXTS, "The quick brown fox jumps over the lazy dog. " * 20, "1,250 ü"] * 3
    fast, plain = real.embed(texts), real.embed_plainly(texts)
    assert (np.sum(fast * plain, axis=1) >= 0.999).all()
    assert ("bfloat16" in real.runs) == has_fast_bfloat16()
    if has_fast_bfloat16():
        assert not np.array_equal(fast, plain), "the precision was not switched"


def test_packing_in_float32_changes_nothing(real: SentenceTransformerEmbedder) -> None:
    import torch

    model = real._load_model()
    encoder = next(part for part in model._model.modules() if isinstance(part, BertModel))
    config = encoder.config
    packed = PackedBert(encoder, config.num_attention_heads, config.layer_norm_eps, torch.float32)
    ours = unit_rows(packed(model._ids(TEXTS)))
    assert np.allclose(ours, real.embed_plainly(TEXTS), atol=1e-5)


def test_scores_too_large_for_their_exponentials_are_taken_the_safe_way(
    real: SentenceTransformerEmbedder,
) -> None:
    import torch

    model = real._load_model()
    encoder = next(part for part in model._model.modules() if isinstance(part, BertModel))
    encoder = copy.deepcopy(encoder)
    with torch.no_grad():
        encoder.encoder.layer[2].attention.self.query.weight *= 100.0
    config = encoder.config
    packed = PackedBert(encoder, config.num_attention_heads, config.layer_norm_eps, torch.float32)
    ids = model._ids(TEXTS)
    assert not np.isfinite(packed._means(ids, _quick_shares)).all()
    assert np.isfinite(packed(ids)).all()
    assert np.array_equal(packed(ids), packed._means(ids, _safe_shares))


@pytest.mark.parametrize("greatest", [5.0, 130.0])
def test_lowered_scores_leave_the_shares_of_attention_as_they_were(greatest: float) -> None:
    import torch

    scores = torch.linspace(greatest - 60.0, greatest, 12).view(1, 3, 4)
    weights, whole = _lowered_shares(scores.clone())
    assert torch.allclose(weights / whole, scores.softmax(-1), atol=1e-6)


def test_pairs_whose_scores_overflow_are_read_again_safely(
    real: SentenceTransformerEmbedder,
) -> None:
    import torch

    model = real._load_model()
    encoder = next(part for part in model._model.modules() if isinstance(part, BertModel))
    encoder = copy.deepcopy(encoder)
    config = encoder.config
    with torch.no_grad():
        encoder.encoder.layer[2].attention.self.query.weight *= 100.0
    packed = PackedBert(encoder, config.num_attention_heads, config.layer_norm_eps, torch.float32)
    ids = model._ids(TEXTS)
    seconds = [len(row) // 2 for row in ids]
    assert torch.isfinite(packed.rows(ids, seconds)).all()
    for row, second, (start, end) in zip(ids, seconds, text_spans(ids), strict=True):
        types = torch.tensor([[int(at >= second) for at in range(len(row))]])
        with torch.inference_mode():
            plain = encoder(torch.tensor([row]), token_type_ids=types).last_hidden_state[0]
        assert torch.allclose(packed.rows(ids, seconds)[start:end], plain, atol=1e-3)


def test_a_model_that_packing_cannot_do_runs_plainly(
    real: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another pooling, say: what the packed encoder gives is then not what the model gives."""
    model = real._load_model()
    expected = real.embed_plainly(TEXTS)
    monkeypatch.setattr(model, "encode_plainly", lambda texts: -model._encode_plainly(texts))
    assert model._pack() is None
    monkeypatch.setattr(model, "_packed", None)
    assert (np.sum(real.embed(TEXTS) * expected, axis=1) >= 0.999).all()
    assert "packed" not in real.runs


def test_workers_compute_alone_and_others_keep_their_threads() -> None:
    import torch

    before = torch.get_num_threads()
    workers = LoneWorkers(2)
    assert workers.map(lambda _: torch.get_num_threads(), range(6)) == [1] * 6
    assert workers.map(lambda x: x * x, range(50)) == [x * x for x in range(50)]
    assert torch.get_num_threads() == before
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert found == [before]
    with pytest.raises(ZeroDivisionError):
        workers.map(lambda x: 1 // x, [1, 0, 2])


def test_a_question_need_not_wait_for_a_sync(real: SentenceTransformerEmbedder) -> None:
    """Threads that embed beside each other get what each would get alone."""
    if "packed" not in real.runs:
        pytest.skip("only packed models embed side by side")
    texts = [f"{text} {number}" for number in range(30) for text in TEXTS[:4]]
    alone = real.embed(texts)
    finished: list[str] = []

    def sync() -> None:
        assert np.allclose(real.embed(texts * 4)[: len(texts)], alone, atol=0.02)
        finished.append("sync")

    thread = threading.Thread(target=sync)
    thread.start()
    for _ in range(3):
        real.embed(["What is it?"])
        finished.append("question")
    thread.join()
    assert finished[0] == "question"
    assert "sync" in finished


@given(lengths=st.lists(st.integers(1, 300), max_size=60))
def test_batches_hold_every_text_once_and_few_tokens(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or sum(lengths[at] for at in batch) <= _BATCH_TOKENS
    longest = [lengths[at] for batch in batches for at in batch]
    assert longest == sorted(longest, reverse=True)


def test_text_is_read_up_to_the_window_and_no_further(real: SentenceTransformerEmbedder) -> None:
    """The packaged tokenizer file would cut at 128 tokens; the window is 256."""
    short, middle = "apple " * 120, "apple " * 120 + "quantum physics " * 30
    beyond = "apple " * 254
    assert real.window_tokens == 256
    assert 128 < real.count_tokens([middle])[0] < 256
    first, second, third, fourth = real.embed([short, middle, beyond, beyond + "physics " * 50])
    assert first @ second < 0.95
    assert third @ fourth > 0.9999


def test_loading_leaves_gradients_on(real: SentenceTransformerEmbedder) -> None:
    """Training in the same process needs them."""
    import torch

    real.embed(["x"])
    assert torch.is_grad_enabled()


def one_sentence(message: str) -> bool:
    return "\n" not in message and message.endswith(".")


@pytest.mark.parametrize(
    "name", ["no-such-model", "nobody/no-such-model", "a/b/c", "/no/such", "\0"]
)
def test_an_unknown_model_is_a_clear_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a look-up on the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ModelError) as caught:
        SentenceTransformerEmbedder(name)
    assert one_sentence(str(caught.value))
    assert repr(name) in str(caught.value)


def copy_model(folder: Path) -> Path:
    """The packaged model without its weights."""
    source = SentenceTransformerEmbedder()._folder
    shutil.copytree(
        source, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.onnx", "*.bin")
    )
    return folder


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not a sentence-transformers model"):
        SentenceTransformerEmbedder(str(tmp_path))


@pytest.mark.parametrize("content", ["[]", "{}", "nonsense", '{"hidden_size": null}'])
def test_damaged_settings_are_refused(tmp_path: Path, content: str) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / "config.json").write_text(content)
    with pytest.raises(ModelError):
        SentenceTransformerEmbedder(str(folder))


def test_only_safetensors_are_loaded(tmp_path: Path) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / "pytorch_model.bin").write_bytes(b"code")
    with pytest.raises(ModelError, match="safetensors"):
        _ = SentenceTransformerEmbedder(str(folder)).fingerprint


def test_damaged_weights_are_a_clear_error(tmp_path: Path) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"\xff" * 100)
    embedder = SentenceTransformerEmbedder(str(folder))
    with pytest.raises(ModelError, match="could not be loaded"):
        embedder.embed(["x"])


def test_a_model_without_a_fast_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        SentenceTransformerEmbedder(str(folder)).count_tokens(["x"])


def test_fingerprints_tell_weights_apart(tmp_path: Path) -> None:
    folder = copy_model(tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(b"one")
    first = SentenceTransformerEmbedder(str(folder)).fingerprint
    assert first == SentenceTransformerEmbedder(str(folder)).fingerprint
    weights.write_bytes(b"two")
    assert first != SentenceTransformerEmbedder(str(folder)).fingerprint


def test_a_stated_window_is_kept_to(tmp_path: Path) -> None:
    folder = copy_model(tmp_path / "model")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64}))
    assert SentenceTransformerEmbedder(str(folder)).window_tokens == 64
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 100_000}))
    assert SentenceTransformerEmbedder(str(folder)).window_tokens == 512


def test_hub_look_ups_are_off(real: SentenceTransformerEmbedder) -> None:
    real.embed(["x"])
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def _make(kept: list[LoneWorkers]) -> None:
    kept.append(LoneWorkers())


def test_workers_made_at_the_same_time_leave_the_common_number_alone() -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        for _ in range(5):
            made: list[LoneWorkers] = []
            makers = [threading.Thread(target=_make, args=(made,)) for _ in range(2)]
            for maker in makers:
                maker.start()
            for maker in makers:
                maker.join()
            assert [one.count for one in made] == [4, 4]
            assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)
