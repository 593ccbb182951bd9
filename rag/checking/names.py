"""Names in a text, and whether others hold them: with a title, in short, or as an adjective.

"Dr. Weber" is in "Anna Weber", "WHO" in "World Health Organization", "Chinese" in "China"; but
"Anna Weber" is not in "Peter Weber". Which words are names is told by their capitals alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.analysis import fold, terms
from rag.checking.name_words import COUNTRIES, DAYS, GENERIC, OPENERS, PLAIN, TITLES
from rag.checking.wording import wording

_NAME_WORD = r"[^\W\d_a-zà-öø-ÿ](?:[\w’']|-(?=\w)|[.&](?=[A-Z]))*"
_NAME = re.compile(
    rf"(?<![\w’'-]){_NAME_WORD}(?:(?:\s+(?:&|of|de|von|van|der|la)\s+|(?<!['’]s)\s+){_NAME_WORD})*"
)
_PIECE = re.compile(r"[^\W_](?:[^\W_]|['’](?=\w))*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s|[\"“‘(\[|–—]\s?|^\W*\d+\.\s)\W*$")
_AFTER_TITLE = re.compile(rf"\b(?:{'|'.join(sorted(TITLES))})\.\s$", re.IGNORECASE)
#: Endings of words that open a sentence and are most likely no names: "Guests of the hostel".
_COMMON = re.compile(r"(?:[^s]s|ing|ed|tion|ment|ness|ity|ly)$")
_ARTICLE = re.compile(r"\b(?:the|a|an|your|our|their)\s+$", re.IGNORECASE)
_DEMONYM = re.compile(r"(?:ian|ean|ese|ish|an|ic|i)s?$")


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words at ``start:end``, titles left out, folded and without "'s"."""

    start: int
    end: int
    words: tuple[str, ...]
    opens: bool  #: whether its first word opens a sentence, where any word is capitalised


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a text names are looked for in."""

    text: str
    names: tuple[Name, ...]
    words: tuple[str, ...]  #: folded, in order, without "'s"
    stems: frozenset[str]


def wording_of(text: str, taken: Sequence[tuple[int, int]] = ()) -> Wording:
    """Read a text; nothing in a span that is ``taken`` is a name."""
    names = tuple(names_in(text, taken))
    return Wording(text, names, tuple(folded_words(text)), frozenset(terms(text)))


def folded_words(text: str) -> Iterable[str]:
    """The words of a text, folded, without "'s"."""
    for match in _PIECE.finditer(fold(text)):
        yield re.sub(r"['’]s?$", "", match.group().replace("’", "'"))


def names_in(text: str, taken: Sequence[tuple[int, int]]) -> Iterable[Name]:
    """The names of a text, in order; spans that are ``taken`` by dates or codes are none."""
    for match in _NAME.finditer(text):
        start = match.start()
        pieces = list(re.finditer(r"\S+", match.group()))
        opens = _SENTENCE_START.search(text[:start]) is not None
        opens = opens and _AFTER_TITLE.search(text[:start]) is None
        while pieces and _is_plain(pieces[0].group(), opens):
            pieces, opens = pieces[1:], False
        while pieces and not pieces[-1].group()[0].isupper():
            pieces = pieces[:-1]
        kept = [
            piece
            for piece in pieces
            if piece.group()[0].isupper()
            and not _is_plain(piece.group(), False)
            # "on 9 June Orvis came" names no June Orvis
            and not any(a <= start + piece.start() and start + piece.end() <= b for a, b in taken)
        ]
        if not kept:
            continue
        first, last = start + kept[0].start(), start + kept[-1].end()
        words = tuple(word for piece in kept for word in folded_words(piece.group()) if word)
        if words:
            yield Name(first, last, words, opens)


def _is_plain(word: str, opens: bool) -> bool:
    bare = word.casefold().strip("’'.")
    if bare in TITLES or bare == "i":
        return True
    acronym = len(word) > 1 and word.isupper()
    return bare in PLAIN and (opens or not acronym)


def missing_name(name: Name, said: Wording, held: Wording, around: Wording) -> str:
    """The words of a name that are not held, as one text; empty when it is all there."""
    known = set(held.words) | set(around.words)
    missing = [word for word in name.words if not _has_word(word, known, held, around)]
    whole = said.text[name.start : name.end]
    if not missing:
        apart = len(name.words) > 1 and not _together(name.words, held, around)
        return whole if apart else ""
    if set(missing) <= GENERIC and len(missing) < len(name.words):
        return ""
    if any(_spelt_by(name.words, one) for one in (held, around)) or _is_role(name, said, held):
        return ""
    if name.opens and len(name.words) == 1:
        # The first word of a sentence: a name only if the words it rests on have another one there.
        common = missing[0] in OPENERS or _COMMON.search(missing[0])
        return whole if _rival(said, held) and not common else ""
    if name.words[-1] not in missing and len(name.words) > 1:
        return whole if _other_first_name(name.words[-1], held) else ""
    return whole


def _is_role(name: Name, said: Wording, held: Wording) -> bool:
    """Whether another word for the same stands there: "the Landlord" for "the Lessor"."""
    if len(name.words) > 1 or not (name.opens or _ARTICLE.search(said.text[: name.start])):
        return False
    stems = set(wording(name.words[0]))
    return bool(stems) and any(stems & set(wording(other)) for other in held.words)


def _has_word(word: str, known: set[str], held: Wording, around: Wording) -> bool:
    if word in known or (word.endswith("s") and word[:-1] in known) or f"{word}s" in known:
        return True
    stem = terms(word)
    if stem and set(stem) <= held.stems | around.stems:
        return True
    if not known.isdisjoint(_other_forms(word)):
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


def _other_forms(word: str) -> frozenset[str]:
    """ "Tue" for "Tuesdays", "Dutch" for "Netherlands", and the other way."""
    day = DAYS.get(word) or DAYS.get(word.removesuffix("s"))
    if day is not None:
        return frozenset(short for short, whole in DAYS.items() if whole == day) | {f"{day}s"}
    return frozenset(
        other for pair in COUNTRIES.items() if word in pair for other in pair if other != word
    )


def _initials(held: Wording, acronym: str) -> bool:
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


def _spelt_by(words: Sequence[str], held: Wording) -> bool:
    acronym = "".join(word[0] for word in words)
    return len(acronym) >= 2 and re.search(rf"\b{acronym.upper()}\b", held.text) is not None


def _together(words: Sequence[str], held: Wording, around: Wording) -> bool:
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


def _other_first_name(last: str, held: Wording) -> bool:
    return any(last in name.words and name.words.index(last) > 0 for name in held.names)


def _rival(said: Wording, held: Wording) -> bool:
    """Whether the held words have a name of one word or more of which nothing is said."""
    known = set(said.words)
    return any(
        (not name.opens or len(name.words) > 1) and not known & set(name.words)
        for name in held.names
    )
