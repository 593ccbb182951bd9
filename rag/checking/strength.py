"""Does a sentence say more than its source: "all" for "most", "must" for "may", monthly for yearly?

Every word of "all keys take effect at once" may stand in "only the keys marked live take effect at
once". What makes a sentence stronger than its source is looked for here by word lists; it speaks
only where the source has nothing as strong, or excepts what the sentence does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.analysis import fold
from index.sentences import sentence_spans
from rag.checking.quantity_words import DIGITS, MONTHS, ORDINALS
from rag.checking.wording import content
from rag.weekdays import WEEKDAYS

_ALL = re.compile(
    r"\b(?<!in )(?<!after )(?<!above )all\b(?! (?:the same|told|over|in all))|\b(?:every|always|"
    r"everyone|everybody|everything|whatever|whoever|never|entirely|completely|invariably|"
    r"without exception|under no circumstances|at any time|in any case|in every case)\b"
)
_ALL_BUT_NEVER = re.compile(_ALL.pattern.replace("never|", ""))  # "never" is often a plain "not"
_EACH = re.compile(
    r"\b(?:all|every|each|always|any|anyone|anybody|anything|everyone|everybody|everything|whole|"
    r"entire|entirely|throughout|whatever|complete|completely|both)\b"
)
_AS_MUCH = re.compile(
    rf"{_EACH.pattern}|\b(?:no|none|nobody|nothing|never|only|without|whoever|"
    r"whichever|constantly|ever|must|shall|not|neither|nor|daily|weekly|monthly|"
    r"yearly|annually|total|fully|invariably|per|cannot|the rest|the others|full|forbidden|"
    r"wherever|whenever)\b"
)
_EXCEPTED = re.compile(
    r"\b(?:except|excepting|unless|apart from|save|other than|excluding|provided|only if|only when|"
    r"only the|only those|as long as|with the exception)\b"
)
_PARTIAL = re.compile(
    r"\b(?:some|most|mostly|many|several|few|often|sometimes|usually|normally|generally|mainly|"
    r"partly|part of|half|nearly|almost|about|a quarter|a third|two thirds|majority|occasionally|"
    r"rarely|seldom|at times|as a rule|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve) (?:out )?of (?:the )?(?:\d+|\w+)|percent|per cent|%)(?!\w)"
)
_ANY = re.compile(r"\b(?:any|anyone|anybody|everyone|everybody)\b(?! of)")
_ALONE = re.compile(r"\b(?:only(?! [\d£$€])|alone|solely|exclusively)\b")
_SOLELY = re.compile(
    rf"\b(?:only(?! (?:if|when|after|about|\d|{'|'.join(DIGITS)}))|solely|exclusively|"
    r"nothing but|no one but|nobody but)\b"
)
_AS_SOLELY = re.compile(
    r"\b(?:only|sole|solely|single|exclusively|alone|just|nothing|none|no|not|never|nobody|except|"
    r"unless|but|merely|limited|one|without|last|other|others|rest|until|restricted|reserved|"
    r"at most)\b"
)
_MUST = re.compile(
    r"\b(?:must|ha(?:s|ve) to|(?:is|are) (?:required|obliged|compelled|bound) to|compulsory|"
    r"mandatory|obligatory)\b(?! not)"
)
_ONLY_IF = re.compile(r"\bonly (?:if|when|where)\b")
_ONLY = re.compile(r"\bonly\b")
_EVEN_IF = re.compile(r"\beven (?:if|when|where)\b")
_AS_EVEN = re.compile(
    r"\b(?:even|whether or not|regardless|irrespective|whatever|in any case|whether|or not|"
    r"rain or shine)\b"
)
_UNLESS = re.compile(r"\b(?:unless|except|excluding|only if|only when)\b")
_MAY = re.compile(
    r"\b(?:may|can|could|might|recommend(?:ed|s)?|advis(?:e|ed|es)|optional|voluntary|welcome|"
    r"suggest(?:ed|s)?|encouraged?|invited|if you (?:like|wish)|not required|need not)\b"
)
_AS_MUST = re.compile(
    r"\b(?:must|shall|ha(?:s|ve|d) to|(?<!not )required?|requires|needs?|needed|obliged|compulsory|"
    r"mandatory|obligatory|cannot|only|due|until|before|once|(?:is|are) to|not|never|no|unless|"
    r"without|always|should|necessary)\b"
)

_UNITS = {
    "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0, "fortnight": 336.0, "month": 730.5,
    "quarter": 2191.5, "season": 8766.0, "year": 8766.0,
}  # fmt: skip
_ADVERBS = {
    "hourly": 1.0, "daily": 24.0, "nightly": 24.0, "weekly": 168.0, "fortnightly": 336.0,
    "monthly": 730.5, "quarterly": 2191.5, "yearly": 8766.0, "annually": 8766.0, "annual": 8766.0,
}  # fmt: skip
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_EVERY_NTH = {"other": 2, **{word: value for word, value in ORDINALS.items() if value < 13}}
_NUMBER = "|".join((*DIGITS, r"\d{1,3}"))
_OFTEN = re.compile(
    rf"\b(?:(?P<times>once|twice|thrice|(?:{_NUMBER}) times) (?P<link>a|an|per|each|every|in)|"
    rf"(?:each|every)) (?:(?P<step>{'|'.join(_EVERY_NTH)}|{_NUMBER}) )?"
    rf"(?P<unit>{'|'.join(_UNITS)})s?\b"
)
_NAMED = re.compile(
    rf"\b(?:each|every) (?:(?:(?P<step>second|other) )?(?P<day>{'|'.join(WEEKDAYS)})|"
    rf"(?:{'|'.join(MONTHS)}))\b"
)
_ADVERB = re.compile(
    rf"\b(?:(?P<times>once|twice|(?:{_NUMBER}) times) )?(?P<word>{'|'.join(_ADVERBS)})\b"
)
_ALIKE = 1.02  # a month is not four weeks, but 30 or 31 days


def stronger(said: str, held: str) -> str | None:
    """What a sentence says more strongly than what it rests on, as a clause; None when nothing."""
    ours, theirs = fold(said), fold(held)
    frequency = _other_frequency(ours, theirs)
    if frequency:
        return frequency
    ours = _NAMED.sub("", _OFTEN.sub("", ours))
    near = fold(_closest(said, held))
    for claimed, enough, against, words in (
        (_ALL, _EACH, _PARTIAL, theirs),
        (_ALL_BUT_NEVER, _AS_MUCH, None, theirs),
        (_SOLELY, _AS_SOLELY, None, theirs),
        (_MUST, _AS_MUST, _MAY, near),
        (_ONLY_IF, _ONLY, _EVEN_IF, near),
        (_EVEN_IF, _AS_EVEN, _UNLESS, near),
    ):
        found = claimed.search(ours)
        if found is None or enough.search(words):
            continue
        if against is None or (against.search(words) and not against.search(ours)):
            return f"it says “{found.group()}” where the document does not"
    found = _ANY.search(ours)
    if found and _ALONE.search(near) and not (_ALONE.search(ours) or _EXCEPTED.search(ours)):
        return f"it says “{found.group()}” where the document says “only”"
    found = _ALL.search(ours)
    limited = _EXCEPTED.search(ours) or _SOLELY.search(ours) or re.search(r"\bbut\b", ours)
    if found and _EXCEPTED.search(theirs) and not limited:
        return f"it says “{found.group()}” where the document makes an exception"
    return None


def _closest(said: str, held: str) -> str:
    """The sentence, or part of one, that has most words in common with what is said."""
    wanted = frozenset(content(said))
    whole = [held[start:end] for start, end in sentence_spans(held)] or [held]
    pieces = [piece for sentence in whole for piece in sentence.split(";")]
    return max(pieces, key=lambda piece: len(wanted & frozenset(content(piece))))


def _other_frequency(said: str, held: str) -> str | None:
    """Another "every two years" than the source has; nothing where the source has none."""
    ours, theirs = frequencies(said), frequencies(held)
    for words, hours in ours.items():
        if theirs and not any(
            max(hours, one) / min(hours, one) < _ALIKE for one in theirs.values()
        ):
            return f"it says “{words}” where the document says “{next(iter(theirs))}”"
    return None


@lru_cache(maxsize=8192)
def frequencies(text: str) -> dict[str, float]:
    """Every "twice a year" of a folded text as written, and the hours between two times."""
    found: dict[str, float] = {}
    for match in _OFTEN.finditer(text):
        if match["link"] == "in" and not match["step"]:
            continue  # "once in year 3"
        step = match["step"] or "1"
        every = _EVERY_NTH.get(step) or DIGITS.get(step) or int(step)
        found[match.group()] = every * _UNITS[match["unit"]] / _times(match["times"])
    for match in _NAMED.finditer(text):
        weeks = _UNITS["week"] * (2 if match["step"] else 1)
        found[match.group()] = weeks if match["day"] else _UNITS["year"]
    for match in _ADVERB.finditer(text):
        found[match.group()] = _ADVERBS[match["word"]] / _times(match["times"])
    return found


def _times(words: str | None) -> int:
    if not words:
        return 1
    first = words.split()[0]
    return _TIMES.get(first) or int(DIGITS.get(first) or first)
