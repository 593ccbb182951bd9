"""The row of a table that has the most or least of something: "which boiler is the cheapest?".

A reader sees which words may answer and cannot rank figures: here those of one column are compared.
Where it is open which column is meant, or two rows cannot be told apart, there is no answer from
here, and the question goes the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.analysis import question_terms, terms
from index.types import Block, BlockKind, Document
from rag.asked_words import AskedWords
from rag.cells import cells_of, is_named
from rag.codes import codes
from rag.comparisons.measures import MEASURES, Asks, Measure
from rag.comparisons.values import Value, fits, labels_meant, order, values_in
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.rows import row_beside, section_of
from rag.types import Passage

_WORDS = sorted(
    (word for word in MEASURES if re.search(r"est$|^most\b|^least\b", word)),
    key=len,
    reverse=True,
)
_SUPERLATIVE = re.compile(
    rf"(?<!at )(?<!at the )\b(?P<word>{'|'.join(_WORDS).replace(' ', '[ ]+')}|first(?=\W*$))"
    r"(?:ly)?\b(?! (?:of|likely)\b)(?P<after>(?:\s+[\w'’-]+){0,3})",
    re.I,
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?:which|what|who|whose|where|when|how much)\b", re.I
)
_HOW_MUCH = re.compile(r"\bhow (?:much|many|long|far|high|heavy)\b", re.I)
_WHAT_IS = re.compile(r"\bwhat(?:['’]s|\s+(?:is|was|are|were))\b", re.I)
_SAID_OF_IT = re.compile(r"[,;(]|\b(?:in|of|for|to|with|on|per|at|from|and|or)\b", re.I)
_EDITION = frozenset(terms("version edition release issue news draft minutes"))
_NAMED_AFTER = frozenset(("high", "big", "much"))  # "the highest output": the column's name follows
_TABLES = 5  # passages whose tables are looked at
_TOLD_ELSEWHERE = 3  # passages of which none may say the word itself
_ABOUT = 0.5  # of the other words asked, by rarity, that the table and its passage hold
_MOST_ROWS = 500
_EMPTY = 0.25  # of the rows, at most, that hold no value
_TIES = 3  # rows that are shown where they are level
_BELIEVED = 0.75  # as two things compared by named rows and columns are


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question wants the most or least of."""

    measure: Measure
    word: str  #: "cheapest"
    after: frozenset[str]  #: the terms of the words that follow it

    @property
    def least(self) -> bool:
        """Is it the smallest value? The oldest has the earliest date, the fastest least time."""
        return self.measure.more == (self.measure.asks in (Asks.AGE, Asks.SPEED))


@dataclass(frozen=True, slots=True)
class Extreme:
    """The rows that have it, level with each other, and what answers."""

    rows: tuple[Found, ...]
    short: str | None
    fit: float  #: how well the column's name fits what is asked


def superlative(question: str) -> Superlative | None:
    """What a question asks for the most or least of; None where it does not.

    >>> found = superlative("Which boiler has the shortest guarantee?")
    >>> found and (found.word, sorted(found.after), found.least)
    ('shortest', ['guarante'], True)
    >>> superlative("May I bring at most two guests?")
    """
    match = _SUPERLATIVE.search(question)
    if match is None or not (_ASKS.match(question) or match.start() < 5):
        return None
    word = " ".join(match["word"].lower().split())
    after = frozenset(question_terms(match["after"])) if match["after"] else frozenset()
    return None if after & _EDITION else Superlative(MEASURES[word], word, after)


def extreme_rows(
    question: str, passages: Sequence[Passage], asked: AskedWords, documents: Documents
) -> Extreme | None:
    """The rows with the most or least of what is asked for, of the first table that can tell."""
    wanted = superlative(question)
    if wanted is None or _is_told(question, wanted, passages):
        return None
    seen: set[tuple[str, int]] = set()
    tables = [rows for passage in passages[:_TABLES] for rows in _tables(passage, documents, seen)]
    found = [_extreme(question, wanted, rows, asked) for rows in tables]
    told = [one for one in found if one is not None]
    return max(told, key=lambda one: one.fit, default=None)  # of level ones the first


