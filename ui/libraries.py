"""Libraries: the indexes that the page can ask, by name; opened when they are first used.

Clients send names, and only names of indexes that are there are followed, so none can lead out of
the data folder. The samples stay as they are: what a person adds to them goes to their own
documents. Titles are kept with the conversations; a folder never changes its name, because the
uploads in it are known by their paths.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import FootnoteError, MissingIndexError, StoreError, UsageError
from rag.assistant import Assistant, assemble
from rag.places import DEFAULT_INDEX, data_folder, has_index, index_folder
from ui.conversations import Conversations
from ui.reading import Syncs

Opener = Callable[[str, bool], Assistant]  #: name, and whether to make it when there is none
SAMPLES = "samples"
log = logging.getLogger(__name__)
_OF_A_FOLDER = re.compile(r"(.+)-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Library:
    """One library in a list."""

    name: str  #: of its folder; what the command line calls it
    title: str
    samples: bool
    removable: bool


class Libraries:
    """The first library is the one the server was started with."""

    def __init__(
        self, first: Assistant, memory: Conversations, own: Callable[[], Assistant] | None = None
    ) -> None:
        self.first = first.index.folder.name
        self._memory = memory
        self._settings = first.settings
        self._own = own  # there only while the first library is the samples
        self._open: dict[str, Assistant] = {self.first: first}
        self._lock = threading.RLock()
        self.syncs = Syncs()

    def close(self) -> None:
        """Close all that were opened here; the first belongs to whoever gave it."""
        with self._lock:
            for name, assistant in self._open.items():
                if name != self.first:
                    assistant.close()

    # ---- finding -------------------------------------------------------------------------

    def opened(self) -> list[Assistant]:
        """Those in use so far."""
        with self._lock:
            return list(self._open.values())

    def at(self, name: str = "") -> Assistant:
        """A library by name; none means the first. Raises FootnoteError in one sentence."""
        name = name or self.first
        with self._lock:
            if name in self._open:
                return self._open[name]
            if name not in self._stored():
                raise MissingIndexError(f"There is no library {name[:80]!r} any more.")
            self._open[name] = self._opened(name, make=False)
            self.freshen(name)
            return self._open[name]

    def has(self, name: str) -> bool:
        """Whether there is a library of this name; none means the first."""
        with self._lock:
            return not name or name in self._open or name in self._stored()

    def freshen(self, name: str = "") -> None:
        """Bring a library up to date with its folders, while it is being asked."""
        assistant, library = self.at(name), name or self.first

        def work() -> None:
            try:
                if assistant.index.roots():
                    with self.syncs.running(library) as tell:
                        assistant.sync(tell)
            except FootnoteError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("a library could not be synced")

        threading.Thread(target=work, name="sync", daemon=True).start()

    def for_adding(self, name: str) -> tuple[str, Assistant]:
        """Where files that are added to a library go: away from the samples."""
        name = name or self.first
        if not self.is_samples(name):
            return name, self.at(name)
        with self._lock:
            if DEFAULT_INDEX not in self._open:
                self._open[DEFAULT_INDEX] = self._opened(DEFAULT_INDEX, make=True)
            return DEFAULT_INDEX, self._open[DEFAULT_INDEX]

    def is_samples(self, name: str) -> bool:
        """Whether a library is the invented documents that come with Footnote."""
        return name == SAMPLES or (name == self.first and self._own is not None)

    def all(self) -> list[Library]:
        """Every library there is, by title."""
        titles = self._memory.titles()
        with self._lock:
            names = {*self._stored(), *self._open}
        found = [
            Library(
                name,
                titles.get(name) or self._title(name),
                self.is_samples(name),
                name != self.first and not self.is_samples(name),
            )
            for name in names
        ]
        return sorted(found, key=lambda library: (library.samples, library.title.casefold()))

    def _title(self, name: str) -> str:
        if self.is_samples(name):
            return "Sample documents"
        if name == DEFAULT_INDEX:
            return "My documents"
        of_a_folder = _OF_A_FOLDER.fullmatch(name)
        return of_a_folder.group(1) if of_a_folder else name

    def _stored(self) -> set[str]:
        folder = data_folder() / "indexes"
        with contextlib.suppress(OSError):
            return {path.name for path in folder.iterdir() if has_index(path)}
        return set()

    def _opened(self, name: str, *, make: bool) -> Assistant:
        if name == DEFAULT_INDEX and self._own is not None:
            return self._own()
        return assemble(index_folder(name), self._settings, create=make)

    # ---- changing ------------------------------------------------------------------------

    def make(self, title: str) -> str:
        """A new, empty library; returns its name. Raises UsageError for a title that is taken."""
        title = " ".join(title.split())[:60]
        name = re.sub(r"[^\w-]+", "-", title.casefold()).strip("-_")
        if not name:
            raise UsageError("A library needs a name with letters or digits in it.")
        with self._lock:
            self._free(title, name)
            if name in self._stored() or name in self._open:
                raise UsageError(f"There is a library {title!r} already: choose another name.")
            self._open[name] = self._opened(name, make=True)
            self._memory.entitle(name, title)
        return name

    def rename(self, name: str, title: str) -> None:
        """Give a library another title; the command line goes on calling it by its name."""
        self.at(name)
        title = " ".join(title.split())[:60]
        if not title:
            raise UsageError("A library needs a name that is not empty.")
        self._free(title, name)
        self._memory.entitle(name, title)

    def _free(self, title: str, name: str) -> None:
        taken = {each.title.casefold() for each in self.all() if each.name != name}
        if title.casefold() in taken:
            raise UsageError(f"There is a library {title!r} already: choose another name.")

    def delete(self, name: str) -> None:
        """Delete an index with the files that were added to it; files elsewhere stay."""
        name = name or self.first
        library = next((each for each in self.all() if each.name == name), None)
        if library is None:
            raise MissingIndexError(f"There is no library {name[:80]!r} any more.")
        if not library.removable:
            raise UsageError(
                f"The library {library.title!r} cannot be deleted while Footnote runs with it: "
                "remove its documents one by one, or start Footnote with another index."
            )
        with self._lock:
            assistant = self._open.pop(name, None)
        folder: Path = index_folder(name)
        if assistant is not None:
            folder = assistant.index.folder
            assistant.close()
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise StoreError(
                f"The library {library.title!r} could not be deleted whole: {error.strerror}; "
                "close other programs that use it and try again."
            ) from error
        self._memory.entitle(name, "")
