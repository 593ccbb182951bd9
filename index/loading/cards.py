"""Calendars (.ics) and address cards (.vcf): an event, task or person a row.

``SUMMARY:Dentist`` becomes ``Event: Dentist``; folded lines are joined. Left out: pictures, keys,
marks of programs and the tables of time zones. Words under a name that is not known stay under it.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.types import BlockKind, SkipReason

_NAMES = {
    "dtstart": "Starts", "dtend": "Ends", "due": "Due", "duration": "Lasts", "location": "Place",
    "description": "Description", "organizer": "Organiser", "attendee": "With", "rrule": "Repeats",
    "exdate": "Not on", "status": "Status", "categories": "Category", "url": "Link",
    "completed": "Completed", "priority": "Priority", "comment": "Comment", "contact": "Contact",
    "trigger": "Reminder", "fn": "Name", "nickname": "Nickname", "tel": "Phone", "email": "E-mail",
    "adr": "Address", "org": "Organisation", "title": "Job", "role": "Role", "bday": "Birthday",
    "anniversary": "Anniversary", "note": "Note", "label": "Address", "related": "Related",
}  # fmt: skip
_SUMMARY = {"vevent": "Event", "vtodo": "Task", "vjournal": "Note", "valarm": "Reminder"}
_LEFT_OUT = frozenset(
    "uid prodid version rev dtstamp sequence created last-modified photo logo sound key transp "
    "class calscale method recurrence-id geo tz n profile action kind source acknowledged "
    "repeat attach iana-token".split()
)
_SILENT = frozenset(("vtimezone", "standard", "daylight", "valarm"))
_DATES = frozenset(("dtstart", "dtend", "due", "completed", "exdate", "bday", "anniversary"))
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(?:\.\d+)?(Z?))?")
_LONG = 240  #: characters from which a description is a paragraph of its own
_MAX_PHOTO = 200_000


@dataclass(slots=True)
class _Card:
    kind: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse a calendar or address cards. Raises RefusedError when they are none or empty."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    if not re.match(r"\s*BEGIN:V", text, re.I):
        raise RefusedError(SkipReason.NOT_AS_NAMED, "no calendar or address card")
    builder = TextBuilder(limits.text_chars)
    title = None
    waiting: list[_Card] = []
    for name, given, value in _properties(text):
        kind = value.strip().lower()
        if name == "begin":
            waiting.append(_Card(kind))
        elif name == "end":
            if waiting:
                _add(builder, waiting.pop())
        elif name == "x-wr-calname":
            title = one_line(unescaped(value))
        elif waiting and not waiting[-1].kind.startswith("vcalendar"):
            _note(waiting[-1], name, given, value)
    for card in reversed(waiting):  # cut off
        _add(builder, card)
    return builder.parsed("cards", title=title, warnings=warnings)


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    """Name (lower case), parameters and value of each line, folded ones joined."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        soft = lines and lines[-1].endswith("=") and "QUOTED-PRINTABLE" in lines[-1].upper()
        if lines and line[:1] in (" ", "\t"):
            lines[-1] += line[1:]
        elif soft:
            lines[-1] = lines[-1][:-1] + line
        elif line.strip():
            lines.append(line)
    for line in lines:
        head, sign, value = _halves(line)
        if not sign:
            continue
        name, _, given = head.partition(";")
        if "QUOTED-PRINTABLE" in given.upper():
            value = quopri.decodestring(value.encode("utf-8")).decode("utf-8", "replace")
        # "item1.TEL": one of a group, as address books write them.
        yield name.rpartition(".")[2].strip().lower(), given, value


def _halves(line: str) -> tuple[str, str, str]:
    """The line at the first colon outside of quotation marks."""
    quoted = False
    for place, char in enumerate(line[:2_000]):
        quoted ^= char == '"'
        if char == ":" and not quoted:
            return line[:place], ":", line[place + 1 :]
    return line, "", ""


def _note(card: _Card, name: str, given: str, value: str) -> None:
    """Put a property under the words that a person would call it by."""
    if name in _LEFT_OUT or name.startswith("x-") or "ENCODING=B" in given.upper():
        return
    if value.startswith("data:") or len(value) > _MAX_PHOTO:
        return
    if name == "summary":
        said = _SUMMARY.get(card.kind, "Summary")
        card.fields.insert(0, (said, one_line(unescaped(value))))
        return
    zone = re.search(r"TZID=\"?([^;:\"]+)", given, re.I)
    if name in _DATES:
        value = _DATE.sub(_dated, value) + (f" ({zone.group(1)})" if zone else "")
    elif name == "rrule":
        value = _repeats(value)
    elif name in ("adr", "org", "categories"):
        parts = re.split(r"(?<!\\)[;,]", value) if name != "adr" else re.split(r"(?<!\\);", value)
        value = ", ".join(part.strip() for part in parts if part.strip())
    elif name in ("attendee", "organizer"):
        called = re.search(r"CN=(?:\"([^\"]+)\"|([^;:]+))", given, re.I)
        address = re.sub(r"^mailto:", "", value, flags=re.I)
        value = f"{called.group(1) or called.group(2)} ({address})" if called else address
    elif name in ("tel", "email"):
        value = re.sub(r"^(?:tel|mailto):", "", value, flags=re.I)
    said = unescaped(value).strip()
    label = _NAMES.get(name, name.replace("-", " ").capitalize())
    if len(said) > _LONG or "\n" in said:
        card.texts.append((label, said))
    elif said:
        card.fields.append((label, said))


def _dated(match: re.Match[str]) -> str:
    year, month, day, hour, minute, utc = match.groups()
    clock = f" {hour}:{minute}" + (" UTC" if utc else "") if hour else ""
    return f"{year}-{month}-{day}{clock}"


def _repeats(rule: str) -> str:
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if "=" in part)
    often = parts.pop("FREQ", "").lower()
    until = parts.pop("UNTIL", "")
    said = [often, *(f"{name} {value}" for name, value in parts.items())]
    return ", ".join(filter(None, [*said, f"until {_DATE.sub(_dated, until)}" if until else ""]))


def _add(builder: TextBuilder, card: _Card) -> None:
    if card.kind in _SILENT or not (card.fields or card.texts):
        return
    row = " | ".join(f"{name}: {one_line(value)}" for name, value in card.fields)
    builder.add(BlockKind.TABLE_ROW, row)
    whose = one_line(card.fields[0][1]) if card.fields and card.texts else ""
    for name, value in card.texts:
        lead = f"{whose}, {name.lower()}" if whose else name
        builder.add(BlockKind.PARAGRAPH, f"{lead}: {value}")


def unescaped(value: str) -> str:
    r"""A value without the escapes of these formats.

    >>> unescaped(r"Mill Road 4\, York\; ring twice\nThen wait.")
    'Mill Road 4, York; ring twice\nThen wait.'
    """
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)
