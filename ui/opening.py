"""From what a person typed to what is meant: which index, which documents, which part of them.

Everything a person names, a path, a file name, a date, is checked here and refused in one sentence.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from eval.datasets import load_set
from index.errors import FootnoteError, MissingIndexError, UsageError
from index.scanning import source_name
from index.types import Document, DocumentInfo, Scope
from rag.assistant import Assistant
from rag.places import DEFAULT_INDEX, has_index, index_folder
from rag.settings import Settings
from ui.printing import short_path, sync_progress
from ui.render import count

SAMPLES_INDEX = "samples"
_SHOWN = 80  # characters of a wrong argument that an error repeats


# ---- paths -------------------------------------------------------------------------------


def given_path(words: str) -> Path:
    """The file or folder that a person named. Raises UsageError when there is none."""
    path = expanded(words)
    try:
        there = path.exists()
    except OSError as error:  # too long, for one
        raise UsageError(
            f"{cut(words)} is no path that can be opened: {error.strerror}; check the path."
        ) from None
    if not there:
        raise UsageError(f"There is no file or folder {cut(words)}; check the path.")
    return path


def expanded(words: str) -> Path:
    """A path with ``~`` spelt out, there or not. Raises UsageError for an empty one."""
    if not words:
        raise UsageError("A path is empty; name a file or a folder.")
    try:
        return Path(words).expanduser()
    except RuntimeError:  # how Python says that there is no such user
        raise UsageError(f"The home folder in {cut(words)} is not known; write it out.") from None


def chosen_index(name: str | None) -> Path:
    """The folder of the index that was asked for, or of the default one."""
    if name is None:
        return index_folder(DEFAULT_INDEX)
    if name.startswith("~"):
        return index_folder(expanded(name))
    return index_folder(name)


def cut(words: str) -> str:
    """As much of an argument as an error needs to repeat: of a path the end tells most."""
    begun = _SHOWN // 4
    return words if len(words) <= _SHOWN else f"{words[:begun]}…{words[begun - _SHOWN :]}"


# ---- opening -----------------------------------------------------------------------------


def open_assistant(options: argparse.Namespace, settings: Settings) -> Assistant:
    """The assistant over the index that was asked for, the default one, or the samples."""
    if options.docs:
        return _open_documents([given_path(words) for words in options.docs], settings)
    if options.index is not None or has_index(DEFAULT_INDEX):
        folder = chosen_index(options.index)
        assistant = Assistant.open(index=folder, settings=settings)
        if options.index is not None or options.command == "doctor" or assistant.documents():
            return assistant
        assistant.close()
    if options.command == "doctor":
        raise MissingIndexError("No index has been made yet; make one with: footnote index DOCS")
    print("You have no documents yet, so here are the sample documents.", file=sys.stderr)
    with sync_progress() as progress:
        return Assistant.open(
            documents=load_set("samples").documents,
            index=SAMPLES_INDEX,
            settings=settings,
            progress=progress,
        )


def _open_documents(paths: Sequence[Path], settings: Settings) -> Assistant:
    with sync_progress() as progress:
        assistant = Assistant.open(documents=paths, settings=settings, progress=progress)
    if assistant.documents():
        return assistant
    why = "; ".join(str(file) for file in assistant.skipped()[:3]) or "no files that can be read"
    assistant.close()
    raise FootnoteError(f"There is nothing to ask in {', '.join(map(str, paths))}: {why}.")


# ---- part of the documents ---------------------------------------------------------------


def scope_of(options: argparse.Namespace, assistant: Assistant) -> Scope | None:
    """The scope that the filter options describe; None for everything."""
    since, until = _day(options.since, "since"), _day(options.until, "until")
    infos = assistant.documents() if options.source or options.folder else ()
    sources = [name for words in options.source for name in _sources(assistant, infos, words)]
    folders = [name for words in options.folder for name in _folders(assistant, infos, words)]
    scope = Scope(tuple(sources), tuple(folders), since, until)
    return None if scope == Scope() else scope


def find_document(assistant: Assistant, words: str) -> Document:
    """The one document that is called so."""
    infos = {info.id: info for info in named(assistant.documents(), words).values()}
    if len(infos) > 1:
        raise UsageError(
            f"{cut(words)!r} names {count(len(infos), 'document')}; "
            f"give one of the ids {', '.join(infos)}."
        )
    document = assistant.document(next(iter(infos))) if infos else None
    if document is None:
        raise _no_document(assistant, words)
    return document


def named(infos: Sequence[DocumentInfo], words: str) -> dict[str, DocumentInfo]:
    """Sources that a person may mean: the path itself, else a file name, a title or an id."""
    every = [(source, info) for info in infos for source in info.sources]
    path = source_name(expanded(words))
    exact = {source: info for source, info in every if source == path}
    return exact or {
        source: info for source, info in every if words in (Path(source).name, info.title, info.id)
    }


def _sources(assistant: Assistant, infos: Sequence[DocumentInfo], words: str) -> list[str]:
    found = named(infos, words)
    if not found:
        raise _no_document(assistant, words)
    return list(found)


def _no_document(assistant: Assistant, words: str) -> UsageError:
    for file in assistant.skipped():
        if words in (file.source, Path(file.source).name) or file.source == source_name(
            expanded(words)
        ):
            return UsageError(f"{file}, so it cannot be asked.")
    return UsageError(
        f"There is no document {cut(words)!r} in the index; give a file name, a path or an id."
    )


def _folders(assistant: Assistant, infos: Sequence[DocumentInfo], words: str) -> list[str]:
    """A folder by its path, else the indexed folders of that name."""
    path = Path(source_name(expanded(words)))
    sources = [Path(source) for info in infos for source in info.sources]
    if any(path in source.parents for source in sources):
        return [str(path)]
    roots = assistant.index.roots()
    found = {
        str(folder)
        for source in sources
        for folder in source.parents
        if folder.name == words
        and any(folder.is_relative_to(root.parent if root == source else root) for root in roots)
    }
    if not found:
        raise UsageError(
            f"No document of the index lies in a folder {cut(words)!r}; {known_roots(roots)}."
        )
    return sorted(found)


def known_roots(roots: Sequence[Path]) -> str:
    """Which files and folders an index was made from, as the end of an error."""
    if not roots:
        return "no files or folders have been indexed"
    return "indexed are " + ", ".join(short_path(str(root)) for root in roots)


def _day(value: str | None, name: str) -> str | None:
    """A date as it is compared: ISO 8601 has several spellings of one day."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise UsageError(f"--{name} is {value!r}; give a date such as 2024-06-30.") from None
