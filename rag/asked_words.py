"""The words of a question, the rare ones counting more, and how much of them a text holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.analysis import question_terms, terms
from index.snapshot import Snapshot
from rag.clauses import ways_asked


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The terms of a question with what each counts, 0 or more."""

    rarity: Mapping[str, float]

    @classmethod
    def of(cls, question: str, snapshot: Snapshot | None = None) -> AskedWords:
        """Of the sentence that asks, where it stands alone; without documents all count alike."""
        asked = question_terms(ways_asked(question)[-1])
        if snapshot is None:
            return cls(dict.fromkeys(asked, 1.0))
        return cls(snapshot.rarity(asked))

    def share(self, text: str) -> float:
        """How much of them the text holds, 0–1, by rarity; 0 where nothing is asked."""
        whole, held = sum(self.rarity.values()), set(terms(text))
        if not whole:
            return 0.0
        return sum(value for term, value in self.rarity.items() if term in held) / whole
