"""Candidates of another kind than the one asked for, of opposites, and of other periods."""

from __future__ import annotations

import pytest

from index.types import Chunk, DocumentInfo
from rag.answering import extractive_answer
from rag.asked_kinds import is_of_other_kind, prefer_asked_kind
from rag.cells import asked_cell
from rag.declining import names_in
from rag.finding import Found
from rag.other_things import without_other_things
from rag.periods import asked_day, covers
from rag.ranges import prefer_fitting_rows
from rag.reader import Reading, Span
from rag.superseding import former, past, present
from rag.types import Parts, Passage

HEATER = "Part: 22-5107 | Description: Flat heater | Fits: VB220 | List price: 91.00 | Stock: 12"
OLDER = "Year: 4 | Period: 1 Sept 2024 – 31 Aug 2026 | Rent: £10,440"
NEWER = "Year: 6 | Period: 1 Sept 2026 – 31 Aug 2028 | Rent: £11,220"


def found(text: str, short: str | None = None, score: float = 1.0, document: str = "") -> Found:
    chunk = Chunk(text, document or text, 0, len(text), text, (), (), "")
    passage = Passage(chunk, DocumentInfo(text, ("d",), "", None, None, None, 1), 1.0, Parts())
    return Found(passage, 0, len(text), 0.6, score, short)


@pytest.mark.parametrize(
    ("question", "text", "short", "other"),
    [
        ("how many watts is the flat heater?", HEATER, "91.00", True),
        ("how much is the flat heater?", HEATER, "91.00", False),
        ("how many flat heaters are there?", HEATER, "12", False),
        ("torque for the flat heater?", HEATER, "91.00", True),
        ("torque for the flat heater?", "Part: heater | Torque: 91.00", "91.00", False),
        ("which part is the flat heater?", HEATER, "91.00", False),
        ("how many watts is the heater?", "The heater takes 600 W.", "600 W", False),
        ("how many watts is the heater?", "The heater (power in watts): 600", "600", False),
        # a length of time is said in many units
        ("how many days is it?", "It takes a fortnight.", "a fortnight", False),
        ("what pH should it have?", "It has a contact time of 20 minutes.", "20 minutes", True),
        ("what pH should it have?", "It should have a pH of 5.", "5", False),
        ("which insurance company is it with?", "Our insurance covers repatriation.", None, True),
        ("which insurance company is it with?", "Our insurance is with Fenwright.", None, False),
        ("who is it with?", "Our insurance covers repatriation.", None, False),
    ],
)
def test_what_cannot_be_of_the_kind_asked_for(
    question: str, text: str, short: str | None, other: bool
) -> None:
    one = found(text, short)
    assert is_of_other_kind(question, one) == other
    (kept,) = prefer_asked_kind(question, [one])
    assert (kept.probability < one.probability) == other


def test_the_number_of_a_clause_is_no_answer() -> None:
    (kept,) = prefer_asked_kind("what should it have?", [found("As in section 3.4 it is.", "3.4")])
    assert kept.short is None
    assert kept.probability < 0.6
    (kept,) = prefer_asked_kind("how long is it?", [found("It is 3.4 m long.", "3.4")])
    assert kept.short == "3.4"


def test_the_left_hand_one_is_not_the_right_hand_one() -> None:
    left = found("The left-hand washer cost £1,145.")
    both = found("The left-hand washer cost £1,145, the right-hand one less.")
    question = "what did the right hand washer cost"
    assert without_other_things(question, [left])[0].probability < left.probability
    assert without_other_things(question, [both])[0].probability == both.probability
    assert without_other_things("what did the washer cost", [left])[0].probability == 0.6
    # the opposite of another thing
    right = found("The left-hand door leads right to the washer, which cost £5.")
    assert without_other_things(question, [right])[0].probability == right.probability


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How long does it take?", "In short, it takes two hours."),
        ("Do I have the right to appeal?", "You have 14 days left to lodge an appeal."),
        ("Who bought the house?", "Ada sold the house to Ben in May."),
        ("Can I book an indoor court?", "We only have outdoor courts."),
        ("Who is the new treasurer?", "Ada replaces our old treasurer Ben."),
        ("When does the first train run?", "Trains run from 05:10 to the last train at 23:40."),
    ],
)
def test_an_opposite_that_answers_is_believed(question: str, text: str) -> None:
    (kept,) = without_other_things(question, [found(text)])
    assert kept.probability == 0.6


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("Which company cleans the windows?", "Sparkle cleans the windows.", "Sparkle"),
        ("Which bank is the account with?", "the account is with lloyds", "lloyds"),
        ("Which bank holiday is the office closed?", "It is closed in spring.", "in spring"),
        ("What employer pension contribution is paid?", "It is 5%.", "5%"),
        ("How many amps is the fuse?", "A 13A fuse is fitted.", "13A"),
        ("How many feet does a spider have?", "It has eight.", "eight"),
        ("What pH does the soil need?", "Soil pH-value between 6 and 7", "6 and 7"),
        ("What is the entry for adults?", "Ticket: Adults | Price: £9", "£9"),
        ("flat heater", HEATER, "91.00"),
        ("what is it?", "A pH of 7.4 is right.", "7.4"),
        ("which section is it in?", "See section 3.4.", "3.4"),
    ],
)
def test_what_may_well_be_of_the_kind_asked_for(question: str, text: str, short: str) -> None:
    (kept,) = prefer_asked_kind(question, [found(text, short)])
    assert kept == found(text, short)


