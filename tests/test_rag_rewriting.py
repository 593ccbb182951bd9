"""Follow-ups get their subject; questions that stand alone are left untouched."""

from __future__ import annotations

import threading
import time

import pytest
from conversations import CONVERSATIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import terms
from rag.follow_ups.again import asked_again
from rag.language_model import ScriptedModel
from rag.rewriting import (
    RECENT_TURNS,
    kept_turns,
    rewrite,
    rewrite_prompt,
    rewrite_with,
    sane_rewrite,
    standalone,
)
from rag.types import RefusalReason, Turn

LANDLORD = [
    Turn(
        "Who is the landlord of Flat 3?",
        "Signed on 20 August 2024 between Mr Edwin Marlowe (the Landlord) and Ms Leila Brandt. [1]",
    )
]
NOTICE = [
    Turn(
        "What are the notice periods for the flat?",
        "Notice is given by letter. [1] Afterwards the Tenant may leave within a month. [2]",
    )
]
ROWS = [
    Turn(
        "What are the notice periods?",
        "Service: up to 2 years | Notice: 4 weeks [1] Service: 3 to 7 years | Notice: 8 weeks [2]",
    )
]
BREAD = [Turn("How do I bake soda bread?", "Mix the flour with 5 g of baking soda. [1]")]
HISTORY = [Turn("When was Tavisay lighthouse built?", "In 1857. [1]")]
PATENTS = [Turn("How many patents did Xiaomi have in autumn 2022?", "29,000 patents.")]
LIBRARY = [Turn("How late can I visit the library on a Thursday?", "Until 8 pm.")]
FINE = [Turn("How much is the fine for a late book?", "20 cents a day.")]
WHO = [Turn("Who handled legal cases at Xiaomi?", "Wang Xiang handled them.")]
COFFEE = [Turn("how do I clean the coffee machine?", "With vinegar.")]


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (HISTORY, "Who built it?", "Who built Tavisay lighthouse?"),
        (HISTORY, "And its keepers?", "And Tavisay lighthouse's keepers?"),
        (HISTORY, "why?", "why was Tavisay lighthouse built?"),
        (HISTORY, "tell me more", "tell me more (Tavisay lighthouse)?"),
        (HISTORY, "Why was that?", "Why was that (Tavisay lighthouse)?"),
        (PATENTS, "and in 2014?", "How many patents did Xiaomi have in 2014?"),
        (PATENTS, "2014?", "How many patents did Xiaomi have in 2014?"),
        (PATENTS, "What about Samsung?", "How many patents did Samsung have in autumn 2022?"),
        (PATENTS, "how many of them are in Europe?", "how many of the patents are in Europe"),
        (LIBRARY, "and on Saturdays?", "How late can I visit the library on Saturdays?"),
        (LIBRARY, "is it closed on holidays?", "is the library closed on holidays?"),
        (FINE, "and for a DVD?", "How much is the fine for a DVD?"),
        (FINE, "what about a lost card?", "How much is the fine for a lost card?"),
        (WHO, "who was he?", "who was Wang Xiang?"),
        (COFFEE, "and the grinder?", "how do I clean the grinder?"),
        (COFFEE, "how often should I do that?", "how often should I do that (coffee machine)?"),
        (
            [Turn("What is the first step of the backup?", "Stop the service.")],
            "what about the second one?",
            "What is the second step of the backup?",
        ),
        (
            [
                Turn(
                    "Where can I sleep on Tavisay?", "At the Net Loft, in the hostel, or in a tent."
                )
            ],
            "How much is the second one?",
            "How much is the hostel",
        ),
        (
            [Turn("How did Xiaomi's dispute with Ericsson end?", "With a settlement.")],
            "And the one with Blue Spike?",
            "How did Xiaomi's dispute with Blue Spike end?",
        ),
        (
            [Turn("What was the fee in the lift contract of 2019?", "£1,320.")],
            "And in the one in force now?",
            "What was the fee in the lift contract in force now?",
        ),
        (
            [Turn("How many people came to the fair in 2023?", "8,900.")],
            "And the year after?",
            "How many people came to the fair in 2024?",
        ),
        (
            [Turn("Who may order repairs for the library since 2024?", "Nadia Frost.")],
            "Who was it back in 2019?",
            "Who may order repairs for the library in 2019?",
        ),
        (
            [Turn("What is the deposit for a tool?", "£20.")],
            "Who was the first to borrow one?",
            "Who was the first to borrow a tool?",
        ),
        ([Turn("who is ada lovelace?", "A mathematician.")], "when did she die?", "ada lovelace"),
        (
            [Turn("Am I allowed to have a cat in the flat?", "No.")],
            "What about a dog?",
            "Am I allowed to have a dog in the flat?",
        ),
        (LANDLORD, "What about the deposit?", "What about the deposit of Flat 3?"),
        (LANDLORD, "and the tenant?", "Who is the tenant of Flat 3?"),
        (LANDLORD, "and the tenants?", "Who are the tenants of Flat 3?"),
        (LANDLORD, "What about Flat 5?", "Who is the landlord of Flat 5?"),
        (LANDLORD, "And Ms Brandt?", "Who is Ms Brandt?"),
        (LANDLORD, "and when does it end?", "and when does Flat 3 end?"),
        (LANDLORD, "where does he live?", "where does Mr Edwin Marlowe live?"),
        (
            [*LANDLORD, Turn("Can I paint the walls?", "With consent. [1]")],
            "and the deposit?",
            "and the deposit (walls)?",
        ),
        (
            [Turn("How high is the rent?", "£800.")],
            "and the landlord?",
            "and the landlord (rent)?",
        ),
        (
            [Turn("How many patents did Xiaomi have in 2022?", "29,000.")],
            "and employees?",
            "How many employees did Xiaomi have in 2022?",
        ),
        (
            ROWS,
            "what about the second one?",
            "What are the notice periods (3 to 7 years)?",
        ),
        (ROWS, "how long is the last one?", "how long is the last one (3 to 7 years)?"),
        (ROWS, "what about the fifth one?", "What about the fifth notice period?"),
        (
            [*ROWS, Turn("what about the second one?", "8 weeks. [1]")],
            "and in Scotland?",
            "What are the notice periods (3 to 7 years) in Scotland?",
        ),
        (
            [Turn("Where can I sleep?", "- The Net Loft [1]\n- The hostel, at £8 [2]")],
            "how much is the second?",
            "how much is the hostel?",
        ),
        (
            [Turn("Which fees rose?", "The card fee rose after a vote by all members in May. [1]")],
            "and the first?",
            "What about the first fee",
        ),
        (BREAD, "how long does it take?", "how long does it take to bake soda bread?"),
        (BREAD, "can I freeze it?", "can I freeze the soda bread?"),
        (BREAD, "and rye bread?", "How do I bake rye bread?"),
        ([Turn("May I keep a dog?", "No.")], "is it illegal?", "is it illegal to keep a dog?"),
        ([Turn("How long is the walk?", "9 km.")], "how long does it take?", "the walk take?"),
        (
            [Turn("Which insurance covers storms?", "Policy B.")],
            "does it cover floods?",
            "does the insurance cover floods?",
        ),
        (
            [Turn("Does the shop repair toasters?", "Yes.")],
            "what does it charge?",
            "what does the shop charge?",
        ),
        (
            [Turn("Who may vote at the general meeting?", "All members.")],
            "Why?",
            "Why (vote general meeting)?",
        ),
        ([Turn("What is the capital of Norway?", "Oslo.")], "and of Peru?", "the capital of Peru?"),
        (
            [Turn("What is the budget for 2025?", "The Budget of the Board is £40,000.")],
            "How high is it?",
            "How high is the budget?",
        ),
        (
            [
                Turn("Which planet is the largest?", "Jupiter."),
                Turn("How many moons does it have?", "95."),
                Turn("When was Pluto discovered?", "In 1930."),
                Turn("How far is the sun from the earth?", "150 million km."),
            ],
            "how hot is it?",
            "how hot is the sun?",
        ),
        (HISTORY, "thanks, and the keepers?", "(Tavisay lighthouse)"),
        (
            HISTORY,
            "How tall is the lighthouse?",
            "How tall is the lighthouse (Tavisay lighthouse)?",
        ),
    ],
)
def test_follow_ups_are_spelled_out(history: list[Turn], question: str, expected: str) -> None:
    assert expected in standalone(question, history)


