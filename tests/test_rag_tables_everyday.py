"""Sums, the most and least, and what is left empty, asked as people ask of their own tables."""

from __future__ import annotations

import pytest
from table_passages import table_passage

from rag.asked_words import AskedWords
from rag.blanks import rows_without
from rag.counts import counted_rows
from rag.extremes import extreme_rows, superlative
from rag.quoting import SINGLE_ROWS, single_rows
from rag.sums import summed_rows
from rag.tables import TableAnswer
from rag.types import Answer, AnswerKind, Sentence

PRICES = (
    "Item: Wire wool 0000 | Unit: 1 kg | Price GBP: 12.30 | Last bought: 2025-02-11",
    "Item: Block plane | Unit: each | Price GBP: 128.00 | Last bought: 2023-06-01",
    "Item: Glue pot | Unit: each | Price GBP: 64.50 | Last bought: 2024-03-05",
)
JOBS = (
    "Job no: 409 | Customer: Nettie Groom | Price GBP: 930 | Status: Paid | Paid on: 2025-02-04",
    "Job no: 411 | Customer: Linus Abery | Price GBP: 240 | Status: Open | Paid on: -",
    "Job no: 413 | Customer: Nettie Groom | Price GBP: 185 | Status: Paid | Paid on: 2025-03-01",
)
PLOTS = (
    "Plot: 1 | Holder: Ann Pell | Size: full | Area m2: 248",
    "Plot: 9 | Holder: Bo Croft | Size: full | Area m2: 262",
    "Plot: 12B | Holder: Femi Orr | Size: half, of 12 | Area m2: 120",
)
KIT = (
    "asset: E1 | item: Couch | bought: 2021-06-25 | cost: 40",
    "asset: E2 | item: Parallel bars | bought: 2012-03-12 | cost: 35",
    "asset: E3 | item: Couch | bought: 2023-01-02 | cost: 90",
)
TRIPS = (
    "Date: 2025-03-17 | Start: 61300 | Miles: 78 | From: Yard | To: Ormsden",
    "Date: 2025-04-02 | Start: 61495 | Miles: 12 | From: Home | To: Hall",
)
LOANS = (
    "Loan: T1 | Tool: Drill | Borrower: Ann Pell | Returned: 2025-04-02",
    "Loan: T2 | Tool: Rotavator | Borrower: Bo Croft | Returned: -",
    "Loan: T3 | Tool: Drill | Borrower: Femi Orr | Returned: 2025-06-02",
)

