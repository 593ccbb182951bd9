"""SyllabusQA from file to answer: syllabi through the loaders, questions through the assistant.

Students' questions on 11 syllabi that exist as PDF, DOCX and text, each with the passages or the
reasoning steps that answer it. Asked of its own syllabus, or of all of them at once. Judged: the
citations, the words said, yes or no, and refusals. Not judged: whether a long answer reads well.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import spread
from eval.benchmarks.figures import Figure, Result, share
from eval.benchmarks.overlap import HELD, content_recall, recall_of
from eval.metrics import mean, percentile, squad_normalise, token_f1
from eval.rows import lines_of, short
from eval.runner import Answers
from index.analysis import question_terms, terms
from index.errors import UsageError
from index.sentences import sentence_spans
from index.types import Scope

QUESTIONS = "val.json"
FORMATS: Mapping[str, tuple[str, str]] = {  #: folder under documents/, and file ending
    "pdf": ("pdf", ".pdf"),
    "docx": ("word", ".docx"),
    "txt": ("text", ".txt"),
}
_PIECES = 5  # columns answer_span_1 … 5 and reasoning_step_1 … 5

#: a folder of documents → an assistant over it; what a test replaces by one without models
Opening = Callable[[Path], AbstractContextManager[Answers]]


class Kind(StrEnum):
    """The types of question, as the file calls them."""

    SINGLE_FACTUAL = "single factual"
    MULTI_FACTUAL = "multi factual"
    SINGLE_REASONING = "single reasoning"
    MULTI_REASONING = "multi reasoning"
    SUMMARIZATION = "summarization"
    YES_NO = "yes/no"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class SyllabusQuestion:
    """A question, its answer in people's words, and what in the syllabus says so."""

    syllabus: str  #: name of its file, without the ending
    kind: Kind
    question: str
    answer: str
    evidence: tuple[str, ...]  #: answer spans or reasoning steps; none without an answer


