"""How far our check of citations agrees with labels made by hand (`eval/sets/citations`).

Each pair is a sentence and the words it cites; the check says whether they bear it out. ALCE's
figures rest on this check, so this is how far they can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.alce import Entails
from eval.datasets import BUILT_IN
from eval.metrics import cohens_kappa, wilson_interval
from eval.rows import json_rows, text_of
from index.errors import UsageError
from rag.types import Citation, Verdict

FILE = BUILT_IN / "citations" / "citations.jsonl"


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, the words it cites, and whether they bear it out."""

    id: str
    kind: str
    true: bool
    sentence: str
    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The check beside the labels: shares in 0–1."""

    pairs: int
    agreed: int
    kappa: float | None  #: 1 is full agreement, 0 what chance gives
    true_passed: float  #: of the pairs labelled true
    false_stopped: float  #: of the pairs labelled false
    interval: tuple[float, float]  #: 95 % interval of agreed / pairs
    by_kind: dict[str, tuple[int, int]]  #: kind → pairs, agreed
    missed: tuple[str, ...]  #: ids of the pairs it judged wrongly

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form."""
        return asdict(self)


def load_pairs(path: Path = FILE) -> tuple[Pair, ...]:
    """The labelled pairs. Raises UsageError naming file, line, value and remedy."""
    pairs: list[Pair] = []
    for row, place in json_rows(path):
        label = row.get("true")
        if not isinstance(label, bool):
            raise place.fault(f'{label!r} under "true"', "write true or false")
        keys = ("id", "kind", "sentence", "document", "quote")
        id_, kind, sentence, document, quote = (text_of(row, key, place) for key in keys)
        pairs.append(Pair(id_, kind, label, sentence, document, quote))
    if not {True, False} <= {pair.true for pair in pairs}:
        raise UsageError(f"{path} needs true and false pairs: add those that are missing.")
    return tuple(pairs)


def agreement(
    pairs: Sequence[Pair],
    entails: Entails,
    progress: Callable[[int, int], None] | None = None,
) -> Agreement:
    """Judge every pair by its quote alone and compare with its label."""
    said: list[bool] = []
    for number, pair in enumerate(pairs, 1):
        said.append(entails(pair.sentence, [_citation(pair)]))
        if progress is not None:
            progress(number, len(pairs))
    labels = [pair.true for pair in pairs]
    same = [mine is label for mine, label in zip(said, labels, strict=True)]
    kinds: dict[str, tuple[int, int]] = {}
    for pair, right in zip(pairs, same, strict=True):
        count, agreed = kinds.get(pair.kind, (0, 0))
        kinds[pair.kind] = (count + 1, agreed + right)
    return Agreement(
        pairs=len(pairs),
        agreed=sum(same),
        kappa=cohens_kappa(said, labels),
        true_passed=_share_right(same, labels, True),
        false_stopped=_share_right(same, labels, False),
        interval=wilson_interval(sum(same), len(same)) or (0.0, 1.0),
        by_kind=kinds,
        missed=tuple(pair.id for pair, right in zip(pairs, same, strict=True) if not right),
    )


def _share_right(same: Sequence[bool], labels: Sequence[bool], wanted: bool) -> float:
    of = [right for right, label in zip(same, labels, strict=True) if label is wanted]
    return sum(of) / len(of) if of else 0.0


def _citation(pair: Pair) -> Citation:
    end = len(pair.quote)
    title = pair.document.rsplit(".", 1)[0].replace("-", " ")
    return Citation(
        1, pair.document, pair.document, title, (), 0, end, pair.quote, Verdict.SUPPORTED, 1.0
    )


def agreement_table(found: Agreement) -> RenderableType:
    """The agreement for the terminal."""
    low, high = found.interval
    kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
    head = Text(
        f"The check of citations agrees with {found.agreed} of {found.pairs} labels made by hand "
        f"({found.agreed / found.pairs:.1%}, 95 % interval {low:.0%}–{high:.0%}; kappa {kappa}): "
        f"{found.true_passed:.1%} of the true pairs pass, {found.false_stopped:.1%} of the false "
        "ones are stopped."
    )
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column("kind", no_wrap=True)
    out.add_column("pairs", justify="right")
    out.add_column("judged right", justify="right")
    for kind, (count, agreed) in found.by_kind.items():
        out.add_row(kind, str(count), str(agreed))
    return Group(head, Text(), out)
