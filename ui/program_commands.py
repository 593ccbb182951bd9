"""``footnote documents`` and ``footnote mcp``: for programs, and for people who set them up."""

from __future__ import annotations

import argparse
import logging
import sys
from importlib.metadata import PackageNotFoundError, version

from index.errors import FootnoteError
from rag.assistant import Assistant
from rag.settings import Settings
from ui.opening import chosen_index, given_path, open_assistant
from ui.places import unit
from ui.printing import plain, print_json, say, short_path
from ui.programs import documents_json
from ui.render import count, day


def documents(options: argparse.Namespace, settings: Settings) -> int:
    """List the documents of an index, and what could not be read."""
    with open_assistant(options, settings) as assistant:
        infos, skipped = assistant.documents(), assistant.skipped()
    if options.json:
        print_json(documents_json(infos, skipped))
        return 0
    for info in infos:
        facts = [
            short_path(info.source),
            count(info.pages, unit(info.source)) if info.pages else "",
            count(info.chunks, "passage"),
            day(info.modified),
        ]
        print(plain(f"{info.title}  ({', '.join(fact for fact in facts if fact)})"))
    for file in skipped:
        say(f"not read: {file}", "yellow")
    return 0


def mcp(options: argparse.Namespace, settings: Settings) -> int:
    """Serve the tools to the program that started this, until it closes our input."""
    try:
        from ui.mcp_server import serve
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise FootnoteError(
            "footnote mcp needs the package mcp, version 2 or later, which is not installed; get "
            "it with: pip install 'mcp>=2,<3'"
        ) from None
    for words in options.docs or ():  # what would fail later is said while somebody reads it
        given_path(words)

    def opened() -> Assistant:
        if options.docs:
            return open_assistant(options, settings)
        return Assistant.open(index=chosen_index(options.index), settings=settings)

    if sys.stdin.isatty():
        say("This speaks the Model Context Protocol: a client is to start it. Ctrl-D ends it.")
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="footnote: %(message)s")
    serve(opened, _version())
    return 0


def _version() -> str:
    try:
        return version("footnote-chat")
    except PackageNotFoundError:
        return ""
