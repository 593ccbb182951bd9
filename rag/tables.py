"""Whole tables behind the passages that show rows of them, their columns, and the rows that a
question names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.analysis import QUESTION_WORDS, terms
from index.types import Block, BlockKind, Document
from rag.cells import cells_of, is_named
from rag.checking.dates import Moment, moments, same_moment
from rag.comparisons.columns import is_empty
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.rows import row_beside, section_of
from rag.types import Passage

#: What a table is called by itself: "on the price list", "in the register".
_THE_TABLE = re.compile(
    r"\b(?:on|in|of|from|to) (?:the|my|our|your|this) (?:[\w-]+ ){0,2}?"
    r"(?P<table>list|table|register|sheet|spreadsheet|file|log|books?|records?|inventory|catalogue"
    r"|schedule|overview)\b",
    re.I,
)
#: What such columns are called that only number the rows.
_NAMES_ROWS = re.compile(r"\b(?:no|nr|id|code|ref\w*)\b\.?\W*$", re.I)
#: Columns whose figures are no numbers of things.
NO_QUANTITIES = re.compile(
    r"\b(?:no|number|nr|id|code|ref\w*|phone|tel|year|date|total|sum|page|room|flat|version)\b",
    re.I,
)
#: Columns of money that are not what a thing costs.
NO_PRICE = re.compile(r"\b(?:deposits?|discounts?|refunds?|vat|tax|tips?)\b", re.I)
MOST_SHOWN = 30  # rows; a sum of more cannot be checked by eye
_COUNTED = re.compile(
    r"\b(?:scores?|points?|marks?|counts?|totals?|qty|quantity|amounts?|votes|goals|prices?|costs?"
    r"|fees?|hours?|minutes?|days?|nights?|weeks|miles|km|kg|age|size|length|height|width|weight|area"
    r"|seats|copies|pages|sales|takings|units|readings?)\b|[£$€%²]|\bm2\b",
    re.I,
)
_ROW_NUMBER = re.compile(r"(?:no\.?\s?|#)?\d{1,6}\s?[a-z]?", re.I)
_PERIODS = re.compile(
    r"per|period|frequency|interval|billed|billing|cycle|how often|every|currency|cur\.?", re.I
)
_READINGS = 4  # from which figures that rise are readings
_TABLES = 5  # passages whose tables are looked at
_MOST_ROWS = 500
_BELIEVED = 0.75  # as two things compared by named rows and columns are
_WHICH = re.compile(r"\b(?:which|what|how many)\s+(?P<noun>[\w'’-]+(?:\s+[\w'’-]+)?)", re.I)
_DATED = re.compile(
    r"\b(?:due|paid|done|issued|booked|bought|sent|made|started|finished|ended|expire\w*|returned"
    r"|ordered|delivered|received|joined|left|born)\b",
    re.I,
)
_LONGEST_DAY = 24  # characters of a cell that is a day
_NUMERIC_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./]\d{2,4}")
_MONTH = re.compile(
    r"\b(?:january|february|april|june|july|august|september|october|november|december|jan|feb|apr"
    r"|jun|jul|aug|sept?|oct|nov|dec)\b"
    r"|(?:(?<=\bin )|(?<=\bof )|(?<=\bfor ))(?:may|mar(?:ch)?)\b"
)
_THIS_YEAR = re.compile(r"\bthis (?:half )?(?:year|yr)\b", re.I)
_BOUND = re.compile(r"\b(?:due|until|till|valid|from|since|expir\w*|next)\b", re.I)
_SAID_OF_IT = re.compile(r"[,;(]|\b(?:in|of|for|to|with|on|per|at|from|and|or)\b", re.I)
_SUM = re.compile(
    r"(?:[Gg]rand |[Ss]ub-?)?\s*(?:[Tt]otals?|TOTALS?|[Ss]ubtotals?|[Ss]ums?|[Aa]verage|[Mm]ean"
    r"|[Oo]verall)\b|[Aa]ll(?: [a-z]\w*)?$|(?:.*\s)?(?:[Ss]ub-?)?[Tt]otals?$"
    r"|.*\b(?:[Bb]rought|[Cc]arried) (?:forward|down|over)\b|[BbCc]/[FfDd]\b"
    r"|(?:[Oo]pening|[Cc]losing)\b|(?:[Aa]mount|[Bb]alance|[Tt]otal) due\b|VAT\b|[Dd]iscount\b"
)
_CARRIED = re.compile(
    r".*\b(?:brought|carried) (?:forward|down|over)\b|[bc]/[fd]\b|(?:opening|closing)\b", re.I
)


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """The rows of a table that answer together, and the bare answer; no rows where the table has
    the column that is meant and cannot tell."""

    rows: tuple[Found, ...]
    short: str | None
    fit: tuple[float, int]  #: how well the column's name fits what is asked, and the table's own
    labels: frozenset[str]  #: of the table


def the_one(told: Iterable[TableAnswer | None]) -> TableAnswer | None:
    """The answer of the table that fits best; None where it has none, or another of its shape fits
    as well: they may be parts of one, and nothing says which of them is meant."""
    answers = [one for one in told if one is not None]
    best = max((one.fit for one in answers), default=(0.0, 0))
    level = [one for one in answers if one.fit == best]
    if not level or not level[0].rows or any(one.labels == level[0].labels for one in level[1:]):
        return None
    return level[0]


def tables_of(passages: Sequence[Passage], documents: Documents) -> Iterator[list[Found]]:
    """The whole tables that the best passages show rows of, at least two rows each, each once."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for passage in passages[:_TABLES]:
        yield from _tables(passage, documents, seen)


