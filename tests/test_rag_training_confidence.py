"""The tables that ranking and declining constants are chosen by, on cases counted by hand."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from index.types import Chunk, DocumentInfo
from rag.asked_words import AskedWords
from rag.finding import RANKING, Found, Weights, log_odds
from rag.training.confidence import choose_questions, dozens, write_documents
from rag.training.confidence_tables import (
    Asked,
    Fetched,
    Role,
    as_people_ask,
    judged,
    print_first_passage,
    print_ranking,
    print_tables,
    ranked,
)
from rag.training.measure import fit_logistic
from rag.training.sources import HELD_OUT_ARTICLES, Row, held_out
from rag.types import Parts, Passage

TEXT = "The mill burned in 1823. The bridge fell in 1901."
ROW = Row("squad-v2", "Kenya", "Mill", "When did the mill burn?", TEXT, ((19, 23),), True)

WORDS = AskedWords({"mill": 3.0, "burn": 1.0})


def found(start: int, end: int, probability: float, score: float) -> Found:
    chunk = Chunk("c", "d", 0, len(TEXT), TEXT, (), (), "")
    info = DocumentInfo("d", ("d.txt",), "Mill", "en", None, None, 1)
    passage = Passage(chunk, info, score, Parts())
    return Found(passage, start, end, probability, probability, TEXT[start + 19 : end - 1])


def asked(role: Role = Role.ANSWERABLE, *, wrong_first: bool = False, top: float = 4.0) -> Asked:
    right, wrong = found(0, 24, 0.6, top), found(25, 49, 0.9 if wrong_first else 0.3, top - 1.0)
    passages = (Fetched(top, 0.2, right=False), Fetched(top - 1.0, 0.95, right=True))
    near = (top - 3.0, 1.0 if role is Role.ANSWERABLE else 0.1)
    return Asked("letters", role, ROW, (right, wrong), passages, WORDS, near)


def test_a_passage_behind_the_best_holds_its_sentences_back() -> None:
    one = asked(wrong_first=True)
    assert ranked(one, Weights(1.0, 0.0, 0.0, 0.0))[0].probability == 0.9
    assert ranked(one, Weights(1.0, 0.0, 2.0, 0.0))[0].probability == 0.6


def test_a_sentence_is_right_only_where_the_documents_answer() -> None:
    rival = math.exp(RANKING.span * (log_odds(0.3) - log_odds(0.6)) - RANKING.passage)
    assert judged(asked())[1:] == (4.0, pytest.approx(rival), 1.0, 1.0, 0.0, 1.0)
    assert judged(asked(Role.LOOK_ALIKE))[-1] == 0.0
    nothing = Asked("letters", Role.ANSWERABLE, ROW, (), (), WORDS, (-3.0, 0.0))
    none = pytest.approx(-9.21, abs=0.01)
    assert judged(nothing) == (none, 0.0, 0.0, 0.0, 0.0, none, 0.0)


def test_three_of_four_questions_count_as_answerable() -> None:
    answerable = np.array([True, True, False, False, False])
    counts = as_people_ask(answerable)
    assert counts[answerable].sum() / counts.sum() == pytest.approx(0.75)
    assert counts.mean() == pytest.approx(1.0)


def test_a_row_that_counts_twice_fits_as_two_rows_do() -> None:
    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    labels, counts = np.array([0.0, 1.0, 0.0, 1.0]), np.array([1.0, 3.0, 2.0, 1.0])
    often = counts.astype(int)
    repeated = fit_logistic(np.repeat(features, often, axis=0), np.repeat(labels, often))
    assert fit_logistic(features, labels, counts=counts) == pytest.approx(repeated)
    assert fit_logistic(features, labels) != pytest.approx(repeated, abs=0.1)


def test_ranking_is_shown_by_weight(capsys: pytest.CaptureFixture[str]) -> None:
    print_ranking([asked(wrong_first=True)])
    cells = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert ["letters", "1.0", "0.0", "1.0", "0.0", "0.000", "1.000", "0.000"] in cells
    assert ["letters", "1.0", "0.0", "2.0", "0.0", "1.000", "1.000", "1.000"] in cells


def test_the_reader_puts_the_right_passage_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_first_passage([asked()])
    assert capsys.readouterr().out.split("letters")[1].split() == [
        *("0.000", "0.000", "1.000", "1.000", "1.000", "1.000"),  # log-odds -1.4 and 2.9
    ]


def test_all_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    some = [asked(), asked(wrong_first=True), asked(Role.LOOK_ALIKE), asked(Role.OFF_TOPIC, top=1)]
    print_tables(some * 5)
    printed = capsys.readouterr().out
    assert "_CONFIDENCE = (" in printed
    assert "_RELEVANCE = (" in printed
    assert "letters " in printed
    assert "nan" not in printed


def test_only_held_out_questions_are_chosen() -> None:
    group = sorted(HELD_OUT_ARTICLES)[0]
    rows = [
        Row("squad-v1", group, "t", f"q{number}", TEXT, ((0, 3),), True) for number in range(5)
    ] + [Row("squad-v1", "Trained_on", "t", "q", TEXT, ((0, 3),), True)]
    chosen = choose_questions(rows, 4)
    assert [role for role, _ in chosen] == [Role.ANSWERABLE] * 4
    assert all(row.group == group for _, row in chosen)


def test_as_many_off_topic_questions_come_from_each_set_and_none_from_policies() -> None:
    rows = [
        Row(source, f"g{number}", "t", "q", TEXT, ((0, 3),), True)
        for source, count in (("nq", 2_000), ("fairytale", 900), ("qed", 900), ("policyqa", 900))
        for number in range(count)
    ]
    chosen = choose_questions(rows, 30)
    assert all(role is Role.OFF_TOPIC for role, _ in chosen)
    assert Counter(row.source for _, row in chosen) == {"nq": 5, "fairytale": 5, "qed": 5}


def test_each_document_is_written_once_with_all_its_passages(tmp_path) -> None:
    other = Row("own", "g", "A/B: notes", "q?", "Another passage.", (), False)
    folder = write_documents([ROW, ROW, other], tmp_path / "documents")
    texts = sorted(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert texts == ["A/B: notes\n\nAnother passage.", f"Mill\n\n{TEXT}"]


def test_our_own_documents_are_asked_a_dozen_at_a_time() -> None:
    rows = [Row("own", f"doc-{n}", f"t{n}", "q", TEXT, ((0, 3),), True) for n in range(400)]
    folders = dozens(rows)
    assert all(12 <= len(folder) <= 14 for folder in folders)
    asked_of = [row.group for folder in folders for row in folder]
    assert len(set(asked_of)) == len(asked_of)
    assert all(held_out(group, "own") for group in asked_of)
