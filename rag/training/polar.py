"""Yes/no questions made from the question sets, with the passage that decides them.

Made three ways: a question and its answer turned into one polar question ("What is the capital of
France?" and "Paris" into "Is Paris the capital of France?"), a plain sentence of the passage put
as a question, and the same beside a passage where that sentence says the opposite. The answerable
and span heads learn where the matter is decided, the support head whether the answer is yes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.sentences import sentence_spans
from rag.training.claims import altered, answer_sentence, other_answer
from rag.training.negatives import OPPOSITES, WORD, Ranking, Text, near_passages, near_row
from rag.training.sources import Claim, Row

SOURCE = "polar"
OPEN = 0.5  #: the label of a question that its passage leaves open

_LINKS = r"is|are|was|were"
_HELPERS = rf"{_LINKS}|can|could|may|might|must|shall|should|will|would|has|have|had|does|do|did"
_WH_LINK = re.compile(rf"^(?:what|who|which)\s+({_LINKS})\s+(.+)$", re.IGNORECASE)
_WHEN = re.compile(rf"^(?:in\s+what\s+year|when|where)\s+({_HELPERS})\s+(.+)$", re.IGNORECASE)
_COUNT = re.compile(rf"^how\s+many\s+(\w+)\s+({_HELPERS})\s+(.+)$", re.IGNORECASE)
_SUBJECT = re.compile(rf"^who\s+(?!(?:{_HELPERS})\b)(\w.*)$", re.IGNORECASE)
_SENTENCE = re.compile(
    r"^((?:[^\s,;:()]+\s+){1,9}?)(is|are|was|were|can|could|may|must|shall|should|will|would)"
    r"\s+(not\s+)?([^?]+?)\.?$"
)
_CLAUSE = re.compile(r",\s|\s(?:and|while|but|because)\s")
_SECOND_VERB = re.compile(r"^(?:that|which|who|when|while|if|although|because|since)\b", re.I)


@dataclass(frozen=True, slots=True)
class Polar:
    """A polar question as a row to read and as a claim whose label says yes (1), no (0) or that
    the passage leaves it open (0.5)."""

    row: Row
    claim: Claim


def polar_question(question: str, answer: str, chance: random.Random) -> str | None:
    """Question and answer as one yes/no question; None where no pattern fits.

    >>> polar_question("What is the capital of France?", "Paris", random.Random(1))
    'Is the capital of France Paris?'
    >>> polar_question("Who wrote Emma?", "Jane Austen", random.Random(1))
    'Was it Jane Austen who wrote Emma?'
    >>> polar_question("How many legs does a spider have?", "eight", random.Random(1))
    'Does a spider have eight legs?'
    """
    bare = question.strip().rstrip("?").strip()
    if match := _COUNT.match(bare):
        noun, helper, rest = match.groups()
        return f"{helper.capitalize()} {rest} {answer} {noun}?"
    if match := _WH_LINK.match(bare):
        link, rest = match.groups()
        swapped = chance.random() < 0.5 and not rest.lower().split()[-1].endswith("ed")
        said = f"{answer} {rest}" if swapped else f"{rest} {answer}"
        return f"{link.capitalize()} {said}?"
    if match := _WHEN.match(bare):
        helper, rest = match.groups()
        linked = f"in {answer}" if re.fullmatch(r"\d{4}", answer) else answer
        return f"{helper.capitalize()} {rest} {linked}?"
    if match := _SUBJECT.match(bare):
        return f"Was it {answer} who {match.group(1)}?"
    return None


def asked(sentence: str) -> tuple[str, bool] | None:
    """A plain sentence put as a yes/no question, and whether it says no; None where it is not so.

    >>> asked("Members may not bring dogs.")
    ('May members bring dogs?', True)
    """
    match = _SENTENCE.match(sentence.strip())
    if match is None or _SECOND_VERB.match(sentence):
        return None
    subject, helper, negation, rest = match.groups()
    if len(rest) > 120:
        return None
    rest = _CLAUSE.split(rest)[0] if len(_CLAUSE.split(rest)[0].split()) >= 4 else rest
    subject = subject.strip()
    first = subject.split()[0]
    if first.lower() in _LOWERED:
        subject = first.lower() + subject[len(first) :]
    return f"{helper.capitalize()} {subject} {rest.strip()}?", negation is not None


def opposed(sentence: str, chance: random.Random) -> str | None:
    """The sentence saying the opposite: its "not" put in or taken out, or a word turned round."""
    match = _SENTENCE.match(sentence.strip())
    if match is not None and chance.random() < 0.6:
        subject, helper, negation, rest = match.groups()
        return f"{subject.strip()} {helper} {'' if negation else 'not '}{rest.strip()}."
    found = [m for m in WORD.finditer(sentence) if m.group() in OPPOSITES]
    if not found:
        return None
    word = chance.choice(found)
    return sentence[: word.start()] + OPPOSITES[word.group()] + sentence[word.end() :]


def polar_of(row: Row, ranked: Ranking | None, chance: random.Random) -> list[Polar]:
    """Polar questions of one answerable row, at most three: a yes, a no, and one left open."""
    if not row.spans:
        return []
    by_sentence = chance.random() < 0.5
    made = _from_sentence(row, chance) if by_sentence else _from_answer(row, chance)
    if not made:
        made = _from_answer(row, chance) if by_sentence else _from_sentence(row, chance)
    if made and ranked is not None and chance.random() < 0.4:
        near = near_passages(row, ranked, 2)
        if near:
            made.append(_left_open(made[0], chance.choice(near)))
    return made


def open_questions(
    polars: Sequence[Polar], ranked: Ranking | None, share: float, chance: random.Random
) -> list[Polar]:
    """Some of the questions beside a passage that ranks near and leaves them open.

    Papers of one writer, whose names begin alike, tell of the same doings: none of theirs is taken.
    """
    made = []
    for polar in polars:
        if ranked is not None and chance.random() < share:
            found = near_passages(polar.row, ranked, 12)
            others = [one for one in found if _writer(one.group) != _writer(polar.row.group)]
            if others:
                made.append(_left_open(polar, chance.choice(others[:2])))
    return made


def _writer(group: str) -> str:
    return group.partition("-")[0]


def _left_open(polar: Polar, text: Text) -> Polar:
    """The question beside a passage that says neither: what is not told is not denied."""
    elsewhere = near_row(polar.row, text)
    return Polar(elsewhere, _claim(elsewhere, OPEN))


def _from_answer(row: Row, chance: random.Random) -> list[Polar]:
    span = row.spans[0]
    answer = row.passage[span[0] : span[1]]
    if len(answer) > 60:
        return []
    true = polar_question(row.question, answer, chance)
    if true is None:
        return []
    made = [_polar(row, true, row.passage, span, 1.0)]
    wrong = other_answer(row, answer, chance)
    false = polar_question(row.question, wrong, chance) if wrong else None
    false = false or altered(true, row.passage, chance)
    if false:
        made.append(_polar(row, false, row.passage, span, 0.0))
    return made


def _from_sentence(row: Row, chance: random.Random) -> list[Polar]:
    sentence = answer_sentence(row, row.spans[0])
    found = asked(sentence) if sentence else None
    if sentence is None or found is None:
        spans = sentence_spans(row.passage)
        chance.shuffle(spans := list(spans))
        for start, end in spans:
            sentence = row.passage[start:end]
            found = asked(sentence)
            if found is not None:
                break
    if sentence is None or found is None:
        return []
    question, denied = found
    begin = row.passage.index(sentence)
    span = (begin, begin + len(sentence))
    made = [_polar(row, question, row.passage, span, float(not denied))]
    other = opposed(sentence, chance)
    if other is not None and chance.random() < 0.7:
        passage = row.passage[:begin] + other + row.passage[span[1] :]
        made.append(_polar(row, question, passage, (begin, begin + len(other)), float(denied)))
    else:
        false = altered(question, row.passage, chance)
        if false is not None and not denied:
            made.append(_polar(row, false, row.passage, span, 0.0))
    return made


def _polar(row: Row, question: str, passage: str, span: tuple[int, int], label: float) -> Polar:
    read = replace(
        row, source=SOURCE, question=question, passage=passage, spans=(span,), answerable=True
    )
    return Polar(read, _claim(read, label))


def _claim(row: Row, label: float) -> Claim:
    return Claim(SOURCE, row.group, row.title, row.question, row.passage, label)


def split(polars: Sequence[Polar]) -> tuple[list[Row], list[Claim]]:
    """The rows and the claims of some polar questions."""
    return [polar.row for polar in polars], [polar.claim for polar in polars]


_LOWERED = frozenset(
    {
        *("the", "a", "an", "this", "that", "these", "those", "it", "he", "she", "they", "we"),
        *("members", "all", "some", "most", "many", "each", "every", "there", "his", "her"),
        *("its", "their", "our", "in", "on", "at", "one", "both", "several", "other", "such"),
    }
)
