"""Fragments of questions: "and in 2014?", "why not?", "what about dogs?". Pure text."""

from __future__ import annotations

import re

from index.analysis import words
from rag.follow_ups.dates import DATE, PREPOSITIONS, is_date

_LEAD = re.compile(
    r"(?i)^(?:(?:and|but|or|so|then|also|what about|how about|what of|ok(?:ay)?|thanks|thank you"
    r"|(?:great|cheers|perfect|right|fine|good)(?=,)"
    r"|(?:the )?same(?: question| thing| again)?(?= (?:for|with|about|in|on|at)))\b"
    r"[\s,.!]*)+"
)
_THEN = frozenset(("then", "instead", "though", "too"))
_BARE = re.compile(
    r"(?i)^(?:and |but |so )?(?:why(?: not| so)?|when|where|who|how(?: so| come| much| many| long"
    r"| often| far)?|since when|until when|by when|by whom|with whom|what for|which(?: ones?)?"
    r"|who (?:did|does|do|has|have|is|was|were|will|can)(?: (?:so|then|instead))?"
    r"|how about (?:that|it)|really|are you sure|(?:any|some) (?:details|examples|reasons?))\W*$"
)
_VERBAL = frozenset(
    "am is are was were do does did has have had can could will would shall should may might must"
    " who what when where why how which whose whom he she they it i we you".split()
)
_IN_MAY = re.compile(
    r"\b(?:in|by|of|since|until|during|from|to|\d{1,2}(?:st|nd|rd|th)?) may\b|\bmay (?=\d)", re.I
)
AUXILIARY = (
    "am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
)
# "Who was it back in 2019?" asks the last question of another time.
_IT_WAS = re.compile(
    r"(?:who|what|which|how much|how many|how|where) (?:is|was|were|will) (?:it|that|they)(?: be)?"
    r" (?:back )?((?:in|on|at|for|during) .+?)\W*$",
    re.I,
)
#: "Motorbikes?", "the cake?", "vegan ones?"; "opening hours?" is a question of its own, and who
#: searches for a word sets no question mark.
_NOUN_ALONE = re.compile(
    r"(?!(?:already|yet|again|please|sorry|pardon|hello|hi|help)\b)[\w’'-]+"
    r"|(?:the|an?|my|our) [\w’'-]+(?: [\w’'-]+)?|[\w-]+ ones?",
    re.I,
)
_LONGEST_FRAGMENT = 8  # words; a longer piece says enough of itself


def fragment_of(question: str) -> str | None:
    """The piece that a fragment of a question consists of, without "and" or "what about".

    None for whole questions, and for bare words without a lead: "parking fees" is a new search.
    """
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    rest = rest.strip(" ?.!,")
    before, _, last = rest.rpartition(" ")
    rest = before if before and last.casefold() in _THEN else rest
    again = _IT_WAS.match(rest)
    if again is not None and DATE.search(again[1]):
        return again[1]
    found = words(rest)
    verbs = _VERBAL & set(words(_IN_MAY.sub("", rest)))
    if not found or len(found) > _LONGEST_FRAGMENT or verbs:
        return None
    opens_with_preposition = re.match(rf"(?i)(?:{PREPOSITIONS})\b", rest) is not None
    only_when = is_date(rest)
    asked = question.rstrip().endswith("?")
    bare_noun = asked and _NOUN_ALONE.fullmatch(rest) is not None
    if lead or only_when or bare_noun or (opens_with_preposition and len(found) <= 4):
        return rest
    return None


def bare(question: str) -> bool:
    """Whether the question is "why?", "how so?" and the like, which ask about the last turn."""
    return _BARE.match(question) is not None


def expand(previous: str, question: str) -> str | None:
    """ "why?" after "When was it built?" as "Why was it built?"; None when the words do not fit."""
    asked = question.strip(" ?.!")
    asked = re.sub(r"(?i)^(?:and|but|so)\s+", "", asked)
    if not re.fullmatch(
        r"(?i)(?:why(?: not)?|when|where|how(?: long| often)?|since when|until when)", asked
    ):
        return None
    stem = previous.rstrip(" ?.!")
    opened = re.match(rf"(?i)(?:when|where|why|how)\s+(?=(?:{AUXILIARY})\b)", stem)
    if opened is not None:
        return f"{asked} {stem[opened.end() :]}?"
    if re.match(rf"(?i)(?:{AUXILIARY})\b", stem):
        stem = stem[0].lower() + stem[1:]
        return f"{asked}: {stem}?" if asked.lower() == "why not" else f"{asked} {stem}?"
    return None