@pytest.mark.parametrize(
    "question",
    [
        "How many people live on the island?",
        "When did Xiaomi settle with Ericsson?",
        "What does a replacement card cost?",
        "What is the notice period that applies to tenants?",
        "Which fees rose this year?",
        "How do members renew their cards?",
        "Can I return a book if it is damaged?",
        "Is it possible to park here?",
        "How long does it take to get a card?",
        "What happens when the tenant loses his key?",
        "Which mountain has snow on it all year?",
        "The council has its seat in which town?",
        "parking fees",
        "Who wrote Don Quixote?",
        "Besides his experiments, what was Tesla famous for?",
        "What is another word for tenants?",
        "Did the society have more money at the end of its book year than before?",
        "Would it be all right to bathe from the beach?",
        "Why is it hard to see the rocks at high tide?",
        "When did they stop making the paddle steamer Medway?",
        "who is the father of genetics and what did he study",
        "Other than water, what else has hydrogen bonds?",
        "By which entrance can my mother get in if she uses a wheelchair?",
        "who sang the song my bucket got a hole",
        "Can I keep a cat in the flat?",
        "Who cleans the windows of the flat?",
        "Is there a fine for noise in the library?",
        "Where is the machine for tickets?",
    ],
)
@pytest.mark.parametrize("history", [HISTORY, PATENTS, COFFEE, LIBRARY, NOTICE, LANDLORD])
def test_questions_that_stand_alone_stay(question: str, history: list[Turn]) -> None:
    assert standalone(question, history) == question


