"""The row of a table that has the most or least of something: "which boiler is the cheapest?".

A reader sees which words may answer and cannot rank figures: here those of one column are compared.
Where it is open which column is meant, or two rows cannot be told apart, there is no answer from
here, and the question goes the usual way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import question_terms, terms
from rag.asked_words import AskedWords
from rag.cells import cells_of
from rag.checking.dates import moments
from rag.codes import codes
from rag.comparisons.columns import cell_value, foremost, is_empty
from rag.comparisons.measures import MEASURES, Asks, Measure
from rag.comparisons.values import labels_meant
from rag.figures import figures_of
from rag.finding import Found
from rag.gathering import Documents
from rag.quotable import COLUMN
from rag.tables import (
    NO_PRICE,
    TableAnswer,
    column,
    is_name,
    is_running,
    is_sum,
    labels_of,
    numbers_rows,
    of_day,
    pays_by,
    repeats,
    rows_named,
    runs_on,
    tables_of,
    the_one,
    the_table,
    title_of,
)
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
_EDITION = frozenset(terms("version edition release issue news draft minutes"))
_NAMED_AFTER = frozenset(("high", "big", "much"))  # "the highest output": the column's name follows
_TOLD_ELSEWHERE = 3  # passages of which none may say the word itself
_ABOUT = 0.5  # of the other words asked, by rarity, that the table and its passage hold
_EMPTY = 0.25  # of the rows, at most, that hold no value
_NAMED_BY = 3  # columns of which one says what a row is
_TIES = 3  # rows that are shown where they are level
_WHICH = re.compile(
    r"\b(?:which|what)\s+([\w'’-]+(?:\s+[\w'’-]+(?=\s+(?:is|are|was|were|has|have|had|does|do|did)\b))?)",
    re.I,
)
_LIMITED = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:without|except|besides|other than|apart from|leaving out|ignoring"
    r"|over|under|above|below|between|more than|less than|fewer than|before|after|since|until|but"
    r"|unpaid|cancelled|both|stays? open|staying open"
    r"|top|(?:second|third|fourth|fifth|[2-9](?:nd|rd|th))[ -]+\w+(?:est|st)"
    r"|(?:two|three|four|five|six|ten|\d+)\s+(?:\w+est|most|least))\b",
    re.I,
)
_AVERAGE = re.compile(r"\b(?:average|mean)\b", re.I)
_RATING = re.compile(r"\bratings?\b", re.I)  # its stem is that of a rate
_CURRENCY = re.compile(r"[£$€]|\b(?:GBP|EUR|USD|CHF)\b")
_AMOUNT = re.compile(
    r"\b(?:amount|net|gross|total|value|sum|cost|price|paid)\b(?! (?:by|on|to))", re.I
)
_BEGINS = re.compile(r"[^\w\n]*(?:[A-Za-z]{1,6}\.?\s?)?[^\w\n]*\d")  # "ca. £4", "GBP 4"
#: "Who has been here longest?" is asked of the day since when.
_BEEN = re.compile(r"\b(?:been|belonged|had|lived|stood|lain)\b(?! (?:the )?$)", re.I)
_BY = re.compile(r"\bby (?:the |their |its )?([a-z][\w ]*?)(?=\W*$|[,;:])", re.I)
_GOES_ON = re.compile(r"\b(?:in|on|at|for|from|to|with|and|by|is|was|are|were|has|had)\b", re.I)
_CLOCK = re.compile(r"\s*(?:\d{1,2}[.:]\d\d)?\s*")
_WHO = re.compile(r"^\W*(?:and\s+)?who\b", re.I)
_WHEN = re.compile(r"^\W*(?:and\s+)?when\b", re.I)
_COST = re.compile(r"\bwhat (?:does|do|did)\b.*\bcost\b", re.I)
_SINCE = frozenset(terms("since joined started"))  # dates of whoever has a thing
_LATEST = frozenset(terms("last latest first day"))
_ENDS = re.compile(
    r"\b(?:due|ends?|until|till|valid|expir\w*|renew\w*|review\w*|use by|best before|next)\b", re.I
)
_OF_THINGS = frozenset(terms("bought made built opened founded"))  # dates that no person has
# Of which a table says nothing: "who took the most days?", "the oldest piece of equipment".
_OF_MONEY = frozenset(
    terms("expense payment invoice bill gift donation purchase sale order grant")
)  # things of which the largest is that of the largest amount
_LIGHT = frozenset(
    terms(
        "take took taken get got sell sold buy make made do did offer have give gave need use "
        "piece item thing one kind sort type option person people single bit kit stuff "
        "still ever burn consume job work task entry come came bring brought stay take has"
    )
)


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question wants the most or least of."""

    measure: Measure
    word: str  #: "cheapest"
    after: frozenset[str]  #: the terms of the words that follow it


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
    before, last = question[: match.start()], not question[match.end("word") :].strip(" ?.!")
    if word == "longest" and last and _BEEN.search(before):
        return Superlative(MEASURES["oldest"], word, frozenset())
    following = _GOES_ON.split(match["after"] or "")[0]
    after = frozenset(question_terms(following)) if following.strip() else frozenset()
    return None if after & _EDITION else Superlative(MEASURES[word], word, after)