def _is_told(question: str, wanted: Superlative, passages: Sequence[Passage]) -> bool:
    """Does a passage say it in words: the superlative with half of what else is asked?"""
    said = set(terms(wanted.word))
    asks = set(question_terms(question)) - said
    return any(
        said <= (held := set(terms(line))) and 2 * len(asks & held) >= len(asks)
        for passage in passages[:_TOLD_ELSEWHERE]
        for line in passage.chunk.text.split("\n")
        if COLUMN not in line
    )


def _tables(
    passage: Passage, documents: Documents, seen: set[tuple[str, int]]
) -> Iterator[list[Found]]:
    """The whole tables that a passage shows rows of, each once."""
    chunk = passage.chunk
    if COLUMN not in chunk.text or (document := documents(chunk.document_id)) is None:
        return
    whole = Found(passage, chunk.start, chunk.end, _BELIEVED, 1.0)
    at = chunk.start
    for line in chunk.text.split("\n"):
        if COLUMN in line and _labels(line):
            blocks = _rows_beside(document, at, _labels(line))
            if blocks and (key := (document.id, blocks[0].start)) not in seen:
                seen.add(key)
                if 2 <= len(blocks) <= _MOST_ROWS:
                    yield [row_beside(whole, document, one.start, one.end) for one in blocks]
        at += len(line) + 1


def _rows_beside(document: Document, place: int, labels: frozenset[str]) -> list[Block]:
    """The rows of the section that have half of the labels."""
    return [
        block
        for block in section_of(document, place)
        if block.kind is BlockKind.TABLE_ROW
        and 2 * len(labels & _labels(document.text[block.start : block.end])) >= len(labels)
    ]


def _labels(row: str) -> frozenset[str]:
    return frozenset(label for label, _ in cells_of(row) if label)


def _extreme(
    question: str, wanted: Superlative, rows: Sequence[Found], asked: AskedWords
) -> Extreme | None:
    said = set(terms(wanted.word))
    asks = set(question_terms(question)) - said
    column = _column(wanted, rows, asks)
    if column is None:
        return None
    label, fit = column
    passage = rows[0].passage
    around = f"{passage.document.called} {' '.join(passage.chunk.headings)} {passage.chunk.context}"
    around += " ".join(name for row in rows for name, _ in cells_of(row.quote))
    rows = _of_what_is_named(rows, asks - set(terms(label)), codes(question), set(terms(around)))
    if not rows:
        return None
    # What the column stands for need not be said in the same words.
    told = {term for term in asks if labels_meant([term], None)}
    rest = {t: one for t, one in asked.rarity.items() if t not in said | wanted.after | told}
    held = f"{around} {' '.join(row.quote for row in rows)}"
    if rest and AskedWords(rest).share(held) < _ABOUT:
        return None
    valued = [(row, value) for row in rows if (value := _value(row, label, wanted)) is not None]
    if len(valued) < 2 or len(rows) - len(valued) > _EMPTY * len(rows):
        return None
    best = _best([value for _, value in valued], least=wanted.least)
    if best is None or len(best) > _TIES or len(best) == len(valued):
        return None
    chosen = tuple(valued[number][0] for number in best)
    short = _short(question, wanted, chosen[0], label, asks) if len(chosen) == 1 else None
    return Extreme(tuple(replace(row, short=short) for row in chosen), short, fit)


