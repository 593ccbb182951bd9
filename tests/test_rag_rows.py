"""Rows and things are told apart by what a question names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Chunk, DocumentInfo
from rag.cells import asked_cell
from rag.codes import codes
from rag.finding import Found
from rag.other_things import without_other_things
from rag.rows import prefer_named_rows
from rag.types import Parts, Passage

VD17 = "Part: VD-17 | Price (EUR): 91.00 | Year: 2025"
VD22 = "Part: VD-22 | Price (EUR): 164.00 | Year: 2025"


def found(quote: str, score: float, document: str = "d") -> Found:
    info = DocumentInfo(document, ("d.csv",), "Prices", "en", None, None, 1)
    chunk = Chunk(quote, document, 0, len(quote), quote, (), (), "")
    return Found(Passage(chunk, info, 4.0, Parts()), 0, len(quote), score, score)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did the VD-22 cost in Q3 2024?", {"vd22", "q3", "2024"}),
        ("the 4th of May, 220 volts, 1,999 pieces, 2024-05", {"2024-05"} - {"2024-05"}),
        ("error E06 of the M1183b", {"e06", "m1183b"}),
        ("flat A's deposit and that of Flat B", {"flat a", "flat b"}),
        ("what does flat a cost, level 2 or a type of it", {"level 2"}),
        ("rent of flat a?", {"flat a"}),
        ("Level: 2 | Flat: B", {"level 2", "flat b"}),
        ("", set()),
    ],
)
def test_codes_have_letters_and_digits_or_are_years(text: str, expected: set[str]) -> None:
    assert codes(text) == expected


def test_the_row_that_holds_the_code_comes_before_one_that_reads_better() -> None:
    first, second = prefer_named_rows(
        "What does the VD-22 cost in 2025?", [found(VD17, 0.9), found(VD22, 0.4)]
    )
    assert (first.quote, first.score) == (VD22, 0.4)
    assert (second.quote, second.score) == (VD17, pytest.approx(0.09))
    assert second.probability == pytest.approx(0.09)


@pytest.mark.parametrize(
    "question", ["What does the seal cost?", "What does the VD-99 cost?", "Which part is of 2025?"]
)
def test_without_a_row_that_holds_it_nothing_changes(question: str) -> None:
    some = [found(VD17, 0.9), found(VD22, 0.4)]
    assert prefer_named_rows(question, some) == some


def test_rows_of_other_documents_and_sentences_stay() -> None:
    some = [found("It costs £4.", 0.9), found(VD17, 0.8, "other"), found(VD22, 0.4)]
    assert prefer_named_rows("What does the VD-22 cost?", some) == some


def test_a_code_in_the_heading_above_counts_for_its_rows() -> None:
    paint, brush = (
        found("Item: Paint | Price: 30", 0.9),
        found("Item: Brush for Q3 | Price: 9", 0.3),
    )
    chunk = replace(paint.passage.chunk, headings=("Prices", "Q3"))
    paint = replace(paint, passage=replace(paint.passage, chunk=chunk))
    assert prefer_named_rows("What is the price in Q3?", [paint, brush]) == [paint, brush]


EASTWICK = "Surname: Eastwick | First name: Malcolm | Class: Life"
FAIRLIE = "Surname: Fairlie | First name: Jonah | Class: Junior | Phone: 960158"


def test_the_row_of_another_person_is_held_back_though_the_own_one_holds_no_answer() -> None:
    row = found(FAIRLIE, 0.8)
    chunk = replace(row.passage.chunk, text=f"{FAIRLIE}\n{EASTWICK}")
    row = replace(row, passage=replace(row.passage, chunk=chunk))
    [kept] = prefer_named_rows("What is Malcolm Eastwick's phone number?", [row])
    assert kept.score == pytest.approx(0.08)
    assert prefer_named_rows("What is Jonah Fairlie's phone number?", [row]) == [row]


def test_of_two_rows_on_a_thing_the_one_with_the_column_asked_for() -> None:
    order = found("Order: 35 | Article: Troponin I kit | Packs: 6", 0.9)
    stock = found("Article: Troponin I kit | Lot: 76981", 0.3)
    kept = prefer_named_rows("lot number of the troponin kit", [order, stock])
    assert [one.quote for one in kept] == [stock.quote, order.quote]
    assert prefer_named_rows("packs of the troponin kit", [order, stock])[0] == order


@pytest.mark.parametrize(
    ("question", "scores"),
    [
        ("who cleans on 8 June", [0.9, 0.08]),
        ("who cleans on 2026-06-08", [0.9, 0.08]),
        ("who cleans on 8 June 2025", [0.09, 0.08]),
        ("who cleans on 15 June", [0.09, 0.08]),
        ("who cleans before 8 June", [0.9, 0.8]),
        ("who cleans between 1 June and 8 June", [0.9, 0.8]),
        ("who cleans in June", [0.9, 0.8]),
        ("who cleans in June 2026", [0.9, 0.8]),
        ("who cleans in October 2026", [0.09, 0.08]),
        ("who cleans from October 2026", [0.9, 0.8]),
        ("who cleans, Apr-May 2026", [0.9, 0.8]),
    ],
)
def test_rows_of_another_day_are_held_back(question: str, scores: list[float]) -> None:
    rows = [
        found("Week of: Mon 8 June 2026 | Cleaning: Fran", 0.9),
        found("Week of: Mon 1 June 2026 | Cleaning: Hilary", 0.8),
    ]
    kept = prefer_named_rows(question, rows)
    assert [one.score for one in kept] == [pytest.approx(score) for score in scores]


def test_a_row_that_names_the_month_is_of_it_whenever_it_was_paid() -> None:
    rows = [
        found("Invoice: May 2026 | Paid: 2 June 2026 | Amount: £5", 0.9),
        found("Invoice: June 2026 | Paid: 3 July 2026 | Amount: £6", 0.8),
    ]
    kept = prefer_named_rows("What was the invoice of May 2026?", rows)
    assert kept[0].score == pytest.approx(0.9)
    assert kept[1].score == pytest.approx(0.08)


def test_what_is_about_another_device_or_flat_is_no_answer() -> None:
    def on(title: str, quote: str, text: str = "") -> Found:
        one = found(quote, 0.9)
        chunk = replace(one.passage.chunk, text=text or quote)
        info = replace(one.passage.document, title=title)
        return replace(one, passage=replace(one.passage, chunk=chunk, document=info))

    manual = on("HX200 manual", "E31: waste full")
    both = on("HX200 manual", "E31: waste full", "As on the HX350, E31: waste full")
    plain = on("Notes", "E31: waste full")
    lease = on("Lease of flat A", "The deposit is £970.")
    question = "What does E31 mean on the HX350?"
    assert without_other_things(question, [manual, both, plain]) == [both, plain]
    kept = without_other_things("deposit of flat B", [lease, plain])
    assert [one.score for one in kept] == [0.9, pytest.approx(0.09)]
    assert without_other_things("B12 dose", [on("Pills", "B-12 daily, B6 weekly")]) != []
    for question in ("Does the plan I chose cover it?", "Quel plan d'achat ?"):
        plan = on("Plan B", "Plan B covers dental work.")
        assert without_other_things(question, [plan]) == [plan]
    apart = on("VD-17 manual", "The VD 22 weighs 4 kg.")
    assert without_other_things("weight of the VD-22", [apart]) == [apart]
    roof = on("Lease of flat A", "Flat A and B pay for the roof.")
    assert without_other_things("roof of flat B", [roof]) == [roof]
    assert without_other_things("E31 on the HX200 and the HX350", [manual]) == [manual]
    nine = on("Hours", "From 9am")
    assert without_other_things("Is it open at 10am?", [nine]) == [nine]
    assert without_other_things("deposit", [lease]) == [lease]
    fees = on("Fees of grade 1", "Grades 6 to 8 pay £50, E01–E05 nothing.")
    assert without_other_things("fee of grade 7, of E03", [fees]) == [fees]
    [late] = without_other_things("fee of grade 7", [on("Fees of grade 1", "They pay £5.")])
    assert late.score == pytest.approx(0.09)
    hours = on("Hours", "Gate E31 and 5 more open at 9.")
    assert without_other_things("when does E40 open", [hours]) == []


@pytest.mark.parametrize(
    ("question", "row", "taken", "short"),
    [
        ("who makes tea on 6 June", "Date: 6 June | Against: Ely | Teas: Jo", "Ely", "Jo"),
        ("what does a junior pay per match", "Class: Junior | Year: 25 | Match fee: 2", "25", "2"),
        ("how often is it for the R12", "Work: Oil | R46: weekly | R12: daily", "weekly", "daily"),
        ("potassium level 2 measured", "analyte: Potassium | level: 2 | measured: 5.8", "2", "5.8"),
        ("who is Ann Lee", "Name: Ann Lee | Role: Treasurer", "Treasurer", "Treasurer"),
        ("is Ann or Bo treasurer", "Name: Ann | Treasurer: yes", "Ann", "Ann"),
        ("who is Ann Lee", "Name: Ann Lee | Treasurer", "Ann Lee", None),
        ("what is the price", "Item: Seal | Price: – | Old price: 4", "4", "4"),
        ("which is it", "Seal | 4.00", "4.00", "4.00"),
        ("When did Ann pay her fee?", "Name: Ann | Fee: 20 | Paid on: 3 May", "3 May", "3 May"),
        ("Where is the spare key?", "Item: Spare | Key: K12 | Place: hall", "hall", "hall"),
        ("Why was the order cancelled?", "No: 35 | Order: Seal kit | Reason: late", "late", "late"),
        ("Who signed the contract?", "Contract: Cleaning of stairs | Signed: Jo", "Jo", "Jo"),
        ("Which member has a fee of 25?", "Name: Ann | Fee: 25 | Member since: 2001", "Ann", "Ann"),
        ("Which weeks is Fran cleaning?", "Week of: 8 June | Cleaning: Fran Ott", "Fran", "8 June"),
        ("When does the price change?", "Price: 4.00 | From: 3 May", "3 May", "3 May"),
    ],
)  # fmt: skip
def test_the_cell_of_the_column_asked_for(
    question: str, row: str, taken: str, short: str | None
) -> None:
    assert asked_cell(question, row, taken) == short


def test_rows_of_another_table_name_other_things() -> None:
    fee = found("Class: Junior | Fee: 25", 0.9)
    people = "Name: Ann | Class: Junior | Fee paid: yes | Phone: 1 | Sport: Junior fee"
    chunk = replace(fee.passage.chunk, text=f"{fee.quote}\n{people}")
    fee = replace(fee, passage=replace(fee.passage, chunk=chunk))
    assert prefer_named_rows("junior fee of Ann's sport", [fee]) == [fee]


def test_one_row_with_a_day_is_no_calendar() -> None:
    one = found("Paid on: 3 May 2025 | Bill: the repair", 0.9)
    assert prefer_named_rows("who did the repair on 2 May", [one]) == [one]


def test_a_day_from_which_a_row_holds_is_no_other_day() -> None:
    rows = [
        found("From: 1 June 2024 | Hotel: Astoria", 0.9),
        found("From: 9 June 2024 | Hotel: Bellevue", 0.2),
    ]
    chunk = replace(rows[0].passage.chunk, text="\n".join(row.quote for row in rows))
    rows[0] = replace(rows[0], passage=replace(rows[0].passage, chunk=chunk))
    assert prefer_named_rows("Where did I stay on 5 June 2024?", rows) == rows


def test_a_cell_with_more_words_of_the_name_is_not_behind_one_with_less() -> None:
    rows = [found("City: New York City | People: 8m", 0.9), found("City: York | People: 0.2m", 0.3)]
    chunk = replace(rows[0].passage.chunk, text="\n".join(row.quote for row in rows))
    rows[0] = replace(rows[0], passage=replace(rows[0].passage, chunk=chunk))
    assert prefer_named_rows("population of New York", rows) == rows


def test_the_number_beside_a_columns_last_word_names_a_row() -> None:
    four, five = found("Room number: 4 | Bed: 1", 0.9), found("Room number: 5 | Bed: 2", 0.3)
    chunk = replace(four.passage.chunk, text=f"{four.quote}\n{five.quote}")
    four = replace(four, passage=replace(four.passage, chunk=chunk))
    assert prefer_named_rows("beds of room number 5", [four, five])[0].quote == five.quote


def test_a_day_without_its_year_is_the_day_asked_about() -> None:
    rows = [found("Day: 8 June | Cleaning: Fran", 0.9), found("Day: 1 June | Cleaning: Jo", 0.8)]
    kept = prefer_named_rows("who cleans on 8 June 2026", rows)
    assert [one.score for one in kept] == [0.9, pytest.approx(0.08)]


def test_the_row_meant_takes_the_place_of_one_beside_it() -> None:
    def kept(*rows: str) -> list[tuple[str, float]]:
        first = found(rows[0], 0.8)
        chunk = replace(first.passage.chunk, text="\n".join(["Rooms", *rows]))
        one = replace(
            first, start=6, end=6 + len(rows[0]), passage=replace(first.passage, chunk=chunk)
        )
        told = prefer_named_rows("Which key has the Oak room?", [one])
        return [(one.quote, round(one.score, 3)) for one in told]

    elm, oak = "Room: Elm | Key: 7", "Room: Oak | Key: 9"
    assert kept(elm, oak) == [(oak, 0.56), (elm, 0.08)]
    assert kept(oak, elm) == [(oak, 0.8)]
    keyless = [f"{elm} | Floor: 1", "Room: Oak | Floor: 2"]  # no row has what is asked for
    assert kept(*keyless) == [(keyless[0], 0.08)]
    assert kept(elm, oak, "Room: Oak | Key: 11") == [(elm, 0.08)]  # which of the two is meant?


def test_the_weekday_of_a_day_is_named() -> None:
    rows = [found("Date: Sun 2 Aug | Bed: Inn", 0.9), found("Date: Thu 6 Aug | Bed: Barn", 0.8)]
    kept = prefer_named_rows("Where do we sleep on the Thursday?", rows)
    assert [one.score for one in kept] == [0.8, pytest.approx(0.09)]


def test_small_words_name_no_cell() -> None:
    lift, paid = found("House: Mill | Note: broken since May", 0.9), "House: Ely | Note: no"
    chunk = replace(lift.passage.chunk, text=f"{lift.quote}\n{paid}")
    lift = replace(lift, passage=replace(lift.passage, chunk=chunk))
    assert prefer_named_rows("Why is there no light?", [lift]) == [lift]


def test_a_row_of_another_day_is_behind_that_of_the_day_in_another_table() -> None:
    mended = found("Day: 22 June 2024 | Bench: Textiles | Brought in: 23", 0.9)
    rota = found("Date: 23/05/2024 | Driver: Gus | Covers: 40", 0.4)
    kept = prefer_named_rows("who was driving on 23 may", [mended, rota])
    assert [one.quote for one in kept] == [rota.quote, mended.quote]
    assert prefer_named_rows("who was driving on 24 may", [mended, rota])[0] == mended
