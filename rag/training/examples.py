"""Which rows and claims a pass over the data teaches, drawn anew each time, and batches of them.

Each pass draws new negatives, new joins of neighbouring passages and new claims. Everything comes
from one seeded generator, so a pass is the same on every machine.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.side_by_side import TOGETHER
from rag.training.claims import claims_of, false_statements, stitched_claims
from rag.training.encoding import Compared, Encoder, Example
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
from rag.training.own_documents import SOURCE
from rag.training.polar import Polar, open_questions, polar_of, split
from rag.training.records import record_rows
from rag.training.sources import Claim, Row


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass over the data holds, and how many of each kind."""

    examples: tuple[Example, ...]
    counts: dict[str, int]


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
        left_open = open_questions(self._own_polar, self._ranked.get(SOURCE), _LEFT_OPEN, chance)
        own_rows, own_claims = split([*self._own_polar, *left_open])
        kinds["own"] += own_rows
        claims = [*self._make_claims(chance, share), *polar_claims, *own_claims]
        made = self._finish(kinds, claims, chance)
        beside = self._encoder.compared(
            [replace(one, row=_roughened(one.row, chance)) for one in self._compared(chance)]
        )
        return Pass((*made.examples, *beside), {**made.counts, "side by side": len(beside)})

    def _compared(self, chance: random.Random) -> Iterator[Compared]:
        """Some rows, each with passages beside its own, in any order."""
        for row in self._rows:
            told = row.spans or not row.answerable
            if told and chance.random() < _COMPARED.get(row.source, 0.0):
                near = self._passages_beside(row)
                others = chance.sample(near, min(len(near), TOGETHER - 1))
                if others:
                    yield Compared(row, tuple(others), chance.randint(0, len(others)))

    def _passages_beside(self, row: Row) -> list[Text]:
        """The nearest passages of the row's own document, and the nearest of all."""
        near = near_passages(row, self._ranked[pool(row)], 12)
        own = [one for one in near if one.group == row.group][:3]
        return own + [one for one in near[:3] if one not in own]

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

    def compared(self, seed: int) -> list[Example]:
        """Some rows with passages beside their own, side by side."""
        return self._encoder.compared(list(self._compared(random.Random(seed))))  # noqa: S311

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


_LEFT_OPEN = 0.25  # share of our own yes/no questions that are also put to a passage near by
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
#: Share of a source's rows that are read beside other passages, each pass.
_COMPARED = {
    "squad-v1": 0.8,
    "squad-v2": 0.8,
    "qed": 0.4,
    "nq": 0.5,
    "policyqa": 0.3,
    "covid": 0.8,
    "own": 0.8,
}
#: How often a row is drawn each pass, where not once.
_DRAWN = {"squad-v1": 1.5, "squad-v2": 1.25, "policyqa": 2.0, "qed": 0.75}
_CLAIM_SOURCES = ("squad-v1", "squad-v2", "qed", "nq", "covid", "own")


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
