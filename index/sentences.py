"""Where sentences begin and end. Boundaries come from the library sentencex (Wikimedia); this
module trims them, respects line breaks where lines carry meaning, and survives its slips."""

from __future__ import annotations

import re
from itertools import pairwise

from sentencex import get_sentence_boundaries

# sentencex 1.0 takes every blank for one byte and panics on the others, U+3000 for one.
_PLAIN_BLANKS = {code: " " for code in range(0x80, 0x3001) if chr(code).isspace()}
# Its time also grows with the square of a line, to minutes for a megabyte of quotation marks, and
# no clock stands over this process. No sentence that people write is longer than the window.
_WINDOW = 4_000
# What sentencex takes for an end. The first are followed by more, if only by a name ("incl. VAT");
# the second, and days, unless a capital follows ("max. 40 °C" against "at its max. Stop then"); the
# third, which come after a number, unless a capital or another number does.
_GO_ON = frozenset(
    "approx incl excl vol vols ch chap nos figs ext cllr cllrs messrs para paras sch rm encl attn "
    "wt ht".split()
)
_BEFORE_FIGURES = frozenset("max min avg est dept cf ca abs tel resp temp sq ins ave ln".split())
_AFTER_FIGURES = frozenset("pcs hrs mins secs wks yrs ft yd lb lbs oz tbsp tsp tab tabs".split())
_DAYS = frozenset("Mon Tue Tues Wed Weds Thu Thur Thurs Fri Sat Sun".split())
_SHORT = _GO_ON | _BEFORE_FIGURES | _AFTER_FIGURES
_INNER = re.compile(r"[(/–-]")  # "Mon.-Fri." ends in a day
_STARTERS = frozenset(
    "A After All An And As At But For From He Her His I If In It Its My No Not On One Or Our She "
    "So That The Their Then There These They This To We What When Who You Your".split()
)
# What sentencex takes for an abbreviation, and what ends a sentence before a capital: months, units
# of a figure, letters that tell things apart, and words that are also short for a number or state.
_ENDS = re.compile(
    r"(?:\b(?:May|June|July|August|me|ill|ok|OK|(?:says?|said|answer(?:ed)?|is|was|or) no)|[:,] no"
    r"|\d\s?(?:[kmµ]?g|[kM]?W|k?Wh|[km]?V|[ckmµ]?m|[mc]?l|k?Hz|h?Pa|[MG]B|°[CF]|h|s|min|m/s|km/h|dB)"
    r"|\b(?:tube|level|grade|revision|part|group|class|type|hall|room|building|block|platform|row|zone"
    r"|section|appendix|annex|plan|option|point|version|vitamin|hepatitis|marked|category) [A-Z]"
    r")\. +(?=[A-Z][a-z’']|[AI] )"
)
_FEW = 2  # words, which end like a sentence and are none
_CLOSING = "\"'”’)]*_ "  # may follow a question mark


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of ``text[start:end]``, in order, without outer blanks.

    Offsets are those of ``text``. Line breaks end a sentence: loaders have joined wrapped lines,
    so a break that is left was meant. Every non-blank character lies in exactly one span.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    line_start = start
    while line_start < stop:
        line_end = text.find("\n", line_start, stop)
        line_end = stop if line_end < 0 else line_end
        line = text[line_start:line_end]
        for first, last in _boundaries(line):
            piece = line[first:last]
            stripped = piece.strip()
            if stripped:
                left = line_start + first + len(piece) - len(piece.lstrip())
                spans.append((left, left + len(stripped)))
        line_start = line_end + 1
    return spans


def is_question(words: str) -> bool:
    """Do they end as a question does?"""
    return words.rstrip(_CLOSING).endswith(("?", "？"))


def _boundaries(line: str) -> list[tuple[int, int]]:
    """Sentences of a line, looked for within a window that moves on from sentence to sentence."""
    out: list[tuple[int, int]] = []
    start = 0
    while len(line) - start > _WINDOW:
        piece = line[start : start + _WINDOW]
        *whole, cut = _found(piece) or [(0, _WINDOW)]
        if not whole or whole[-1][1] <= 0:  # no end in sight: it is cut, after a blank if it can be
            whole = [(0, piece.rfind(" ") + 1 or cut[1] or _WINDOW)]
        out += [(start + first, start + last) for first, last in whole]
        start += whole[-1][1]
    return out + [(start + first, start + last) for first, last in _found(line[start:])]


def _found(line: str) -> list[tuple[int, int]]:
    try:
        found = get_sentence_boundaries("en", line.translate(_PLAIN_BLANKS))
    except BaseException as error:
        # A panic in Rust comes as a class that cannot be imported, outside of Exception.
        if type(error).__name__ != "PanicException":
            raise
        return [(0, len(line))]
    spans: list[tuple[int, int]] = []
    for boundary in found:
        start, end = boundary["start_index"], boundary["end_index"]
        if spans and _goes_on(line[slice(*spans[-1])], line[start:end]):
            start = spans.pop()[0]
        spans.append((start, end))
    return [part for start, end in spans for part in _parted(line, start, end)]


def _parted(line: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence, or the several that an end which looks like an abbreviation has kept together.

    "20 May. Moved." stays whole: a date is no sentence.
    """
    edges = [start]
    for match in _ENDS.finditer(line, start, end):
        if len(line[edges[-1] : match.end()].split()) > _FEW:
            edges.append(match.end())
    return list(pairwise([*edges, end]))


def _goes_on(piece: str, following: str) -> bool:
    """Does a piece end in an abbreviation, and the sentence go on after it?"""
    last = piece.rsplit(maxsplit=1)[-1] if piece.strip() else ""
    if not last.endswith(".") or (last.isupper() and len(last) > 2):  # "CA." is no "circa"
        return False
    named = _INNER.split(last)[-1][:-1]
    word = named.casefold()
    if word not in _SHORT and named not in _DAYS:
        return False
    after = following.split(maxsplit=1)
    first = after[0] if after else ""
    if word in _GO_ON:
        return first.rstrip(",") not in _STARTERS
    start = first.lstrip("([{")[:1]
    return not start.isupper() and not (word in _AFTER_FIGURES and start.isdigit())
