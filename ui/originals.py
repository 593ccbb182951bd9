"""The files behind documents: their bytes, while they are still what was indexed, and hashes.

Paths come from the index alone, never from a client. Answers nothing and renders nothing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.loading import Limits
from index.loading.formats import document_id
from index.loading.limits import RefusedError
from index.loading.sandbox import read_file
from index.types import Document, DocumentInfo
from rag.assistant import Assistant, limits_of
from rag.types import Answer
from ui.saved import flags


class Originals:
    """The original files of one library."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._limits: Limits = limits_of(assistant.settings)

    def bytes_of(self, document: Document, info: DocumentInfo) -> tuple[str, bytes] | None:
        """Name and bytes of a file that is still what the document was made from.

        None when every one of them has changed or gone since.
        """
        for source in info.sources:
            try:
                data = read_file(Path(source), self._limits)
            except (RefusedError, ValueError):
                continue
            if document_id(document.loader, data) == document.id:
                return source, data
        return None

    def hashes(self, answer: Answer) -> dict[str, str]:
        """SHA-256 of the file of each cited document, by the document's id."""
        found: dict[str, str] = {}
        for wanted in dict.fromkeys(one.document_id for one in answer.citations):
            document = self._assistant.document(wanted)
            infos = self._assistant.infos([wanted])
            original = self.bytes_of(document, infos[0]) if document and infos else None
            if original is not None:
                found[wanted] = hashlib.sha256(original[1]).hexdigest()
        return found

    def flags(self, answer: Answer) -> dict[str, str]:
        """A sentence for each cited document that is not what it was."""
        cited = list({citation.document_id for citation in answer.citations})
        there = {info.id for info in self._assistant.infos(cited)}
        if len(there) == len(cited):
            return {}
        today = self._today()

        def now(source: str) -> Document | None:
            found = today.get(source)
            return None if found is None else self._assistant.document(found)

        return flags(answer, lambda one: one in there, now)

    def now(self, source: str) -> Document | None:
        """The document that a source is today; None when it is none of them any more."""
        found = self._today().get(source)
        return None if found is None else self._assistant.document(found)

    def _today(self) -> dict[str, str]:
        return {source: info.id for info in self._assistant.documents() for source in info.sources}
