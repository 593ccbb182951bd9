"""BM25 against SQLite's own, term counts and promising chunks against the plainest way, and the two
ways of searching the full-text table against each other."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import CountingEmbedder, MakeFolder
from hypothesis import assume, given
from hypothesis import strategies as st

from index import bm25, catalog_search
from index.analysis import question_terms
from index.index import Index
from index.types import Scope

TERMS = st.sampled_from("a ab abc b 1907 3d5 zoö 東京 open".split())
TEXTS = st.lists(st.lists(st.lists(TERMS, max_size=8), min_size=1, max_size=4), max_size=12)


def joined(sentences: list[list[str]]) -> str:
    return " . ".join(" ".join(some) for some in sentences)


@given(texts=TEXTS, asked=st.lists(TERMS, unique=True, max_size=5))
def test_counting_in_one_long_text_agrees_with_counting_in_each(
    texts: list[list[list[str]]], asked: list[str]
) -> None:
    counts, lengths = bm25.count_terms([joined(text) for text in texts], asked)
    assert counts.shape == (len(texts), len(asked))
    for row, text in enumerate(texts):
        bag = Counter(term for some in text for term in some)
        assert counts[row].tolist() == [bag[term] for term in asked]
        assert lengths[row] == bag.total()


@given(texts=TEXTS.filter(bool), asked=st.lists(TERMS, unique=True, min_size=1, max_size=4))
def test_scores_are_sqlites(texts: list[list[list[str]]], asked: list[str]) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(
        "CREATE VIRTUAL TABLE terms USING fts5(words, tokenize ="
        " \"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")"
    )
    for text in texts:
        db.execute("INSERT INTO terms (words) VALUES (?)", (joined(text),))
    match = " OR ".join(f'"{term}"' for term in asked)
    theirs = dict(
        db.execute("SELECT rowid, -bm25(terms) FROM terms WHERE terms MATCH ?", (match,)).fetchall()
    )
    record = db.execute("SELECT block FROM terms_data WHERE id = 1").fetchone()[0]
    total, length = bm25.read_varints(record)[:2]
    counts, lengths = bm25.count_terms([joined(text) for text in texts], asked)
    assume(length)
    assert (total, length) == (len(texts), lengths.sum())
    weights = [bm25.weight(total, int((column > 0).sum())) for column in counts.T]
    ours = bm25.scores(counts, lengths, np.array(weights), length / total)
    for row in range(len(texts)):
        assert theirs.get(row + 1, 0.0) == pytest.approx(ours[row], rel=1e-9)


@given(value=st.lists(st.integers(0, 2**40), max_size=4))
def test_varints_are_read(value: list[int]) -> None:
    data = b""
    for number in value:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        data += bytes(reversed(septets))
    assert bm25.read_varints(data) == value


@given(
    postings=st.lists(st.sets(st.integers(1, 40)), min_size=1, max_size=4),
    wanted=st.integers(1, 10),
    allowed=st.none() | st.sets(st.integers(1, 60)),
)
def test_the_promising_hold_the_most_weight(
    postings: list[set[int]], wanted: int, allowed: set[int] | None
) -> None:
    weights = [4.0, 2.0, 1.0, 0.5][: len(postings)]
    arrays = [np.array(sorted(some), dtype=np.int64) for some in postings]
    inside = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    found = bm25.promising(arrays, weights, wanted, 2 * wanted, inside).tolist()
    worth: Counter[int] = Counter()
    for some, value in zip(postings, weights, strict=True):
        for number in some if allowed is None else some & allowed:
            worth[number] += value  # type: ignore[assignment]
    assert found == sorted(found)
    assert set(found) <= set(worth)
    assert len(found) >= min(wanted, len(worth))
    assert len(found) <= max(2 * wanted, wanted)
    left_out = [worth[number] for number in worth if number not in found]
    if found and left_out:
        assert min(worth[number] for number in found) >= max(left_out)


# ---- the full-text table ---------------------------------------------------------------------


@pytest.fixture
def town(index: Index, make_folder: MakeFolder) -> Index:
    """Sixty short documents over a few words, some of them common."""
    rng = random.Random(3)
    words = "harbour bridge school market mill ferry quarry archive orchard canal".split()
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    files = {
        f"{'old' if at % 3 else 'new'}/{at}.txt": "\n\n".join(
            " ".join(rng.choices(words, weights, k=rng.randint(3, 12))).capitalize() + "."
            for _ in range(3)
        )
        for at in range(60)
    }
    index.sync([make_folder(files)])
    return index


QUESTIONS = ("the ferry and the quarry", "harbour", "market mill canal", "orchard zoo")


@pytest.mark.parametrize("question", QUESTIONS)
def test_promising_first_finds_what_scoring_all_finds(
    town: Index, question: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = question_terms(question)
    for scope in (None, Scope(folders=(str(tmp_path / "docs" / "new"),))):
        with town.snapshot() as snapshot:
            everything = snapshot.search_lexical(asked, 20, scope)
            monkeypatch.setattr(catalog_search, "_SCORED_BY_SQLITE", 0)
            monkeypatch.setattr(catalog_search, "_PROMISING", 10)
            promising = snapshot.search_lexical(asked, 20, scope)
            monkeypatch.undo()
        # What more than half of the chunks hold counts nothing, so it is not looked for.
        rarer = [score for _, score in everything if score > 1e-3]
        assert [number for number, _ in promising][: len(rarer)] == [
            number for number, _ in everything
        ][: len(rarer)]
        assert [score for _, score in promising][: len(rarer)] == pytest.approx(rarer, rel=1e-9)
        assert everything


def test_words_beyond_the_cap_are_left_out(town: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_search, "_SCORED_BY_SQLITE", 0)
    with town.snapshot() as snapshot:
        rarest = dict(snapshot.search_lexical(["canal"], 500))
        monkeypatch.setattr(catalog_search, "_NAMED", len(rarest))
        found = dict(snapshot.search_lexical(["mill", "canal"], 500))
        assert found.keys() == rarest.keys()
        assert any(found[number] > rarest[number] for number in found), "the other word counts too"
        monkeypatch.setattr(catalog_search, "_NAMED", 3)
        assert len(snapshot.search_lexical(["canal"], 500)) == 3


def test_what_is_remembered_is_forgotten_when_the_index_changes(
    town: Index, embedder: CountingEmbedder, make_folder: MakeFolder, tmp_path: Path
) -> None:
    scope = Scope(folders=(str(tmp_path / "docs" / "new"),))
    with town.snapshot() as snapshot:
        assert snapshot.unknown_terms(["zoo", "mill"]) == ["zoo"]
        before = snapshot.search_lexical(["mill"], 500, scope)
    town.sync([make_folder({"new/zoo.txt": "The mill is a zoo now."})])
    with town.snapshot() as snapshot:
        assert snapshot.unknown_terms(["zoo", "mill"]) == []
        assert len(snapshot.search_lexical(["mill"], 500, scope)) == len(before) + 1
    assert town.remove(str(tmp_path / "docs" / "new" / "zoo.txt"))
    with town.snapshot() as snapshot:
        assert snapshot.unknown_terms(["zoo"]) == ["zoo"]
        assert len(snapshot.search_lexical(["mill"], 500, scope)) == len(before)


def test_no_words_find_nothing(town: Index) -> None:
    with town.snapshot() as snapshot:
        assert snapshot.search_lexical([], 5) == []
        assert snapshot.search_lexical(["zoo"], 5) == []
