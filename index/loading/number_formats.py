"""A spreadsheet's stored number and its format code to what a person sees in the cell.

Covers what formats in daily use hold: digits, thousands, scaling, percent, exponents, fractions,
currency signs, literals, dates, times, elapsed hours, sections by sign and condition. Left out:
colours, padding, and the reader's own locale: a date whose format only says "as the system
shows it" is said in ISO 8601, which no one can misread.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

GENERAL = "General"
_ISO = "yyyy-mm-dd"

#: Formats that files name by number only (ECMA-376 part 1, 18.8.30); 14 and 22 follow the locale.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: _ISO,
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: f"{_ISO} h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
_SYSTEM_DATES = ("[$-f800]", "[$-x-sysdate]")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LAST_DAY = 2_958_466  #: the day after 9999-12-31
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<sign>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<condition>[<>=]+-?[\d.]+)\]|\[[^\]]*\]"
    r"|(?P<noon>am/pm|a/p)|(?P<date>y+|m+|d+|h+|s+)|(?P<general>general)"
    r"|(?P<exponent>e[+-](?=[0#?]))|(?P<digit>[0#?])|(?P<other>.)",
    re.I | re.S,
)
_CODE_CHARS = 255  #: Excel's own limit
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
_MOST = 1e21  #: larger numbers are said with their exponent
_MAX_DECIMALS = 30


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  #: the name of the group of `_TOKEN`, or "literal"
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: str = ""

    @property
    def is_date(self) -> bool:
        """True when it shows a day or a time."""
        return any(token.kind in ("date", "elapsed") for token in self.tokens)


def shows_date(code: str) -> bool:
    """True when a format shows its number as a date or time."""
    return _sections(code)[0].is_date


def shown(value: float, code: str, is_1904: bool = False) -> str:
    """The cell's text. Never raises: a number no format fits is shown plainly."""
    if not math.isfinite(value):
        return ""
    section, sign = _choose(value, _sections(code))
    if section.is_date:
        said = _date(value, section, is_1904)
        return plain(value) if said is None else said
    if not any(token.kind in ("digit", "general") for token in section.tokens):
        said = "".join(plain(value) if t.text == "@" else t.text for t in section.tokens)
        return said.strip()
    if abs(value) >= _MOST:
        return plain(value)
    return (sign + _number(abs(value), section.tokens)).strip()


