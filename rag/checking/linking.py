"""Do the parts of a sentence belong together in the words it rests on, or was it stitched?

Every number, date and name of "the meal allowance is £155" may stand in the source, and the
sentence may still be wrong because £155 is the hotel's. Here each of them is compared with its
rivals: others of its kind, of which nothing is said, but around which more of the words stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.sentences import sentence_spans
from rag.checking.amounts import Quantity, same_quantity
from rag.checking.dates import Moment, same_moment
from rag.checking.facts import Facts, facts, wanted_quantities
from rag.checking.wording import content, wording

_SEGMENT = re.compile(
    r"\s\|\s|[;\n]|[.:!?]\s|,\s(?:and|but|while|whereas|or|which|who)\s|"
    r"\s(?:and then|while|whereas|but)\s|"
    r",\s(?=(?:\w+\s){1,4}(?:is|are|was|were|has|have|had)\b)"
)
_REFERS_BACK = re.compile(r"(?i)\W*(?:it|they|this|these|its|their|his|her|he|she)\b")
_COMPARES = re.compile(
    r"\b(?:than|both|each|between|and|or|nor|as|most|least|all|every\w*|same|only|other|except|but|"
    r"from|more|fewer|less|never|no|last|\w+est)\b",
    re.IGNORECASE,
)
_EMPTY = frozenset(("", "none", "no", "nil", "n/a", "-", "–", "—"))
_TELLS = re.compile(r"\d|: ")
_MUCH = 0.6  # of the words around an anchor; so much beside a rival shows where it was taken from
_MOST_ANCHORS = 40  # of a text are compared; more stand only in rubble
_JOINT = re.compile(r",\s|\s(?:and|or)\s")
_CLAUSE = re.compile(
    r"(?:[,;:](?!\d)|[()–—])\s*|\s(?:and|but|while|whereas|because|since|although|though|unless|if|when|where|"
    r"which|who|so that|as)\s"
)
_INSTEAD = re.compile(
    r"^[^.;|]{0,24}\b(?:instead of|rather than|not|compared with|against|down from|up from)\b"
)
_SCORE = re.compile(r"\bvotes?\b|\bgoals?\b|\bwon\b|\bbeat\b|\bpassed\b")  # "30 against 20"
_FROM = re.compile(r"\bfrom\s+(?:(?:an?|the|about|average|of)\s+){0,3}$")
_NOT_THIS = re.compile(r"\b(?:rather than|instead of|not)\s+$", re.IGNORECASE)
_ANAPHOR = re.compile(
    r"(?i)^\W*(?:it|he|she|they|this|these|that|those|its|their|his|her|both|each|such|the|there|"
    r"then|here|if|when|where|in|on|at|from|to|for|with|by|since|as|after|before|until|all|none|"
    r"most|some|many|also|but|and|or|to|do|never|not|we|you|i|as|half)\b"
)
_PRONOUN = re.compile(r"(?i)^(?:\W*\w+){0,3}?\W+(?:it|them|they|he|she|him|we|you|us)\b")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A number, date or name at ``start:end``: what the words around it are about."""

    start: int
    end: int
    thing: Quantity | Moment | tuple[str, ...]
    opens: bool = False  #: a single word that opens a sentence


def misplaced(text: str, held_text: str) -> str | None:
    """What was put where something else belongs, as a clause; None when nothing was."""
    said, held = facts(text), facts(held_text)
    swapped = _swapped(said, held)
    if swapped:
        return f"{swapped} and its counterpart are exchanged"
    ours, theirs = anchors(text), anchors(held_text)
    for anchor in ours:
        if _NOT_THIS.search(text[: anchor.start]):
            continue
        matching = [other for other in theirs if same_anchor(anchor, other)]
        rivals = [
            other
            for other in theirs
            if of_a_kind(anchor, other, matching)
            and not any(same_anchor(one, other) for one in ours)
        ]
        if isinstance(anchor.thing, tuple):  # two people who are both named may share one clause
            named = [other for other in theirs if isinstance(other.thing, tuple)]
            matching += [other for other in named if any(same_anchor(one, other) for one in ours)]
        if matching and rivals and _better(anchor, matching, rivals, text, held_text):
            return f"{text[anchor.start : anchor.end]} belongs to something else there"
    cell = _wrong_cell(said, held, ours)
    return f"{cell} stands in another column" if cell else None