GARAGES = (
    "Garage: G1 | Tenant: Mrs Lowe | Rent pcm: £65 | Since: 1 Apr 2016 | Deposit: £65",
    "Garage: G2 | Tenant: Lee Pardo | Rent pcm: £70 | Since: 3 May 2009",
    "Garage: G3 | Tenant: Mrs Lowe | Rent pcm: £60 | Since: 9 Jun 2021 | Deposit: £60",
)
PUPILS = (
    "Pupil: Amina Yus | Form signed: 2 May | Paid: £18.00 | Diet: halal",
    "Pupil: Ben Carr | Paid: £18.00",
    "Pupil: Eva Nova | Form signed: 1 May | Diet: vegetarian",
    "Pupil: Tom Hale | Form signed: 4 May | Paid: £18.00 | Diet: vegetarian",
)
METER = (
    "Date: 2024-01-01 | Reading: 10452 | Read by: Dan",
    "Date: 2024-02-01 | Reading: 10611 | Read by: Dan",
    "Date: 2024-03-01 | Reading: 10740 | Read by: Eve",
    "Date: 2024-04-01 | Reading: 10833 | Read by: Dan",
)
MILES = (
    "Date: 2022-03-04 | Work: MOT | Miles: 61,204 | Cost: £54.85",
    "Date: 2022-03-04 | Work: Tyres | Miles: 61,204 | Cost: £148.00",
    "Date: 2022-10-19 | Work: Battery | Miles: 65,530 | Cost: £92.50",
    "Date: 2023-03-06 | Work: MOT | Miles: 68,910 | Cost: £45.00",
    "Date: 2023-03-10 | Work: Exhaust | Miles: 68,955 | Cost: £312.40",
)
TOOLS = (
    "Item: Wire wool 0000 | Weight: 200 g | Price: £12.30",
    "Item: Sandpaper 240 | Weight: 900 g | Price: £3.10",
    "Item: Drill PX4 | Weight: 1.4 kg | Price: £128.00",
)
SIZES = (
    "Plot: 1 | Size: full | Area m2: 248",
    "Plot: 9 | Size: full | Area m2: 262",
    "Plot: 12 | Size: 120 m2 | Area m2: 120",
)
PITCHES = (
    "Pitch: 4 | Guest: Farrow | Nights: 3 | Deposit: £20",
    "Pitch: 12 | Guest: Ahmed | Nights: 7 | Deposit: £40",
    "Pitch: 7 | Guest: Doyle | Nights: 4 | Deposit: £50",
)
MAPS = (
    "Map: Route 66 map | Sheet: - | Paid: £35",
    "Map: Peak District | Sheet: 111 | Paid: £8",
    "Map: London A-Z | Sheet: - | Paid: £42",
)
FELL = (
    "Pos: 1 | Name: Hal Grieve | Time: 41:07",
    "Pos: 2 | Name: Sol Bertrand | Time: 41:52",
    "Pos: - | Name: Tim Oake | Time: DNF",
)
PLANS = (
    "Service: Films | Price: £10.99 | Per: month | Renews: 5 Aug 2024",
    "Service: Trust | Price: £151.80 | Per: year | Renews: 1 Apr 2025",
    "Service: Gym | Price: £34.00 | Per: month | Renews: 9 Jul 2024",
)
MEMBERS = (
    "Name: Alan Priddy | Boat: Laser | Since: 1998",
    "Name: Ruth Abney | Boat: Enterprise | Since: 1987",
    "Name: Moira Kettle | Boat: Topper | Since: 2011",
)
HIVES = (
    "Hive: Birch | Queen year: 2022 | Honey kg: 18.5",
    "Hive: Ash | Queen year: 2023 | Honey kg: 24.0",
    "Hive: Elm | Queen year: 2021 | Honey kg: 6.5",
)
BRANCHES = (
    "Branch: Central | Opens: 08:30 | Closes: 20:00",
    "Branch: Eastgate | Opens: 09:00 | Closes: 17:30",
    "Branch: Weston | Opens: 13:00 | Closes: 17:00",
)
STOCK = (
    "Item: PVA glue | Unit price: £14.50 | Last ordered: 2022-09-07",
    "Item: Wood screws | Unit price: £0.03 | Last ordered: 2024-06-15",
    "Item: Shellac | Unit price: £22.40 | Last ordered: 2023-08-02",
)
HALL = (
    "Date: 2024-01-04 | Details: Brought forward | Bal.: £812.40",
    "Date: 2024-01-11 | Details: Badminton | In: £65.00 | Bal.: £877.40",
    "Date: 2024-01-19 | Details: Insurance | Out: £420.50 | Bal.: £456.90",
    "Date: 2024-02-08 | Details: Badminton | In: £65.00 | Bal.: £521.90",
    "Date: 2024-02-10 | Details: Cleaning | Out: £40.00 | Bal.: £481.90",
)
RACE = (
    "Pos: 1 | Name: Hal Grieve | Club: Carn | Time: 41:07",
    "Pos: 2 | Name: Pete Dunn | Time: 43:30",
    "Pos: 3 | Name: Ann Pell | Club: Carn | Time: 45:12",
)


def asked(question: str, rows: tuple[str, ...], title: str, before: str = "") -> TableAnswer | None:
    passage, document = table_passage(*rows, title=title, before=before)
    words = AskedWords.of(question)
    found = extreme_rows(question, [passage], words, lambda _: document)
    found = found or summed_rows(question, [passage], words, lambda _: document)
    found = found or rows_without(question, [passage], lambda _: document)
    return found or counted_rows(question, [passage], lambda _: document)


