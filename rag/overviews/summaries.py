"""Sentences of a document and which of them stand for the whole: central, diverse, no boilerplate.

Sentences are chosen, never written. Central is what is close to the mean of all sentences and to
the title; what was chosen already counts against its like (maximal marginal relevance, Carbonell
and Goldstein 1998).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.analysis import fold, terms
from index.embedding import Embedder, Vectors
from index.sentences import sentence_spans
from index.types import BlockKind, Document

MOST_SENTENCES = 240  #: that are embedded; of longer texts those that open paragraphs come first
# Chosen on 32 training articles of SQuAD: six sentences share .20 of their words (F1) with the
# article's own opening paragraph, which was taken out; the first six .18, any six .13
# (`python -m eval.benchmarks overview`).
_RELEVANCE = 0.7  # against diversity
_TITLE = 0.5  # of closeness to the title; the rest is to the mean
_OPENING = 0.25  # added to the cosine of the sentence that opens the text …
_OPENS_PARAGRAPH = 0.05  # … or a paragraph: openings say what follows
_WORDS = (6, 60)  # of a sentence that can stand for others
_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_BOILERPLATE = re.compile(
    r"©|\ball rights reserved\b|\bcookies?\b|\bprivacy policy\b|\bterms of (?:use|service)\b"
    r"|\bsubscribe\b|\bnewsletter\b|\bsign (?:up|in)\b|\blog ?in\b|\bclick here\b|\bread more\b"
    r"|\bfollow us\b|\bshare (?:this|on)\b|\bback to top\b|\bpage \d+ of \d+\b|\bISBN\b|\bISSN\b"
    r"|\bno part of this\b|\btable of contents\b|\bskip to\b|\badvertisement\b"
    r"|\bprinted (?:on|in|by)\b",
    re.I,
)
_ENDS = re.compile(r"[.!?。…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may stand for the text: offsets into ``Document.text``."""

    start: int
    end: int
    opens: bool  #: whether it opens its paragraph
    sheet: int | None = None  #: of a row, the sheet or page it stands on


def candidates(document: Document, start: int = 0, end: int | None = None) -> list[Candidate]:
    """Sentences between two offsets that can be quoted alone, in order, at most so many.

    Headings, tables, code and captions are left out, with what is repeated or boilerplate; unless
    nothing else is there.
    """
    stop = len(document.text) if end is None else end
    found: list[Candidate] = []
    rows: list[Candidate] = []
    for block in document.blocks:
        if block.start < start or block.end > stop:
            continue
        if block.kind in _KINDS:
            spans = sentence_spans(document.text, block.start, block.end)
            found += [Candidate(a, b, number == 0) for number, (a, b) in enumerate(spans)]
        elif block.kind is BlockKind.TABLE_ROW:
            rows.append(Candidate(block.start, block.end, False, block.page))
    titled = set(terms(document.title))
    seen = Counter(_key(document, one) for one in found)
    good = [
        one
        for one in found
        if seen[_key(document, one)] == 1
        and _quotable(document.text[one.start : one.end])
        and not set(terms(document.text[one.start : one.end])) <= titled
    ]
    return _thinned(good or found or rows)  # a sheet of rows is told by its rows


def _key(document: Document, one: Candidate) -> str:
    return " ".join(fold(document.text[one.start : one.end]).split())


def _quotable(sentence: str) -> bool:
    spaced = len(sentence.split())
    # scripts without blanks: some two characters make a word
    count = spaced if spaced > 2 or sentence.isascii() else len(sentence) // 2
    if not _WORDS[0] <= count <= _WORDS[1] or _BOILERPLATE.search(sentence):
        return False
    letters = sum(map(str.isalpha, sentence))
    return letters >= 0.6 * len(sentence) and _ENDS.search(sentence) is not None


def _thinned(found: list[Candidate]) -> list[Candidate]:
    if len(found) <= MOST_SENTENCES:
        return found
    opening = [one for one in found if one.opens] or found
    if len(opening) < MOST_SENTENCES:
        rest = [one for one in found if not one.opens]
        opening = sorted(
            [*opening, *_spread(rest, MOST_SENTENCES - len(opening))], key=lambda one: one.start
        )
    return _spread(opening, MOST_SENTENCES)


def _spread(items: list[Candidate], count: int) -> list[Candidate]:
    if count >= len(items):
        return items
    return [items[at * len(items) // count] for at in range(count)]


def choose(
    vectors: Vectors,
    title: Vectors,
    opens: Sequence[bool],
    sheets: Sequence[int | None],
    count: int,
) -> list[int]:
    """Numbers of at most ``count`` rows that stand for all, ascending.

    ``vectors`` is float32 of shape (n, d), unit rows; ``title`` of shape (d,), a unit vector;
    ``opens`` says which rows open a paragraph, ``sheets`` which sheet each stands on: none is
    chosen from twice before all have been.
    """
    if not len(vectors):
        return []
    middle = vectors.mean(axis=0)
    length = float(np.linalg.norm(middle))
    central = vectors @ (middle / length if length else middle)
    worth = (1 - _TITLE) * central + _TITLE * (vectors @ title)
    worth = worth + _OPENS_PARAGRAPH * np.array(opens, dtype=np.float32)
    worth[0] += _OPENING
    alike = vectors @ vectors.T
    chosen: list[int] = []
    left = set(sheets)  # of which nothing is chosen yet
    while len(chosen) < min(count, len(vectors)):
        redundant = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(vectors))
        score = _RELEVANCE * worth - (1 - _RELEVANCE) * redundant
        left = left - {sheets[number] for number in chosen} or set(sheets)
        score[[sheet not in left for sheet in sheets]] = -np.inf
        score[chosen] = -np.inf
        chosen.append(int(np.argmax(score)))
    return sorted(chosen)


def summarise(
    document: Document,
    embedder: Embedder,
    count: int,
    *,
    start: int = 0,
    end: int | None = None,
    heading: str | None = None,
) -> tuple[list[Candidate], int]:
    """The sentences that stand for a document or a section of it, and how many were read."""
    found = candidates(document, start, end)
    if not found:
        return [], 0
    texts = [document.text[one.start : one.end] for one in found]
    subject = document.title if heading is None else f"{document.title}: {heading}"
    vectors = embedder.embed([*texts, subject])
    opens, sheets = [one.opens for one in found], [one.sheet for one in found]
    chosen = choose(vectors[:-1], vectors[-1], opens, sheets, count)
    return [found[number] for number in chosen], len(found)