def test_shares_of_whole_conversations() -> None:
    """The bounds lie just under what was measured on conversations of many subjects."""
    kept: list[bool] = []
    completed: list[bool] = []
    for conversation in CONVERSATIONS:
        history: list[Turn] = []
        for question, answer, missing in conversation:
            found = standalone(question, history)
            if missing:
                completed.append(set(terms(missing)) <= set(terms(found)))
            elif history:
                kept.append(found == question)
            history.append(Turn(question, answer))
    assert len(kept) > 30
    assert sum(kept) / len(kept) > 0.97
    assert sum(completed) / len(completed) > 0.85


def test_without_history_nothing_changes() -> None:
    assert standalone("Who built it?", []) == "Who built it?"
    assert not rewrite("why?", []).changed


def test_a_chain_of_pronouns_keeps_its_person() -> None:
    history = [
        Turn("Who was Frank Zappa?", "An American musician."),
        Turn("Where was he born?", "In Baltimore."),
        Turn("When did he form the Mothers of Invention?", "In 1964."),
    ]
    assert standalone("How did he die?", history) == "How did Frank Zappa die?"


def test_what_was_carried_over_is_told() -> None:
    found = rewrite("Who built it?", HISTORY)
    assert (found.changed, found.added) == (True, ("Tavisay lighthouse",))


def test_a_refusal_says_nothing_to_talk_of() -> None:
    history = [*HISTORY, Turn("Who paid for it?", RefusalReason.NOT_SAID.value)]
    assert standalone("How tall is it?", history) == "How tall is Tavisay lighthouse?"


