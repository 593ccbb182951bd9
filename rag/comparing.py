"""Two things asked about in one question: each is read for on its own, and their values compared.

"Are barometers guaranteed for longer than the coffee machine?" becomes "How long are barometers
guaranteed?" and the same of the machine. The answer quotes the sentence of each and says which is
more. Where a value is in doubt or two units do not compare there is no answer from here, and the
question goes the usual way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, product

from index.analysis import question_terms, terms, words
from index.snapshot import Snapshot
from rag.answering import compose
from rag.comparisons.questions import Comparison, Thing, comparison
from rag.comparisons.values import (
    Value,
    in_row,
    is_row,
    kinds_in,
    order,
    row_names,
    value_of,
)
from rag.comparisons.verdicts import verdict
from rag.declining import missing_words, names_in
from rag.finding import Found, find_sentences, log_odds, reranked
from rag.reader import Reader
from rag.types import Answer, AnswerKind, Passage
from rag.years import alike

_PASSAGES = 10  # read for each of the two things
_CHOICES = 4  # values of each thing that are tried against those of the other
# Of a sentence's log-odds, of its passage's score, bias: fitted to the reader before this one and
# kept, because the bars below were tried with it (to this one: 0.955, 0.756, -1.938).
_ALONE = (0.688, 0.331, -1.032)
_SURE = 0.3  # confidence from which a value is believed …
_NAMED = 0.12  # … and where its own sentence names the thing
_EDITION = 0.2  # … and where the sentence stands in one of two versions of a document
_BEHIND = 0.5  # of the best sentence's chance, under which another one is not considered
_RIVAL = 0.85  # of a value's rank, from which another value contests it
_TOGETHER = 0.25  # for two values of one document: it is more likely about both
_WHOLE = 0.75  # of a thing's name, from which a sentence names it
_TOLD = 0.75  # how far a value in a row and column that are both named is believed

#: The best passages for a question, at most so many.
Retrieve = Callable[[str, int], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class _Side:
    """A value found for one of the things."""

    found: Found
    value: Value
    likely: float  #: that it is the value of the thing, 0–1
    rank: float
    named: float  #: how much of the thing's name its sentence holds, 0–1
    chance: float  #: what it is ranked by as a sentence, 0–1


def compared(
    question: str, snapshot: Snapshot, retrieve: Retrieve, reader: Reader
) -> Answer | None:
    """The answer to a question that compares two things; None when it does not, or in doubt."""
    asks = comparison(question)
    if asks is None or not reader.calibrated:
        return None
    if names_in(
        question, missing_words(question, snapshot.unknown_terms(question_terms(question)))
    ):
        return None
    if asks.editions:
        sides = _editions(asks, retrieve, reader)
    else:
        sides = [_sides(asks, one, other, retrieve, reader) for one, other in _both(asks)]
    pair = _best_pair(asks, *sides)
    if pair is None:
        return None
    first, second, sign = pair
    same = (first.found.start, first.found.end) == (second.found.start, second.found.end)
    shown = [[first.found]] if same and _document(first) == _document(second) else None
    passages = dict.fromkeys(chain((first.found.passage, second.found.passage)))
    return Answer(
        question=question,
        standalone_question=question,
        kind=AnswerKind.EXTRACTIVE,
        sentences=compose(shown or [[first.found], [second.found]]),
        short=verdict(asks, first.value, second.value, sign),
        confidence=first.likely * second.likely,
        passages=tuple(passages),
    )


def _both(asks: Comparison) -> tuple[tuple[Thing, Thing], tuple[Thing, Thing]]:
    return (asks.first, asks.second), (asks.second, asks.first)


def _sides(
    asks: Comparison, thing: Thing, other: Thing, retrieve: Retrieve, reader: Reader
) -> list[_Side]:
    """The likeliest values of a thing, best first."""
    passages = retrieve(thing.question, _PASSAGES)
    ranked, readings = reranked(passages, reader.read(thing.question, passages))
    own, others = set(question_terms(thing.name)), set(question_terms(other.name))
    apart = frozenset(own - others), frozenset(others - own)
    found = find_sentences(ranked, readings)
    return _weighed(asks, thing.question, found + _rows(ranked, apart[0], found), *apart)


def _editions(asks: Comparison, retrieve: Retrieve, reader: Reader) -> list[list[_Side]]:
    """The values in the two versions of a document, the older one's first."""
    question = asks.first.question
    passages = retrieve(question, 2 * _PASSAGES)
    infos = list({passage.document.id: passage.document for passage in passages}.values())
    twin = next((one for one in infos[1:] if alike(infos[0].title, one.title)), None)
    if twin is None:
        return [[], []]
    pair = sorted((infos[0], twin), key=lambda info: (info.modified or "", info.title))
    inside = [one for one in passages if one.document.id in (infos[0].id, twin.id)]
    ranked, readings = reranked(inside, reader.read(question, inside))
    found = find_sentences(ranked, readings)
    return [
        _weighed(asks, question, [one for one in found if one.passage.document.id == info.id])
        for info in pair
    ]


