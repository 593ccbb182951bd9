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
from rag.comparisons.columns import cell_value, foremost, is_empty
from rag.comparisons.measures import MEASURES, Asks, Measure
from rag.comparisons.values import Value, labels_meant
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
_WHICH = re.compile(
    r"\b(?:which|what)\s+([\w'’-]+(?:\s+[\w'’-]+(?=\s+(?:is|are|was|were|has|have|had|does|do|did)\b))?)",
    re.I,
)
_LIMITED = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:without|except|besides|other than|apart from|over|under|above|below"
    r"|between|more than|less than|fewer than|before|after|since|until|but)\b",
    re.I,
)
_SUM = re.compile(
    r"(?:[Gg]rand |[Ss]ub-?)?\s*(?:[Tt]otals?|TOTALS?|[Ss]ubtotals?|[Ss]ums?|[Aa]verage|[Mm]ean"
    r"|[Oo]verall)\b|[Aa]ll(?: [a-z]\w*)?$"
)
_RATING = re.compile(r"\bratings?\b", re.I)  # its stem is that of a rate
_CURRENCY = re.compile(r"[£$€]|\b(?:GBP|EUR|USD|CHF)\b")
_WHO = re.compile(r"^\W*(?:and\s+)?who\b", re.I)
_WHEN = re.compile(r"^\W*(?:and\s+)?when\b", re.I)
_COST = re.compile(r"\bwhat (?:does|do|did)\b.*\bcost\b", re.I)
_OF_THINGS = frozenset(terms("bought made built opened founded"))  # dates that no person has
# Of which a table says nothing: "who took the most days?", "the oldest piece of equipment".
_LIGHT = frozenset(
    terms(
        "take took taken get got sell sold buy make made do did offer have give gave need use "
        "piece item thing one kind sort type option person people"
    )
)


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question wants the most or least of."""

    measure: Measure
    word: str  #: "cheapest"
    after: frozenset[str]  #: the terms of the words that follow it


@dataclass(frozen=True, slots=True)
class Extreme:
    """The rows that have it, level with each other, and what answers; no rows where a table has
    the column that is meant and cannot tell."""

    rows: tuple[Found, ...]
    short: str | None
    fit: tuple[float, int]  #: how well the column's name fits what is asked, and the table's own
    labels: frozenset[str]  #: of the table


def superlative(question: str) -> Superlative | None:
    """What a question asks for the most or least of; None where it does not.

    >>> found = superlative("Which boiler has the shortest guarantee?")
    >>> found and (found.word, sorted(found.after))
    ('shortest', ['guarante'])
    >>> superlative("May I bring at most two guests?")
    """
    match = _SUPERLATIVE.search(question)
    if match is None or not (_ASKS.match(question) or match.start() < 5):
        return None
    if _LIMITED.search(question):
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
    seen: dict[str, list[tuple[int, int]]] = {}
    tables = [rows for passage in passages[:_TABLES] for rows in _tables(passage, documents, seen)]
    found = [_extreme(question, wanted, rows, asked) for rows in tables]
    told = [one for one in found if one is not None]
    best = max((one.fit for one in told), default=(0.0, 0))
    level = [one for one in told if one.fit == best]
    # Two tables of one shape may be parts of one, and nothing says which of them is meant.
    if not level or not level[0].rows or any(one.labels == level[0].labels for one in level[1:]):
        return None
    return level[0]


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
    passage: Passage, documents: Documents, seen: dict[str, list[tuple[int, int]]]
) -> Iterator[list[Found]]:
    """The whole tables that a passage shows rows of, each once; ``seen`` are their places."""
    chunk = passage.chunk
    if COLUMN not in chunk.text or (document := documents(chunk.document_id)) is None:
        return
    whole = Found(passage, chunk.start, chunk.end, _BELIEVED, 1.0)
    known = seen.setdefault(document.id, [])
    at = chunk.start
    for line in chunk.text.split("\n"):
        labels = _labels(line) if COLUMN in line else frozenset()
        if labels and not any(start <= at < end for start, end in known):
            rows = [b for b in section_of(document, at) if b.kind is BlockKind.TABLE_ROW]
            beside = _beside(document, rows, labels) if len(rows) <= _MOST_ROWS else []
            ends = beside or rows or [Block(BlockKind.TABLE_ROW, at, at + 1)]
            known.append((ends[0].start, ends[-1].end))
            if len(beside) > 1:
                yield [row_beside(whole, document, one.start, one.end) for one in beside]
        at += len(line) + 1


def _beside(document: Document, rows: Sequence[Block], labels: frozenset[str]) -> list[Block]:
    """The rows that share half of the labels: empty cells are left out of a row, with theirs."""
    beside = []
    for row in rows:
        own = _labels(document.text[row.start : row.end])
        if own and 2 * len(labels & own) >= min(len(labels), len(own)):
            beside.append(row)
    return beside


def _labels(row: str) -> frozenset[str]:
    return frozenset(label for label, _ in cells_of(row) if label)


def _extreme(
    question: str, wanted: Superlative, rows: Sequence[Found], asked: AskedWords
) -> Extreme | None:
    said = set(terms(wanted.word))
    asks = set(question_terms(question)) - said
    rows = [row for row in rows if not _is_sum(row)]
    column = _column(question, wanted, rows, asks)
    if column is None:
        return None
    label, fit = column
    passage = rows[0].passage
    names = {name for row in rows for name, _ in cells_of(row.quote)}
    headings = f"{passage.document.called} {' '.join(passage.chunk.headings)}"
    labelled = set(terms(" ".join(names)))
    around = labelled | set(terms(f"{headings} {passage.chunk.context}"))
    rows = _of_what_is_named(rows, asks - labelled, codes(question), around)
    # What the column stands for need not be said in the same words.
    told = {term for term in asks if labels_meant([term], None)} | _LIGHT
    told |= said | (wanted.after & {*terms(label), *labels_meant([], wanted.measure)})
    rest = {term: one for term, one in asked.rarity.items() if term not in told}
    held = " ".join((headings, passage.chunk.context, *names, *(row.quote for row in rows)))
    if rest and AskedWords(rest).share(held) < _ABOUT:
        return None
    undecided = Extreme((), None, (fit, len(asks & set(terms(headings)))), frozenset(names))
    cells = _cells(rows, label)
    if sum(map(is_empty, cells)) > _EMPTY * len(cells):
        return undecided
    best = foremost(cells, wanted.measure)
    if best is None or len(best) > _TIES or len(best) == len(cells):
        return undecided
    if _WHO.match(question) and wanted.measure.asks is Asks.AGE and _OF_THINGS & set(terms(label)):
        return None
    chosen = [rows[place] for place in best]
    short = _short(question, wanted, chosen[0], label, asks) if len(chosen) == 1 else None
    return replace(undecided, rows=tuple(replace(one, short=short) for one in chosen), short=short)


def _is_sum(row: Found) -> bool:
    """Is it the row of totals or of averages?"""
    return any(_SUM.match(value) for _, value in cells_of(row.quote)[:2])


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
        if label and is_named(value, asks, names, label) and not set(terms(value)) <= around
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


def _column(
    question: str, wanted: Superlative, rows: Sequence[Found], asks: set[str]
) -> tuple[str, float] | None:
    """The label of the one column that is meant, and how well it fits; None where it is open."""
    measure = wanted.measure
    meant = labels_meant(asks, measure)
    which = _WHICH.search(question)
    # "Which flat is the smallest?" is not asked of the column of the flats' numbers.
    asks = asks - (set(terms(which[1])) - wanted.after if which else set())
    scores: dict[str, float] = {}
    for label in dict.fromkeys(label for row in rows for label, _ in cells_of(row.quote) if label):
        own = set(terms(label))
        if measure.how in _NAMED_AFTER and wanted.after and not own & wanted.after:
            continue
        if _RATING.search(label) and not own & wanted.after:
            continue
        cells = _cells(rows, label)
        values = [one for one in (cell_value(cell, measure) for cell in cells) if one is not None]
        if not values or _counts_rows(values):
            continue
        score = 2.0 * len(own & wanted.after) + len(own & asks) + 0.6 * bool(own & meant)
        if score and measure.asks is Asks.MONEY:
            score += bool(_CURRENCY.search(label + cells[0]))
        scores[label] = score - 0.1 * len(own - asks - meant) if score else 0.0
    if not any(score > 0.0 for score in scores.values()):
        if measure.how in _NAMED_AFTER:
            return None
        # "The shortest guarantee" of a table that has but one column of times.
        scores = {label: 0.0 for label in scores if _has_dimension(rows, label, measure)}
    best = max(scores.values(), default=0.0)
    level = [label for label, score in scores.items() if score >= best - 0.05]
    return (level[0], best) if len(level) == 1 else None


def _cells(rows: Sequence[Found], label: str) -> list[str]:
    """What each row says in a column, nothing where it leaves it out."""
    return [dict(cells_of(row.quote)).get(label, "") for row in rows]


def _counts_rows(values: Sequence[Value]) -> bool:
    """Is it a column of running numbers?"""
    numbers = [one.low for one in values if not one.dimension]
    return len(numbers) > 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def _has_dimension(rows: Sequence[Found], label: str, measure: Measure) -> bool:
    cells = _cells(rows, label)
    values = [cell_value(cell, measure) for cell in cells if not is_empty(cell)]
    return bool(values) and all(one is not None and one.dimension for one in values)


def _short(
    question: str, wanted: Superlative, row: Found, label: str, asks: set[str]
) -> str | None:
    """What a row is called by, or its value where that is asked for: "the longest lead time"."""
    cells = [(name, value) for name, value in cells_of(row.quote) if value]
    names_column = _WHAT_IS.search(question) and wanted.after & set(terms(label))
    dated = _WHEN.match(question) and wanted.measure.asks in (Asks.AGE, Asks.ORDER)
    if names_column or dated or _HOW_MUCH.search(question) or _COST.search(question):
        return next((value for name, value in cells if name == label), None)
    others = [(name, value) for name, value in cells if name != label]
    called = [value for name, value in others if name and set(terms(name)) <= asks]
    called += [value for _, value in others if _is_name(value)]
    if _WHO.match(question):
        called = [value for value in called if not any(map(str.isdigit, value))]
    return called[0] if called else None
