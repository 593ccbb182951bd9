"""Follow-ups on a row of a table: another thing of the column asked of, or another column.

After "How much is Shellac flakes?", answered by a row, "and of wire wool?" puts the wire wool in
the place of what the row is called, "and the supplier?" asks for that cell of it. Pure text.
"""

from __future__ import annotations

import re

from index.analysis import terms, words
from rag.cells import cells_of
from rag.follow_ups.dates import PREPOSITIONS, is_date
from rag.follow_ups.ellipsis import fragment_of
from rag.quotable import COLUMN

_MARKER = re.compile(r"\s?\[\d+\]")  # a footnote's
_LEAD = re.compile(r"^(?:of|for|with|about)\s+", re.I)
_OTHER_LEAD = re.compile(rf"(?:{PREPOSITIONS}|per|without)\b", re.I)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.I)
_ITS = re.compile(
    r"\W*(?:(?:and|but|so|ok)\s+)?(?:what(?:['’]s| is| was| are| were)\s+)?(?:its|their|his|her)\s+"
    r"(?P<label>.+?)\W*$",
    re.I,
)
_OWNED = re.compile(r"(?P<thing>.+?)['’]s?\s+(?P<label>.+)")
_CAPITAL = re.compile(r"(?<!^)\b[A-Z]")
_LETTERS = 3  # from which a cell is what a row is called, and no mark
_LONGEST = 6  # words of a thing that is put in


def thing_asked(last: str, answer: str) -> str | None:
    """The cell of the row that answers which the last question names, as it stands there.

    >>> thing_asked("how much is perm?", "Treatment: Perm | Price: £70 [1]")
    'perm'
    """
    row = _row(answer)
    named = [
        found[0]
        for _, value in row
        if sum(map(str.isalpha, value)) >= _LETTERS
        and (found := re.search(rf"(?<!\w){re.escape(value)}(?!\w)", last, re.I)) is not None
    ]
    return max(named, key=len, default=None)


def put_in_row(question: str, last: str, answer: str) -> str | None:
    """The last question of another thing, or of another cell of the same row; None where it is
    neither."""
    thing = thing_asked(last, answer)
    if thing is None:
        return None
    its = _ITS.fullmatch(question)
    fragment = its["label"] if its else fragment_of(question) or _bare(question, thing)
    if fragment is None:
        return None
    owned = _OWNED.fullmatch(fragment)  # "and Ruth's phone?"
    of, said = (owned["thing"], owned["label"]) if owned else (thing, _bared(fragment))
    labels = {frozenset(terms(label)): label for label, _ in _row(answer) if label}
    label = labels.get(frozenset(terms(said)))
    if label is not None:
        return f"What is the {label.lower()} of {of}?"
    return None if its or owned else _with_other(last, thing, fragment)


def _with_other(last: str, thing: str, fragment: str) -> str | None:
    """The last question with what a fragment calls in the place of the thing."""
    other = _LEAD.sub("", fragment, count=1)
    bare = _bared(fragment)
    before, after = re.split(re.escape(thing), last, maxsplit=1)
    with_article = _ARTICLE.fullmatch(before[-4:].lstrip()) is not None
    if (
        _OTHER_LEAD.match(other)  # "and from Screwfix?"
        or _is_day(other) != _is_day(thing)
        or len(words(other)) > _LONGEST
        or set(terms(bare)) >= set(terms(thing))
        # "and the price?": another column, by another name
        or (bare != other and not with_article and not _is_like(bare, thing))
    ):
        return None
    return f"{before}{bare if with_article else other}{after.rstrip(' ?.!')}?"


def _bared(fragment: str) -> str:
    """Without "of" or "for" and without an article."""
    return _ARTICLE.sub("", _LEAD.sub("", fragment, count=1), count=1)


def _bare(question: str, thing: str) -> str | None:
    """A name without "and" that is like the thing asked about: "Gwilym Rees?", "Beard trim?"."""
    said = question.strip(" ?.!")
    if not question.rstrip().endswith("?") or len(words(said)) > _LONGEST:
        return None
    return said if _is_like(said, thing) else None


def _is_day(text: str) -> bool:
    return is_date(text) or text.casefold() == "may"


def _is_like(said: str, thing: str) -> bool:
    shared = set(terms(said)) & set(terms(thing))
    figured = any(map(str.isdigit, said)) and any(map(str.isdigit, thing))
    capitals = _CAPITAL.search(said) is not None and _CAPITAL.search(thing) is not None
    return bool(shared) or figured or capitals


def _row(answer: str) -> list[tuple[str, str]]:
    """The cells of the one row that an answer begins with; none where it does not."""
    first = _MARKER.split(answer.strip())[0].split("\n")[0].strip(' "“”')
    return cells_of(first) if COLUMN in first else []