def _weighed(
    asks: Comparison,
    question: str,
    candidates: Sequence[Found],
    own: frozenset[str] = frozenset(),
    others: frozenset[str] = frozenset(),
) -> list[_Side]:
    """Sentences that are about the thing and hold a value of it, the best few.

    ``own`` and ``others`` are the terms that tell the thing and the other one apart. One that is
    far behind the best is left out even where the best holds no value: then it is open what the
    documents say.
    """
    sides: list[_Side] = []
    best = 0.0
    for found in _of_best_rows(candidates, question, own):
        held = set(terms(found.quote))
        named = len(own & held) / len(own) if own else 0.0
        if others & held and not own & held:
            continue  # it tells of the other thing
        if own and len(own & (held | _context(found))) < 0.5 * len(own):
            continue
        value = value_of(found, question, own, others, asks.measure)
        labelled = value is not None and value.labelled
        asked = _share(held, question, own) if is_row(found.quote) else 0.0
        chance = found.score / (1.0 + found.score)
        rank = chance + 0.6 * named + 0.3 * labelled + 0.4 * asked
        best = max(best, chance)
        if value is None:
            continue
        likely = _alone(found)
        if labelled and (in_row(found.quote, own) >= 0.5 or (named == 1.0 and asked)):
            likely = max(likely, _TOLD)
        told = labelled or not is_row(found.quote)
        bar = _NAMED if named >= _WHOLE and told else _SURE if own else _EDITION
        if likely >= bar:
            sides.append(_Side(found, value, likely, rank, named, chance))
    near = [
        one
        for one in sides
        if one.chance >= _BEHIND * best
        or one.likely >= _TOLD
        or (one.named >= _WHOLE and one.likely >= _SURE)
    ]
    return sorted(near, key=lambda side: -side.rank)[:_CHOICES]


def _alone(found: Found) -> float:
    """How likely a sentence tells what was asked of one thing, whatever stands beside it.

    `rag.finding.confidence` before it weighed rivals: here the other thing's sentence is one.
    """
    span, passage, bias = _ALONE
    weighed = span * log_odds(found.probability) + passage * found.passage.score + bias
    return 1.0 / (1.0 + math.exp(-weighed))


def _share(held: set[str], question: str, own: frozenset[str]) -> float:
    """How much of what is asked about a thing a sentence holds, 0–1."""
    asked = set(question_terms(question)) - own
    return len(asked & held) / len(asked) if asked else 0.0


def _of_best_rows(candidates: Sequence[Found], question: str, own: frozenset[str]) -> list[Found]:
    """The candidates without rows of tables that stand for something else than the thing.

    Of the rows that name it those stay that name most of it and of what is asked, and of these the
    one that names nothing besides, where there is one: "D20" has a row beside "D20 Cellar".
    """
    rows = [one for one in candidates if is_row(one.quote)]
    if not own or not rows:
        return list(candidates)
    asked = set(question_terms(question)) - own
    named = {id(one): row_names(one.quote, own, asked) for one in rows}
    most = max(named.values())
    kept: list[Found] = []
    for one in candidates:
        names = named.get(id(one))
        if names is None or (most[0] and (names == most or (names[:2] == most[:2] and most[2]))):
            kept.append(one)
        elif not names[0] and own <= _title(one):
            kept.append(one)  # the whole document is about the thing
    return kept


