"""What kind of answer a question asks for."""

from __future__ import annotations

import pytest

from rag.questions import (
    is_open,
    is_polar,
    is_small_talk,
    last_clause,
    spelled_out,
    wants_list,
    wants_reason,
    wants_steps,
    with_apostrophes,
)


@pytest.mark.parametrize(
    "question",
    [
        "May I keep a dog in the flat?",
        "is smoking allowed on the balcony",
        "Didn't the mill burn down?",
        "My cat is ill. Can I stay at home with it?",
        "And does the fee include lunch?",
        "can I give the dog a bath",
        "Can we show films there?",
        "flash with the 16-shot mode possible?",
        "ok to put the samples in the freezer?",
        "is it okay if I bring a friend",
        "breakfast included at the inn?",
        "dogs allowed in the garden?",
        "breakfast included",
        "It is past its date, can we use it?",
    ],
)
def test_yes_or_no_is_asked(question: str) -> None:
    assert is_polar(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who may vote?",
        "Can you tell me what the drill costs?",
        "Do we know when the hall was built?",
        "Do we know the wifi password?",
        "Can I find the price list in the office?",
        "Can I ask who has the key?",
        "Is the meeting on Monday or on Tuesday?",
        "What can I borrow?",
        "fine for a wrong code",
        "number of guests allowed?",
        "list three offices included in the palace",
        "ok to freeze for how long?",
        "earliest check-in possible?",
        "time allowed for the exam?",
        "At what age, if at all, can I retire?",
        "Tell me the price, could you?",
        "luggage allowed on the bus?",
        "At whose request was the clause included?",
        "When I am ill, can you tell me who I call?",
        "What happens if I am late, do I pay?",
        "May",
        "",
        "¿Puedo fumar?",
    ],
)
def test_yes_or_no_is_not_asked(question: str) -> None:
    assert not is_polar(question)


@pytest.mark.parametrize(
    "question",
    [
        "List all deadlines",
        "Which bills come on top of the rent?",
        "What are the opening hours?",
        "What can I borrow from the tool shelf?",
        "which departments were closed",
        "Which members play tennis?",
        "Who were the founders?",
    ],
)
def test_several_things_are_asked(question: str) -> None:
    assert wants_list(question)
    assert is_open(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which river separates the two towns?",
        "Which boss pays?",
        "Which costs more?",
        "Which was built first?",
        "Which gas is used?",
        "What is the fee?",
        "Who wrote it?",
        "When was it?",
    ],
)
def test_one_thing_is_asked(question: str) -> None:
    assert not wants_list(question)
    assert not is_open(question)


def test_ways_and_reasons() -> None:
    assert wants_steps("How do I reset the machine?")
    assert wants_steps("What must I do before I leave?")
    assert wants_steps("steps for complaining")
    assert wants_steps("Nobody answers, what happens step by step?")
    assert not wants_steps("How much do I pay?")
    assert not wants_steps("How many do they sell?")
    assert wants_reason("Why did they leave?")
    assert not wants_reason("When did they leave, and why?")


def test_what_is_told_before_the_question_is_left_out() -> None:
    assert last_clause("I am new here. Whom do I ask?") == "Whom do I ask?"
    assert last_clause("") == ""


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Who is Dr. Smith?", "Who is Dr. Smith?"),
        ("I am ill. May Mr. Jones keep my dog?", "May Mr. Jones keep my dog?"),
    ],
)
def test_titles_before_names_end_no_clause(question: str, clause: str) -> None:
    assert last_clause(question) == clause


@pytest.mark.parametrize(
    "words",
    [
        "thanks!",
        "Thank you",
        "thank you very much for your help",
        "ok",
        "Okay, thanks.",
        "hello",
        "Hi there!",
        "good morning",
        "great",
        "Great, that’s all for now",
        "that was very helpful, thanks again",
        "I see",
        "how are you?",
        "so thanks",
        "👍 thanks 👍",
    ],
)
def test_small_talk_asks_nothing(words: str) -> None:
    assert is_small_talk(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "fine",
        "well",
        "good",
        "everyone",
        "all rights",
        "Nice",
        "hello world program",
        "good morning service",
        "thanks, and the deposit?",
        "ok, when does it end?",
        "Great Britain",
        "Whom do we thank?",
        "what's up with the boiler",
        "cool box",
        "no smoking",
        "thanks " * 20,
    ],
)
def test_what_may_be_a_search_is_no_small_talk(words: str) -> None:
    assert not is_small_talk(words)


@pytest.mark.parametrize(
    ("question", "spelled"),
    [
        ("ok to put it in the freezer?", "Is it ok to put it in the freezer?"),
        ("breakfast included at the inn?", "Is breakfast included at the inn?"),
        ("dogs allowed in the garden?", "Are dogs allowed in the garden?"),
        ("May I keep a dog?", "May I keep a dog?"),
        ("Who may vote?", "Who may vote?"),
    ],
)
def test_a_terse_question_for_yes_or_no_gets_its_verb(question: str, spelled: str) -> None:
    assert spelled_out(question) == spelled


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("whats the rent, and why isnt it due?", "what's the rent, and why isn't it due?"),
        ("Hows the boiler reset? we cant see", "How's the boiler reset? we can't see"),
        (
            "where do its parts and the wants of ants go",
            "where do its parts and the wants of ants go",
        ),
    ],
)
def test_apostrophes_that_were_left_out(typed: str, read: str) -> None:
    assert with_apostrophes(typed) == read
