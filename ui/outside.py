"""What leaves through the web: file names instead of paths.

Whoever is let in at the page may read the documents, but has no business with where they lie on
this computer. The command line, which runs as the person who owns the paths, shows them in full.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from index.errors import BusyError, FootnoteError, StoreError, UsageError
from index.types import DocumentInfo, SkippedFile
from rag.types import Answer, Citation, Passage, Refusal
from ui.markup import file_name, names_place, placeless

log = logging.getLogger(__name__)


def names_only(answer: Answer) -> Answer:
    """The same answer, with each source by the name of its file."""
    return replace(
        answer,
        sentences=tuple(
            replace(sentence, citations=tuple(map(_citation, sentence.citations)))
            for sentence in answer.sentences
        ),
        refusal=None if answer.refusal is None else _refusal(answer.refusal),
        conflicts=tuple(map(_passage, answer.conflicts)),
        passages=tuple(map(_passage, answer.passages)),
        notes=tuple(map(placeless, answer.notes)),
    )


def sentence_for(error: FootnoteError, folders: Iterable[Path]) -> str:
    """What a client is told of an error; the whole of it goes to the terminal when it differs.

    The ``folders``, which are known to stand in errors, are left out of it. Should a path be left
    all the same, the client gets a sentence that names the kind of trouble only.
    """
    sentence = str(error)
    for folder in sorted({os.path.abspath(folder) for folder in folders}, key=len, reverse=True):
        sentence = sentence.replace(folder, "…")
    if names_place(sentence):
        sentence = _kind(error)
    if sentence != str(error):
        log.error("%s", error)
    return sentence


def log_places(answer: Answer) -> None:
    """Tell the terminal the notes that the web may not show in full."""
    for note in answer.notes:
        if names_place(note):
            log.error("%s", note)


def _kind(error: FootnoteError) -> str:
    if isinstance(error, BusyError):
        return "The index is being written to: try again when that is done."
    if isinstance(error, StoreError):
        return "The index cannot be used; the terminal Footnote runs in says why."
    if isinstance(error, UsageError):
        return "This cannot be done; the terminal Footnote runs in says why."
    return "A file or a model could not be used; the terminal Footnote runs in says why."


def _citation(citation: Citation) -> Citation:
    return replace(citation, source=file_name(citation.source))


def _passage(passage: Passage) -> Passage:
    duplicates = tuple(map(file_name, passage.duplicates))
    return replace(passage, document=_info(passage.document), duplicates=duplicates)


def _info(info: DocumentInfo) -> DocumentInfo:
    return replace(info, sources=tuple(map(file_name, info.sources)))


def _refusal(refusal: Refusal) -> Refusal:
    return replace(
        refusal,
        nearest=tuple(map(_passage, refusal.nearest)),
        unreadable=tuple(map(_skipped, refusal.unreadable)),
    )


def _skipped(file: SkippedFile) -> SkippedFile:
    return replace(file, source=file_name(file.source))
