"""Questions with known answers: our own sets, SQuAD and BEIR files, read and checked.

A set is a folder with ``documents/`` and ``questions.jsonl``. Whatever is malformed is refused with
the file, the line, the value and the remedy. Knows no pipeline and computes no figure.
"""

from __future__ import annotations

import gzip
import json
import os.path
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from index.errors import UsageError

BUILT_IN = Path(__file__).parent / "sets"


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
    quote: str  #: verbatim but for white space


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the answers that count as right, and where the documents say so."""

    id: str
    question: str
    type: QuestionType
    answers: tuple[str, ...]  #: accepted variants; empty when unanswerable
    evidence: tuple[Evidence, ...]
    split: str  #: "dev" to tune on, "test" to report on


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and questions about them."""

    name: str
    documents: Path
    questions: tuple[Question, ...]


# --- our own sets -------------------------------------------------------------------------------


def load_set(path_or_name: str | Path) -> QuestionSet:
    """The set in a folder, or a built-in set by name. Raises UsageError when anything is amiss."""
    built_in = sorted(path.name for path in BUILT_IN.glob("*") if path.is_dir())
    folder = BUILT_IN / path_or_name if str(path_or_name) in built_in else Path(path_or_name)
    lines, documents = folder / "questions.jsonl", folder / "documents"
    if not os.path.isfile(lines) or not os.path.isdir(documents):
        raise UsageError(
            f"{path_or_name} is no question set: name a folder that holds documents/ and "
            f"questions.jsonl, or a built-in set ({', '.join(built_in) or 'none'})."
        )
    questions: list[Question] = []
    first_line: dict[str, int] = {}
    for number, text in _lines(lines):
        question = _question(text, _Place(lines, number), folder)
        if question.id in first_line:
            raise _Place(lines, number).fault(
                f"the id {question.id!r} of line {first_line[question.id]} again", "give it its own"
            )
        first_line[question.id] = number
        questions.append(question)
    if not questions:
        raise UsageError(f"{lines} holds no question: write one JSON object a line.")
    return QuestionSet(folder.resolve().name, documents, tuple(questions))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file something stands, to say so when it is wrong."""

    file: Path
    line: int

    def fault(self, found: str, remedy: str) -> UsageError:
        return UsageError(f"{self.file}, line {self.line} holds {found}: {remedy}.")


def _question(text: str, place: _Place, folder: Path) -> Question:
    row = _object(text, place)
    kind = _one_of(row, "type", [kind.value for kind in QuestionType], place)
    question = Question(
        id=_text(row, "id", place),
        question=_text(row, "question", place),
        type=QuestionType(kind),
        answers=tuple(_filled(item, "answers", place) for item in _list(row, "answers", place)),
        evidence=tuple(_evidence(item, place, folder) for item in _list(row, "evidence", place)),
        split=_one_of(row, "split", ["dev", "test"], place),
    )
    unanswerable = question.type is QuestionType.UNANSWERABLE
    for key, values in (("answers", question.answers), ("evidence", question.evidence)):
        if unanswerable and values:
            raise place.fault(
                f"an unanswerable question with {key}", f'empty "{key}" or set another "type"'
            )
        if not unanswerable and not values:
            raise place.fault(
                f"a question of type {kind!r} without {key}",
                f'fill "{key}" or set "type" to "unanswerable"',
            )
    return question


def _evidence(item: object, place: _Place, folder: Path) -> Evidence:
    if not isinstance(item, dict):
        raise place.fault(f"the evidence {item!r}", 'write {"source": …, "quote": …}')
    source, quote = _text(item, "source", place), _text(item, "quote", place)
    path = PurePosixPath(source)
    inside = path.parts[:1] == ("documents",) and ".." not in path.parts
    if not inside or not os.path.isfile(folder / source):
        raise place.fault(f"the source {source!r}", "name a file such as documents/name.pdf")
    return Evidence(source, quote)


def _object(text: str, place: _Place) -> dict[str, object]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise place.fault(f"{_short(text)}, which is no JSON", "write one object a line") from None
    if not isinstance(row, dict):
        raise place.fault(f"{_short(text)}", "write one JSON object a line")
    return row


def _value(row: Mapping[str, object], key: str, place: _Place) -> object:
    if key not in row:
        raise place.fault(f'no "{key}"', "add it")
    return row[key]


def _text(row: Mapping[str, object], key: str, place: _Place) -> str:
    return _filled(_value(row, key, place), key, place)


def _filled(value: object, key: str, place: _Place) -> str:
    if not isinstance(value, str) or not value.strip():
        raise place.fault(f'{_short(repr(value))} under "{key}"', "write text that is not empty")
    if not value.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise place.fault(f'half a character (a lone surrogate) under "{key}"', "mend the text")
    return value


def _list(row: Mapping[str, object], key: str, place: _Place) -> list[object]:
    value = _value(row, key, place)
    if not isinstance(value, list):
        raise place.fault(f'{_short(repr(value))} under "{key}"', "write a list")
    return value


def _one_of(row: Mapping[str, object], key: str, allowed: list[str], place: _Place) -> str:
    value = _text(row, key, place)
    if value not in allowed:
        raise place.fault(
            f'{_short(repr(value))} under "{key}"', f"use one of {', '.join(allowed)}"
        )
    return value


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


# --- SQuAD --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """``paragraph[start:start + len(text)] == text``."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class ArticleQuestion:
    """A question on one paragraph of an article; without answers the paragraph does not say."""

    id: str
    question: str
    paragraph: int  #: its place in ``Article.paragraphs``
    answers: tuple[GoldAnswer, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A SQuAD article: its paragraphs in order and the questions on them."""

    title: str
    paragraphs: tuple[str, ...]
    questions: tuple[ArticleQuestion, ...]


def load_squad(path: str | Path) -> tuple[Article, ...]:
    """The articles of a SQuAD 1.1 or 2.0 file, plain or .gz. Raises UsageError if it is none.

    Format: Rajpurkar et al. 2016 and 2018. ``plausible_answers`` of 2.0 are not answers and are
    left out.
    """
    text = "\n".join(line for _, line in _lines(Path(path)))
    try:
        return tuple(_article(article) for article in json.loads(text)["data"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no SQuAD file ({type(error).__name__}: {_short(str(error))}): "
            "name a SQuAD 1.1 or 2.0 JSON file, plain or .gz."
        ) from None


def _article(article: Mapping[str, list[dict[str, object]]]) -> Article:
    paragraphs: list[str] = []
    questions: list[ArticleQuestion] = []
    for place, paragraph in enumerate(article["paragraphs"]):
        context, rows = paragraph["context"], paragraph["qas"]
        if not isinstance(context, str) or not isinstance(rows, list):
            raise TypeError("context or qas")
        paragraphs.append(context)
        for row in rows:
            answers = [] if row.get("is_impossible") else row["answers"]
            gold = tuple(GoldAnswer(str(a["text"]), int(a["answer_start"])) for a in answers)
            questions.append(ArticleQuestion(str(row["id"]), str(row["question"]), place, gold))
    return Article(str(article["title"]), tuple(paragraphs), tuple(questions))


# --- BEIR ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beir:
    """A retrieval set: documents, queries, and which documents are relevant to each query."""

    documents: Mapping[str, tuple[str, str]]  #: id → (title, text)
    queries: Mapping[str, str]  #: only those with judgements in the split
    judgements: Mapping[str, Mapping[str, float]]  #: query → document → grade, 0 is irrelevant


def load_beir(folder: str | Path, split: str) -> Beir:
    """A BEIR folder: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv, each plain or .gz.

    Format: Thakur et al. 2021. Raises UsageError when a file is missing or malformed.
    """
    root = Path(folder)
    documents: dict[str, tuple[str, str]] = {}
    for row, place in _json_rows(_either(root / "corpus.jsonl")):
        title = row.get("title") or ""
        documents[_text(row, "_id", place)] = (str(title), str(_value(row, "text", place)))
    judgements: dict[str, dict[str, float]] = {}
    grades = _either(root / "qrels" / f"{split}.tsv")
    for number, line in _lines(grades):
        cells = line.split("\t")
        if cells[0] == "query-id":
            continue
        try:
            query, document, grade = cells[0], cells[1], float(cells[2])
        except (IndexError, ValueError):
            raise _Place(grades, number).fault(
                _short(line), "write query, document and grade with tabs between"
            ) from None
        judgements.setdefault(query, {})[document] = grade
    asked = (
        (_text(row, "_id", place), row, place)
        for row, place in _json_rows(_either(root / "queries.jsonl"))
    )
    queries = {key: _text(row, "text", place) for key, row, place in asked if key in judgements}
    if not queries:
        raise UsageError(f"{root} has no query with judgements in {split!r}: name another split.")
    return Beir(documents, queries, {key: judgements[key] for key in queries})


def _either(path: Path) -> Path:
    """The file itself, or its .gz twin."""
    zipped = path.with_name(path.name + ".gz")
    return zipped if zipped.is_file() and not path.is_file() else path


def _json_rows(path: Path) -> Iterator[tuple[dict[str, object], _Place]]:
    for number, line in _lines(path):
        yield _object(line, _Place(path, number)), _Place(path, number)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1; a byte-order mark is dropped."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if line:
                    yield number, line
    except UnicodeDecodeError:
        raise _Place(path, number).fault("bytes that are not UTF-8", "save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} could not be read ({reason}): check the path.") from None
