"""Questions with known answers: the types, and our own sets read and checked.

A set is a folder with ``questions.jsonl`` and the documents asked about, in ``documents/`` or where
``documents.json`` says. Whatever is malformed is refused with the file, the line, the value and the
remedy. Other formats are read in `eval.public_sets` and `eval.formats`. Knows no pipeline and
computes no figure.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from eval.public_sets import (
    Article,
    ArticleQuestion,
    Beir,
    GoldAnswer,
    load_beir,
    load_squad,
)
from eval.rows import (
    Place,
    filled,
    json_rows,
    lines_of,
    list_of,
    one_of,
    optional_list,
    short,
    text_of,
)
from index.errors import UsageError
from rag.types import Turn

__all__ = [
    "BUILT_IN",
    "Article",
    "ArticleQuestion",
    "Beir",
    "Evidence",
    "GoldAnswer",
    "Question",
    "QuestionSet",
    "QuestionType",
    "built_in_sets",
    "load_beir",
    "load_set",
    "load_squad",
    "read_questions",
]

BUILT_IN = Path(__file__).parent / "sets"
QUESTIONS = "questions.jsonl"
DOCUMENTS = "documents.json"  #: in place of documents/: a list of paths elsewhere on the disk


class QuestionType(StrEnum):
    """What kind of answer a question asks for."""

    FACT = "fact"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"
    TABLE = "table"
    YES_NO = "yes-no"
    WHY_HOW = "why-how"
    DEFINITION = "definition"
    COMPARISON = "comparison"
    UNANSWERABLE = "unanswerable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a document that answer a question."""

    source: str  #: path of the document within the set's folder, with forward slashes
    quote: str  #: verbatim but for white space; empty: anything the document says


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the answers that count as right, and where the documents say so."""

    id: str
    question: str
    type: QuestionType
    answers: tuple[str, ...]  #: accepted variants; empty when unanswerable
    evidence: tuple[Evidence, ...]
    split: str  #: "dev" to tune on, "test" to report on
    history: tuple[Turn, ...] = ()  #: the turns before it, oldest first
    traits: tuple[str, ...] = ()  #: what else is worth counting by, e.g. "follow-up"
    contradicted_by: tuple[Evidence, ...] = ()  #: what documents say against a false premise
    without: tuple[str, ...] = ()  #: sources left out when it is asked: what they say is held out
    place: str = field(default="", compare=False)  #: where it is written, for messages

    @property
    def formats(self) -> tuple[str, ...]:
        """The file endings of its evidence, e.g. (".pdf",), each once."""
        endings = (PurePosixPath(piece.source).suffix.lower() for piece in self.evidence)
        return tuple(dict.fromkeys(ending or "(none)" for ending in endings))


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and questions about them."""

    name: str
    documents: Path
    questions: tuple[Question, ...]
    roots: tuple[Path, ...] = ()  #: what to index before asking; empty: ask an index that is there
    files: tuple[Path, ...] = ()  #: where the questions are written: never among what is asked


def built_in_sets() -> list[str]:
    """The names of the sets that come with Footnote."""
    return sorted(path.parent.name for path in BUILT_IN.glob(f"*/{QUESTIONS}"))


def load_set(path_or_name: str | Path) -> QuestionSet:
    """The set in a folder, or a built-in set by name. Raises UsageError when anything is amiss."""
    built_in = built_in_sets()
    folder = BUILT_IN / path_or_name if str(path_or_name) in built_in else Path(path_or_name)
    lines, documents, listed = (folder / name for name in (QUESTIONS, "documents", DOCUMENTS))
    has_list = os.path.isfile(listed)
    if not os.path.isfile(lines) or not (os.path.isdir(documents) or has_list):
        raise UsageError(
            f"{path_or_name} is no question set: name a folder that holds documents/ and "
            f"{QUESTIONS}, or a built-in set ({', '.join(built_in) or 'none'})."
        )
    roots = _listed(listed) if has_list else (documents,)
    questions = read_questions(lines, folder, anywhere=has_list)
    return QuestionSet(folder.resolve().name, documents, questions, roots, (lines,))


