"""The vector store: what every `VectorStore` must do, against numpy, and FAISS's file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import IO

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DamagedError, StoreError
from index.vectors import FaissStore, VectorStore
from index.vectors_exact import one_thread

DIMENSION = 8


def rows_for(numbers: list[int]) -> np.ndarray:
    """A unit vector for each number, always the same."""
    rows = np.stack([np.random.default_rng(number).normal(size=DIMENSION) for number in numbers])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def filled(numbers: list[int]) -> FaissStore:
    store = FaissStore(DIMENSION)
    store.add(np.array(numbers, dtype=np.int64), rows_for(numbers))
    return store


def oracle(
    held: set[int], query: np.ndarray, k: int, allowed: set[int] | None
) -> tuple[list[int], list[float]]:
    inside = sorted(held if allowed is None else held & allowed)
    if not inside:
        return [], []
    scores = rows_for(inside) @ query
    best = np.argsort(-scores, kind="stable")[:k]
    return [inside[place] for place in best], [float(scores[place]) for place in best]


NUMBERS = st.integers(0, 60)
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.sets(NUMBERS, max_size=20)), max_size=6
)


@given(
    steps=STEPS,
    queries=st.lists(st.integers(1000, 1100), min_size=1, max_size=3),
    k=st.integers(1, 70),
    allowed=st.none() | st.sets(NUMBERS, max_size=30),
)
def test_any_store_agrees_with_numpy(
    steps: list[tuple[str, set[int]]], queries: list[int], k: int, allowed: set[int] | None
) -> None:
    store: VectorStore = FaissStore(DIMENSION)
    held: set[int] = set()
    for action, numbers in steps:
        if action == "add":
            new = sorted(numbers - held)
            if new:
                store.add(np.array(new, dtype=np.int64), rows_for(new))
            held |= numbers
        else:
            store.remove(np.array(sorted(numbers), dtype=np.int64))
            held -= numbers
        assert len(store) == len(held)
    wanted = rows_for(queries)
    inside = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    scores, found = store.search(wanted, k, inside)
    assert scores.shape == found.shape == (len(queries), k)
    for row, query in enumerate(wanted):
        numbers, expected = oracle(held, query, k, allowed)
        count = len(numbers)
        assert found[row, :count].tolist() == numbers
        assert np.allclose(scores[row, :count], expected, atol=1e-5)
        assert (found[row, count:] == -1).all()
        assert np.isneginf(scores[row, count:]).all()


def test_adding_nothing_and_removing_from_nothing() -> None:
    store = FaissStore(DIMENSION)
    store.add(np.empty(0, dtype=np.int64), np.empty((0, DIMENSION), dtype=np.float32))
    store.remove(np.array([1], dtype=np.int64))
    assert len(store) == 0


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        FaissStore(DIMENSION).add(np.array([1]), np.zeros((1, DIMENSION + 1), dtype=np.float32))


def test_a_copy_is_independent() -> None:
    store = filled([1, 2, 3])
    twin = store.copy()
    twin.remove(np.array([1]))
    twin.add(np.array([9]), rows_for([9]))
    assert (len(store), len(twin)) == (3, 3)
    assert store.search(rows_for([1]), 1)[1][0, 0] == 1
    assert twin.search(rows_for([9]), 1)[1][0, 0] == 9


def test_searching_leaves_faiss_its_threads() -> None:
    before = faiss.omp_get_max_threads()
    filled([1, 2, 3]).search(rows_for([1]), 1)
    assert faiss.omp_get_max_threads() == before
    with one_thread():
        assert faiss.omp_get_max_threads() == 1
    assert faiss.omp_get_max_threads() == before


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    store = filled(list(range(50)))
    sha256 = store.save(tmp_path, "v.faiss")
    loaded = FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION)
    for before, after in zip(
        store.search(rows_for([7]), 10), loaded.search(rows_for([7]), 10), strict=True
    ):
        assert np.array_equal(before, after)
    loaded.remove(np.array([7]))
    assert len(loaded) == 49
    assert [path.name for path in tmp_path.iterdir()] == ["v.faiss"]


def no_faiss(*_: object) -> None:
    raise AssertionError("FAISS was handed damaged bytes")


def test_every_flipped_byte_is_found_before_faiss_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "v.faiss"
    sha256 = filled(list(range(50))).save(tmp_path, "v.faiss")
    data = path.read_bytes()
    monkeypatch.setattr(faiss, "deserialize_index", no_faiss)
    places = random.Random(1).sample(range(len(data)), 180) + list(range(20))
    for place in places:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        with pytest.raises(DamagedError, match="checksum"):
            FaissStore.load(path, sha256, DIMENSION)


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_cut_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    path = tmp_path / "v.faiss"
    sha256 = filled([1, 2]).save(tmp_path, "v.faiss")
    path.write_bytes(path.read_bytes()[:length])
    monkeypatch.setattr(faiss, "deserialize_index", no_faiss)
    with pytest.raises(DamagedError):
        FaissStore.load(path, sha256, DIMENSION)


def test_a_missing_file_and_another_dimension(tmp_path: Path) -> None:
    sha256 = filled([1]).save(tmp_path, "v.faiss")
    with pytest.raises(DamagedError, match="cannot be read"):
        FaissStore.load(tmp_path / "other.faiss", sha256, DIMENSION)
    with pytest.raises(DamagedError, match="length"):
        FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION + 1)


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs /dev/full to stand for a full disk"
)
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = filled([1, 2]).save(tmp_path, "v.faiss")
    opened = Path.open

    def full(path: Path, mode: str = "r") -> IO[bytes]:
        target = Path("/dev/full") if path.suffix == ".part" else path
        return opened(target, mode)  # type: ignore[return-value]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(StoreError, match="could not be written"):
            filled(list(range(1000))).save(tmp_path, "v.faiss")
    assert len(FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["v.faiss"]


def test_a_write_that_fails_halfway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = filled([1, 2]).save(tmp_path, "v.faiss")

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("index.vectors.os.fsync", fail)
    with pytest.raises(StoreError, match="Input/output error"):
        filled([3]).save(tmp_path, "v.faiss")
    assert len(FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["v.faiss"]
