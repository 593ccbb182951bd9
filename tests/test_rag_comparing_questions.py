"""Which questions compare two things, and what is asked of each; how their values are ordered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets import QuestionType, load_set
from index.types import Chunk, DocumentInfo
from rag.comparisons.measures import MEASURES, measure_of
from rag.comparisons.questions import Wants, comparison
from rag.comparisons.values import Value, is_row, order, value_of, values_in
from rag.comparisons.verdicts import verdict
from rag.comparisons.wording import base_form
from rag.finding import Found
from rag.training.own_documents import FOLDER
from rag.types import Parts, Passage


@pytest.mark.parametrize(
    ("question", "wants", "first", "second"),
    [
        (
            "Which costs more per day, the Pip or the Luton?",
            Wants.WHICH,
            "How much does the Pip cost per day?",
            "How much does the Luton cost per day?",
        ),
        (
            "Who has the longer notice period, a tenant or a landlord?",
            Wants.WHICH,
            "How long is the notice period of a tenant?",
            "How long is the notice period of a landlord?",
        ),
        (
            "Does the red van or the blue van weigh less?",
            Wants.WHICH,
            "How much does the red van weigh?",
            "How much does the blue van weigh?",
        ),
        (
            "Where is a kit cheaper, at the mill or by the river?",
            Wants.WHICH,
            "How much does a kit at the mill cost?",
            "How much does a kit by the river cost?",
        ),
        (
            "Are the tables guaranteed for longer than the lamp?",
            Wants.WHETHER,
            "How long are the tables guaranteed?",
            "How long is the lamp guaranteed?",
        ),
        (
            "Had the club more money at the end than at the start?",
            Wants.WHETHER,
            "How much money did the club have at the end?",
            "How much money did the club have at the start?",
        ),
        (
            "Is the rent of the shop higher than that of the flat?",
            Wants.WHETHER,
            "How high is the rent of the shop?",
            "How high is the rent of the flat?",
        ),
        (
            "Was the mill built before the church?",
            Wants.WHETHER,
            "When was the mill built?",
            "When was the church built?",
        ),
        (
            "Is the deposit the same for the drill and the tent?",
            Wants.SAME,
            "What is the deposit for the drill?",
            "What is the deposit for the tent?",
        ),
        (
            "How did the rent change between 2024 and 2025?",
            Wants.BOTH,
            "What was the rent in 2024?",
            "What was the rent in 2025?",
        ),
    ],
)
def test_each_thing_gets_a_question_of_its_own(
    question: str, wants: Wants, first: str, second: str
) -> None:
    found = comparison(question)
    assert found is not None
    assert (found.wants, found.first.question, found.second.question) == (wants, first, second)


def test_two_editions_are_told_by_their_order() -> None:
    found = comparison("Did the mileage rate change between the old and the new travel rules?")
    assert found is not None
    assert found.editions
    assert found.first.question == "What is the mileage rate in the travel rules?"


@pytest.mark.parametrize(
    "question",
    [
        "Is the rent more than £900?",
        "Can I stay longer than two weeks?",
        "Is it cheaper than expected?",
        "Did sales do better than a year ago?",
        "What is the oldest object?",
        "Which is more urgent, the roof or the cellar?",
        "Is it open on Saturday or Sunday?",
        "Are the notes kept after the recordings are gone?",
        "Why is the lamp dearer than the table?",
        "How do I change the colour of the icon?",
        "Which is cheaper, red, green or blue?",
        "Was it spread faster or slower than the flu?",
        "rent or deposit",
        "",
    ],
)
def test_other_questions_go_the_usual_way(question: str) -> None:
    assert comparison(question) is None


def test_no_other_question_of_the_samples_is_taken_for_a_comparison() -> None:
    questions = [q for q in load_set("samples").questions if q.split == "dev"]
    taken = [q for q in questions if comparison(q.question) is not None]
    assert {q.type for q in taken} == {QuestionType.COMPARISON}


def test_of_questions_to_our_documents_only_comparisons_are_taken() -> None:
    asked = [
        str(row["q"])
        for path in sorted(FOLDER.glob("*.json"))
        for row in json.loads(path.read_text(encoding="utf-8"))["asked"]
    ]
    taken = [question for question in asked if comparison(question) is not None]
    assert len(taken) > 40
    assert len(taken) < 0.03 * len(asked)
    assert all(" or " in one or " than " in one or "same" in one for one in taken)


@given(st.text(alphabet=st.sampled_from("abc ,?:'") | st.characters(), max_size=120))
def test_any_text_is_a_comparison_or_none(text: str) -> None:
    assert comparison(text) is None or isinstance(text, str)


@given(
    st.lists(
        st.sampled_from(
            "which is older , the a or than more does cost same and in b for : between".split()
        ),
        max_size=14,
    )
)
def test_any_order_of_these_words_is_read_without_a_fault(some: list[str]) -> None:
    found = comparison(" ".join(some))
    assert found is None or (found.first.question.endswith("?") and found.second.name)


def test_measures_know_both_directions() -> None:
    assert measure_of("Longest").more
    assert not measure_of("cheapest").more
    assert measure_of("more  expensive") == measure_of("dearer")
    assert {"older", "newest", "least", "first", "most expensive"} <= set(MEASURES)


@pytest.mark.parametrize(
    ("verb", "base"),
    [("charges", "charge"), ("stopped", "stop"), ("used", "use"), ("pays out", "pay out")],
)
def test_verbs_are_put_as_a_question_needs_them(verb: str, base: str) -> None:
    assert base_form(verb)[1] == base


# ---- values --------------------------------------------------------------------------------------


def _value(text: str) -> Value:
    (value,) = values_in(text)
    return value


@pytest.mark.parametrize(
    ("first", "second", "sign"),
    [
        ("five years", "three years", 1),
        ("90 days", "a term of 2 years", -1),
        ("£35", "£3.50", 1),
        ("38 pence", "£0.38", 0),
        ("2 km", "1 mile", 1),
        ("1702", "12 May 1871", -1),
        ("2,490 EUR", "€2,190", 1),
        ("23 places", "31 berths", -1),
        ("£5", "€5", None),
        ("400 Wh", "5 kWh", -1),
        ("400 Nm", "5 kNm", None),
        ("3 acres", "1 ha", 1),
        ("30 mph", "50 km/h", -1),
        ("-5 °C", "2 °C", -1),
        ("20 °C", "25 degrees", -1),
        ("20 °C", "20 °F", None),
        ("USD 100", "$90", 1),
        ("USD 100", "CAD 90", None),
        ("120 eur", "€100", 1),
        ("1907", "3 May 1907", None),
        ("30 days", "1 month", None),
        ("five years", "£5", None),
    ],
)
def test_values_of_one_unit_have_an_order(first: str, second: str, sign: int | None) -> None:
    assert order(_value(first), _value(second)) == sign
    assert order(_value(second), _value(first)) == (None if sign is None else -sign)


def _found(text: str, short: str | None = None) -> Found:
    chunk = Chunk("c", "d", 0, len(text), text, (), (), "")
    info = DocumentInfo("d", ("d.txt",), "Prices", "en", None, None, 1)
    return Found(Passage(chunk, info, 4.0, Parts()), 0, len(text), 0.9, 0.9, short)


ROW = "Van: Luton | Payload: 1,020 kg | Per day: £96 | Deposit: £400"


@pytest.mark.parametrize(
    ("question", "word", "text"),
    [
        ("How much does the Luton cost per day?", "more", "£96"),
        ("What is the deposit of the Luton?", "higher", "£400"),
        ("How much does the Luton carry?", "more", "1,020 kg"),
    ],
)
def test_in_a_row_the_column_tells_the_value(question: str, word: str, text: str) -> None:
    assert is_row(ROW)
    value = value_of(
        _found(ROW, "£400"), question, frozenset({"luton"}), frozenset({"pip"}), measure_of(word)
    )
    assert value is not None
    assert (value.text, value.labelled) == (text, True)


def test_the_column_may_carry_the_name_of_the_thing() -> None:
    row = "Property: Price | N1: $69 | N3: $149 | N3 Outdoor: $189"
    value = value_of(
        _found(row),
        "How much does the N3 cost?",
        frozenset({"n3"}),
        frozenset({"n1"}),
        measure_of("more"),
    )
    assert value is not None
    assert value.text == "$149"


def test_of_two_values_that_may_be_meant_none_is_taken() -> None:
    text = "The trolley is £6 and the strap £65."
    asked = ("How much is it?", frozenset[str](), frozenset[str](), measure_of("dearer"))
    assert value_of(_found(text), *asked) is None
    told = value_of(_found(text, "£65"), *asked)
    assert told is not None
    assert told.text == "£65"


def test_a_birth_is_the_first_of_two_years() -> None:
    text = "Leela Kurian (1907 to 1986) was a doctor."
    born = value_of(
        _found(text, "1986"),
        "When was Leela born?",
        frozenset(),
        frozenset(),
        measure_of("earlier"),
    )
    assert born is not None
    assert born.text == "1907"


@pytest.mark.parametrize(
    ("question", "first", "second", "said"),
    [
        ("Is the mill older than the church?", "1702", "1871", "Yes: 1702, against 1871"),
        ("Which is newer, my mill or the church?", "1902", "1871", "your mill: 1902, against 1871"),
        (
            "Which is faster, the bus or the train?",
            "2 hours",
            "90 minutes",
            "the train: 90 minutes",
        ),
        ("Is A cheaper than B?", "£4", "£4", "No: £4 for both"),
        ("Do A and B cost the same?", "£4", "£4", "Yes: £4 in both"),
        ("Did the fee change from 2020 to 2021?", "£4", "£5", "Yes: £4 and £5"),
    ],
)
def test_the_verdict_gives_both_values(question: str, first: str, second: str, said: str) -> None:
    asks = comparison(question)
    assert asks is not None
    one, two = _value(first), _value(second)
    sign = order(one, two)
    assert sign is not None
    assert verdict(asks, one, two, sign).startswith(said)
