"""The citation check: numbers in other words, differences, and what is in another's place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.types import Chunk, DocumentInfo
from rag.checking.derived import is_difference, makes
from rag.checking.facts import facts, lacking
from rag.checking.linking import clauses, misplaced
from rag.checking.polarity import contradiction
from rag.checking.quantities import figures
from rag.checking.roles import told_of_other
from rag.checking.strength import stronger
from rag.citations import check
from rag.types import Parts, Passage, Verdict


def lacks(said: str, held: str) -> bool:
    return lacking(facts(said), facts(held), facts("")) is not None


def passage(text: str) -> Passage:
    chunk = Chunk("", "d", 0, len(text), text, (), (), "")
    return Passage(chunk, DocumentInfo("d", ("d",), "", None, None, None, 1), 1.0, Parts())


@pytest.mark.parametrize(
    ("said", "held", "wrong"),
    [
        ("It was paid three days before it fell due.", "Due: 2025-07-12. Paid: 2025-07-09.", False),
        ("It was paid four days before it fell due.", "Due: 2025-07-12. Paid: 2025-07-09.", True),
        ("The limit is two degrees above the law's.", "House limit 65 °C, law 63 °C.", False),
        ("The limit is three degrees above the law's.", "House limit 65 °C, law 63 °C.", True),
        # two degrees are not said to be a difference
        ("It was heated to 2 °C.", "House limit 65 °C, law 63 °C.", True),
        ("There is a difference of 5 kg.", "It was 54 kg and is 49 kg.", False),
        ("The fee went up by £5.", "The fee went up from £30 to £35.", False),
        ("The fee went up by £6.", "The fee went up from £30 to £35.", True),
        ("It ran from 1939 until 1945, six years.", "It ran from 1939 to 1945.", False),
        ("It ran from 1939 until 1945, seven years.", "It ran from 1939 to 1945.", True),
        ("It closes at a quarter to six in the evening.", "It closes at 17:45.", False),
        ("It closes at a quarter to six in the morning.", "It closes at 17:45.", True),
        ("It closes at a quarter past six in the evening.", "It closes at 17:45.", True),
        ("It opens from 8 to 5.", "It opens 8am-5pm.", False),
        ("It opens from 8 to 6.", "It opens 8am-5pm.", True),
        ("It is due on the 14th.", "It is due on 14 November.", False),
        ("It is due on the 15th.", "It is due on 14 November.", True),
        ("It is on the 14th floor.", "It opened on 14 November.", True),
        ("Ten working days are allowed.", "Ten working days are allowed.", False),
        ("Ten calendar days are allowed.", "Ten working days are allowed.", True),
        ("Ten business days are allowed.", "Ten working days are allowed.", False),
        ("Ten working days are allowed.", "Ten days are allowed.", True),
        ("Reply within five working days.", "Working days to reply: 5", False),
        ("Reply within five working days.", "Reply in five days, not counting weekends.", False),
        ("Tickets for a day cost £5.", "Day tickets cost £5.", False),
        ("It is due on the 5th.", "It is due on 14 May 2005.", True),
        ("It is due on the 5th.", "It is due on 14 May. Notice is given by 5 June.", True),
        ("Wait 10 minutes after taking it.", "Heat it for 20 minutes or 30 minutes.", True),
        ("Store it 10 cm above the floor.", "Shelves are 20 cm or 30 cm deep.", True),
        ("Ada scored 3 goals in 5 games.", "In 5 games Ada scored 3 goals.", False),
        ("In 2 hours 40 guests came.", "40 guests came in 2 hours.", False),
        ("Two guests in five give nothing.", "40 % of the guests give nothing.", False),
        ("Three guests in five give nothing.", "40 % of the guests give nothing.", True),
        ("One twentieth of it is charged.", "5 % of it is charged.", False),
        ("It took 3 minutes 10 seconds.", "Time taken: 3 min 10", False),
        ("It took 3 minutes 20 seconds.", "Time taken: 3 min 10", True),
        ("It lasted just under two hours.", "It lasted 110 minutes.", False),
        ("It lasted just over two hours.", "It lasted 110 minutes.", True),
        ("A little under half of it is paid.", "45 % of it is paid.", False),
        ("Well over 500 came.", "560 came.", False),
        ("The fine is over £100.", "The fine is £120.", True),
        # of a limit, neither is the other
        ("It stops at more than 600 kg.", "It stops at over 640 kg.", True),
        ("At least 80 % is promised.", "87 % is promised.", True),
    ],
)
def test_numbers_in_other_words_are_found(said: str, held: str, wrong: bool) -> None:
    assert lacks(said, held) == wrong


def test_what_has_no_unit_makes_no_difference() -> None:
    said = "It is 5 more."
    assert is_difference(figures(said).quantities[0], said)
    assert not makes(figures(said).quantities[0], figures("12 and 7"))


def test_days_that_are_none_make_no_difference() -> None:
    said = "It came three days later."
    held = figures("Due 2025-02-30, paid 2025-02-27.")
    assert not makes(figures(said).quantities[0], held)


def test_a_clause_ends_at_no_mark_inside_a_number() -> None:
    assert clauses("The trustees approved up to £3,000 at 19:30 for a new machine.") == [
        "The trustees approved up to £3,000 at 19:30 for a new machine."
    ]


@pytest.mark.parametrize(
    ("said", "held", "wrong"),
    [
        # the heading that is named holds nothing of the kind
        (
            "The chiller was bought for £2,340 and is in good order.",
            "Item: Chiller | Bought: 21/11/2022 | Cost £: 2340 | State: good",
            False,
        ),
        (
            "Pyle gave £10 to the general fund on 20 March 2024.",
            "ref: D020 | date: 20/03/2024 | donor: Pyle | fund: General | amount: 10.00",
            False,
        ),
        ("There is one a day rather than two.", "One injection a day at HB, not two.", False),
        (
            "Attendance went up from an average of 52 to 71.",
            "It dropped to an average of 52 in May, against 71 from January to April.",
            True,
        ),
    ],
)
def test_what_belongs_together(said: str, held: str, wrong: bool) -> None:
    assert (misplaced(said, held) is not None) == wrong


@pytest.mark.parametrize(
    ("said", "held", "wrong"),
    [
        (
            "Elvan lets parents skip two payments, whereas Fjellbank only halves them.",
            "Fjellbank lets you skip two payments; Elvan only lowers them by half.",
            True,
        ),
        (
            "Fjellbank lets parents skip two payments, whereas Elvan only halves them.",
            "Fjellbank lets you skip two payments; Elvan only lowers them by half.",
            False,
        ),
        (
            "Carbonate attacks the AnoSep 5, while hydroxide gives poor peaks on the AnoSep 7.",
            "The carbonate attacks the AnoSep 7, and hydroxide gives poor peaks on the AnoSep 5.",
            True,
        ),
    ],
)
def test_what_is_told_of_the_other_name(said: str, held: str, wrong: bool) -> None:
    assert (told_of_other(said, held) is not None) == wrong
    verdict = check(said, [passage(held)], Sure()).verdict
    assert (verdict is not Verdict.SUPPORTED) == wrong


def test_only_where_and_even_where_are_no_paraphrases() -> None:
    held = "Glass is covered even where damage has not been chosen."
    assert stronger("Glass is covered only where damage has been chosen.", held)
    held = "Work above 10 metres is excluded, unless it is done from a building."
    assert stronger("Work above 10 metres is excluded even when done from a building.", held)
    assert stronger("Work above 10 metres is excluded unless done from a building.", held) is None


def test_no_denial_by_another_negation_or_a_zero() -> None:
    held = "Missed: a planned call that has not begun within 60 minutes of its planned start."
    said = "It is missed when an hour has gone by since its planned start without its beginning."
    assert contradiction(said, held) is None
    assert contradiction("It comes not later than noon.", "It comes at noon at the latest.") is None


class Sure:
    """Takes any claim for borne out."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.98 for _ in passages]


def test_a_row_that_holds_many_facts_of_a_sentence_bears_it_out() -> None:
    row = "date: 2024-09-20 | car: Octavia | garage: Halden Autos | total_gbp: 683.00"
    said = "On 20 September 2024 Halden Autos fitted some belt to the Octavia for £683."
    assert check(said, [passage(row)], Unsure()).verdict is Verdict.SUPPORTED
    said = "Halden Autos fitted some belt and a pump to it."  # has one fact
    assert check(said, [passage(row)], Unsure()).verdict is Verdict.PARTLY


class Unsure:
    """Takes hardly any claim for borne out."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.02 for _ in passages]
