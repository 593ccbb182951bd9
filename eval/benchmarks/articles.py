"""What the benchmarks on public texts share: documents written to a folder, an assistant over them.

Measures nothing. What can goes through the same `Assistant` that answers a person.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from eval.datasets import Article, ArticleQuestion
from eval.runner import Answers
from index.embedding import Embedder
from index.index import Index
from rag.types import Passage

CONTEXT = 12  #: characters on either side of an answer that must stand in the passage with it
Item = TypeVar("Item")


class Searching(Answers, Protocol):
    """An assistant that also hands out passages, best first; `rag.assistant.Assistant` is one."""

    def search(self, question: str, /, *, limit: int) -> Sequence[Passage]: ...


#: (name, text) files → an assistant over them; what a test replaces by one without models
Opening = Callable[[Sequence[tuple[str, str]]], AbstractContextManager[Searching]]


@contextmanager
def assistant_over(files: Sequence[tuple[str, str]]) -> Iterator[Searching]:
    """An assistant over (name, text) files in a folder of their own, gone afterwards."""
    from rag.assistant import Assistant
    from rag.settings import Settings

    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as folder:
        documents = Path(folder) / "documents"
        write_files(files, documents)
        # The settings as shipped, not the person's own, so that figures compare.
        with Assistant.open(
            documents=documents, index=Path(folder) / "index", settings=Settings()
        ) as assistant:
            yield assistant


@contextmanager
def index_over(files: Sequence[tuple[str, str]], embedder: Embedder) -> Iterator[Index]:
    """An index of (name, text) files, for what is measured below the assistant."""
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as folder:
        documents = Path(folder) / "documents"
        write_files(files, documents)
        with Index.open(Path(folder) / "index", embedder) as index:
            index.sync([documents])
            yield index


def write_files(files: Sequence[tuple[str, str]], folder: Path) -> None:
    """Write each text as ``name.txt``; a name used twice or hard on a file system gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for name, text in files:
        plain = "".join(c if c.isalnum() or c in "-_ ." else "_" for c in name)[:100].strip(" .")
        unique, count = plain or "untitled", 1
        while unique.casefold() in taken:
            count += 1
            unique = f"{plain} {count}"
        taken.add(unique.casefold())
        (folder / f"{unique}.txt").write_text(text, encoding="utf-8")


def article_files(articles: Sequence[Article]) -> list[tuple[str, str]]:
    """Each article as one text: its paragraphs with a blank line between."""
    return [(article.title, "\n\n".join(article.paragraphs)) for article in articles]


def spread(items: Sequence[Item], limit: int | None) -> list[Item]:
    """At most ``limit`` items, evenly over the whole, the same ones each time."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[at * len(items) // limit] for at in range(limit)]


def questions_of(
    articles: Sequence[Article], *, answerable: bool
) -> list[tuple[Article, ArticleQuestion]]:
    """The questions with, or without, an answer in their paragraph."""
    return [(a, q) for a in articles for q in a.questions if bool(q.answers) == answerable]


def gold_windows(article: Article, question: ArticleQuestion) -> list[str]:
    """Each gold answer with `CONTEXT` characters of its paragraph on either side, one blank each.

    The surroundings keep a chance "two" or "1990" elsewhere from counting as found.
    """
    paragraph = article.paragraphs[question.paragraph]
    return [
        plain(paragraph[max(0, gold.start - CONTEXT) : gold.start + len(gold.text) + CONTEXT])
        for gold in question.answers
    ]


def plain(text: str) -> str:
    """The text with every run of white space as one blank, none at the ends."""
    return " ".join(text.split())


def first_hit(passages: Sequence[Passage], windows: Sequence[str]) -> int | None:
    """Rank, from 1, of the first passage that holds one of the windows; None when none does."""
    return first_text([plain(passage.chunk.text) for passage in passages], windows)


def first_text(texts: Sequence[str], windows: Sequence[str]) -> int | None:
    """The same over the plain texts of passages."""
    ranks = (rank for rank, text in enumerate(texts, 1) if any(one in text for one in windows))
    return next(ranks, None)
