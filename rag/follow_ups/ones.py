""" "The second one", "the one with seeds", "borrow one": the noun of the turn before put in.

Pure text; which turn is the one before is decided in `rag.follow_ups.conversation`.
"""

from __future__ import annotations

import re

from rag.follow_ups.kinds import Kind
from rag.follow_ups.listed import ORDINALS, cell_value, is_cell, nth
from rag.follow_ups.mentions import mentions
from rag.follow_ups.nouns import is_plural

_ONES = re.compile(
    r"\b((?:the|that|this|which|another|an?)(?:\s+(?!only)[\w-]+)?)\s+(ones?)\b"
    r"(?=\W*$|\s+(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|be"
    r"|being|been)\b"
    r"|(?<=\bold one)(?= (?:stop|start|work|leave|go|come|fail|break|cost|sell)\b))",
    re.I,
)
#: "the third one costs", "how much is the third?": what an answer listed, by its place
_NTH = re.compile(
    rf"\bthe ({ORDINALS})(?: one\b(?!\s+(?:to|of|who|that|which|with|in|on|at|for)\b)|(?=\W*$))",
    re.I,
)
_ORDINAL = re.compile(rf"the (?:{ORDINALS}|next|other|previous)(?: ones?)?", re.I)
#: "the one with Blue Spike": what follows says which
QUALIFIED = re.compile(r"(?:(?P<lead>\w+)\s+)?(?:the|that)\s+ones?\s+(?P<which>\w.*)", re.I)
_NTH_WORD = re.compile(rf"\b(?:{ORDINALS})\b", re.I)
_COUNTED = re.compile(rf"\b(?P<nth>{ORDINALS}) (?!(?:aid|name|class|hand)\b)(?P<noun>\w+)", re.I)
_AGE = re.compile(r"^(?:(?:new|old|big|small|cheap|other|current|previous) )+(?=\w)", re.I)
_SOME_ONE = re.compile(
    r"(?<=\s)(?!(?:the|this|that|which|any|no|every|some|each|by)\b)(\w+) one\W*$", re.I
)


def is_ordinal(fragment: str) -> bool:
    """Whether a fragment is "the third" or "the second one" and no more."""
    return _ORDINAL.fullmatch(fragment) is not None


def count_on(last: str, fragment: str) -> str | None:
    """The last question of the next one of what it counted: "in the second quarter".

    None where it counts nothing, or several things.

    >>> count_on("What did we sell in the first quarter?", "the second")
    'What did we sell in the second quarter?'
    """
    which, before = _NTH_WORD.search(fragment), list(_COUNTED.finditer(last))
    if which is None or len(before) != 1 or is_plural(before[0]["noun"]):
        return None
    start, end = before[0].span("nth")
    return f"{last[:start]}{which[0]}{last[end:]}"


def listed_one(text: str, last: str, answer: str) -> str | None:
    """What "the second one" in a text means of the things an answer lists; None when nothing.

    >>> listed_one("and the second one?", "Where can I sleep?", "In a tent or a hut.")
    'a hut'
    """
    match = _NTH.search(text)
    # who asked for the first of them asks for the second of them, not of what was answered
    if match is None or re.search(rf"(?i)\b(?:{ORDINALS})\b", last):
        return None
    return nth(match[1], answer)


def put_ones(text: str, last: str, answer: str) -> tuple[str, list[str]]:
    """The text with the noun of the last question, or the nth item of its answer, and what it was.

    >>> put_ones("How much is the second one?", "Where can I sleep?", "In a tent or a hut.")
    ('How much is a hut?', ['a hut'])
    """
    item = listed_one(text, last, answer)
    if item is not None:
        if is_cell(item):
            item = cell_value(item)
            return f"{text.rstrip('?.! ')} ({item})?", [item]
        return _NTH.sub(lambda _: item, text, count=1), [item]
    match = _ONES.search(text)
    if match is None:
        return _put_some_one(text, last)
    noun, _ = counted(last)
    if noun is None:
        return text, []
    if match[1].count(" "):  # "the old one" after "the new mower"
        noun = _AGE.sub("", noun)
    noun = _singular(noun) if match[2].casefold() == "one" else noun
    return text[: match.start(2)] + noun + text[match.end(2) :], [noun]


def _put_some_one(text: str, last: str) -> tuple[str, list[str]]:
    """ "Who was the first to borrow one?" with the "a …" of the last question."""
    match = _SOME_ONE.search(text)
    if match is None:
        return text, []
    for one in mentions(last, question=True):
        article = re.search(r"(?i)\b(an?)\s+$", last[: one.start])
        if article is not None:
            noun = f"{article[1].lower()} {one.text}"
            start = match.end(1) + 1
            return text[:start] + noun + text[start + len("one") :], [noun]
    return text, []


def counted(last: str) -> tuple[str | None, bool]:
    """What there are several of: the first common noun of the last question; is it a plural?"""
    for one in mentions(last, question=True):
        if not one.named and one.kind in (Kind.THING, Kind.THINGS, Kind.PERSON):
            parts = re.sub(rf"(?i)^(?:{ORDINALS})\s+", "", one.text).split()
            # "fees rose": a verb that is not known for one stands behind the plural
            several = next((at for at, part in enumerate(parts) if is_plural(part)), None)
            kept = parts if several is None else parts[: several + 1]
            return " ".join(kept), several is not None
    return None, False


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if is_plural(word) else word