def the_table(question: str) -> set[str]:
    """The terms by which a question only says where the answer stands: "on the price list".

    >>> the_table("Which item on the price list is the dearest?"), the_table("the longest book?")
    ({'list'}, set())
    """
    return {term for place in _THE_TABLE.finditer(question) for term in terms(place["table"])}


def column(rows: Sequence[Found], label: str) -> list[str]:
    """What each row says in a column, nothing where it leaves it out."""
    return [_cell(row, label) for row in rows]


def _cell(row: Found, label: str) -> str:
    return dict(cells_of(row.quote)).get(label, "")


def labels_of(rows: Sequence[Found]) -> list[str]:
    """The names of the columns, each once, in their order."""
    return list(dict.fromkeys(label for row in rows for label, _ in cells_of(row.quote) if label))


def title_of(rows: Sequence[Found]) -> str:
    """What stands above a table: the document's name and title, and the headings."""
    document, chunk = rows[0].passage.document, rows[0].passage.chunk
    return " ".join((document.called, *chunk.headings, chunk.context))


def is_sum(row: Found) -> bool:
    """Is it the row of totals or of averages?"""
    return any(_SUM.match(value) for _, value in cells_of(row.quote)[:3])


def carries_over(row: Found) -> bool:
    """Is it what was there before or is left after, and no sum of the rows?"""
    return any(_CARRIED.match(value) for _, value in cells_of(row.quote)[:3])


def drops_a_name(question: str) -> bool:
    """Is a name in capitals among the words that say nothing, "IT" or "US"?"""
    return (
        any(
            word.isupper() and len(word) > 1 and word.lower() in QUESTION_WORDS
            for word in re.findall(r"\w+", question)
        )
        and not question.isupper()
    )


def repeats(question: str, rows: Sequence[Found]) -> bool:
    """Is the question for one of what a column names in several rows: "which project took most"?"""
    which = _WHICH.search(question)
    noun = set(terms(which["noun"])) if which else set()
    for label in labels_of(rows):
        cells = [cell.casefold() for cell in column(rows, label) if cell]
        own = set(terms(label))
        named = own <= noun and terms(which["noun"])[0] in own if noun and own and which else False
        if named and len(set(cells)) < len(cells):
            return True
    return False


def is_name(value: str) -> bool:
    """Does a cell say in words what a row is of?"""
    return sum(map(str.isalpha, value)) > 2


def is_running(numbers: Sequence[float]) -> bool:
    """Are they running numbers, each one more than that before it?"""
    return len(numbers) > 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def numbers_rows(rows: Sequence[Found], label: str) -> bool:
    """Is a column of numbers what the rows are called: plots 1, 9 and 12B?"""
    if _NAMES_ROWS.search(label):
        return True
    first = label == labels_of(rows)[0] and not _COUNTED.search(label)
    return first and all(_ROW_NUMBER.fullmatch(cell.strip()) for cell in column(rows, label))


def runs_on(rows: Sequence[Found], numbers: Sequence[float]) -> bool:
    """Are they readings of a meter or of miles, which rise from day to day, and no amounts?"""
    rising = all(one <= other for one, other in pairwise(numbers))
    if len(set(numbers)) < _READINGS or not rising or numbers[-1] > 2 * numbers[0]:
        return False
    return any(are_days(column(rows, label)) for label in labels_of(rows))


def pays_by(rows: Sequence[Found]) -> bool:
    """Does a column say that the prices are of several periods or currencies?"""
    return any(
        len({cell.casefold() for cell in column(rows, label) if cell}) > 1
        for label in labels_of(rows)
        if _PERIODS.fullmatch(label)
    )