def extreme_rows(
    question: str, passages: Sequence[Passage], asked: AskedWords, documents: Documents
) -> TableAnswer | None:
    """The rows with the most or least of what is asked for, of the first table that can tell."""
    wanted = superlative(question)
    if wanted is None or _is_told(question, wanted, passages):
        return None
    tables = tables_of(passages, documents)
    told = [_extreme(question, wanted, rows, asked) for rows in tables]
    return the_one(told)


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


def _extreme(
    question: str, wanted: Superlative, rows: Sequence[Found], asked: AskedWords
) -> TableAnswer | None:
    said = set(terms(wanted.word))
    asks = set(question_terms(question)) - said
    rows, days = of_day(question, [row for row in rows if not is_sum(row)], title_of(rows))
    asks -= days
    averaged = _AVERAGE.search(question) and not any(map(_AVERAGE.search, labels_of(rows)))
    meant = None if averaged else _meant(question, wanted, rows, asks)
    if meant is None or (_adds_up(wanted.measure) and repeats(question, rows)):
        return None
    labels, fit = meant
    label, passage = labels[0], rows[0].passage
    if _CURRENCY.search(f"{label} {' '.join(column(rows, label))}") and pays_by(rows):
        return None
    names = set(labels_of(rows))
    headings = f"{passage.document.called} {' '.join(passage.chunk.headings)}"
    labelled = set(terms(" ".join(names)))
    around = labelled | set(terms(f"{headings} {passage.chunk.context}"))
    rows = rows_named(rows, asks - labelled, codes(question), around)
    # What the column stands for need not be said in the same words.
    known = {term for term in asks if labels_meant([term], None)} | _LIGHT | days
    known |= the_table(question)
    known |= said | (wanted.after & {*terms(label), *labels_meant([], wanted.measure)})
    rest = {term: one for term, one in asked.rarity.items() if term not in known}
    held = " ".join((headings, passage.chunk.context, *names, *(row.quote for row in rows)))
    if rest and not _is_about(question, AskedWords(rest), held, set(terms(headings))):
        return None
    undecided = TableAnswer((), None, (fit, len(asks & set(terms(headings)))), frozenset(names))
    cells = column(rows, label)
    best = foremost(cells, wanted.measure)
    agreed = all(foremost(column(rows, other), wanted.measure) == best for other in labels[1:])
    told = agreed and sum(map(is_empty, cells)) <= _EMPTY * len(cells)
    if best is None or not told or len(best) > _TIES or len(best) == len(cells):
        return undecided
    if _WHO.match(question) and wanted.measure.asks is Asks.AGE and _OF_THINGS & set(terms(label)):
        return None
    chosen = [rows[place] for place in best]
    short = _short(question, wanted, chosen[0], label, asks) if len(chosen) == 1 else None
    return replace(undecided, rows=tuple(replace(one, short=short) for one in chosen), short=short)


