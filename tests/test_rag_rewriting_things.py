"""Follow-ups that ask the same of another thing, person or time."""

from __future__ import annotations

import pytest

from rag.rewriting import standalone
from rag.types import Turn


@pytest.mark.parametrize(
    ("asked", "question", "expected"),
    [
        # one article for another, whatever the word ends with
        (
            "How much is the parking permit?",
            "and the visitor pass?",
            "How much is the visitor pass?",
        ),
        ("When does the pool open?", "and a cafe?", "When does a cafe open?"),
        # what the thing has, or another thing that has it
        (
            "What is the deposit for the van?",
            "and the minibus?",
            "What is the deposit for the minibus?",
        ),
        ("What is the deposit for the van?", "and the fee?", "What is the fee for the van?"),
        ("Who has the spare keys for the van?", "and the minibus?", None),
        # "for", "same for"
        ("How much is the gym?", "and for the pool?", "How much is the pool?"),
        ("How much is the gym?", "same question for the pool", "How much is the pool?"),
        ("What colour is the van?", "and for the bus?", "What colour is the bus?"),
        ("What's the deposit on a van?", "same for the bus?", "What's the deposit on the bus?"),
        ("What is room 4's size?", "and for room 7?", "What is room 7's size?"),
        # a bare noun between two verbs, or at the end
        ("How much does yoga cost?", "and pilates?", "How much does pilates cost?"),
        ("When does room 4 open?", "and room 7 then?", "When does room 7 open?"),
        ("Who teaches yoga?", "how about pilates", "Who teaches pilates?"),
        ("What is the phone number of reception?", "same for housekeeping?", None),
        # a name alone
        ("When did Ann Pell join?", "Bo Croft?", "When did Bo Croft join?"),
        # another time stands beside the thing, not in its place
        (
            "What's the deposit on a permit?",
            "and on Sundays?",
            "What's the deposit on a permit on Sundays?",
        ),
        (
            "How old is the Saturday class?",
            "and on Sundays?",
            "How old is the Saturday class on Sundays?",
        ),
        ("Is Mrs Hart on the committee?", "and in 2024?", "Is Mrs Hart on the committee in 2024?"),
        ("Who sits in room 4?", "in summer?", "Who sits in room 4 in summer?"),
        ("When is it open on Mondays?", "and on Sundays?", "When is it open on Sundays?"),
        ("Who came at 4?", "and at noon?", "Who came at noon?"),
    ],
)
def test_the_same_of_another(asked: str, question: str, expected: str | None) -> None:
    found = standalone(question, [Turn(asked, "")])
    if expected is None:  # the words of both, or the new thing at the end
        new = question.rstrip("?").split()[-1]
        assert new in found
        assert found != question
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("asked", "question", "expected"),
    [
        ("How much is the gym?", "and for the weekend?", "How much is the gym for the weekend?"),
        ("How much is the gym?", "and for students?", "How much is the gym for students?"),
        ("How much is the gym?", "and for the students?", "How much is the gym for the students?"),
        ("Where is the key?", "opening hours?", "opening hours?"),
        ("Where is the key?", "Bo Croft?", "Bo Croft?"),
        ("How much does yoga cost?", "and last year?", "How much does yoga cost last year?"),
    ],
)
def test_what_takes_no_things_place(asked: str, question: str, expected: str) -> None:
    assert standalone(question, [Turn(asked, "")]) == expected
