"""How far ALCE's citation recall with our check agrees with labels made by hand on answers.

The labels stand in ``eval/sets/answer_labels``: sentences of answers with all the words they cite,
each labelled before the check saw it. A sentence that is borne out in part counts as not borne out,
as in ALCE (Gao et al. 2023).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.alce import Judges
from eval.datasets import BUILT_IN
from eval.metrics import cohens_kappa, wilson_interval
from eval.rows import Place, json_rows, list_of, one_of, text_of
from index.errors import UsageError
from rag.types import Citation, Verdict

FILE = BUILT_IN / "answer_labels" / "answers.jsonl"
WRITERS = ("built-in", "written")


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence of an answer, what it cites, and how far a person found it borne out."""

    id: str
    by: str  #: "built-in" where our own reader answered, "written" where a language model did
    question: str
    sentence: str
    cited: tuple[Citation, ...]
    label: Verdict


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """The check beside the labels of some sentences; ratios in 0–1."""

    sentences: int
    agreed: int  #: borne out or not
    interval: tuple[float, float]  #: 95 % interval of agreed / sentences
    kappa: float | None  #: of the same; 1 is full agreement, 0 what chance gives
    agreed_in_three: int  #: supported, partly or unsupported
    kappa_in_three: float | None
    recall_by_hand: float  #: ALCE's citation recall: sentences that their citations bear out
    recall_by_check: float
    verdicts: Mapping[str, Mapping[str, int]]  #: label → verdict of the check → sentences
    missed: tuple[str, ...]  #: ids judged otherwise, borne out or not


@dataclass(frozen=True, slots=True)
class AnswerAgreement:
    """Over all sentences, and by who wrote them."""

    overall: LabelAgreement
    by_writer: Mapping[str, LabelAgreement]

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form."""
        return asdict(self)


def load_labels(path: Path = FILE) -> tuple[LabelledSentence, ...]:
    """The labelled sentences. Raises UsageError naming file, line, value and remedy."""
    found = tuple(_labelled(row, place) for row, place in json_rows(path))
    if not found:
        raise UsageError(f"{path} holds no labelled sentence: write one JSON object a line.")
    return found


def _labelled(row: Mapping[str, object], place: Place) -> LabelledSentence:
    cited = tuple(_cited(item, place) for item in list_of(row, "cited", place))
    if not cited:
        raise place.fault('nothing under "cited"', "add the words that the sentence cites")
    id_, question, sentence = (text_of(row, key, place) for key in ("id", "question", "sentence"))
    by = one_of(row, "by", WRITERS, place)
    label = Verdict(one_of(row, "label", [verdict.value for verdict in Verdict], place))
    return LabelledSentence(id_, by, question, sentence, cited, label)


def _cited(item: object, place: Place) -> Citation:
    if not isinstance(item, dict):
        raise place.fault(f"{item!r} as a citation", "write document, title and quote")
    document, title, quote = (text_of(item, key, place) for key in ("document", "title", "quote"))
    end = len(quote)
    return Citation(1, document, document, title, (), 0, end, quote, Verdict.SUPPORTED, 1.0)


def answer_agreement(
    labelled: Sequence[LabelledSentence],
    judges: Judges,
    progress: Callable[[int, int], None] | None = None,
) -> AnswerAgreement:
    """Judge every sentence by all that it cites, and compare with its label."""
    verdicts: list[Verdict] = []
    for number, one in enumerate(labelled, 1):
        verdicts.append(judges(one.sentence, one.cited))
        if progress is not None:
            progress(number, len(labelled))
    pairs = list(zip(labelled, verdicts, strict=True))
    writers = dict.fromkeys(one.by for one in labelled)
    return AnswerAgreement(
        _compared(pairs),
        {writer: _compared([pair for pair in pairs if pair[0].by == writer]) for writer in writers},
    )


def _compared(pairs: Sequence[tuple[LabelledSentence, Verdict]]) -> LabelAgreement:
    labels, verdicts = [one.label for one, _ in pairs], [verdict for _, verdict in pairs]
    by_hand = [label is Verdict.SUPPORTED for label in labels]
    by_check = [verdict is Verdict.SUPPORTED for verdict in verdicts]
    same = [hand is checked for hand, checked in zip(by_hand, by_check, strict=True)]
    counts = Counter(zip(labels, verdicts, strict=True))
    return LabelAgreement(
        sentences=len(pairs),
        agreed=sum(same),
        interval=wilson_interval(sum(same), len(same)) or (0.0, 1.0),
        kappa=cohens_kappa(by_hand, by_check),
        agreed_in_three=sum(a is b for a, b in zip(labels, verdicts, strict=True)),
        kappa_in_three=cohens_kappa(labels, verdicts),
        recall_by_hand=sum(by_hand) / len(pairs),
        recall_by_check=sum(by_check) / len(pairs),
        verdicts={
            label.value: {verdict.value: counts[label, verdict] for verdict in Verdict}
            for label in Verdict
        },
        missed=tuple(one.id for (one, _), right in zip(pairs, same, strict=True) if not right),
    )


def answer_table(found: AnswerAgreement) -> RenderableType:
    """The agreement for the terminal."""
    parts: list[RenderableType] = []
    for writer, one in (("all", found.overall), *found.by_writer.items()):
        low, high = one.interval
        parts.append(
            Text(
                f"{_NAMES[writer]}: it agrees with {one.agreed} of {one.sentences} labels made by "
                f"hand ({one.agreed / one.sentences:.1%}, 95 % interval {low:.0%}–{high:.0%}; "
                f"kappa {_figure(one.kappa)}); with partly as a label of its own "
                f"{one.agreed_in_three} (kappa {_figure(one.kappa_in_three)}). Citation recall is "
                f"{one.recall_by_hand:.2f} by hand, {one.recall_by_check:.2f} by the check."
            )
        )
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column("label by hand", no_wrap=True)
    for verdict in Verdict:
        out.add_column(f"check: {verdict.value}", justify="right")
    for label, row in found.overall.verdicts.items():
        out.add_row(label, *(str(row[verdict.value]) for verdict in Verdict))
    return Group(*parts, Text(), out)


_NAMES = {
    "all": "Sentences of answers",
    "written": "Those a language model wrote",
    "built-in": "Those the built-in model quoted",
}


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
