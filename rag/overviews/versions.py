"""Which two documents a question compares, and which of them is the older."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from index.analysis import QUESTION_WORDS, words
from index.types import DocumentInfo
from rag.overviews.targets import means_everything, named_documents

_MOST_OF_A_NAME = 0.5
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BOTH = re.compile(r"\b(?:two|both|(?:versions?|editions?)(?:\s+of)?)\b", re.I)
_ELLIPSIS = frozenset("one ones that those".split())
_OLDER = frozenset("old older original previous former earlier first draft prior last".split())
_NEWER = frozenset(
    "new newer current final latest later second revised amended updated signed present".split()
)
_VERSION = frozenset("version versions edition editions v rev revision".split())


def compared_documents(
    first: str, second: str, infos: Mapping[str, DocumentInfo]
) -> tuple[DocumentInfo, DocumentInfo] | None:
    """The two documents that are meant, the older one first; None unless there are just two.

    They are files named as such, or two versions of one thing: "the 2019 and the 2024 lift
    contract" share "lift contract", tea and coffee nothing. Without ``second`` the first names
    both.
    """
    if not second:
        bare = _BOTH.sub(" ", first)
        both = named_documents(bare, infos, least=_MOST_OF_A_NAME) or []
        if len(both) != 2 or (means_everything(bare) and not _BOTH.search(first)):
            return None
        if not means_everything(bare) and not _are_versions(*both):
            return None
        return _in_order(both[0], both[1], "", "")
    if not _undated(first) and not _undated(second):
        return None  # two years name no document
    tried = (
        (first, second),
        (f"{_undated(second)} {_dated(first, _OLDER | _NEWER)}", second),
        (first, f"{_undated(first)} {_dated(second, _OLDER | _NEWER)}"),
        tuple(f"{_undated(name)} {_dated(name)}" for name in (first, second)),
    )
    for one, other in tried:
        named = [named_documents(name, infos, least=_MOST_OF_A_NAME) for name in (one, other)]
        found = [some[0] for some in named if some is not None and len(some) == 1]
        if len(found) == 2 and found[0].id != found[1].id:
            files = _is_file(first, found[0]) and _is_file(second, found[1])
            if files or _are_versions(*found):
                return _in_order(found[0], found[1], first, second)
    return None


def _is_file(name: str, info: DocumentInfo) -> bool:
    """Whether it is a file's name, with its ending or of words that are joined."""
    bare = name.strip(" \"'“”‘’?.!,").casefold()
    files = [PurePath(source.replace("\\", "/")) for source in info.sources]
    joined = re.search(r"[-_.]", bare) is not None
    return joined and any(bare in (one.name.casefold(), one.stem.casefold()) for one in files)


def _are_versions(one: DocumentInfo, other: DocumentInfo) -> bool:
    """Whether two titles or file names are alike but for years, numbers and "new"."""
    return not _family(one).isdisjoint(_family(other))


def _family(info: DocumentInfo) -> set[frozenset[str]]:
    stems = (PurePath(source.replace("\\", "/")).stem for source in info.sources)
    names = (info.title, *(re.sub(r"[-_.]+", " ", stem) for stem in stems))
    return {frozenset(family) for name in names if (family := _undated(name).split())}


def _undated(name: str) -> str:
    beside = QUESTION_WORDS | _ELLIPSIS | _OLDER | _NEWER | _VERSION
    kept = [word for word in words(name) if word not in beside]
    return " ".join(word for word in kept if not any(map(str.isdigit, word)))


def _dated(name: str, beside: frozenset[str] = frozenset()) -> str:
    """Its words with digits, and those of ``beside``."""
    return " ".join(word for word in words(name) if any(map(str.isdigit, word)) or word in beside)


def _in_order(
    one: DocumentInfo, other: DocumentInfo, said: str, said_other: str
) -> tuple[DocumentInfo, DocumentInfo]:
    """The older first: by the years in their names, their own dates, "old" and "new", as named."""
    names = [f"{info.title} {PurePath(info.source).name}" for info in (one, other)]
    years = [max(_YEAR.findall(name), default="") for name in names]
    dates = ["" if info.file_date else info.modified or "" for info in (one, other)]
    for first, second in (years, dates):
        if first and second and first != second:
            return (one, other) if first < second else (other, one)
    asked = [
        set(words(f"{text} {name}")) for text, name in zip((said, said_other), names, strict=True)
    ]
    is_newer = bool(asked[0] & _NEWER) or bool(asked[1] & _OLDER)
    is_older = bool(asked[0] & _OLDER) or bool(asked[1] & _NEWER)
    return (other, one) if is_newer and not is_older else (one, other)
