"""The runner judges scripted answers as a careful reader would, and the report says so."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from eval.compare import compare, run_of
from eval.datasets import Evidence, Question, QuestionSet, QuestionType
from eval.html_report import html_report
from eval.journal import Journal
from eval.outcomes import Stage
from eval.report import table, to_json
from eval.runner import Evaluation, Instruments, evaluate, find_quote, same_source
from index.errors import FootnoteError, UsageError
from index.types import Chunk, Document, DocumentInfo, Scope
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Parts,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Turn,
    Verdict,
)

TEXT = "The tower is\n40 m   tall. It was built in 1901.\n\nThe bridge has 3 arches."
BRIDGE = "The bridge has 3 arches."


def document(id_: str = "d1", text: str = TEXT) -> Document:
    return Document(id_, "Town", text, (), "en", "text/1", None)


def info(id_: str = "d1", *sources: str) -> DocumentInfo:
    return DocumentInfo(
        id_, sources or ("/home/me/documents/town.txt",), "Town", "en", None, None, 2
    )


def passage(start: int, end: int, id_: str = "d1") -> Passage:
    chunk = Chunk(f"{id_}-{start}", id_, start, end, TEXT[start:end], (), (), "")
    return Passage(chunk, info(id_), 1.0, Parts())


def citation(quote: str, *, shift: int = 0, number: int = 1, id_: str = "d1") -> Citation:
    start = TEXT.index(quote) + shift
    end = start + len(quote)
    source = "/home/me/documents/town.txt"
    return Citation(number, id_, source, "Town", (), start, end, quote, Verdict.SUPPORTED, 0.9)


def answer(text: str, *citations: Citation, **fields: object) -> Answer:
    made = Answer("?", "?", AnswerKind.EXTRACTIVE, (Sentence(text, citations),), model="script")
    return replace(made, **fields)  # type: ignore[arg-type]


REFUSED = Answer(
    "?", "?", AnswerKind.REFUSED, refusal=Refusal(RefusalReason.NOT_SAID), model="script"
)


class Script:
    """An assistant that says what it was told to."""

    def __init__(self, answers: Mapping[str, Answer], *documents: Document) -> None:
        self._answers = answers
        self._documents = {document.id: document for document in documents}

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer:
        return self._answers[question]

    def document(self, document_id: str, /) -> Document | None:
        return self._documents.get(document_id)

    def documents(self) -> Sequence[DocumentInfo]:
        return [info(id_) for id_ in self._documents]


def question(
    id_: str, kind: QuestionType, answers: tuple[str, ...] = (), *quotes: str, split: str = "dev"
) -> Question:
    evidence = tuple(Evidence("documents/town.txt", quote) for quote in quotes)
    return Question(id_, id_, kind, answers, evidence, split)


TALL = question("tall", QuestionType.NUMBER, ("40 m",), "The tower is 40 m tall.")
ARCHES = question("arches", QuestionType.NUMBER, ("1", "one"), BRIDGE)
BUILT = question("built", QuestionType.DATE, ("1901",), "It was built in 1901.", split="test")
MAYOR = question("mayor", QuestionType.UNANSWERABLE)
PRICE = question("price", QuestionType.UNANSWERABLE)


def run(answers: Mapping[Question, Answer], *, split: str | None = None) -> Evaluation:
    questions = QuestionSet("town", Path("documents"), tuple(answers))
    script = Script({q.question: said for q, said in answers.items()}, document())
    return evaluate(questions, script, split=split)


def test_a_right_answer_rightly_cited() -> None:
    passages = (passage(49, len(TEXT)), passage(0, 47))
    said = answer("It is 40 m tall.", citation("40 m   tall."), passages=passages, short="40 m")
    (outcome,) = run({TALL: said}).outcomes
    assert outcome.correct
    assert outcome.cited_gold
    assert (outcome.citations, outcome.gold_citations, outcome.verbatim_citations) == (1, 1, 1)
    assert (outcome.evidence_found, outcome.evidence_cited) == (1, 1)
    assert outcome.retrieved_rank == 2
    assert outcome.short_f1 == 1
    assert outcome.answer["text"] == "It is 40 m tall. [1]"


def test_a_footnote_marker_is_no_answer() -> None:
    said = answer("The bridge has 3 arches.", citation(BRIDGE))
    (outcome,) = run({ARCHES: said}).outcomes
    assert not outcome.correct
    assert outcome.cited_gold


def test_a_citation_is_judged_by_where_it_points() -> None:
    elsewhere = answer("It is 40 m tall.", citation(BRIDGE))
    shifted = answer("It is 40 m tall.", citation("It was built", shift=-20))
    unknown = answer("It is 40 m tall.", citation("The tower is", id_="d9"))
    for said, verbatim in ((elsewhere, 1), (shifted, 0), (unknown, 0)):
        (outcome,) = run({TALL: said}).outcomes
        assert outcome.correct
        assert outcome.verbatim_citations == verbatim
        assert outcome.cited_gold == (said is shifted)  # its offsets, not its words, lie on gold


def test_the_figures_of_a_run() -> None:
    evaluation = run(
        {
            TALL: answer("40 m", citation("The tower is\n40 m"), confidence=0.9),
            ARCHES: answer("Three", citation("It was built in 1901."), confidence=0.4),
            # a refusal's confidence ranks no answer
            BUILT: replace(REFUSED, passages=(passage(0, 47),), confidence=0.99),
            MAYOR: REFUSED,
            PRICE: answer("It costs 40 m.", confidence=0.6),
        }
    )
    overall = evaluation.overall
    assert (overall.questions, overall.answerable, overall.correct) == (5, 3, 2)
    assert overall.accuracy == 2 / 5
    assert overall.answer_accuracy == overall.correct_and_cited == 1 / 3
    assert overall.citation_precision == overall.citation_recall == 1 / 2
    assert overall.evidence_recall == 1 / 2
    assert overall.verbatim == 1
    assert overall.refusal_precision == overall.refusal_recall == 1 / 2
    assert overall.retrieval_recall == dict.fromkeys((1, 2, 3, 5, 10, 20), 1 / 3)
    assert overall.mean_reciprocal_rank == 1 / 3
    assert overall.confidence_auroc == 1
    assert evaluation.model == "script"
    kinds = list(evaluation.by_type)
    assert kinds == [QuestionType.NUMBER, QuestionType.DATE, QuestionType.UNANSWERABLE]
    assert evaluation.by_type[QuestionType.UNANSWERABLE].answer_accuracy is None
    assert evaluation.by_type[QuestionType.UNANSWERABLE].accuracy == 1 / 2
    assert evaluation.unlocated == ()


def test_only_the_split_is_asked_and_progress_is_told() -> None:
    questions = QuestionSet("town", Path("documents"), (TALL, BUILT))
    script = Script({"built": REFUSED}, document())
    steps: list[tuple[int, int]] = []
    found = evaluate(
        questions, script, split="test", progress=lambda at, of: steps.append((at, of))
    )
    assert [o.question.id for o in found.outcomes] == ["built"]
    assert steps == [(1, 1)]
    with pytest.raises(UsageError, match='no question in "train"'):
        evaluate(questions, script, split="train")


def test_evidence_that_no_document_holds_is_named() -> None:
    lost = question("lost", QuestionType.FACT, ("x",), "The tower fell.")
    evaluation = run({lost: answer("x", citation(BRIDGE))})
    assert evaluation.unlocated == ("lost: The tower fell.",)
    assert evaluation.outcomes[0].evidence_found == 0
    assert "The tower fell." in shown(evaluation)


def test_a_refusal_keeps_its_nearest_passages_as_retrieved() -> None:
    refusal = Refusal(RefusalReason.NOT_SAID, nearest=(passage(0, 47),))
    (outcome,) = run({TALL: replace(REFUSED, refusal=refusal)}).outcomes
    assert outcome.retrieved_rank == 1
    assert not outcome.correct


def shown(evaluation: Evaluation, failures: int = 0) -> str:
    out = StringIO()
    Console(file=out, width=80).print(table(evaluation, failures=failures))
    return out.getvalue()


def test_the_report_is_plain_text_within_80_columns() -> None:
    evaluation = run({TALL: answer("[red]40 cm[/red]", citation(BRIDGE)), MAYOR: REFUSED})
    text = shown(evaluation, failures=3)
    assert max(map(len, text.splitlines())) <= 80
    assert "50.0 %" in text
    assert "[red]40 cm[/red]" in text  # markup in an answer is text, not an instruction
    assert "confidence AUROC" in text
    assert "–" in text  # what could not be measured is no figure
    assert "40 cm" not in shown(evaluation)


def test_json_holds_every_figure_and_outcome() -> None:
    evaluation = run(
        {TALL: answer("40 m", citation("The tower is\n40 m"), passages=(passage(0, 47),))}
    )
    data = json.loads(to_json(evaluation))
    assert data["overall"]["accuracy"] == 1
    assert data["overall"]["retrieval_recall"]["1"] == 1
    assert data["by_type"]["number"]["questions"] == 1
    (outcome,) = data["outcomes"]
    assert outcome["question"]["id"] == "tall"
    assert outcome["answer"]["citations"][0]["quote"] == "The tower is\n40 m"
    assert "passages" not in outcome["answer"]
    assert "answer" not in json.loads(to_json(evaluation, answers=False))["outcomes"][0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/home/me/documents/a.txt", "documents/a.txt", True),
        ("a.txt", "documents/a.txt", True),
        ("documents\\a.txt", "documents/a.txt", True),
        ("/other/a.txt", "documents/a.txt", False),
        ("documents/ba.txt", "a.txt", False),
        ("documents/cafe\u0301.txt", "documents/caf\u00e9.txt", True),
        ("", "a.txt", False),
    ],
)
def test_sources_match_by_their_ending(one: str, other: str, same: bool) -> None:
    assert same_source(one, other) is same
    assert same_source(other, one) is same


def test_quotes_are_found_through_white_space() -> None:
    assert find_quote("a  b\n\nc a b c", " a b c ") == [(0, 7), (8, 13)]
    assert find_quote("aaa", "aa") == [(0, 2), (1, 3)]
    assert find_quote("abc", "abd") == find_quote("abc", " \n") == []


@given(
    st.text(st.sampled_from("ab \n\t\u00a0é"), max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from([" ", "\n", "\u2003 "]),
)
def test_any_piece_of_a_text_is_found_where_it_stands(
    text: str, start: int, end: int, blank: str
) -> None:
    piece = text[start:end].strip()
    quote = blank.join(piece.split())
    spans = find_quote(text, quote)
    assert bool(spans) == bool(piece)
    assert all(text[at:to].split() == piece.split() for at, to in spans)
    if piece:
        where = start + len(text[start:end]) - len(text[start:end].lstrip())
        assert (where, where + len(piece)) in spans


# --- histories, false premises, stages, stopped runs --------------------------------------------


class Recorder(Script):
    """Remembers how it was asked."""

    asked: list[tuple[str, Sequence[Turn], Scope | None]]

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer:
        self.asked.append((question, history, scope))
        return super().ask(question, history, scope=scope)


def test_history_and_what_is_held_out_reach_the_assistant() -> None:
    talk = (Turn("The tower?", "It is tall."),)
    follow = replace(TALL, history=talk)
    without = replace(MAYOR, without=("documents/town.txt",))
    script = Recorder({"tall": REFUSED, "mayor": REFUSED}, document(), document("d2"))
    script.asked = []
    evaluate(QuestionSet("town", Path("documents"), (follow, without)), script)
    assert script.asked == [
        ("tall", talk, None),
        ("mayor", (), Scope(sources=())),  # both documents go by that name
    ]


def test_a_false_premise_may_be_refused_or_corrected() -> None:
    premise = replace(MAYOR, contradicted_by=(Evidence("documents/town.txt", BRIDGE),))
    cited = answer("The bridge has 3 arches.", citation(BRIDGE))
    elsewhere = answer("It was built in 1901.", citation("It was built in 1901."))
    for said, right, corrected in ((REFUSED, True, False), (cited, True, True)):
        evaluation = run({premise: said})
        (outcome,) = evaluation.outcomes
        assert (outcome.correct, outcome.corrected, outcome.stage) == (right, corrected, None)
        assert evaluation.overall.refusal_recall == 1
    evaluation = run({premise: elsewhere})
    assert evaluation.outcomes[0].stage is Stage.NOT_REFUSED
    assert evaluation.overall.refusal_recall == 0
    # without words that contradict it, an answer is no correction
    assert not run({MAYOR: cited}).outcomes[0].correct


def test_traits_and_formats_are_counted() -> None:
    evaluation = run(
        {
            replace(TALL, traits=("typo", "temporal")): REFUSED,
            replace(MAYOR, traits=("typo",)): REFUSED,
        }
    )
    assert {name: one.accuracy for name, one in evaluation.by_trait.items()} == {
        "temporal": 0,
        "typo": 0.5,
    }
    assert list(evaluation.by_format) == [".txt"]
    assert "typo" in shown(evaluation)


def test_each_loss_has_its_stage() -> None:
    found, far = (passage(0, 47),), (passage(49, len(TEXT)),)
    gold = citation("The tower is\n40 m   tall.")
    lost = question("lost", QuestionType.FACT, ("x",), "The tower fell.")
    cases = [
        (TALL, answer("It is 40 m tall.", gold, passages=found), None),
        (TALL, answer("It is 40 m tall.", citation(BRIDGE), passages=found), Stage.NOT_CITED),
        (TALL, answer("It is tall.", gold, passages=found), Stage.NOT_SAID),
        (TALL, answer("Three arches.", citation(BRIDGE), passages=found), Stage.NOT_READ),
        (TALL, answer("Three arches.", citation(BRIDGE), passages=far), Stage.NOT_RETRIEVED),
        (TALL, replace(REFUSED, passages=found), Stage.WRONGLY_REFUSED),
        (TALL, replace(REFUSED, passages=far), Stage.NOT_RETRIEVED),
        (lost, replace(REFUSED, passages=found), Stage.NOT_EXTRACTED),
        (MAYOR, REFUSED, None),
        (MAYOR, answer("Ada."), Stage.NOT_REFUSED),
    ]
    for asked, said, stage in cases:
        evaluation = run({asked: said})
        assert evaluation.outcomes[0].stage is stage
        assert evaluation.lost == ({stage: 1} if stage else {})
    questions = QuestionSet("town", Path("documents"), (TALL,))
    script = Script({"tall": REFUSED}, document())
    chunks = Instruments(chunks=lambda: [one.chunk for one in far])
    (outcome,) = evaluate(questions, script, instruments=chunks).outcomes
    assert outcome.stage is Stage.NOT_IN_A_CHUNK


def test_baselines_and_the_order_of_the_search() -> None:
    by_search = tuple(
        replace(one, parts=Parts(fused_rank=rank))
        for one, rank in ((passage(0, 47), 2), (passage(49, len(TEXT)), 1))
    )
    evaluation = run({TALL: answer("40 m", passages=by_search), MAYOR: REFUSED})
    (outcome, _) = evaluation.outcomes
    assert (outcome.retrieved_rank, outcome.search_rank) == (1, 2)
    assert not outcome.retrieval_only  # the first passage of the search is about the bridge
    assert evaluation.overall.always_refused == 0.5
    assert evaluation.overall.retrieval_only == 0
    assert evaluation.overall.search_recall[1] == 0


def test_squad_figures_count_refusals() -> None:
    evaluation = run({TALL: answer("x", short="40 m"), BUILT: REFUSED, MAYOR: REFUSED})
    assert evaluation.overall.exact_match == evaluation.overall.f1 == 2 / 3


def test_instruments_count_tokens_and_check_citations() -> None:
    questions = QuestionSet("town", Path("documents"), (TALL,))
    said = answer("It is 40 m tall.", citation(BRIDGE), passages=(passage(0, 47),))
    with_ = Instruments(
        entails=lambda text, cited: False,
        count_tokens=lambda texts: [len(text.split()) for text in texts],
    )
    (outcome,) = evaluate(questions, Script({"tall": said}, document()), instruments=with_).outcomes
    assert (outcome.tokens_read, outcome.tokens_said) == (11, 5)
    assert outcome.support is not None
    assert (outcome.support.sentences, outcome.support.supported) == (1, 0)


class Stopping(Script):
    """Is interrupted at its second question, once."""

    asked = 0

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer:
        self.asked += 1
        if self.asked == 2:
            raise KeyboardInterrupt
        return super().ask(question, history, scope=scope)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    questions = QuestionSet("town", Path("documents"), (TALL, BUILT, MAYOR))
    said = answer("It is 40 m tall.", citation("40 m   tall."), confidence=0.7)
    script = Stopping({"tall": said, "built": REFUSED, "mayor": REFUSED}, document())
    journal = Journal.of_run(tmp_path, questions.questions, ["state"])
    with pytest.raises(KeyboardInterrupt):
        evaluate(questions, script, journal=journal)
    assert list(journal.read(questions.questions)) == ["tall"]
    with journal.file.open("ab") as file:
        file.write(b'{"id": "built", "outc')  # cut off by a crash
    found = evaluate(questions, script, journal=journal)
    assert script.asked == 4  # not asked the first again
    assert not journal.file.exists()
    whole = evaluate(questions, script)
    kept = [(o.question, o.correct, o.confidence, o.stage) for o in found.outcomes]
    assert kept == [(o.question, o.correct, o.confidence, o.stage) for o in whole.outcomes]
    other = Journal.of_run(tmp_path, questions.questions, ["another state"])
    assert other.file != journal.file


def test_journals_that_nobody_went_on_with_are_not_kept_for_ever(tmp_path: Path) -> None:
    (outcome,) = run({TALL: REFUSED}).outcomes
    done, old, recent = (Journal(tmp_path / f"{name}.jsonl") for name in ("done", "old", "recent"))
    for one in (done, old, recent):
        one.add(outcome)
    os.utime(old.file, (0, 0))
    done.discard()
    assert [file.name for file in tmp_path.iterdir()] == ["recent.jsonl"]


def test_a_journal_survives_a_line_cut_off(tmp_path: Path) -> None:
    (outcome,) = run({TALL: REFUSED}).outcomes
    journal = Journal(tmp_path / "runs" / "x.jsonl")
    journal.add(outcome)
    with journal.file.open("ab") as file:
        file.write(b'{"id": "tall"')
    journal.add(replace(outcome, question=BUILT))
    assert list(journal.read([TALL, BUILT])) == ["tall", "built"]
    assert journal.read([TALL])["tall"].question is TALL
    (tmp_path / "file").write_text("")
    with pytest.raises(FootnoteError, match="could not be written"):
        Journal(tmp_path / "file" / "x.jsonl").add(outcome)


# --- the page -----------------------------------------------------------------------------------


def test_the_page_needs_nothing_else_and_escapes_everything() -> None:
    nasty = replace(TALL, question="<script>alert(1)</script> & why?")
    script = Script(
        {nasty.question: answer("<img src=x onerror=y>", citation(BRIDGE), confidence=0.4)},
        document(),
    )
    questions = QuestionSet("<b>town</b>", Path("documents"), (nasty,))
    page = html_report(evaluate(questions, script))
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>town" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; why?" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "prefers-color-scheme:dark" in page
    for part in ("40 m", "not retrieved", "Risk by coverage", "Reliability", "Right, by type"):
        assert part in page


def test_the_page_of_a_faultless_run_and_a_comparison() -> None:
    said = answer("It is 40 m tall.", citation("40 m   tall."), passages=(passage(0, 47),))
    evaluation = run({TALL: said, MAYOR: REFUSED})
    rows = run_of(json.loads(to_json(evaluation)))
    page = html_report(evaluation, compare(rows, rows))
    assert "<p>None.</p>" in page
    assert "Since the earlier run, on 2 shared questions" in page
    assert "Reliability" not in page  # no answer states a confidence
