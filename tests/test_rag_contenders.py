"""Which of a kind has the most or least in prose, with the real embedder and the shipped reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from papers import open_papers

from rag.assistant import Assistant
from rag.comparisons.of_a_kind import of_a_kind
from rag.contenders import UNCOMPARED

PAPERS = {
    "tents.md": (
        "# About each tent\n\nThe notes were gathered by Ines. The Ridgeback weighs 3.4 kg. "
        "Nobody answered the second letter. The weight of the Solo is 1.9 kg.\n"
    ),
    "fernbank.md": "# The first campsite\n\nA week at Fernbank costs £140. Parking is free.\n",
    "duncoe.md": "# The second campsite\n\nThe form is blue. Duncoe asks £165 a week.\n",
    "towers.txt": (
        "The town's towers\n\nMarlin Tower stands 88 metres tall. It has a clock.\n\n"
        "Gull House, the other tower, is 61 m high.\n"
    ),
    "hotels.md": (
        "# Hotels in Lisbon\n\nThe Alfama Inn asks €92 a night with breakfast. It stands 300 metres"
        " from the river and has 24 rooms.\n\nCasa Belmira costs €118 per night. It is 1.2 km to "
        "the river. There are 61 rooms.\n\nPension Rosa has no lift. A double room is €75 a night "
        "there; breakfast is €9 more. It lies 2 km from the river.\n"
    ),
    "rooms.md": (
        "# Our rooms\n\nUp to 30 people fit into the Elm Room. Parking is free after six. The Oak "
        "Room seats 45 people.\n"
    ),
    "fans.md": (
        "# About each fan\n\nThe Breva makes 52 dB at full speed. The box is blue. The Zephyr "
        "makes 38 dB at full speed. It weighs 3 kg.\n"
    ),
    "staff.md": (
        "# Who is who\n\nMarta Quint joined the firm in 2009. She was born in 1971. Ilya Brandt "
        "came to us in March 2016; he was born in 1988. Teo Falk joined in 2021, born 2003.\n"
    ),
    "roof.md": (
        "# Roof: three quotations\n\nHarlow & Sons want £6,480 for the whole roof. They give 10 "
        "years' guarantee.\n\nDale Slaters came last. Their price is £7,120 with everything.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with open_papers(tmp_path_factory.mktemp("contenders"), PAPERS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Which tent is lighter?", "the Solo: 1.9 kg, against 3.4 kg"),
        ("Which is the heaviest tent?", "The Ridgeback: 3.4 kg, against 1.9 kg"),
        ("Which tent weighs less?", "the Solo: 1.9 kg, against 3.4 kg"),
        ("Which of the two towers is higher?", "Marlin Tower: 88 metres, against 61 m"),
        (
            "Which hotel is nearest to the river?",
            "The Alfama Inn: 300 metres, against 1.2 km and 2 km",
        ),
    ],
)
def test_values_of_a_kind_are_compared_and_all_quoted(
    assistant: Assistant, question: str, short: str
) -> None:
    answer = assistant.ask(question)
    assert answer.short == short
    assert len(answer.sentences) == 2 + short.count(" and ")
    assert answer.short.split(":")[0] in answer.sentences[0].text


def test_values_that_do_not_compare_are_shown_without_a_word(assistant: Assistant) -> None:
    answer = assistant.ask("Which campsite is cheaper?")  # "a week at … costs" and "… a week"
    told = " ".join(sentence.text for sentence in answer.sentences)
    assert answer.short is None
    assert "£140" in told
    assert "£165" in told


@pytest.mark.parametrize(
    "question",
    [
        "Which tent is warmer?",
        "Which campsite is bigger?",
        "Who earns the most?",
        "Who is the tallest?",
    ],
)
def test_what_is_not_told_of_all_gets_no_bare_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.short is None or "against" not in answer.short


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("Which hotel is cheapest?", "Pension Rosa"),
        ("Which hotel is the most expensive?", "Casa Belmira"),
        ("Which hotel has the most rooms?", "Casa Belmira"),
        ("Who is the youngest?", "Teo Falk"),
        ("Which room seats more people?", "The Oak Room"),
        ("Who joined first?", "Marta Quint"),
    ],
)
def test_where_one_may_be_missing_no_other_is_named(
    assistant: Assistant, question: str, right: str
) -> None:
    answer = assistant.ask(question)
    assert answer.short is None or answer.short.startswith(right)


def test_one_thing_of_several_is_not_named_for_a_comparison_that_nobody_made(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("Which firm gives the longest guarantee?")
    assert answer.short is None
    assert answer.declined or UNCOMPARED in answer.notes


@pytest.mark.parametrize(
    ("question", "noun", "asked"),
    [
        ("Which bridge was built first?", "bridge", "When was the bridge built?"),
        ("what's the cheapest room?", "room", "How much does the room cost?"),
        ("Which mower has a shorter warranty?", "mower", "How long is the warranty of the mower?"),
        ("Which walk takes longer?", "walk", "How long does the walk take?"),
        ("Who has the most points?", "", "How many points does the person have?"),
        ("Who is the oldest?", "", "When was the person born?"),
        ("Which tent weighs less?", "tent", "How heavy is the tent?"),
        (
            "Which of our towers has the most steps?",
            "towers",
            "How many steps does each of the towers have?",
        ),
    ],
)
def test_a_question_of_a_kind_asks_for_the_value_of_each(
    question: str, noun: str, asked: str
) -> None:
    found = of_a_kind(question)
    assert found is not None
    assert (found.noun, found.question) == (noun, asked)


@pytest.mark.parametrize(
    ("question", "asked", "counted", "more"),
    [
        ("Which tent weighs more?", "How heavy is the tent?", "", True),
        ("Which tent weighs less?", "How heavy is the tent?", "", False),
        ("Which tent costs less in summer?", "How much does the tent cost in summer?", "", False),
        (
            "Which club has more members in town?",
            "How many members does the club have in town?",
            "members",
            True,
        ),
        ("Who is the oldest?", "When was the person born?", "", True),
    ],
)
def test_a_question_of_a_kind_says_what_is_counted_and_which_way(
    question: str, asked: str, counted: str, more: bool
) -> None:
    found = of_a_kind(question)
    assert found is not None
    assert (found.question, found.counted, found.measure.more) == (asked, counted, more)


@pytest.mark.parametrize(
    "question",
    [
        "Which is lighter, the Solo or the Duo?",
        "Which tent is lighter than the Solo?",
        "Which tent is not the cheapest?",
        "Which one is cheaper?",
        "Which is cheaper?",
        "What is the latest date I can cancel?",
        "What should I do first?",
        "Who was the first chairman?",
        "What goes into the first-night box?",
        "Who was the second tallest?",
        "Is the Solo lighter?",
        "Which tent is it?",
        "Which weighs less?",
    ],
)
def test_other_questions_are_not_of_a_kind(question: str) -> None:
    assert of_a_kind(question) is None
