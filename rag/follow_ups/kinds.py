"""What names and noun phrases can stand for: a person, a group, a thing, several things."""

from __future__ import annotations

import re
from enum import Enum

from rag.follow_ups.nouns import is_plural, person_noun


class Kind(Enum):
    """What a mention can stand for; ANY is a name that gives no hint."""

    PERSON = "person"
    GROUP = "group"
    THING = "thing"
    THINGS = "things"
    TIME = "time"
    ANY = "any"


_GROUP_WORDS = re.compile(
    r"(?i)\b(?:band|group|team|company|inc|ltd|corp|llc|gmbh|council|committee|university|college"
    r"|brothers|boys|girls|kings|club|party|union|orchestra|army|department|ministry|board|staff"
    r"|association|society|agency|bank|police|family|crew|partners|& \w+)\b"
)
_THING_WORDS = re.compile(
    r"(?i)\b(?:album|song|film|movie|book|novel|show|series|policy|guide|manual|report|agreement"
    r"|act|award|cup|street|road|river|island|house|tower|lighthouse|library|museum|church|war"
    r"|battle|season|machine|version|game|city|town|county|records?|hall|park|street|station|hotel"
    r"|school|bowl|prize|festival|tour|play|contract|plan|project|system|code|memo|handbook)\b"
)
_PLACE_PREFIX = re.compile(
    r"(?:New|North|South|East|West|San|Santa|United|Great|Los|Las|Rio|Mount|Lake|Cape|Port|Fort) "
)
_PERSON_HINT = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lord|Lady|King|Queen|President|St)\.?\s+$"
)


def kind_of_name(text: str, start: int, name: str) -> Kind:
    """What a name that begins at ``start`` can stand for, by its words and those before it."""
    if _GROUP_WORDS.search(name) or re.match(r"The \w+s\b", name) or re.search(r" and | & ", name):
        return Kind.GROUP
    if _THING_WORDS.search(name) or _PLACE_PREFIX.match(name) or any(map(str.isdigit, name)):
        return Kind.THING
    if _PERSON_HINT.search(text[:start]):
        return Kind.PERSON
    if re.search(r"\b(?:at|in)\s+(?:the\s+)?$", text[:start]):
        return Kind.THING  # a place or a firm
    parts = name.split()
    saint = parts[0].rstrip(".") == "St"  # of a church, a school or a street as well
    capitals = all(part[0].isupper() for part in parts) and parts[0] != "The"
    if 2 <= len(parts) <= 4 and capitals and not saint:
        return Kind.PERSON if text[:start].rstrip()[-4:].casefold() != " the" else Kind.THING
    return Kind.ANY


def kind_of_phrase(phrase: str) -> Kind:
    """What a noun phrase can stand for, by its last word."""
    head = phrase.rsplit(maxsplit=1)[-1].casefold()
    if _GROUP_WORDS.fullmatch(head):
        return Kind.GROUP
    if person_noun(head):
        return Kind.PERSON
    return (
        Kind.THINGS
        if is_plural(head) or head in ("people", "children", "men", "women")
        else Kind.THING
    )
