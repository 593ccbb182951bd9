"""The sum or mean of a table's column, or its rows counted: "how much did we spend on repairs?".

A reader quotes figures and cannot add them up: here those of the rows asked about are, and every
row is quoted. Where it is open which column or which rows are meant, or a figure can be read in two
ways, there is no answer from here, and the question goes the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import terms
from rag.asked_rows import EARNS, LIGHT, PAYS, PIECES, SUM_WORDS, AskedRows
from rag.asked_words import AskedWords
from rag.comparisons.columns import is_empty
from rag.figures import CURRENCY, figures_of, has_totals, written
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.tables import (
    MOST_SHOWN,
    NO_PRICE,
    NO_QUANTITIES,
    TableAnswer,
    are_days,
    carries_over,
    column,
    is_running,
    is_sum,
    numbers_rows,
    pays_by,
    runs_on,
    tables_of,
)
from rag.types import Passage

_OTHER = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?:is|are|was|were|do|does|did|can|could|has|have|had|why|who|whose"
    r"|where|when|which|how (?!much|many|long))\b",
    re.I,
)
TOTAL = re.compile(
    r"\b(?:in total|altogether|together|totals?|sum|adds? up|added up|overall|combined|spend|spent"
    r"|(?:come|comes|came|amount|amounts|run|runs|add|adds) to|all told|in all|all in all"
    r"|(?:what|how much) did (?:i|we) (?:invoice|bill|charge|earn|pay)|how much went)\b",
    re.I,
)
_MEAN = re.compile(r"\b(?:average|on average|mean (?!by\b|that\b|when\b)(?=\w)|mean of)\b", re.I)
_NO_MEAN = re.compile(r"\b(?:does|do|did|is|are|was|were)\b[^?]*\bmean\b\W*$", re.I)
#: What leaves rows out in a way that is not read here, or asks for a figure of something else.
LIMITED = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:without|except|besides|other than|apart from|excluding|including|over"
    r"|under|above|below|between|from .+ to|more|less|fewer|before|after|since|until|but|or|per"
    r"|each|every|last|this (?!(?:half )?(?:year|yr)\b)|next|past|previous|recent|left"
    r"|numbers|codes|readings"
    r"|remain\w*|most|least|budget\w*|other|owed?|owes|pa(?:y|ys|id) (?:us|me)"
    r"|by (?:category|month|week|day|year|quarter|project|person|type|supplier|department)"
    r"|an? (?:day|week|month|year|serving|portion|head|person|piece)|daily|weekly|monthly|yearly"
    r"|annually"
    r"|plan(?:s|ned|ning)?|expect\w*|ownership|limit|allowed|(?<!in )may|can|should|must"
    r"|would|will)\b",
    re.I,
)
_BEGINS = re.compile(r"\s*[-−–(]?\s*[£$€]?\s*\d")  # as a figure does
#: Columns whose figures are no parts of a whole.
_NO_PARTS = re.compile(
    r"%|\b(?:per|each|unit|rates?|fees?|tariffs?|ratio|percent\w*|balance|cumulative|running|average|mean|no|number"
    r"|nr|id|code|ref\w*|phone|tel|year|age|score|rating|rank|position|temperature|date|level|page"
    r"|room|flat|floor|version)\b",
    re.I,
)
_PRICE = re.compile(r"\bprices?\b", re.I)
_MANY = re.compile(
    r"\b(?:all|both|together|combined|(?!(?:does|was|is|has|costs)\b)[\w'’-]+(?<!s)s)\b"
)
_QUANTITY = re.compile(r"\b(?:qty|quantity|pieces|pcs|units|copies|number|count)\b", re.I)
_UNIT_PRICE = re.compile(r"\b(?:unit|per|each)\b", re.I)
_PAID = frozenset(
    terms("amount cost price paid total fee out debit spend spent expense value payment gross")
)
_EARNED = frozenset(terms("amount total in credit received raised income value donation paid fee"))
_SPENT = re.compile(r"\b(?:spend|spent|paid out|pay out|went out)\b", re.I)
_CAME_IN = re.compile(r"\b(?:came|come|coming|brought|bring|took|take|paid|taken) in\b", re.I)
_HOW_LONG = re.compile(r"\bhow long\b", re.I)
_LASTING = frozenset(terms("time hours duration minutes length"))


def wants_sum(question: str) -> bool:
    """Does a question ask for the sum or the mean of something?

    >>> wants_sum("How much did we spend on repairs in total?")
    True
    >>> wants_sum("What does the total failure of the pump mean?")
    False
    """
    if _OTHER.match(question) or LIMITED.search(question) or _NO_MEAN.search(question):
        return False
    return bool(TOTAL.search(question) or _MEAN.search(question))


def summed_rows(
    question: str, passages: Sequence[Passage], asked: AskedWords, documents: Documents
) -> TableAnswer | None:
    """The rows that are added up, with their sum or mean, of the one table that can tell.

    Every word of the question has to be known of the table, its title or the rows: the sum of all
    rows is no answer to a question about some of them.
    """
    if not wants_sum(question) or _is_told(asked, passages):
        return None
    tables = tables_of(passages, documents)
    told = [one for one in (_summed(question, rows) for rows in tables) if one is not None]
    return told[0] if len(told) == 1 and told[0].rows else None


def _is_told(asked: AskedWords, passages: Sequence[Passage]) -> bool:
    """Does a passage outside its tables say a total of most of what is asked?"""
    rest = {term: one for term, one in asked.rarity.items() if term not in SUM_WORDS | LIGHT}
    return any(
        SUM_WORDS & set(terms(line)) and 2 * AskedWords(rest).share(line) >= 1.0
        for passage in passages[:3]
        for line in passage.chunk.text.split("\n")
        if COLUMN not in line
    )


def _summed(question: str, rows: Sequence[Found]) -> TableAnswer | None:
    asked = AskedRows.of(question, rows)
    kept, labels = asked.rows, asked.labels
    meant = _meant(question, kept, labels, asked.all) if kept else None
    if meant is None:
        return None
    label, fit = meant
    sums = [
        row for row in rows if is_sum(row) and (not carries_over(row) or column([row], label)[0])
    ]
    if asked.is_of_all and sums:
        return None  # the table says it itself
    undecided = TableAnswer((), None, (fit, 0), frozenset(labels))
    kept = [row for row, cell in zip(kept, column(kept, label), strict=True) if not is_empty(cell)]
    figures = figures_of(column(kept, label)) if asked.knows(asked.name, label) else None
    if figures is None or not 2 <= len(figures) <= MOST_SHOWN:
        return undecided
    if has_totals(figures) or asked.counts - {len(figures)}:
        return undecided
    short = written(figures, label, mean=_MEAN.search(question) is not None)
    return replace(undecided, rows=tuple(kept), short=short)


def _meant(
    question: str, rows: Sequence[Found], labels: Sequence[str], asks: set[str]
) -> tuple[str, float] | None:
    """The one column of figures that is meant and how well its name fits; None where open."""
    mean = _MEAN.search(question) is not None
    counted = any(map(_QUANTITY.search, labels)) and not any(map(_UNIT_PRICE.search, labels))
    many, spent = _MANY.search(question) is not None, _SPENT.search(question) is not None
    came_in = _CAME_IN.search(question) is not None
    meant = (_PAID if asks & PAYS else set()) | (_EARNED if asks & EARNS else set())
    meant = _EARNED if came_in else meant | (_LASTING if _HOW_LONG.search(question) else set())
    scores: dict[str, float] = {}
    money: list[str] = []
    unread = set[str]()
    for label in labels:
        figures = figures_of([cell for cell in column(rows, label) if not is_empty(cell)]) or ()
        if (
            (NO_QUANTITIES if mean else _NO_PARTS).search(label)
            or (not mean and (counted or not (many or spent)) and _PRICE.search(label))
            or (not mean and any(one.after == "%" for one in figures))
            or is_running(numbers := [float(one.number) for one in figures])
            or (not mean and runs_on(rows, numbers))
            or pays_by(rows)
        ):
            figures = ()
        if not figures and not any(map(_BEGINS.match, column(rows, label))):
            continue
        if numbers_rows(rows, label) or are_days(column(rows, label)):
            continue  # "Job no" and "Paid on" are no figures of the jobs
        own = set(terms(label))
        score = 2.0 * len(own & asks) + len(own & meant)
        score += 2.0 * bool(asks & PIECES and _QUANTITY.search(label))
        if figures and CURRENCY.search(f"{label} {figures[0].before} {figures[0].after}"):
            money += [] if NO_PRICE.search(label) else [label]
            score += 0.5 * bool(meant)
        if score:
            scores[label] = score - 0.1 * len(own - asks - meant)
            unread |= set() if figures else {label}
    if not scores and meant:
        scores = dict.fromkeys(money, 0.0)
    best = max(scores.values(), default=0.0)
    level = [label for label, score in scores.items() if score >= best - 0.05]
    told = len(level) == 1 and level[0] not in unread and not _is_of_two_ways(question, labels)
    return (level[0], best) if told else None


def _is_of_two_ways(question: str, labels: Sequence[str]) -> bool:
    """Is it open which of "Paid in" and "Paid out" is meant?"""
    ways = {word for label in labels for word in label.lower().split()} & {"in", "out"}
    return len(ways) > 1 and not (_SPENT.search(question) or _CAME_IN.search(question))
