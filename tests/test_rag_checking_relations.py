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
    # true sentences that a reviewer saw rejected
    ("In a fire, avoid using the lift and use the stairs.", "Use the stairs in a fire."),
    (
        "Visitors should avoid parking on the verge and park in the yard.",
        "Visitors park in the yard.",
    ),
    ("Please avoid parking on the verge, it is an offence.", "Parking on the verge is an offence."),
    ("Avoid turning the valve too far: it damages it.", "Turning the valve too far damages it."),
    ("He was told to give up drinking.", "He gave up drinking."),
    (
        "The factory, which made toys, was to cease making toys in 1990.",
        "The factory made toys until 1990.",
    ),
    (
        "They rejected a proposal to raise the annual fee to £25 and kept the annual fee at £20.",
        "The annual fee is £20.",
    ),
    (
        "The board rejected the proposal to raise the annual fee above £20.",
        "The annual fee stays at £20.",
    ),
    (
        "The council rejected the proposal to close the library on Sundays.",
        "The library stays open on Sundays.",
    ),
    ("Members voted against the motion to change the club name.", "The club keeps its name."),
    (
        "They rejected the idea of moving the old bridge by the mill.",
        "The old bridge stands by the mill.",
    ),
    ("Bookings must be made before 5 May 2024.", "Bookings after 5 May 2024 are refused."),
    ("Pay by 3 June to save the charge of £5.", "Payments made after 3 June cost £5 more."),
    ("Payments after 3 June are charged £5.", "Payment is due by 3 June."),
    ("Ann ran the mill until 2019, then Ben.", "Ben has run the mill since 2019."),
    ("The heating is off until October.", "The heating is on from October."),
    (
        "The lower price applies until 5 May; the full price applies then.",
        "The full price applies from 5 May.",
    ),
    (
        "The permit runs until 31 March 2025, from 1 April 2024.",
        "A new permit is needed from 31 March 2025.",
    ),
    (
        "The van goes from York to Leeds and then from Leeds to York.",
        "The van travels from York to Leeds.",
    ),
    ("It is 25 miles from York to Leeds.", "The distance from Leeds to York is 25 miles."),
    (
        "The bus goes from York to Leeds and returns to York at 5.",
        "The return bus goes from Leeds to York.",
    ),
    (
        "The museum is in Mill Lane and the building is closed on Mondays.",
        "The museum closes on Mondays.",
    ),
    (
        "Dogs are welcome in the park and all pets must be kept on a lead.",
        "Dogs must be kept on a lead.",
    ),
    ("The school is in York and the site has a pool.", "The school has a pool."),
    (
        "The rent is £600 pcm, reviewed each year at £600 per year minimum.",
        "The rent is £600 a month.",
    ),
    ("Overtime rates: £15/hr after 6pm and £15/day allowance.", "Overtime is paid at £15 an hour."),
    ("The gym charges £5 a session.", "The gym charges £5 per visit."),
    ("Sand the wood twice when dry.", "Once dry, sand the wood."),
    (
        "In summer the pool is warmer than the sea, in winter it is colder than the sea.",
        "In winter the sea is warmer than the pool.",
    ),
    (
        "The pump ran because the tank was empty; now the tank is full.",
        "The tank is full because the pump ran.",
    ),
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
    assert not same_comparison(
        "Tom is younger than Mia.", "It is not true that Mia is older than Tom."
    )
    assert not same_comparison("Tom is younger than Mia and smokes.", "Mia is older than Tom.")
