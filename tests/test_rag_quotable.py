"""What is quoted as one: sentences, rows, and questions with the answers under them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import is_question, sentence_spans
from index.types import Chunk, DocumentInfo
from rag.answering import extractive_answer
from rag.finding import find_sentences
from rag.gathering import whole_list
from rag.quotable import answer_start, quotable_spans
from rag.reader import Reading, Span
from rag.types import Parts, Passage

PAIRS = (
    "When do you close? The garden closes at six. It opens at nine.\n\n"
    "Is there a car park?\n\nThere is one behind the mill.\n"
    "Q: What does a child pay?\nA: Nothing. Older ones pay £4."
)


def quotes(text: str) -> list[str]:
    return [text[start:end] for start, end in quotable_spans(text)]


def test_a_question_takes_the_sentence_after_it_along() -> None:
    assert quotes(PAIRS) == [
        "When do you close? The garden closes at six. It opens at nine.",
        "Is there a car park?\n\nThere is one behind the mill.",
        "Q: What does a child pay?\nA: Nothing. Older ones pay £4.",
    ]


def test_a_heading_on_the_line_of_its_text_is_quoted_with_it() -> None:
    told = "Why they were late. The maker had a strike. We knew in April."
    assert quotes(f"I am sorry.\n\n{told}\nHow to get in: ring twice.") == [
        "I am sorry.",
        told,
        "How to get in: ring twice.",
    ]
    assert told[answer_start(told) :] == "The maker had a strike. We knew in April."
    assert quotes("Who is late pays. The fine is £2.") == ["Who is late pays.", "The fine is £2."]
    assert quotes("He said why he left. It was late.") == ["He said why he left.", "It was late."]


def test_of_two_questions_the_second_is_answered() -> None:
    text = "Who pays? Who opens the fair? The mayor does. And if he is ill?"
    assert quotes(text) == [
        "Who pays?",
        "Who opens the fair? The mayor does.",
        "And if he is ill?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Who pays?\n\n\nThe mill burned in 1823.",  # two empty lines part them
        "Code: E2? | Meaning: No water\nThe mill burned in 1823.",
        f"{'Why, ' * 60}why? The mill burned in 1823.",
    ],
)
def test_what_does_not_answer_stays_apart(text: str) -> None:
    assert quotes(text)[-1] == "The mill burned in 1823."


def test_a_row_is_quoted_whole_though_its_cells_hold_sentences() -> None:
    row = "Question: May I smoke? | Answer: No. Not in the garden. | Since: 2019"
    assert quotes(f"Rules.\n{row}\n  {row}\nEnd.") == ["Rules.", row, row, "End."]
    long = "Note: " + "It rained. " * 60 + "| Day: Monday"
    assert len(quotes(long)) > 2


@given(st.text(alphabet="ab? .|\n“”A", max_size=80))
def test_every_sentence_lies_in_exactly_one_span(text: str) -> None:
    spans = quotable_spans(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    for start, end in sentence_spans(text):
        assert sum(a <= start and end <= b for a, b in spans) == 1


def test_notes_in_lower_case_stay_sentences() -> None:
    text = "the rent is 500 a month. the deposit is 900. is it fair?"
    assert len(quotes(text)) == 3
    area = "Area 4.2 km², max. depth 31 metres."
    assert quotes(f"{area} It froze.") == [area, "It froze."]
    assert max(map(len, quotes("Yes. " * 600))) <= 400


def test_items_after_one_that_asks_are_other_items() -> None:
    text = "[ ] allowance or costs?\n[x] child benefit is paid\n- Who pays?\n- The mill burned."
    assert len(quotes(text)) == 4


def test_a_message_is_quoted_with_its_sender_and_time() -> None:
    text = "24/07/2026, 18:05 - Ollie: I bring it all. See you.\n24/07/2026, 18:07 - Ann: Fine."
    assert quotes(text) == text.split("\n")


def test_blanks_of_a_form_are_not_quoted() -> None:
    assert quotes("Name: ________ Date: ______\nSign below.") == ["Sign below."]
    filled = "Item: Paint | Price: 30 | Paid: ____ | Remark: for the hall and the shed"
    assert quotes(filled) == [filled]


@pytest.mark.parametrize("quote", ["Why?", "“Why?”", "Is it so? *", "Why?)"])
def test_questions_end_in_their_mark(quote: str) -> None:
    assert is_question(quote)
    assert not is_question(f"{quote} Because.")


def test_the_answer_begins_after_the_question() -> None:
    assert answer_start("Why? Because. So there.") == 5
    assert answer_start("1. Who pays? The tenant pays.") == 13
    assert answer_start("Because. Why?") == answer_start("Because.") == answer_start("") == 0


def passage(text: str) -> Passage:
    info = DocumentInfo("d", ("d.txt",), "Visit", "en", None, None, 1)
    return Passage(Chunk("c", "d", 50, 50 + len(text), text, (), (), ""), info, 4.0, Parts())


def reading(text: str, **words: float) -> Reading:
    spans = [
        Span(text.index(some := key.replace("_", " ")), text.index(some) + len(some), likely)
        for key, likely in words.items()
    ]
    return Reading(0.9, tuple(spans))


def test_a_question_in_a_document_is_answered_by_what_follows_it() -> None:
    answer = extractive_answer(
        "Is there a car park?", [passage(PAIRS)], [reading(PAIRS, a_car_park=0.9)], limit=1
    )
    assert answer.text == "Is there a car park? There is one behind the mill. [1]"
    assert answer.short is None  # the words of the question are no bare answer
    (citation,) = answer.citations
    assert PAIRS[citation.start - 50 : citation.end - 50] == citation.quote


def test_a_question_stays_in_front_of_the_list_that_answers_it() -> None:
    text = "Which papers do I need?\nYou need these:\n\na passport\na photograph\n\nThe fee is £4."
    (found,) = find_sentences([passage(text)], [reading(text, You_need_these=0.9)])
    assert whole_list(found).quote == text[: text.index("\n\nThe fee")]


def test_questions_with_their_answers_are_no_list() -> None:
    text = "Q: What is a ticket?\nA: £4.\nQ: When do you close?\nA: At six."
    (found,) = find_sentences([passage(text)], [reading(text, At_six=0.9)])
    assert whole_list(found) == found


def test_the_bare_answer_is_cut_to_the_words_after_the_question() -> None:
    text = "When do you close? At six."
    whole = Span(text.index("close"), len(text) - 1, 0.9)
    (found,) = find_sentences([passage(text)], [Reading(0.9, (whole,))])
    assert found.short == "At six"


def test_a_question_that_nobody_answers_stands_behind_an_answer() -> None:
    text = "The mayor opens the fair. Who opens the fair if he is ill?"
    found = find_sentences([passage(text)], [reading(text, The_mayor=0.4, Who_opens_the_fair=0.9)])
    assert found[0].quote == "The mayor opens the fair."
