"""The benchmarks count what they say they count, shown on two paragraphs and a toy assistant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval.benchmarks import closed_book, fusion, nfcorpus, speed, squad_answers, squad_retrieval
from eval.benchmarks.__main__ import main
from eval.benchmarks.articles import gold_windows, spread, write_files
from eval.benchmarks.figures import Figure, Result, format_value, machine, markdown
from eval.datasets import Article, ArticleQuestion, GoldAnswer
from index.embedding import HashingEmbedder
from index.errors import UsageError
from index.types import Chunk, Document, DocumentInfo, Scope
from rag.reader import Reading, Span
from rag.reader_model import ReaderModel
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

TOWER = "The old tower of Lindow is 40 m tall.\nIt was built by masons in 1901."
BRIDGE = "The bridge of Lindow has three arches. It is 40 m long."


class Toy:
    """Passages are paragraphs, ranked by shared words; it quotes the best one, or declines."""

    def __init__(self, files: Sequence[tuple[str, str]]) -> None:
        self._texts = dict(files)

    def search(self, question: str, /, *, limit: int) -> Sequence[Passage]:
        asked = set(question.casefold().strip("?").split())
        found: list[tuple[int, Passage]] = []
        for name, text in self._texts.items():
            start = 0
            for part in text.split("\n\n"):
                shared = len(asked & set(part.casefold().replace(".", "").split()))
                chunk = Chunk(f"{name}{start}", name, start, start + len(part), part, (), (), "")
                # dense search agrees with the toy's order, lexical search knows only tall things
                lexical = 1 if "tall" in part else None
                found.append(
                    (shared, Passage(chunk, self._info(name), shared, Parts(None, None, lexical)))
                )
                start += len(part) + 2
        found.sort(key=lambda pair: -pair[0])
        ranked = [passage for _, passage in found[:limit]]
        return [
            Passage(
                p.chunk, p.document, p.score, Parts(rank, 0.5, p.parts.lexical_rank, 1.0, rank, 1.0)
            )
            for rank, p in enumerate(ranked, 1)
        ]

    def ask(
        self, question: str, history: Sequence[Turn] = (), /, *, scope: Scope | None = None
    ) -> Answer:
        best = self.search(question, limit=3)
        if best[0].score < 3:
            refusal = Refusal(RefusalReason.NOT_SAID)
            return Answer(
                question,
                question,
                AnswerKind.REFUSED,
                short="40 m",  # what it considered and did not say
                refusal=refusal,
                confidence=0.1,
            )
        chunk = best[0].chunk
        citation = Citation(
            1,
            chunk.document_id,
            chunk.document_id,
            "",
            (),
            chunk.start,
            chunk.end,
            chunk.text,
            Verdict.SUPPORTED,
            1.0,
        )
        sentence = Sentence(chunk.text, (citation,))
        return Answer(
            question,
            question,
            AnswerKind.EXTRACTIVE,
            (sentence,),
            "40 m",
            None,
            0.8,
            (),
            tuple(best),
        )

    def document(self, document_id: str, /) -> Document | None:
        return Document(document_id, "", self._texts[document_id], (), None, "toy/1", None)

    def documents(self) -> Sequence[DocumentInfo]:
        return [self._info(name) for name in self._texts]

    def _info(self, name: str) -> DocumentInfo:
        return DocumentInfo(name, (f"/tmp/x/documents/{name}.txt",), name, None, None, None, 2)


@contextmanager
def toy(files: Sequence[tuple[str, str]]) -> Iterator[Toy]:
    yield Toy(files)


def squad_file(path: Path, title: str, *questions: tuple[str, int, str]) -> Path:
    """(question, paragraph, answer or "") on the two paragraphs."""
    paragraphs = [TOWER, BRIDGE]
    qas: list[list[dict[str, object]]] = [[], []]
    for number, (question, paragraph, answer) in enumerate(questions):
        answers = [{"text": answer, "answer_start": paragraphs[paragraph].index(answer)}]
        qas[paragraph].append(
            {
                "id": str(number),
                "question": question,
                "is_impossible": not answer,
                "answers": answers if answer else [],
            }
        )
    rows = [{"context": text, "qas": asked} for text, asked in zip(paragraphs, qas, strict=True)]
    path.write_text(json.dumps({"data": [{"title": title, "paragraphs": rows}]}))
    return path


def figures(result: Result) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in result.figures}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    return squad_file(
        tmp_path / "squad.json",
        "Lindow",
        ("How tall is the old tower of Lindow?", 0, "40 m"),
        ("What has three arches?", 1, "The bridge"),
        ("Who built the bridge of Lindow with three arches?", 0, "masons"),  # finds the wrong one
        ("Where lives the mayor?", 0, ""),
    )


def test_squad_retrieval_counts_answers_in_their_surroundings(squad: Path) -> None:
    result = squad_retrieval.measure(squad, over=toy)
    found = figures(result)
    assert found["recall@1"] == pytest.approx(2 / 3)
    assert found["recall@5"] == 1
    assert found["mean reciprocal rank"] == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert found["gold answers that stand in the extracted text"] == 1
    assert "3 questions" in result.setting
    assert "2 questions" in squad_retrieval.measure(squad, limit=2, over=toy).setting


def test_squad_answers_counts_citations_and_refusals(squad: Path, tmp_path: Path) -> None:
    other = squad_file(tmp_path / "other.json", "Elsewhere", ("Where is the fair?", 0, "Lindow"))
    found = figures(squad_answers.measure(squad, other=other, over=toy))
    assert found["a cited sentence holds the answer"] == pytest.approx(2 / 3)
    assert found["… and stands in the gold paragraph"] == pytest.approx(2 / 3)
    assert found["answerable but refused"] == 0
    assert found["first passage right"] == pytest.approx(2 / 3)
    assert found["F1 of the short answer"] == pytest.approx(1 / 3)  # always says "40 m"
    assert found["cited sentences an answer"] == 1
    assert found["look-alikes refused"] == 1
    assert found["questions on other articles refused"] == 1
    assert found["look-alikes refused, threshold at 5 % false refusals"] == 1
    assert found["other articles refused, threshold at 5 % false refusals"] == 1
    # right answers 0.8 0.8; wrong 0.8 and refusals 0.1 0.1: (2·2 + 2·½) / 6
    assert found["AUROC of confidence (0.5 is chance)"] == pytest.approx(5 / 6)


def test_a_refusal_gets_no_marks_for_what_it_considered(tmp_path: Path) -> None:
    squad = squad_file(tmp_path / "s.json", "Lindow", ("Height?", 0, "40 m"))
    found = figures(squad_answers.measure(squad, over=toy))
    assert found["answerable but refused"] == 1
    assert found["F1 of the short answer"] == 0
    assert found["F1, of the questions answered"] is None


def test_other_questions_on_an_indexed_article_are_not_foreign(squad: Path) -> None:
    found = figures(squad_answers.measure(squad, other=squad, over=toy))
    assert found["questions on other articles refused"] is None
    assert found["other articles refused, threshold at 5 % false refusals"] is None


class Scripted:
    """Says of each question what it was told to; `ValueError` when given another paragraph."""

    name = "scripted"

    def __init__(self, script: Mapping[str, tuple[str, float, float]]) -> None:
        self._script = script  # question → what it says or "", answerability, span's probability
        self.contexts: set[str] = set()
        self.timed: list[int] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.timed.append(len(passages))
        return [Reading(0.0, ()) for _ in passages]

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        return [self._reading(question, passage.chunk) for question, passage in pairs]

    def _reading(self, question: str, chunk: Chunk) -> Reading:
        self.contexts.add(chunk.context)
        said, answerability, probability = self._script[question]
        start = chunk.text.index(said)
        best = Span(start, start + len(said), probability)
        return Reading(answerability, (best, Span(0, 3, 0.0)) if said else ())


CLOSED_BOOK = [
    # question, paragraph, gold answer; what is said, answerability, probability
    ("How tall is the tower?", 0, "40 m", ("40 m", 0.9, 0.8)),
    ("What has three arches?", 1, "The bridge", ("bridge of Lindow", 0.7, 0.4)),  # F1 1/2: right
    ("Who built the tower?", 0, "masons", ("1901", 0.5, 0.5)),
    ("Where lives the mayor?", 0, "", ("Lindow", 0.6, 0.2)),
    ("Who paid for the bridge?", 1, "", ("", 0.1, 0.0)),
]


@pytest.mark.parametrize("together", [2, 400])
def test_closed_book_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(closed_book, "TOGETHER", together)
    rows = [(question, place, gold) for question, place, gold, _ in CLOSED_BOOK]
    reader = Scripted({question: said for question, _, _, said in CLOSED_BOOK})
    path = squad_file(tmp_path / "squad.json", "Lindow_Town", *rows)
    result = closed_book.measure(path, reader=reader)
    found = figures(result)
    assert found["answerable: exact match"] == pytest.approx(1 / 3)
    assert found["answerable: F1"] == pytest.approx((1 + 0.5 + 0) / 3)
    # the two best answered, the rest declined
    assert found["best overall F1 at any threshold"] == pytest.approx((1 + 0.5 + 2) / 5)
    # of the pairs only 0.5 (answerable) against 0.6 (not) is the wrong way round
    assert found["answerability: AUROC (0.5 is chance)"] == pytest.approx(5 / 6)
    # with five questions each is a bin of its own
    gaps = 0.1 + 0.3 + 0.5 + 0.6 + 0.1
    assert found["answerability: calibration error"] == pytest.approx(gaps / 5)
    # right 0.8 and 0.4, wrong 0.5, 0.2 and 0: one of six pairs the wrong way round
    assert found["best span, right from F1 0.5: AUROC"] == pytest.approx(5 / 6)
    assert found["best span: Brier score"] == pytest.approx((0.04 + 0.36 + 0.25 + 0.04) / 5)
    assert found["best span: calibration error"] == pytest.approx((0.2 + 0.6 + 0.5 + 0.2) / 5)
    assert (found["median read of 20 passages"] or 0) >= (found["fastest of these reads"] or 1) > 0
    assert set(reader.timed) == {20}
    assert reader.contexts == {"Lindow Town"}
    assert "5 questions, 2 of them without an answer, scripted" in result.setting


def test_closed_book_where_every_question_has_an_answer(tmp_path: Path) -> None:
    rows = [(question, place, gold) for question, place, gold, _ in CLOSED_BOOK[:3]]
    reader = Scripted({question: said for question, _, _, said in CLOSED_BOOK})
    path = squad_file(tmp_path / "squad.json", "Lindow", *rows)
    found = figures(closed_book.measure(path, reader=reader))
    assert found["answerable: F1"] == pytest.approx(0.5)
    assert found["best overall F1 at any threshold"] is None
    assert found["answerability: AUROC (0.5 is chance)"] is None
    assert found["answerability: calibration error"] is None
    assert found["best span, right from F1 0.5: AUROC"] == 0.5
    # the first question of the file comes first
    limited = closed_book.measure(path, limit=1, reader=reader)
    assert figures(limited)["answerable: exact match"] == 1
    assert "1 questions" in limited.setting


def test_closed_book_needs_a_question(tmp_path: Path) -> None:
    path = squad_file(tmp_path / "squad.json", "Lindow")
    with pytest.raises(UsageError, match="holds no question"):
        closed_book.measure(path, reader=Scripted({}))


def test_pairs_read_together_are_read_as_each_alone() -> None:
    reader = ReaderModel.load()
    article = Article("Lindow", (TOWER, BRIDGE, "It rained. " * 200), ())
    tower, bridge, rain = (closed_book.passage_of(article, place) for place in range(3))
    tall, arches = "How tall is the old tower?", "How many arches has the bridge?"
    pairs = [(tall, bridge), (arches, bridge), (tall, rain), (tall, tower), (arches, tower)]
    together = reader.read_pairs(pairs)
    for (question, passage), reading in zip(pairs, together, strict=True):
        [alone] = reader.read(question, [passage])
        assert alone.answerability == pytest.approx(reading.answerability, abs=0.02)
        one, other = alone.spans[0], reading.spans[0]
        assert (one.start, one.end) == (other.start, other.end)
    best = [reading.spans[0] for reading in together]
    says = [pair[1].chunk.text[a.start : a.end] for pair, a in zip(pairs, best, strict=True)]
    assert says[1] == "three"
    assert "40 m" in says[3]
    assert reader.read_pairs([]) == []


def test_nfcorpus_scores_documents_by_their_best_passage(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    corpus = [
        {"_id": "b", "title": "Bridge", "text": BRIDGE},
        {"_id": "t", "title": "Tower", "text": TOWER},
        {"_id": "z", "title": "Zoo", "text": "Two lions sleep there."},
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in corpus))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "arches of bridge"}))
    (tmp_path / "qrels" / "dev.tsv").write_text("q\tb\t2\nq\tt\t0\n")
    result = nfcorpus.measure(tmp_path, embedder=HashingEmbedder())
    assert figures(result) == {f"nDCG@10, {way}": 1 for way in nfcorpus.WAYS}
    assert "3 documents" in result.setting
    (tmp_path / "qrels" / "dev.tsv").write_text("q\tz\t1\n")
    found = figures(nfcorpus.measure(tmp_path, embedder=HashingEmbedder()))
    assert found["nDCG@10, lexical alone"] != 1


def test_fusion_compares_every_way_on_the_same_candidates(squad: Path) -> None:
    found = figures(fusion.measure([squad], embedder=HashingEmbedder()))
    ways = [*fusion.WEIGHTS, *fusion.BASELINES]
    assert set(found) == {f"{way}, recall@{k}" for way in ways for k in (1, 5, 20)}
    assert all(found[f"{way}, recall@20"] == 1 for way in ways)


def test_reciprocal_ranks_by_hand() -> None:
    fused = fusion.reciprocal_ranks({1: 0.9, 2: 0.8}, {2: 7.0, 3: 6.0})
    assert fused == {1: 1 / 61, 2: 1 / 62 + 1 / 61, 3: 1 / 62}


def test_z_scores_by_hand() -> None:
    # dense 4, 2, 2 (the last unknown): mean 8/3, deviation √(8/9); lexical has no spread
    fused = fusion.z_scores({1: 4.0, 2: 2.0}, {3: 5.0})
    assert fused[1] == pytest.approx(2**0.5)
    assert fused[2] == fused[3] == pytest.approx(-(2**-0.5))
    assert fusion.z_scores({}, {}) == {}


def test_gold_windows_are_clipped_and_single_spaced() -> None:
    answers = (GoldAnswer("The old", 0), GoldAnswer("40 m", TOWER.index("40 m")))
    article = Article("Lindow", (TOWER,), (ArticleQuestion("q", "?", 0, answers),))
    assert gold_windows(article, article.questions[0]) == [
        "The old tower of Li",
        "f Lindow is 40 m tall. It wa",
    ]


def test_files_keep_every_text_whatever_their_names(tmp_path: Path) -> None:
    names = ["a/b", "a:b", "A_B", "..", "x" * 300, "Ω"]
    write_files([(name, f"text {at}") for at, name in enumerate(names)], tmp_path / "d")
    files = list((tmp_path / "d").glob("*.txt"))
    assert len({file.name.casefold() for file in files}) == len(names)  # for macOS and Windows
    written = sorted(path.read_text() for path in files)
    assert written == [f"text {at}" for at in range(len(names))]


def test_spread_is_even_and_repeatable() -> None:
    assert spread(range(10), 4) == [0, 2, 5, 7]
    assert spread(range(3), 9) == spread(range(3), None) == [0, 1, 2]


def test_generated_text_is_the_same_each_time_and_about_a_passage_long() -> None:
    files = speed.generated_files(3)
    assert files == speed.generated_files(3)
    assert len({name for name, _ in files}) == 3
    for _, text in files:
        for paragraph in text.split("\n\n"):
            assert 80 <= len(paragraph.split()) <= 150


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Figure("x", 0.5, "%"), "50.0 %"),
        (Figure("x", None, "ms"), "–"),
        (Figure("x", 12345.6, "ms"), "12,346 ms"),
        (Figure("x", 0.01234, "s"), "0.0123 s"),
        (Figure("x", 2.0), "2"),
    ],
)
def test_figures_are_shown_with_their_units(figure: Figure, shown: str) -> None:
    assert format_value(figure) == shown


def test_the_page_names_machine_command_and_figures() -> None:
    page = markdown([Result("Speed", "3 files", (Figure("wait", 1.5, "s"),))], "the command")
    assert "| wait | 1.5 s |" in page
    assert "`the command`" in page
    assert "cores" in machine()
    assert machine().split(",")[0] in page


def test_the_command_runs_and_refuses_in_a_sentence(
    squad: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real: Callable[..., Result] = squad_retrieval.measure
    monkeypatch.setattr(
        squad_retrieval, "measure", lambda path, limit: real(path, limit=limit, over=toy)
    )
    page = tmp_path / "page.md"
    assert main(["--write", str(page), "squad-retrieval", str(squad)]) == 0
    assert "recall@20" in capsys.readouterr().out
    assert "| recall@5 | 100.0 % |" in page.read_text(encoding="utf-8")
    assert str(tmp_path) not in page.read_text(encoding="utf-8")
    assert main(["squad-retrieval", str(tmp_path / "none.json")]) == 2
    assert "could not be read" in capsys.readouterr().err
    assert main(["--write", str(tmp_path), "squad-retrieval", str(squad)]) == 2
    with pytest.raises(SystemExit) as ended:
        main(["squad-retrieval", str(squad), "--limit", "0"])
    assert ended.value.code == 2
