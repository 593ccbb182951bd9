"""How well the check of citations tells true claims from false ones about our own documents.

``python -m eval.benchmarks.claims`` takes the claims of ``rag/training/documents`` (written for
training: paraphrased, condensed or inferred ones, and false ones of six kinds), and more that are
made here: words as they stand, numbers and names put in the place of others, altered quotations,
and true claims with another passage of the same document as their source. ``--half develop`` are
the documents that rules and weights were chosen on, ``report`` the others. The frozen pairs are in
`eval.benchmarks.citation_checks`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from rich.console import Console
from rich.progress import track

from eval.benchmarks import figures
from eval.benchmarks.figures import Result, share
from index.embedding import Embedder
from index.errors import FootnoteError, UsageError
from index.sentences import sentence_spans
from index.types import Chunk, DocumentInfo
from rag.checking.facts import facts
from rag.citations import Scorer, check
from rag.training.own_documents import FOLDER
from rag.types import Parts, Passage, Verdict

Half = Literal["develop", "report"]
HALVES: tuple[Half, ...] = ("develop", "report")
#: Kinds in which one thing was altered, which a checker should hardly ever let pass.
ALTERED = ("made number", "made name", "made quotation", "made source")
INFERRED = "inference"  #: what has to be worked out from the words; a checker may well refuse it
_PLAIN_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,6}(?![\w:/-]|[.,]\d)")


@dataclass(frozen=True, slots=True)
class Case:
    """A claim about a document, and the passage it cites."""

    document: str
    kind: str
    true: bool
    text: str
    cited: int  #: place in ``passages``
    passages: tuple[Passage, ...]  #: all of the document

    @property
    def source(self) -> Passage:
        return self.passages[self.cited]


def half_of(document: str) -> Half:
    """Which half a document is of, by a hash of its name."""
    odd = hashlib.sha256(document.encode()).digest()[-1] % 2
    return "report" if odd else "develop"


def load_cases(half: Half, folder: Path = FOLDER) -> list[Case]:
    """Written and made claims of the documents of a half, in the order of their names."""
    paths = [path for path in sorted(folder.glob("*.json")) if half_of(path.stem) == half]
    if not paths:
        raise UsageError(f"{folder} holds no documents of the {half} half: name another folder.")
    return [case for path in paths for case in _cases(path)]


def _cases(path: Path) -> Iterator[Case]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        passages = _passages(path.stem, str(data["title"]), cast(list[str], data["passages"]))
        written = [
            Case(path.stem, str(c["kind"]), bool(c["true"]), str(c["c"]), int(c["in"]), passages)
            for c in data["claims"]
        ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is no document with claims ({error!r}): mend it.") from None
    yield from written
    yield from _made(written, random.Random(path.stem))  # noqa: S311


def _passages(name: str, title: str, texts: Sequence[str]) -> tuple[Passage, ...]:
    info = DocumentInfo(name, (name,), title, None, None, None, len(texts))
    out, at = [], 0
    for place, text in enumerate(texts):
        chunk = Chunk(f"{name}-{place}", name, at, at + len(text), text, (), (), title)
        out.append(Passage(chunk, info, 1.0, Parts()))
        at += len(text) + 2
    return tuple(out)


# ---- claims made from the written ones --------------------------------------------------------


def _made(written: Sequence[Case], chance: random.Random) -> Iterator[Case]:
    """Of each kind at most two a document: enough to count, and no document counts for most."""
    for kind, makers in (
        ("made number", _other_number),
        ("made name", _other_name),
        ("made source", _other_source),
    ):
        found = [made for case in written if case.true for made in makers(case, kind, chance)]
        yield from found[:2]
    if written:
        yield from _from_sentences(written[0], chance)


def _other_number(case: Case, kind: str, chance: random.Random) -> Iterator[Case]:
    """A number of a true claim replaced by another of the passage, or one nearby."""
    match = _PLAIN_NUMBER.search(case.text)
    if match is None:
        return
    around = {found.group() for found in _PLAIN_NUMBER.finditer(case.source.chunk.text)}
    others = sorted(around - set(_PLAIN_NUMBER.findall(case.text)))
    new = chance.choice(others) if others else str(int(match.group()) + 2)
    text = case.text[: match.start()] + new + case.text[match.end() :]
    yield _altered(case, kind, text)


def _other_name(case: Case, kind: str, chance: random.Random) -> Iterator[Case]:
    """A name of a true claim replaced by another of the document that reads the same."""
    for name in facts(case.text).names:
        old = case.text[name.start : name.end]
        names = {
            one.chunk.text[other.start : other.end]
            for one in case.passages
            for other in facts(one.chunk.text).names
            if not other.opens and not set(other.words) & set(name.words)
        }
        like = sorted(
            one
            for one in names
            if one not in case.text and one.count(" ") == old.count(" ") and "\n" not in one
        )
        opens_plain = name.opens and " " not in old
        if like and not opens_plain and old in case.source.chunk.text:
            new = chance.choice(like)
            yield _altered(case, kind, case.text[: name.start] + new + case.text[name.end :])
            return


def _other_source(case: Case, kind: str, chance: random.Random) -> Iterator[Case]:
    """A true claim with another passage of the document as its source."""
    others = [place for place in range(len(case.passages)) if place != case.cited]
    if others:
        place = chance.choice(others)
        yield Case(case.document, kind, False, case.text, place, case.passages)


def _from_sentences(some: Case, chance: random.Random) -> Iterator[Case]:
    """Sentences as they stand and without their last part, and a quotation with a word altered."""
    for place in range(0, len(some.passages), 2)[:2]:
        text = some.passages[place].chunk.text
        whole = [text[a:b] for a, b in sentence_spans(text)]
        plain = [
            one for one in whole if 8 <= len(one.split()) <= 30 and not set("|\n“\"'") & {*one}
        ]
        if not plain:
            continue
        sentence = chance.choice(plain)
        yield Case(some.document, "made verbatim", True, sentence, place, some.passages)
        words = sentence.rstrip(".!?").split()
        first = max(0, len(words) // 2 - 4)
        part = words[first : first + 8]
        long = [at for at, word in enumerate(part) if word.isalpha() and len(word) > 4]
        pool = [w for w in " ".join(whole).split() if w.isalpha() and len(w) > 4 and w not in part]
        if long and pool:
            part[chance.choice(long)] = chance.choice(pool)
            quoted = f"It says there: “{' '.join(part).strip(',;:')}”."
            yield Case(some.document, "made quotation", False, quoted, place, some.passages)


def _altered(case: Case, kind: str, text: str) -> Case:
    return Case(case.document, kind, False, text, case.cited, case.passages)


# ---- measuring --------------------------------------------------------------------------------


def measure(
    half: Half = "report",
    *,
    whole: bool = False,
    folder: Path = FOLDER,
    scorer: Scorer | None = None,
    embedder: Embedder | None = None,
) -> Result:
    """Check every claim against its passage, or with ``whole`` against all of its document."""
    cases = load_cases(half, folder)
    if scorer is None:
        from rag.reader_model import ReaderModel

        scorer = ReaderModel.load()
    if embedder is None:
        from index.embedding import SentenceTransformerEmbedder

        embedder = SentenceTransformerEmbedder()
    passed = [
        passes(case, scorer, embedder, whole=whole)
        for case in track(cases, "checking", console=Console(stderr=True))
    ]
    judged = list(zip(cases, passed, strict=True))
    told = [not ok for case, ok in judged if case.true and case.kind != INFERRED]
    kinds = sorted({(case.true, case.kind) for case in cases})
    return Result(
        "Claims checked",
        f"{len(cases)} claims on {len({case.document for case in cases})} documents, {half} half, "
        + ("each against its whole document" if whole else "each against the passage it cites"),
        (
            share(
                "altered numbers, names, quotations and sources: caught",
                [not ok for case, ok in judged if case.kind in ALTERED],
            ),
            share("all false: caught", [not ok for case, ok in judged if not case.true]),
            share("all true but what is inferred: wrongly rejected", told),
            *(
                share(
                    f"{kind}: {'wrongly rejected' if true else 'caught'}",
                    [not ok for case, ok in judged if (case.true, case.kind) == (true, kind)],
                )
                for true, kind in kinds
            ),
        ),
    )


def passes(case: Case, scorer: Scorer, embedder: Embedder, *, whole: bool = False) -> bool:
    """Whether the checker lets a claim through."""
    passages = case.passages if whole and case.kind != "made source" else (case.source,)
    hints = (case.cited,) if len(passages) > 1 else ()
    checked = check(case.text, passages, scorer, hints, embedder=embedder)
    return checked.verdict is Verdict.SUPPORTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 2 for misuse, 1 for failure."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.claims", description="true and false claims of our own"
    )
    parser.add_argument("--half", choices=HALVES, default="report", help="which documents")
    parser.add_argument("--whole", action="store_true", help="against all of the document")
    options = parser.parse_args(arguments)
    try:
        result = measure(options.half, whole=options.whole)
    except FootnoteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    console = Console()
    console.print(figures.table(result))
    console.print(figures.machine(), style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
