"""A question told in several sentences, to what is searched and read for it.

"I am new here. Where do visitors park?": the sentence before says what may matter and draws search
and reader away from what is asked. So the whole is taken, and the one sentence that asks beside it,
and of each passage the better of both. Of 100 held-out questions over folders of ours with an idle
sentence put before them, the best sentence answered .63 as a whole and .67 both ways, where each
was asked both ways (.71 without that sentence); the mean confidence was .41, .56 and .55. The
constants that answers are ranked and declined by were fitted to questions of one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.analysis import QUESTION_WORDS, words
from index.sentences import is_question, sentence_spans
from rag.reader import Reading
from rag.types import Passage

_FEWEST_WORDS = 2  # that tell something: "What then?" by itself asks for nothing
_OF_THINGS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there|then|one|ones|such)\b", re.I
)
_OF_PEOPLE = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.I)
_OURS = re.compile(r"\b(?:my|our)\b", re.I)
_NAMED = re.compile(r"\w*\d\w*|(?<!^)(?<![.!?]\s)\b[A-Z]\w+")  # a number, a code, a name


def ways_asked(question: str) -> tuple[str, ...]:
    """The question, and its one sentence that asks where that can do without the others.

    It cannot when it leans on them by a pronoun, other than for a relative of the person who asks,
    or when they name what it does not.

    >>> ways_asked("I am new here. Where do visitors park?")
    ('I am new here. Where do visitors park?', 'Where do visitors park?')
    >>> ways_asked("I have the X20. Where does the filter sit?")
    ('I have the X20. Where does the filter sit?',)
    """
    sentences = [question[slice(*span)] for span in sentence_spans(question)]
    asking = [sentence for sentence in sentences if is_question(sentence)]
    if len(sentences) < 2 or len(asking) != 1:
        return (question,)
    (clause,) = asking
    rest = " ".join(sentence for sentence in sentences if sentence is not clause)
    told = [word for word in words(clause) if word not in QUESTION_WORDS]
    named = {name.casefold() for name in _NAMED.findall(rest)}
    leans = _OF_THINGS.search(clause) or (_OF_PEOPLE.search(clause) and not _OURS.search(rest))
    if len(told) < _FEWEST_WORDS or leans or not named <= set(words(clause)):
        return (question,)
    return question, clause


def merged(found: Sequence[Sequence[Passage]], limit: int) -> list[Passage]:
    """The best ``limit`` passages of several searches, each once, with its best score.

    Scores of searches for a question and for a part of it are of one scale: all are weighted sums
    of the same four shares. Ranks are counted anew.
    """
    if len(found) == 1:
        return list(found[0])[:limit]
    best: dict[str, Passage] = {}
    for passage in (one for some in found for one in some):
        known = best.get(passage.chunk.id, passage)
        sources = tuple(dict.fromkeys((*known.duplicates, *passage.duplicates)))
        better = max(known, passage, key=lambda one: one.score)
        best[passage.chunk.id] = replace(better, duplicates=sources)
    ranked = sorted(best.values(), key=lambda passage: -passage.score)[:limit]
    return [
        replace(one, parts=replace(one.parts, fused_rank=rank))
        for rank, one in enumerate(ranked, start=1)
    ]


def likelier(readings: Sequence[Sequence[Reading]]) -> list[Reading]:
    """Of several readings of the same passages, for each passage the one likeliest to answer."""
    return [
        max(some, key=lambda reading: reading.answerability) for some in zip(*readings, strict=True)
    ]