def clauses(text: str) -> list[str]:
    """A text cut where a further thing is said; pieces with less than two content words are joined
    to the one before."""
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    out: list[str] = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        if out and (len(set(content(piece))) < 2 or len(set(content(out[-1]))) < 2):
            out[-1] += piece
        elif piece.strip():
            out.append(piece)
    return out


def other_subject(text: str, held_text: str) -> bool:
    """Whether the sentence that says most of the first clause says it of another subject."""
    opening = clauses(text)[0] if clauses(text) else text
    stems = list(dict.fromkeys(content(opening)))
    pieces = [held_text[a:b] for a, b in sentence_spans(held_text)]
    if len(stems) < 3 or len(pieces) < 2 or any(" | " in piece for piece in pieces):
        return False
    bags = [set(content(piece)) for piece in pieces]
    best = max(range(len(bags)), key=lambda place: len(bags[place] & set(stems)))
    subject = stems[0]
    # the very first sentence leans on nothing before it
    referring = _ANAPHOR.match(pieces[best]) or _PRONOUN.match(pieces[best])
    leans = best > 0 and referring is not None
    if subject in bags[best] or leans or not pieces[best][0].isupper():
        return False
    elsewhere = any(
        subject in bags[place] and not _REFERS_BACK.match(piece)
        for place, piece in enumerate(pieces)
        if place != best
    )
    own = content(pieces[best])[:1]
    return elsewhere and bool(own) and own[0] not in content(text)


def of_two_rows(text: str, table: str) -> str | None:
    """What the rows of a table say of another thing than the sentence, which compares none.

    >>> of_two_rows("Weiss was there in 1978.", "1951 | Weiss\\n1978 | Szabó")
    '1978 stands in another row'
    """
    rows = [line for line in table.split("\n") if " | " in line]
    if rows and not _TELLS.search(rows[0]):
        del rows[0]  # the names of the columns
    if len(rows) < 2 or _COMPARES.search(text):
        return None
    held = [anchors(row, openings=True) for row in rows]
    words = [frozenset(content(row)) for row in rows]
    said = frozenset(content(text))
    found: list[tuple[Anchor, frozenset[str]]] = []
    for anchor in anchors(text, openings=True):
        places = [
            place
            for place, others in enumerate(held)
            if any(same_anchor(anchor, other) for other in others)
            and (not anchor.opens or text[anchor.start : anchor.end] in _cells(rows[place]))
        ]
        own = frozenset(content(text[anchor.start : anchor.end]))
        here = frozenset[str]().union(*(words[place] for place in places))
        for other, there in found:
            apart = not any(same_anchor(other, one) for place in places for one in held[place])
            # a row that says more of the sentence may be what it is about
            if places and apart and not (said & here) - there - own:
                return f"{text[anchor.start : anchor.end]} stands in another row"
        if places:
            found.append((anchor, here))
    return None


def _cells(row: str) -> set[str]:
    """The cells of a row, without the names of their columns."""
    return {cell.rpartition(": ")[2].strip() for cell in row.split(" | ")}


def anchors(text: str, *, openings: bool = False) -> list[Anchor]:
    """The numbers, dates and names of a text, in order.

    A single word that opens a sentence need be no name: such are left out, or marked.
    """
    found = facts(text)
    out = [Anchor(one.start, one.end, one) for one in wanted_quantities(found.figures.quantities)]
    out += [Anchor(one.start, one.end, one) for one in found.figures.moments]
    for name in found.names:
        opens = name.opens and " " not in text[name.start : name.end]
        if openings or not opens:
            out.append(Anchor(name.start, name.end, name.words, opens))
    return sorted(out, key=lambda one: one.start)[:_MOST_ANCHORS]


