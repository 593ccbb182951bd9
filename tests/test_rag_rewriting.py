"""Follow-ups get their subject; questions that stand alone are left untouched."""

from __future__ import annotations

import pytest

from rag.rewriting import standalone
from rag.types import Turn

HISTORY = [Turn("When was Tavisay lighthouse built?", "In 1857.")]


@pytest.mark.parametrize(
    "question", ["Who built it?", "And its keepers?", "What about them?", "Why was that?"]
)
def test_leaning_questions_get_the_subject(question: str) -> None:
    assert "Tavisay" in standalone(question, HISTORY)


@pytest.mark.parametrize(
    "question",
    [
        "How many people live on the island?",
        "When did Xiaomi settle with Ericsson?",
        "What does a replacement card cost?",
        "What is the notice period that applies to tenants?",
        "Which fees rose this year?",
        "How do members renew their cards?",
    ],
)
def test_questions_that_stand_alone_stay(question: str) -> None:
    assert standalone(question, HISTORY) == question
    assert standalone("Who built it?", []) == "Who built it?"


def test_without_names_the_content_words_are_carried() -> None:
    history = [Turn("how do I clean the coffee machine?", "With vinegar.")]
    assert "coffee machine" in standalone("how often should I do that?", history)
