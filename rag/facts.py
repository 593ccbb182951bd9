"""What a sentence says that can be checked word for word, and whether some other words hold it.

Numbers, dates, codes, names and quotations are either there or they are not. Meaning is weighed
elsewhere (`rag.polarity`, `rag.citations`); this module only looks for what has to occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis import fold, terms
from rag.dates import Moment, same_moment
from rag.quantities import Figures, Quantity, figures, same_quantity

_NAME_WORD = r"[^\W\d_a-zà-öø-ÿ](?:[\w’']|-(?=\w)|\.(?=[A-Z]))*"
_NAME = re.compile(
    rf"(?<![\w’'-]){_NAME_WORD}(?:(?:\s+(?:&|of|de|von|van|der|la)\s+|\s+){_NAME_WORD})*"
)
_PIECE = re.compile(r"[^\W_](?:[^\W_]|['’](?=\w))*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s|[\"“‘(\[|–—]\s?|^\W*\d+\.\s)\W*$")
_QUOTED = re.compile(
    r"“([^“”]{2,400})”|\"([^\"]{2,400})\"|«\s?([^«»]{2,400}?)\s?»|„([^“”„]{2,400})[“”]"
    r"|(?<![\w’])‘([^‘]{2,400}?)’(?!\w)|(?<!\w)'([^']{2,400}?)'(?!\w)|`([^`]{2,400})`"
)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s)\]>]+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_OMITTED = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*")
_TITLES = frozenset(
    "mr mrs ms miss dr doctor prof professor sir lady lord dame saint st president king queen "
    "minister chancellor captain".split()
)
#: Capitalised words that open a sentence, or name a piece of a document: no names.
_PLAIN = frozenset(
    """
    a about above according accordingly additionally after afterwards against all almost along also
    although altogether among an and another any anyone anything apart are around as aside at be
    because before below besides between beyond both but by can compared concerning consequently
    contrary could depending despite did do does due during each either else even ever every
    everyone everything except few finally first firstly following for fortunately from further
    furthermore generally given had has have he hence her here his how however i if in including
    indeed initially inside instead into is it its just last lastly later latter least less let
    lets like likewise many may meanwhile might more moreover most much must my near nearly neither
    never nevertheless next no nobody none nonetheless nor not notably nothing now of off often on
    once one only or originally other others otherwise our out outside over overall owing part per
    perhaps please prior provided rather recently regarding regardless second secondly several she
    should similarly since so some someone something sometimes soon still subsequently such than
    thanks that the their them then there therefore these they third this those though through
    throughout thus till to today together too toward towards twice two three four five six seven
    eight nine ten under unless unlike until up upon us use usually very via was we were what when
    whenever where whereas wherever whether which while who whoever whole whom whose why will with
    within without would yes yet you your
    answer answers appendix article articles chapter document documents figure footnote handbook
    note page pages paragraph passage passages policy report section sections source sources step
    table text version
    """.split()
)
_GENERIC = frozenset(
    "inc ltd llc corp corporation company co group plc gmbh city town county island river lake "
    "street road square university college museum library institute office department team".split()
)
_AFTER_TITLE = re.compile(rf"\b(?:{'|'.join(sorted(_TITLES))})\.\s$", re.IGNORECASE)
#: Endings of words that open a sentence and are most likely no names: "Guests of the hostel".
_COMMON = re.compile(r"(?:[^s]s|ing|ed|tion|ment|ness|ity|ly)$")
_DEMONYM = re.compile(r"(?:ian|ean|ese|ish|an|ic|i)s?$")


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words at ``start:end``, titles left out, folded and without "'s"."""

    start: int
    end: int
    words: tuple[str, ...]
    opens: bool  #: whether its first word opens a sentence, where any word is capitalised


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a text that has to be found again elsewhere for the text to be borne out."""

    text: str
    figures: Figures
    codes: tuple[str, ...]
    names: tuple[Name, ...]
    quotations: tuple[str, ...]
    words: tuple[str, ...]  #: folded, in order, without "'s"
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lack:
    """The first thing a text says that other words do not hold."""

    kind: str  #: "quotation", "number", "date", "code" or "name"
    said: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.said} is not in the words it would rest on"


@lru_cache(maxsize=8192)
def facts(text: str) -> Facts:
    """Read a text; the result is kept, since passages are asked about again and again."""
    found = figures(text)
    taken = [(one.start, one.end) for one in found.quantities]
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    taken += [(one.start, one.end) for one in found.moments] + [*found.codes, *addresses]
    return Facts(
        text=text,
        figures=found,
        codes=tuple(_code(text[start:end]) for start, end in (*found.codes, *addresses)),
        names=tuple(_names(text, taken)),
        quotations=tuple(quotations(text)),
        words=tuple(_words(text)),
        stems=frozenset(terms(text)),
    )


def quotations(text: str) -> list[str]:
    """What stands between quotation marks, as written, in order."""
    found = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    return [one for one in found if any(map(str.isalnum, one))]


def lacking(said: Facts, held: Facts, around: Facts) -> Lack | None:
    """What of ``said`` is not in ``held``; title and headings, ``around``, may hold names."""
    for quotation in said.quotations:
        if not _quoted(quotation, held.text) and not _quoted(quotation, around.text):
            return Lack("quotation", f"“{quotation}”")
    for code in said.codes:
        if not _has_code(code, held) and not _has_code(code, around):
            return Lack("code", code)
    for moment in said.figures.moments:
        if not _has_moment(moment, held, around):
            return Lack("date", said.text[moment.start : moment.end].strip(" -–"))
    for quantity in wanted_quantities(said.figures.quantities):
        if not _has_quantity(quantity, said, held, around):
            return Lack("number", said.text[quantity.start : quantity.end])
    for name in said.names:
        missing = missing_name(name, said, held, around)
        if missing:
            return Lack("name", missing)
    return None


def wanted_quantities(found: Sequence[Quantity]) -> list[Quantity]:
    """Those that have to occur: no loose ones, and of "1 hour 30 minutes" only the whole."""
    return [
        one
        for one in found
        if not one.loose
        and not any(
            other is not one and other.start <= one.start and other.end >= one.end
            for other in found
        )
    ]


def fold_quotes(text: str) -> str:
    """Folded text in which all quotation marks, dashes and blanks are plain."""
    plain = re.sub('[“”„«»"`]', "", re.sub("[‘’ʼ]", "'", re.sub("[‐‑‒–—−]", "-", text)))
    return " ".join(fold(plain).split())


def _quoted(quotation: str, text: str) -> bool:
    """Word for word, in order, where an ellipsis may leave words out."""
    haystack, position = fold_quotes(text), 0
    for part in _OMITTED.split(quotation):
        wanted = fold_quotes(part).strip(" .,;:!?'")
        if not wanted:
            continue
        match = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)").search(haystack, position)
        if match is None:
            return False
        position = match.end()
    return True


def _code(text: str) -> str:
    return re.sub(r"[-.\s]+$", "", text).casefold()


def _has_code(code: str, held: Facts) -> bool:
    if code in held.codes:
        return True
    squeezed = re.sub(r"[-\s]", "", code)
    return (
        re.search(rf"(?<![\w.]){re.escape(squeezed)}(?!\w|\.\d)", _squeezed(held.text)) is not None
    )


@lru_cache(maxsize=8192)
def _squeezed(text: str) -> str:
    """Case and the hyphen or blank between letters and digits left out: "TF 20" is "tf20"."""
    return re.sub(r"(?<=[a-z])[-\s](?=\d)", "", text.casefold())


def _has_moment(moment: Moment, held: Facts, around: Facts) -> bool:
    others = (*_dates_around(around.text), *_only_year(held))
    if any(same_moment(moment, one, others) for one in held.figures.moments):
        return True
    if not moment.year_only:
        return False
    years = {float(reading[0]) for reading in moment.readings if reading[0] is not None}
    if any(years & set(one.bare) for one in held.figures.quantities):
        return True
    return any(same_moment(moment, one) for one in others)


def _only_year(held: Facts) -> tuple[Moment, ...]:
    """The year that stands by itself in the held words, when there is just one."""
    years = [one for one in held.figures.moments if one.year_only]
    return (years[0],) if len({one.readings for one in years}) == 1 else ()


@lru_cache(maxsize=1024)
def _dates_around(text: str) -> tuple[Moment, ...]:
    """Dates of titles and headings; a line with two of them, "2015–2019", says neither."""
    lines = [figures(line).moments for line in text.splitlines()]
    return tuple(line[0] for line in lines if len(line) == 1)


def _has_quantity(quantity: Quantity, said: Facts, held: Facts, around: Facts) -> bool:
    if any(same_quantity(quantity, one) for one in held.figures.quantities):
        return True
    if not quantity.dimension and any(
        quantity.bare[0] in reading for one in held.figures.moments for reading in one.readings
    ):
        return True
    # "Flat 3" may stand in the title; the number of a section may not stand for any other
    match = re.search(r"[A-Z][a-z]+ $", said.text[: quantity.start])
    named = match and match.group() + said.text[quantity.start : quantity.end]
    return bool(named) and re.search(rf"\b{re.escape(str(named))}\b", around.text) is not None


# ---- names ---------------------------------------------------------------------------------


def _words(text: str) -> Iterable[str]:
    for match in _PIECE.finditer(fold(text)):
        yield re.sub(r"['’]s?$", "", match.group().replace("’", "'"))


def _names(text: str, taken: Sequence[tuple[int, int]]) -> Iterable[Name]:
    for match in _NAME.finditer(text):
        start = match.start()
        pieces = list(re.finditer(r"\S+", match.group()))
        opens = _SENTENCE_START.search(text[:start]) is not None
        opens = opens and _AFTER_TITLE.search(text[:start]) is None
        while pieces and _is_plain(pieces[0].group(), opens):
            pieces, opens = pieces[1:], False
        while pieces and not pieces[-1].group()[0].isupper():
            pieces = pieces[:-1]
        kept = [p for p in pieces if p.group()[0].isupper() and not _is_plain(p.group(), False)]
        if not kept:
            continue
        first, last = start + kept[0].start(), start + kept[-1].end()
        if any(a <= first and last <= b for a, b in taken):
            continue
        words = tuple(word for piece in kept for word in _words(piece.group()) if word)
        if words:
            yield Name(first, last, words, opens)


def _is_plain(word: str, opens: bool) -> bool:
    bare = word.casefold().strip("’'.")
    if bare in _TITLES or bare == "i":
        return True
    acronym = len(word) > 1 and word.isupper()
    return bare in _PLAIN and (opens or not acronym)


def missing_name(name: Name, said: Facts, held: Facts, around: Facts) -> str:
    """The words of a name that are not held, as one text; empty when it is all there."""
    known = set(held.words) | set(around.words)
    missing = [word for word in name.words if not _has_word(word, known, held, around)]
    whole = said.text[name.start : name.end]
    if not missing:
        apart = len(name.words) > 1 and not _together(name.words, held, around)
        return whole if apart else ""
    if set(missing) <= _GENERIC and len(missing) < len(name.words):
        return ""
    if _spelt_by(name.words, held) or _spelt_by(name.words, around):
        return ""
    if name.opens and len(name.words) == 1:
        # The first word of a sentence: a name only if the words it rests on have another one there.
        return whole if _rival(said, held) and not _COMMON.search(missing[0]) else ""
    if name.words[-1] not in missing and len(name.words) > 1:
        return whole if _other_first_name(name.words[-1], held) else ""
    return whole


def _has_word(word: str, known: set[str], held: Facts, around: Facts) -> bool:
    if word in known or (word.endswith("s") and word[:-1] in known) or f"{word}s" in known:
        return True
    stem = terms(word)
    if stem and set(stem) <= held.stems | around.stems:
        return True
    if any(_initials(one, word) for one in (held, around)):
        return True
    root = _DEMONYM.sub("", word)
    if root != word and len(root) >= 3:
        return any(other.startswith(root) and len(other) - len(root) <= 4 for other in known)
    return any(
        len(other) > 3
        and _DEMONYM.search(other)
        and len(_DEMONYM.sub("", other)) >= 4
        and word.startswith(_DEMONYM.sub("", other))
        and len(word) - len(other) <= 2
        for other in known
    )


def _initials(held: Facts, acronym: str) -> bool:
    """Whether words in a row begin with the letters of an acronym; of two letters, long words."""
    size = len(acronym)
    if not 2 <= size <= 6 or not acronym.isalpha():
        return False
    rows = zip(*(held.words[first:] for first in range(size)), strict=False)
    long = 1 if size > 2 else 5
    return any(
        all(
            word[0] == letter and len(word) >= long
            for word, letter in zip(row, acronym, strict=True)
        )
        for row in rows
    )


def _spelt_by(words: Sequence[str], held: Facts) -> bool:
    acronym = "".join(word[0] for word in words)
    return len(acronym) >= 2 and re.search(rf"\b{acronym.upper()}\b", held.text) is not None


def _together(words: Sequence[str], held: Facts, around: Facts) -> bool:
    """Whether the words of a name stand next to each other somewhere, in any order."""
    for text in (held.words, around.words):
        places = [
            {place for place, other in enumerate(text) if _alike(word, other)} for word in words
        ]
        if not all(places):
            continue
        if any(
            all(
                any(abs(first - other) <= 2 + step for other in group)
                for step, group in enumerate(places)
            )
            for first in places[0]
        ):
            return True
    return not any(len(name.words) > 1 and set(words) & set(name.words) for name in held.names)


def _alike(word: str, other: str) -> bool:
    return word == other or terms(word) == terms(other)


def _other_first_name(last: str, held: Facts) -> bool:
    return any(last in name.words and name.words.index(last) > 0 for name in held.names)


def _rival(said: Facts, held: Facts) -> bool:
    """Whether the held words have a name of one word or more of which nothing is said."""
    known = set(said.words)
    return any(
        (not name.opens or len(name.words) > 1) and not known & set(name.words)
        for name in held.names
    )
