"""The one error tree of the project.

Every message is one sentence for the person at the keyboard: what failed, the values, the remedy.
The command line prints it and exits with ``exit_code``; a traceback on its screen is a bug.
"""

from __future__ import annotations

from index.types import SkippedFile


class FootnoteError(Exception):
    """Base of all errors the project raises on purpose; exit code 1."""

    exit_code = 1


class UsageError(FootnoteError):
    """The caller asked for something that cannot be: a bad argument or setting; exit code 2."""

    exit_code = 2


class UnreadableError(FootnoteError):
    """A file could not be turned into a document; ``skipped`` says which and why."""

    def __init__(self, skipped: SkippedFile) -> None:
        super().__init__(str(skipped))
        self.skipped = skipped


class StoreError(FootnoteError):
    """Base of all that can be wrong with an index on disk."""


class MissingIndexError(StoreError):
    """There is no index at that place."""


class MismatchError(StoreError):
    """The index was made by another embedder, chunker or analyser than the one in use."""


class VersionError(StoreError):
    """The index was written by a newer Footnote than this one."""


class DamagedError(StoreError):
    """A file of the index does not hold what was written to it."""


class BusyError(StoreError):
    """Another process is writing to the index, or the server's queue is full."""


class ModelError(FootnoteError):
    """A model could not be loaded or did not answer."""
