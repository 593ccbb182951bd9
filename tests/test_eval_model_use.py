"""What a language model answered itself is told from what was quoted in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval.datasets import Question, QuestionSet, QuestionType
from eval.html_report import html_report
from eval.journal import Journal
from eval.markdown import markdown
from eval.model_use import with_use
from eval.outcomes import ModelUse
from eval.report import heading, to_dict
from eval.runner import Evaluation, evaluate
from index.errors import ModelError
from rag.types import Answer, AnswerKind, Refusal, RefusalReason, Sentence, Struck

DEAD = "The language model server sent an answer that breaks off in the middle."
QUOTED = Answer(
    "?",
    "?",
    AnswerKind.EXTRACTIVE,
    (Sentence("It is 40 m tall.", ()),),
    model="built-in reader",
    timings={"writing": 0.1},
)
WRITTEN = replace(QUOTED, kind=AnswerKind.WRITTEN, model="m")
BROKEN = replace(
    QUOTED, notes=("9 of 20 passages did not fit the language model's window and …", DEAD)
)
REFUSED = replace(
    QUOTED,
    kind=AnswerKind.REFUSED,
    sentences=(),
    refusal=Refusal(RefusalReason.NOT_SAID),
    raw="The documents do not say.",
)


class Script:
    """An assistant that says what it was told to, and counts."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    def ask(self, question: str, *_: object, scope: object = None) -> Answer:
        self.asked.append(question)
        answer = self.answers[question]
        if answer is STOP:
            raise KeyboardInterrupt
        return answer

    def document(self, _: str, /) -> None:
        return None

    def documents(self) -> tuple[()]:
        return ()


STOP = replace(QUOTED, model="stop")


def set_of(count: int) -> QuestionSet:
    questions = [
        Question(f"q{n}", f"q{n}", QuestionType.NUMBER, ("40 m",), (), "dev") for n in range(count)
    ]
    return QuestionSet("town", Path("documents"), tuple(questions))


def run(*answers: Answer) -> Evaluation:
    script = Script({f"q{n}": answer for n, answer in enumerate(answers)})
    return evaluate(set_of(len(answers)), script, model="m")


def test_answers_of_the_model_are_counted_and_those_in_its_place_named() -> None:
    found = run(BROKEN, WRITTEN, BROKEN, REFUSED)
    assert found.model == "m"
    assert found.use is not None
    assert (found.use.answered, found.use.right, found.use.fell_back) == (2, 1, 2)
    assert found.use.reasons == {DEAD: 2}
    sentence = str(found.use)
    assert sentence.startswith("m answered 2 of 4 questions, 1 of them right; 2 fell back to the")
    assert f"2 × {DEAD}" in sentence
    assert sentence in markdown(found)
    assert "2 fell back to the built-in reader" in html_report(found)
    assert heading(found).endswith(", m")
    row = to_dict(found)["language_model"]
    assert isinstance(row, dict)
    assert (row["model"], row["answered"], row["fell_back"]) == ("m", 2, 2)


def test_a_model_that_answered_nothing_has_no_result() -> None:
    with pytest.raises(ModelError, match="m answered none of the 2 questions, so there is no resu"):
        run(BROKEN, BROKEN)
    with pytest.raises(ModelError, match="none of them needed a language model"):
        run(replace(QUOTED, timings={}))


@pytest.mark.parametrize(
    ("answer", "use", "why", "failed"),
    [
        (WRITTEN, ModelUse.ANSWERED, "", False),
        (REFUSED, ModelUse.ANSWERED, "", False),
        (replace(REFUSED, model="m", raw=None), ModelUse.ANSWERED, "", False),
        (replace(QUOTED, timings={}), ModelUse.NOT_ASKED, "", False),
        (BROKEN, ModelUse.FELL_BACK, DEAD, True),
        (replace(REFUSED, raw=None, notes=(DEAD,)), ModelUse.FELL_BACK, DEAD, True),
        (
            replace(QUOTED, struck=(Struck("It is red.", "no", 0),), raw="It is red."),
            ModelUse.FELL_BACK,
            "the passages do not bear out what it wrote",
            False,
        ),
        (
            replace(QUOTED, notes=BROKEN.notes[:1]),
            ModelUse.FELL_BACK,
            "it wrote no answer",
            True,
        ),
    ],
)
def test_what_became_of_the_model(answer: Answer, use: ModelUse, why: str, failed: bool) -> None:
    (blank,) = evaluate(set_of(1), Script({"q0": answer})).outcomes
    assert blank.use is None
    found = with_use(blank, answer, "m")
    assert (found.use, found.fell_back, found.model_failed) == (use, why, failed)


def test_a_run_that_goes_on_asks_again_where_the_model_had_failed(tmp_path: Path) -> None:
    asked = set_of(3)
    journal = Journal.of_run(tmp_path, asked.questions, ["m"])
    script = Script({"q0": WRITTEN, "q1": BROKEN, "q2": STOP})
    with pytest.raises(KeyboardInterrupt):
        evaluate(asked, script, journal=journal, model="m")
    assert list(journal.read(asked.questions)) == ["q0"]
    script.answers.update(q1=WRITTEN, q2=WRITTEN)
    found = evaluate(asked, script, journal=journal, model="m")
    assert script.asked == ["q0", "q1", "q2", "q1", "q2"]
    assert found.use is not None
    assert found.use.fell_back == 0
    assert [outcome.use for outcome in found.outcomes] == [ModelUse.ANSWERED] * 3


def test_without_a_language_model_the_reader_that_answered_most_is_named() -> None:
    overview = replace(QUOTED, model="overview")
    script = Script({"q0": overview, "q1": QUOTED, "q2": QUOTED})
    found = evaluate(set_of(3), script)
    assert (found.model, found.use) == ("built-in reader", None)
