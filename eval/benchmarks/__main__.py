"""``python -m eval.benchmarks``: the quick benchmark or the one named, printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from eval.benchmarks import (
    closed_book,
    figures,
    fusion,
    nfcorpus,
    speed,
    squad_answers,
    squad_retrieval,
)
from eval.benchmarks.figures import Result
from index.errors import FootnoteError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments name; exit code as everywhere: 2 for misuse, 1 for failure."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    try:
        result = _measure(options)
        if options.write is not None:
            command = " ".join(["python -m eval.benchmarks", *_shown(given)])
            _write(options.write, figures.markdown([result], command))
    except FootnoteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    console = Console()
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
    retrieval = names.add_parser("squad-retrieval", help="recall@1/5/20 on SQuAD articles")
    answers = names.add_parser("squad-answers", help="citations and refusals on SQuAD articles")
    closed = names.add_parser("closed-book", help="the reader, each question with its paragraph")
    for squad in (retrieval, answers, closed):
        squad.add_argument("data", type=Path, help="a SQuAD file, .json or .json.gz")
        squad.add_argument("--limit", type=_count, metavar="N", help="ask N questions only")
    answers.add_argument("--other", type=Path, metavar="FILE", help="SQuAD file of other articles")
    fusing = names.add_parser("fusion", help="ways to fuse dense and lexical search, compared")
    fusing.add_argument("data", type=Path, nargs="+", help="SQuAD files nothing is reported on")
    fusing.add_argument("--limit", type=_count, metavar="N", help="search N questions only")
    beir = names.add_parser("nfcorpus", help="nDCG@10 on NFCorpus")
    beir.add_argument("data", type=Path, help="a BEIR folder")
    beir.add_argument("--split", choices=["train", "dev", "test"], default="dev")
    beir.add_argument("--limit", type=_count, metavar="N", help="search N queries only")
    return parser


def _measure(options: argparse.Namespace) -> Result:
    if options.name == "squad-retrieval":
        return squad_retrieval.measure(options.data, limit=options.limit)
    if options.name == "squad-answers":
        return squad_answers.measure(options.data, other=options.other, limit=options.limit)
    if options.name == "closed-book":
        return closed_book.measure(options.data, limit=options.limit)
    if options.name == "fusion":
        return fusion.measure(options.data, limit=options.limit)
    if options.name == "nfcorpus":
        return nfcorpus.measure(options.data, split=options.split, limit=options.limit)
    return speed.measure(files=options.files)


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