@pytest.mark.parametrize(
    ("question", "rows", "title", "short", "places"),
    [
        # a figure in a name is no price, and "12B" no size
        ("What is the most expensive item on the price list?", PRICES, "Prices", "Block plane", 1),
        ("What's the dearest thing on my price list?", PRICES, "Prices", "Block plane", 1),
        ("Which plot is the biggest?", PLOTS, "Plot register", "9", 1),
        ("Biggest job by price, whose is it?", JOBS, "Job register", "Nettie Groom", 0),
        # the oldest of things of which there are two
        ("Which item on the kit list is the oldest?", KIT, "Kit", "Parallel bars", 1),
        ("what's the oldest bit of kit still on the list?", KIT, "Kit", "Parallel bars", 1),
        # a plot's number is no size of it
        ("What's the largest plot?", SIZES, "Plot register", "9", 1),
        ("which is the smallest plot", SIZES, "Plot register", "12", 2),
        ("What's the lightest item?", TOOLS, "Tools", "Wire wool 0000", 0),
        # since when, of whoever it is; when something was done, where that is asked
        ("Who is the oldest member?", MEMBERS, "Members", "Ruth Abney", 1),
        ("what did we order most recently", STOCK, "Stock", "Wood screws", 1),
        ("Which branch opens earliest?", BRANCHES, "Library", "Central", 0),
        ("What's the highest reading?", METER, "Gas meter", "10833", 3),
        # what the rows are of the title says; no name says which it is
        ("Which drive was the longest in the van log?", TRIPS, "Van log", None, 0),
    ],
)
def test_the_most_and_the_least(
    question: str, rows: tuple[str, ...], title: str, short: str | None, places: int
) -> None:
    found = asked(question, rows, title)
    assert found is not None
    assert [row.quote for row in found.rows] == [rows[places]]
    assert found.short == short


@pytest.mark.parametrize(
    ("question", "rows", "title", "places"),
    [
        ("who has been there longest", GARAGES, "Garages", [1]),
        ("which has no deposit put down", GARAGES, "Garages", [1]),
        ("who hasn't signed", PUPILS, "Museum trip", [1]),
        ("who hasn't paid anything", PUPILS, "Museum trip", [2]),
        ("how many vegetarians", PUPILS, "Museum trip", [2, 3]),
        ("how many are vegetarian", PUPILS, "Museum trip", [2, 3]),
        ("how many garages are there", GARAGES, "Garages", [0, 1, 2]),
        ("who ran without a club", RACE, "Hill race", [1]),
        ("how much came in altogether", HALL, "Hall accounts", [1, 3]),
        ("what have we spent altogether", HALL, "Hall accounts", [2, 4]),
        ("what did the lot with Mrs Lowe come to", GARAGES, "Garages", None),
        ("how many plumbers are there", PUPILS, "Museum trip", None),
        (
            "Which book is the cheapest?",
            GARAGES,
            "Garages",
            None,
        ),  # is none of the list's own names
        ("who has not paid a deposit", GARAGES, "Garages", [1]),
        ("whose deposit is missing", GARAGES, "Garages", [1]),
        # every row of "Map" is a map; what is left empty is what follows "no"
        ("Which maps have no sheet?", MAPS, "Old maps", [0, 2]),
        ("How many maps have no sheet?", MAPS, "Old maps", [0, 2]),
        ("which pos has no time", FELL, "Fell race", None),
        ("How many maps have no what?", MAPS, "Old maps", None),
        # a number in a few names, a number that is a name
        ("What is the biggest size of plot?", SIZES, "Plots", None),
        ("What's the biggest item?", TOOLS, "Tools", None),
        ("which is the most expensive pitch", PITCHES, "Bookings", None),
        ("What do the plots come to altogether?", SIZES, "Plots", None),
        ("What's the biggest pitch?", PITCHES, "Bookings", None),
        # a deposit is no price, nor is what was last done the age of a thing
        ("What do the pitches come to?", PITCHES, "Bookings", None),
        ("What is the oldest boat?", MEMBERS, "Members", None),
        ("What is the oldest hive?", HIVES, "Apiary", None),
        ("What is the oldest branch?", BRANCHES, "Library", None),
        ("What is the oldest item?", STOCK, "Stock", None),
        ("Which service came first?", PLANS, "Plans", None),
        ("Which garage is the longest?", MILES, "Garage bills", None),
        # readings of a meter, miles on the clock, prices of several periods
        ("What's the biggest price?", PLANS, "Plans", None),
        ("What's the average price?", PLANS, "Plans", None),
        ("add up the miles", MILES, "Garage bills", None),
        ("what do they add up to", METER, "Gas meter", None),
        ("what do the readings of the meter come to", METER, "Gas meter", None),
        ("what's the dearest service", PLANS, "Plans", None),
        ("what do the services come to altogether", PLANS, "Plans", None),
    ],
)
def test_rows_that_are_shown_together(
    question: str, rows: tuple[str, ...], title: str, places: list[int] | None
) -> None:
    found = asked(question, rows, title)
    shown = [row.quote for row in found.rows] if found is not None else []
    assert shown == [rows[place] for place in places or ()]


