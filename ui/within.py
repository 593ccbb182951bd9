"""The part of the documents that a question was asked within, as it is kept and as it is said.

Pure. Documents are kept by their ids alone: their titles are words of theirs, which go with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ui.markup import count, day

_NAMED = 3  # documents that are called by their titles; more are counted


@dataclass(frozen=True, slots=True)
class Within:
    """Documents by id and dates, ISO 8601 and inclusive; all of it empty means everything."""

    documents: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return self != Within()

    def to_json(self) -> str:
        """One line; nothing for everything."""
        return json.dumps(asdict(self)) if self else ""


EVERYTHING = Within()


def within_from_json(line: str) -> Within:
    """The inverse of `Within.to_json`; what is malformed means everything."""
    try:
        data = json.loads(line) if line else {}
        documents = tuple(str(one) for one in data.get("documents", ()))
        return Within(documents, str(data.get("since", "")), str(data.get("until", "")))
    except (AttributeError, TypeError, ValueError):
        return Within()


def in_words(within: Within, titles: Mapping[str, str]) -> str:
    """``Lease and House rules, from 1 March 2020``; nothing for everything.

    ``titles`` are those of the documents that are still there, by id.
    """
    parts = []
    known = [titles[one] for one in within.documents if one in titles]
    if 0 < len(known) == len(within.documents) <= _NAMED:
        *first, last = known
        parts.append(f"{', '.join(first)} and {last}" if first else last)
    elif within.documents:
        parts.append(count(len(within.documents), "document"))
    if within.since:
        parts.append(f"from {day(within.since)}")
    if within.until:
        parts.append(f"until {day(within.until)}")
    return ", ".join(parts)
