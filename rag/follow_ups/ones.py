""" "The second one", "the one with seeds", "borrow one": the noun of the turn before put in.

Pure text; which turn is the one before is decided in `rag.follow_ups.conversation`.
"""

from __future__ import annotations

import re

from rag.follow_ups.mentions import Kind, mentions

_ONES = re.compile(
    r"\b((?:the|that|this|which|another|an?)(?:\s+(?!only)[\w-]+)?)\s+(ones?)\b"
    r"(?=\W*$|\s+(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)\b)",
    re.I,
)
_ORDINAL = re.compile(
    r"the (?:first|second|third|fourth|fifth|last|next|other|previous)(?: ones?)?", re.I
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
#: "the one with Blue Spike": what follows says which
QUALIFIED = re.compile(r"(?:(?P<lead>\w+)\s+)?(?:the|that)\s+ones?\s+(?P<which>\w.*)", re.I)
_SOME_ONE = re.compile(
    r"(?<=\s)(?!(?:the|this|that|which|any|no|every|some|each|by)\b)(\w+) one\W*$", re.I
)
_ITEMS = re.compile(r"\s*(?:[,;]\s*(?:and|or)?|\b(?:and|or)\b)\s+", re.I)
_LEAD_IN = re.compile(r"^(?:at|in|on|to|from|with|by|for|or|and)\s+", re.I)
_LONGEST_ITEM = 8  # words; longer pieces between commas are clauses


def is_ordinal(fragment: str) -> bool:
    """Whether a fragment is "the third" or "the second one" and no more."""
    return _ORDINAL.fullmatch(fragment) is not None


def put_ones(text: str, last: str, answer: str) -> tuple[str, list[str]]:
    """The text with the noun of the last question, or the nth item of its answer, and what it was.

    >>> put_ones("How much is the second one?", "Where can I sleep?", "In a tent or a hut.")
    ('How much is a hut?', ['a hut'])
    """
    match = _ONES.search(text)
    if match is None:
        return _put_some_one(text, last)
    item = _item(match[1], last, answer)
    if item is not None:
        return text[: match.start()] + item + text[match.end() :], [item]
    noun = _noun(last)
    if noun is None:
        return text, []
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


def _item(which: str, last: str, answer: str) -> str | None:
    """The nth of the things an answer lists; None when it lists none or a rank was asked for."""
    place = _PLACES.get(which.rsplit(maxsplit=1)[-1].casefold())
    if place is None or re.search(r"(?i)\b(?:first|second|third|last)\b", last):
        return None
    items = [_LEAD_IN.sub("", part.strip(" .!?")) for part in _ITEMS.split(answer)]
    short = all(0 < len(part.split()) <= _LONGEST_ITEM for part in items)
    if len(items) < 2 or not short or not -len(items) <= place < len(items):
        return None
    return items[place]


def _noun(last: str) -> str | None:
    """The first common noun of the last question: what there are several of."""
    for one in mentions(last, question=True):
        if not one.named and one.kind in (Kind.THING, Kind.THINGS, Kind.PERSON):
            return one.text.rsplit(maxsplit=1)[-1]
    return None


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
