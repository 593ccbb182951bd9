"""The sum or mean of a table's column, or its rows counted: "how much did we spend on repairs?".

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
from rag.codes import codes
from rag.comparisons.columns import is_empty
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.tables import (
    THE_TABLE,
    TableAnswer,
    are_days,
    column,
    is_name,
    is_running,
    is_sum,
    labels_of,
    of_day,
    rows_named,
    tables_of,
    title_of,
    words_of,
)
from rag.types import Passage

_OTHER = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?:is|are|was|were|do|does|did|can|could|has|have|had|why|who|whose"
    r"|where|when|which|how (?!much|many|long))\b",
    re.I,
)
_TOTAL = re.compile(
    r"\b(?:in total|altogether|together|totals?|sum|adds? up|added up|overall|combined|spend|spent"
    r"|(?:come|comes|came|amount|amounts|run|runs|add|adds) to"
    r"|(?:what|how much) did (?:i|we) (?:invoice|bill|charge|earn|pay)|how much went)\b",
    re.I,
)
_MEAN = re.compile(r"\b(?:average|on average|mean (?!by\b|that\b|when\b)(?=\w)|mean of)\b", re.I)
_NO_MEAN = re.compile(r"\b(?:does|do|did|is|are|was|were)\b[^?]*\bmean\b\W*$", re.I)
#: What leaves rows out in a way that is not read here, or asks for a figure of something else.
_LIMITED = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:without|except|besides|other than|apart from|excluding|including|over"
    r"|under|above|below|between|from .+ to|more|less|fewer|before|after|since|until|but|or|per"
    r"|each|every|last|this (?!(?:half )?(?:year|yr)\b)|next|past|previous|recent|so far|left"
    r"|remain\w*|most|least|budget\w*|other|owed?|owes|pa(?:y|ys|id) (?:us|me)"
    r"|by (?:category|month|week|day|year|quarter|project|person|type|supplier|department)"
    r"|an? (?:day|week|month|year|serving|portion|head|person|piece)|daily|weekly|monthly|yearly"
    r"|annually"
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
_BEGINS = re.compile(r"\s*[-−–(]?\s*[£$€]?\s*\d")  # as a figure does
_RATE = re.compile(r"\b(?:per|each|an?)\b", re.I)
_CURRENCY = re.compile(rf"(?<![A-Za-z])(?:{_CURRENCIES})(?![A-Za-z])")
#: Columns whose figures are no parts of a whole.
_NO_PARTS = re.compile(
    r"%|\b(?:per|each|unit|rates?|fees?|tariffs?|ratio|percent\w*|balance|cumulative|running|average|mean|no|number"
    r"|nr|id|code|ref\w*|phone|tel|year|age|score|rating|rank|position|temperature|date|level|page"
    r"|room|flat|floor|version)\b",
    re.I,
)
_NAMES_ROWS = re.compile(r"\b(?:no|nr|id|code|ref\w*)\b\.?\W*$", re.I)
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
_MOST_SHOWN = 30  # rows; a sum of more cannot be checked by eye
_SUM_WORDS = frozenset(
    terms(
        "total totals altogether together sum sums add adds added up overall combined average mean"
    )
)
_PIECES = frozenset(terms("pieces units copies"))
_PAYS = frozenset(terms("spend spent pay paid cost costs charge charged go went come comes came"))
_PAID = frozenset(
    terms("amount cost price paid total fee out debit spend spent expense value payment gross")
)
_EARNS = frozenset(
    terms(
        "earn earned receive received raise raised collect collected take took give gave given "
        "donate donated contributed"
    )
)
_EARNED = frozenset(terms("amount total in credit received raised income value donation paid fee"))
_BOTH = re.compile(r"\bboth\b", re.I)
_SPENT = re.compile(r"\b(?:spend|spent|paid out|pay out|went out)\b", re.I)
_THINGS = re.compile(r"\bhow many\s+([\w'’-]+)", re.I)
_TIMELESS = frozenset(terms("time times"))
_STILL = re.compile(
    r"(?:(?<=\b(?:are|was|has) )|(?<=\bwere ))(?:still|now|currently) "
    r"(?=(?!(?:to|be|being|in|at|on)\b)\w+\W*$)",
    re.I,
)
_NUMBER_OF = re.compile(r"\b(?:no|nr|numbers?|amount|count|total)s?\.? of\b|\bhow many\b", re.I)
_TIMES = re.compile(r"\bhow (?:often|many times)\b", re.I)
_COUNTED = re.compile(r"^\W*(?:(?:and|so|but)\s+)?how (?:many|often)\b", re.I)
_COUNTS = {term: n for n, term in enumerate(terms("two three four five six seven eight nine"), 2)}
_LIGHT = frozenset(
    terms(
        "do did have has had get got give use used make made need work worked money amount number "
        "thing item all everything time times row entry figure bill bought buy himself herself "
        "both invoice often list go went come comes came run runs amounts according"
    )
) | frozenset(terms(THE_TABLE))


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
    if _OTHER.match(question) or _LIMITED.search(question) or _NO_MEAN.search(question):
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


def counted_rows(
    question: str, passages: Sequence[Passage], documents: Documents
) -> TableAnswer | None:
    """The rows that are counted: "how many times did we buy from Halden in 2025?"; None where the
    question is for a figure that stands in a column, or known of every row."""
    if not _COUNTED.match(question) or _LIMITED.search(question) or _TOTAL.search(question):
        return None
    plain = _STILL.sub("", question)  # "are still open", and not "are still to be paid"
    told = [_counted(plain, rows) for rows in tables_of(passages, documents)]
    found = [one for one in told if one is not None]
    return found[0] if len(found) == 1 else None


def _counted(question: str, rows: Sequence[Found]) -> TableAnswer | None:
    asked = _Asked.of(question, rows)
    kept = asked.rows
    if not 0 < len(kept) <= _MOST_SHOWN or len(kept) == len(rows) or asked.counts:
        return None
    things = asked.counts_things(question)
    if things:  # "invoices" are the rows, whatever columns are called "invoice date"
        asked = replace(asked, title=asked.title | _things(question))
    if not (things or _TIMES.search(question)) or not asked.knows(asked.name):
        return None
    short = f"{len(kept)} rows" if len(kept) > 1 else "1 row"
    return TableAnswer(tuple(kept), short, (0.0, 0), frozenset(asked.labels))


def _summed(question: str, rows: Sequence[Found]) -> TableAnswer | None:
    asked = _Asked.of(question, rows)
    kept, labels = asked.rows, asked.labels
    if asked.is_of_all and any(map(is_sum, rows)):
        return None  # the table says it itself
    meant = _meant(question, kept, labels, asked.all) if kept else None
    if meant is None:
        return None
    label, fit = meant
    undecided = TableAnswer((), None, (fit, 0), frozenset(labels))
    kept = [row for row, cell in zip(kept, column(kept, label), strict=True) if not is_empty(cell)]
    figures = _figures(column(kept, label)) if asked.knows(asked.name, label) else None
    if figures is None or not 2 <= len(figures) <= _MOST_SHOWN:
        return undecided
    if _has_totals(figures) or asked.counts - {len(figures)}:
        return undecided
    short = _written(figures, label, mean=_MEAN.search(question) is not None)
    return replace(undecided, rows=tuple(kept), short=short)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks of a table."""

    all: set[str]  #: its terms but those of sums, days and counts
    labels: list[str]
    rows: Sequence[Found]  #: those that are meant; none where a word of it is known of none
    counts: set[int]  #: how many it says that there are
    is_of_all: bool  #: whether it tells no rows from others
    title: set[str]  #: the terms above the table

    @property
    def name(self) -> str:
        """The column that says what a row is: the first one of words."""
        named = (label for label in self.labels if any(map(is_name, column(self.rows, label))))
        return next(named, self.labels[0])

    def knows(self, *columns: str) -> bool:
        """Are all words of the question that name a column those of the ``columns``, or of one that
        holds what is named, "lead cook Bashir"? "Paid invoices" are not all invoices."""
        names = [label for label in self.labels[:2] if self._names_rows(label)]
        own = {term for label in (*columns, *names) for term in terms(label)} | self.title
        for label in self.labels:
            said = self.all & set(terms(label)) - own
            others = self.all - set(terms(label)) - _NO_NAMES
            cells = column(self.rows, label)
            if said and not all(others & set(terms(cell)) for cell in cells):
                return False
        return True

    def _names_rows(self, label: str) -> bool:
        """Has each row another name in a column?"""
        cells = [cell.casefold() for cell in column(self.rows, label)]
        return all(map(is_name, cells)) and len(set(cells)) == len(cells)

    def counts_things(self, question: str) -> bool:
        """Does "how many" ask for as many things as there are rows, and is none of their figures
        the number?"""
        noun = _things(question)
        firsts = [label for label in self.labels[:2] if noun & set(terms(label))]
        if not noun or not (firsts or noun <= self.title):
            return False
        if any(noun & set(terms(label)) and _NUMBER_OF.search(label) for label in self.labels):
            return False  # the table says how many
        for label in self.labels:
            figures = _figures([one for one in column(self.rows, label) if not is_empty(one)])
            whole = figures and all(
                one.number.as_tuple().exponent == 0 and not one.before for one in figures
            )
            if whole and not (_NOT_AVERAGED.search(label) or _CURRENCY.search(label)):
                return False
        return all(
            len(set(cells)) == len(cells) for cells in (column(self.rows, f) for f in firsts)
        )

    @classmethod
    def of(cls, question: str, rows: Sequence[Found]) -> _Asked:
        asks = set(question_terms(question)) - _SUM_WORDS
        counts = {_COUNTS[term] for term in asks & _COUNTS.keys()}
        counts |= {2} if _BOTH.search(question) else set()
        labels = labels_of(rows)
        labelled, title = set(terms(" ".join(labels))), title_of(rows)
        around = labelled | set(terms(title))
        items, days = of_day(question, [row for row in rows if not is_sum(row)], title)
        asks -= days | _COUNTS.keys()
        said = [label for label in labels if set(terms(label)) <= asks]
        kept = rows_named(items, asks - labelled, codes(question), around, said)
        held = set.intersection(*map(words_of, kept)) if kept else set()
        known = not asks - around - held - _NO_NAMES
        is_of_all = not days and not asks - around - _NO_NAMES
        return cls(asks, labels, kept if known else (), counts, is_of_all, set(terms(title)))


