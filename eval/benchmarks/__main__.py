"""``python -m eval.benchmarks``: the quick benchmark or the one named, printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from eval.benchmarks import (
    closed_book,
    embedding,
    figures,
    fusion,
    indexing,
    nfcorpus,
    overview,
    performance,
    reading,
    rewriting,
    scale,
    speed,
    squad_answers,
    squad_retrieval,
    stories,
    syllabi,
    vectors_at_size,
)
from eval.benchmarks.figures import Result
from index.errors import FootnoteError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments name; exit code as everywhere: 2 for misuse, 1 for failure."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    command = " ".join(["python -m eval.benchmarks", *_shown(given)])
    try:
        if options.name == "performance":
            results = performance.measure(rivals=options.rivals, keep=options.keep)
            if options.write is not None:
                performance.write(options.write, results, command)
        else:
            results = [_measure(options)]
            if options.write is not None:
                _write(options.write, figures.markdown(results, command))
    except FootnoteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    console = Console()
    for result in results:
        console.print(figures.table(result))
    console.print(figures.machine(), style="dim")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks", description=__doc__)
    parser.set_defaults(name="speed", files=speed.FILES)
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write a Markdown page")
    names = parser.add_subparsers(dest="name", metavar="NAME")
    quick = names.add_parser("speed", help="seconds of search, answer, sync and start (default)")
    quick.add_argument("--files", type=_count, default=speed.FILES, metavar="N")
    _add_performance(names)
    retrieval = names.add_parser("squad-retrieval", help="recall@1/5/20 on SQuAD articles")
    answers = names.add_parser("squad-answers", help="citations and refusals on SQuAD articles")
    closed = names.add_parser("closed-book", help="the reader, each question with its paragraph")
    for squad in (retrieval, answers, closed):
        squad.add_argument("data", type=Path, help="a SQuAD file, .json or .json.gz")
        squad.add_argument("--limit", type=_count, metavar="N", help="ask N questions only")
    answers.add_argument("--other", type=Path, metavar="FILE", help="SQuAD file of other articles")
    _add_reader(names)
    fusing = names.add_parser("fusion", help="ways to fuse dense and lexical search, compared")
    fusing.add_argument("data", type=Path, nargs="+", help="SQuAD files nothing is reported on")
    fusing.add_argument("--limit", type=_count, metavar="N", help="search N questions only")
    beir = names.add_parser("nfcorpus", help="nDCG@10 on NFCorpus")
    beir.add_argument("data", type=Path, help="a BEIR folder")
    beir.add_argument("--split", choices=["train", "dev", "test"], default="dev")
    beir.add_argument("--limit", type=_count, metavar="N", help="search N queries only")
    follow = names.add_parser("rewriting", help="follow-up questions spelled out")
    follow.add_argument("data", type=Path, help="CANARD's dev.json, an MTRAG folder, or a set")
    follow.add_argument("--half", choices=rewriting.HALVES, default="report", help="tune on one")
    whole = names.add_parser("overview", help="summaries beside the paragraph people wrote")
    whole.add_argument("data", type=Path, help="a SQuAD file, .json or .json.gz")
    return parser


def _add_reader(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Public question sets that are neither SQuAD's format nor about retrieval."""
    tales = names.add_parser("stories", help="the reader on FairytaleQA, the section given")
    tales.add_argument("data", type=Path, help="a FairytaleQA file, .jsonl or .jsonl.gz")
    courses = names.add_parser("syllabi", help="SyllabusQA, from file to answer")
    courses.add_argument("data", type=Path, help="a SyllabusQA folder")
    courses.add_argument("--format", choices=list(syllabi.FORMATS), default="pdf")
    courses.add_argument(
        "--all", action="store_true", help="ask all syllabi, not the one a question is on"
    )
    for parser in (tales, courses):
        parser.add_argument("--limit", type=_count, metavar="N", help="ask N questions only")


def _add_performance(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Measurements of speed and size on generated data, one by one or all of them."""
    whole = names.add_parser("performance", help="all of speed and size, with plots (minutes)")
    whole.add_argument("--keep", type=Path, metavar="FOLDER", help="go on from what it holds")
    names.add_parser("embedding", help="tokens a second, beside sentence-transformers")
    names.add_parser("reading", help="20 passages read, in each arithmetic of this computer")
    pipeline = names.add_parser("indexing", help="files to index, beside the embedder alone")
    for beside in (whole, pipeline):
        beside.add_argument(
            "--rivals", type=Path, metavar="PYTHON", help="one that has LangChain and txtai"
        )
    growing = names.add_parser("scale", help="whole retrieval by number of passages")
    growing.add_argument("--sizes", type=_count, nargs="+", default=scale.SIZES, metavar="N")
    vectors = names.add_parser("vectors", help="vector search by number of vectors")
    vectors.add_argument(
        "--sizes", type=_count, nargs="+", default=vectors_at_size.SIZES, metavar="N"
    )


def _measure(options: argparse.Namespace) -> Result:
    ways: dict[str, Callable[[], Result]] = {
        "speed": lambda: speed.measure(files=options.files),
        "embedding": embedding.measure,
        "reading": reading.measure,
        "indexing": lambda: indexing.measure(rivals=options.rivals),
        "scale": lambda: scale.measure(sizes=options.sizes),
        "vectors": lambda: vectors_at_size.measure(sizes=options.sizes),
        "squad-retrieval": lambda: squad_retrieval.measure(options.data, limit=options.limit),
        "squad-answers": lambda: squad_answers.measure(
            options.data, other=options.other, limit=options.limit
        ),
        "closed-book": lambda: closed_book.measure(options.data, limit=options.limit),
        "stories": lambda: stories.measure(options.data, limit=options.limit),
        "syllabi": lambda: syllabi.measure(
            options.data, format_=options.format, everywhere=options.all, limit=options.limit
        ),
        "fusion": lambda: fusion.measure(options.data, limit=options.limit),
        "nfcorpus": lambda: nfcorpus.measure(
            options.data, split=options.split, limit=options.limit
        ),
        "overview": lambda: overview.measure(options.data),
        "rewriting": lambda: rewriting.measure(options.data, half=options.half),
    }
    return ways[options.name or "speed"]()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count: give a whole number from 1")
    return int(text)


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} could not be written ({error.strerror}): name a file in a folder you may "
            "write to."
        ) from None


def _shown(arguments: Sequence[str]) -> list[str]:
    """The arguments as a page may show them: of a path only its name, which names no machine."""
    return [Path(argument).name if "/" in argument else argument for argument in arguments]


if __name__ == "__main__":
    sys.exit(main())
