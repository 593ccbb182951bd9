"""Follow-ups on a row of a table: the next thing of its column, another cell of the row."""

from __future__ import annotations

import pytest

from rag.follow_ups.rows import thing_asked
from rag.rewriting import standalone
from rag.types import Turn

STOCK = "Item: Shellac flakes | Qty: 3 | Unit price: £22.40 | Last ordered: 2023-08-02 [1]"
CLUB = "Name: Ruth Abney | Since: 1987 | Boat: Enterprise | Key: 3 [1] Name: Ruth Lee | Key: 4 [2]"
KIOSK = "Month: May | Takings: £2,310 | Cones: 770 [1]"


@pytest.mark.parametrize(
    ("asked", "answer", "question", "expected"),
    [
        ("How much is Shellac flakes?", STOCK, "and wire wool?", "How much is wire wool?"),
        ("Shellac flakes qty?", STOCK, "and for PVA glue 5 l?", "PVA glue 5 l qty?"),
        ("What is the qty of shellac flakes?", STOCK, "what about Danish oil 1 l?", None),
        ("How much is the shellac flakes?", STOCK, "and the wire wool?", None),
        ("Ruth Abney key?", CLUB, "Colin Frew?", "Colin Frew key?"),
        ("What is the key of ruth abney?", CLUB, "and of colin frew?", None),
        # another cell of the row, by the name of its column
        ("Ruth Abney key?", CLUB, "and her boat?", "What is the boat of Ruth Abney?"),
        ("Ruth Abney key?", CLUB, "what's its boat?", "What is the boat of Ruth Abney?"),
        ("Ruth Abney key?", CLUB, "and the boat?", "What is the boat of Ruth Abney?"),
        ("Ruth Abney key?", CLUB, "and Colin's boat?", "What is the boat of Colin?"),
        ("How much in May?", KIOSK, "and the cones?", "What is the cones of May?"),
        # what the row is called is what "it" means
        ("How much is Shellac flakes?", STOCK, "who sells it?", "who sells Shellac flakes?"),
        ("Ruth Abney key?", CLUB, "when did she join?", "when did Ruth Abney join?"),
    ],
)
def test_a_follow_up_on_a_row(asked: str, answer: str, question: str, expected: str | None) -> None:
    found = standalone(question, [Turn(asked, answer)])
    if expected is None:  # the new name in the place of the old one
        name = question.rstrip("?").split(maxsplit=2)[2]
        assert found.endswith(f" {name.removeprefix('the ')}?")
        assert "abney" not in found
        assert "shellac" not in found
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("asked", "answer", "question", "expected"),
    [
        # times, prepositions, other searches and other texts are none of the column's things
        (
            "How much is Shellac flakes?",
            STOCK,
            "and in 2024?",
            "How much is Shellac flakes in 2024?",
        ),
        ("How much is Shellac flakes?", STOCK, "opening hours?", "opening hours?"),
        ("How much is Shellac flakes?", STOCK, "PVA glue?", "PVA glue?"),
        ("How much is Shellac flakes?", STOCK, "and Ruth's coat?", "coat"),
        ("How much is Shellac flakes?", STOCK, "and the colour?", "the colour (Shellac)?"),
        ("How much did we take in May?", KIOSK, "and per day?", "per day (take)?"),
        ("How much is the fee?", "The fee is £5.", "and the deposit?", "How much is the deposit?"),
    ],
)
def test_others_go_the_usual_way(asked: str, answer: str, question: str, expected: str) -> None:
    found = standalone(question, [Turn(asked, answer)])
    assert expected in found
    assert not found.startswith("What is")


def test_the_thing_asked_is_a_cell_that_the_question_names() -> None:
    assert thing_asked("Has ruth abney a key?", CLUB) == "ruth abney"
    assert thing_asked("Who has key 3?", CLUB) is None
    assert thing_asked("Ruth Abney?", "Ruth Abney has a key.") is None
