"""What a follow-up takes up of the answer before it: a code, a form, a point of a list."""

from __future__ import annotations

import re

_MEANS = re.compile(r"\bwhat (?:does|do|did|would) (?:that|this|it|they|those) mean\b", re.I)
_POINTED_AT = re.compile(r"\b(?:that|this) (?P<noun>[a-z]+)\b", re.I)
_CODE = re.compile(r"\b[A-Z][\w-]*\d[\w-]*\b")
_POINT = re.compile(r"\b(?:point|item|number|no\.?|step|rule) (?P<place>\d{1,2})\W*$", re.I)
_POINTS = re.compile(
    r"(?:(?<=\s)|^)(?P<place>\d{1,2})[.)]\s+(?P<said>.+?)(?=\s+\d{1,2}[.)]\s|$)", re.S
)


def taken_up(question: str, answer: str) -> str | None:
    """What of the answer a question points at, None where nothing of these.

    >>> taken_up("what does that mean?", "Printer 2 shows E-31 since this morning.")
    'E-31'
    >>> taken_up("where can I find that form?", "Submit form P-12 to the payroll office.")
    'form P-12'
    >>> taken_up("tell me more about point 2", "1. Accounts 2. Election of the auditors")
    'Election of the auditors'
    """
    if _MEANS.search(question):
        named = set(_CODE.findall(answer))
        return named.pop() if len(named) == 1 else None
    point = _POINT.search(question)
    if point is not None:
        said = {match["place"]: match["said"] for match in _POINTS.finditer(answer)}
        return said.get(point["place"])
    for pointed in _POINTED_AT.finditer(question):
        named = set(re.findall(rf"\b{pointed['noun']} (?=\S*\d)[\w.-]*\w", answer, re.I))
        if len(named) == 1:
            return str(named.pop())
    return None
