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

from index.analysis import fold
from index.snapshot import Snapshot
from index.types import DocumentInfo, Scope
from rag.rewriting import kept_turns, standalone
from rag.types import Turn

# A question without one of these names no document.
_MAY_NAME = re.compile(r"\w\.\w|\w[-_]\w|[\"“„«”»]|\baccording to\b", re.I)
_KIND = r"(?:documents?|files?|texts?|papers?|pdfs?|sheets?|spreadsheets?|slides?|e-?mails?)"
_THE = r"(?:the|my|our|this)"
_WAY = r"(?:according\s+to|as\s+stated\s+in|in|inside|within|from|of|per|by)"
_BEFORE = re.compile(
    rf"(?:\b(?P<way>{_WAY})\s+)?(?:\b{_THE}\s+)?(?:\b{_KIND}\s+(?:called\s+|named\s+|titled\s+)?)?"
    r"[\"'“„«‘]?$",
    re.I,
)
_AFTER = re.compile(rf"^[\"'”“»’]?(?:\s+{_KIND}\b)?(?!\w)", re.I)
_LINKING = re.compile(r"(?:\b(?:is|are|was|were|stands?)|['’]s)\s*$", re.I)  # "What is in …?"
_ACCORDING = re.compile(rf"\baccording\s+to\s+(?:{_THE}\s+)?$", re.I)
_GOES_ON = re.compile(
    r"^\W*$|^[,;:]|^\s+(?:what|who|whom|whose|when|where|which|how|why|is|are|was|were|do|does|did"
    r"|can|may|must|should|has|have|had|will)\b",
    re.I,
)
_SAYS = re.compile(r"^[\"'”“»’]?\s+(?:say|tell|state|mention|list|contain|cover)\b", re.I)
_DOES = re.compile(rf"\b(?:do|does|did)\s+(?:{_THE}\s+)?[\"'“„«‘]?$", re.I)
_QUOTED_IN = re.compile(
    rf"(?:\b(?:in|inside|within|from|per)\s+|\baccording\s+to\s+)(?:{_THE}\s+)?(?:{_KIND}\s+"
    rf"(?:called\s+|named\s+|titled\s+)?)?$|\b{_KIND}\s+(?:called\s+|named\s+|titled\s+)?$",
    re.I,
)
_LEFT_OUT = re.compile(
    r"\b(?:except|excluding|without|besides|ignoring|(?:other|rather)\s+than|apart\s+from|but\s+not"
    rf"|not)(?:\s+(?:for|in|from|by|{_THE}|{_KIND}))*\s+[\"'“„«‘]?$",
    re.I,
)
_ELLIPTIC = re.compile(
    rf"\W*(?:(?:and|but|or|so|then|now|also|what|how|about|in|for|from|of|to|with|according|same"
    rf"|please|{_THE}|{_KIND})\b\W*)*",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:others?|all|else|elsewhere|every|everywhere|any|documents|files|folders?|library"
    r"|(?:19|20)\d\d)\b|\w\.[A-Za-z]\w{1,4}\b",
    re.I,
)
_PATH = re.compile(r"(?:[A-Za-z]:)?[^\s\"'“”„«»]*[/\\]$")
_OPEN, _CLOSE = "\"'“„«‘", "\"'”“»’"
Place = tuple[int, int]


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
        count = len(self.documents)
        said = " and ".join(self.names)
        if count > len(self.names):
            said += f" ({count:,} documents)"
        was = "was" if count == 1 else "were"
        it = "it" if len(self.names) == 1 else "them"
        who = "an earlier question" if self.earlier else "the question"
        return f"Only {said} {was} searched, because {who} names {it}."


def named_in(question: str, infos: Callable[[], Mapping[str, DocumentInfo]]) -> Named | None:
    """The documents among ``infos``, looked up if need be, that a question names, or None.

    A file name counts wherever it stands, but for "all except contract.pdf". One without its ending
    counts where it is two words or more and a number, or the question asks what it says; the words
    of a title or file name, two or more, count after "according to", and in quotation marks where
    "in" or "from" stands before or the question asks what it says.
    """
    if _MAY_NAME.search(question) is None:
        return None
    question = unicodedata.normalize("NFC", question)
    folded = _plain(question)
    found: dict[Place, list[DocumentInfo]] = {}
    for info in infos().values():
        for place in _places(folded, info):
            found.setdefault(place, []).append(info)
    places = sorted(place for place in found if not _inside_another(place, found))
    if not places or any(_LEFT_OUT.search(question[:start]) for start, _ in places):
        return None
    documents = {info.id: info for place in places for info in found[place]}
    names = tuple(dict.fromkeys(question[slice(*place)] for place in places))
    # Two that are told apart by their names are read with them.
    bare = _without(question, *places[0]) if len(places) == 1 else question
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
    if own is not None and turns and _is_elliptic(question, own):
        asked, before = history[-1].question, stripped[-1]
        if before is not None and len(before.names) == len(own.names) == 1:
            asked = asked.replace(before.names[0], own.names[0])
        again = named_in(asked, infos) or own
        return asked, replace(own, question=again.question if again is not own else asked)
    bare = question if own is None else own.question
    asked = rewrite(bare, turns)
    if own is not None:
        return question if asked == bare else asked, replace(own, question=asked)
    return asked, _inherited(question, asked, history, stripped, turns)


