"""Digits set above the line: a note's mark behind a price must not become part of the price."""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789-+−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁻")
_FIGURES = re.compile(r"[-+−]?\d[\d\s,;–-]*")


def raised(words: str, before: str) -> str:
    """Words set above the line, behind the text ``before``: figures close to it become raised
    digits, other words stay ("1st")."""
    if not before or before[-1].isspace() or not _FIGURES.fullmatch(words):
        return words
    return words.translate(_RAISED)
