"""A passage that shows two rows of a table, and the document behind it that has them all."""

from __future__ import annotations

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.types import Parts, Passage


def table_passage(*rows: str, title: str = "List", before: str = "") -> tuple[Passage, Document]:
    """A document of a line and a table, and its first passage."""
    text = "\n".join([before, *rows])
    blocks, start = [], len(before) + 1
    for row in rows:
        blocks.append(Block(BlockKind.TABLE_ROW, start, start + len(row)))
        start += len(row) + 1
    document = Document("d", title, text, tuple(blocks), "en", "csv/1", None)
    info = DocumentInfo("d", ("list.csv",), title, "en", None, None, 1)
    shown = "\n".join([before, *rows[:2]])
    chunk = Chunk("c", "d", 0, len(shown), shown, (), (), title)
    return Passage(chunk, info, 3.0, Parts()), document