def rows_named(
    rows: Sequence[Found],
    asks: set[str],
    names: set[str],
    around: set[str],
    said: Sequence[str] = (),
) -> Sequence[Found]:
    """The rows that hold what the question names, or are called by a word of it; all where it names
    nothing of theirs. In the columns that are ``said`` first: "Bashir as lead cook".

    A word that stands ``around`` the rows as well tells no row from another but where it is what a
    row is: of doors and windows "Stable door" is a door, "Vents in every window" is no window.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for label, value in cells_of(row.quote):
            if label and is_named(value, asks, names, label) and not set(terms(value)) <= around:
                named[label].add(value.casefold())
    kept = [
        row
        for row in rows
        if all(
            len(values) == 1 and _cell(row, label).casefold() in values
            for label, values in named.items()
        )
    ]
    called = set(terms(labels_of(rows)[0])) if rows else set()  # every row of "Map" is a map
    told = {term for values in named.values() for one in values for term in terms(one)}
    for term in asks - told - called:
        holding = [row for row in kept if any(term in terms(_cell(row, one)) for one in said)]
        holding = holding or [row for row in kept if term in terms(_thing(row))]
        if not holding and term not in around:
            holding = [row for row in kept if term in words_of(row)]
        kept = holding or kept
    return kept


def of_day(question: str, rows: Sequence[Found], title: str) -> tuple[list[Found], set[str]]:
    """The rows of the one year, month or day that a question names, and its terms as the rows' own
    days answer them; all rows and no terms where it names none, or they have none.

    No rows where one of them has no day, or one that may be meant or not, or where "this year" may
    be one of several.
    """
    question = _with_months(question)
    said, _ = moments(question)
    days = _days(rows)
    this = _THIS_YEAR.search(question)
    if this is not None and len({day.readings[0][0] if day else None for day in days}) > 1:
        return [], set()
    if said and any(map(_holds_day, rows)) and (not any(days) or _means_other_day(question, rows)):
        return [], set()
    if not said or not any(days):
        return list(rows), set(terms(this[0])) if this else set()
    told = [day for day in days if day is not None]
    if len(said) > 1 or len(said[0].readings) > 1 or len(told) < len(rows):
        return [], set()
    around, _ = moments(title)
    kept = []
    for row, day in zip(rows, told, strict=True):
        read = [replace(day, readings=(one,)) for one in day.readings]
        fits = {same_moment(said[0], one, around) for one in read}
        if len(fits) > 1:
            return [], set()
        kept += [row] if fits == {True} else []
    return kept, set(terms(question[said[0].start : said[0].end]))


def are_days(cells: Sequence[str]) -> bool:
    """Is each cell that says something a day?"""
    told = [cell for cell in cells if not is_empty(cell)]
    return bool(told) and all(map(_day, told))


def _holds_day(row: Found) -> bool:
    return any(_day(value) for _, value in cells_of(row.quote))


def _means_other_day(question: str, rows: Sequence[Found]) -> bool:
    """Does it ask for a day that another column has than the first: "due in March"?"""
    dated = [label for label in labels_of(rows) if any(map(_day, column(rows, label)))]
    asked = {term for word in _DATED.findall(question) for term in terms(word)}
    return any(set(terms(label)) & asked for label in dated[1:]) and not (
        asked & set(terms(dated[0]))
    )


def _with_months(question: str) -> str:
    """With capitals: "in june" is a month as "in June" is."""
    return _MONTH.sub(lambda match: match[0].title(), question)


def _days(rows: Sequence[Found]) -> list[Moment | None]:
    """The day, month or year that each row is of: that of the first column that has such.

    "03/02/2025" is read as the rest of its column is: beside "25/02/2025" it is in February.
    """
    for label in labels_of(rows):
        days = [_day(value) for value in column(rows, label)]
        if not _BOUND.search(label) and 2 * sum(map(bool, days)) > len(days):
            first = {_is_day_first(value) for value in column(rows, label)} - {None}
            return [_read(day, first == {True}) if len(first) == 1 else day for day in days]
    return [None for _ in rows]


def _day(value: str) -> Moment | None:
    found, _ = moments(value) if len(value) <= _LONGEST_DAY else ([], "")
    return found[0] if len(found) == 1 else None


def _is_day_first(value: str) -> bool | None:
    """Does "25/02/2025" begin with the day? None where either may be."""
    match = _NUMERIC_DAY.match(value.strip())
    if match is None or (int(match[1]) <= 12) == (int(match[2]) <= 12):
        return None
    return int(match[1]) > 12


def _read(day: Moment | None, first: bool) -> Moment | None:
    """With the one reading of the two where the day comes first, or the month."""
    if day is None or len(day.readings) < 2:
        return day
    return replace(day, readings=day.readings[:1] if first else day.readings[1:])


def words_of(row: Found) -> set[str]:
    """The terms of its values."""
    return {term for _, value in cells_of(row.quote) for term in terms(value)}


def _tables(
    passage: Passage, documents: Documents, seen: dict[str, list[tuple[int, int]]]
) -> Iterator[list[Found]]:
    """Those of one passage; ``seen`` are the places of tables, by document."""
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


def _thing(row: Found) -> str:
    """What a row is of, without what is said of it: "Sash window" of "Sash window, single"."""
    called = next((value for _, value in cells_of(row.quote) if is_name(value)), "")
    return _SAID_OF_IT.split(called)[0]
