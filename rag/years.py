"""The years that questions name: of an edition ("the 2019 contract") and of what is asked about.

A question of one year is not answered by another year's edition, nor by a passage that tells of
other years alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import question_terms, terms
from index.types import DocumentInfo
from rag.finding import Found
from rag.types import Passage

_YEAR = r"(?:1[5-9]|20)\d\d"
_LONE = re.compile(rf"(?<![\w.,£$€/-])({_YEAR})(?![\w/-]|[.,]\d)(?!\s?[–—]\s?\d)")
#: "in 2019" and "the 2019 contract", not "since 2019", which other years may answer.
_OPEN = re.compile(
    r"\b(?:since|before|after|until|till|from|to|by|through|between|and|than|(?:up|back|prior) to"
    r"|preced\w+|follow\w+|replac\w+|supersed\w+|end of|beginning of|start of|around|circa)"
    r"\s+(?:early\s+|late\s+|the\s+)?$",
    re.I,
)
_ANY = re.compile(rf"(?<!\d)(?:{_YEAR})(?!\d)")
_SPAN = re.compile(
    rf"(?<!\d)({_YEAR})\s*(?:-|–|—|/|to|until|till|through|and)\s*((?:{_YEAR})|\d\d)(?!\d)"
)
_OF_THE_PAST = re.compile(
    r"\b(?:was|were|did|had|before|previous\w*|former\w*|original\w*|old(?:er)?|used to|chang\w+"
    r"|differ\w*|both)\b",
    re.I,
)
_CANDIDATES = 8
_AS_LIKELY = 0.5  # as the best one, by the reader alone
_EDITION_SHARE = 0.005  # of the best one's score, at the least
_ONWARDS = re.compile(rf"\b(?:since|from|as of)\s+(?:[\w ]{{0,20}}\s)?({_YEAR})(?!\d)", re.I)


def asked_years(question: str) -> frozenset[str]:
    """Years that a question is about, none that it only counts from or to.

    >>> sorted(asked_years("What did the 2019 contract cost in 2020?"))
    ['2019', '2020']
    >>> asked_years("What has changed since 2019?")
    frozenset()
    """
    return frozenset(
        match[1]
        for match in _LONE.finditer(question)
        if not _OPEN.search(question[: match.start()])
    )


def of_asked_editions(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates without those of other years' editions of a document that is asked about.

    Editions are documents of like titles whose names hold different years. A sentence that tells of
    the asked year stays, whatever it stands in. Without an edition of that year all stay.
    """
    asked = asked_years(question)
    if not asked:
        return list(found)
    infos = {one.passage.document.id: one.passage.document for one in found}
    meant = [info for info in infos.values() if _named_years(info) & asked]
    others = {
        info.id
        for info in infos.values()
        if (own := _named_years(info)) and not own & asked and any(_alike(info, m) for m in meant)
    }
    return [
        one
        for one in found
        if one.passage.document.id not in others or asked & set(_ANY.findall(one.quote))
    ]


def newest_edition(question: str, found: Sequence[Found]) -> Found | None:
    """The candidate of a newer edition that says of the same what the best one says; None where the
    best one's is the newest, or the question names a year or asks for what was."""
    if not found or _ANY.search(question) or _OF_THE_PAST.search(question):
        return None
    best, asked = found[0], set(question_terms(question))
    mine = _named_years(best.passage.document)
    about = asked & set(terms(best.quote))
    for other in found[1:_CANDIDATES]:
        info = other.passage.document
        newer = bool(mine) and max(_named_years(info), default="") > max(mine)
        likely = other.probability >= _AS_LIKELY * best.probability
        if not (newer and likely) or other.score < _EDITION_SHARE * best.score:
            continue
        held, theirs = set(terms(best.quote)), set(terms(other.quote))
        if not _is_of_one_kind(best.short, other.short):
            continue
        same = about and about <= theirs and len(held & theirs) >= 0.5 * min(len(held), len(theirs))
        if same and _alike(best.passage.document, info):
            return other
    return None


def _is_of_one_kind(one: str | None, other: str | None) -> bool:
    """Are both bare answers figures, or both names?"""
    signs = [
        (any(map(str.isdigit, short)), any(map(str.isupper, short))) if short else (False, False)
        for short in (one, other)
    ]
    return signs[0] == signs[1] and any(signs[0])


def tells_of_other_years(question: str, passage: Passage) -> bool:
    """Does a passage name years, and none that the question is about?

    In SQuAD's training articles that is so of 29 of 167 unanswerable questions that name a year,
    and of 4 of 502 answerable ones.
    """
    asked = asked_years(question)
    if not asked:
        return False
    info, chunk = passage.document, passage.chunk
    text = " ".join((info.title, *info.sources, chunk.context, chunk.text))
    held = set(_ANY.findall(text))
    if not held or asked & held:
        return False
    if info.modified and not info.file_date and info.modified[:4] in asked:
        return False
    return not any(_covers(text, int(year)) for year in asked)


def alike(first: str, second: str) -> bool:
    """Are these the titles of two editions of one document?"""
    a, b = ({t for t in terms(title) if not t.isdigit()} for title in (first, second))
    return bool(a and b) and len(a & b) >= 0.5 * len(a | b)


def _alike(first: DocumentInfo, second: DocumentInfo) -> bool:
    return alike(first.title, second.title) or alike(_file_name(first), _file_name(second))


def _file_name(info: DocumentInfo) -> str:
    return info.source.rpartition("/")[2].rpartition(".")[0]


def _named_years(info: DocumentInfo) -> set[str]:
    """The years in a document's title and file name; without any, of the date it states."""
    named = set(_ANY.findall(f"{info.title} {_file_name(info)}"))
    stated = info.modified is not None and not info.file_date
    return named or ({info.modified[:4]} if stated and info.modified else set())


def _covers(text: str, year: int) -> bool:
    """Is the year within a span of the text, or after one that something holds from?"""
    for match in _SPAN.finditer(text):
        first, last = match.groups()
        if int(first) <= year <= int(last if len(last) == 4 else first[:2] + last):
            return True
    return any(int(match[1]) <= year for match in _ONWARDS.finditer(text))
