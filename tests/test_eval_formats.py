"""Other people's question files become sets, or are refused with line, value and remedy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.datasets import Evidence, Question, QuestionType, built_in_sets, load_set
from eval.formats import guessed_type, open_set, plain_set, squad_set
from eval.mine import (
    drop_my_question,
    keep_my_document,
    keep_my_question,
    load_my_questions,
    my_folder,
    older_questions_file,
    write_questions,
)
from index.errors import UsageError
from rag.types import Turn

PARAGRAPH = "Lindow has a tower. The tower was built in 1901 by masons."
SQUAD = {
    "data": [
        {
            "title": "Lindow/Town",
            "paragraphs": [
                {
                    "context": PARAGRAPH,
                    "qas": [
                        {
                            "id": "a",
                            "question": "When was it built?",
                            "answers": [{"text": "1901", "answer_start": 43}],
                        },
                        {"id": "b", "question": "Who?", "is_impossible": True, "answers": []},
                    ],
                }
            ],
        }
    ]
}


def test_squad_becomes_an_open_book_set(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(SQUAD))
    found = squad_set(file, tmp_path / "data")
    (document,) = found.documents.iterdir()
    assert document.read_text() == PARAGRAPH
    assert found.roots == (found.documents,)
    first, second = found.questions
    assert first.type is QuestionType.DATE
    wanted = Evidence(f"documents/{document.name}", "The tower was built in 1901 by masons.")
    assert first.evidence == (wanted,)
    assert second.type is QuestionType.UNANSWERABLE
    assert open_set(str(file), tmp_path / "data") == found
    twice = json.loads(json.dumps(SQUAD))
    twice["data"][0]["paragraphs"][0]["qas"][1]["id"] = "a"
    file.write_text(json.dumps(twice))
    with pytest.raises(UsageError, match="the id 'a' twice"):
        squad_set(file, tmp_path / "data")


def test_plain_csv_and_jsonl(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(PARAGRAPH)
    csv = tmp_path / "q.csv"
    csv.write_text('Question;Answer;Source\n"When; really?";1901 | in 1901;town.txt\nWho?;;\n')
    found = plain_set(csv)
    first, second = found.questions
    assert first.question == "When; really?"
    assert first.answers == ("1901", "in 1901")
    assert first.evidence == (Evidence("town.txt", ""),)
    assert second.type is QuestionType.UNANSWERABLE
    assert found.roots == (tmp_path / "town.txt",)
    lines = tmp_path / "q.jsonl"
    row = {"question": "How tall?", "answer": 40, "source": "town.txt", "quote": "a tower"}
    lines.write_text(json.dumps(row))
    (only,) = open_set(str(lines), tmp_path / "data").questions
    assert only.answers == ("40",)
    assert only.evidence == (Evidence("town.txt", "a tower"),)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("q.csv", "a,b\n1,2\n", "line 1 holds the columns a,b: name them question, answer"),
        ("q.csv", "question,answer\nx,y,z\n", "line 2 holds more cells than there are columns"),
        ("q.csv", "question,answer\n,y\n", "line 2 holds '' under \"question\""),
        ("q.csv", "question,answer\nx,y\n", 'line 2 holds an answer without "source"'),
        (
            "q.csv",
            "question,answer,source\nx,y,none.txt\n",
            "line 2 holds the source 'none.txt', which is not there",
        ),
        ("q.csv", "question,answer,id\nx,,1\n\ny,,1\n", "the id '1' twice (q.csv, line 2 and q"),
        ("q.csv", "question,answer,type\nx,,fact\n", "line 2 holds 'fact' under \"type\""),
        ("q.csv", "a,b\nx,y\n", "line 1 holds the columns"),
        ("q.jsonl", "", "holds no question"),
        ("q.csv", "", "holds no question"),
        ("q.csv", 'question,answer,source\n"How,40,a\nWhy,,\n', "line 2 holds a cell that cannot"),
        ("q.csv", "question,answer,source\nHow?\n", "line 2 holds fewer cells than there are"),
        ("q.jsonl", "[1]", "line 1 holds [1]"),
        ("q.jsonl", '{"question": "x"}', 'line 1 holds no "answer"'),
        ("q.jsonl", '{"question": "x", "answer": {}}', "write text or a list of texts"),
    ],
)
def test_malformed_plain_files_are_named(tmp_path: Path, name: str, text: str, named: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as caught:
        plain_set(tmp_path / name)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_set_that_is_not_there_says_what_could_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no question set .*samples.*BEIR"):
        open_set("nothing", tmp_path)
    with pytest.raises(UsageError, match="is empty"):
        open_set(" ", tmp_path)
    (tmp_path / "x.pdf").write_text("x")
    with pytest.raises(UsageError, match="of no kind that holds questions"):
        open_set(str(tmp_path / "x.pdf"), tmp_path)
    assert built_in_sets() == ["samples"]


@pytest.mark.parametrize(
    ("question", "answers", "kind"),
    [
        ("Who?", [], "unanswerable"),
        ("May I?", ["no"], "yes-no"),
        ("In what year?", ["1901"], "date"),
        ("How many?", ["3"], "number"),
        ("How is it done?", ["by hand"], "why-how"),
        ("Who?", ["Ada"], "fact"),
    ],
)
def test_types_are_guessed(question: str, answers: list[str], kind: str) -> None:
    assert guessed_type(question, answers) == kind


def correction(words: str, *answers: str, history: tuple[Turn, ...] = ()) -> Question:
    kind = QuestionType.FACT if answers else QuestionType.UNANSWERABLE
    evidence = (Evidence("/home/me/gone.txt", "The tower is 40 m tall."),) if answers else ()
    return Question("", words, kind, answers, evidence, "dev", history=history)


def test_corrections_are_kept_and_replaced(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="corrected no answers yet"):
        load_my_questions(tmp_path)
    first = keep_my_question(tmp_path, correction("How tall?", "30 m"))
    keep_my_question(tmp_path, correction("How old?"))
    talk = (Turn("The tower?", "It is tall."),)
    keep_my_question(tmp_path, correction("How tall?", "5 m", history=talk))
    assert keep_my_question(tmp_path, correction("how  tall?", "40 m")) == first
    found = open_set("mine", tmp_path)
    assert found.roots == ()
    assert sorted(q.answers for q in found.questions) == [(), ("40 m",), ("5 m",)]
    assert {q.history for q in found.questions} == {(), talk}
    file = my_folder(tmp_path) / "questions.jsonl"
    assert len(file.read_text().splitlines()) == 3
    for question in found.questions:
        drop_my_question(tmp_path, question.id)
    drop_my_question(tmp_path, "never there")
    assert file.read_text() == ""
    with pytest.raises(UsageError, match="corrected no answers yet"):
        load_my_questions(tmp_path)
    keep_my_question(tmp_path, correction("How tall?", "30 m"))
    assert len(load_my_questions(tmp_path).questions) == 1


def test_older_corrections_are_asked_beside_those_with_copies(tmp_path: Path) -> None:
    tower = tmp_path / "tower.txt"
    tower.write_text("The tower is 40 m tall.")
    evidence = (Evidence(str(tower), "40 m tall"),)
    old = Question("old", "How tall?", QuestionType.NUMBER, ("40 m",), evidence, "dev")
    write_questions(older_questions_file(tmp_path), [old, Question("both", *_NONE)])
    assert [one.id for one in load_my_questions(tmp_path).questions] == ["old", "both"]
    assert load_my_questions(tmp_path).roots == ()  # as before: asked of an index

    source = keep_my_document(tmp_path, "fees.txt", b"A card costs 3 pounds.")
    assert keep_my_document(tmp_path, "fees.txt", b"another text") == source
    copied = my_folder(tmp_path) / source
    assert copied.read_bytes() == b"A card costs 3 pounds."
    new = replace(old, id="both", question="A card?", evidence=(Evidence(source, "3 pounds"),))
    keep_my_question(tmp_path, new)
    found = load_my_questions(tmp_path)
    assert [one.question for one in found.questions] == ["A card?", "How tall?"]
    assert found.roots == (my_folder(tmp_path) / "documents", tower)

    copied.unlink()
    with pytest.raises(UsageError, match=r"documents/fees.txt \(questions.jsonl, line 1\), which"):
        load_my_questions(tmp_path)


_NONE = ("Who?", QuestionType.UNANSWERABLE, (), (), "dev")


def test_a_set_can_name_documents_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    folder = tmp_path / "data" / "eval" / "sets" / "own"
    write_questions(folder / "questions.jsonl", [correction("How tall?", "40 m")])
    question = folder / "questions.jsonl"
    question.write_text(question.read_text().replace('"id": ""', '"id": "q1"'))
    listed = folder / "documents.json"
    listed.write_text(json.dumps([str(tmp_path / "docs")]))
    found = open_set("own", tmp_path / "data")
    assert found.roots == (tmp_path / "docs",)
    assert found.questions[0].place == "questions.jsonl, line 1"
    for text, named in (("[]", "write a list"), ('["/none"]', "not there"), ("{", "no JSON")):
        listed.write_text(text)
        with pytest.raises(UsageError, match=named):
            load_set(folder)