def _inherited(
    question: str,
    asked: str,
    history: Sequence[Turn],
    stripped: Sequence[Named | None],
    turns: Sequence[Turn],
) -> Named | None:
    """What the turns named that a follow-up leans on, unless it looks elsewhere itself."""
    leans, said = asked != question, question
    for number in reversed(range(len(turns))):
        if not leans or _ELSEWHERE.search(said):
            return None
        before = stripped[number]
        if before is not None:
            return replace(before, question=asked, earlier=True)
        said = history[number].question
        leans = standalone(turns[number].question, turns[:number]) != turns[number].question
    return None


def _is_elliptic(question: str, named: Named) -> bool:
    """Whether a question is nothing but a name: "And in contract-2024.pdf?"."""
    for name in named.names:
        question = question.replace(name, " ")
    return _ELLIPTIC.fullmatch(question) is not None


def _plain(text: str) -> str:
    """Folded, letter by letter where offsets would move."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    return "".join(one if len(one) == 1 else letter for letter in text for one in (fold(letter),))


def _places(folded: str, info: DocumentInfo) -> Iterable[Place]:
    for source in info.sources:
        path = _plain(source.replace("\\", "/"))
        name = PurePath(path).name
        stem = name.rsplit(".", 1)[0]
        for start, end in _whole(folded, name) if name != stem else ():
            led = _PATH.search(folded[:start])
            way = led.group().replace("\\", "/").lstrip("./~") if led else ""
            if not way or f"/{path}".endswith(f"/{way}{name}") or path.endswith(f"{way}{name}"):
                yield (led.start() if led else start), end
        parts = re.split(r"[-_]", stem)
        told = sum(len(part) > 2 and part.isalpha() for part in parts)
        # "covid-19", "INV-2024-001" and "face-to-face" are said of more than files called so
        is_name = told > 1 and any(map(str.isdigit, stem))
        for start, end in _whole(folded, stem) if told > 1 or len(parts) > 2 else ():
            if is_name or _asks_what_it_says(folded, start, end):
                yield start, end
        yield from _worded(folded, stem)
    yield from _worded(folded, _plain(info.title))


def _whole(folded: str, name: str) -> Iterable[Place]:
    at = folded.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        before, after = folded[at - 1 : at], folded[end : end + 2]
        cut = _is_letter(before) or before in ("-", "_") or after[:1] in ("-", "_")
        if (
            not cut
            and not _is_letter(after[:1])
            and not (after[:1] == "." and _is_letter(after[1:]))
        ):
            yield at, end
        at = folded.find(name, end)


def _is_letter(one: str) -> bool:
    """Of a script that parts its words, or a digit: names stand close beside Chinese letters."""
    return one.isalnum() and one < "\u3000"


def _worded(folded: str, name: str) -> Iterable[Place]:
    """Where the words of a name, two or more, are said to be a document's."""
    parts = re.findall(r"[^\W_]+", name)
    if len(parts) < 2 or not all(part in folded for part in parts):
        return
    pattern = r"(?<!\w)" + r"[\W_]{1,3}".join(map(re.escape, parts)) + r"(?!\w)\)?"
    for match in re.finditer(pattern, folded):
        start, end = match.span()
        before, after = folded[:start], folded[end:]
        if before[-1:] and before[-1] in _OPEN and after[:1] and after[0] in _CLOSE:
            named = bool(_QUOTED_IN.search(before[:-1])) or _asks_what_it_says(folded, start, end)
        else:
            named = bool(_ACCORDING.search(before) and _GOES_ON.search(after))
        if named:
            yield start, end


def _asks_what_it_says(folded: str, start: int, end: int) -> bool:
    return bool(_DOES.search(folded[:start]) and _SAYS.search(folded[end:]))


def _inside_another(place: Place, places: Iterable[Place]) -> bool:
    return any(other != place and other[0] <= place[0] and place[1] <= other[1] for other in places)


def _without(question: str, start: int, end: int) -> str:
    """The question without a name: with its "in", or "the document" in its place."""
    before, after = question[:start], question[end:]
    led, followed = _BEFORE.search(before), _AFTER.match(after)
    head = before[: led.start()] if led else before
    tail = after[followed.end() :] if followed else after
    way = led.group("way") if led else None
    if way and not _LINKING.search(head):
        if head.endswith("(") and tail.startswith(")"):
            head, tail = head[:-1], tail[1:]
        head = head.rstrip(" ,")
        bare = f"{head} {tail}" if head else tail.lstrip(" ,:;")
    else:
        kept = f"{way} " if way else ""
        bare = f"{head}{kept}the document{tail}"
    bare = re.sub(r"\s+([?.!,;:])", r"\1", " ".join(bare.split()))
    return bare[:1].upper() + bare[1:] if any(map(str.isalnum, bare)) else question
