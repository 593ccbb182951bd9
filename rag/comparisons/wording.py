"""A plain question of one thing, out of the pieces of a question that compares two.

"Does the kayak cost more per day than …" holds what is put here as "How much does the kayak cost
per day?". The English is rough where the pieces do not tell more; a reader is asked, not a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.comparisons.measures import Asks, Measure

PREPOSITION = r"(?:for|in|at|on|with|under|by|to|from|of|during|per|after|within|as)"
_TAIL = re.compile(
    rf"^(?:{PREPOSITION}\b|an?\s+(?:day|night|week|month|year|head|mile|side)\b"
    r"|(?:last|this|next|each|every|now|here|there)\b|$)"
)
_NOUN = re.compile(rf"^(.*?)(?=\s+{PREPOSITION}\b|$)(.*)$")
_PAST = {"came": "come", "had": "have", "began": "begin", "ran": "run", "took": "take"}
_PAST |= {"got": "get", "gave": "give", "paid": "pay", "sold": "sell", "made": "make"}
_PAST |= {"held": "hold", "left": "leave", "won": "win", "lost": "lose", "lasted": "last"}
_PAST |= {
    "went": "go",
    "died": "die",
    "brought": "bring",
    "spent": "spend",
    "needed": "need",
    "offered": "offer",
}
_THIRD = {"has": "have", "does": "do", "goes": "go", "is": "be"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said of a thing, without the thing: "does" + it + "cost" + more + "per day"."""

    measure: Measure
    auxiliary: str  #: "is", "does", "did", "may" …
    verb: str  #: "cost", "guaranteed", "be borrowed"; empty after "is"
    rest: str  #: what follows the word of comparison
    noun: bool = False  #: does the rest begin with what is measured: "a longer *warranty*"?


def question_of(frame: Frame, it: str) -> str:
    """The question that asks for what is measured of one thing.

    >>> from rag.comparisons.measures import measure_of
    >>> question_of(Frame(measure_of("more"), "does", "cost", "per day"), "the kayak")
    'How much does the kayak cost per day?'
    >>> question_of(Frame(measure_of("longer"), "are", "guaranteed", ""), "barometers")
    'How long are barometers guaranteed?'
    """
    asks, aux = frame.measure.asks, frame.auxiliary
    it, rest = _parted(it, frame.rest.strip())
    if frame.noun and asks is not Asks.AMOUNT:
        asked = _noun_question(frame, it, rest)
    elif asks is Asks.AMOUNT:
        asked = _amount_question(frame, it, rest)
    elif asks is Asks.MONEY:
        does = {"is": "does", "are": "do"}.get(aux, "did" if aux in ("was", "were") else aux)
        asked = f"How much {does} {it} cost {rest}"
    elif asks is Asks.AGE:
        asked = f"When was {it} made or founded {rest}"
    elif asks is Asks.ORDER:
        asked = f"When {aux} {it} {_begun(frame.verb)} {rest}"
    elif asks is Asks.SPEED and frame.verb:
        asked = f"How long {aux} {it} take to {frame.verb} {rest}"
    else:
        asked = f"How {frame.measure.how} {aux} {it} {frame.verb} {rest}"
    return " ".join(asked.split()) + "?"


def _parted(it: str, rest: str) -> tuple[str, str]:
    """ "the library for a lost card" asks "for a lost card", whatever both were asked for."""
    shared = re.match(rf"({PREPOSITION})\b", rest)
    place = it.find(f" {shared.group(1)} ") if shared is not None else -1
    return (it, rest) if place < 0 else (it[:place], it[place + 1 :])


def base_form(verb: str) -> tuple[str, str]:
    """The auxiliary a verb takes in a question, and its form there.

    >>> [base_form(verb) for verb in ("costs", "opened", "has", "cost", "carries")]
    [('does', 'cost'), ('did', 'open'), ('does', 'have'), ('does', 'cost'), ('does', 'carry')]
    """
    word, _, particle = verb.lower().partition(" ")
    after = f" {particle}" if particle else ""
    if word in _PAST or (word.endswith("ed") and len(word) > 3):
        return "did", _PAST.get(word, _without_ed(word)) + after
    if word.endswith("ies"):
        base = word[:-3] + "y"
    elif re.search(r"(?:ch|sh|ss|x|zz)es$", word):
        base = word[:-2]
    else:
        base = word[:-1] if word.endswith("s") else word
    return "does", _THIRD.get(word, base) + after


def _without_ed(word: str) -> str:
    stem = word[:-2]
    if re.search(r"([bdgmnprt])\1$", stem):
        return stem[:-1]
    return (
        stem + "e" if re.search(r"(?:[cuvz]|[^s]s|[aiou]g|r?g|[^aeiou]l|[aiou]r)$", stem) else stem
    )


def _noun_question(frame: Frame, it: str, rest: str) -> str:
    match = _NOUN.match(rest)
    noun, tail = (match.group(1), match.group(2)) if match is not None else (rest, "")
    how = frame.measure.how
    if frame.measure.asks is not Asks.DEGREE or how in ("high", "big"):
        return f"What is the {noun} of {it} {tail}"
    return f"How {how} is the {noun} of {it} {tail}"


def _amount_question(frame: Frame, it: str, rest: str) -> str:
    if _TAIL.match(rest):
        return f"How much {frame.auxiliary} {it} {frame.verb} {rest}"
    match = _NOUN.match(rest)
    noun, tail = (match.group(1), match.group(2)) if match is not None else (rest, "")
    many = "many" if re.search(r"[a-z]s\b|people|children|men\b", noun) else "much"
    return f"How {many} {noun} {frame.auxiliary} {it} {frame.verb} {tail}"


def _begun(verb: str) -> str:
    return "begin" if verb == "come" else verb
