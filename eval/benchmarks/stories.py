"""How well the reader reads stories: FairytaleQA, each question with its own section.

About half of its answers stand in the section word for word; they are judged as SQuAD's are. The
others people put in their own words: there the sentence that the assistant would quote is judged
by the words of the answer it holds, beside the best and the average sentence of the section. No
search comes before, and no refusal: every question has an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import spread
from eval.benchmarks.closed_book import TOGETHER, PairReader
from eval.benchmarks.figures import Figure, Result, share
from eval.benchmarks.overlap import HELD, best_recall, rouge_l
from eval.metrics import exact_match, holds, mean, token_f1
from eval.rows import filled, json_rows, list_of, text_of
from index.errors import UsageError
from index.sentences import sentence_spans
from index.types import Chunk, DocumentInfo
from rag.finding import find_sentences
from rag.reader import Reading
from rag.types import Parts, Passage


@dataclass(frozen=True, slots=True)
class StoryQuestion:
    """A question on a section of a story, and the answers people gave."""

    story: str
    section: str
    question: str
    answers: tuple[str, ...]

    @property
    def verbatim(self) -> bool:
        """Does an answer stand in the section, word for word?

        Case, punctuation and a leading article aside, as they do not count in exact match either.
        """
        return any(holds(self.section, answer) for answer in self.answers)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the reader made of one question, each 0–1."""

    verbatim: bool
    exact: float
    f1: float
    rouge: float
    held: float  #: share of the answer's content words in the sentence it would quote
    held_best: float  #: in the sentence that holds most of them
    held_average: float  #: in a sentence of the section taken at random


def load_stories(path: Path) -> tuple[StoryQuestion, ...]:
    """The questions of a FairytaleQA file, one JSON object a line, plain or .gz.

    Format: Xu et al. 2022, with ``story``, ``context``, ``question`` and the list ``answers``.
    """
    questions = tuple(
        StoryQuestion(
            text_of(row, "story", place),
            text_of(row, "context", place),
            text_of(row, "question", place),
            tuple(filled(one, "answers", place) for one in list_of(row, "answers", place)),
        )
        for row, place in json_rows(path)
    )
    if not questions:
        raise UsageError(f"{path} holds no question: name a FairytaleQA file that has some.")
    return questions


def measure(path: Path, *, limit: int | None = None, reader: PairReader | None = None) -> Result:
    """Read the questions of a FairytaleQA file, each in its section; ``limit`` bounds them."""
    asked = spread(load_stories(path), limit)
    chosen = reader or _shipped()
    batches = [asked[at : at + TOGETHER] for at in range(0, len(asked), TOGETHER)]
    judged: list[_Judged] = []
    for batch in track(batches, "reading", console=Console(stderr=True)):
        pairs = [(one.question, passage_of(one)) for one in batch]
        readings = chosen.read_pairs(pairs)
        judged += [
            _judge(one, passage, reading)
            for one, (_, passage), reading in zip(batch, pairs, readings, strict=True)
        ]
    verbatim = sum(one.verbatim for one in judged)
    return Result(
        "The reader on stories, the section given",
        f"{path.name}, {len({one.story for one in asked})} stories, {len(asked)} questions: "
        f"{verbatim} with an answer that stands in the section word for word, "
        f"{len(asked) - verbatim} in other words; {chosen.name}",
        _figures(judged),
    )


def _shipped() -> PairReader:
    from rag.reader_model import ReaderModel

    return ReaderModel.load()


def passage_of(question: StoryQuestion) -> Passage:
    """A section as the reader gets it, whole, under its story's title."""
    text, title = question.section, question.story.replace("-", " ")
    chunk = Chunk(title, title, 0, len(text), text, (), (), title)
    return Passage(chunk, DocumentInfo(title, (title,), title, None, None, None, 1), 0.0, Parts())


def _judge(question: StoryQuestion, passage: Passage, reading: Reading) -> _Judged:
    best = reading.spans[0] if reading.spans else None
    text, variants = passage.chunk.text, question.answers
    said = text[best.start : best.end] if best else ""
    found = find_sentences([passage], [reading])
    each = [best_recall(text[start:end], variants) for start, end in sentence_spans(text)]
    return _Judged(
        verbatim=question.verbatim,
        exact=exact_match(said, variants),
        f1=token_f1(said, variants),
        rouge=rouge_l(said, variants),
        held=best_recall(found[0].quote, variants) if found else 0.0,
        held_best=max(each, default=0.0),
        held_average=mean(each) or 0.0,
    )


def _figures(judged: Sequence[_Judged]) -> tuple[Figure, ...]:
    verbatim = [one for one in judged if one.verbatim]
    reworded = [one for one in judged if not one.verbatim]
    return (
        Figure("answers word for word: exact match", mean([one.exact for one in verbatim]), "%"),
        Figure("answers word for word: F1", mean([one.f1 for one in verbatim]), "%"),
        Figure("answers in other words: F1", mean([one.f1 for one in reworded]), "%"),
        Figure(
            "answers in other words: content words in the quoted sentence",
            mean([one.held for one in reworded]),
            "%",
        ),
        share(
            "answers in other words: at least half of them", [one.held >= HELD for one in reworded]
        ),
        Figure(
            "answers in other words: the same, sentence that holds most",
            mean([one.held_best for one in reworded]),
            "%",
        ),
        Figure(
            "answers in other words: the same, sentence at random",
            mean([one.held_average for one in reworded]),
            "%",
        ),
        Figure("all questions: F1", mean([one.f1 for one in judged]), "%"),
        Figure("all questions: ROUGE-L", mean([one.rouge for one in judged]), "%"),
    )
