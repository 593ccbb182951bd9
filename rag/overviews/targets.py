"""Which documents, and which part of them, a question about a whole means.

"This document", a title or file name, "section 3", "the section on heating". Nothing is guessed: a
target that no document or heading answers to is no target.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from index.analysis import QUESTION_WORDS, terms, words
from index.types import BlockKind, Document, DocumentInfo

MOST_DOCUMENTS = 8  #: of which an overview says something; more would be no overview
_EVERY = re.compile(
    r"(?:(?:this|that|these|those|the|my|our|your|all|whole|entire|every|each|uploaded|given)\s+)*"
    r"(?:documents?|files?|texts?|papers?|pdfs?|uploads?|folders?|sheets?|spreadsheets?|slides?"
    r"|presentations?|e-?mails?|books?|everything|it|this|that|these"
    r"|them|they|here|all|articles?|pages?|contents?)",
    re.I,
)
_SECTION = re.compile(
    r"\b(section|chapter|part|clause|paragraph|article|§)\s*((?:\d{1,4}(?:\.\d{1,4})*)|[ivxlc]+|[a-z]"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|last)\b\.?",
    re.I,
)
_ORDINAL_SECTION = re.compile(
    r"\b(first|second|third|fourth|fifth|last|final)\s+(section|chapter|part|clause)\b", re.I
)
_SECTION_ON = re.compile(
    r"\b(?:section|chapter|part|paragraph|clause)s?\s+(?:on|about|called|named|titled|entitled)\s+"
    r"(.+?)(?=\s+(?:of|in|from)\s+(?:the|this|my|that)\b|$)",
    re.I,
)
_NAMED_SECTION = re.compile(r"(.+?)\s+(?:section|chapter|part|clause)\b", re.I)
_REST = re.compile(r"^\s*(?:of|in|from)\s+", re.I)
_NUMBERS = {
    name: number
    for number, names in enumerate(
        "one first i|two second ii|three third iii|four fourth iv|five fifth v|six vi|seven vii"
        "|eight viii|nine ix|ten x".split("|"),
        1,
    )
    for name in names.split()
}
_LEADING_NUMBER = re.compile(
    r"^\W*(?:(?:section|chapter|part|clause|article|§)\s*)?(\d+(?:\.\d+)*|[ivxlc]+(?=[.):\s]))",
    re.I,
)
_MOST_OF_A_NAME = 0.5
_FILLER = frozenset("document file pdf docx doc txt text called named titled".split())

ReadDocument = Callable[[str], Document | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document; the whole of it when ``heading`` is None."""

    info: DocumentInfo
    document: Document
    start: int
    end: int
    heading: str | None = None


def find_parts(
    target: str,
    infos: Mapping[str, DocumentInfo],
    read: ReadDocument,
    *,
    sure: bool = True,
    most: int | None = MOST_DOCUMENTS,
) -> list[Part] | None:
    """The parts a target means, by title of their document; None when it names nothing there is.

    An empty target, "this document" and "everything" mean every document, of which ``most`` are
    handed out. Unless ``sure``, the
    target must be most of a document's name or a numbered section.
    """
    for section, rest in _readings(target):
        if not sure and section is not None and _SECTION.search(target) is None:
            continue
        documents = named_documents(rest, infos, least=0.0 if sure else _MOST_OF_A_NAME)
        if documents is None:
            continue
        parts = [
            part
            for info in documents[: None if section else most]
            if (part := _part(info, section, read)) is not None
        ]
        if parts:
            return parts[:most]
    return None


def means_everything(target: str) -> bool:
    """Whether a target is empty, "this document", "all my files" and the like."""
    bare = target.strip(" ?.!,")
    return not bare or _EVERY.fullmatch(bare) is not None


def named_documents(
    target: str, infos: Mapping[str, DocumentInfo], *, least: float = 0.0
) -> list[DocumentInfo] | None:
    """The documents that a target names by words of title or file name; None when none.

    Every word must be in the name, and at least this share of the name be asked for. Of several
    documents those win whose names hold least besides.
    """
    bare = re.sub(r"[\"'“”‘’]", "", target).strip(" ?.!,")
    if means_everything(bare):
        return list(infos.values())
    exact = [info for info in infos.values() if bare.casefold() in map(_file_name, info.sources)]
    if exact:
        return exact
    wanted = set(terms(" ".join(w for w in words(bare) if w not in QUESTION_WORDS | _FILLER)))
    if not wanted:
        return None
    scored: list[tuple[float, DocumentInfo]] = []
    for info in infos.values():
        names = [set(terms(info.title)), *(set(terms(_stem(source))) for source in info.sources)]
        shares = [len(wanted) / len(name) for name in names if name and wanted <= name]
        if shares and max(shares) >= least:
            scored.append((max(shares), info))
    if not scored:
        return None
    best = max(share for share, _ in scored)
    return [info for share, info in scored if share >= best - 1e-9]


def _file_name(source: str) -> str:
    return PurePath(source.replace("\\", "/")).name.casefold()


def _stem(source: str) -> str:
    name = _file_name(source)
    return re.sub(r"[-_.]+", " ", name.rsplit(".", 1)[0])


def about(subject: str, infos: Mapping[str, DocumentInfo]) -> list[DocumentInfo]:
    """The documents whose title or file name holds every word of a subject; all for none."""
    wanted = set(terms(" ".join(w for w in words(subject) if w not in QUESTION_WORDS)))
    named = {
        info.id: f"{info.title} {' '.join(map(_stem, info.sources))}" for info in infos.values()
    }
    return [info for info in infos.values() if wanted <= set(terms(named[info.id]))]


