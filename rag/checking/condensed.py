"""Does a clause of the source say a short sentence, with other words in between?

"You must pay a deposit of £1130" has all its words, in order, in "The Tenant pays a deposit of
£1,130 before receiving the keys". So few words give the reader and the embedder little to go by.
That its figures and names are there, and that nothing denies it, is looked at elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import fold
from rag.checking.amounts import Quantity, same_quantity
from rag.checking.facts import facts, wanted_quantities
from rag.checking.polarity import polarity
from rag.checking.wording import content

_CLAUSE = re.compile(
    r"[,;:.!?]\s|[|()\n]|\s(?:and|or|but|because|since|although|though|unless|if|when|where|which|"
    r"who|that|while|whereas)\s"
)
_WORD = re.compile(r"[^\W_]+")
#: After one of these what follows is not said to be so.
_NOT_SO = re.compile(
    r"(?i)\b(?:refus|declin|fail|forb|avoid|reject|den(?:y|ie)|propos|plan|consider|hop|want|ask|"
    r"intend|suggest|claim|alleg|threat|tri|try|might|could|would|should|if|unless|only)\w*"
)
# "No, one cat." is no sentence without its "No"; "No, dogs need the owner's consent" is one
_ANSWER = re.compile(
    r"(?i)^\s*(?:yes\s*[,:;.!–—-]\s*(?=\w)|no\s*[,:;.!–—-]\s*(?=\w+(?:\W+\w+){2}))"
)


def without_answer(text: str) -> str:
    """A sentence without the "Yes," or "No," it begins with, which no source says."""
    return _ANSWER.sub("", text)


def condensed_from(text: str, held: str) -> bool:
    """Whether one clause holds all figures of a text, and its words in order, of both at least two;
    or two words in a row."""
    wanted = content(text)
    if not wanted or any(one.negative for one in polarity(text)):
        return False
    figures = wanted_quantities(facts(text).figures.quantities)
    words = [fold(word) for word in _WORD.findall(text)]
    for clause in _CLAUSE.split(held):
        if _NOT_SO.search(clause) or any(one.negative for one in polarity(clause)):
            continue
        if not _figures_in(clause, figures):
            continue
        if len(wanted) + len(figures) >= 2 and _in_order(wanted, content(clause)):
            return True
        if len(words) >= 2 and _in_a_row(words, [fold(one) for one in _WORD.findall(clause)]):
            return True
    return False


def _figures_in(clause: str, figures: Sequence[Quantity]) -> bool:
    held = facts(clause).figures.quantities
    return all(any(same_quantity(one, other) for other in held) for one in figures)


def _in_order(wanted: list[str], held: list[str]) -> bool:
    left = iter(held)
    return all(any(one == other for other in left) for one in wanted)


def _in_a_row(wanted: list[str], held: list[str]) -> bool:
    size = len(wanted)
    return any(held[at : at + size] == wanted for at in range(len(held) - size + 1))
