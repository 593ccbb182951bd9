"""What a person reads of a sentence that was left out: whole words, as they are written."""

from __future__ import annotations

import re

import pytest

from index.types import Chunk, DocumentInfo
from rag.checking.evidence import Evidence, fault
from rag.types import Parts, Passage

LEASE = (
    "One cat may be kept; dogs need the Landlord's written consent. The deposit is held by the "
    "office and not by the Landlord. The strap comes off without a tool. Staves are never oiled. "
    "The pool may be used by members only. Parrots are forbidden. It weighs 40 kg. Smoking isn't "
    "agreed to. The lift may no longer be used. There are no exceptions, and it costs nothing."
)


def reason(said: str, held: str) -> str:
    info = DocumentInfo("d", ("x.md",), "", None, None, None, 1)
    passage = Passage(Chunk("c", "d", 0, len(held), held, (), (), ""), info, 1.0, Parts())
    found = fault(said, Evidence(passage, 0, len(held)))
    return "" if found is None else found.why


@pytest.mark.parametrize(
    ("said", "held", "why"),
    [
        (
            "Dogs may be kept without consent.",
            "Dogs need the Landlord's written consent.",
            "it says “without consent” where the document does not",
        ),
        (
            "The deposit is held by the Landlord.",
            "The deposit is held by the office and not by the Landlord.",
            "the document says “not by the Landlord” where the sentence does not",
        ),
        (
            "The strap comes off with a tool.",
            "The strap comes off without a tool.",
            "the document says “without a tool” where the sentence does not",
        ),
        (
            "Parrots are allowed.",
            "Parrots are forbidden.",
            "it says “allowed” where the document says “forbidden”",
        ),
        (
            "Anyone may use the pool.",
            "The pool may be used by members only.",
            "it says “anyone” where the document says “only”",
        ),
        (
            "A twenty-year-old pays £5.",
            "Each pays £5.",
            "the number twenty-year-old is not in the words it would rest on",
        ),
        (
            "Use form F8.",
            "Use form F7.",
            "the code F8 is not in the words it would rest on",
        ),
    ],
)
def test_the_reason_in_full(said: str, held: str, why: str) -> None:
    assert reason(said, held) == why


@pytest.mark.parametrize(
    "said",
    [
        "Dogs may be kept without consent.",
        "The deposit is held by the Landlord.",
        "The strap comes off with a tool.",
        "The staves are oiled.",
        "Anyone may use the pool.",
        "Parrots are allowed.",
        "It weighs 14 kg.",
        "Smoking is agreed to.",
        "The lift may be used.",
        "It costs something and there are exceptions.",
        "The landlord's consent is not needed for dogs.",
    ],
)
def test_what_a_reason_quotes_stands_there_word_for_word(said: str) -> None:
    why = reason(said, LEASE)
    both = f"{said} {LEASE}".casefold()
    assert why
    for quoted in re.findall("“([^”]*)”", why):
        assert re.search(rf"(?<!\w){re.escape(quoted.casefold())}(?!\w)", both), why
