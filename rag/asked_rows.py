"""What a question asks of a table: the rows that are meant, and which of its words are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import question_terms, terms
from rag.codes import codes
from rag.finding import Found
from rag.tables import (
    column,
    is_name,
    is_sum,
    labels_of,
    of_day,
    rows_named,
    the_table,
    title_of,
    words_of,
)

SUM_WORDS = frozenset(
    terms(
        "total totals altogether together sum sums add adds added up overall combined average mean"
    )
)
PIECES = frozenset(terms("pieces units copies"))
PAYS = frozenset(
    terms(
        "spend spent pay paid cost costs charge charged go went come comes came bill billed "
        "invoice worth"
    )
)
EARNS = frozenset(
    terms(
        "earn earned receive received raise raised collect collected take took give gave given "
        "donate donated contributed"
    )
)
_BOTH = re.compile(r"\bboth\b", re.I)
_COUNTS = {term: n for n, term in enumerate(terms("two three four five six seven eight nine"), 2)}
#: Words of a question that tell no row or column.
LIGHT = frozenset(
    terms(
        "do did have has had get got give use used make made need work worked money amount number "
        "thing item all everything time times row entry figure bill bought buy himself herself "
        "both invoice often list go went come comes came run runs amounts according so far "
        "hold held keep kept sell sold take took taken score scored done born"
    )
)
_NO_NAMES = LIGHT | PAYS | EARNS | PIECES


@dataclass(frozen=True, slots=True)
class AskedRows:
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

    @classmethod
    def of(cls, question: str, rows: Sequence[Found]) -> AskedRows:
        asks = set(question_terms(question)) - SUM_WORDS - the_table(question)
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
