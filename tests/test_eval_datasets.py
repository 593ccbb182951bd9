"""Question sets are read whole or refused with file, line, value and remedy."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from eval.datasets import Evidence, QuestionType, load_beir, load_set, load_squad
from index.errors import UsageError

GOOD: dict[str, object] = {
    "id": "q1",
    "question": "How tall is the tower?",
    "type": "number",
    "answers": ["40 m"],
    "evidence": [{"source": "documents/town.txt", "quote": "The tower is 40 m tall."}],
    "split": "dev",
}
UNANSWERABLE: dict[str, object] = {
    **GOOD,
    "id": "q2",
    "type": "unanswerable",
    "answers": [],
    "evidence": [],
    "split": "test",
}
DATA = Path(__file__).parents[2] / "shared" / "data"


def make_set(folder: Path, *lines: Mapping[str, object] | str) -> Path:
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "town.txt").write_text("The tower is 40 m tall.", encoding="utf-8")
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "questions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_good_set_is_read_whole(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "town", "\ufeff" + json.dumps(GOOD), "", UNANSWERABLE)
    found = load_set(folder)
    assert found.name == "town"
    assert found.documents == folder / "documents"
    assert [q.id for q in found.questions] == ["q1", "q2"]
    first, second = found.questions
    assert (first.type, first.answers, first.split) == (QuestionType.NUMBER, ("40 m",), "dev")
    assert first.evidence == (Evidence("documents/town.txt", "The tower is 40 m tall."),)
    assert second.type is QuestionType.UNANSWERABLE
    assert second.evidence == ()
    assert load_set(str(folder)) == found


def without(key: str) -> dict[str, object]:
    return {name: value for name, value in GOOD.items() if name != key}


def with_source(source: str) -> dict[str, object]:
    return {**GOOD, "evidence": [{"source": source, "quote": "x"}]}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "one JSON object a line"),
        (without("split"), 'no "split"'),
        ({**GOOD, "type": "Number"}, "'Number' under \"type\": use one of fact"),
        ({**GOOD, "split": "train"}, "'train' under \"split\": use one of dev, test"),
        ({**GOOD, "question": "  "}, "text that is not empty"),
        ({**GOOD, "question": 7}, '7 under "question"'),
        ({**GOOD, "question": "half \ud83d"}, "surrogate"),
        ({**GOOD, "answers": "40 m"}, "write a list"),
        ({**GOOD, "answers": [40]}, '40 under "answers"'),
        ({**GOOD, "answers": []}, "type 'number' without answers"),
        ({**GOOD, "evidence": []}, "type 'number' without evidence"),
        ({**GOOD, "evidence": ["town.txt"]}, "the evidence 'town.txt'"),
        ({**GOOD, "evidence": [{"source": "documents/town.txt"}]}, 'no "quote"'),
        (with_source("documents/city.txt"), "'documents/city.txt'"),
        (with_source("town.txt"), "documents/name.pdf"),
        (with_source("documents/../questions.jsonl"), "documents/name.pdf"),
        (with_source("/etc/hostname"), "documents/name.pdf"),
        (with_source("."), "documents/name.pdf"),
        (with_source("documents/" + "x" * 5000), "documents/name.pdf"),
        (with_source("documents/\0"), "documents/name.pdf"),
        ({**UNANSWERABLE, "answers": ["x"]}, "unanswerable question with answers"),
        ({**UNANSWERABLE, "evidence": GOOD["evidence"]}, "unanswerable question with evidence"),
        (GOOD, "the id 'q1' of line 1 again"),
    ],
)
def test_a_malformed_line_is_named(
    tmp_path: Path, line: Mapping[str, object] | str, named: str
) -> None:
    folder = make_set(tmp_path / "town", GOOD, "", line)
    with pytest.raises(UsageError) as caught:
        load_set(folder)
    message = str(caught.value)
    assert f"{folder / 'questions.jsonl'}, line 3 holds" in message
    assert named in message
    assert "\n" not in message


def test_a_folder_that_is_no_set_is_refused(tmp_path: Path) -> None:
    for name in (str(tmp_path), "no-such-set", "..", "", "x" * 5000, "\0"):
        with pytest.raises(UsageError, match=r"no question set: .*documents/ and questions\.jsonl"):
            load_set(name)
    with pytest.raises(UsageError, match="holds no question"):
        load_set(make_set(tmp_path / "empty"))
    latin = make_set(tmp_path / "latin", GOOD)
    (latin / "questions.jsonl").write_bytes(json.dumps(GOOD).encode() + b"\ncaf\xe9\n")
    with pytest.raises(UsageError, match="line 2 holds bytes that are not UTF-8"):
        load_set(latin)


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Tower",
            "paragraphs": [
                {"context": "Nothing here.", "qas": []},
                {
                    "context": "The tower is 40 m tall.",
                    "qas": [
                        {
                            "id": "a",
                            "question": "How tall?",
                            "is_impossible": False,
                            "answers": [{"text": "40 m", "answer_start": 13}],
                        },
                        {
                            "id": "b",
                            "question": "How old?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "40", "answer_start": 13}],
                        },
                    ],
                },
            ],
        }
    ],
}


def test_squad_is_read_plain_and_zipped(tmp_path: Path) -> None:
    text = json.dumps(SQUAD)
    (tmp_path / "s.json").write_text(text, encoding="utf-8")
    (tmp_path / "s.json.gz").write_bytes(gzip.compress(text.encode()))
    (article,) = load_squad(tmp_path / "s.json")
    assert load_squad(tmp_path / "s.json.gz") == (article,)
    assert article.title == "Tower"
    assert len(article.paragraphs) == 2
    answerable, impossible = article.questions
    gold = answerable.answers[0]
    assert article.paragraphs[answerable.paragraph][gold.start :].startswith("40 m tall")
    assert impossible.answers == ()


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"data": [{"title": "x"}]}', '{"data": [3]}'])
def test_other_files_are_no_squad(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no SQuAD file"):
        load_squad(path)


def squad_with(tmp_path: Path, **changed: object) -> Path:
    """A SQuAD file of one question, with some of its fields changed."""
    row = {"id": "a", "question": "How tall?", "answers": [{"text": "40 m", "answer_start": 13}]}
    paragraph = {"context": "The tower is 40 m tall, not 40 m wide.", "qas": [row | changed]}
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}), encoding="utf-8")
    return file


def test_a_wrong_offset_is_mended_and_an_answer_that_is_nowhere_refused(tmp_path: Path) -> None:
    (article,) = load_squad(squad_with(tmp_path))
    assert article.title == "article 1"  # some files in SQuAD's format give none
    for start, where in ((13, 13), (11, 13), (-4, 13), (99, 28)):
        answers = [{"text": "40 m", "answer_start": start}]
        (article,) = load_squad(squad_with(tmp_path, answers=answers))
        assert article.questions[0].answers[0].start == where
    with pytest.raises(
        UsageError, match=r"holds the answer '50 m' to the question a, which stands"
    ):
        load_squad(squad_with(tmp_path, answers=[{"text": "50 m", "answer_start": 13}]))
    with pytest.raises(UsageError, match="holds the question a without words"):
        load_squad(squad_with(tmp_path, question=" "))


def test_a_missing_or_cut_off_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"could not be read \(No such file"):
        load_squad(tmp_path / "none.json")
    for name, data in {"cut": gzip.compress(b"x" * 999)[:-9], "not": b"{}"}.items():
        (tmp_path / f"{name}.json.gz").write_bytes(data)
        with pytest.raises(UsageError, match="could not be read"):
            load_squad(tmp_path / f"{name}.json.gz")


def test_beir_keeps_the_queries_of_the_split(tmp_path: Path) -> None:
    corpus = [{"_id": "d1", "title": "T", "text": "one"}, {"_id": "d2", "text": "two"}]
    queries = [{"_id": "q1", "text": "first"}, {"_id": "q2", "text": "second"}]
    zipped = "\n".join(json.dumps(row) for row in corpus).encode()
    (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress(zipped))
    (tmp_path / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in queries))
    (tmp_path / "qrels").mkdir()
    grades = tmp_path / "qrels" / "dev.tsv"
    grades.write_text("query-id\tcorpus-id\tscore\nq2\td1\t2\nq2\td2\t0\n")
    beir = load_beir(tmp_path, "dev")
    assert beir.documents == {"d1": ("T", "one"), "d2": ("", "two")}
    assert beir.queries == {"q2": "second"}
    assert beir.judgements == {"q2": {"d1": 2, "d2": 0}}
    grades.write_text("q2\td1\n")
    with pytest.raises(UsageError, match=r"dev\.tsv, line 1 holds"):
        load_beir(tmp_path, "dev")
    with pytest.raises(UsageError, match="could not be read"):
        load_beir(tmp_path, "train")


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("corpus.jsonl", "", "corpus.jsonl holds no document"),
        ("corpus.jsonl", '{"_id": "d1", "text": null}', "line 1 holds a title or text of d1"),
        (
            "corpus.jsonl",
            '{"_id": "d", "text": "x"}\n{"_id": "d", "text": "y"}',
            "document d again",
        ),
        ("queries.jsonl", '{"_id": "q", "text": "x"}\n{"_id": "q", "text": "y"}', "query q again"),
        ("queries.jsonl", '{"_id": "r", "text": "x"}', "no query with judgements in 'dev'"),
        ("qrels/dev.tsv", "q\td\tnan", "line 1 holds the grade nan"),
        ("qrels/dev.tsv", "q\tother\t1", "judges no document that the corpus holds"),
    ],
)
def test_malformed_beir_folders_are_named(tmp_path: Path, file: str, text: str, named: str) -> None:
    (tmp_path / "qrels").mkdir()
    files = {
        "corpus.jsonl": '{"_id": "d", "text": "x"}',
        "queries.jsonl": '{"_id": "q", "text": "x"}',
        "qrels/dev.tsv": "q\td\t-1",  # as irrelevant as 0
    }
    for name, words in files.items():
        (tmp_path / name).write_text(words)
    assert load_beir(tmp_path, "dev").judgements == {"q": {"d": 0.0}}
    (tmp_path / file).write_text(text)
    with pytest.raises(UsageError) as caught:
        load_beir(tmp_path, "dev")
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_public_files_read_as_they_say() -> None:
    if not (DATA / "squad").is_dir():
        pytest.skip("the public data folder is absent")
    articles = load_squad(DATA / "squad" / "reader-train-v2.json.gz")
    assert len(articles) == 19
    assert sum(len(article.paragraphs) for article in articles) == 558
    assert sum(len(article.questions) for article in articles) == 5795
    for article in articles:
        for question in article.questions:
            paragraph = article.paragraphs[question.paragraph]
            assert all(paragraph[a.start :].startswith(a.text) for a in question.answers)
    assert len(load_beir(DATA / "beir-nfcorpus", "dev").documents) == 3633
