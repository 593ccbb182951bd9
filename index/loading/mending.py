"""Lines broken to fit a page, made whole: is a hyphen at a line's end part of the word?"""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAIL = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
_HEAD = re.compile(r"^[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")

#: Front halves that keep their hyphen when the document itself shows neither form.
_PREFIXES = frozenset(
    "self non well co ex all cross half high low long short full part post pre multi anti re "
    "in on off up out decision year semi mid state user".split()
)


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """All words of the lines, lower case, hyphenated ones whole; broken ones are not mended."""
    words: set[str] = set()
    for line in lines:
        words.update(word.lower() for word in _WORD.findall(line))
    return frozenset(words)


def is_soft_hyphen(left: str, right: str, words: frozenset[str]) -> bool:
    """True when ``left`` ends in a hyphen that only the line break put there."""
    tail, head = _TAIL.search(left), _HEAD.match(right)
    if not tail or not head or not head.group()[0].islower():
        return False
    before, after = tail.group(1).lower(), head.group().lower()
    if left.endswith("\u00ad") or before + after in words:
        return True
    if f"{before}-{after}" in words or before in _PREFIXES:
        return False
    # Neither form occurs elsewhere. Two whole words of the document are likelier a compound.
    return not (before in words and after in words and len(before) > 3 and len(after) > 3)


def ends_in_hyphen(text: str) -> bool:
    """True when the text ends in a letter and a hyphen, so that no space follows it."""
    return bool(_TAIL.search(text))
