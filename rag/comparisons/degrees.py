"""Questions whether one thing is more than another: "Is A older than B?", "Did A open first?"."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.comparisons.asked import (
    BE,
    DO,
    HAVE,
    MODAL,
    PARTICIPLE,
    PREP,
    Comparison,
    Thing,
    Wants,
    agreeing,
    in_full,
    is_figure,
    of_frame,
    of_things,
    without_verb,
)
from rag.comparisons.measures import OF_TWO, Measure, measure_of
from rag.comparisons.wording import Frame, question_of

# What has a date of its own; "kept before", "paid after" tell an order of doing.
_DATED = (
    "born|built|founded|made|opened|published|established|invented|released|die|open|begin|start"
)
_THAN = re.compile(
    rf"^(?P<aux>{BE}|{DO}|{HAVE}|{MODAL})\s+(?P<left>.+?)\s+"
    rf"(?P<word>{OF_TWO})\b(?P<right>.*?)\s+than\s+(?P<b>.+)$",
    re.I,
)
_BEFORE = re.compile(
    rf"^(?P<aux>{BE}|{DO})\s+(?P<a>.+?)\s+(?P<verb>{_DATED})\s+(?P<word>before|after)\s+"
    r"(?P<b>.+)$",
    re.I,
)
# "than expected", "than it was", "than a year ago", "than other events", "than the rule says"
_NO_SECOND = re.compile(
    r"^(?:it|they|he|she|we|you|i|there|others?|any|all|most|usual|what|when|chance|before)\b"
    r"|\b(?:ago|says?|said|thinks?|thought|expect(?:s|ed)?|planned|allow(?:s|ed))$",
    re.I,
)


def than(asked: str) -> Comparison | None:
    match = _THAN.match(asked)
    if match is None or is_figure(match.group("b")) or _NO_SECOND.search(match.group("b")):
        return None
    if match.group("left").endswith(" or") or match.group("right").startswith(" or "):
        return None  # "faster or slower than"
    measure, aux = measure_of(match.group("word")), match.group("aux").lower()
    left, right, b = match.group("left"), match.group("right").strip(), match.group("b")
    subject, frame = _split(aux, left, right, measure)
    if PREP.match(b):
        return _than_place(frame, subject, b)
    b = in_full(without_verb(b), subject)
    ask_b = replace(frame, auxiliary=agreeing(frame.auxiliary, b))
    first, second = Thing(subject, question_of(frame, subject)), Thing(b, question_of(ask_b, b))
    return Comparison(Wants.WHETHER, first, second, measure)


def _split(aux: str, left: str, right: str, measure: Measure) -> tuple[str, Frame]:
    """The subject before a word of comparison, and what is said of it."""
    left = re.sub(r"\s+(?:for|any|much|even|far)$", "", left)
    bare = re.sub(r"\s+(?:the|an?)$", "", left)
    noun = bare != left and bool(right)
    words = bare.split()
    last = words[-1] if len(words) > 1 else ""
    verb = ""
    if aux in BE.split("|"):
        verb = last if re.fullmatch(PARTICIPLE, last) else ""
    elif aux in HAVE.split("|") and not re.fullmatch(PARTICIPLE, last):
        return bare, Frame(measure, "did" if aux == "had" else "does", "have", right, noun)
    elif len(words) > 2 and words[-2] == "be":
        verb = f"be {last}"
    else:
        verb = last
    subject = bare[: len(bare) - len(verb)].strip() if verb else bare
    return subject, Frame(measure, aux, verb, right, noun)


def _than_place(frame: Frame, subject: str, b: str) -> Comparison | None:
    """ "… more money at the end than at the start": both are asked of the same subject."""
    prep = re.escape(b.split(maxsplit=1)[0])
    for text, in_rest in ((frame.rest, True), (subject, False)):
        places = list(re.finditer(rf"(?<!\S){prep}\s", text, re.I))
        if not places:
            continue
        before, a = text[: places[-1].start()].strip(), text[places[-1].start() :]

        def ask(it: str, before: str = before, in_rest: bool = in_rest) -> str:
            if in_rest:
                rest = f"{before} {it}".strip()
                return question_of(replace(frame, rest=rest), subject)
            return question_of(frame, f"{before} {it}")

        return of_things(Wants.WHETHER, a, b, frame.measure, ask)
    return None


def before_after(asked: str) -> Comparison | None:
    """ "Did A die before B?", "Was A built before B?" """
    match = _BEFORE.match(asked)
    if match is None or is_figure(match.group("b")):
        return None
    measure = measure_of("earlier" if match.group("word").lower() == "before" else "later")
    frame = Frame(measure, match.group("aux").lower(), match.group("verb"), "")
    b = without_verb(match.group("b"))
    return of_frame(Wants.WHETHER, match.group("a"), b, frame)
