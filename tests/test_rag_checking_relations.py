"""Sentences that turn round what their source says, and others that say the same."""

from __future__ import annotations

import pytest

from rag.checking.relations import same_comparison, turned

FALSE = [
    ("The rent is £640 a month.", "The rent is £640 per week."),
    ("Members pay £3 a visit.", "Members pay £3 a month."),
    ("The bus goes from York to Leeds.", "The bus goes from Leeds to York."),
    (
        "The meeting was moved from the hall to the library.",
        "The meeting was moved from the library to the hall.",
    ),
    ("The X200 is cheaper than the X300.", "The X300 is cheaper than the X200."),
    ("The X200 is cheaper than the X300.", "The X200 costs more than the X300."),
    ("Mia is older than Tom.", "Tom is older than Mia."),
    ("The tap was repaired because it dripped.", "The tap dripped because it was repaired."),
    ("Visitors should ring the bell twice.", "Visitors should ring the bell once."),
    ("The shop opens at 9:00 and closes at 17:00.", "The shop closes at 9:00."),
    ("The offer holds from 1 May until 30 June.", "The offer ends on 1 May."),
    ("Forms must be handed in by 5 May.", "Forms must be handed in after 5 May."),
    ("Please stop using the lift after 22:00.", "Please use the lift after 22:00."),
    (
        "The committee rejected the proposal to raise the fee to £40.",
        "The fee was raised to £40.",
    ),
    (
        "The landlord repairs the roof and the tenant pays for the garden.",
        "The tenant repairs the roof.",
    ),
    ("Ms Brandt pays the rent; Mr Marlowe pays the water.", "Mr Marlowe pays the rent."),
    ("Mrs Lee teaches maths and Mr Fox teaches music.", "Mrs Lee teaches music."),
]
TRUE = [
    ("The rent is £640 a month.", "The monthly rent is £640."),
    ("The rent is £640 a month.", "The rent is £640 per month."),
    ("The rent is £640 a month, £160 a week.", "The rent is £160 a week."),
    ("The bus goes from York to Leeds.", "The bus goes from York to Leeds and stops."),
    ("The X200 is cheaper than the X300.", "The X300 costs more than the X200."),
    ("Mia is older than Tom.", "Tom is younger than Mia."),
    ("The tap was repaired because it dripped.", "The tap dripped, so it was repaired."),
    ("Visitors should ring the bell twice.", "Once you ring the bell twice, visitors should wait."),
    ("The offer holds from 1 May until 30 June.", "The offer ends on 30 June."),
    ("The shop is open until 17:00.", "The shop is closed after 17:00."),
    ("Forms must be handed in by 5 May.", "Forms must be handed in before 5 May."),
    ("Please stop using the lift after 22:00.", "Please do not use the lift after 22:00."),
    (
        "The committee rejected the proposal to raise the fee to £40.",
        "A proposal to raise the fee to £40 was made.",
    ),
    ("Mrs Lee teaches maths and Mr Fox teaches music.", "Mr Fox teaches music."),
    ("Breakfast is served at eight and dinner at seven.", "Dinner is served at seven."),
    ("The big hall and the kitchen are cleaned weekly.", "The big hall is cleaned weekly."),
    ("Count the plates and take the mean.", "Plates are counted and the mean is taken."),
    ("The boiler is in the cellar.", "The rent is £640 per week."),
]


@pytest.mark.parametrize(("held", "said"), FALSE)
def test_what_is_turned_round_is_seen(held: str, said: str) -> None:
    assert turned(said, held) is not None


@pytest.mark.parametrize(("held", "said"), TRUE)
def test_what_says_the_same_is_let_be(held: str, said: str) -> None:
    assert turned(said, held) is None


@pytest.mark.parametrize(("held", "said"), [*FALSE, *TRUE])
def test_no_sentence_turns_itself_round(held: str, said: str) -> None:
    assert turned(held, held) is None
    assert turned(said, said) is None


def test_a_comparison_from_the_other_side_is_the_same() -> None:
    assert same_comparison("Tom is younger than Mia.", "Mia is older than Tom.")
    assert same_comparison(
        "The X300 costs more than the X200.", "The X200 is cheaper than the X300."
    )
    assert not same_comparison("Tom is older than Mia.", "Mia is older than Tom.")
    assert not same_comparison("Tom is older than Ida.", "Mia is older than Tom.")
    assert not same_comparison("Tom is heavier than Mia.", "Mia is older than Tom.")
