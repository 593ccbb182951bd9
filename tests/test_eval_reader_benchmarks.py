"""The benchmarks on stories and syllabi count what they say they count, worked out by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.benchmarks import reading, stories, syllabi
from eval.benchmarks.__main__ import main
from eval.benchmarks.figures import Result
from eval.benchmarks.overlap import best_recall, content_recall, rouge_l
from eval.metrics import squad_normalise
from index.embedding import has_fast_bfloat16
from index.errors import UsageError
from index.int8_dense import int8_pays
from index.types import Chunk, Document, DocumentInfo, Scope
from rag.reader import Reading, Span
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Turn,
    Verdict,
)


def figures(result: Result) -> dict[str, float | None]:
    found = {figure.name: figure.value for figure in result.figures}
    assert len(found) == len(result.figures), "two figures share a name"
    return found


# --- overlap ------------------------------------------------------------------------------------


def test_content_recall_by_hand() -> None:
    # content words of the answer: two, exam, midterm; "the", "a" and "and" say nothing
    gold = "the two exams and a midterm"
    assert content_recall("There are two exams.", gold) == pytest.approx(2 / 3)
    assert content_recall("One exam.", gold) == pytest.approx(1 / 3)  # stems agree
    assert content_recall("And the a.", gold) == 0
    assert content_recall("No, 29,000 of them", "29000") == 1
    assert content_recall("anything", "…") == 0
    assert content_recall("yes, it is", "it is") == 1  # nothing but small words: these count then
    assert best_recall("One exam.", [gold, "one exam"]) == 1
    assert best_recall("One exam.", []) == 0


def test_rouge_l_by_hand() -> None:
    # common in order: king … daughter, 2 of 4 and 3 tokens
    assert rouge_l("the king loved his daughter", ["king's own daughter"]) == pytest.approx(2 / 7)
    assert rouge_l("king loved his daughter", ["king own daughter"]) == pytest.approx(4 / 7)
    assert rouge_l("daughter king", ["king daughter"]) == pytest.approx(2 / 4)
    assert rouge_l("The King.", ["a queen", "king"]) == 1
    assert rouge_l("", ["king"]) == 0
    assert rouge_l("the", ["the"]) == 0


@given(st.lists(st.sampled_from("wolf king tree sea".split())), st.lists(st.just("wolf")))
def test_rouge_l_is_symmetric_and_at_most_one(one: list[str], other: list[str]) -> None:
    left, right = " ".join(one), " ".join(other)
    assert rouge_l(left, [right]) == rouge_l(right, [left])
    assert 0 <= rouge_l(left, [right]) <= 1
    assert (rouge_l(left, [left]) == 1) == bool(squad_normalise(left))


# --- stories ------------------------------------------------------------------------------------

SECTION = "A wolf lived in the old mill. He was afraid of the miller 's dog . The dog slept."


class Scripted:
    """Names of each question the span it was told to; an empty one is no span."""

    name = "scripted"

    def __init__(self, script: Mapping[str, str]) -> None:
        self._script = script
        self.contexts: set[str] = set()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return self.read_pairs([(question, passage) for passage in passages])

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        return [self._reading(question, passage.chunk) for question, passage in pairs]

    def _reading(self, question: str, chunk: Chunk) -> Reading:
        self.contexts.add(chunk.context)
        said = self._script[question]
        if not said:
            return Reading(0.1, ())
        start = chunk.text.index(said)
        return Reading(0.9, (Span(start, start + len(said), 0.8), Span(0, 1, 0.1)))


def story_file(path: Path, *rows: tuple[str, list[str]]) -> Path:
    lines = [
        json.dumps(
            {"story": "the-wolf", "context": SECTION, "question": question, "answers": answers}
        )
        for question, answers in rows
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return path


STORY = [
    ("Where did he live?", ["In the woods .", "In the old mill ."]),
    ("Who lived there?", ["the wolf"]),  # "a wolf" in the section: the article does not count
    ("What frightened him?", ["He feared dogs of the miller"]),
    ("Why?", ["because bears"]),
]


def test_stories_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "TOGETHER", 3)
    path = story_file(tmp_path / "val.jsonl.gz", *STORY)
    reader = Scripted(
        {
            "Where did he live?": "in the old mill",
            "Who lived there?": "wolf lived",
            "What frightened him?": "dog",
            "Why?": "",
        }
    )
    result = stories.measure(path, reader=reader)
    found = figures(result)
    assert found["answers word for word: exact match"] == pytest.approx(1 / 2)
    assert found["answers word for word: F1"] == pytest.approx((1 + 2 / 3) / 2)
    # of fear, dog, miller the quoted second sentence holds dog and miller; nothing holds bears
    assert found["answers in other words: content words in the quoted sentence"] == pytest.approx(
        (2 / 3 + 0) / 2
    )
    assert found["answers in other words: at least half of them"] == pytest.approx(1 / 2)
    best = found["answers in other words: the same, sentence that holds most"]
    assert best == pytest.approx((2 / 3 + 0) / 2)
    # three sentences hold none, two and one of the three
    chance = found["answers in other words: the same, sentence at random"]
    assert chance == pytest.approx((0 + 2 / 3 + 1 / 3) / 3 / 2)
    assert found["answers in other words: F1"] == 0  # "dog" is not "dogs" to SQuAD
    assert found["all questions: F1"] == pytest.approx((1 + 2 / 3) / 4)
    assert found["all questions: ROUGE-L"] == pytest.approx((1 + 2 / 3) / 4)
    assert "4 questions: 2 with an answer that stands in the section" in result.setting
    assert "2 in other words; scripted" in result.setting
    assert reader.contexts == {"the wolf"}


def test_stories_limit_and_nothing_in_other_words(tmp_path: Path) -> None:
    path = story_file(tmp_path / "val.jsonl.gz", *STORY)
    reader = Scripted({"Where did he live?": "in the old mill"})
    found = figures(stories.measure(path, limit=1, reader=reader))
    assert found["answers word for word: exact match"] == 1
    assert found["answers in other words: at least half of them"] is None


def test_stories_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no question"):
        stories.load_stories(story_file(tmp_path / "none.jsonl.gz"))
    with pytest.raises(UsageError, match=r"line 1 holds .* under \"answers\""):
        stories.load_stories(story_file(tmp_path / "bad.jsonl.gz", ("Who?", [""])))


# --- syllabi ------------------------------------------------------------------------------------

TEXTS = {
    "Algebra 1": "Algebra meets on Mondays in room 12.\n\nThere are two exams worth 30% each.",
    "Botany 2": "Botany meets on Fridays.\n\nLate work is not accepted.",
}


class Class:
    """Answers as scripted: question → (syllabus, quote, short), None for a refusal."""

    def __init__(
        self, documents: Path, script: Mapping[str, tuple[str, str, str | None] | None]
    ) -> None:
        files = sorted(documents.iterdir())
        self._infos = {
            file.stem: DocumentInfo(f"id-{n}", (str(file),), file.stem, None, None, None, 2)
            for n, file in enumerate(files)
        }
        self._script = script
        self.scopes: list[Scope | None] = []

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer:
        self.scopes.append(scope)
        said = self._script[question]
        if said is None:
            refusal = Refusal(RefusalReason.NOT_SAID)
            kind = AnswerKind.REFUSED  # with what it considered, which is not said
            return Answer(question, question, kind, short="two exams", refusal=refusal)
        syllabus, quote, short = said
        info = self._infos[syllabus]
        start = TEXTS[syllabus].index(quote)
        end, verdict = start + len(quote), Verdict.SUPPORTED
        cited = Citation(1, info.id, info.source, syllabus, (), start, end, quote, verdict, 1.0)
        sentences = (Sentence(quote, (cited,)),)
        return Answer(question, question, AnswerKind.EXTRACTIVE, sentences, short)

    def document(self, document_id: str, /) -> Document | None:
        title = next(info.title for info in self._infos.values() if info.id == document_id)
        return Document(document_id, title, TEXTS[title], (), None, "toy/1", None)

    def documents(self) -> Sequence[DocumentInfo]:
        return list(self._infos.values())


ROWS: list[tuple[str, str, str, str, list[str]]] = [
    # syllabus, type, question, answer, evidence
    ("Algebra 1", "single factual", "Which room?", "room 12", ["in room 12"]),
    ("Botany 2", "single factual", "Which day?", "Fridays", ["Botany meets on Fridays"]),
    (
        "Algebra 1",
        "multi factual",
        "Where and how many exams?",
        "room 12, two exams",
        ["in room 12", "two exams"],
    ),
    ("Algebra 1", "multi reasoning", "Half of it?", "60%", ["30% each, two exams", "60%"]),
    ("Botany 2", "yes/no", "Is late work accepted?", "No", ["not accepted"]),
    ("Algebra 1", "yes/no", "Are there exams?", "Yes", ["two exams"]),
    ("Botany 2", "yes/no", "Does it meet?", "Yes", ["meets on Fridays"]),
    ("Algebra 1", "no answer", "Who teaches?", "No/insufficient information", []),
    ("Botany 2", "no answer", "What does it cost?", "No/insufficient information", []),
]
SAID: dict[str, tuple[str, str, str | None] | None] = {
    "Which room?": ("Algebra 1", "Algebra meets on Mondays in room 12.", "12"),
    "Which day?": ("Algebra 1", "Algebra meets on Mondays in room 12.", "Mondays"),
    "Where and how many exams?": ("Algebra 1", "There are two exams worth 30% each.", "two exams"),
    "Half of it?": None,
    "Is late work accepted?": ("Botany 2", "Late work is not accepted.", "No"),
    "Are there exams?": ("Algebra 1", "Algebra meets on Mondays in room 12.", "No"),
    "Does it meet?": ("Botany 2", "Botany meets on Fridays.", "Fridays"),
    "Who teaches?": None,
    "What does it cost?": ("Botany 2", "Late work is not accepted.", None),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows: list[dict[str, str | None]] = []
    for syllabus, kind, question, answer, evidence in ROWS:
        column = "reasoning_step" if "reasoning" in kind else "answer_span"
        pieces = dict(zip((f"{column}_{n}" for n in range(1, 6)), evidence, strict=False))
        row = {"syllabus_name": syllabus, "question_type": kind, "question": question}
        rows.append({**row, "answer": answer, "answer_span_5": None, **pieces})
    (tmp_path / "val.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    for ending, name in ((".txt", "text"), (".docx", "word")):
        (tmp_path / "documents" / name).mkdir(parents=True)
        for syllabus, text in TEXTS.items():
            (tmp_path / "documents" / name / f"{syllabus}{ending}").write_text(text)
    return tmp_path


class Room:
    """Opens a `Class` and keeps hold of it and of the folder it was opened on."""

    def __init__(self) -> None:
        self.documents = Path()
        self.scopes: list[Scope | None] = []

    @contextmanager
    def __call__(self, documents: Path) -> Iterator[Class]:
        self.documents = documents
        taught = Class(documents, SAID)
        yield taught
        self.scopes = taught.scopes


def test_syllabi_by_hand(folder: Path) -> None:
    room = Room()
    result = syllabi.measure(folder, format_="docx", over=room)
    found = figures(result)
    assert room.documents == folder / "documents" / "word"
    assert found["single factual: a citation holds evidence"] == pytest.approx(1 / 2)
    assert found["single factual: F1 of the short answer"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["single factual: refused"] == 0
    assert found["multi factual: a citation holds evidence"] == 1
    assert found["multi factual: pieces of evidence held by one"] == pytest.approx(1 / 2)
    assert found["multi factual: F1 of the short answer"] == pytest.approx(2 / 3)
    # 2 words of "There are two exams worth 30 each" and of "room 12 two exams"
    assert found["multi factual: F1 of all that is said"] == pytest.approx(4 / 11)
    assert found["multi reasoning: refused"] == 1
    assert found["multi reasoning: F1 of the short answer"] == 0  # what it considered is not said
    assert found["multi reasoning: F1 of all that is said"] == 0
    # "30% each, two exams" stands in one sentence in another order, "60%" in none
    assert found["multi reasoning: a sentence of the syllabus does"] == 1
    assert found["summarization: refused"] is None
    assert found["yes/no: right"] == pytest.approx(1 / 3)
    assert found["yes/no: right, of those that say yes or no"] == pytest.approx(1 / 2)
    assert found["yes/no: right if it always said the more frequent word"] == pytest.approx(2 / 3)
    assert found["yes/no: a citation holds the evidence"] == pytest.approx(2 / 3)
    assert found["answerable: a citation holds evidence"] == pytest.approx(4 / 7)
    assert found["answerable: a citation holds evidence, of those answered"] == pytest.approx(4 / 6)
    assert found["answerable: a sentence of the syllabus does"] == 1
    assert found["answerable but refused"] == pytest.approx(1 / 7)
    assert found["no answer: refused"] == pytest.approx(1 / 2)
    assert found["words cited an answer"] == pytest.approx((7 + 7 + 7 + 5 + 7 + 4) / 6)
    assert (found["median answer"] or -1) >= 0
    assert "2 syllabi as docx (2 of them read), 9 questions" in result.setting
    assert "its own syllabus only" in result.setting


def test_each_question_is_asked_of_its_own_syllabus_unless_of_all(folder: Path) -> None:
    room = Room()
    syllabi.measure(folder, format_="txt", over=room)
    texts = folder / "documents" / "text"
    wanted = [Scope(sources=(str(texts / f"{row[0]}.txt"),)) for row in ROWS]
    assert room.scopes == wanted
    result = syllabi.measure(folder, format_="txt", everywhere=True, limit=3, over=room)
    assert room.scopes == [None, None, None]
    assert "3 questions, each asked of all of them" in result.setting


def test_a_quote_of_another_syllabus_is_no_evidence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TEXTS, "Botany 2", TEXTS["Algebra 1"])
    quote = "Algebra meets on Mondays in room 12."
    monkeypatch.setitem(SAID, "Which room?", ("Botany 2", quote, "room 12"))
    result = syllabi.measure(folder, format_="txt", everywhere=True, limit=1, over=Room())
    assert figures(result)["single factual: a citation holds evidence"] == 0


def test_evidence_that_no_sentence_holds_and_a_syllabus_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        TEXTS, "Algebra 1", "12 pens\nAlgebra meets on Mondays.\nThere are two exams"
    )
    monkeypatch.setitem(SAID, "Which room?", ("Algebra 1", "Algebra meets on Mondays.", None))
    rows = json.loads((folder / "val.json").read_text(encoding="utf-8"))
    first = {**rows[0], "answer_span_1": "in the large room, by two"}
    (folder / "val.json").write_text(json.dumps([first]), encoding="utf-8")
    found = figures(syllabi.measure(folder, format_="txt", over=Room()))
    # of large, room and two one sentence holds two alone
    assert found["single factual: a sentence of the syllabus does"] == 0
    monkeypatch.setattr(Class, "documents", lambda _: [])
    room = Room()
    result = syllabi.measure(folder, format_="txt", limit=1, over=room)
    assert "1 syllabi as txt (0 of them read)" in result.setting
    assert room.scopes == [Scope(sources=(str(folder / "documents/text/Algebra 1.txt"),))]
    assert figures(result)["single factual: a citation holds evidence"] == 0
    assert figures(result)["single factual: a sentence of the syllabus does"] == 0


def test_syllabi_names_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"There is no .*pdf.*Algebra 1\.pdf: name a"):
        syllabi.measure(folder, over=Room())
    (folder / "val.json").write_text('[{"question": "Who?"}]')
    assert main(["syllabi", str(folder)]) == 2
    assert "is no SyllabusQA file (KeyError: 'syllabus_name')" in capsys.readouterr().err
    (folder / "val.json").write_text("[]")
    assert main(["syllabi", str(folder), "--format", "txt", "--all", "--limit", "2"]) == 2
    assert "holds no question" in capsys.readouterr().err
    assert main(["stories", str(folder / "nothing.jsonl")]) == 2
    assert "could not be read" in capsys.readouterr().err


def test_every_arithmetic_finds_the_same_in_nearly_all_passages() -> None:
    result = reading.measure(rounds=3)
    found = {figure.name: figure.value for figure in result.figures}
    same = [value for name, value in found.items() if name.endswith("the same best span")]
    assert len(same) == has_fast_bfloat16() + int8_pays()
    assert all(value is not None and 0.85 <= value <= 1.0 for value in same)
    assert found["float32"] is not None
    assert found["float32"] > 0
