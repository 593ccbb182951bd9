"""The one table of bad files: what kind each is, how it is made, and what must become of it.

The rows are those of `hostile_outcomes.csv`; the makers are Python, so that nothing binary is kept.
A name may be spelt with backslashes. ``outcome`` is "read", "read in part", "left out" (a sync does
not look at it) or the name of the reason it is refused for; "or" parts what hangs on the machine.
``alone`` is the outcome of loading the file by itself where that differs, "-" where nobody does.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from hostile_files import MAKERS, Make
from hostile_odd_files import ODD_MAKERS, ORDER
from hostile_office_files import OFFICE_MAKERS
from hostile_text_files import TEXT_MAKERS

from index.errors import UnreadableError
from index.loading import Sandbox
from index.types import Document, SkipReason

TABLE = Path(__file__).with_name("hostile_outcomes.csv")
READ, IN_PART, LEFT_OUT = "read", "read in part", "left out"
ALL_MAKERS: dict[str, Make] = {**MAKERS, **OFFICE_MAKERS, **TEXT_MAKERS, **ODD_MAKERS}


@dataclass(frozen=True, slots=True)
class HostileFile:
    """One row."""

    name: str
    kind: str
    outcomes: tuple[str, ...]  #: in a folder that is synced
    alone: tuple[str, ...]  #: loaded by itself
    keeps: str  #: words that must be in the text when it is read
    slow: bool  #: costs more than half a second, or tens of megabytes
    posix: bool  #: Windows cannot have such a file
    make: Make

    @property
    def refused(self) -> bool:
        return not {READ, IN_PART, LEFT_OUT} & set(self.outcomes)


def _outcomes(words: str) -> tuple[str, ...]:
    out = tuple(words.split(" or "))
    known = {READ, IN_PART, LEFT_OUT, "-", *(reason.name for reason in SkipReason)}
    assert set(out) <= known, f"no outcome: {words}"
    return out


def spelt(name: str) -> str:
    """A name as the table spells it, which any editor shows as it is."""
    return name.encode("unicode_escape").decode()


def _read() -> tuple[HostileFile, ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    makers = {spelt(name): (name, make) for name, make in ALL_MAKERS.items()}
    names = [line["file"] for line in lines]
    assert len(names) == len(set(names)), "a file has two rows"
    assert set(names) == set(makers), f"without row or maker: {sorted(set(names) ^ set(makers))}"
    return tuple(
        HostileFile(
            makers[line["file"]][0],
            line["kind"],
            _outcomes(line["outcome"]),
            _outcomes(line["alone"] or line["outcome"]),
            line["keeps"],
            "slow" in line["marks"],
            "posix" in line["marks"],
            makers[line["file"]][1],
        )
        for line in lines
    )


HOSTILE = _read()


def possible() -> tuple[HostileFile, ...]:
    """The rows whose files this system can have."""
    return tuple(row for row in HOSTILE if not (row.posix and os.name == "nt"))


def check_alone(sandbox: Sandbox, folder: Path, row: HostileFile) -> None:
    """Load the row's file by itself; fails unless what comes of it is what the row says."""
    path = folder / row.name
    end = row.make(path)
    document, result, detail = None, READ, ""
    try:
        document = sandbox.load(path, spelt(row.name))
        result, detail = (IN_PART if document.warnings else READ), "; ".join(document.warnings)
    except UnreadableError as error:
        result, detail = error.skipped.reason.name, error.skipped.detail
    finally:
        if callable(end):
            end()
    assert result in row.alone, detail
    if document is not None:
        check_text(row, document)


def check_text(row: HostileFile, document: Document) -> None:
    """The words that must be there are, and none that must not; every block has words."""
    assert row.keeps in document.text
    for wrong in ("root:", "steal", "hahaha", "\x00", ORDER):
        assert wrong not in document.text, wrong
    for block in document.blocks:
        words = document.text[block.start : block.end]
        assert words
        assert words == words.strip()
