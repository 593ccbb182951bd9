"""The documents that the questions of a set are asked of, opened and checked before anything is.

They are those of the set, or those that a person names in their place. The file that holds the
questions and their answers is never among them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from eval.datasets import QuestionSet
from eval.formats import same_file
from index.errors import FootnoteError, UsageError
from rag.assistant import Assistant
from rag.settings import Settings
from ui.opening import given_path, open_assistant
from ui.printing import say, short_path, sync_progress


def named_documents(options: argparse.Namespace) -> Sequence[Path] | None:
    """The documents that were named in place of those of the set; empty for an index."""
    if options.docs:
        return [given_path(words) for words in options.docs]
    return None if options.index is None else ()


def assistant_for(set_: QuestionSet, options: argparse.Namespace, settings: Settings) -> Assistant:
    """An assistant over the documents of a set, or over those that were named.

    Raises UsageError where they hold the set itself and cannot be parted from it, or where they do
    not hold the gold evidence; ``options.lenient`` lets the latter pass.
    """
    if options.index is not None or options.docs or not set_.roots:
        assistant = open_assistant(options, settings)
    else:
        with sync_progress() as progress:
            assistant = Assistant.open(
                documents=list(set_.roots), settings=settings, progress=progress
            )
    try:
        own = options.index is None and bool(options.docs or set_.roots)
        _keep_out(set_, assistant, may_change=own)
        if not options.lenient:
            from eval.gold import refuse_false_gold

            refuse_false_gold(set_.questions, assistant)
    except BaseException:
        assistant.close()
        raise
    return assistant


def _keep_out(set_: QuestionSet, assistant: Assistant, *, may_change: bool) -> None:
    """Take the files of the set, and copies of them, out of the documents.

    A scope at each question would not do: which words the documents know would still be told from
    the set. An index that was made for other purposes is left as it is.
    """
    found = [
        source
        for info in assistant.documents()
        for source in info.sources
        if any(same_file(source, file) for file in set_.files)
    ]
    if not found:
        return
    if not may_change:
        raise UsageError(
            f"The index holds the question set itself ({found[0]}), so its answers could be taken "
            "from there: move it out of the indexed folders and run footnote index, or name the "
            "documents with --docs."
        )
    for source in found:
        assistant.remove(source)
        say(f"{short_path(source)} holds the questions, so it is not among the documents asked.")
    if not assistant.documents():
        raise FootnoteError(
            f"There is nothing to ask but the question set itself ({found[0]}): name the documents "
            "with --docs."
        )
