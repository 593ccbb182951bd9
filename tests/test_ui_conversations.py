"""Saved conversations: nothing said is lost, deleted is gone, damage is named and moved aside."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BusyError, DamagedError, StoreError, VersionError
from index.types import Chunk, Document, DocumentInfo, SkippedFile, SkipReason
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Parts,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Struck,
    Verdict,
)
from ui.conversation_file import FILE_NAME, MIGRATIONS, SCHEMA_VERSION
from ui.conversations import UNREADABLE, Conversations, clean_title
from ui.exporting import as_html, as_markdown, with_sources
from ui.render import Exchange
from ui.saved import (
    CHANGED,
    GONE,
    MOVED,
    PURGED,
    answer_from_dict,
    documents_of,
    flags,
    purged,
)
from ui.within import Within, in_words, within_from_json


def passage(words: str, document: str = "d1") -> Passage:
    chunk = Chunk(f"c-{document}", document, 0, len(words), words, ("Head",), (3,), "Title")
    info = DocumentInfo(document, (f"/home/me/{document}.pdf",), "Title", "en", "2025-03-01", 6, 12)
    return Passage(chunk, info, 1.0, Parts(1, 0.5, 2, 7.0, 1, 3.0, 0.9), ("/home/me/copy.pdf",))


def sentence(words: str, document: str = "d1", number: int = 1) -> Sentence:
    cited = Citation(
        number, document, f"/home/me/{document}.pdf", "Title", (3,), 0, len(words), words,
        Verdict.SUPPORTED, 0.9,
    )  # fmt: skip
    return Sentence(words, (cited,))


def answered(*sentences: Sentence) -> Answer:
    documents = {one.citations[0].document_id: one.text for one in sentences}
    return Answer(
        "How many?",
        "How many days?",
        AnswerKind.EXTRACTIVE,
        sentences,
        short="28",
        confidence=0.8,
        passages=tuple(passage(words, each) for each, words in documents.items()),
        conflicts=(passage("It has 30 days.", "d2"),),
        model="built-in reader",
        timings={"total": 0.5},
        raw="It has 28 days, it said.",
        struck=(Struck("Cats fly.", "no document says so", 0),),
        notes=("12 of 12 passages checked",),
    )


REFUSED = Answer(
    "Who?",
    "Who?",
    AnswerKind.REFUSED,
    refusal=Refusal(
        RefusalReason.NOT_SAID,
        (passage("Nobody knows."),),
        ("quasar",),
        (SkippedFile("/home/me/x.pdf", SkipReason.DAMAGED, "why"),),
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    made = Conversations(tmp_path)
    yield made
    made.close()


def begun(store: Conversations, answer: Answer | None = None, question: str = "How many?") -> int:
    turn = store.ask(store.begin(question, "documents"), question)
    store.answer(turn, answer, "")
    store.note_hashes(turn, {"d1": "ab" * 32})
    return turn


# ---- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [answered(sentence("It has 28 days.")), REFUSED])
def test_an_answer_survives_json(answer: Answer) -> None:
    assert answer_from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


@given(st.text(), st.floats(0, 1), st.text(max_size=5))
def test_any_words_survive_json(words: str, confidence: float, short: str) -> None:
    answer = replace(answered(sentence(words)), confidence=confidence, short=short, raw=None)
    assert answer_from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_an_older_answer_gets_defaults_and_a_malformed_one_is_refused() -> None:
    data = json.loads(json.dumps(answered(sentence("x")).to_dict()))
    for key in ("notes", "struck", "pending", "conflicts"):
        del data[key]
    assert answer_from_dict(data).notes == ()
    for wrong in ({**data, "sentences": 7}, {**data, "kind": "odd"}, {**data, "question": None}):
        with pytest.raises((TypeError, ValueError)):
            answer_from_dict(wrong)
    with pytest.raises(KeyError):
        answer_from_dict({"question": "x"})


def test_purging_takes_out_all_words_of_a_document() -> None:
    secret = "The vault code is 4711."
    answer = answered(sentence(secret, "d1"), sentence("Cats are kept.", "d3", 2))
    left = purged(answer, "d1")
    assert "4711" not in json.dumps(left.to_dict())
    assert [one.text for one in left.sentences] == [PURGED, "Cats are kept."]
    assert documents_of(left) == {"d2", "d3"}
    assert purged(answer, "unknown") == answer
    assert purged(REFUSED, "d1").refusal == replace(REFUSED.refusal or Refusal.__new__(Refusal),
                                                    nearest=())  # fmt: skip


def test_sources_that_changed_since_are_told_apart() -> None:
    answer = answered(sentence("It has 28 days."))

    def found(text: str | None) -> dict[str, str]:
        today = text if text is None else Document("new", "T", text, (), None, "t/1", None)
        return flags(answer, lambda _: False, lambda _: today)

    assert flags(answer, lambda _: True, lambda _: None) == {}
    assert found(None) == {"d1": GONE}
    assert found("Now it has 30 days.") == {"d1": CHANGED}
    assert found("New head.\nIt has\n28 days.") == {"d1": MOVED}


# ---- the store --------------------------------------------------------------------------------


def test_what_was_said_is_there_after_a_restart(tmp_path: Path) -> None:
    answer = answered(sentence("It has 28 days."))
    first = Conversations(tmp_path)
    turn = begun(first, answer)
    first.judge(turn, -1, "30 days")
    first.close()
    again = Conversations(tmp_path)
    (summary,) = again.listed()
    (kept,) = again.turns(summary.id)
    assert (summary.title, summary.library, summary.turns) == ("How many?", "documents", 1)
    assert kept.answer == answer
    assert (kept.verdict, kept.correction) == (-1, "30 days")
    assert kept.hashes == {"d1": "ab" * 32}
    assert again.trouble == ""
    again.close()


def test_list_search_rename_delete(store: Conversations) -> None:
    first = store.turn(begun(store, answered(sentence("The Übergabe is on Monday."))))
    second = store.turn(begun(store, REFUSED, "Who owns the boat?"))
    assert first is not None
    assert second is not None
    assert [one.id for one in store.listed()] == [second.conversation, first.conversation]
    for words, found in (
        ("übergabe monday", [first]),
        ("BOAT", [second]),
        ("boat monday", []),
        ("100%", []),
        ("_", []),
    ):
        assert [one.id for one in store.listed(words)] == [kept.conversation for kept in found]
    assert store.rename(first.conversation, "  Handing\nover  ")
    assert [one.title for one in store.listed("handing")] == ["Handing over"]
    assert store.delete(first.conversation)
    assert not store.delete(first.conversation)
    assert not store.rename(first.conversation, "x")
    assert store.find(first.conversation) is None
    assert store.turn(first.id) is None
    assert [one.id for one in store.listed()] == [second.conversation]


def test_deleted_and_purged_words_are_not_in_the_file(store: Conversations, tmp_path: Path) -> None:
    begun(store, answered(sentence("The vault code is 4711.")))
    kept = store.turn(begun(store, answered(sentence("The attic key is 5822.", "d9"))))
    assert kept is not None

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"4711" in on_disk()
    assert b"5822" in on_disk()
    assert store.holding("d1") == 1
    assert store.purge("d1") == 1
    assert store.holding("d1") == 0
    assert store.listed("4711") == []
    store.delete(kept.conversation)
    assert b"4711" not in on_disk()
    assert b"5822" not in on_disk()


def questions(store: Conversations, talk: str) -> list[str]:
    return [kept.question for kept in store.turns(talk)]


def test_asking_again_drops_what_came_after_once_it_is_answered(store: Conversations) -> None:
    talk = store.begin("a", "documents")
    turns = [store.ask(talk, question) for question in "abc"]
    store.answer(turns[1], REFUSED, "")
    again = store.ask(talk, "new", replaces=turns[1])
    later = store.ask(talk, "meanwhile")
    assert questions(store, talk) == ["a", "b", "c", "meanwhile"]
    assert store.listed("new") == []
    assert store.listed()[0].turns == 4
    assert store.answer(again, REFUSED, "")
    assert questions(store, talk) == ["a", "new", "meanwhile"]
    store.answer(turns[2], REFUSED, "")  # its thread ends later: nothing comes back
    assert questions(store, talk) == ["a", "new", "meanwhile"]
    assert not store.judge(turns[2], 1, "")
    assert store.judge(later, 1, "")


def test_an_answer_stays_until_there_is_another(store: Conversations) -> None:
    talk = store.begin("a", "documents")
    first, second = (store.ask(talk, question) for question in "ab")
    store.answer(first, REFUSED, "")
    store.judge(first, 1, "")
    part = replace(answered(sentence("It has")), final=False)
    for answer, notice in ((None, "Busy."), (part, "Stopped."), (None, "")):
        assert not store.answer(store.ask(talk, "new", replaces=first), answer, notice)
        assert questions(store, talk) == ["a", "b"]
        assert store.turns(talk)[0].verdict == 1
    assert store.answer(store.ask(talk, "new", replaces=second), None, "Busy.")  # b has none
    assert questions(store, talk) == ["a", "new"]


def test_a_question_that_was_asked_again_in_vain_is_forgotten(tmp_path: Path) -> None:
    """A program that ended in the middle leaves it behind, unseen."""
    store = Conversations(tmp_path)
    talk = store.begin("a", "documents")
    first = store.ask(talk, "a")
    left = store.ask(talk, "new", replaces=first)
    store.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("UPDATE turns SET asked = '2020-01-01' WHERE id = ?", (left,))
    again = Conversations(tmp_path)
    assert again.turn(left) is None
    assert questions(again, talk) == ["a"]
    again.close()


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("INSERT INTO conversations VALUES ('t', 'T', 'documents', '2026', '2026')")
        row = "('t', 'How many?', 'how many?', '2026')"
        db.execute(f"INSERT INTO turns (conversation, question, words, asked) VALUES {row}")
        db.execute("PRAGMA user_version = 1")
    store = Conversations(tmp_path)
    assert [(kept.question, kept.within) for kept in store.turns("t")] == [("How many?", Within())]
    store.close()


@given(documents=st.lists(st.text(), max_size=3), day=st.dates())
def test_what_a_question_was_asked_within_survives_json(documents: list[str], day: date) -> None:
    within = Within(tuple(documents), day.isoformat(), "")
    assert within_from_json(within.to_json()) == within
    assert within_from_json("") == Within()
    assert within_from_json("[7]") == Within()


def test_what_a_question_was_asked_within_is_said_in_words() -> None:
    titles = {"a": "Lease", "b": "House rules", "c": "Bylaws", "d": "Minutes"}
    for within, words in (
        (Within(), ""),
        (Within(("a",)), "Lease"),
        (Within(("a", "b", "c")), "Lease, House rules and Bylaws"),
        (Within(("a", "b", "c", "d")), "4 documents"),
        (Within(("a", "gone")), "2 documents"),
        (Within(("a",), "2020-03-01", "2021-01-02"),
         "Lease, from 1 March 2020, until 2 January 2021"),
    ):  # fmt: skip
        assert in_words(within, titles) == words


def test_feedback_is_replaced_and_taken_back(store: Conversations) -> None:
    turn = begun(store, REFUSED)
    for verdict, correction in ((-1, "x"), (1, ""), (0, "")):
        assert store.judge(turn, verdict, correction)
        kept = store.turn(turn)
        assert kept is not None
        assert (kept.verdict, kept.correction) == (verdict, correction)


@given(title=st.text(), words=st.text())
def test_any_text_is_kept(tmp_path_factory: pytest.TempPathFactory, title: str, words: str) -> None:
    store = Conversations(tmp_path_factory.mktemp("any"))
    turn = begun(store, answered(sentence(words)), title)
    kept = store.turn(turn)
    assert kept is not None
    assert kept.answer is not None
    assert kept.answer.sentences[0].text == words
    store.close()


def test_an_answer_that_cannot_be_read_any_more_is_said_so(
    store: Conversations, tmp_path: Path
) -> None:
    turn = begun(store, REFUSED)
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("UPDATE turns SET answer = '{\"odd\": 1}'")
    kept = store.turn(turn)
    assert kept is not None
    assert (kept.answer, kept.notice) == (None, UNREADABLE)


def test_threads_share_one_store(store: Conversations) -> None:
    talk = store.begin("a", "documents")

    def work(number: int) -> None:
        for step in range(10):
            store.answer(store.ask(talk, f"{number} {step}"), REFUSED, "")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(store.turns(talk)) == 40


# ---- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["not a database", "cut", "flipped"])
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, damage: str) -> None:
    store = Conversations(tmp_path)
    for _ in range(30):
        begun(store, answered(sentence("It has 28 days." * 40)))
    store.close()
    path = tmp_path / FILE_NAME
    data = bytearray(path.read_bytes())
    if damage == "not a database":
        data = bytearray(b"x" * 5000)
    elif damage == "cut":
        del data[len(data) // 2 :]
    else:
        data[4096:40_000] = b"\xff" * (40_000 - 4096)
    path.write_bytes(data)
    again = Conversations(tmp_path)
    (aside,) = tmp_path.glob("conversations-damaged-*.sqlite")
    assert aside.read_bytes()[:5000] == bytes(data)[:5000]
    assert aside.name in again.trouble
    assert again.listed() == []
    begun(again, REFUSED)
    assert len(again.listed()) == 1
    again.close()


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    Conversations(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(VersionError, match="newer Footnote"):
        Conversations(tmp_path)
    assert [path.name for path in tmp_path.glob("*.sqlite")] == [FILE_NAME]


def test_trouble_with_the_file_is_one_sentence(
    store: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def execute(self, *_: object) -> object:
            raise self.error

    for error, kind in (
        (sqlite3.OperationalError("database or disk is full"), StoreError),
        (sqlite3.OperationalError("database is locked"), BusyError),
        (sqlite3.DatabaseError("file is not a database"), DamagedError),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(store, "_db", Broken(error))
            with pytest.raises(kind, match=r"^[^\n]*\.$"):
                store.begin("x", "documents")
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StoreError, match="FOOTNOTE_DATA"):
        Conversations(blocked)


def test_titles_are_one_short_line() -> None:
    assert clean_title(" a\n b ") == "a b"
    assert len(clean_title("x" * 500)) == 80
    assert clean_title("x\0y \ud800") == "x y ?"


# ---- exports ----------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script> [x](javascript:1) `code` # *b*"


def exported(store: Conversations) -> tuple[str, str]:
    turn = store.turn(begun(store, answered(sentence(HOSTILE)), HOSTILE))
    assert turn is not None
    store.judge(turn.id, -1, HOSTILE)
    turn = store.turn(turn.id)
    assert turn is not None
    summary = store.find(turn.conversation)
    assert summary is not None
    shown = [Exchange(turn.question, turn.answer, flags={"d1": CHANGED})]
    return as_markdown(summary, [turn], shown), as_html(summary, [turn], shown)


def test_exports_hold_quotes_sources_hashes_and_flags(store: Conversations) -> None:
    for words in exported(store):
        for part in ("Title, page 3, 1 March 2025, d1.pdf", "ab" * 32, CHANGED, "How many days?"):
            assert part in words
        assert "/home/me" not in words
        assert "built-in reader" in words


def test_exports_hold_what_stands_beside_an_answer(store: Conversations) -> None:
    talk = store.begin("a", "documents")
    store.answer(store.ask(talk, "Who?"), REFUSED, "")
    store.answer(store.ask(talk, "How many?"), answered(sentence("It has 28 days.")), "")
    summary = store.find(talk)
    assert summary is not None
    kept = store.turns(talk)
    shown = [Exchange(turn.question, turn.answer, within="Lease") for turn in kept]
    for words in (as_html(summary, kept, shown), as_markdown(summary, kept, shown)):
        for part in (
            *("In no document: “quasar”", "Nobody knows.", "It has 30 days.", "Asked only in: "),
            *("These documents disagree", "The nearest passages", "Not read: x.pdf"),
        ):
            assert part in words, part
        assert words.index("Nobody knows.") < words.index("It has 30 days.")
        assert "/home" not in words


def test_exports_keep_text_text(store: Conversations) -> None:
    markdown, page = exported(store)
    assert "<script" not in page.replace("&lt;script", "")
    assert "default-src 'none'" in page
    assert re.search(r"(?<!\\)<script", markdown) is None
    for mark in ("[x](", "`code`", " *b*"):
        assert mark not in markdown


def test_copied_text_brings_its_sources() -> None:
    words = with_sources(answered(sentence("It has 28 days.")))
    assert words.startswith("It has 28 days. [1]\n\n[1] Title, page 3, d1.pdf\n")
    assert "“It has 28 days.”" in words
