""" "How long does it take?" after "How do I bake bread?": it takes that long to bake bread.

English only. An "it" that stands for something done, not for a thing, gets the doing spelled out.
"""

from __future__ import annotations

import re

_DOING = re.compile(
    r"\W*(?:(?:and|but|so|then|also)\s+)?(?:(?:how|where|when)\s+)?"
    r"(?:(?:do|can|could|may|might|must|should|shall|would|will)\s+(?:i|you|we|one|people)"
    r"|(?:how|where|when) to"
    r"|(?:is it|am i|are we|are you) (?:possible|allowed|permitted|safe|ok) to)"
    r"\s+(?!(?:be|have|know|need|get)\b)([a-z].*?)[\s?.!]*$",
    re.I,
)
_UNDONE = re.compile(
    r"\bit (?:takes?|costs?|(?:(?:really|still|so|very|also) )?(?:possible|necessary|allowed"
    r"|permitted|forbidden|legal|illegal|safe|dangerous|important|hard|difficult|easy|worth it|ok"
    r"|okay|common|normal|usual|better|expensive))\W*$",
    re.I,
)
_LONGEST = 12  # words of a doing that are repeated


def done(previous: str) -> str | None:
    """What the last question asks to do, None when it does not ask that.

    >>> done("How do I bake soda bread?"), done("How tall is it?")
    ('bake soda bread', None)
    """
    match = _DOING.match(previous)
    return match[1] if match is not None and len(match[1].split()) <= _LONGEST else None


def put_action(question: str, previous: str) -> str | None:
    """The question with what the last one asked to do, None when it does not ask about doing that.

    >>> put_action("how long does it take?", "How do I bake soda bread?")
    'how long does it take to bake soda bread?'
    """
    doing = done(previous)
    if doing is None or _UNDONE.search(question) is None:
        return None
    return f"{question.rstrip(' ?.!')} to {doing}?"