def test_long_histories_are_cut_but_keep_their_beginning() -> None:
    history = [Turn(f"Question {number}?", "Yes.") for number in range(40)]
    kept = kept_turns(history)
    assert kept == [history[0], *history[-RECENT_TURNS:]]
    assert kept_turns(history[:3]) == history[:3]


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80),
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=80)), max_size=3),
)
def test_any_text_is_survived_and_repeated_alike(
    question: str, turns: list[tuple[str, str]]
) -> None:
    history = [Turn(*turn) for turn in turns]
    found = rewrite(question, history)
    assert found == rewrite(question, history)
    assert found.changed or found.text == question


@pytest.mark.parametrize(
    "piece", ["A", "it ", "the a ", "1", "In ", "of of ", "&.", "what about ", "he he ", "(("]
)
def test_long_questions_take_no_long_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    started = time.perf_counter()
    standalone(text, [Turn(text, text)])
    standalone("and in 2014?", [Turn(text, text)])
    assert time.perf_counter() - started < 5


# ---- with a language model ------------------------------------------------------------------


def test_a_model_rewrites_what_leans() -> None:
    model = ScriptedModel(["Rewritten question: Who ", "built Tavisay lighthouse?\nBecause …"])
    found = rewrite_with(model, "Who built it?", HISTORY, threading.Event())
    assert found.text == "Who built Tavisay lighthouse?"
    assert found.added == ("tavisay", "lighthouse")
    assert "Tavisay" in model.calls[0][1].content


def test_a_model_is_not_asked_about_questions_that_stand_alone() -> None:
    model = ScriptedModel(["Something else?"])
    found = rewrite_with(model, "What does a card cost?", HISTORY, threading.Event())
    assert (found.changed, model.calls) == (False, [])


@pytest.mark.parametrize(
    "written",
    [
        "",
        "It was built by Robert Stevenson of the Northern Lighthouse Board.",
        "When did Napoleon invade Russia?",
        "Who built [the lighthouse](http://example.org)?",
        "Who built <b>Tavisay lighthouse</b>?",
        "Who built " + "Tavisay lighthouse " * 60,
        "…",
    ],
)
def test_what_a_model_makes_up_is_not_used(written: str) -> None:
    assert sane_rewrite("Who built it in stone?", written, HISTORY) is None
    found = rewrite_with(
        ScriptedModel([written]), "Who built it in stone?", HISTORY, threading.Event()
    )
    assert found.text == "Who built Tavisay lighthouse in stone?"


def test_a_prompt_holds_no_endless_history() -> None:
    history = [Turn(f"Question {number}?", "word " * 5_000) for number in range(100)]
    size = sum(len(message.content) for message in rewrite_prompt("And then?", history))
    assert size < 5_000


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Why did we pull firmware 4.5.0?", "when was that?", "when did we pull firmware 4.5.0?"),
        ("How was the roof mended?", "And where was that?", "where was the roof mended?"),
        (
            "which firms quoted for a new boiler",
            "which was the cheapest?",
            "which of the firms that quoted for a new boiler was the cheapest?",
        ),
        ("When did Fenwright's MH14 ship?", "and their VB260?", "When did Fenwright's VB260 ship?"),
        ("Is there money off group C parts?", "and group A?", "Is there money off group A parts?"),
        (
            "Can I have a bouncy castle on the pitch?",
            "in the main hall then?",
            "Can I have a bouncy castle in the main hall?",
        ),
    ],
)
def test_what_is_asked_again_in_another_way(before: str, question: str, whole: str) -> None:
    assert standalone(question, [Turn(before, "It says so there.")]) == whole


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("How high is the tower?", "which stone is it of, and group A?"),
        ("Are rooms in block A or block B larger?", "Is block C full?"),
        ("Which series is it?", "which was the longest walk?"),
    ],
)
def test_what_is_not_asked_again(before: str, question: str) -> None:
    assert asked_again(question, before) is None


def test_the_rest_of_a_number_is_no_thing_talked_of() -> None:
    told = [Turn("What do I get per mile?", "48p for the first 8,000 miles of a tax year.")]
    assert "first 8" not in standalone("And if it is electric?", told)