def same_anchor(said: Anchor, held: Anchor) -> bool:
    one, other = said.thing, held.thing
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return same_quantity(one, other)
    if isinstance(one, Moment) and isinstance(other, Moment):
        return same_moment(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return bool(set(one) & set(other))
    return False


def of_a_kind(said: Anchor, held: Anchor, matching: Sequence[Anchor]) -> bool:
    """Whether both count the same dimension, are dates, or are names."""
    one, other = said.thing, held.thing
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        kinds = {
            "",
            one.dimension,
            *(m.thing.dimension for m in matching if isinstance(m.thing, Quantity)),
        }
        return other.dimension in kinds
    if isinstance(one, Moment) and isinstance(other, Moment):
        like = [one, *(match.thing for match in matching if isinstance(match.thing, Moment))]
        return any(_precision(other) == _precision(moment) for moment in like)
    return isinstance(one, tuple) and isinstance(other, tuple)


def _precision(moment: Moment) -> tuple[bool, ...]:
    """Which of year, month and day a date says: a year is no rival of a month."""
    return tuple(part is not None for part in moment.readings[0])


def _better(
    anchor: Anchor,
    matching: Sequence[Anchor],
    rivals: Sequence[Anchor],
    text: str,
    held_text: str,
) -> bool:
    """Whether what is said around the anchor, and more of it, stands around a rival."""
    wanted = _near(text, anchor)
    starts = tuple(sorted({one.start for one in (*matching, *rivals)}))
    levels = [_lines(held_text)]
    if " | " not in held_text:
        levels.insert(0, _territories(held_text, starts))
    for segments in levels:
        theirs = tuple(_touching(matching, segments))
        fits = [_bag(held_text, segment) for segment in theirs]
        apart = [one for one in _touching(rivals, segments) if one not in theirs]
        others = [_bag(held_text, segment) for segment in apart]
        for other in others:
            if fits and all(_fits_better(wanted, fit, other) for fit in fits):
                return True
        if any(wanted & fit for fit in fits):
            break
    return _elsewhere(wanted, matching, rivals, held_text)


def _elsewhere(
    wanted: frozenset[str], matching: Sequence[Anchor], rivals: Sequence[Anchor], held_text: str
) -> bool:
    """Whether a sentence without the anchor, but with a rival, says much more of what is said."""
    sentences = tuple(sentence_spans(held_text))
    theirs = tuple(_touching(matching, sentences))
    near_match = max((len(wanted & _bag(held_text, one)) for one in theirs), default=0)
    apart = [one for one in _touching(rivals, sentences) if one not in theirs]
    near_rival = max((len(wanted & _bag(held_text, one)) for one in apart), default=0)
    enough = near_rival >= _MUCH * len(wanted) and near_rival - near_match >= 2
    return enough and near_rival >= 2 * near_match


def _fits_better(wanted: frozenset[str], fit: frozenset[str], other: frozenset[str]) -> bool:
    """Around the rival stands all that is said and stands around the match, and more; or nothing
    stands there that is not said, while around the match something else does."""
    if wanted & other > wanted & fit:
        return True
    other, fit = _words_only(other), _words_only(fit)
    return bool(other) and other <= wanted and not fit <= wanted and not other <= fit


def _words_only(bag: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in bag if not one.startswith("#"))


def _near(text: str, anchor: Anchor) -> frozenset[str]:
    """The content words of the anchor's clause, and the other numbers and codes in it."""
    label = 0
    for segment in _segments(text):
        if segment[0] <= anchor.start < segment[1]:
            # "Landlord: three months" is of the landlord
            labelled = text[label : segment[0]].rstrip().endswith(":")
            piece = (label, segment[1]) if labelled else segment
            own = _bag(text, (anchor.start, anchor.end))
            return _bag(text, piece) - own
        label = segment[0]
    return frozenset(content(text))


def _touching(
    anchors: Iterable[Anchor], segments: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for anchor in anchors:
        yield from (one for one in segments if one[0] <= anchor.start < one[1])


@lru_cache(maxsize=16_384)
def _bag(text: str, span: tuple[int, int]) -> frozenset[str]:
    """Content stems of a piece of a text, and its numbers and codes by their value."""
    piece = text[span[0] : span[1]]
    found = facts(piece)
    values = {f"#{one.values[0]:g}{one.dimension}" for one in found.figures.quantities}
    return frozenset(content(piece)) | values | set(found.codes)


@lru_cache(maxsize=8192)
def _segments(text: str) -> tuple[tuple[int, int], ...]:
    cuts = [0, *(match.end() for match in _SEGMENT.finditer(text)), len(text)]
    return tuple((a, b) for a, b in pairwise(cuts) if text[a:b].strip())


@lru_cache(maxsize=8192)
def _territories(text: str, starts: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The segments, cut again between anchors of a kind: each has what is listed with it."""
    cuts = {0, len(text), *(start for start, _ in _segments(text))}
    for first, second in pairwise(starts):
        joint = _JOINT.search(text, first, second)
        if joint is not None:
            cuts.add(joint.end())
    return tuple((a, b) for a, b in pairwise(sorted(cuts)) if text[a:b].strip())


@lru_cache(maxsize=8192)
def _lines(text: str) -> tuple[tuple[int, int], ...]:
    if "\n" not in text:
        return tuple(sentence_spans(text))
    cuts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    return tuple((a, b) for a, b in pairwise(cuts) if text[a:b].strip())


def _swapped(said: Facts, held: Facts) -> str | None:
    """ "90 days instead of 180" where it is 180 instead of 90."""
    for new, old in _exchanges(said):
        for was_new, was_old in _exchanges(held):
            if same_quantity(new, was_old) and same_quantity(old, was_new):
                return said.text[new.start : new.end]
    return None


def _exchanges(found: Facts) -> Iterator[tuple[Quantity, Quantity]]:
    """Pairs (new, old) of neighbouring numbers joined by "instead of", or "from old to new"."""
    if _SCORE.search(found.text):
        return
    for first, second in pairwise(wanted_quantities(found.figures.quantities)):
        between = found.text[first.end : second.start]
        before = found.text[max(0, first.start - 40) : first.start].casefold()
        if _INSTEAD.search(between):
            yield first, second
        elif _FROM.search(before) and re.match(r"^[^.;|]{0,12}\bto\b", between):
            yield second, first


def _wrong_cell(said: Facts, held: Facts, ours: Sequence[Anchor]) -> str | None:
    """A number of a table row given under the heading of another of its cells."""
    if "\n" in held.text or not re.search(r"\w: .* \| .*\w: ", held.text):
        return None
    cells = [(match.start(), match.end()) for match in re.finditer(r"[^|]+", held.text)]
    stems = set(content(said.text))
    for anchor in ours:
        for other in anchors(held.text):
            if not same_anchor(anchor, other):
                continue
            own = next(cell for cell in cells if cell[0] <= other.start < cell[1])
            if own == cells[0] or stems & set(content(held.text[own[0] : own[1]])):
                break
            if not _heading(held.text, own):
                break
            if any(
                stems & _heading(held.text, cell) and _may_hold(held.text, cell, anchor, other)
                for cell in cells[1:]
                if cell != own
            ):
                return said.text[anchor.start : anchor.end]
    return None


def _may_hold(text: str, cell: tuple[int, int], anchor: Anchor, other: Anchor) -> bool:
    """Whether a cell has something of the anchor's kind, or says that it has none."""
    _, _, value = text[cell[0] : cell[1]].partition(": ")
    if value.strip().casefold() in _EMPTY:
        return True
    inside = [one for one in anchors(text) if cell[0] <= one.start < cell[1]]
    return any(of_a_kind(anchor, one, [other]) for one in inside)


def _heading(text: str, cell: tuple[int, int]) -> set[str]:
    label, colon, _ = text[cell[0] : cell[1]].partition(": ")
    return {stem for word in label.split() for stem in wording(word)} if colon else set()
