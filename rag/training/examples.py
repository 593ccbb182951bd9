"""Rows and claims to token examples, one set for each pass over the data, and batches of them.

Each pass draws new negatives, new joins of neighbouring passages and new claims. Everything comes
from one seeded generator, so a pass is the same on every machine.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tokenizers import Tokenizer

from rag.reader_model import CONTEXT_MARK, QUESTION_TOKENS
from rag.reader_network import marks
from rag.training.claims import claims_of, false_statements, stitched_claims
from rag.training.negatives import (
    Ranking,
    Text,
    Vectors,
    changed_question,
    far_passages,
    far_ranking,
    near_passages,
    near_row,
    pool,
    rankings,
)
from rag.training.polar import Polar, polar_of, split
from rag.training.records import record_rows
from rag.training.sources import Claim, Row

MAX_TOKENS = 288  # longer examples are dropped: few of them, much of the time
CLAIM_MAX_TOKENS = 416  # WiCE's evidence is long and there is little of it


class Task(StrEnum):
    """Which heads an example trains."""

    READ = "read"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of one pair; ``first`` is where the text that may be quoted begins.

    ``spans`` are (first token, last token); empty means no span is taught.
    """

    task: Task
    source: str
    ids: tuple[int, ...]
    second: int  #: first token of the second segment
    first: int
    spans: tuple[tuple[int, int], ...]
    label: float


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass over the data holds, and how many of each kind."""

    examples: tuple[Example, ...]
    counts: dict[str, int]


class Encoder:
    """Pairs to token ids, as the reader does it when a question is asked."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._cls, self._sep = marks(tokenizer)

    def rows(self, rows: Sequence[Row]) -> list[Example]:
        """Rows as examples; over-long ones and those whose answer is cut are left out."""
        pairs = [(row.question, _context(row.title), row.passage) for row in rows]
        made = []
        for row, (ids, second, first, offsets) in zip(rows, self._encode(pairs), strict=True):
            if len(ids) > MAX_TOKENS:
                continue
            spans = tuple(
                found
                for span in row.spans
                if (found := _token_span(offsets, span, first)) is not None
            )
            if row.spans and not spans:
                continue
            label = float(row.answerable)
            made.append(Example(Task.READ, row.source, ids, second, first, spans, label))
        return made

    def claims(self, claims: Sequence[Claim]) -> list[Example]:
        """Claims as examples; over-long ones are left out."""
        pairs = [(claim.claim, _context(claim.title), claim.passage) for claim in claims]
        made = []
        for claim, (ids, second, first, _) in zip(claims, self._encode(pairs), strict=True):
            limit = CLAIM_MAX_TOKENS if claim.source == "wice" else MAX_TOKENS
            kept = ids[:limit] if claim.source == "wice" else ids
            if len(kept) <= limit:
                made.append(
                    Example(Task.SUPPORT, claim.source, kept, second, first, (), claim.label)
                )
        return made

    def _encode(
        self, pairs: Sequence[tuple[str, str, str]]
    ) -> Iterator[tuple[tuple[int, ...], int, int, list[tuple[int, int]]]]:
        plain = self._tokenizer.encode_batch([q for q, _, _ in pairs], add_special_tokens=False)
        contexts = self._tokenizer.encode_batch([c for _, c, _ in pairs], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([p for _, _, p in pairs], add_special_tokens=False)
        for question, context, text in zip(plain, contexts, texts, strict=True):
            head = [self._cls, *question.ids[:QUESTION_TOKENS], self._sep]
            ids = (*head, *context.ids, *text.ids, self._sep)
            yield ids, len(head), len(head) + len(context.ids), text.offsets


class Maker:
    """Makes the examples of each pass from the rows and claims."""

    def __init__(
        self,
        rows: Sequence[Row],
        claims: Sequence[Claim],
        encoder: Encoder,
        vectors: Vectors | None = None,
        polar: Sequence[Polar] = (),
    ) -> None:
        self._own_polar = list(polar)
        self._rows = [row for row in rows if row.source != "qamr"]
        self._qamr = [row for row in rows if row.source == "qamr"]
        self._claims = list(claims)
        self._ranked: dict[str, Ranking] = rankings(self._rows, vectors)
        self._encoder = encoder
        self._near: dict[tuple[str, str], list[Text]] = {}
        self._everywhere = far_ranking(self._ranked, vectors)
        self._far: dict[str, list[Text]] = {}

    def warm_up(self, seed: int) -> Pass:
        """QAMR only: its sentences are short, so it teaches cheaply what a span is."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return self._finish({"qamr": self._joined_qamr(12_000, 0.3, chance)}, [], chance)

    def full(self, seed: int, share: float = 1.0) -> Pass:
        """One pass over everything; ``share`` is how much of what is made anew is made."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        kinds: dict[str, list[Row]] = defaultdict(list)
        for row in self._drawn(chance):
            kinds[row.source].append(self._joined(row, chance))
            if row.answerable and chance.random() < _NEAR[row.source]:
                near = self._near_passages(row)
                if near:
                    # the nearest is the hardest: it is drawn twice as often as the next
                    weights = [1 / (place + 1) for place in range(len(near))]
                    picked = chance.choices(near, weights)[0]
                    kinds["near passage"].append(near_row(row, picked))
            if row.answerable and chance.random() < _FAR[row.source]:
                far = self._far_passages(row)
                if far:
                    kinds["far passage"].append(near_row(row, chance.choice(far)))
            if row.spans and chance.random() < _CHANGED[row.source]:
                changed = changed_question(row, chance)
                if changed is not None:
                    kinds["changed question"].append(changed)
        kinds["qamr"] = self._joined_qamr(int(3_000 * share), 0.7, chance)
        kinds["records"] = record_rows(int(2_000 * share), chance)
        polar_rows, polar_claims = split(self.polar(int(4_000 * share), chance))
        kinds["polar"] = chance.sample(polar_rows, len(polar_rows) // 2)
        own_rows, own_claims = split(self._own_polar)
        kinds["own"] += own_rows
        own_claims += [claim for claim in self._claims if claim.source == "own"]
        claims = [*self._make_claims(chance, share), *polar_claims, *own_claims]
        return self._finish(kinds, claims, chance)

    def _drawn(self, chance: random.Random) -> Iterator[Row]:
        """Rows as often as one pass has them."""
        for row in self._rows:
            often = _DRAWN.get(row.source, 1.0)
            if row.source == "fairytale":
                often = 0.5 if row.spans else 0.1  # answers in other words teach no span
            yield from [row] * (int(often) + (chance.random() < often % 1))

    def polar(self, count: int, chance: random.Random) -> list[Polar]:
        """Yes/no questions made from so many rows."""
        wanted = [row for row in self._rows if row.spans and row.source in _CLAIM_SOURCES]
        picked = chance.sample(wanted, min(len(wanted), count // 2))
        return [made for row in picked for made in polar_of(row, self._ranked[pool(row)], chance)]

    def plain(self) -> list[Example]:
        """The rows as they are, nothing drawn: what is held out is measured on this."""
        return self._encoder.rows(self._rows)

    def near(self, count: int) -> list[Example]:
        """Each answerable row's nearest passages that do not answer it."""
        rows = [
            near_row(row, passage)
            for row in self._rows
            if row.answerable and row.source != "fairytale"
            for passage in self._near_passages(row)[:count]
        ]
        return self._encoder.rows(rows)

    def far(self) -> list[Example]:
        """Each of SQuAD's answerable rows with the nearest passage of another article."""
        rows = [row for row in self._rows if row.answerable and row.source.startswith("squad")]
        found = [(row, self._far_passages(row)) for row in rows]
        return self._encoder.rows([near_row(row, far[0]) for row, far in found if far])

    def records(self, seed: int) -> list[Example]:
        """Questions about made tables."""
        return self._encoder.rows(record_rows(400, random.Random(seed)))  # noqa: S311

    def polar_claims(self, seed: int) -> list[Example]:
        """Yes/no questions as claims, without those that the passage leaves open."""
        polars = self.polar(800, random.Random(seed)) + self._own_polar  # noqa: S311
        return self._encoder.claims([one.claim for one in polars if one.row.answerable])

    def support(self, seed: int) -> list[Example]:
        """Claims only."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return self._encoder.claims(self._make_claims(chance))

    def _make_claims(self, chance: random.Random, share: float = 1.0) -> list[Claim]:
        wanted = [row for row in self._rows if row.spans and row.source in _CLAIM_SOURCES]
        picked = chance.sample(wanted, min(len(wanted), int(2_500 * share)))
        picked += chance.sample(self._qamr, min(len(self._qamr), int(800 * share)))
        made = [c for row in picked for c in claims_of(row, self._ranked.get(pool(row)), chance)]
        unanswerable = [row for row in self._rows if not row.answerable]
        few = chance.sample(unanswerable, min(len(unanswerable), int(500 * share)))
        told = chance.sample(self._rows, min(len(self._rows), int(_STITCHED * share)))
        return made + false_statements(few, chance) + stitched_claims(told, chance) + self._claims

    def _far_passages(self, row: Row) -> list[Text]:
        if row.question not in self._far:
            self._far[row.question] = far_passages(row, self._everywhere, 4)
        return self._far[row.question]

    def _near_passages(self, row: Row) -> list[Text]:
        key = (row.question, row.passage)
        if key not in self._near:
            self._near[key] = near_passages(row, self._ranked[pool(row)], 4)
        return self._near[key]

    def _joined(self, row: Row, chance: random.Random) -> Row:
        """At times a short passage gets a neighbour, as chunks hold more than one paragraph."""
        if chance.random() > 0.25 or len(row.passage) > 600 or not row.answerable:
            return row
        others = [
            one.passage
            for one in self._near_passages(row)
            if row.source != "own" or one.group == row.group
        ]
        if not others:
            return row
        other = chance.choice(others)[:600]
        return _join(row, other, before=chance.random() < 0.5)

    def _joined_qamr(self, count: int, share: float, chance: random.Random) -> list[Row]:
        rows = chance.sample(self._qamr, min(count, len(self._qamr)))
        made = []
        for row in rows:
            joined = row
            if chance.random() < share:
                for _ in range(chance.randint(1, 3)):
                    other = chance.choice(self._qamr).passage
                    joined = _join(joined, other, before=chance.random() < 0.5)
            made.append(joined)
        return made

    def _finish(
        self, kinds: dict[str, list[Row]], claims: Sequence[Claim], chance: random.Random
    ) -> Pass:
        examples: list[Example] = []
        counts: dict[str, int] = {}
        for kind, rows in kinds.items():
            made = self._encoder.rows([_roughened(row, chance) for row in rows])
            counts[kind] = len(made)
            examples += made
        support = self._encoder.claims(claims)
        if support:
            counts["claims"] = len(support)
        return Pass((*examples, *support), counts)


def batches(examples: Sequence[Example], tokens: int, chance: random.Random) -> list[list[Example]]:
    """Batches of like length, each at most ``tokens`` with padding, in random order."""
    shuffled = list(examples)
    chance.shuffle(shuffled)
    made: list[list[Example]] = []
    stretch = 2_000  # sorted by length within stretches, so that batches stay mixed
    for start in range(0, len(shuffled), stretch):
        batch: list[Example] = []
        for example in sorted(shuffled[start : start + stretch], key=lambda e: len(e.ids)):
            if batch and len(example.ids) * (len(batch) + 1) > tokens:
                made.append(batch)
                batch = []
            batch.append(example)
        made.append(batch)
    chance.shuffle(made)
    return made


_STITCHED = 9_000  # rows looked at for two sentences to stitch; one in ten has them
#: Share of a source's answerable rows that get a near passage, and a changed question, each pass.
_NEAR = {
    "squad-v1": 0.75,
    "squad-v2": 0.75,
    "qed": 0.25,
    "nq": 0.25,
    "policyqa": 0.15,
    "covid": 0.8,
    "fairytale": 0.2,
    "own": 0.25,  # most have a question beside them that differs in one thing and has no answer
}
#: Share that get a passage of another article, as questions about something else do.
_FAR = {
    "squad-v1": 0.3,
    "squad-v2": 0.3,
    "qed": 0.15,
    "nq": 0.2,
    "policyqa": 0.05,
    "covid": 0.2,
    "fairytale": 0.1,
    "own": 0.1,
}
_CHANGED = {
    "squad-v1": 0.5,
    "squad-v2": 0.25,
    "qed": 0.15,
    "nq": 0.15,
    "policyqa": 0.0,
    "covid": 0.2,
    "fairytale": 0.0,
    "own": 0.2,
}
#: How often a row is drawn each pass, where not once.
_DRAWN = {"squad-v1": 1.5, "squad-v2": 1.25, "policyqa": 2.0, "qed": 0.75}
_CLAIM_SOURCES = ("squad-v1", "squad-v2", "qed", "nq", "covid", "own")


def _context(title: str) -> str:
    return f"{title}{CONTEXT_MARK}" if title else ""


def _join(row: Row, other: str, *, before: bool) -> Row:
    if not before:
        return replace(row, passage=f"{row.passage}\n{other}")
    moved = len(other) + 1
    spans = tuple((start + moved, end + moved) for start, end in row.spans)
    return replace(row, passage=f"{other}\n{row.passage}", spans=spans)


def _roughened(row: Row, chance: random.Random) -> Row:
    """Questions as people type them, and passages of documents without a title."""
    question = row.question
    if chance.random() < 0.2:
        question = question.rstrip("?").rstrip()
    if chance.random() < 0.03 and len(question) > 20:
        place = chance.randrange(5, len(question) - 2)
        question = question[:place] + question[place + 1] + question[place] + question[place + 2 :]
    title = "" if chance.random() < 0.3 else row.title
    return replace(row, question=question, title=title)


def _token_span(
    offsets: Sequence[tuple[int, int]], span: tuple[int, int], first: int
) -> tuple[int, int] | None:
    inside = [n for n, (start, end) in enumerate(offsets) if start < span[1] and end > span[0]]
    return (first + inside[0], first + inside[-1]) if inside else None
