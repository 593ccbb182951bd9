"""Passages about another thing of the kind that a question names: the HX200, where the HX350 is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.codes import codes, is_certain, is_of_many, kind_of, kinds_in_ranges
from rag.finding import Found, held_back

_APART = re.compile(r"[\W_]+")


def without_other_things(question: str, found: Sequence[Found]) -> list[Found]:
    """The candidates, best first, but for those about another of its kind than the one asked about.

    Asked for the HX350 a manual of the HX200 says nothing, unless its passage names the asked one,
    too. What may be named in another way ("flat B", "Q3") is held back only.
    """
    asked = {one for one in codes(question) if is_of_many(one)}
    if not asked:
        return list(found)
    certain = {one for one in asked if is_certain(one)}
    kept = [one for one in found if not _is_of_another(one, certain)]
    kept = [held_back(one) if _is_of_another(one, asked) else one for one in kept]
    return sorted(kept, key=lambda one: -one.score)


def _is_of_another(one: Found, asked: set[str]) -> bool:
    chunk, info = one.passage.chunk, one.passage.document
    here = codes("\n".join((one.quote, info.called, chunk.context, *chunk.headings)))
    # However it is written: "VD 22" and "VD-22a" are the VD-22 that is asked about.
    around = _APART.sub("", f"{one.quote} {info.called} {chunk.context} {chunk.text}".lower())
    absent = {code for code in asked if _APART.sub("", code) not in around}
    kinds = set(map(kind_of, absent)) - kinds_in_ranges(chunk.text)
    return any(kind_of(code) in kinds for code in here - asked)
