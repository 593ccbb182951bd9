"""Lists and tables of a language model's reply: where an item begins, what a row says.

A list's numbers and bullets are the model's layout, no facts: they become one mark that ends the
sentence before. A row of a table becomes one statement, with the names of its columns where two
values would be taken for each other. What a sentence is worth is decided elsewhere.
"""

from __future__ import annotations

import re

ITEM = "\x02"  #: stands where an item begins; no reply holds it, nor does any document
_NUMBER = r"\(?(?P<number>\d{1,2})[.)]|[Ss]tep[ ](?P<step>\d{1,2})(?:[:.)]|[ ]?[–-])"
_LETTER = r"\(?(?:[a-z]|[ivx]{1,5})[.)]|\(?[A-Z]\)"
_LINE = re.compile(
    r"(?<=\n)(?P<before>[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)*)"
    rf"(?:(?P<bullet>[-*+•–][ \t]+|{ITEM})(?=[^\s|]))?"
    rf"(?:(?P<open>\*\*|__)?(?:{_NUMBER}|(?P<letter>{_LETTER}))(?P<close>\*\*|__)?"
    r"(?P<gap>\s+)(?=(?P<first>\S)))?"
)
_WITHIN = re.compile(  # the dot of an abbreviated "number" ends no sentence
    r"(?:\A|(?<=[:.!?\]])(?<!\b[Nn]o\.)(?<!\b[Nn]r\.)[ \t]+)"
    r"(?:\*\*|__)?(?:[Ss]tep )?(?P<number>\d{1,2})[.:](?:\*\*|__)?[ \t]+(?=\S)"
)
_BARE = re.compile(rf"[\s{ITEM}]*(?:\*\*|__)?(?:[Ss]tep )?\(?(\d{{1,2}})[.):]?[*_]{{0,2}}\s*")
_RULE = re.compile(r"[|:\s-]*-[|:\s-]*")
_CELL = re.compile(r"(?<!\\)\|")
_MARKER = re.compile(r"[\[【][\d\s,;–-]+[\]】]")
_MARKS = frozenset("#>|-+•–(0123456789")  # a line that begins so is no text of the number above


class Items:
    """Puts `ITEM` where the items of a list begin; counts along, for a number may be a fact."""

    def __init__(self) -> None:
        self._last = 0

    def marked(self, text: str, *, fresh: bool) -> str:
        """The text with its list marks replaced; ``fresh`` if it begins a line."""
        text = _LINE.sub(self._line, f"\n{text}" if fresh else text)
        if fresh:
            text = text[1:]
        return _WITHIN.sub(self._within, text)

    def is_next(self, text: str) -> bool:
        """Whether a text is nothing but a number that an item may follow."""
        found = _BARE.fullmatch(text)
        return found is not None and ("\n" not in text.lstrip() or self._follows(int(found[1])))

    @property
    def counting(self) -> bool:
        """Whether a numbered item came before."""
        return self._last > 0

    def _follows(self, number: int) -> bool:
        return number in (1, self._last + 1)

    def _line(self, found: re.Match[str]) -> str:
        number = found["number"] or found["step"]
        counted = number is not None and self._follows(int(number))
        if "\n" in (found["gap"] or "") and found["first"] in _MARKS:
            counted = False
        # "3. 5 % are kept back": the number may be a date's, or the line may begin with it
        apart = "\n" not in (found["gap"] or "") and not (found["first"] or "").isdigit()
        if not counted and not ((number or found["letter"]) and apart):
            mark = ITEM if found["bullet"] else ""
            return found[0].replace(found["bullet"], mark, 1) if mark else found[0]
        self._last = int(number) if number is not None else self._last
        opened = found["open"] if found["open"] and not found["close"] else ""
        return found["before"] + ("" if "#" in found["before"] else ITEM) + opened

    def _within(self, found: re.Match[str]) -> str:
        number = int(found["number"])
        before = found.string[: found.start()].rstrip()
        begins = number == 1 and before.endswith(":")
        goes_on = self._last > 0 and number == self._last + 1
        if not (begins or goes_on):
            return found[0]
        self._last = number
        return f"\n{ITEM}"


class Rows:
    """The rows of a Markdown table, line by line, as statements."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._first: list[str] | None = None  # names the columns if a rule follows
        self._count = 0

    def feed(self, line: str) -> list[str]:
        """The statements that a line of a table completes."""
        if _RULE.fullmatch(line):
            self._names, self._first = self._first or [], None
            return []
        cells = [cell.strip().replace("\\|", "|") for cell in _CELL.split(_edges(line))]
        if self._first is None and not self._count and not self._names:
            self._first = cells
            return []
        return [*self.end(keep=True), self._said(cells)]

    def end(self, *, keep: bool = False) -> list[str]:
        """The statement that was waited with; unless ``keep``, the table is over."""
        held, self._first = self._first, None
        said = [self._said(held)] if held is not None else []
        if not keep:
            self._names, self._count = [], 0
        return said

    def _said(self, cells: list[str]) -> str:
        self._count += 1
        names = self._names + [""] * (len(cells) - len(self._names))
        markers = [marker for cell in cells for marker in _MARKER.findall(cell)]
        cells = [_MARKER.sub("", cell).strip(" ,;") for cell in cells]
        filled = [
            (name, cell)
            for place, (name, cell) in enumerate(zip(names, cells, strict=False))
            if cell and not (place == 0 and cell.strip(".*") == str(self._count))
        ]
        (_, first), *rest = filled or [("", "")]
        said = f"{first}: {rest[0][1]}" if rest else first
        if len(rest) > 1:
            said = f"{first} – " + "; ".join(": ".join(filter(None, pair)) for pair in rest)
        return " ".join([said, *markers])


def _edges(line: str) -> str:
    return line.strip().removeprefix("|").removesuffix("|")


def is_row(line: str) -> bool:
    """Whether a line belongs to a table."""
    return line.lstrip().startswith("|")
