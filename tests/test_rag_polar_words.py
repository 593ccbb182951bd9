"""What the words of a sentence do to a yes/no question."""

from __future__ import annotations

import pytest

from rag.polar_words import Heard, Wording, verdict, wording


@pytest.mark.parametrize(
    ("question", "quote", "field"),
    [
        ("Can my kids come?", "Partners and children are welcome.", "permits"),
        ("are we allowed to light the sign", "The sign may be lit until ten.", "permits"),
        ("Is it ok to bring a friend?", "Guests are permitted.", "permits"),
        ("Can we rent out the small room?", "Subletting is forbidden.", "forbids"),
        ("Do I have to fill the holes?", "Nail holes must be filled.", "obliges"),
        ("Do we need to pay for the course?", "The company pays it.", "frees"),
        ("Do I have to book?", "Booking is optional.", "frees"),
        ("Did they approve it?", "The plan was not approved.", "denies"),
        ("Is it still on 4 June?", "It has been moved to 9 July.", "limits"),
    ],
)
def test_one_thing_is_done(question: str, quote: str, field: str) -> None:
    said = wording(question, quote)
    done = {name for name in Wording._fields if name != "shared" and getattr(said, name)}
    assert done - {"limits"} <= {field}
    assert getattr(said, field) == 1.0


@pytest.mark.parametrize(
    ("question", "quote", "field"),
    [
        ("Was it approved?", "Everybody is welcome.", "permits"),  # nobody asks to be allowed
        ("Can my kids come?", "Children are not welcome.", "permits"),
        ("Is it heated?", "Nail holes must be filled.", "obliges"),  # or to be spared
        ("Do I have to fill them?", "Holes must not be filled.", "obliges"),
        ("Do I have to pay the fee?", "The fee is included.", "obliges"),
        ("Do I have to fill them?", "Holes are small.", "obliges"),
        ("Is it heated?", "Booking is optional.", "frees"),
        ("Must I fill them?", "They are not filled.", "denies"),  # it asks for a duty, not a fact
        ("Can I come only on Monday?", "Only on Monday.", "limits"),
    ],
)
def test_one_thing_is_not_done(question: str, quote: str, field: str) -> None:
    assert getattr(wording(question, quote), field) == 0.0


def test_what_denies_another_thing_may_still_say_yes() -> None:
    assert (
        verdict("Can I stop when I want?", "No reason is needed to stop.", Heard(0.9, 0.9, 0.9))[0]
        > 0.65
    )
    assert verdict("Is it sold?", "It is sold.", Heard(0.9, 0.9, 0.9))[0] > 0.65
    assert verdict("Was the boat sold?", "The boat was not sold.", Heard(0.9, 0.9, 0.9))[0] == 0.0


def test_a_question_with_not_is_not_denied_by_a_sentence_with_not() -> None:
    assert wording("Did they not approve it?", "The plan was not approved.").denies == 0.0
    assert wording("Did they not approve it?", "The plan was approved.").denies == 1.0


def test_shared_is_the_share_of_the_terms_asked() -> None:
    assert wording("Is the blue boat sold?", "The boat was sold.").shared == pytest.approx(2 / 3)


def test_words_weigh_with_the_judge() -> None:
    asked, welcome, forbidden = (
        "Can my kids come?",
        "Children are welcome.",
        "Children may not come.",
    )
    assert (
        verdict(asked, welcome, Heard(0.5, 0.5, 0.9))[0]
        > verdict(asked, "Children eat.", Heard(0.5, 0.5, 0.9))[0]
    )
    assert (
        verdict(asked, welcome, Heard(0.9, 0.9, 0.9))[0]
        > verdict(asked, welcome, Heard(0.3, 0.3, 0.9))[0]
    )
    assert verdict(asked, forbidden, Heard(0.1, 0.1, 0.9))[1] > 0.65
    assert verdict("May children come?", forbidden, Heard(0.9, 0.9, 0.9))[0] == 0.0


def test_a_sentence_of_a_passage_that_hardly_answers_decides_nothing() -> None:
    asked, told = "Is it sold?", "It is sold."
    likely = [verdict(asked, told, Heard(0.9, 0.9, answers)) for answers in (0.1, 0.5, 0.95)]
    assert likely == sorted(likely)
    assert likely[0][0] < 0.2
    assert likely[2][0] > 0.65


def test_yes_no_and_open_are_all_there_is() -> None:
    yes, no = verdict("Is it sold?", "It is sold.", Heard(0.9, 0.9, 0.9))
    assert 0.0 < no < yes < yes + no < 1.0


def test_a_denial_that_is_asked_about_is_none() -> None:
    assert wording("Was the claim rejected?", "The claim was rejected.").denies == 0.0
    assert verdict("Was the claim rejected?", "It was rejected.", Heard(0.9, 0.9, 0.9))[0] > 0.65
    assert wording("Can I pay by card?", "You can pay by card at no extra cost.").forbids == 0.0
    assert wording("Can I pay without asking?", "You may, without asking.").forbids == 0.0
    assert wording("Can I pay by card?", "No problem, pay by card.").permits == 1.0
