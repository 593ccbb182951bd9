"""The ``footnote`` command: index, ask, search, chat, eval, show, doctor.

Answers go to standard output, everything else to standard error. An error is one sentence; exit
code 2 is misuse, 1 failure, 130 an interruption. Heavy imports wait until a command needs them, so
that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    from index.errors import FootnoteError
    from ui import commands

    try:
        return int(commands.run(options))
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("footnote: stopped; what was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, as `| head` does
        return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="footnote",
        description="Ask your own documents. Every sentence of an answer carries a footnote to the "
        "exact words it rests on; nothing leaves this computer.",
        epilog="Start with: footnote chat    or: footnote ask --docs FOLDER 'your question'",
    )
    parser.add_argument("--version", action="version", version=f"footnote {_version()}")
    parser.add_argument("--settings", metavar="FILE", help="settings file to use")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    index = commands.add_parser("index", help="read files and folders into an index, or update it")
    index.add_argument("documents", nargs="*", metavar="DOCS", help="files and folders; none: all")
    index.add_argument("--index", metavar="NAME|DIR", help="which index (default: documents)")
    index.add_argument("--json", action="store_true", help="print the report as JSON")

    ask = commands.add_parser("ask", help="answer a question, with footnotes")
    ask.add_argument("question", metavar="QUESTION", help="the question; - reads it from input")
    _add_place(ask)
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    ask.add_argument("--explain", action="store_true", help="show how each passage was found")
    _add_scope(ask)

    search = commands.add_parser("search", help="list the passages found for some words")
    search.add_argument("words", metavar="WORDS", help="what to look for")
    _add_place(search)
    search.add_argument("--limit", type=int, default=10, metavar="N", help="passages (default 10)")
    search.add_argument("--json", action="store_true", help="print the passages as JSON")
    search.add_argument("--explain", action="store_true", help="show ranks and scores")
    _add_scope(search)

    chat = commands.add_parser("chat", help="serve the web chat on this computer")
    _add_place(chat)
    chat.add_argument("--host", metavar="ADDRESS", help="address to serve on (default 127.0.0.1)")
    chat.add_argument("--port", type=int, metavar="N", help="port to serve on (default 7860)")

    measure = commands.add_parser("eval", help="check answers against a set of questions")
    measure.add_argument("set", nargs="?", default="samples", metavar="SET", help="name or folder")
    measure.add_argument("--split", choices=["dev", "test"], help="only this part of the set")
    measure.add_argument("--json", action="store_true", help="print the results as JSON")
    measure.add_argument("--failures", type=int, default=0, metavar="N", help="show N failures")

    show = commands.add_parser("show", help="print the text extracted from a document")
    show.add_argument("document", metavar="DOCUMENT", help="a file, or a name or id in the index")
    _add_place(show)
    show.add_argument("--blocks", action="store_true", help="show kind and page of each block")

    doctor = commands.add_parser("doctor", help="check the set-up and an index for faults")
    _add_place(doctor)
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--index", metavar="NAME|DIR", help="which index (default: documents)")
    place.add_argument(
        "--docs", metavar="DIR", action="append", help="a folder or file, indexed first if changed"
    )


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source", action="append", default=[], metavar="FILE", help="only this file"
    )
    parser.add_argument(
        "--folder", action="append", default=[], metavar="DIR", help="only files in this folder"
    )
    parser.add_argument("--since", metavar="DATE", help="only documents of this day or later")
    parser.add_argument("--until", metavar="DATE", help="only documents of this day or earlier")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("footnote-chat")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
