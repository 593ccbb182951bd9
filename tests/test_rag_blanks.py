"""What a table leaves empty."""

from __future__ import annotations

import pytest
from table_passages import table_passage

from rag.blanks import blank_row, rows_without

MEMBERS = (
    "No: 101 | Member: Ann Lee | Sport: Tennis | Locker: 12 | Paid on: 2026-01-04",
    "No: 104 | Member: Bo Ray | Phone: 01632 960 111 | Sport: Bowls | Paid on: 2026-01-05",
    "No: 109 | Member: Cy Orr | Phone: 01632 960 222 | Sport: Tennis | Locker: 14",
    "No: 112 | Member: Dee Fox | Phone: 01632 960 333 | Sport: Bowls | Locker: 15",
)
TOOLS = (
    "Tool: Drill | Shelf: 2 | Checked: yes",
    "Tool: Saw | Shelf: 2 | Checked: no",
    "Tool: Lathe | Shelf: 4 | Checked: no",
)


def without(question: str, *rows: str) -> tuple[list[str], str | None]:
    passage, document = table_passage(*rows, title="Members of the club")
    found = rows_without(question, [passage], lambda _: document)
    return ([row.quote for row in found.rows], found.short) if found else ([], None)


def blank(question: str, *rows: str) -> tuple[list[str], str | None]:
    passage, document = table_passage(*rows, title="Members of the club")
    found = blank_row(question, [passage], lambda _: document)
    return ([row.quote for row in found.rows], found.short) if found else ([], None)


@pytest.mark.parametrize(
    ("question", "places", "short"),
    [
        ("Who has not paid?", (2, 3), "2 rows leave “Paid on” empty"),
        ("who hasn't paid yet", (2, 3), "2 rows leave “Paid on” empty"),
        ("Which members have not paid?", (2, 3), "2 rows leave “Paid on” empty"),
        ("Which members have no locker?", (1,), "“Locker” is left empty"),
        ("Which tennis members have not paid?", (2,), "“Paid on” is left empty"),
        ("How many members have no phone?", (0,), "“Phone” is left empty"),
    ],
)
def test_the_rows_that_leave_a_column_empty(
    question: str, places: tuple[int, ...], short: str
) -> None:
    assert without(question, *MEMBERS) == ([MEMBERS[place] for place in places], short)


@pytest.mark.parametrize(
    "question",
    [
        "Which shops are open on Sunday?",
        "Which shops are not open on Sunday?",  # one says "closed"
        "Which shops have no Sunday hours?",
        "Who is not a manager?",
        "Who should members with no locker ask?",
    ],
)
def test_cells_that_say_none_in_words_are_not_left_out(question: str) -> None:
    shops = (
        "Shop: East | Manager: Bo",
        "Shop: West | Manager: Bo | Sunday: closed",
        "Shop: Quay | Sunday: 10-4",
    )
    assert without(question, *shops) == ([], None)


def test_the_rows_that_say_no() -> None:
    assert without("Which tools are not checked?", *TOOLS) == (
        [*TOOLS[1:]],
        "2 rows say “no” under “Checked”",
    )
    assert without("Which tools on shelf 2 are not checked?", *TOOLS)[0] == [TOOLS[1]]
    odd = (*TOOLS, "Tool: Vice | Shelf: 4 | Checked: in May")
    assert without("Which tools are not checked?", *odd) == ([], None)


@pytest.mark.parametrize(
    "question",
    [
        "Who has paid?",
        "Who has not paid for the dinner?",  # of which the table says nothing
        "Who has not paid before March?",
        "Why has Cy Orr not paid?",
        "Who has no phone and no locker?",
        "Has Cy Orr not paid?",
        "Which members have no dog?",
    ],
)
def test_other_questions_for_what_is_not_go_the_usual_way(question: str) -> None:
    assert without(question, *MEMBERS) == ([], None)


@pytest.mark.parametrize(
    ("question", "place", "short"),
    [
        ("What is Ann Lee's phone number?", 0, "“Phone” is left empty"),
        ("Which locker does Bo Ray have?", 1, "“Locker” is left empty"),
        ("When did Cy Orr pay?", 2, "“Paid on” is left empty"),
        ("Has Dee Fox paid?", 3, "“Paid on” is left empty"),
    ],
)
def test_a_cell_that_is_empty_is_told(question: str, place: int, short: str) -> None:
    assert blank(question, *MEMBERS) == ([MEMBERS[place]], short)


@pytest.mark.parametrize(
    "question",
    [
        "What is Bo Ray's phone number?",  # it is not empty
        "What is Ann Smith's phone number?",
        "What is the phone number?",  # of whom?
        "What is Ann Lee's mobile phone tariff?",
        "Why has Cy Orr paid?",
        "What sport does Ann Lee play?",
    ],
)
def test_other_cells_go_the_usual_way(question: str) -> None:
    assert blank(question, *MEMBERS) == ([], None)
