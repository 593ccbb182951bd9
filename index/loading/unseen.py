"""What to say of words that a file holds but does not show: they are left out, and that is told.

Single words, menus and leftovers of field codes are hidden everywhere and not worth a warning;
what reads like a sentence, or addresses a language model, is told first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.suspicious import HIDDEN, gives_orders

KEPT_CHARS = 2_000  #: of one passage
KEPT_PASSAGES = 500
_SHOWN = 80
_NAMED = 5  #: passages that the warning repeats
_TWO_WORDS = re.compile(r"[^\W\d_]{2}.*?\W(?:\d|[^\W\d_]{2})", re.S)
_FIELD_CODE = re.compile(r"\b(?:PAGEREF|HYPERLINK|MERGEFIELD|_Toc\d+)\b|\\[\*a-z] ")
_SENTENCE = re.compile(r"(?:\S{1,40}\s+){4}\S{0,40}[^\W\d_]\S{0,20}[.!?](?:\s|$)")


def hidden_warning(passages: Sequence[str]) -> tuple[str, ...]:
    """One warning for all that was left out, or none."""
    told: list[str] = []
    for words in sorted(filter(_says, passages), key=lambda words: not tells(words)):
        if not any(words in other for other in told[-3:]):
            told.append(words)
    if not told:
        return ()
    shown = [f"“{words if len(words) <= _SHOWN else words[:_SHOWN] + '…'}”" for words in told]
    where = "" if len(told) == 1 else f" in {len(told):,} places"
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    return (f"{HIDDEN} was left out{where}: {', '.join(shown[:_NAMED])}{more}",)


def _says(words: str) -> bool:
    """Whether there is anything to tell of: two words, or a word and a number."""
    return tells(words) or (bool(_TWO_WORDS.search(words)) and not _FIELD_CODE.search(words))


def tells(words: str) -> bool:
    """Whether hidden words say something to somebody."""
    return bool(_SENTENCE.search(words)) or gives_orders(words)
