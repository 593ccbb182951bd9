"""Question sets in other formats than our own: SQuAD files, plain JSONL and CSV, own corrections.

All become a `QuestionSet`. BEIR folders hold no answers and are read by `eval.beir_folders`.
Malformed input is refused with the file, the line, the value and the remedy.
"""

from __future__ import annotations

import csv
import filecmp
import hashlib
import io
import json
import os.path
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.datasets import (
    Article,
    ArticleQuestion,
    Evidence,
    Question,
    QuestionSet,
    QuestionType,
    built_in_sets,
    load_set,
    load_squad,
)
from eval.library import same_source
from eval.mine import load_my_questions, my_sets_folder
from eval.rows import Place, filled, json_object, lines_of, short
from index.errors import UsageError
from index.scanning import scan
from index.sentences import sentence_spans

MINE = "mine"
KINDS = (
    "a built-in set (NAMES), a folder with documents/ and questions.jsonl, a SQuAD .json file, "
    "a BEIR folder, or a .jsonl or .csv file with question, answer and source"
)


def open_set(words: str, data_folder: Path, elsewhere: Sequence[Path] | None = None) -> QuestionSet:
    """The set that a person named. Raises UsageError when there is none or anything is amiss.

    Texts that come inside a question file are written below ``data_folder``, to be indexed there.
    ``elsewhere`` as in `plain_set`.
    """
    if not words.strip():
        raise UsageError("The name of the question set is empty; leave it out, or name a set.")
    if words == MINE:
        return load_my_questions(data_folder)
    own = my_sets_folder(data_folder) / words
    if words in built_in_sets():
        return load_set(words)
    if re.fullmatch(r"[\w .-]+", words) and words not in {".", ".."} and os.path.isdir(own):
        return load_set(own)
    path = Path(words).expanduser()
    name = path.name.lower().removesuffix(".gz")
    if os.path.isdir(path):
        return load_set(path)
    if not os.path.isfile(path):
        raise UsageError(
            f"There is no question set {short(words)}: name "
            f"{KINDS.replace('NAMES', ', '.join(built_in_sets()))}."
        )
    if name.endswith(".json"):
        return squad_set(path, data_folder)
    if name.endswith((".jsonl", ".csv", ".tsv")):
        return plain_set(path, elsewhere)
    raise UsageError(
        f"{path} is of no kind that holds questions: name a .json (SQuAD), .jsonl or .csv file."
    )


# --- SQuAD, open book ---------------------------------------------------------------------------


