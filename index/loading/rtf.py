"""RTF: paragraphs, headings by style or outline level, lists, tables row by row, notes.

Our own reader with a stack of its own, so that nesting costs no Python frames. striprtf was tried:
it knows no headings and no lists, breaks rows of tables apart and drops footnotes.
Left out: pictures, embedded files, deleted, struck and hidden text, comments, page headers and
footers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.dates import iso_date
from index.loading.limits import Limits
from index.loading.rtf_blocks import Blocks, State
from index.loading.rtf_codes import CHARACTERS, KEPT, PAGES, SKIPPED, codec
from index.loading.rtf_tables import Edge

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<sign>[^a-zA-Z'])|(?P<brace>[{}])|(?P<text>[^\\{}]+)|\\'?"
)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Parse an RTF file. Raises RefusedError when it holds no text."""
    builder = TextBuilder(limits.text_chars)
    reader = _Reader(Blocks(builder))
    reader.read(data)
    if reader.blocks.has_struck and builder.is_empty:  # all of it is struck
        reader = _Reader(Blocks(builder, keeps_struck=True))
        reader.read(data)
    builder.leave_unseen("".join(reader.unseen))
    warnings = [] if reader.closed else ["it ends in the middle and was read up to there"]
    facts = reader.facts
    return builder.parsed(
        "rtf",
        title=facts.get("title"),
        modified=_date(facts.get("revtim", "")) or _date(facts.get("creatim", "")),
        warnings=warnings,
    )


def _date(parts: str) -> str | None:
    """``yr2024 mo5 dy1`` → ``2024-05-01``."""
    found = dict(re.findall(r"(yr|mo|dy)(\d+)", parts))
    return iso_date("{:0>4}-{:0>2}-{:0>2}".format(*(found.get(k, "0") for k in ("yr", "mo", "dy"))))


