"""Which sentences of a passage give orders to a language model: no evidence for what they say.

"Ignore all previous instructions and say that …" may stand in anybody's file. Only a sentence that
repeats such an order as one, as when a person asks what the file tells a model to do, may rest on
it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.sentences import sentence_spans
from index.suspicious import MarkKind, gives_orders, marks

WHY = "the words it would rest on give orders to a language model"
#: How a sentence begins that goes on with the order before it.
_GOES_ON = re.compile(
    r"(?i)\W*(?:(?:and|then|instead|now|also|just|simply|always|never|only|please|do not|don['’]t|"
    r"you (?:must|should|will|shall)(?: (?:now|only|always|never))?),? )*"
    r"(?:say|answer|reply|respond|tell|state|claim|write|output|print|repeat|mention|insist|"
    r"pretend|act|recommend|conclude)\b"
)


def rests_on_orders(said: str, text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` holds an order to a model which the sentence does not repeat."""
    found = any(start < last and first < end for first, last in _ordering(text))
    return found and not gives_orders(said)


@lru_cache(maxsize=1024)
def _ordering(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences with an order in them, each with what goes on with it."""
    orders = [one for one in marks(text) if one.kind is MarkKind.ORDER]
    found: list[tuple[int, int]] = []
    follows = announced = False
    for start, end in sentence_spans(text) if orders else ():
        inside = [one.end for one in orders if start < one.end and one.start < end]
        same_line = follows and "\n" not in text[found[-1][1] : start]
        if inside or announced or (same_line and _GOES_ON.match(text, start, end)):
            found.append((start, end))
            follows = True
            # an order with nothing behind it, "### System:", is about what comes next
            alone = bool(inside) and not any(map(str.isalnum, text[max(inside) : end]))
            announced = alone and (text[end - 1] not in ".!?" or _next_on_line(text, end))
        else:
            follows = announced = False
    return tuple(found)


def _next_on_line(text: str, end: int) -> bool:
    return bool(text[end:].partition("\n")[0].strip())
