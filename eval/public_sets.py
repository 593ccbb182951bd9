"""Public question files as their makers define them: SQuAD 1.1 and 2.0, BEIR folders.

Reads and checks; what they are asked of is decided elsewhere. Re-exported by `eval.datasets`.
"""

from __future__ import annotations

import json
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
        return tuple(_article(article) for article in json.loads(text)["data"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no SQuAD file ({type(error).__name__}: {short(str(error))}): "
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
    for row, place in json_rows(_either(root / "corpus.jsonl")):
        title = row.get("title") or ""
        documents[text_of(row, "_id", place)] = (str(title), str(value_of(row, "text", place)))
    judgements: dict[str, dict[str, float]] = {}
    grades = _either(root / "qrels" / f"{split}.tsv")
    for number, line in lines_of(grades):
        cells = line.split("\t")
        if cells[0] == "query-id":
            continue
        try:
            query, document, grade = cells[0], cells[1], float(cells[2])
        except (IndexError, ValueError):
            raise Place(grades, number).fault(
                short(line), "write query, document and grade with tabs between"
            ) from None
        judgements.setdefault(query, {})[document] = grade
    asked = (
        (text_of(row, "_id", place), row, place)
        for row, place in json_rows(_either(root / "queries.jsonl"))
    )
    queries = {key: text_of(row, "text", place) for key, row, place in asked if key in judgements}
    if not queries:
        raise UsageError(f"{root} has no query with judgements in {split!r}: name another split.")
    return Beir(documents, queries, {key: judgements[key] for key in queries})


def _either(path: Path) -> Path:
    """The file itself, or its .gz twin."""
    zipped = path.with_name(path.name + ".gz")
    return zipped if zipped.is_file() and not path.is_file() else path
