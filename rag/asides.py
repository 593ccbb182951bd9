"""Sentences of a reply that claim nothing of their own: a bare yes or no, an introduction.

They are neither shown nor counted against an answer: a "Yes" is borne out by the sentence that
follows it, an introduction by the items under it. What claims more is checked like any sentence.
"""

from __future__ import annotations

import re

from rag.checking.facts import facts
from rag.checking.wording import content
from rag.replies import Said

_YES = frozenset("yes ja oui sí si sì sim".split())
_NO = frozenset("no nein non não nee".split())
_COURTESIES = frozenset({"sure", "certainly", "of course", "absolutely", "correct", "indeed"})
#: Words that announce what comes.
_ANNOUNCING = frozenset(
    content(
        "here following follows follow below above answer answers question questions summary "
        "overview based information relevant main key important points point items item list steps "
        "step details detail include includes including example examples table rules rule reasons "
        "reason ways options option facts things passages documents sure certainly of course"
    )
)
#: Words that turn what the items under them say into something else.
_RESTRICTING = re.compile(
    r"\b(?:not|no|nor|never|none|neither|cannot|without|except\w*|unless|only)\b|n['’]t\b",
    re.IGNORECASE,
)


def bare_decision(text: str) -> str:
    """ "Yes" or "No" where a sentence says no more than that; else empty."""
    word = text.strip(" .,!").casefold()
    return "Yes" if word in _YES else "No" if word in _NO else ""


def claims_nothing(said: Said, question: str) -> bool:
    """Whether there is nothing in a sentence that could be wrong.

    An introduction or a heading may repeat the question, for what it says is then in the items.
    """
    if bare_decision(said.text) or said.text.strip(" .,!").casefold() in _COURTESIES:
        return True
    if not said.leads:
        return False
    here = facts(said.text)
    figures = here.figures.quantities or here.figures.moments or here.codes
    if figures or _RESTRICTING.search(said.text):
        return False
    return not set(content(said.text)) - set(content(question)) - _ANNOUNCING
