"""The approximate kind: it must do what exact search does, nearly always find what that finds, and
survive additions, removals, copies and its file."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from conftest import MakeFolder, dense_sources
from hypothesis import given, settings
from hypothesis import strategies as st

from index import vectors_coded, vectors_rows
from index.embedding import unit_rows
from index.errors import DamagedError
from index.index import Index
from index.vectors import FaissStore
from index.vectors_check import WANTED_RECALL, RecallCheck, check_recall, tune
from index.vectors_coded import MAGIC, CodedVectors, best_first
from index.vectors_rows import HalfRows

DIMENSION = 32
COUNT = 12_000


def clustered(count: int, seed: int = 1, dimension: int = DIMENSION) -> np.ndarray:
    """Unit vectors around a few hundred topics, as texts are."""
    rng = np.random.default_rng(seed)
    topics = rng.standard_normal((300, dimension), dtype=np.float32)
    aside = rng.standard_normal((count, dimension), dtype=np.float32)
    return unit_rows(topics[rng.integers(0, 300, count)] + 0.8 * aside)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return clustered(COUNT)


@pytest.fixture(scope="module")
def large(rows: np.ndarray) -> FaissStore:
    """A coded store that has so many vectors that its codes decide."""
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    for start in range(0, COUNT, 5_000):
        numbers = np.arange(start, min(start + 5_000, COUNT), dtype=np.int64)
        store.add(numbers + 100, rows[numbers])
    return store


def nearest(rows: np.ndarray, query: np.ndarray, k: int) -> list[int]:
    """Numbers by exact search over the rows as they are."""
    return [int(place) + 100 for place in np.argsort(-(rows @ query), kind="stable")[:k]]


def test_a_store_becomes_coded_when_it_outgrows_exact_search(rows: np.ndarray) -> None:
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    store.add(np.arange(1_000), rows[:1_000])
    assert store.coded is None
    store.add(np.array([5_000]), rows[1_000:1_001])
    assert store.coded is not None
    assert len(store) == 1_001
    for number in (0, 999, 5_000):
        query = rows[min(number, 1_000)]
        scores, found = store.search(query[None], 1)
        assert found[0, 0] == number
        assert scores[0, 0] == pytest.approx(1.0, abs=1e-3)


def test_codes_choose_the_candidates_and_scores_are_true(
    large: FaissStore, rows: np.ndarray
) -> None:
    coded = large.coded
    assert coded is not None
    queries = clustered(20, seed=9)
    scores, found = large.search(queries, 10)
    looked_at = coded._candidates(queries[0], 10, None)
    assert coded.tuned_at == COUNT
    assert vectors_coded.FEWEST_CANDIDATES <= len(looked_at) == coded.candidates < COUNT / 2
    hits = 0
    for row, query in enumerate(queries):
        hits += len(set(found[row].tolist()) & set(nearest(rows, query, 10)))
        assert np.allclose(scores[row], rows[found[row] - 100] @ query, atol=2e-3)
        assert (np.diff(scores[row]) <= 0).all()
    assert hits >= 0.98 * 200


@pytest.mark.parametrize("share", [3, 9, 500])
def test_a_filter_loses_nothing(large: FaissStore, rows: np.ndarray, share: int) -> None:
    """HNSW found half of the ten nearest with an 11 % filter."""
    allowed = np.arange(100, COUNT + 100, share)
    queries = clustered(20, seed=10)
    found = large.search(queries, 10, allowed)[1]
    hits = 0
    for row, query in enumerate(queries):
        wanted = [allowed[place - 100] for place in nearest(rows[allowed - 100], query, 10)]
        assert set(found[row].tolist()) <= set(allowed.tolist())
        hits += len(set(found[row].tolist()) & set(wanted))
    assert hits >= 0.98 * 200


def test_a_filter_over_most_vectors_goes_through_the_codes(large: FaissStore) -> None:
    coded = large.coded
    assert coded is not None
    inside = np.arange(0, COUNT, 2, dtype=np.int64)
    found = coded._candidates(clustered(1)[0], 10, inside)
    assert len(found) == coded.candidates < len(inside)
    assert set(found.tolist()) <= set(inside.tolist())


def test_unknown_numbers_in_a_filter_are_passed_over(large: FaissStore) -> None:
    scores, found = large.search(clustered(1), 4, np.array([7, 101, 10**9, 105]))
    assert set(found[0].tolist()) == {101, 105, -1}
    assert np.isneginf(scores[0, 2:]).all()
    assert (large.search(clustered(1), 2, np.array([10**9]))[1] == -1).all()


NUMBERS = st.integers(0, 60)


@settings(max_examples=60)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "copy", "save"]), st.lists(NUMBERS, unique=True)
        ),
        max_size=6,
    ),
    query=st.integers(1000, 1100),
    k=st.integers(1, 70),
    allowed=st.none() | st.sets(NUMBERS, max_size=30),
)
def test_coming_and_going_agrees_with_numpy(
    tmp_path: Path,
    steps: list[tuple[str, list[int]]],
    query: int,
    k: int,
    allowed: set[int] | None,
) -> None:
    """With codes that name every vector, the same answers as exact search; in any order."""
    store = FaissStore(DIMENSION, exact_up_to=3)
    held: dict[int, np.ndarray] = {}
    for action, numbers in steps:
        if action == "add":
            new = {number: row_of(number) for number in numbers if number not in held}
            if new:
                store.add(np.array(list(new)), np.stack(list(new.values())))
            held |= new
        elif action == "remove":
            store.remove(np.array(numbers, dtype=np.int64))
            held = {number: row for number, row in held.items() if number not in numbers}
        elif action == "copy":
            store, before = store.copy(), store
            before.remove(np.array(sorted(held), dtype=np.int64))  # must not reach the copy
        else:
            store = FaissStore.load(
                tmp_path / "v.faiss", store.save(tmp_path, "v.faiss"), DIMENSION
            )
        assert len(store) == len(held)
    inside = sorted(held if allowed is None else held.keys() & allowed)
    filtered = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    for everything in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not everything:  # through the codes, which are asked for as many as there are
                patch.setattr(vectors_coded, "_SCORED_WHOLE", 0)
            if store.coded is not None:
                store.coded.candidates, store.coded.tuned_at = 1000 if everything else 60, 60
            scores, found = store.search(row_of(query)[None], k, filtered)
        true = np.array([held[number] @ row_of(query) for number in inside])
        count = min(k, len(inside))
        assert set(found[0, :count].tolist()) <= set(inside)
        assert np.allclose(scores[0, :count], np.sort(true)[::-1][:count], atol=2e-3)
        assert (found[0, count:] == -1).all()


def row_of(number: int) -> np.ndarray:
    row = np.random.default_rng(number).standard_normal((1, DIMENSION), dtype=np.float32)
    return unit_rows(row)[0]


def test_removed_vectors_are_never_found_again(rows: np.ndarray) -> None:
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    store.add(np.arange(COUNT), rows)
    gone = np.arange(0, COUNT, 2)
    store.remove(gone)
    found = store.search(clustered(30, seed=4), 50)[1]
    assert (found % 2 == 1).all()
    store.add(gone[:10], rows[gone[:10]])  # numbers below those that are there
    assert store.search(rows[[4]], 1)[1][0, 0] == 4
    assert store.search(rows[[5]], 1)[1][0, 0] == 5


def test_rows_of_removed_vectors_are_let_go(rows: np.ndarray) -> None:
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    store.add(np.arange(COUNT), rows)
    store.remove(np.arange(COUNT - 100))
    coded = store.coded
    assert coded is not None
    assert len(coded._rows) == 100
    assert store.search(rows[[COUNT - 7]], 1)[1][0, 0] == COUNT - 7


def test_equal_scores_come_by_number() -> None:
    values = np.array([0.5] * 40 + [0.7], dtype=np.float32)
    numbers = np.arange(41)[::-1].copy()
    best = best_first(values, numbers, 5)
    assert numbers[best].tolist() == [0, 1, 2, 3, 4]


# ---- rows ------------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(0, 25), max_size=6), seed=st.integers(0, 9))
def test_half_rows_keep_every_row_in_its_place(sizes: list[int], seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors_rows, "_BLOCK", 8)
        rows, all_rows = HalfRows(4), np.empty((0, 4), dtype=np.float32)
        for size in sizes:
            new = np.random.default_rng(seed + len(all_rows)).random((size, 4), dtype=np.float32)
            places = rows.append(new)
            assert places.tolist() == list(range(len(all_rows), len(all_rows) + size))
            all_rows = np.concatenate([all_rows, new])
            twin = rows.copy()
            twin.append(np.full((3, 4), 9.0, dtype=np.float32))  # must not reach ``rows``
        order = np.random.default_rng(seed).permutation(len(all_rows))
        assert np.allclose(rows.take(order), all_rows[order], atol=1e-3)
        pieces = list(rows.pieces(order))
        joined = np.concatenate(pieces) if pieces else np.empty((0, 4))
        assert np.allclose(joined, all_rows[order], atol=1e-3)


def test_rows_of_a_file_can_be_appended_to() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors_rows, "_BLOCK", 8)
        original = np.arange(40, dtype=np.float16).reshape(20, 2)
        original.setflags(write=False)
        rows = HalfRows.over(original)
        rows.append(np.array([[7.0, 7.0]], dtype=np.float32))
        assert len(rows) == 21
        assert rows.take(np.arange(21))[[0, 19, 20]].tolist() == [[0, 1], [38, 39], [7, 7]]


# ---- file ------------------------------------------------------------------------------------


def test_saved_and_loaded_finds_the_same(large: FaissStore, tmp_path: Path) -> None:
    sha256 = large.save(tmp_path, "v.faiss")
    loaded = FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION)
    assert (tmp_path / "v.faiss").read_bytes().startswith(MAGIC)
    for before, after in zip(
        large.search(clustered(5, seed=3), 20), loaded.search(clustered(5, seed=3), 20), strict=True
    ):
        assert np.array_equal(before, after)
    assert loaded.coded is not None
    assert large.coded is not None
    assert loaded.coded.candidates == large.coded.candidates
    assert loaded.coded.tuned_at == COUNT


def test_a_damaged_file_is_found_before_faiss_sees_it(
    large: FaissStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = large.save(tmp_path, "v.faiss")
    path = tmp_path / "v.faiss"
    data = path.read_bytes()

    def no_faiss(*_: object) -> None:
        raise AssertionError("FAISS was handed damaged bytes")

    monkeypatch.setattr(faiss, "deserialize_index", no_faiss)
    for place in (0, 30, 70, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(DamagedError, match="checksum"):
            FaissStore.load(path, sha256, DIMENSION)


def test_another_dimension_is_refused(large: FaissStore, tmp_path: Path) -> None:
    sha256 = large.save(tmp_path, "v.faiss")
    with pytest.raises(DamagedError, match="length 32, not 33"):
        FaissStore.load(tmp_path / "v.faiss", sha256, DIMENSION + 1)


@pytest.mark.parametrize("keep", [30, 64, 5_000, -1])
def test_a_file_of_the_wrong_size_is_refused(large: FaissStore, keep: int) -> None:
    coded = large.coded
    assert coded is not None
    data = np.frombuffer(b"".join(coded.pieces())[:keep], dtype=np.uint8)
    with pytest.raises(ValueError, match="cut short"):
        CodedVectors.from_bytes(data, DIMENSION)


# ---- inside an index -------------------------------------------------------------------------


def test_an_index_with_coded_vectors_adds_removes_and_mends(
    index: Index, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 4)
    monkeypatch.setattr(vectors_coded, "_SCORED_WHOLE", 0)
    names = ("harbour", "bridge", "mill", "ferry", "quarry", "orchard", "canal", "archive")
    folder = make_folder({f"{name}.txt": f"All about the {name}.\n" for name in names})
    index.sync([folder])
    (file,) = index.folder.glob("vectors-*.faiss")
    assert file.read_bytes().startswith(MAGIC)
    (folder / "mill.txt").unlink()
    make_folder({"lighthouse.txt": "All about the lighthouse.\n", "canal.txt": "A canal boat.\n"})
    index.sync([folder])
    expected = {f"{name}.txt" for name in (*names, "lighthouse")} - {"mill.txt"}
    for mend in (False, True):
        if mend:  # what is on disk is damaged: it is rebuilt from the catalog
            (file,) = index.folder.glob("vectors-*.faiss")
            file.write_bytes(file.read_bytes()[:-5] + b"wrong")
        with Index.open(index.folder, index.embedder) as again, again.snapshot() as snapshot:
            assert dense_sources(again, snapshot, "All about the lighthouse.") == {"lighthouse.txt"}
            assert dense_sources(again, snapshot, "A canal boat.") == {"canal.txt"}
            assert dense_sources(again, snapshot, "All about the mill.", 50) == expected


# ---- the check -------------------------------------------------------------------------------


def test_the_check_measures_a_sound_store(large: FaissStore) -> None:
    check = check_recall(large)
    assert check.sound
    assert check.questions == 50
    assert "12,000" in str(check)
    assert "%" in str(check)


def test_the_check_sees_a_store_that_misses(rows: np.ndarray) -> None:
    """Codes that belong to other vectors name the wrong candidates."""
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    store.add(np.arange(COUNT), rows)
    assert store.coded is not None
    store.coded._places = store.coded._places[::-1].copy()
    check = check_recall(store)
    assert check.recall < WANTED_RECALL
    assert not check.sound


def test_an_exact_store_is_sound_as_it_is() -> None:
    store = FaissStore(DIMENSION)
    store.add(np.arange(3), clustered(3))
    assert check_recall(store) == RecallCheck(store.kind, 3, 0, 1.0, 1.0)


def test_tuning_scores_more_candidates_where_fewer_do_not_do(
    rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vectors_check.FEWEST_CANDIDATES", 8)
    monkeypatch.setattr(vectors_coded, "_SCORED_WHOLE", 0)
    store = FaissStore(DIMENSION, exact_up_to=1_000)
    store.add(np.arange(COUNT), rows)
    coded = store.coded
    assert coded is not None
    tune(coded)
    assert coded.tuned_at == COUNT
    assert 8 < coded.candidates < COUNT
    assert check_recall(store).recall >= WANTED_RECALL
