"""Lines of a question file, and faults that name file, line, value and remedy.

Knows no question and no format beyond "one JSON object a line".
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import UsageError

_SHOWN = 60  # characters of a wrong value that an error repeats


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, to say so when it is wrong."""

    file: Path
    line: int

    def fault(self, found: str, remedy: str) -> UsageError:
        """The error to raise: what stands there, and what to do."""
        return UsageError(f"{self.file}, line {self.line} holds {found}: {remedy}.")


def short(text: str) -> str:
    """As much of a value as an error repeats."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "…"


def json_object(text: str, place: Place) -> dict[str, object]:
    """The JSON object of a line."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise place.fault(f"{short(text)}, which is no JSON", "write one object a line") from None
    if not isinstance(row, dict):
        raise place.fault(short(text), "write one JSON object a line")
    return row


def value_of(row: Mapping[str, object], key: str, place: Place) -> object:
    """The value under a key that has to be there."""
    if key not in row:
        raise place.fault(f'no "{key}"', "add it")
    return row[key]


def text_of(row: Mapping[str, object], key: str, place: Place) -> str:
    """The text under a key; not empty."""
    return filled(value_of(row, key, place), key, place)


def filled(value: object, key: str, place: Place) -> str:
    """A value that has to be text and say something."""
    if not isinstance(value, str) or not value.strip():
        raise place.fault(f'{short(repr(value))} under "{key}"', "write text that is not empty")
    if not value.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise place.fault(f'half a character (a lone surrogate) under "{key}"', "mend the text")
    return value


def list_of(row: Mapping[str, object], key: str, place: Place) -> list[object]:
    """The list under a key that has to be there."""
    value = value_of(row, key, place)
    if not isinstance(value, list):
        raise place.fault(f'{short(repr(value))} under "{key}"', "write a list")
    return value


def optional_list(row: Mapping[str, object], key: str, place: Place) -> list[object]:
    """The list under a key that may be missing."""
    return list_of(row, key, place) if key in row else []


def one_of(row: Mapping[str, object], key: str, allowed: Sequence[str], place: Place) -> str:
    """The text under a key, out of those allowed."""
    value = text_of(row, key, place)
    if value not in allowed:
        raise place.fault(f'{short(repr(value))} under "{key}"', f"use one of {', '.join(allowed)}")
    return value


def json_rows(path: Path) -> Iterator[tuple[dict[str, object], Place]]:
    """The objects of a file with one a line."""
    for number, line in lines_of(path):
        place = Place(path, number)
        yield json_object(line, place), place


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1; a byte-order mark is dropped."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if line:
                    yield number, line
    except UnicodeDecodeError:
        raise Place(path, number).fault("bytes that are not UTF-8", "save it as UTF-8") from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} could not be read ({reason}): check the path.") from None
