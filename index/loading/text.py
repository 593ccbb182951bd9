"""Plain text: paragraphs between blank lines, hard-wrapped lines re-joined, careful headings.

Leaves lines alone where their ends mean something: poems, addresses, the messages of a chat. A
heading is named only where the layout is unmistakable: a false one costs more than a missed one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.loading.builder import Parsed, TextBuilder
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.mending import ends_in_hyphen, is_soft_hyphen, vocabulary
from index.types import BlockKind, SkipReason

_UNDERLINE = re.compile(r"^(={3,}|-{3,}|~{3,}|\*{3,})$")
_BULLET = re.compile(r"^(\s*)(?:([-*•‣◦▪·–])|(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)]))\s+(?=\S)")
_STARS = re.compile(r"^\s*\*{2,}\s+(?=\S)")
_CLAUSE = re.compile(r"^\s*(\d{1,2})(?:\.\d{1,2})+\.?\s+[A-ZÀ-Þ]")
#: "45.00*" refers to a footnote, "*this*" does not.
_EMPHASIS = re.compile(r"(?<!\S)\*+[^\s*][^*\n]*\*+")
_REFERENCE = re.compile(r"(?<=[^\s*])\*(?![^\s,;:.)\]|])")
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_MONTH = re.compile(
    r"\d{1,2}\.? (?:Jan(?:uary?)?|Feb(?:ruary?)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
    r"|Januar|Februar|März|Mai|Juni|Juli|Okt(?:ober)?|Dez(?:ember)?)\b"
)
_STREET = re.compile(
    r"\d{1,2} [^,]*\b(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Crescent|Terrace|Square|Gardens"
    r"|Grove|Close|Court|Place|Way|Hill)\b\.?(?:,.*)?"
)
_SENTENCE_END = (".", ",", ";", ":", "!", "?", "…")
_LONG_LINE = 120  #: nobody wraps lines by hand at more than this
_NARROW = 45  #: lines shorter than this are wrapped only where a word is broken between two
#: "12/08/2023, 09:10 - ", "[12.08.23, 09:10:05] ", "2023-08-12T09:10 ", "09:10 "
_STAMP = re.compile(
    r"\W{0,3}(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\.?,?[ T]\W?\d{1,2}[:.]\d{2}"
    r"|\d{1,2}:\d{2}(?::\d{2})?\b)"
)
_SPEAKER = re.compile(r"[^\W\d_][^:.!?;,]{0,30}: \S")
_TITLE_WORDS = 8
_SMALL_WORDS = frozenset(
    "A AN AND AS AT BY FOR FROM IN IS OF ON OR OUR THE THEIR TO WHILE WITH YOUR".split()
)
_DIGIT = re.compile(r"\d")
_HANGING = 4  # blanks further in than the entry above


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a text file. Raises RefusedError when it is empty or no text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    add_plain(builder, text)
    return builder.parsed("text", warnings=warnings)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a group."""

    above: str  #: the last line above, if any
    following: list[str]
    section: str  #: the number of the last numbered heading, if any


def add_plain(builder: TextBuilder, text: str) -> None:
    """Add the paragraphs, lists and headings of plain text."""
    stretches = _stretches(text)
    words = vocabulary(line for lines, _ in stretches if len(lines) > 1 for line in lines)
    refers = _refers_to_notes(text)
    above = section = ""
    for lines, following in stretches:
        rest = _add_heading(builder, lines, _Around(above, following, section))
        number = _NUMBERED.match(lines[0].strip())
        if number and len(rest) < len(lines):
            section = number.group(1)
        above = lines[-1]
        if not rest:
            continue
        if _BULLET.match(rest[0]) and not _is_prose_start(rest):
            _add_list(builder, rest, words, refers)
        else:
            _add_paragraphs(builder, rest, words)


def _refers_to_notes(text: str) -> bool:
    """True when stars behind words refer to footnotes, and those before lines are no bullets."""
    lines = text.splitlines()
    notes = sum(line.lstrip().startswith("* ") for line in lines)
    return 0 < notes <= sum(bool(_REFERENCE.search(_EMPHASIS.sub("", line))) for line in lines)


def _stretches(text: str) -> list[tuple[list[str], list[str]]]:
    """The groups and parts of groups, each with the lines below that it might be a heading of."""
    stretches: list[tuple[list[str], list[str]]] = []
    for group, below in pairwise([*_groups(text), []]):
        parts = _parted(group)
        if len(parts) == 1:
            stretches.append((group, below))
            continue
        numbered = [part for part in parts if _NUMBERED.match(part[0].strip())]
        sections = parts[0] in numbered and all(len(part) == 1 for part in numbered)
        for place, part in enumerate(parts, 1):
            after = [line for other in parts[place : place + 3] for line in other]
            stretches.append((part, (after or below) if sections else []))
    return stretches


