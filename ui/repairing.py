"""``footnote doctor --repair``: saves what is left of a damaged index into a new one beside it."""

from __future__ import annotations

import argparse

from index.errors import DamagedError, FootnoteError, MissingIndexError
from index.index import Index
from index.salvage import Salvaged, salvage
from rag.assistant import shared_embedder
from rag.places import documents_index, has_index
from rag.settings import Settings
from ui.opening import chosen_index, given_path
from ui.printing import say, short_path
from ui.render import count

_SHOWN = 20  # lost files that are named


def repair(options: argparse.Namespace, settings: Settings) -> int:
    """Say that the index is sound, or save what is left of it; the damaged one stays as it is."""
    folder = chosen_index(options.index)
    if options.docs:
        folder = documents_index([given_path(words) for words in options.docs])
    if not has_index(folder):
        raise MissingIndexError(
            f"There is no index at {folder}; make one with: footnote index DOCS"
        )
    embedder = shared_embedder(settings.embedder)
    try:
        with Index.open(folder, embedder, read_only=True) as index:
            faults = index.verify()
    except DamagedError as error:
        faults = [str(error)]
    if not faults:
        say(f"The index {short_path(str(folder))} is sound; there is nothing to repair.")
        return 0
    _tell(salvage(folder, embedder))
    return 0


def _tell(saved: Salvaged) -> None:
    where = short_path(str(saved.folder))
    if not saved.documents:
        raise FootnoteError(
            f"No text of the index could be read, so {where} is empty; index the documents into it "
            f"with: footnote index DOCS --index {where}"
        )
    say(f"{count(saved.documents, 'document')} could be read and saved into {where}.")
    for name in saved.lost[:_SHOWN]:
        say(f"not saved: {short_path(name)}")
    if len(saved.lost) > _SHOWN:
        say(f"… and {len(saved.lost) - _SHOWN} more")
    say(f"What is still on the disk is read again by: footnote index --index {where}")
    say("The damaged index was not changed; delete its folder when you no longer need it.")