def _of_what_is_named(
    rows: Sequence[Found], asks: set[str], names: set[str], around: set[str]
) -> Sequence[Found]:
    """The rows that hold what the question names, or are called by a word of it; all where it names
    nothing of theirs.

    A word that stands ``around`` the rows as well tells no row from another but where it is what a
    row is: of doors and windows "Stable door" is a door, "Vents in every window" is no window.
    """
    cells = [cells_of(row.quote) for row in rows]
    named = {
        (label, value)
        for some in cells
        for label, value in some
        if label and is_named(value, asks, names, label)
    }
    kept = [row for row, some in zip(rows, cells, strict=True) if named <= set(some)]
    for term in asks:
        holding = [row for row in kept if term in terms(_thing(row))]
        if not holding and term not in around:
            holding = [row for row in kept if term in _words(row.quote)]
        kept = holding or kept
    return kept


def _thing(row: Found) -> str:
    """What a row is of, without what is said of it: "Sash window" of "Sash window, single"."""
    called = next((value for _, value in cells_of(row.quote) if _is_name(value)), "")
    return _SAID_OF_IT.split(called)[0]


def _is_name(value: str) -> bool:
    return sum(map(str.isalpha, value)) > 2


def _words(row: str) -> set[str]:
    """The terms of its values."""
    return {term for _, value in cells_of(row) for term in terms(value)}


def _column(wanted: Superlative, rows: Sequence[Found], asks: set[str]) -> tuple[str, float] | None:
    """The label of the one column that is meant, and how well it fits; None where it is open."""
    meant = labels_meant(asks, wanted.measure)
    scores: dict[str, float] = {}
    for label in dict.fromkeys(label for row in rows for label, _ in cells_of(row.quote) if label):
        own = set(terms(label))
        if wanted.measure.how in _NAMED_AFTER and wanted.after and not own & wanted.after:
            continue
        score = 2.0 * len(own & wanted.after) + len(own & asks) + 0.6 * bool(own & meant)
        values = [_value(row, label, wanted) for row in rows]
        if any(values) and not _counts_rows(values):
            scores[label] = score - 0.1 * len(own - asks - meant) if score else 0.0
    if not any(score > 0.0 for score in scores.values()):
        if wanted.measure.how in _NAMED_AFTER:
            return None
        # "The shortest guarantee" of a table that has but one column of times.
        scores = {label: 0.0 for label in scores if _has_dimension(rows, label, wanted)}
    best = max(scores.values(), default=0.0)
    level = [label for label, score in scores.items() if score >= best - 0.05]
    return (level[0], best) if len(level) == 1 else None


def _counts_rows(values: Sequence[Value | None]) -> bool:
    """Is it a column of running numbers?"""
    numbers = [one.low for one in values if one is not None and not one.dimension]
    return len(numbers) > 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def _has_dimension(rows: Sequence[Found], label: str, wanted: Superlative) -> bool:
    return all((one := _value(row, label, wanted)) is None or one.dimension for row in rows)


def _value(row: Found, label: str, wanted: Superlative) -> Value | None:
    """The one value of a row's cell."""
    text = next((value for name, value in cells_of(row.quote) if name == label), "")
    found = [one for one in values_in(text) if fits(one, wanted.measure, named=True)]
    return found[0] if len(found) == 1 else None


def _best(values: Sequence[Value], *, least: bool) -> list[int] | None:
    """The numbers of the greatest or least values; None where two of them have no order."""
    sign = -1 if least else 1
    best = [0]
    for number in range(1, len(values)):
        told = order(values[number], values[best[0]])
        if told is None:
            return None
        if told == sign:
            best = [number]
        elif told == 0:
            best.append(number)
    return best


def _short(
    question: str, wanted: Superlative, row: Found, label: str, asks: set[str]
) -> str | None:
    """What a row is called by, or its value where that is asked for: "the longest lead time"."""
    cells = [(name, value) for name, value in cells_of(row.quote) if value]
    names_column = _WHAT_IS.search(question) and wanted.after & set(terms(label))
    if names_column or _HOW_MUCH.search(question):
        return next((value for name, value in cells if name == label), None)
    others = [(name, value) for name, value in cells if name != label]
    called = [value for name, value in others if set(terms(name)) & asks]
    called += [value for _, value in others if _is_name(value)]
    return called[0] if called else None
