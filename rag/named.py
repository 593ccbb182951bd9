"""Questions that name the document they are about: it alone is searched, and its name is not read.

"What is the fee in contract-2019.pdf?" is asked of that file; to the reader the name would only be
more words to look for. A name has to stand there whole: half of a title narrows nothing. Follow-ups
are asked of the same document, until one names another. Of editions that are told apart by their
years see `rag.dated`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import PurePath

from index.analysis import QUESTION_WORDS, fold, words
from index.snapshot import Snapshot
from index.types import DocumentInfo, Scope
from rag.rewriting import kept_turns, standalone
from rag.types import Turn

# A question without one of these names no document.
_MAY_NAME = re.compile(r"\w\.\w{1,6}\b|\w[-_]\w|[\"“„«”»]|\baccording to\b", re.I)
_KIND = r"(?:documents?|files?|texts?|papers?|pdfs?|sheets?|spreadsheets?|slides?|e-?mails?)"
_BEFORE = (
    rf"(?:(?P<way>\b(?:according\s+to|as\s+stated\s+in|in|inside|within|from|of|per|by)\s+)?"
    rf"(?P<the>\b(?:the|my|our|this)\s+)?(?:{_KIND}\s+(?:called\s+|named\s+|titled\s+)?)?)"
)
_AFTER = rf"(?:\s+{_KIND}\b)?"
_SAYS = re.compile(rf"\s+(?:say|says|tell|tells|state|states|list|lists)\b|\s+{_KIND}\b", re.I)
_ACCORDING = re.compile(r"\baccording to\s+(?:the\s+|my\s+|our\s+)?$", re.I)
_ABOUT_NAMES = frozenset(
    "and document documents file files text paper pdf sheet spreadsheet slides email in".split()
)
_OPEN, _CLOSE = "\"'“„«‘", "\"'”“»’"


@dataclass(frozen=True, slots=True)
class Named:
    """The documents that a question names, and the question without their names."""

    question: str
    documents: tuple[DocumentInfo, ...]
    names: tuple[str, ...]  #: as the question writes them
    earlier: bool = False  #: whether it was an earlier question that named them

    @property
    def scope(self) -> Scope:
        """They alone."""
        return Scope(sources=tuple(source for one in self.documents for source in one.sources))

    @property
    def note(self) -> str:
        """What a person should know of it."""
        said = " and ".join(self.names)
        was, it = ("was", "it") if len(self.names) == 1 else ("were", "them")
        who = "an earlier question" if self.earlier else "the question"
        return f"Only {said} {was} searched, because {who} names {it}."


def named_in(question: str, infos: Callable[[], Mapping[str, DocumentInfo]]) -> Named | None:
    """The documents among ``infos``, looked up if need be, that a question names, or None.

    A file name counts wherever it stands. One without its ending counts where it has three parts
    and a digit, or the question says that it says something; the words of a title or file name, two
    or more, count in quotation marks and after "according to".
    """
    if _MAY_NAME.search(question) is None:
        return None
    question = unicodedata.normalize("NFC", question)
    folded = _plain(question)
    found: dict[tuple[int, int], list[DocumentInfo]] = {}
    for info in infos().values():
        for start, end in _places(folded, info):
            found.setdefault((start, end), []).append(info)
    spans = [span for span in found if not _inside_another(span, found)]
    if not spans:
        return None
    spans.sort()
    documents = {info.id: info for span in spans for info in found[span]}
    names = tuple(dict.fromkeys(question[start:end] for start, end in spans))
    # Two that are told apart by their names are read with them.
    bare = _without(question, *spans[0]) if len(spans) == 1 else question
    return Named(bare, tuple(documents.values()), names)


def in_turn(
    question: str,
    history: Sequence[Turn],
    snapshot: Snapshot,
    scope: Scope | None,
    rewrite: Callable[[str, Sequence[Turn]], str],
) -> tuple[str, Named | None]:
    """A question made to stand alone by ``rewrite``, and the documents it is asked of, if named.

    Names are put aside while it is rewritten: "And in contract-2024.pdf?" asks the question before
    of another file, "Who signed it?" asks of the file that was asked before.
    """
    infos = cache(partial(snapshot.infos_in, scope))
    history = kept_turns(history)
    own = named_in(question, infos)
    stripped = [named_in(turn.question, infos) for turn in history]
    turns = [
        turn if one is None else replace(turn, question=one.question)
        for turn, one in zip(history, stripped, strict=True)
    ]
    if own is not None and turns and not _told(question, own.names):
        return turns[-1].question, replace(own, question=turns[-1].question)
    bare = question if own is None else own.question
    asked = rewrite(bare, turns)
    if own is not None:
        return question if asked == bare else asked, replace(own, question=asked)
    leans = asked != bare
    for number in reversed(range(len(turns))):
        before = stripped[number]
        if not leans or before is not None:
            inherited = before if leans else None
            return asked, inherited and replace(inherited, question=asked, earlier=True)
        leans = standalone(turns[number].question, turns[:number]) != turns[number].question
    return asked, None


def _told(question: str, names: Iterable[str] = ()) -> set[str]:
    """What a question is about, besides some names."""
    for name in names:
        question = question.replace(name, " ")
    return set(words(question)) - QUESTION_WORDS - _ABOUT_NAMES


def _plain(text: str) -> str:
    """Folded, letter by letter where offsets would move."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    return "".join(one if len(one) == 1 else letter for letter in text for one in (fold(letter),))


