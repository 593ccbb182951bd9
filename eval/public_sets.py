"""Public question files as their makers define them: SQuAD 1.1 and 2.0, BEIR folders.

Reads and checks; what they are asked of is decided elsewhere. Re-exported by `eval.datasets`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.rows import Place, json_rows, lines_of, short, text_of, value_of
from index.errors import UsageError

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
    text = "\n".join(line for _, line in lines_of(Path(path)))
    try:
        rows = enumerate(json.loads(text)["data"], 1)
        return tuple(_article(article, f"article {number}") for number, article in rows)
    except _AmissError as error:
        raise UsageError(f"{path} holds {error}: mend it or take it out.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no SQuAD file ({type(error).__name__}: {short(str(error))}): "
            "name a SQuAD 1.1 or 2.0 JSON file, plain or .gz."
        ) from None


def _article(article: Mapping[str, list[dict[str, object]]], untitled: str) -> Article:
    paragraphs: list[str] = []
    questions: list[ArticleQuestion] = []
    for place, paragraph in enumerate(article["paragraphs"]):
        context, rows = paragraph["context"], paragraph["qas"]
        if not isinstance(context, str) or not isinstance(rows, list):
            raise TypeError("context or qas")
        paragraphs.append(context)
        for row in rows:
            answers = [] if row.get("is_impossible") else row["answers"]
            id_, question = str(row["id"]), str(row["question"])
            gold = tuple(
                _gold(context, str(one["text"]), int(one["answer_start"]), id_) for one in answers
            )
            if not question.strip():
                raise _AmissError(f"the question {short(id_)} without words")
            questions.append(ArticleQuestion(id_, question, place, gold))
    return Article(str(article.get("title") or untitled), tuple(paragraphs), tuple(questions))


class _AmissError(ValueError):
    """What is amiss with a question of a file that is of the right kind; a noun phrase."""


def _gold(context: str, text: str, start: int, id_: str) -> GoldAnswer:
    """The answer where it stands; where the offset is amiss, at the nearest place that reads so."""
    if context[max(start, 0) :].startswith(text):
        return GoldAnswer(text, max(start, 0))
    places = [found.start() for found in re.finditer(re.escape(text), context)]
    if not places:
        raise _AmissError(
            f"the answer {short(repr(text))} to the question {short(id_)}, which stands nowhere in "
            "its paragraph"
        )
    return GoldAnswer(text, min(places, key=lambda place: abs(place - start)))


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
    documents = _corpus(_either(root / "corpus.jsonl"))
    grades = _either(root / "qrels" / f"{split}.tsv")
    judgements = _judgements(grades)
    queries: dict[str, str] = {}
    for row, place in json_rows(_either(root / "queries.jsonl")):
        key = text_of(row, "_id", place)
        if key in queries:
            raise place.fault(f"the query {short(key)} again", "give it its own _id")
        if key in judgements:
            queries[key] = text_of(row, "text", place)
    if not queries:
        raise UsageError(f"{root} has no query with judgements in {split!r}: name another split.")
    if not any(document in documents for key in queries for document in judgements[key]):
        raise UsageError(
            f"{grades} judges no document that the corpus holds: check that their ids are the same."
        )
    return Beir(documents, queries, {key: judgements[key] for key in queries})


def _corpus(path: Path) -> dict[str, tuple[str, str]]:
    """Id → (title, text)."""
    documents: dict[str, tuple[str, str]] = {}
    for row, place in json_rows(path):
        id_, title, text = (
            text_of(row, "_id", place),
            row.get("title") or "",
            value_of(row, "text", place),
        )
        if not isinstance(text, str) or not isinstance(title, str):
            raise place.fault(f"a title or text of {short(id_)} that is no text", "write text")
        if id_ in documents:
            raise place.fault(f"the document {short(id_)} again", "give it its own _id")
        documents[id_] = (title, text)
    if not documents:
        raise UsageError(f"{path} holds no document: write one JSON object a line.")
    return documents


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    """Query → document → grade."""
    judgements: dict[str, dict[str, float]] = {}
    for number, line in lines_of(path):
        cells = line.split("\t")
        if cells[0] == "query-id":
            continue
        place = Place(path, number)
        try:
            query, document, grade = cells[0], cells[1], float(cells[2])
        except (IndexError, ValueError):
            raise place.fault(
                short(line), "write query, document and grade with tabs between"
            ) from None
        if not math.isfinite(grade):
            raise place.fault(f"the grade {cells[2]}", "write 0 for irrelevant, more for relevant")
        # Some sets mark what is beside the point with -1; as in trec_eval it is irrelevant.
        judgements.setdefault(query, {})[document] = max(grade, 0.0)
    return judgements


def _either(path: Path) -> Path:
    """The file itself, or its .gz twin."""
    zipped = path.with_name(path.name + ".gz")
    return zipped if zipped.is_file() and not path.is_file() else path
