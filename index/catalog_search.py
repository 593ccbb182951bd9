"""The catalog's full-text table: analysed terms by chunk, BM25, and which chunks a scope holds.

While the words of a question stand in few chunks, SQLite scores all of these. Else the chunks that
hold the rarest of the words are found first and only the most promising are scored.

Takes terms as `index.analysis` makes them; analyses and fuses nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from index import bm25
from index.catalog_rows import Numbers, batches
from index.catalog_schema import clear_errors
from index.errors import DamagedError
from index.types import Scope

_SENTENCE_MARK = " . "  # the tokenizer passes over it; `sentence_terms` splits at it
# SQLite scores a chunk in 0.8 to 1.5 µs, and names one that holds a word in 0.25 µs.
_SCORED_BY_SQLITE = 10_000  # chunks a question's words may stand in, each word counted
_NAMED = 100_000  # chunks looked at by word alone; words that would make it more are left out
# Of those, so many times the limit are scored, and up to twice as many where they are level. On
# 50,000 made passages 3 kept .999 of the ten best by BM25 and .96 of the hundred best.
_PROMISING = 3
_KEPT = 4_096  # counts of words that are remembered while nothing changes


class FullText:
    """Terms of the chunks of one open catalog; it lives in that catalog's transactions."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._state = (-1, -1)  # of the file, when what follows was read from it
        self._holders: dict[str, int] = {}
        self._scopes: dict[Scope, Numbers] = {}

    def put(self, number: int, terms: Sequence[Sequence[str]]) -> None:
        """Store a chunk's terms: those of its context, then of each of its sentences."""
        words = _SENTENCE_MARK.join(map(" ".join, terms))
        self._db.execute("INSERT INTO terms (rowid, words) VALUES (?, ?)", (number, words))

    def drop(self, document_id: str) -> None:
        """Take out the terms of all chunks of a document."""
        self._db.execute(
            "DELETE FROM terms WHERE rowid IN (SELECT number FROM chunks WHERE document = ?)",
            (document_id,),
        )

    def search(
        self, terms: Sequence[str], limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """Chunk numbers and BM25 scores, higher is better, of the best matches of any term.

        BM25 is SQLite's: k1 = 1.2, b = 0.75, over analysed terms of title, headings and text.
        Scores are exact; where the terms are common, a chunk may be missing that holds fewer of
        them more often.
        """
        holders = self.count_holders(terms)
        known = {term: count for term, count in holders.items() if count}
        if not known:
            return []
        if sum(known.values()) <= _SCORED_BY_SQLITE:
            return self.search_all(list(known), limit, scope)
        return self._score_promising(known, limit, scope)

    def search_all(
        self, terms: Sequence[str], limit: int, scope: Scope | None = None
    ) -> list[tuple[int, float]]:
        """As `search`, with every chunk that holds any of the terms scored, however many."""
        match = " OR ".join(f'"{term}"' for term in terms)
        where, values = _scope_clause(scope)
        # The plus keeps SQLite from asking the full-text table anew for each chunk of the scope,
        # which took 187 ms where this takes 0.7.
        inside = f" AND +rowid IN ({_scoped(where)})" if where else ""
        rows = self._db.execute(
            f"SELECT rowid, bm25(terms) FROM terms WHERE terms MATCH ?{inside}"
            " ORDER BY bm25(terms), rowid LIMIT ?",
            (match, *values, limit),
        )
        return [(int(number), -float(score)) for number, score in rows]

    def _score_promising(
        self, holders: dict[str, int], limit: int, scope: Scope | None
    ) -> list[tuple[int, float]]:
        total, mean_length = self._sizes()
        weights = {term: bm25.weight(total, count) for term, count in holders.items()}
        asked = bm25.by_weight(weights)
        postings: list[Numbers] = []
        left = _NAMED
        for term in asked:
            # What half of the chunks hold tells nothing; nor can all be looked at.
            if postings and (weights[term] <= bm25.LEAST or holders[term] > left):
                break
            postings.append(self._holding(term, left))
            left -= len(postings[-1])
        wanted = _PROMISING * limit
        worth = [weights[term] for term in asked[: len(postings)]]
        allowed = self.scoped_numbers(scope) if scope is not None else None
        numbers = bm25.promising(postings, worth, wanted, 2 * wanted, allowed)
        texts = self._words(numbers.tolist())
        if not texts:
            return []
        counts, lengths = bm25.count_terms(list(texts.values()), asked)
        worth = [weights[term] for term in asked]
        scores = bm25.scores(counts, lengths, np.array(worth), mean_length)
        found = np.array(list(texts), dtype=np.int64)
        best = np.lexsort((found, -scores))[:limit]
        return [(int(found[at]), float(scores[at])) for at in best]

    def _sizes(self) -> tuple[int, float]:
        """How many chunks the table holds, and how many terms one has on average."""
        # FTS5's "averages record": the number of rows, then the terms in each column.
        row = self._db.execute("SELECT block FROM terms_data WHERE id = 1").fetchone()
        total, terms = bm25.read_varints(row[0])[:2]
        return total, terms / total

    def _holding(self, term: str, limit: int) -> Numbers:
        """Numbers of the chunks that hold a term, ascending."""
        rows = self._db.execute(
            "SELECT rowid FROM terms WHERE terms MATCH ? LIMIT ?", (f'"{term}"', limit)
        ).fetchall()
        return _as_numbers(rows)

    def _words(self, numbers: Sequence[int]) -> dict[int, str]:
        """The stored terms of these chunks, as they were put."""
        found: dict[int, str] = {}
        for some in batches(list(numbers)):
            marks = ",".join("?" * len(some))
            # The table that FTS5 keeps its columns in: half the time of asking FTS5 for them.
            rows = self._db.execute(f"SELECT id, c0 FROM terms_content WHERE id IN ({marks})", some)
            found.update((int(number), str(words)) for number, words in rows)
        return found

    def scoped_numbers(self, scope: Scope) -> Numbers | None:
        """Chunk numbers inside a scope, ascending; None when the scope is everything."""
        where, values = _scope_clause(scope)
        if not where:
            return None
        self._forget_if_changed()
        if scope not in self._scopes:
            rows = self._db.execute(_scoped(where) + " ORDER BY number", values).fetchall()
            self._scopes.clear()  # one is asked twice in a search, and again by the next
            self._scopes[scope] = _as_numbers(rows)
        return self._scopes[scope]

    def _forget_if_changed(self) -> None:
        """What is remembered holds for one state of the file: others' changes show in the data
        version, our own in the count of changes."""
        version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        state = (version, self._db.total_changes)
        if state != self._state:
            self._state = state
            self._holders.clear()
            self._scopes.clear()

    def sentence_terms(self, numbers: Iterable[int]) -> dict[int, list[list[str]]]:
        """Per chunk, the terms of its context and then of each of its sentences."""
        return {
            number: [piece.split() for piece in words.split(_SENTENCE_MARK)]
            for number, words in self._words(list(numbers)).items()
        }

    def count_holders(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each analysed term occurs."""
        self._forget_if_changed()
        if len(self._holders) > _KEPT:
            self._holders.clear()
        new = [term for term in dict.fromkeys(terms) if term not in self._holders]
        for some in batches(new):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT term, doc FROM term_counts WHERE term IN ({marks})", some
            )
            self._holders.update(dict.fromkeys(map(str, some), 0))
            self._holders.update((str(term), int(count)) for term, count in rows)
        return {term: self._holders[term] for term in terms}

    def problems(self) -> list[str]:
        """What FTS5's own check finds wrong, and terms of chunks that are not there."""
        strays = self._db.execute(
            "SELECT rowid FROM terms WHERE rowid NOT IN (SELECT number FROM chunks)"
        ).fetchall()
        found = [f"terms {number} belong to no chunk" for (number,) in strays]
        # The check is an INSERT, which a reader may not do: it runs on a copy without a name, that
        # SQLite keeps in memory or in a temporary file and deletes.
        copy = sqlite3.connect("")
        try:
            with clear_errors(self._path):
                self._db.backup(copy)
                copy.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
        except DamagedError as error:
            found.append(f"The full-text table does not hold what its passages say: {error}")
        finally:
            copy.close()
        return found


def _as_numbers(rows: Sequence[tuple[int]]) -> Numbers:
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows))


def _scoped(where: str) -> str:
    return (
        "SELECT number FROM chunks WHERE document IN (SELECT s.document FROM sources s"
        f" JOIN documents d ON d.id = s.document WHERE {where})"
    )


def _scope_clause(scope: Scope | None) -> tuple[str, list[str]]:
    if scope is None:
        return "", []
    clauses: list[str] = []
    values: list[str] = []
    if scope.sources or scope.folders:
        options = ["s.path = ?"] * len(scope.sources)
        values += scope.sources
        for folder in scope.folders:
            options.append("substr(s.path, 1, length(?)) = ?")
            prefix = folder.rstrip("/\\") + os.sep
            values += [prefix, prefix]
        clauses.append("(" + " OR ".join(options) + ")")
    stated = "coalesce(d.modified, date(s.mtime_ns / 1000000000, 'unixepoch'))"
    if scope.since is not None:
        clauses.append(f"substr({stated}, 1, 10) >= ?")
        values.append(scope.since)
    if scope.until is not None:
        clauses.append(f"substr({stated}, 1, 10) <= ?")
        values.append(scope.until)
    return " AND ".join(clauses), values
