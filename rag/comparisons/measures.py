"""English words that compare ("longer", "cheaper", "first") and what each asks to be measured.

Data and look-ups only; what is done with them stands in `rag.comparisons.questions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Asks(StrEnum):
    """What a word of comparison measures, as far as a question has to be put differently for it."""

    DEGREE = "degree"  #: "How long is it?"
    MONEY = "money"  #: "How much does it cost?"
    AMOUNT = "amount"  #: "How many does it have?"
    ORDER = "order"  #: "When did it begin?"
    AGE = "age"  #: "When was it made?": the earlier, the older
    SPEED = "speed"  #: "How long does it take?": the shorter, the faster


@dataclass(frozen=True, slots=True)
class Measure:
    """A word of comparison: what it measures, with which word, and whether more of it is meant."""

    asks: Asks
    how: str  #: the word after "how"
    more: bool  #: is the greater number meant? Of age: the greater age
    labels: tuple[str, ...] = ()  #: words that columns of tables use for it


_MONEY = ("price", "cost", "fee", "amount", "rent", "charge", "rate", "premium")
_TIME = (
    "duration",
    "length",
    "period",
    "term",
    "warranty",
    "guarantee",
    "loan",
    "days",
    "time",
    "distance",
    "miles",
    "km",
    "minutes",
    "hours",
    "nights",
)
_DATE = (
    "date",
    "year",
    "made",
    "built",
    "founded",
    "opened",
    "born",
    "since",
    "bought",
    "started",
    "joined",
    "installed",
    "frozen",
    "published",
    "purchased",
    "acquired",
    "planted",
    "fitted",
)
_PACE = ("time", "duration", "speed", "minutes", "hours")
_SIZE = ("size", "area", "capacity", "volume", "height", "population")
# How a pair of words measures: the greater first, then the lesser, both as adverbs of comparison.
_PAIRS: tuple[tuple[Asks, str, str, str, tuple[str, ...]], ...] = (
    (Asks.DEGREE, "long", "longer", "shorter", _TIME),
    (Asks.DEGREE, "high", "higher taller", "lower", ("height", *_MONEY)),
    (Asks.DEGREE, "big", "bigger larger greater", "smaller", _SIZE),
    (Asks.DEGREE, "heavy", "heavier", "lighter", ("weight", "mass")),
    (Asks.DEGREE, "far", "farther further", "nearer closer", ("distance", "miles", "km")),
    (Asks.DEGREE, "loud", "louder noisier", "quieter", ("noise", "sound", "db")),
    (Asks.DEGREE, "hot", "hotter warmer", "colder cooler", ("temperature",)),
    (Asks.DEGREE, "deep", "deeper", "shallower", ("depth",)),
    (Asks.DEGREE, "wide", "wider broader", "narrower", ("width",)),
    (Asks.DEGREE, "thick", "thicker", "thinner", ("thickness",)),
    (Asks.DEGREE, "steep", "steeper", "flatter", ("gradient", "slope")),
    (Asks.AGE, "old", "older", "newer younger", _DATE),
    (Asks.SPEED, "fast", "faster quicker", "slower", _PACE),
    (Asks.ORDER, "late", "later", "earlier sooner", _DATE),
    (Asks.MONEY, "dear", "dearer costlier pricier", "cheaper", _MONEY),
    (Asks.AMOUNT, "much", "more", "less fewer", ()),
)
_IRREGULAR = {
    "most": "more",
    "least": "less",
    "fewest": "fewer",
    "farthest": "farther",
    "furthest": "further",
}
_TWO_WORDS = {
    "more expensive": (Asks.MONEY, "dear", True),
    "most expensive": (Asks.MONEY, "dear", True),
    "less expensive": (Asks.MONEY, "dear", False),
    "least expensive": (Asks.MONEY, "dear", False),
    "more recent": (Asks.AGE, "old", False),
    "most recent": (Asks.AGE, "old", False),
}


def _table() -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    for asks, how, greater, lesser, labels in _PAIRS:
        for words, more in ((greater, True), (lesser, False)):
            for word in words.split():
                found[word] = Measure(asks, how, more, labels)
                if word.endswith("er") and word not in _IRREGULAR.values():
                    found[word[:-2] + "est"] = found[word]
    for word, like in _IRREGULAR.items():
        found[word] = found[like]
    found["first"] = found["earlier"]
    for word, (asks, how, more) in _TWO_WORDS.items():
        labels = found["dearer"].labels if asks is Asks.MONEY else _DATE
        found[word] = Measure(asks, how, more, labels)
    return found


#: Every word of comparison, in lower case; those of two words are told apart by their blank.
MEASURES = _table()


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True)).replace(" ", r"\s+")


#: The same as alternatives of a regular expression, those of two words first.
WORDS = _alternatives(MEASURES)
#: Those that compare two, without "longest", "most" and "first".
OF_TWO = _alternatives(
    word
    for word in MEASURES
    if word.split()[0] not in ("first", *_IRREGULAR) and not word.endswith("est")
)


def measure_of(word: str) -> Measure:
    """What a word of `WORDS` measures."""
    return MEASURES[" ".join(word.lower().split())]
