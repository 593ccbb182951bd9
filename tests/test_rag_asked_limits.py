"""A limit that a question asks about, and the one figure that a sentence tells: by rule, and with
the real embedder and the shipped reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from papers import open_papers

from rag.asked_limits import by_limit, is_told_of, value_question
from rag.assistant import Assistant

PAPERS = {
    "flat.md": (
        "# Flat in Mill Street\n\nThe rent is £655 per calendar month, due on the first. If rent "
        "arrives more than seven days late, a fee of £20 is added. The deposit is £900. It is "
        "1.4 km from the station.\n\n# Dishwasher\n\nIt makes 44 dB of noise. A wash takes 95 "
        "minutes. It uses 9 litres of water.\n"
    ),
    "club.txt": (
        "Rowing club, annual report\n\nWe now have 134 members. The regatta was watched by about "
        "600 people, and 41 boats took part. The new eight cost £8,450. Membership costs £96 a "
        "year, £40 for juniors.\nMembers may take out up to two boats at a time.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with open_papers(tmp_path_factory.mktemp("limits"), PAPERS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("Does it make more than 50 decibels?", "It makes 44 dB of noise.", 0.0),
        ("Is the chandelier heavier than 20 kg?", "Weighs 17 kg; needs a ceiling hook.", 0.0),
        ("Did it take less than two hours?", "The walk took 90 minutes.", 1.0),
        ("Is the flat smaller than 60 m²?", "It has 64 square metres.", 0.0),
        ("Was it at least £40?", "It cost £40.", 1.0),
        ("Was it more than £40?", "It cost £40.", 0.0),
        ("Is it heavier than 20 kg?", "Lamp: Mira | Bulb: max 25 W | Remarks: Weighs 17 kg", 0.0),
        # a rent is told by the month, other prices are not
        ("Is the rent more than £700?", "The rent is £655 per calendar month.", 0.0),
        ("Is a ticket more than £7?", "Tickets are £6 per day.", None),
        ("Does it take less than an hour?", "It takes 95 minutes.", 0.0),
        ("Does it take less than a while?", "It takes 95 minutes.", None),
        # things counted, of the same name
        ("Did fewer than 40 boats take part?", "600 people came, and 41 boats took part.", 0.0),
        ("Did fewer than 40 boats take part?", "39 people took part.", None),
        ("Is it more than 40?", "It is 41.", None),
        # the sentence sets a limit, too
        ("Can I take more than two boats?", "You may take up to two boats.", 0.0),
        ("Can I take at least two boats?", "You may take up to two boats.", 1.0),
        ("Can I take more than two boats?", "You may take up to three boats.", 1.0),
        ("Are more than two boats out?", "Up to three boats are out.", None),
        ("Do at most three boats come?", "There are up to three boats.", 1.0),
        ("Do fewer than three boats come?", "There are up to three boats.", None),
        ("Can I cancel within 14 days?", "The cancellation period is 30 days.", 1.0),
        ("Can I cancel within 14 days?", "The cancellation period is 7 days.", None),
        ("Can I borrow up to 5 books?", "Members may borrow 8 books.", 1.0),
        # a limit that names a class says nothing of the thing itself
        ("Do orders over £50 ship free?", "Orders over £60 ship free.", None),
        ("Do I need permission to spend over £500?", "Spending over £1,000 needs it.", None),
        ("Are children up to 5 years free?", "Children up to 3 years are free.", None),
        ("Is delivery free over £50?", "Delivery is free over £60.", None),
        # another period, another part, another direction, a range, a negation
        ("Is the rent more than £700 a month?", "The rent is £165 per week.", None),
        ("Is the rent more than £700 a month?", "The rent is £655 a month.", 0.0),
        ("Is the fee more than £7 a month?", "The fee is £70.", None),
        ("Is the salary over £30,000?", "The salary is £2,600 per month.", None),
        ("Does it cost more than £50?", "It costs £40 hourly.", None),
        ("Is the rent more than £700?", "A late fee of £20 is charged.", None),
        ("Is the rent more than £700?", "The rent was raised by £45.", None),
        ("Is the rent more than £700?", "The rent comes with a deposit of £900.", None),
        ("Do I get more than 20 days of leave?", "There are 5 days of sick leave.", None),
        ("Do I get more than 20 days of leave?", "You get 25 days of leave.", 1.0),
        ("Is the pool deeper than 2 metres?", "The pool is 25 m long.", None),
        ("Is the tower higher than 50 m?", "The tower is 61 m tall.", 1.0),
        ("Is it under £40?", "It costs £30–45.", None),
        ("Is it under £40?", "It is £35 and up.", None),
        ("Is he taller than 6 feet?", "He is 6 ft 2 in tall.", None),
        ("Did it rain more than 10 days?", "It rained on 8 of 30 days.", None),
        ("Does a ticket cost more than £45?", "Ten tickets cost £60.", None),
        ("Is the rent not more than £700?", "The rent is £655.", None),
        ("Is it over £40?", "It is at least £40.", None),
        ("Is it at least £40?", "It is at least £40.", 1.0),
        ("Is it under £40?", "It is at least £40.", 0.0),
        ("Is it at most £40?", "It is at least £40.", None),
        ("Is it over £40?", "It is at least £45.", 1.0),
        # words of another clause do not limit the figure, nor "from the station"
        ("Is it under 2 km away?", "It is 1.4 km from the station, or so they say.", 1.0),
        ("Is it under £40?", "Due on the first, it is £35.", 1.0),
        ("Is it under £40?", "It is £35 or more.", None),
        # another unit, a limit, several figures, no figure: nothing is told
        ("Is it heavier than 20 kg?", "It is 17 cm wide.", None),
        ("Is the deposit over £4,000?", "A deposit of up to £4,350 is due.", None),
        ("Is it more than £40?", "It costs £30, with a case £45.", None),
        ("Is it more than £40?", "It is not £45.", None),
        ("Is it more than the usual £40?", "It is £45.", None),
        ("Is it later than 2024, or more than 2023?", "It was in 2025.", None),
        ("Is it over 2023?", "It was in 2025.", None),
        ("Is it dear?", "It costs £45.", None),
        ("Is it heavier than the old one?", "It weighs 17 kg.", None),
        ("Did more than ten come?", "It lasted 12 hours.", None),
    ],
)
def test_the_figure_decides(question: str, quote: str, told: float | None) -> None:
    assert by_limit(question, quote) == told


def test_of_several_figures_the_bare_answer_is_meant() -> None:
    asked, told = "Is the rent more than £600?", "It costs £655 a month, £40 for the garage."
    assert by_limit(asked, told) is None
    assert by_limit(asked, told, "£655") == 1.0
    assert by_limit(asked.replace("rent", "course"), told, "£655") is None


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Is the flat smaller than 60 m²?", "How large is the flat?"),
        ("Will it take longer than 30 minutes?", "How long will it take?"),
        ("Will it take more than 30 minutes?", "How long will it take?"),
        ("Does the dishwasher make more than 50 dB?", "How loud does the dishwasher make?"),
        ("Does it use over 10 litres of water?", "How much water does it use?"),
        ("Is it over 2 km from the station?", "How far is it from the station?"),
        ("Is the speed limit above 30 mph?", "How many mph is the speed limit?"),
        ("Does the flat have more than two bedrooms?", "How many bedrooms does the flat have?"),
        ("Is more than half of the wall dry?", None),
        ("Who paid more than £700?", None),
        ("Is it over?", None),
        ("Is it more than 40?", None),
    ],
)
def test_the_figure_itself_is_asked_for(question: str, value: str | None) -> None:
    asked = value_question(question)
    assert (asked.question if asked else None) == value


def test_a_figure_is_of_what_was_asked() -> None:
    assert is_told_of("Did the new eight cost more than £50?", "The new eight cost £8,450.")
    assert not is_told_of("Did the boathouse cost more than £50?", "The new eight cost £8,450.")
    assert not is_told_of("Is the fridge louder than 40 dB?", "It makes 44 dB of noise.")


@pytest.mark.parametrize(
    ("question", "word", "quote"),
    [
        ("Is the rent more than £700?", "No", "£655"),
        ("Is the rent below £700?", "Yes", "£655"),
        ("Is the flat less than 2 km from the station?", "Yes", "1.4 km"),
        ("Does the dishwasher make more than 50 decibels?", "No", "44 dB"),
        ("Does the dishwasher use more than 10 litres of water?", "No", "9 litres"),
        ("Does a wash take less than an hour?", "No", "95 minutes"),
        ("Did fewer than 40 boats take part?", "No", "41 boats"),
        ("Can I take out more than two boats?", "No", "up to two"),
    ],
)
def test_the_sentence_with_the_figure_is_quoted(
    assistant: Assistant, question: str, word: str, quote: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.short, len(answer.sentences)) == (word, 1)
    assert quote in answer.sentences[0].text


@pytest.mark.parametrize(
    "question",
    [
        "Is the fridge louder than 40 dB?",
        "Did the boathouse cost more than £50,000?",
        "Is the parking space wider than 2 m?",
        "Did more than 500 people watch the regatta?",
    ],
)
def test_of_what_has_no_such_figure_nothing_is_told(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).short is None
