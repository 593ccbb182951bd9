"""How fast files become an index: the whole pipeline beside the embedder alone, and beside others.

The files are generated: half Markdown, half PDF. "The embedder alone" embeds the texts of the
index's own passages, nothing else. Others are measured by turns with ours on the same files by a
Python that has them, see `eval.benchmarks.rivals`; shares and ratios are taken round by round.
Processor seconds are told beside, because they say the same however busy the machine is.
"""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from eval.benchmarks.figures import Figure, Result
from eval.benchmarks.rivals import processor_seconds
from eval.benchmarks.speed import coined_name, paragraph
from eval.metrics import percentile
from index.embedding import SentenceTransformerEmbedder
from index.errors import FootnoteError, UsageError
from index.index import Index

FILES = 180
PARAGRAPHS = 12  #: a file
ROUNDS = 3


def write_mixed(folder: Path, files: int = FILES, seed: int = 5) -> None:
    """Markdown and PDF files by turns, the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)  # noqa: S311 - text to measure with, no secret
    for number in range(files):
        place = f"{coined_name(rng)} {coined_name(rng)}"
        paragraphs = [paragraph(rng, place) for _ in range(PARAGRAPHS)]
        if number % 2 == 0:
            parts = [
                f"## Part {at // 3 + 1}\n\n{text}" if at % 3 == 0 else text
                for at, text in enumerate(paragraphs)
            ]
            text = f"# {place}\n\n" + "\n\n".join(parts) + "\n"
            (folder / f"{number} {place}.md").write_text(text, encoding="utf-8")
        else:
            _write_pdf(folder / f"{number} {place}.pdf", place, paragraphs)


def _write_pdf(path: Path, title: str, paragraphs: list[str]) -> None:
    try:
        from reportlab.lib.styles import getSampleStyleSheet
        from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer
    except ImportError as error:
        raise UsageError(
            "PDF files to measure with are written by reportlab, which is missing; install it with "
            "pip install reportlab."
        ) from error
    styles = getSampleStyleSheet()
    story: list[Flowable] = [Paragraph(title, styles["Title"])]
    for text in paragraphs:
        story += [Paragraph(text, styles["BodyText"]), Spacer(1, 8)]
    SimpleDocTemplate(str(path)).build(story)


def measure(*, files: int = FILES, rounds: int = ROUNDS, rivals: Path | None = None) -> Result:
    """Rates of the pipeline and of the embedder alone; with ``rivals``, a Python, theirs too."""
    embedder = SentenceTransformerEmbedder()
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as base:
        documents = Path(base) / "documents"
        write_mixed(documents, files)
        embedder.embed(["warm"])
        whole: list[float] = []
        used: list[float] = []
        alone: list[float] = []
        others: list[dict[str, dict[str, float]]] = []
        texts: list[str] = []
        for number in range(rounds):
            with Index.open(Path(base) / f"index-{number}", embedder) as index:
                before = processor_seconds()
                whole.append(_seconds(partial(index.sync, [documents])))
                used.append(processor_seconds() - before)
                with index.snapshot() as snapshot:
                    texts = [chunk.embedding_text for _, chunk in snapshot.all_chunks()]
            alone.append(_seconds(partial(embedder.embed, texts)))
            if rivals is not None:
                others.append(_others(rivals, documents, embedder.folder))
        tokens = sum(embedder.count_tokens(texts))
        shares = [fast / slow for fast, slow in zip(alone, whole, strict=True)]
        took = percentile(whole, 50) or 0.0
        figures = [
            Figure("the whole pipeline, median", tokens / took, "tokens/s"),
            Figure("passages", len(texts) / took, "a second"),
            Figure("the embedder alone, median", tokens / (percentile(alone, 50) or 1), "tokens/s"),
            Figure("pipeline's share of that rate, median", percentile(shares, 50), "%"),
        ]
        if others:
            figures += _beside("seconds", "s", whole, others)
            figures += _beside("processor", "processor s", used, others)
    return Result(
        "Indexing",
        f"{files} generated files, half Markdown, half PDF, {len(texts)} passages of "
        f"{tokens:,} tokens, {rounds} rounds",
        tuple(figures),
    )


def _others(python: Path, documents: Path, model: Path) -> dict[str, dict[str, float]]:
    """What each of the others takes, by name: seconds, and seconds of the processors."""
    script = Path(__file__).with_name("rivals.py")
    done = subprocess.run(
        [str(python), str(script), str(documents), str(model)],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise FootnoteError(f"{python} could not run the others: {said[0]}")
    told: dict[str, dict[str, float]] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _beside(
    kind: str, unit: str, ours: Sequence[float], others: Sequence[dict[str, dict[str, float]]]
) -> list[Figure]:
    """One kind of seconds of all, and how many times ours the faster of the others takes."""
    ratios = [
        min(one[kind] for one in round_.values()) / own
        for own, round_ in zip(ours, others, strict=True)
    ]
    figures = [Figure("the same files, Footnote, median", percentile(ours, 50), unit)]
    for name in others[0]:
        took = percentile([round_[name][kind] for round_ in others], 50)
        figures.append(Figure(f"the same files, {name}, median", took, unit))
    said = "times as fast as the faster of the two, by " + kind.replace("processor", "processor s")
    return [*figures, Figure(said, percentile(ratios, 50), "times")]


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
