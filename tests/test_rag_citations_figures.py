"""Numbers, dates and times written differently that mean the same, and those that do not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.checking.amounts import same_quantity
from rag.checking.facts import facts, lacking
from rag.checking.quantities import figures

SAME = [
    ("29,000 patents", "29 000 patents"),
    ("29 thousand", "29,000"),
    ("29k", "more than 29,000"),
    ("one and a half million", "1.5 million"),
    ("nine and a half thousand", "9,500"),
    ("£1.5m", "£1,500,000"),
    ("£0.15", "15 pence"),
    ("90 minutes", "1 hour 30 minutes"),
    ("1 hour 30 minutes", "90 minutes"),
    ("three and a half hours", "210 minutes"),
    ("half an hour", "30 minutes"),
    ("18 months", "a year and a half"),
    ("a fortnight", "two weeks"),
    ("three-year warranty", "three years"),
    ("9 per cent", "9 %"),
    ("nine percent", "9 %"),
    ("a third", "1/3"),
    ("25 %", "a quarter of it"),
    ("1 % of users", "one user in a hundred"),
    ("thirteenth place", "13th place"),
    ("place 13", "thirteenth place"),
    ("1.45 kW", "1,450 W"),
    ("350 ml", "0.35 litres"),
    ("900 m", "0.9 km"),
    ("214 cm", "2 metres and 14 centimetres"),
    ("about 9,500 people", "9,482 people"),
    ("almost 6,000", "5,900"),
    ("6 May 2025", "May 6th, 2025"),
    ("2025-05-06", "6 May 2025"),
    ("06.05.2025", "6 May 2025"),
    ("the sixth of June 1966", "6 June 1966"),
    ("in May 2025", "on 6 May 2025"),
    ("in 2025", "6 May 2025"),
    ("4 August", "from 4 to 17 August"),
    ("2019", "2014–19"),
    ("5 pm", "17:00"),
    ("8 in the evening", "20:00"),
    ("half past nine", "9:30"),
    ("noon", "12:00"),
    ("at ten to nine", "at 8:50"),
    ("from ten to twelve", "from 10 to 12"),
    ("1.45 kWh", "1450 watt-hours"),
    ("2.4 GHz", "2,400 MHz"),
    ("half a hectare", "5,000 m²"),
    ("0.5 ha", "5,000 square metres"),
    ("250 micrograms", "0.25 mg"),
    ("1,000 litres", "1 m³"),
    ("30 miles per hour", "30 mph"),
    ("two pounds", "2 lb"),
    ("−5 °C", "minus five degrees"),
    ("12 degrees below zero", "-12 °C"),
    ("-5 °C", "| -5 |"),
    ("20 degrees", "20 °F"),
    ("EUR 120", "€120.00"),
    ("$1.2 million", "USD 1,200,000"),
    ("2.5m euros", "€2.5 M"),
    ("1,250", "1.250,00"),
    ("two in five members", "40 % of the members"),
    ("three out of ten", "30 %"),
    ("two out of five members", "of the 5 members 2"),
    ("5 members", "two out of five members"),
    ("two weeks in five villages", "2 weeks in 5 villages"),
    ("a third of them", "33 % of them"),
    ("roughly half", "49 %"),
    ("about two thirds", "68 %"),
    ("1½ years", "18 months"),
    ("1 1/2 years", "18 months"),
    ("25 basis points", "a quarter of a percentage point"),
    ("a quarter-hour break", "15 minutes"),
    ("the 21st century", "the twenty-first century"),
    ("1.5 × 10⁶ cells", "1.5 million cells"),
    ("10^6 cells", "a million cells"),
    ("every other week", "fortnightly"),
    ("every three months", "quarterly"),
    ("four times a year", "quarterly"),
    ("every three months", "four times a year"),
    ("four times a year", "four times yearly"),
    ("three times in each year", "three times a year"),
    ("twelve times a year", "monthly"),
    ("twice a day", "every 12 hours"),
    ("every four years", "every fourth year"),
    ("one in four pairs", "every fourth pair"),
    ("two fifths of the crossings", "four of ten crossings"),
    ("nine in ten", "nine times out of ten"),
    ("until ten", "8 a.m. to 10 p.m."),
    ("at half past seven", "by 7.30"),
    ("by 7.30", "| 7.30 |"),
    ("eight and eleven years", "from eight to eleven"),
    ("a hundred and eight years", "108 years"),
    ("buyers of T-21 may choose in 2021", "T-21 in 2021"),
    ("on 5 March", "on 5 march"),
    ("two and three quarter hours", "2¾ hours"),
    ("between 1.25 and 2.50 %", "1.25 % to 2.50 %"),
    ("from 2.50 to 3.10 euros", "from €2.50 to €3.10"),
    ("grew to 1.25 million", "reached 1,250,000"),
    ("by five to ten percent", "by 5 to 10 %"),
    ("-18 °C", "at - 18 °C or colder"),
    ("-18 °C", "18 below zero"),
    ("keep at 20 °C", "10 –20 °C"),
    ("50 km an hour", "50 km/h"),
    ("1 kilowatt hour", "1 kWh"),
    ("1013 mbar", "1013 hPa"),
    ("2 bar", "200 kPa"),
    ("3 in 10,000", "3 in 10 000"),
    ("two of five hundred guests", "2 of 500 guests"),
    ("page 12 1/2 of the space", "page 12: half of the space"),
    ("between one and two thirds", "between one third and two thirds"),
    ("£10", "£10²"),
    ("he applied twice in 2021", "in 2021, three times higher fees"),
]
DIFFERENT = [
    ("29,000", "2,900"),
    ("1.5 million", "1.5 billion"),
    ("ten days", "nine days"),
    ("two weeks", "two months"),
    ("four times a year", "three times a year"),
    ("four times a year", "monthly"),
    ("three times a week", "three months"),
    ("six months", "twice a year"),
    ("for 3 months", "four times a year"),
    ("8 hours", "three times a day"),
    ("six times a year", "two months in the year"),
    ("15 minutes", "15 grams"),
    ("40 kg", "40 g"),
    ("20 %", "a quarter"),
    ("third place", "thirteenth place"),
    ("fifteen", "fifty"),
    ("60 pence", "£60"),
    ("about 100", "112"),
    ("more than 30,000", "29,000"),
    ("7 pm", "17:00"),
    ("at ten to nine", "at 9:10"),
    ("6 May 2025", "5 June 2025"),
    ("6 May 2024", "6 May 2025"),
    ("on 6 May 2025", "in May 2025"),
    ("2019", "2018"),
    ("1.45 kWh", "145 Wh"),
    ("2 lb", "2 kg"),
    ("2 ha", "2 m²"),
    ("50 km/h", "50 mph"),
    ("250 micrograms", "250 mg"),
    ("-5 °C", "5 °C"),
    ("20 °C", "20 °F"),
    ("EUR 120", "$120"),
    ("120 CHF", "120 euros"),
    ("two in five members", "20 % of the members"),
    ("a third of them", "30 %"),
    ("1½ years", "1½ months"),
    ("25 basis points", "25 %"),
    ("every other week", "every week"),
    ("it runs twice a week", "it runs three times a week"),
    ("10^6 cells", "10^5 cells"),
    ("until ten", "8 a.m. to 9 p.m."),
    ("up to 8 people", "open from 8:00 to 18:00 for 12 people"),
    ("Rooms 3 and 5", "Room 3 is free from 17:00"),
    ("over £50", "above £60"),
    ("nearly half", "40 %"),
    ("more than 20 days", "26 days"),
    ("every 24 hours", "twice daily"),
    ("every 12 months", "semi-annually"),
    ("US$500", "A$500"),
    ("300,000 visitors", "at 300 K"),
    ("4412345678", "4412345679"),
    ("9" * 400, "8" * 400),
    ("at half past seven", "for 7.30 euros"),
]


@pytest.mark.parametrize(("said", "held"), SAME)
def test_another_writing_of_the_same_is_found(said: str, held: str) -> None:
    assert figures(said).quantities or figures(said).moments
    assert lacking(facts(said), facts(held), facts("")) is None


@pytest.mark.parametrize(("said", "held"), DIFFERENT)
def test_another_number_is_not(said: str, held: str) -> None:
    assert lacking(facts(said), facts(held), facts("")) is not None


@given(st.integers(min_value=0, max_value=10**9))
def test_a_number_is_itself_with_and_without_separators(number: int) -> None:
    ways = [str(number), f"{number:,}", f"{number:,}".replace(",", "\u202f")]
    for said in ways:
        for held in ways:
            assert (
                lacking(facts(f"It has {said} of them."), facts(f"x {held} y"), facts("")) is None
            )


@given(st.integers(min_value=3, max_value=10**6), st.integers(min_value=3, max_value=10**6))
@example(999_999, 1_000_000)
def test_two_numbers_are_the_same_only_when_they_are(one: int, other: int) -> None:
    said, held = (figures(f"{n} litres").quantities for n in (one, other))
    assert same_quantity(said[0], held[0]) == (one == other)


@given(st.text(max_size=200))
@example('"00"0')
@example('"0\x1b"0')
@example('0"\x1ba"')
def test_any_text_is_read_and_holds_itself(text: str) -> None:
    """Whatever is written, it is borne out by itself, word for word."""
    assert lacking(facts(text), facts(text), facts("")) is None


@pytest.mark.parametrize(
    "text", ["daıly", "DAİLY", "twıce", "five thırds", "every ſecond day", "3 aprıl"]
)
def test_letters_that_look_alike_are_read(text: str) -> None:
    assert figures(text).quantities or figures(text).moments


def test_long_numbers_are_compared_digit_by_digit() -> None:
    long = "4929123456789012"
    assert lacking(facts(f"account {long}"), facts(f"no. {long}"), facts("")) is None
    assert lacking(facts(f"account {long}"), facts(f"no. {long[:-1]}3"), facts("")) is not None


def test_codes_and_versions_are_no_numbers() -> None:
    found = facts("Part TF-20 of version 3.2.1 needs 5G.")
    assert found.codes == ("tf-20", "3.2.1", "5g")
    assert not found.figures.quantities
    assert lacking(facts("Part TF-20"), facts("part TF 20"), facts("")) is None
    assert lacking(facts("Part TG-20"), facts("part TF-20, TG-58"), facts("")) is not None


def test_articles_are_no_figures() -> None:
    assert lacking(facts("It costs £155 a night."), facts("£155 for one night"), facts("")) is None
    assert (
        lacking(facts("It is paid once a year."), facts("it is paid in March"), facts("")) is None
    )


def test_the_year_of_a_heading_counts_and_a_range_of_years_does_not() -> None:
    said, held = facts("It began in March 2014."), facts("In March it begins.")
    assert lacking(said, held, facts("2014: out of China")) is None
    assert lacking(said, held, facts("2010–2014: beginnings")) is not None
