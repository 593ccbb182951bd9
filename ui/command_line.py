"""The ``footnote`` command: what can be typed after it, and how errors and interruptions end.

Answers go to standard output, everything else to standard error. An error is one sentence; exit
code 2 is misuse, 1 failure, 130 an interruption. Heavy imports wait until a command needs them, so
that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    bear_any_text()
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        code = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain("stopped; what was finished is kept.")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()  # its reader went away, as `| head` does
        return 0
    except OSError as error:
        complain(reason(error))
        _drop_output()
        return 1
    return code


def _run(options: argparse.Namespace) -> int:
    from index.errors import FootnoteError
    from ui import commands

    try:
        return commands.run(options)
    except FootnoteError as error:
        complain(str(error))
        return error.exit_code


def bear_any_text() -> None:
    """Signs that the terminal cannot show, and input that is no text, must end no command."""
    streams = ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"))
    for stream, errors in (*streams, (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError, ValueError):  # closed, or already read from
                stream.reconfigure(errors=errors)


def complain(sentence: str) -> None:
    """One line on standard error, whatever the names in it hold."""
    line = "".join(c if c.isprintable() else " " for c in sentence)
    print(f"footnote: {line}", file=sys.stderr)


def reason(error: OSError) -> str:
    """What the operating system refused, as a sentence."""
    why = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return f"The computer refused: {why}; check the current folder and the space on the disk."
    name = os.fsdecode(error.filename) if not isinstance(error.filename, int) else "A file"
    shown = name if len(name) <= 80 else name[:80] + "…"
    return f"{shown} cannot be used: {why}; check the path and its rights."


def _drop_output() -> None:
    """Keep what cannot be written from being tried again when Python ends."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError), open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())


# ---- the parser --------------------------------------------------------------------------


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
    for add in (_add_index, _add_forget, _add_ask, _add_search):
        add(commands)
    for add in (_add_chat, _add_mcp, _add_eval, _add_calibrate, _add_documents, _add_show):
        add(commands)
    for add in (_add_models, _add_doctor):
        add(commands)
    return parser


def _add_index(commands: Commands) -> None:
    index = commands.add_parser("index", help="read files and folders into an index, or update it")
    index.add_argument("documents", nargs="*", metavar="DOCS", help="files and folders; none: all")
    index.add_argument("--index", metavar="NAME|DIR", help="which index (default: documents)")
    index.add_argument("--json", action="store_true", help="print the report as JSON")


def _add_forget(commands: Commands) -> None:
    forget = commands.add_parser("forget", help="take indexed files or folders out of an index")
    forget.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file or folder as it was indexed; it stays"
    )
    forget.add_argument("--index", metavar="NAME|DIR", help="which index (default: documents)")


def _add_ask(commands: Commands) -> None:
    ask = commands.add_parser("ask", help="answer a question, with footnotes")
    ask.add_argument("question", metavar="QUESTION", help="the question; - reads it from input")
    _add_place(ask)
    _add_model(ask)
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    ask.add_argument("--explain", action="store_true", help="show how each passage was found")
    _add_scope(ask)


def _add_search(commands: Commands) -> None:
    search = commands.add_parser("search", help="list the passages found for some words")
    search.add_argument("words", metavar="WORDS", help="what to look for")
    _add_place(search)
    search.add_argument("--limit", type=int, default=10, metavar="N", help="passages (default 10)")
    search.add_argument("--json", action="store_true", help="print the passages as JSON")
    search.add_argument("--explain", action="store_true", help="show ranks and scores")
    _add_scope(search)


def _add_chat(commands: Commands) -> None:
    chat = commands.add_parser("chat", help="serve the web chat on this computer")
    _add_place(chat)
    _add_model(chat)
    chat.add_argument("--host", metavar="ADDRESS", help="address to serve on (default 127.0.0.1)")
    chat.add_argument("--port", type=int, metavar="N", help="port to serve on (default 7860)")


def _add_mcp(commands: Commands) -> None:
    mcp = commands.add_parser("mcp", help="let other programs' models ask, search and read (MCP)")
    _add_place(mcp)
    _add_model(mcp)


def _add_eval(commands: Commands) -> None:
    measure = commands.add_parser("eval", help="check answers against a set of questions")
    measure.add_argument(
        "set",
        nargs="?",
        default="samples",
        metavar="SET",
        help="a built-in set (samples, citations), mine (your corrections), a set's name, folder "
        "or file (SQuAD, BEIR, JSONL, CSV); or new, to make one from DOCS",
    )
    measure.add_argument("documents", nargs="*", metavar="DOCS", help="for new: files and folders")
    _add_place(measure)
    _add_model(measure)
    measure.add_argument("--split", choices=["dev", "test"], help="only this part of the set")
    measure.add_argument("--limit", type=int, metavar="N", help="ask N questions, spread evenly")
    measure.add_argument("--json", action="store_true", help="print the results as JSON")
    measure.add_argument("--markdown", action="store_true", help="print a table by type, to paste")
    measure.add_argument("--html", metavar="FILE", help="also write a report as a web page")
    measure.add_argument("--failures", type=int, default=0, metavar="N", help="show N failures")
    measure.add_argument("--compare", metavar="FILE", help="what changed since this --json output")
    measure.add_argument(
        "--fail-under", metavar="NAME=VALUE,…", help="fail when a figure is lower: accuracy=0.9"
    )
    _add_lenient(measure)
    measure.add_argument(
        "--closed-book", action="store_true", help="SQuAD: give the reader the right paragraph"
    )
    measure.add_argument("--name", metavar="NAME", help="for new: what to call the set")
    measure.add_argument(
        "--questions", type=int, default=40, metavar="N", help="for new: how many to propose"
    )
    measure.add_argument("--yes", action="store_true", help="for new: keep all, ask nothing")


def _add_calibrate(commands: Commands) -> None:
    fit = commands.add_parser("calibrate", help="fit the refusal threshold to your documents")
    fit.add_argument("set", metavar="SET", help="a set from footnote eval new, or any other")
    _add_place(fit)
    fit.add_argument(
        "--wrong-at-most", type=float, metavar="SHARE", help="of the answers given, e.g. 0.05"
    )
    fit.add_argument("--write", action="store_true", help="put the threshold into the settings")
    _add_lenient(fit)
    fit.add_argument("--json", action="store_true", help="print the fit as JSON")


def _add_lenient(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lenient", action="store_true", help="ask though gold quotes stand in no document"
    )


def _add_documents(commands: Commands) -> None:
    documents = commands.add_parser("documents", help="list what is in an index")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    _add_place(documents)


def _add_show(commands: Commands) -> None:
    show = commands.add_parser("show", help="print the text extracted from a document")
    show.add_argument("document", metavar="DOCUMENT", help="a file, or a name or id in the index")
    _add_place(show)
    show.add_argument("--blocks", action="store_true", help="show kind and page of each block")


def _add_models(commands: Commands) -> None:
    models = commands.add_parser("models", help="list the models that can answer")
    models.add_argument("--json", action="store_true", help="print them as JSON")
    models.add_argument("--fetch", metavar="OWNER/NAME", help="download this one from the hub")
    models.add_argument("--yes", action="store_true", help="download without asking")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="M", help="built-in, a folder, a cached hub name or a server's address"
    )


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="check the set-up and an index for faults")
    doctor.add_argument(
        "--repair", action="store_true", help="save what a damaged index still holds into a new one"
    )
    _add_place(doctor)


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
