"""Candidates that cannot be of the kind that a question asks for: a price, where watts are asked.

What tells the kind is a unit ("how many watts"), a firm that is asked by name, or that a column is
of money where nobody asks for money. A passage that answers in another way is held back, not left
out: a table may have its unit elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import fold, question_terms
from rag.cells import cells_of
from rag.checking.quantities import figures
from rag.checking.quantity_words import UNITS
from rag.finding import Found, held_back
from rag.quotable import COLUMN

_UNIT_ASKED = re.compile(r"\bhow many (?P<unit>[^\W\d_]+)|\b(?:what|which) (?P<scale>ph)\b", re.I)
_MONEY = re.compile(
    r"[£$€]|\b(?:how much|price[sd]?|pricing|costs?|charges?d?|pay\w*|paid|fees?|worth|spen[dt]\w*"
    r"|bills?|totals?|sums?|rates?|amounts?|expens\w+|budget\w*|salar\w+|wages?|rent\w*|value"
    r"|invoice\w*|owe[sd]?|due|money|funds?|funding|grants?|donat\w+|refund\w*|deposit\w*|premium"
    r"|excess|tariff|fines?|penalt\w+|earn\w*|cheap\w*|expensive|dear\w*|gbp|eur|euros?|pounds?"
    r"|dollars?|quote[sd]?|credit\w*|takings|turnover|prof\w+|loss\w*|discount\w*|tips?|gave|give\w*)\b",
    re.I,
)
_PRICE = re.compile(r"[£$€]|\b(?:price|cost|fee|gbp|eur|usd)\b", re.I)
_FIRM = re.compile(
    r"\b(?:which|what) (?:\w+ )?(?:company|firm|supplier|insurer|bank|brand|maker|manufacturer"
    r"|agency|contractor|airline|charity|publisher|employer)\b",
    re.I,
)
_CAPITAL = re.compile(r"(?<=[\w,;:(] )[\"“‘']?[^\W\d_a-z]\w*|\w[A-Z]\w*")
_REFERENCE = re.compile(
    r"(?:accordance with|clauses?|sections?|paras?\.?|paragraphs?|see|under|of|schedules?) $",
    re.I,
)
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})+")


def prefer_asked_kind(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first: those that cannot be of the kind asked for are held back."""
    kept = [_with_answer(one) for one in found]
    kept = [held_back(one) if is_of_other_kind(question, one) else one for one in kept]
    return sorted(kept, key=lambda one: -one.score)


def is_of_other_kind(question: str, one: Found) -> bool:
    """Does the question ask for a unit, a firm or something but money, and the candidate tell
    another?"""
    if _has_other_unit(question, one) or _is_price(question, one):
        return True
    return bool(_FIRM.search(question)) and not _names_another(question, one)


def _has_other_unit(question: str, one: Found) -> bool:
    """Is a unit asked for that stands nowhere about the candidate?"""
    asked = _UNIT_ASKED.search(question)
    if asked is None:
        return False
    if asked["scale"]:
        return "ph" not in fold(one.passage.chunk.embedding_text).split()
    unit = UNITS.get(fold(asked["unit"]))
    if unit is None or unit[0] in ("times", "time", "months", "£"):
        return False
    held = {quantity.dimension for quantity in figures(one.passage.chunk.text).quantities}
    return unit[0] not in held and fold(asked["unit"]) not in fold(one.passage.chunk.embedding_text)


def _is_price(question: str, one: Found) -> bool:
    """Is the bare answer a cell of a column of prices, where nothing asks for money, nor for
    another column of the row?"""
    if COLUMN not in one.quote or not one.short or _MONEY.search(question):
        return False
    cells, asked = cells_of(one.quote), set(question_terms(question))
    labels = [label for label, value in cells if one.short in value]
    if not labels or not all(_PRICE.search(label) for label in labels):
        return False
    return not any(asked & set(question_terms(label)) for label, _ in cells)


def _names_another(question: str, one: Found) -> bool:
    """Does the candidate name anything that the question does not?"""
    if COLUMN in one.quote:
        return True
    asked = set(fold(question).split())
    return any(fold(name) not in asked for name in _CAPITAL.findall(one.quote))


def _with_answer(one: Found) -> Found:
    """Without a bare answer that is the number of a clause: "3.4" of "in accordance with 3.4"."""
    if not one.short or not _NUMBERED.fullmatch(one.short):
        return one
    before = one.quote[: one.quote.find(one.short)]
    return replace(held_back(one), short=None) if _REFERENCE.search(before) else one
