"""The sum or mean of a table's column."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table_passages import table_passage

from rag.asked_words import AskedWords
from rag.counts import counted_rows
from rag.sums import summed_rows, wants_sum
from rag.tables import TableAnswer, drops_a_name

SPENT = (
    "Date: 2025-01-14 | Item: Roof repairs | Paid to: Hay & Son | Kind: Repairs | Amount: £420.50",
    "Date: 2025-02-02 | Item: Insurance | Paid to: Alder | Kind: Insurance | Amount: £1,310.00",
    "Date: 2025-03-09 | Item: Gutter | Paid to: Hay & Son | Kind: Repairs | Amount: £96.00",
    "Date: 2026-03-11 | Item: Boiler | Paid to: Warmco | Kind: Service | Amount: £88.25",
)
HOURS = (
    "Day: Monday | Name: Ann Lee | Hours: 7.5",
    "Day: Tuesday | Name: Ann Lee | Hours: 6",
    "Day: Tuesday | Name: Bo Orr | Hours: 8",
    "Day: Wednesday | Name: Ann Lee | Hours: 7",
)
PARTS = (
    "Part: VD-1 | Qty: 4 | Unit price: £2.00 | Price: £8.00",
    "Part: VD-2 | Qty: 5 | Unit price: £1.00 | Price: £5.00",
)


def asked(
    question: str, *rows: str, title: str = "House expenses", before: str = ""
) -> TableAnswer | None:
    passage, document = table_passage(*rows, title=title, before=before)
    return summed_rows(question, [passage], AskedWords.of(question), lambda _: document)


@pytest.mark.parametrize(
    ("question", "rows", "short"),
    [
        ("How much did we spend on repairs?", (0, 2), "£516.50 (sum of “Amount” in 2 rows)"),
        ("How much did we pay Hay & Son in total?", (0, 2), "£516.50 (sum of “Amount” in 2 rows)"),
        ("What did we spend in 2025?", (0, 1, 2), "£1,826.50 (sum of “Amount” in 3 rows)"),
        ("How much was spent in March?", (2, 3), "£184.25 (sum of “Amount” in 2 rows)"),
        ("how much did we spend altogether", range(4), "£1,914.75 (sum of “Amount” in 4 rows)"),
        ("What is the average amount?", range(4), "£478.69 (mean of “Amount” in 4 rows)"),
    ],
)
def test_the_rows_asked_about_are_added_up(
    question: str, rows: tuple[int, ...], short: str
) -> None:
    found = asked(question, *SPENT)
    assert found is not None
    assert [row.quote for row in found.rows] == [SPENT[place] for place in rows]
    assert found.short == short


@pytest.mark.parametrize(
    ("question", "rows", "short"),
    [
        ("How many hours did Ann work in total?", HOURS, "20.5 (sum of “Hours” in 3 rows)"),
        ("Total hours on Tuesday?", HOURS, "14 (sum of “Hours” in 2 rows)"),
        ("What is the average number of hours?", HOURS, "7.13 (mean of “Hours” in 4 rows)"),
        ("What do the parts cost in total?", PARTS, "£13.00 (sum of “Price” in 2 rows)"),
        ("How many pieces do we have in total?", PARTS, "9 (sum of “Qty” in 2 rows)"),
    ],
)
def test_the_column_asked_for_is_added_up(question: str, rows: tuple[str, ...], short: str) -> None:
    found = asked(question, *rows, title="List of parts and of work")
    assert found is not None
    assert found.short == short


@pytest.mark.parametrize(
    "question",
    [
        "How much did we spend on the garden?",  # of which the table says nothing
        "How much did we spend in March 2025?",  # one row: no sum
        "How much was spent on repairs in 2026?",  # none
        "How much did we spend on repairs and insurance?",
        "How much did we spend on anything but repairs?",
        "How much did we spend since February?",
        "How much did we spend last year?",
        "How much may we spend in total?",
        "How much was the insurance?",
        "What is the item?",
    ],
)
def test_other_questions_go_the_usual_way(question: str) -> None:
    assert asked(question, *SPENT) is None


def test_a_total_that_is_said_is_quoted() -> None:
    question = "How much did we spend on the house in total?"
    assert asked(question, *SPENT) is not None
    assert asked(question, *SPENT, before="In total we spent £1,914.75 on the house.") is None
    total = "Item: Total | Amount: £1,914.75"
    assert asked(question, *SPENT, total) is None
    repairs = asked("How much did we spend on repairs in total?", *SPENT, total)
    assert repairs is not None
    assert len(repairs.rows) == 2


@pytest.mark.parametrize(
    ("cells", "short"),
    [
        (("1.234,50 €", "10,50 €"), "1,245.00 €"),
        (("12 kg", "1 kg"), "13 kg"),
        (("1 hour", "3 hours"), "4 hours"),
        (("£12.50", "£7"), "£19.50"),
        (("-£12.50", "-£7.00"), "−£19.50"),
        (("CHF 20", "CHF 30"), "CHF 50"),
        (("£12", "-£7"), None),
        (("£12", "$7"), None),
        (("£12", "free"), None),
        (("£12 per week", "£7 per week"), None),
        (("12 a week", "7 a week"), None),
        (("2 m per day", "3 m per day"), None),
        (("£1,250 GBP", "£5"), None),
        (("€ 1.200", "€ 1.300"), None),  # one or a thousand?
        (("2 kg", "300 g"), None),
        (("3 to 4", "5"), None),
        (("12", ""), None),
    ],
)
def test_figures_are_added_where_they_are_of_one_unit(
    cells: tuple[str, str], short: str | None
) -> None:
    rows = [f"Item: Thing {name} | Amount: {cell}" for name, cell in zip("xy", cells, strict=True)]
    found = asked("What is the total amount?", *rows)
    assert (found.short.split(" (")[0] if found and found.short else None) == short


@pytest.mark.parametrize(
    "rows",
    [
        ("Flat: 4 | Age: 30", "Flat: 6 | Age: 50"),
        ("Item: A | Balance: £30", "Item: B | Balance: £50"),
        ("Class: A | Match fee: £30", "Class: B | Match fee: £50"),
        ("Item: A | Price per week: £30", "Item: B | Price per week: £50"),
        ("Item: A | Cost: £30 | Payment: £3", "Item: B | Cost: £50 | Payment: £5"),
    ],
)
def test_what_are_no_parts_of_a_whole_are_not_added(rows: tuple[str, ...]) -> None:
    assert asked("How much did we spend in total?", *rows) is None
    assert asked("What is the total balance and age?", *rows) is None


BOUGHT = (
    "date: 02/03/2025 | supplier: Halden Print Lab | category: Prints | amount: 96.60",
    "date: 15/07/2025 | supplier: Halden Print Lab | category: prints | amount: 211.20",
    "date: 07/03/2025 | supplier: Severn Rail | category: Travel | amount: 64.30",
    "date: 03/11/2024 | supplier: Halden Print Lab | category: Prints | amount: 74.40",
)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("total spent on prints", (0, 1, 3)),  # however it is written
        ("how much went to halden in 2025", (0, 1)),
        (
            "how much did we spend in march",
            (0, 2),
        ),  # 7/3 is in March, not July
        ("what did we spend in March 2025 altogether?", (0, 2)),
        ("how much did we spend this year", ()),  # which?
        ("how much did we spend in march and in july", ()),
    ],
)
def test_days_are_read_as_their_column_is(question: str, places: tuple[int, ...]) -> None:
    found = asked(question, *BOUGHT)
    assert [row.quote for row in (found.rows if found else ())] == [BOUGHT[n] for n in places]


def test_days_that_may_be_of_two_months_tell_nothing() -> None:
    rows = [row for row in BOUGHT if "15/07" not in row]
    assert asked("how much did we spend in march", *rows) is None
    found = asked("how much went to halden this century, in total", *rows)
    assert found is None
    assert asked("how much did we spend in 2025", *rows) is not None


ROTA = (
    "Date: 09/05/2024 | Lead cook: Bashir Qadri | Helper: Nell Garside",
    "Date: 16/05/2024 | Lead cook: Bashir Qadri | Helper: Connor Pugh",
    "Date: 21/05/2024 | Lead cook: Sabine Roux | Helper: Bashir Qadri",
    "Date: 25/06/2024 | Lead cook: Bashir Qadri | Helper: Petra Holm",
)


INVOICES = (
    "Invoice no: C-1 | Supplier: Halden | Invoice date: 2026-01-07 | Net: 212.50 | Status: paid",
    "Invoice no: C-2 | Supplier: Orvis | Invoice date: 2026-02-09 | Net: 96.00 | Status: open",
    "Invoice no: C-3 | Supplier: Halden | Invoice date: 2026-03-11 | Net: 48.00 | Status: open",
)


def counted(question: str, *rows: str) -> tuple[int, str | None]:
    passage, document = table_passage(*rows, title="Kitchen rota")
    found = counted_rows(question, [passage], lambda _: document)
    return (len(found.rows), found.short) if found else (0, None)


@pytest.mark.parametrize(
    ("question", "rows", "short"),
    [
        ("how many times was bashir lead cook in may", ROTA, "2 rows"),
        ("How often was Petra in the kitchen?", ROTA, "1 row"),
        ("How many times did we buy from Halden?", BOUGHT, "3 rows"),
        ("How many times did we buy from Halden in 2024?", BOUGHT, "1 row"),
        ("How many times did we buy from Warmco?", BOUGHT, None),
        ("How many prints did we buy without Halden?", BOUGHT, None),
        ("How many categories are there?", BOUGHT, None),
        ("How many VD-1 parts are there?", PARTS, None),
        ("How many hours did Ann work?", HOURS, None),  # a figure says it
        ("how many invoices are still open?", INVOICES, "2 rows"),
        ("how many paid invoices are open?", INVOICES, None),
        ("how many invoices are still to be paid?", INVOICES, None),
    ],
)
def test_rows_are_counted(question: str, rows: tuple[str, ...], short: str | None) -> None:
    assert counted(question, *rows)[1] == short


STAFF = (
    "Name: Ann Lee | Team: Sales | First aider: yes | Salary: £30,000",
    "Name: Bo Orr | Team: IT | First aider: no | Salary: £40,000",
    "Name: Cy Roy | Team: Sales | First aider: no | Salary: £35,000",
    "Name: Di Fox | Team: IT | First aider: yes | Salary: £50,000",
)
INVOICES = (
    "No: INV-1 | Client: Acme | Paid on: 2025-02-01 | Amount: £500",
    "No: INV-2 | Client: Acme | Amount: £200",
    "No: INV-3 | Client: Brill | Paid on: 2025-02-11 | Amount: £150",
    "No: INV-4 | Client: Brill | Amount: £300",
)
SHIFTS = (
    "Employee: Ann | Project: Bridge | Hours: 7",
    "Employee: Ann | Project: Bridge | Hours: 6",
    "Employee: Bo | Project: Bridge | Hours: 8",
    "Employee: Bo | Project: Tower | Hours: 5",
)
CASH = (
    "Item: Raffle | Paid in: £45.00",
    "Item: Hall | Paid out: £12.50",
    "Item: Lights, returned | Paid out: -£20.00",
    "Item: Stall | Paid in: £60.00",
)
STORE = (
    "Item: Bolts | Shelf: 2 | In stock: 120",
    "Item: Screws | Shelf: 2 | In stock: 80",
    "Item: Paint | Shelf: 4 | In stock: 6",
)
JOBS = (
    "Job: Roof | Issued: 2025-01-03 | Due: 2025-03-05 | Cost: £40",
    "Job: Wall | Issued: 2025-03-08 | Due: 2025-04-05 | Cost: £30",
    "Job: Gate | Issued: 2025-03-09 | Due: 2025-03-25 | Cost: £25",
)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the total salary of first aiders?", STAFF),  # who are some of them
        ("What is the average salary of first aiders?", STAFF),
        ("How much has Acme paid?", INVOICES),  # of one the day is not said
        ("What is the total amount of paid invoices?", INVOICES),
        ("How much does Acme owe in total?", INVOICES),
        ("How much did Acme pay us in total?", INVOICES),
        ("How much did we pay out in total?", CASH),  # a refund among them
        ("What did the hall cost in total by month?", CASH),
        ("How many hours did Ann work in total by project?", SHIFTS),
        ("How many hours a week did Ann work in total?", SHIFTS),
        ("What do the jobs due in March cost in total?", JOBS),  # none of the days issued
        ("What do the other jobs cost in total?", JOBS),
    ],
)
def test_a_condition_that_is_not_understood_is_not_passed_over(
    question: str, rows: tuple[str, ...]
) -> None:
    found = asked(question, *rows, title="List of jobs, invoices and staff")
    assert found is None or not found.rows


def test_what_came_in_is_told_from_what_went_out() -> None:
    found = asked("How much was paid in altogether?", *CASH, title="Hall cash book")
    assert found is not None
    assert found.short == "£105.00 (sum of “Paid in” in 2 rows)"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many employees worked on Bridge?", SHIFTS),  # Ann twice
        ("How many first aiders are there in Sales?", STAFF),
        ("How many invoices did Acme pay?", INVOICES),
        ("How many bolts are there?", STORE),
        ("How many jobs are due in March?", JOBS),
    ],
)
def test_other_things_than_rows_are_not_counted(question: str, rows: tuple[str, ...]) -> None:
    passage, document = table_passage(*rows, title="List of jobs, invoices and staff")
    assert counted_rows(question, [passage], lambda _: document) is None


@pytest.mark.parametrize(
    "total",
    ["Kitchen subtotal", "Q1 total", "Balance brought forward", "Closing total", "VAT 20%"],
)
def test_rows_that_add_up_others_are_no_items(total: str) -> None:
    rows = (*CASH[:2], f"Item: {total} | Paid out: £12.50", "Item: Tea | Paid out: £3.00")
    assert asked("How much did we spend in total?", *rows) is None
    filtered = asked("How much did we spend in total on tea and hall?", *rows)
    assert filtered is None


def test_a_name_among_the_words_that_say_nothing_is_seen() -> None:
    assert drops_a_name("What is the average salary in IT?")
    assert not drops_a_name("What is the average salary in Sales?")
    assert not drops_a_name("WHO HAS NOT PAID?")


def test_prices_of_which_one_is_paid_are_not_added() -> None:
    options = ("Option: A | Price: £2,140", "Option: B | Price: £2,465")
    assert asked("What is the total price of the boiler?", *options, title="Boiler") is None
    assert asked("What do the boilers cost in total?", *options, title="Boiler") is not None
    assert asked("What do the two boilers cost in total?", *options, title="Boiler") is not None
    assert asked("What do the three boilers cost in total?", *options, title="Boiler") is None


def test_two_tables_that_could_be_meant_tell_nothing() -> None:
    (ordered, orders), (stocked, stock) = (
        table_passage("No: D | Packs: 4", "No: E | Packs: 5"),
        table_passage("Item: D | Packs left: 1", "Item: E | Packs left: 3"),
    )
    stocked = replace(stocked, chunk=replace(stocked.chunk, document_id="e"))
    documents = {"d": orders, "e": replace(stock, id="e")}
    question = "How many packs are there in total?"
    asked_words = AskedWords.of(question)
    assert summed_rows(question, [ordered], asked_words, documents.get) is not None
    assert summed_rows(question, [ordered, stocked], asked_words, documents.get) is None


def test_more_rows_than_can_be_checked_are_not_added() -> None:
    rows = [f"Item: Thing {n}x | Amount: £{7 * n % 13 + 1}" for n in range(31)]
    assert asked("How much did we spend in total?", *rows) is None
    assert asked("How much did we spend in total?", *rows[1:]) is not None


def test_words_of_two_meanings() -> None:
    assert wants_sum("How much did we spend in May?")
    assert not wants_sum("What does total failure mean?")
    assert not wants_sum("Is the total over £100?")
    assert wants_sum("On average, how many members came?")
    assert wants_sum("How many members came on average?")
