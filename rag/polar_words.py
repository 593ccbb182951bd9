"""How plainly a sentence speaks for or against what a yes/no question asks, by its words alone.

A judge of a passage is unsure of what everybody hears: "Partners and children are welcome" says
yes to "can my kids come?". What is asked (may one, must one, is it so), and whether the sentence
permits, obliges, frees or denies, is told here by English words; `verdict` weighs both, first
whether the sentence decides at all, by how likely it is to answer, then which way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from index.analysis import question_terms, terms
from rag.finding import log_odds, probability
from rag.quotable import answer_start

_MAY = re.compile(
    r"^\W*(?:(?:so|and|ok|but|hi)\W+)*(?:(?:can|may|could|might)\b"
    r"|(?:am|are|is|was|were)\s+(?:\S+\s+){1,3}?"
    r"(?:allowed|permitted|free|welcome|able|entitled|ok|okay|fine)\b"
    r"|(?:is|would) it (?:be )?(?:ok|okay|all right|alright|fine|allowed|possible|permitted)"
    r"|do (?:i|we|they|you) get to\b|is there a way\b)",
    re.I,
)
_MUST = re.compile(
    r"^\W*(?:(?:so|and|ok|but|hi)\W+)*(?:(?:do|does|did|will|would)\s+(?:\S+\s+){1,5}?"
    r"(?:have to|need|needs|require)\b"
    r"|(?:must|need|shall|should)\b"
    r"|(?:is|are|am|was|were)\s+(?:\S+\s+){1,5}?"
    r"(?:required|necessary|needed|mandatory|compulsory|obliged|expected|supposed)\b)",
    re.I,
)
_PERMITS = re.compile(
    r"\b(?:may|can|could|welcome|allow(?:s|ed)?|permit(?:s|ted)?|possible|free to|entitled"
    r"|accept(?:s|ed)?|fine|ok|okay|no objection|invited|(?:has|have) the right|no problem"
    r"|all right|happy to)\b",
    re.I,
)
_DENIES = re.compile(
    r"\b(?:cannot|can ?not|not|no|never|nobody|no one|none|nothing|nor|neither|forbidden"
    r"|prohibit\w*|banned|refus\w*|barred|without|against|rejected|declined)\b|n['’]t\b",
    re.I,
)
_LIMITS = re.compile(
    r"\b(?:only|unless|except\w*|until|before|too|instead|moved|postponed|cancelled|closed|full|shut"
    r"|sold out|discontinued|at most|no more|no longer|apart from|other than)\b",
    re.I,
)
_OBLIGES = re.compile(
    r"\b(?:must|have to|has to|had to|is to|are to|shall|required?|requires|needs?|needed|obliged"
    r"|mandatory|compulsory|due|payable|necessary|please|charged?|charges|costs?|fee)\b",
    re.I,
)
_FREES = re.compile(
    r"\b(?:free|included|optional|voluntary|no (?:need|charge|cost|fee|appointment)"
    r"|not (?:required|necessary|needed|have to|need)|company pays|we pay|by themselves"
    r"|by itself)\b"
    r"|n['’]t (?:need|have to)",
    re.I,
)
#: What denies nothing of the thing itself.
_NO_DENIAL = re.compile(
    r"\bat no (?:extra |additional )?(?:cost|charge)\b|\bno problem\b"
    r"|\bwithout (?:asking|giving|notice|further)\b",
    re.I,
)
#: A question that asks for the contrary: "Is it not sold?"
NEGATED = re.compile(r"\b(?:not|no|never|without)\b|n['’]t\b", re.I)
_SAME = 0.75  # of the question's terms, from which a sentence denies the very thing
# Fitted by `python -m rag.training.verdicts` to held-out documents of ours: the weights of
# `deciding`, then the bias, and those of `saying`.
_DECIDES = (0.20, 1.25, -0.37, 0.28, 0.30, 0.20, -1.59)
_SAYS_YES = (0.51, 0.73, 0.21, 0.34, 0.66, -0.32, -0.31, -0.25, 0.07, 0.46)


class Heard(NamedTuple):
    """What the reader makes of a sentence, each a probability, 0–1."""

    passage: float  #: that its passage says yes
    alone: float  #: that it says yes by itself
    answers: float  #: that its passage answers


class Wording(NamedTuple):
    """What the words of a sentence do to a question, each 0 or 1 but the last."""

    denies: float  #: it denies something, the question asks whether it is so, with no "not"
    forbids: float  #: it denies something where one asks to be allowed
    permits: float  #: it permits, and denies nothing, where one asks to be allowed
    obliges: float  #: it demands, and denies nothing, where one asks to be spared
    frees: float  #: it frees of something where one asks to be spared
    limits: float  #: it limits or says that something has changed
    shared: float  #: how much of the question's terms it holds, 0–1


def wording(question: str, quote: str) -> Wording:
    """The words of a sentence, or of the answer to a question in it, seen from the question.

    >>> wording("Can my kids come?", "Partners and children are welcome.").permits
    1.0
    """
    quote = quote[answer_start(quote) :]
    may, must = _MAY.match(question) is not None, _MUST.match(question) is not None
    # "was it rejected?", as well as "is it not sold?"
    turned = _DENIES.search(_NO_DENIAL.sub("", question)) is not None
    denies = (_DENIES.search(_NO_DENIAL.sub("", quote)) is not None) != turned
    frees = _FREES.search(quote) is not None
    asked = set(question_terms(question))
    return Wording(
        float(denies and not may and not must),
        float(may and denies),
        float(may and not denies and _PERMITS.search(quote) is not None),
        float(must and not denies and not frees and _OBLIGES.search(quote) is not None),
        float(must and frees),
        float(_LIMITS.search(quote) is not None and not _LIMITS.search(question)),
        len(asked & set(terms(quote))) / max(1, len(asked)),
    )


def verdict(question: str, quote: str, heard: Heard) -> tuple[float, float]:
    """The probabilities that the sentence says yes and that it says no; the rest leaves it open."""
    said = wording(question, quote)
    decides = _weighed(_DECIDES, deciding(heard, said))
    yes = _weighed(_SAYS_YES, saying(heard, said))
    # "Dogs may not enter" says no "yes" to "may dogs enter?", whatever the judge makes of it
    turned = (said.denies or said.forbids) and said.shared >= _SAME
    return (0.0 if turned else decides * yes), decides * (1.0 - yes)


def deciding(heard: Heard, said: Wording) -> tuple[float, ...]:
    """What tells that a sentence decides the question, either way."""
    return (
        abs(log_odds(heard.passage) + log_odds(heard.alone)),
        log_odds(heard.answers),
        said.shared,
        said.limits,
        said.denies + said.forbids,
        said.permits + said.obliges + said.frees,
    )


def saying(heard: Heard, said: Wording) -> tuple[float, ...]:
    """What tells which way it decides, the greater the more for yes."""
    return (log_odds(heard.passage), log_odds(heard.alone), *said)


def _weighed(weights: tuple[float, ...], told: tuple[float, ...]) -> float:
    *each, bias = weights
    return probability(sum(weight * one for weight, one in zip(each, told, strict=True)) + bias)
