"""Two evaluations of the same questions, side by side: paired differences with their intervals.

Reads what ``footnote eval --json`` wrote. Only questions that both asked, in the same words and
with the same gold, are compared, and it is said which set and which model the earlier run had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.datasets import Question
from index.errors import UsageError

RESAMPLES = 4000
_SEED = 11  # so that the same two files give the same intervals
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after on the shared questions, and how sure its change is."""

    name: str
    old: float
    new: float
    low: float  #: 95 % interval of new - old
    high: float

    @property
    def change(self) -> float:
        return self.new - self.old

    @property
    def told_apart(self) -> bool:
        """True when the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two evaluations."""

    shared: int
    only_old: int  #: questions that cannot be compared: asked before only, or changed since
    only_new: int
    differences: tuple[Difference, ...]
    mended: tuple[str, ...]  #: ids wrong before, right now
    broken: tuple[str, ...]  #: ids right before, wrong now
    earlier: str = ""  #: set, split and model of the first, in words
    other_set: bool = False  #: whether the first was of a set of another name


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation as JSON has it; set, split and model are empty where it does not say."""

    set: str
    split: str
    model: str
    outcomes: tuple[Row, ...]

    def __str__(self) -> str:
        """Set, split and model in words."""
        split = f"{self.split} split" if self.split else ""
        return ", ".join(filter(None, (self.set or "a set without a name", split, self.model)))


def run_of(data: Mapping[str, object]) -> Run:
    """A run from its JSON. Raises KeyError, TypeError or AttributeError when it is none."""
    given = data["outcomes"]
    if not isinstance(given, list):
        raise TypeError("outcomes")
    rows: tuple[Row, ...] = tuple(dict(row) for row in given)
    for row in rows:
        for key in ("correct", "declined", "cited_gold", "citations", "gold_citations"):
            _ = row[key]
        _ = _question(row)["id"], _question(row)["question"]
    set_, split, model = (str(data.get(key) or "") for key in ("set", "split", "model"))
    return Run(set_, split, model, rows)


def load_run(path: Path) -> Run:
    """An evaluation saved as JSON. Raises UsageError when it is none."""
    try:
        return run_of(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UsageError(
            f"{path} could not be read ({error.strerror}): name a file that "
            "footnote eval --json wrote."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no evaluation ({type(error).__name__}: {str(error)[:60]}): name a file "
            "that footnote eval --json wrote."
        ) from None


def refuse_unlike(old: Run, questions: Sequence[Question], name: str) -> None:
    """Raise UsageError when the earlier run asked none of the questions of the set ``name``."""
    before = {_key(row) for row in old.outcomes}
    if not any(_key({"question": asdict(question)}) in before for question in questions):
        raise UsageError(
            f"The earlier evaluation is of {old} and shares no question with {name}, so there is "
            "nothing to compare: evaluate the same set and split with both."
        )


def compare(old: Run, new: Run) -> Comparison:
    """The second against the first. Raises UsageError when they share no question."""
    before, after = ({_key(row): row for row in run.outcomes} for run in (old, new))
    shared = [key for key in after if key in before]
    if not shared:
        raise UsageError(
            f"The earlier evaluation is of {old} and this one of {new}; they share no question, so "
            "there is nothing to compare: evaluate the same set and split with both."
        )
    pairs = [(before[key], after[key]) for key in shared]
    found = [_difference(name, part, pairs) for name, part in _FIGURES.items()]
    return Comparison(
        shared=len(shared),
        only_old=len(before) - len(shared),
        only_new=len(after) - len(shared),
        differences=tuple(one for one in found if one is not None),
        mended=tuple(_id(b) for a, b in pairs if b["correct"] and not a["correct"]),
        broken=tuple(_id(b) for a, b in pairs if a["correct"] and not b["correct"]),
        earlier=str(old),
        other_set=old.set != new.set,
    )


def _question(row: Row) -> Mapping[str, object]:
    question = row["question"]
    if not isinstance(question, Mapping):
        raise TypeError("a question")
    return question


def _id(row: Row) -> str:
    return str(_question(row)["id"])


def _key(row: Row) -> str:
    """What makes two questions the same: id, words and gold."""
    kept = ("id", "question", "answers", "history", "evidence", "contradicted_by")
    question = json.loads(json.dumps(dict(_question(row))))
    return json.dumps([question.get(key) or [] for key in kept], sort_keys=True)


def _answerable(row: Row) -> bool:
    return bool(_question(row).get("answers"))


def _number(row: Row, key: str) -> float:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


#: Each figure as a share: what a question adds above the line and below it.
_FIGURES: Mapping[str, Callable[[Row], tuple[float, float]]] = {
    "right": lambda r: (_number(r, "correct"), 1),
    "right answers": lambda r: (_number(r, "correct"), 1) if _answerable(r) else (0, 0),
    "right and rightly cited": lambda r: (
        (_number(r, "correct") * _number(r, "cited_gold"), 1) if _answerable(r) else (0, 0)
    ),
    "citation precision": lambda r: (_number(r, "gold_citations"), _number(r, "citations")),
    "refusal recall": lambda r: (
        (0, 0) if _answerable(r) else (_number(r, "correct"), 1)  # declined, or corrected
    ),
    "answerable but refused": lambda r: (_number(r, "declined"), 1) if _answerable(r) else (0, 0),
    "F1 of the bare answer": lambda r: (_number(r, "f1"), 1),
    "evidence in the first 5": lambda r: (
        (float(0 < _number(r, "retrieved_rank") <= 5), 1) if _answerable(r) else (0, 0)
    ),
    "seconds a question": lambda r: (_number(r, "seconds"), 1),
}


def _difference(
    name: str, part: Callable[[Row], tuple[float, float]], pairs: Sequence[tuple[Row, Row]]
) -> Difference | None:
    """Percentile bootstrap over questions, both evaluations resampled together.

    Source: Efron and Tibshirani 1993, chapter 13; paired as in Koehn 2004. None where one of the
    two has nothing to measure.
    """
    import numpy as np

    table = np.array([[*part(a), *part(b)] for a, b in pairs], dtype=np.float64)
    whole = table.sum(axis=0)
    if not whole[1] or not whole[3]:
        return None
    chance = np.random.default_rng(_SEED)
    drawn = chance.integers(0, len(pairs), size=(RESAMPLES, len(pairs)))
    sums = np.stack([table[row].sum(axis=0) for row in drawn])
    sums = sums[(sums[:, 1] > 0) & (sums[:, 3] > 0)]
    changes = sums[:, 2] / sums[:, 3] - sums[:, 0] / sums[:, 1]
    low, high = np.percentile(changes, [2.5, 97.5]).tolist()
    return Difference(
        name, float(whole[0] / whole[1]), float(whole[2] / whole[3]), float(low), float(high)
    )