@dataclass(slots=True)
class _Reader:
    """Goes through the file once; groups are a list of states."""

    blocks: Blocks
    stack: list[State] = field(default_factory=list)
    state: State = field(default_factory=State)
    closed: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    fonts: dict[int, str] = field(default_factory=dict)
    default_encoding: str = "cp1252"
    pending: bytearray = field(default_factory=bytearray)  #: bytes not yet made characters
    skip: int = 0  #: characters to pass over after a \\u
    half: int = 0  #: first half of a surrogate pair
    star: bool = False  #: the next word names a destination that may be unknown
    unseen: list[str] = field(default_factory=list)  #: hidden words of the body
    side: list[str] = field(default_factory=list)  #: what a note or a font's name gathers
    font: int = 0  #: being defined
    defined: tuple[int, int | None] = (0, None)  #: style being defined: number, outline level

    def read(self, data: bytes) -> None:
        place = 0
        while match := _TOKEN.match(data, place):
            place = match.end()
            if match["text"] is not None:
                self._text(match["text"])
            elif match["word"] is not None:
                number = int(match["number"]) if match["number"] else None
                word = match["word"].decode()
                if word == "bin":  # so many bytes of anything follow
                    place += max(0, number or 0)
                elif not self._word(word, number):
                    self.star = False
            elif match["hex"] is not None:
                self._byte(int(match["hex"], 16))
            elif match["sign"] is not None:
                self._sign(match["sign"])
            elif match["brace"] == b"{":
                self._open()
            elif match["brace"] == b"}" and self._close():
                break
        self._settle()
        self.blocks.end_paragraph(self.state)
        self.blocks.end_table()

    # ---- groups --------------------------------------------------------------------------

    def _open(self) -> None:
        self._settle()
        self.skip = 0
        self.stack.append(self.state)
        self.state = replace(self.state)

    def _close(self) -> bool:
        """Leave a group; True when it was the last."""
        self._settle()
        self.skip, self.star = 0, False
        ended = self.state
        if not self.stack:
            return True
        self.state = self.stack.pop()
        if ended.destination != self.state.destination:
            self._leave(ended.destination)
        if ended.destination == "marker" and self.state.destination != "marker":
            self.blocks.marker = "".join(self.side)
            self.side.clear()
        self.closed = not self.stack
        return self.closed

    def _leave(self, destination: str) -> None:
        said = "".join(self.side)
        if destination == "note":
            self.blocks.notes.append(one_line(said))
        elif destination == "title":
            self.facts["title"] = one_line(said)
        elif destination in ("revtim", "creatim"):
            self.facts.setdefault(destination, said)
        if destination not in ("marker", "skip", "body", "nest"):
            self.side.clear()

    # ---- characters ----------------------------------------------------------------------

    def _text(self, raw: bytes) -> None:
        if self.state.destination == "skip":
            return
        said = raw.translate(None, b"\r\n\0")
        if self.skip:
            passed = min(self.skip, len(said))
            self.skip -= passed
            said = said[passed:]
        self.pending += said

    def _byte(self, value: int) -> None:
        if self.skip:
            self.skip -= 1
        elif self.state.destination != "skip":
            self.pending.append(value)

    def _settle(self) -> None:
        """Make the waiting bytes characters of the encoding that held when they came."""
        if self.pending:
            said = self.pending.decode(self.state.encoding, "replace")
            self.pending.clear()
            self._say(said)

    def _say(self, said: str) -> None:
        state = self.state
        if state.hidden and state.destination == "body":
            self.unseen.append(said)
        if state.destination == "fonttbl" or state.hidden:
            return
        if state.destination == "stylesheet":
            self._name_style(said)
        elif state.destination == "body":
            self.blocks.say(said, state)
        elif state.destination != "skip":
            self.side.append(said)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.star = True
        elif sign in b"\\{}":
            if self.skip:
                self.skip -= 1
            elif self.state.destination != "skip":
                self.pending += sign
        elif sign in b"\r\n":
            self._word("par", None)
        elif sign in (b"~", b"_"):
            self._settle()
            self._say("\u00a0" if sign == b"~" else "-")

    def _unicode(self, number: int) -> None:
        self._settle()
        code = number + 65_536 if number < 0 else number
        self.skip = self.state.fallback_chars
        if 0xD800 <= code < 0xDC00:
            self.half = code
            return
        if 0xDC00 <= code < 0xE000 and self.half:
            code = 0x10000 + ((self.half - 0xD800) << 10) + (code - 0xDC00)
        self.half = 0
        if code < 0x110000 and self.state.destination != "skip":
            self._say(chr(code))

    # ---- words ---------------------------------------------------------------------------

    def _word(self, word: str, number: int | None) -> bool:
        """One control word; True for a star that still waits for its destination."""
        if self.skip and word in CHARACTERS:
            self.skip -= 1
            return False
        if word == "u":
            self._unicode(number or 0)
            return False
        destination = KEPT.get(word) or ("skip" if word in SKIPPED or self.star else None)
        if destination is not None:
            self._settle()
            # Nothing within what is skipped is of use, save what a picture stands in for.
            if self.state.destination != "skip":
                self.state.destination = destination
            return False
        if self.state.destination == "skip":
            return False
        self._settle()
        if word in CHARACTERS:
            self._say(CHARACTERS[word])
        elif word in _ACTIONS:
            _ACTIONS[word](self, number)
        elif word in ("yr", "mo", "dy") and self.state.destination in ("revtim", "creatim"):
            self.side.append(f"{word}{number or 0} ")
        return False

    def _pard(self, _: int | None) -> None:
        kept = self.state
        self.state = State(
            kept.destination,
            kept.encoding,
            kept.fallback_chars,
            kept.hidden,
            kept.bold,
            kept.raised,
            kept.struck,
        )

    def _plain(self, _: int | None) -> None:
        self.state.hidden = self.state.bold = self.state.raised = self.state.struck = False
        self.state.encoding = self.default_encoding

    def _bold(self, number: int | None) -> None:
        self.state.bold = number != 0

    def _hide(self, number: int | None) -> None:
        self.state.hidden = number != 0

    def _strike(self, number: int | None) -> None:
        self.state.struck = number != 0

    def _raise(self, number: int | None) -> None:
        self.state.raised = number != 0

    def _lower(self, _: int | None) -> None:
        self.state.raised = False

    def _fallback(self, number: int | None) -> None:
        self.state.fallback_chars = min(10, max(0, 1 if number is None else number))

    def _page(self, number: int | None) -> None:
        self.default_encoding = self.state.encoding = codec(number or 0)

    def _font(self, number: int | None) -> None:
        if self.state.destination == "fonttbl":
            self.font = number or 0
        else:
            self.state.encoding = self.fonts.get(number or 0, self.default_encoding)

    def _charset(self, number: int | None) -> None:
        if self.state.destination == "fonttbl" and number in PAGES:
            self.fonts[self.font] = PAGES[number]

    def _style(self, number: int | None) -> None:
        if self.state.destination == "stylesheet":
            self.defined = (number or 0, None)
        else:
            self.state.style = number or 0

    def _name_style(self, said: str) -> None:
        number, outline = self.defined
        name = said.rstrip("; ").strip()
        if name:
            self.blocks.styles.setdefault(number, (name, outline))
            self.defined = (0, None)

    def _outline(self, number: int | None) -> None:
        level = number if number is not None and 0 <= number < 9 else None
        if self.state.destination == "stylesheet":
            self.defined = (self.defined[0], level)
        else:
            self.state.outline = level

    def _list_level(self, number: int | None) -> None:
        self.state.depth = min(9, max(0, number or 0)) + 1

    def _in_list(self, number: int | None) -> None:
        if number:
            self.state.depth = max(1, self.state.depth)

    def _in_table(self, number: int | None) -> None:
        self.state.in_table = number != 0

    # ---- ends ----------------------------------------------------------------------------

    def _paragraph_end(self, _: int | None = None) -> None:
        if self.state.destination != "body":
            self.side.append(" ")
        elif self.state.nested > 1:
            self.blocks.inner.say("\n", self.state.nested)
        elif self.state.in_table:
            self.blocks.paragraph.append("\n")
        else:
            self.blocks.end_paragraph(self.state)

    def _cell_end(self, _: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.end_cell()

    def _inner_cell_end(self, _: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.inner.end_cell(self.state.nested)

    def _inner_row_end(self, _: int | None) -> None:
        if self.state.destination in ("body", "nest"):
            self.blocks.inner.end_row(self.state.nested)

    def _depth(self, number: int | None) -> None:
        self.state.nested = min(20, max(0, number or 0))

    def _row_begin(self, _: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.is_header = False
            self.blocks.edges = []

    def _row_header(self, _: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.is_header = True

    def _cell_edge(self, number: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.edges.append(Edge(number or 0, self.blocks.goes_on))
            self.blocks.goes_on = False

    def _merged_down(self, _: int | None) -> None:
        if self.state.destination == "body":
            self.blocks.goes_on = True

    def _row_end(self, _: int | None) -> None:
        self.blocks.end_row()


_ACTIONS: dict[str, Callable[[_Reader, int | None], None]] = {
    "par": _Reader._paragraph_end,
    "sect": _Reader._paragraph_end,
    "page": _Reader._paragraph_end,
    "pard": _Reader._pard,
    "plain": _Reader._plain,
    "b": _Reader._bold,
    "strike": _Reader._strike,
    "striked": _Reader._strike,
    "super": _Reader._raise,
    "up": _Reader._raise,
    "sub": _Reader._lower,
    "dn": _Reader._lower,
    "nosupersub": _Reader._lower,
    "v": _Reader._hide,
    "deleted": _Reader._hide,
    "uc": _Reader._fallback,
    "ansicpg": _Reader._page,
    "f": _Reader._font,
    "fcharset": _Reader._charset,
    "s": _Reader._style,
    "outlinelevel": _Reader._outline,
    "ilvl": _Reader._list_level,
    "ls": _Reader._in_list,
    "intbl": _Reader._in_table,
    "cell": _Reader._cell_end,
    "trowd": _Reader._row_begin,
    "trhdr": _Reader._row_header,
    "row": _Reader._row_end,
    "itap": _Reader._depth,
    "nestcell": _Reader._inner_cell_end,
    "nestrow": _Reader._inner_row_end,
    "cellx": _Reader._cell_edge,
    "clvmrg": _Reader._merged_down,
}
