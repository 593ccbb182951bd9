"""A section whose heading is what was asked for: "What are the known problems of the pump?".

The reader looks for words that answer; a heading needs none: what stands under it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import question_terms, terms
from index.types import BlockKind, Document
from rag.finding import Found
from rag.gathering import Documents, widened
from rag.questions import last_clause, wants_steps
from rag.types import Passage

_ASKS = re.compile(
    r"^\W*(?:(?:what|which)(?:'s|’s| is| are| were| was| do| does| did| can| must| should)\b"
    r"|(?!(?:who|whom|whose|when|where|why|how|what|which|is|are|was|were|am|do|does|did|has|have|had"
    r"|can|could|may|might|must|shall|should|will|would)\b)\w)",
    re.I,
)
_NUMBER = re.compile(r"^\W*(?:§\s*)?(?:\d+(?:\.\d+)*|[a-z])[.):]?\s+", re.I)
_STEP = re.compile(r"\(?\d{1,2}[.)]\s")
_NEGATED = re.compile(r"\b(?:not|never|without)\b|n['’]t\b", re.I)
_GENERAL = frozenset(
    terms(
        "list lists name show steps things items points section give tell main general key "
        "important other special"
    )
)
_LONGEST = 1_200  # characters; a longer section is no answer but a chapter
_LIKELY = 0.6  # that such a section answers; set by hand, as held-out data has no such questions


def headed_section(
    question: str, passages: Sequence[Passage], documents: Documents
) -> Found | None:
    """The section that a question asks for by its heading, as one quotation; None without one.

    All words of the heading but small ones stand in the question or the document's title, and all
    of the question's in the heading, the title or the file name. Of several such sections that of
    the best passage is meant.
    """
    asked = set(question_terms(last_clause(question))) - _GENERAL
    if not asked or not (_ASKS.match(last_clause(question)) or wants_steps(question)):
        return None
    for passage in passages:
        headings = passage.chunk.headings
        name = set(question_terms(_NUMBER.sub("", headings[-1]))) - _GENERAL if headings else set()
        info = passage.document
        known = name | set(terms(f"{info.title} {info.source.rpartition('/')[2]}"))
        if not asked & name or not name <= asked | set(terms(info.title)) or not asked <= known:
            continue
        document = documents(passage.chunk.document_id)
        if document is not None:
            return _section(document, passage, headings[-1])
    return None


def are_steps(question: str, section: Found) -> bool:
    """Are there numbered lines under a heading that says two words of the question or more?"""
    headings = section.passage.chunk.headings
    shared = set(question_terms(question)) & set(question_terms(headings[-1])) if headings else ()
    numbered = sum(_STEP.match(line) is not None for line in section.quote.splitlines())
    return len(shared) > 1 and numbered > 1 and not _NEGATED.search(question)


def _section(document: Document, passage: Passage, heading: str) -> Found | None:
    """What stands between the heading above the passage and the next one."""
    blocks = document.blocks
    places = [place for place, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    above = [place for place in places if blocks[place].start < passage.chunk.end]
    if not above:
        return None
    first = above[-1]
    inside = blocks[first + 1 : min((p for p in places if p > first), default=len(blocks))]
    title = " ".join(document.text[blocks[first].start : blocks[first].end].split())
    if not inside or title != heading or inside[-1].end - inside[0].start > _LONGEST:
        return None
    start, end = inside[0].start, inside[-1].end
    return Found(widened(passage, document, start, end), start, end, _LIKELY, _LIKELY)
