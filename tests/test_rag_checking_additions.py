"""The citation check: what a sentence adds, computes or puts in another's place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.types import Chunk, DocumentInfo
from rag.checking.additions import new_clauses
from rag.checking.derived import is_difference, makes
from rag.checking.evidence import Evidence
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
        ("It is due on the 14th.", "It is due on 14 November.", False),
        ("It is due on the 15th.", "It is due on 14 November.", True),
        ("It is on the 14th floor.", "It opened on 14 November.", True),
        ("Ten working days are allowed.", "Ten working days are allowed.", False),
        ("Ten calendar days are allowed.", "Ten working days are allowed.", True),
        ("Ten business days are allowed.", "Ten working days are allowed.", False),
        ("Ten working days are allowed.", "Ten days are allowed.", True),
        ("Sheets are kept for a year.", "Sheets are kept for eighteen months.", True),
        ("Sheets are kept for a year.", "Sheets are kept for twelve months.", False),
        ("He came for a second time.", "He came again.", False),
        ("Two guests in five give nothing.", "40 % of the guests give nothing.", False),
        ("Three guests in five give nothing.", "40 % of the guests give nothing.", True),
        ("One twentieth of it is charged.", "5 % of it is charged.", False),
        ("It took 3 minutes 10 seconds.", "Time taken: 3 min 10", False),
        ("It took 3 minutes 20 seconds.", "Time taken: 3 min 10", True),
        ("It lasted just under two hours.", "It lasted 110 minutes.", False),
        ("It lasted just over two hours.", "It lasted 110 minutes.", True),
        ("A little under half of it is paid.", "45 % of it is paid.", False),
        ("Well over 500 came.", "560 came.", False),
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
    held = "A missed call is one that has not begun within 60 minutes of its start."
    assert contradiction("It is missed when an hour is gone without its beginning.", held) is None
    assert contradiction("It comes not later than noon.", "It comes at noon at the latest.") is None


class Sure:
    """Takes any claim for borne out, or none that begins with certain words."""

    def __init__(self, never: str = "\0") -> None:
        self.never = never

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.02 if claim.startswith(self.never) else 0.995 for _ in passages]


HELD = "The £100 is held as a credit on your account. You can ask for it to be repaid."


def test_a_clause_of_which_the_source_says_nothing_is_told() -> None:
    said = "The £100 is held as a credit on your account, earning interest meanwhile."
    checked = check(said, [passage(HELD)], Sure(never="earning interest meanwhile."))
    assert checked.verdict is Verdict.PARTLY
    assert checked.why == "the document does not say “earning interest meanwhile.”"
    # a reader that finds it there has it stand
    assert check(said, [passage(HELD)], Sure()).verdict is Verdict.SUPPORTED


def test_what_is_in_other_words_all_through_adds_nothing() -> None:
    span = Evidence(passage(HELD), 0, len(HELD))
    assert (
        new_clauses("A hundred stays with us, waiting patiently until somebody calls.", span) == []
    )
    row = "Item: chiller | Bought: 2022 | State: good"
    said = "The chiller was bought in 2022, earning interest meanwhile."
    assert new_clauses(said, Evidence(passage(row), 0, len(row))) == []


def test_a_row_that_holds_many_facts_of_a_sentence_bears_it_out() -> None:
    row = "date: 2024-09-20 | car: Octavia | garage: Halden Autos | total_gbp: 683.00"
    said = "On 20 September 2024 Halden Autos fitted some belt to the Octavia for £683."
    assert check(said, [passage(row)], Likely()).verdict is Verdict.SUPPORTED
    assert check("Somebody fitted some belt for £683.", [passage(row)], Likely()).verdict is not (
        Verdict.SUPPORTED
    )


class Likely:
    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.35 for _ in passages]
