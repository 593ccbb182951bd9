"""Ordinary questions over a line or two, with the real embedder and reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import MakeFolder

from rag.assistant import Assistant
from rag.quoting import SINGLE_ROWS
from rag.settings import Settings
from rag.types import Answer

SAUNA = "The sauna costs £8. A swim costs £5.\n\nOn Mondays the sauna costs £6 instead of £8.\n"
SHOP = "The shop is open Monday to Friday from 9:00 to 18:00 and on Saturday from 10:00 to 14:00.\n"
SICK = (
    "# If you are sick\n\nA doctor's certificate is needed from the third day. Tell your manager "
    "before 9:00. Send the certificate to HR within a week.\n"
)
HIRE = (
    "| Tool | Hire (£) | Deposit |\n|---|---|---|\n| Power drill | 12 | 50 |\n"
    "| Pressure washer | 25 | 100 |\n| Torque wrench | 8 | 30 |\n"
)


GAS = (
    "# Gas at home\n\n| Month | Used | Read by |\n|---|---|---|\n"
    "| October | 61 | Ivo |\n| January | 378 | Tess |\n| February | 321 | Ivo |\n"
)


def ask(files: Mapping[str, str], question: str, make_folder: MakeFolder, home: Path) -> Answer:
    folder = make_folder(files)
    with Assistant.open(documents=[folder], index=home / "index", settings=Settings()) as opened:
        return opened.ask(question)


@pytest.mark.parametrize(
    ("text", "question", "short"),
    [
        # a span that begins in a title or a greeting is that of the sentence below
        (
            "Rules\n\nDogs are not allowed in the garden. Bikes belong in the cellar.\n",
            "Are dogs allowed in the garden?",
            "No",
        ),
        (
            "Dear residents,\n\nThe lift is out of order until Friday. Please use the stairs.\n",
            "Is the lift out of order?",
            "Yes",
        ),
        # what is so on some days only does not take the place of what is so on the others
        (SAUNA, "How much is the sauna?", "£8"),
        (SAUNA, "How much is the sauna on Mondays?", "£6"),
        # a table is compared as a whole, though the apostrophe was left out
        (HIRE, "whats the dearest tool to hire?", "Pressure washer"),
        # a day or a number that the words cover is no unknown name
        (SHOP, "When is the shop open on Wednesday?", "from 9:00 to 18:00"),
        ("Parking costs £2 an hour.\n", "How much is parking for 3 hours?", "£2"),
        # the bare answer is the best sentence's, whatever stands first
        (SICK, "How do I report sick?", "Tell your manager before 9:00"),
        # a rule for other hours, days or ages says neither
        ("Nobody may use the lift after 22:00.\n", "May I use the lift at 21:00?", None),
        ("Nobody may use the lift after 22:00.\n", "May I use the lift at 11 pm?", "No"),
        ("Music is not allowed on Sundays.\n", "Is music allowed on Sundays?", "No"),
        ("Children under 6 may not swim alone.\n", "May my 9 year old swim alone?", None),
        ("Children under 6 may not swim alone.\n", "May my 5 year old swim alone?", "No"),
        ("**Are towels provided?** Depends on the room.\n", "Are towels provided?", None),
        # what there is none of is answered by that, whatever it is called
        ("There's no camera in the treatment rooms.\n", "is there video in the rooms?", "No"),
    ],
)
def test_the_bare_answer(
    text: str, question: str, short: str | None, make_folder: MakeFolder, tmp_path: Path
) -> None:
    answer = ask({"note.md": text}, question, make_folder, tmp_path)
    assert not answer.declined
    assert answer.short == short


def test_a_rule_for_another_day_gives_no_word(make_folder: MakeFolder, tmp_path: Path) -> None:
    rule, asked = "Music is not allowed on Sundays.\n", "Is music allowed on Mondays?"
    assert ask({"note.md": rule}, asked, make_folder, tmp_path).short is None


def test_one_row_is_no_bare_answer_to_what_takes_them_all(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    answer = ask({"gas.md": GAS}, "Which month had the most gas?", make_folder, tmp_path)
    assert not answer.declined
    assert answer.short is None
    assert SINGLE_ROWS in answer.notes


@pytest.mark.parametrize(
    ("question", "price"),
    [("How much is the pressure washer?", "25"), ("How much is the torque wrench?", "8")],
)
def test_a_price_of_something_called_by_a_measure(
    question: str, price: str, make_folder: MakeFolder, tmp_path: Path
) -> None:
    answer = ask({"hire.md": HIRE}, question, make_folder, tmp_path)
    assert answer.short == price
    assert answer.confidence is not None
    assert answer.confidence > 0.9


@pytest.mark.parametrize(
    ("files", "question", "shown", "conflicts"),
    [
        (  # a change counts however much better the old sentence reads
            {
                "m1.txt": "The membership fee is £35 a year.\n",
                "m2.txt": "The membership fee was raised from £35 to £40 a year.\n",
            },
            "What is the membership fee?",
            "£40",
            0,
        ),
        (
            {
                "chat.txt": "10/05/2025, 18:10 - Mia: The gate code is 4471.\n"
                "10/05/2025, 18:20 - Joe: The gate code has changed, it is now 8125.\n"
            },
            "What is the gate code?",
            "8125",
            0,
        ),
        (  # figures in words disagree as those in digits do
            {
                "c1.txt": "Contract\n\nThe notice period is three months.\n",
                "c2.txt": "Contract (amended)\n\nThe notice period is six months.\n",
            },
            "What is the notice period?",
            "six months",
            2,
        ),
        (  # two halls are two
            {
                "a.txt": "Hall A holds 120 people and costs £40 an hour.\n",
                "b.txt": "Hall B holds 60 people and costs £25 an hour.\n",
            },
            "How many people does hall A hold?",
            "120",
            0,
        ),
    ],
)
def test_what_documents_say_beside_one_another(
    files: Mapping[str, str],
    question: str,
    shown: str,
    conflicts: int,
    make_folder: MakeFolder,
    tmp_path: Path,
) -> None:
    answer = ask(files, question, make_folder, tmp_path)
    assert shown in answer.text
    assert len(answer.conflicts) == conflicts


VISITS = (
    "| Service | Price |\n|---|---|\n| Home visit (up to 5 miles) | £79 |\n| Report | £95 |\n"
    "| Massage | £34 |\n"
)


@pytest.mark.parametrize(
    ("text", "question", "shown"),
    [
        (
            "Entries cost £10 until 5 May and £15 thereafter.\n",
            "How much is an entry after 5 May?",
            "£15",
        ),
        (
            "Cancel at least 48 hours before the lesson, or the whole fee of £25 is due.\n",
            "What is due if I cancel less than 48 hours before?",
            "£25",
        ),
        (
            "The library opens at 9:00. On Sundays the library opens at 11:00.\n",
            "When does the library open at the weekend?",
            "11:00",
        ),
        (
            "Pensioners pay £4 for lunch. Lunch costs £6.\n",
            "How much is lunch for older people?",
            "£4",
        ),
        (
            "The library is open Monday to Friday.\n",
            "When is the library open on Sunday?",
            "Friday",
        ),
    ],
)
def test_what_the_rules_may_not_hide(
    text: str, question: str, shown: str, make_folder: MakeFolder, tmp_path: Path
) -> None:
    answer = ask({"note.md": text}, question, make_folder, tmp_path)
    assert shown in answer.text


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The shop does not open before 9.\n", "Does the shop open at 10?"),
        ("Visitors are not admitted after 8.\n", "Are visitors admitted at 7?"),
        ("You cannot check in before 3 pm.\n", "Can I check in at 4?"),
        ("Deliveries are not accepted after 16:00.\n", "Is delivery accepted at 4?"),
        ("There is no need to book a court.\n", "Is there a court to book?"),
        ("There are no less than four showers.\n", "Are there showers?"),
    ],
)
def test_no_wrong_no(text: str, question: str, make_folder: MakeFolder, tmp_path: Path) -> None:
    assert ask({"note.md": text}, question, make_folder, tmp_path).short != "No"


def test_the_other_side_of_a_limit_is_no_answer(make_folder: MakeFolder, tmp_path: Path) -> None:
    files = {"prices.md": VISITS}
    assert (
        ask(files, "How much is a home visit up to 5 miles?", make_folder, tmp_path).short == "£79"
    )
    answer = ask(files, "How much is a home visit over 5 miles?", make_folder, tmp_path)
    assert answer.declined


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who are the keyholders?", "Isolde"),
        ("Who were the keyholders in 2024?", "Bram"),
        ("Who were the keyholders before?", "Bram"),
    ],
)
def test_the_newest_edition_goes_first(
    question: str, first: str, make_folder: MakeFolder, tmp_path: Path
) -> None:
    files = {
        "staff handbook 2024.md": "Keyholders are Odile, Tamsin Orrick and Bram Kettleby.\n",
        "staff handbook 2026.md": "Keyholders: Odile, Tamsin Orrick and Isolde Varga (Bram gave "
        "his set back when he moved to Stoke Pelling).\n",
    }
    answer = ask(files, question, make_folder, tmp_path)
    assert first in answer.sentences[0].text