def squad_set(path: Path, data_folder: Path) -> QuestionSet:
    """All questions of a SQuAD file, asked of all its articles at once (open book).

    Each article becomes a text file. Evidence is the sentence a gold answer stands in.
    """
    articles = load_squad(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    folder = data_folder / "eval" / "texts" / f"{_safe(path.name.split('.')[0])}-{digest}"
    documents = folder / "documents"
    names = _file_names([article.title for article in articles])
    write_texts(
        documents,
        [
            (f"{name}.txt", "\n\n".join(article.paragraphs))
            for name, article in zip(names, articles, strict=True)
        ],
    )
    questions = tuple(
        _squad_question(one, article, f"documents/{name}.txt")
        for name, article in zip(names, articles, strict=True)
        for one in article.questions
    )
    if not questions:
        raise UsageError(f"{path} holds no question: name a SQuAD file that has some.")
    _refuse_duplicates(path, questions)
    return QuestionSet(path.name.split(".")[0], documents, questions, (documents,), (path,))


def _squad_question(one: ArticleQuestion, article: Article, source: str) -> Question:
    paragraph = article.paragraphs[one.paragraph]
    answers = tuple(dict.fromkeys(gold.text for gold in one.answers if gold.text.strip()))
    quotes = dict.fromkeys(
        paragraph[start:end].strip()
        for gold in one.answers
        for start, end in sentence_spans(paragraph)
        if start < gold.start + len(gold.text) and gold.start < end
    )
    return Question(
        id=one.id,
        question=one.question,
        type=guessed_type(one.question, answers),
        answers=answers,
        evidence=tuple(Evidence(source, quote) for quote in quotes) if answers else (),
        split="test",
    )


def write_texts(folder: Path, files: Sequence[tuple[str, str]]) -> None:
    """Write (name, text) files that are not there yet as they should be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files:
            file = folder / name
            data = text.encode("utf-8", "replace")
            if not file.is_file() or file.read_bytes() != data:
                file.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"{folder} could not be written ({error.strerror}): free some space or check its "
            "rights."
        ) from None


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:60].strip("-") or "text"


def _file_names(titles: Sequence[str]) -> list[str]:
    """A file name for each title; one that is taken gets a number."""
    taken: set[str] = set()
    names: list[str] = []
    for title in titles:
        name, count = _safe(title), 1
        while name.casefold() in taken:
            count += 1
            name = f"{_safe(title)}-{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def guessed_type(question: str, answers: Sequence[str]) -> QuestionType:
    """The type of a question that does not say it, by its words and its answers."""
    asked = question.casefold()
    if not answers:
        return QuestionType.UNANSWERABLE
    if any(answer.strip().casefold() in {"yes", "no"} for answer in answers):
        return QuestionType.YES_NO
    if re.search(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century)\b", asked):
        return QuestionType.DATE
    if re.search(r"\bhow (?:many|much|long|old|far|tall|big|large|high|often)\b", asked):
        return QuestionType.NUMBER
    if re.search(r"\bwhy\b|\bhow\b", asked):
        return QuestionType.WHY_HOW
    return QuestionType.FACT


# --- plain JSONL and CSV ------------------------------------------------------------------------


def plain_set(path: Path, elsewhere: Sequence[Path] | None = None) -> QuestionSet:
    """Questions from a JSONL or CSV file with question, answer and source.

    ``answer`` is text, variants parted by " | ", or in JSON a list; empty where the documents hold
    none. ``source`` names the file, from the question file's folder or its documents/; ``quote``,
    ``id`` and ``type`` are optional. Without a quote anything in the source counts as evidence.

    With ``elsewhere``, the files and folders that are asked in place of those, a source is a name
    or the end of a path there. Where it is empty nothing is known of them before they are asked.
    """
    folder = path.parent
    questions: list[Question] = []
    sources: dict[Path, None] = {}
    named: set[str] = set()  # a folder can hold many files, and a set many questions on one
    there = [file.source for root in elsewhere or () for file in scan(root).files]
    for row, place in _plain_rows(path):
        question = _plain_question(row, place)
        for piece in question.evidence:
            if elsewhere is None:
                sources[_beside(folder, piece.source, place)] = None
            elif elsewhere and piece.source not in named:
                _refuse_unnamed(piece.source, there, elsewhere, place)
                named.add(piece.source)
        questions.append(question)
    if not questions:
        raise UsageError(f"{path} holds no question: write one a line.")
    _refuse_duplicates(path, questions)
    documents = folder / "documents"
    roots = (documents,) if documents.is_dir() else tuple(sources)
    return QuestionSet(path.name.split(".")[0], documents, tuple(questions), roots, (path,))


def _beside(folder: Path, source: str, place: Place) -> Path:
    """The file of a source beside the question file or in documents/ there."""
    for path in (folder / source, folder / "documents" / source):
        if os.path.isfile(path):
            return path
    raise place.fault(
        f"the source {short(repr(source))}, which is not there",
        "name a file beside the question file or in documents/ there, or the documents with --docs",
    )


def _refuse_unnamed(source: str, there: Sequence[str], roots: Sequence[Path], place: Place) -> None:
    """A source has to name one of the files; several only where they say the same."""
    found = sorted({path for path in there if same_source(path, source)}, key=len)
    shown = short(repr(source))
    if not found:
        raise place.fault(
            f"the source {shown}, which is not in {', '.join(map(str, roots))}",
            "name a file that lies there",
        )
    for other in found[1:]:
        if not same_file(other, found[0]):
            raise place.fault(
                f"the source {shown}, which names {found[0]} and {other}", "write more of the path"
            )


def same_file(one: str | Path, other: str | Path) -> bool:
    """True when two paths lead to the same bytes; what cannot be read is like nothing."""
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _plain_rows(path: Path) -> Iterator[tuple[dict[str, object], Place]]:
    if not path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv")):
        for number, line in lines_of(path):
            yield json_object(line, Place(path, number)), Place(path, number)
        return
    numbered = list(lines_of(path))
    text = "\n".join(line for _, line in numbered)
    first = numbered[0][1] if numbered else ""
    mark = max(",;\t", key=first.count)
    if not first:
        return
    reader = csv.DictReader(io.StringIO(text), delimiter=mark, strict=True)
    known = {(name or "").strip().casefold() for name in reader.fieldnames or ()}
    if not {"question", "answer"} <= known:
        raise Place(path, 1).fault(
            f"the columns {short(first)}", "name them question, answer and source"
        )
    while True:
        # A quoted cell may span lines; where it never ends, it began on the line read next.
        begins = Place(path, numbered[min(reader.line_num, len(numbered) - 1)][0])
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise begins.fault(
                f"a cell that cannot be read ({error})", "close its quotation marks"
            ) from None
        if row is None:
            return
        place = Place(path, numbered[min(reader.line_num, len(numbered)) - 1][0])
        if None in row:
            raise place.fault("more cells than there are columns", "put quotes around commas")
        if None in row.values():
            raise place.fault(
                "fewer cells than there are columns", "add the cells that are missing"
            )
        yield {key.strip().casefold(): value for key, value in row.items()}, place


def _plain_question(row: Mapping[str, object], place: Place) -> Question:
    answers = _answers(row, place)
    text = filled(row.get("question"), "question", place)
    source, quote = (str(row.get(key) or "").strip() for key in ("source", "quote"))
    if answers and not source:
        raise place.fault('an answer without "source"', "name the file that holds it")
    kind = str(row.get("type") or guessed_type(text, answers).value)
    if kind not in set(QuestionType) or (kind == QuestionType.UNANSWERABLE) == bool(answers):
        raise place.fault(
            f'{short(repr(kind))} under "type"',
            f"use one of {', '.join(QuestionType)}; the last is for those without an answer",
        )
    return Question(
        id=str(row.get("id") or f"line-{place.line}"),
        question=text,
        type=QuestionType(kind),
        answers=answers,
        evidence=(Evidence(source, quote),) if answers else (),
        split="test",
        place=f"{place.file.name}, line {place.line}",
    )


def _answers(row: Mapping[str, object], place: Place) -> tuple[str, ...]:
    given = row.get("answers", row.get("answer"))
    if given is None and not {"answer", "answers"} & set(row):
        raise place.fault('no "answer"', "add it, empty where the documents hold none")
    if isinstance(given, list):
        return tuple(filled(item, "answer", place) for item in given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return (json.dumps(given),)
    if given is not None and not isinstance(given, str):
        raise place.fault(f'{short(repr(given))} under "answer"', "write text or a list of texts")
    return tuple(part.strip() for part in (given or "").split(" | ") if part.strip())


def _refuse_duplicates(path: Path, questions: Sequence[Question]) -> None:
    first: dict[str, str] = {}
    for question in questions:
        if question.id in first:
            where = f" ({first[question.id]} and {question.place})" if question.place else ""
            raise UsageError(
                f"{path} holds the id {question.id!r} twice{where}: give each question its own."
            )
        first[question.id] = question.place