def plain(value: float) -> str:
    """A number without a format: as many digits as a cell of common width shows."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    # A cell shows ten digits, and a number such as 0.1 + 0.2 then reads as it was meant.
    said = f"{value:.10g}"
    return said.replace("e", "E") if "e" in said else said


@lru_cache(maxsize=500)
def _sections(code: str) -> tuple[_Section, ...]:
    lowered = code.lower()
    if any(mark in lowered for mark in _SYSTEM_DATES):
        code = _ISO
    sections: list[_Section] = []
    tokens: list[_Token] = []
    condition = ""
    for match in _TOKEN.finditer(code[:_CODE_CHARS]):
        kind = match.lastgroup
        if kind == "other" and match.group() == ";":
            sections.append(_Section(tuple(tokens), condition))
            tokens, condition = [], ""
        elif kind == "condition":
            condition = match.group("condition")
        elif kind in ("quoted", "escaped", "sign"):
            tokens.append(_Token("literal", match.group(kind)))
        elif kind is not None:
            tokens.append(_Token(kind, match.group(kind)))
        elif match.group()[0] == "_":
            tokens.append(_Token("literal", " "))
    return (*sections, _Section(tuple(tokens), condition))


def _choose(value: float, sections: tuple[_Section, ...]) -> tuple[_Section, str]:
    """The section for a number, and the minus sign it does not bring itself."""
    minus = "-" if value < 0 else ""
    for section in sections[:2]:
        if section.condition and _holds(value, section.condition):
            return section, minus
    if any(section.condition for section in sections[:2]):
        plain_ones = [section for section in sections[:3] if not section.condition]
        return (plain_ones or [*sections])[-1], minus
    if value < 0 and len(sections) > 1:
        return sections[1], ""
    if value == 0 and len(sections) > 2:
        return sections[2], ""
    return sections[0], minus


def _holds(value: float, condition: str) -> bool:
    match = re.fullmatch(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d*)?)", condition)
    if not match:
        return False
    limit = float(match.group(2))
    return {
        "<": value < limit,
        ">": value > limit,
        "=": value == limit,
        "<=": value <= limit,
        ">=": value >= limit,
        "<>": value != limit,
    }[match.group(1)]


def _number(value: float, tokens: tuple[_Token, ...]) -> str:
    """A number not below zero; ``General`` may stand among literals."""
    places = [place for place, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return "".join(plain(value) if t.kind == "general" else t.text for t in tokens)
    first, last = places[0], places[-1]
    core = "".join(token.text for token in tokens[first : last + 1])
    before = "".join(token.text for token in tokens[:first])
    after = "".join(token.text for token in tokens[last + 1 :])
    if before.endswith("."):
        before, core = before[:-1], f".{core}"
    scale = len(after) - len(after.lstrip(","))
    after = after[scale:]
    percents = min(2, sum(t.kind == "other" and t.text == "%" for t in tokens))
    exact = Decimal(repr(value)) * 100**percents / 1000**scale
    return before + _digits(exact, core) + after


def _digits(value: Decimal, core: str) -> str:
    if "/" in core and "." not in core:
        return _fraction(value, core)
    exponent = re.search(r"e[+-]", core, re.I)
    if exponent:
        mantissa, power = core[: exponent.start()], core[exponent.end() :]
        decimals = _decimals(mantissa)
        text = f"{value:.{decimals}E}"
        head, _, tail = text.partition("E")
        digits = tail.lstrip("+-").zfill(sum(c == "0" for c in power))
        sign = "-" if tail.startswith("-") else "+" if "+" in exponent.group() else ""
        return f"{head}E{sign}{digits}"
    whole_part, _, fraction_part = core.partition(".")
    decimals = min(_MAX_DECIMALS, sum(c in "0#?" for c in fraction_part))
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    whole, _, fraction = f"{rounded:f}".partition(".")
    needed = fraction_part.rstrip("#?")
    fraction = fraction.rstrip("0").ljust(sum(c in "0#?" for c in needed), "0")
    asked = sum(c == "0" for c in whole_part)
    whole = whole.lstrip("0").rjust(asked, "0")
    if re.search(r"[0#?],[0#?]", whole_part):
        whole = _grouped(whole)
    elif re.search(r"[^0#?,]", whole_part):
        whole = _spread(whole, whole_part)
    if not fraction_part:
        return whole
    return f"{whole}.{fraction}" if fraction or needed else whole or "0"


def _grouped(digits: str) -> str:
    lead = len(digits) % 3
    parts = [digits[:lead]] if lead else []
    return ",".join([*parts, *(digits[n : n + 3] for n in range(lead, len(digits), 3))])


def _spread(digits: str, pattern: str) -> str:
    """Digits over a pattern with marks between them, as of telephone numbers: ``000-0000``."""
    left = list(digits)
    out: list[str] = []
    for char in reversed(pattern):
        if char in "0#?":
            out.append(left.pop() if left else "")
        elif char != ",":
            out.append(char)
    return "".join(left) + "".join(reversed(out))


def _fraction(value: Decimal, core: str) -> str:
    whole_part, _, below = core.rpartition("/")
    digits = re.sub(r"[^\d#?]", "", below)
    with_whole = " " in whole_part.strip()
    whole = int(value) if with_whole else 0
    if digits.strip("0").isdigit():
        bottom = int(digits)
        top = round((value - whole) * bottom)
    else:
        near = Fraction(value - whole).limit_denominator(10 ** min(3, len(digits)) - 1)
        top, bottom = near.numerator, near.denominator
    if top == 0:
        return str(whole)
    return f"{whole} {top}/{bottom}" if whole else f"{top}/{bottom}"


def _decimals(part: str) -> int:
    return min(_MAX_DECIMALS, sum(c in "0#?" for c in part.partition(".")[2]))


def _date(value: float, section: _Section, is_1904: bool) -> str | None:
    """A day or time, None when the number is no day of the calendar."""
    if not 0 <= value < _LAST_DAY:
        return None
    decimals = _second_decimals(section.tokens)
    moment = to_datetime(value, is_1904, decimals)
    if moment is None:
        return None
    tokens = section.tokens
    half = any(token.kind == "noon" for token in tokens)
    total = round(value * 86_400)
    out: list[str] = []
    for place, token in enumerate(tokens):
        if token.kind == "date":
            is_minute = token.text[0] in "mM" and len(token.text) < 3 and _by_hours(tokens, place)
            out.append(_date_part(moment, token.text.lower(), half, is_minute))
        elif token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
            out.append(str(total // unit).zfill(len(token.text)))
        elif token.kind == "noon":
            out.append("AM" if moment.hour < 12 else "PM")
        elif token.kind == "digit":
            continue
        elif token.text == "." and place + 1 < len(tokens) and tokens[place + 1].kind == "digit":
            out.append(f".{moment.microsecond:06d}"[: decimals + 1])
        elif token.text != "@":
            out.append(token.text)
    return "".join(out).strip()


def to_datetime(value: float, is_1904: bool = False, decimals: int = 0) -> datetime | None:
    """The moment a serial number stands for; Excel's 1900 has a 29 February that never was."""
    day = math.floor(value)
    seconds = round((value - day) * 86_400, decimals)
    start = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30 if value >= 60 else 31)
    try:
        return start + timedelta(days=day, seconds=seconds)
    except OverflowError:
        return None


def _second_decimals(tokens: tuple[_Token, ...]) -> int:
    return min(6, sum(token.kind == "digit" for token in tokens))


def _by_hours(tokens: tuple[_Token, ...], place: int) -> bool:
    """True when an "m" means minutes: it follows hours or comes before seconds."""
    before = [t.text[0].lower() for t in tokens[:place] if t.kind in ("date", "elapsed")]
    after = [t.text[0].lower() for t in tokens[place + 1 :] if t.kind in ("date", "elapsed")]
    return before[-1:] == ["h"] or after[:1] == ["s"]


def _date_part(moment: datetime, code: str, half: bool, is_minute: bool) -> str:
    letter, width = code[0], len(code)
    if letter == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and not is_minute:
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 4: name, 5: name[0]}.get(width, str(moment.month).zfill(min(width, 2)))
    if letter == "d" and width > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if width == 3 else name
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"d": moment.day, "h": hour, "m": moment.minute, "s": moment.second}[letter]
    return str(number).zfill(min(width, 2))