def _places(folded: str, info: DocumentInfo) -> Iterable[tuple[int, int]]:
    for source in info.sources:
        name = _plain(PurePath(source.replace("\\", "/")).name)
        stem = name.rsplit(".", 1)[0]
        if name != stem:
            yield from _whole(folded, name)
        parts = re.split(r"[-_]", stem)
        # "covid-19" and "face-to-face" are said of much besides the files that are called so
        is_name = len(parts) > 2 and ("_" in stem or any(map(str.isdigit, stem)))
        for start, end in _whole(folded, stem) if len(parts) > 1 else ():
            if is_name or _SAYS.match(folded, end):
                yield start, end
        yield from _worded(folded, stem)
    yield from _worded(folded, _plain(info.title))


def _whole(folded: str, name: str) -> Iterable[tuple[int, int]]:
    at = folded.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        before, after = folded[at - 1 : at], folded[end : end + 2]
        cut = before.isalnum() or before in ("-", "_") or after[:1] in ("-", "_")
        more = after[:1].isalnum() or (after[:1] == "." and after[1:].isalnum())
        if not cut and not more:
            yield at, end
        at = folded.find(name, end)


def _worded(folded: str, name: str) -> Iterable[tuple[int, int]]:
    """Where the words of a name, two or more, stand in quotation marks or after "according to"."""
    parts = re.findall(r"[^\W_]+", name)
    if len(parts) < 2 or not all(part in folded for part in parts):
        return
    pattern = r"(?<!\w)" + r"[\W_]{1,3}".join(map(re.escape, parts)) + r"(?!\w)\)?"
    for match in re.finditer(pattern, folded):
        before, after = folded[: match.start()], folded[match.end() :]
        quoted = before[-1:] and before[-1] in _OPEN and after[:1] and after[0] in _CLOSE
        if quoted or _ACCORDING.search(before):
            yield match.span()


def _inside_another(span: tuple[int, int], all_spans: Iterable[tuple[int, int]]) -> bool:
    return any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in all_spans)


def _without(question: str, start: int, end: int) -> str:
    """The question without a name: with its "in", or "the document" in its place."""
    marks = f"[{_OPEN}]?{re.escape(question[start:end])}[{_CLOSE})]?"
    match = re.search(rf"{_BEFORE}{marks}{_AFTER}", question, re.IGNORECASE)
    if match is None:
        return question
    before, after = question[: match.start()].rstrip(" ,"), question[match.end() :]
    if match.group("way"):
        rest = after.lstrip(" ,:") if not before else after
        bare = (
            f"{before} {rest.lstrip()}" if rest[:1].isalnum() or rest[:1] == " " else before + rest
        )
    else:
        bare = f"{before} the document{after}"
    bare = " ".join(bare.split()).strip(" ,")
    return bare[:1].upper() + bare[1:] if _told(bare) else question
