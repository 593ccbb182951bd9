"""Codes in a text: what tells one thing from others of its kind, "VD-22", "flat B", "2024"."""

from __future__ import annotations

import re

#: Letters and digits together ("VD-22", "Q3", "E06"), or a year.
_CODE = re.compile(
    r"(?<![\w-])(?=[\w-]*[^\W\d_])(?=[\w-]*\d)[\w-]+|(?<![\w.,-])(?:19|20)\d\d(?![\w-]|[.,]\d)"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_KINDS = (
    "flat|apartment|unit|room|suite|floor|block|building|house|plot|lot|bay|gate|zone|option|plan|"
    "level|grade|group|class|team|phase|stage|tier|module|route|platform|line|shift|court|pitch|"
    "lane|tank|pump|site|station|version|category|band|type"
)
_UNIT = re.compile(
    rf"\b(?P<kind>{_KINDS})(?:\s*[:#]\s*|\s+)"
    r"(?:no\.?\s*)?(?P<which>\d{1,3}[a-z]?|(?:[b-hj-z]|a(?=['’?.,;:!)]|\s*$)|(?-i:A))(?!['’]\w{2}))(?![\w-]|[.,]\d)",
    re.I,
)
_RANGE = re.compile(
    rf"\b(?:(?P<unit>(?:{_KINDS})s?\s(?:\d{{1,6}}|[a-z]))\s*(?:[-–—/,&]|to|through|and|or)"
    r"\s*(?:\d|[a-z]\b)"
    r"|(?P<code>[^\W\d_]{1,6}-?\d{1,6})\s*(?:(?:[-–—/]|to|through)\s*\d"
    r"|(?:[-–—/,&]|to|through|and|or)\s*[^\W\d_]{1,6}-?\d))",
    re.I,
)
_LETTERED = re.compile(r"[a-z]+\d\w*")  # "hx200"; not "10am", which is an amount


def codes(text: str) -> set[str]:
    """Codes ("vd22"), units ("flat b") and years in a text, lower case and without hyphens."""
    found = {
        code.lower().replace("-", "")
        for code in _CODE.findall(text)
        if not _ORDINAL.fullmatch(code.lower())
    }
    return found | {f"{one['kind']} {one['which']}".lower() for one in _UNIT.finditer(text)}


def is_of_many(code: str) -> bool:
    """Does it name one of several things, and not an amount ("10am") or a year?"""
    return " " in code or _LETTERED.fullmatch(code) is not None


def is_certain(code: str) -> bool:
    """Is it written in no other way? "Q3" is also the third quarter, "type 2" type II."""
    return " " not in code and len(code) > 2


def kind_of(code: str) -> str:
    """What it has in common with others: "flat B" and "flat A", "HX200" and "HX350"."""
    return code.split(maxsplit=1)[0] if " " in code else re.sub(r"\d+", "#", code)


def kinds_in_ranges(text: str) -> set[str]:
    """The kinds, as `kind_of`, of which the text names several: "E01 to E05", "grades 6-8"."""
    return {
        kind_of(re.sub(r"s(?=\s)", "", (one["unit"] or one["code"]).lower().replace("-", "")))
        for one in _RANGE.finditer(text)
    }
