"""How well the check of citations tells true from false: our frozen set of pairs, and WiCE.

``python -m eval.benchmarks.citation_checks`` runs the frozen set of ``eval/sets/citations``: each
sentence with the words it cites and nothing else, under the title and headings they stand under.
With ``--wice FILE`` it takes the second half of WiCE's claims, by claim; the first half is for
developing. What the checker does inside an answer is measured with whole answers elsewhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import track

from eval.benchmarks import figures
from eval.benchmarks.figures import Figure, Result, share
from eval.metrics import auroc, percentile
from index.chunking import chunk_document
from index.embedding import Embedder
from index.errors import FootnoteError, UsageError
from index.loading import Sandbox
from index.types import Chunk, Document, DocumentInfo
from rag.checking.evidence import candidates
from rag.checking.evidence import share as share_held
from rag.checking.facts import facts, lacking
from rag.checking.wording import content
from rag.citations import Judge, Scorer, best_span, check
from rag.types import Parts, Passage, Verdict

SETS = Path(__file__).parents[1] / "sets"
PAIRS = SETS / "citations" / "citations.jsonl"
DOCUMENTS = SETS / "samples" / "documents"
#: Kinds in which one thing was altered, which a checker should hardly ever let pass.
ALTERED = ("number-changed", "name-swapped", "quotation-altered", "wrong-source")
PASSAGES = 20  #: as many as an answer has by default
TIMED = 80  #: sentences checked against so many passages
HALVES = ("develop", "test")
# What a claim gets beside the share of its words held, chosen on the first half of WiCE.
_ALL_FACTS, _BEST_SPAN = 0.2, 0.3


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and the words it cites."""

    kind: str
    true: bool
    sentence: str
    passage: Passage  #: the quote alone, as a passage under its title and headings


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of WiCE with its evidence; ``label`` is supported, partially_ or not_supported."""

    label: str
    text: str
    passage: Passage


def measure(
    pairs_file: Path = PAIRS,
    documents: Path = DOCUMENTS,
    *,
    scorer: Scorer | None = None,
    embedder: Embedder | None = None,
) -> Result:
    """Check every pair of the frozen set; shares by kind, and milliseconds a sentence."""
    scorer, embedder = scorer or _reader(), embedder or _embedder()
    pairs, chunks = _load_pairs(pairs_file, documents, embedder)
    passed = [
        check(pair.sentence, [pair.passage], scorer, embedder=embedder).verdict is Verdict.SUPPORTED
        for pair in track(pairs, "checking", console=Console(stderr=True))
    ]
    judged = list(zip(pairs, passed, strict=True))
    false = [not ok for pair, ok in judged if not pair.true]
    altered = [not ok for pair, ok in judged if pair.kind in ALTERED]
    rejected = [not ok for pair, ok in judged if pair.true]
    totals = (
        share("altered numbers, names, quotations and sources: caught", altered),
        share("all false: caught", false),
        share("all true: wrongly rejected", rejected),
    )
    kinds = dict.fromkeys((pair.true, pair.kind) for pair in sorted(pairs, key=lambda p: p.true))
    by_kind = tuple(
        share(
            f"{kind}: {'wrongly rejected' if true else 'caught'}",
            [not ok for pair, ok in judged if (pair.true, pair.kind) == (true, kind)],
        )
        for true, kind in kinds
    )
    return Result(
        "Citations checked",
        f"{len(pairs)} pairs of {pairs_file.name}, {sum(pair.true for pair in pairs)} of them "
        f"true; {sum(not pair.passage.chunk.id for pair in pairs)} quotes are not in the document "
        f"as it is read now; speed against {PASSAGES} passages",
        (*totals, *by_kind, *_speed(pairs, chunks, scorer, embedder)),
    )


def measure_wice(
    path: Path,
    half: Literal["develop", "test"] = "test",
    *,
    scorer: Scorer | None = None,
    embedder: Embedder | None = None,
) -> Result:
    """AUROC of the checks on WiCE's claims, and what their verdict lets pass."""
    claims = load_wice(path, half)  # before the models: a wrong file is told at once
    judge = Judge(scorer or _reader(), embedder or _embedder())
    strengths: list[float] = []
    passed: list[bool] = []
    for claim in track(claims, "checking", console=Console(stderr=True)):
        strengths.append(strength(claim.text, claim.passage, judge))
        checked = check(claim.text, [claim.passage], judge.scorer, embedder=judge.embedder)
        passed.append(checked.verdict is Verdict.SUPPORTED)
    clear = [place for place, claim in enumerate(claims) if not claim.label.startswith("part")]
    supported = [claim.label == "supported" for claim in claims]
    return Result(
        "WiCE claims",
        f"{path.name}, {half} half by claim, {len(claims)} claims with evidence, "
        f"{sum(supported)} supported, {len(claims) - len(clear)} partially",
        (
            Figure(
                "supported or not: AUROC",
                auroc([strengths[at] for at in clear], [supported[at] for at in clear]),
            ),
            Figure("supported or only in part or not: AUROC", auroc(strengths, supported)),
            *(
                share(
                    f"{label.replace('_', ' ')}: let through",
                    [ok for claim, ok in zip(claims, passed, strict=True) if claim.label == label],
                )
                for label in ("supported", "partially_supported", "not_supported")
            ),
        ),
    )


