"""Proposed questions can be answered from the words they cite, and held-out ones cannot."""

from __future__ import annotations

import json

import pytest

from eval.datasets import QuestionType
from eval.library import find_quote
from eval.metrics import holds
from eval.model_proposals import propose_with_model
from eval.proposals import HELD_OUT, OFF_TOPIC, leans_on_another, propose
from index.types import Block, BlockKind, Document
from rag.language_model import ScriptedModel

TOWN = (
    "The old tower of Lindow was built by masons in 1901. It is tall.\n"
    "A ticket for the tower costs €4 on working days.\n"
    "Ada Lovelace opened the bridge of Lindow on 3 May 1932 in the rain.\n"
    "Nothing of note has happened in the village since then."
)
FERRY = "The ferry to Tavisay carries 45 passengers and leaves twice a day in summer."
ROWS = "Article: HF-110 | Weight (kg): 1.9\nArticle: HF-120 | Weight (kg): 2.4"


def document(id_: str, text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Document:
    blocks: list[Block] = []
    at = 0
    for line in text.split("\n"):
        blocks.append(Block(kind, at, at + len(line)))
        at += len(line) + 1
    return Document(id_, id_, text, tuple(blocks), "en", "text/1", None)


DOCUMENTS = [
    ("/d/town.txt", document("town", TOWN)),
    ("/d/ferry.txt", document("ferry", FERRY)),
    ("/d/prices.csv", document("prices", ROWS, BlockKind.TABLE_ROW)),
]


def test_questions_ask_for_dates_numbers_names_and_cells() -> None:
    proposed = propose(DOCUMENTS, 40, off_topic=False)
    found = {question.question: question for question in proposed if question.answers}
    answers = {words: question.answers for words, question in found.items()}
    assert answers["In which year was the old tower of Lindow built by masons?"] == ("1901",)
    assert answers["A ticket for the tower costs how much on working days?"] == ("€4",)
    assert ("3 May 1932",) in answers.values()
    assert ("45",) in answers.values()
    assert answers["What is given as “Weight (kg)” for HF-110?"] == ("1.9",)
    assert len({question.id for question in proposed}) == len(proposed)
    assert not any("It is tall" in words for words in found)


def test_every_answer_stands_in_its_quote_and_every_quote_in_its_document() -> None:
    texts = {source: one.text for source, one in DOCUMENTS}
    for question in propose(DOCUMENTS, 40):
        for piece in question.evidence:
            assert find_quote(texts[piece.source], piece.quote)
            assert all(holds(piece.quote, answer) for answer in question.answers)
            assert not any(holds(question.question, answer) for answer in question.answers)


def test_some_have_no_answer() -> None:
    found = propose(DOCUMENTS, 20)
    held = [q for q in found if HELD_OUT in q.traits]
    other = [q for q in found if OFF_TOPIC in q.traits]
    assert held
    assert other
    assert all(q.type is QuestionType.UNANSWERABLE and not q.answers for q in held + other)
    assert all(len(q.without) == 1 for q in held)
    assert propose(DOCUMENTS, 20) == found
    twin = [("/d/town.txt", DOCUMENTS[0][1]), ("/d/copy.txt", document("copy", TOWN))]
    assert not [q for q in propose(twin, 20) if q.without]  # the copy would answer
    assert not [q for q in propose(DOCUMENTS[:1], 20) if q.without]  # nothing would be left


def test_a_document_without_such_sentences_gives_none() -> None:
    assert (
        propose([("/d/x.txt", document("x", "Nothing here is of note."))], 10, off_topic=False)
        == []
    )
    assert propose([], 10, off_topic=False) == []


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("Maria Lind repaired them in October 2021 for how much?", True),
        ("Which bridge did he build?", True),
        ("In 1901 his father built the tower.", True),
        ("In 1901 their members numbered 300.", True),
        ("Maria Lind sold her house in 2021.", False),
        ("In 1901 Karl Lind and his father built the tower.", False),
        ("The firm raised its fee by 5 %.", False),
        ("The IT department in the US employs 40 people.", False),
    ],
)
def test_pronouns_for_what_is_not_named_are_noticed(sentence: str, leans: bool) -> None:
    assert leans_on_another(sentence) is leans


def test_nothing_is_asked_with_a_pronoun_that_hangs_in_the_air() -> None:
    text = "Maria Lind repaired them in October 2021 for €400 in all."
    assert propose([("/d/x.txt", document("x", text))], 10, off_topic=False) == []
    model = replies({"question": "What did she pay for them?", "answer": "€400"})
    assert propose_with_model(model, [("/d/x.txt", document("x", text * 2))], 1) == []


def replies(*rows: object) -> ScriptedModel:
    return ScriptedModel(["Here: ", json.dumps(list(rows))])


def test_a_models_questions_are_checked() -> None:
    good = {"question": "Who opened the bridge of Lindow?", "answer": "Ada Lovelace"}
    model = replies(
        good,
        {"question": "How tall is the tower?", "answer": "40 m"},  # not in the document
        {"question": "Was it Ada Lovelace?", "answer": "Ada Lovelace"},  # gives it away
        {"question": "No question", "answer": "Ada Lovelace"},
        "nonsense",
    )
    (question,) = propose_with_model(model, DOCUMENTS[:1], 1)
    assert question.question == good["question"]
    assert question.evidence[0].quote.startswith("Ada Lovelace opened the bridge")


@pytest.mark.parametrize("reply", ["no list", "[", '{"question": 1}', "[1]", "]["])
def test_a_model_that_talks_nonsense_proposes_nothing(reply: str) -> None:
    assert propose_with_model(ScriptedModel([reply]), DOCUMENTS[:1], 2) == []
