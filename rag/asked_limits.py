"""Yes or no to a question that asks about a limit, by the one figure of a sentence.

"Does it make more than 50 decibels?" is answered by "44 dB". Where the sentence gives a limit
itself ("up to 60"), several figures or one of another unit, nothing is told.
"""

from __future__ import annotations

import re

from rag.comparisons.values import order, values_in
from rag.quotable import COLUMN

_LIMIT = re.compile(
    r"\b(?:(?P<over>more than|over|above|at least|exceeds?|exceeding)"
    r"|(?P<under>less than|under|below|fewer than|at most|up to|no more than|within)"
    r"|(?P<degree>longer|heavier|taller|higher|wider|deeper|bigger|larger|dearer|louder"
    r"|shorter|lighter|lower|narrower|smaller|cheaper|quieter) than)\s+(?=[£$€\w])",
    re.I,
)
_LESS = frozenset("shorter lighter lower narrower smaller cheaper quieter".split())
_MEETS = re.compile(r"at least|at most|up to|no more than|within", re.I)  # the figure itself holds
#: A figure that is a limit, a part or a guess says nothing of the other side of another.
_OPEN = re.compile(
    r"\b(?:up to|at (?:least|most)|more than|less than|fewer than|over|under|above|below|from"
    r"|between|about|around|some|nearly|almost|roughly|approx\w*|circa|ca|no more than|not"
    r"|maximum|minimum|max|min|every|each|per|extra|another|further|first|to|or|only|within"
    r"|plus)\b|n['’]t\b|\+",
    re.I,
)


def by_limit(question: str, quote: str) -> float | None:
    """Yes (1) or no (0) where the figure of the sentence keeps or breaks the limit that is asked
    about; None where that cannot be told.

    >>> by_limit("Does it make more than 50 decibels?", "It makes 44 dB of noise.")
    0.0
    >>> by_limit("Is the deposit over £4,000?", "A deposit of £4,350 is due.")
    1.0
    >>> by_limit("Is the deposit over £4,000?", "A deposit of up to £4,350 is due.")
    """
    limits = list(_LIMIT.finditer(question))
    if len(limits) != 1:
        return None
    limit = limits[0]
    asked = values_in(question[limit.end() :])
    if len(asked) != 1 or asked[0].start > 1 or asked[0].dimension in ("", "date", "clock"):
        return None
    told = [  # of a row the one cell counts that holds such a figure
        (one, cell)
        for cell in quote.split(COLUMN)
        for one in values_in(cell)
        if one.dimension == asked[0].dimension
    ]
    if len(told) != 1 or _OPEN.search(told[0][1]):
        return None
    sign = order(told[0][0], asked[0])
    if sign is None:
        return None
    degree = (limit["degree"] or "").lower()
    under = bool(limit["under"]) or degree in _LESS
    if sign == 0:
        return float(bool(_MEETS.match(limit.group())))
    return float((sign < 0) == under)
