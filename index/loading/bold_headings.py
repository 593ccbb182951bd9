"""Many writers make headings by hand: a short line all in bold. Which of them head what follows?

What a bold line says itself must stay where it can be quoted, so a fact is no heading: words
behind a colon, a sum of money, a long line with a figure.
"""

from __future__ import annotations

import re

_HEADING_CHARS = 80
_FACT_WORDS = 8  #: as many, with a figure among them, say something
_MONEY_WORDS = 4
_NUMBER = re.compile(r"^\(?(?:\d[\d.]*|[IVXLC]+|[A-Z])[.)]?\s+")
_LABEL = re.compile(r"^[^\W\d_]+\s+(?:\d[\d.]*|[IVXLC]+|[A-Z]):\s+(?=\D+$)")  #: "Part 2: Payment"
_DAY = re.compile(
    r"^\W*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?:[^\W\d_]{3,9}\.?\s+)?\d{1,2}\b", re.I
)
_SAYS = re.compile(r":\s+(?=\S)|(?<!\d):(?=\w)")
_MONEY = re.compile(r"[£$€¥]\s?\d|\d\s?[£€¥%]")


def could_head(words: str, first: bool = False) -> bool:
    """Is a bold line a heading? A question stays with the answer under it instead: the last of
    them would head whatever else follows. The ``first`` line of a file is its title."""
    said = words.strip()
    if len(said) > _HEADING_CHARS or "\n" in said or said.endswith(tuple(".,;!?")):
        return False
    said = _NUMBER.sub("", said)
    behind = _SAYS.split(_LABEL.sub("", said), maxsplit=1)[1:]
    if first:
        return not any(map(_has_figure, behind))
    said = _DAY.sub("", said)
    count = len(said.split())
    is_long = count >= _FACT_WORDS and _has_figure(said)
    return not (behind or is_long or (count >= _MONEY_WORDS and _MONEY.search(said)))


def _has_figure(words: str) -> bool:
    return any(map(str.isdigit, words))