def strength(text: str, passage: Passage, judge: Judge) -> float:
    """What the checks make of a claim as one number, higher is better.

    The verdict is yes or no and asks for one place; WiCE's claims rest on many sentences. So the
    share of the claim's words that all of the evidence holds counts, whether it holds every fact,
    and the score of the best span.
    """
    context = f"{passage.chunk.context}\n{passage.document.title}"
    held = share_held(
        frozenset(content(text)),
        frozenset(content(passage.chunk.text)),
        frozenset(content(context)),
    )
    whole = lacking(facts(text), facts(passage.chunk.text), facts(context)) is None
    best, _ = best_span(text, candidates(text, [passage]), judge)
    return held + _ALL_FACTS * whole + (_BEST_SPAN * best.score if best is not None else 0.0)


def load_wice(path: Path, half: str) -> list[Claim]:
    """The rows of a half of the claims, in the order of the file."""
    rows = list(_lines(path))
    order = list(dict.fromkeys(str(row["claim"]) for row in rows))
    middle = len(order) // 2
    chosen = set(order[:middle] if half == "develop" else order[middle:])
    return [_claim(row) for row in rows if row["claim"] in chosen]


def _claim(row: dict[str, object]) -> Claim:
    evidence, meta = row["evidence"], row["meta"]
    if not isinstance(evidence, list) or not isinstance(meta, dict):
        raise UsageError("A line of the WiCE file has no evidence or no meta: name the right file.")
    title, section = str(meta["claim_title"]), str(meta["claim_section"])
    text = "\n".join(map(str, evidence))
    passage = _passage(text, title, f"{title}\n{section}", (section,))
    return Claim(str(row["label"]), str(row["claim"]), passage)


# ---- the frozen set --------------------------------------------------------------------------


def _load_pairs(
    pairs_file: Path, documents: Path, embedder: Embedder
) -> tuple[list[Pair], list[Passage]]:
    """The pairs, and all passages of their documents."""
    rows = list(_lines(pairs_file))
    with Sandbox() as sandbox:
        loaded = {
            name: sandbox.load(documents / name, name)
            for name in dict.fromkeys(str(row["document"]) for row in rows)
        }
    chunks = {name: _passages(document, embedder) for name, document in loaded.items()}
    pairs = [
        Pair(
            str(row["kind"]),
            bool(row["true"]),
            str(row["sentence"]),
            _quoted(str(row["quote"]), loaded[str(row["document"])], chunks[str(row["document"])]),
        )
        for row in rows
    ]
    return pairs, [passage for some in chunks.values() for passage in some]


def _passages(document: Document, embedder: Embedder) -> list[Passage]:
    chunks = chunk_document(document, embedder.count_tokens, embedder.window_tokens)
    info = DocumentInfo(
        document.id, (document.title,), document.title, None, None, None, len(chunks)
    )
    return [Passage(chunk, info, 1.0, Parts()) for chunk in chunks]


def _quoted(quote: str, document: Document, passages: Sequence[Passage]) -> Passage:
    """The quote as a passage of its own, under what the passage it begins in stands under.

    Under the title alone when it is not in the document as it is read now.
    """
    start = document.text.find(quote)
    if start < 0:  # a loader reads the document otherwise now: the words stay what they were
        return _passage(quote, document.title, document.title, ())
    home = next((one for one in passages if start < one.chunk.end), passages[-1])
    chunk = replace(home.chunk, start=start, end=start + len(quote), text=quote)
    return replace(home, chunk=chunk)


def _speed(
    pairs: Sequence[Pair], passages: Sequence[Passage], scorer: Scorer, embedder: Embedder
) -> tuple[Figure, Figure]:
    """Milliseconds to check a true sentence among passages, that of its own document first."""
    seconds: list[float] = []
    for pair in [pair for pair in pairs if pair.true][:TIMED]:
        own = pair.passage.document.id
        near = sorted(passages, key=lambda one: one.document.id != own)[:PASSAGES]
        started = time.perf_counter()
        check(pair.sentence, near, scorer, embedder=embedder)
        seconds.append(time.perf_counter() - started)
    median, slow = percentile(seconds, 50), percentile(seconds, 95)
    return (
        Figure("median check of a sentence", None if median is None else 1000 * median, "ms"),
        Figure("95th percentile", None if slow is None else 1000 * slow, "ms"),
    )


def _passage(text: str, title: str, context: str, headings: tuple[str, ...]) -> Passage:
    chunk = Chunk("", title, 0, len(text), text, headings, (), context)
    return Passage(chunk, DocumentInfo(title, (title,), title, None, None, None, 1), 1.0, Parts())


def _lines(path: Path) -> Iterator[dict[str, object]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} could not be read ({error}): name a JSON Lines file.") from None


def _reader() -> Scorer:
    from rag.reader_model import ReaderModel

    return ReaderModel.load()


def _embedder() -> Embedder:
    from index.embedding import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 2 for misuse, 1 for failure."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.citation_checks", description="true and false citations"
    )
    parser.add_argument("--wice", type=Path, metavar="FILE", help="WiCE's claims instead")
    parser.add_argument("--half", choices=HALVES, default="test", help="which claims of WiCE")
    options = parser.parse_args(arguments)
    try:
        result = measure() if options.wice is None else measure_wice(options.wice, options.half)
    except FootnoteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    console = Console()
    console.print(figures.table(result))
    console.print(figures.machine(), style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