def _groups(text: str) -> list[list[str]]:
    """Stretches of lines between blank lines; a form feed is a blank line."""
    groups: list[list[str]] = [[]]
    for line in text.replace("\x0c", "\n\n").splitlines():
        if line.strip():
            groups[-1].append(line.rstrip())
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _parted(group: list[str]) -> list[list[str]]:
    """The group, cut where a list begins below a colon and where other words follow its items."""
    items = [_BULLET.match(line) is not None for line in group]
    if sum(items) < 2:
        return [group]
    width = max(_NARROW, *map(len, group))
    ended = _are_ended(group, items)
    parts = [[group[0]]]
    listed = seen = items[0]
    edge = _indent(group[0])
    bare = False  # where an item has no words below it, those below another may not be its own
    for place, (above, line) in enumerate(pairwise(group), 1):
        if items[place]:
            cut = not listed and (seen or (above.endswith(":") and not items[place - 1]))
            bare = bare or items[place - 1]
            edge = _indent(line)
        else:
            room = len(above) + 1 + len(line.split(maxsplit=1)[0]) <= 0.92 * width
            whole = not (items[place - 1] and above.endswith(":"))
            begins = whole and line.lstrip()[0].isupper() and (bare or ended[place])
            cut = listed and room and _indent(line) <= edge and (begins or line.endswith(":"))
        if cut:
            parts.append([])
            listed = items[place]
            seen = seen or listed
        parts[-1].append(line)
    return parts


def _are_ended(group: list[str], items: list[bool]) -> list[bool]:
    """For each line, whether the lines up to the next item end as a sentence does."""
    ended: list[bool] = []
    below = True  # an item follows, or nothing
    for line, item in zip(reversed(group), reversed(items), strict=True):
        ended.append(line.endswith((".", "!", "?")) if below else ended[-1])
        below = item
    return ended[::-1]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _add_heading(builder: TextBuilder, group: list[str], around: _Around) -> list[str]:
    """Add the heading a group starts with, if any; the lines left."""
    title = group[0].strip()
    if len(group) > 1 and _UNDERLINE.match(group[1].strip()) and len(title) <= _LONG_LINE:
        builder.add(BlockKind.HEADING, title, level=1 if group[1].strip()[0] == "=" else 2)
        return group[2:]
    below = [line.strip() for line in group[1:]]
    level = 2 if around.above else 1
    if below and _is_run_in(title, below[0]) and is_wrapped(below):
        builder.add(BlockKind.HEADING, title, level)
        return group[1:]
    if below or len(title) > 80 or title.endswith(_SENTENCE_END) or not around.following:
        return group
    if title.isupper() and _is_title(title):
        builder.add(BlockKind.HEADING, title, level)
        return []
    number = _NUMBERED.match(title)
    if number and title[number.end() - 1].isupper() and _heads_section(title, number[1], around):
        builder.add(BlockKind.HEADING, title, level=min(6, number[1].count(".") + 2))
        return []
    return group


def _heads_section(title: str, number: str, around: _Around) -> bool:
    """Is "1. Title" alone on its line a heading: before running text or numbers that go deeper or
    begin anew, not before "2. Next"; no date, and no address?"""
    if around.above.endswith(":") or _MONTH.match(title) or _STREET.fullmatch(title):
        return False
    goes_on = _is_next(number, around.section)
    after = _NUMBERED.match(around.following[0].strip())
    if after is not None:
        deeper = after[1].startswith(f"{number}.")
        anew = after[1] == "1" and (len(around.following) > 1 or (goes_on and number != "1"))
        if not deeper and not anew:
            return False
    return goes_on or sum(map(len, around.following)) > len(title)


def _is_next(number: str, section: str) -> bool:
    """Does a number follow the last one of its depth: "3" after "2" or "2.4"?"""
    *upper, last = number.split(".")
    before = section.split(".")[: len(upper) + 1]
    return bool(section) and before == [*upper, str(int(last) - 1)]


def _is_run_in(title: str, following: str) -> bool:
    """Is a line of capitals a heading of the text below, and not its first line?"""
    words = title.split()
    whole = title.isupper() and len(words) <= _TITLE_WORDS and words[-1] not in _SMALL_WORDS
    return whole and _is_title(title) and following[:1].isupper() and not following.isupper()


def _is_title(words: str) -> bool:
    """Could a line of capitals name a section: a word at least, no item and no sentence?"""
    ended = len(words) > 80 or words.endswith(_SENTENCE_END)
    return not ended and bool(re.search(r"[^\W\d_]{4}", words)) and not _BULLET.match(words)


