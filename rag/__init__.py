"""A question becomes a cited answer: ``from rag import answer, Assistant, Turn``."""

from __future__ import annotations

from rag.assistant import Assistant, answer
from rag.types import Answer, Citation, Passage, Turn

__all__ = ["Answer", "Assistant", "Citation", "Passage", "Turn", "answer"]
