"""Lists, tables, introductions and a bare yes in a reply: layout is no claim, an item is one."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rag_writing import Even, extractive, passages, sentences

from rag.asides import bare_decision, claims_nothing
from rag.language_model import ScriptedModel
from rag.replies import LONGEST_SENTENCE, Said
from rag.types import Answer, AnswerKind, Opening, Sentence
from rag.writing import Writer
from ui.exporting import said
from ui.in_words import Telling
from ui.markup import prose, text
from ui.render import Exchange, exchange

ITEM, LINE, NOTHING = Opening.ITEM, Opening.LINE, Opening.NOTHING
KEEP = "Wrapped in linen the loaf keeps for nine days"
FROZEN = "Potato rolls can be frozen while they are warm"
REHEAT = "Reheat them for eight minutes at 160 °C"


def written(reply: str, question: str = "How long does the loaf keep?") -> Answer:
    writer = Writer(ScriptedModel(list(reply), name="tiny"), Even())
    start = replace(extractive(), short=None)
    *_, last = writer.write(question, passages(), start, threading.Event())
    return last


def laid(reply: str) -> list[tuple[str, Opening]]:
    whole = sentences(reply)
    assert sentences(*reply) == whole  # however it is cut
    return [(one.text, one.opening) for one in whole]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. ", "2. "),
        ("1) ", "2) "),
        ("(1) ", "(2) "),
        ("**1.** ", "**2.** "),
        ("1.\n", "2.\n\n"),
        ("Step 1: ", "Step 2: "),
        ("**Step 1:** ", "**Step 2:** "),
        ("a) ", "b) "),
        ("i. ", "ii. "),
        ("- ", "- "),
        ("* ", "* "),
        ("• ", "• "),
        ("- 1. ", "- 2. "),
        ("> 1. ", "> 2. "),
        ("1. ", "1. "),
    ],
)
def test_the_mark_of_an_item_is_no_sentence(first: str, second: str) -> None:
    reply = f"{first}Keep a photograph of it [1].\n{second}3 months later fill in form F7 [2]."
    if "a)" in first or "i." in first or "\n" in first:
        reply = reply.replace("3 months", "Three months")
    found = sentences(reply)
    assert [(one.text[:5], one.opening, one.hints) for one in found] == [
        ("Keep ", ITEM, (0,)),
        (found[1].text[:5], ITEM, (1,)),
    ]
    assert found[1].text.endswith("months later fill in form F7.")
    assert sentences(*reply) == found


def test_a_list_within_a_line_is_one_too() -> None:
    assert laid("The steps are: 1. Keep it [1]. 2. Send form F7 [1]. 3. Wait.") == [
        ("The steps are:", NOTHING),
        ("Keep it.", ITEM),
        ("Send form F7.", ITEM),
        ("Wait.", ITEM),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "12.",
        "It has 12. 5 are let.",
        "A. Smith signed it.",
        "She lives at no. 1. Then she left.",
        "3. 5 % are kept.",
        "5 * 3 is 15.",
    ],
)
def test_a_number_that_is_a_fact_is_kept(reply: str) -> None:
    assert " ".join(words for words, _ in laid(reply)) == reply
    assert all(opening is NOTHING for _, opening in laid(reply))


def test_what_is_set_in_belongs_to_its_item_and_what_follows_does_not() -> None:
    assert laid(
        "1. Keep it [1].\n   It has to be dated. Sign it.\n2. Send it.\n\nThat is all."
    ) == [
        ("Keep it.", ITEM),
        ("It has to be dated.", NOTHING),
        ("Sign it.", NOTHING),
        ("Send it.", ITEM),
        ("That is all.", LINE),
    ]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "| Party | Notice |\n|---|:--|\n| Tenant | two months. Written. [1] |\n"
            "| **Landlord** | three [2]|",
            [("Tenant: two months. Written.", (0,)), ("Landlord: three", (1,))],
        ),
        (
            "| Item | 2022 | 2023 | Source |\n|-|-|-|-|\n| Rent | 900 | 950 | [1] |\n"
            "| Heat | 90 | 95 | [1], [2] |",
            [("Rent – 2022: 900; 2023: 950", (0,)), ("Heat – 2022: 90; 2023: 95", (0, 1))],
        ),
        (
            "| # | What |\n|-|-|\n| 1 | Keep it |\n| 2 | Send it |",
            [("Keep it", ()), ("Send it", ())],
        ),
        ("|Tenant|two|\n|Landlord|three|", [("Tenant: two", ()), ("Landlord: three", ())]),
        ("| Way |\n|---|\n| By post |", [("By post", ())]),
        ("| a | b |\n|-|-|\n| one \\| two | |", [("one | two", ())]),
        ("| a | b |\n|-|-|\n|||\n| [1] | |", []),
    ],
)
def test_a_row_is_one_readable_statement(
    table: str, rows: list[tuple[str, tuple[int, ...]]]
) -> None:
    reply = f"Here it is:\n\n{table}\n\nThat is all."
    first, *found, last = sentences(reply)
    assert sentences(*reply) == [first, *found, last]
    assert (first.text, last.text) == ("Here it is:", "That is all.")
    assert [(one.text, one.hints) for one in found] == rows
    assert all(one.opening is ITEM for one in found)
    assert sentences(table) == found


def test_a_row_without_end_is_bounded() -> None:
    found = sentences(*["| word "] * 2000)
    assert max(len(one.text) for one in found) <= LONGEST_SENTENCE


LINES = st.sampled_from(
    [
        "1. Keep it [1].",
        "2. Send 3 of them [2]. Sign it.",
        "**3.** It is *late*.",
        "- **Tenant:** two",
        "  set in",
        "| a | b |",
        "|---|---|",
        "| c [1] | 12. |",
        "# 1. Heading",
        "",
        "12.",
        "The steps are: 1. One. 2. Two.",
        "> quoted! ![x](y) [z](q)",
        "1.",
        "Step 4: Go.",
    ]
)


@settings(max_examples=300)
@given(st.lists(LINES, max_size=6), st.integers(1, 7))
def test_however_a_reply_is_cut_it_says_the_same(lines: list[str], size: int) -> None:
    reply = "\n".join(lines)
    cut = [reply[at : at + size] for at in range(0, len(reply), size)]
    assert sentences(*cut) == sentences(reply)


# ---- what claims nothing of its own ------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ("Here are the steps:", True),
        ("Sure, here are the steps of a claim:", True),
        ("Based on the passages, the steps are as follows:", True),
        ("## Steps of a claim", True),
        ("Yes.", True),
        ("No!", True),
        ("Certainly.", True),
        ("There are five steps:", False),
        ("The Oakwood policy covers:", False),
        ("These are not steps of a claim:", False),
        ("The only steps of a claim are:", False),
        ("A claim must be made within a month:", False),
        ("## Claims of tenants", False),
        ("Steps of a claim.", False),
        ("Yes, within a month.", False),
    ],
)
def test_what_claims_nothing(words: str, nothing: bool) -> None:
    (said_,) = sentences(words)
    assert claims_nothing(said_, "What are the steps of a claim?") is nothing


def test_a_decision_by_itself_is_told_from_words() -> None:
    assert [bare_decision(word) for word in ("Yes.", "no", "Ja!", "Nine.", "")] == [
        *("Yes", "No", "Yes", "", "")
    ]


# ---- answers -----------------------------------------------------------------------------------


def test_a_list_of_steps_is_kept_whole() -> None:
    last = written(f"Here are the answers:\n\n1. {KEEP} [1].\n2. {FROZEN} [2].\n3. {REHEAT} [2].")
    assert last.kind is AnswerKind.WRITTEN
    assert [(one.text, one.opening) for one in last.sentences] == [
        (f"{KEEP}.", ITEM),
        (f"{FROZEN}.", ITEM),
        (f"{REHEAT}.", ITEM),
    ]
    assert last.struck == ()
    assert last.notes == ()
    assert last.text == f"- {KEEP}. [1]\n- {FROZEN}. [2]\n- {REHEAT}. [3]"


def test_one_wrong_item_does_not_take_the_answer_away() -> None:
    last = written(f"1. {KEEP} [1].\n2. {FROZEN} [2].\n3. The loaf costs £9,999 [2].")
    assert [one.text for one in last.sentences] == [f"{KEEP}.", f"{FROZEN}."]
    assert [one.text for one in last.struck] == ["The loaf costs £9,999."]
    assert last.notes[0].startswith("1 of 3 sentences")


def test_an_item_whose_first_sentence_is_struck_stays_an_item() -> None:
    last = written(f"1. {KEEP}.\n2. The loaf costs £9,999. {FROZEN}.")
    assert [one.opening for one in last.sentences] == [ITEM, ITEM]


def test_a_table_is_checked_row_by_row() -> None:
    last = written("| What | How long |\n|---|---|\n| The loaf keeps | nine days [1] |\n"
                   "| The loaf keeps | ten weeks [1] |")  # fmt: skip
    assert [one.text for one in last.sentences] == ["The loaf keeps: nine days"]
    assert [one.text for one in last.struck] == ["The loaf keeps: ten weeks"]


def test_a_bare_yes_rests_on_the_sentence_after_it() -> None:
    last = written(f"Yes. {KEEP} [1].", "Does the loaf keep for nine days?")
    assert [one.text for one in last.sentences] == [f"{KEEP}."]
    assert (last.struck, last.notes, last.short) == ((), (), None)


@pytest.mark.parametrize(("decided", "shown"), [("Yes", "Yes"), ("No", None)])
def test_a_yes_that_was_decided_without_the_model_is_shown(decided: str, shown: str | None) -> None:
    writer = Writer(ScriptedModel([f"Yes. {KEEP} [1]."]), Even())
    start = replace(extractive(), short=decided)
    *_, last = writer.write("Does it keep?", passages(), start, threading.Event())
    assert last.kind is AnswerKind.WRITTEN
    assert last.short == shown


def test_nothing_but_yes_leaves_the_extractive_answer_and_says_so() -> None:
    last = written("Yes.")
    assert last.kind is AnswerKind.EXTRACTIVE
    assert last.notes == ("The language model wrote only “Yes”, without a sentence to check.",)


# ---- how it is shown ---------------------------------------------------------------------------

SHOWN = (
    Sentence("You need:", ()),
    Sentence("flour <b>", (), ITEM),
    Sentence("Sift it.", ()),
    Sentence("[1] water", (), ITEM),
    Sentence("That is all.", (), LINE),
)


def test_a_list_looks_like_one_on_the_page() -> None:
    assert prose(SHOWN, lambda one: text(one.text)) == (
        '<p dir="auto">You need:</p>'
        '<ul><li dir="auto">flour &lt;b&gt; Sift it.</li><li dir="auto">[1] water</li></ul>'
        '<p dir="auto">That is all.</p>'
    )
    shown = exchange(Exchange("q", replace(extractive(), sentences=SHOWN)), 1)
    assert shown.count("<li dir=") == 2


def test_a_list_is_one_as_text_and_as_markdown() -> None:
    answer = replace(extractive(), sentences=SHOWN)
    assert answer.text == "You need:\n- flour <b> Sift it.\n- ［1］ water\n\nThat is all."
    assert said(answer) == ("You need:\n- flour \\<b\\> Sift it.\n- \\[1\\] water\n\nThat is all.")
    told = Telling()
    grown = told.step(replace(answer, kind=AnswerKind.WRITTEN, sentences=SHOWN[:2], final=False))
    assert grown == "You need:\n- flour \\<b>"
    assert told.step(answer).startswith(" Sift it.\n- ［1］ water\n\nThat is all.")


def test_what_stands_beside_an_item_has_a_line_of_its_own_in_it() -> None:
    pair = (Sentence("It cost 5.", (), ITEM), Sentence("It costs 6.", (), Opening.BESIDE))
    assert prose(pair, lambda one: one.text) == (
        '<ul><li dir="auto">It cost 5. <br>It costs 6.</li></ul>'
    )
    answer = replace(extractive(), sentences=pair)
    assert answer.text == said(answer) == "- It cost 5.  \n  It costs 6."
    assert Telling().step(answer).startswith("- It cost 5.  \n  It costs 6.")


def test_sentences_without_a_list_stay_one_paragraph() -> None:
    both = (Said("One."), Said("Two."))
    assert sentences("One.\nTwo.") == list(both)
    plain = tuple(Sentence(one.text, ()) for one in both)
    assert prose(plain, lambda one: one.text, lang=' lang="en"') == (
        '<p dir="auto" lang="en">One. Two.</p>'
    )