def test_what_the_rows_are_of_need_not_be_said_where_it_is_the_rarer_word() -> None:
    passage, document = table_passage(*TRIPS, title="Van log")
    words = AskedWords({"drive": 3.0, "van": 1.0})
    question = "Which drive was the longest in the van log?"
    found = extreme_rows(question, [passage], words, lambda _: document)
    assert found is not None
    assert [row.quote for row in found.rows] == [TRIPS[0]]
    beside, document = table_passage(*TRIPS, title="Expenses")
    assert extreme_rows(question, [beside], words, lambda _: document) is None


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Who has been here longest?", "old"),
        ("Which pump had by far the longest guarantee?", "long"),
    ],
)
def test_longest_is_since_when_where_nothing_follows(question: str, how: str) -> None:
    wanted = superlative(question)
    assert wanted is not None
    assert wanted.measure.how == how


@pytest.mark.parametrize(
    ("before", "told"),
    [("We let 14 garages in all.", False), ("We let garages to neighbours.", True)],
)
def test_a_list_is_not_counted_where_the_text_says_how_many(before: str, told: bool) -> None:
    found = asked("how many garages are there", GARAGES, "Garages", before)
    assert (found is not None) is told


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How much did Nettie Groom's jobs cost in total?", "1,115 GBP"),
        ("Add up what Nettie Groom's jobs come to altogether", "1,115 GBP"),
        ("What do the jobs of Nettie Groom come to?", "1,115 GBP"),
        ("What do the jobs in the register come to?", "1,355 GBP"),
    ],
)
def test_numbers_of_jobs_and_days_of_payment_are_no_figures_to_add(
    question: str, short: str
) -> None:
    found = asked(question, JOBS, "Job register")
    assert found is not None
    assert found.short is not None
    assert found.short.startswith(f"{short} (sum of “Price GBP” in ")


@pytest.mark.parametrize(
    "question",
    [
        "How much has Nettie Groom paid us per job in total?",
        "What does job 409 come to?",
        "What do the jobs of Femi Orr come to?",
        "Which drive was the longest, leaving out those from home?",
    ],
)
def test_what_is_not_understood_goes_the_usual_way(question: str) -> None:
    found = asked(question, TRIPS if "drive" in question else JOBS, "Job register and van log")
    assert found is None or not found.rows


@pytest.mark.parametrize(
    "question", ["Which tools have not been returned?", "which loaned tools haven't come back?"]
)
def test_what_is_still_out_where_a_tool_was_lent_twice(question: str) -> None:
    found = asked(question, LOANS, "Tool loans")
    assert found is not None
    assert [row.quote for row in found.rows] == [LOANS[1]]


def test_what_was_never_done_may_stand_in_another_row() -> None:
    assert asked("Which tools were never returned?", LOANS, "Tool loans") is None


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        ("Which month did we burn most gas?", "month: Oct | gas used: 61", False),
        ("What do Ann's jobs come to?", "Job: 4 | Price: 61", False),
        ("How much gas did we use in October?", "month: Oct | gas used: 61", True),
        ("What is the total of the Rascals?", "Team: Rascals | Rd 1: 9 | Total: 61", True),
        ("What is the total of all teams?", "Team: Rascals | Rd 1: 9 | Total: 61", False),
        ("Which month did we burn most gas?", "We burnt most gas in January: 61 m3.", True),
    ],
)
def test_a_single_row_is_no_bare_answer_to_what_takes_all_of_them(
    question: str, sentence: str, told: bool
) -> None:
    kind = AnswerKind.EXTRACTIVE
    answer = Answer(question, question, kind, (Sentence(sentence, ()),), short="61")
    shown = single_rows(question, answer)
    assert shown.short == ("61" if told else None)
    assert (SINGLE_ROWS in shown.notes) is not told
    assert shown.sentences == answer.sentences