def lacking_section(
    target: str, infos: Mapping[str, DocumentInfo], read: ReadDocument
) -> tuple[DocumentInfo, str, tuple[str, ...]] | None:
    """A document that is named with a section it does not have: the section's words, and the
    document's headings. None where a target is no such thing."""
    cleaned = target.strip(" ?.!,")
    asked = _SECTION.search(cleaned) or _ORDINAL_SECTION.search(cleaned)
    if asked is None:
        return None
    documents = named_documents(_around(cleaned, asked), infos)
    if documents is None or len(documents) != 1:
        return None
    document = read(documents[0].id)
    if document is None:
        return None
    headings = tuple(text for _, _, text in _headings(document) if text != document.title)
    return documents[0], asked[0], headings


# ---- sections ------------------------------------------------------------------------------

Section = Callable[[Document], tuple[int, int, str] | None]


def _readings(target: str) -> Iterable[tuple[Section | None, str]]:
    """Ways to take a target apart into a section and what names the document."""
    cleaned = target.strip(" ?.!,")
    numbered = _SECTION.search(cleaned)
    if numbered is not None:
        number = numbered[2].casefold()
        yield partial(_numbered, number=number), _around(cleaned, numbered)
        yield partial(_counted, number=number), _around(cleaned, numbered)
    ordinal = _ORDINAL_SECTION.search(cleaned)
    if ordinal is not None:
        place = ordinal[1].casefold()
        yield partial(_nth, place=place), _around(cleaned, ordinal)
    titled = _SECTION_ON.search(cleaned)
    if titled is not None:
        yield partial(_headed, name=titled[1]), _around(cleaned, titled)
    yield None, cleaned
    called = _NAMED_SECTION.match(cleaned)
    if called is not None:
        yield partial(_headed, name=called[1]), _REST.sub("", cleaned[called.end() :])
    # "Summarise repairs of the tenancy agreement", "what is Heating about?": a heading's own words
    for split in re.finditer(r"\s+(?:of|in|from)\s+", cleaned):
        yield partial(_headed, name=cleaned[: split.start()]), cleaned[split.end() :]
    if cleaned:
        yield partial(_headed, name=cleaned, whole=True), ""


def _around(text: str, match: re.Match[str]) -> str:
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
    return re.sub(
        r"^(?:the|of|in|from|\W)+\s+|\s+(?:of|in|from|the)$|^(?:the|of)$", "", _REST.sub("", rest)
    ).strip()


def _part(info: DocumentInfo, section: Section | None, read: ReadDocument) -> Part | None:
    document = read(info.id)
    if document is None:
        return None
    if section is None:
        return Part(info, document, 0, len(document.text))
    found = section(document)
    return None if found is None else Part(info, document, *found)


def _numbered(document: Document, number: str) -> tuple[int, int, str] | None:
    """The section whose heading begins with the number."""
    headings = _headings(document)
    wanted = {number, str(_NUMBERS.get(number, number))}
    for place, (_, _, text) in enumerate(headings):
        match = _LEADING_NUMBER.match(text)
        if match is not None and match[1].casefold().rstrip(".") in wanted:
            return _span(document, headings, place)
    return None


def _counted(document: Document, number: str) -> tuple[int, int, str] | None:
    """The nth section of a document that numbers none."""
    if any(_LEADING_NUMBER.match(text) for _, _, text in _headings(document)):
        return None
    known = number.isdecimal() or number in _NUMBERS or number == "last"
    return _nth(document, number) if known else None


def _nth(document: Document, place: str) -> tuple[int, int, str] | None:
    """The nth of the headings of the level that has most, without the title."""
    headings = _headings(document)
    levels = [level for _, level, text in headings if text != document.title]
    if not levels:
        return None
    level = max(set(levels), key=lambda one: (levels.count(one), -one))
    same = [
        at for at, (_, own, text) in enumerate(headings) if own == level and text != document.title
    ]
    number = len(same) if place in ("last", "final") else int(_NUMBERS.get(place, place))
    return _span(document, headings, same[number - 1]) if 1 <= number <= len(same) else None


def _headed(document: Document, name: str, *, whole: bool = False) -> tuple[int, int, str] | None:
    """The section whose heading holds the words of a name, the shortest such; all, if ``whole``."""
    wanted = set(terms(" ".join(word for word in words(name) if word not in QUESTION_WORDS)))
    headings = _headings(document)
    fitting = [
        (len(own), place)
        for place, (_, _, text) in enumerate(headings)
        if (own := _heading_terms(text)) and wanted and (own == wanted if whole else wanted <= own)
    ]
    return _span(document, headings, min(fitting)[1]) if fitting else None


def _heading_terms(text: str) -> set[str]:
    bare = _LEADING_NUMBER.sub("", text)
    return set(terms(" ".join(word for word in words(bare) if word not in QUESTION_WORDS)))


def _headings(document: Document) -> list[tuple[int, int, str]]:
    """Start, level and text of the headings in order."""
    return [
        (block.start, block.level, " ".join(document.text[block.start : block.end].split()))
        for block in document.blocks
        if block.kind is BlockKind.HEADING
    ]


def _span(
    document: Document, headings: Sequence[tuple[int, int, str]], place: int
) -> tuple[int, int, str]:
    """From a heading up to the next of its level or higher."""
    start, level, text = headings[place]
    following = (at for at, own, _ in headings[place + 1 :] if own <= level)
    return start, next(following, len(document.text)), text
