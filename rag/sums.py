"""The sum or mean of a table's column: "how much did we spend on repairs in total?".

A reader quotes figures and cannot add them up: here those of the rows asked about are, and every
row is quoted. Where it is open which column or which rows are meant, or a figure can be read in two
ways, there is no answer from here, and the question goes the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from index.analysis import question_terms, terms
from rag.asked_words import AskedWords
from rag.cells import cells_of
from rag.checking.dates import Moment, moments, same_moment
from rag.codes import codes
from rag.comparisons.columns import is_empty
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.tables import (
    TableAnswer,
    column,
    is_running,
    is_sum,
    labels_of,
    rows_named,
    tables_of,
    words_of,
)
from rag.types import Passage

_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|in total)\W+)?(?:how (?:much|many|long)|what|(?:the )?(?:total|sum))\b",
    re.I,
)
_TOTAL = re.compile(
    r"\b(?:in total|altogether|all together|totals?|sum of|adds? up|added up|overall|combined"
    r"|spend|spent)\b",
    re.I,
)
_MEAN = re.compile(r"\b(?:average|on average|mean (?!by\b|that\b|when\b)(?=\w)|mean of)\b", re.I)
_NO_MEAN = re.compile(r"\b(?:does|do|did|is|are|was|were)\b[^?]*\bmean\b\W*$", re.I)
#: What leaves rows out in a way that is not read here, or asks for a figure of something else.
_LIMITED = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:without|except|besides|other than|apart from|excluding|including|over"
    r"|under|above|below|between|from .+ to|more|less|fewer|before|after|since|until|but|or|per"
    r"|each|every|last|this|next|past|previous|recent|so far|left|remain\w*|most|least|budget\w*"
    r"|plan\w*|expect\w*|ownership|limit|allowed|(?<!in )may|can|should|must|would|will)\b",
    re.I,
)
_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d\d|\d+,\d\d(?!\d)|\d+(?:\.\d+)?(?![.,\d])"
)
_CURRENCIES = "[£$€]|GBP|EUR|USD|CHF|SEK|NOK|DKK"
_FIGURE = re.compile(
    rf"(?P<minus>[-−–])?\s*(?P<before>[A-Z]{{0,2}}(?:{_CURRENCIES}|kr))?\s*(?P<number>{_NUMBER})\s*"
    r"(?P<after>[£$€%]|[A-Za-zµ°²³]+(?: [A-Za-z]+)?)?"
)
_RATE = re.compile(r"\b(?:per|each|an?)\b", re.I)
_CURRENCY = re.compile(rf"(?<![A-Za-z])(?:{_CURRENCIES})(?![A-Za-z])")
#: Columns whose figures are no parts of a whole.
_NO_PARTS = re.compile(
    r"%|\b(?:per|each|unit|rates?|fees?|tariffs?|ratio|percent\w*|balance|cumulative|running|average|mean|no|number"
    r"|nr|id|code|ref\w*|phone|tel|year|age|score|rating|rank|position|temperature|date|level|page"
    r"|room|flat|floor|version)\b",
    re.I,
)
_NOT_AVERAGED = re.compile(
    r"\b(?:no|number|nr|id|code|ref\w*|phone|tel|year|date|total|sum|page|room|flat|version)\b",
    re.I,
)
_PRICE = re.compile(r"\bprices?\b", re.I)
_MANY = re.compile(
    r"\b(?:all|both|together|combined|(?!(?:does|was|is|has|costs)\b)[\w'’-]+(?<!s)s)\b"
)
_QUANTITY = re.compile(r"\b(?:qty|quantity|pieces|pcs|units|copies|number|count)\b", re.I)
_UNIT_PRICE = re.compile(r"\b(?:unit|per|each)\b", re.I)
_BOUND = re.compile(r"\b(?:due|until|till|valid|from|since|expir\w*|next)\b", re.I)
_LONGEST_DAY = 24  # characters of a cell that is a day
_MOST_SHOWN = 30  # rows; a sum of more cannot be checked by eye
_SUM_WORDS = frozenset(
    terms(
        "total totals altogether together sum sums add adds added up overall combined average mean"
    )
)
_PIECES = frozenset(terms("pieces units copies"))
_PAYS = frozenset(terms("spend spent pay paid cost costs charge charged owe"))
_PAID = frozenset(
    terms("amount cost price paid total fee out debit spend spent expense value payment gross")
)
_EARNS = frozenset(terms("earn earned receive received raise raised collect collected take took"))
_EARNED = frozenset(terms("amount total in credit received raised income value donation paid fee"))
_COUNTS = {term: n for n, term in enumerate(terms("two three four five six seven eight nine"), 2)}
_LIGHT = frozenset(
    terms(
        "do did have has had get got give use used make made need work worked money amount number "
        "thing item all everything together time row entry figure"
    )
)


_NO_NAMES = _LIGHT | _PAYS | _EARNS | _PIECES


@dataclass(frozen=True, slots=True)
class _Figure:
    """The figure of a cell, and what stands before and after it."""

    number: Decimal
    before: str
    after: str


def wants_sum(question: str) -> bool:
    """Does a question ask for the sum or the mean of something?

    >>> wants_sum("How much did we spend on repairs in total?")
    True
    >>> wants_sum("What does the total failure of the pump mean?")
    False
    """
    if not _ASKS.match(question) or _LIMITED.search(question) or _NO_MEAN.search(question):
        return False
    return bool(_TOTAL.search(question) or _MEAN.search(question))


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
    rest = {term: one for term, one in asked.rarity.items() if term not in _SUM_WORDS | _LIGHT}
    return any(
        _SUM_WORDS & set(terms(line)) and 2 * AskedWords(rest).share(line) >= 1.0
        for passage in passages[:3]
        for line in passage.chunk.text.split("\n")
        if COLUMN not in line
    )


def _summed(question: str, rows: Sequence[Found]) -> TableAnswer | None:
    asks = set(question_terms(question)) - _SUM_WORDS
    counts = {_COUNTS[term] for term in asks & _COUNTS.keys()}
    asks -= _COUNTS.keys()
    labels = labels_of(rows)
    labelled, chunk = set(terms(" ".join(labels))), rows[0].passage.chunk
    title = " ".join((rows[0].passage.document.called, *chunk.headings, chunk.context))
    around = labelled | set(terms(title))
    items = [row for row in rows if not is_sum(row)]
    said, _ = moments(question)
    if said:
        items, read = _of_day(items, said, title)
        asks -= read
    elif len(items) < len(rows) and not asks - around - _NO_NAMES:
        return None  # the table says it itself
    kept = list(rows_named(items, asks - labelled, codes(question), around))
    for_all = set.intersection(*map(words_of, kept)) if kept else set()
    if asks - around - for_all - _NO_NAMES:
        return None
    meant = _meant(question, kept, labels, asks)
    if meant is None:
        return None
    label, fit = meant
    undecided = TableAnswer((), None, (fit, len(asks & set(terms(title)))), frozenset(labels))
    kept = [row for row, cell in zip(kept, column(kept, label), strict=True) if not is_empty(cell)]
    figures = _figures(column(kept, label))
    if figures is None or not 2 <= len(figures) <= _MOST_SHOWN or counts - {len(figures)}:
        return undecided
    short = _written(figures, label, mean=_MEAN.search(question) is not None)
    return replace(undecided, rows=tuple(kept), short=short)


def _of_day(
    rows: Sequence[Found], said: Sequence[Moment], title: str
) -> tuple[list[Found], set[str]]:
    """The rows of the one year, month or day asked about, and its terms as the rows' own days
    answer them; all rows and no terms where they have none."""
    days = [_day(row) for row in rows]
    if len(said) != 1 or len(said[0].readings) != 1 or not any(days):
        return list(rows), set()
    around, _ = moments(title)
    kept = [
        row
        for row, day in zip(rows, days, strict=True)
        if day is not None and same_moment(said[0], day, around)
    ]
    year, month, day = said[0].readings[0]
    written = f"{year or ''} {_MONTHS[month - 1] if month else ''} {day or ''}"
    return kept, set(terms(written))


_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def _day(row: Found) -> Moment | None:
    """The day, month or year that a row is of."""
    for label, value in cells_of(row.quote):
        if len(value) <= _LONGEST_DAY and not _BOUND.search(label):
            found, _ = moments(value)
            if len(found) == 1 and len(found[0].readings) == 1:
                return found[0]
    return None


def _meant(
    question: str, rows: Sequence[Found], labels: Sequence[str], asks: set[str]
) -> tuple[str, float] | None:
    """The one column of figures that is meant and how well its name fits; None where open."""
    mean = _MEAN.search(question) is not None
    counted = any(map(_QUANTITY.search, labels)) and not any(map(_UNIT_PRICE.search, labels))
    many = _MANY.search(question) is not None
    meant = (_PAID if asks & _PAYS else set()) | (_EARNED if asks & _EARNS else set())
    scores: dict[str, float] = {}
    money: list[str] = []
    for label in labels:
        if (_NOT_AVERAGED if mean else _NO_PARTS).search(label):
            continue
        if not mean and (counted or not many) and _PRICE.search(label):
            continue
        figures = _figures([cell for cell in column(rows, label) if not is_empty(cell)])
        if not figures or is_running([float(one.number) for one in figures]):
            continue
        own = set(terms(label))
        score = 2.0 * len(own & asks) + len(own & meant)
        score += 2.0 * bool(asks & _PIECES and _QUANTITY.search(label))
        if _CURRENCY.search(f"{label} {figures[0].before} {figures[0].after}"):
            money.append(label)
            score += 0.5 * bool(meant)
        if score:
            scores[label] = score - 0.1 * len(own - asks - meant)
    if not scores and meant:
        scores = dict.fromkeys(money, 0.0)
    best = max(scores.values(), default=0.0)
    level = [label for label, score in scores.items() if score >= best - 0.05]
    return (level[0], best) if len(level) == 1 else None


def _figures(cells: Sequence[str]) -> list[_Figure] | None:
    """The figures of cells; None where one holds anything else, or another unit or sign."""
    found = []
    for cell in cells:
        match = _FIGURE.fullmatch(cell.strip())
        if match is None or _RATE.search(match["after"] or ""):
            return None
        number = match["number"]
        if re.search(r",\d\d$", number):  # "1.234,50"
            number = number.replace(".", "").replace(",", ".")
        elif match["before"] and re.search(r"\.\d{3}$", number):  # "€ 1.200": either
            return None
        value = Decimal(number.replace(",", ""))
        value = -value if match["minus"] else value
        found.append(_Figure(value, match["before"] or "", match["after"] or ""))
    if len({(one.before, *terms(one.after)) for one in found}) > 1:
        return None
    return None if len({one.number < 0 for one in found if one.number}) > 1 else found


def _written(figures: Sequence[_Figure], label: str, *, mean: bool) -> str:
    """The sum or mean, written as the figures are, and of how many rows it is.

    >>> paid = [_Figure(Decimal("1.5"), "£", ""), _Figure(Decimal(2), "£", "")]
    >>> _written(paid, "Paid", mean=False)
    '£3.50 (sum of “Paid” in 2 rows)'
    """
    total = sum((one.number for one in figures), Decimal(0))
    places = max(-int(one.number.as_tuple().exponent) for one in figures)
    money = _CURRENCY.search(label)
    before = figures[0].before or (money[0] if money and len(money[0]) == 1 else "")
    if mean or (places == 1 and before):
        places = max(places, 2)
    total = total / len(figures) if mean else total
    total = total.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    after = figures[-1].after if figures[-1].number != 1 else figures[0].after
    if money and not figures[0].before and not after and len(money[0]) > 1:
        after = money[0]
    sign = "−" if total < 0 else ""
    space = " " if before.isalpha() else ""
    tail = f" {after}" if after not in ("", "%") else after
    what = f"{'mean' if mean else 'sum'} of “{label}” in {len(figures)} rows"
    return f"{sign}{before}{space}{abs(total):,.{places}f}{tail} ({what})"
