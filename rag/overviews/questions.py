"""Which questions are about a whole document, and which ask for everything of a kind.

"What is this about?", "summarise section 3", "list all deadlines", "what changed between the 2019
and the 2024 contract?" Recognised by their words alone and with reserve: a question that asks for
one fact must never be taken for one. Whether the document or section they name exists is decided in
`rag.overviews.targets`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from index.analysis import QUESTION_WORDS, words
from rag.overviews.things import pattern_of


class Wish(Enum):
    """What an overview is to give."""

    ABOUT = "about"  #: what it is about: a few sentences
    SUMMARY = "summary"  #: its main points
    LIST = "list"  #: everything of a kind, wherever it stands
    INVENTORY = "inventory"  #: which documents there are
    CHANGES = "changes"  #: what one document says otherwise than another


@dataclass(frozen=True, slots=True)
class Request:
    """An overview that a question asks for."""

    wish: Wish
    target: str  #: the document or section it names, as written; may be empty
    what: str = ""  #: of a list: the things asked for, as written
    sure: bool = True  #: False when only a document's name makes an overview of it
    other: str = ""  #: of changes: the second document; empty when ``target`` names both


_OPEN = r"^\W*(?:(?:please|can you|could you|would you|and|now|so|then)\s+)*(?:please\s+)?"
_GIVE = r"(?:(?:give|show|tell|write|send|make)\s+(?:me|us)?\s*)?"
_DEGREE = r"(?:(?:a|an|the|short|brief|quick|concise|one-\w+|rough|general|overall)\s+)*"
_DOCUMENT = (
    r"(?:(?:this|that|these|those|the|my|our|your|all|whole|entire|uploaded)\s+)*"
    r"(?:documents?|files?|texts?|papers?|pdfs?|uploads?|folders?|sheets?|spreadsheets?|slides?"
    r"|presentations?|e-?mails?|books?|it|here)"
)
_ABOUT = (
    re.compile(
        rf"{_OPEN}(?:what(?:'s| is| are| was| were)|tell me what)\s+(.+?)\s+(?:is |are )?"
        r"(?:all |mostly |mainly )?about\W*$",
        re.I,
    ),
    re.compile(rf"{_OPEN}what(?:'s| is| are) (?:in|inside) ({_DOCUMENT})\W*$", re.I),
    re.compile(rf"{_OPEN}(?:describe|explain) ({_DOCUMENT})\W*$", re.I),
    re.compile(rf"{_OPEN}what (?:kind|sort|type) of {_DOCUMENT} (?:is|are) (.+?)\W*$", re.I),
)
# "What does the handbook cover?", but not "What does the insurance cover?"
_ABOUT_NAMED = (
    re.compile(
        rf"{_OPEN}what (?:does|do) (.+?) (?:deal with|talk about|cover|contain|say|describe"
        r"|discuss|treat)\W*$",
        re.I,
    ),
)
_SUMMARY = (
    re.compile(
        rf"{_OPEN}(?:summari[sz]e|sum up|outline|recap)\b\s*(.*?)"
        r"(?:\s+(?:for me|briefly|in (?:a few|\w+) (?:sentences?|words|points|lines)))?\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}{_GIVE}{_DEGREE}(?:summary|overview|outline|abstract|gist|synopsis|tl;?dr)"
        r"(?::?\s+(?:(?:of|for|from|on|about)\s+)?(.+?))?\W*$",
        re.I,
    ),
    re.compile(rf"{_OPEN}(?:what (?:is|'s)\s+)?{_DEGREE}(?:summary|gist)\s+of\s+(.+?)\W*$", re.I),
    re.compile(
        rf"{_OPEN}(?:what (?:are|were)\s+|list\s+|{_GIVE})(?:all\s+)?(?:the\s+)?(?:main|key"
        r"|most important|central|essential|major)\s+(?:points?|messages?|ideas?|takeaways?|topics?"
        r"|findings?|conclusions?|statements?|contents?|themes?)"
        r"(?:\s+(?:of|in|from)\s+(.+?))?\W*$",
        re.I,
    ),
)
_ALL = r"(?:all(?:\s+of)?|every(?:\s+single)?|each(?:\s+and\s+every)?|any\s+and\s+all)"
_LIST = (
    re.compile(
        rf"{_OPEN}(?:list|show|find|give|name|enumerate|extract|collect|get|search|look for)\s+"
        rf"(?:me\s+|us\s+|up\s+)?{_ALL}\s+(?:the\s+|my\s+|our\s+)?(.+?)\W*$",
        re.I,
    ),
    re.compile(rf"{_OPEN}(?:what|which|who)\s+are\s+{_ALL}\s+(?:the\s+|my\s+)?(.+?)\W*$", re.I),
    re.compile(rf"{_OPEN}a (?:full |complete )?list of\s+(?:{_ALL}\s+)?(?:the\s+)?(.+?)\W*$", re.I),
    re.compile(rf"{_OPEN}{_ALL}\s+(?:the\s+)?([\w-]+s)(\s+(?:in|of|from)\s+.+?)?\W*$", re.I),
)
# Without "all" these may ask for one fact: they count for a kind of thing that is known by its
# form, or for a document or section that exists.
_NAMED_LIST = (
    re.compile(
        rf"{_OPEN}(?:what|which)\s+([\w-]+s(?:\s+and\s+[\w-]+s)?)\s+(?:are|were)\s+(?:mentioned|listed|named|given"
        r"|there)((?:\s+(?:in|throughout|across)\s+.+?)?)\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}(?:list|extract|collect)\s+(?:the\s+)?(deadlines|dates|due dates|prices|costs"
        r"|fees|amounts|names|e-?mails?(?: addresses)?|phone numbers|links|urls|obligations|duties"
        r"|percentages)"
        r"((?:\s+(?:in|of|from)\s+.+?)?)\W*$",
        re.I,
    ),
)
_IN = re.compile(
    r"\s+(?:(?:mentioned|listed|named|given|found|stated|set out)\s+)?"
    r"(?:in|from|of|within|throughout|across)\s+",
    re.I,
)
_FILES = r"(?:documents?|files?|pdfs?|uploads)"
_THERE = (
    r"(?:\s+(?:do|have|did|can|are|is)\s+(?:you|i|we|there|in|here)\b"
    r"(?:\s+(?:got|have|read|know|see|search|hold|use|uploaded|added|indexed|here|there|now"
    r"|in|to|the|my|this|library|folder|index|all|together|access|available|loaded)\b)*)"
)
_SUBJECT = r"(?:\s+(?:about|on|concerning|regarding)\s+(.+?))?"
_INVENTORY = (
    re.compile(rf"{_OPEN}(?:what|which|how many)\s+{_FILES}{_THERE}{_SUBJECT}\W*$", re.I),
    re.compile(
        rf"{_OPEN}(?:list|show|name|give)\s+(?:me\s+|us\s+)?(?:all\s+|a list of\s+)?"
        rf"(?:(?:of|the|my|our|your|these|those|all)\s+)*{_FILES}"
        r"(?:\s+(?:you have|there are|in (?:the|this|my) (?:library|folder|index)))?"
        rf"{_SUBJECT}\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}what (?:can|could|may|should) i ask(?: you)?(?: about| here)?()\W*$", re.I
    ),
    re.compile(rf"{_OPEN}what do you know(?: about)?()\W*$", re.I),
)
_CHANGED = (
    r"what(?:\s+is|\s+are|\s+has|\s+have|\s+was|\s+were|\s+all|['’]s)*\s+"
    r"(?:(?:been\s+)?changed|different|new|(?:the\s+)?(?:main\s+)?(?:differences?|changes))"
)
_CHANGES = (
    re.compile(
        rf"{_OPEN}{_CHANGED}\s+in\s+(?P<of>.+?)\s+(?:from|between)\s+(?P<one>\S+)\s+(?:to|and)\s+"
        r"(?P<other>\S+?)\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}(?:{_CHANGED}|{_GIVE}(?:list\s+)?(?:all\s+)?(?:the\s+)?(?:differences?|changes?))\s+"
        r"(?:between|from)\s+(?P<one>.+?)\s+(?:and|to)\s+(?P<other>.+?)\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}{_CHANGED}\s+in\s+(?P<other>.+?),?\s+(?:compared\s+(?:to|with)|against|since|over"
        r"|versus|vs\.?|from)\s+(?P<one>.+?)\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}compare\s+(?P<one>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+(?P<other>.+?)\W*$",
        re.I,
    ),
    re.compile(
        rf"{_OPEN}how\s+(?:does|do|did|is|are)\s+(?P<other>.+?)\s+differ(?:ent)?\s+from\s+(?P<one>.+?)\W*$",
        re.I,
    ),
    re.compile(rf"{_OPEN}{_CHANGED}\s+between\s+(?P<both>.+?)\W*$", re.I),
    re.compile(rf"{_OPEN}{_CHANGED}\s+in\s+(?P<one>.+?)\W*$", re.I),
)
_WISHES: tuple[tuple[Wish, Sequence[re.Pattern[str]]], ...] = (
    (Wish.SUMMARY, _SUMMARY),
    (Wish.ABOUT, _ABOUT),
    (Wish.ABOUT, _ABOUT_NAMED),
)
_LONGEST = 25  # words; a longer question asks something of its own
_LONGEST_CHARACTERS = 400
_LONGEST_THING = 5  # content words of what is to be listed


def requests(question: str) -> list[Request]:
    """The overviews that a question may ask for, likeliest first; none for most questions.

    "list all fees of the library" may mean fees in the library's document or library fees
    anywhere: both readings are handed out, and the target that exists decides.
    """
    asked = " ".join(question.split())
    if not asked or len(asked) > _LONGEST_CHARACTERS or len(words(asked)) > _LONGEST:
        return []
    match = _first(_INVENTORY, asked)
    if match is not None:
        return [Request(Wish.INVENTORY, "", (match[1] or "").strip())]
    match = _first(_CHANGES, asked)
    if match is not None:
        parts = {name: part or "" for name, part in match.groupdict().items()}
        shared = f"{parts['of']} " if parts.get("of") else ""
        one = f"both {parts['both']}" if "both" in parts else parts["one"]
        other = parts.get("other", "")
        return [Request(Wish.CHANGES, shared + one, other=other and shared + other)]
    for wish, patterns in _WISHES:
        match = _first(patterns, asked)
        if match is not None:
            target = (match[1] or "").strip()
            return [Request(wish, target, sure=patterns is not _ABOUT_NAMED)]
    for patterns, whatever in ((_LIST, True), (_NAMED_LIST, False)):
        match = _first(patterns, asked)
        if match is not None:
            return _lists("".join(part or "" for part in match.groups()).strip(), whatever)
    return []


def _first(patterns: Sequence[re.Pattern[str]], asked: str) -> re.Match[str] | None:
    return next((match for way in patterns if (match := way.match(asked)) is not None), None)


def _lists(thing: str, whatever: bool) -> list[Request]:
    """Readings of "fees of the library": the shortest thing first.

    Things that no form tells are listed from anywhere only if ``whatever``.
    """
    found: list[Request] = []
    for split in _IN.finditer(thing):
        found.append(Request(Wish.LIST, thing[split.end() :], thing[: split.start()]))
    if whatever or pattern_of(thing) is not None:
        found.append(Request(Wish.LIST, "", thing))
    return [one for one in found if 0 < len(_content(one.what)) <= _LONGEST_THING]


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in QUESTION_WORDS]