def _title(found: Found) -> set[str]:
    document = found.passage.document
    named = (document.title, document.source.rpartition("/")[2], document.modified or "")
    return {term for text in named for term in terms(text)}


def _context(found: Found) -> set[str]:
    """The terms around a sentence: its passage with headings, its document's title and date."""
    return set(terms(found.passage.chunk.embedding_text)) | _title(found)


def _rows(passages: Sequence[Passage], own: frozenset[str], known: Sequence[Found]) -> list[Found]:
    """Rows of tables that name the thing and that the reader passed over."""
    if not own:
        return []
    seen = {(one.passage.chunk.document_id, one.start) for one in known}
    rows: list[Found] = []
    for passage in passages[: _PASSAGES // 2]:
        place = passage.chunk.start
        for line in passage.chunk.text.split("\n"):
            new = (passage.chunk.document_id, place) not in seen
            if new and " | " in line and own <= set(terms(line)):
                rows.append(Found(passage, place, place + len(line), 0.05, 0.0))
            place += len(line) + 1
    return rows


def _best_pair(
    asks: Comparison, firsts: Sequence[_Side], seconds: Sequence[_Side]
) -> tuple[_Side, _Side, int] | None:
    """The likeliest values of both that compare, and which is the greater; None when none do."""

    def likelihood(pair: tuple[_Side, _Side]) -> float:
        together = _document(pair[0]) == _document(pair[1])
        return pair[0].rank + pair[1].rank + _TOGETHER * together

    pairs = sorted(product(firsts, seconds), key=likelihood, reverse=True)
    for pair in pairs:
        apart = _place(pair[0]) != _place(pair[1])
        told = pair if apart else _told_together(asks, *pair)
        sign = None if told is None else order(told[0].value, told[1].value)
        if told is not None and sign is not None:
            # A value that is nearly as likely must not say the opposite.
            others = [(pair[0], one) for one in _rivals(pair[1], seconds)]
            others += [(one, pair[1]) for one in _rivals(pair[0], firsts)]
            signs = {order(one.value, two.value) for one, two in others} if apart else set()
            return (*told, sign) if signs <= {sign, None} else None
    return None


def _rivals(side: _Side, sides: Sequence[_Side]) -> list[_Side]:
    return [one for one in sides if one is not side and one.rank >= _RIVAL * side.rank]


def _place(side: _Side) -> tuple[str, int]:
    return _document(side), side.found.start + side.value.start


def _told_together(asks: Comparison, first: _Side, second: _Side) -> tuple[_Side, _Side] | None:
    """Both values of one sentence that names both things, where the reader found but one of them.

    "A and B cost £5" tells both; of "A costs £5, B £6" the values are taken in the order in which
    the things are named. None where there are more values, or a thing is not named.
    """
    own, others = (frozenset(question_terms(one.name)) for one in (asks.first, asks.second))
    unit = first.value.dimension
    values = [  # of "A costs 18 euros, B 26" the second figure is euros, too
        replace(one, dimension=unit)
        for one in kinds_in(first.found.quote, None)
        if one.dimension in ("", unit)
    ]
    places = [
        min((at for at in map(partial(_mention, first.found.quote), some)), default=-1)
        for some in (own - others, others - own)
    ]
    if min(places) < 0 or first.found.quote != second.found.quote or first.value.labelled:
        return None
    if len(values) == 1:
        return first, second
    if len(values) > 2:
        return None
    one, two = values if places[0] < places[1] else reversed(values)
    return replace(first, value=one), replace(second, value=two)


def _mention(quote: str, term: str) -> int:
    """Where a term stands in a sentence, as the number of its word; -1 when it does not."""
    return next((n for n, word in enumerate(words(quote)) if term in terms(word)), -1)


def _document(side: _Side) -> str:
    return side.found.passage.chunk.document_id
