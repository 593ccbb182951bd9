"""The catalog's full-text table: analysed terms by chunk, BM25, and which chunks a scope holds.

Takes terms as `index.analysis` makes them; analyses and fuses nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.catalog_rows import Numbers, batches
from index.catalog_schema import clear_errors
from index.errors import DamagedError
from index.types import Scope

_SENTENCE_MARK = " . "  # the tokenizer passes over it; `sentence_terms` splits at it


class FullText:
    """Terms of the chunks of one open catalog; it lives in that catalog's transactions."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

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
        """
        if not terms:
            return []
        match = " OR ".join(f'"{term}"' for term in terms)
        where, values = _scope_clause(scope)
        inside = f" AND rowid IN ({_scoped(where)})" if where else ""
        rows = self._db.execute(
            f"SELECT rowid, bm25(terms) FROM terms WHERE terms MATCH ?{inside}"
            " ORDER BY bm25(terms), rowid LIMIT ?",
            (match, *values, limit),
        )
        return [(int(number), -float(score)) for number, score in rows]

    def scoped_numbers(self, scope: Scope) -> Numbers | None:
        """Chunk numbers inside a scope, ascending; None when the scope is everything."""
        where, values = _scope_clause(scope)
        if not where:
            return None
        rows = self._db.execute(_scoped(where) + " ORDER BY number", values).fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def sentence_terms(self, numbers: Iterable[int]) -> dict[int, list[list[str]]]:
        """Per chunk, the terms of its context and then of each of its sentences."""
        found: dict[int, list[list[str]]] = {}
        for some in batches(list(numbers)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT rowid, words FROM terms WHERE rowid IN ({marks})", some
            )
            for number, words in rows:
                found[number] = [piece.split() for piece in str(words).split(_SENTENCE_MARK)]
        return found

    def count_holders(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each analysed term occurs."""
        counts = dict.fromkeys(terms, 0)
        for some in batches(list(counts)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(
                f"SELECT term, doc FROM term_counts WHERE term IN ({marks})", some
            )
            counts.update((str(term), int(count)) for term, count in rows)
        return counts

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