def _is_prose_start(lines: list[str]) -> bool:
    """A letter and a full stop ("A. Smith said …") begin a list only where a second one follows."""
    match = _BULLET.match(lines[0])
    lettered = match is not None and bool(match.group(3)) and match.group(3).strip("(.)").isalpha()
    return lettered and sum(bool(_BULLET.match(line)) for line in lines) < 2


def _add_list(builder: TextBuilder, lines: list[str], words: frozenset[str], refers: bool) -> None:
    """Add the items; with ``refers`` a lone star is the mark of a footnote, which is kept."""
    items: list[tuple[int, list[str]]] = []
    note = refers and sum(line.lstrip().startswith("* ") for line in lines) == 1
    number = ""
    for line in lines:
        match, clause = _BULLET.match(line), _CLAUSE.match(line)
        if match and match[3]:
            number = match[3].strip("(.)")
        if match or _STARS.match(line) or (clause and clause[1] == number):
            # A bullet is decoration, a number is part of what is said ("see 3.").
            bullet = match and match[2] and not (note and match[2] == "*")
            kept = line[match.end() :] if match and bullet else line.strip()
            items.append((_indent(line.expandtabs(4)), [kept]))
        else:
            items[-1][1].append(line.strip())
    indents = sorted({indent for indent, _ in items})
    for indent, parts in items:
        builder.add(BlockKind.LIST_ITEM, join_lines(parts, words), level=1 + indents.index(indent))


def _add_paragraphs(builder: TextBuilder, lines: list[str], words: frozenset[str]) -> None:
    lines = _entries(lines)
    stripped = [line.strip() for line in lines]
    if len(stripped) > 1 and median(map(len, stripped)) > _LONG_LINE:
        for line in stripped:
            builder.add(BlockKind.PARAGRAPH, line)
    elif is_wrapped(stripped):
        builder.add(BlockKind.PARAGRAPH, join_lines(stripped, words))
    else:
        builder.add(BlockKind.PARAGRAPH, "\n".join(_with_whole_words(lines, words)))


def _with_whole_words(lines: list[str], words: frozenset[str]) -> list[str]:
    """The lines, those between which a word is broken made one."""
    out: list[str] = []
    for line in lines:
        if out and is_soft_hyphen(out[-1], line.strip(), words):
            out[-1] = out[-1][:-1] + line.strip()
        else:
            out.append(line)
    return out


def _entries(lines: list[str]) -> list[str]:
    """The lines, with the one that hangs below a dated entry put behind it: "Sat 18 Barbecue" and
    "CANCELLED". Poems, usage texts and settings stay as they are: more lines hang there, below a
    colon or below words without a number.
    """
    indents = [len(line) - len(line.lstrip()) for line in map(str.expandtabs, lines)]
    hangs = [indent >= indents[0] + _HANGING for indent in indents]
    entries: list[str] = []
    for line, hanging, before in zip(lines, hangs, [False, *hangs], strict=False):
        if not hanging:
            entries.append(line)
            continue
        above = entries[-1]
        if before or above.endswith(":") or not _DIGIT.search(above) or "   " in line.strip():
            return lines
        entries[-1] = f"{above} {line.strip()}"
    return entries


def is_wrapped(lines: list[str]) -> bool:
    """True when the lines break because the next word did not fit, not because they end.

    Lines whose words are set apart by runs of blanks are columns; lines that mostly begin with a
    time or a speaker's name are a chat.
    """
    if len(lines) < 2 or 2 * sum("   " in line for line in lines) > len(lines):
        return False
    if any(2 * sum(bool(m.match(line)) for line in lines) > len(lines) for m in (_STAMP, _SPEAKER)):
        return False
    width = max(map(len, lines))
    # A word may be broken well before the margin: what says that the line goes on is its hyphen.
    broken = [_goes_on(line, following) for line, following in pairwise(lines)]
    if width < _NARROW and not any(broken):
        return False
    full = sum(
        split or len(line) + 1 + len(following.split(maxsplit=1)[0]) > width * 0.92
        for split, (line, following) in zip(broken, pairwise(lines), strict=True)
    )
    return full >= 0.75 * (len(lines) - 1)


def _goes_on(line: str, following: str) -> bool:
    """A word is broken between the two lines, be its hyphen its own or not."""
    return ends_in_hyphen(line) and following[:1].islower()


def join_lines(lines: list[str], words: frozenset[str]) -> str:
    """The lines as one, words broken by a hyphen mended."""
    parts = [lines[0]] if lines else []
    for line in lines[1:]:
        last = parts[-1]
        if is_soft_hyphen(last, line, words):
            parts[-1] = last[:-1]
            parts.append(line)
        elif ends_in_hyphen(last):
            parts.append(line)
        else:
            parts += [" ", line]
    return "".join(parts)
