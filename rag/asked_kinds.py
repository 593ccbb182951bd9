"""Candidates that cannot be of the kind that a question asks for: a price, where watts are asked.

What tells the kind is a unit ("how many watts"), a firm that is asked by name, or something
measured that a price is no answer to. A passage that answers in another way is held back, not left
out: a table may have its unit elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import QUESTION_WORDS, fold, question_terms, terms
from rag.cells import cells_of
from rag.checking.quantities import figures
from rag.checking.quantity_words import UNITS
from rag.finding import Found, held_back
from rag.quotable import COLUMN

_UNIT_ASKED = re.compile(r"\bhow many (?P<unit>[^\W\d_]+)|\b(?:what|which) (?P<scale>ph)\b", re.I)
_ACIDITY = re.compile(r"\bph\b|\bacidity\b", re.I)
#: Units that are asked for by name and are told in no other kind.
_FAMILIES = (
    frozenset(("power",)),
    frozenset(("energy",)),
    frozenset(("volts",)),
    frozenset(("mass", "pounds", "ounces")),
)
#: What a price is no answer to.
_MEASURED = re.compile(
    r"\b(?:torque|weigh\w*|size|watts?|wattage|power|voltage|volts?|amps?|stock|length|width|height"
    r"|depth|speed|temperature|pressure|volume|capacity|diameter|thickness|distance|noise|age|ph"
    r"|how (?:many|long|often|far|heavy|big|tall|wide|deep|fast|hot|cold|old))\b",
    re.I,
)
_IN_BRACKETS = re.compile(r"\(([^\W\d_]+)\)")
_PRICE_ASKED = re.compile(
    r"\bhow much (?:is|are|was|were|does|do|did|will|for)\b(?!.*\bweigh)"
    r"|\b(?:price|costs?|pay|paid|charge[ds]?)\b",
    re.I,
)
_PRICE = re.compile(r"[£$€]|\b(?:price|cost|fee|gbp|eur|usd)\b", re.I)
_FIRM = re.compile(
    r"\b(?:which|what) (?:\w+ )?(?:company|firm|supplier|insurer|bank|brand|maker|manufacturer"
    r"|agency|contractor|airline|charity|publisher|employer)(?=\W*$| (?:is|are|was|were|does|did|do"
    r"|has|had|of|for|with|to|will|can|(?!charges\b)[a-z]+(?:s|ed)|built|made|sold|sent|won)\b)",
    re.I,
)
_NAME = re.compile(r"[^\W\d_a-z]\w*|\w[A-Z]\w*")
_REFERENCE = re.compile(
    r"(?:accordance with|clauses?|sections?|paras?\.?|paragraphs?|see|schedules?) $", re.I
)
_NAME_OR_WORD = re.compile(r"\w+")
_OPENERS = frozenset("our your my their the a an this these all any it we you they he she".split())
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})+")
_ASKS_WHERE = re.compile(r"\b(?:clauses?|sections?|paragraphs?|paras?|chapters?|where)\b", re.I)


def prefer_asked_kind(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first: those that cannot be of the kind asked for are held back."""
    kept = found if _ASKS_WHERE.search(question) else [_with_answer(one) for one in found]
    kept = [held_back(one) if is_of_other_kind(question, one) else one for one in kept]
    return sorted(kept, key=lambda one: -one.score)


def is_of_other_kind(question: str, one: Found) -> bool:
    """Does the question ask for a unit, a firm or a measure, and the candidate tell another?"""
    if _has_other_unit(question, one) or _is_price(question, one):
        return True
    return bool(_FIRM.search(question)) and not _names_another(question, one)


def _has_other_unit(question: str, one: Found) -> bool:
    """Is a unit asked for that stands nowhere about the candidate?"""
    asked = _UNIT_ASKED.search(question)
    if asked is None:
        return False
    around = fold(one.passage.chunk.embedding_text)
    if asked["scale"]:
        return not _ACIDITY.search(around)
    name = fold(asked["unit"])
    dimension, _ = UNITS.get(name, ("", 1.0))
    family = next((family for family in _FAMILIES if dimension in family), None)
    if family is None or name.removesuffix("s") in around:
        return False
    held = {quantity.dimension for quantity in figures(one.passage.chunk.text).quantities}
    # a table's unit stands in its label: "Amount per portion (g)"
    held |= {UNITS.get(name, ("", 1.0))[0] for name in _IN_BRACKETS.findall(around)}
    return not held & family


def _is_price(question: str, one: Found) -> bool:
    """Is the bare answer a cell of a column of prices, where something else is asked that can be
    measured or counted, and not by another column of the row?"""
    if COLUMN not in one.quote or not one.short or _PRICE_ASKED.search(question):
        return False
    measured = {term for match in _MEASURED.finditer(question) for term in terms(match.group())}
    # "power drill" asks for a drill, and for no power
    named = {term for _, value in cells_of(one.quote) for term in terms(value)}
    if not measured - named:
        return False
    cells, asked = cells_of(one.quote), set(question_terms(question))
    labels = [label for label, value in cells if one.short in value]
    if not labels or not all(_PRICE.search(label) for label in labels):
        return False
    return not any(asked & set(question_terms(label)) for label, _ in cells)


def _names_another(question: str, one: Found) -> bool:
    """Does the candidate name anything that the question does not?"""
    names = _NAME.findall(one.quote)
    if COLUMN in one.quote or not names:  # a note all in lower case may name one
        return True
    asked = {*_NAME_OR_WORD.findall(fold(question)), *QUESTION_WORDS, *_OPENERS}
    return any(fold(name) not in asked for name in names)


def _with_answer(one: Found) -> Found:
    """Without a bare answer that is the number of a clause: "3.4" of "in accordance with 3.4"."""
    if not one.short or not _NUMBERED.fullmatch(one.short):
        return one
    before = one.quote[: one.quote.rfind(one.short)]
    return replace(held_back(one), short=None) if _REFERENCE.search(before) else one
