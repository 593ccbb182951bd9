"""Rows of a table and the codes that questions name: a row of another thing is no answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.finding import Found, held_back
from rag.quotable import COLUMN

#: Letters and digits together ("VD-22", "Q3", "E06"), or a year.
_CODE = re.compile(
    r"(?<![\w-])(?=[\w-]*[^\W\d_])(?=[\w-]*\d)[\w-]+|(?<![\w.,-])(?:19|20)\d\d(?![\w-]|[.,]\d)"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")


def prefer_named_rows(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first, rows held back that lack a code which another row holds.

    Told apart document by document: "price of the VD-22" wants the row of the VD-22, however well
    that of the VD-17 reads. Sentences stay as they are.
    """
    asked = codes(question)
    if not asked:
        return list(found)
    named = [len(asked & _codes_of(one)) if COLUMN in one.quote else None for one in found]
    most: dict[str, int] = {}
    for one, count in zip(found, named, strict=True):
        document = one.passage.chunk.document_id
        most[document] = max(most.get(document, 0), count or 0)
    kept = [
        one if count is None or count == most[one.passage.chunk.document_id] else held_back(one)
        for one, count in zip(found, named, strict=True)
    ]
    return sorted(kept, key=lambda one: -one.score)


def _codes_of(found: Found) -> set[str]:
    """Those of a row and of the headings above it: a table may be all about the third quarter."""
    return codes(" ".join((found.quote, *found.passage.chunk.headings)))


def codes(text: str) -> set[str]:
    """Codes and years in a text, lower case."""
    return {code.lower() for code in _CODE.findall(text) if not _ORDINAL.fullmatch(code.lower())}
