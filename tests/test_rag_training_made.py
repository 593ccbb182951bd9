"""Made training material: tables with questions about their cells, and yes/no questions."""

from __future__ import annotations

import random

import pytest

from rag.training.negatives import Ranking, Text
from rag.training.polar import (
    Polar,
    asked,
    open_questions,
    opposed,
    polar_of,
    polar_question,
    split,
)
from rag.training.records import record_rows
from rag.training.sources import Claim, Row

PASSAGE = (
    "The mill was built by Josiah Harrow in 1803. It can grind nine sacks an hour. Members may not "
    "bring dogs."
)


def row(question: str, answer: str) -> Row:
    start = PASSAGE.index(answer)
    return Row("squad-v1", "Mill", "Mill", question, PASSAGE, ((start, start + len(answer)),), True)


def test_made_tables_hold_what_is_asked_and_say_when_they_do_not() -> None:
    rows = record_rows(600, random.Random(4))
    assert len(rows) == 600
    answerable = [one for one in rows if one.answerable]
    assert 300 < len(answerable) < 500
    for one in rows:
        assert one.question[0].isupper() or not one.question[0].isalpha()
        assert "{" not in one.question + one.passage
        assert bool(one.spans) is one.answerable
    for one in answerable:
        ((start, end),) = one.spans
        said = one.passage[start:end]
        assert said.strip() == said != ""
        # a cell is whole: what stands around it is a mark, a space or a line's end
        around = one.passage[max(0, start - 1) : start] + one.passage[end : end + 1]
        assert not any(character.isalnum() for character in around)


def test_made_tables_are_the_same_for_the_same_seed() -> None:
    assert record_rows(50, random.Random(1)) == record_rows(50, random.Random(1))
    assert record_rows(50, random.Random(1)) != record_rows(50, random.Random(2))


@pytest.mark.parametrize(
    ("question", "answer", "polar"),
    [
        ("Who wrote Emma?", "Jane Austen", "Was it Jane Austen who wrote Emma?"),
        ("How many legs does it have?", "eight", "Does it have eight legs?"),
        ("When was the mill built?", "1803", "Was the mill built in 1803?"),
        ("Where did he live?", "in York", "Did he live in York?"),
    ],
)
def test_question_and_answer_become_one_polar_question(
    question: str, answer: str, polar: str
) -> None:
    assert polar_question(question, answer, random.Random(1)) == polar


def test_questions_of_other_shapes_are_left_out() -> None:
    assert polar_question("Name the mill.", "Upper Mill", random.Random(1)) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Members may not bring dogs.", ("May members bring dogs?", True)),
        ("The mill was built in 1803.", ("Was the mill built in 1803?", False)),
        ("Nobody knows.", None),
        ("Although he was late, he came.", None),
    ],
)
def test_a_sentence_is_put_as_a_question(sentence: str, expected: tuple[str, bool] | None) -> None:
    assert asked(sentence) == expected


def test_a_sentence_is_made_to_say_the_opposite() -> None:
    turned = {opposed("Members may not bring dogs.", random.Random(n)) for n in range(9)} - {None}
    assert turned == {"Members may bring dogs."}
    turned = {opposed("The first mill was built here.", random.Random(n)) for n in range(9)}
    assert turned == {"The first mill was not built here.", "The last mill was built here."}


def test_labels_say_yes_only_where_the_passage_does() -> None:
    source = row("When was the mill built?", "1803")
    seen = set()
    for seed in range(40):
        for one in polar_of(source, None, random.Random(seed)):
            question, passage = one.claim.claim, one.claim.passage
            seen.add(one.claim.label)
            ((start, end),) = one.row.spans
            assert one.row.passage[start:end]
            if question == "Was the mill built in 1803?":
                assert one.claim.label == 1.0
            if question == "May members bring dogs?":
                assert one.claim.label == (0.0 if "may not" in passage else 1.0)
    assert seen == {0.0, 1.0}


def test_a_near_passage_leaves_the_question_open() -> None:
    other = "Another mill stands upstream of the town and belongs to the council."
    ranked = Ranking.of([Text(PASSAGE, "", ""), Text(other, "", "")])
    source = row("When was the mill built?", "1803")
    rows, claims = split(
        [one for seed in range(30) for one in polar_of(source, ranked, random.Random(seed))]
    )
    away = [(r, c) for r, c in zip(rows, claims, strict=True) if r.passage == other]
    assert away
    assert all(not r.answerable and not r.spans and c.label == 0.5 for r, c in away)


def test_a_question_of_our_own_is_left_open_by_another_writers_paper_alone():
    span = (0, len(PASSAGE))
    own = Row("own", "ca-01-mill", "", "May dogs come to the mill?", PASSAGE, (span,), True)
    sibling = Text("Dogs stay outside the mill on open days.", "", "ca-02-notice")
    other = Text("The mill at Harrow shows its wheel to dogs and masters.", "", "cb-07-leaflet")
    ranked = Ranking.of([Text(PASSAGE, "", own.group), sibling, other])
    polar = Polar(own, Claim("own", own.group, "", own.question, PASSAGE, 1.0))
    (made,) = open_questions([polar], ranked, 1.0, random.Random(1))
    assert made.row.passage == made.claim.passage == other.passage
    assert not made.row.answerable
    assert made.claim.label == 0.5
    assert open_questions([polar], ranked, 0.0, random.Random(1)) == []
    assert open_questions([polar], None, 1.0, random.Random(1)) == []