def _adds_up(measure: Measure) -> bool:
    """May it be meant of all rows of a thing together, "which client paid the most"?"""
    dated = measure.asks in (Asks.AGE, Asks.ORDER, Asks.SPEED)
    return not dated and measure.how != "long"


def _is_about(question: str, rest: AskedWords, held: str, title: set[str]) -> bool:
    """Do a table and what stands above it hold enough of what else is asked?

    What its rows are need not be said where its title is: "which drive", of the van's log.
    """
    if rest.share(held) >= _ABOUT:
        return True
    which = _WHICH.search(question)
    thing = set(terms(which[1].split()[0])) if which else set()
    others = AskedWords({term: one for term, one in rest.rarity.items() if term not in thing})
    return bool(title & others.rarity.keys()) and others.share(held) >= _ABOUT


def _meant(
    question: str, wanted: Superlative, rows: Sequence[Found], asks: set[str]
) -> tuple[list[str], float] | None:
    """The label of the column that is meant, or those of amounts where one is meant without its
    name, and how well it fits; None where it is open."""
    measure = wanted.measure
    called = {label for label in labels_of(rows) if numbers_rows(rows, label)}
    # "The largest plot" is not that of the highest number
    wanted = replace(wanted, after=wanted.after - set(terms(" ".join(called))))
    told = _BY.search(question)
    by = set(terms(told[1])) if told else set()
    named = [label for label in labels_of(rows) if by and by <= set(terms(label))]
    if len(named) == 1:
        return named, 2.0
    if measure.how in _NAMED_AFTER and wanted.after & _OF_MONEY:
        return _amounts(rows, wanted, asks)
    meant = labels_meant(asks, measure)
    which = _WHICH.search(question)
    # "Which flat is the smallest?" is not asked of the column of the flats' numbers.
    thing = set(terms(which[1])) if which else set()
    asks = asks - (thing - wanted.after)
    scores: dict[str, float] = {}
    for label in labels_of(rows):
        own = set(terms(label))
        if measure.how in _NAMED_AFTER and wanted.after and not own & wanted.after:
            continue
        if _RATING.search(label) and not own & wanted.after:
            continue
        cells = [cell for cell in column(rows, label) if not is_empty(cell)]
        in_money = _CURRENCY.search(f"{label} {' '.join(cells)}") is not None
        if _is_of_another(rows, label, cells, wanted, asks | thing):
            continue
        if label in called or not _is_measured(cells, measure, named=bool(own & meant)):
            continue
        score = 2.0 * len(own & wanted.after) + len(own & asks) + 0.6 * bool(own & meant)
        if score and measure.asks is Asks.MONEY:
            score += in_money
        scores[label] = score - 0.1 * len(own - asks - meant) if score else 0.0
    if not any(score > 0.0 for score in scores.values()):
        if measure.how in _NAMED_AFTER:
            return None
        if measure.asks is Asks.SPEED and wanted.after - _LIGHT:
            return None
        if measure.asks is Asks.AGE:
            return None  # neither by the day when it is due nor by the hour when it opens
        # "The shortest guarantee" of a table that has but one column of times.
        scores = {
            label: 0.0
            for label in scores
            if _has_dimension(rows, label, measure) and not _ENDS.search(label)
        }
    best = max(scores.values(), default=0.0)
    level = [label for label, score in scores.items() if score >= best - 0.05]
    return (level, best) if len(level) == 1 else None