@dataclass(frozen=True, slots=True)
class _Syllabus:
    """A syllabus as it was indexed."""

    id: str | None  #: None when it could not be read
    sources: tuple[str, ...]
    sentences: tuple[frozenset[str], ...]  #: the terms of each


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question and how its answer fared."""

    kind: Kind
    gold: str
    declined: bool
    said: str  #: the bare answer; "" when there is none or it was declined
    held: tuple[bool, ...]  #: per piece of evidence, whether a citation holds it
    holdable: bool  #: whether a sentence of the syllabus as extracted holds a piece of it
    short_f1: float
    whole_f1: float  #: of all sentences shown
    cited_words: int
    seconds: float

    @property
    def polarity_right(self) -> bool:
        return squad_normalise(self.said) == squad_normalise(self.gold)


def load_syllabi(folder: Path) -> tuple[SyllabusQuestion, ...]:
    """The questions of a SyllabusQA folder. Format: Fernandez et al. 2024.

    Raises UsageError when the file is missing or malformed.
    """
    path = folder / QUESTIONS
    text = "\n".join(line for _, line in lines_of(path))
    try:
        questions = tuple(_question(row) for row in json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no SyllabusQA file ({type(error).__name__}: {short(str(error))}): name a "
            f"folder that holds {QUESTIONS} and documents/."
        ) from None
    if not questions:
        raise UsageError(f"{path} holds no question: name a SyllabusQA folder that has some.")
    return questions


def _question(row: Mapping[str, object]) -> SyllabusQuestion:
    columns = [
        f"{name}_{n}" for name in ("answer_span", "reasoning_step") for n in range(1, _PIECES + 1)
    ]
    pieces = [row.get(column) for column in columns]
    return SyllabusQuestion(
        str(row["syllabus_name"]),
        Kind(str(row["question_type"])),
        str(row["question"]),
        str(row["answer"]),
        tuple(str(piece) for piece in pieces if piece),
    )


def measure(
    folder: Path,
    *,
    format_: str = "pdf",
    everywhere: bool = False,
    limit: int | None = None,
    over: Opening | None = None,
) -> Result:
    """Ask the questions of a SyllabusQA folder over its documents in one of `FORMATS`.

    Each is asked of its own syllabus only, or of all of them when ``everywhere``.
    """
    asked = spread(load_syllabi(folder), limit)
    subfolder, ending = FORMATS[format_]
    documents = folder / "documents" / subfolder
    files = {one.syllabus: documents / f"{one.syllabus}{ending}" for one in asked}
    for file in files.values():
        if not file.is_file():
            raise UsageError(f"There is no {file}: name a SyllabusQA folder that holds it.")
    with (over or _opened)(documents) as assistant:
        syllabi = _syllabi(assistant, files)
        judged: list[_Asked] = []
        for one in track(asked, "asking", console=Console(stderr=True)):
            syllabus = syllabi[one.syllabus]
            scope = None if everywhere else Scope(sources=syllabus.sources)
            judged.append(_ask(assistant, one, syllabus, scope))
    read = sum(syllabus.id is not None for syllabus in syllabi.values())
    place = "all of them" if everywhere else "its own syllabus only"
    return Result(
        "Questions on syllabi, from file to answer",
        f"{len(files)} syllabi as {format_} ({read} of them read), {len(asked)} questions, each "
        f"asked of {place}; a citation of the syllabus holds a piece of evidence when it has at "
        f"least {100 * HELD:.0f} % of its content words; refusing an answerable question scores 0",
        _figures(judged),
    )


@contextmanager
def _opened(documents: Path) -> Iterator[Answers]:
    """An assistant over a folder, its index gone afterwards; the settings are those shipped."""
    from rag.assistant import Assistant
    from rag.settings import Settings

    with (
        tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as folder,
        Assistant.open(
            documents=documents, index=Path(folder) / "index", settings=Settings()
        ) as assistant,
    ):
        yield assistant


def _syllabi(assistant: Answers, files: Mapping[str, Path]) -> dict[str, _Syllabus]:
    """What became of each file in the index, by its name without the ending."""
    infos = {Path(source).stem: info for info in assistant.documents() for source in info.sources}
    found: dict[str, _Syllabus] = {}
    for name, file in files.items():
        info = infos.get(name)
        document = assistant.document(info.id) if info else None
        if info is None or document is None:
            # It is still the only place to look, so whatever is asked of it is declined.
            found[name] = _Syllabus(None, (str(file),), ())
            continue
        text = document.text
        sentences = [frozenset(terms(text[start:end])) for start, end in sentence_spans(text)]
        found[name] = _Syllabus(info.id, info.sources, tuple(sentences))
    return found


def _ask(
    assistant: Answers, question: SyllabusQuestion, syllabus: _Syllabus, scope: Scope | None
) -> _Asked:
    started = time.perf_counter()
    answer = assistant.ask(question.question, scope=scope)
    seconds = time.perf_counter() - started
    # The same words in another syllabus are no evidence.
    quotes = [one.quote for one in answer.citations if one.document_id == syllabus.id]
    said = "" if answer.declined else answer.short or ""
    whole = " ".join(sentence.text for sentence in answer.sentences)
    return _Asked(
        kind=question.kind,
        gold=question.answer,
        declined=answer.declined,
        said=said,
        held=tuple(
            any(content_recall(quote, piece) >= HELD for quote in quotes)
            for piece in question.evidence
        ),
        holdable=any(
            recall_of(wanted, sentence) >= HELD
            for wanted in map(question_terms, question.evidence)
            for sentence in syllabus.sentences
        ),
        short_f1=token_f1(said, [question.answer]),
        whole_f1=0.0 if answer.declined else token_f1(whole, [question.answer]),
        cited_words=sum(len(citation.quote.split()) for citation in answer.citations),
        seconds=seconds,
    )


def _figures(asked: Sequence[_Asked]) -> tuple[Figure, ...]:
    by_kind = {kind: [one for one in asked if one.kind is kind] for kind in Kind}
    polar, without = by_kind[Kind.YES_NO], by_kind[Kind.NO_ANSWER]
    answerable = [one for one in asked if one.kind is not Kind.NO_ANSWER]
    given = [one for one in answerable if not one.declined]
    decided = [one for one in polar if squad_normalise(one.said) in ("yes", "no")]
    figures = [
        figure
        for kind in Kind
        if kind not in (Kind.YES_NO, Kind.NO_ANSWER)
        for figure in _open_figures(kind, by_kind[kind])
    ]
    return (
        *figures,
        share("yes/no: right", [one.polarity_right for one in polar]),
        share(
            "yes/no: right, of those that say yes or no", [one.polarity_right for one in decided]
        ),
        Figure(
            "yes/no: right if it always said the more frequent word", _most_frequent(polar), "%"
        ),
        share("yes/no: a citation holds the evidence", [any(one.held) for one in polar]),
        share("yes/no: refused", [one.declined for one in polar]),
        share("answerable: a citation holds evidence", [any(one.held) for one in answerable]),
        share("answerable: a sentence of the syllabus does", [one.holdable for one in answerable]),
        share(
            "answerable: a citation holds evidence, of those answered",
            [any(one.held) for one in given],
        ),
        share("answerable but refused", [one.declined for one in answerable]),
        share("no answer: refused", [one.declined for one in without]),
        Figure("words cited an answer", mean([float(one.cited_words) for one in given])),
        Figure("median answer", percentile([one.seconds for one in asked], 50), "s"),
    )


def _open_figures(kind: Kind, asked: Sequence[_Asked]) -> Iterator[Figure]:
    """Those of a type whose answers are told, not yes or no."""
    yield share(f"{kind}: a citation holds evidence", [any(one.held) for one in asked])
    yield share(f"{kind}: a sentence of the syllabus does", [one.holdable for one in asked])
    if kind not in (Kind.SINGLE_FACTUAL, Kind.SINGLE_REASONING):
        pieces = [mean([float(held) for held in one.held]) or 0.0 for one in asked]
        yield Figure(f"{kind}: pieces of evidence held by one", mean(pieces), "%")
    yield Figure(f"{kind}: F1 of the short answer", mean([one.short_f1 for one in asked]), "%")
    yield Figure(f"{kind}: F1 of all that is said", mean([one.whole_f1 for one in asked]), "%")
    yield share(f"{kind}: refused", [one.declined for one in asked])


def _most_frequent(polar: Sequence[_Asked]) -> float | None:
    """What saying the same word every time would score: what accuracy has to beat."""
    yes = mean([float(squad_normalise(one.gold) == "yes") for one in polar])
    return None if yes is None else max(yes, 1.0 - yes)
