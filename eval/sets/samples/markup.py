"""The light markup of ``sources/``, parsed: headings ``#``, lists, tables ``|``, ``notes:`` …

A source begins with lines ``field: value`` up to ``===``. What a format cannot show (the speaker's
notes of a slide, say) its writer leaves out. Knows no file format; the writers stand beside it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal

SOFT_HYPHEN = "\u00ad"
AUTHOR = "Footnote samples"

Kind = Literal["heading", "paragraph", "bullet", "number", "row", "caption", "notes"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a source: a heading, a paragraph, a list item, a table row …"""

    kind: Kind
    text: str
    level: int = 0  #: of a heading, from 1

    @property
    def cells(self) -> list[str]:
        """The cells of a table row."""
        return [cell.strip() for cell in self.text.strip("|").split("|")]


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source: what stands above its ``===`` line, and its pieces."""

    title: str
    author: str
    header: str  #: the running header of a page
    date: datetime
    two_columns: bool
    paper: str  #: "A4" or "A5"
    points: float  #: type size of the body of a PDF
    pieces: tuple[Piece, ...]

    def runs(self) -> list[tuple[Kind, list[Piece]]]:
        """Neighbouring pieces of one kind, together: a list or a table is one run."""
        return [(kind, list(run)) for kind, run in groupby(self.pieces, lambda piece: piece.kind)]

    def parts(self, level: int) -> list[tuple[str, list[Piece]]]:
        """Headings up to this level, each with the pieces below it."""
        out: list[tuple[str, list[Piece]]] = []
        for piece in self.pieces:
            if piece.kind == "heading" and piece.level <= level:
                out.append((piece.text, []))
            else:
                out[-1][1].append(piece)
        return out


def parse(text: str) -> Source:
    """Read a source; raises KeyError when its title or date is missing."""
    head, _, body = text.partition("\n===\n")
    fields: Mapping[str, str] = dict(line.split(": ", 1) for line in head.splitlines())
    pieces = tuple(_piece(line.strip()) for line in body.splitlines() if line.strip())
    return Source(
        title=fields["title"],
        author=fields.get("author", AUTHOR),
        header=fields.get("header", fields["title"]),
        date=datetime.fromisoformat(fields["date"]).replace(hour=12, tzinfo=UTC),
        two_columns=fields.get("layout") == "two-column",
        paper=fields.get("paper", "A4"),
        points=float(fields.get("points", "10.5")),
        pieces=pieces,
    )


def _piece(line: str) -> Piece:
    if match := re.match(r"(#+) (.*)", line):
        return Piece("heading", match[2], level=len(match[1]))
    for mark, kind in _MARKS:
        if match := re.match(mark, line):
            return Piece(kind, line[match.end() :])
    return Piece("paragraph", line)


_MARKS: tuple[tuple[str, Kind], ...] = (
    (r"- ", "bullet"),
    (r"\d+\. ", "number"),
    (r"(?=\|)", "row"),
    (r"caption: ", "caption"),
    (r"notes: ", "notes"),
)


def zipped(files: Mapping[str, str | bytes] | Mapping[str, bytes]) -> bytes:
    """A ZIP file dated 1980, so that every run gives equal bytes.

    ``mimetype`` is put first and not compressed, as ODF and EPUB want it; the rest is sorted.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files, key=lambda name: (name != "mimetype", name)):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            stored = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The files of a ZIP file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
