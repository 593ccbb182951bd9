"""Summaries beside the paragraph that people opened an article with, and questions mistaken.

A SQuAD article begins with the paragraph that sums it up. It is taken out, the rest is summarised,
and the words shared with it are counted; so are the questions of fact taken for one about a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.benchmarks.figures import Figure, Result, share
from eval.datasets import load_squad
from eval.metrics import mean
from index.analysis import QUESTION_WORDS, terms, words
from index.embedding import Embedder, SentenceTransformerEmbedder
from index.types import Block, BlockKind, Document
from rag.overviews.questions import requests
from rag.overviews.summaries import candidates, summarise

SENTENCES = 6
_LEAST_PARAGRAPHS = 8  # a shorter article has nothing to sum up


def measure(path: Path, *, embedder: Embedder | None = None) -> Result:
    """Word overlap (F1, ROUGE-1 without question words) of summaries and of the first sentences."""
    articles = load_squad(path)
    embedder = embedder or SentenceTransformerEmbedder()
    ours: list[float] = []
    first: list[float] = []
    long = [one for one in articles if len(one.paragraphs) >= _LEAST_PARAGRAPHS]
    for article in track(long, "summarising", console=Console(stderr=True)):
        document = as_document(article.title, article.paragraphs[1:])
        opening = article.paragraphs[0]
        chosen, _ = summarise(document, embedder, SENTENCES)
        for found, scores in ((chosen, ours), (candidates(document)[:SENTENCES], first)):
            said = " ".join(document.text[one.start : one.end] for one in found)
            scores.append(overlap(said, opening))
    asked = [question.question for article in articles for question in article.questions]
    return Result(
        "Summaries of SQuAD articles",
        f"{path.name}, {len(long)} articles, {SENTENCES} sentences each, {len(asked)} questions",
        (
            Figure("words shared with the opening paragraph (F1)", mean(ours), "%"),
            Figure("the same, of the first sentences after it", mean(first), "%"),
            share("questions of fact that read like one about a whole", _mistaken(asked)),
        ),
    )


def as_document(title: str, paragraphs: Sequence[str]) -> Document:
    """Paragraphs as a document of their own."""
    blocks: list[Block] = []
    position = 0
    for paragraph in paragraphs:
        blocks.append(Block(BlockKind.PARAGRAPH, position, position + len(paragraph)))
        position += len(paragraph) + 2
    text = "\n\n".join(paragraphs)
    return Document(title, title.replace("_", " "), text, tuple(blocks), "en", "plain", None)


def overlap(said: str, wanted: str) -> float:
    """F1 of the content words two texts share, each counted as often as it stands in both.

    ROUGE-1 (Lin 2004) over stemmed words without question words.
    """
    ours, gold = _counted(said), _counted(wanted)
    shared = sum((ours & gold).values())
    return 2 * shared / (sum(ours.values()) + sum(gold.values())) if shared else 0.0


def _counted(text: str) -> Counter[str]:
    return Counter(terms(" ".join(word for word in words(text) if word not in QUESTION_WORDS)))


def _mistaken(asked: Sequence[str]) -> list[bool]:
    return [bool(requests(question)) for question in asked]
