"""The row of a table with the most or least of something."""

from __future__ import annotations

import pytest
from table_passages import table_passage

from rag.asked_words import AskedWords
from rag.comparisons.columns import foremost
from rag.comparisons.measures import measure_of
from rag.extremes import extreme_rows
from rag.tables import TableAnswer

BOILERS = (
    "Option: A | Model: Brent 24 | Output: 24 kW | Warranty: 7 years | Price: £1,750",
    "Option: B | Model: Vulcan 30 | Output: 30 kW | Warranty: 10 years | Price: £2,465",
    "Option: C | Model: Hestia 28 | Output: 28 kW | Warranty: 5 years | Price: £1,980",
)
MEMBERS = (
    "No.: 1 | Surname: Lee | Class: Life | Joined: 1971 | Paid: 2026-01-04",
    "No.: 2 | Surname: Orr | Class: Adult | Joined: 2017 | Paid: 2026-01-02",
    "No.: 3 | Surname: Roy | Class: Adult | Joined: 2009 | Paid: 2026-02-01",
)
PRICES = (
    "Code: D-1 | Product: Stable door | Price £: 980 | Lead time weeks: 8",
    "Code: W-2 | Product: Sash window, single | Price £: 1090 | Lead time weeks: 9",
    "Code: D-3 | Product: Oak door, four panels | Price £: 640 | Lead time weeks: 6",
    "Code: V-4 | Product: Vents in every window | Price £: 42 | Lead time weeks: 1",
)


def asked(question: str, *rows: str, title: str = "List", before: str = "") -> TableAnswer | None:
    passage, document = table_passage(*rows, title=title, before=before)
    return extreme_rows(question, [passage], AskedWords.of(question), lambda _: document)


def quotes(found: TableAnswer | None) -> list[str]:
    return [] if found is None else [row.quote for row in found.rows]


@pytest.mark.parametrize(
    ("question", "row", "short"),
    [
        ("Which boiler is the cheapest?", BOILERS[0], "Brent 24"),
        ("Which boiler costs the most?", BOILERS[1], "Vulcan 30"),
        ("Which boiler has the shortest warranty?", BOILERS[2], "Hestia 28"),
        ("which boiler has the longest guarantee", BOILERS[1], "Vulcan 30"),
        ("Which gas boiler has the longest guarantee?", BOILERS[1], "Vulcan 30"),
        ("What is the highest output of the boilers?", BOILERS[1], "30 kW"),
        ("cheapest boiler", BOILERS[0], "Brent 24"),
        ("Which boiler had the longest warranty?", BOILERS[1], "Vulcan 30"),  # not since when
        ("What is the cheapest kind of boiler they sell?", BOILERS[0], "Brent 24"),
        ("How much is the least expensive boiler?", BOILERS[0], "£1,750"),
    ],
)
def test_the_row_with_the_most_or_least_answers(question: str, row: str, short: str) -> None:
    found = asked(question, *BOILERS, title="Estimate for a boiler")
    assert quotes(found) == [row]
    assert found is not None
    assert found.short == short


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which member joined first?", MEMBERS[:1]),
        ("Who joined most recently?", MEMBERS[1:2]),
        ("Which adult joined first?", MEMBERS[2:]),
        ("Which member paid earliest?", MEMBERS[1:2]),
    ],
)
def test_days_and_named_rows(question: str, rows: tuple[str, ...]) -> None:
    assert quotes(asked(question, *MEMBERS, title="Members")) == list(rows)


def test_rows_of_other_things_do_not_count() -> None:
    title = "Doors and windows"
    assert quotes(asked("What is the most expensive door?", *PRICES, title=title)) == [PRICES[0]]
    assert quotes(asked("Which door has the shortest lead time?", *PRICES, title=title)) == [
        PRICES[2]
    ]
    assert quotes(asked("What is the dearest of all the things we sell?", *PRICES)) == []


