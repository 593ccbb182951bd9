"""Statements with text that does or does not support them, made from the question sets.

True ones: the sentence the answer stands in, shortened; the question turned into a statement with
its answer. False ones: the same with another number, name or answer, beside a passage that says
something else, or with what another sentence of the passage says of something else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from index.sentences import sentence_spans
from rag.training.negatives import NAME, NUMBER, Ranking, near_passages, other_number
from rag.training.sources import Claim, Row

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
_SUBJECT = re.compile(rf"^who\s+(?!{_AUXILIARY}\b)(\w.*)$", re.IGNORECASE)
_OBJECT = re.compile(
    rf"^(?:(?:in|on|at|by|for|to|from|with|of)\s+)?(?:who|whom|what|which|when|where|why|how)"
    rf"(?:\s+\w+){{0,3}}?\s+({_AUXILIARY})\s+(.+)$",
    re.IGNORECASE,
)
_SAID_OF = re.compile(  # what a sentence is about, its verb, what it says
    rf"^(?!(?:It|He|She|They|This|These|There|That|Those|In|On|At|As|When|While|If|After)\b)"
    rf"([A-Z][^,;:()]{{2,60}}?) ({_AUXILIARY}) ([^;:]{{12,}})$"
)
_BRACKETS = re.compile(r"\s*\([^()]*\)")


def statement(question: str, answer: str) -> str:
    """Question and answer as one statement; rough English, as short answers often are.

    >>> statement("Who wrote Emma?", "Jane Austen")
    'Jane Austen wrote Emma.'
    >>> statement("When did the line open?", "in 1904")
    'the line open in 1904.'
    """
    bare = question.strip().rstrip("?").strip()
    subject = _SUBJECT.match(bare)
    if subject:
        return f"{answer} {subject.group(1)}."
    other = _OBJECT.match(bare)
    if other:
        auxiliary, rest = other.groups()
        linked = auxiliary.lower() in ("is", "are", "was", "were")
        return f"{rest} {auxiliary} {answer}." if linked else f"{rest} {answer}."
    return f"{bare}: {answer}."


def answer_sentence(row: Row, span: tuple[int, int]) -> str | None:
    """The sentence of the passage that the span stands in, if it stands in one."""
    for start, end in sentence_spans(row.passage):
        if start <= span[0] and span[1] <= end:
            return row.passage[start:end]
    return None


def shortened(sentence: str, chance: random.Random) -> str:
    """A sentence without its brackets and, at times, without its last clause."""
    text = _BRACKETS.sub("", sentence) or sentence
    head, comma, tail = text.rpartition(", ")
    if comma and len(head.split()) >= 8 and len(tail.split()) >= 3 and chance.random() < 0.5:
        return head + "."
    return text


def altered(claim: str, passage: str, chance: random.Random) -> str | None:
    """The claim with one number or name replaced by another; None where it holds neither."""
    numbers = list(NUMBER.finditer(claim))
    names = list(NAME.finditer(claim))
    if numbers and (not names or chance.random() < 0.5):
        match = chance.choice(numbers)
        new = other_number(match.group(), [passage], chance)
    elif names:
        match = chance.choice(names)
        lowered = claim.casefold()
        others = {m.group() for m in NAME.finditer(passage) if m.group().casefold() not in lowered}
        if not others:
            return None
        new = chance.choice(sorted(others))
    else:
        return None
    return claim[: match.start()] + new + claim[match.end() :]


def other_answer(row: Row, answer: str, chance: random.Random) -> str | None:
    """A wrong answer of the same look from the same passage."""
    pattern = NUMBER if NUMBER.search(answer) else NAME
    lowered = f"{answer} {row.question}".casefold()
    found = {
        m.group() for m in pattern.finditer(row.passage) if m.group().casefold() not in lowered
    }
    return chance.choice(sorted(found)) if found else None


def stitched(passage: str, chance: random.Random) -> tuple[str, str] | None:
    """A sentence of the passage, and its subject with what another sentence says of its own.

    None where no two sentences have the same verb and different subjects.
    """
    said = [_SAID_OF.match(passage[start:end]) for start, end in sentence_spans(passage)]
    found = [match.groups() for match in said if match]
    pairs = [
        (one, other)
        for one in found
        for other in found
        if one[1] == other[1] and not _share_words(one[0], other[0]) and one[2] != other[2]
    ]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    return " ".join(one), f"{one[0]} {one[1]} {other[2]}"


def _share_words(one: str, other: str) -> bool:
    return bool({*one.casefold().split()} & {*other.casefold().split()} - {"the", "a", "an", "of"})


def stitched_claims(rows: Sequence[Row], chance: random.Random) -> list[Claim]:
    """One true and one stitched claim for each row whose passage has two such sentences."""
    made = []
    for row in rows:
        pair = stitched(row.passage, chance)
        if pair is not None:
            made += [_claim(row, pair[0], row.passage, 1.0), _claim(row, pair[1], row.passage, 0.0)]
    return made


def claims_of(row: Row, ranked: Ranking | None, chance: random.Random) -> list[Claim]:
    """One true and, where one can be made, one false claim of an answerable row."""
    if not row.spans:
        return []
    span = row.spans[0]
    answer = row.passage[span[0] : span[1]]
    spoken = statement(row.question, answer)
    sentence = answer_sentence(row, span)
    whole = sentence is not None and row.source != "qamr" and chance.random() < 0.4
    true = shortened(sentence, chance) if whole and sentence is not None else spoken
    made = [_claim(row, true, row.passage, 1.0)]
    kind = chance.random()
    false: str | None = None
    near = near_passages(row, ranked, 2) if ranked is not None and kind < 0.35 else []
    if near:
        elsewhere = chance.choice(near)
        made.append(replace(_claim(row, true, elsewhere.passage, 0.0), title=elsewhere.title))
        return made
    if kind < 0.65:
        wrong = other_answer(row, answer, chance)
        false = statement(row.question, wrong) if wrong else None
    false = false or altered(true, row.passage, chance)
    if false:
        made.append(_claim(row, false, row.passage, 0.0))
    return made


def false_statements(rows: Sequence[Row], chance: random.Random) -> list[Claim]:
    """Unanswerable questions stated with some name or number of their passage."""
    made = []
    for row in rows:
        if not row.answerable:
            found = sorted({m.group() for m in NAME.finditer(row.passage)})
            if found:
                text = statement(row.question, chance.choice(found))
                made.append(_claim(row, text, row.passage, 0.0))
    return made


def _claim(row: Row, text: str, passage: str, label: float) -> Claim:
    return Claim(row.source, row.group, row.title, text, passage, label)