@pytest.mark.parametrize(
    ("question", "row", "short"),
    [
        ("What time does it close on Sunday?", "Day: Sunday | From: 10:00 | Until: 16:00", "16:00"),
        (
            "How many of A on an empty stomach?",
            "Drug: A | Before food: 2 tablets | After food: 1 tablet",
            "2 tablets",
        ),
        ("What is the default of K3?", "Setting: K3 | Original: 3 | New: 4", "3"),
        (
            "Who is in room 3 on 4 June 2026?",
            "Room: 3 | Price from 1 May 2026: £90 | Event: choir",
            "choir",
        ),
    ],
)
def test_the_cell_that_was_taken_stays(question: str, row: str, short: str) -> None:
    assert asked_cell(question, row, short) == short


def test_a_row_of_many_capitals_is_read_at_once() -> None:
    row = f"Item: Boiler | Firm: {'ADMINISTRATION, COMMUNICATION / ' * 600} | Cost: 3"
    assert asked_cell("Who looks after the boiler?", row, "3") == "3"


@pytest.mark.parametrize(
    ("question", "quote", "short"),
    [
        ("When was the old fee raised?", "On 3 May the old fee was raised from £5 to £6.", "3 May"),
        ("What replaced the old fee?", "The old fee was raised from £5 to £6.", "£6"),
        (
            "What was the fee raised to before the summer?",
            "Before the summer the fee was raised from £5 to £6.",
            "£6",
        ),
        ("What is the limit on Old Street?", "It was lowered from 30 to 20.", "20"),
        ("what was the notice before", "It rose from 30 in May 2020 to 45 days.", "45 days"),
    ],
)
def test_what_was_is_not_told_where_something_else_is_asked(
    question: str, quote: str, short: str
) -> None:
    assert present(question, quote, short) == short


def test_rows_that_are_not_asked_of_a_day() -> None:
    signed = found("Signed: 1 May 2026 | Tenant: Ben | Term: 1 June 2026 – 31 May 2027", "", 1, "d")
    other = found("Signed: 2 May 2020 | Tenant: Ada | Term: 1 May 2020 – 31 May 2027", "", 0.5, "d")
    assert prefer_fitting_rows("Who moved on 1 May 2026?", [signed, other]) == [signed, other]
    ended = found("Contract: A | Term: 1 May 2023 – 30 Apr 2026", "", 1, "d")
    runs = found("Contract: B | Term: 1 May 2024 – 30 Apr 2028", "", 0.5, "d")
    asked = "Which contract ended before May 2026?"
    assert prefer_fitting_rows(asked, [ended, runs]) == [ended, runs]
    assert covers("1 Nov – 28 Feb 2026", (2025, 12, 15)) is True
    assert covers("Paid 1 Sept 2024 and 1 Sept 2025", (2025, 1, 1)) is None


def test_days_and_periods() -> None:
    assert asked_day("What is the rent from September 2026?") == (2026, 9, 15)
    assert asked_day("What is the rent from 3 September 2026?") == (2026, 9, 3)
    assert asked_day("What is the rent in 2026?") is None
    assert asked_day("Between May 2025 and June 2026?") is None
    day = (2025, 10, 15)
    assert covers("Deposit from 1 Sept 2025", day) is True
    assert covers("Deposit to 31 Aug 2025", day) is False
    assert covers("until October 2025", day) is True
    assert covers("1 Sept – 31 Dec 2025", day) is True
    assert covers("3 May 2025", day) is None
    assert covers("3 May 2025, 4 June 2025", day) is None
    assert covers("£5", day) is None