def test_level_rows_are_shown_together() -> None:
    level = ("Lamp: Sol | Price: £9", "Lamp: Luna | Price: £9", "Lamp: Stella | Price: £12")
    found = asked("Which lamp is the cheapest?", *level)
    assert quotes(found) == list(level[:2])
    assert found is not None
    assert found.short is None
    assert asked("Which lamp is the cheapest?", *level[:2]) is None  # all are level


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which boiler is the heaviest?", BOILERS),  # no such column
        ("Which boiler is the best?", BOILERS),
        ("Which boiler was approved?", BOILERS),
        ("Is the cheapest boiler good?", BOILERS),
        ("May I buy at most two boilers?", BOILERS),
        ("Which is the latest version of the boiler list?", BOILERS),
        ("Which lorry is the cheapest?", BOILERS),  # of no lorry
        ("Which lamp is the cheapest?", ("Lamp: Sol | Price: £9", "Lamp: Luna | Price: $8")),
        ("Which lamp is the cheapest?", ("Lamp: Sol | Price 2024: £9 | Price 2025: £8",) * 2),
        (
            "Which day is the longest?",
            ("Day: 1 | Walk: Ely", "Day: 2 | Walk: Ox", "Day: 3 | Walk: Bo"),
        ),
        ("Which is the cheapest?", ("Sol | £9", "Luna | £8")),  # columns without names
    ],
)
def test_in_doubt_there_is_no_answer(question: str, rows: tuple[str, ...]) -> None:
    assert asked(question, *rows, title="Boilers") is None


def test_what_the_text_says_itself_is_left_to_the_reader() -> None:
    said = "The cheapest boiler is the Brent, but for its pump."
    assert asked("Which boiler is the cheapest?", *BOILERS, before=said) is None
    other = "The cheapest way to Ely is the bus."
    assert (
        asked("Which boiler is the cheapest?", *BOILERS, before=other, title="Boiler") is not None
    )


def test_a_column_of_numbers_that_name_the_rows_is_not_ranked() -> None:
    flats = (
        "Flat: 101 | Tenant: Ivy Moon | Size: 54 m2 | Rent: £900",
        "Flat: 103 | Tenant: Al Fay | Size: 38 m2 | Rent: £760",
        "Flat: 204 | Tenant: Jo Rix | Size: 72 m2 | Rent: £1150",
    )
    for question, row in (("smallest", 1), ("biggest", 2), ("cheapest", 1), ("dearest", 2)):
        assert quotes(asked(f"Which flat is the {question}?", *flats)) == [flats[row]], question


def test_totals_are_no_rows() -> None:
    sales = (
        "Region: South | Q1: 3100 | Total: 4000",
        "Region: North | Q1: 2000 | Total: 5700",
        "Region: Total | Q1: 5100 | Total: 9700",
    )
    assert quotes(asked("Which region has the highest total?", *sales)) == [sales[1]]
    saints = ("Parish: All Saints | Members: 90", "Parish: St John | Members: 40")
    assert quotes(asked("Which parish has the most members?", *saints)) == [saints[0]]


def test_a_table_that_cannot_tell_is_not_passed_over_for_another() -> None:
    walks = ("Walk: Long Mere | Length: 14 km", "Walk: High Street | Length: 17 km or more")
    odd = ("Walk: Black Tor | Length: 11 km", "Walk: Fox Hill | Length: unknown")
    assert quotes(asked("Which walk is the longest?", *walks)) == [walks[1]]
    assert asked("Which walk is the longest?", *odd) is None


@pytest.mark.parametrize(
    "question",
    [
        "Which boiler is not the cheapest?",
        "Which boiler under £2,000 has the highest output?",
        "Which is the cheapest boiler besides the Brent?",
    ],
)
def test_limits_and_denials_go_the_usual_way(question: str) -> None:
    assert asked(question, *BOILERS, title="Boilers") is None


INVOICES = (
    "No: IB-01 | Client: Pendry | Date: 28/02/2024 | Net: 3,120.00 | VAT: 624.00 | Gross: 3,744.00",
    "No: IB-02 | Client: Oort | Date: 07/09/2024 | Net: 2,600.00 | Gross: 2,600.00",
    "No: IB-03 | Client: Pendry | Date: 06/01/2025 | Net: 4,000.00 | VAT: 0.00 | Gross: 4,000.00",
)


