"""What to say of words that a file holds but does not show: they are left out, and that is told.

Menus, labels and leftovers of field codes are hidden everywhere; only what reads like a sentence,
or addresses a language model, is worth a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.suspicious import HIDDEN, gives_orders

KEPT_CHARS = 2_000  #: of one passage
KEPT_PASSAGES = 500
_SHOWN = 80
_SENTENCE = re.compile(r"(?:\S{1,40}\s+){4}\S{0,40}[^\W\d_]\S{0,20}[.!?](?:\s|$)")


def hidden_warning(passages: Sequence[str]) -> tuple[str, ...]:
    """One warning for all that was left out, or none."""
    told: list[str] = []
    for words in passages:
        if tells(words) and not any(words in other for other in told[-3:]):
            told.append(words)
    if not told:
        return ()
    first = told[0] if len(told[0]) <= _SHOWN else told[0][:_SHOWN] + "…"
    where = "" if len(told) == 1 else f" in {len(told):,} places, first"
    return (f"{HIDDEN} was left out{where}: “{first}”",)


def tells(words: str) -> bool:
    """Whether hidden words say something to somebody."""
    return bool(_SENTENCE.search(words)) or gives_orders(words)
