"""Question and history to a question that stands alone.

Without a language model: a question that leans on the conversation gets the names and subject words
of the last turn added. A question that stands alone is returned unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import QUESTION_WORDS, question_terms, words
from rag.types import Turn

_PRONOUNS = frozenset("he she it they him her them his hers its theirs".split())
# "this" and its kin lean only when they stand alone: "this rule" and "the rule that …" do not.
_POINTING = re.compile(
    r"\b(?:this|that|these|those)\s*[?.!]*$"
    r"|\b(?:is|are|was|were|do|does|did|about|of) (?:this|that|these|those)\b(?! \w+s?\b)"
    r"|^(?:is|are|was|were|does|do|did) (?:this|that|these|those) (?:still|also|true|mean|apply)\b",
    re.I,
)
_OPENERS = re.compile(
    r"^(?:and|but|or|so|then|what about|how about|why|why not|when|where|who)\b", re.I
)
_NAME = re.compile(
    r"\b(?!I\b)[A-ZÀ-Þ][\w’'-]*(?:\s+(?:(?:of|the|von|van|de|da|di)\s+)*[A-ZÀ-Þ][\w’'-]*)*"
)
_MOST_NAMES = 3


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on spelled out, or the question itself."""
    if not history or not leans_on_history(question):
        return question
    added = [name for name in subjects(history[-1]) if name.casefold() not in question.casefold()]
    if not added:
        return question
    return f"{question.rstrip('?.! ')} ({', '.join(added)})?"


def leans_on_history(question: str) -> bool:
    """Whether the question has a pronoun and no name of its own, or is a mere fragment."""
    asked = words(question)
    named = any(match.start() > 0 for match in _NAME.finditer(question))
    if named:
        return bool(re.match(r"(?i)^(?:and|what about|how about)\b", question))
    if _PRONOUNS & set(asked) or _POINTING.search(question):
        return True
    content = [word for word in asked if word not in QUESTION_WORDS]
    return len(content) <= 1 and _OPENERS.match(question) is not None


def subjects(turn: Turn) -> list[str]:
    """Names in the last question, else its content words: what the talk is about."""
    names = [m.group() for m in _NAME.finditer(turn.question) if m.start() > 0]
    names = [name for name in names if question_terms(name)]
    if names:
        return list(dict.fromkeys(names))[:_MOST_NAMES]
    content = [word for word in words(turn.question) if word not in QUESTION_WORDS]
    return [" ".join(content)] if content else []