@pytest.mark.parametrize(
    ("question", "row", "short"),
    [
        ("largest invoice of 2024?", INVOICES[0], "Pendry"),
        ("What is the biggest single invoice?", INVOICES[2], "Pendry"),
        ("Which was the smallest invoice in 2024?", INVOICES[1], "Oort"),
    ],
)
def test_the_largest_of_things_of_money_is_of_the_largest_amount(
    question: str, row: str, short: str
) -> None:
    found = asked(question, *INVOICES, title="Invoices")
    assert quotes(found) == [row]
    assert found is not None
    assert found.short == short


def test_amounts_that_do_not_agree_tell_nothing() -> None:
    other = "No: IB-04 | Client: Slee | Date: 09/02/2025 | Net: 3,900.00 | Gross: 4,680.00"
    odd = (*INVOICES, other)
    assert asked("Which is the largest invoice?", *odd, title="Invoices") is None
    assert quotes(asked("Which invoice has the largest net amount?", *odd, title="Invoices")) == [
        INVOICES[2]
    ]


def test_a_time_of_day_is_no_duration() -> None:
    drills = (
        "Date: 23/04/2024 | Time: 18.30 | Run by: Ann | Time taken: 2 min 40",
        "Date: 10/06/2023 | Time: 10.40 | Run by: Bo | Time taken: 4 min 25",
    )
    assert quotes(asked("Which fire drill took longest?", *drills, title="Fire drill log")) == [
        drills[1]
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Which is the second largest invoice?",
        "Which are the two largest invoices?",
        "What is the largest unpaid invoice?",
        "Which client has the largest net amount?",  # one of two rows
        "Which invoice has the highest average amount?",
    ],
)
def test_what_one_row_cannot_tell_goes_the_usual_way(question: str) -> None:
    assert asked(question, *INVOICES, title="Invoices") is None


def test_when_something_was_highest_is_a_day() -> None:
    log = ("Date: 2 May | Drug: Calpol | Temperature: 38.1", "Date: 3 May | Temperature: 39.2")
    found = asked("When was the temperature highest?", *log, title="Log")
    assert found is not None
    assert found.short == "3 May"


def test_who_has_a_name_and_no_boat() -> None:
    boats = ("Boat: Otter | Bought: 1999", "Boat: Heron | Bought: 2018")
    assert asked("Who is the oldest?", *boats) is None
    found = asked("When was the oldest boat bought?", *boats)
    assert found is not None
    assert found.short == "1999"


@pytest.mark.parametrize(
    ("word", "cells", "places"),
    [
        ("highest", ("-3.2%", "4.1%", "-11.0%"), [1]),
        ("lowest", ("-£400", "£600", "(£450)"), [2]),
        ("cheapest", ("649", "1999", "899"), [0]),
        ("dearest", ("649", "1999", "899"), [1]),
        ("shortest", ("3 to 5 days", "7 to 9 days", "10 days"), [0]),
        ("shortest", ("3 to 5 days", "4 days"), None),
        ("cheapest", ("£12 per week", "£300 per year"), None),
        ("cheapest", ("£4 each", "£5 each", "-"), [0]),
        ("longest", ("6 hours", "unknown", "5 hours"), None),
        ("longest", ("2 min 40", "3 min 05"), [1]),
        ("fastest", ("50 Mbit/s", "100 Mbit/s"), [1]),
        ("fastest", ("50 Mbit/s", "1 Gbit/s"), [1]),
        ("fastest", ("41 minutes", "36 minutes"), [1]),
        ("oldest", ("2003", "1961"), [1]),
        ("newest", ("2003", "1961"), [0]),
        ("earliest", ("03/02/2025", "15/02/2025"), None),  # February, or March?
        ("cheapest", ("£4",), None),
    ],
)
def test_a_column_is_ranked_where_its_cells_compare(
    word: str, cells: tuple[str, ...], places: list[int] | None
) -> None:
    assert foremost(cells, measure_of(word)) == places