def test_the_row_of_the_period_asked_about_goes_first() -> None:
    rows = [found(OLDER, None, 1.0, "lease"), found(NEWER, None, 0.7, "lease")]
    kept = prefer_fitting_rows("what will the rent be from September 2026", rows)
    assert [one.quote for one in kept] == [NEWER, OLDER]
    assert kept[1].probability < 0.6
    kept = prefer_fitting_rows("what is the rent in May 2025", rows)
    assert [one.quote for one in kept] == [OLDER, NEWER]
    assert prefer_fitting_rows("what is the rent", rows) == rows


def test_the_column_of_the_day_asked_about() -> None:
    row = "Type: Party | Deposit to 31 Aug 2025: £75 | Deposit from 1 Sept 2025: £90"
    assert asked_cell("deposit for a party in october 2025?", row, None) == "£90"
    assert asked_cell("deposit for a party in may 2025?", row, None) == "£75"


def test_the_newer_of_two_columns() -> None:
    row = "Item: Sunday | Original: 168 | From Amendment 2: 176 | Unit: per hour"
    assert asked_cell("What do we charge on a Sunday?", row, "168") == "176"
    assert asked_cell("What did we charge on a Sunday originally?", row, "168") == "168"
    assert asked_cell("What do we charge on a Sunday?", row, "per hour") == "per hour"
    row = "Item: Sunday | Original: 168 | From: Leeds"
    assert asked_cell("What do we charge on a Sunday?", row, "168") == "168"


CHANGE = "Splash zone roughness reduced from 3.2 µm to 1.6 µm (4.2.1)."
LIMIT = "The roughness of splash zone surfaces shall not exceed 1.6 µm."


def test_what_was_is_told_where_it_is_asked_for() -> None:
    limit, change = found(LIMIT, "1.6 µm"), found(CHANGE, "1.6 µm", 0.8)
    asked = "what was the splash zone roughness limit before issue 4"
    assert former(asked, [limit, change]) == change
    assert former("what is the splash zone roughness limit", [limit, change]) is None
    assert former("what is it now, and what was it before", [limit, change]) is None
    other = found("The load was reduced from 5 to 1.6 tonnes.", None, 0.8)
    assert former(asked, [limit, other]) is None
    assert past(asked, CHANGE) == "3.2 µm"
    assert past("how long was it before?", "Extended from 30 to 45 days.") == "30 days"
    assert past("how long is it?", "Extended from 30 to 45 days.") is None


def test_the_answer_tells_what_was() -> None:
    passages, readings = [], []
    for text, likely in ((LIMIT, 0.6), (CHANGE, 0.5)):
        one = found(text)
        passages.append(one.passage)
        at = text.index("1.6 µm")
        readings.append(Reading(likely, (Span(at, at + 6, likely),)))
    asked = "what was the splash zone roughness limit before issue 4"
    answer = extractive_answer(asked, passages, readings, 3, calibrated=True)
    assert answer.short == "3.2 µm"
    assert answer.sentences[0].text == CHANGE


def test_the_answer_is_not_the_price_where_a_torque_is_asked_for() -> None:
    torque = "The screws of the flat heater are tightened to 5 Nm."
    passages = [found(HEATER).passage, found(torque).passage]
    price, newton = HEATER.index("91.00"), torque.index("5 Nm")
    readings = [
        Reading(0.6, (Span(price, price + 5, 0.6),)),
        Reading(0.4, (Span(newton, newton + 4, 0.4),)),
    ]
    answer = extractive_answer("torque for the flat heater", passages, readings, 3)
    assert [sentence.text for sentence in answer.sentences] == [torque]
    answer = extractive_answer("price of the flat heater", passages, readings, 3)
    assert answer.sentences[0].text == HEATER


def test_acronyms_are_no_names_and_inner_capitals_are() -> None:
    assert names_in("what ID can I show", ["ID"]) == []
    assert names_in("what pH has it", ["pH"]) == ["pH"]
    assert names_in("what does the çŒ« cost", ["çŒ«"]) == []
    assert names_in("what has Penhale", ["Penhale"]) == ["Penhale"]


def test_of_two_columns_of_one_stem_the_one_that_is_written() -> None:
    row = "Ewe: Juniper | Ram: Sultan | Lambed: 6 Apr 2024 | Lambs: 1"
    assert asked_cell("Juniper lambs?", row, "Sultan") == "1"
    assert asked_cell("when had Juniper lambed?", row, "Sultan") == "6 Apr 2024"