def _is_measured(cells: Sequence[str], measure: Measure, *, named: bool) -> bool:
    """Are most cells of a column values that are measured so, as its name may say?"""
    clocks = [_CLOCK.fullmatch(cell) is not None for cell in cells]
    if (measure.asks is Asks.DEGREE and all(clocks)) or (
        measure.asks is Asks.SPEED and any(clocks) and not named
    ):
        return False
    values = [one for one in (cell_value(cell, measure) for cell in cells) if one is not None]
    if not values or is_running([v.low for v in values if not v.dimension]):
        return False
    # "Wire wool 0000" is no price
    dated = measure.asks in (Asks.AGE, Asks.ORDER)
    return dated or 2 * sum(map(bool, map(_BEGINS.match, cells))) > len(cells)


def _is_of_another(
    rows: Sequence[Found], label: str, cells: Sequence[str], wanted: Superlative, asks: set[str]
) -> bool:
    """Is a column of what is measured, and not of the thing that is asked about: a deposit, the
    year of a hive's queen, since when its owner has had a boat, the miles on a car's clock?"""
    own, meant = set(terms(label)), labels_meant(asks, wanted.measure)
    if wanted.measure.asks is Asks.MONEY:
        in_money = own & meant or _CURRENCY.search(f"{label} {' '.join(cells)}")
        return not in_money or (NO_PRICE.search(label) is not None and not own & asks)
    if wanted.measure.asks is Asks.AGE:
        others = [set(terms(one)) for one in labels_of(rows)[1:]]
        held = any(one & asks and not one & meant for one in others)
        is_of_holder = own & _SINCE and held
        is_hour = any(map(_CLOCK.fullmatch, cells))
        return is_hour or bool(is_of_holder or set(question_terms(label)) - asks - meant - _LATEST)
    figures = figures_of(cells) or ()
    read = wanted.measure.asks is Asks.DEGREE and not own & wanted.after
    return read and runs_on(rows, [float(one.number) for one in figures])


def _amounts(
    rows: Sequence[Found], wanted: Superlative, asks: set[str]
) -> tuple[list[str], float] | None:
    """The columns of money of "the largest invoice": that which is named, or all."""
    found = []
    for label in labels_of(rows):
        cells = [cell for cell in column(rows, label) if not is_empty(cell)]
        values = [cell_value(cell, wanted.measure) for cell in cells]
        is_money = _AMOUNT.search(label) or all(map(_CURRENCY.search, (*cells, label)))
        if is_money and values and None not in values:
            found.append(label)
    named = [label for label in found if set(terms(label)) & asks]
    return ((named or found), 0.5) if found else None


def _has_dimension(rows: Sequence[Found], label: str, measure: Measure) -> bool:
    cells = column(rows, label)
    values = [cell_value(cell, measure) for cell in cells if not is_empty(cell)]
    return bool(values) and all(one is not None and one.dimension for one in values)


def _short(
    question: str, wanted: Superlative, row: Found, label: str, asks: set[str]
) -> str | None:
    """What a row is called by, or its value where that is asked for: "the longest lead time"."""
    cells = [(name, value) for name, value in cells_of(row.quote) if value]
    names_column = _WHAT_IS.search(question) and wanted.after & set(terms(label))
    dated = _WHEN.match(question) and wanted.measure.asks in (Asks.AGE, Asks.ORDER)
    if _WHEN.match(question) and not dated:
        return next((value for _, value in cells if moments(value)[0]), None)
    if names_column or dated or _HOW_MUCH.search(question) or _COST.search(question):
        return next((value for name, value in cells if name == label), None)
    others = [(name, value) for name, value in cells if name != label]
    called = [value for name, value in others if name and set(terms(name)) <= asks]
    # of a row that begins with a day and a figure no name says what it is
    first = cells if _WHO.match(question) else cells[:_NAMED_BY]
    called += [value for name, value in first if name != label and is_name(value)]
    called = [value for value in called if value.casefold() not in ("yes", "no")]
    if _WHO.match(question):
        called = [value for value in called if not any(map(str.isdigit, value))]
    return called[0] if called else None
