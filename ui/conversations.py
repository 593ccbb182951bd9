"""Conversations as they are kept: begun, found, renamed, deleted, and rid of a document's words.

One store per process, safe to use from several threads; other processes may use the same file.
Rendering is in `ui.render`, what an answer is made of in `ui.saved`.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.types import Answer
from ui.conversation_file import FILE_NAME, clear_errors, connect, transaction
from ui.saved import Shown, answer_from_dict, documents_of, purged, shown_words
from ui.within import EVERYTHING, Within, within_from_json

TITLE_CHARACTERS = 80
UNREADABLE = "This answer was saved in a form that can no longer be read: ask again."


@dataclass(frozen=True, slots=True)
class Kept:
    """One saved question and what became of it."""

    id: int
    conversation: str
    question: str
    answer: Answer | None
    notice: str
    asked: str  #: when, ISO 8601, UTC
    hashes: Mapping[str, str] = field(default_factory=dict)  #: SHA-256 of cited files, by document
    verdict: int = 0  #: 1 a thumb up, -1 down, 0 none
    correction: str = ""
    within: Within = EVERYTHING  #: what it was asked within


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list."""

    id: str
    title: str
    library: str
    created: str
    updated: str
    turns: int


class Conversations:
    """The store. ``trouble`` is a sentence when a damaged file had to be moved aside."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.RLock()
        self._db, self.trouble = connect(folder)
        self._tidy()

    def _tidy(self) -> None:
        """Forget questions asked again whose answer never came: their program ended before."""
        old = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
        with self._changing() as db:
            db.execute("DELETE FROM turns WHERE replaces != 0 AND asked < ?", (old,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    # ---- conversations -------------------------------------------------------------------

    def begin(self, title: str, library: str) -> str:
        """A new conversation; returns its id."""
        made, now = uuid.uuid4().hex, _now()
        with self._changing() as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (made, clean_title(title), library, now, now),
            )
        return made

    def rename(self, conversation: str, title: str) -> bool:
        """Give it another title; False when there is none of that id."""
        with self._changing() as db:
            done = db.execute(
                "UPDATE conversations SET title = ? WHERE id = ?",
                (clean_title(title), conversation),
            )
            return done.rowcount > 0

    def delete(self, conversation: str) -> bool:
        """Delete it with all its turns; False when there is none of that id."""
        with self._changing() as db:
            done = db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
        self._forget_log()
        return done.rowcount > 0

    def find(self, conversation: str) -> Summary | None:
        """One conversation by id."""
        found = self._summaries("WHERE c.id = ?", (conversation,))
        return found[0] if found else None

    def listed(self, words: str = "", limit: int = 200) -> list[Summary]:
        """Conversations, the latest first; with ``words``, those that hold every one of them."""
        clauses, values = [], []
        for word in words.casefold().split()[:10]:
            clauses.append(
                "(instr(fold(c.title), ?) OR EXISTS (SELECT 1 FROM turns t "
                "WHERE t.conversation = c.id AND t.replaces = 0 AND instr(t.words, ?)))"
            )
            values += [word, word]
        where = "WHERE " + " AND ".join(clauses) if clauses else ""
        return self._summaries(f"{where} ORDER BY c.updated DESC LIMIT {limit:d}", values)

    def _summaries(self, where: str, values: Sequence[str]) -> list[Summary]:
        with self._reading() as db:
            db.create_function("fold", 1, lambda title: title.casefold(), deterministic=True)
            rows = db.execute(
                "SELECT c.id, c.title, c.library, c.created, c.updated, (SELECT count(*) "
                "FROM turns n WHERE n.conversation = c.id AND n.replaces = 0) "
                f"FROM conversations c {where}",
                tuple(values),
            ).fetchall()
        return [Summary(*row) for row in rows]

    def titles(self) -> dict[str, str]:
        """What a person called their libraries, by name."""
        with self._reading() as db:
            return dict(db.execute("SELECT name, title FROM libraries").fetchall())

    def entitle(self, library: str, title: str) -> None:
        """Call a library so; an empty title forgets what it was called."""
        with self._changing() as db:
            db.execute("DELETE FROM libraries WHERE name = ?", (library,))
            if title:
                db.execute("INSERT INTO libraries VALUES (?, ?)", (library, _sound(title)))

    # ---- turns ---------------------------------------------------------------------------

    def ask(
        self, conversation: str, question: str, within: Within = EVERYTHING, replaces: int = 0
    ) -> int:
        """Note a question before it is answered; returns the number of its turn.

        One that ``replaces`` a turn is not part of the conversation before it has an answer: until
        then the turn that is asked again stays, and all that came after it.
        """
        now = _now()
        with self._changing() as db:
            made = db.execute(
                "INSERT INTO turns (conversation, question, words, asked, within, replaces) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(conversation, _sound(question), _sound(question.casefold()), now),
                    *(within.to_json(), replaces),
                ),
            )
            db.execute("UPDATE conversations SET updated = ? WHERE id = ?", (now, conversation))
        assert made.lastrowid is not None
        return made.lastrowid

    def answer(self, turn: int, answer: Answer | None, notice: str) -> bool:
        """Keep what became of a question; False when an older answer stays in its stead.

        A question asked again takes the place of the older turns only with a finished answer, or
        where they hold none. Nothing happens when its turn was deleted meanwhile.
        """
        finished = answer is not None and answer.final and not notice
        with self._changing() as db:
            row = db.execute(
                "SELECT conversation, replaces FROM turns WHERE id = ?", (turn,)
            ).fetchone()
            if row is not None and row[1]:
                older = "conversation = ? AND id >= ? AND id < ? AND replaces = 0"
                span = (row[0], row[1], turn)
                held = f"SELECT 1 FROM turns WHERE {older} AND answer IS NOT NULL"
                if not finished and db.execute(held, span).fetchone() is not None:
                    db.execute("DELETE FROM turns WHERE id = ?", (turn,))
                    return False
                db.execute(f"DELETE FROM turns WHERE {older}", span)
                db.execute("UPDATE turns SET replaces = 0 WHERE id = ?", (turn,))
            self._put(db, turn, answer, notice)
        return True

    def note_hashes(self, turn: int, hashes: Mapping[str, str]) -> None:
        """Keep the SHA-256 of each cited file, by the document's id."""
        with self._changing() as db:
            db.execute("UPDATE turns SET hashes = ? WHERE id = ?", (json.dumps(dict(hashes)), turn))

    def _put(self, db: sqlite3.Connection, turn: int, answer: Answer | None, notice: str) -> None:
        row = db.execute("SELECT question FROM turns WHERE id = ?", (turn,)).fetchone()
        if row is None:
            return
        said = "" if answer is None else answer.text
        data = None if answer is None else json.dumps(answer.to_dict())
        words = _sound(f"{row[0]}\n{said}".casefold())
        db.execute(
            "UPDATE turns SET answer = ?, notice = ?, words = ? WHERE id = ?",
            (data, _sound(notice), words, turn),
        )
        db.execute("DELETE FROM held WHERE turn = ?", (turn,))
        held = documents_of(answer) if answer is not None else ()
        db.executemany("INSERT INTO held VALUES (?, ?)", [(turn, each) for each in held])

    def turns(self, conversation: str) -> list[Kept]:
        """The turns of a conversation, the oldest first."""
        where = "WHERE t.conversation = ? AND t.replaces = 0 ORDER BY t.id"
        return self._kept(where, (conversation,))

    def turn(self, number: int) -> Kept | None:
        """One turn by its number."""
        found = self._kept("WHERE t.id = ?", (number,))
        return found[0] if found else None

    def _kept(self, where: str, values: Sequence[object]) -> list[Kept]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT t.id, t.conversation, t.question, t.answer, t.notice, t.asked, t.hashes, "
                "coalesce(f.verdict, 0), coalesce(f.correction, ''), t.within FROM turns t "
                f"LEFT JOIN feedback f ON f.turn = t.id {where}",
                tuple(values),
            ).fetchall()
        return [_kept_from(row) for row in rows]

    def judge(self, turn: int, verdict: int, correction: str) -> bool:
        """Keep what a person thinks of an answer; 0 takes it back. False when there is no turn."""
        with self._changing() as db:
            if db.execute("SELECT 1 FROM turns WHERE id = ?", (turn,)).fetchone() is None:
                return False
            db.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            if verdict:
                db.execute(
                    "INSERT INTO feedback VALUES (?, ?, ?, ?)",
                    (turn, verdict, _sound(correction), _now()),
                )
        return True

    # ---- a document's words --------------------------------------------------------------

    def holding(self, document_id: str) -> int:
        """How many saved answers hold words of a document."""
        with self._reading() as db:
            asked = "SELECT count(*) FROM held WHERE document = ?"
            return int(db.execute(asked, (document_id,)).fetchone()[0])

    def quoting(self, documents: Sequence[str]) -> tuple[int, int]:
        """How many saved answers show words of any of these documents, and how many keep some,
        shown or not; each answer counts once."""
        wanted, showing, holding = set(documents), 0, 0
        for kept, _ in self._holding(documents):
            holding += 1
            if kept.answer is not None:
                showing += any(one.document_id in wanted for one in shown_words(kept.answer))
        return showing, holding

    def shown(self, document_id: str, start: int, end: int) -> tuple[Shown, str] | None:
        """Words of a document from the newest answer that keeps them, and its library."""
        for kept, library in self._holding((document_id,)):
            if kept.answer is None:
                continue
            for one in shown_words(kept.answer, looked_at=True):
                if (one.document_id, one.start, one.end) == (document_id, start, end):
                    return one, library
        return None

    def _holding(self, documents: Sequence[str]) -> Iterator[tuple[Kept, str]]:
        """Turns that hold words of any of these documents, the newest first, each once, with the
        library of each."""
        turns: set[int] = set()
        with self._reading() as db:
            for some in _batches(documents):
                marks = ",".join("?" * len(some))
                asked = f"SELECT turn FROM held WHERE document IN ({marks})"
                turns.update(row[0] for row in db.execute(asked, some))
            libraries = dict(db.execute("SELECT id, library FROM conversations").fetchall())
        for number in sorted(turns, reverse=True):
            kept = self.turn(number)
            if kept is not None:
                yield kept, libraries.get(kept.conversation, "")

    def purge(self, document_id: str, corrected: Sequence[int] = ()) -> int:
        """Take a document's words out of all saved answers; returns how many held some.

        Corrections of answers that show its words go as well, and those of the turns ``corrected``.
        """
        with self._changing() as db:
            asked = "SELECT turn FROM held WHERE document = ?"
            turns = [row[0] for row in db.execute(asked, (document_id,))]
            for number in turns:
                kept = self.turn(number)
                if kept is None or kept.answer is None:  # unreadable: nothing to keep of it
                    db.execute("UPDATE turns SET answer = NULL WHERE id = ?", (number,))
                    continue
                if any(one.document_id == document_id for one in shown_words(kept.answer)):
                    corrected = [*corrected, number]
                self._put(db, number, purged(kept.answer, document_id), kept.notice)
            for number in corrected:
                db.execute("UPDATE feedback SET correction = '' WHERE turn = ?", (number,))
        self._forget_log()
        return len(turns)

    # ---- the file ------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, clear_errors(self._path):
            yield self._db

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db, transaction(db):
            yield db

    def _forget_log(self) -> None:
        """Deleted words stay in the write-ahead log until it is emptied."""
        with contextlib.suppress(sqlite3.Error), self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _batches(values: Sequence[str]) -> Iterator[list[str]]:
    """Pieces that fit a statement: SQLite allows at least 999 values in one."""
    for start in range(0, len(values), 500):
        yield list(values[start : start + 500])


def clean_title(title: str) -> str:
    """One line that is not too long."""
    line = " ".join(_sound(title).split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1] + "…"


def _kept_from(row: tuple[object, ...]) -> Kept:
    number, conversation, question, data, notice, asked, hashes, verdict, correction, within = row
    answer, said = None, str(notice)
    if data is not None:
        try:
            answer = answer_from_dict(json.loads(str(data)))
        except (KeyError, TypeError, ValueError):
            said = UNREADABLE
    return Kept(
        int(str(number)),
        str(conversation),
        str(question),
        answer,
        said,
        str(asked),
        {str(key): str(value) for key, value in json.loads(str(hashes)).items()},
        int(str(verdict)),
        str(correction),
        within_from_json(str(within)),
    )


def _sound(text: str) -> str:
    """Text that SQLite can hold: a lone surrogate is no character, and NUL ends a string."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
