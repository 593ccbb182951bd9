"""Which of a kind has the most or least of something that prose tells: "Which tent is lighter?".

A reader sees which words may answer and cannot rank figures. Here it is asked twice, which one it
is and how heavy "the tent" is: a sentence that answers both names a contender and its value. The
values are compared, and the sentences of all contenders quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import question_terms, terms, words
from rag.answering import compose
from rag.comparing import Retrieve
from rag.comparisons.columns import foremost
from rag.comparisons.measures import WORDS, Asks, measure_of
from rag.comparisons.of_a_kind import OfAKind, of_a_kind
from rag.comparisons.questions import Wants, comparison
from rag.comparisons.values import Value, is_row, kinds_in
from rag.finding import Found, find_sentences, reranked
from rag.quotable import quotable_spans
from rag.reader import Reader
from rag.types import Answer, AnswerKind, Passage

UNCOMPARED = (
    "This quotes what is told of single things. Which of them it is was not worked out: their "
    "values could not be read or compared with certainty."
)
_PASSAGES = 10  # read for the value
_BEHIND = 0.02  # of the best contender's rank, under which a sentence tells of something else
_IN_PLAY = 0.2  # of the best contender's score as a value, from which a nameless one leaves it open
_UNCALLED = 0.05  # the score as a name of a sentence that is none of the reader's
_TOLD = 0.02  # the rank from which the best contender is believed
_MOST = 5  # contenders; of more, one is likely to be missing
_SAID = 3  # sentences of which none may say the comparison itself
_LONGEST = 400  # characters from a paragraph's beginning, where its subject stands, to the value
_COMPARES = re.compile(rf"\b(?:{WORDS})\b", re.I)
_RATE = re.compile(r"\s*(?:\ban?|\bper|\beach|\bevery|/)\s?(?P<unit>[a-z]+)", re.I)
_PROPER = r"(?:[A-Z][\w'’&.-]*|&|\d+(?!\S*\s?[%°]))"
_NAME_BEFORE = re.compile(rf"(?:(?:[Tt]he|{_PROPER})\s+)+$")
_NAME_AFTER = re.compile(rf"^(?:\s+{_PROPER}(?![\w%°]))+")
_CUT = re.compile(r"\s*[,:;(]|\s+(?:is|was|with|at|for)\b")
#: What a paragraph is about: the name that it begins with, before a verb or a mark.
_SUBJECT = re.compile(
    rf"\W*(?P<name>(?:The\s+)?{_PROPER}(?:\s+(?:{_PROPER}|of|and|de|da|del|la|le))*)"
    r"(?=\s+[a-z]|['’]s\b|\s*[:,(–—])"
)
_LEANS = re.compile(
    r"\W*(?:it|its|they|their|he|his|she|her|there|this|that|these|those|an?|the)\b", re.I
)
_PRONOUNS = frozenset(
    "it its they their there this that these those he she we i you his her".split()
)
#: What a measure may be measured in, as far as values tell: the dimensions of `Value`.
_DIMENSIONS = {
    "big": frozenset({"area", "volume", "bytes"}),
    "high": frozenset({"length"}),
    "deep": frozenset({"length"}),
    "wide": frozenset({"length"}),
    "thick": frozenset({"length"}),
    "hot": frozenset({"degrees", "°F"}),
    "loud": frozenset({"sound"}),
    "steep": frozenset({"ratio", "degrees"}),
}
_MADE = frozenset(terms("dates dating from old new century")).union(
    *(terms(label) for label in measure_of("older").labels)
)
_HOLDS = frozenset(terms("people persons guests members seats places pupils players"))


@dataclass(frozen=True, slots=True)
class _Contender:
    """A sentence that names a thing and tells its value."""

    found: Found
    name: str
    value: Value
    rank: float

    @property
    def cell(self) -> str:
        """The value with its unit and what it is the value of: "£140 per week"."""
        quote, end = self.found.quote, self.value.start + len(self.value.text)
        unit = "" if self.value.dimension else self.value.unit
        rate = _RATE.match(quote, end + (len(unit) + 1 if unit else 0))
        told = self.value.text if unit in self.value.text else f"{self.value.text} {unit}"
        return f"{told} per {rate['unit']}" if rate else told


def foremost_told(
    question: str, passages: Sequence[Passage], retrieve: Retrieve, reader: Reader
) -> Answer | None:
    """The answer to a question for the one of a kind with the most or least; None for any other,
    where a table or a sentence says it, and where fewer than two things are told of."""
    asks = of_a_kind(question)
    if asks is None or not reader.calibrated:
        return None
    named = find_sentences(*reranked(passages, reader.read(question, passages)))
    if not named or any(_says(asks, one) for one in named[:_SAID]):
        return None
    more = retrieve(asks.question, _PASSAGES)
    told = find_sentences(*reranked(more, reader.read(asks.question, more)))
    found = _contenders(asks, named, told)
    if len({_folded(one.name) for one in found}) < 2 or len(found) > _MOST:
        return None
    best = _best(asks, found)
    if best is not None:
        found = [best, *(one for one in found if one is not best)]
    shown = list({one.found.quote: one.found for one in found}.values())
    return Answer(
        question=question,
        standalone_question=question,
        kind=AnswerKind.EXTRACTIVE,
        sentences=compose([[one] for one in shown]),
        short=None if best is None else _verdict(best, found),
        confidence=min(named[0].probability, told[0].probability),
        passages=tuple(dict.fromkeys(one.passage for one in shown)),
    )


def _says(asks: OfAKind, one: Found) -> bool:
    """Is a sentence a row, or does it compare by itself: "the Solo is the lighter of the two"?"""
    said = [measure_of(match.group()) for match in _COMPARES.finditer(one.quote)]
    return is_row(one.quote) or any(
        (measure.asks, measure.how) == (asks.measure.asks, asks.measure.how) for measure in said
    )


def uncompared(question: str, answer: Answer) -> Answer:
    """The answer without a bare one, and with a note, where it names one of several things by a
    sentence that compares it with nothing, or says the contrary of it."""
    asks = of_a_kind(question) or comparison(question)
    if answer.short is None or asks is None or (measure := asks.measure) is None:
        return answer
    quote = answer.sentences[0].text
    if not (isinstance(asks, OfAKind) or asks.wants is Wants.WHICH) or is_row(quote):
        return answer
    said = [measure_of(match.group()) for match in _COMPARES.finditer(quote)]
    same = [one.more for one in said if (one.asks, one.how) == (measure.asks, measure.how)]
    if measure.more in same or (said and not same) or kinds_in(answer.short, measure):
        return answer
    if not same and measure.asks is Asks.ORDER and not kinds_in(quote, measure):
        return answer  # "Tom won the sack race": who came first
    return replace(answer, short=None, notes=(*answer.notes, UNCOMPARED))


def _contenders(asks: OfAKind, named: Sequence[Found], told: Sequence[Found]) -> list[_Contender]:
    """The sentences that name a thing and tell its value, best first; none where another sentence
    that tells a value as likely does not say of what."""
    calls = {_place(one): one for one in named}
    found: list[_Contender] = []
    nameless: list[tuple[Found, str]] = []
    likely = 0.0
    for one in told:
        value = None if is_row(one.quote) else _value(asks, one)
        if value is None or not _is_of_kind(asks, one):
            continue
        says_age = _MADE & set(terms(one.quote)) if asks.measure.asks is Asks.AGE else True
        called = calls.get(_place(one))
        thing = _thing(asks, one, called, value)
        if thing is None or not says_age or not (asks.noun or _tells(asks, one.quote)):
            nameless.append((one, value.dimension))
            continue
        name, shown = thing
        value = replace(value, start=value.start + one.start - shown.start)
        score = _UNCALLED if called is None else called.score
        found.append(_Contender(shown, name, value, (one.score * score) ** 0.5))
        likely = max(likely, one.score)
    found.sort(key=lambda one: -one.rank)
    if not found or found[0].rank < _TOLD:
        return []
    unit = found[0].value.dimension
    if any(one.score >= _IN_PLAY * likely and other == unit for one, other in nameless):
        return []
    alike = [one for one in found if one.value.dimension == unit]
    kept = [one for one in alike if one.rank >= _BEHIND * found[0].rank]
    return [] if _passes_over(asks, kept) else kept


def _passes_over(asks: OfAKind, found: Sequence[_Contender]) -> bool:
    """Does another sentence of the same passages tell such a value; a date, in words of the
    question? Then it may be that of one more contender."""
    unit = found[0].value.dimension
    quoted = [one.found for one in found]
    for passage in dict.fromkeys(one.passage for one in quoted):
        text, base = passage.chunk.text, passage.chunk.start
        for start, end in quotable_spans(text):
            inside = any(
                one.passage.chunk.document_id == passage.chunk.document_id
                and one.start < base + end
                and base + start < one.end
                for one in quoted
            )
            said = text[start:end]
            told = {one.dimension for one in kinds_in(said, asks.measure) if _fits(asks, one)}
            if not inside and unit in told and (unit != "date" or _tells(asks, said)):
                return True
    return False


def _tells(asks: OfAKind, quote: str) -> bool:
    """Does a sentence hold a word of what is asked of the things, besides what they are?"""
    asked = set(question_terms(asks.question)) - set(terms(f"{asks.noun} person much many long"))
    return bool(asked & set(terms(quote)))


def _place(found: Found) -> tuple[str, int]:
    return found.passage.chunk.document_id, found.start


def _thing(
    asks: OfAKind, found: Found, called: Found | None, value: Value
) -> tuple[str, Found] | None:
    """What a sentence tells the value of, by the reader or as the subject of its paragraph, and
    the words that say so; None where neither is a name."""
    name = None if called is None else _name(asks, called, value)
    if name is not None:
        return name, found
    text, base = found.passage.chunk.text, found.passage.chunk.start
    start = text.rfind("\n", 0, found.start - base) + 1
    subject = _SUBJECT.match(text, start, found.start - base)
    if subject is None or not _LEANS.match(found.quote):
        return None
    if found.end - base - start > _LONGEST or _folded(subject["name"]) in _PRONOUNS:
        return None
    return subject["name"], replace(found, start=base + start)


def _name(asks: OfAKind, called: Found, value: Value) -> str | None:
    """What the reader says that the thing is called, in full; None where that is no name."""
    quote, short = called.quote, called.short
    if short is None or short not in quote:
        return None
    start = quote.index(short)
    cut = _CUT.search(short)
    end = start + (cut.start() if cut else len(short))
    before = _NAME_BEFORE.search(quote[:start])
    after = None if cut else _NAME_AFTER.search(quote[end:])
    name = quote[before.start() if before else start : end + (after.end() if after else 0)].strip()
    plain = re.sub(r"^(?:the|an?)\s+", "", name, flags=re.I)
    # a word that the passage writes small elsewhere is no name, though it open a sentence
    is_proper = plain[:1].isupper() and not re.search(
        rf"\b{re.escape(plain.lower())}\b", called.passage.chunk.text
    )
    of_kind = bool(asks.noun) and set(question_terms(asks.noun)) <= set(terms(plain))
    if value.text in name or _folded(plain) in _PRONOUNS or not (is_proper or of_kind):
        return None
    return name


def _value(asks: OfAKind, found: Found) -> Value | None:
    """The one value of a sentence that may be meant, that which the reader points at."""
    fit = [one for one in kinds_in(found.quote, asks.measure) if _fits(asks, one)]
    if found.short is not None:
        start = found.quote.find(found.short)
        end = start + len(found.short)
        fit = [one for one in fit if one.start < end and start < one.start + len(one.text)] or fit
    return fit[0] if len(fit) == 1 else None


def _fits(asks: OfAKind, value: Value) -> bool:
    measure = asks.measure
    if measure.asks is Asks.AMOUNT and asks.counted and not value.dimension:
        return bool(value.unit) and set(terms(value.unit)) <= set(terms(asks.counted))
    if measure.how == "big" and not value.dimension:
        return not asks.counted and bool(_HOLDS & set(terms(value.unit)))
    dimensions = _DIMENSIONS.get(measure.how)
    if dimensions is not None and measure.asks is Asks.DEGREE:
        return value.dimension in dimensions
    return bool(value.dimension)


def _is_of_kind(asks: OfAKind, found: Found) -> bool:
    """Do the sentence, its headings or its document's title call the things what was asked?"""
    kind = set(question_terms(asks.noun))
    document = found.passage.document
    around = f"{found.passage.chunk.embedding_text} {document.called}"
    return kind <= set(terms(around))


def _best(asks: OfAKind, found: Sequence[_Contender]) -> _Contender | None:
    """The contender with the most or least; None where it is open, or one thing has two values."""
    values: dict[str, set[str]] = {}
    for one in found:
        values.setdefault(_folded(one.name), set()).add(one.cell)
    if any(len(told) > 1 for told in values.values()):
        return None
    places = foremost([one.cell for one in found], asks.measure)
    names = {_folded(found[place].name) for place in places or ()}
    return found[places[0]] if places and len(names) == 1 else None


def _verdict(best: _Contender, found: Sequence[_Contender]) -> str:
    others = list(dict.fromkeys(one.value.text for one in found if one.name != best.name))
    said = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
    return f"{best.name}: {best.value.text}, against {said}"


def _folded(name: str) -> str:
    """A name as it is compared: in lower case and without its article."""
    return " ".join(words(re.sub(r"^(?:the|an?)\s+", "", name, flags=re.I)))