def _things(question: str) -> set[str]:
    """The terms of what "how many" asks for."""
    things = _THINGS.search(question)
    return set(terms(things[1])) - _TIMELESS if things else set()


def _has_totals(figures: Sequence[_Figure]) -> bool:
    """Is a figure the sum of all above it?"""
    above = Decimal(0)
    for place, one in enumerate(figures):
        if place > 2 and one.number == above:
            return True
        above += one.number
    return False


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
    unread = set[str]()
    for label in labels:
        figures = _figures([cell for cell in column(rows, label) if not is_empty(cell)]) or ()
        if (
            (_NOT_AVERAGED if mean else _NO_PARTS).search(label)
            or (not mean and (counted or not many) and _PRICE.search(label))
            or (not mean and any(one.after == "%" for one in figures))
            or is_running([float(one.number) for one in figures])
        ):
            figures = ()
        if not figures and not any(map(_BEGINS.match, column(rows, label))):
            continue
        if _NAMES_ROWS.search(label) or are_days(column(rows, label)):
            continue  # "Job no" and "Paid on" are no figures of the jobs
        own = set(terms(label))
        score = 2.0 * len(own & asks) + len(own & meant)
        score += 2.0 * bool(asks & _PIECES and _QUANTITY.search(label))
        if figures and _CURRENCY.search(f"{label} {figures[0].before} {figures[0].after}"):
            money.append(label)
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
    return len(ways) > 1 and not _SPENT.search(question)


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
