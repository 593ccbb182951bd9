"""What a parse may cost, and how a parser says no.

Values only: the limits are enforced by the sandbox (time, memory, file size) and by the text
builder (length of the text).
"""

from __future__ import annotations

from dataclasses import dataclass

from index.types import SkipReason

#: Rises when any loader extracts different text from the same bytes: documents are then read anew.
LOADER_VERSION = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost before it is skipped."""

    seconds: float = 60.0
    memory_mb: int = 2048  #: address space of the parsing process; only where the system has limits
    file_mb: int = 200
    text_chars: int = 50_000_000


class RefusedError(Exception):
    """A parser's refusal, told to the sandbox, which knows the file's name."""

    def __init__(self, reason: SkipReason, detail: str = "") -> None:
        super().__init__(f"{reason.value} ({detail})")
        self.reason = reason
        self.detail = detail
