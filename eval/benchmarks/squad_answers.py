"""Is the cited sentence the one that answers, and are questions without an answer declined?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.articles import (
    Opening,
    article_files,
    assistant_over,
    first_hit,
    gold_windows,
    plain,
    questions_of,
    spread,
)
from eval.benchmarks.figures import Figure, Result, share
from eval.datasets import Article, ArticleQuestion, load_squad
from eval.metrics import auroc, holds, mean, percentile, token_f1
from eval.refusing import refusal_curve, refused_at
from eval.runner import Answers
from rag.types import Answer

ELSEWHERE = 300  #: questions on other articles that are put to the index


@dataclass(frozen=True, slots=True)
class _Asked:
    """One answerable question and how its answer fared."""

    declined: bool
    cites_answer: bool  #: a quote holds a gold answer
    cites_paragraph: bool  #: and is taken from the very paragraph
    cited_sentences: int
    short_f1: float
    first_right: bool
    seconds: float
    confidence: float | None


def measure(
    path: Path,
    *,
    other: Path | None = None,
    limit: int | None = None,
    over: Opening = assistant_over,
) -> Result:
    """Ask the questions of a SQuAD file over all its articles; ``other`` holds foreign questions.

    ``limit`` bounds the answerable questions; as many unanswerable look-alikes are asked.
    """
    articles = load_squad(path)
    asked = spread(questions_of(articles, answerable=True), limit)
    alike = spread(questions_of(articles, answerable=False), limit)
    titles = {article.title for article in articles}
    foreign = [a for a in load_squad(other) if a.title not in titles] if other else []
    elsewhere = spread(questions_of(foreign, answerable=True), ELSEWHERE)
    with over(article_files(articles)) as assistant:
        answered = [
            _judge(assistant, article, question)
            for article, question in track(asked, "answerable", console=Console(stderr=True))
        ]
        alike_answers = _ask(assistant, alike, "look-alikes")
        elsewhere_answers = _ask(assistant, elsewhere, "other articles")
    return Result(
        "Answers on SQuAD articles",
        f"{path.name}, {len(articles)} articles, {len(asked)} answerable questions, {len(alike)} "
        f"look-alikes without an answer, {len(elsewhere)} on other articles",
        _figures(answered, alike_answers, elsewhere_answers),
    )


def _ask(
    assistant: Answers, questions: Sequence[tuple[Article, ArticleQuestion]], label: str
) -> list[Answer]:
    return [
        assistant.ask(question.question)
        for _, question in track(questions, label, console=Console(stderr=True))
    ]


def _judge(assistant: Answers, article: Article, question: ArticleQuestion) -> _Asked:
    started = time.perf_counter()
    answer = assistant.ask(question.question)
    seconds = time.perf_counter() - started
    variants = [gold.text for gold in question.answers]
    paragraph = plain(article.paragraphs[question.paragraph])
    quotes = [citation.quote for citation in answer.citations]
    right = [quote for quote in quotes if any(holds(quote, variant) for variant in variants)]
    return _Asked(
        declined=answer.declined,
        cites_answer=bool(right),
        cites_paragraph=any(plain(quote) in paragraph for quote in right),
        cited_sentences=len(quotes),
        # A refusal of an answerable question scores 0, as in SQuAD 2.0, whatever it considered.
        short_f1=0.0 if answer.declined else token_f1(answer.short or "", variants),
        first_right=first_hit(answer.passages[:1], gold_windows(article, question)) == 1,
        seconds=seconds,
        confidence=answer.confidence,
    )


def _given_up(asked: Sequence[_Asked | Answer]) -> list[float]:
    """When each question is refused as the threshold rises; those that are refused first."""
    return [0.0 if one.declined else one.confidence or 0.0 for one in asked]


def _figures(
    asked: Sequence[_Asked], alike: Sequence[Answer], elsewhere: Sequence[Answer]
) -> tuple[Figure, ...]:
    given = [one for one in asked if not one.declined]
    scores = [(one.confidence, one.cites_answer) for one in asked]
    scores += [(answer.confidence, False) for answer in [*alike, *elsewhere]]
    known = [(score, right) for score, right in scores if score is not None]
    median = percentile([one.seconds for one in asked], 50)
    by_mistake = _given_up(asked)
    return (
        share("a cited sentence holds the answer", [one.cites_answer for one in asked]),
        share("… and stands in the gold paragraph", [one.cites_paragraph for one in asked]),
        share("the same, of the questions answered", [one.cites_answer for one in given]),
        Figure("cited sentences an answer", mean([float(one.cited_sentences) for one in given])),
        Figure("F1 of the short answer", mean([one.short_f1 for one in asked]), "%"),
        Figure("F1, of the questions answered", mean([one.short_f1 for one in given]), "%"),
        share("first passage right", [one.first_right for one in asked]),
        share("answerable but refused", [one.declined for one in asked]),
        share("look-alikes refused", [answer.declined for answer in alike]),
        share("questions on other articles refused", [answer.declined for answer in elsewhere]),
        *(
            Figure(f"{name} refused, threshold at 5 % false refusals", most, "%")
            for name, most in (
                ("look-alikes", refused_at(refusal_curve(_given_up(alike), by_mistake))),
                ("other articles", refused_at(refusal_curve(_given_up(elsewhere), by_mistake))),
            )
        ),
        Figure(
            "AUROC of confidence (0.5 is chance)",
            auroc([score for score, _ in known], [right for _, right in known]),
        ),
        Figure("median answer", None if median is None else 1000 * median, "ms"),
    )