def _listed(path: Path) -> tuple[Path, ...]:
    """The files and folders that ``documents.json`` names: a JSON list of absolute paths."""
    place = Place(path, 1)
    try:
        rows = json.loads("\n".join(line for _, line in lines_of(path)))
    except (ValueError, RecursionError):
        raise place.fault("no JSON", "write a list of paths") from None
    if not isinstance(rows, list) or not rows:
        raise place.fault(short(repr(rows)), "write a list of paths")
    roots = tuple(Path(filled(row, "the list", place)) for row in rows)
    for root in roots:
        if not os.path.exists(root):
            raise place.fault(f"the path {str(root)!r}, which is not there", "mend the path")
    return roots


def read_questions(lines: Path, folder: Path, *, anywhere: bool = False) -> tuple[Question, ...]:
    """The questions of a file; sources lie in ``folder``/documents, or ``anywhere`` on the disk."""
    questions: list[Question] = []
    first_line: dict[str, int] = {}
    for row, place in json_rows(lines):
        question = _question(row, place, None if anywhere else folder)
        if question.id in first_line:
            raise place.fault(
                f"the id {question.id!r} of line {first_line[question.id]} again", "give it its own"
            )
        first_line[question.id] = place.line
        questions.append(question)
    if not questions:
        raise UsageError(f"{lines} holds no question: write one JSON object a line.")
    return tuple(questions)


def _question(row: Mapping[str, object], place: Place, folder: Path | None) -> Question:
    kind = one_of(row, "type", [kind.value for kind in QuestionType], place)
    question = Question(
        id=text_of(row, "id", place),
        question=text_of(row, "question", place),
        type=QuestionType(kind),
        answers=tuple(filled(item, "answers", place) for item in list_of(row, "answers", place)),
        evidence=tuple(_evidence(one, place, folder) for one in list_of(row, "evidence", place)),
        split=one_of(row, "split", ["dev", "test"], place),
        history=tuple(_turn(item, place) for item in optional_list(row, "history", place)),
        traits=tuple(filled(one, "traits", place) for one in optional_list(row, "traits", place)),
        contradicted_by=tuple(
            _evidence(item, place, folder) for item in optional_list(row, "contradicted_by", place)
        ),
        without=tuple(
            filled(one, "without", place) for one in optional_list(row, "without", place)
        ),
        place=f"{place.file.name}, line {place.line}",
    )
    _check(question, place)
    return question


def _check(question: Question, place: Place) -> None:
    """What belongs together is there together."""
    unanswerable = question.type is QuestionType.UNANSWERABLE
    for key, values in (("answers", question.answers), ("evidence", question.evidence)):
        if unanswerable and values:
            raise place.fault(
                f"an unanswerable question with {key}", f'empty "{key}" or set another "type"'
            )
        if not unanswerable and not values:
            raise place.fault(
                f"a question of type {question.type.value!r} without {key}",
                f'fill "{key}" or set "type" to "unanswerable"',
            )
    if question.contradicted_by and not unanswerable:
        raise place.fault(
            f'"contradicted_by" with a question of type {question.type.value!r}',
            'set "type" to "unanswerable" or take it out',
        )


def _turn(item: object, place: Place) -> Turn:
    if not isinstance(item, dict):
        raise place.fault(
            f'{short(repr(item))} under "history"', 'write {"question": …, "answer": …}'
        )
    return Turn(text_of(item, "question", place), text_of(item, "answer", place))


def _evidence(item: object, place: Place, folder: Path | None) -> Evidence:
    if not isinstance(item, dict):
        raise place.fault(f"the evidence {item!r}", 'write {"source": …, "quote": …}')
    source, quote = text_of(item, "source", place), text_of(item, "quote", place)
    if folder is None:  # the evaluation names what no indexed document holds
        return Evidence(source, quote)
    path = PurePosixPath(source)
    inside = path.parts[:1] == ("documents",) and ".." not in path.parts
    if not inside or not os.path.isfile(folder / source):
        raise place.fault(f"the source {source!r}", "name a file such as documents/name.pdf")
    return Evidence(source, quote)
