"""What a sync tells: where it stands while it runs, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.loading.language import foreign_note
from index.types import SkippedFile


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """Where a sync stands: files done of those that need work, and the file at hand."""

    done: int
    total: int
    source: str
    chunks: int  #: chunks made so far
    seconds: float  #: since the sync began


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. Sources are absolute paths."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[SkippedFile, ...] = ()
    missing_roots: tuple[str, ...] = ()  #: known ones that are not there now; kept as they were
    chunks: int = 0
    seconds: float = 0.0
    stopped: bool = False
    foreign: str | None = None  #: on documents in languages that the embedder does not know

    def __str__(self) -> str:
        parts = [f"{len(self.added)} added", f"{len(self.changed)} changed"]
        parts += [f"{len(self.removed)} removed", f"{self.unchanged} unchanged"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} skipped")
        line = ", ".join(parts) + f" ({self.chunks} passages in {self.seconds:.1f} s)"
        return line + (", stopped early" if self.stopped else "")


@dataclass(slots=True)
class Tally:
    """A report in the making."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[SkippedFile] = field(default_factory=list)
    missing_roots: list[str] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)  #: of documents added or changed
    chunks: int = 0
    done: int = 0
    stopped: bool = False

    def report(self, seconds: float) -> SyncReport:
        return SyncReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            removed=tuple(self.removed),
            unchanged=self.unchanged,
            skipped=tuple(self.skipped),
            missing_roots=tuple(self.missing_roots),
            chunks=self.chunks,
            seconds=seconds,
            stopped=self.stopped,
            foreign=foreign_note(self.languages),
        )
